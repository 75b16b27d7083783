//! A target: one vendor system in one environment. Secrets only by reference.

pub mod beskedfordeler;
pub mod declarations;
pub mod saml;
pub mod usage;

use crate::document::{Document, Step, read_text};
use crate::error::{Diagnostic, Error, Result};
use crate::language::Text;
use crate::subject::certificate::{CertificateKind, CertificateRole};
use crate::subject::tls::TlsPurpose;
use crate::verdict::Environment;
use declarations::DeclarationSource;
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use url::Url;

/// A target file as it is written.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Version of this file format: 1.
    pub schema: u32,
    /// Where the system runs.
    pub environment: Environment,
    /// The system under test.
    pub system: System,
    /// Who is involved.
    #[serde(default)]
    pub parties: Parties,
    /// The contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<Contract>,
    /// Hosts that may be contacted beside the endpoints named below. Nothing else ever is, the OCES revocation hosts aside.
    #[serde(default)]
    pub allowed_hosts: Vec<String>,
    /// Files with further declarations; paths start from this file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declarations: Vec<PathBuf>,
    /// How gently the endpoints are treated.
    #[serde(default)]
    pub politeness: Politeness,
    /// Certificates of the system.
    #[serde(default)]
    pub certificate: Vec<CertificateEntry>,
    /// SAML metadata of the system.
    #[serde(default)]
    pub metadata: Vec<MetadataEntry>,
    /// TLS endpoints of the system.
    #[serde(default)]
    pub tls: Vec<TlsEntry>,
    /// Added trust anchors.
    #[serde(default)]
    pub anchor: Vec<AnchorEntry>,
    /// What no probe can see.
    #[serde(default)]
    pub declaration: Vec<Declaration>,
    /// How the system's login is driven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saml: Option<saml::Saml>,
    /// How the system receives and sends messages, and what is set up for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beskedfordeler: Option<beskedfordeler::Beskedfordeler>,
    /// Logs that show whether the system is used, and what others say about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<usage::Usage>,
    /// Captured requests to an index or to Organisation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request: Vec<usage::RequestEntry>,
    /// Permission for active trials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorisation: Option<Authorisation>,
    /// The files of `declarations` as they were read; their declarations stand in `declaration`.
    #[serde(skip)]
    pub declaration_files: Vec<DeclarationSource>,
    /// Declarations that no longer count on the day of judgement, taken out of `declaration`.
    #[serde(skip)]
    pub expired: Vec<Declaration>,
}

/// The system under test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct System {
    /// Its name.
    pub name: String,
    /// Version or build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// Who is involved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parties {
    /// The municipality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Party>,
    /// The vendor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplier: Option<Party>,
    /// Who ran the probe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessor: Option<Assessor>,
}

/// A party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Name.
    pub name: String,
    /// CVR number, eight digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvr: Option<String>,
}

/// Who ran the probe, and on whose side they stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assessor {
    /// Name.
    pub name: String,
    /// CVR number, eight digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvr: Option<String>,
    /// Whose side.
    pub relation: Relation,
}

/// Whose side the assessor stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// The municipality's.
    Customer,
    /// The vendor's.
    Supplier,
    /// Nobody's.
    ThirdParty,
}

/// The contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// Contract number or case id.
    pub id: String,
    /// Kind, such as `SKI 02.19`, `K02`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Phase, such as `overtagelsesprøve`, `driftsprøve`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
}

/// How gently the endpoints are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Politeness {
    /// Most requests or connections a second, to all endpoints together.
    pub requests_per_second: u32,
    /// Most at the same time.
    pub concurrency: u32,
    /// Seconds until one request or connection is given up.
    pub timeout_seconds: u32,
}

impl Default for Politeness {
    fn default() -> Self {
        Self { requests_per_second: 5, concurrency: 2, timeout_seconds: 10 }
    }
}

/// A secret, by reference: exactly one of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretReference {
    /// File that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// Environment variable that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<String>,
}

