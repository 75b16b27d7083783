//! What the portfolio in KITOS says, from an export or from its API.

use super::Work;
use crate::besked::lists::uuid_of;
use crate::capture::Origin;
use crate::capture::http::{HttpError, Request};
use crate::document::read_bounded;
use crate::error::{Error, Result};
use crate::report::v1::Direction;
use crate::subject::Blob;
use crate::subject::usage::{JSON, Relations};
use crate::target::usage::Portfolio;
use crate::usage::scan::{integration_number, integration_numbers, shown_text, text};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use url::{Host, Url};

/// Largest export or answer.
const MAX_BYTES: usize = 4 << 20;
/// Most relations that are taken over.
const MAX_RELATIONS: usize = 1000;

/// An it-system-usage as KITOS API v2 answers it; what else it holds is not looked at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SystemUsage {
    uuid: Option<String>,
    system_context: Option<Named>,
    outgoing_system_relations: Vec<SystemRelation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SystemRelation {
    #[serde(default)]
    relation_interface: Option<Named>,
}

#[derive(Default, Deserialize)]
struct Named {
    uuid: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Export {
    Many(Vec<SystemUsage>),
    One(Box<SystemUsage>),
}

/// What the portfolio says, when the target names one. An API that does not answer is no error of the run: the reason stands
/// in [`Relations::unreachable`].
pub fn relations(work: &Work<'_>) -> Result<Option<(Blob, Origin)>> {
    let Some(portfolio) = work.loaded.target.usage.as_ref().and_then(|usage| usage.portfolio.as_ref()) else {
        return Ok(None);
    };
    let (relations, direction, peer) = match (&portfolio.file, &portfolio.url) {
        (Some(file), None) => {
            let path = work.loaded.path(file);
            let bytes = read_bounded(&path, MAX_BYTES as u64)?;
            let found = read(&bytes, portfolio.usage.as_deref()).map_err(|problem| Error::file(&path, problem))?;
            (found, Direction::Supplied, file.display().to_string())
        }
        (None, Some(url)) => {
            let found = ask(work, portfolio, url)?;
            let found = found.unwrap_or_else(|why| Relations { unreachable: Some(why), ..Relations::default() });
            (found, Direction::In, url.host_str().unwrap_or_default().to_owned())
        }
        _ => return Err(Error::Usage("a portfolio is either a `file` or a `url`".into())),
    };
    let bytes = serde_json::to_vec(&relations).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(Some((Blob::new(JSON, bytes), Origin { direction, peer, redactions: BTreeMap::new() })))
}

/// Asks the API. The outer error is a mistake in the target, the inner one why nothing is known.
fn ask(work: &Work<'_>, portfolio: &Portfolio, url: &Url) -> Result<std::result::Result<Relations, String>> {
    let usage = portfolio.usage.as_deref().unwrap_or_default();
    if uuid_of(usage).is_none() {
        return Err(Error::Usage("[usage.portfolio] `usage` is the UUID of an it-system-usage".into()));
    }
    let is_own_machine = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        _ => false,
    };
    if url.scheme() != "https" && !is_own_machine {
        return Err(Error::Usage("[usage.portfolio] `url` must be https: the token would be sent in clear".into()));
    }
    let Some(client) = &work.session.client else { return Ok(Err("not asked".to_owned())) };
    let token = match &portfolio.token {
        Some(reference) => reference.read(&work.loaded.base)?,
        None => return Err(Error::Usage("asking KITOS needs `token`".into())),
    };
    // The error of an unusable header value says nothing about the value, and nothing more is said here.
    let bearer = HeaderValue::from_str(&format!("Bearer {}", token.trim()));
    let mut bearer = bearer.map_err(|_| Error::Usage("[usage.portfolio] the token is no text for a header".into()))?;
    bearer.set_sensitive(true);
    let headers = HeaderMap::from_iter([(AUTHORIZATION, bearer), (ACCEPT, HeaderValue::from_static(JSON))]);
    let mut address = url.clone();
    if let Ok(mut path) = address.path_segments_mut() {
        path.pop_if_empty().extend(["api", "v2", "it-system-usages", usage]);
    }
    let request = Request { url: &address, limit: MAX_BYTES, post: None, oces: false };
    // Redirects are not followed: the token is for this host alone.
    let answer = work.session.runtime.block_on(client.once(&request, &headers, Duration::MAX));
    let answer = match answer {
        Ok(answer) => answer,
        Err(HttpError::NotAllowed { .. }) => return Ok(Err("not asked".to_owned())),
        Err(error) => return Ok(Err(error.to_string())),
    };
    if answer.status.as_u16() != 200 {
        return Ok(Err(format!("KITOS answered with status {}", answer.status.as_u16())));
    }
    if memchr::memmem::find(&answer.body, token.trim().as_bytes()).is_some() {
        return Ok(Err("the answer repeats the token".to_owned()));
    }
    Ok(read(&answer.body, Some(usage)))
}

