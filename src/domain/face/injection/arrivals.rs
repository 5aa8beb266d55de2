//! When frames arrived, by the server's clock, and when they were taken, by the client's.
//!
//! A page draws a frame, compresses and hashes it, and its hash travels: each of these takes a little more or less every
//! time. A program that sends prepared pictures by a timer is more even, unless it takes the trouble not to be.

use super::{Signal, camera::Claims};
use crate::domain::face::ceremony::Transcript;

/// Fewest intervals that say anything.
const FEWEST: usize = 12;
/// Share of the intervals that must be alike to be called even.
const MOST: f64 = 0.9;
/// Milliseconds around the middle interval within which arrivals are alike. A page's own timer is no finer than one.
const ALIKE_ARRIVALS: f64 = 0.5;
/// The same for the client's own times.
const ALIKE_TIMES: f64 = 0.01;
/// Frames that come within a tenth of a second although a page takes five a second: more than three seconds of them.
const BURST: usize = 17;
/// Milliseconds that the client's times and the arrivals may differ over a whole capture, and as a share of it.
const DISAGREEMENT: (f64, f64) = (3_000.0, 0.3);

/// What arrivals and the client's own times show.
pub(super) fn signals(transcript: &Transcript, claims: &Claims) -> Vec<Signal> {
    let first = transcript.committed.first().map(|commitment| commitment.at);
    let since = |at: jiff::Timestamp| first.map_or(0.0, |first| at.duration_since(first).as_secs_f64() * 1e3);
    let arrivals: Vec<f64> = transcript.committed.iter().map(|commitment| since(commitment.at)).collect();
    let mut signals = Vec::new();
    signals.extend(are_even(&arrivals, ALIKE_ARRIVALS).then_some(Signal::SteadyArrivals));
    let is_burst = arrivals.windows(BURST).any(|many| span(many) < 100.0);
    signals.extend(is_burst.then_some(Signal::Burst));
    if claims.taken_at.len() == arrivals.len() {
        signals.extend(are_too_even(&claims.taken_at).then_some(Signal::EvenClientTimes));
        signals.extend(disagree(&arrivals, &claims.taken_at).then_some(Signal::ClientTimesDisagree));
    }
    signals
}

/// Whether nearly all intervals are the middle one.
fn are_even(moments: &[f64], alike: f64) -> bool {
    let mut intervals = intervals(moments);
    intervals.sort_by(f64::total_cmp);
    let Some(middle) = intervals.get(intervals.len() / 2).filter(|_| intervals.len() >= FEWEST) else {
        return false;
    };
    // Hashes that came in one message have no interval of their own.
    let near = intervals.iter().filter(|interval| (*interval - middle).abs() <= alike).count();
    *middle > 0.0 && near as f64 >= MOST * intervals.len() as f64
}

/// Whether the client's times are even to the microsecond. A browser that shows whole milliseconds alone makes even times
/// of uneven ones, so there all of them must be the same.
fn are_too_even(taken_at: &[f64]) -> bool {
    let is_coarse = taken_at.iter().all(|moment| moment.fract() == 0.0);
    let all = intervals(taken_at);
    let is_one = all.len() >= FEWEST && all.windows(2).all(|two| span(two).abs() <= ALIKE_TIMES);
    is_one || (!is_coarse && are_even(taken_at, ALIKE_TIMES))
}

/// Whether a capture took another time by the client's clock than by ours, or went backwards in it.
fn disagree(arrivals: &[f64], taken_at: &[f64]) -> bool {
    let (ours, theirs) = (span(arrivals), span(taken_at));
    let (most, share) = DISAGREEMENT;
    let goes_back = taken_at.windows(2).any(|two| span(two) < 0.0);
    goes_back || (ours - theirs).abs() > most.max(share * ours)
}

fn intervals(moments: &[f64]) -> Vec<f64> {
    moments.windows(2).map(span).collect()
}

fn span(moments: &[f64]) -> f64 {
    match (moments.first(), moments.last()) {
        (Some(first), Some(last)) => last - first,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::domain::{
        face::{capture::FrameHash, ceremony::Commitment},
        secret::{base64url, sha256},
    };

    fn arriving(moments: &[f64]) -> Transcript {
        let begin = Timestamp::from_second(1_800_000_000).unwrap();
        let committed = moments.iter().enumerate().map(|(n, moment)| Commitment {
            hash: FrameHash::parse(&base64url(&sha256(&n.to_be_bytes()))).unwrap(),
            at: begin + SignedDuration::from_nanos((moment * 1e6) as i64),
        });
        Transcript { committed: committed.collect(), ..Transcript::default() }
    }

    fn signals_of(arrivals: &[f64], taken_at: &[f64]) -> Vec<Signal> {
        let claims = Claims { taken_at: taken_at.to_vec(), ..Claims::default() };
        signals(&arriving(arrivals), &claims)
    }

    /// Steps of 200 ms, each a little off: by a page's timer, its encoder and a network.
    fn uneven(count: usize, off: f64) -> Vec<f64> {
        (0..count).map(|n| n as f64 * 200.0 + off * (n as f64 * 2.399_963).sin()).collect()
    }

    #[test]
    fn a_page_on_a_network_is_not_even() {
        assert_eq!(signals_of(&uneven(30, 6.0), &uneven(30, 1.5)), []);
        assert_eq!(signals_of(&uneven(30, 2.0), &[]), []);
    }

    #[test]
    fn a_timer_without_a_camera_is() {
        assert_eq!(signals_of(&uneven(30, 0.0), &[]), [Signal::SteadyArrivals]);
        assert_eq!(signals_of(&uneven(9, 0.0), &[]), [], "too few to say");
        let mut paused = uneven(30, 0.1);
        paused.iter_mut().skip(15).for_each(|moment| *moment += 700.0);
        assert_eq!(signals_of(&paused, &[]), [Signal::SteadyArrivals], "one pause makes no camera");
    }

    #[test]
    fn a_network_that_stalled_is_no_burst_and_a_whole_capture_at_once_is() {
        let stalled: Vec<f64> =
            uneven(40, 5.0).into_iter().map(|at| if at > 2_000.0 { at.max(4_900.0) } else { at }).collect();
        assert_eq!(signals_of(&stalled, &[]), []);
        let at_once: Vec<f64> = (0..30).map(|n| f64::from(n) * 3.1 + f64::from(n % 3)).collect();
        assert_eq!(signals_of(&at_once, &[]), [Signal::Burst]);
    }

    #[test]
    fn a_clients_times_are_held_against_themselves_and_against_the_arrivals() {
        let arrivals = uneven(30, 6.0);
        assert_eq!(signals_of(&arrivals, &uneven(30, 0.0)), [Signal::EvenClientTimes]);
        // Whole milliseconds, as some browsers tell them.
        let coarse: Vec<f64> = uneven(30, 1.5).into_iter().map(f64::round).collect();
        assert_eq!(signals_of(&arrivals, &coarse), []);
        let stretched: Vec<f64> = uneven(30, 1.5).into_iter().map(|at| at * 0.4).collect();
        assert_eq!(signals_of(&arrivals, &stretched), [Signal::ClientTimesDisagree]);
        let mut back = uneven(30, 1.5);
        back.swap(7, 8);
        assert_eq!(signals_of(&arrivals, &back), [Signal::ClientTimesDisagree]);
        assert_eq!(signals_of(&arrivals, &uneven(12, 0.0)), [], "times for other frames say nothing");
    }
}
