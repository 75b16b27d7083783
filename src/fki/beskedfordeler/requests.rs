//! Token requests, however they came: what is wrong with them, and what they get.

use super::hub::{Hub, State};
use super::tokens::{Fault, Issued, Order, RECEIVE, SEND, clean};
use crate::digest::sha256_hex;
use crate::subject::distribution::recording::{Happening, TokenAnswer, TokenWay};
use crate::target::is_cvr;
use jiff::Timestamp;

/// TokenType of SAML 2.0.
pub(super) const SAML_2: &str = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0";
/// RequestType Issue.
pub(super) const ISSUE: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue";
/// KeyType PublicKey.
pub(super) const PUBLIC_KEY: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey";

/// What was asked for, as far as it can be read.
#[derive(Debug)]
pub(super) struct TokenRequest {
    pub(super) way: TokenWay,
    pub(super) applies_to: String,
    pub(super) cvr: String,
    /// The certificate that asks, DER: that of TLS, or that of the signature.
    pub(super) asking: Option<Vec<u8>>,
    /// The certificate to bind the token to, DER.
    pub(super) use_key: Option<Vec<u8>>,
    pub(super) faults: Vec<Fault>,
}

/// Why there is no token.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The request's fault; `None` when the trial wants it so, or the probe is at fault.
    pub(super) fault: Option<Fault>,
    /// Fault code of the token service.
    pub(super) code: u16,
    /// For people.
    pub(super) text: String,
}

impl Refusal {
    /// HTTP status over REST.
    pub(super) const fn status(&self) -> u16 {
        match self.fault {
            None => 500,
            Some(Fault::NoCertificate | Fault::NotRegistered) => 401,
            Some(_) => 400,
        }
    }
}

impl TokenRequest {
    pub(super) const fn new(way: TokenWay) -> Self {
        Self { way, applies_to: String::new(), cvr: String::new(), asking: None, use_key: None, faults: Vec::new() }
    }

    /// Notes a fault unless something fits.
    pub(super) fn expect(&mut self, fits: bool, fault: Fault) {
        if !fits && !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// Notes what is wrong with service, authority and certificates.
    fn judge(&mut self, hub: &Hub) {
        self.expect([RECEIVE, SEND].contains(&self.applies_to.as_str()), Fault::AppliesTo);
        if is_cvr(&self.cvr) {
            self.expect(hub.cvrs.is_empty() || hub.cvrs.contains(&self.cvr), Fault::CvrNotServed);
        } else {
            self.expect(false, Fault::Cvr);
        }
        match &self.asking {
            // Over WS-Trust, what is missing is the signature, and that is noted already.
            None => self.expect(self.way == TokenWay::WsTrust, Fault::NoCertificate),
            Some(der) => self.expect(hub.registered.is_empty() || hub.registered.contains(der), Fault::NotRegistered),
        }
        match (&self.use_key, &self.asking) {
            (None, _) => self.expect(false, Fault::UseKey),
            (Some(key), Some(asking)) => self.expect(key == asking, Fault::UseKeyOther),
            _ => {}
        }
    }

    /// Gives the token, or says why not; and records it.
    pub(super) fn serve(mut self, hub: &Hub) -> Result<Issued, Refusal> {
        self.judge(hub);
        let (ordered, seconds) = hub.change(|state| (State::refuses_token(state), state.behaviour.token_seconds));
        let fault = self.faults.iter().copied().find(|fault| !fault.is_noted_only());
        let result = if ordered {
            Err(Refusal { fault: None, code: 100, text: "unexpected".to_owned() })
        } else if let Some(fault) = fault {
            Err(Refusal { fault: Some(fault), code: fault.code(), text: fault.name().to_owned() })
        } else {
            let holder = self.use_key.as_deref().unwrap_or_default();
            let order = Order { applies_to: &self.applies_to, cvr: &self.cvr, holder, seconds };
            let made = hub.mint.issue(order, Timestamp::now());
            made.map_err(|error| Refusal { fault: None, code: 100, text: error.to_string() })
        };
        let answer = match &result {
            Ok(token) => TokenAnswer::Issued { id: token.id.clone(), not_on_or_after: token.not_on_or_after },
            Err(refusal) => {
                let code = if self.way == TokenWay::Rest { refusal.status() } else { refusal.code };
                TokenAnswer::Refused { code: code.to_string(), ordered }
            }
        };
        hub.record(
            0,
            Happening::TokenAsked {
                way: self.way,
                applies_to: clean(&self.applies_to, 256),
                cvr: clean(&self.cvr, 40),
                certificate: self.asking.as_deref().map(sha256_hex),
                use_key: self.use_key.as_deref().map(sha256_hex),
                faults: self.faults.iter().map(|fault| fault.name().to_owned()).collect(),
                answer,
            },
        );
        result
    }
}