/// Reads the relations of an it-system-usage, the named one, out of JSON.
pub fn read(bytes: &[u8], usage: Option<&str>) -> std::result::Result<Relations, String> {
    let without_mark = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let export: Export = serde_json::from_slice(without_mark).map_err(|_| {
        "is no it-system-usage as KITOS API v2 answers it (JSON with outgoingSystemRelations)".to_owned()
    })?;
    let mut found = match export {
        Export::One(one) => vec![*one],
        Export::Many(many) => many,
    };
    if let Some(wanted) = usage {
        found.retain(|one| one.uuid.as_deref().is_some_and(|uuid| uuid.eq_ignore_ascii_case(wanted)));
    }
    let one = match (found.pop(), found.len()) {
        (Some(one), 0) => one,
        (None, _) => return Err("holds no it-system-usage with the UUID of `usage`".to_owned()),
        (Some(_), _) => return Err("holds several it-system-usages; name one in `usage`".to_owned()),
    };
    if one.outgoing_system_relations.len() > MAX_RELATIONS {
        return Err(format!("has more than {MAX_RELATIONS} relations"));
    }
    let system = one.system_context.and_then(|s| s.name).map(|name| shown_text(name.as_bytes())).unwrap_or_default();
    let (mut interfaces, mut integrations) = (BTreeSet::new(), BTreeSet::new());
    for relation in one.outgoing_system_relations {
        // A relation whose interface is not named may be to any integration.
        let interface = relation.relation_interface.unwrap_or_default();
        let name = interface.name.unwrap_or_default();
        let numbers = integration_numbers(name.as_bytes()).map(|number| text(number).to_ascii_uppercase());
        integrations.extend(numbers);
        let uuid = interface.uuid.filter(|uuid| uuid_of(uuid).is_some()).unwrap_or_else(|| "-".to_owned());
        interfaces.insert(if may_be_shown(&name) { shown_text(name.as_bytes()) } else { uuid });
    }
    Ok(Relations {
        system,
        interfaces: interfaces.into_iter().collect(),
        integrations: integrations.into_iter().collect(),
        unreachable: None,
    })
}

