//! Pages join without a gap or a repetition, and say where the next one is (RFC 8288).

use serde_json::Value;

use super::{Api, problem};

/// Follows the pages of a list, and gives what a member of each item says.
async fn walk(api: &Api, first: &str, member: &str) -> Vec<String> {
    let (mut found, mut path) = (Vec::new(), first.to_owned());
    loop {
        let answer = api.get(&path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        let page = answer.json();
        let items = page["items"].as_array().unwrap();
        found.extend(items.iter().map(|item| item[member].to_string()));
        match page.get("next").and_then(Value::as_str) {
            None => {
                assert_eq!(answer.header("link"), "");
                return found;
            }
            Some(next) => {
                assert_eq!(answer.header("link"), format!("<{next}>; rel=\"next\""));
                path = next.to_owned();
            }
        }
    }
}

#[tokio::test]
async fn a_list_read_page_by_page_is_the_list() {
    let api = Api::open().await;
    for n in 0..5 {
        api.registered(&format!("shop-{n}")).await;
    }
    for (path, member) in
        [("/clients", "client_id"), ("/audit/events", "id"), ("/clients/shop-1/versions", "number")]
    {
        let whole = walk(&api, &format!("{path}?limit=200"), member).await;
        assert!(!whole.is_empty());
        for limit in [1, 2, 3, whole.len()] {
            assert_eq!(
                walk(&api, &format!("{path}?limit={limit}"), member).await,
                whole,
                "{path} by {limit}"
            );
        }
    }
    let filtered = walk(&api, "/audit/events?kind=client_added&kind=signed_in&limit=2", "kind").await;
    assert_eq!(filtered.iter().filter(|kind| *kind == "\"client_added\"").count(), 5);
    assert!(filtered.iter().all(|kind| ["\"client_added\"", "\"signed_in\""].contains(&kind.as_str())));
}

#[tokio::test]
async fn what_is_added_behind_the_pages_that_were_read_is_met_and_moves_nothing() {
    let api = Api::open().await;
    for name in ["b", "d", "f"] {
        api.registered(name).await;
    }
    let first = api.json("/clients?limit=2").await;
    assert_eq!(first["items"][1]["client_id"], "d");
    api.registered("a").await;
    api.registered("e").await;
    let rest = walk(&api, first["next"].as_str().unwrap(), "client_id").await;
    assert_eq!(rest[..2], ["\"e\"", "\"f\""]);
}

#[tokio::test]
async fn a_page_that_cannot_be_understood_is_refused() {
    let api = Api::open().await;
    for query in [
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=+5",
        "limit=05",
        "limit=1&limit=2",
        "after=%21",
        "after=",
        "offset=3",
    ] {
        for path in ["/clients", "/audit/events"] {
            let refused = api.get(&format!("{path}?{query}")).await;
            // An empty cursor is what no page said.
            assert_eq!(problem(&refused), (400, "malformed".into()), "{path}?{query}");
        }
    }
}
