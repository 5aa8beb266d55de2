//! The record of what happened: found, followed, checked, carried away, counted.

use facestep::domain::{
    admin::role::Role,
    audit::{AuditEvent, AuditKind},
    id::{AuditId, ClientId},
};

use crate::desk::Desk;

impl Desk {
    /// Writes events of a kind, a second between each.
    async fn write(&self, kind: AuditKind, count: u8, detail: (&'static str, &'static str)) {
        for _ in 0..count {
            let id = AuditId::from_random(self.app.entropy.bytes());
            let mut event = AuditEvent::new(id, self.app.now(), kind).with(detail.0, detail.1);
            event.client = ClientId::parse("bank");
            event.user = Some(self.owner.id.clone());
            self.app.store.transact(move |db| db.append_event(&event)).await.unwrap();
            self.app.clock.advance(1);
        }
    }
}

#[tokio::test]
async fn an_event_is_found_by_what_it_tells_and_shown_with_its_json() {
    let desk = Desk::set().await;
    desk.write(AuditKind::CeremonyConcluded, 1, ("cause", "mismatch")).await;
    let page = desk.see("/admin/audit?kind=ceremony_concluded&user=Olivia&client=bank&words=MISMATCH").await;
    assert!(page.body.contains("A capture of olivia was judged."), "{}", page.body);
    assert!(!page.body.contains("signed in with a password."), "another kind is listed");
    let event = page.body.split("/admin/audit/events/").nth(1).unwrap().split('"').next().unwrap();
    let page = desk.see(&format!("/admin/audit/events/{event}")).await;
    assert!(page.body.contains("&#34;cause&#34;: &#34;mismatch&#34;"), "{}", page.body);
    let none = desk.see("/admin/audit?kind=user_erased").await;
    assert!(none.body.contains("No event answers to this."));
}

#[tokio::test]
async fn what_cannot_be_looked_for_is_told_beside_its_field_and_finds_nothing() {
    let desk = Desk::set().await;
    let page = desk.see("/admin/audit?from=yesterday&user=nobody%20at%20all&client=%21").await;
    for field in ["from", "user", "client"] {
        assert!(page.body.contains(&format!("id=\"{field}-problem\"")), "{field}: {}", page.body);
    }
    assert!(page.body.contains("No event answers to this."));
}

#[tokio::test]
async fn the_pages_of_the_log_follow_each_other_without_a_gap() {
    let desk = Desk::set().await;
    desk.write(AuditKind::KeyMade, 60, ("kid", "k")).await;
    let places = |body: &str| -> Vec<String> {
        let rows = body.split("/admin/audit/events/").skip(1);
        rows.map(|row| row.split('"').next().unwrap().to_owned()).collect()
    };
    let first = desk.see("/admin/audit?kind=key_made").await;
    let older = first.body.split("id=\"older\"").next().unwrap().rsplit("href=\"").next().unwrap();
    let older = older.split('"').next().unwrap().replace("&#38;", "&");
    let second = desk.see(&older).await;
    let all = [places(&first.body), places(&second.body)].concat();
    let mut sorted = all.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!((all.len(), sorted.len()), (60, 60), "{older}");
    assert!(!second.body.contains("id=\"older\"") && second.body.contains("Newest events"));
}

#[tokio::test]
async fn a_whole_chain_is_told_with_its_number_and_another_one_with_its_place() {
    let desk = Desk::set().await;
    let page = desk.see("/admin/audit/chain").await;
    assert!(!page.body.contains("id=\"whole\""), "nothing is checked unasked");
    let page = desk.see("/admin/audit/chain?check=yes").await;
    let head = page.body.split("id=\"head\">").nth(1).unwrap().split('<').next().unwrap();
    let count: u32 = head.split(':').next().unwrap().parse().unwrap();
    assert!(
        count >= 1 && page.body.contains(&format!("Events that were checked: {count}.")),
        "{}",
        page.body
    );
    let again = desk.see(&format!("/admin/audit/chain?check=yes&anchor={head}")).await;
    assert!(again.body.contains("id=\"whole\""));
    let other = format!("/admin/audit/chain?check=yes&anchor=1:{}", "0".repeat(64));
    let broken = desk.see(&other).await;
    assert!(broken.body.contains("The chain breaks at position 1"), "{}", broken.body);
    assert!(desk.see("/admin/audit/chain?check=yes&anchor=x").await.body.contains("This is no place."));
}

#[tokio::test]
async fn the_whole_log_is_carried_away_as_json_lines() {
    let desk = Desk::set().await;
    desk.see("/admin/audit/chain?check=yes").await;
    let file = desk.see("/admin/audit/export").await;
    assert_eq!(file.header("content-type"), "application/jsonl");
    assert!(file.header("content-disposition").starts_with("attachment"), "{:?}", file.headers);
    for (n, line) in file.body.lines().enumerate() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(event["position"], n + 1);
        assert_eq!(event["link"].as_str().unwrap().len(), 64);
    }
    assert!(file.body.lines().count() >= 1);
}

#[tokio::test]
async fn statistics_are_empty_until_something_is_counted_and_each_plot_has_its_numbers() {
    let desk = Desk::set().await;
    assert!(desk.see("/admin/statistics").await.body.contains("Nothing was counted on these days."));
    desk.write(AuditKind::RunOpened, 3, ("workflow", "child")).await;
    desk.write(AuditKind::InteractionRefused, 2, ("reason", "face_not_verified")).await;
    let page = desk.see("/admin/statistics").await;
    assert!(page.body.contains("<svg class=\"plot\"") && page.body.contains("n = 3"), "{}", page.body);
    let day = desk.app.now().to_string();
    let row = format!("<th scope=\"row\">{}</th><td>0</td><td>3</td>", &day[..10]);
    assert!(page.body.contains(&row), "{}", page.body);
    assert!(page.body.contains("<th scope=\"row\">Face not verified</th><td>2</td>"));
    for word in ["score", "similarity", "distance"] {
        assert!(!page.body.to_lowercase().contains(word), "{word}");
    }
    let wrong = desk.see("/admin/statistics?from=2026-05-02&to=2026-05-01").await;
    assert!(wrong.body.contains("The last day is before the first."));
}

#[tokio::test]
async fn a_viewer_reads_the_record_and_strangers_do_not() {
    let desk = Desk::set().await;
    let (_, viewer) = desk.colleague("vera", Role::Viewer).await;
    let stranger = desk.app.browser();
    for page in [
        "/admin/audit",
        "/admin/audit/chain?check=yes",
        "/admin/audit/export",
        "/admin/statistics",
        "/admin/why",
    ] {
        assert_eq!(viewer.get(page).await.status.as_u16(), 200, "{page}");
        assert!(stranger.get(page).await.location().starts_with("/authorize?"), "{page}");
    }
}
