//! Certificates from files and targets, with everything their checks need.

use super::http::{HttpClient, Request};
use super::revocation::{RevocationSource, SuppliedAnswers};
use crate::document::read_bounded;
use crate::error::{Error, Result};
use crate::pki::path::Path as CertificationPath;
use crate::pki::{Certificate, read_certificates};
use crate::subject::certificate::{CertificateRole, DeclaredCertificate, OtherCertificate};
use crate::subject::{Blob, CertificateSubject};
use crate::target::{AnchorUse, CertificateEntry, LoadedTarget};
use crate::verdict::Environment;
use jiff::Timestamp;
use std::path::Path;

/// Largest certificate file that is read, bytes.
pub const MAX_FILE: u64 = 4 * 1024 * 1024;
const MEDIA_TYPE: &str = "application/pkix-cert";

/// What is said about a certificate, whatever it came in.
#[derive(Clone, Debug)]
pub struct Description {
    /// Name in the target, or the file's name.
    pub name: String,
    /// System that uses it.
    pub system: String,
    /// What the system uses it for.
    pub role: CertificateRole,
    /// What it should be.
    pub declared: DeclaredCertificate,
}

/// What all certificates of one run share.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// Environment whose rules apply.
    pub environment: Environment,
    /// The instant all time-dependent checks use.
    pub at: Timestamp,
    /// Anchors that the target or the user adds (DER).
    pub anchors: &'a [Vec<u8>],
    /// Who is asked about revocation.
    pub revocation: &'a RevocationSource,
}

/// The certificates of a PEM, DER or PKCS#12 file of at most [`MAX_FILE`] bytes. The first is the one the file is about.
pub fn open(path: &Path, password: Option<&str>) -> Result<Vec<Vec<u8>>> {
    let bytes = read_bounded(path, MAX_FILE)?;
    read_certificates(&bytes, password).map(leaf_first).map_err(|problem| Error::file(path, problem))
}

/// Bundles come in either order: the first certificate that is not a CA's, if there is one, comes first.
fn leaf_first(mut certificates: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let is_ca = |der: &[u8]| {
        Certificate::read(der).is_ok_and(|c| c.basic_constraints.is_some_and(|constraints| constraints.ca))
    };
    if certificates.len() > 1
        && let Some(leaf) = certificates.iter().position(|der| !is_ca(der))
    {
        certificates[..=leaf].rotate_right(1);
    }
    certificates
}

/// The subject for a certificate, with the other certificates that came with it and the answers about its revocation.
pub async fn capture(
    description: Description,
    certificate: Vec<u8>,
    supplied: Vec<Vec<u8>>,
    answers: SuppliedAnswers,
    around: Surroundings<'_>,
) -> CertificateSubject {
    let revocation = match Certificate::read(&certificate) {
        Ok(leaf) => {
            let issuer = || {
                let helpers: Vec<&[u8]> = supplied.iter().map(Vec::as_slice).collect();
                let anchors: Vec<&[u8]> = around.anchors.iter().map(Vec::as_slice).collect();
                let path = CertificationPath::build(&leaf, &helpers, &anchors, around.environment, around.at);
                path.issuer().cloned()
            };
            around.revocation.ask(&leaf, issuer, answers).await
        }
        Err(_) => around.revocation.unasked(answers),
    };
    let blob = |der: Vec<u8>| Blob::new(MEDIA_TYPE, der);
    CertificateSubject {
        id: format!("certificate:{}", description.name),
        name: description.name,
        environment: around.environment,
        at: around.at,
        role: description.role,
        system: description.system,
        declared: description.declared,
        certificate: blob(certificate),
        supplied: supplied.into_iter().map(blob).collect(),
        local_anchors: around.anchors.iter().cloned().map(blob).collect(),
        revocation,
        others: Vec::new(),
    }
}

/// The anchors of one use that a target adds, DER.
pub fn anchors(loaded: &LoadedTarget, purpose: AnchorUse) -> Result<Vec<Vec<u8>>> {
    let entries = loaded.target.anchor.iter().filter(|anchor| anchor.purpose == purpose);
    let opened: Vec<_> = entries.map(|anchor| open(&loaded.path(&anchor.file), None)).collect::<Result<_>>()?;
    Ok(opened.concat())
}

