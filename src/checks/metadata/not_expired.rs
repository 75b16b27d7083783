//! See [`NotExpired`].

use super::on_entity;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

check! {
    /// validUntil, where stated, lies in the future.
    ///
    /// ## Why
    /// A reader that follows the standard ignores metadata after `validUntil`: logins stop although nothing else changed.
    /// `cacheDuration` is no expiry: it says how long a reader may keep a copy, and `PT0S` that it should keep none.
    ///
    /// ## What to do
    /// Renew and sign the metadata before it expires, or leave `validUntil` out as NemLog-in does.
    pub NotExpired {
        id: "metadata.not-expired",
        family: Metadata,
        title: da "Metadata er ikke udløbet", en "The metadata has not expired",
        rows: ["FKI-MD-19", "SP-MD-24"],
        basis: Norm,
        method: Inspected,
        sources: [("SAML V2.0 Metadata (saml-metadata-2.0-os)", "2.3.2 validUntil"), ("Kantara SAML2Int", "SDP-MD03")],
        remediation: da "Forny og signér metadata, eller udelad validUntil.", en "Renew and sign the metadata, or leave validUntil out.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for NotExpired {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_entity(subject, |entity| {
            let expected = format!("after {}", subject.at);
            for lifetime in &entity.lifetimes {
                let observed = format!("{} validUntil={}", lifetime.element, lifetime.valid_until);
                match instant(&lifetime.valid_until) {
                    None => return Outcome::fail(Reason::Malformed, expected, observed),
                    Some(until) if until <= subject.at => return Outcome::fail(Reason::Expired, expected, observed),
                    Some(_) => {}
                }
            }
            let stated: Vec<String> =
                entity.lifetimes.iter().map(|l| format!("{} {}", l.element, l.valid_until)).collect();
            Outcome::pass(expected, if stated.is_empty() { "no validUntil".to_owned() } else { stated.join(", ") })
        })
    }
}

/// `xs:dateTime`; without an offset it is UTC (SAML core 1.3.3).
fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let utc = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    text.parse::<Timestamp>().ok().or_else(utc)
}
