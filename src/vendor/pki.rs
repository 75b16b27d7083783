//! An example PKI of OCES3 shape, and lookalikes with exactly one defect each. For tests and the demo: nobody may trust it.
//!
//! OCES3 signs with RSASSA-PSS under plain `rsaEncryption` keys (leaves SHA-256 with 32 octets of salt, CA certificates
//! SHA-512 with 64). `rcgen` cannot make that, and no library makes certificates with deliberate defects, so this module
//! writes the DER itself and has `openssl` sign it. Form and order of everything follow 28 measured OCES3 certificates:
//! RDN order, string types, explicit NULLs, extension order, 1095 days less one second.
//!
//! Names are those of the real hierarchy with `OU=Example - kravprobe`, as the state's test hierarchy has `OU=Test - cti`.
//! CVR numbers begin with 9, as those of fictitious organisations do.

mod defect;
mod der;
mod keys;
mod revocation;
mod template;
mod write;

pub use defect::{Defect, OTHER_HOST};
pub use der::{Hash, Signature};
pub use keys::{ExampleKeys, Key, WARNING};
pub use revocation::{Crl, Ocsp};
pub use write::write_example_pki;

use crate::subject::certificate::CertificateKind;
use jiff::{SignedDuration, Timestamp};
use std::path::PathBuf;
use template::{
    Afterwards, COMMON_NAME, COUNTRY, GIVEN_NAME, Name, ORGANISATION, ORGANISATION_IDENTIFIER, ORGANISATIONAL_UNIT,
    SERIAL_NUMBER, SURNAME, Template, rdn,
};

/// Host of the example CA's URLs.
pub const HOST: &str = "ca1.kravprobe.example";
/// What marks the example hierarchy's names.
pub const UNIT: &str = "Example - kravprobe";

const DAY: i64 = 86_400;

/// What can go wrong while the example PKI is made.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// OpenSSL refused.
    #[error("OpenSSL: {0}")]
    OpenSsl(#[from] openssl::error::ErrorStack),
    /// Only RSA keys sign certificates here.
    #[error("certificates of the example PKI are signed by RSA keys alone")]
    NotRsa,
    /// A defect names a part that the certificate does not have.
    #[error("the certificate lacks the part that the defect changes")]
    NoSuchPart,
    /// The instant is too near the end of time.
    #[error("instant out of range: {0}")]
    Time(#[from] jiff::Error),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not a PEM private key.
    #[error("{path}: not a private key in PEM format")]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
}

/// What a leaf certificate should say; everything else is as in real OCES3 certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    kind: CertificateKind,
    common_name: String,
    uuid: String,
    organisation: String,
    cvr: String,
    emails: Vec<String>,
    key: Key,
    not_before: Option<Timestamp>,
    earlier_policy: bool,
    host: String,
}

impl Leaf {
    fn new(kind: CertificateKind, common_name: &str, key: Key) -> Self {
        // A name-based UUID: the same certificate gets the same one every time.
        let uuid = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, common_name.as_bytes()).to_string();
        let (organisation, cvr) = ("Testorganisation nr. 90000017".to_owned(), "90000017".to_owned());
        let common_name = common_name.to_owned();
        let (emails, not_before) = (Vec::new(), None);
        let host = HOST.to_owned();
        Self { kind, common_name, uuid, organisation, cvr, emails, key, not_before, earlier_policy: false, host }
    }

    /// A systemcertifikat.
    #[must_use]
    pub fn system(common_name: &str) -> Self {
        Self::new(CertificateKind::System, common_name, Key::System)
    }

    /// An organisationscertifikat.
    #[must_use]
    pub fn organisation(common_name: &str) -> Self {
        Self::new(CertificateKind::Organisation, common_name, Key::Organisation)
    }

    /// A medarbejdercertifikat; `full_name` is a given name and a surname. Has an e-mail address, as all measured ones.
    #[must_use]
    pub fn employee(full_name: &str) -> Self {
        Self::new(CertificateKind::Employee, full_name, Key::Employee).email("postkasse@kravprobe.example")
    }

    /// Belongs to the organisation with this name and CVR number.
    #[must_use]
    pub fn party(mut self, organisation: &str, cvr: &str) -> Self {
        organisation.clone_into(&mut self.organisation);
        cvr.clone_into(&mut self.cvr);
        self
    }

    /// Carries this e-mail address as subjectAltName.
    #[must_use]
    pub fn email(mut self, address: &str) -> Self {
        self.emails.push(address.to_owned());
        self
    }

    /// Certifies this key.
    #[must_use]
    pub const fn key(mut self, key: Key) -> Self {
        self.key = key;
        self
    }

    /// Is valid from this instant, not from 30 days before [`ExamplePki::at`].
    #[must_use]
    pub const fn not_before(mut self, not_before: Timestamp) -> Self {
        self.not_before = Some(not_before);
        self
    }

    /// Names its URLs on this host (with a port where that is needed), not on [`HOST`].
    #[must_use]
    pub fn host(mut self, host: &str) -> Self {
        host.clone_into(&mut self.host);
        self
    }

    /// Names the policy OID that was in use until 2025 (without the last arc).
    #[must_use]
    pub const fn earlier_policy(mut self) -> Self {
        self.earlier_policy = true;
        self
    }
}

