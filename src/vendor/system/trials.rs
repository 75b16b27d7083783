//! The reference vendor with login and logout, beside the test identity provider that it believes.

use super::{Seeded, SystemError, certificates_and_declarations, head, pem, tls_entry};
use crate::fki::{IdentityProvider, Style};
use crate::language::Text;
use crate::vendor::pki::{Crl, Defect, ExampleKeys, Key, Leaf, Ocsp};
use crate::vendor::service_provider::{ENTITY_ID, Fault, ServiceProvider, Setup};
use crate::vendor::tls::{self, TlsEndpoint};
use jiff::Timestamp;
use openssl::ssl::SslVersion;
use openssl::x509::X509;
use std::path::{Path, PathBuf};

/// The system's log of logins.
pub(super) const LOGIN_LOG: &str = "login-log.csv";

/// Deliberate faults in the code of the second system.
const FAULTS: &[Fault] = &[
    Fault::AcceptsUnsigned,
    Fault::AudienceNotChecked,
    Fault::AcceptsReplay,
    Fault::LevelNotChecked,
    Fault::RequestSignedSha1,
    Fault::IdpLogoutIgnored,
    Fault::RefusalNotLogged,
];

/// The defects of the second system.
pub const TRIAL_DEFECTS: &[Seeded] = &[
    Seeded { what: Fault::AcceptsUnsigned.what(), check: "login.unsigned-assertion-refused" },
    Seeded { what: Fault::AudienceNotChecked.what(), check: "login.other-audience-refused" },
    Seeded { what: Fault::AcceptsReplay.what(), check: "login.replay-at-once-refused" },
    Seeded { what: Fault::LevelNotChecked.what(), check: "login.level-below-minimum-refused" },
    Seeded { what: Fault::RequestSignedSha1.what(), check: "authn-request.signature-algorithm" },
    Seeded { what: Fault::IdpLogoutIgnored.what(), check: "logout.identity-provider-ends-session" },
    Seeded { what: Fault::RefusalNotLogged.what(), check: "trace.refusal-logged" },
    Seeded {
        what: Text { da: "signeringscertifikatet er udløbet", en: "the signing certificate has expired" },
        check: "certificate.validity",
    },
    Seeded {
        what: Text { da: "krypteringscertifikatet er spærret", en: "the encryption certificate is revoked" },
        check: "certificate.revocation",
    },
    Seeded {
        what: Text { da: "et andet endepunkt taler TLS 1.0", en: "another endpoint speaks TLS 1.0" },
        check: "tls.version-1-0-refused",
    },
    Seeded {
        what: Text {
            da: "registreringen i Administrationsmodulet er ikke erklæret opfyldt",
            en: "the registration in the Administrationsmodul is declared missing",
        },
        check: "registered-in-administrationsmodul",
    },
];

/// The system on disk, running until it is dropped.
#[derive(Debug)]
pub struct TrialSystem {
    /// The target file.
    pub target: PathBuf,
    /// Root of the example PKI, for `verify --trust`.
    pub root: PathBuf,
    /// Key of the sealing certificate (PEM).
    pub seal_key: PathBuf,
    /// The sealing certificate and its issuing CA (PEM).
    pub seal_certificate: PathBuf,
    _system: ServiceProvider,
    _old_endpoint: Option<TlsEndpoint>,
}

impl TrialSystem {
    /// Writes the files of system and identity provider into `directory` and starts the system on 127.0.0.1.
    pub fn start(directory: &Path, keys: &ExampleKeys, at: Timestamp, defective: bool) -> Result<Self, SystemError> {
        std::fs::create_dir_all(directory)
            .map_err(|source| SystemError::File { path: directory.to_owned(), source })?;
        let write = |name: &str, bytes: &[u8]| -> Result<PathBuf, SystemError> {
            let path = directory.join(name);
            std::fs::write(&path, bytes).map_err(|source| SystemError::File { path: path.clone(), source })?;
            Ok(path)
        };
        let idp = IdentityProvider::create(&directory.join("idp"), Style::ContextHandler, 2, at)?;
        let metadata = IdentityProvider::load(&idp)?.metadata(at)?;
        let mut setup = Setup::new(metadata, keys.clone());
        setup.event_log = Some(directory.join(LOGIN_LOG));
        if defective {
            setup.faults = FAULTS.to_vec();
            setup.signing_defects = vec![Defect::Expired];
        }
        let system = ServiceProvider::start(setup)?;
        let pki = system.pki();
        let seal = pki.issue(&Leaf::organisation("Eksempel Segl"))?;

        let root = write("root-ca.pem", &pem(pki.root())?)?;
        write("issuing-ca.pem", &pem(pki.issuing())?)?;
        write("web-root-ca.pem", &pem(system.web_root())?)?;
        write("signing.pem", &pem(&system.signing().certificate)?)?;
        write("encryption.pem", &pem(&system.encryption().certificate)?)?;
        let (crl, status) = if defective { (Crl::ListsLeaf, Ocsp::Revoked) } else { (Crl::Good, Ocsp::Good) };
        write("issuing-ca.crl", &pki.crl(crl, system.encryption())?)?;
        write("signing.ocsp", &pki.ocsp(Ocsp::Good, system.signing())?)?;
        write("encryption.ocsp", &pki.ocsp(status, system.encryption())?)?;
        let seal_certificate = write("seal.pem", &[pem(&seal.certificate)?, pem(pki.issuing())?].concat())?;
        let seal_key = write("seal-key.pem", &keys.get(Key::Organisation).private_key_to_pem_pkcs8()?)?;
        write("metadata.xml", system.metadata().as_bytes())?;

        // The rate protects systems of others; this one is the probe's own.
        let mut text = head("", 100) + &tls_entry("web", system.base().port().unwrap_or(443));
        let mut old_endpoint = None;
        if defective {
            let server = X509::from_der(&pki.web_server(&["localhost"])?)?;
            let mut setup = tls::Setup::proper(vec![server], keys.get(Key::WebServer).clone());
            setup.oldest = SslVersion::TLS1;
            "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE-RSA-AES128-SHA:@SECLEVEL=0".clone_into(&mut setup.suites);
            let endpoint = TlsEndpoint::start(setup)?;
            text += &tls_entry("old", endpoint.port());
            old_endpoint = Some(endpoint);
        }
        text += &certificates_and_declarations(ENTITY_ID, !defective);
        for (kind, value) in [("job-function-roles", "true"), ("organisation-lookup", "\"none-needed\"")] {
            text += &super::declaration(kind, value);
        }
        text += &system.saml_table(Path::new("idp/idp.toml"), at);
        let target = write("target.toml", text.as_bytes())?;
        Ok(Self { target, root, seal_key, seal_certificate, _system: system, _old_endpoint: old_endpoint })
    }
}
