//! The reference vendor's SP metadata: a good document, and the same with one deliberate fault.

use crate::saml::signature::{SigningError, SigningOptions, algorithm, sign_enveloped};
use base64::Engine;
use openssl::pkey::{PKeyRef, Private};
use quick_xml::escape::escape;

/// What the vendor's metadata says. Certificates are DER.
#[derive(Clone, Debug)]
pub struct VendorMetadata {
    /// `entityID`.
    pub entity_id: String,
    /// Host of all endpoints, with a port where that is needed.
    pub host: String,
    /// Path of the single logout endpoint.
    pub logout: String,
    /// Path of its ResponseLocation, when it has one.
    pub logout_response: Option<String>,
    /// Address of a function mailbox, such as `drift@vendor.example`.
    pub contact: String,
    /// Certificates for signing, the current one first.
    pub signing: Vec<Vec<u8>>,
    /// Certificates for encryption.
    pub encryption: Vec<Vec<u8>>,
    /// Names of the attributes requested as required.
    pub required_attributes: Vec<String>,
    /// Names of the attributes requested as optional.
    pub optional_attributes: Vec<String>,
}

impl VendorMetadata {
    /// A system on OIOSAML 3 with the attributes that KOMBIT's sample system requires, and one certificate for both uses.
    #[must_use]
    pub fn new(entity_id: &str, host: &str, contact: &str, certificate: &[u8]) -> Self {
        let required = crate::saml::attributes::known().iter().filter(|a| a.required_oiosaml3);
        Self {
            entity_id: entity_id.to_owned(),
            host: host.to_owned(),
            logout: "/saml/logout".to_owned(),
            logout_response: Some("/saml/logout/response".to_owned()),
            contact: contact.to_owned(),
            signing: vec![certificate.to_vec()],
            encryption: vec![certificate.to_vec()],
            required_attributes: required.map(|a| a.name.to_owned()).collect(),
            optional_attributes: Vec::new(),
        }
    }