/// A certificate with the CA certificates that belong to it.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The leaf, DER (or what a defect left of it).
    pub certificate: Vec<u8>,
    /// The issuing CA's certificate; another one than [`ExamplePki::issuing`] when the defect is the CA's.
    pub issuing: Vec<u8>,
    /// The root of that chain; another one than [`ExamplePki::root`] when the defect is in the hierarchy.
    pub root: Vec<u8>,
    /// Key that the leaf certifies.
    pub key: Key,
    serial: Vec<u8>,
}

/// A whole hierarchy before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Blueprint {
    root: Template,
    issuing: Template,
    leaf: Template,
}

impl Blueprint {
    /// Gives the CAs other keys, with every identifier that follows from them.
    fn rekey(&mut self, keys: &ExampleKeys, root: Key, issuing: Key) -> Result<(), PkiError> {
        let (root_id, issuing_id) = (keys.identifier(root)?, keys.identifier(issuing)?);
        (self.root.subject_key, self.root.issuer_key) = (root, root);
        self.root.replace(template::subject_key_identifier(&root_id))?;
        (self.issuing.subject_key, self.issuing.issuer_key) = (issuing, root);
        self.issuing.replace(template::authority_key_identifier(&root_id))?;
        self.issuing.replace(template::subject_key_identifier(&issuing_id))?;
        self.leaf.issuer_key = issuing;
        self.leaf.replace(template::authority_key_identifier(&issuing_id))
    }

    fn name_root(&mut self, name: &Name) {
        self.root.issuer.clone_from(name);
        self.root.subject.clone_from(name);
        self.issuing.issuer.clone_from(name);
    }

    fn name_issuing(&mut self, name: &Name) {
        self.issuing.subject.clone_from(name);
        self.leaf.issuer.clone_from(name);
    }
}

/// The example PKI at one instant.
#[derive(Clone, Debug)]
pub struct ExamplePki {
    keys: ExampleKeys,
    at: Timestamp,
    root_template: Template,
    issuing_template: Template,
    root: Vec<u8>,
    issuing: Vec<u8>,
}

fn ca_name(common_name: &str, unit: Option<&str>, organisation: &str) -> Name {
    let mut name = vec![rdn(COMMON_NAME, common_name)];
    name.extend(unit.map(|unit| rdn(ORGANISATIONAL_UNIT, unit)));
    name.extend([rdn(ORGANISATION, organisation), rdn(COUNTRY, "DK")]);
    name
}

const ROOT_NAME: &str = "Den Danske Stat OCES rod-CA";
const ISSUING_NAME: &str = "Den Danske Stat OCES udstedende-CA 1";
const STATE: &str = "Den Danske Stat";

fn root_url(host: &str) -> (String, String) {
    (format!("http://{host}/oces/root/cacert/root.cer"), format!("http://{host}/oces/root/crl/root.crl"))
}

fn issuing_url(host: &str) -> (String, String) {
    (
        format!("http://{host}/oces/issuing/1/cacert/issuing.cer"),
        format!("http://{host}/oces/issuing/1/crl/issuing.crl"),
    )
}

fn ocsp_url(host: &str) -> String {
    format!("http://{host}/ocsp")
}

/// Positive and 20 octets, as all OCES3 serial numbers; the same input gives the same number.
fn serial_number(seed: &str) -> Vec<u8> {
    let mut octets = crate::digest::sha256(seed.as_bytes())[..20].to_vec();
    octets[0] = octets[0] & 0x3F | 0x40;
    octets
}

fn plus(at: Timestamp, seconds: i64) -> Result<Timestamp, PkiError> {
    Ok(at.checked_add(SignedDuration::from_secs(seconds))?)
}

