//! The emulated identity provider: its file, its keys and its metadata.
//!
//! Nothing is ever contacted at its addresses, so they default to a reserved name; the browser that drives a login stops there.

mod keys;
mod metadata;

pub use keys::SigningKey;
pub(super) use keys::write_new;

use super::FkiError;
use crate::document::Document;
use crate::error::{Error, Result};
use crate::target::saml::KeyReference;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use url::Url;

/// Name of the file that describes an identity provider.
pub const FILE: &str = "idp.toml";
/// Most signing keys that are read.
const MAX_KEYS: usize = 4;

/// Whom the identity provider resembles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// KOMBIT's Context Handler 2 (SF1511).
    #[default]
    ContextHandler,
    /// NemLog-in with OIOSAML 3.
    Nemlogin,
}

impl Style {
    /// Its entityID unless the file says otherwise.
    const fn entity_id(self) -> &'static str {
        match self {
            Self::ContextHandler => "https://saml.kravprobe.example/runtime",
            Self::Nemlogin => "https://saml.nemlogin.kravprobe.example",
        }
    }

    /// Addresses for login, for logout, and for answers to logout.
    const fn addresses(self) -> (&'static str, &'static str, Option<&'static str>) {
        match self {
            Self::ContextHandler => (
                "https://saml.kravprobe.example/runtime/saml2/issue.idp",
                "https://saml.kravprobe.example/runtime/saml2/issue.idp",
                Some("https://saml.kravprobe.example/runtime/saml2/signoff.idp"),
            ),
            Self::Nemlogin => {
                ("https://login.kravprobe.example/idp/saml/3.0/", "https://login.kravprobe.example/idp/saml/3.0/", None)
            }
        }
    }
}

/// An emulated identity provider.
#[derive(Debug)]
pub struct IdentityProvider {
    /// Whom it resembles.
    pub style: Style,
    /// entityID.
    pub entity_id: String,
    /// SingleSignOnService Location.
    pub sso: Url,
    /// SingleLogoutService Location.
    pub slo: Url,
    /// SingleLogoutService ResponseLocation.
    pub slo_response: Option<Url>,
    /// Signing keys with their certificates; the first one signs.
    pub keys: Vec<SigningKey>,
    /// Somebody else's key, made when first asked for and never written.
    stranger: OnceLock<SigningKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct IdpFile {
    #[serde(default)]
    style: Style,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entity_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sso: Option<Url>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    slo: Option<Url>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    slo_response: Option<Url>,
    #[serde(default)]
    key: Vec<KeyReference>,
}

impl IdentityProvider {
    /// Reads the file that [`Self::create`] wrote, or one like it. Files in it count from its folder. Addresses that it does not
    /// give are the style's own; an answer to logout goes to `slo` when `slo` is given and `slo_response` is not.
    pub fn load(path: &Path) -> Result<Self> {
        let document = Document::new(path.display().to_string(), crate::document::read_text(path)?);
        let file: IdpFile = document.parse()?;
        let base = path.parent().unwrap_or(Path::new(""));
        if file.key.is_empty() || file.key.len() > MAX_KEYS {
            return Err(Error::file(path, format!("an identity provider has one to {MAX_KEYS} [[key]] tables")));
        }
        let (sso, slo, slo_response) = file.style.addresses();
        let url = |text: &str| Url::parse(text).map_err(|error| Error::Internal(error.to_string()));
        let slo_response = match (file.slo_response, &file.slo) {
            (Some(given), _) => Some(given),
            (None, Some(_)) => None,
            (None, None) => slo_response.map(url).transpose()?,
        };
        let sso = file.sso.map_or_else(|| url(sso), Ok)?;
        let slo = file.slo.map_or_else(|| url(slo), Ok)?;
        for address in [Some(&sso), Some(&slo), slo_response.as_ref()].into_iter().flatten() {
            if !crate::target::is_plain_web_address(address) || address.fragment().is_some() {
                let rule = "an address is http(s) with a host and without user information or fragment";
                return Err(Error::file(path, rule));
            }
        }
        let entity_id = file.entity_id.unwrap_or_else(|| file.style.entity_id().to_owned());
        // SDP-G04: an absolute URI of at most 256 characters.
        if entity_id.chars().count() > 256 || Url::parse(&entity_id).is_err() {
            return Err(Error::file(path, "`entity_id` is an absolute URI of at most 256 characters"));
        }
        Ok(Self {
            style: file.style,
            entity_id,
            sso,
            slo,
            slo_response,
            keys: file.key.iter().map(|key| SigningKey::read(key, base)).collect::<Result<_>>()?,
            stranger: OnceLock::new(),
        })
    }

    /// Makes an identity provider with new keys in a folder, and gives the path of its file. Nothing that is there is
    /// overwritten.
    pub fn create(directory: &Path, style: Style, number_of_keys: usize, at: Timestamp) -> Result<PathBuf> {
        if number_of_keys == 0 || number_of_keys > MAX_KEYS {
            return Err(Error::Usage(format!("an identity provider has one to {MAX_KEYS} keys")));
        }
        let (sso, slo, slo_response) = style.addresses();
        let file = directory.join(FILE);
        let named: Vec<(KeyReference, [PathBuf; 2])> = (1..=number_of_keys)
            .map(|number| {
                let names = [format!("idp-{number}.crt"), format!("idp-{number}.key")].map(PathBuf::from);
                let [certificate, key] = names.clone();
                let reference =
                    KeyReference { certificate: Some(certificate), key: Some(key), pkcs12: None, password: None };
                (reference, names.map(|name| directory.join(name)))
            })
            .collect();
        for path in named.iter().flat_map(|(_, paths)| paths).chain([&file]) {
            if path.try_exists().map_err(|error| Error::file(path, error))? {
                return Err(Error::file(path, "is there already; an identity provider is not overwritten"));
            }
        }
        std::fs::create_dir_all(directory).map_err(|error| Error::file(directory, error))?;
        for (number, (_, [certificate, key])) in named.iter().enumerate() {
            let made = SigningKey::generate(number + 1, at).map_err(|error| Error::Internal(error.to_string()))?;
            made.write(certificate, key)?;
        }
        let text = format!(
            "# An identity provider for tests, made by kravprobe. Its keys vouch for nobody: never let a system in production\n\
             # trust them. Nothing is ever contacted at its addresses.\n{}",
            toml::to_string(&IdpFile {
                style,
                entity_id: Some(style.entity_id().to_owned()),
                sso: Url::parse(sso).ok(),
                slo: Url::parse(slo).ok(),
                slo_response: slo_response.and_then(|url| Url::parse(url).ok()),
                key: named.into_iter().map(|(reference, _)| reference).collect(),
            })
            .map_err(|error| Error::Internal(error.to_string()))?
        );
        keys::write_new(&file, text.as_bytes(), false)?;
        Ok(file)
    }

    /// The key that signs.
    pub(super) fn first_key(&self) -> std::result::Result<&SigningKey, FkiError> {
        // `load` reads none without keys, but the field is open.
        self.keys.first().ok_or(FkiError::NoKey)
    }

    /// Somebody else's key, with a certificate that looks like the first one: same subject, issuer and serial number.
    pub(super) fn stranger(&self) -> std::result::Result<&SigningKey, FkiError> {
        if let Some(made) = self.stranger.get() {
            return Ok(made);
        }
        let made = self.first_key()?.look_alike()?;
        Ok(self.stranger.get_or_init(|| made))
    }
}
