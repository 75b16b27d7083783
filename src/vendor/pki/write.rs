//! The example PKI as files, for the demo and for tests.

use super::{Crl, Defect, ExampleKeys, ExamplePki, Key, Leaf, Ocsp, PkiError, WARNING};
use jiff::Timestamp;
use openssl::x509::X509;
use std::fmt::Write as _;
use std::path::Path;

/// The lookalikes that are written as files; [`Defect`] has many more.
const LOOKALIKES: &[(&str, Defect)] = &[
    ("expired", Defect::Expired),
    ("key-short", Defect::KeyShort),
    ("signed-pkcs1", Defect::SignedPkcs1),
    ("self-signed", Defect::SelfSigned),
    ("other-hierarchy", Defect::OtherHierarchy),
    ("key-usage-with-key-cert-sign", Defect::KeyCertSign),
    ("oces-policy-of-oces2", Defect::OcesPolicyOfOces2),
];

/// Writes the example PKI into `directory`: keys under `keys/`, CA certificates, one certificate of each kind, a few
/// lookalikes under `lookalikes/`, and revocation answers that are fresh at `at`. Files that exist are overwritten.
pub fn write_example_pki(directory: &Path, keys: &ExampleKeys, at: Timestamp) -> Result<(), PkiError> {
    for folder in ["keys", "lookalikes"] {
        let path = directory.join(folder);
        std::fs::create_dir_all(&path).map_err(|source| PkiError::File { path, source })?;
    }
    keys.write(&directory.join("keys"))?;
    let pki = ExamplePki::new(keys.clone(), at)?;
    let mut table = String::new();
    let mut write = |name: &str, bytes: &[u8], content: &str| {
        // The table is a README's; writing to a String cannot fail.
        let _ = writeln!(table, "| `{name}` | {content} |");
        write_file(&directory.join(name), bytes, false)
    };
    write("root-ca.pem", &pem(pki.root())?, "root CA: the anchor for environment `local`")?;
    write("issuing-ca.pem", &pem(pki.issuing())?, "issuing CA")?;
    let system = pki.issue(&Leaf::system("Eksempel Fagsystem"))?;
    let leaves = [
        ("system", system.clone(), "systemcertifikat"),
        (
            "other-system",
            pki.issue(&Leaf::system("Eksempel Fagsystem kryptering").key(Key::OtherSystem))?,
            "a second systemcertifikat with another key",
        ),
        ("organisation", pki.issue(&Leaf::organisation("Eksempel Segl"))?, "organisationscertifikat: seals reports"),
        ("employee", pki.issue(&Leaf::employee("Eksempel Medarbejder"))?, "medarbejdercertifikat"),
    ];
    for (name, issued, content) in &leaves {
        write(&format!("{name}.pem"), &pem(&issued.certificate)?, content)?;
    }
    for (name, defect) in LOOKALIKES {
        let issued = pki.issue_with(&Leaf::system("Eksempel Fagsystem"), &[*defect])?;
        write(
            &format!("lookalikes/{name}.pem"),
            &pem(&issued.certificate)?,
            "like `system.pem`, with this one defect",
        )?;
    }
    write("web-root-ca.pem", &pem(&pki.web_root()?)?, "root CA of TLS servers")?;
    let server = pki.web_server(&["localhost", "127.0.0.1", "::1"])?;
    write("web-server.pem", &pem(&server)?, "TLS server `localhost`")?;
    write("issuing-ca.crl", &pki.crl(Crl::Good, &system)?, "revocation list (DER)")?;
    write(
        "issuing-ca-lists-system.crl",
        &pki.crl(Crl::ListsLeaf, &system)?,
        "revocation list with `system.pem` on it",
    )?;
    write("system-good.ocsp", &pki.ocsp(Ocsp::Good, &system)?, "OCSP response (DER) about `system.pem`: good")?;
    write("system-revoked.ocsp", &pki.ocsp(Ocsp::Revoked, &system)?, "OCSP response about `system.pem`: revoked")?;
    let readme = format!(
        "# Example PKI\n\n{WARNING}\n\nMade by `kravprobe vendor pki` for {}, in the shape of OCES3. The private keys under \
         `keys/` are published here, so anyone can sign with them. They count in environment `local` alone.\n\n\
         | file | what it is |\n|---|---|\n{table}",
        pki.at()
    );
    write_file(&directory.join("README.md"), readme.as_bytes(), false)
}

fn pem(der: &[u8]) -> Result<Vec<u8>, PkiError> {
    Ok(with_warning(&X509::from_der(der)?.to_pem()?))
}

pub(super) fn with_warning(pem: &[u8]) -> Vec<u8> {
    [WARNING.as_bytes(), b"\n", pem].concat()
}

pub(super) fn write_file(path: &Path, bytes: &[u8], secret: bool) -> Result<(), PkiError> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options
        .open(path)
        .and_then(|mut file| file.write_all(bytes))
        .map_err(|source| PkiError::File { path: path.to_owned(), source })
}