impl ExamplePki {
    /// Issues the CA certificates. `at` is the instant for which leaves are valid and revocation answers are fresh.
    pub fn new(keys: ExampleKeys, at: Timestamp) -> Result<Self, PkiError> {
        // X.509 knows whole seconds.
        let at = Timestamp::from_second(at.as_second())?;
        let (root_id, issuing_id) = (keys.identifier(Key::Root)?, keys.identifier(Key::Issuing)?);
        let (root_certificate, root_crl) = root_url(HOST);
        let ocsp = ocsp_url(HOST);
        let root_name = ca_name(ROOT_NAME, Some(UNIT), STATE);
        let access = template::information_access(Some(&root_certificate), Some(&ocsp));
        // Long enough ago for leaves that have expired by now.
        let not_before = plus(at, -2000 * DAY)?;
        let root_template = Template {
            version: Some(2),
            serial: serial_number("root"),
            signature: Signature::PSS_SHA512,
            outer: None,
            issuer: root_name.clone(),
            not_before,
            not_after: plus(not_before, 9125 * DAY - 1)?,
            subject: root_name.clone(),
            subject_key: Key::Root,
            issuer_key: Key::Root,
            extensions: vec![
                template::basic_constraints(true, None),
                access.clone(),
                template::distribution_point(&root_crl),
                template::subject_key_identifier(&root_id),
                template::key_usage(template::KEY_CERT_SIGN | template::CRL_SIGN),
            ],
            afterwards: Afterwards::Nothing,
        };
        let not_before = plus(at, -1500 * DAY)?;
        let issuing_template = Template {
            serial: serial_number("issuing"),
            issuer: root_name,
            not_before,
            not_after: plus(not_before, 3650 * DAY - 1)?,
            subject: ca_name(ISSUING_NAME, Some(UNIT), STATE),
            subject_key: Key::Issuing,
            extensions: vec![
                template::basic_constraints(true, Some(0)),
                template::authority_key_identifier(&root_id),
                access,
                template::distribution_point(&root_crl),
                template::subject_key_identifier(&issuing_id),
                template::key_usage(template::KEY_CERT_SIGN | template::CRL_SIGN),
            ],
            ..root_template.clone()
        };
        let (root, issuing) = (root_template.sign(&keys)?, issuing_template.sign(&keys)?);
        Ok(Self { keys, at, root_template, issuing_template, root, issuing })
    }

    /// The instant the PKI was made for.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// The keys.
    #[must_use]
    pub const fn keys(&self) -> &ExampleKeys {
        &self.keys
    }

    /// The root certificate, DER: the anchor of environment `local`.
    #[must_use]
    pub fn root(&self) -> &[u8] {
        &self.root
    }

    /// The issuing CA's certificate, DER.
    #[must_use]
    pub fn issuing(&self) -> &[u8] {
        &self.issuing
    }

    fn leaf_template(&self, leaf: &Leaf) -> Result<Template, PkiError> {
        let natural = leaf.kind == CertificateKind::Employee;
        let mut subject = vec![rdn(COMMON_NAME, &leaf.common_name)];
        if natural {
            let (given, surname) = leaf.common_name.rsplit_once(' ').unwrap_or(("", &leaf.common_name));
            subject.extend([rdn(GIVEN_NAME, given), rdn(SURNAME, surname)]);
        }
        let prefix = if natural { "UI:DK-E:G:" } else { "UI:DK-O:G:" };
        subject.extend([
            rdn(SERIAL_NUMBER, &format!("{prefix}{}", leaf.uuid)),
            rdn(ORGANISATION, &leaf.organisation),
            rdn(ORGANISATION_IDENTIFIER, &format!("NTRDK-{}", leaf.cvr)),
            rdn(COUNTRY, "DK"),
        ]);
        let policy: der::Oid = match (natural, leaf.earlier_policy) {
            (false, false) => &[1, 2, 208, 169, 1, 1, 1, 3, 7, 1],
            (false, true) => &[1, 2, 208, 169, 1, 1, 1, 3, 7],
            (true, false) => &[1, 2, 208, 169, 1, 1, 1, 2, 7, 1],
            (true, true) => &[1, 2, 208, 169, 1, 1, 1, 2, 7],
        };
        let semantics = if natural { defect::SEMANTICS_NATURAL } else { defect::SEMANTICS_LEGAL };
        let usage = match leaf.kind {
            CertificateKind::System => template::DIGITAL_SIGNATURE | template::KEY_ENCIPHERMENT,
            CertificateKind::Organisation | CertificateKind::Employee => {
                template::DIGITAL_SIGNATURE | template::NON_REPUDIATION | template::KEY_ENCIPHERMENT
            }
        };
        let (ca_certificate, crl) = issuing_url(&leaf.host);
        let mut extensions = vec![
            template::basic_constraints(false, None),
            template::authority_key_identifier(&self.keys.identifier(Key::Issuing)?),
            template::information_access(Some(&ca_certificate), Some(&ocsp_url(&leaf.host))),
        ];
        if !leaf.emails.is_empty() {
            extensions.push(template::alternative_emails(&leaf.emails));
        }
        extensions.extend([
            template::policies(&[defect::NCP, policy]),
            template::qc_statements(semantics, defect::AUTHORITY, &[]),
            template::distribution_point(&crl),
            template::subject_key_identifier(&self.keys.identifier(leaf.key)?),
            template::key_usage(usage),
        ]);
        let not_before = leaf.not_before.map_or_else(|| plus(self.at, -30 * DAY), Ok)?;
        Ok(Template {
            version: Some(2),
            serial: serial_number(&format!("{} {} {:?} {not_before}", leaf.common_name, leaf.cvr, leaf.key)),
            signature: Signature::PSS_SHA256,
            outer: None,
            issuer: self.issuing_template.subject.clone(),
            not_before,
            not_after: plus(not_before, 1095 * DAY - 1)?,
            subject,
            subject_key: leaf.key,
            issuer_key: Key::Issuing,
            extensions,
            afterwards: Afterwards::Nothing,
        })
    }