/// A certificate of the system.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateEntry {
    /// Name, unique in the target.
    pub name: String,
    /// PEM, DER, PEM bundle or PKCS#12.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// Where it is published instead. When nothing usable comes from there, its checks are not tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub url: Option<Url>,
    /// What the system uses it for.
    #[serde(default = "unspecified")]
    pub role: CertificateRole,
    /// Kind it should be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<CertificateKind>,
    /// CVR it should belong to, when not the supplier's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvr: Option<String>,
    /// Another system that uses it (a neighbour, for uniqueness); such an entry is not judged itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_system: Option<String>,
    /// Another environment it is used in (a neighbour, for uniqueness); such an entry is not judged itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_environment: Option<Environment>,
    /// Files with further certificates of its chain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplied: Vec<PathBuf>,
    /// Files with OCSP responses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ocsp_response: Vec<PathBuf>,
    /// Files with certificate revocation lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crl: Vec<PathBuf>,
    /// Password of a PKCS#12 file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<SecretReference>,
}

const fn unspecified() -> CertificateRole {
    CertificateRole::Unspecified
}

/// SAML metadata of the system; a file, a URL or both (then they must agree).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetadataEntry {
    /// Name, unique in the target.
    pub name: String,
    /// The delivered file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// Where it is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub url: Option<Url>,
    /// Another environment it belongs to (a neighbour, for uniqueness); such an entry is not judged itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_environment: Option<Environment>,
    /// Files with further certificates of the chains of its certificates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplied: Vec<PathBuf>,
    /// Files with OCSP responses for its certificates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ocsp_response: Vec<PathBuf>,
    /// Files with certificate revocation lists for its certificates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crl: Vec<PathBuf>,
}

/// A TLS endpoint of the system.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TlsEntry {
    /// Name, unique in the target.
    pub name: String,
    /// Host to connect to.
    pub host: String,
    /// Port to connect to.
    #[serde(default = "https")]
    pub port: u16,
    /// Server name to send and expect, when not the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
    /// What the endpoint is for.
    pub purpose: TlsPurpose,
    /// Path of the one small HTTP request; `/`, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The certificate that is registered for the endpoint in the Administrationsmodul.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_certificate: Option<PathBuf>,
    /// A client certificate that the endpoint must accept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<ClientCertificate>,
    /// A client certificate of another environment, which the endpoint must refuse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_environment_client: Option<ClientCertificate>,
    /// A client certificate of another system of the same environment, from the same issuer as the good one, which the endpoint
    /// must refuse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_system_client: Option<ClientCertificate>,
}

const fn https() -> u16 {
    443
}

/// A client certificate with its key by reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientCertificate {
    /// PEM file with the certificate and its chain.
    pub certificate: PathBuf,
    /// PEM private key.
    pub key: SecretReference,
}

/// An added trust anchor.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnchorEntry {
    /// PEM or DER file with the root.
    pub file: PathBuf,
    /// What it anchors.
    #[serde(rename = "use")]
    pub purpose: AnchorUse,
}

/// What an anchor is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AnchorUse {
    /// A test PKI of OCES shape; environment `local` alone.
    Oces,
    /// TLS server certificates.
    Tls,
}

/// What no probe can see, said by somebody.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// Kind, such as `nsis-level`, `oiosaml-profile`, `registered-in-administrationsmodul`.
    pub kind: String,
    /// What is declared.
    pub value: DeclaredValue,
    /// Who says so: name or function, and organisation.
    pub who: String,
    /// Day of the statement.
    #[schemars(with = "String")]
    pub when: Date,
    /// Last day it counts; without end, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<Date>,
    /// Document it rests on; hashed into the evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<PathBuf>,
    /// SHA-256 of the document, hex; must agree with the file when both are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// A declared value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum DeclaredValue {
    /// Yes or no.
    Boolean(bool),
    /// One value.
    One(String),
    /// Several values.
    Several(Vec<String>),
}

