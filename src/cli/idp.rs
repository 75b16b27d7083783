//! `kravprobe idp`: the test identity provider: its keys, its metadata, and its page for a person with a browser.

use super::Common;
use crate::document::read_bounded;
use crate::error::{Error, Result};
use crate::fki::desk::system::System;
use crate::fki::desk::{Desk, Setup};
use crate::fki::identity_provider::{IdentityProvider, Style};
use crate::fki::login::Shape;
use crate::language::Text;
use crate::target::saml::{AttributeProfile, NameIdKind};
use crate::target::{LoadedTarget, SecretReference};
use crate::verdict::Environment;
use crate::web::{Listener, Tls};
use jiff::Timestamp;
use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, ExtendedKeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509Name};
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use url::Url;

/// Arguments of `idp`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make keys and settings of a test identity provider
    Init(Init),
    /// Print its metadata, signed, for the system to import
    Metadata(Metadata),
    /// Serve it as a local page, for a person with a browser
    Serve(Serve),
}

/// [`Style`] on the command line.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum StyleName {
    /// KOMBIT's Context Handler 2.
    ContextHandler,
    /// NemLog-in.
    Nemlogin,
}

impl From<StyleName> for Style {
    fn from(name: StyleName) -> Self {
        match name {
            StyleName::ContextHandler => Self::ContextHandler,
            StyleName::Nemlogin => Self::Nemlogin,
        }
    }
}

#[derive(Debug, clap::Args)]
struct Init {
    /// Directory that it makes or that holds no identity provider yet.
    #[arg(long, default_value = "idp", value_name = "DIR")]
    out: PathBuf,
    /// Whose metadata and messages it imitates.
    #[arg(long, value_enum, default_value_t = StyleName::ContextHandler, value_name = "STYLE")]
    style: StyleName,
    /// Signing keys in its metadata; two show whether the system copes with a change of keys.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=2), value_name = "NUMBER")]
    signing_keys: u8,
    /// Sign with the key of this PKCS#12 file, which is referred to and not copied, instead of a new one.
    #[arg(long, value_name = "FILE")]
    pkcs12: Option<PathBuf>,
    /// File with the password of the PKCS#12 file.
    #[arg(long, value_name = "FILE", requires = "pkcs12", conflicts_with = "password_env")]
    password_file: Option<PathBuf>,
    /// Environment variable with the password of the PKCS#12 file.
    #[arg(long, value_name = "VARIABLE", requires = "pkcs12")]
    password_env: Option<String>,
    /// Instant from which the certificates are valid; the present, when absent.
    #[arg(long, value_name = "RFC3339")]
    at: Option<Timestamp>,
}

#[derive(Debug, clap::Args)]
struct Metadata {
    /// The identity provider's file.
    #[arg(value_name = "IDP.toml")]
    idp: PathBuf,
    /// File to write; it must not exist yet.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Where `idp serve` will be reached, such as https://localhost:8443; its paths stay.
    #[arg(long, value_name = "URL", value_parser = address)]
    address: Option<Url>,
    /// Instant that the signature states; the present, when absent.
    #[arg(long, value_name = "RFC3339")]
    at: Option<Timestamp>,
}

#[derive(Debug, clap::Args)]
struct Serve {
    /// The identity provider's file.
    #[arg(value_name = "IDP.toml")]
    idp: PathBuf,
    /// The system's SP metadata.
    #[arg(long, value_name = "SP-METADATA.xml")]
    sp: PathBuf,
    /// Target with test users and what the system is registered for, in its `[saml]` table.
    #[arg(long, value_name = "target.toml")]
    target: Option<PathBuf>,
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// Where browsers reach it, when that is not https://localhost:PORT (a forwarded port, another machine).
    #[arg(long, value_name = "URL", value_parser = address)]
    address: Option<Url>,
    /// Plain HTTP; on a loopback address alone.
    #[arg(long)]
    http: bool,
}

/// An address without path.
fn address(text: &str) -> std::result::Result<Url, String> {
    let url: Url = text.parse().map_err(|e| format!("{e}"))?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let nobody = url.username().is_empty() && url.password().is_none();
    if matches!(url.scheme(), "https" | "http") && url.has_host() && bare && nobody {
        Ok(url)
    } else {
        Err("an address is http(s)://host:port and nothing more".to_owned())
    }
}

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    match &args.command {
        Command::Init(args) => init(args, common),
        Command::Metadata(args) => metadata(args, common),
        Command::Serve(args) => serve(args, common),
    }
}

fn init(args: &Init, common: Common) -> Result<u8> {
    let at = args.at.unwrap_or_else(crate::clock::now);
    let file = match &args.pkcs12 {
        None => IdentityProvider::create(&args.out, args.style.into(), args.signing_keys.into(), at)?,
        Some(pkcs12) => {
            let password = (args.password_file.is_some() || args.password_env.is_some())
                .then(|| SecretReference { file: args.password_file.clone(), env: args.password_env.clone() });
            with_own_key(args, pkcs12, password, at)?
        }
    };
    common.print(&file.display().to_string());
    let note = Text {
        da: "Nøglerne er til test. Slet mappen, og fjern metadata hos leverandøren, når prøverne er slut.",
        en: "The keys are for tests. Delete the directory, and remove the metadata at the vendor, when the trials are over.",
    };
    common.print(note.get(common.lang));
    Ok(0)
}

