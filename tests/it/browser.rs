//! The browser of the trials, against servers that behave and servers that do not.

use crate::capture_http::{QUICK, client, start_tls};
use crate::example_pki::pki;
use crate::local_server::{LocalServer, Received, answer};
use axum::body::Bytes;
use kravprobe::capture::browser::{Addresses, Arrival, Browser, From, Incoming, MAX_HOPS, Page, Recorder, Request};
use kravprobe::capture::http::HttpClient;
use kravprobe::subject::trial::transcript::{Exchange, Outcome, Step, Stop};
use kravprobe::target::Politeness;
use kravprobe::target::saml::{BrowserStep, Way};
use kravprobe::vendor::pki::{ExamplePki, Key};
use std::io::Write;
use std::sync::Arc;
use tokio_rustls::rustls;
use url::Url;

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn idp() -> Addresses {
    Addresses {
        sso: url("https://idp.kravprobe.example/sso"),
        slo: url("https://idp.kravprobe.example/slo"),
        slo_response: Some(url("https://idp.kravprobe.example/slo/response")),
    }
}

/// What a server answers: status, headers, body.
type Answer = (&'static str, String, String);

fn redirect(to: &str) -> Answer {
    ("302 Found", format!("Location: {to}\r\n"), String::new())
}

fn page(body: &str) -> Answer {
    ("200 OK", "Content-Type: text/html; charset=utf-8\r\n".to_owned(), body.to_owned())
}

fn site(routes: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> LocalServer {
    LocalServer::start(move |request, out| {
        let (status, headers, body) = routes(request);
        answer(out, status, &headers, body.as_bytes());
    })
}

async fn go(server: &LocalServer, path: &str) -> (Arrival, Vec<Exchange>) {
    let (client, addresses, mut log) = (client(&["127.0.0.1"]), idp(), Recorder::new());
    let mut browser = Browser::new(&client, 0, &addresses);
    let arrival = browser.go(Step::Login, Request::Get(server.url(path)), From::Address, &mut log).await;
    (arrival, log.exchanges)
}

async fn walk(steps: Vec<BrowserStep>) -> (Arrival, Vec<Exchange>) {
    let (client, addresses, mut log) = (client(&["127.0.0.1"]), idp(), Recorder::new());
    let mut browser = Browser::new(&client, 1, &addresses);
    let arrival = browser.walk(Step::Login, &Way::Steps(steps), &mut log).await;
    (arrival, log.exchanges)
}

fn incoming(arrival: Arrival) -> Incoming {
    match arrival {
        Arrival::IdentityProvider(incoming) => incoming,
        other => panic!("not at the identity provider: {other:?}"),
    }
}

fn landed(arrival: Arrival) -> Page {
    match arrival {
        Arrival::Page(page) => page,
        other => panic!("not on a page: {other:?}"),
    }
}

fn stopped(arrival: &Arrival, exchanges: &[Exchange]) -> Stop {
    let Arrival::Stopped(stop) = arrival else { panic!("not stopped: {arrival:?}") };
    match &exchanges.last().expect("it is recorded").outcome {
        Outcome::Failed(recorded) => assert_eq!(recorded, stop),
        other => panic!("recorded as {other:?}"),
    }
    stop.clone()
}

fn choose(text: &str) -> BrowserStep {
    BrowserStep::Choose { choose: text.to_owned() }
}

fn submit(fields: &[(&str, &str)]) -> BrowserStep {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    BrowserStep::Submit { submit: fields.iter().map(pair).collect() }
}

// Good ways

#[tokio::test]
async fn the_query_to_the_identity_provider_is_kept_octet_by_octet() {
    // As servers write it: hex digits of both cases, a plus and a %20, signs that URL parsers escape, an empty parameter.
    let query = "SAMLRequest=fZJ%2bT%2F4%3d&RelayState=a+b%20c'd|%c3%a6^&SigAlg=http%3a%2f%2fx&&Signature=AA%3D%3d";
    let location = format!("https://IDP.kravprobe.example:443/sso?{query}#part");
    let server = site(move |request| match request.path() {
        "/" => redirect("/login?next=%2f"),
        _ => redirect(&location),
    });
    let (arrival, exchanges) = go(&server, "/").await;
    let incoming = incoming(arrival);
    assert_eq!(incoming.query.as_deref(), Some(query));
    assert_eq!(incoming.form, []);
    let last = exchanges.last().unwrap();
    assert_eq!(last.url, format!("https://idp.kravprobe.example/sso?{query}"));
    assert_eq!((last.outcome.clone(), last.method.as_str()), (Outcome::ToIdentityProvider, "GET"));
    assert_eq!(exchanges.iter().map(|e| e.visit).collect::<Vec<_>>(), [0, 0, 0]);
    assert_eq!(exchanges[1].url, server.url("/login?next=%2f").as_str());
    let Outcome::Answered { status: 302, headers, .. } = &exchanges[1].outcome else { panic!("{:?}", exchanges[1]) };
    assert!(headers.iter().any(|(name, value)| name == "location" && value.contains(query)), "{headers:?}");
}

#[tokio::test]
async fn only_the_very_addresses_are_the_identity_provider() {
    for (location, arrives) in [
        ("https://idp.kravprobe.example/slo?SAMLRequest=x", true),
        ("https://idp.kravprobe.example/slo/response", true),
        ("https://idp.kravprobe.example/other", false),
        ("https://idp.kravprobe.example:8443/sso", false),
        ("http://idp.kravprobe.example/sso", false),
        ("https://idp.kravprobe.example.attacker.example/sso", false),
    ] {
        let server = site(move |_| redirect(location));
        let (arrival, exchanges) = go(&server, "/").await;
        if arrives {
            incoming(arrival);
        } else {
            assert!(matches!(stopped(&arrival, &exchanges), Stop::ForeignHost { .. }), "{location}");
        }
    }
}

#[tokio::test]
async fn a_post_binding_form_is_submitted() {
    let server = site(|_| {
        page(
            r#"<base href="https://idp.kravprobe.example/"><form method="POST" action="sso?q=%2f">
            <input type="hidden" name="SAMLRequest" value="PHNhbWxwOkF1dGhuUmVxdWVzdC8&#x2b;"><input type=hidden name=RelayState value="a b">
            <noscript><button name=go value=1>Go</button></noscript></form>"#,
        )
    });
    let (arrival, exchanges) = go(&server, "/").await;
    let incoming = incoming(arrival);
    let fields = [("SAMLRequest", "PHNhbWxwOkF1dGhuUmVxdWVzdC8+"), ("RelayState", "a b")];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(incoming.form, fields);
    assert_eq!(incoming.query.as_deref(), Some("q=%2f"));
    let last = exchanges.last().unwrap();
    assert_eq!(
        (last.method.as_str(), last.form.as_slice()),
        ("POST", &fields[..]),
        "the probe's own message stays whole"
    );
}

#[tokio::test]
async fn redirects_keep_or_change_the_method_as_browsers_do() {
    for (status, post) in [
        ("301 Moved Permanently", false),
        ("302 Found", false),
        ("303 See Other", false),
        ("307 Temporary Redirect", true),
        ("308 Permanent Redirect", true),
    ] {
        let server = site(move |request| match request.path() {
            "/acs" => (status, "Location: ../end?x=1\r\n".to_owned(), "Object moved".to_owned()),
            _ => page("end"),
        });
        let (client, addresses, mut log) = (client(&["127.0.0.1"]), idp(), Recorder::new());
        let mut browser = Browser::new(&client, 0, &addresses);
        let fields = vec![("a b".to_owned(), "c&d=æ".to_owned())];
        let request = Request::Post(server.url("/acs"), fields);
        let page = landed(browser.go(Step::Deliver, request, From::IdentityProvider, &mut log).await);
        assert_eq!((page.url, page.body.as_str()), (server.url("/end?x=1"), "end"));
        let received = server.received();
        assert_eq!(received[0].header("origin"), "https://idp.kravprobe.example");
        assert_eq!(received[0].header("accept-encoding"), "identity");
        assert_eq!(received[0].body, b"a+b=c%26d%3D%C3%A6");
        let (line, body) = if post { ("POST", &received[0].body[..]) } else { ("GET", &b""[..]) };
        assert!(received[1].line.starts_with(line), "{status}");
        assert_eq!(received[1].body, body, "{status}");
        let Outcome::Answered { body, .. } = &log.exchanges[0].outcome else { panic!() };
        assert_eq!(body, "Object moved");
    }
}

#[tokio::test]
async fn immediate_refreshes_are_followed_and_later_ones_are_not() {
    let server = site(|request| match request.path() {
        "/" => page("<meta http-equiv='refresh' content='0; url=next'>"),
        "/next" => ("200 OK", "Refresh: 0;url=/late\r\n".to_owned(), String::new()),
        _ => page("<meta http-equiv=refresh content='5;url=/never'>"),
    });
    let (arrival, exchanges) = go(&server, "/").await;
    assert_eq!(landed(arrival).url, server.url("/late"));
    assert_eq!(exchanges.len(), 3);
}

#[tokio::test]
async fn a_discovery_page_and_a_form_are_walked() {
    let server = site(|request| match request.path() {
        "/" => page("<a href='/help'>Help</a><a href='/choose?entity=kommune&amp;x=1'>Kommune</a>"),
        "/choose?entity=kommune&x=1" => page(
            "<form action='login' method=post><input name=_csrf type=hidden value=t0><input name=user>
             <input name=password type=password></form>",
        ),
        "/login" => {
            page("<form><select name=org><option value=''>-<option value=o1>One</select><button>Go</button></form>")
        }
        "/login?org=o1" => redirect("https://idp.kravprobe.example/sso?SAMLRequest=x"),
        other => panic!("{other}"),
    });
    let start = BrowserStep::Get { get: server.url("/") };
    let steps =
        vec![start, choose("entity=kommune"), submit(&[("user", "u"), ("password", "hunter2 & more")]), choose("o1")];
    let (arrival, exchanges) = walk(steps.clone()).await;
    assert_eq!(incoming(arrival).query.as_deref(), Some("SAMLRequest=x"));
    assert_eq!(exchanges.iter().map(|e| e.visit).collect::<Vec<_>>(), [0, 1, 2, 3, 3]);
    assert!(exchanges.iter().all(|e| e.browser == 1));
    let login = server.received().into_iter().find(|r| r.path() == "/login").unwrap();
    assert_eq!(login.body, b"_csrf=t0&user=u&password=hunter2+%26+more");
    let record = serde_json::to_string(&exchanges).unwrap();
    assert!(!record.contains("hunter2"), "{record}");
    assert!(record.contains("\"user\",\"u\""), "{record}");

    for missing in [choose("entity=other"), submit(&[("nobody", "secret")])] {
        let (arrival, _) = walk(vec![steps[0].clone(), missing]).await;
        let Arrival::Stopped(Stop::NoWay { step }) = arrival else { panic!("{arrival:?}") };
        assert!(step == "choose entity=other" || step == "submit nobody", "{step}");
    }
    let (arrival, exchanges) = walk(vec![choose("x")]).await;
    assert!(matches!(arrival, Arrival::Stopped(Stop::NoWay { .. })) && exchanges.is_empty());
}

#[tokio::test]
async fn the_way_ends_where_the_identity_provider_is_reached() {
    let server = site(|_| redirect("https://idp.kravprobe.example/sso"));
    let post = BrowserStep::Post { post: server.url("/"), fields: [("a".to_owned(), "b".to_owned())].into() };
    let (arrival, exchanges) = walk(vec![post, choose("never")]).await;
    assert_eq!(incoming(arrival).query, None);
    assert_eq!(exchanges.len(), 2);
}

/// Gives every kind of cookie at `/login`, and takes a delivery at `/acs` that leads to `/home`.
fn cookie_site() -> (LocalServer, Vec<u8>) {
    start_tls(&["127.0.0.1"], |request, out| {
        let cookies = "Set-Cookie: strict=v1; Secure; SameSite=Strict\r\nSet-Cookie: lax=v2; SameSite=Lax\r\n\
            Set-Cookie: none=v3; Secure; SameSite=None; HttpOnly\r\nSet-Cookie: plain=v4\r\n\
            Set-Cookie: bad=v5; SameSite=None\r\nSet-Cookie: __Host-bad=v6\r\n";
        match request.path() {
            "/login" => {
                answer(out, "302 Found", &format!("{cookies}Location: https://idp.kravprobe.example/sso?x\r\n"), b"")
            }
            "/acs" => {
                answer(out, "303 See Other", "Set-Cookie: session=v7; SameSite=Strict\r\nLocation: /home\r\n", b"")
            }
            "/again" => answer(out, "307 Temporary Redirect", "Location: /end\r\n", b""),
            "/bounce" => {
                answer(out, "200 OK", "", b"<form method=post action=/own><input name=SAMLResponse value=x></form>")
            }
            _ => answer(out, "200 OK", "", b"end"),
        }
    })
}

fn https(server: &LocalServer, path: &str) -> Url {
    url(&server.url(path).as_str().replacen("http:", "https:", 1))
}

#[tokio::test]
async fn cookies_cross_sites_as_in_browsers() {
    let (server, root) = cookie_site();
    let client = HttpClient::new(["127.0.0.1".to_owned()], QUICK, &[root]).unwrap();
    let (addresses, mut log) = (idp(), Recorder::new());
    let mut browser = Browser::new(&client, 0, &addresses);
    let login = browser.go(Step::Login, Request::Get(https(&server, "/login")), From::Address, &mut log).await;
    incoming(login);
    let Outcome::Answered { set, .. } = &log.exchanges[0].outcome else { panic!() };
    let refused: Vec<_> = set.iter().filter(|c| c.refused.is_some()).map(|c| c.name.as_str()).collect();
    assert_eq!(refused, ["bad", "__Host-bad"]);
    assert_eq!(set[2].attributes, "Secure; SameSite=None; HttpOnly");
    let before = browser.cookies();

    for (path, from, expected) in [
        // Cross-site POST: None, and a fresh cookie without SameSite. The GET that follows is still cross-site: no Strict.
        ("/acs", From::IdentityProvider, &[&["none", "plain"][..], &["lax", "none", "plain"]][..]),
        ("/again", From::IdentityProvider, &[&["none", "plain"], &["none", "plain"]]),
        // The second POST is the system's own page's.
        ("/bounce", From::IdentityProvider, &[&["none", "plain"], &["strict", "lax", "none", "plain"]]),
        ("/acs", From::Address, &[&["strict", "lax", "none", "plain"], &["strict", "lax", "none", "plain", "session"]]),
    ] {
        browser.set_cookies(before.clone());
        let (mut log, seen) = (Recorder::new(), server.received().len());
        let fields = vec![("SAMLResponse".to_owned(), "x".to_owned())];
        landed(browser.go(Step::Deliver, Request::Post(https(&server, path), fields), from, &mut log).await);
        let recorded: Vec<_> = log.exchanges.iter().map(|e| e.cookies.clone()).collect();
        assert_eq!(recorded, expected, "{path} {from:?}");
        for (received, names) in server.received()[seen..].iter().zip(expected) {
            let sent: Vec<_> =
                received.header("cookie").split("; ").map(|pair| pair.split('=').next().unwrap()).collect();
            assert_eq!(sent, *names);
        }
    }
    // The session came with SameSite=Strict: the user's next own request has it, a link from elsewhere has not.
    let mut log = Recorder::new();
    let home = || Request::Get(https(&server, "/home"));
    landed(browser.go(Step::Witness, home(), From::Address, &mut log).await);
    landed(browser.go(Step::Witness, home(), From::IdentityProvider, &mut log).await);
    assert!(log.exchanges[0].cookies.contains(&"session".to_owned()));
    assert_eq!(log.exchanges[1].cookies, ["lax", "none", "plain"]);
    let record = serde_json::to_string(&log.exchanges).unwrap();
    assert!((1..8).all(|n| !record.contains(&format!("v{n}"))), "no value is recorded: {record}");
    assert_eq!(log.exchanges[1].visit, 1);
    browser.set_cookies(before);
    landed(browser.go(Step::WitnessOldCookies, home(), From::Address, &mut log).await);
    assert_eq!(log.exchanges[2].cookies, ["strict", "lax", "none", "plain"], "the cookies from before are back");
}

#[tokio::test]
async fn what_is_recorded_is_redacted_and_what_is_given_is_not() {
    let body = "CPR 010190-1234 <input type=hidden name=SAMLResponse value='PHg+'> navn æ";
    let server = site(move |_| {
        let headers = "Content-Type: text/plain; charset=ISO-8859-1\r\nServer: s\r\nX-Other: no\r\nSet-Cookie: sid=0101901234x; Path=/\r\n";
        ("200 OK", headers.to_owned(), body.to_owned())
    });
    let (arrival, exchanges) = go(&server, "/?cpr=010190-1234&a=b").await;
    assert!(landed(arrival).body.contains("010190-1234"));
    let record = serde_json::to_string(&exchanges).unwrap();
    assert!(!record.contains("010190-1234") && !record.contains("0101901234"), "{record}");
    assert!(record.contains("a=b") && record.contains("PHg+") && record.contains("navn Ã¦"), "{record}");
    assert!(record.contains("[\"server\",\"s\"]") && !record.contains("x-other"), "{record}");
}

#[tokio::test]
async fn of_a_body_so_much_is_recorded() {
    let server = site(|request| match request.path() {
        "/long" => page(&"æ".repeat(400_000)),
        _ => ("200 OK", "Content-Type: application/pdf\r\n".to_owned(), "%PDF".to_owned()),
    });
    for (path, given, kept) in [("/long", 800_000, 256 * 1024), ("/pdf", 4, 0)] {
        let (arrival, exchanges) = go(&server, path).await;
        assert_eq!(landed(arrival).body.len(), given);
        let Outcome::Answered { body, .. } = &exchanges[0].outcome else { panic!() };
        assert_eq!(body.len(), kept);
    }
}

// Hostile servers

#[tokio::test]
async fn silence_ends_with_a_time_out() {
    let (never, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let server = LocalServer::start(move |request, out| {
        let begin: &[u8] = match request.path() {
            "/silent" => b"",
            "/headers" => b"HTTP/1.1 200 OK\r\nX-Slow: 1\r\nX-",
            "/body" => b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n1",
            _ => b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12",
        };
        let _ = out.write_all(begin).and_then(|()| out.flush());
        let _ = wait.lock().map(|wait| wait.recv());
    });
    for path in ["/silent", "/headers", "/body", "/chunk"] {
        let (arrival, exchanges) = go(&server, path).await;
        assert_eq!(stopped(&arrival, &exchanges), Stop::TimedOut { seconds: 1 }, "{path}");
    }
    drop(never);
}

#[tokio::test]
async fn a_visit_is_bounded_as_a_whole() {
    // Each answer comes in time, and so forth without end.
    let server = site(|_| {
        std::thread::sleep(std::time::Duration::from_millis(300));
        redirect("/")
    });
    let (arrival, exchanges) = go(&server, "/").await;
    assert_eq!(stopped(&arrival, &exchanges), Stop::TimedOut { seconds: 3 });
    assert!(exchanges.len() < 12);
}

#[tokio::test]
async fn loops_end() {
    let server = site(|request| {
        let next = request.path().len();
        let cookie = format!("Set-Cookie: hop{next}={next}\r\n");
        match next % 3 {
            0 => ("302 Found", format!("{cookie}Location: {}x\r\n", request.path()), String::new()),
            1 => (
                "200 OK",
                cookie,
                format!("<form method=post action='{}x'><input name=SAMLResponse value=x></form>", request.path()),
            ),
            _ => ("200 OK", cookie, format!("<meta http-equiv=refresh content='0;url={}x'>", request.path())),
        }
    });
    let (arrival, exchanges) = go(&server, "/").await;
    assert_eq!(stopped(&arrival, &exchanges), Stop::TooManyHops { limit: MAX_HOPS });
    assert_eq!(server.received().len(), MAX_HOPS);
    assert_eq!(exchanges.len(), MAX_HOPS + 1);
    assert_eq!(exchanges[MAX_HOPS - 1].cookies.len(), MAX_HOPS - 1, "each hop's cookie was taken");
    assert_eq!(exchanges[MAX_HOPS].cookies.len(), 0, "nothing was sent");
}

#[tokio::test]
async fn hosts_that_are_not_named_are_not_contacted() {
    let foreign = site(|_| page("foreign"));
    let port = foreign.address.port();
    let server = site(move |request| {
        let to = format!("http://localhost:{port}/");
        match request.path() {
            "/redirect" => redirect(&to),
            "/relative" => redirect(&format!("//localhost:{port}/")),
            "/form" => page(&format!("<form method=post action='{to}'><input name=SAMLRequest value=x></form>")),
            "/base" => page(&format!(
                "<base href='{to}'><form><input name=SAMLRequest value=x></form><meta http-equiv=refresh content='0;url=x'>"
            )),
            _ => page(&format!("<meta http-equiv=refresh content='0;url={to}'>")),
        }
    });
    for path in ["/redirect", "/relative", "/form", "/refresh"] {
        let (arrival, exchanges) = go(&server, path).await;
        assert_eq!(stopped(&arrival, &exchanges), Stop::ForeignHost { host: "localhost".to_owned() }, "{path}");
    }
    assert_eq!(foreign.connections(), 0);
    // A form without action goes to the page itself, whatever the base.
    let (arrival, exchanges) = go(&server, "/base").await;
    assert_eq!(exchanges[1].url, server.url("/base?SAMLRequest=x").as_str());
    assert!(matches!(arrival, Arrival::Stopped(_)));
    assert_eq!(foreign.connections(), 0);
}

#[tokio::test]
async fn addresses_that_cannot_be_used() {
    let server = site(|request| match request.path() {
        "/1" => redirect("http://["),
        "/2" => redirect("javascript:alert(1)"),
        "/3" => redirect("http://user:secret@127.0.0.1/"),
        "/4" => redirect("file:///etc/passwd"),
        _ => page("<form action='javascript:x()' method=post><input name=SAMLRequest value=x></form>"),
    });
    for path in ["/1", "/2", "/3", "/4", "/5"] {
        let (arrival, _) = go(&server, path).await;
        assert_eq!(arrival, Arrival::Stopped(Stop::BadAddress), "{path}");
    }
}

#[tokio::test]
async fn broken_answers() {
    let server = LocalServer::start(|request, out| {
        let text: Vec<u8> = match request.path() {
            "/chunks" => b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n0\r\n\r\n".to_vec(),
            "/chunk-size" => b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n".to_vec(),
            "/close" => b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<html>".to_vec(),
            "/no-http" => b"SSH-2.0-OpenSSH_9.9\r\n".to_vec(),
            "/nothing" => Vec::new(),
            "/header" => [&b"HTTP/1.1 200 OK\r\nX: "[..], &vec![b'x'; 4 << 20], b"\r\n\r\n"].concat(),
            "/cookies" => [&b"HTTP/1.1 200 OK\r\n"[..], &b"Set-Cookie: a=b\r\n".repeat(5000), b"\r\n"].concat(),
            other => panic!("{other}"),
        };
        let _ = out.write_all(&text);
    });
    for path in ["/chunks", "/chunk-size", "/close", "/no-http", "/nothing", "/header", "/cookies"] {
        let (arrival, exchanges) = go(&server, path).await;
        let stop = stopped(&arrival, &exchanges);
        assert!(matches!(&stop, Stop::Broken { reason } if !reason.is_empty()), "{path}: {stop:?}");
    }
}

#[tokio::test]
async fn too_much_and_compressed_answers() {
    let server = LocalServer::start(|request, out| match request.path() {
        "/declared" => drop(out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")),
        "/endless" => {
            let _ = out.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            let chunk = [&b"10000\r\n"[..], &vec![b'x'; 0x10000], b"\r\n"].concat();
            while out.write_all(&chunk).is_ok() {}
        }
        "/bomb" => {
            let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            bomb.write_all(&vec![b'x'; 16 << 20]).unwrap();
            answer(out, "200 OK", "Content-Type: text/html\r\nContent-Encoding: gzip\r\n", &bomb.finish().unwrap());
        }
        "/moved" => {
            // A redirect is followed whatever stands in its body.
            let _ = out.write_all(
                b"HTTP/1.1 302 Found\r\nLocation: /bomb\r\nContent-Encoding: gzip\r\nContent-Length: 99\r\n\r\n",
            );
        }
        other => panic!("{other}"),
    });
    let large = Stop::TooLarge { limit: 2 * 1024 * 1024 };
    for (path, expected) in
        [("/declared", &large), ("/endless", &large), ("/bomb", &Stop::Encoded), ("/moved", &Stop::Encoded)]
    {
        let (arrival, exchanges) = go(&server, path).await;
        assert_eq!(stopped(&arrival, &exchanges), *expected, "{path}");
    }
}

#[tokio::test]
async fn no_connection_and_no_trust() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (tls, _) = cookie_site();
    let (client, addresses, mut log) = (client(&["127.0.0.1"]), idp(), Recorder::new());
    let mut browser = Browser::new(&client, 0, &addresses);
    let nobody = Request::Get(url(&format!("http://{closed}/")));
    let arrival = browser.go(Step::Login, nobody, From::Address, &mut log).await;
    assert!(matches!(stopped(&arrival, &log.exchanges), Stop::Unreachable { .. }), "{arrival:?}");
    let arrival = browser.go(Step::Login, Request::Get(https(&tls, "/")), From::Address, &mut log).await;
    assert!(matches!(stopped(&arrival, &log.exchanges), Stop::Tls { .. }), "{arrival:?}");
}

// HTTP/2

/// A server that speaks nothing but HTTP/2, and does to the answer of each request what its path says.
async fn http2() -> (std::net::SocketAddr, Vec<u8>) {
    let now = ExamplePki::new(pki().keys().clone(), jiff::Timestamp::now()).unwrap();
    let root = now.web_root().unwrap();
    let certificate = now.web_server(&["127.0.0.1"]).unwrap().into();
    let key = now.keys().get(Key::WebServer).private_key_to_pkcs8().unwrap();
    let mut config =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key.try_into().unwrap())
            .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let stream = acceptor.accept(stream).await.ok()?;
                let mut connection = h2::server::handshake(stream).await.ok()?;
                let mut kept = Vec::new();
                while let Some(request) = connection.accept().await {
                    let (request, mut respond) = request.ok()?;
                    match request.uri().path() {
                        "/goaway" => connection.abrupt_shutdown(h2::Reason::ENHANCE_YOUR_CALM),
                        path => kept.extend(http2_answer(path, &mut respond)),
                    }
                }
                Some(())
            });
        }
    });
    (address, root)
}