/// The certificates that an entry names. Nothing, when its URL gives nothing usable: the plan's items are then not tested.
async fn open_entry(
    loaded: &LoadedTarget,
    entry: &CertificateEntry,
    client: Option<&HttpClient>,
) -> Result<Option<Vec<Vec<u8>>>> {
    if let Some(file) = &entry.file {
        let password = entry.password.as_ref().map(|reference| reference.read(&loaded.base)).transpose()?;
        return open(&loaded.path(file), password.as_deref()).map(Some);
    }
    let (Some(url), Some(client)) = (&entry.url, client) else { return Ok(None) };
    let limit = usize::try_from(MAX_FILE).unwrap_or(usize::MAX);
    let answer = client.send(&Request { url, limit, post: None, oces: false }).await;
    Ok(answer
        .ok()
        .filter(|response| response.status.as_u16() == 200)
        .and_then(|response| read_certificates(&response.body, None).ok())
        .map(leaf_first))
}

/// A subject for every certificate of the target but the neighbours, which serve the checks on uniqueness.
pub async fn capture_target(
    loaded: &LoadedTarget,
    at: Timestamp,
    revocation: &RevocationSource,
    client: Option<&HttpClient>,
) -> Result<Vec<CertificateSubject>> {
    let target = &loaded.target;
    let anchors = anchors(loaded, AnchorUse::Oces)?;
    let around = Surroundings { environment: target.environment, at, anchors: &anchors, revocation };
    let suppliers_cvr = target.parties.supplier.as_ref().and_then(|party| party.cvr.clone());
    let mut known = Vec::new();
    let mut subjects = Vec::new();
    for entry in &target.certificate {
        let path = entry.file.as_ref().map(|file| loaded.path(file)).unwrap_or_default();
        let Some(certificates) = open_entry(loaded, entry, client).await? else { continue };
        let mut certificates = certificates.into_iter();
        let Some(certificate) = certificates.next() else { return Err(Error::file(path, "holds no certificate")) };
        let neighbour = entry.other_system.is_some() || entry.other_environment.is_some();
        match Certificate::read(&certificate) {
            Ok(read) => known.push(other(entry, loaded, &read)),
            // A certificate to be judged fails its own check on the encoding; a neighbour has none that could say so.
            Err(problem) if neighbour => return Err(Error::file(path, problem)),
            Err(_) => {}
        }
        if neighbour {
            continue;
        }
        let mut helpers: Vec<_> = certificates.collect();
        for file in &entry.supplied {
            helpers.extend(open(&loaded.path(file), None)?);
        }
        let place = |files: &[std::path::PathBuf]| files.iter().map(|file| loaded.path(file)).collect::<Vec<_>>();
        let answers = SuppliedAnswers::read(&place(&entry.ocsp_response), &place(&entry.crl))?;
        let description = Description {
            name: entry.name.clone(),
            system: target.system.name.clone(),
            role: entry.role,
            declared: DeclaredCertificate {
                kind: entry.kind,
                cvr: entry.cvr.clone().or_else(|| suppliers_cvr.clone()),
            },
        };
        subjects.push(capture(description, certificate, helpers, answers, around).await);
    }
    for subject in &mut subjects {
        subject.others = known.iter().filter(|other| other.name != subject.name).cloned().collect();
    }
    Ok(subjects)
}

fn other(entry: &CertificateEntry, loaded: &LoadedTarget, certificate: &Certificate) -> OtherCertificate {
    OtherCertificate {
        name: entry.name.clone(),
        system: entry.other_system.clone().unwrap_or_else(|| loaded.target.system.name.clone()),
        environment: entry.other_environment.unwrap_or(loaded.target.environment),
        role: entry.role,
        sha256: certificate.sha256.clone(),
        spki_sha256: certificate.spki_sha256.clone(),
    }
}
