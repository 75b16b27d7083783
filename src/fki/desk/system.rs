//! The system at the other side of the desk: what its SP metadata says about where messages go and whom they are from.

use crate::error::{Error, Result};
use crate::saml::metadata::{Endpoint, is_true};
use crate::saml::{binding, reading};
use url::Url;

/// A system as its metadata describes it.
#[derive(Clone, Debug)]
pub struct System {
    /// entityID.
    pub entity_id: String,
    /// AssertionConsumerServices with HTTP-POST, the default one first.
    pub consumers: Vec<Consumer>,
    /// Where a LogoutRequest goes by HTTP-Redirect.
    pub logout: Option<Url>,
    /// Where a LogoutResponse goes by HTTP-Redirect.
    pub logout_response: Option<Url>,
    /// Certificates that it signs with, DER.
    pub signing: Vec<Vec<u8>>,
    /// The certificate that is encrypted to, DER.
    pub encryption: Option<Vec<u8>>,
    /// The metadata.
    pub metadata: Vec<u8>,
}

/// An AssertionConsumerService.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumer {
    /// Location, as it is written in the metadata.
    pub location: String,
    /// `index`.
    pub index: Option<String>,
}

impl System {
    /// Reads SP metadata. `name` is the file's, for the error.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self> {
        let unfit = |why: &str| Error::file(name, why);
        let reading = reading::read(bytes).map_err(|e| Error::file(name, e))?;
        let entity = reading.metadata.entity.ok_or_else(|| unfit("is no SAML metadata of one entity"))?;
        let entity_id = entity.entity_id.filter(|id| !id.trim().is_empty()).ok_or_else(|| unfit("has no entityID"))?;
        let role = entity
            .service_providers
            .into_iter()
            .next()
            .ok_or_else(|| unfit("has no SPSSODescriptor: it is not a service provider's metadata"))?;
        let mut posts: Vec<_> = role
            .assertion_consumers
            .iter()
            .filter(|e| e.binding == binding::POST && web(&e.location).is_some())
            .collect();
        if posts.is_empty() {
            return Err(unfit("names no AssertionConsumerService with HTTP-POST and a web address"));
        }
        // SAML metadata 2.2.3: the one with isDefault="true", else the first without isDefault="false", else the first.
        posts.sort_by_key(|e| match &e.is_default {
            default if is_true(default.as_deref()) => 0,
            None => 1,
            Some(_) => 2,
        });
        let certificate = |keys: &mut dyn Iterator<Item = &crate::saml::metadata::KeyDescriptor>| {
            keys.flat_map(|k| &k.certificates).filter_map(|c| c.der().map(<[u8]>::to_vec)).collect::<Vec<_>>()
        };
        let redirect = role.logout.iter().find(|e| e.binding == binding::REDIRECT);
        Ok(Self {
            entity_id,
            consumers: posts
                .into_iter()
                .map(|e| Consumer { location: e.location.clone(), index: e.index.clone() })
                .collect(),
            logout: redirect.and_then(|e| web(&e.location)),
            logout_response: redirect.and_then(answer_address),
            signing: certificate(&mut role.keys.iter().filter(|k| k.signs())),
            encryption: certificate(&mut role.keys.iter().filter(|k| k.encrypts())).into_iter().next(),
            metadata: bytes.to_vec(),
        })
    }

    /// Which consumer a request asks for, by address or by index; the default one when it says nothing. `None` when it asks
    /// for one that the metadata does not name.
    #[must_use]
    pub fn consumer(&self, location: Option<&str>, index: Option<&str>) -> Option<usize> {
        match (location, index) {
            (Some(location), _) => self.consumers.iter().position(|c| c.location == location),
            (None, Some(index)) => self.consumers.iter().position(|c| c.index.as_deref() == Some(index)),
            (None, None) => Some(0),
        }
    }
}

fn answer_address(endpoint: &Endpoint) -> Option<Url> {
    web(endpoint.response_location.as_deref().unwrap_or(&endpoint.location))
}

/// An address that a browser may be sent to.
fn web(text: &str) -> Option<Url> {
    let url: Url = text.parse().ok()?;
    let plain = url.username().is_empty() && url.password().is_none();
    (matches!(url.scheme(), "https" | "http") && url.has_host() && plain).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(consumers: &str) -> String {
        format!(
            "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"https://saml.sp.example\">\
             <SPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">{consumers}\
             </SPSSODescriptor></EntityDescriptor>"
        )
    }

    fn consumer(location: &str, rest: &str) -> String {
        format!("<AssertionConsumerService Binding=\"{}\" Location=\"{location}\" {rest}/>", binding::POST)
    }

    #[test]
    fn the_default_consumer_stands_first_and_no_other_address_is_taken() {
        let both = consumer("https://sp.example/a", "index=\"0\"")
            + &consumer("https://sp.example/b", "index=\"1\" isDefault=\"true\"");
        let system = System::read("sp.xml", metadata(&both).as_bytes()).unwrap();
        assert_eq!(system.consumer(None, None), Some(0));
        assert_eq!(system.consumers[0].location, "https://sp.example/b");
        assert_eq!(system.consumer(Some("https://sp.example/a"), None), Some(1));
        assert_eq!(system.consumer(None, Some("0")), Some(1));
        assert_eq!(system.consumer(Some("https://sp.example/a/"), None), None);
        assert_eq!(system.consumer(None, Some("7")), None);
    }

    #[test]
    fn a_consumer_that_is_no_web_address_is_none() {
        for address in ["javascript:alert(1)", "https://user:word@sp.example/", "data:text/html,x", "/acs"] {
            let error = System::read("sp.xml", metadata(&consumer(address, "index=\"0\"")).as_bytes()).unwrap_err();
            assert!(error.to_string().contains("AssertionConsumerService"), "{error}");
        }
    }
}
