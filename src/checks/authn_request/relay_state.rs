//! See [`RelayState`].

use super::each;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TrialSubject;
use url::Url;

check! {
    /// RelayState is at most 80 bytes and no address.
    ///
    /// ## Why
    /// RelayState comes back from the browser and anybody can change it. An address in it invites open redirects, and a long
    /// one may be cut off by the other side.
    ///
    /// ## What to do
    /// Send a random key (`_` and a UUID), and keep the address to return to in the session under that key. Compare any
    /// address that comes back with the system's own host.
    pub RelayState {
        id: "authn-request.relay-state",
        family: AuthnRequest,
        title: da "RelayState er højst 80 byte og ingen adresse",
               en "RelayState is at most 80 bytes and no address",
        rows: ["FKI-ARQ-12", "SP-REQ-17"],
        basis: Inference,
        method: Measured,
        sources: [
            ("SAML V2.0 Bindings (saml-bindings-2.0-os)", "3.4.3, 3.5.3: at most 80 bytes"),
            ("OIOSAML.Java 1ac36de", "AuthnRequestService: RelayState is _ and a UUID"),
        ],
        remediation: da "Send en tilfældig nøgle som RelayState, og gem returadressen i sessionen.",
                     en "Send a random key as RelayState, and keep the return address in the session.",
        parameters: [],
    }
}

impl Check<TrialSubject> for RelayState {
    fn judge(&self, subject: &TrialSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "at most 80 bytes, no address";
        each(subject, EXPECTED, |request| match request.relay_state.as_deref() {
            None => Outcome::pass(EXPECTED, "none"),
            Some(state) if state.len() > 80 => Outcome::fail(Reason::TooLarge, EXPECTED, state),
            Some(state) => Outcome::when(!is_address(state), Reason::Forbidden, EXPECTED, state),
        })
    }
}

/// An address of another place, as browsers understand it: with a host, or beginning with two slashes of either kind.
fn is_address(text: &str) -> bool {
    let text = text.trim_start();
    let slashes = text.chars().take(2).filter(|c| matches!(c, '/' | '\\')).count() == 2;
    slashes || Url::parse(text).is_ok_and(|url| url.has_host() || url.scheme() == "javascript")
}
