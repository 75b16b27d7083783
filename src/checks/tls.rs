//! The checks on a [`TlsSubject`], in report order.

pub mod certificate_chain;
pub mod certificate_key;
pub mod certificate_name;
pub mod certificate_not_oces;
pub mod certificate_registered;
pub mod certificate_remaining_validity;
pub mod certificate_signature;
pub mod certificate_validity;
pub mod client_certificate_demanded;
pub mod forward_secrecy;
pub mod hsts;
pub mod key_exchange_strength;
pub mod no_plain_http;
pub mod other_environment_client_refused;
pub mod other_system_client_refused;
pub mod port;
pub mod registered_client_accepted;
pub mod ssl_3_refused;
pub mod stranger_client_refused;
pub mod version_1_0_refused;
pub mod version_1_1_refused;
pub mod version_1_2_offered;
pub mod version_1_3_offered;
pub mod weak_suites_refused;

use crate::check::Check;
use crate::outcome::{Outcome, Reason};
use crate::subject::TlsSubject;
use crate::subject::tls::conclusions::Acceptance;
use x509_parser::prelude::{FromDer, X509Certificate};

/// Every check of the family.
pub static CHECKS: &[&dyn Check<TlsSubject>] = &[
    &version_1_2_offered::Version12Offered,
    &version_1_3_offered::Version13Offered,
    &version_1_1_refused::Version11Refused,
    &version_1_0_refused::Version10Refused,
    &ssl_3_refused::Ssl3Refused,
    &weak_suites_refused::WeakSuitesRefused,
    &forward_secrecy::ForwardSecrecy,
    &key_exchange_strength::KeyExchangeStrength,
    &certificate_chain::CertificateChain,
    &certificate_name::CertificateName,
    &certificate_validity::CertificateValidity,
    &certificate_remaining_validity::CertificateRemainingValidity,
    &certificate_key::CertificateKey,
    &certificate_signature::CertificateSignature,
    &certificate_registered::CertificateRegistered,
    &certificate_not_oces::CertificateNotOces,
    &client_certificate_demanded::ClientCertificateDemanded,
    &stranger_client_refused::StrangerClientRefused,
    &other_environment_client_refused::OtherEnvironmentClientRefused,
    &other_system_client_refused::OtherSystemClientRefused,
    &registered_client_accepted::RegisteredClientAccepted,
    &port::Port,
    &no_plain_http::NoPlainHttp,
    &hsts::Hsts,
];

/// The outcome where the endpoint showed nothing that could be judged.
fn undecided(acceptance: Acceptance, expected: &str) -> Outcome {
    let (reason, observed) = match acceptance {
        Acceptance::Unreachable(why) => (Reason::Unreachable, why),
        Acceptance::Unusable(why) => (Reason::AnswerUnusable, why),
        Acceptance::Unproven(why) | Acceptance::Accepted(why) | Acceptance::Refused(why) => {
            (Reason::ControlFailed, why)
        }
    };
    Outcome::inconclusive(reason, expected, observed)
}

/// Passes when it was accepted; `expected` names it.
fn must_accept(acceptance: Acceptance, expected: &str) -> Outcome {
    match acceptance {
        Acceptance::Accepted(how) => Outcome::pass(expected, how),
        Acceptance::Refused(how) => Outcome::fail(Reason::Refused, expected, how),
        other => undecided(other, expected),
    }
}

/// Passes when it was refused; `expected` names it.
fn must_refuse(acceptance: Acceptance, expected: &str) -> Outcome {
    match acceptance {
        Acceptance::Accepted(how) => Outcome::fail(Reason::Accepted, expected, how),
        Acceptance::Refused(how) => Outcome::pass(expected, how),
        other => undecided(other, expected),
    }
}

/// The endpoint's own certificate, or why there is none to judge.
fn leaf<'a>(subject: &'a TlsSubject, expected: &str) -> Result<X509Certificate<'a>, Outcome> {
    subject.speaks_tls().map_err(|nothing| undecided(nothing, expected))?;
    let Some(blob) = subject.served_chain.first() else {
        return Err(Outcome::inconclusive(Reason::AnswerUnusable, expected, "no certificate was sent"));
    };
    // `tls.certificate-chain` judges readability.
    match X509Certificate::from_der(blob.data()) {
        Ok((_, certificate)) => Ok(certificate),
        Err(_) => Err(Outcome::not_tested(Reason::SubjectUnreadable, expected, "certificate cannot be read")),
    }
}
