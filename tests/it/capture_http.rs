//! The bounded HTTP client against servers that misbehave.

use crate::example_pki::pki;
use crate::local_server::{Handler, LocalServer, answer};
use kravprobe::capture::http::{HttpClient, HttpError, Pace, Request, Response};
use kravprobe::capture::tls::ClientIdentity;
use kravprobe::target::Politeness;
use kravprobe::vendor::pki::Key;
use openssl::ssl::{SslAcceptor, SslMethod, SslVerifyMode};
use openssl::x509::X509;
use std::time::{Duration, Instant};
use url::Url;

pub const QUICK: Politeness = Politeness { requests_per_second: 1000, concurrency: 4, timeout_seconds: 1 };

pub fn client(hosts: &[&str]) -> HttpClient {
    HttpClient::new(hosts.iter().map(|host| (*host).to_owned()), QUICK, &[]).unwrap()
}

async fn get(client: &HttpClient, url: &Url) -> Result<Response, HttpError> {
    client.send(&Request { url, limit: 1000, post: None, oces: false }).await
}

#[tokio::test]
async fn a_good_answer_comes_through_whole() {
    let server = LocalServer::start(|_, out| answer(out, "200 OK", "Content-Type: text/plain\r\n", b"hello"));
    let response = get(&client(&["127.0.0.1"]), &server.url("/a?b=c")).await.unwrap();
    assert_eq!((response.status.as_u16(), response.body.as_slice()), (200, &b"hello"[..]));
    assert_eq!(response.content_type.as_deref(), Some("text/plain"));
    assert_eq!(server.received()[0].line, "GET /a?b=c HTTP/1.1");
}

