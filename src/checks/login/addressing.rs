//! Messages for somebody else, or from somebody else. Signature, time and request are right.

use crate::checks::trials::refused;
use crate::login_check;
use crate::trial::{Case, Mutation};

login_check! {
    /// A Response whose Audience is another system gives no session.
    ///
    /// ## Why
    /// Every system of the federation gets signed assertions from the same identity provider. Without this check, whoever runs one of
    /// them can log in to all the others as its users.
    ///
    /// ## What to do
    /// Compare Audience with your own entityID, character by character (`AudienceRestricted = true` and `AllowedAudienceUris` in
    /// ITfoxtec, `audience` in node-saml; php-saml needs `strict`). Refuse an Assertion without AudienceRestriction.
    pub OtherAudienceRefused {
        id: "login.other-audience-refused",
        case: Case::answer("audience", &[Mutation::Audience]),
        judged: refused,
        title: da "En assertion til et andet system (Audience) giver ingen session",
               en "An assertion for another system (Audience) gives no session",
        rows: ["FKI-RSP-11", "ATT-42"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Core (saml-core-2.0-os)", "2.5.1.4"),
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.1.4.2: AudienceRestriction with the service provider's unique identifier; 4.1.4.3"),
        ],
        remediation: da "Kræv, at AudienceRestriction indeholder systemets eget entityID.",
                     en "Require that AudienceRestriction contains the system's own entityID.",
        parameters: [],
    }
}

login_check! {
    /// A Response whose bearer confirmation names the ACS of another system as Recipient gives no session.
    ///
    /// ## Why
    /// Recipient says where the bearer may hand the Assertion over. Without the check, an Assertion handed to another system can be
    /// carried here.
    ///
    /// ## What to do
    /// Compare `SubjectConfirmationData@Recipient` with the address of your own AssertionConsumerService. Behind a proxy, configure the
    /// outer address (`X-Forwarded-Proto`, a fixed base URL) instead of switching the check off.
    pub OtherRecipientRefused {
        id: "login.other-recipient-refused",
        case: Case::answer("recipient", &[Mutation::Recipient]),
        judged: refused,
        title: da "En assertion til en anden modtageradresse (Recipient) giver ingen session",
               en "An assertion for another Recipient gives no session",
        rows: ["FKI-RSP-13"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.1.4.3: Recipient matches the assertion consumer service URL"),
            ("SAML V2.0 Core (saml-core-2.0-os)", "2.4.1.2"),
        ],
        remediation: da "Sammenlign Recipient med adressen på systemets egen AssertionConsumerService.",
                     en "Compare Recipient with the address of the system's own AssertionConsumerService.",
        parameters: [],
    }
}

login_check! {
    /// A Response whose Destination is the ACS of another system gives no session.
    ///
    /// ## Why
    /// Destination stops a message from being forwarded to another place than the one it was written for.
    ///
    /// ## What to do
    /// Compare `Response@Destination`, when it is there, with the address at which the message arrived, as the outside sees it. In
    /// php-saml and python3-saml `strict` does it; behind a proxy set the outer base URL.
    pub OtherDestinationRefused {
        id: "login.other-destination-refused",
        case: Case::answer("destination", &[Mutation::Destination]),
        judged: refused,
        title: da "En Response til en anden adresse (Destination) giver ingen session",
               en "A Response for another Destination gives no session",
        rows: ["FKI-RSP-14"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Core (saml-core-2.0-os)", "3.2.2: the recipient checks Destination, and discards the message if it does not match"),
            ("SAML V2.0 Bindings (saml-bindings-2.0-os)", "3.5.5.2"),
        ],
        remediation: da "Sammenlign Destination med den adresse, svaret kom til.",
                     en "Compare Destination with the address at which the Response arrived.",
        parameters: [],
    }
}

login_check! {
    /// A Response whose Issuer is another identity provider gives no session, though the signature is the right one's.
    ///
    /// ## Why
    /// The key belongs to one identity provider. A system with several of them that does not bind key and Issuer together lets each
    /// speak for all the others.
    ///
    /// ## What to do
    /// Compare Issuer of Response and Assertion with the entityID in the metadata the key comes from, character by character: a final
    /// slash or `/runtime` counts.
    pub OtherIssuerRefused {
        id: "login.other-issuer-refused",
        case: Case::answer("issuer", &[Mutation::Issuer]),
        judged: refused,
        title: da "En Response fra en anden udsteder (Issuer) giver ingen session",
               en "A Response of another Issuer gives no session",
        rows: [],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.1.4.2: Issuer is the unique identifier of the issuing identity provider"),
            ("OIOSAML.Java 1ac36de, AssertionValidationService", "validateIssuer: equal to the IdP entityID"),
        ],
        remediation: da "Sammenlign Issuer i Response og Assertion med udbyderens entityID tegn for tegn.",
                     en "Compare Issuer of Response and Assertion with the identity provider's entityID character by character.",
        parameters: [],
    }
}
