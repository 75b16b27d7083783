//! The identity provider's own metadata, in the form of the Context Handler's or NemLog-in's.

use super::{IdentityProvider, Style};
use crate::fki::FkiError;
use crate::saml::privileges::{attribute, text};
use crate::saml::signature::{SigningOptions, sign_enveloped};
use crate::saml::{binding, name_id_format, ns};
use base64::Engine;
use jiff::{SignedDuration, Timestamp};
use std::fmt::Write;

/// How long metadata is valid: a trial system keeps it for a test, not for good.
const VALIDITY: SignedDuration = SignedDuration::from_hours(24 * 90);
/// Levels that the Context Handler says it is certified for.
const CERTIFIED: [&str; 6] = [
    "urn:dk:gov:saml:attribute:AssuranceLevel:2",
    "urn:dk:gov:saml:attribute:AssuranceLevel:3",
    "urn:dk:gov:saml:attribute:AssuranceLevel:4",
    "https://data.gov.dk/concept/core/nsis/loa/Low",
    "https://data.gov.dk/concept/core/nsis/loa/Substantial",
    "https://data.gov.dk/concept/core/nsis/loa/High",
];

impl IdentityProvider {
    /// The metadata, signed with the first key.
    pub fn metadata(&self, at: Timestamp) -> Result<String, FkiError> {
        let until = at.checked_add(VALIDITY).map_err(|_| FkiError::Instant)?;
        let first = self.first_key()?;
        let id = format!("_{}", crate::digest::sha256_hex(format!("{}{at}", self.entity_id).as_bytes()));
        let document = format!(
            "<md:EntityDescriptor xmlns:md=\"{}\" ID=\"{id}\" entityID=\"{}\" validUntil=\"{}\"><md:IDPSSODescriptor \
             WantAuthnRequestsSigned=\"true\" protocolSupportEnumeration=\"{}\">{}{}{}{}{}</md:IDPSSODescriptor>\
             <md:Organization><md:OrganizationName xml:lang=\"en\">kravprobe</md:OrganizationName>\
             <md:OrganizationDisplayName xml:lang=\"en\">kravprobe test identity provider</md:OrganizationDisplayName>\
             <md:OrganizationURL xml:lang=\"en\">https://kravprobe.example/</md:OrganizationURL></md:Organization>\
             </md:EntityDescriptor>",
            ns::METADATA,
            attribute(&self.entity_id),
            until.strftime("%Y-%m-%dT%H:%M:%SZ"),
            ns::PROTOCOL,
            self.certified_levels(),
            self.key_descriptors(),
            self.logout_services(),
            self.name_id_formats(),
            self.login_services(),
        );
        Ok(sign_enveloped(&document, &first.key, &first.certificate, SigningOptions::default())?)
    }

    fn certified_levels(&self) -> String {
        if self.style == Style::Nemlogin {
            return String::new();
        }
        let values = CERTIFIED.map(|v| format!("<saml:AttributeValue>{v}</saml:AttributeValue>")).concat();
        format!(
            "<md:Extensions><mdattr:EntityAttributes xmlns:mdattr=\"{}\"><saml:Attribute xmlns:saml=\"{}\" \
             Name=\"urn:oasis:names:tc:SAML:attribute:assurance-certification\" \
             NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\">{values}</saml:Attribute>\
             </mdattr:EntityAttributes></md:Extensions>",
            ns::METADATA_ATTRIBUTE,
            ns::ASSERTION,
        )
    }

    /// Every key signs. The Context Handler shows its first certificate for encryption too; NemLog-in shows none.
    fn key_descriptors(&self) -> String {
        let certificate = |der: &[u8]| base64::engine::general_purpose::STANDARD.encode(der);
        let descriptor = |usage: &str, der: &[u8]| {
            format!(
                "<md:KeyDescriptor use=\"{usage}\"><ds:KeyInfo xmlns:ds=\"{}\"><ds:X509Data><ds:X509Certificate>{}\
                 </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
                ns::DSIG,
                certificate(der)
            )
        };
        let signing = self.keys.iter().map(|key| descriptor("signing", &key.certificate));
        let encryption = self.keys.first().filter(|_| self.style == Style::ContextHandler);
        signing.chain(encryption.map(|key| descriptor("encryption", &key.certificate))).collect()
    }

    fn logout_services(&self) -> String {
        let mut out = String::new();
        let answer = self.slo_response.as_ref();
        let answer = answer.map(|url| format!(" ResponseLocation=\"{}\"", attribute(url.as_str()))).unwrap_or_default();
        // Writing to a String does not fail.
        for binding in [binding::REDIRECT, binding::POST] {
            let location = attribute(self.slo.as_str());
            let _ = write!(out, "<md:SingleLogoutService Binding=\"{binding}\" Location=\"{location}\"{answer}/>");
        }
        out
    }

    fn name_id_formats(&self) -> String {
        let formats: &[&str] = match self.style {
            Style::ContextHandler => &[
                name_id_format::X509_SUBJECT_NAME,
                name_id_format::PERSISTENT,
                name_id_format::TRANSIENT,
                name_id_format::UNSPECIFIED,
            ],
            Style::Nemlogin => &[name_id_format::TRANSIENT, name_id_format::PERSISTENT],
        };
        let elements = formats.iter().map(|f| format!("<md:NameIDFormat>{}</md:NameIDFormat>", text(f)));
        elements.collect::<Vec<_>>().concat()
    }

    fn login_services(&self) -> String {
        // NemLog-in takes requests by Redirect alone.
        let bindings: &[&str] = match self.style {
            Style::ContextHandler => &[binding::REDIRECT, binding::POST],
            Style::Nemlogin => &[binding::REDIRECT],
        };
        let location = attribute(self.sso.as_str());
        let service =
            |binding: &&str| format!("<md:SingleSignOnService Binding=\"{binding}\" Location=\"{location}\"/>");
        bindings.iter().map(service).collect::<Vec<_>>().concat()
    }
}
