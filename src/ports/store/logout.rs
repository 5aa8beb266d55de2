//! Clients that are still to hear of a logout.

use jiff::Timestamp;

use crate::{
    domain::{id::LogoutNoticeId, oidc::logout::notice::LogoutNotice},
    ports::fault::Fault,
};

/// Logout notices on their way.
pub trait LogoutNoticeStore {
    /// Adds one.
    fn insert_logout_notice(&mut self, notice: &LogoutNotice) -> Result<(), Fault>;
    /// Those that are due, the one that waits longest first; at most so many.
    fn due_logout_notices(&mut self, now: Timestamp, most: u32) -> Result<Vec<LogoutNotice>, Fault>;
    /// Claims one as it was read, until a moment: `true` for one caller only.
    fn claim_logout_notice(&mut self, read: &LogoutNotice, until: Timestamp) -> Result<bool, Fault>;
    /// Puts one that was tried in vain back in the queue.
    fn postpone_logout_notice(&mut self, notice: &LogoutNotice) -> Result<(), Fault>;
    /// Drops one that was delivered or given up.
    fn remove_logout_notice(&mut self, id: &LogoutNoticeId) -> Result<(), Fault>;
}