#[tokio::test]
async fn a_host_off_the_list_is_never_connected_to() {
    let server = LocalServer::start(|_, out| answer(out, "200 OK", "", b""));
    for hosts in [&[][..], &["localhost"], &["127.0.0.1.example"], &["27.0.0.1"]] {
        let error = get(&client(hosts), &server.url("/")).await.unwrap_err();
        assert_eq!(error, HttpError::NotAllowed { host: "127.0.0.1".to_owned() });
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn the_list_is_compared_exactly() {
    let client = client(&["System.Example", "::1"]);
    let allows = |url: &str, oces| client.allows(&Url::parse(url).unwrap(), oces);
    assert!(allows("https://system.example:8443/x", false));
    assert!(allows("http://[::1]:80/", false));
    for url in ["http://sub.system.example/", "http://system.example.attacker.example/", "http://ca1.gov.dk/ocsp"] {
        assert!(!allows(url, false), "{url}");
    }
    assert!(allows("http://ca1.gov.dk/ocsp", true) && allows("http://ca1.cti-gov.dk/ocsp", true));
    for url in ["http://ca1.gov.dk:8080/ocsp", "http://ca1.gov.dk.attacker.example/", "http://xca1.gov.dk/", "data:x"] {
        assert!(!allows(url, true), "{url}");
    }
}

#[tokio::test]
async fn what_is_no_plain_http_url_is_refused() {
    let client = client(&["127.0.0.1"]);
    for url in ["ftp://127.0.0.1/", "file:///etc/hostname", "http://user@127.0.0.1/", "ldap://127.0.0.1/cn=x"] {
        assert_eq!(get(&client, &Url::parse(url).unwrap()).await.unwrap_err(), HttpError::BadUrl, "{url}");
    }
}

#[tokio::test]
async fn redirects_stay_on_the_list() {
    let foreign = LocalServer::start(|_, out| answer(out, "200 OK", "", b"foreign"));
    let elsewhere = format!("Location: http://localhost:{}/\r\n", foreign.address.port());
    let server = LocalServer::start(move |request, out| match request.line.split(' ').nth(1) {
        Some("/foreign") => answer(out, "302 Found", &elsewhere, b""),
        Some("/local") => answer(out, "301 Moved Permanently", "Location: /end\r\n", b""),
        Some("/loop") => answer(out, "307 Temporary Redirect", "Location: /loop\r\n", b""),
        Some("/nowhere") => answer(out, "302 Found", "", b""),
        _ => answer(out, "200 OK", "", b"end"),
    });
    let client = client(&["127.0.0.1"]);
    let error = get(&client, &server.url("/foreign")).await.unwrap_err();
    assert!(matches!(&error, HttpError::Redirect { reason, .. } if reason.contains("not on the list")), "{error}");
    assert_eq!(foreign.connections(), 0);
    assert_eq!(get(&client, &server.url("/local")).await.unwrap().body, b"end");
    for path in ["/loop", "/nowhere"] {
        let error = get(&client, &server.url(path)).await.unwrap_err();
        assert!(matches!(error, HttpError::Redirect { .. }), "{path}: {error}");
    }
    let loops = server.received().iter().filter(|request| request.line.contains("/loop")).count();
    assert_eq!(loops, 6, "the first request and five redirects");
    let url = server.url("/local");
    let post = Request { url: &url, limit: 1000, post: Some(("text/plain", b"question".to_vec())), oces: false };
    let error = client.send(&post).await.unwrap_err();
    assert!(matches!(error, HttpError::Redirect { .. }), "{error}");
}

#[tokio::test]
async fn silence_ends_with_the_time_out() {
    let (never, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let server = LocalServer::start(move |_, out| {
        // A byte of a body now and none later: the time-out covers the whole answer.
        let _ = out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx").and_then(|()| out.flush());
        let _ = wait.lock().unwrap().recv();
    });
    let begun = Instant::now();
    let error = get(&client(&["127.0.0.1"]), &server.url("/")).await.unwrap_err();
    assert_eq!(error, HttpError::TimedOut { host: "127.0.0.1".to_owned(), seconds: 1 });
    assert!(begun.elapsed() < Duration::from_mins(1));
    drop(never);
}

#[tokio::test]
async fn a_body_over_the_limit_is_cut_off() {
    let declared = LocalServer::start(|_, out| answer(out, "200 OK", "", &[b'x'; 1001]));
    let endless = LocalServer::start(|_, out| {
        let _ = out.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        while out.write_all(b"4\r\nxxxx\r\n").is_ok() {}
    });
    let exact = LocalServer::start(|_, out| answer(out, "200 OK", "", &[b'x'; 1000]));
    let client = client(&["127.0.0.1"]);
    for server in [declared, endless] {
        let error = get(&client, &server.url("/")).await.unwrap_err();
        assert_eq!(error, HttpError::TooLarge { host: "127.0.0.1".to_owned(), limit: 1000 });
    }
    assert_eq!(get(&client, &exact.url("/")).await.unwrap().body.len(), 1000);
}

#[tokio::test]
async fn compressed_and_broken_answers_are_refused() {
    let zipped = LocalServer::start(|_, out| answer(out, "200 OK", "Content-Encoding: gzip\r\n", b"bomb"));
    let broken = LocalServer::start(|_, out| drop(out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")));
    let silent = LocalServer::start(|_, _| {});
    let client = client(&["127.0.0.1"]);
    let error = get(&client, &zipped.url("/")).await.unwrap_err();
    assert_eq!(error, HttpError::Encoded { host: "127.0.0.1".to_owned() });
    for server in [broken, silent] {
        let error = get(&client, &server.url("/secret?token=abc")).await.unwrap_err();
        assert!(matches!(error, HttpError::Transfer { .. }), "{error}");
        assert!(!error.to_string().contains("abc"), "{error}");
    }
}

#[tokio::test]
async fn nobody_listening_is_a_failed_connection() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = Url::parse(&format!("http://{closed}/")).unwrap();
    let error = get(&client(&["127.0.0.1"]), &url).await.unwrap_err();
    assert!(matches!(error, HttpError::Connect { .. }), "{error}");
}

fn tls_server(names: &[&str], status: &'static str, headers: &'static str) -> (LocalServer, Vec<u8>) {
    start_tls(names, move |_, out| answer(out, status, headers, b"over TLS"))
}

/// A server with TLS, and the root that its certificate leads to. The certificate is made for today: rustls judges it by the
/// system's clock.
pub fn start_tls(names: &[&str], handler: impl Handler) -> (LocalServer, Vec<u8>) {
    let now = kravprobe::vendor::pki::ExamplePki::new(pki().keys().clone(), jiff::Timestamp::now()).unwrap();
    let root = now.web_root().unwrap();
    let certificate = X509::from_der(&now.web_server(names).unwrap()).unwrap();
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls()).unwrap();
    acceptor.set_certificate(&certificate).unwrap();
    acceptor.set_private_key(now.keys().get(Key::WebServer)).unwrap();
    let acceptor = acceptor.build();
    let server = LocalServer::start_wrapped(handler, move |stream| {
        acceptor.accept(stream).ok().map(|stream| Box::new(stream) as _)
    });
    (server, root)
}

fn https(server: &LocalServer) -> Url {
    let mut url = server.url("/");
    url.set_scheme("https").unwrap();
    url
}

#[tokio::test]
async fn tls_servers_are_verified() {
    let (server, root) = tls_server(&["127.0.0.1"], "200 OK", "");
    let hosts = || ["127.0.0.1".to_owned()];
    let trusting = HttpClient::new(hosts(), QUICK, std::slice::from_ref(&root)).unwrap();
    assert_eq!(get(&trusting, &https(&server)).await.unwrap().body, b"over TLS");
    let stranger = get(&client(&["127.0.0.1"]), &https(&server)).await.unwrap_err();
    assert!(matches!(&stranger, HttpError::Tls { reason, .. } if reason.contains("UnknownIssuer")), "{stranger}");
    let (other_name, _) = tls_server(&["system.kravprobe.example"], "200 OK", "");
    let error = get(&trusting, &https(&other_name)).await.unwrap_err();
    assert!(matches!(&error, HttpError::Tls { .. }), "{error}");
    let (downgrade, _) = tls_server(&["127.0.0.1"], "302 Found", "Location: http://127.0.0.1:1/\r\n");
    let error = get(&trusting, &https(&downgrade)).await.unwrap_err();
    assert!(matches!(&error, HttpError::Redirect { .. }), "{error}");
}

#[tokio::test]
async fn the_rate_is_kept_by_all_requests_together() {
    let server = LocalServer::start(|_, out| answer(out, "200 OK", "", b""));
    let polite = Politeness { requests_per_second: 20, ..QUICK };
    let client = HttpClient::new(["127.0.0.1".to_owned()], polite, &[]).unwrap();
    let url = server.url("/");
    let begun = Instant::now();
    let results = tokio::join!(get(&client, &url), get(&client, &url), get(&client, &url));
    assert!(results.0.is_ok() && results.1.is_ok() && results.2.is_ok());
    assert!(begun.elapsed() >= Duration::from_millis(100), "three starts are two intervals of 50 ms apart");
}

#[tokio::test]
async fn several_requests_go_at_once_and_count_as_so_many() {
    // Each answer waits until all ten requests are there: one after the other, none would come through.
    let together = std::sync::Arc::new(std::sync::Barrier::new(10));
    let server = LocalServer::start(move |request, out| {
        if request.line.starts_with("POST") {
            together.wait();
        }
        answer(out, "200 OK", "", &request.body);
    });
    let polite = Politeness { requests_per_second: 50, concurrency: 1, timeout_seconds: 20 };
    let client = std::sync::Arc::new(HttpClient::of_system(["127.0.0.1".to_owned()], polite, &[], None).unwrap());
    let url = server.url("/");
    let request = Request { url: &url, limit: 1000, post: Some(("application/xml", b"<a/>".to_vec())), oces: false };
    let begun = Instant::now();
    let answers = client.together(&request, 10).await;
    assert_eq!(answers.iter().flatten().filter(|a| a.body == b"<a/>").count(), 10);
    get(&client, &url).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(200), "ten starts are ten intervals of 20 ms");
    let foreign = Url::parse("http://localhost/").unwrap();
    let answers = client.together(&Request { url: &foreign, ..request }, 10).await;
    assert!(matches!(answers[..], [Err(HttpError::NotAllowed { .. })]));
}

#[tokio::test]
async fn a_body_in_pieces_arrives_whole_and_within_the_time_out() {
    let server = LocalServer::start(|request, out| answer(out, "200 OK", "", &request.body));
    let url = server.url("/");
    let body: Vec<u8> = (0..=255).collect();
    let request = Request { url: &url, limit: 1000, post: Some(("application/xml", body.clone())), oces: false };
    let client = client(&["127.0.0.1"]);
    let answered = client.once_slowly(&request, Pace { pieces: 10, pause: Duration::from_millis(5) }).await.unwrap();
    assert_eq!(answered.body, body);
    assert_eq!(server.received()[0].header("content-length"), "256");
    assert!(answered.took >= Duration::from_millis(45), "{:?}", answered.took);
    let error = client.once_slowly(&request, Pace { pieces: 10, pause: Duration::from_mins(1) }).await.unwrap_err();
    assert_eq!(error, HttpError::TimedOut { host: "127.0.0.1".to_owned(), seconds: 1 });
}

#[tokio::test]
async fn a_client_certificate_is_presented() {
    let now = kravprobe::vendor::pki::ExamplePki::new(pki().keys().clone(), jiff::Timestamp::now()).unwrap();
    let certificate = X509::from_der(&now.web_server(&["127.0.0.1"]).unwrap()).unwrap();
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls()).unwrap();
    acceptor.set_certificate(&certificate).unwrap();
    acceptor.set_private_key(now.keys().get(Key::WebServer)).unwrap();
    let stranger = ClientIdentity::stranger().unwrap();
    let expected = X509::from_pem(&stranger.to_pem().unwrap()).unwrap().to_der().unwrap();
    acceptor.set_verify_callback(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT, move |_, context| {
        context.current_cert().is_some_and(|c| c.to_der().unwrap() == expected)
    });
    let acceptor = acceptor.build();
    let server = LocalServer::start_wrapped(
        |_, out| answer(out, "200 OK", "", b"let in"),
        move |stream| acceptor.accept(stream).ok().map(|stream| Box::new(stream) as _),
    );
    let roots = [now.web_root().unwrap()];
    let client = |identity| HttpClient::of_system(["127.0.0.1".to_owned()], QUICK, &roots, identity).unwrap();
    let url = https(&server);
    assert_eq!(get(&client(Some(&stranger)), &url).await.unwrap().body, b"let in");
    assert!(get(&client(None), &url).await.is_err());
}

#[test]
fn a_root_that_is_no_certificate_is_refused() {
    let error = HttpClient::new([], QUICK, &[b"junk".to_vec()]).map(drop).unwrap_err();
    assert!(matches!(error, HttpError::SetUp { .. }), "{error}");
}

/// Runs itself a second time with a proxy in the environment, because only another process can have another environment.
#[tokio::test]
async fn proxies_of_the_environment_are_ignored() {
    const SERVER: &str = "KRAVPROBE_TEST_SERVER";
    if let Ok(url) = std::env::var(SERVER) {
        let response = get(&client(&["127.0.0.1"]), &Url::parse(&url).unwrap()).await.unwrap();
        assert_eq!(response.body, b"direct");
        return;
    }
    let server = LocalServer::start(|_, out| answer(out, "200 OK", "", b"direct"));
    let proxy = LocalServer::start(|_, out| answer(out, "200 OK", "", b"by proxy"));
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", "capture_http::proxies_of_the_environment_are_ignored"])
        .env(SERVER, server.url("/").as_str());
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"] {
        child.env(name, format!("http://{}", proxy.address));
    }
    let output = child.env_remove("NO_PROXY").env_remove("no_proxy").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!((server.connections(), proxy.connections()), (1, 0));
}
