use super::*;
use jiff::SignedDuration;

const TYPED: Sending = Sending { cross_site: false, post: false };
const LINK: Sending = Sending { cross_site: true, post: false };
const POSTED: Sending = Sending { cross_site: true, post: true };

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn set(cookies: &mut Cookies, address: &str, header: &str) -> Option<String> {
    cookies.take(&url(address), std::iter::once(header.as_bytes()), now()).remove(0).refused
}

fn sent(cookies: &Cookies, address: &str, sending: Sending, seconds: i64) -> String {
    let at = now() + SignedDuration::from_secs(seconds);
    cookies.for_request(&url(address), sending, at).header.unwrap_or_default()
}

#[test]
fn same_site_decides_what_crosses() {
    let mut cookies = Cookies::default();
    let home = "https://system.example/";
    for header in [
        "strict=1; SameSite=Strict; Secure",
        "lax=1; samesite=LAX",
        "none=1; SameSite=None; Secure",
        "plain=1",
        "odd=1; SameSite=Whatever",
    ] {
        assert_eq!(set(&mut cookies, home, header), None, "{header}");
    }
    assert_eq!(sent(&cookies, home, TYPED, 0), "strict=1; lax=1; none=1; plain=1; odd=1");
    assert_eq!(sent(&cookies, home, LINK, 9999), "lax=1; none=1; plain=1; odd=1");
    assert_eq!(sent(&cookies, home, POSTED, 119), "none=1; plain=1; odd=1");
    assert_eq!(sent(&cookies, home, POSTED, 120), "none=1");
}

#[test]
fn an_age_is_kept_only_by_the_same_value() {
    let mut cookies = Cookies::default();
    let home = url("https://system.example/");
    let later = now() + SignedDuration::from_secs(100);
    cookies.take(&home, [&b"a=1"[..], b"b=1"].into_iter(), now());
    cookies.take(&home, [&b"a=1"[..], b"b=2"].into_iter(), later);
    assert_eq!(sent(&cookies, home.as_str(), POSTED, 130), "b=2");
}

#[test]
fn what_browsers_refuse_is_refused() {
    for (address, header) in [
        ("https://system.example/", "a=1; SameSite=None"),
        ("http://system.example/", "a=1; Secure"),
        ("http://127.0.0.1/", "a=1; Secure"),
        ("http://localhost/", "a=1; Secure; SameSite=None"),
        ("https://system.example/", "__Secure-a=1"),
        ("https://system.example/", "__Host-a=1; Path=/"),
        ("https://system.example/", "__Host-a=1; Secure"),
        ("https://system.example/x/", "__host-a=1; Secure; Path=/x"),
        ("https://system.example/", "__Host-a=1; Secure; Path=/; Domain=system.example"),
        ("https://system.example/", "a=1; Domain=other.example"),
        ("https://system.example/", "a=1; Domain=ystem.example"),
        ("https://system.example/", "a=1; Domain=example"),
        ("https://system.example/", "a=1; Domain=."),
        ("https://system.example/", "no pair"),
        ("https://system.example/", "=1"),
        ("https://system.example/", "a=\u{7}1"),
        ("https://system.example/", &format!("a={}", "x".repeat(4095))),
        ("https://system.example/", &format!("a=1; Path=/{}", "x".repeat(5000))),
    ] {
        let mut cookies = Cookies::default();
        let refused = set(&mut cookies, address, header);
        // An empty Domain is as good as none.
        let kept = header.ends_with("Domain=.") && refused.is_none();
        assert!(refused.is_some() || kept, "{header}");
        assert!(cookies.is_empty() || kept, "{header}");
    }
    let mut cookies = Cookies::default();
    assert!(cookies.take(&url("https://s.example/"), std::iter::once(&b"a=\xff"[..]), now())[0].refused.is_some());
    assert_eq!(set(&mut cookies, "https://s.example/x", &format!("a={}", "x".repeat(4094))), None);
    assert_eq!(set(&mut cookies, "https://s.example/x", "__Host-b=1; Secure; path=/; HttpOnly"), None);
}

#[test]
fn secure_cookies_go_to_https_alone_and_cannot_be_covered() {
    let mut cookies = Cookies::default();
    assert_eq!(set(&mut cookies, "https://127.0.0.1:1/", "a=1; Secure"), None);
    assert_eq!(sent(&cookies, "https://127.0.0.1:2/", TYPED, 0), "a=1");
    assert_eq!(sent(&cookies, "http://127.0.0.1:2/", TYPED, 0), "");
    assert!(set(&mut cookies, "http://127.0.0.1/", "a=2").is_some());
    assert_eq!(set(&mut cookies, "http://127.0.0.1/", "b=2"), None);
}

#[test]
fn paths_domains_and_deletion() {
    let mut cookies = Cookies::default();
    let home = "https://www.system.example/a/b";
    for header in ["one=1; Path=/", "two=2", "three=3; Domain=system.example; Path=/a/b", "four=\"4\"; Path=/"] {
        assert_eq!(set(&mut cookies, home, header), None, "{header}");
    }
    assert_eq!(sent(&cookies, home, TYPED, 0), "three=3; two=2; one=1; four=\"4\"", "longer paths first");
    assert_eq!(sent(&cookies, "https://api.system.example/a/b/c", TYPED, 0), "three=3");
    assert_eq!(set(&mut cookies, home, "one=; Path=/; Max-Age=0"), None);
    assert_eq!(set(&mut cookies, home, "never=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"), None);
    assert_eq!(set(&mut cookies, home, "four=; Path=/; Max-Age=99999999999999999999"), None);
    assert_eq!(sent(&cookies, "https://www.system.example/", TYPED, 0), "four=");
}

#[test]
fn a_host_keeps_fifty() {
    let mut cookies = Cookies::default();
    let home = "https://system.example/";
    let refused = (0..300).filter(|n| set(&mut cookies, home, &format!("c{n}=1")).is_some()).count();
    assert_eq!(refused, 250);
    assert_eq!(set(&mut cookies, home, "c0=2"), None, "one that is there may change");
    assert_eq!(set(&mut cookies, home, "c1=; Max-Age=0"), None);
    assert_eq!(set(&mut cookies, home, "new=1"), None, "one that went makes room");
    assert!(set(&mut cookies, home, "newer=1").is_some());
}

#[test]
fn values_are_not_in_the_record_nor_in_debug() {
    let mut cookies = Cookies::default();
    let home = url("https://system.example/");
    let set = cookies.take(&home, std::iter::once(&b"sid=topsecret; Path=/; HttpOnly"[..]), now());
    assert_eq!((set[0].name.as_str(), set[0].attributes.as_str()), ("sid", "Path=/; HttpOnly"));
    assert!(!format!("{set:?}{cookies:?}").contains("topsecret"));
    assert!(format!("{cookies:?}").contains("sid"));
}

#[test]
fn sites() {
    for (a, b, same) in [
        ("https://a.system.example/", "https://b.system.example:8443/x", true),
        ("https://system.example/", "http://system.example/", false),
        ("https://a.example/", "https://b.example/", false),
        ("https://127.0.0.1/", "https://127.0.0.1:1/", true),
        ("https://127.0.0.1/", "https://128.0.0.1/", false),
        ("https://[::1]/", "https://[::2]/", false),
        ("https://localhost/", "https://localhost:4/", true),
    ] {
        assert_eq!(same_site(&url(a), &url(b)), same, "{a} {b}");
    }
}
