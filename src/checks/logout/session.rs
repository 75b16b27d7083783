//! What becomes of the session: it ends when it must, and only then.

use crate::checks::trials::{old_cookie_refused, session_ended, session_kept};
use crate::logout_check;

logout_check! {
    /// When the user logs out in the system, the session there has ended.
    ///
    /// ## Why
    /// A user who logged out must be logged out. A system that only sends the user away keeps the session open for whoever sits down next.
    ///
    /// ## What to do
    /// End the local session before the LogoutRequest leaves, whatever the identity provider answers.
    pub LocalSessionEnded {
        id: "logout.local-session-ended",
        case: ServiceProviderInitiated,
        judged: session_ended,
        title: da "Logout i systemet lukker sessionen", en "A logout in the system ends the session",
        rows: ["FKI-SLO-01"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.4.1, 4.4.2: the sessions of the principal are terminated"),
            ("Kantara SAML2Int", "SDP-SP34: the local session ends before the LogoutRequest is sent"),
        ],
        remediation: da "Luk den lokale session på serveren, før LogoutRequest sendes.",
                     en "End the local session on the server before the LogoutRequest is sent.",
        parameters: [],
    }
}

logout_check! {
    /// The session cookie from before the logout gives no access afterwards.
    ///
    /// ## Why
    /// A system that only deletes the cookie in the browser leaves the session alive on the server: a copied cookie still works.
    ///
    /// ## What to do
    /// Invalidate the session on the server (`session.invalidate()`, `Session.Abandon()` with a server-side ticket store, removal from the
    /// session table). A self-contained cookie (encrypted ticket, JWT) needs a list of sessions that ended.
    pub OldCookieRefused {
        id: "logout.old-cookie-refused",
        case: ServiceProviderInitiated,
        judged: old_cookie_refused,
        title: da "Cookien fra før logout giver ikke adgang efter logout", en "The cookie from before the logout gives no access after it",
        rows: ["FKI-SLO-12"],
        basis: GoodPractice,
        method: Measured,
        sources: [("OWASP ASVS 4.0.3", "3.3.1: logout invalidates the session token, so that the back button does not resume the session")],
        remediation: da "Luk sessionen på serveren; slet ikke kun cookien i browseren.",
                     en "End the session on the server; do not only delete the cookie in the browser.",
        parameters: [],
    }
}

logout_check! {
    /// A good LogoutRequest of the identity provider, by Redirect through the user's browser, ends the session.
    ///
    /// ## Why
    /// Single logout means that a logout anywhere is a logout here. The user is told that everything has ended.
    ///
    /// ## What to do
    /// Serve the SingleLogoutService of your metadata with HTTP-Redirect, find the session by NameID and SessionIndex (not by the cookie
    /// alone), and end it on the server before you answer.
    pub IdentityProviderEndsSession {
        id: "logout.identity-provider-ends-session",
        case: IdentityProviderInitiated,
        judged: session_ended,
        title: da "Udbyderens LogoutRequest lukker sessionen", en "The identity provider's LogoutRequest ends the session",
        rows: ["FKI-SLO-06", "SP-SLO-07"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Core (saml-core-2.0-os)", "3.7.3.1: a session participant terminates the principal's session"),
            ("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "POST /Validation/BrugervendteSystemSamlMetadata: SingleLogoutService with HTTP-Redirect"),
        ],
        remediation: da "Luk sessionen på serveren, når en gyldig LogoutRequest kommer, og svar derefter.",
                     en "End the session on the server when a valid LogoutRequest comes, then answer.",
        parameters: [],
    }
}

logout_check! {
    /// An unsigned LogoutRequest does not end the session.
    ///
    /// ## Why
    /// Anybody can write one. A link in a mail would log users out, in the middle of their work.
    ///
    /// ## What to do
    /// Require a signature on logout requests and verify it over the exact octets of the query. Some libraries check nothing here by default;
    /// OIOSAML.Java, for one, reads logout messages without looking at the signature.
    pub UnsignedRequestRefused {
        id: "logout.unsigned-request-refused",
        case: Unsigned,
        judged: session_kept,
        title: da "En usigneret LogoutRequest lukker ikke sessionen", en "An unsigned LogoutRequest does not end the session",
        rows: ["FKI-SLO-07"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.4.4.1: signed when sent by HTTP POST or Redirect"),
            ("SAML V2.0 Core (saml-core-2.0-os)", "3.7.3.1: the message is authenticated first"),
            ("Kantara SAML2Int", "SDP-IDP26: logout requests are signed"),
        ],
        remediation: da "Kræv en gyldig signatur på LogoutRequest, før sessionen lukkes.",
                     en "Require a valid signature on the LogoutRequest before the session is ended.",
        parameters: [],
    }
}

logout_check! {
    /// A LogoutRequest signed by a stranger does not end the session.
    ///
    /// ## Why
    /// A signature by any key at all is no better than none.
    ///
    /// ## What to do
    /// Verify logout requests with the keys of the identity provider's metadata, as you do for Responses.
    pub StrangersRequestRefused {
        id: "logout.strangers-request-refused",
        case: WrongKey,
        judged: session_kept,
        title: da "En LogoutRequest signeret af en fremmed lukker ikke sessionen", en "A stranger's LogoutRequest does not end the session",
        rows: ["FKI-SLO-07"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.4.4.1: signed when sent by HTTP POST or Redirect"),
            ("SAML V2.0 Core (saml-core-2.0-os)", "3.7.3.1: the message is authenticated first"),
            ("Kantara SAML2Int", "SDP-IDP26, SDP-MD01: keys come from metadata"),
        ],
        remediation: da "Verificér LogoutRequest med nøglerne fra udbyderens metadata.",
                     en "Verify the LogoutRequest with the keys of the identity provider's metadata.",
        parameters: [],
    }
}

logout_check! {
    /// A good LogoutRequest for one user, arriving in the browser of another, does not end the other's session.
    ///
    /// ## Why
    /// A system that ends the session of the cookie, whoever the request names, reports success for a session that lives on, and takes
    /// another one away.
    ///
    /// ## What to do
    /// Find the session by NameID and SessionIndex of the LogoutRequest; when the browser's session is another one, leave it alone.
    pub OtherUserKeepsSession {
        id: "logout.other-user-keeps-session",
        case: OtherUser,
        judged: session_kept,
        title: da "En LogoutRequest for en anden bruger lukker ikke denne brugers session",
               en "A LogoutRequest for another user does not end this user's session",
        rows: ["SP-SLO-12"],
        basis: Inference,
        method: Measured,
        sources: [("SAML V2.0 Core (saml-core-2.0-os)", "3.7.3.1: the session of the principal that the request names")],
        remediation: da "Find sessionen ud fra NameID og SessionIndex i LogoutRequest, ikke ud fra cookien alene.",
                     en "Find the session by NameID and SessionIndex of the LogoutRequest, not by the cookie alone.",
        parameters: [],
    }
}
