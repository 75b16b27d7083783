//! The only part that does I/O: produces subjects and evidence.

pub mod browser;
pub mod certificate;
pub mod distribution;
pub mod http;
pub mod metadata;
pub mod revocation;
pub mod tls;
pub mod trial;
pub mod usage;

use crate::denmark::danish_day;
use crate::digest::sha256_hex;
use crate::document::read_bounded;
use crate::error::{Error, Result};
use crate::pki::Certificate;
use crate::plan::judged_metadata;
use crate::report::v1::Direction;
use crate::subject::certificate::{Answer, CertificateRole, DeclaredCertificate, OtherCertificate};
use crate::subject::metadata::{Registered, Retrieval};
use crate::subject::{Blob, CertificateSubject, MetadataSubject, Subject, TlsSubject};
use crate::target::{AnchorUse, Declaration, LoadedTarget, MetadataEntry, Target};
use jiff::Timestamp;
use openssl::x509::X509;
use revocation::{RevocationSource, SuppliedAnswers};
use std::collections::BTreeMap;
use std::sync::Arc;
use tls::TlsSpec;

/// Largest document behind a declaration, bytes.
const MAX_DOCUMENT: u64 = 64 * 1024 * 1024;

/// Most certificates of one metadata document, a key for both uses counted twice. Each is judged, asked about and compared with
/// every other one, so a hostile document could else fill memory; and what is left out would be passed unseen.
const MAX_IN_METADATA: usize = 64;

/// What a run is doing, for the progress bar.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// Steps done.
    pub done: usize,
    /// Steps in all.
    pub total: usize,
    /// What comes now.
    pub now: &'a str,
}

/// A subject and where its bytes came from.
#[derive(Debug)]
pub struct Captured {
    /// The subject.
    pub subject: Subject,
    /// Where its bytes came from.
    pub origins: Origins,
}

/// Where some bytes came from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Which way they went.
    pub direction: Direction,
    /// File, URL or host:port.
    pub peer: String,
    /// What the capture redacted, by type.
    pub redactions: BTreeMap<String, u32>,
}

/// Where the bytes of one subject came from.
#[derive(Debug)]
pub struct Origins {
    usual: Origin,
    by_digest: BTreeMap<String, Origin>,
}

impl Origins {
    fn all(direction: Direction, peer: String) -> Self {
        Self { usual: Origin { direction, peer, redactions: BTreeMap::new() }, by_digest: BTreeMap::new() }
    }

    fn except(&mut self, blob: &Blob, direction: Direction, peer: String) {
        self.by_digest.insert(blob.sha256.clone(), Origin { direction, peer, redactions: BTreeMap::new() });
    }

    /// Where a blob came from.
    #[must_use]
    pub fn of(&self, blob: &Blob) -> Origin {
        self.by_digest.get(&blob.sha256).unwrap_or(&self.usual).clone()
    }
}

/// Everything a target's files and endpoints gave.
#[derive(Debug)]
pub struct Capture {
    /// Subjects: metadata, certificates, TLS endpoints, each in target order.
    pub subjects: Vec<Captured>,
    /// SHA-256 of the documents behind declarations, by kind.
    pub documents: BTreeMap<String, String>,
    /// Anchors that count in this environment: file name and PEM.
    pub anchors: Vec<(String, String)>,
}

/// What several captures share: one runtime, one HTTP client with its politeness, and the revocation lists it fetched.
#[derive(Debug)]
pub struct Session {
    runtime: tokio::runtime::Runtime,
    client: Option<Arc<http::HttpClient>>,
    revocation: RevocationSource,
}

impl Session {
    /// A session that may ask the hosts of `loaded`; nobody, when `offline`.
    pub fn new(loaded: &LoadedTarget, offline: bool) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|e| Error::Internal(e.to_string()))?;
        let client = if offline {
            None
        } else {
            let tls_roots = certificate::anchors(loaded, AnchorUse::Tls)?;
            let client = http::HttpClient::new(loaded.target.hosts(), loaded.target.politeness, &tls_roots);
            Some(Arc::new(client.map_err(|e| Error::Internal(e.to_string()))?))
        };
        let revocation = client.clone().map_or_else(RevocationSource::offline, RevocationSource::online);
        Ok(Self { runtime, client, revocation })
    }
}

