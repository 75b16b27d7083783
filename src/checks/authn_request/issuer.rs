//! See [`Issuer`].

use super::{each, recorded};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::TrialSubject;

check! {
    /// Issuer of every AuthnRequest is the entityID of the system's SP metadata, character by character.
    ///
    /// ## Why
    /// The Context Handler finds the registration by it. A slash at the end or `http` for `https` is another system.
    ///
    /// ## What to do
    /// Give the library the registered entityID, and leave out `Format` or set it to `...nameid-format:entity`.
    pub Issuer {
        id: "authn-request.issuer",
        family: AuthnRequest,
        title: da "Issuer i AuthnRequest er systemets entityID",
               en "Issuer of the AuthnRequest is the system's entityID",
        rows: ["FKI-ARQ-04", "SP-REQ-09"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.1.4.1: Issuer is the unique identifier of the requesting service provider"),
            ("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "BrugervendtSystem, Id"),
        ],
        remediation: da "Sæt Issuer til det registrerede entityID, tegn for tegn.",
                     en "Set Issuer to the registered entityID, character by character.",
        parameters: [],
    }
}

impl Check<TrialSubject> for Issuer {
    fn judge(&self, subject: &TrialSubject, _: &Parameters) -> Outcome {
        each(subject, &subject.setting.service_provider, |request| recorded::issuer(subject, &request.message.header))
    }
}
