//! When an upload is answered: a fixed time after it was completely there, whatever was found in it.
//!
//! A capture with a wrong face costs more work than one without the turns that were asked for. Whoever could time the answer
//! would learn how far a capture came, and could mend one thing after the other. So the verdict is recorded and told at a beat
//! of a clock that the upload itself started, and at which beat depends on what every capture goes through: the first look.

use std::{future::Future, time::Duration};

use tokio::{sync::oneshot, time::Instant};

use super::{Ceremonies, Judged, Served};
use crate::{
    domain::id::CeremonyId,
    flows::{Unserved, browser::Browser},
    ports::fault::Fault,
};

/// How long after its arrival an upload is answered; one whose first look is over late waits for the next multiple.
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

    /// How much of a beat is kept free for what only some captures go through after the first look.
    fn reserve(self) -> Duration {
        self.0 / 2
    }

    /// How long after its arrival an upload is answered whose first look was over after so long: at the first beat that is
    /// the reserve away. Whether the reserve was used does not count. Otherwise a capture whose first look was made to
    /// last until just before a beat would be answered at that beat if it was refused then, and at the next if it went on.
    fn due(self, first_look: Duration, reserve: Duration) -> Duration {
        self.next(first_look.saturating_add(reserve))
    }

    /// The beat at that time or after it, the first one at the soonest.
    fn next(self, time: Duration) -> Duration {
        let beats = time.as_nanos().checked_div(self.0.as_nanos()).map_or(0, |whole| {
            let is_between = !time.as_nanos().is_multiple_of(self.0.as_nanos());
            whole.saturating_add(u128::from(is_between)).max(1)
        });
        self.0.saturating_mul(u32::try_from(beats).unwrap_or(u32::MAX))
    }

    /// Waits until the verdict on an upload that arrived then is due. What took longer than its reserve is told at the next
    /// beat, late. A capture that was refused before the first look counts as looked at now.
    async fn keep(self, received: Instant, first_look: Option<Instant>, time: &impl Time) {
        let now = time.now();
        let first_look = first_look.unwrap_or(now).saturating_duration_since(received);
        let over = self.next(now.saturating_duration_since(received));
        time.until(received + self.due(first_look, self.reserve()).max(over)).await;
    }
}

impl Ceremonies {
    /// Judges a sealed capture that was completely there at `received`; records the verdict and answers at the beat. It goes
    /// on in a task of its own, so a client that goes away loses the answer alone. A server that stops waits for the
    /// clients that still do; of a capture whose client has gone by then, the attempt stays spent and no verdict is kept.
    ///
    /// A refusal by the rules, a full queue among them, comes at once: nothing of a face was looked at. That also bounds
    /// how many verdicts can wait: each has an attempt spent on it.
    pub async fn answer(
        &self,
        ceremony: &CeremonyId,
        browser: &Browser,
        jwe: String,
        received: Instant,
    ) -> Served<Judged> {
        let (answer, answered) = oneshot::channel();
        let (task, ceremony, browser) = (Self::new(self.room.clone()), ceremony.clone(), browser.clone());
        tokio::spawn(async move {
            let judged = task.judge(&ceremony, &browser, jwe, received).await;
            if let Err(Err(Unserved::Fault(fault))) = answer.send(judged) {
                // Its client has gone away, so this is where its fault is logged.
                tracing::error!(%fault, "a capture has no verdict");
            }
        });
        match answered.await {
            Ok(judged) => judged,
            Err(_) => {
                self.wait_for_beat(received, None).await;
                Err(Fault::Internal("judging a capture broke off".into()).into())
            }
        }
    }

    /// Waits until the verdict on an upload that arrived then is due.
    pub(super) async fn wait_for_beat(&self, received: Instant, first_look: Option<Instant>) {
        self.room.policy.answers.keep(received, first_look, &Passing).await;
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
        tokio::time::Instant::now()
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

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// When an upload is answered whose first look took so long, and what came after it so long.
    async fn answered_after(first_look: Duration, rest: Duration) -> Duration {
        let received = tokio::time::Instant::now();
        let time = Virtual(Cell::new(received));
        time.work(first_look);
        let looked = time.now();
        time.work(rest);
        AnswerBeat::every(BEAT).keep(received, Some(looked), &time).await;
        time.now() - received
    }

    #[tokio::test]
    async fn whatever_it_took_the_answer_comes_at_the_beat() {
        for (first_look, rest) in [(0, 0), (0, 2_000), (1, 40), (350, 0), (999, 1_001), (1_000, 0)] {
            assert_eq!(answered_after(millis(first_look), millis(rest)).await, BEAT, "{first_look} {rest}");
        }
    }

    #[tokio::test]
    async fn a_first_look_that_is_over_late_is_answered_at_the_next_beat_whatever_comes_after_it() {
        for rest in [0, 1, 200, 1_000] {
            assert_eq!(answered_after(millis(1_001), millis(rest)).await, 2 * BEAT, "{rest}");
            assert_eq!(answered_after(millis(1_999), millis(rest)).await, 2 * BEAT, "{rest}");
            assert_eq!(answered_after(millis(3_000), millis(rest)).await, 2 * BEAT, "{rest}");
            assert_eq!(answered_after(millis(3_001), millis(rest)).await, 3 * BEAT, "{rest}");
        }
    }

    #[tokio::test]
    async fn what_is_longer_than_its_reserve_is_answered_at_the_next_multiple() {
        assert_eq!(answered_after(millis(0), Duration::from_nanos(2_000_000_001)).await, 2 * BEAT);
        assert_eq!(answered_after(millis(500), millis(10_500)).await, 6 * BEAT);
    }

    #[tokio::test]
    async fn what_is_refused_before_the_first_look_is_answered_at_the_beat_too() {
        let received = tokio::time::Instant::now();
        let time = Virtual(Cell::new(received));
        AnswerBeat::every(BEAT).keep(received, None, &time).await;
        assert_eq!(time.now() - received, BEAT);
    }

    #[tokio::test]
    async fn without_a_beat_nothing_waits() {
        let received = tokio::time::Instant::now();
        let time = Virtual(Cell::new(received));
        time.work(millis(7));
        AnswerBeat::every(Duration::ZERO).keep(received, Some(received), &time).await;
        assert_eq!(time.now() - received, millis(7));
    }

    proptest! {
        #[test]
        fn an_answer_is_due_at_a_multiple_of_the_beat_with_the_reserve_before_it(
            beat in 1_u64..20_000_000_000,
            first_look in 0_u64..400_000_000_000,
            reserve in 0_u64..20_000_000_000,
        ) {
            let due = AnswerBeat::every(Duration::from_nanos(beat))
                .due(Duration::from_nanos(first_look), Duration::from_nanos(reserve));
            let due = u64::try_from(due.as_nanos()).unwrap_or(u64::MAX);
            prop_assert_eq!(due % beat, 0);
            prop_assert!(due >= (first_look + reserve).max(beat));
            prop_assert!(due < (first_look + reserve).max(1) + beat);
        }
    }
}
