//! Messages at the wrong time. An hour is far outside every clock skew (3 to 5 minutes).

use crate::checks::trials::refused;
use crate::login_check;
use crate::trial::{Case, Mutation};

login_check! {
    /// A Response whose every instant has passed gives no session: even `NotOnOrAfter` lies an hour back.
    ///
    /// ## Why
    /// A stolen or logged message must be worthless soon. The Context Handler's messages live five minutes.
    ///
    /// ## What to do
    /// Compare `NotOnOrAfter` of Conditions and of SubjectConfirmationData with the clock, with at most five minutes of skew. Check the
    /// unit of the setting: `acceptedClockSkewMs` is milliseconds, `clockskew` mostly minutes or seconds. `-1` switches the check off
    /// in some libraries.
    pub ExpiredRefused {
        id: "login.expired-refused",
        // A good message lives five minutes, so this one has been over for an hour.
        case: Case::answer("expired", &[Mutation::Shift(-3900)]),
        judged: refused,
        title: da "En udløbet assertion giver ingen session", en "An expired assertion gives no session",
        rows: ["FKI-RSP-18"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.1.4.3: NotOnOrAfter of the bearer SubjectConfirmationData has not passed"),
            ("SAML V2.0 Core (saml-core-2.0-os)", "2.5.1.2"),
            ("Kantara SAML2Int", "SDP-G01: 3 to 5 minutes of clock skew"),
        ],
        remediation: da "Kontrollér NotOnOrAfter i både Conditions og SubjectConfirmationData med højst fem minutters tolerance.",
                     en "Check NotOnOrAfter in both Conditions and SubjectConfirmationData with at most five minutes of tolerance.",
        parameters: [],
    }
}

login_check! {
    /// A Response that is not valid until in an hour gives no session.
    ///
    /// ## Why
    /// A message from the future can be kept and used when nobody expects it, and shows that the system does not look at the time.
    ///
    /// ## What to do
    /// Compare `NotBefore` of Conditions with the clock, with at most five minutes of skew, and keep the server's clock right (NTP).
    pub NotYetValidRefused {
        id: "login.not-yet-valid-refused",
        case: Case::answer("not-yet-valid", &[Mutation::Shift(3600)]),
        judged: refused,
        title: da "En assertion, der endnu ikke gælder, giver ingen session", en "An assertion that is not yet valid gives no session",
        rows: ["FKI-RSP-20"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Core (saml-core-2.0-os)", "2.5.1.2: NotBefore"),
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.1.4.3: the assertion is valid in other respects"),
            ("Kantara SAML2Int", "SDP-G01: 3 to 5 minutes of clock skew"),
        ],
        remediation: da "Kontrollér NotBefore i Conditions med højst fem minutters tolerance.",
                     en "Check NotBefore in Conditions with at most five minutes of tolerance.",
        parameters: [],
    }
}
