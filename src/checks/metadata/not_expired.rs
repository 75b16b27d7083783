//! See [`NotExpired`].

use super::on_entity;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

check! {
    /// validUntil, where stated, lies in the future, and cacheDuration, where stated, is a positive duration.
    ///
    /// ## Why
    /// A reader that follows the standard ignores metadata after `validUntil`: logins stop although nothing else changed.
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
        sources: [("SAML V2.0 Metadata (saml-metadata-2.0-os)", "2.3.2 validUntil, cacheDuration"), ("Kantara SAML2Int", "SDP-MD03")],
        remediation: da "Forny og signér metadata, eller udelad validUntil.", en "Renew and sign the metadata, or leave validUntil out.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for NotExpired {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_entity(subject, |entity| {
            let expected = format!("after {}", subject.at);
            for lifetime in &entity.lifetimes {
                if let Some(text) = &lifetime.valid_until {
                    let observed = format!("{} validUntil={text}", lifetime.element);
                    match instant(text) {
                        None => return Outcome::fail(Reason::Malformed, expected, observed),
                        Some(until) if until <= subject.at => {
                            return Outcome::fail(Reason::Expired, expected, observed);
                        }
                        Some(_) => {}
                    }
                }
                if let Some(text) = &lifetime.cache_duration {
                    let positive = text.trim().parse::<Span>().is_ok_and(Span::is_positive);
                    if !positive {
                        let observed = format!("{} cacheDuration={text}", lifetime.element);
                        return Outcome::fail(Reason::Malformed, "a positive duration", observed);
                    }
                }
            }
            let stated: Vec<String> = entity
                .lifetimes
                .iter()
                .filter_map(|l| l.valid_until.as_ref().map(|v| format!("{} {v}", l.element)))
                .collect();
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