/// Puts the caller's key in the place of the first new one. It is checked before anything is written.
fn with_own_key(args: &Init, pkcs12: &Path, password: Option<SecretReference>, at: Timestamp) -> Result<PathBuf> {
    let secret = password.as_ref().map(|p| p.read(Path::new(""))).transpose()?;
    let unfit = |why: &str| Error::file(pkcs12, why);
    let bytes = read_bounded(pkcs12, crate::document::LIMIT)?;
    let content = Pkcs12::from_der(&bytes)
        .and_then(|p12| p12.parse2(secret.as_deref().unwrap_or_default()))
        .map_err(|_| unfit("cannot be opened: wrong password, or no PKCS#12 file"))?;
    match (&content.pkey, &content.cert) {
        (Some(key), Some(certificate)) if certificate.public_key().is_ok_and(|public| public.public_eq(key)) => {
            if key.rsa().is_err() {
                return Err(unfit("holds another key than RSA, which messages are not signed with here"));
            }
        }
        _ => return Err(unfit("holds no private key with its certificate")),
    }
    let absolute =
        |path: &Path| std::path::absolute(path).map(|p| p.display().to_string()).map_err(|e| Error::file(path, e));
    let mut reference = toml::Table::new();
    reference.insert("pkcs12".into(), absolute(pkcs12)?.into());
    if let Some(SecretReference { file, env }) = password {
        let mut secret = toml::Table::new();
        if let Some(file) = file {
            secret.insert("file".into(), absolute(&file)?.into());
        }
        if let Some(env) = env {
            secret.insert("env".into(), env.into());
        }
        reference.insert("password".into(), secret.into());
    }

    let file = IdentityProvider::create(&args.out, args.style.into(), args.signing_keys.into(), at)?;
    let fault = |e: &dyn std::fmt::Display| Error::file(&file, e);
    let written = std::fs::read_to_string(&file).map_err(|e| fault(&e))?;
    let warning: String = written.split_inclusive('\n').take_while(|line| line.starts_with('#')).collect();
    let mut table: toml::Table = written.parse().map_err(|e| fault(&e))?;
    let keys = table.get_mut("key").and_then(toml::Value::as_array_mut);
    let first = keys.and_then(|keys| keys.first_mut()).ok_or_else(|| Error::Internal("no key was made".into()))?;
    let replaced = std::mem::replace(first, reference.into());
    for name in ["certificate", "key"].iter().filter_map(|name| replaced.get(name)?.as_str()) {
        let path = args.out.join(name);
        std::fs::remove_file(&path).map_err(|e| Error::file(path, e))?;
    }
    let text = toml::to_string(&table).map_err(|e| fault(&e))?;
    std::fs::write(&file, warning + &text).map_err(|e| fault(&e))?;
    IdentityProvider::load(&file)?;
    Ok(file)
}

fn metadata(args: &Metadata, common: Common) -> Result<u8> {
    let mut provider = IdentityProvider::load(&args.idp)?;
    if let Some(address) = &args.address {
        provider = at_address(provider, address);
    }
    let at = args.at.unwrap_or_else(crate::clock::now);
    let xml = provider.metadata(at).map_err(|e| Error::file(&args.idp, e))?;
    match &args.out {
        None => common.print(&xml),
        Some(out) => {
            let written = std::fs::OpenOptions::new().write(true).create_new(true).open(out);
            written.and_then(|mut file| file.write_all(xml.as_bytes())).map_err(|e| match e.kind() {
                std::io::ErrorKind::AlreadyExists => Error::file(out, "exists already; name another file"),
                _ => Error::file(out, e),
            })?;
            common.print(&out.display().to_string());
        }
    }
    Ok(0)
}

/// The same identity provider, reached elsewhere: paths and entityID stay.
fn at_address(mut provider: IdentityProvider, address: &Url) -> IdentityProvider {
    let moved = |url: &Url| {
        let mut moved = address.clone();
        moved.set_path(url.path());
        moved
    };
    provider.sso = moved(&provider.sso);
    provider.slo = moved(&provider.slo);
    provider.slo_response = provider.slo_response.as_ref().map(moved);
    provider
}

