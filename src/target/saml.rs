//! The `[saml]` table of a target: how its login and logout are driven, and who may log in.

use super::{SecretReference, is_cvr, is_plain_web_address};
use crate::document::{Document, Step};
use crate::error::Diagnostic;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use url::Url;

/// How the system's login is driven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Saml {
    /// The emulated identity provider: a file that `kravprobe idp init` wrote.
    pub identity_provider: PathBuf,
    /// Name of the `[[metadata]]` entry with the system's SP metadata.
    pub metadata: String,
    /// Which attributes the system is registered for.
    #[serde(default)]
    pub attributes: AttributeProfile,
    /// Which NameID the system is registered for.
    #[serde(default)]
    pub name_id: NameIdKind,
    /// Whether a good assertion is encrypted (with AES-256-GCM and RSA-OAEP) unless a trial says otherwise.
    #[serde(default)]
    pub encrypted: bool,
    /// Lowest level of assurance that the system lets in; without it, the trials on levels are not made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_level: Option<LevelOfAssurance>,
    /// A page that only a logged-in user sees.
    #[schemars(with = "String")]
    pub protected: Url,
    /// A page or API (HTML or JSON) that shows who is logged in, when the protected page does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub identity: Option<Url>,
    /// How a login begins; the protected page, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<Way>,
    /// How the user logs out; without it, logout that the system begins is not tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logout: Option<Way>,
    /// Name of an attribute that the system shows or stores without meaning anything by it, for a canary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary_attribute: Option<String>,
    /// Test users; at least two for the trials that mix identities.
    #[serde(default)]
    pub user: Vec<User>,
}

/// Which attributes assertions carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AttributeProfile {
    /// OIOSAML 3 as the Context Handler sends it (`https://data.gov.dk/...`).
    #[default]
    Oiosaml3,
    /// OIOSAML 2 (`dk:gov:saml:attribute:...`).
    Oiosaml2,
    /// No FKI attributes: common name, e-mail and the canary attribute alone. For systems outside FKI.
    Plain,
}

/// Which NameID assertions carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NameIdKind {
    /// `urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName`, as the Context Handler sends.
    #[default]
    X509SubjectName,
    /// `urn:oasis:names:tc:SAML:2.0:nameid-format:persistent`, as OIOSAML 3 asks.
    Persistent,
    /// `urn:oasis:names:tc:SAML:2.0:nameid-format:transient`.
    Transient,
}

/// NSIS level of assurance (sikringsniveau).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum LevelOfAssurance {
    /// Lav.
    Low,
    /// Betydelig.
    Substantial,
    /// Høj.
    High,
}

impl LevelOfAssurance {
    /// The short name, which the attribute `https://data.gov.dk/concept/core/nsis/loa` carries.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Substantial => "Substantial",
            Self::High => "High",
        }
    }

    /// The URI, which AuthnContextClassRef and RequestedAuthnContext carry.
    #[must_use]
    pub fn uri(self) -> String {
        format!("https://data.gov.dk/concept/core/nsis/loa/{}", self.name())
    }

    /// The NIST level that KOMBIT converts it to (Provisioning service 2.0.1: Low to 2, Substantial to 3, High to 4).
    #[must_use]
    pub const fn nist(self) -> u8 {
        match self {
            Self::Low => 2,
            Self::Substantial => 3,
            Self::High => 4,
        }
    }
}

/// A URL, or a short list of steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Way {
    /// Go there.
    Url(#[schemars(with = "String")] Url),
    /// Do this, one after the other.
    Steps(Vec<BrowserStep>),
}

impl Way {
    /// Every URL that is named.
    pub fn urls(&self) -> impl Iterator<Item = &Url> {
        let (one, steps) = match self {
            Self::Url(url) => (Some(url), &[][..]),
            Self::Steps(steps) => (None, steps.as_slice()),
        };
        one.into_iter().chain(steps.iter().filter_map(|s| match s {
            BrowserStep::Get { get } => Some(get),
            BrowserStep::Post { post, .. } => Some(post),
            BrowserStep::Choose { .. } | BrowserStep::Submit { .. } => None,
        }))
    }
}

/// One thing that a user does in the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum BrowserStep {
    /// Goes to an address.
    Get {
        /// Where to.
        #[schemars(with = "String")]
        get: Url,
    },
    /// Sends fields to an address.
    Post {
        /// Where to.
        #[schemars(with = "String")]
        post: Url,
        /// Field names and values.
        #[serde(default)]
        fields: BTreeMap<String, String>,
    },
    /// On a discovery page: takes the link whose address contains this text, or the choice with this value.
    Choose {
        /// Part of a link's address, or the value of an option, radio button or button.
        choose: String,
    },
    /// Submits the form on the page that has all of these fields, with these values.
    Submit {
        /// Field names and values; the other fields keep what the page gives them.
        submit: BTreeMap<String, String>,
    },
}

