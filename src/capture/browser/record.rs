//! What is kept of an exchange: text without secrets, field by field.

use super::page::Html;
use crate::capture::http::{Exchanged, HttpError};
use crate::evidence::redact::{PROBE_SUBJECT, redact};
use crate::subject::trial::transcript::{Exchange, Outcome, SetCookie, Stop};
use reqwest::header::{CONTENT_TYPE, HeaderMap};

/// Most of a body, an address or a form's value that is kept, bytes of text.
const MAX_TEXT: usize = 256 * 1024;
/// Most of one header that is kept, bytes of text. A Location carries a whole SAML message.
const MAX_HEADER: usize = 64 * 1024;

/// Headers that tell something about the system's behaviour. Cookies stand by themselves, without their values.
const KEPT: [&str; 8] = [
    "cache-control",
    "content-type",
    "location",
    "refresh",
    "server",
    "strict-transport-security",
    "www-authenticate",
    "x-powered-by",
];

/// What a conversation of the browsers was so far.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    /// Everything that happened, in order.
    pub exchanges: Vec<Exchange>,
    visits: u32,
}

impl Recorder {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of a visit that begins.
    pub(super) fn visit(&mut self) -> u32 {
        let number = self.visits;
        self.visits += 1;
        number
    }

    /// Keeps an exchange.
    pub(super) fn keep(&mut self, mut exchange: Exchange) {
        exchange.url = clean(cut(&exchange.url, MAX_TEXT));
        for (name, value) in &mut exchange.form {
            *value = clean_field(name, cut(value, MAX_TEXT));
            *name = clean(cut(name, MAX_TEXT));
        }
        exchange.cookies.iter_mut().for_each(|name| *name = clean(name));
        self.exchanges.push(exchange);
    }
}

/// An answer as it is kept.
pub(super) fn answered(answer: &Exchanged, body: &str, set: Vec<SetCookie>) -> Outcome {
    let mut headers = Vec::new();
    for name in KEPT {
        for value in answer.headers.get_all(name) {
            let value = String::from_utf8_lossy(value.as_bytes());
            headers.push((name.to_owned(), clean(cut(&value, MAX_HEADER))));
        }
    }
    let set = set.into_iter().map(|cookie| SetCookie {
        name: clean(&cookie.name),
        attributes: clean(&cookie.attributes),
        refused: cookie.refused,
    });
    let body = if is_text(&answer.headers) { clean(cut(body, MAX_TEXT)) } else { String::new() };
    Outcome::Answered { status: answer.status.as_u16(), headers, set: set.collect(), body }
}

/// Text without CPR numbers, tokens and passwords. The probe's own messages stay whole.
pub(crate) fn clean(text: &str) -> String {
    String::from_utf8_lossy(&redact(text.as_bytes(), &format!("text/plain; {PROBE_SUBJECT}")).bytes).into_owned()
}

/// A value whose field's name may be what tells that it is a secret.
fn clean_field(name: &str, value: &str) -> String {
    let object = serde_json::json!({ name: value }).to_string();
    let redacted = redact(object.as_bytes(), &format!("application/json; {PROBE_SUBJECT}")).bytes;
    let read = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&redacted).ok();
    match read.as_ref().and_then(|object| object.values().next()).and_then(serde_json::Value::as_str) {
        Some(value) => clean(value),
        None => "«redacted:unscanned»".to_owned(),
    }
}

/// A body as text.
pub(crate) fn text(answer: &Exchanged) -> String {
    let latin = |label: &str| {
        let label = label.to_ascii_lowercase();
        ["iso-8859-1", "latin1", "windows-1252"].iter().any(|name| label.contains(name))
    };
    let declared = header(&answer.headers, CONTENT_TYPE.as_str()).unwrap_or_default();
    let start = &answer.body[..answer.body.len().min(1024)];
    let in_page = !declared.to_ascii_lowercase().contains("charset=") && latin(&String::from_utf8_lossy(start));
    if latin(&declared) || in_page {
        answer.body.iter().map(|&octet| char::from(octet)).collect()
    } else {
        String::from_utf8_lossy(&answer.body).into_owned()
    }
}

/// The page's parts, if it is HTML.
pub(super) fn html(answer: &Exchanged, body: &str) -> Html {
    let kind = header(&answer.headers, CONTENT_TYPE.as_str()).map(|kind| kind.to_ascii_lowercase());
    let mut html = if kind.is_none_or(|kind| kind.contains("html")) { Html::read(body) } else { Html::default() };
    if let Some(to) = header(&answer.headers, "refresh").as_deref().and_then(super::page::refresh) {
        html.refresh = Some(to);
    }
    html
}

fn is_text(headers: &HeaderMap) -> bool {
    header(headers, CONTENT_TYPE.as_str()).is_none_or(|kind| {
        let kind = kind.to_ascii_lowercase();
        ["text/", "html", "json", "xml", "javascript", "x-www-form-urlencoded"].iter().any(|known| kind.contains(known))
    })
}

pub(super) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// Why a navigation ended, of the client's reason.
pub(crate) fn stop(error: HttpError, whole: u64) -> Stop {
    match error {
        HttpError::NotAllowed { host } => Stop::ForeignHost { host },
        HttpError::BadUrl => Stop::BadAddress,
        HttpError::Connect { reason, .. } => Stop::Unreachable { reason: clean(&reason) },
        HttpError::Tls { reason, .. } => Stop::Tls { reason: clean(&reason) },
        HttpError::TimedOut { .. } => Stop::TimedOut { seconds: whole },
        HttpError::TooLarge { limit, .. } => Stop::TooLarge { limit },
        HttpError::Encoded { .. } => Stop::Encoded,
        HttpError::Redirect { reason, .. } => Stop::Broken { reason: reason.to_owned() },
        HttpError::Transfer { reason, .. } => Stop::Broken { reason: clean(&reason) },
        HttpError::SetUp { reason } => Stop::ProbeFault { reason },
    }
}
