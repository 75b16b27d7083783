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
use crate::usage::scan::{integration_number, shown_text};
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

#[derive(Deserialize)]
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
            let found = of(&bytes, portfolio.usage.as_deref()).map_err(|problem| Error::file(&path, problem))?;
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
    Ok(of(&answer.body, Some(usage)))
}

/// Reads the relations out of JSON.
fn of(bytes: &[u8], usage: Option<&str>) -> std::result::Result<Relations, String> {
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
    for interface in one.outgoing_system_relations.into_iter().filter_map(|r| r.relation_interface) {
        let name = interface.name.unwrap_or_default();
        integrations.extend(numbers(&name));
        let uuid = interface.uuid.filter(|uuid| uuid_of(uuid).is_some());
        interfaces.extend(if may_be_shown(&name) { Some(shown_text(name.as_bytes())) } else { uuid });
    }
    Ok(Relations {
        system,
        interfaces: interfaces.into_iter().collect(),
        integrations: integrations.into_iter().collect(),
        unreachable: None,
    })
}

/// Every integration number in a name, in capitals.
fn numbers(name: &str) -> Vec<String> {
    let mut rest = name.as_bytes();
    let mut found = Vec::new();
    while let Some(number) = integration_number(rest) {
        found.push(String::from_utf8_lossy(number).to_ascii_uppercase());
        let end = number.as_ptr() as usize - rest.as_ptr() as usize + number.len();
        rest = &rest[end..];
    }
    found
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