fn http2_answer(path: &str, respond: &mut h2::server::SendResponse<Bytes>) -> Option<h2::SendStream<Bytes>> {
    let response = |headers: &[(&str, String)]| {
        let builder = axum::http::Response::builder().header("content-type", "text/html");
        let add = |b: axum::http::response::Builder, (name, value): &(&str, String)| b.header(*name, value);
        headers.iter().fold(builder, add).body(()).unwrap()
    };
    match path {
        "/reset" => {
            respond.send_reset(h2::Reason::INTERNAL_ERROR);
            None
        }
        "/halfway" => {
            let mut stream = respond.send_response(response(&[]), false).ok()?;
            stream.send_data(Bytes::from_static(b"<html>"), false).ok()?;
            stream.send_reset(h2::Reason::CANCEL);
            None
        }
        // The stream stays open.
        "/silent" => respond.send_response(response(&[]), false).ok(),
        path => {
            let headers = match path {
                "/huge" => vec![("x-huge", "x".repeat(300 * 1024))],
                "/cookies" => (0..2000).map(|n| ("set-cookie", format!("c{n}=v; Path=/"))).collect(),
                _ => vec![("set-cookie", "large=".to_owned() + &"x".repeat(4000)); 5],
            };
            let mut stream = respond.send_response(response(&headers), false).ok()?;
            stream.send_data(Bytes::from_static(b"good"), true).ok()?;
            None
        }
    }
}

