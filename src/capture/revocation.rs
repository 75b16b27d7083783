//! Asks whether a certificate is revoked: OCSP and CRL, live or from files. What the answers say is judged elsewhere.
//!
//! Nothing here can make a verdict better: an answer that did not come is [`Answer::Unreachable`], a host that may not be
//! asked [`Answer::NotAllowed`], and a run that may not ask at all is set aside.

use super::http::{HttpClient, HttpError, Request};
use crate::document::read_bounded;
use crate::error::{Error, Result};
use crate::pki::Certificate;
use crate::pki::revocation::{MAX_CRL, MAX_OCSP};
use crate::subject::Blob;
use crate::subject::certificate::{Answer, Revocation, RevocationAnswer};
use openssl::hash::MessageDigest;
use openssl::ocsp::{OcspCertId, OcspRequest};
use openssl::x509::{X509, X509Crl};
use reqwest::StatusCode;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, OnceCell};
use url::Url;

/// Most URLs of one kind that a certificate can make the probe ask.
const MAX_URLS: usize = 4;
/// Longest URL that is asked, bytes.
const MAX_URL: usize = 2048;
const NOT_A_URL: &str = "the certificate names something that is no URL, or one of more than 2048 bytes";
/// First octet of every DER structure asked for here.
const SEQUENCE: u8 = 0x30;
const OCSP_REQUEST: &str = "application/ocsp-request";
const OCSP_RESPONSE: &str = "application/ocsp-response";
const CRL: &str = "application/pkix-crl";

/// Answers that came as files instead of being asked for.
#[derive(Clone, Debug, Default)]
pub struct SuppliedAnswers {
    ocsp: Vec<RevocationAnswer>,
    crl: Vec<RevocationAnswer>,
}

impl SuppliedAnswers {
    /// Reads OCSP responses (DER) and revocation lists (DER or PEM). The report names a file as `path` was given.
    pub fn read<P: AsRef<Path>>(ocsp: &[P], crl: &[P]) -> Result<Self> {
        let mut answers = Self::default();
        for path in ocsp.iter().map(AsRef::as_ref) {
            let bytes = read_bounded(path, MAX_OCSP as u64)?;
            if bytes.first() != Some(&SEQUENCE) {
                return Err(Error::file(path, "is no OCSP response in DER"));
            }
            answers.ocsp.push(received(path.display().to_string(), OCSP_RESPONSE, bytes));
        }
        for path in crl.iter().map(AsRef::as_ref) {
            let mut bytes = read_bounded(path, MAX_CRL as u64)?;
            if bytes.first() != Some(&SEQUENCE) {
                bytes = X509Crl::from_pem(&bytes)
                    .and_then(|list| list.to_der())
                    .map_err(|_| Error::file(path, "is no revocation list, neither DER nor PEM (BEGIN X509 CRL)"))?;
            }
            answers.crl.push(received(path.display().to_string(), CRL, bytes));
        }
        Ok(answers)
    }
}

/// Longest time that one run asks for revocation answers.
const BUDGET: Duration = Duration::from_mins(5);
const TOO_LATE: &str = "not asked: this run's time for revocation answers is used up";

/// Where revocation answers come from in one run.
#[derive(Debug, Default)]
pub struct RevocationSource {
    client: Option<Arc<HttpClient>>,
    /// When nobody is asked any more, however many URLs the certificates of a hostile target name.
    until: Option<Instant>,
    /// Every list is fetched once a run, however many certificates name it.
    lists: Mutex<HashMap<Url, Arc<OnceCell<Answer>>>>,
}

impl RevocationSource {
    /// Nobody is asked.
    #[must_use]
    pub fn offline() -> Self {
        Self::default()
    }

    /// Asks the hosts that certificates name, as far as the client allows.
    #[must_use]
    pub fn online(client: Arc<HttpClient>) -> Self {
        Self { client: Some(client), until: Instant::now().checked_add(BUDGET), lists: Mutex::default() }
    }

