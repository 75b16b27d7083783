//! A good message, used a second time.

use crate::checks::trials::replay_refused;
use crate::login_check;
use crate::trial::{Case, Delivery};

login_check! {
    /// The same Response gives no second session at once, in a browser with the cookies from before the first time.
    ///
    /// ## Why
    /// The message passes through the browser and may be kept in its history, a proxy or a log. As long as it can be used again, whoever
    /// finds it is logged in.
    ///
    /// ## What to do
    /// Keep the IDs of used Assertions until they expire, common to all servers, and remove the request's ID when it is answered
    /// (`DetectReplayedTokens` with a shared `TokenReplayCache` in ITfoxtec and WIF; the replay cache of OpenSAML and Shibboleth).
    pub ReplayAtOnceRefused {
        id: "login.replay-at-once-refused",
        case: Case::delivered("replay-at-once", Delivery::ReplayAtOnce),
        judged: replay_refused,
        title: da "Samme Response giver ikke en session mere med det samme", en "The same Response gives no second session at once",
        rows: ["FKI-RSP-23", "SP-REJ-26"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.1.4.5: bearer assertions are not replayed"),
            ("OIOSAML.Java 1ac36de", "replay protection since 3.2.0"),
        ],
        remediation: da "Gem ID for brugte assertions, til de udløber, og afvis dem anden gang.",
                     en "Keep the IDs of used assertions until they expire, and refuse them the second time.",
        parameters: [],
    }
}

login_check! {
    /// The same Response gives no second session after the user logged out in the same browser.
    ///
    /// ## Why
    /// On a shared computer the next person goes back in the history and sends the form again. The user did log out.
    ///
    /// ## What to do
    /// Keep the IDs of used Assertions apart from the session, so that they outlive it.
    pub ReplayAfterLogoutRefused {
        id: "login.replay-after-logout-refused",
        case: Case::delivered("replay-after-logout", Delivery::ReplayAfterLogout),
        judged: replay_refused,
        title: da "Samme Response giver ingen ny session efter logout", en "The same Response gives no new session after logout",
        rows: ["SP-REJ-27"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.1.4.5: bearer assertions are not replayed"),
            ("OIOSAML.Java 1ac36de", "replay protection since 3.2.0"),
        ],
        remediation: da "Gem ID for brugte assertions uden for sessionen.", en "Keep the IDs of used assertions outside the session.",
        parameters: [],
    }
}

login_check! {
    /// The same Response gives no session in another browser.
    ///
    /// ## Why
    /// It is how a stolen message is used: elsewhere, without any cookie of the login.
    ///
    /// ## What to do
    /// Bind the request's ID to the browser, and keep the IDs of used Assertions in a store that all servers share. A cache in the memory
    /// of each server is not enough behind a load balancer.
    pub ReplayInOtherBrowserRefused {
        id: "login.replay-in-other-browser-refused",
        case: Case::delivered("replay-in-other-browser", Delivery::ReplayInOtherBrowser),
        judged: replay_refused,
        title: da "Samme Response giver ingen session i en anden browser", en "The same Response gives no session in another browser",
        rows: ["FKI-RSP-23", "SP-REJ-27"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.1.4.5: bearer assertions are not replayed"),
            ("OIOSAML.Java 1ac36de", "replay protection since 3.2.0"),
        ],
        remediation: da "Bind svaret til browseren, og gem ID for brugte assertions et sted, som alle servere deler.",
                     en "Bind the answer to the browser, and keep the IDs of used assertions where all servers share them.",
        parameters: [],
    }
}
