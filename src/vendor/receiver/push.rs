//! The push endpoint (BeskedFåTilsendt): a message is stored, then acknowledged.

use super::System;
use super::envelope::{Envelope, Refusal};
use super::fault::Fault;
use super::store::Stored;
use crate::besked::reply::modtag_besked_output;
use crate::besked::schema::Kind;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long the slow system takes.
const SLOW: Duration = Duration::from_secs(6);
/// How long a message may take to arrive at the impatient system.
const PATIENCE: Duration = Duration::from_secs(2);
const UNAVAILABLE: &str = "tjenesten er ikke tilgængelig";

pub(super) async fn receive(State(system): State<Arc<System>>, request: Request) -> Response {
    let begun = Instant::now();
    let body = match Bytes::from_request(request, &()).await {
        Ok(body) => body,
        Err(refused) => return refused.into_response(),
    };
    if system.faults.has(Fault::ImpatientReading) && begun.elapsed() > PATIENCE {
        return system.write(40, "beskeden kom for langsomt");
    }
    if system.faults.has(Fault::SlowAnswers) {
        tokio::time::sleep(SLOW).await;
    }
    let lax = if system.faults.has(Fault::FollowsEntities) || system.faults.has(Fault::AcceptsDtd) {
        without_dtd(&system, &body).await
    } else {
        Cow::Borrowed(&body[..])
    };
    let lax = lax.into_owned();
    // Storing waits for the disk.
    let worker = Arc::clone(&system);
    let (code, text) = tokio::task::spawn_blocking(move || answer(&worker, &lax))
        .await
        .unwrap_or_else(|_| (40, "beskeden kan ikke modtages".to_owned()));
    system.write(code, &text)
}

/// StatusKode and FejlbeskedTekst.
fn answer(system: &System, body: &[u8]) -> (u16, String) {
    let faults = &system.faults;
    let envelope = match Envelope::read(body, Kind::ModtagBeskedInput, &system.message_types, faults) {
        Ok(envelope) => envelope,
        Err(Refusal::Malformed(_)) if faults.has(Fault::MalformedAccepted) => return (20, String::new()),
        Err(Refusal::Malformed(_)) if faults.has(Fault::MalformedStops) => return (53, UNAVAILABLE.to_owned()),
        Err(Refusal::Malformed(_)) if faults.has(Fault::MalformedWith500) => return (500, String::new()),
        Err(Refusal::Dropped) => return (20, String::new()),
        Err(Refusal::Stops) => return (53, UNAVAILABLE.to_owned()),
        Err(Refusal::UnknownType) => return (51, "beskedtypen er ikke implementeret".to_owned()),
        Err(refusal) => return (40, refusal.text().to_owned()),
    };
    if faults.has(Fault::AcknowledgesUnstored) {
        let _ = system.receive(&envelope, body);
        return (20, String::new());
    }
    match system.receive(&envelope, body) {
        Ok(Stored::Again) if faults.has(Fault::FailsOnDuplicates) => (500, "UNIQUE constraint failed".to_owned()),
        Ok(Stored::New | Stored::Again) => (20, String::new()),
        Ok(Stored::Conflict) => (40, "en anden besked med samme BeskedId er modtaget".to_owned()),
        Err(error) => (40, error.to_string()),
    }
}

impl System {
    /// The answer to a push. 500 stands for a crash.
    fn write(&self, code: u16, text: &str) -> Response {
        let mut xml = modtag_besked_output(code, text);
        let mut content_type = "application/xml";
        if code == 500 {
            let page = "<!DOCTYPE html><html><body><h1>500 Internal Server Error</h1></body></html>";
            return (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "text/html")], page).into_response();
        }
        if self.faults.has(Fault::EmptyAnswer) {
            return StatusCode::OK.into_response();
        }
        if self.faults.has(Fault::HtmlAnswer) {
            let page = "<!DOCTYPE html><html><body>OK</body></html>";
            return (StatusCode::OK, [(header::CONTENT_TYPE, "text/html")], page).into_response();
        }
        if self.faults.has(Fault::PlainTextAnswer) {
            content_type = "text/plain";
        }
        if self.faults.has(Fault::WrongNamespaceAnswer) {
            xml = xml.replace("urn:oio:sagdok:3.0.0", "urn:oio:sts:1.0.0");
        }
        if self.faults.has(Fault::IncompleteAnswer) {
            xml = xml.replace(&format!("<StatusKode>{code}</StatusKode>"), "");
        }
        (StatusCode::OK, [(header::CONTENT_TYPE, content_type)], xml).into_response()
    }
}

/// What a lax parser makes of a document with a DTD: the DTD is gone, and its entities are replaced.
async fn without_dtd<'a>(system: &System, body: &'a [u8]) -> Cow<'a, [u8]> {
    let Ok(text) = std::str::from_utf8(body) else { return Cow::Borrowed(body) };
    let Some(start) = text.find("<!DOCTYPE") else { return Cow::Borrowed(body) };
    let dtd = text.get(start..).unwrap_or_default();
    let internal = dtd.find('[').filter(|open| dtd.find('>').is_none_or(|close| *open < close));
    let length = internal.map_or_else(
        || dtd.find('>').map(|at| at + 1),
        |_| {
            let bracket = dtd.find(']')?;
            dtd.get(bracket..)?.find('>').map(|at| bracket + at + 1)
        },
    );
    let Some(dtd) = length.and_then(|length| dtd.get(..length)) else { return Cow::Borrowed(body) };
    let rest = [text.get(..start).unwrap_or_default(), text.get(start + dtd.len()..).unwrap_or_default()].concat();
    let mut rest = rest;
    for declaration in dtd.split("<!ENTITY").skip(1) {
        let mut words = declaration.split_ascii_whitespace();
        let parameter = words.clone().next() == Some("%");
        let name = if parameter { words.nth(1) } else { words.next() };
        rest = rest.replace(&format!("&{};", name.unwrap_or_default()), "");
    }
    if system.faults.has(Fault::FollowsEntities) {
        let addresses = dtd.split(['"', '\'']).filter(|part| part.starts_with("http://"));
        for address in addresses.take(4) {
            let _ = system.fetch(address).await;
        }
    }
    Cow::Owned(rest.into_bytes())
}
