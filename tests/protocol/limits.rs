//! Bad input: a clear answer, no panic, memory bounded.

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::Command,
    time::Duration,
};

use reqwest::Method;

use crate::support::{
    TestApp,
    browser::Answer,
    clients::{authorize, bank},
};

/// Resident memory of this process, in kB; the server runs in it.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Runs a test again in a process of its own, where it is alone: `true` there, and `false` here once it passed.
fn is_alone(test: &str) -> bool {
    const ALONE: &str = "FACESTEP_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let itself = std::env::current_exe().unwrap();
    let ran = Command::new(itself).args(["--exact", test]).env(ALONE, "1").output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
    false
}

/// Sends a head, then as much of a body as the server takes, and returns what it answered.
fn pour(address: &str, head: &str, chunk: &[u8], times: usize) -> String {
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    for _ in 0..times {
        if stream.write_all(chunk).is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    let _ended = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_100_megabytes_is_refused_without_being_kept() {
    // RFC 9110 §15.5.14
    if !is_alone("limits::a_body_of_100_megabytes_is_refused_without_being_kept") {
        return;
    }
    let app = TestApp::start().await;
    let before = resident();
    let mut chunk = b"10000\r\n".to_vec();
    chunk.extend(std::iter::repeat_n(b'a', 0x10000));
    chunk.extend(b"\r\n");
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    let chunked = format!("POST /token HTTP/1.1\r\nhost: x\r\n{form}transfer-encoding: chunked\r\n\r\n");
    let announced = format!("POST /token HTTP/1.1\r\nhost: x\r\n{form}content-length: 104857600\r\n\r\n");
    for head in [chunked, announced] {
        let (address, chunk) = (app.address.clone(), chunk.clone());
        let answer = tokio::task::spawn_blocking(move || pour(&address, &head, &chunk, 1600)).await.unwrap();
        // A client that goes on sending may lose the answer to the reset of the connection.
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413 "), "{answer}");
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 20_000, "{grown} kB");
    let small = "a".repeat(70_000);
    let answer = app.post("/token", &[("code", &small)]).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (413, &"too_large".into()));
    assert_eq!(app.browser().get("/healthz").await.status, 200);
}

#[tokio::test]
async fn an_oversized_head_is_refused() {
    // RFC 6585 §5
    let app = TestApp::start().await;
    let long = "a".repeat(17_000);
    let header = Answer::of(app.program(Method::GET, "/healthz").header("x-long", &long)).await;
    assert_eq!((header.status.as_u16(), &header.json()["error"]), (431, &"head_too_large".into()));
    assert!(!header.header("content-security-policy").is_empty());
    let address = Answer::of(app.program(Method::GET, &format!("/authorize?x={long}"))).await;
    assert_eq!(address.status, 431);
    let cookie = Answer::of(app.program(Method::GET, "/healthz").header("cookie", "x".repeat(8_000))).await;
    assert_eq!(cookie.status, 200);
    let huge = format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "a".repeat(300_000));
    let server = app.address.clone();
    let answer = tokio::task::spawn_blocking(move || pour(&server, &huge, b"", 0)).await.unwrap();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_not_waited_for() {
    // RFC 9110 §15.5.9
    let limits = facestep::web::limits::Limits { within: Duration::from_millis(300), ..Default::default() };
    let settings = facestep::app::Settings { limits, ..Default::default() };
    let app = TestApp::start_with(settings, None).await;
    let head = "POST /token HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n\
                content-length: 10\r\n\r\nabc";
    let server = app.address.clone();
    let answer = tokio::task::spawn_blocking(move || pour(&server, head, b"", 0)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[tokio::test]
async fn garbage_in_parameters_gets_an_answer_and_no_panic() {
    // RFC 6749 §4.1.2.1
    let app = TestApp::start().await;
    app.register(bank()).await;
    let deep = format!("{}1{}", "[".repeat(1_000), "]".repeat(1_000));
    for claims in [deep.as_str(), "\u{0}", "{\"id_token\":{\"acr\":{\"values\":[1]}}}", "\u{fffd}", "null"] {
        let answer = app.browser().get(&authorize(&[("claims", claims)])).await;
        assert_eq!(answer.error().0, "invalid_request", "{claims:.20}");
    }
    for query in ["/authorize?%ff%fe=%00", "/authorize?client_id=%F0%9F", "/authorize?&&&==", "/authorize"] {
        assert_eq!(app.browser().get(query).await.status, 400, "{query}");
    }
}