/// A test user, whom the system knows or provisions at login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Name in the target.
    pub name: String,
    /// Common name (CN).
    pub common_name: String,
    /// UUID (`Serial` of the X509SubjectName, end of a persistent NameID).
    pub serial: String,
    /// CVR number of the user's organisation, eight digits.
    pub cvr: String,
    /// Name of the user's organisation.
    pub organisation: String,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Level of assurance of a good login; the system's minimum, when absent, or Substantial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<LevelOfAssurance>,
    /// Whole NameID value, when it is not made of the fields above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_id: Option<String>,
    /// Brugersystemroller.
    #[serde(default)]
    pub role: Vec<Role>,
    /// Further attributes, by name.
    #[serde(default)]
    pub attribute: BTreeMap<String, String>,
    /// Fields that the probe may fill freely at each login, so that it knows its own login again.
    #[serde(default)]
    pub free: BTreeSet<FreeField>,
    /// What the identity page shows of this user alone, such as the account name, when no field is free.
    #[serde(default)]
    pub shown: Vec<String>,
}

/// A field that may vary freely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FreeField {
    /// The common name.
    CommonName,
    /// The e-mail address.
    Email,
    /// The serial; the system provisions unknown users.
    Serial,
    /// The attribute that `canary_attribute` names.
    CanaryAttribute,
}

/// A brugersystemrolle with its scope and data restrictions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// `http://<domæne>/roles/usersystemrole/<rollenavn>/<version>`.
    pub uri: String,
    /// CVR number that the role counts for; the user's own, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvr: Option<String>,
    /// Dataafgrænsninger: type (a URI) and values.
    #[serde(default)]
    pub constraint: BTreeMap<String, Vec<String>>,
}

impl Saml {
    /// Every URL that is named.
    pub fn urls(&self) -> impl Iterator<Item = &Url> {
        let ways = self.login.iter().chain(&self.logout).flat_map(Way::urls);
        [&self.protected].into_iter().chain(&self.identity).chain(ways)
    }

    /// What is wrong with it, with places.
    pub(super) fn problems(&self, metadata: &BTreeSet<&str>, document: &Document) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        let table = Step::Key("saml");
        if !metadata.contains(self.metadata.as_str()) {
            problems.push(document.mistake(
                &[table, Step::Key("metadata")],
                format!("the target has no [[metadata]] entry `{}`", self.metadata),
                None,
            ));
        }
        let pages = [("protected", Some(&self.protected)), ("identity", self.identity.as_ref())];
        let ways = [("login", &self.login), ("logout", &self.logout)];
        let of_ways = ways.iter().flat_map(|(key, way)| way.iter().flat_map(Way::urls).map(|url| (*key, Some(url))));
        for (key, url) in pages.into_iter().chain(of_ways) {
            if url.is_some_and(|url| !is_plain_web_address(url)) {
                problems.push(document.mistake(
                    &[table, Step::Key(key)],
                    "an address is http(s) with a host and without user information",
                    None,
                ));
            }
        }
        for (key, way) in ways {
            if matches!(way, Some(Way::Steps(steps)) if steps.is_empty() || steps.len() > 10) {
                problems.push(document.mistake(&[table, Step::Key(key)], "a way has one to ten steps", None));
            }
        }
        if self.user.is_empty() {
            problems.push(document.mistake(
                &[table],
                "a login needs a test user",
                Some("add a [[saml.user]], better two".into()),
            ));
        }
        let mut names = BTreeSet::new();
        for (index, user) in self.user.iter().enumerate() {
            let at = |key| [table, Step::Key("user"), Step::Index(index), Step::Key(key)];
            if !names.insert(&user.name) {
                problems.push(document.mistake(&at("name"), format!("user `{}` is named twice", user.name), None));
            }
            if !is_cvr(&user.cvr) || user.role.iter().any(|r| r.cvr.as_ref().is_some_and(|c| !is_cvr(c))) {
                problems.push(document.mistake(&at("cvr"), "a CVR number has eight digits", None));
            }
            if user.free.contains(&FreeField::CanaryAttribute) && self.canary_attribute.is_none() {
                problems.push(document.mistake(
                    &at("free"),
                    "`canary-attribute` is free, but `canary_attribute` names no attribute",
                    None,
                ));
            }
            if user.free.contains(&FreeField::Serial) && user.name_id.is_some() {
                problems.push(document.mistake(
                    &at("free"),
                    "`serial` cannot be free when `name_id` gives the whole NameID",
                    None,
                ));
            }
        }
        problems
    }
}

/// A private key with its certificate, by reference: PEM files, or a PKCS#12 file with both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyReference {
    /// PEM file with the certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<PathBuf>,
    /// PEM file with the private key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
    /// PKCS#12 file with both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pkcs12: Option<PathBuf>,
    /// Password of the PKCS#12 file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<SecretReference>,
}
