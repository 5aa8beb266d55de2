//! Looking for audit events and counting them: by what stands beside their text, which is filled for events from before,
//! and which the chain finds to be changed.

use std::{collections::BTreeMap, sync::Arc};

use facestep::{
    domain::{
        audit::{AuditEvent, AuditKey, AuditKind},
        id::{AuditId, ClientId, InteractionId, RunId, SessionId, UserId},
    },
    flows::{
        admin::statistics::StatisticsDesk,
        audit_seal::{AuditFlaw, AuditSealer, AuditVerdict, AuditVerifier},
    },
    ports::store::{AuditPlace, AuditQuery, Store},
    storage,
    system::SystemClock,
};
use jiff::{Timestamp, tz::TimeZone};

use crate::{
    database::{Database, on_each_engine, on_each_kept_engine},
    samples::{at, event},
};

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An event of a request of `ada` at a client, with names that say where it belongs.
fn told(id: &str, at: &str, kind: AuditKind, client: &str, request: u32) -> AuditEvent {
    AuditEvent {
        user: UserId::parse("ada"),
        client: ClientId::parse(client),
        session: SessionId::parse(&format!("s{request}")),
        interaction: InteractionId::parse(&format!("i{request}")),
        run: RunId::parse(&format!("r{request}")),
        ..AuditEvent::new(AuditId::parse(id).unwrap(), moment(at), kind)
    }
}

/// Two step-ups at the bank, one passed and one declined, and an enrolment at the shop that nobody ended.
fn requests() -> Vec<AuditEvent> {
    use AuditKind::*;
    vec![
        told("e1", "2026-05-01T10:00:00.1239999Z", RunOpened, "bank", 1).with("workflow", "child"),
        told("e2", "2026-05-01T10:00:08Z", CeremonyConcluded, "bank", 1)
            .with("passed", false)
            .with("cause", "mismatch"),
        told("e3", "2026-05-01T10:00:20.5Z", CeremonyConcluded, "bank", 1).with("passed", true),
        told("e4", "2026-05-01T10:00:20.5Z", RunEnded, "bank", 1).with("completed", true),
        told("e5", "2026-05-01T10:00:21Z", GrantIssued, "bank", 1).with("acr", "urn:facestep:acr:face"),
        told("e6", "2026-05-01T23:59:59.999999Z", RunOpened, "bank", 2).with("workflow", "child"),
        told("e7", "2026-05-02T00:00:00Z", Declined, "bank", 2).with("reason", "user_declined"),
        told("e8", "2026-05-02T00:00:00Z", RunEnded, "bank", 2)
            .with("completed", false)
            .with("reason", "user_declined"),
        told("e9", "2026-05-02T00:00:01Z", InteractionRefused, "bank", 2).with("reason", "user_declined"),
        told("e10", "2026-05-02T09:00:00Z", RunOpened, "shop", 3).with("workflow", "parent"),
        told("e11", "2026-05-02T09:01:00Z", CeremonyConcluded, "shop", 3).with("passed", false),
        told("e12", "2026-05-02T09:01:00Z", IdentityChecked, "shop", 3)
            .with("outcome", "matched")
            .with("note", "100%_sure!"),
    ]
}

async fn write(store: &Arc<dyn Store>, events: Vec<AuditEvent>) {
    let append = store.transact(move |db| events.iter().try_for_each(|event| db.append_event(event)));
    append.await.unwrap();
}

