//! How many wrong passwords may be tried: for each account name and from each address, whichever is spent first. And how
//! often an account may ask the identity source.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use crate::domain::{id::UserId, secret::sha256};

/// After so many tries, keys that have all of theirs back are forgotten.
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

/// Counts wrong passwords in this process's memory.
pub struct SignInThrottle {
    /// By the hash of the name: a key is as short as another, however long the name that was typed.
    names: Tries<[u8; 32]>,
    addresses: Tries<IpAddr>,
}

impl SignInThrottle {
    /// A throttle of this width.
    pub fn new(allowance: SignInAllowance) -> Self {
        Self { names: Tries::new(allowance.by_name), addresses: Tries::new(allowance.by_address) }
    }

    /// Spends one try; refused with the seconds until the next. The address is asked first, so that one that is spent
    /// cannot go on to spend others' names.
    pub fn spend(&self, name: &str, address: Option<IpAddr>) -> Result<(), u32> {
        if let Some(address) = address {
            self.addresses.spend(network_of(address))?;
        }
        self.names.spend(name_key(name))
    }

    /// Gives a try back, whose password was right: it is failures that are limited (NIST SP 800-63B-4 §3.2.2). The
    /// failures before it stay counted, or whoever guesses could wait for the owner to wipe them out.
    pub fn give_back(&self, name: &str, address: Option<IpAddr>) {
        if let Some(address) = address {
            self.addresses.give_back(&network_of(address));
        }
        self.names.give_back(&name_key(name));
    }
}

/// Counts what comes from one address in this process's memory. Behind a reverse proxy every request has the proxy's.
pub struct AddressThrottle {
    addresses: Tries<IpAddr>,
}

impl AddressThrottle {
    /// A throttle of this width.
    pub fn new(allowance: Allowance) -> Self {
        Self { addresses: Tries::new(allowance) }
    }

    /// Spends one; refused with the seconds until the next.
    pub fn spend(&self, address: Option<IpAddr>) -> Result<(), u32> {
        address.map_or(Ok(()), |address| self.addresses.spend(network_of(address)))
    }
}

/// Counts an account's questions to the identity source in this process's memory.
pub struct LookUpThrottle {
    accounts: Tries<UserId>,
}

impl LookUpThrottle {
    /// A throttle of this width.
    pub fn new(allowance: Allowance) -> Self {
        Self { accounts: Tries::new(allowance) }
    }

    /// Spends one question; refused with the seconds until the next.
    pub fn spend(&self, user: &UserId) -> Result<(), u32> {
        self.accounts.spend(user.clone())
    }
}

/// The tries of each key. A key is remembered by the moment at which it has all its tries back, and forgotten after it.
struct Tries<K> {
    allowance: Allowance,
    full_again: Mutex<HashMap<K, Instant>>,
    checks: AtomicU32,
}

impl<K: Eq + Hash> Tries<K> {
    fn new(allowance: Allowance) -> Self {
        Self { allowance, full_again: Mutex::default(), checks: AtomicU32::new(0) }
    }

    fn spend(&self, key: K) -> Result<(), u32> {
        let (now, every) = (Instant::now(), self.allowance.every);
        let mut full_again = self.lock();
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            full_again.retain(|_, full| *full > now);
        }
        let after = full_again.get(&key).map_or(now, |full| *full.max(&now)) + every;
        let over = (after - now).saturating_sub(every * self.allowance.burst.get());
        if over.is_zero() {
            full_again.insert(key, after);
            return Ok(());
        }
        Err(whole_seconds(over))
    }

    fn give_back(&self, key: &K) {
        if let Some(full) = self.lock().get_mut(key) {
            *full = full.checked_sub(self.allowance.every).unwrap_or(*full);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Instant>> {
        // What is inside is whole at every moment.
        self.full_again.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn name_key(name: &str) -> [u8; 32] {
    sha256(name.trim().to_lowercase().as_bytes())
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
    fn a_right_password_costs_nothing_and_forgives_nothing() {
        // NIST SP 800-63B-4 §3.2.2
        let twice = Allowance::of(2, Duration::from_secs(60));
        let throttle = SignInThrottle::new(SignInAllowance { by_name: twice, by_address: twice });
        let address = Some(IpAddr::from([10, 0, 0, 1]));
        for _ in 0..5 {
            assert_eq!(throttle.spend("ada", address), Ok(()));
            throttle.give_back("Ada", address);
        }
        assert_eq!(throttle.spend("ada", address), Ok(()));
        for _ in 0..5 {
            assert_eq!(throttle.spend("ada", address), Ok(()));
            throttle.give_back("ada", address);
        }
        assert_eq!(throttle.spend("ada", address), Ok(()));
        assert!(matches!(throttle.spend("ada", address), Err(59..=60)));
    }

    #[test]
    fn an_ipv6_network_counts_as_one_address() {
        let network: IpAddr = "2001:db8:1:2::".parse().unwrap();
        assert_eq!(network_of("2001:db8:1:2:3:4:5:6".parse().unwrap()), network);
        assert_eq!(network_of("::ffff:10.0.0.1".parse().unwrap()), IpAddr::from([10, 0, 0, 1]));
    }
}
