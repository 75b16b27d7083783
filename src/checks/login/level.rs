//! The level of assurance of a login.

use crate::checks::trials::refused;
use crate::login_check;
use crate::trial::{Case, Mutation};

login_check! {
    /// A login at a level below the system's minimum gives no session.
    ///
    /// ## Why
    /// Asking for a level in the request binds nobody: the answer says which level the login had. "SPs MUST check the specified level of
    /// assurance regardless of any LoA was set in the request." Many systems lose this check together with the library's strict OIOSAML 3
    /// mode, which the Context Handler's NameIDs make them switch off.
    ///
    /// ## What to do
    /// Read the attribute `https://data.gov.dk/concept/core/nsis/loa` (`Low`, `Substantial`, `High`; in OIOSAML 2
    /// `dk:gov:saml:attribute:AssuranceLevel`), compare it with the minimum by order, and refuse with a clear message. A missing or unknown
    /// level is refused too.
    pub LevelBelowMinimumRefused {
        id: "login.level-below-minimum-refused",
        case: Case::answer("level-below-minimum", &[Mutation::LevelBelowMinimum]),
        judged: refused,
        title: da "Et login under systemets mindste sikringsniveau giver ingen session",
               en "A login below the system's minimum level of assurance gives no session",
        rows: ["FKI-ATT-01"],
        basis: Norm,
        method: Measured,
        sources: [
            ("OIOSAML Web SSO Profile 3.0, as quoted in OIOSAML.Java 1ac36de, AssertionValidationService", "\"SPs MUST check the specified level of assurance regardless of any LoA was set in the request\""),
            ("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "BrugervendtSystem, NSISAssuranceLevel: the minimum level"),
        ],
        remediation: da "Sammenlign sikringsniveauet i hvert login med systemets mindsteniveau, og afvis lavere niveauer med en klar besked.",
                     en "Compare the level of assurance of every login with the system's minimum, and refuse lower ones with a clear message.",
        parameters: [],
    }
}