    /// The unsigned document.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let (entity_id, host, contact) = (escape(&*self.entity_id), escape(&*self.host), escape(&*self.contact));
        let logout = escape(&*self.logout);
        let logout_response = self.logout_response.as_deref();
        let logout_response = logout_response
            .map(|path| format!(" ResponseLocation=\"https://{host}{}\"", escape(path)))
            .unwrap_or_default();
        let key = |usage: &str, certificate: &Vec<u8>, methods: &str| {
            let base64 = base64::engine::general_purpose::STANDARD.encode(certificate);
            format!(
                "    <KeyDescriptor use=\"{usage}\">\n      <ds:KeyInfo><ds:X509Data><ds:X509Certificate>{base64}\
                 </ds:X509Certificate></ds:X509Data></ds:KeyInfo>\n{methods}    </KeyDescriptor>\n"
            )
        };
        let attribute = |name: &String, required: bool| {
            format!(
                "      <RequestedAttribute Name=\"{}\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\" \
                 isRequired=\"{required}\"/>\n",
                escape(&**name)
            )
        };
        let signing: String = self.signing.iter().map(|c| key("signing", c, "")).collect();
        let encryption: String = self.encryption.iter().map(|c| key("encryption", c, ENCRYPTION_METHODS)).collect();
        let required: String = self.required_attributes.iter().map(|a| attribute(a, true)).collect();
        let optional: String = self.optional_attributes.iter().map(|a| attribute(a, false)).collect();
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" ID="_kravprobe-example" entityID="{entity_id}">
  <SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
{signing}{encryption}    <SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://{host}{logout}"{logout_response}/>
    <NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName</NameIDFormat>
    <AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://{host}/saml/acs" index="0" isDefault="true"/>
    <AttributeConsumingService index="0" isDefault="true">
      <ServiceName xml:lang="da">Eksempelfagsystem</ServiceName>
{required}{optional}    </AttributeConsumingService>
  </SPSSODescriptor>
  <Organization>
    <OrganizationName xml:lang="da">Eksempelleverandør</OrganizationName>
    <OrganizationDisplayName xml:lang="da">Eksempelleverandør</OrganizationDisplayName>
    <OrganizationURL xml:lang="da">https://{host}/</OrganizationURL>
  </Organization>
  <ContactPerson contactType="administrative">
    <GivenName>Driftsvagten</GivenName>
    <EmailAddress>{contact}</EmailAddress>
  </ContactPerson>
  <ContactPerson contactType="technical">
    <GivenName>Driftsvagten</GivenName>
    <EmailAddress>{contact}</EmailAddress>
  </ContactPerson>
</EntityDescriptor>
"#
        )
    }

    /// The document signed by `key`, whose certificate goes into KeyInfo, with one fault if asked for.
    pub fn signed(
        &self,
        key: &PKeyRef<Private>,
        certificate: &[u8],
        fault: Option<MetadataFault>,
    ) -> Result<String, SigningError> {
        let Some(fault) = fault else {
            return sign_enveloped(&self.to_xml(), key, certificate, SigningOptions::default());
        };
        let mut system = self.clone();
        fault.change(&mut system);
        let mut text = system.to_xml();
        let mut options = SigningOptions::default();
        let (before, after) = fault.edits();
        for (from, to) in before {
            text = text.replacen(from, &to.replace("{host}", &self.host), 1);
        }
        match fault {
            MetadataFault::Unsigned => return Ok(text),
            MetadataFault::Sha1Signature => options.signature = algorithm::RSA_SHA1,
            MetadataFault::Sha1Digest => options.digest = algorithm::SHA1,
            MetadataFault::InclusiveCanonicalization => {
                options.canonicalization = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
            }
            MetadataFault::EmptyReference => options.empty_uri = true,
            _ => {}
        }
        let mut text = sign_enveloped(&text, key, certificate, options)?;
        if fault == MetadataFault::TwoSignatures {
            text = sign_enveloped(&text, key, certificate, options)?;
        }
        for (from, to) in after {
            text = text.replacen(from, &to, 1);
        }
        Ok(text)
    }
}

const ENCRYPTION_METHODS: &str = concat!(
    "      <EncryptionMethod Algorithm=\"http://www.w3.org/2009/xmlenc11#aes256-gcm\"/>\n",
    "      <EncryptionMethod Algorithm=\"http://www.w3.org/2009/xmlenc11#rsa-oaep\"/>\n",
);

/// One deliberate fault of the metadata document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it; what each changes stands in `edits`")]
pub enum MetadataFault {
    NotWellFormed,
    DocumentType,
    Oversized,
    SchemaOrder,
    TwoServiceProviders,
    OtherProtocol,
    RelativeEntityId,
    LongEntityId,
    EntityIdWithoutPrefix,
    Unsigned,
    TwoSignatures,
    ChangedAfterSigning,
    EmptyReference,
    ForeignReference,
    Sha1Signature,
    Sha1Digest,
    InclusiveCanonicalization,
    RequestsUnsigned,
    AssertionsUnsigned,
    NoSigningKey,
    NoEncryptionKey,
    UnreadableKey,
    Rsa15,
    AcsWithoutPost,
    AcsWithRedirect,
    TwoDefaults,
    LogoutWithoutRedirect,
    RelativeLocation,
    LocationWithPassword,
    PlainHttp,
    LocalHost,
    ForeignHost,
    OldContextHandler,
    EmailNameId,
    ServiceWithoutName,
    NoLevelOfAssurance,
    BasicNameFormat,
    MisspeltAttribute,
    MixedAttributes,
    OldAttributes,
    CprNumberRequested,
    NoContact,
    PlaceholderContact,
    Expired,
    PrivateKeyInside,
    InternalComment,
}