    /// Issues a certificate as the real CA would.
    pub fn issue(&self, leaf: &Leaf) -> Result<Issued, PkiError> {
        self.issue_with(leaf, &[])
    }

    /// Issues a certificate with these defects, applied in turn.
    pub fn issue_with(&self, leaf: &Leaf, defects: &[Defect]) -> Result<Issued, PkiError> {
        let leaf = self.leaf_template(leaf)?;
        let (root, issuing) = (self.root_template.clone(), self.issuing_template.clone());
        let mut blueprint = Blueprint { root, issuing, leaf };
        for defect in defects {
            defect.apply(&mut blueprint, &self.keys, self.at)?;
        }
        // What did not change keeps its bytes (a PSS signature differs each time), so that the anchor stays the anchor.
        let sign = |template: &Template, usual: &Template, bytes: &[u8]| {
            if template == usual { Ok(bytes.to_vec()) } else { template.sign(&self.keys) }
        };
        Ok(Issued {
            certificate: blueprint.leaf.sign(&self.keys)?,
            issuing: sign(&blueprint.issuing, &self.issuing_template, &self.issuing)?,
            root: sign(&blueprint.root, &self.root_template, &self.root)?,
            key: blueprint.leaf.subject_key,
            serial: blueprint.leaf.serial,
        })
    }

    fn web_root_template(&self) -> Result<Template, PkiError> {
        let name = ca_name("Kravprobe web root", Some(UNIT), "Kravprobe");
        Ok(Template {
            serial: serial_number("web root"),
            signature: Signature::Pkcs1(Hash::Sha256),
            issuer: name.clone(),
            subject: name,
            subject_key: Key::WebRoot,
            issuer_key: Key::WebRoot,
            extensions: vec![
                template::basic_constraints(true, Some(0)),
                template::subject_key_identifier(&self.keys.identifier(Key::WebRoot)?),
                template::key_usage(template::KEY_CERT_SIGN | template::CRL_SIGN),
            ],
            ..self.root_template.clone()
        })
    }

    /// Root of the example's TLS server certificates, DER. OCES3 issues none, so this is a hierarchy of its own.
    pub fn web_root(&self) -> Result<Vec<u8>, PkiError> {
        self.web_root_template()?.sign(&self.keys)
    }

    /// A TLS server certificate under [`ExamplePki::web_root`] for these DNS names and IP addresses, valid 397 days from
    /// one day before `at`; DER.
    pub fn web_server(&self, hosts: &[&str]) -> Result<Vec<u8>, PkiError> {
        self.web_server_between(hosts, plus(self.at, -DAY)?, plus(self.at, 396 * DAY - 1)?)
    }

    /// As [`ExamplePki::web_server`], valid in another period.
    pub fn web_server_between(
        &self,
        hosts: &[&str],
        not_before: Timestamp,
        not_after: Timestamp,
    ) -> Result<Vec<u8>, PkiError> {
        let root = self.web_root_template()?;
        let template = Template {
            serial: serial_number(&format!("web {hosts:?} {not_before}")),
            not_before,
            not_after,
            subject: vec![rdn(COMMON_NAME, hosts.first().copied().unwrap_or("localhost"))],
            subject_key: Key::WebServer,
            extensions: vec![
                template::basic_constraints(false, None),
                template::authority_key_identifier(&self.keys.identifier(Key::WebRoot)?),
                template::alternative_hosts(hosts),
                template::extended_key_usage(&[template::SERVER_AUTH]),
                template::subject_key_identifier(&self.keys.identifier(Key::WebServer)?),
                template::key_usage(template::DIGITAL_SIGNATURE | template::KEY_ENCIPHERMENT),
            ],
            ..root
        };
        template.sign(&self.keys)
    }
}
