//! Keys and addresses of the probe's services: made once by `kravprobe bfo init`, read at every start.
//!
//! The TLS certificate hangs under a private CA that the vendor trusts in its test set-up. The CA's key signs that one
//! certificate and is then forgotten, so that nobody can ever issue more under what a vendor trusts.

use crate::document::Document;
use crate::error::{Error, Result};
use crate::fki::identity_provider::{SigningKey, write_new};
use crate::target::saml::KeyReference;
use crate::vendor::pki::ExampleKeys;
use jiff::{SignedDuration, Timestamp};
use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName, SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509Name};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// Name of the file that describes the services.
pub const FILE: &str = "bfo.toml";
/// The entityID of the token service, unless the file says otherwise. Nothing is ever contacted there.
const ISSUER: &str = "https://saml.kravprobe.example/runtime";
const WEB_CA: &str = "web-ca.crt";
const WEB: [&str; 2] = ["web.crt", "web.key"];
const STS: [&str; 2] = ["sts.crt", "sts.key"];
/// How long certificates for TLS are valid: as long as public ones may be.
const WEB_LIFE: SignedDuration = SignedDuration::from_hours(24 * 396);

/// What `bfo init` is told.
#[derive(Clone, Debug)]
pub struct KeySetup {
    /// Name under which the system reaches the services; it stands in the certificate beside `localhost`.
    pub host: String,
    /// Address to listen on.
    pub listen: IpAddr,
    /// Port of the broker; 0 takes a free one at each start.
    pub broker_port: u16,
    /// Port of the token service; 0 takes a free one at each start.
    pub token_port: u16,
    /// Port of the value-list service; 0 takes a free one at each start.
    pub value_list_port: u16,
}

impl Default for KeySetup {
    fn default() -> Self {
        Self {
            host: "localhost".to_owned(),
            listen: IpAddr::V4(Ipv4Addr::LOCALHOST),
            broker_port: 0,
            token_port: 0,
            value_list_port: 0,
        }
    }
}

/// Keys and addresses of the services.
#[derive(Clone, Debug)]
pub struct ServiceKeys {
    /// Name under which the system reaches the services.
    pub host: String,
    /// Address to listen on.
    pub listen: IpAddr,
    /// Ports of broker, token service and value lists; 0 for free ones.
    pub ports: [u16; 3],
    /// entityID of the token service: Issuer of its tokens.
    pub issuer: String,
    /// The CA that the system must trust for TLS, DER.
    pub web_ca: Vec<u8>,
    /// Key and certificate for TLS.
    pub web: SigningKey,
    /// Key and certificate that sign tokens and answers.
    pub sts: SigningKey,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BfoFile {
    host: String,
    listen: IpAddr,
    #[serde(default)]
    broker_port: u16,
    #[serde(default)]
    token_port: u16,
    #[serde(default)]
    value_list_port: u16,
    #[serde(default = "default_issuer")]
    issuer: String,
    web_ca: PathBuf,
    web: KeyReference,
    sts: KeyReference,
}

fn default_issuer() -> String {
    ISSUER.to_owned()
}

impl ServiceKeys {
    /// Makes keys in a folder, and gives the path of the file that [`Self::load`] reads. Nothing that is there is overwritten.
    pub fn create(directory: &Path, setup: &KeySetup, at: Timestamp) -> Result<PathBuf> {
        if !is_host(&setup.host) {
            return Err(Error::Usage(format!("`{}` is neither a host name nor an IP address", setup.host)));
        }
        let file = directory.join(FILE);
        for path in [WEB_CA, WEB[0], WEB[1], STS[0], STS[1], FILE].map(|name| directory.join(name)) {
            if path.try_exists().map_err(|error| Error::file(&path, error))? {
                return Err(Error::file(path, "is there already; keys are not overwritten"));
            }
        }
        std::fs::create_dir_all(directory).map_err(|error| Error::file(directory, error))?;
        let internal = |error: ErrorStack| Error::Internal(error.to_string());
        let (ca, web) = web_certificates(&setup.host, setup.listen, at).map_err(internal)?;
        let sts = SigningKey::named("kravprobe test token service", at).map_err(internal)?;
        write_new(&directory.join(WEB_CA), &ca.to_pem().map_err(internal)?, false)?;
        web.write(&directory.join(WEB[0]), &directory.join(WEB[1]))?;
        sts.write(&directory.join(STS[0]), &directory.join(STS[1]))?;
        let named = |[certificate, key]: [&str; 2]| KeyReference {
            certificate: Some(certificate.into()),
            key: Some(key.into()),
            pkcs12: None,
            password: None,
        };
        let content = toml::to_string(&BfoFile {
            host: setup.host.clone(),
            listen: setup.listen,
            broker_port: setup.broker_port,
            token_port: setup.token_port,
            value_list_port: setup.value_list_port,
            issuer: ISSUER.to_owned(),
            web_ca: WEB_CA.into(),
            web: named(WEB),
            sts: named(STS),
        })
        .map_err(|error| Error::Internal(error.to_string()))?;
        let text = format!(
            "# The probe's own token service, broker and value lists, made by kravprobe. The system's test set-up trusts {WEB_CA} for\n\
             # TLS and {} as the token service's certificate. These keys vouch for nobody: never let a system in production trust them.\n\
             # A port of 0 takes a free one at each start. With pkcs12 in [web], the file's own chain is not sent.\n{content}",
            STS[0]
        );
        write_new(&file, text.as_bytes(), false)?;
        Ok(file)
    }