#[tokio::test]
async fn http2_servers_that_break_off() {
    let (address, root) = http2().await;
    let client = HttpClient::new(["127.0.0.1".to_owned()], QUICK, &[root]).unwrap();
    let addresses = idp();
    for path in ["/good", "/reset", "/halfway", "/goaway", "/silent", "/huge", "/cookies", "/good"] {
        let mut log = Recorder::new();
        let mut browser = Browser::new(&client, 0, &addresses);
        let request = Request::Get(url(&format!("https://{address}{path}")));
        let arrival = browser.go(Step::Login, request, From::Address, &mut log).await;
        match path {
            "/good" => assert_eq!(landed(arrival).body, "good"),
            "/cookies" => {
                landed(arrival);
                let Outcome::Answered { set, .. } = &log.exchanges[0].outcome else { panic!() };
                assert_eq!(set.iter().filter(|cookie| cookie.refused.is_none()).count(), 50);
                assert!(set.len() <= 200);
            }
            "/silent" => assert_eq!(stopped(&arrival, &log.exchanges), Stop::TimedOut { seconds: 1 }),
            _ => {
                let stop = stopped(&arrival, &log.exchanges);
                assert!(matches!(&stop, Stop::Broken { reason } if !reason.is_empty()), "{path}: {stop:?}");
            }
        }
    }
}

// Politeness

#[tokio::test]
async fn waiting_for_a_turn_is_not_the_systems_time() {
    let server =
        site(|request| if request.path().len() < 9 { redirect(&format!("{}x", request.path())) } else { page("end") });
    // Eight redirects at two a second are longer than three time-outs of one second.
    let polite = Politeness { requests_per_second: 2, ..QUICK };
    let client = HttpClient::new(["127.0.0.1".to_owned()], polite, &[]).unwrap();
    let (addresses, mut log) = (idp(), Recorder::new());
    let mut browser = Browser::new(&client, 0, &addresses);
    landed(browser.go(Step::Login, Request::Get(server.url("/")), From::Address, &mut log).await);
    assert_eq!(log.exchanges.len(), 9);
    assert!(log.exchanges.windows(2).all(|pair| pair[0].at < pair[1].at));
}