fn serve(args: &Serve, common: Common) -> Result<u8> {
    if args.http && !args.listen.ip().is_loopback() {
        return Err(Error::Usage("--http listens on a loopback address alone, such as 127.0.0.1:8080".into()));
    }
    let provider = IdentityProvider::load(&args.idp)?;
    let name = args.sp.display().to_string();
    let system = System::read(&name, &read_bounded(&args.sp, crate::document::LIMIT)?)?;
    let shape = Shape {
        attributes: AttributeProfile::default(),
        name_id: NameIdKind::default(),
        encrypted: false,
        minimum_level: None,
    };
    let (users, shape, environment) = match &args.target {
        None => (Vec::new(), shape, Environment::Local),
        Some(path) => {
            let target = LoadedTarget::load(path)?.target;
            let saml = target.saml.ok_or_else(|| Error::file(path, "has no [saml] table"))?;
            let shape = Shape {
                attributes: saml.attributes,
                name_id: saml.name_id,
                encrypted: saml.encrypted,
                minimum_level: saml.minimum_level,
            };
            (saml.user, shape, target.environment)
        }
    };
    if environment == Environment::Production {
        return Err(Error::Usage("the test identity provider is never used with a system in production".into()));
    }

    let fault = |e: &dyn std::fmt::Display| Error::Usage(e.to_string());
    let listener = Listener::bind(args.listen).map_err(|e| fault(&e))?;
    let scheme = if args.http { "http" } else { "https" };
    let base = match &args.address {
        Some(address) => address.clone(),
        None => address(&format!("{scheme}://localhost:{}", listener.address().port())).map_err(Error::Internal)?,
    };
    let certificate = (!args.http).then(|| web_certificate(&base, crate::clock::now())).transpose();
    let certificate = certificate.map_err(|e| Error::Internal(e.to_string()))?;
    let tls = certificate.as_ref().map(|(der, key)| Tls::new(std::slice::from_ref(der), key)).transpose();
    let tls = tls.map_err(|e| Error::Internal(e.to_string()))?;

    let (stopped, stop) = std::sync::mpsc::channel();
    ctrlc::set_handler(move || {
        // Nobody listens any more when it is ending already.
        let _ = stopped.send(());
    })
    .map_err(|e| Error::Internal(e.to_string()))?;
    let provider = at_address(provider, &base);
    let desk = Desk::new(Setup { provider, system, users, shape, environment }, &base);
    let server = listener.serve(tls, desk.router()).map_err(|e| fault(&e))?;

    let ready = Text {
        da: "Siden er klar. Importér metadata herfra hos systemet, og log ind i systemet. Ctrl-C slutter.",
        en: "The page is ready. Import the metadata from it at the system, and log in there. Ctrl-C ends it.",
    };
    common.print(&format!("{base}\n{base}metadata.xml"));
    if let Some((der, _)) = &certificate {
        let browser = Text {
            da: "Browseren advarer om certifikatet, som er lavet til lejligheden. SHA-256:",
            en: "The browser warns of the certificate, which was made for the occasion. SHA-256:",
        };
        common.print(&format!("{} {}", browser.get(common.lang), crate::digest::sha256_hex(der)));
    }
    common.print(ready.get(common.lang));
    // An error means that the handler is gone, which ends it as well.
    let _ = stop.recv();
    drop(server);
    Ok(0)
}

/// A certificate for the page itself, for 30 days; browsers ask before they take it.
fn web_certificate(
    base: &Url,
    at: Timestamp,
) -> std::result::Result<(Vec<u8>, PKey<Private>), openssl::error::ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let key = PKey::from_ec_key(EcKey::generate(&group)?)?;
    let mut name = X509Name::builder()?;
    name.append_entry_by_text("CN", "kravprobe test identity provider")?;
    let name = name.build();
    let mut certificate = X509::builder()?;
    certificate.set_version(2)?;
    let mut serial = BigNum::new()?;
    serial.rand(127, MsbOption::ONE, false)?;
    certificate.set_serial_number(serial.to_asn1_integer()?.as_ref())?;
    certificate.set_subject_name(&name)?;
    certificate.set_issuer_name(&name)?;
    certificate.set_not_before(Asn1Time::from_unix(at.as_second() - 3600)?.as_ref())?;
    certificate.set_not_after(Asn1Time::from_unix(at.as_second() + 30 * 86_400)?.as_ref())?;
    certificate.set_pubkey(&key)?;
    let mut names = SubjectAlternativeName::new();
    names.dns("localhost").ip("127.0.0.1").ip("::1");
    match base.host() {
        Some(url::Host::Domain(domain)) if domain != "localhost" => {
            names.dns(domain);
        }
        Some(url::Host::Ipv4(ip)) if !ip.is_loopback() => {
            names.ip(&ip.to_string());
        }
        Some(url::Host::Ipv6(ip)) if !ip.is_loopback() => {
            names.ip(&ip.to_string());
        }
        _ => {}
    }
    let names = names.build(&certificate.x509v3_context(None, None))?;
    certificate.append_extension(names)?;
    certificate.append_extension(BasicConstraints::new().critical().build()?)?;
    certificate.append_extension(ExtendedKeyUsage::new().server_auth().build()?)?;
    certificate.sign(&key, MessageDigest::sha256())?;
    Ok((certificate.build().to_der()?, key))
}
