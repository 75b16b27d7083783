//! The ephemeral keys are strong.

use super::undecided;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TlsSubject;
use crate::subject::tls::conclusions::Acceptance;
use crate::subject::tls::flight::KeyExchange;
use crate::subject::tls::suites::SuiteGroup;

check! {
    /// ## Why
    ///
    /// Groups below 2048 bits (Logjam) and curves below 256 bits can be broken with great but known effort. Seen in
    /// the clear before TLS 1.3; TLS 1.3 itself allows no weak group.
    ///
    /// ## What to do
    ///
    /// Use X25519 or P-256; for finite-field Diffie-Hellman a group of RFC 7919, or none.
    pub KeyExchangeStrength {
        id: "tls.key-exchange-strength",
        family: Tls,
        title: da "Nøgleudvekslingen bruger stærke grupper", en "Key exchange uses strong groups",
        rows: [],
        basis: Norm,
        method: Measured,
        sources: [("RFC 9325 (BCP 195)", "section 4.5"), ("RFC 8422", "section 5.1.1")],
        remediation: da "Brug X25519 eller P-256, og slå DHE fra eller brug en gruppe fra RFC 7919.", en "Use X25519 or P-256, and switch DHE off or use a group of RFC 7919.",
        parameters: [("dh_bits", Integer(2048), "Fewest bits of a finite-field Diffie-Hellman prime")],
    }
}

impl Check<TlsSubject> for KeyExchangeStrength {
    fn judge(&self, subject: &TlsSubject, parameters: &Parameters) -> Outcome {
        let least = parameters.integer("dh_bits");
        let expected = format!("curve of at least 256 bits, DH of at least {least} bits");
        if let Err(nothing) = subject.speaks_tls() {
            return undecided(nothing, &expected);
        }
        let mut seen: Vec<(bool, String)> = subject.key_exchanges().into_iter().map(|k| describe(k, least)).collect();
        seen.sort();
        seen.dedup();
        if let Some((_, weak)) = seen.iter().find(|(strong, _)| !strong) {
            return Outcome::fail(Reason::Weak, expected, weak.as_str());
        }
        let dhe = subject.suite_group(SuiteGroup::FiniteField);
        if let Acceptance::Accepted(how) = &dhe
            && !subject.key_exchanges().iter().any(|k| matches!(k, KeyExchange::FiniteField { .. }))
        {
            return Outcome::inconclusive(
                Reason::AnswerUnusable,
                expected,
                format!("{how}: the group could not be read"),
            );
        }
        if !matches!(dhe, Acceptance::Accepted(_) | Acceptance::Refused(_)) {
            return undecided(dhe, &expected);
        }
        let names: Vec<String> = seen.into_iter().map(|(_, name)| name).collect();
        Outcome::pass(expected, if names.is_empty() { "TLS 1.3 groups alone".to_owned() } else { names.join(", ") })
    }
}

/// Whether a key exchange is strong, and its name. Numbers of the IANA registry of TLS supported groups.
fn describe(key_exchange: KeyExchange, least: i64) -> (bool, String) {
    match key_exchange {
        KeyExchange::FiniteField { bits } => (i64::try_from(bits).is_ok_and(|b| b >= least), format!("DH {bits} bits")),
        KeyExchange::NamedCurve(number) => match number {
            23 => (true, "secp256r1".to_owned()),
            24 => (true, "secp384r1".to_owned()),
            25 => (true, "secp521r1".to_owned()),
            26..=28 => (true, format!("brainpool curve {number}")),
            29 => (true, "x25519".to_owned()),
            30 => (true, "x448".to_owned()),
            22 => (true, "secp256k1".to_owned()),
            // 1 to 21 are curves of less than 256 bits, save 9 to 14 (sect283 to sect571), which RFC 8422 withdrew.
            other => (false, format!("curve {other}")),
        },
    }
}
