//! Audit events and the chain's head. What events are looked for by stands in columns beside their text; reading the chain
//! proves that both say the same.

use diesel::prelude::*;

use super::{
    connection::{find_one, run},
    prepared::prepared,
    row::{Place, json, milliseconds, one_row},
    schema::{audit_events, audit_head},
    transaction::Transaction,
};
use crate::{
    domain::audit::{AuditEvent, ChainLink},
    ports::{
        fault::Fault,
        store::{AuditStore, SealedEvent},
    },
};

/// The only row of the head's table.
const HEAD: i64 = 1;

impl AuditStore for Transaction<'_> {
    fn append_event(&mut self, event: &AuditEvent) -> Result<(), Fault> {
        self.step(|c| {
            let columns = (audit_events::id.eq(event.id.as_str()), audit_events::event.eq(json(event)?));
            let index = Index::of(event);
            run!(c, diesel::insert_into(audit_events::table).values((columns, &index)))?;
            Ok(())
        })
    }

    fn unsealed_events(&mut self, most: i64) -> Result<Vec<(String, String)>, Fault> {
        self.step(|c| {
            let waiting = audit_events::table.filter(audit_events::position.is_null());
            let oldest = waiting.order(audit_events::seq).limit(most);
            Ok(oldest.select((audit_events::id, audit_events::event)).load(c)?)
        })
    }

    fn audit_head(&mut self) -> Result<Option<(i64, ChainLink)>, Fault> {
        self.step(|c| {
            let at = Place::new("audit_head", "1");
            let head = audit_head::table.find(HEAD).select((audit_head::position, audit_head::link));
            let row: Option<(i64, Vec<u8>)> = find_one!(c, head)?;
            let (position, link) = at.proven("id", row)?;
            let link = at.proven("link", parse_link(&link))?;
            Ok((position > 0).then_some((position, link)))
        })
    }

    fn seal_events(&mut self, head: i64, links: &[(&str, ChainLink)]) -> Result<(), Fault> {
        let (Some((_, last)), Ok(count)) = (links.last(), i64::try_from(links.len())) else { return Ok(()) };
        self.step(|c| {
            // The head first: two sealers wait for each other here, and nowhere else.
            let before =
                audit_head::table.filter(audit_head::id.eq(HEAD)).filter(audit_head::position.eq(head));
            let moved = (audit_head::position.eq(head + count), audit_head::link.eq(last.0.as_slice()));
            one_row(run!(c, prepared(diesel::update(before).set(moved)))?, "audit head")?;
            for (position, (id, link)) in (head + 1..).zip(links) {
                let waiting = audit_events::table
                    .filter(audit_events::id.eq(id))
                    .filter(audit_events::position.is_null());
                let sealed = (audit_events::position.eq(position), audit_events::link.eq(link.0.as_slice()));
                one_row(run!(c, prepared(diesel::update(waiting).set(sealed)))?, "audit event")?;
            }
            Ok(())
        })
    }

    fn sealed_events(&mut self, from: i64, most: i64) -> Result<Vec<SealedEvent>, Fault> {
        self.step(|c| {
            let chained = audit_events::table.filter(audit_events::position.ge(from));
            let page = chained.order(audit_events::position).limit(most);
            let columns = (audit_events::id, audit_events::event, audit_events::position, audit_events::link);
            let rows: Vec<(EventColumns, Index)> = page.select((columns, Index::as_select())).load(c)?;
            rows.into_iter().map(|(event, index)| parse_sealed(event, &index)).collect()
        })
    }
}

/// What an event is looked for and counted by.
#[derive(Queryable, Selectable, Insertable, PartialEq)]
#[diesel(table_name = audit_events)]
pub(super) struct Index {
    at: i64,
    kind: String,
    facet: Option<String>,
    user_id: Option<String>,
    client_id: Option<String>,
    session_id: Option<String>,
    interaction_id: Option<String>,
    run_id: Option<String>,
}

impl Index {
    fn of(event: &AuditEvent) -> Self {
        Self {
            at: milliseconds(event.at),
            kind: event.kind.name(),
            facet: event.facet().map(str::to_owned),
            user_id: event.user.as_ref().map(ToString::to_string),
            client_id: event.client.as_ref().map(ToString::to_string),
            session_id: event.session.as_ref().map(ToString::to_string),
            interaction_id: event.interaction.as_ref().map(ToString::to_string),
            run_id: event.run.as_ref().map(ToString::to_string),
        }
    }
}

type EventColumns = (String, String, Option<i64>, Option<Vec<u8>>);

fn parse_sealed((id, event, position, link): EventColumns, index: &Index) -> Result<SealedEvent, Fault> {
    let at = Place::new("audit_events", &id);
    // A text that tells nothing is for the chain to find.
    if serde_json::from_str(&event).is_ok_and(|told: AuditEvent| Index::of(&told) != *index) {
        return Err(at.damaged("index"));
    }
    Ok(SealedEvent {
        position: at.proven("position", position)?,
        event,
        link: at.proven("link", link.as_deref().and_then(parse_link))?,
    })
}

fn parse_link(bytes: &[u8]) -> Option<ChainLink> {
    bytes.try_into().ok().map(ChainLink)
}
