//! The lanes are bounded, refuse at once, take turns, and outlive a panic.

use std::{
    sync::{
        Arc, Mutex,
        mpsc::{Sender, channel},
    },
    time::{Duration, Instant},
};

use facestep::inference::workers::{Lane, NotDone, Waiting, Workers};

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

fn start<S: Send + 'static>(states: Vec<S>, each: usize) -> Arc<Workers<S>> {
    Arc::new(Workers::start(states, Waiting { hints: each, captures: each }).unwrap())
}

/// Occupies the only thread until the answer is used.
async fn occupy(workers: &Arc<Workers<()>>) -> Sender<()> {
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (release, released) = channel::<()>();
    let workers = Arc::clone(workers);
    tokio::spawn(async move {
        let wait = move |(): &mut ()| {
            begun.send(()).unwrap();
            released.recv().unwrap();
        };
        workers.run(Lane::Begun, soon(), wait).await
    });
    has_begun.await.unwrap();
    release
}

/// Lets work enter its lane without waiting for it.
fn enter(workers: &Arc<Workers<()>>, lane: Lane, work: impl FnOnce(&mut ()) + Send + 'static) -> Entered {
    let workers = Arc::clone(workers);
    let mut run = Box::pin(async move { workers.run(lane, soon(), work).await });
    let waker = std::task::Waker::noop();
    let first = run.as_mut().poll(&mut std::task::Context::from_waker(waker));
    assert!(first.is_pending());
    run
}

type Entered = std::pin::Pin<Box<dyn Future<Output = Result<(), NotDone>> + Send>>;

#[tokio::test]
async fn work_is_done_by_a_thread_that_owns_its_state() {
    let workers = start(vec![40], 1);
    let add = |state: &mut i32| {
        *state += 1;
        *state
    };
    assert_eq!(workers.run(Lane::Hint, soon(), add).await, Ok(41));
    assert_eq!(workers.run(Lane::Capture, soon(), add).await, Ok(42));
}

#[tokio::test]
async fn pieces_are_answered_in_their_order_whoever_did_them() {
    let workers = start(vec![(), (), ()], 50);
    let pieces = (0..50).map(|i| move |(): &mut ()| i).collect();
    assert_eq!(workers.run_all(Lane::Capture, soon(), pieces).await, Ok((0..50).collect()));
}

#[tokio::test]
async fn a_full_lane_answers_busy_at_once_and_the_other_lane_is_open() {
    let workers = start(vec![()], 1);
    let release = occupy(&workers).await;
    let waiting = enter(&workers, Lane::Capture, |()| ());
    assert_eq!(workers.run(Lane::Capture, soon(), |()| ()).await, Err(NotDone::Busy));
    let hint = enter(&workers, Lane::Hint, |()| ());
    assert_eq!(workers.run(Lane::Hint, soon(), |()| ()).await, Err(NotDone::Busy));
    release.send(()).unwrap();
    assert_eq!((waiting.await, hint.await), (Ok(()), Ok(())));
}

#[tokio::test]
async fn of_more_pieces_than_fit_none_is_let_in() {
    let workers = start(vec![()], 3);
    let release = occupy(&workers).await;
    let pieces = |count| (0..count).map(|_| |(): &mut ()| ()).collect();
    assert_eq!(workers.run_all(Lane::Capture, soon(), pieces(4)).await, Err(NotDone::Busy));
    release.send(()).unwrap();
    assert_eq!(workers.run_all(Lane::Capture, soon(), pieces(3)).await.map(|done| done.len()), Ok(3));
}

#[tokio::test]
async fn hints_take_turns_with_long_work_and_begun_work_goes_before_new() {
    let workers = start(vec![()], 4);
    let release = occupy(&workers).await;
    let order = Arc::new(Mutex::new(Vec::new()));
    let note = |what: &'static str| {
        let order = Arc::clone(&order);
        move |(): &mut ()| order.lock().unwrap().push(what)
    };
    let entered = [
        enter(&workers, Lane::Capture, note("new")),
        enter(&workers, Lane::Begun, note("begun")),
        enter(&workers, Lane::Hint, note("hint")),
        enter(&workers, Lane::Hint, note("hint")),
        enter(&workers, Lane::Hint, note("hint")),
    ];
    release.send(()).unwrap();
    for work in entered {
        assert_eq!(work.await, Ok(()));
    }
    assert_eq!(*order.lock().unwrap(), ["hint", "begun", "hint", "new", "hint"]);
}

#[tokio::test]
async fn work_whose_time_is_over_is_dropped_and_answers_busy() {
    let workers = start(vec![()], 1);
    let late = workers.run(Lane::Hint, Instant::now(), |()| panic!("this must not run")).await;
    assert_eq!(late, Err(NotDone::Busy));
}

#[tokio::test]
async fn a_panic_costs_its_own_request_only() {
    let workers = start(vec![7], 1);
    let failed: Result<(), _> = workers.run(Lane::Hint, soon(), |_| panic!("a damaged picture, say")).await;
    assert_eq!(failed, Err(NotDone::Failed));
    assert_eq!(workers.run(Lane::Hint, soon(), |state| *state).await, Ok(7));
}