    /// Reads what [`Self::create`] wrote, or a file like it. Files in it count from its folder.
    pub fn load(bfo_toml: &Path) -> Result<Self> {
        let document = Document::new(bfo_toml.display().to_string(), crate::document::read_text(bfo_toml)?);
        let file: BfoFile = document.parse()?;
        let base = bfo_toml.parent().unwrap_or(Path::new(""));
        if !is_host(&file.host) {
            return Err(Error::file(bfo_toml, "`host` is a host name or an IP address"));
        }
        if file.issuer.chars().count() > 256 || url::Url::parse(&file.issuer).is_err() {
            return Err(Error::file(bfo_toml, "`issuer` is an absolute URI of at most 256 characters"));
        }
        let ca_file = base.join(&file.web_ca);
        let ca = X509::from_pem(&crate::document::read_bounded(&ca_file, crate::document::LIMIT)?)
            .and_then(|certificate| certificate.to_der())
            .map_err(|_| Error::file(&ca_file, "holds no PEM certificate"))?;
        Ok(Self {
            host: file.host,
            listen: file.listen,
            ports: [file.broker_port, file.token_port, file.value_list_port],
            issuer: file.issuer,
            web_ca: ca,
            web: SigningKey::read_any(&file.web, base)?,
            sts: SigningKey::read(&file.sts, base)?,
        })
    }

    /// Whether one of the keys is public because it comes with the program: then the services are for environment `local` alone.
    #[must_use]
    pub fn are_public(&self) -> bool {
        [&self.web, &self.sts].iter().any(|key| ExampleKeys::ships(&key.key))
    }

    /// Where broker, token service and value lists are to listen.
    pub(super) fn listen(&self) -> [SocketAddr; 3] {
        self.ports.map(|port| SocketAddr::new(self.listen, port))
    }
}

fn is_host(host: &str) -> bool {
    host.len() <= 253 && url::Host::parse(host).is_ok()
}

/// A CA, and a server certificate under it.
fn web_certificates(host: &str, listen: IpAddr, at: Timestamp) -> std::result::Result<(X509, SigningKey), ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let new_key = || PKey::from_ec_key(EcKey::generate(&group)?);
    let (ca_key, key) = (new_key()?, new_key()?);
    let ca_name = name("kravprobe test services CA")?;

    let mut ca = certificate(&ca_name, &ca_name, &ca_key, at)?;
    ca.append_extension(BasicConstraints::new().critical().ca().pathlen(0).build()?)?;
    ca.append_extension(KeyUsage::new().critical().key_cert_sign().crl_sign().build()?)?;
    let identifier = SubjectKeyIdentifier::new().build(&ca.x509v3_context(None, None))?;
    ca.append_extension(identifier)?;
    ca.sign(&ca_key, MessageDigest::sha256())?;
    let ca = ca.build();

    let mut server = certificate(&name(host)?, &ca_name, &key, at)?;
    let mut names = SubjectAlternativeName::new();
    names.dns("localhost").ip("127.0.0.1").ip("::1");
    match url::Host::parse(host) {
        Ok(url::Host::Domain(domain)) if domain != "localhost" => {
            names.dns(&domain);
        }
        Ok(url::Host::Ipv4(ip)) if !ip.is_loopback() => {
            names.ip(&ip.to_string());
        }
        Ok(url::Host::Ipv6(ip)) if !ip.is_loopback() => {
            names.ip(&ip.to_string());
        }
        _ => {}
    }
    if !listen.is_loopback() && !listen.is_unspecified() && listen.to_string() != host {
        names.ip(&listen.to_string());
    }
    server.append_extension(BasicConstraints::new().critical().build()?)?;
    server.append_extension(KeyUsage::new().critical().digital_signature().build()?)?;
    server.append_extension(ExtendedKeyUsage::new().server_auth().build()?)?;
    let names = names.build(&server.x509v3_context(Some(&ca), None))?;
    server.append_extension(names)?;
    let authority = AuthorityKeyIdentifier::new().keyid(true).build(&server.x509v3_context(Some(&ca), None))?;
    server.append_extension(authority)?;
    server.sign(&ca_key, MessageDigest::sha256())?;
    Ok((ca, SigningKey { certificate: server.build().to_der()?, key }))
}

fn name(common_name: &str) -> std::result::Result<X509Name, ErrorStack> {
    let mut name = X509Name::builder()?;
    name.append_entry_by_text("O", "kravprobe, for tests alone")?;
    // An X.520 common name has at most 64 characters; the names that count stand in subjectAltName.
    name.append_entry_by_text("CN", &common_name.chars().take(64).collect::<String>())?;
    Ok(name.build())
}

fn certificate(
    subject: &X509Name,
    issuer: &X509Name,
    key: &PKey<Private>,
    at: Timestamp,
) -> std::result::Result<X509Builder, ErrorStack> {
    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    let mut serial = BigNum::new()?;
    serial.rand(127, MsbOption::ONE, false)?;
    builder.set_serial_number(serial.to_asn1_integer()?.as_ref())?;
    builder.set_subject_name(subject)?;
    builder.set_issuer_name(issuer)?;
    builder.set_not_before(Asn1Time::from_unix(at.as_second() - 3600)?.as_ref())?;
    builder.set_not_after(Asn1Time::from_unix(at.as_second() + WEB_LIFE.as_secs())?.as_ref())?;
    builder.set_pubkey(key)?;
    Ok(builder)
}
