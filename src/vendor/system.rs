//! The reference vendor's whole system as files and running endpoints. Good, or with a handful of deliberate defects that the
//! report must name: [`ExampleSystem`] for everything that needs no login, [`TrialSystem`] with login and logout, which
//! `kravprobe demo` judges.

mod messages;
mod purchase;
mod trials;

pub use messages::{MESSAGE_DEFECTS, MessageSystem};
pub use purchase::{PurchasedSystem, USE_DEFECTS, purchase_defects};
pub use trials::{TRIAL_DEFECTS, TrialSystem};

use super::metadata::{MetadataFault, VendorMetadata};
use super::pki::{Crl, Defect, ExampleKeys, ExamplePki, Key, Leaf, Ocsp, PkiError};
use super::tls::{Setup, StartError, TlsEndpoint};
use crate::saml::signature::SigningError;
use jiff::Timestamp;
use openssl::error::ErrorStack;
use openssl::ssl::SslVersion;
use openssl::x509::X509;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// CVR number of the reference vendor; fictitious organisations begin with 9.
const CVR: &str = "90000017";
/// Host of the reference vendor in its metadata; never contacted.
const HOST: &str = "fagsystem.vendor.example";

/// Why the example system cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SystemError {
    /// The example PKI.
    #[error(transparent)]
    Pki(#[from] PkiError),
    /// The metadata signature.
    #[error("{0}")]
    Signing(#[from] SigningError),
    /// The system with login and logout.
    #[error(transparent)]
    System(#[from] super::service_provider::SystemError),
    /// The system with messages.
    #[error(transparent)]
    Receiver(#[from] super::receiver::ReceiverError),
    /// The identity provider.
    #[error(transparent)]
    IdentityProvider(#[from] crate::error::Error),
    /// The identity provider's metadata.
    #[error(transparent)]
    Message(#[from] crate::fki::FkiError),
    /// The TLS endpoint.
    #[error(transparent)]
    Endpoint(#[from] StartError),
    /// OpenSSL.
    #[error("OpenSSL: {0}")]
    OpenSsl(#[from] ErrorStack),
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
}

/// A deliberate defect of the example system, and the check that must turn red on it.
#[derive(Clone, Copy, Debug)]
pub struct Seeded {
    /// What is wrong, in Danish and English.
    pub what: crate::language::Text,
    /// The check that must fail.
    pub check: &'static str,
}

/// The defects of the second example system.
pub const DEFECTS: &[Seeded] = &[
    Seeded {
        what: crate::language::Text {
            da: "signeringscertifikatet er udløbet",
            en: "the signing certificate has expired",
        },
        check: "certificate.validity",
    },
    Seeded {
        what: crate::language::Text {
            da: "krypteringscertifikatet er spærret",
            en: "the encryption certificate is revoked",
        },
        check: "certificate.revocation",
    },
    Seeded {
        what: crate::language::Text {
            da: "metadata mangler SingleLogoutService med HTTP-Redirect",
            en: "the metadata has no SingleLogoutService with HTTP-Redirect",
        },
        check: "metadata.slo-http-redirect",
    },
    Seeded {
        what: crate::language::Text { da: "endepunktet taler TLS 1.0", en: "the endpoint speaks TLS 1.0" },
        check: "tls.version-1-0-refused",
    },
    Seeded {
        what: crate::language::Text {
            da: "registreringen i Administrationsmodulet er ikke erklæret opfyldt",
            en: "the registration in the Administrationsmodul is declared missing",
        },
        check: "registered-in-administrationsmodul",
    },
];

/// The example system on disk, with its endpoint running until it is dropped.
#[derive(Debug)]
pub struct ExampleSystem {
    /// The target file.
    pub target: PathBuf,
    /// Root of the example PKI, for `verify --trust`.
    pub root: PathBuf,
    /// Key of the sealing certificate (PEM).
    pub seal_key: PathBuf,
    /// The sealing certificate and its issuing CA (PEM).
    pub seal_certificate: PathBuf,
    endpoint: TlsEndpoint,
}

impl ExampleSystem {
    /// Writes the system's files into `directory` and starts its endpoint on 127.0.0.1.
    pub fn start(directory: &Path, keys: &ExampleKeys, at: Timestamp, defective: bool) -> Result<Self, SystemError> {
        std::fs::create_dir_all(directory)
            .map_err(|source| SystemError::File { path: directory.to_owned(), source })?;
        let write = |name: &str, bytes: &[u8]| -> Result<PathBuf, SystemError> {
            let path = directory.join(name);
            std::fs::write(&path, bytes).map_err(|source| SystemError::File { path: path.clone(), source })?;
            Ok(path)
        };
        let pki = ExamplePki::new(keys.clone(), at)?;
        let signing_leaf = Leaf::system("Eksempel Fagsystem").party("Eksempel Leverandør A/S", CVR);
        let encryption_leaf =
            Leaf::system("Eksempel Fagsystem kryptering").key(Key::OtherSystem).party("Eksempel Leverandør A/S", CVR);
        let signing =
            if defective { pki.issue_with(&signing_leaf, &[Defect::Expired])? } else { pki.issue(&signing_leaf)? };
        let encryption = pki.issue(&encryption_leaf)?;
        let seal = pki.issue(&Leaf::organisation("Eksempel Segl"))?;

        let root = write("root-ca.pem", &pem(pki.root())?)?;
        write("issuing-ca.pem", &pem(pki.issuing())?)?;
        write("signing.pem", &pem(&signing.certificate)?)?;
        write("encryption.pem", &pem(&encryption.certificate)?)?;
        let crl = if defective { Crl::ListsLeaf } else { Crl::Good };
        write("issuing-ca.crl", &pki.crl(crl, &encryption)?)?;
        write("signing.ocsp", &pki.ocsp(Ocsp::Good, &signing)?)?;
        let status = if defective { Ocsp::Revoked } else { Ocsp::Good };
        write("encryption.ocsp", &pki.ocsp(status, &encryption)?)?;
        let seal_certificate = write("seal.pem", &[pem(&seal.certificate)?, pem(pki.issuing())?].concat())?;
        let seal_key = write("seal-key.pem", &keys.get(Key::Organisation).private_key_to_pem_pkcs8()?)?;

        let mut metadata =
            VendorMetadata::new(&format!("https://saml.{HOST}"), HOST, "drift@vendor.example", &signing.certificate);
        metadata.encryption = vec![encryption.certificate];
        let fault = defective.then_some(MetadataFault::LogoutWithoutRedirect);
        let document = metadata.signed(keys.get(Key::System), &signing.certificate, fault)?;
        write("metadata.xml", document.as_bytes())?;

        let server = X509::from_der(&pki.web_server(&["localhost"])?)?;
        let web_root = X509::from_der(&pki.web_root()?)?;
        write("web-root-ca.pem", &web_root.to_pem()?)?;
        let mut setup = Setup::proper(vec![server], keys.get(Key::WebServer).clone());
        if defective {
            setup.oldest = SslVersion::TLS1;
            "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE-RSA-AES128-SHA:@SECLEVEL=0".clone_into(&mut setup.suites);
        }
        let endpoint = TlsEndpoint::start(setup)?;
        let target = write("target.toml", target_text(&endpoint, !defective).as_bytes())?;
        Ok(Self { target, root, seal_key, seal_certificate, endpoint })
    }

    /// Port of the endpoint on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.endpoint.port()
    }
}

fn pem(der: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    X509::from_der(der)?.to_pem()
}

fn target_text(endpoint: &TlsEndpoint, registered: bool) -> String {
    let mut text = head(&format!("\nallowed_hosts = [\"{HOST}\", \"saml.{HOST}\"]"), 50);
    text += &tls_entry("web", endpoint.port());
    text += &certificates_and_declarations(&format!("https://saml.{HOST}"), registered);
    text
}

/// Who is who, what is believed, and the metadata. `more` follows the environment.
fn head(more: &str, requests_per_second: u32) -> String {
    format!(
        r#"# The reference vendor that ships with kravprobe. Everything in it is fictitious.
schema = 1
environment = "local"{more}

[system]
name = "Eksempel Fagsystem"
version = "1.0"

[parties.customer]
name = "Eksempel Kommune"
cvr = "90000009"

[parties.supplier]
name = "Eksempel Leverandør A/S"
cvr = "{CVR}"

[parties.assessor]
name = "Eksempel Kommune, it-afdelingen"
relation = "customer"

[contract]
id = "eksempel-2026-001"
kind = "SKI 02.19"
phase = "overtagelsesprøve"

[politeness]
requests_per_second = {requests_per_second}
concurrency = 2
timeout_seconds = 5

[[anchor]]
file = "root-ca.pem"
use = "oces"

[[anchor]]
file = "web-root-ca.pem"
use = "tls"

[[metadata]]
name = "sp"
file = "metadata.xml"
supplied = ["issuing-ca.pem"]
crl = ["issuing-ca.crl"]
"#
    )
}

fn tls_entry(name: &str, port: u16) -> String {
    format!(
        r#"
[[tls]]
name = "{name}"
host = "127.0.0.1"
port = {port}
server_name = "localhost"
purpose = "browser"
"#
    )
}

fn certificates_and_declarations(entity_id: &str, registered: bool) -> String {
    let mut text = String::new();
    for name in ["signing", "encryption"] {
        let _ = write!(
            text,
            r#"
[[certificate]]
name = "{name}"
file = "{name}.pem"
role = "{name}"
kind = "system"
supplied = ["issuing-ca.pem"]
crl = ["issuing-ca.crl"]
ocsp_response = ["{name}.ocsp"]
"#
        );
    }
    let declarations = [
        ("registered-in-administrationsmodul", registered.to_string()),
        ("sole-use", "true".to_owned()),
        ("oiosaml-profile", "\"OIOSAML3\"".to_owned()),
        ("nsis-level", "\"Substantial\"".to_owned()),
        ("attribute-profile", "\"KOMBIT\"".to_owned()),
        ("entity-id", format!("\"{entity_id}\"")),
        ("personal-attributes", "[\"https://data.gov.dk/model/core/eid/email\"]".to_owned()),
    ];
    for (kind, value) in declarations {
        text += &declaration(kind, &value);
    }
    text
}

fn declaration(kind: &str, value: &str) -> String {
    format!(
        r#"
[[declaration]]
kind = "{kind}"
value = {value}
who = "Systemejer, Eksempel Kommune"
when = "2026-11-01"
"#
    )
}
