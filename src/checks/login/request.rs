//! Messages that answer no request, or somebody else's.

use crate::checks::trials::refused;
use crate::login_check;
use crate::trial::{Case, Delivery, Mutation};

login_check! {
    /// A Response that names a request nobody made gives no session.
    ///
    /// ## Why
    /// InResponseTo ties the answer to the request of this login. A system that does not look at it takes any valid message, at any time,
    /// from any browser.
    ///
    /// ## What to do
    /// Keep the ID of each request until it is answered, and require that InResponseTo (in Response and in SubjectConfirmationData) is one
    /// of them, used once (`validateInResponseTo: "always"` in node-saml; `allow_unsolicited: False` with an outstanding-queries cache in
    /// pysaml2; give `requestId` to `processResponse` in php-saml).
    pub UnknownRequestRefused {
        id: "login.unknown-request-refused",
        case: Case::answer("unknown-request", &[Mutation::UnknownInResponseTo]),
        judged: refused,
        title: da "Et svar på en forespørgsel, der aldrig er sendt, giver ingen session",
               en "An answer to a request that was never made gives no session",
        rows: ["FKI-RSP-15"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.1.4.3: InResponseTo equals the ID of the original AuthnRequest"),
            ("SAML V2.0 Core (saml-core-2.0-os)", "3.2.2: InResponseTo"),
        ],
        remediation: da "Gem ID for hver AuthnRequest, og kræv, at InResponseTo er et af dem; brug det kun én gang.",
                     en "Keep the ID of each AuthnRequest, and require that InResponseTo is one of them, used once.",
        parameters: [],
    }
}

login_check! {
    /// A Response to a request that another browser made gives no session in this one (login CSRF).
    ///
    /// ## Why
    /// An attacker who logs in himself and lets the victim's browser deliver the answer has the victim work under the attacker's name, and
    /// enter data there.
    ///
    /// ## What to do
    /// Bind the request's ID to the browser that made it: keep it in the session before login, or in a signed cookie with
    /// `SameSite=None; Secure`. A cache of request IDs common to all browsers is not enough.
    pub OtherBrowsersRequestRefused {
        id: "login.other-browsers-request-refused",
        case: Case::delivered("other-browsers-request", Delivery::ForeignRequest),
        judged: refused,
        title: da "Et svar på en anden browsers forespørgsel giver ingen session",
               en "An answer to another browser's request gives no session",
        rows: ["FKI-RSP-17", "SP-REJ-08", "ATT-43"],
        basis: GoodPractice,
        method: Measured,
        sources: [
            ("OIOSAML.Java 1ac36de", "session wrapper: the stored request belongs to the HTTP session"),
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.1.4.3: InResponseTo equals the ID of the original AuthnRequest"),
        ],
        remediation: da "Bind forespørgslens ID til den browser, der sendte den.",
                     en "Bind the request's ID to the browser that made it.",
        parameters: [],
    }
}

login_check! {
    /// A Response that nobody asked for, without InResponseTo, gives no session.
    ///
    /// ## Why
    /// SAML allows unsolicited responses, but they cannot be tied to a browser: whoever holds one can log any browser in. The state's
    /// reference implementation refuses them.
    ///
    /// ## What to do
    /// Switch identity-provider-initiated login off (`AllowUnsolicitedAuthnResponse = false` in Sustainsys, `allow_unsolicited: False` in
    /// pysaml2, `rejectUnsolicitedResponsesWithInResponseTo` is not the same). A system that needs it says so in writing.
    pub UnsolicitedRefused {
        id: "login.unsolicited-refused",
        case: Case::delivered("unsolicited", Delivery::Unsolicited),
        judged: refused,
        title: da "Et svar, som ingen har bedt om, giver ingen session", en "An unsolicited Response gives no session",
        rows: ["FKI-RSP-16", "ATT-43"],
        basis: ReferenceImplementation,
        method: Measured,
        sources: [
            ("OIOSAML.Java 1ac36de, AssertionValidationService", "InResponseTo equals the stored request's ID"),
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.1.5: unsolicited responses are allowed where a system wants them"),
        ],
        remediation: da "Slå login startet af udbyderen fra, eller begrund skriftligt, at systemet har brug for det.",
                     en "Switch identity-provider-initiated login off, or give the reason in writing why the system needs it.",
        parameters: [],
    }
}
