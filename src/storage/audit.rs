//! Audit events and the chain's head.

use diesel::prelude::*;

use super::{
    connection::{find_one, run},
    prepared::prepared,
    row::{Place, json, one_row},
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
            run!(c, diesel::insert_into(audit_events::table).values(columns))?;
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
            let rows: Vec<EventColumns> = page.select(columns).load(c)?;
            rows.into_iter().map(parse_sealed).collect()
        })
    }
}

type EventColumns = (String, String, Option<i64>, Option<Vec<u8>>);

fn parse_sealed((id, event, position, link): EventColumns) -> Result<SealedEvent, Fault> {
    let at = Place::new("audit_events", &id);
    Ok(SealedEvent {
        position: at.proven("position", position)?,
        event,
        link: at.proven("link", link.as_deref().and_then(parse_link))?,
    })
}

fn parse_link(bytes: &[u8]) -> Option<ChainLink> {
    bytes.try_into().ok().map(ChainLink)
}