async fn found(store: &Arc<dyn Store>, query: AuditQuery) -> Vec<String> {
    let events = store.read(move |db| db.search_events(&query, None, 100)).await.unwrap();
    events.iter().map(|found| found.event.id.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_found_by_each_name_and_by_time_the_newest_first() {
    on_each_engine(async |Database { store, .. }: Database| {
        write(&store, requests()).await;
        let any = AuditQuery::default;
        let cases: [(AuditQuery, &[&str]); 9] = [
            (
                AuditQuery { kinds: vec![AuditKind::Declined, AuditKind::RunEnded], ..any() },
                &["e8", "e7", "e4"],
            ),
            (AuditQuery { client: ClientId::parse("shop"), ..any() }, &["e12", "e11", "e10"]),
            (AuditQuery { user: UserId::parse("bob"), ..any() }, &[]),
            (AuditQuery { session: SessionId::parse("s2"), ..any() }, &["e9", "e8", "e7", "e6"]),
            (AuditQuery { interaction: InteractionId::parse("i3"), ..any() }, &["e12", "e11", "e10"]),
            (
                AuditQuery {
                    user: UserId::parse("ada"),
                    from: Some(moment("2026-05-01T10:00:20.5Z")),
                    until: Some(moment("2026-05-02T00:00:00Z")),
                    ..any()
                },
                &["e6", "e5", "e4", "e3"],
            ),
            (AuditQuery { words: vec!["MisMatch".into(), "ada".into()], ..any() }, &["e2"]),
            (AuditQuery { words: vec!["100%_sure!".into()], ..any() }, &["e12"]),
            (AuditQuery { words: vec!["1__%_sure".into()], ..any() }, &[]),
        ];
        for (query, expected) in cases {
            assert_eq!(found(&store, query.clone()).await, expected, "{query:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_join_without_a_gap_or_a_repetition_among_events_of_one_moment() {
    on_each_engine(async |Database { store, .. }: Database| {
        write(&store, (1..=7).map(|n| event(&format!("a{n}"))).collect()).await;
        write(&store, requests()).await;
        let (mut ids, mut before): (Vec<String>, Option<AuditPlace>) = (Vec::new(), None);
        loop {
            let page = move |db: &mut dyn facestep::ports::store::Db| {
                db.search_events(&AuditQuery::default(), before, 3)
            };
            let page = store.read(page).await.unwrap();
            let Some(last) = page.last() else { break };
            before = Some(last.place);
            ids.extend(page.iter().map(|found| found.event.id.to_string()));
        }
        let whole = found(&store, AuditQuery::default()).await;
        assert_eq!((ids.len(), &ids), (19, &whole));
        assert_eq!(&whole[..7], ["a7", "a6", "a5", "a4", "a3", "a2", "a1"], "{}", at(12));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_events_of_an_interaction_come_in_the_order_in_which_they_happened() {
    on_each_engine(async |Database { store, .. }: Database| {
        write(&store, requests()).await;
        let interaction = InteractionId::parse("i1").unwrap();
        let events = store.read(move |db| db.events_of_interaction(&interaction)).await.unwrap();
        assert_eq!(events, requests()[..5]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn known_events_give_known_statistics() {
    on_each_engine(async |Database { store, .. }: Database| {
        write(&store, requests()).await;
        let days = ["2026-04-30T00:00:00Z", "2026-05-02T00:00:00Z"];
        let [from, to] = days.map(|day| moment(day).to_zoned(TimeZone::UTC).date());
        let told = StatisticsDesk::new(store, Arc::new(SystemClock)).read(from, to).await.unwrap();
        let bank = &told.clients[&ClientId::parse("bank").unwrap()];
        assert_eq!((bank.step_ups.begun, bank.step_ups.passed), (2, 1));
        assert_eq!(bank.step_ups.failed, BTreeMap::from([("user_declined".into(), 1)]));
        // From 10:00:00.123 to 10:00:20.5.
        assert_eq!(bank.step_ups.seconds_to_pass(50), Some(20));
        assert_eq!(bank.grants, BTreeMap::from([("urn:facestep:acr:face".into(), 1)]));
        assert_eq!(bank.refusals, BTreeMap::from([("user_declined".into(), 1)]));
        assert_eq!((told.whole.enrolments.begun, told.whole.captures_passed), (1, 1));
        let causes = [("mismatch".into(), 1), ("quality".into(), 1)];
        assert_eq!(told.whole.captures_failed, BTreeMap::from(causes));
        let begun: Vec<_> = told.days.values().map(|day| day.step_ups.begun).collect();
        let ended: Vec<_> = told.days.values().map(|day| day.step_ups.failed.len()).collect();
        assert_eq!((begun, ended), (vec![0, 2, 0], vec![0, 0, 1]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_from_before_are_found_as_if_they_were_written_now() {
    // Migration 0020: the chain compares what was filled with what the program would write.
    on_each_kept_engine(async |database: Database| {
        write(&database.store, requests()).await;
        let key = Arc::new(AuditKey::new([42; 32]));
        AuditSealer::new(database.store.clone(), key.clone()).seal_pending().await.unwrap();
        let columns =
            ["at", "kind", "facet", "user_id", "client_id", "session_id", "interaction_id", "run_id"];
        for index in ["time", "kind", "user", "client", "session", "interaction"] {
            database.tamper(&format!("DROP INDEX audit_events_by_{index}"));
        }
        for column in columns {
            database.tamper(&format!("ALTER TABLE audit_events DROP COLUMN {column}"));
        }
        database.tamper("DELETE FROM __diesel_schema_migrations WHERE version = '0020'");
        let store = storage::open(&database.url).unwrap();
        let verdict = AuditVerifier::new(store.clone(), key).verify(None).await.unwrap();
        assert!(matches!(verdict, AuditVerdict::Whole(Some(_))), "{verdict:?}");
        assert_eq!(
            found(&store, AuditQuery { client: ClientId::parse("shop"), ..AuditQuery::default() })
                .await
                .len(),
            3
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_hidden_from_the_search_is_found_by_the_chain() {
    for change in ["kind = 'signed_in'", "at = at + 1", "user_id = NULL", "facet = 'passed'", "run_id = 'r9'"]
    {
        on_each_kept_engine(async |database: Database| {
            write(&database.store, requests()).await;
            let key = Arc::new(AuditKey::new([42; 32]));
            AuditSealer::new(database.store.clone(), key.clone()).seal_pending().await.unwrap();
            database.tamper(&format!("UPDATE audit_events SET {change} WHERE position = 2"));
            let verdict = AuditVerifier::new(database.store.clone(), key).verify(None).await.unwrap();
            let expected = AuditVerdict::Broken { position: 2, flaw: AuditFlaw::Altered };
            assert_eq!(verdict, expected, "{change}");
        })
        .await;
    }
}
