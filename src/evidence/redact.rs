//! Redaction: no CPR number, token, password or private key survives into evidence, whatever layer it hides in.
//!
//! Three ideas carry the module:
//! - **Views.** A text is scanned as it stands and again after each round of undoing URL, XML and JSON escapes. Every byte
//!   of a view knows which bytes of the source it came from, so a hit is cut out of the source itself.
//! - **Layers.** Base64, DEFLATE, gzip and UTF-16 are opened, redacted inside, and packed again. Depth, rounds and work are
//!   bounded; what cannot be looked into within the bounds is removed (`«redacted:unscanned»`), never kept.
//! - **Fixpoint.** Passes repeat until one finds nothing. What is returned is therefore always something that a whole pass
//!   found nothing in, and redacting twice is the same as redacting once.
//!
//! When in doubt the value goes: a number wrongly removed costs a little evidence, one wrongly kept is a leak.
//! Modulus 11 does not decide, because CPR numbers without it have been issued since 2007-10-01.
//!
//! Certificates, CRLs and OCSP answers pass untouched: they are public documents whose signature must still verify, and
//! verdicts are computed again from their bytes.

mod layer;
mod pattern;
mod structure;
mod view;

use std::collections::BTreeMap;

/// Media type parameter that marks a message of the probe's own test identity. Without it a `SAMLResponse` or
/// `SAMLRequest` parameter is taken to be a live user's and removed.
pub const PROBE_SUBJECT: &str = "subject=probe";

/// Media type parameter that marks JSON of the program's own making in which every number is a count, a size or a span of time.
/// Its numbers stay, or a file of 1.2 GB would be somebody's CPR number; its texts are searched like any other.
pub const FIGURES: &str = "content=figures";

/// Bytes that are fit to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redacted {
    /// The bytes without secrets and CPR numbers.
    pub bytes: Vec<u8>,
    /// How many values were removed, by type (`cpr`, `token`, `jwt`, `cookie`, `saml-message`, `secret`, `private-key`,
    /// `unscanned`).
    pub counts: BTreeMap<String, u32>,
}

/// What was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Cpr,
    Token,
    Jwt,
    Cookie,
    SamlMessage,
    Secret,
    PrivateKey,
    Unscanned,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Cpr => "cpr",
            Self::Token => "token",
            Self::Jwt => "jwt",
            Self::Cookie => "cookie",
            Self::SamlMessage => "saml-message",
            Self::Secret => "secret",
            Self::PrivateKey => "private-key",
            Self::Unscanned => "unscanned",
        }
    }

    /// The text that stands in the value's place. Holds nothing derived from the value: a digest of a CPR number is
    /// reversed by trying all of them.
    fn marker(self) -> String {
        format!("«redacted:{}»", self.name())
    }
}

/// Whether a value is nothing but one marker.
fn is_marker(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    std::str::from_utf8(value).is_ok_and(|text| {
        text.strip_prefix("«redacted:")
            .and_then(|rest| rest.strip_suffix('»'))
            .is_some_and(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
    })
}

/// Removes CPR numbers, tokens, passwords and private keys from `bytes`, in every decoded layer.
///
/// Well-formed JSON and XML stay well-formed. Never fails: what cannot be scanned within the bounds is removed.
#[must_use]
pub fn redact(bytes: &[u8], media_type: &str) -> Redacted {
    let media_type = media_type.to_ascii_lowercase();
    let mut scanner =
        layer::Scanner::new(bytes.len(), !media_type.contains(PROBE_SUBJECT), media_type.contains(FIGURES));
    let result =
        if u32::try_from(bytes.len()).is_ok() { scanner.redact_document(bytes) } else { Err(layer::Unscannable) };
    let redacted = match result {
        Ok(None) => bytes.to_vec(),
        Ok(Some(changed)) => changed,
        Err(layer::Unscannable) => {
            scanner.counts.clear();
            scanner.count(Kind::Unscanned);
            let marker = Kind::Unscanned.marker();
            if structure::is_json(bytes) {
                format!("\"{marker}\"").into_bytes()
            } else if structure::is_xml(bytes) {
                format!("<redacted>{marker}</redacted>").into_bytes()
            } else {
                marker.into_bytes()
            }
        }
    };
    Redacted { bytes: redacted, counts: scanner.counts.into_iter().map(|(k, n)| (k.name().to_owned(), n)).collect() }
}

/// What a run of base64 stands for when it begins so many characters in; every other character is passed over.
pub(crate) fn base64_at(run: &[u8], offset: usize) -> Vec<u8> {
    layer::decode_base64(run, offset)
}

/// What a number is that has the form of a CPR number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    /// It is taken for a CPR number, and ends here.
    Cpr(usize),
    /// It is none, or may as well be a time.
    Other,
}

/// What the number is that begins at `at`; `None` when it has not the form of a CPR number.
pub(crate) fn number_at(text: &[u8], at: usize) -> Option<Number> {
    let form = if pattern::may_begin(text, at) { pattern::form(text, at) } else { None };
    form.map(|form| if form.is_cpr && !form.is_time { Number::Cpr(form.end) } else { Number::Other })
}

/// Every CPR number in a text as it stands and after each round of undoing escapes, by its place in the text.
#[cfg(test)]
pub(crate) fn cpr_places(text: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut view = view::View::of(text);
    let mut places = Vec::new();
    loop {
        let numbers = pattern::cpr_numbers(&view.bytes).into_iter();
        let numbers = numbers.filter(|place| pattern::form(&view.bytes, place.start).is_some_and(|form| !form.is_time));
        places.extend(numbers.map(|place| view.source(&place)));
        match view.unescape() {
            Some(next) => view = next,
            None => return places,
        }
    }
}

#[cfg(test)]
mod tests;