    /// What can be learnt about `leaf`. Where answers of a kind were supplied, that kind is not asked for. `issuer` is called
    /// only when there is an OCSP question to make, for finding it means verifying signatures.
    pub async fn ask(
        &self,
        leaf: &Certificate,
        issuer: impl FnOnce() -> Option<Certificate>,
        supplied: SuppliedAnswers,
    ) -> Revocation {
        let Some(client) = &self.client else { return self.unasked(supplied) };
        let SuppliedAnswers { mut ocsp, mut crl } = supplied;
        if ocsp.is_empty() && !leaf.ocsp_urls.is_empty() {
            let question = issuer().and_then(|issuer| question(leaf, &issuer));
            for (source, url) in addresses(&leaf.ocsp_urls) {
                let answer = match (url, &question) {
                    (None, _) => unreachable(NOT_A_URL),
                    (Some(_), None) => {
                        unreachable("no question can be made, because the issuer's certificate is not at hand")
                    }
                    (Some(_), Some(_)) if self.is_late() => unreachable(TOO_LATE),
                    (Some(url), Some(question)) => {
                        fetch(client, &url, Some(question.clone()), MAX_OCSP, OCSP_RESPONSE).await
                    }
                };
                ocsp.push(RevocationAnswer { source, answer });
            }
        }
        if crl.is_empty() {
            for (source, url) in addresses(&leaf.crl_urls) {
                let answer = match url {
                    None => unreachable(NOT_A_URL),
                    Some(_) if self.is_late() => unreachable(TOO_LATE),
                    Some(url) => self.list(client, url).await,
                };
                crl.push(RevocationAnswer { source, answer });
            }
        }
        Revocation { set_aside: false, ocsp, crl }
    }

    fn is_late(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() > until)
    }

    /// The supplied answers alone: for a run that asks nobody, and for a certificate that cannot be read.
    #[must_use]
    pub fn unasked(&self, supplied: SuppliedAnswers) -> Revocation {
        let SuppliedAnswers { ocsp, crl } = supplied;
        Revocation { set_aside: self.client.is_none() && ocsp.is_empty() && crl.is_empty(), ocsp, crl }
    }

    async fn list(&self, client: &HttpClient, url: Url) -> Answer {
        let cell = Arc::clone(self.lists.lock().await.entry(url.clone()).or_default());
        cell.get_or_init(|| fetch(client, &url, None, MAX_CRL, CRL)).await.clone()
    }
}

/// The first [`MAX_URLS`] URLs, each with the text that reports show. That text is hostile: a URL is shown as parsed (ASCII
/// without control characters), anything else not at all.
fn addresses(urls: &[String]) -> impl Iterator<Item = (String, Option<Url>)> + '_ {
    urls.iter().take(MAX_URLS).map(|text| match Url::parse(text) {
        Ok(url) if url.as_str().len() <= MAX_URL => (url.to_string(), Some(url)),
        _ => (format!("({} bytes)", text.len()), None),
    })
}

/// The OCSP request. CertID is hashed with SHA-1, as deployed responders expect; it protects nothing (RFC 6960, 4.1.1).
/// No nonce: responders that answer from prepared responses ignore it.
fn question(leaf: &Certificate, issuer: &Certificate) -> Option<Vec<u8>> {
    let (leaf, issuer) = (X509::from_der(&leaf.der).ok()?, X509::from_der(&issuer.der).ok()?);
    let mut request = OcspRequest::new().ok()?;
    request.add_id(OcspCertId::from_cert(MessageDigest::sha1(), &leaf, &issuer).ok()?).ok()?;
    request.to_der().ok()
}

async fn fetch(client: &HttpClient, url: &Url, post: Option<Vec<u8>>, limit: usize, media_type: &str) -> Answer {
    let request = Request { url, limit, post: post.map(|body| (OCSP_REQUEST, body)), oces: true };
    match client.send(&request).await {
        Ok(response) if response.status == StatusCode::OK && response.body.is_empty() => unreachable("an empty answer"),
        Ok(response) if response.status == StatusCode::OK => {
            Answer::Received { bytes: Blob::new(media_type, response.body) }
        }
        Ok(response) => unreachable(&format!("HTTP status {}", response.status.as_u16())),
        Err(HttpError::NotAllowed { .. }) => Answer::NotAllowed,
        Err(error) => unreachable(&error.to_string()),
    }
}

fn unreachable(why: &str) -> Answer {
    Answer::Unreachable { why: why.to_owned() }
}

fn received(source: String, media_type: &str, bytes: Vec<u8>) -> RevocationAnswer {
    RevocationAnswer { source, answer: Answer::Received { bytes: Blob::new(media_type, bytes) } }
}
