//! Single logout as the identity provider sends and answers it, by HTTP-Redirect (SF1515).

use super::{FkiError, IdentityProvider, instant, new_id};
use crate::saml::privileges::{attribute, text};
use crate::saml::redirect::{self, Parameter};
use crate::saml::{ns, status};
use jiff::Timestamp;
use url::Url;

/// Who signs a LogoutRequest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoutSigner {
    /// The identity provider.
    Own,
    /// Nobody: neither SigAlg nor Signature.
    Nobody,
    /// Somebody whose key is not in the identity provider's metadata.
    Stranger,
}

/// A LogoutRequest to make.
#[derive(Clone, Copy, Debug)]
pub struct LogoutOrder<'a> {
    /// The system's SingleLogoutService Location.
    pub destination: &'a Url,
    /// NameID as the Assertion had it: value.
    pub name_id: &'a str,
    /// NameID as the Assertion had it: Format.
    pub name_id_format: &'a str,
    /// SessionIndex as the Assertion had it.
    pub session_index: &'a str,
    /// RelayState.
    pub relay_state: Option<&'a str>,
    /// Who signs.
    pub signer: LogoutSigner,
    /// The present.
    pub at: Timestamp,
}

/// A message in a query.
#[derive(Clone, Debug)]
pub struct Redirected {
    /// The address with the query.
    pub url: Url,
    /// The message, before the binding.
    pub xml: String,
    /// Its ID.
    pub id: String,
}

impl IdentityProvider {
    /// Makes a LogoutRequest for a system.
    pub fn logout_request(&self, order: &LogoutOrder<'_>) -> Result<Redirected, FkiError> {
        self.logout_request_as_written(order, order.destination.as_str())
    }

    /// The same with `Destination` exactly as the system's metadata writes it: a system compares the text, and an address that
    /// has been parsed may have lost `:443` or gained a `/`.
    pub fn logout_request_as_written(
        &self,
        order: &LogoutOrder<'_>,
        destination: &str,
    ) -> Result<Redirected, FkiError> {
        let id = new_id()?;
        let xml = format!(
            "<samlp:LogoutRequest xmlns:samlp=\"{}\" xmlns:saml=\"{}\" ID=\"{id}\" Version=\"2.0\" IssueInstant=\"{}\" \
             Destination=\"{}\" Reason=\"urn:oasis:names:tc:SAML:2.0:logout:user\"><saml:Issuer>{}</saml:Issuer>\
             <saml:NameID Format=\"{}\">{}</saml:NameID><samlp:SessionIndex>{}</samlp:SessionIndex>\
             </samlp:LogoutRequest>",
            ns::PROTOCOL,
            ns::ASSERTION,
            instant(order.at),
            attribute(destination),
            text(&self.entity_id),
            attribute(order.name_id_format),
            text(order.name_id),
            text(order.session_index),
        );
        let key = match order.signer {
            LogoutSigner::Own => Some(&self.first_key()?.key),
            LogoutSigner::Nobody => None,
            LogoutSigner::Stranger => Some(&self.stranger()?.key),
        };
        let signer = key.map(AsRef::as_ref);
        let url = redirect::encode(order.destination, Parameter::Request, &xml, order.relay_state, signer)?;
        Ok(Redirected { url, xml, id })
    }

    /// Makes a signed LogoutResponse with status Success.
    pub fn logout_response(
        &self,
        destination: &Url,
        in_response_to: &str,
        relay_state: Option<&str>,
        at: Timestamp,
    ) -> Result<Redirected, FkiError> {
        self.logout_response_as_written(destination, destination.as_str(), in_response_to, relay_state, at)
    }

    /// The same with `Destination` exactly as the system's metadata writes it.
    pub fn logout_response_as_written(
        &self,
        address: &Url,
        destination: &str,
        in_response_to: &str,
        relay_state: Option<&str>,
        at: Timestamp,
    ) -> Result<Redirected, FkiError> {
        let id = new_id()?;
        let xml = format!(
            "<samlp:LogoutResponse xmlns:samlp=\"{}\" xmlns:saml=\"{}\" ID=\"{id}\" Version=\"2.0\" IssueInstant=\"{}\" \
             Destination=\"{}\" InResponseTo=\"{}\"><saml:Issuer>{}</saml:Issuer><samlp:Status><samlp:StatusCode \
             Value=\"{}\"/></samlp:Status></samlp:LogoutResponse>",
            ns::PROTOCOL,
            ns::ASSERTION,
            instant(at),
            attribute(destination),
            attribute(in_response_to),
            text(&self.entity_id),
            status::SUCCESS,
        );
        let key = &self.first_key()?.key;
        let url = redirect::encode(address, Parameter::Response, &xml, relay_state, Some(key.as_ref()))?;
        Ok(Redirected { url, xml, id })
    }
}
