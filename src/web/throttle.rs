//! How often passwords may be tried: for each account name and for each address, whichever is spent first. And how often
//! an account may ask the identity source.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use crate::domain::{id::UserId, secret::sha256};

/// After so many checks, keys that are back at full quota are forgotten.
const SWEEP_EVERY: u32 = 1024;

/// A number of tries at once, and the time in which one comes back.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    /// Tries at once.
    pub burst: NonZeroU32,
    /// Time for one more.
    pub every: Duration,
}

/// How often passwords may be tried.
#[derive(Clone, Copy, Debug)]
pub struct SignInAllowance {
    /// For one account name, from anywhere (NIST SP 800-63B-4 §3.2.2).
    pub by_name: Allowance,
    /// From one address, for any name. Behind a reverse proxy every request has the proxy's address, so it is wide.
    pub by_address: Allowance,
}

impl Allowance {
    /// This wide.
    pub const fn of(burst: u32, every: Duration) -> Self {
        Self { burst: NonZeroU32::MIN.saturating_add(burst.saturating_sub(1)), every }
    }
}

impl Default for SignInAllowance {
    fn default() -> Self {
        Self {
            by_name: Allowance::of(10, Duration::from_secs(30)),
            by_address: Allowance::of(100, Duration::from_secs(1)),
        }
    }
}

/// How often one account may ask the identity source, over all its visits, as shipped: enough for typing errors, too
/// little to search a register with a stolen password.
pub const LOOK_UPS: Allowance = Allowance::of(10, Duration::from_secs(600));

/// Counts password tries in this process's memory.
pub struct SignInThrottle {
    /// By the hash of the name: a key is as short as another, however long the name that was typed.
    names: DefaultKeyedRateLimiter<[u8; 32]>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
    checks: AtomicU32,
}

impl SignInThrottle {
    /// A throttle of this width.
    pub fn new(allowance: SignInAllowance) -> Self {
        Self {
            names: RateLimiter::keyed(quota(allowance.by_name)),
            addresses: RateLimiter::keyed(quota(allowance.by_address)),
            clock: DefaultClock::default(),
            checks: AtomicU32::new(0),
        }
    }

    /// Spends one try; refused with the seconds until the next. The address is asked first, so that one that is spent
    /// cannot go on to spend others' names.
    pub fn spend(&self, name: &str, address: Option<IpAddr>) -> Result<(), u32> {
        self.sweep_now_and_then();
        let now = self.clock.now();
        if let Some(address) = address {
            let checked = self.addresses.check_key(&network_of(address));
            checked.map_err(|refused| whole_seconds(refused.wait_time_from(now)))?;
        }
        let checked = self.names.check_key(&sha256(name.trim().to_lowercase().as_bytes()));
        checked.map_err(|refused| whole_seconds(refused.wait_time_from(now)))
    }

    fn sweep_now_and_then(&self) {
        if is_sweep_due(&self.checks) {
            self.names.retain_recent();
            self.addresses.retain_recent();
        }
    }
}

/// Counts an account's questions to the identity source in this process's memory.
pub struct LookUpThrottle {
    accounts: DefaultKeyedRateLimiter<UserId>,
    clock: DefaultClock,
    checks: AtomicU32,
}

impl LookUpThrottle {
    /// A throttle of this width.
    pub fn new(allowance: Allowance) -> Self {
        Self {
            accounts: RateLimiter::keyed(quota(allowance)),
            clock: DefaultClock::default(),
            checks: AtomicU32::new(0),
        }
    }

    /// Spends one question; refused with the seconds until the next.
    pub fn spend(&self, user: &UserId) -> Result<(), u32> {
        if is_sweep_due(&self.checks) {
            self.accounts.retain_recent();
        }
        let now = self.clock.now();
        self.accounts.check_key(user).map_err(|refused| whole_seconds(refused.wait_time_from(now)))
    }
}

fn is_sweep_due(checks: &AtomicU32) -> bool {
    checks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1
}

fn quota(allowance: Allowance) -> Quota {
    let every = allowance.every.max(Duration::from_millis(1));
    Quota::with_period(every).unwrap_or(Quota::per_second(NonZeroU32::MIN)).allow_burst(allowance.burst)
}

/// An IPv6 subscriber has a whole /64.
fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        },
    }
}

fn whole_seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_spent_from_anywhere_and_an_address_for_any_name() {
        // NIST SP 800-63B-4 §3.2.2
        let once = Allowance { burst: NonZeroU32::MIN, every: Duration::from_secs(60) };
        let throttle = SignInThrottle::new(SignInAllowance { by_name: once, by_address: once });
        let address = |last| Some(IpAddr::from([10, 0, 0, last]));
        assert_eq!(throttle.spend("ada", address(1)), Ok(()));
        assert!(matches!(throttle.spend(" ADA ", address(2)), Err(59..=60)));
        assert!(throttle.spend("bob", address(1)).is_err());
        assert_eq!(throttle.spend("bob", address(3)), Ok(()));
    }

    #[test]
    fn an_ipv6_network_counts_as_one_address() {
        let network: IpAddr = "2001:db8:1:2::".parse().unwrap();
        assert_eq!(network_of("2001:db8:1:2:3:4:5:6".parse().unwrap()), network);
        assert_eq!(network_of("::ffff:10.0.0.1".parse().unwrap()), IpAddr::from([10, 0, 0, 1]));
    }
}