/// Replacements of text, each of its first occurrence.
type Edits = Vec<(&'static str, String)>;

impl MetadataFault {
    /// Every fault.
    pub const ALL: [Self; 46] = [
        Self::NotWellFormed,
        Self::DocumentType,
        Self::Oversized,
        Self::SchemaOrder,
        Self::TwoServiceProviders,
        Self::OtherProtocol,
        Self::RelativeEntityId,
        Self::LongEntityId,
        Self::EntityIdWithoutPrefix,
        Self::Unsigned,
        Self::TwoSignatures,
        Self::ChangedAfterSigning,
        Self::EmptyReference,
        Self::ForeignReference,
        Self::Sha1Signature,
        Self::Sha1Digest,
        Self::InclusiveCanonicalization,
        Self::RequestsUnsigned,
        Self::AssertionsUnsigned,
        Self::NoSigningKey,
        Self::NoEncryptionKey,
        Self::UnreadableKey,
        Self::Rsa15,
        Self::AcsWithoutPost,
        Self::AcsWithRedirect,
        Self::TwoDefaults,
        Self::LogoutWithoutRedirect,
        Self::RelativeLocation,
        Self::LocationWithPassword,
        Self::PlainHttp,
        Self::LocalHost,
        Self::ForeignHost,
        Self::OldContextHandler,
        Self::EmailNameId,
        Self::ServiceWithoutName,
        Self::NoLevelOfAssurance,
        Self::BasicNameFormat,
        Self::MisspeltAttribute,
        Self::MixedAttributes,
        Self::OldAttributes,
        Self::CprNumberRequested,
        Self::NoContact,
        Self::PlaceholderContact,
        Self::Expired,
        Self::PrivateKeyInside,
        Self::InternalComment,
    ];

    /// Changes to what the document says.
    fn change(self, system: &mut VendorMetadata) {
        match self {
            Self::RelativeEntityId => "fagsystemet".clone_into(&mut system.entity_id),
            Self::LongEntityId => system.entity_id.push_str(&"/x".repeat(600)),
            Self::EntityIdWithoutPrefix => system.entity_id = format!("https://{}", system.host),
            Self::PlaceholderContact => "my@email.address.org".clone_into(&mut system.contact),
            Self::NoSigningKey => system.signing.clear(),
            Self::NoEncryptionKey => system.encryption.clear(),
            Self::NoLevelOfAssurance => system.required_attributes.retain(|a| !a.ends_with("/nsis/loa")),
            Self::MisspeltAttribute => {
                system.optional_attributes.push("https://data.gov.dk/model/core/eid/profesional/cvr".to_owned());
            }
            Self::MixedAttributes => {
                system.optional_attributes.push("dk:gov:saml:attribute:CvrNumberIdentifier".to_owned());
            }
            Self::OldAttributes => {
                let old = ["SpecVer", "AssuranceLevel", "CvrNumberIdentifier", "Privileges_intermediate"];
                system.required_attributes = old.map(|name| format!("dk:gov:saml:attribute:{name}")).to_vec();
            }
            Self::CprNumberRequested => {
                system.optional_attributes.push("https://data.gov.dk/model/core/eid/cprNumber".to_owned());
            }
            _ => {}
        }
    }

    /// Edits of the text before and after it is signed.
    fn edits(self) -> (Edits, Edits) {
        let before = |from, to: &str| (vec![(from, to.to_owned())], Vec::new());
        let after = |from, to: &str| (Vec::new(), vec![(from, to.to_owned())]);
        match self {
            Self::NotWellFormed => after("</EntityDescriptor>", "</EntityDescripto>"),
            Self::DocumentType => after("<EntityDescriptor", "<!DOCTYPE EntityDescriptor>\n<EntityDescriptor"),
            Self::Oversized => after("</EntityDescriptor>", &format!("</EntityDescriptor>{}", "\n".repeat(1 << 20))),
            Self::SchemaOrder => before(
                "    <AttributeConsumingService index=\"0\"",
                "    <NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</NameIDFormat>\n    \
                 <AttributeConsumingService index=\"0\"",
            ),
            Self::TwoServiceProviders => before(
                "  </SPSSODescriptor>",
                "  </SPSSODescriptor>\n  <SPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\
                 <AssertionConsumerService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:PAOS\" \
                 Location=\"https://{host}/ecp\" index=\"0\"/></SPSSODescriptor>",
            ),
            Self::OtherProtocol => {
                before("=\"urn:oasis:names:tc:SAML:2.0:protocol\"", "=\"urn:oasis:names:tc:SAML:1.1:protocol\"")
            }
            Self::ChangedAfterSigning => after("/saml/acs\"", "/saml/acs2\""),
            Self::ForeignReference => after("URI=\"#_kravprobe-example\"", "URI=\"#_another\""),
            Self::RequestsUnsigned => before("AuthnRequestsSigned=\"true\"", "AuthnRequestsSigned=\"false\""),
            Self::AssertionsUnsigned => before(" WantAssertionsSigned=\"true\"", ""),
            Self::UnreadableKey => before(
                "    <SingleLogoutService",
                "    <KeyDescriptor use=\"signing\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>bm9uZQ==\
                 </ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>\n    <SingleLogoutService",
            ),
            Self::Rsa15 => {
                before("http://www.w3.org/2009/xmlenc11#rsa-oaep", "http://www.w3.org/2001/04/xmlenc#rsa-1_5")
            }
            Self::AcsWithoutPost => before("bindings:HTTP-POST\"", "bindings:HTTP-Artifact\""),
            Self::AcsWithRedirect => before(
                "    <AttributeConsumingService index",
                "    <AssertionConsumerService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" \
                 Location=\"https://{host}/saml/acs\" index=\"1\"/>\n    <AttributeConsumingService index",
            ),
            Self::TwoDefaults => before(
                "    <AttributeConsumingService index",
                "    <AssertionConsumerService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
                 Location=\"https://{host}/saml/acs\" index=\"1\" isDefault=\"true\"/>\n    <AttributeConsumingService index",
            ),
            Self::LogoutWithoutRedirect => before("bindings:HTTP-Redirect\"", "bindings:HTTP-POST\""),
            Self::RelativeLocation => before(" ResponseLocation=\"https://", " ResponseLocation=\"//"),
            Self::LocationWithPassword => {
                before(" ResponseLocation=\"https://", " ResponseLocation=\"https://drift:hemmelig@")
            }
            Self::PlainHttp => before(" ResponseLocation=\"https:", " ResponseLocation=\"http:"),
            Self::LocalHost => before(" ResponseLocation=\"https://", " ResponseLocation=\"https://localhost/"),
            Self::ForeignHost => before(" ResponseLocation=\"https://", " ResponseLocation=\"https://test-"),
            Self::OldContextHandler => before(
                "</EntityDescriptor>",
                "  <AdditionalMetadataLocation namespace=\"urn:oasis:names:tc:SAML:2.0:metadata\">\
                 https://adgangsstyring.eksterntest-stoettesystemerne.dk/runtime/saml2/metadata.idp\
                 </AdditionalMetadataLocation>\n</EntityDescriptor>",
            ),
            Self::EmailNameId => before("X509SubjectName</NameIDFormat>", "emailAddress</NameIDFormat>"),
            Self::ServiceWithoutName => before(">Eksempelfagsystem</ServiceName>", "></ServiceName>"),
            Self::BasicNameFormat => before("attrname-format:uri", "attrname-format:basic"),
            Self::NoContact => (
                vec![
                    ("contactType=\"administrative\"", "contactType=\"billing\"".to_owned()),
                    ("contactType=\"technical\"", "contactType=\"support\"".to_owned()),
                ],
                Vec::new(),
            ),
            Self::Expired => before(" entityID=", " validUntil=\"2020-01-01T00:00:00Z\" entityID="),
            Self::PrivateKeyInside => {
                before("Driftsvagten<", "-----BEGIN PRIVATE KEY----- example -----END PRIVATE KEY-----<")
            }
            Self::InternalComment => before("  <Organization>", "  <!-- app01 = 10.20.30.40 -->\n  <Organization>"),
            _ => (Vec::new(), Vec::new()),
        }
    }
}
