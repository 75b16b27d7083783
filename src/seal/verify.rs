//! Reading a seal strictly, and saying what it proves and what it does not.
//!
//! There is exactly one byte sequence for a given seal: base64url without padding and with zero trailing bits, no unknown
//! or repeated member, and the whole file equal to its own canonical form. So no byte can change unseen, not even one that
//! a lenient reader would ignore.

use super::SealError;
use super::jades::{CONTENT_TYPE, FlattenedJws, Header, TYPE, canonical, signing_input, verifies};
use super::key::{choose, is_of_an_organisation, public_key};
use super::trust::Trust;
use crate::digest::sha256;
use crate::language::Localised;
use crate::pki::certificate::Certificate;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::Serialize;

/// Largest sealed file.
pub const LIMIT: u64 = 128 << 20;

/// What came of one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// Shown.
    Proven,
    /// Shown to be otherwise.
    Refuted,
    /// Nothing here can show it.
    NotProven,
}

/// One thing that a verification says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// Stable name.
    pub id: &'static str,
    /// Whether it is shown.
    pub proof: Proof,
    /// The sentence.
    pub text: Localised,
}

impl Statement {
    /// A statement.
    pub fn new(id: &'static str, proof: Proof, da: impl Into<String>, en: impl Into<String>) -> Self {
        Self { id, proof, text: Localised { da: da.into(), en: en.into() } }
    }

    /// A statement that is shown or refuted, with a sentence for each.
    #[must_use]
    pub fn when(id: &'static str, holds: bool, yes: (String, String), no: (String, String)) -> Self {
        let (proof, (da, en)) = if holds { (Proof::Proven, yes) } else { (Proof::Refuted, no) };
        Self::new(id, proof, da, en)
    }
}

/// What a seal shows.
#[derive(Debug)]
pub struct Verification {
    /// The sealed bytes: the canonical report.
    pub payload: Vec<u8>,
    /// The time the sealer wrote.
    pub iat: Timestamp,
    /// Name of the signature algorithm.
    pub algorithm: &'static str,
    /// SHA-256 of the sealing certificate, hex.
    pub certificate_sha256: String,
    /// Whether that certificate is an OCES certificate of an organisation or its system, by its policy.
    pub of_an_organisation: bool,
    /// Every statement, in reading order.
    pub statements: Vec<Statement>,
}

impl Verification {
    /// Whether nothing is refuted.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.statements.iter().all(|statement| statement.proof != Proof::Refuted)
    }
}

/// Verifies the bytes of a `report.jades.json`. `at` is the instant for the certification path; without it, the sealer's
/// own time. An error means that the bytes are no seal at all; everything else is a statement.
pub fn verify(bytes: &[u8], trust: &Trust, at: Option<Timestamp>) -> Result<Verification, SealError> {
    let read = read(bytes)?;
    let Read { header, payload, chain, signature, input } = read;
    let leaf = chain.first().ok_or_else(|| malformed("x5c is empty"))?;
    let key = public_key(leaf).ok_or_else(|| malformed("the certificate's key cannot be read"))?;
    choose(leaf, Some(header.alg)).map_err(|error| malformed(&error.to_string()))?;
    let iat = Timestamp::from_second(header.iat).map_err(|_| malformed("iat is out of range"))?;
    let both = |da: &str, en: &str| (da.to_owned(), en.to_owned());
    let algorithm = header.alg.name();
    let mut statements = vec![
        Statement::when(
            "seal-form",
            true,
            both(
                "Seglet har præcis den ene form, det kan have: ingen byte kan være ændret, uden at det ses.",
                "The seal has exactly the one form it can have: no byte can have changed unseen.",
            ),
            both("", ""),
        ),
        Statement::when(
            "seal-signature",
            verifies(header.alg, &key, &input, &signature),
            (
                format!("Rapporten er uændret, siden den blev forseglet ({algorithm})."),
                format!("The report is unchanged since it was sealed ({algorithm})."),
            ),
            both(
                "Signaturen passer ikke: rapporten eller seglet er ændret.",
                "The signature does not verify: the report or the seal has been changed.",
            ),
        ),
    ];
    statements.push(Statement::when(
        "seal-certificate",
        header.x5t_s256 == URL_SAFE_NO_PAD.encode(sha256(&leaf.der)),
        both(
            "Det vedlagte certifikat er det, der er forseglet med.",
            "The enclosed certificate is the one that sealed.",
        ),
        both(
            "Det vedlagte certifikat er ikke det, som seglet udpeger.",
            "The enclosed certificate is not the one the seal points to.",
        ),
    ));
    let (not_before, not_after) = (leaf.not_before, leaf.not_after);
    statements.push(Statement::when(
        "seal-validity",
        not_before <= iat && iat <= not_after,
        (
            format!("Certifikatet gjaldt på det tidspunkt, forsegleren angiver ({iat})."),
            format!("The certificate was valid at the time the sealer states ({iat})."),
        ),
        (
            format!("Certifikatet gjaldt ikke på det tidspunkt, forsegleren angiver ({iat}); det gælder fra {not_before} til {not_after}."),
            format!("The certificate was not valid at the time the sealer states ({iat}); it is valid from {not_before} to {not_after}."),
        ),
    ));
    let instant = at.unwrap_or(iat);
    statements.push(path_statement(&chain, trust, instant, at.is_none()));
    statements.push(Statement::new(
        "seal-time",
        Proof::NotProven,
        "Seglet (JAdES B-B) beviser ikke, hvornår det er sat: tidspunktet er forseglerens eget ord. Et bevis kræver et tidsstempel fra en tredjepart.",
        "The seal (JAdES B-B) carries no proof of when it was made: the time is the sealer's own word. Proof takes a time stamp from a third party.",
    ));
    statements.push(Statement::new(
        "seal-revocation",
        Proof::NotProven,
        "Det er ikke undersøgt, om forseglerens certifikat var spærret.",
        "Whether the sealer's certificate was revoked has not been examined.",
    ));
    Ok(Verification {
        payload,
        iat,
        algorithm,
        certificate_sha256: leaf.sha256.clone(),
        of_an_organisation: is_of_an_organisation(leaf),
        statements,
    })
}

