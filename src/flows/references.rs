//! References at rest. A face is transformed under a key of the enrolment's own, sealed under another, and each of the two is
//! wrapped by a key-encryption key of its own purpose: none of the tables, and neither of the key files, has a template.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::standing::find_proven_enrolment;
use crate::{
    domain::{
        face::renewal::{FaceReference, ProtectedReference, TransformKey},
        id::{EnrolmentId, UserId},
        key_encryption::{EnrolmentKeys, KeyPurpose, KeysInUse, binding},
        workflow::enrolment::{ProofKey, ProvenEnrolment, Unproven},
    },
    ports::{
        entropy::Entropy,
        envelope::{KeyEncryption, Vault},
        fault::Fault,
        store::{Db, Store},
    },
};

/// What seals references and opens them.
pub struct References {
    store: Arc<dyn Store>,
    entropy: Arc<dyn Entropy>,
    vault: Arc<dyn Vault>,
    template_keys: Arc<dyn KeyEncryption>,
    transform_keys: Arc<dyn KeyEncryption>,
}

/// A reference as it is kept, and the wrapped keys that are kept apart from it.
#[derive(Clone)]
pub struct SealedReference {
    /// For the enrolment's row.
    pub sealed: Vec<u8>,
    /// For the tables of keys.
    pub keys: EnrolmentKeys,
}

/// A proven enrolment, and its wrapped keys. Read in one transaction, since a renewal changes both.
#[derive(Clone)]
pub struct KeptReference {
    /// The enrolment.
    pub proven: ProvenEnrolment,
    /// Its keys.
    pub keys: EnrolmentKeys,
}

impl KeptReference {
    /// Reads an account's enrolment, proves it, and reads its keys; `None` where there is none.
    pub fn find_of(
        db: &mut dyn Db,
        user: &UserId,
        key: &ProofKey,
    ) -> Result<Option<Result<Self, Unproven>>, Fault> {
        let proven = match find_proven_enrolment(db, user, key)? {
            Some(Ok(proven)) => proven,
            Some(Err(unproven)) => return Ok(Some(Err(unproven))),
            None => return Ok(None),
        };
        let keys = db.find_enrolment_keys(proven.id())?;
        let keys =
            keys.ok_or_else(|| Fault::Damaged(format!("the enrolment {} has lost its keys", proven.id())))?;
        Ok(Some(Ok(Self { proven, keys })))
    }
}

impl References {
    /// Over its ports: the keys of templates are wrapped by one, those of transforms by the other.
    pub fn new(
        store: Arc<dyn Store>,
        entropy: Arc<dyn Entropy>,
        vault: Arc<dyn Vault>,
        template_keys: Arc<dyn KeyEncryption>,
        transform_keys: Arc<dyn KeyEncryption>,
    ) -> Self {
        Self { store, entropy, vault, template_keys, transform_keys }
    }

    /// Protects a new enrolment's reference.
    pub async fn seal_new(&self, id: &EnrolmentId, face: &FaceReference) -> Result<SealedReference, Fault> {
        self.seal(id, 0, &self.protect(face)).await
    }

    /// The reference that an enrolment keeps.
    pub async fn open(&self, kept: &KeptReference) -> Result<ProtectedReference, Fault> {
        let enrolment = kept.proven.enrolment();
        let bound = binding(&enrolment.id, enrolment.renewal);
        let data = self.template_keys.unwrap(&kept.keys.data, &bound).await?;
        let transform = self.transform_keys.unwrap(&kept.keys.transform, &bound).await?;
        let plain = self.vault.unseal_under(&data, &bound, &enrolment.sealed_template)?;
        ProtectedReference::from_bytes(&plain, TransformKey::new(transform))
            .map_err(|unreadable| Fault::Damaged(format!("the reference of {}: {unreadable}", enrolment.id)))
    }

    /// The same face under fresh keys, for the next renewal of its enrolment.
    pub async fn reissue(&self, kept: &KeptReference) -> Result<SealedReference, Fault> {
        let reissued = self.open(kept).await?.reissue(self.fresh_transform_key());
        self.seal(kept.proven.id(), kept.proven.next_renewal(), &reissued).await
    }

    fn protect(&self, face: &FaceReference) -> ProtectedReference {
        ProtectedReference::protect(face, self.fresh_transform_key())
    }

    fn fresh_transform_key(&self) -> TransformKey {
        TransformKey::new(self.fresh_key())
    }

    fn fresh_key(&self) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        self.entropy.fill(key.as_mut());
        key
    }

    async fn seal(
        &self,
        id: &EnrolmentId,
        renewal: u32,
        reference: &ProtectedReference,
    ) -> Result<SealedReference, Fault> {
        let in_use = self.store.read(keys_in_use).await?;
        let (bound, data) = (binding(id, renewal), self.fresh_key());
        let keys = EnrolmentKeys {
            data: self.template_keys.wrap(&in_use.template, &bound, &data).await?,
            transform: self.transform_keys.wrap(&in_use.transform, &bound, reference.key().expose()).await?,
        };
        let sealed = self.vault.seal_under(&data, &bound, &reference.to_bytes())?;
        Ok(SealedReference { sealed, keys })
    }
}

/// The key-encryption keys that new keys are wrapped by.
pub(super) fn keys_in_use(db: &mut dyn Db) -> Result<KeysInUse, Fault> {
    let keys = db.key_encryption_keys()?;
    let of = |purpose: KeyPurpose| {
        let found = keys.iter().find(|key| key.purpose == purpose && key.in_use);
        found.map(|key| key.id.clone()).ok_or_else(|| {
            Fault::Unavailable(format!("no key-encryption key for {} is in use", purpose.name()))
        })
    };
    Ok(KeysInUse { template: of(KeyPurpose::Template)?, transform: of(KeyPurpose::Transform)? })
}
