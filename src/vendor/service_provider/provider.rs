//! The identity provider, as its metadata presents it: nobody else is believed.

use crate::saml::{binding, xml};
use base64::Engine;
use samael::metadata::EntityDescriptor;

/// What the system knows of its identity provider.
#[derive(Clone, Debug)]
pub(super) struct Provider {
    pub(super) entity_id: String,
    /// SingleSignOnService with HTTP-Redirect.
    pub(super) sso: String,
    /// SingleLogoutService with HTTP-Redirect.
    pub(super) slo: Option<Logout>,
    /// Signing certificates, DER.
    pub(super) certificates: Vec<Vec<u8>>,
}

#[derive(Clone, Debug)]
pub(super) struct Logout {
    pub(super) location: String,
    pub(super) response_location: Option<String>,
}

/// Why an identity provider's metadata cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the identity provider's metadata cannot be used: {0}")]
pub struct MetadataProblem(String);

impl Provider {
    /// Reads an EntityDescriptor with one IDPSSODescriptor.
    pub(super) fn read(text: &str) -> Result<Self, MetadataProblem> {
        let problem = |what: &str| MetadataProblem(what.to_owned());
        // samael knows no bounds and no ban on DTDs.
        xml::decode(text.as_bytes()).and_then(xml::parse).map_err(|e| MetadataProblem(e.to_string()))?;
        let entity: EntityDescriptor = text.parse().map_err(|e| MetadataProblem(format!("{e}")))?;
        let [role] = entity.idp_sso_descriptors.as_deref().unwrap_or_default() else {
            return Err(problem("it has not exactly one IDPSSODescriptor"));
        };
        let keys = role.key_descriptors.iter().filter(|key| matches!(key.key_use.as_deref(), None | Some("signing")));
        let texts = keys.filter_map(|key| key.key_info.x509_data.as_ref()).flat_map(|data| &data.certificates);
        let certificates = texts
            .map(|text| {
                let compact: String = text.split_ascii_whitespace().collect();
                base64::engine::general_purpose::STANDARD
                    .decode(compact)
                    .map_err(|_| problem("a certificate is not base64"))
            })
            .collect::<Result<Vec<_>, _>>()?;
        if certificates.is_empty() {
            return Err(problem("it has no signing certificate"));
        }
        let sso = role.single_sign_on_services.iter().find(|e| e.binding == binding::REDIRECT);
        let slo = role.single_logout_services.iter().find(|e| e.binding == binding::REDIRECT);
        Ok(Self {
            entity_id: entity.entity_id.ok_or_else(|| problem("it has no entityID"))?,
            sso: sso.ok_or_else(|| problem("it has no SingleSignOnService with HTTP-Redirect"))?.location.clone(),
            slo: slo.map(|e| Logout { location: e.location.clone(), response_location: e.response_location.clone() }),
            certificates,
        })
    }
}

impl Logout {
    /// Where a LogoutResponse goes: Location when there is no ResponseLocation (SAML metadata 2.2.2).
    pub(super) fn for_responses(&self) -> &str {
        self.response_location.as_deref().unwrap_or(&self.location)
    }
}