fn path_statement(chain: &[Certificate], trust: &Trust, instant: Timestamp, own_time: bool) -> Statement {
    let who = chain.first().map_or_else(String::new, organisation);
    let (roots_da, roots_en) = if trust.is_production() {
        ("Den Danske Stats OCES3-rod i produktion", "the OCES3 production root of Den Danske Stat")
    } else {
        ("en rod, som brugeren selv har angivet", "a root that the user named")
    };
    let (when_da, when_en) =
        if own_time { (" (forseglerens eget tidspunkt)", " (the sealer's own time)") } else { ("", "") };
    Statement::when(
        "seal-path",
        trust.is_reached(chain, instant),
        (
            format!("Forsegleren er {who}: en gyldig certifikatsti fører til {roots_da} pr. {instant}{when_da}."),
            format!("The sealer is {who}: a valid certification path leads to {roots_en} as of {instant}{when_en}."),
        ),
        (
            format!(
                "Ingen gyldig certifikatsti fører fra certifikatet til {roots_da} pr. {instant}{when_da}. Hvem der har forseglet, er ikke bevist."
            ),
            format!(
                "No valid certification path leads from the certificate to {roots_en} as of {instant}{when_en}. Who sealed is not shown."
            ),
        ),
    )
}

/// The organisation in a certificate's subject: O and organizationIdentifier, never a person's name.
fn organisation(certificate: &Certificate) -> String {
    let field = |oid: &str| -> Option<String> {
        let text = certificate.subject.values(oid).next()?;
        Some(crate::render::one_line(text).chars().take(120).collect())
    };
    match (field("2.5.4.10"), field("2.5.4.97")) {
        (Some(name), Some(identifier)) => format!("{name} ({identifier})"),
        (Some(name), None) => name,
        (None, Some(identifier)) => identifier,
        (None, None) => "?".to_owned(),
    }
}

struct Read {
    header: Header,
    payload: Vec<u8>,
    chain: Vec<Certificate>,
    signature: Vec<u8>,
    input: Vec<u8>,
}

fn malformed(problem: &str) -> SealError {
    SealError::Malformed(problem.to_owned())
}

fn read(bytes: &[u8]) -> Result<Read, SealError> {
    if bytes.len() as u64 > LIMIT {
        return Err(SealError::Malformed(format!("larger than {LIMIT} bytes")));
    }
    let jws: FlattenedJws = serde_json::from_slice(bytes)
        .map_err(|_| malformed("not a flattened JWS with payload, protected and signature alone"))?;
    if canonical(&jws)? != bytes {
        return Err(malformed("the file is not in canonical form"));
    }
    let header_bytes = base64url(&jws.protected, "protected")?;
    let header: Header = serde_json::from_slice(&header_bytes).map_err(|_| {
        malformed(
            "the protected header does not hold exactly alg (RS256, PS256 or ES256), cty, iat, typ, x5c and x5t#S256",
        )
    })?;
    if canonical(&header)? != header_bytes {
        return Err(malformed("the protected header is not in canonical form"));
    }
    if header.cty != CONTENT_TYPE || header.typ != TYPE {
        return Err(malformed("cty is not \"json\" or typ not \"jose+json\""));
    }
    let payload = base64url(&jws.payload, "payload")?;
    let report: serde_json::Value =
        serde_json::from_slice(&payload).map_err(|_| malformed("the payload is not JSON"))?;
    if canonical(&report)? != payload {
        return Err(malformed("the payload is not in canonical form"));
    }
    if !(1..=2).contains(&header.x5c.len()) {
        return Err(malformed("x5c does not hold one or two certificates"));
    }
    let mut chain = Vec::new();
    for encoded in &header.x5c {
        let der = STANDARD.decode(encoded).map_err(|_| malformed("x5c is not base64"))?;
        let certificate =
            Certificate::read(&der).map_err(|_| malformed("x5c holds something that is no certificate"))?;
        if certificate.trailing_bytes > 0 || certificate.encoding.is_err() {
            return Err(malformed("x5c holds bytes that are not strict DER of one certificate"));
        }
        chain.push(certificate);
    }
    let signature = base64url(&jws.signature, "signature")?;
    let input = signing_input(&jws.protected, &jws.payload);
    Ok(Read { header, payload, chain, signature, input })
}

/// Without padding and with zero trailing bits, as the engine demands.
fn base64url(text: &str, name: &str) -> Result<Vec<u8>, SealError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| SealError::Malformed(format!("{name} is not base64url without padding")))
}
