//! Solves more linear equations than unknowns, so that the squares of what is left over are least.

/// Equations in `N` unknowns, kept as their normal equations.
pub struct LeastSquares<const N: usize> {
    rows: [([f64; N], f64); N],
}

/// A pivot below this share of the largest entry means that an unknown is not determined.
const DETERMINED: f64 = 1e-12;

impl<const N: usize> LeastSquares<N> {
    /// None yet.
    pub fn new() -> Self {
        Self { rows: [([0.0; N], 0.0); N] }
    }

    /// Adds one: the unknowns times these factors are this value.
    pub fn add(&mut self, factors: [f64; N], value: f64) {
        for ((row, right), weight) in self.rows.iter_mut().zip(factors) {
            row.iter_mut().zip(factors).for_each(|(sum, factor)| *sum += weight * factor);
            *right += weight * value;
        }
    }

    /// The unknowns, by Gauss-Jordan elimination with row pivots; `None` where they are not determined.
    pub fn solve(self) -> Option<[f64; N]> {
        let mut open = self.rows.to_vec();
        let mut done: Vec<([f64; N], f64)> = Vec::with_capacity(N);
        let at = |row: &[f64; N], column: usize| row.get(column).copied().unwrap_or_default();
        let largest = open.iter().flat_map(|(row, _)| row).fold(0.0_f64, |most, value| most.max(value.abs()));
        for column in 0..N {
            let best = open
                .iter()
                .enumerate()
                .max_by(|(_, (a, _)), (_, (b, _))| at(a, column).abs().total_cmp(&at(b, column).abs()));
            let (pivot, right) = open.swap_remove(best?.0);
            let head = at(&pivot, column);
            if head.is_nan() || head.abs() <= DETERMINED * largest {
                return None;
            }
            for (row, value) in open.iter_mut().chain(&mut done) {
                let factor = at(row, column) / head;
                row.iter_mut().zip(&pivot).for_each(|(value, term)| *value -= factor * term);
                *value -= factor * right;
            }
            done.push((pivot, right));
        }
        let mut solution = [0.0; N];
        for (column, (value, (row, right))) in solution.iter_mut().zip(&done).enumerate() {
            *value = right / at(row, column);
        }
        Some(solution)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_squares_of_what_is_left_over_are_least() {
        // A line through (0, 1), (1, 3), (2, 5) and (3, 7.4): slope 2.12 and offset 0.92, by hand.
        let mut line = LeastSquares::<2>::new();
        [(0.0, 1.0), (1.0, 3.0), (2.0, 5.0), (3.0, 7.4)].into_iter().for_each(|(x, y)| line.add([x, 1.0], y));
        let [slope, offset] = line.solve().unwrap();
        assert!((slope - 2.12).abs() < 1e-9 && (offset - 0.92).abs() < 1e-9);
    }

    #[test]
    fn unknowns_that_are_not_determined_have_no_solution() {
        let mut one = LeastSquares::<2>::new();
        one.add([1.0, 2.0], 3.0);
        one.add([2.0, 4.0], 6.0);
        assert!(one.solve().is_none());
        assert!(LeastSquares::<3>::new().solve().is_none());
    }
}