/// Captures what a target's files and endpoints show without a trial. Files that cannot be used are errors; endpoints that do
/// not answer are facts in their subjects.
pub fn capture(
    loaded: &LoadedTarget,
    at: Timestamp,
    offline: bool,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Capture> {
    capture_in(&Session::new(loaded, offline)?, loaded, at, progress)
}

/// As [`capture`], in a session that other targets with the same hosts share.
pub fn capture_in(
    session: &Session,
    loaded: &LoadedTarget,
    at: Timestamp,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Capture> {
    let Session { runtime, client, revocation } = session;
    let target = &loaded.target;
    let total = target.metadata.len() + usize::from(!target.certificate.is_empty()) + target.tls.len();
    let mut done = 0;
    let mut step = |now: &str| {
        progress(Progress { done, total, now });
        done += 1;
    };
    let documents = documents(loaded, at)?;

    let mut metadata = Vec::new();
    for entry in judged_metadata(target) {
        step(&entry.name);
        metadata.push(runtime.block_on(metadata_subject(loaded, entry, at, client.as_deref()))?);
    }
    if !target.certificate.is_empty() {
        step("certificates");
    }
    let mut certificates = runtime.block_on(certificate::capture_target(loaded, at, revocation, client.as_deref()))?;
    certificates.extend(runtime.block_on(inside_metadata(loaded, &metadata, at, revocation))?);
    let mut endpoints = Vec::new();
    for entry in &target.tls {
        step(&entry.name);
        // An offline run has no TLS subjects; the plan's items become `not-tested`.
        if client.is_some() {
            endpoints.push(tls::capture_tls(&TlsSpec::from_target(loaded, entry, at)?, at));
        }
    }

    let metadata = with_neighbours(loaded, metadata)?;
    let certificates = share_knowledge(introduce(certificates, &endpoints));
    let mut subjects: Vec<_> = metadata.into_iter().map(|subject| captured_metadata(loaded, subject)).collect();
    subjects.extend(certificates.into_iter().map(|subject| captured_certificate(loaded, subject)));
    subjects.extend(endpoints.into_iter().map(captured_tls));
    progress(Progress { done: total, total, now: "" });
    Ok(Capture { subjects, documents, anchors: anchors(loaded)? })
}

/// Hashes the documents behind declarations and compares them with the declared digests. A digest whose document is not at
/// hand is only a part of what is declared.
fn documents(loaded: &LoadedTarget, at: Timestamp) -> Result<BTreeMap<String, String>> {
    let mut digests = BTreeMap::new();
    for declaration in loaded.target.declared() {
        let Declaration { kind, when, document, sha256, .. } = declaration;
        if *when > danish_day(at) {
            return Err(Error::Usage(format!("declaration `{kind}` is dated {when}, after the instant of judgement")));
        }
        let Some(file) = document else { continue };
        let path = loaded.path(file);
        let actual = sha256_hex(&read_bounded(&path, MAX_DOCUMENT)?);
        if sha256.as_ref().is_some_and(|declared| !declared.eq_ignore_ascii_case(&actual)) {
            let problem = format!("is not the document that declaration `{kind}` names by its SHA-256");
            return Err(Error::file(path, problem));
        }
        digests.insert(kind.clone(), actual);
    }
    Ok(digests)
}

async fn metadata_subject(
    loaded: &LoadedTarget,
    entry: &MetadataEntry,
    at: Timestamp,
    client: Option<&http::HttpClient>,
) -> Result<MetadataSubject> {
    let fetched = match &entry.url {
        None => None,
        Some(url) => Some(metadata::fetch(url, client).await),
    };
    let document = match (&entry.file, &fetched) {
        (Some(file), _) => metadata::read_file(&loaded.path(file)).map_err(|e| Error::Usage(e.to_string()))?,
        (None, Some(metadata::Fetched::Answered { body, .. })) => body.clone(),
        // Nothing to read: an empty document, which its own check reports beside what became of the URL.
        (None, _) => Vec::new(),
    };
    let target = &loaded.target;
    let mut subject = metadata::subject(&entry.name, target.environment, at, &document, fetched);
    subject.registered = registered(target);
    Ok(subject)
}

/// What a target declares about the registration. A pure function, so that `verify` can compare.
#[must_use]
pub fn registered(target: &Target) -> Registered {
    let one = |kind: &str| target.declaration(kind).and_then(|d| d.value.strings().first().map(|v| (*v).to_owned()));
    Registered {
        oiosaml_profile: one("oiosaml-profile"),
        attribute_profile: one("attribute-profile"),
        nsis_level: one("nsis-level"),
        entity_id: one("entity-id"),
        personal_attributes: target
            .declaration("personal-attributes")
            .map(|d| d.value.strings().into_iter().map(str::to_owned).collect()),
        hosts: target.hosts().into_iter().collect(),
    }
}

/// Tells every document of the vendor's other documents.
fn with_neighbours(loaded: &LoadedTarget, mut subjects: Vec<MetadataSubject>) -> Result<Vec<MetadataSubject>> {
    let mut known = Vec::new();
    for entry in &loaded.target.metadata {
        if let Some(environment) = entry.other_environment {
            let Some(file) = &entry.file else { continue };
            let document = metadata::read_file(&loaded.path(file)).map_err(|e| Error::Usage(e.to_string()))?;
            known.push(metadata::neighbour(&entry.name, environment, &document));
        }
    }
    known.extend(subjects.iter().map(|s| metadata::neighbour(&s.name, s.environment, s.document.data())));
    for subject in &mut subjects {
        subject.others = known.iter().filter(|other| other.name != subject.name).cloned().collect();
    }
    Ok(subjects)
}

/// The certificates inside metadata, as subjects of their own.
async fn inside_metadata(
    loaded: &LoadedTarget,
    documents: &[MetadataSubject],
    at: Timestamp,
    revocation: &RevocationSource,
) -> Result<Vec<CertificateSubject>> {
    let target = &loaded.target;
    let anchors = certificate::anchors(loaded, AnchorUse::Oces)?;
    let around = certificate::Surroundings { environment: target.environment, at, anchors: &anchors, revocation };
    let cvr = target.parties.supplier.as_ref().and_then(|party| party.cvr.clone());
    let mut subjects = Vec::new();
    for document in documents {
        let entry = target.metadata.iter().find(|e| e.name == document.name);
        let certificates = metadata::certificates(document);
        if certificates.len() > MAX_IN_METADATA {
            let problem = format!("holds {} certificates; at most {MAX_IN_METADATA} are judged", certificates.len());
            return Err(Error::file(&document.name, problem));
        }
        if certificates.is_empty() {
            continue;
        }
        // Read once a document: a revocation list can be large, and every certificate in the document shares it.
        let place = |files: &[std::path::PathBuf]| files.iter().map(|f| loaded.path(f)).collect::<Vec<_>>();
        let answers = match entry {
            Some(e) => SuppliedAnswers::read(&place(&e.ocsp_response), &place(&e.crl))?,
            None => SuppliedAnswers::default(),
        };
        let mut helpers = Vec::new();
        for file in entry.iter().flat_map(|e| &e.supplied) {
            helpers.extend(certificate::open(&loaded.path(file), None)?);
        }
        for found in certificates {
            let supplied = [found.supplied, helpers.clone()].concat();
            let description = certificate::Description {
                name: found.name,
                system: target.system.name.clone(),
                role: found.role,
                declared: DeclaredCertificate { kind: None, cvr: cvr.clone() },
            };
            subjects.push(certificate::capture(description, found.bytes, supplied, answers.clone(), around).await);
        }
    }
    Ok(subjects)
}

/// What the target says and learnt about a certificate holds for the same certificate inside metadata.
fn share_knowledge(mut subjects: Vec<CertificateSubject>) -> Vec<CertificateSubject> {
    let named: Vec<_> = subjects.iter().filter(|s| !s.name.contains('/')).cloned().collect();
    for subject in subjects.iter_mut().filter(|s| s.name.contains('/')) {
        if let Some(known) = named.iter().find(|k| k.certificate == subject.certificate) {
            subject.declared.clone_from(&known.declared);
            let helpers = known.supplied.iter().filter(|h| !subject.supplied.contains(h)).cloned().collect::<Vec<_>>();
            subject.supplied.extend(helpers);
            // Added, never put in the place of what is there: an answer that says "revoked" must not get lost.
            let (own, more) = (&mut subject.revocation, &known.revocation);
            own.set_aside &= more.set_aside;
            for (own, more) in [(&mut own.ocsp, &more.ocsp), (&mut own.crl, &more.crl)] {
                let new = more.iter().filter(|m| own.iter().all(|o| o.source != m.source)).cloned().collect::<Vec<_>>();
                own.extend(new);
            }
        }
    }
    subjects
}

/// Tells every certificate of the target's other certificates, those inside metadata and on endpoints included.
fn introduce(mut subjects: Vec<CertificateSubject>, endpoints: &[TlsSubject]) -> Vec<CertificateSubject> {
    let system = subjects.first().map(|s| s.system.clone()).unwrap_or_default();
    let named = subjects.iter().map(|s| (s.name.clone(), s.environment, s.role, &s.certificate));
    let served = endpoints.iter().filter_map(|e| {
        Some((format!("{}/served", e.name), e.environment, CertificateRole::TlsServer, e.served_chain.first()?))
    });
    let known: Vec<_> = named
        .chain(served)
        .filter_map(|(name, environment, role, certificate)| {
            let read = Certificate::read(certificate.data()).ok()?;
            let (sha256, spki_sha256) = (read.sha256.clone(), read.spki_sha256.clone());
            Some(OtherCertificate { name, system: system.clone(), environment, role, sha256, spki_sha256 })
        })
        .collect();
    for subject in &mut subjects {
        for other in &known {
            let already = subject.others.iter().any(|o| o.name == other.name);
            if other.name != subject.name && !already {
                subject.others.push(other.clone());
            }
        }
    }
    subjects
}

fn captured_metadata(loaded: &LoadedTarget, subject: MetadataSubject) -> Captured {
    let entry = loaded.target.metadata.iter().find(|m| m.name == subject.name);
    let file = entry.and_then(|m| m.file.as_ref()).map(|file| file.display().to_string());
    let url = entry.and_then(|m| m.url.as_ref()).map(ToString::to_string).unwrap_or_default();
    let mut origins = match file {
        Some(file) => Origins::all(Direction::Supplied, file),
        None => Origins::all(Direction::In, url),
    };
    if let Some(attested) = &subject.attested {
        origins.usual.redactions.clone_from(&attested.redacted);
    }
    if let Some(Retrieval::Answered { url, body, .. }) = &subject.retrieval
        && *body != subject.document
    {
        origins.except(body, Direction::In, url.clone());
    }
    Captured { subject: Subject::Metadata(subject), origins }
}

fn captured_certificate(loaded: &LoadedTarget, subject: CertificateSubject) -> Captured {
    let entry = loaded.target.certificate.iter().find(|c| c.name == subject.name);
    let mut origins = match entry.map(|e| (&e.file, &e.url)) {
        Some((None, Some(url))) => Origins::all(Direction::In, url.to_string()),
        Some((Some(file), _)) => Origins::all(Direction::Supplied, file.display().to_string()),
        _ => Origins::all(Direction::Supplied, subject.name.clone()),
    };
    for answer in subject.revocation.ocsp.iter().chain(&subject.revocation.crl) {
        if let Answer::Received { bytes } = &answer.answer {
            let asked = answer.source.starts_with("http://") || answer.source.starts_with("https://");
            let direction = if asked { Direction::In } else { Direction::Supplied };
            origins.except(bytes, direction, answer.source.clone());
        }
    }
    Captured { subject: Subject::Certificate(subject), origins }
}

fn captured_tls(subject: TlsSubject) -> Captured {
    let origins = Origins::all(Direction::In, format!("{}:{}", subject.host, subject.port));
    Captured { subject: Subject::Tls(subject), origins }
}

/// The anchors that count in the target's environment, as PEM.
fn anchors(loaded: &LoadedTarget) -> Result<Vec<(String, String)>> {
    let shipped = crate::pki::anchors::trusted_roots(loaded.target.environment).map(|a| a.der.to_vec());
    let added = [AnchorUse::Oces, AnchorUse::Tls].map(|purpose| certificate::anchors(loaded, purpose));
    let mut all: Vec<Vec<u8>> = shipped.collect();
    for anchors in added {
        all.extend(anchors?);
    }
    let fault = |e: openssl::error::ErrorStack| Error::Internal(e.to_string());
    let mut named = Vec::new();
    for der in &all {
        let pem = X509::from_der(der).and_then(|certificate| certificate.to_pem()).map_err(fault)?;
        named.push((format!("{}.pem", sha256_hex(der)), String::from_utf8_lossy(&pem).into_owned()));
    }
    named.sort_unstable();
    named.dedup();
    Ok(named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::certificate::{DeclaredCertificate, Revocation, RevocationAnswer};
    use crate::verdict::Environment;

    fn subject(name: &str, ocsp: &[&str], crl: &[&str], supplied: &[&[u8]]) -> CertificateSubject {
        let answers = |sources: &[&str]| {
            let answer = |s: &&str| RevocationAnswer { source: (*s).to_owned(), answer: Answer::NotAllowed };
            sources.iter().map(answer).collect()
        };
        CertificateSubject {
            id: format!("certificate:{name}"),
            name: name.to_owned(),
            environment: Environment::Production,
            at: Timestamp::UNIX_EPOCH,
            role: CertificateRole::Signing,
            system: "Eksempel".to_owned(),
            declared: DeclaredCertificate::default(),
            certificate: Blob::new("application/pkix-cert", b"leaf".as_slice()),
            supplied: supplied.iter().map(|der| Blob::new("application/pkix-cert", *der)).collect(),
            local_anchors: Vec::new(),
            revocation: Revocation { set_aside: false, ocsp: answers(ocsp), crl: answers(crl) },
            others: Vec::new(),
        }
    }

    #[test]
    fn what_is_known_of_a_certificate_is_added_to_its_copy_in_metadata() {
        let named = subject("signering", &["https://ocsp"], &[], &[b"issuer"]);
        let inside = subject("sp/signing-1", &[], &["supplied.crl"], &[]);
        let shared = share_knowledge(vec![named, inside]).pop().unwrap();
        let sources = |answers: &[RevocationAnswer]| answers.iter().map(|a| a.source.clone()).collect::<Vec<_>>();
        assert_eq!(sources(&shared.revocation.ocsp), ["https://ocsp"]);
        assert_eq!(sources(&shared.revocation.crl), ["supplied.crl"], "a supplied answer must not get lost");
        assert_eq!(shared.supplied.len(), 1, "nor the issuer that the target names for it");
    }
}
