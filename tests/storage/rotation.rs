//! Rotation on a database that others write to: nothing is lost, and what broke off goes on.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use facestep::{
    domain::{
        id::{EnrolmentId, KekId},
        key_encryption::{EnrolmentKeys, KeyPurpose, binding},
    },
    flows::key_rotation::{KeyRefusal, KeyRotation},
    jose::key_ring::KeyRing,
    ports::{
        clock::Clock,
        entropy::Entropy,
        envelope::KeyEncryption,
        fault::Fault,
        store::{Db, Store},
    },
};
use jiff::Timestamp;
use tempfile::TempDir;

use crate::{
    database::{Database, on_each_engine},
    samples::*,
};

struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        at(0)
    }
}

/// No two buffers alike.
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, buffer: &mut [u8]) {
        let count = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        buffer.iter_mut().zip(count.iter().rev().cycle()).for_each(|(byte, count)| *byte = *count);
    }
}

/// The rings of a folder, and a rotation over them and a store.
struct Keys {
    folder: TempDir,
    rings: [Arc<dyn KeyEncryption>; 2],
    rotation: Arc<KeyRotation>,
    store: Arc<dyn Store>,
}

impl Keys {
    async fn of(store: Arc<dyn Store>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let entropy: Arc<dyn Entropy> = Arc::new(Counting(AtomicU64::new(1)));
        let rings = KeyPurpose::ALL.map(|purpose| -> Arc<dyn KeyEncryption> {
            let place = Some(folder.path().join(purpose.name()));
            Arc::new(KeyRing::new(purpose, place, [], entropy.clone()))
        });
        let [template, transform] = rings.clone();
        let rotation = KeyRotation::new(store.clone(), Arc::new(Standing), entropy, template, transform);
        rotation.ensure().await.unwrap();
        Self { folder, rings, rotation: Arc::new(rotation), store }
    }

    async fn in_use(&self, purpose: KeyPurpose) -> KekId {
        let states = self.rotation.states().await.unwrap();
        states.into_iter().find(|state| state.key.purpose == purpose && state.key.in_use).unwrap().key.id
    }

    /// What an enrolment flow does: looks up what is in use, wraps, and writes.
    async fn enrol(&self, n: u32) -> Result<(), Fault> {
        let name = format!("n{n}");
        let bound = binding(&EnrolmentId::parse(&name).unwrap(), 0);
        let [template, transform] = &self.rings;
        let keys = EnrolmentKeys {
            data: template.wrap(&self.in_use(KeyPurpose::Template).await, &bound, &key_of(n)).await?,
            transform: transform.wrap(&self.in_use(KeyPurpose::Transform).await, &bound, &key_of(n)).await?,
        };
        self.store.transact(move |db| insert(db, &name, &keys)).await
    }

    /// Whether an enrolment's keys are what they were.
    async fn opens(&self, n: u32) -> bool {
        let id = EnrolmentId::parse(&format!("n{n}")).unwrap();
        let bound = binding(&id, 0);
        let keys = self.store.read(move |db| db.find_enrolment_keys(&id)).await.unwrap().unwrap();
        let [template, transform] = &self.rings;
        let data = template.unwrap(&keys.data, &bound).await;
        let transform = transform.unwrap(&keys.transform, &bound).await;
        matches!((data, transform), (Ok(a), Ok(b)) if *a == key_of(n) && *b == key_of(n))
    }
}

fn key_of(n: u32) -> [u8; 32] {
    let mut key = [5; 32];
    key[..4].copy_from_slice(&n.to_be_bytes());
    key
}

