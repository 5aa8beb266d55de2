//! Whether a face can be asked of an account in this browser: its enrolment, proven again, and the tries that are left.

use jiff::Timestamp;
use serde_json::Value;

use super::devices::find_device_standing;
use crate::{
    domain::{
        authn::policy::{EnrolledBy, FaceFacts},
        face::{
            attempts::{self, AttemptPolicy, DeviceScope},
            template::ModelId,
        },
        id::UserId,
        secret::TokenHash,
        user::User,
        workflow::enrolment::{ProofKey, ProvenEnrolment, Unproven},
    },
    ports::{fault::Fault, store::Db},
};

/// Reads an account's enrolment with its parent run and proves it; `None` where there is none.
pub fn find_proven_enrolment(
    db: &mut dyn Db,
    user: &UserId,
    key: &ProofKey,
) -> Result<Option<Result<ProvenEnrolment, Unproven>>, Fault> {
    let Some(enrolment) = db.find_enrolment_of(user)? else { return Ok(None) };
    let proven = match db.find_run(&enrolment.run)? {
        Some(parent) => ProvenEnrolment::prove(enrolment, &parent, key),
        None => Err(Unproven::NoCompletedParent),
    };
    Ok(Some(proven))
}

/// The same for the embedder in use. An enrolment by another one compares with nothing and stands for none: a parent run
/// may make a new one in its place.
pub(super) fn find_usable_enrolment(
    db: &mut dyn Db,
    user: &UserId,
    key: &ProofKey,
    model: &ModelId,
) -> Result<Option<Result<ProvenEnrolment, Unproven>>, Fault> {
    let proven = find_proven_enrolment(db, user, key)?;
    Ok(proven.filter(|proven| proven.as_ref().map_or(true, |proven| proven.enrolment().model == *model)))
}

/// Whose tries count in this browser: the known device's, or those of all unknown ones.
pub fn find_scope(db: &mut dyn Db, user: &UserId, device: Option<&TokenHash>) -> Result<DeviceScope, Fault> {
    let known = match device {
        Some(hash) => db.find_device(user, hash)?,
        None => None,
    };
    Ok(known.map_or(DeviceScope::Unknown, |device| DeviceScope::Known(device.id)))
}

/// The standing for a request that came at this time, and why an enrolment that is there does not count, for the audit log. Such a one also closes the way
/// to a new enrolment: someone changed the rows, and an operator must look.
pub(super) fn find_standing(
    db: &mut dyn Db,
    user: &User,
    device: Option<&TokenHash>,
    key: &ProofKey,
    model: &ModelId,
    policy: &AttemptPolicy,
    asked_at: Timestamp,
) -> Result<(FaceFacts, Value), Fault> {
    let enrolment = find_usable_enrolment(db, &user.id, key, model)?;
    let scope = find_scope(db, &user.id, device)?;
    let budget = db.find_budget(&user.id, &scope)?;
    let enrolled = matches!(enrolment, Some(Ok(_)));
    let enrollable = enrolment.is_none() && user.verified.is_some();
    let standing = attempts::standing(enrolled, enrollable, budget.as_ref(), policy);
    let proven = enrolment.as_ref().and_then(|proven| proven.as_ref().ok());
    let enrolled_by = proven.map(|proven| &proven.enrolment().run);
    let has_device_key = find_device_standing(db, &user.id, device)?.serves(asked_at, enrolled_by);
    let can_enrol = user.verified.is_some() && !matches!(enrolment, Some(Err(_)));
    let (enrolment, unproven) = match enrolment {
        Some(Ok(proven)) => {
            let (workflow, completed_at) = (proven.workflow().clone(), proven.enrolment().completed_at);
            (Some(EnrolledBy { workflow, completed_at }), Value::Null)
        }
        Some(Err(unproven)) => (None, unproven.to_string().into()),
        None => (None, Value::Null),
    };
    Ok((FaceFacts { standing, enrolment, can_enrol, has_device_key }, unproven))
}
