//! The queue is bounded, refuses at once, and outlives a panic.

use std::{
    sync::mpsc::channel,
    time::{Duration, Instant},
};

use facestep::inference::workers::{NotDone, Workers};

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

#[tokio::test]
async fn work_is_done_by_a_thread_that_owns_its_state() {
    let workers = Workers::start(vec![40], 1).unwrap();
    let add = |state: &mut i32| {
        *state += 1;
        *state
    };
    assert_eq!(workers.run(soon(), add).await, Ok(41));
    assert_eq!(workers.run(soon(), add).await, Ok(42));
}

#[tokio::test]
async fn a_full_queue_answers_busy_at_once() {
    let workers = Workers::start(vec![()], 1).unwrap();
    let (begun, has_begun) = channel();
    let (release, released) = channel::<()>();
    let working = workers.run(soon(), move |()| {
        begun.send(()).unwrap();
        released.recv().unwrap();
    });
    let waiting = workers.run(soon(), |()| ());
    let refused = async {
        // The first piece is taken by the thread, the second fills the queue's only place, the third is refused.
        tokio::task::spawn_blocking(move || has_begun.recv().unwrap()).await.unwrap();
        let filler = workers.run(soon(), |()| ());
        tokio::pin!(filler);
        let first_poll =
            std::future::poll_fn(|context| std::task::Poll::Ready(filler.as_mut().poll(context))).await;
        assert!(first_poll.is_pending() || first_poll == std::task::Poll::Ready(Err(NotDone::Busy)));
        let asked = Instant::now();
        assert_eq!(workers.run(soon(), |()| ()).await, Err(NotDone::Busy));
        assert!(asked.elapsed() < Duration::from_secs(1));
        release.send(()).unwrap();
    };
    let (done, _, ()) = tokio::join!(working, waiting, refused);
    assert_eq!(done, Ok(()));
}

#[tokio::test]
async fn work_whose_time_is_over_is_dropped_and_answers_busy() {
    let workers = Workers::start(vec![()], 1).unwrap();
    let late = workers.run(Instant::now(), |()| panic!("this must not run")).await;
    assert_eq!(late, Err(NotDone::Busy));
}

#[tokio::test]
async fn a_panic_costs_its_own_request_only() {
    let workers = Workers::start(vec![7], 1).unwrap();
    let failed: Result<(), _> = workers.run(soon(), |_| panic!("a damaged picture, say")).await;
    assert_eq!(failed, Err(NotDone::Failed));
    assert_eq!(workers.run(soon(), |state| *state).await, Ok(7));
}
