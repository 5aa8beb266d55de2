//! The provider and the bank as real processes, and a real browser in front of them.

use std::{future::Future, time::Duration};

pub mod actor;
pub mod bank;
pub mod browser;
pub mod processes;
pub mod recording;
pub mod visit;

/// Asks again and again until it is so; fails with what was awaited after a minute.
pub async fn until<F: Future<Output = bool>>(awaited: &str, mut is_so: impl FnMut() -> F) {
    let so = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), so)
        .await
        .unwrap_or_else(|_| panic!("never came: {awaited}"));
}
