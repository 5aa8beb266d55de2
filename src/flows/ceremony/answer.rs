//! When an upload is answered: a fixed time after it was completely there, whatever was found in it.
//!
//! A capture with a wrong face costs more work than one without the turns that were asked for. Whoever could time the answer
//! would learn how far a capture came, and could mend one thing after the other. So the verdict is recorded as soon as it
//! falls, and told at the next beat of a clock that the upload itself started.

use std::{future::Future, time::Duration};

use tokio::time::Instant;

use super::{Ceremonies, Judged, Served};
use crate::{
    domain::id::CeremonyId,
    flows::{Unserved, browser::Browser},
};

/// How long after its arrival an upload is answered; one that takes longer to judge waits for the next multiple.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerBeat(Duration);

impl Default for AnswerBeat {
    fn default() -> Self {
        Self(Duration::from_millis(2_000))
    }
}

impl AnswerBeat {
    /// A beat of this length; none at all is for tests that do not look at the time.
    pub const fn every(length: Duration) -> Self {
        Self(length)
    }

    /// How long after its arrival an upload is answered that took so long to judge.
    fn due(self, took: Duration) -> Duration {
        if self.0.is_zero() {
            return took;
        }
        let beats = took.as_nanos().div_ceil(self.0.as_nanos()).max(1);
        self.0.saturating_mul(u32::try_from(beats).unwrap_or(u32::MAX))
    }

    /// Waits until an upload that arrived then is to be answered. It holds a timer and nothing else.
    async fn keep(self, received: Instant, time: &impl Time) {
        let took = time.now().saturating_duration_since(received);
        time.until(received + self.due(took)).await;
    }
}

impl Ceremonies {
    /// Judges a sealed capture that was completely there at `received`, and answers at the beat. The verdict is recorded
    /// before the wait, so a client that goes away and a server that stops lose the answer alone.
    ///
    /// A refusal by the rules, a full queue among them, comes at once: nothing of a face was looked at. That also bounds
    /// how many answers can wait: each has an attempt spent on it.
    pub async fn answer(
        &self,
        ceremony: &CeremonyId,
        browser: &Browser,
        jwe: String,
        received: Instant,
    ) -> Served<Judged> {
        let judged = self.judge(ceremony, browser, jwe).await;
        if !matches!(judged, Err(Unserved::Refused(_))) {
            self.room.policy.answers.keep(received, &Passing).await;
        }
        judged
    }
}

/// Time as a wait needs it; a test has one of its own.
trait Time {
    fn now(&self) -> Instant;
    fn until(&self, moment: Instant) -> impl Future<Output = ()>;
}

/// Time as it passes.
struct Passing;

impl Time for Passing {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn until(&self, moment: Instant) -> impl Future<Output = ()> {
        tokio::time::sleep_until(moment)
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, future::ready};

    use proptest::prelude::*;

    use super::*;

    /// Time that passes only where somebody waits or works.
    struct Virtual(Cell<Instant>);

    impl Virtual {
        fn work(&self, took: Duration) {
            self.0.set(self.0.get() + took);
        }
    }

    impl Time for Virtual {
        fn now(&self) -> Instant {
            self.0.get()
        }

        fn until(&self, moment: Instant) -> impl Future<Output = ()> {
            self.0.set(self.0.get().max(moment));
            ready(())
        }
    }

    const BEAT: Duration = Duration::from_millis(2_000);

    /// When an upload is answered that took so long to judge.
    async fn answered_after(took: Duration) -> Duration {
        let received = Instant::now();
        let time = Virtual(Cell::new(received));
        time.work(took);
        AnswerBeat::every(BEAT).keep(received, &time).await;
        time.now() - received
    }

    #[tokio::test]
    async fn whatever_it_took_the_answer_comes_at_the_beat() {
        for took in [0, 1, 40, 350, 1_999, 2_000] {
            assert_eq!(answered_after(Duration::from_millis(took)).await, BEAT, "{took}");
        }
    }

    #[tokio::test]
    async fn what_takes_longer_is_answered_at_the_next_multiple() {
        assert_eq!(answered_after(Duration::from_nanos(2_000_000_001)).await, 2 * BEAT);
        assert_eq!(answered_after(Duration::from_millis(3_999)).await, 2 * BEAT);
        assert_eq!(answered_after(Duration::from_millis(11_000)).await, 6 * BEAT);
    }

    #[test]
    fn without_a_beat_nothing_waits() {
        let took = Duration::from_millis(7);
        assert_eq!(AnswerBeat::every(Duration::ZERO).due(took), took);
    }

    proptest! {
        #[test]
        fn an_answer_is_due_at_a_multiple_of_the_beat_and_within_one_beat_of_the_verdict(
            beat in 1_u64..20_000_000_000,
            took in 0_u64..400_000_000_000,
        ) {
            let due = AnswerBeat::every(Duration::from_nanos(beat)).due(Duration::from_nanos(took));
            let due = u64::try_from(due.as_nanos()).unwrap_or(u64::MAX);
            prop_assert_eq!(due % beat, 0);
            prop_assert!(due >= took.max(beat));
            prop_assert!(due < took.max(1) + beat);
        }
    }
}