fn insert(db: &mut dyn Db, name: &str, keys: &EnrolmentKeys) -> Result<(), Fault> {
    db.insert_user(&user(name))?;
    db.insert_run(&run(name, name, "i1"))?;
    db.insert_enrolment(&enrolment(name, name, name))?;
    db.put_enrolment_keys(&EnrolmentId::parse(name).unwrap(), keys)
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_enrol_during_a_rotation_keep_their_enrolments() {
    on_each_engine(async |Database { store, .. }: Database| {
        let keys = Arc::new(Keys::of(store).await);
        for n in 0..250 {
            keys.enrol(n).await.unwrap();
        }
        let old = keys.in_use(KeyPurpose::Template).await;
        let enrolling = tokio::spawn({
            let keys = keys.clone();
            async move {
                for n in 250..400 {
                    while let Err(fault) = keys.enrol(n).await {
                        assert!(matches!(fault, Fault::Conflict(_)), "{fault}");
                    }
                }
            }
        });
        for purpose in KeyPurpose::ALL {
            let rotation = keys.rotation.rotate(purpose, None, |_| {}).await.unwrap();
            assert!(rotation.done >= 250 && rotation.damaged.is_empty(), "{rotation:?}");
        }
        enrolling.await.unwrap();
        // Whoever looked the key up before the rotation and wrote after it is taken along by the next run.
        for purpose in KeyPurpose::ALL {
            let in_use = keys.in_use(purpose).await;
            keys.rotation.rotate(purpose, Some(&in_use), |_| {}).await.unwrap();
        }
        assert!(keys.rotation.retire(&old, true).await.unwrap(), "its file is destroyed");
        assert!(!keys.folder.path().join(format!("template/{old}.key")).exists());
        for n in 0..400 {
            assert!(keys.opens(n).await, "{n}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_broke_off_goes_on_to_the_key_that_it_began_with() {
    on_each_engine(async |Database { store, .. }: Database| {
        let keys = Keys::of(store).await;
        for n in 0..150 {
            keys.enrol(n).await.unwrap();
        }
        let old = keys.in_use(KeyPurpose::Template).await;
        // Broken off behind the first page.
        let rotation = keys.rotation.clone();
        let broken = tokio::spawn(async move {
            rotation.rotate(KeyPurpose::Template, None, |_| panic!("broken off")).await.map(drop)
        });
        assert!(broken.await.is_err());
        let begun = keys.in_use(KeyPurpose::Template).await;
        assert_ne!(begun, old);
        for n in [0, 149] {
            assert!(keys.opens(n).await, "{n} opens with either key");
        }
        match keys.rotation.retire(&old, true).await {
            Err(KeyRefusal::Wraps { count: 50, .. }) => {}
            other => panic!("{other:?}"),
        }
        let rest = keys.rotation.rotate(KeyPurpose::Template, None, |_| {}).await.unwrap();
        assert_eq!((rest.to, rest.total, rest.done), (begun.clone(), 50, 50));
        assert!(matches!(keys.rotation.retire(&begun, true).await, Err(KeyRefusal::InUse(_))));
        keys.rotation.retire(&old, true).await.unwrap();
        assert!(matches!(keys.rotation.retire(&old, true).await, Err(KeyRefusal::Unknown(_))));
        for n in 0..150 {
            assert!(keys.opens(n).await, "{n}");
        }
        // With nothing left to do, the next rotation is to another key.
        let next = keys.rotation.rotate(KeyPurpose::Template, None, |_| {}).await.unwrap();
        assert_ne!(next.to, begun);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_row_stops_nobody_else_and_is_named() {
    on_each_engine(async |Database { store, .. }: Database| {
        let keys = Keys::of(store.clone()).await;
        for n in 0..3 {
            keys.enrol(n).await.unwrap();
        }
        let damaged = EnrolmentId::parse("n1").unwrap();
        let id = damaged.clone();
        store
            .transact(move |db| {
                let mut keys = db.find_enrolment_keys(&id)?.unwrap();
                keys.data.bytes[20] ^= 1;
                db.put_enrolment_keys(&id, &keys)
            })
            .await
            .unwrap();
        let rotation = keys.rotation.rotate(KeyPurpose::Template, None, |_| {}).await.unwrap();
        assert_eq!((rotation.done, rotation.damaged), (2, vec![damaged]));
        assert!(keys.opens(0).await && keys.opens(2).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_start_together_put_one_key_of_each_purpose_in_use() {
    on_each_engine(async |Database { store, .. }: Database| {
        let keys = Keys::of(store.clone()).await;
        assert_eq!(keys.rotation.states().await.unwrap().len(), 2);
        // A second start finds the same keys, and another machine without them is told which one it lacks.
        keys.rotation.ensure().await.unwrap();
        let in_use = keys.in_use(KeyPurpose::Template).await;
        std::fs::remove_file(keys.folder.path().join(format!("template/{in_use}.key"))).unwrap();
        let entropy: Arc<dyn Entropy> = Arc::new(Counting(AtomicU64::new(100)));
        let [template, transform] = KeyPurpose::ALL.map(|purpose| -> Arc<dyn KeyEncryption> {
            let place = Some(keys.folder.path().join(purpose.name()));
            Arc::new(KeyRing::new(purpose, place, [], entropy.clone()))
        });
        let other = KeyRotation::new(store, Arc::new(Standing), entropy.clone(), template, transform);
        let told = other.ensure().await.unwrap_err().to_string();
        assert!(told.contains(in_use.as_str()) && told.contains("not at hand"), "{told}");
    })
    .await;
}
