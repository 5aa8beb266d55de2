//! What every command needs: the configuration, and the parts that stand on it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    config::{self, Config, GivenKeys},
    domain::{audit::AuditKey, key_encryption::KeyPurpose, oidc::issuer::Issuer},
    flows::{
        accounts::Accounts, clients::Clients, key_rotation::KeyRotation, policy_book::PolicyBook,
        references::References, registrar::Registrar, registration::Registrations, signing_keys::SigningKeys,
        template_renewal::TemplateRenewal,
    },
    jose::{key_ring::KeyRing, master_key::MasterKey, passwords::Argon2Passwords, signer::JoseSigner},
    outbound::{HttpOutbound, OutboundPolicy},
    ports::{
        clock::Clock, entropy::Entropy, envelope::KeyEncryption, outbound::Outbound, passwords::Passwords,
        store::Store,
    },
    storage,
    system::{SystemClock, SystemEntropy},
};

use super::{Failure, serve};

/// The file that is read when none is named and it exists.
const USUAL: &str = "facestep.toml";

/// How many passwords are hashed at once; each takes 19 MiB while it is.
const PASSWORDS_AT_ONCE: usize = 4;

/// Where the configuration is, if anywhere.
pub struct ConfigFile(pub Option<PathBuf>);

impl ConfigFile {
    /// Reads and checks the configuration as a whole.
    pub fn load(&self) -> Result<Config, Failure> {
        Ok(Config::load(self.path())?)
    }

    /// The file that is read: the one named, else the usual one where it exists.
    pub fn path(&self) -> Option<&Path> {
        self.0.as_deref().or_else(|| Path::new(USUAL).exists().then(|| Path::new(USUAL)))
    }

    /// Opens what the configuration names: the key file, and the database with its migrations run.
    pub fn open(&self) -> Result<Parts, Failure> {
        let config = self.load()?;
        if let Some(folder) = config.database_url.file().and_then(Path::parent) {
            std::fs::create_dir_all(folder)?;
        }
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let master_key = MasterKey::load_or_create(&config.key_file, entropy.as_ref())?;
        Ok(Parts {
            store: storage::open(config.database_url.expose())?,
            audit_key: Arc::new(master_key.audit_key()),
            passwords: Arc::new(Argon2Passwords::new(entropy.clone(), PASSWORDS_AT_ONCE)?),
            clock: Arc::new(SystemClock),
            outbound: outbound(&config.outbound)?,
            master_key,
            entropy,
            config,
        })
    }
}

/// The parts that commands are made from.
pub struct Parts {
    /// The checked configuration.
    pub config: Config,
    /// The database.
    pub store: Arc<dyn Store>,
    /// The key that all others come from.
    pub master_key: MasterKey,
    /// The key of the audit chain.
    pub audit_key: Arc<AuditKey>,
    /// Password hashing.
    pub passwords: Arc<dyn Passwords>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Addresses that clients registered.
    pub outbound: Arc<dyn Outbound>,
}

fn outbound(config: &config::Outbound) -> Result<Arc<dyn Outbound>, Failure> {
    let file = &config.extra_ca_file;
    let unusable = |error: &dyn std::fmt::Display| {
        Failure::of(format!("outbound.extra_ca_file: {} cannot be used ({error})", file.display()))
    };
    let extra_authorities = match file.as_os_str().is_empty() {
        true => Vec::new(),
        false => std::fs::read(file).map_err(|error| unusable(&error))?,
    };
    let policy = OutboundPolicy {
        allow_private: config.allow_private,
        extra_authorities,
        ..OutboundPolicy::default()
    };
    Ok(Arc::new(HttpOutbound::new(policy).map_err(|error| unusable(&error))?))
}

impl Parts {
    /// Accounts.
    pub fn accounts(&self) -> Accounts {
        let (store, passwords) = (self.store.clone(), self.passwords.clone());
        Accounts::new(store, passwords, self.clock.clone(), self.entropy.clone())
    }

    /// The rings of key-encryption keys: for data keys, and for transform keys.
    pub fn key_rings(&self) -> (Arc<dyn KeyEncryption>, Arc<dyn KeyEncryption>) {
        let (config, entropy) = (&self.config, &self.entropy);
        let ring = |purpose, folder, given: &GivenKeys| -> Arc<dyn KeyEncryption> {
            Arc::new(KeyRing::new(purpose, Some(folder), given.expose(), entropy.clone()))
        };
        (
            ring(KeyPurpose::Template, config.template_keys_dir(), &config.keys.template_given),
            ring(KeyPurpose::Transform, config.transform_keys_dir(), &config.keys.transform_given),
        )
    }

    /// Signing keys.
    pub fn signing_keys(&self) -> Result<SigningKeys, Failure> {
        let signer = JoseSigner::new(Arc::new(self.master_key.vault(self.entropy.clone())));
        Ok(SigningKeys::new(
            self.store.clone(),
            self.clock.clone(),
            self.entropy.clone(),
            Arc::new(signer),
            Issuer::parse(&self.config.issuer)?,
            serve::settings::keys(&self.config),
        ))
    }

    /// Key-encryption keys.
    pub fn key_rotation(&self) -> KeyRotation {
        let (template_keys, transform_keys) = self.key_rings();
        let (store, clock) = (self.store.clone(), self.clock.clone());
        KeyRotation::new(store, clock, self.entropy.clone(), template_keys, transform_keys)
    }

    /// Templates issued anew.
    pub fn template_renewal(&self) -> TemplateRenewal {
        let (template_keys, transform_keys) = self.key_rings();
        let (store, entropy) = (self.store.clone(), self.entropy.clone());
        let vault = Arc::new(self.master_key.vault(entropy.clone()));
        let references =
            References::new(store.clone(), entropy.clone(), vault, template_keys, transform_keys);
        let proof_key = Arc::new(self.master_key.proof_key());
        TemplateRenewal::new(store, self.clock.clone(), entropy, Arc::new(references), proof_key)
    }

    /// Clients.
    pub fn clients(&self) -> Clients {
        Clients::new(Arc::new(self.registrar()))
    }

    /// What compiles policies for this configuration.
    pub fn book(&self) -> Arc<PolicyBook> {
        Arc::new(PolicyBook::new(self.config.house()))
    }

    /// Clients that register themselves.
    pub fn registrations(&self) -> Registrations {
        Registrations::new(Arc::new(self.registrar()), self.config.registration.mode)
    }

    fn registrar(&self) -> Registrar {
        Registrar {
            store: self.store.clone(),
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            vault: Arc::new(self.master_key.vault(self.entropy.clone())),
            outbound: self.outbound.clone(),
            book: self.book(),
            allow_http: self.config.outbound.allow_private,
            response_types: self.config.authorization.response_types,
        }
    }
}