impl DeclaredValue {
    /// The value as strings; yes and no are `true` and `false`.
    #[must_use]
    pub fn strings(&self) -> Vec<&str> {
        match self {
            Self::Boolean(true) => vec!["true"],
            Self::Boolean(false) => vec!["false"],
            Self::One(value) => vec![value],
            Self::Several(values) => values.iter().map(String::as_str).collect(),
        }
    }
}

/// Permission for active trials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Authorisation {
    /// Who granted it: name or function, and organisation.
    pub granted_by: String,
    /// Since when.
    #[schemars(with = "String")]
    pub granted_at: Timestamp,
    /// What it covers.
    pub scope: String,
    /// Until when.
    #[schemars(with = "String")]
    pub until: Timestamp,
}

/// A target with the file it came from.
#[derive(Clone, Debug)]
pub struct LoadedTarget {
    /// The parsed file.
    pub target: Target,
    /// Its text.
    pub text: String,
    /// Directory that relative paths start from.
    pub base: PathBuf,
}

impl LoadedTarget {
    /// Reads a target file.
    pub fn load(path: &Path) -> Result<Self> {
        let text = read_text(path)?;
        let base = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let document = Document::new(path.display().to_string(), text);
        let mut target = Target::parse(&document.name, &document.text)?;
        target.add_declarations(&document, &mut |_, file| {
            let path = base.join(file);
            Ok(Document::new(path.display().to_string(), read_text(&path)?))
        })?;
        let text = document.text;
        Ok(Self { target, text, base })
    }

    /// A file that the target names.
    #[must_use]
    pub fn path(&self, named: &Path) -> PathBuf {
        self.base.join(named)
    }
}

impl SecretReference {
    /// Reads the secret; a trailing line break of a file is cut. Errors name the reference, never the value.
    pub fn read(&self, base: &Path) -> Result<String> {
        match (&self.file, &self.env) {
            (Some(file), None) => {
                let path = base.join(file);
                Ok(read_text(&path)?.trim_end_matches(['\r', '\n']).to_owned())
            }
            (None, Some(variable)) => std::env::var(variable)
                .map_err(|_| Error::Usage(format!("environment variable {variable} is not set or not text"))),
            _ => Err(Error::Usage("a secret is named by either `file` or `env`".into())),
        }
    }
}

