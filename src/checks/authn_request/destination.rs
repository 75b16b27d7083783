//! See [`Destination`].

use super::{each, recorded};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TrialSubject;

check! {
    /// Destination of every AuthnRequest is the identity provider's SingleSignOnService Location, and the request is sent
    /// there.
    ///
    /// ## Why
    /// A signed request names the one place it is for, so that it cannot be used elsewhere. A Location copied from another
    /// environment shows here.
    ///
    /// ## What to do
    /// Take the Location from the identity provider's metadata, and write it into Destination character by character.
    pub Destination {
        id: "authn-request.destination",
        family: AuthnRequest,
        title: da "Destination i AuthnRequest er udbyderens SSO-adresse",
               en "Destination of the AuthnRequest is the identity provider's SSO address",
        rows: ["FKI-ARQ-03", "SP-REQ-08"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Bindings (saml-bindings-2.0-os)", "3.4.5.2, 3.5.5.2: a signed message has Destination"),
            ("SAML V2.0 Core (saml-core-2.0-os)", "3.2.1"),
        ],
        remediation: da "Brug SingleSignOnService Location fra udbyderens metadata som Destination.",
                     en "Use the SingleSignOnService Location of the identity provider's metadata as Destination.",
        parameters: [
            ("when_present", Boolean(false), "pass an AuthnRequest without Destination, as SAML allows for unsigned ones"),
        ],
    }
}

impl Check<TrialSubject> for Destination {
    fn judge(&self, subject: &TrialSubject, parameters: &Parameters) -> Outcome {
        let sso = subject.setting.sso.as_str();
        each(subject, sso, |request| {
            let header = &request.message.header;
            if !recorded::is_sent_to(&request.url, sso) {
                return Outcome::fail(Reason::Different, sso, request.url.as_str());
            }
            match &header.destination {
                None if parameters.boolean("when_present") => Outcome::pass(sso, "no Destination"),
                _ => recorded::destination(header, sso),
            }
        })
    }
}
