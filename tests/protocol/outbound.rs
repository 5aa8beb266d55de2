//! Requests to addresses that clients registered: only what is public is connected to, and nothing is waited for without end.
//! Servers on the loopback stand for what is not ours to reach, and for the world where a test allows that.

use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use facestep::{
    outbound::{HttpOutbound, Names, OutboundPolicy},
    ports::outbound::{Fetched, Outbound, OutboundFailure},
};
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    ssl::{SslAcceptor, SslMethod},
    x509::{X509, X509NameBuilder, extension::SubjectAlternativeName},
};
use url::Url;

/// Every name is at these addresses, in turn; counted.
struct Everywhere {
    addresses: Vec<IpAddr>,
    asked: AtomicUsize,
}

impl Names for Everywhere {
    fn addresses(&self, _: &str) -> std::io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Ok(self.addresses.clone())
    }
}

fn names_at(addresses: &[&str]) -> Arc<Everywhere> {
    let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
    Arc::new(Everywhere { addresses, asked: AtomicUsize::new(0) })
}

/// As it ships.
fn careful(names: Arc<Everywhere>) -> HttpOutbound {
    HttpOutbound::with_names(OutboundPolicy::default(), names).unwrap()
}

/// For servers of the test, with little patience.
fn for_tests() -> HttpOutbound {
    let whole = Duration::from_millis(400);
    let policy = OutboundPolicy { allow_private: true, whole, ..OutboundPolicy::default() };
    HttpOutbound::with_names(policy, names_at(&["127.0.0.1"])).unwrap()
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

/// A server that does one thing with each connection, and notes what it read of the request.
struct Server {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn that(answers: impl Fn(&mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (address, heard) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
        let (notes, answers) = (heard.clone(), Arc::new(answers));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (notes, answers) = (notes.clone(), answers.clone());
                thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    let mut request = [0; 4096];
                    let read = stream.read(&mut request).unwrap_or(0);
                    notes.lock().unwrap().push(String::from_utf8_lossy(&request[..read]).into_owned());
                    // A client that hangs up is what some of the tests are about.
                    drop(answers(&mut stream));
                });
            }
        });
        Self { address, heard }
    }

    fn saying(answer: &str) -> Self {
        let answer = answer.to_owned();
        Self::that(move |stream| stream.write_all(answer.as_bytes()))
    }

    fn url(&self, path: &str) -> Url {
        url(&format!("http://client.example:{}{path}", self.address.port()))
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

fn ok(headers: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn an_address_that_is_written_as_ours_or_not_https_is_never_asked_for() {
    // RFC 9101 §10.4.1, OWASP SSRF: every way in which an address of this machine or its networks can be written
    let names = names_at(&["8.8.8.8"]);
    let outbound = careful(names.clone());
    let forbidden = [
        "http://client.example/",
        "ftp://client.example/",
        "file:///etc/passwd",
        "data:text/plain,x",
        "https://user@client.example/",
        "https://:secret@client.example/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://2130706433/",
        "https://0/",
        "https://10.0.0.1/",
        "https://192.168.1.1:8443/",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://[::]/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://[2002:7f00:1::]/",
        "https://１２７.０.０.１/",
    ];
    for address in forbidden {
        let (address, fields) = (url(address), [("a", "b")]);
        let fetched = outbound.fetch(&address, 100).await;
        assert!(matches!(fetched, Err(OutboundFailure::Forbidden(_))), "{address}: {fetched:?}");
        let posted = outbound.post_form(&address, &fields).await;
        assert!(matches!(posted, Err(OutboundFailure::Forbidden(_))), "{address}: {posted:?}");
    }
    assert_eq!(names.asked.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_name_whose_addresses_are_not_public_is_not_connected_to() {
    // RFC 9101 §10.4.1: it is judged as it resolves at the moment of connecting
    let server = Server::saying(&ok("", "secret"));
    for addresses in
        [&["127.0.0.1"][..], &["::1", "10.0.0.1"], &["169.254.169.254"], &["::ffff:127.0.0.1"], &[]]
    {
        let outbound = careful(names_at(addresses));
        let address = url(&format!("https://client.example:{}/", server.address.port()));
        let fetched = outbound.fetch(&address, 100).await;
        assert!(matches!(fetched, Err(OutboundFailure::Forbidden(_))), "{addresses:?}: {fetched:?}");
    }
    // And by the system's names.
    let outbound = HttpOutbound::new(OutboundPolicy::default()).unwrap();
    for name in ["localhost", "LOCALHOST"] {
        let address = url(&format!("https://{name}:{}/", server.address.port()));
        let fetched = outbound.fetch(&address, 100).await;
        assert!(matches!(fetched, Err(OutboundFailure::Forbidden(_))), "{name}: {fetched:?}");
    }
    assert_eq!(server.heard(), Vec::<String>::new());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    // RFC 9101 §10.4.1: what is public may point at what is not
    let hidden = Server::saying(&ok("", "secret"));
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let to = format!("http://127.0.0.1:{}/", hidden.address.port());
        let answer =
            format!("HTTP/1.1 {status}\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        let server = Server::saying(&answer);
        let code = status[..3].parse().unwrap();
        assert_eq!(for_tests().fetch(&server.url("/"), 100).await, Err(OutboundFailure::Status(code)));
        let posted = for_tests().post_form(&server.url("/"), &[("a", "b")]).await;
        assert_eq!(posted, Err(OutboundFailure::Status(code)));
    }
    assert_eq!(hidden.heard(), Vec::<String>::new());
}

#[tokio::test]
async fn a_server_that_takes_its_time_is_not_waited_for() {
    // CWE-400: neither one that is silent nor one that sends a byte now and then
    let silent = Server::that(|stream| {
        // Until the client hangs up.
        stream.read(&mut [0; 1]).map(drop)
    });
    let dripping = Server::that(|stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
        loop {
            stream.write_all(b" ")?;
            thread::sleep(Duration::from_millis(20));
        }
    });
    for server in [silent, dripping] {
        let began = Instant::now();
        let fetched = for_tests().fetch(&server.url("/"), 1 << 20).await;
        assert!(matches!(fetched, Err(OutboundFailure::Unreachable(_))), "{fetched:?}");
        assert!(began.elapsed() < Duration::from_secs(4));
        assert_eq!(server.heard().len(), 1);
    }
}

#[tokio::test]
async fn no_more_is_read_than_was_asked_for() {
    // CWE-400: whether the length is told or not
    let told = Server::saying(&ok("", &"x".repeat(101)));
    let endless = Server::that(|stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
        loop {
            stream.write_all(b"10\r\n0123456789abcdef\r\n")?;
        }
    });
    for server in [told, endless] {
        let fetched = for_tests().fetch(&server.url("/"), 100).await;
        assert_eq!(fetched, Err(OutboundFailure::TooLarge(100)));
    }
    let fits = Server::saying(&ok("", &"x".repeat(100)));
    assert_eq!(for_tests().fetch(&fits.url("/"), 100).await.unwrap().body.len(), 100);
}

#[tokio::test]
async fn a_body_comes_with_its_type_and_for_how_long_it_is_fresh() {
    // RFC 9110 §8.3.1; RFC 9111 §4.2, §5.2.2
    let cases = [
        ("Content-Type: Application/JWK-Set+JSON; charset=utf-8\r\n", "application/jwk-set+json", None),
        ("Cache-Control: public, max-age=600\r\n", "", Some(600)),
        ("Cache-Control: MAX-AGE=\"60\"\r\nAge: 10\r\n", "", Some(50)),
        ("Cache-Control: max-age=5\r\nAge: 10\r\n", "", Some(0)),
        ("Cache-Control: max-age=600, no-store\r\n", "", Some(0)),
        ("Cache-Control: no-cache\r\n", "", Some(0)),
        ("Cache-Control: max-age=never\r\n", "", None),
        ("Cache-Control: private\r\n", "", None),
    ];
    for (headers, media_type, fresh_for) in cases {
        let server = Server::saying(&ok(headers, "{}"));
        let fetched = for_tests().fetch(&server.url("/keys?a=b"), 100).await;
        let expected = Fetched { body: b"{}".to_vec(), media_type: media_type.into(), fresh_for };
        assert_eq!(fetched, Ok(expected), "{headers}");
        assert!(server.heard()[0].starts_with("GET /keys?a=b HTTP/1.1\r\n"), "{:?}", server.heard());
    }
    for status in ["404 Not Found", "500 No", "204 No Content"] {
        let server =
            Server::saying(&format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        let code = status[..3].parse().unwrap();
        assert_eq!(for_tests().fetch(&server.url("/"), 100).await, Err(OutboundFailure::Status(code)));
    }
    let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let fetched = for_tests().fetch(&url(&format!("http://{nobody}/?code=secret")), 100).await;
    let Err(OutboundFailure::Unreachable(why)) = fetched else { panic!("{fetched:?}") };
    assert!(!why.contains("secret"), "{why}");
}

#[tokio::test]
async fn a_form_is_posted_and_any_answer_of_success_is_one() {
    // OpenID Connect Back-Channel Logout 1.0 §2.5, §2.8
    for (status, expected) in
        [("200 OK", Ok(())), ("204 No Content", Ok(())), ("400 Bad", Err(OutboundFailure::Status(400)))]
    {
        let server =
            Server::saying(&format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        let posted =
            for_tests().post_form(&server.url("/logout"), &[("logout_token", "a.b&c"), ("x", "y z")]).await;
        assert_eq!(posted, expected, "{status}");
        let heard = &server.heard()[0];
        assert!(heard.starts_with("POST /logout HTTP/1.1\r\n"), "{heard}");
        assert!(
            heard.to_lowercase().contains("content-type: application/x-www-form-urlencoded\r\n"),
            "{heard}"
        );
        assert!(
            heard.ends_with("\r\n\r\nlogout_token=a.b%26c&x=y+z") || !heard.contains("logout_token"),
            "{heard}"
        );
    }
}

#[tokio::test]
async fn a_certificate_counts_that_an_authority_we_trust_stands_for() {
    // RFC 9110 §4.3.4
    let (certificate, key) = self_issued("client.example");
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).unwrap();
    acceptor.set_certificate(&certificate).unwrap();
    acceptor.set_private_key(&key).unwrap();
    let acceptor = acceptor.build();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            if let Ok(mut stream) = acceptor.accept(stream.unwrap()) {
                let read = stream.read(&mut [0; 4096]).unwrap_or(0);
                assert!(read > 0);
                drop(stream.write_all(ok("", "private").as_bytes()));
            }
        }
    });
    let fetch = async |name: &str, extra_authorities: Vec<u8>| {
        let policy = OutboundPolicy { allow_private: true, extra_authorities, ..OutboundPolicy::default() };
        let outbound = HttpOutbound::with_names(policy, names_at(&["127.0.0.1"])).unwrap();
        outbound.fetch(&url(&format!("https://{name}:{port}/")), 100).await.map(|fetched| fetched.body)
    };
    let trusted = certificate.to_pem().unwrap();
    assert_eq!(fetch("client.example", trusted.clone()).await, Ok(b"private".to_vec()));
    for (name, trusted) in [("other.example", trusted), ("client.example", Vec::new())] {
        assert!(matches!(fetch(name, trusted).await, Err(OutboundFailure::Unreachable(_))), "{name}");
    }
    let extra_authorities = b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n".to_vec();
    assert!(HttpOutbound::new(OutboundPolicy { extra_authorities, ..OutboundPolicy::default() }).is_err());
}

fn self_issued(name: &str) -> (X509, PKey<Private>) {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let mut subject = X509NameBuilder::new().unwrap();
    subject.append_entry_by_nid(Nid::COMMONNAME, name).unwrap();
    let subject = subject.build();
    let mut made = X509::builder().unwrap();
    made.set_version(2).unwrap();
    made.set_serial_number(&BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap()).unwrap();
    made.set_subject_name(&subject).unwrap();
    made.set_issuer_name(&subject).unwrap();
    made.set_pubkey(&key).unwrap();
    made.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    made.set_not_after(&Asn1Time::days_from_now(2).unwrap()).unwrap();
    let names = SubjectAlternativeName::new().dns(name).build(&made.x509v3_context(None, None)).unwrap();
    made.append_extension(names).unwrap();
    made.sign(&key, MessageDigest::sha256()).unwrap();
    (made.build(), key)
}