impl Target {
    /// Parses and checks a target file.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let document = Document::new(name, text);
        let target: Self = document.parse()?;
        let problems = target.problems(&document);
        if problems.is_empty() { Ok(target) } else { Err(Error::Diagnostics(problems)) }
    }

    /// The declaration of a kind.
    #[must_use]
    pub fn declaration(&self, kind: &str) -> Option<&Declaration> {
        self.declaration.iter().find(|d| d.kind == kind)
    }

    /// Whether active trials may be made: somebody granted it for this instant, and the system is not in production.
    #[must_use]
    pub fn permits_trials(&self, at: Timestamp) -> bool {
        let granted = |a: &Authorisation| a.granted_at <= at && at <= a.until;
        self.environment != Environment::Production && self.authorisation.as_ref().is_some_and(granted)
    }

    /// Every host that may be contacted: those named in `allowed_hosts`, and those of the endpoints.
    #[must_use]
    pub fn hosts(&self) -> BTreeSet<String> {
        let published = self.metadata.iter().map(|m| &m.url).chain(self.certificate.iter().map(|c| &c.url));
        let urls = published.filter_map(|url| url.as_ref()?.host_str().map(str::to_owned));
        let endpoints = self.tls.iter().map(|t| t.host.clone());
        let driven = self.saml.iter().flat_map(saml::Saml::urls).filter_map(|url| url.host_str().map(str::to_owned));
        let messages = self.beskedfordeler.iter().flat_map(beskedfordeler::Beskedfordeler::urls);
        let messages = messages.filter_map(|url| url.host_str().map(str::to_owned));
        let portfolio =
            self.usage.iter().flat_map(usage::Usage::urls).filter_map(|url| url.host_str().map(str::to_owned));
        self.allowed_hosts
            .iter()
            .cloned()
            .chain(urls)
            .chain(endpoints)
            .chain(driven)
            .chain(messages)
            .chain(portfolio)
            .map(|h| h.to_ascii_lowercase())
            .collect()
    }

    fn problems(&self, document: &Document) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        if self.schema != 1 {
            problems.push(document.mistake(
                &[Step::Key("schema")],
                format!("target format {} is unknown", self.schema),
                Some("this program reads format 1".into()),
            ));
        }
        let p = &self.parties;
        let cvrs = [
            ("customer", p.customer.as_ref().and_then(|x| x.cvr.as_ref())),
            ("supplier", p.supplier.as_ref().and_then(|x| x.cvr.as_ref())),
            ("assessor", p.assessor.as_ref().and_then(|x| x.cvr.as_ref())),
        ];
        for (party, cvr) in cvrs {
            if cvr.is_some_and(|c| !is_cvr(c)) {
                problems.push(document.mistake(
                    &[Step::Key("parties"), Step::Key(party), Step::Key("cvr")],
                    "a CVR number has eight digits",
                    None,
                ));
            }
        }
        let mut names = BTreeSet::new();
        for (table, index, name) in self.names() {
            let at = [Step::Key(table), Step::Index(index), Step::Key("name")];
            if !is_name(name) {
                problems.push(document.mistake(&at, "a name is letters, digits, hyphens, dots and underscores", None));
            }
            if !names.insert((table, name)) {
                problems.push(document.mistake(&at, format!("{table} `{name}` is named twice"), None));
            }
        }
        for (index, entry) in self.certificate.iter().enumerate() {
            if entry.cvr.as_ref().is_some_and(|c| !is_cvr(c)) {
                problems.push(document.mistake(
                    &[Step::Key("certificate"), Step::Index(index), Step::Key("cvr")],
                    "a CVR number has eight digits",
                    None,
                ));
            }
            let at = |key| [Step::Key("certificate"), Step::Index(index), Step::Key(key)];
            if entry.file.is_some() == entry.url.is_some() {
                problems.push(document.mistake(&at("name"), "a certificate needs either a `file` or a `url`", None));
            }
            if entry.url.as_ref().is_some_and(|url| !is_plain_web_address(url)) {
                problems.push(document.mistake(
                    &at("url"),
                    "a certificate URL is http(s) with a host and without user information",
                    None,
                ));
            }
            if entry.file.is_none() && (entry.other_system.is_some() || entry.other_environment.is_some()) {
                problems.push(document.mistake(
                    &at("name"),
                    "a neighbour needs a `file`, so that it is always compared",
                    None,
                ));
            }
            if entry.password.as_ref().is_some_and(|s| s.file.is_some() == s.env.is_some()) {
                problems.push(document.mistake(
                    &[Step::Key("certificate"), Step::Index(index), Step::Key("password")],
                    "a secret is named by either `file` or `env`",
                    None,
                ));
            }
        }
        for (index, entry) in self.metadata.iter().enumerate() {
            let at = |key| [Step::Key("metadata"), Step::Index(index), Step::Key(key)];
            if entry.other_environment.is_some() && entry.file.is_none() {
                problems.push(document.mistake(
                    &at("name"),
                    "metadata of another environment is only compared, and needs a `file` for that",
                    None,
                ));
            }
            if entry.file.is_none() && entry.url.is_none() {
                problems.push(document.mistake(&at("name"), "metadata needs a `file`, a `url` or both", None));
            }
            if entry.url.as_ref().is_some_and(|url| !is_plain_web_address(url)) {
                problems.push(document.mistake(
                    &at("url"),
                    "a metadata URL is http(s) with a host and without user information",
                    None,
                ));
            }
        }
        for (index, entry) in self.tls.iter().enumerate() {
            let at = |key| [Step::Key("tls"), Step::Index(index), Step::Key(key)];
            if entry.path.as_ref().is_some_and(|p| !p.starts_with('/') || !p.bytes().all(|b| b.is_ascii_graphic())) {
                problems.push(document.mistake(&at("path"), "a path begins with `/` and has no spaces", None));
            }
            if entry.host.is_empty()
                || entry.host.contains(['/', ':', ' ', '@']) && entry.host.parse::<std::net::Ipv6Addr>().is_err()
            {
                problems.push(document.mistake(
                    &at("host"),
                    "a host is a name or an address, without scheme or port",
                    None,
                ));
            }
        }
        for (index, host) in self.allowed_hosts.iter().enumerate() {
            if host.is_empty() || host.contains(['/', '*', ' ', '@']) {
                problems.push(document.mistake(
                    &[Step::Key("allowed_hosts"), Step::Index(index)],
                    "an allowed host is one exact host name",
                    None,
                ));
            }
        }
        if self.environment != Environment::Local {
            for (index, entry) in self.anchor.iter().enumerate() {
                if entry.purpose == AnchorUse::Oces {
                    problems.push(document.mistake(
                        &[Step::Key("anchor"), Step::Index(index), Step::Key("use")],
                        "OCES anchors are pinned; an added one counts in environment `local` alone",
                        None,
                    ));
                }
            }
        }
        let politeness = [
            ("requests_per_second", self.politeness.requests_per_second, 100),
            ("concurrency", self.politeness.concurrency, 16),
            ("timeout_seconds", self.politeness.timeout_seconds, 120),
        ];
        for (key, value, maximum) in politeness {
            if value == 0 || value > maximum {
                problems.push(document.mistake(
                    &[Step::Key("politeness"), Step::Key(key)],
                    format!("{key} must be 1 to {maximum}"),
                    None,
                ));
            }
        }
        let mut kinds = BTreeSet::new();
        for (index, declaration) in self.declaration.iter().enumerate() {
            if !kinds.insert(&declaration.kind) {
                let at = [Step::Key("declaration"), Step::Index(index), Step::Key("kind")];
                problems.push(document.mistake(&at, format!("`{}` is declared twice", declaration.kind), None));
            }
            problems.extend(declaration.problems(document, index));
        }
        if let Some(saml) = &self.saml {
            problems.extend(saml.problems(&self.metadata.iter().map(|m| m.name.as_str()).collect(), document));
        }
        if let Some(messages) = &self.beskedfordeler {
            let certificates: Vec<_> = self.certificate.iter().map(|c| c.name.as_str()).collect();
            problems.extend(messages.problems(&certificates, document));
        }
        if let Some(usage) = &self.usage {
            problems.extend(usage.problems(document));
        }
        if self.authorisation.as_ref().is_some_and(|a| a.until <= a.granted_at) {
            problems.push(document.mistake(
                &[Step::Key("authorisation"), Step::Key("until")],
                "the authorisation ends before it begins",
                None,
            ));
        }
        problems
    }

    fn names(&self) -> impl Iterator<Item = (&'static str, usize, &str)> {
        let certificates = self.certificate.iter().enumerate().map(|(i, c)| ("certificate", i, c.name.as_str()));
        let metadata = self.metadata.iter().enumerate().map(|(i, m)| ("metadata", i, m.name.as_str()));
        let tls = self.tls.iter().enumerate().map(|(i, t)| ("tls", i, t.name.as_str()));
        let requests = self.request.iter().enumerate().map(|(i, r)| ("request", i, r.name.as_str()));
        certificates.chain(metadata).chain(tls).chain(requests)
    }
}

