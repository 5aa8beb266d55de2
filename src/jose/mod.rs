//! JOSE: what is signed, what is sealed on its way, and what is sealed at rest; argon2id for passwords. The only place
//! that names `josekit`.

mod certificate;
pub mod client_jwts;
pub mod device_proof;
pub mod envelope;
mod key_file;
pub mod key_ring;
pub mod master_key;
pub mod passwords;
pub mod signer;
pub mod vault;
