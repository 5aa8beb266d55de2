//! Every change of a client, whoever makes it, is one row, one version and one audit event in one transaction. Whoever writes
//! clients does so here.

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    domain::{
        audit::AuditEvent,
        change::{Author, Change},
        id::ClientId,
        oidc::{
            client::Client,
            registration::snapshot::{revision, snapshot},
        },
        versions::ClientVersion,
    },
    ports::{fault::Fault, store::Db},
};

/// Why a version stands there that nobody wrote when it was made.
const FROM_BEFORE: &str = "as it was before versions were kept";

/// Adds a client; `false` where its name is taken.
pub(super) fn add(
    db: &mut dyn Db,
    client: &Client,
    event: AuditEvent,
    change: &Change,
) -> Result<bool, Fault> {
    if !db.insert_client(client)? {
        return Ok(false);
    }
    let number = keep(db, &client.id, Some(snapshot(client).into()), change, event.at)?;
    db.append_event(&change.tell(event).with("version", number))?;
    Ok(true)
}

/// Puts a client in the place of the one that was read before in this transaction. What leaves its registration as it was,
/// as another secret does, is told and makes no version.
pub(super) fn replace(
    db: &mut dyn Db,
    kept: &Client,
    client: &Client,
    event: AuditEvent,
    change: &Change,
) -> Result<(), Fault> {
    if !db.save_client(client)? {
        return Err(Fault::Conflict("client"));
    }
    let mut event = change.tell(event);
    if revision(kept) != revision(client) {
        remember(db, kept)?;
        let number = keep(db, &client.id, Some(snapshot(client).into()), change, event.at)?;
        event = event.with("version", number);
    }
    db.append_event(&event)
}

/// Removes a client with all that it was granted; `false` where there is none. Its versions stay.
pub(super) fn remove(
    db: &mut dyn Db,
    id: &ClientId,
    event: AuditEvent,
    change: &Change,
) -> Result<bool, Fault> {
    let Some(kept) = db.find_client(id)? else { return Ok(false) };
    remember(db, &kept)?;
    db.remove_client(id)?;
    let number = keep(db, id, None, change, event.at)?;
    db.append_event(&change.tell(event).with("version", number))?;
    Ok(true)
}

/// The first version of a client that was there before versions were kept, so that its first change can be undone.
fn remember(db: &mut dyn Db, kept: &Client) -> Result<(), Fault> {
    if db.client_version_number(&kept.id)? > 0 {
        return Ok(());
    }
    let change = Change { by: Author::Installer, reason: Some(FROM_BEFORE.into()) };
    keep(db, &kept.id, Some(snapshot(kept).into()), &change, kept.created_at).map(drop)
}

/// Of two who change a client at once, the number lets one win.
fn keep(
    db: &mut dyn Db,
    client: &ClientId,
    snapshot: Option<Value>,
    change: &Change,
    at: Timestamp,
) -> Result<i64, Fault> {
    let number = db.client_version_number(client)? + 1;
    let (client, author) = (client.clone(), change.by.clone());
    let reason = change.reason.clone().unwrap_or_default();
    db.insert_client_version(&ClientVersion { client, number, snapshot, author, reason, at })?;
    Ok(number)
}