/// A kind of declaration that the program itself understands. Profiles may name further kinds.
#[derive(Clone, Copy, Debug)]
pub struct KnownDeclaration {
    /// Kind.
    pub kind: &'static str,
    /// Allowed values; empty when free.
    pub values: &'static [&'static str],
    /// What it means.
    pub doc: Text,
}

/// The kinds of declaration that checks look at.
pub const DECLARATIONS: &[KnownDeclaration] = &[
    KnownDeclaration {
        kind: "nsis-level",
        values: &["Low", "Substantial", "High"],
        doc: Text { da: "NSIS-niveau, der er registreret for systemet", en: "NSIS level registered for the system" },
    },
    KnownDeclaration {
        kind: "oiosaml-profile",
        values: &["OIOSAML2", "OIOSAML3"],
        doc: Text {
            da: "OIOSAMLProfile, der er registreret for systemet",
            en: "OIOSAMLProfile registered for the system",
        },
    },
    KnownDeclaration {
        kind: "attribute-profile",
        values: &["KOMBIT", "SEB", "KOMBIT_WITHOUT_PERSONAL_DATA"],
        doc: Text {
            da: "AttributeProfile, der er registreret for systemet",
            en: "AttributeProfile registered for the system",
        },
    },
    KnownDeclaration {
        kind: "entity-id",
        values: &[],
        doc: Text { da: "entityID, der er registreret for systemet", en: "entityID registered for the system" },
    },
    KnownDeclaration {
        kind: "personal-attributes",
        values: &[],
        doc: Text {
            da: "navne på attributter med personoplysninger, som systemets formål kræver",
            en: "attribute names with personal data that the system's purpose needs",
        },
    },
    KnownDeclaration {
        kind: "registered-in-administrationsmodul",
        values: &["true", "false"],
        doc: Text {
            da: "systemet er registreret som brugervendt system i Administrationsmodulet",
            en: "the system is registered as brugervendt system in the Administrationsmodul",
        },
    },
    KnownDeclaration {
        kind: "key-protection",
        values: &[],
        doc: Text {
            da: "hvordan certifikatets private nøgle er beskyttet",
            en: "how the private key of the certificate is protected",
        },
    },
    KnownDeclaration {
        kind: "job-function-roles",
        values: &["true", "false", "no-user-system-roles"],
        doc: Text {
            da: "slutbrugere logger ind med jobfunktionsroller; eller systemet har ingen brugersystemroller",
            en: "end users log in with jobfunktionsroller; or the system has no brugersystemroller",
        },
    },
    KnownDeclaration {
        kind: "organisation-lookup",
        values: &["sf1500", "none-needed", "other"],
        doc: Text {
            da: "hvor systemet slår organisationsoplysninger op, som ikke står i assertionen",
            en: "where the system looks up organisational information beyond what the assertion carries",
        },
    },
    KnownDeclaration {
        kind: "single-logout",
        values: &["true", "false"],
        doc: Text {
            da: "systemet tilbyder SAML single logout (til profiler, hvor det er frivilligt)",
            en: "the system offers SAML single logout (for profiles in which it is optional)",
        },
    },
    KnownDeclaration {
        kind: "service-agreements",
        values: &["true", "false"],
        doc: Text {
            da: "hver brugt tjeneste og myndighed har en godkendt serviceaftale (dokument: udtræk af Administrationsmodulet)",
            en: "every service and authority in use has an approved service agreement (document: an extract of the Administrationsmodul)",
        },
    },
    KnownDeclaration {
        kind: "token-answer-verified",
        values: &["true", "false"],
        doc: Text {
            da: "systemet kontrollerer tokentjenestens svar: signatur, RelatesTo, CVR, audience og nøgle",
            en: "the system verifies the token service's answer: signature, RelatesTo, CVR, audience and key",
        },
    },
    KnownDeclaration {
        kind: "municipality-certificates-oces3",
        values: &["true", "false"],
        doc: Text {
            da: "kommunens organisationscertifikat og identitetsudbyderens certifikat er OCES3",
            en: "the municipality's organisation certificate and the identity provider's certificate are OCES3",
        },
    },
    KnownDeclaration {
        kind: "context-handler-trust",
        values: &["true", "false"],
        doc: Text {
            da: "kommunen har etableret tillid til Context Handler med NSIS",
            en: "the municipality has established trust to the NSIS Context Handler",
        },
    },
    KnownDeclaration {
        kind: "see-cpr-limited",
        values: &["true", "false"],
        doc: Text {
            da: "dataafgrænsningen SeCPR-nummer er kun givet til dem, der har brug for den",
            en: "the data restriction SeCPR-nummer is given only to those who need it",
        },
    },
    KnownDeclaration {
        kind: "service-messages",
        values: &["true", "false"],
        doc: Text {
            da: "kommunen ved, hvem der skal have driftsmeddelelser, og hvilke systemer de rammer",
            en: "the municipality knows who must get service messages, and which systems they hit",
        },
    },
    KnownDeclaration {
        kind: "sdi-validated",
        values: &["true", "false"],
        doc: Text {
            da: "KOMBITs valideringsværktøj fandt ingen brud på anvisningerne i systemets leverancer (dokument: dets rapport)",
            en: "KOMBIT's validation tool found no breach of the anvisninger in the system's deliveries (document: its report)",
        },
    },
    KnownDeclaration {
        kind: "sdi-updated-within-minutes",
        values: &["true", "false"],
        doc: Text {
            da: "ændringer af sager og dokumenter står i Sags- og Dokumentindekset inden for få minutter",
            en: "changes of cases and documents are in the Sags- og Dokumentindeks within a few minutes",
        },
    },
    KnownDeclaration {
        kind: "sdi-physical-deletion",
        values: &["true", "false"],
        doc: Text {
            da: "data, som systemet ikke længere har, slettes fysisk fra Sags- og Dokumentindekset",
            en: "data that the system no longer has are physically deleted from the Sags- og Dokumentindeks",
        },
    },
    KnownDeclaration {
        kind: "sdi-initial-delivery",
        values: &["true", "false"],
        doc: Text {
            da: "alle relevante data blev leveret, da systemet blev tilsluttet Sags- og Dokumentindekset",
            en: "all relevant data were delivered when the system was connected to the Sags- og Dokumentindeks",
        },
    },
    KnownDeclaration {
        kind: "sdi-service-agreement",
        values: &["true", "false"],
        doc: Text {
            da: "serviceaftalen om Sags- og Dokumentindekset har rollen Udstil eller Rediger og systemets eget UUID",
            en: "the service agreement on the Sags- og Dokumentindeks has the role Udstil or Rediger and the system's own UUID",
        },
    },
    KnownDeclaration {
        kind: "organisation-service-agreement",
        values: &["true", "false"],
        doc: Text {
            da: "serviceaftalen om FK Organisation er godkendt og har ikke begge Rediger-roller",
            en: "the service agreement on FK Organisation is approved, without both Rediger roles",
        },
    },
    KnownDeclaration {
        kind: "organisation-transaction-id",
        values: &["true", "false"],
        doc: Text {
            da: "hvert kald til FK Organisation har et nyt TransaktionsUUID på 1 til 512 tegn",
            en: "each call to FK Organisation has a new TransaktionsUUID of 1 to 512 characters",
        },
    },
    KnownDeclaration {
        kind: "organisation-batch-size",
        values: &["true", "false"],
        doc: Text {
            da: "et kald til FK Organisation indeholder højst 500 objekter",
            en: "a call to FK Organisation carries at most 500 objects",
        },
    },
    KnownDeclaration {
        kind: "organisation-answer-verified",
        values: &["true", "false"],
        doc: Text {
            da: "certifikatet på FK Organisations svar kontrolleres",
            en: "the certificate of FK Organisation's answers is verified",
        },
    },
    KnownDeclaration {
        kind: "organisation-reconciliation",
        values: &["true", "false", "no-subscription"],
        doc: Text {
            da: "hele kopien af FK Organisation afstemmes jævnligt; eller systemet abonnerer ikke på ORG-beskeder",
            en: "the whole copy of FK Organisation is reconciled regularly; or the system does not subscribe to ORG messages",
        },
    },
    KnownDeclaration {
        kind: "organisation-planned-events",
        values: &["true", "false", "no-subscription"],
        doc: Text {
            da: "planlagte ændringer virker fra deres dato; eller systemet abonnerer ikke på ORG-beskeder",
            en: "planned changes take effect on their date; or the system does not subscribe to ORG messages",
        },
    },
    KnownDeclaration {
        kind: "post-receipts-read",
        values: &["true", "false"],
        doc: Text {
            da: "kvitteringer for forsendelser (PKO_PostStatus) læses fra Beskedfordeler",
            en: "receipts of sendings (PKO_PostStatus) are read from the Beskedfordeler",
        },
    },
    KnownDeclaration {
        kind: "post-failures-handled",
        values: &["true", "false"],
        doc: Text {
            da: "en kvittering med status Fejlet fører til en sag, en opgave eller en ny forsendelse",
            en: "a receipt with status Fejlet leads to a case, a task or a new sending",
        },
    },
    KnownDeclaration {
        kind: "post-sizes",
        values: &["true", "false"],
        doc: Text {
            da: "forsendelser holder sig inden for 76 MB digitalt og 7 MB fysisk",
            en: "sendings keep to 76 MB digital and 7 MB physical",
        },
    },
    KnownDeclaration {
        kind: "post-times-utc",
        values: &["true", "false"],
        doc: Text { da: "tider i MeMo er UTC med Z", en: "times in MeMo are UTC with Z" },
    },
    KnownDeclaration {
        kind: "post-accessible",
        values: &["true", "false"],
        doc: Text {
            da: "breve og dokumenter er tilgængelige, som loven om webtilgængelighed kræver",
            en: "letters and documents are accessible as the law on web accessibility demands",
        },
    },
    KnownDeclaration {
        kind: "post-integration",
        values: &["SF1601", "SF1600"],
        doc: Text { da: "den integration, som nye forsendelser bruger", en: "the integration that new sendings use" },
    },
    KnownDeclaration {
        kind: "distribution-receipt-in-time",
        values: &["true", "false", "no-receiver"],
        doc: Text {
            da: "forretningskvitteringer (SF2900) sendes inden 30 dage; eller systemet modtager ikke",
            en: "business receipts (SF2900) are sent within 30 days; or the system does not receive",
        },
    },
    KnownDeclaration {
        kind: "distribution-late-receipt-rejected",
        values: &["true", "false", "no-sender"],
        doc: Text {
            da: "forretningskvitteringer (SF2900) efter 40 dage afvises; eller systemet afsender ikke",
            en: "business receipts (SF2900) after 40 days are rejected; or the system does not send",
        },
    },
    KnownDeclaration {
        kind: "distribution-callback-certificate",
        values: &["true", "false", "no-receiver"],
        doc: Text {
            da: "callback-endepunktet kontrollerer subject og fingeraftryk på Serviceplatformens certifikat; eller systemet modtager ikke",
            en: "the callback endpoint checks subject and fingerprint of the Serviceplatformen's certificate; or the system does not receive",
        },
    },
    KnownDeclaration {
        kind: "distribution-sftp",
        values: &["true", "false", "no-files"],
        doc: Text {
            da: "filer udveksles med SFTP; eller ingen udveksles",
            en: "files are exchanged by SFTP; or none are exchanged",
        },
    },
    KnownDeclaration {
        kind: "value-lists",
        values: &["true", "false"],
        doc: Text {
            da: "systemet bruger værdilister i sine abonnementsudtryk",
            en: "the system uses value lists in its subscription expressions",
        },
    },
];

pub(crate) fn is_plain_web_address(url: &Url) -> bool {
    matches!(url.scheme(), "https" | "http")
        && url.host_str().is_some()
        && url.password().is_none()
        && url.username().is_empty()
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// Whether a text is a CVR number by its form.
pub(crate) fn is_cvr(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit())
}