/// Whether a name says what an interface is and names nobody: it has an integration number, and every other word has a
/// digit, is an abbreviation, or is one of those that the catalogue uses.
fn may_be_shown(name: &str) -> bool {
    const WORDS: [&str; 36] = [
        "adgangsstyring",
        "afsend",
        "af",
        "anvendersystem",
        "beskeder",
        "beskedfordeler",
        "besked",
        "digital",
        "dokument",
        "dokumentindeks",
        "for",
        "fordelingskomponent",
        "fra",
        "hent",
        "i",
        "indeks",
        "integration",
        "klassifikation",
        "modtag",
        "og",
        "opdater",
        "opslag",
        "organisation",
        "post",
        "postkomponent",
        "rediger",
        "sag",
        "sags",
        "sagsindeks",
        "service",
        "snitflade",
        "til",
        "udstil",
        "version",
        "via",
        "ydelsesindeks",
    ];
    let mut words = name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    let is_harmless = |word: &str| {
        WORDS.contains(&word.to_lowercase().as_str())
            || word.chars().any(|c| c.is_ascii_digit())
            || (word.chars().count() <= 4 && word.chars().all(char::is_uppercase))
    };
    !name.contains('@') && integration_number(name.as_bytes()).is_some() && words.all(is_harmless)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Session;
    use crate::target::{LoadedTarget, Target};
    use std::collections::BTreeSet;
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::thread::JoinHandle;

    const USAGE: &str = "00000000-0000-4000-8000-00000000aa01";
    const TOKEN: &str = "et-hemmeligt-token";
    const EXPORT: &str = include_str!("../../../fixtures/requests/kitos-it-system-usage.json");

    /// A server that answers one call, and tells what it was asked.
    fn server(status: &'static str, headers: &'static str, body: &str) -> (String, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let answer =
            format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        let asked = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = Vec::new();
            while !asked.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                asked.push(byte[0]);
            }
            stream.write_all(answer.as_bytes()).unwrap();
            String::from_utf8(asked).unwrap()
        });
        (address, asked)
    }

    fn answer(portfolio: &str, offline: bool) -> Result<Option<(Relations, Origin)>> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), format!("{TOKEN}\n")).unwrap();
        std::fs::write(folder.path().join("kitos.json"), EXPORT).unwrap();
        let text = format!(
            "schema = 1\nenvironment = \"local\"\n[system]\nname = \"s\"\n[politeness]\ntimeout_seconds = 5\n[usage]\n{portfolio}"
        );
        let target = Target::parse("target.toml", &text).unwrap();
        let loaded = LoadedTarget { target, text, base: folder.path().to_owned() };
        let session = Session::new(&loaded, offline).unwrap();
        let at = "2026-11-20T12:00:00Z".parse().unwrap();
        let work = Work { session: &session, loaded: &loaded, needed: BTreeSet::new(), captured: &[], at };
        let found = relations(&work)?;
        Ok(found.map(|(blob, origin)| {
            assert!(!String::from_utf8_lossy(blob.data()).contains(TOKEN));
            (serde_json::from_slice(blob.data()).unwrap(), origin)
        }))
    }

    fn api(url: &str) -> String {
        format!("[usage.portfolio]\nurl = \"{url}\"\nusage = \"{USAGE}\"\ntoken = {{ file = \"token\" }}\n")
    }

    /// What the recorded portfolio says.
    fn expected() -> Relations {
        let uuid = |n: u8| format!("00000000-0000-4000-8000-00000000ad0{n}");
        Relations {
            system: "Fagsystem Eksempel".to_owned(),
            interfaces: vec![
                // One relation names no interface.
                "-".to_owned(),
                uuid(3),
                uuid(5),
                "SF1500 Organisation".to_owned(),
                "Sags- og Dokumentindeks (sf1470), via SF1461".to_owned(),
            ],
            integrations: ["SF1320_A", "SF1461", "SF1470", "SF1500"].map(str::to_owned).to_vec(),
            unreachable: None,
        }
    }

    fn unreachable(portfolio: &str) -> String {
        let (relations, _) = answer(portfolio, false).unwrap().unwrap();
        assert!(relations.interfaces.is_empty() && relations.integrations.is_empty());
        relations.unreachable.unwrap()
    }

    #[test]
    fn an_export_is_read_and_no_name_that_could_be_a_persons_is_taken_over() {
        let (relations, origin) = answer("[usage.portfolio]\nfile = \"kitos.json\"\n", true).unwrap().unwrap();
        assert_eq!((relations, origin.direction), (expected(), Direction::Supplied));
        assert!(answer("", true).unwrap().is_none());
        for name in ["Udtræk til Jens Hansen", "SF1500 Jens", "SF1500 jens hansen", "SF1500 jh@korsbaek.example", ""] {
            assert!(!may_be_shown(name), "{name}");
        }
    }

    #[test]
    fn the_api_is_asked_with_the_token_and_says_the_same() {
        let (url, asked) = server("200 OK", "Content-Type: application/json\r\n", EXPORT);
        let (relations, origin) = answer(&api(&url), false).unwrap().unwrap();
        assert_eq!((relations, origin.direction, origin.peer.as_str()), (expected(), Direction::In, "127.0.0.1"));
        let asked = asked.join().unwrap().to_lowercase();
        assert!(asked.starts_with(&format!("get /api/v2/it-system-usages/{USAGE} http/1.1")), "{asked}");
        assert!(asked.contains(&format!("authorization: bearer {TOKEN}")), "{asked}");
    }

    #[test]
    fn an_api_that_does_not_answer_with_a_portfolio_is_a_reason_and_no_error() {
        for (status, headers, body, reason) in [
            ("401 Unauthorized", "", "", "status 401"),
            ("302 Found", "Location: http://127.0.0.1:1/\r\n", "", "status 302"),
            ("200 OK", "", "<html>", "no it-system-usage"),
            ("200 OK", "", "{\"outgoingSystemRelations\":[]}", "no it-system-usage with the UUID"),
            ("200 OK", "", TOKEN, "repeats the token"),
        ] {
            let (url, asked) = server(status, headers, body);
            let why = unreachable(&api(&url));
            assert!(why.contains(reason) && !why.contains(TOKEN), "{why}");
            asked.join().unwrap();
        }
        // Nobody listens on a port that was free a moment ago.
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(!unreachable(&api(&format!("http://{closed}"))).is_empty());
        let (offline, _) = answer(&api("https://kitos.example"), true).unwrap().unwrap();
        assert_eq!(offline.unreachable.as_deref(), Some("not asked"));
    }

    #[test]
    fn a_token_is_not_sent_in_clear_and_a_wrong_export_is_named() {
        let error = answer(&api("http://kitos.example"), false).unwrap_err().to_string();
        assert!(error.contains("https") && !error.contains(TOKEN), "{error}");
        let error = answer(&api("https://kitos.example").replace(USAGE, "../x"), false).unwrap_err().to_string();
        assert!(error.contains("UUID"), "{error}");
        assert!(read(b"[]", None).is_err() && read(b"{}", None).is_err() && read(b"nothing", None).is_err());
        let two = format!("[{EXPORT},{EXPORT}]");
        assert!(read(two.as_bytes(), None).unwrap_err().contains("several"));
        assert_eq!(read(format!("[{EXPORT}]").as_bytes(), Some(USAGE)).unwrap(), expected());
        let deep = format!("{{\"outgoingSystemRelations\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
        assert!(read(deep.as_bytes(), None).is_err());
    }
}
