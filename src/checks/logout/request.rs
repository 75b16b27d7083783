//! The LogoutRequest that the system sends when its user logs out.

use crate::check::Parameters;
use crate::checks::recorded::{self, Received, logout_request};
use crate::logout_check;
use crate::outcome::{Outcome, Reason};
use crate::saml::name_id_format::UNSPECIFIED;
use crate::saml::protocol::LogoutRequest;
use crate::subject::TrialSubject;
use crate::subject::trial::transcript::Sent;

logout_check! {
    /// When the user logs out in the system, it sends a LogoutRequest to the identity provider's SingleLogoutService.
    ///
    /// ## Why
    /// Without it, the session at the Context Handler lives on, and the next click on any system logs the user in again without a
    /// question: on a shared computer, whoever sits there.
    ///
    /// ## What to do
    /// Let the logout link start single logout (`saml2/logout` in Spring Security, `RelyingPartyLogout`; `initiateLogout` in node-saml),
    /// and send the browser to the Location of SingleLogoutService in the identity provider's metadata.
    pub RequestSent {
        id: "logout.request-sent",
        case: ServiceProviderInitiated,
        judged: request_sent,
        title: da "Logout i systemet sender en LogoutRequest til udbyderens SLO-adresse",
               en "A logout in the system sends a LogoutRequest to the identity provider's SLO address",
        rows: ["FKI-SLO-01", "SP-SLO-03"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.4.3.1: LogoutRequest issued by session participant to identity provider"),
            ("Safewhere/kombit 7cdcbfd, SampleMessages", "LogoutRequest to the Context Handler"),
        ],
        remediation: da "Start single logout, når brugeren logger ud, og send LogoutRequest til SingleLogoutService Location.",
                     en "Start single logout when the user logs out, and send the LogoutRequest to the SingleLogoutService Location.",
        parameters: [],
    }
}

logout_check! {
    /// The system's LogoutRequest is signed with a key of its SP metadata.
    ///
    /// ## Why
    /// An unsigned LogoutRequest could come from anybody, so the identity provider refuses it and the session there lives on.
    ///
    /// ## What to do
    /// Switch signing of logout messages on; it is often a setting of its own (`logoutRequestSigned` in php-saml and python3-saml,
    /// `logout_requests_signed` in pysaml2). In a query, sign the exact octets that are sent.
    pub RequestSigned {
        id: "logout.request-signed",
        case: ServiceProviderInitiated,
        judged: request_signed,
        title: da "Systemets LogoutRequest er signeret med en nøgle fra SP-metadata",
               en "The system's LogoutRequest is signed with a key of the SP metadata",
        rows: ["FKI-SLO-02", "SP-SLO-02"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.4.3.1, 4.4.4.1: signed when sent by HTTP POST or Redirect"),
            ("SAML V2.0 Bindings (saml-bindings-2.0-os)", "3.4.4.1: signature over the query"),
        ],
        remediation: da "Signér LogoutRequest med nøglen til certifikatet i SP-metadata.",
                     en "Sign the LogoutRequest with the key of the certificate in the SP metadata.",
        parameters: [],
    }
}

logout_check! {
    /// The system's LogoutRequest is signed with rsa-sha256 or something stronger.
    ///
    /// ## Why
    /// SHA-1 no longer protects a signature.
    ///
    /// ## What to do
    /// Set the signature algorithm to `http://www.w3.org/2001/04/xmldsig-more#rsa-sha256`, for logout messages too.
    pub RequestSignatureAlgorithm {
        id: "logout.request-signature-algorithm",
        case: ServiceProviderInitiated,
        judged: request_signature_algorithm,
        title: da "Systemets LogoutRequest er signeret med rsa-sha256 eller stærkere",
               en "The system's LogoutRequest is signed with rsa-sha256 or stronger",
        rows: ["FKI-SLO-02", "SP-SLO-02"],
        basis: Norm,
        method: Measured,
        sources: [("Kantara SAML2Int", "SDP-ALG01")],
        remediation: da "Sæt signaturalgoritmen til rsa-sha256.", en "Set the signature algorithm to rsa-sha256.",
        parameters: [],
    }
}

logout_check! {
    /// NameID of the system's LogoutRequest is the one of the login: the same text and the same Format.
    ///
    /// ## Why
    /// The identity provider finds the session by it. An X509SubjectName that was put together anew, with other spaces or another order,
    /// is another name.
    ///
    /// ## What to do
    /// Keep NameID as it came, with Format and qualifiers, and send it back unchanged.
    pub RequestNameId {
        id: "logout.request-name-id",
        case: ServiceProviderInitiated,
        judged: request_name_id,
        title: da "NameID i LogoutRequest er det samme som ved login, med samme Format",
               en "NameID of the LogoutRequest is the one of the login, with the same Format",
        rows: ["FKI-SLO-03", "SP-SLO-02"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Core (saml-core-2.0-os)", "3.7.1, 3.7.3.1: the identifier strongly matches the one in the assertion"),
            ("Kantara SAML2Int", "SDP-SP29: NameID exactly as received"),
        ],
        remediation: da "Gem NameID med Format, som det kom ved login, og send det uændret tilbage.",
                     en "Keep NameID with Format as it came at login, and send it back unchanged.",
        parameters: [],
    }
}

logout_check! {
    /// The system's LogoutRequest names the SessionIndex of the login.
    ///
    /// ## Why
    /// A user may have sessions in several browsers. Without SessionIndex, the identity provider cannot tell which one ends.
    ///
    /// ## What to do
    /// Keep `AuthnStatement@SessionIndex` with the session, and send it as `samlp:SessionIndex`.
    pub RequestSessionIndex {
        id: "logout.request-session-index",
        case: ServiceProviderInitiated,
        judged: request_session_index,
        title: da "SessionIndex i LogoutRequest er det samme som ved login", en "SessionIndex of the LogoutRequest is the one of the login",
        rows: ["FKI-SLO-04", "SP-SLO-02"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.4.4.1: a session participant includes at least one SessionIndex"),
            ("SAML V2.0 Core (saml-core-2.0-os)", "3.7.1"),
        ],
        remediation: da "Gem SessionIndex ved login, og send det i LogoutRequest.",
                     en "Keep SessionIndex at login, and send it in the LogoutRequest.",
        parameters: [],
    }
}

logout_check! {
    /// Destination of the system's LogoutRequest is the identity provider's SingleLogoutService Location.
    ///
    /// ## Why
    /// A signed message names the one place it is for.
    ///
    /// ## What to do
    /// Take the Location from the identity provider's metadata, and write it into Destination character by character.
    pub RequestDestination {
        id: "logout.request-destination",
        case: ServiceProviderInitiated,
        judged: request_destination,
        title: da "Destination i LogoutRequest er udbyderens SLO-adresse",
               en "Destination of the LogoutRequest is the identity provider's SLO address",
        rows: ["FKI-SLO-05", "SP-SLO-02"],
        basis: Norm,
        method: Measured,
        sources: [("SAML V2.0 Bindings (saml-bindings-2.0-os)", "3.4.5.2, 3.5.5.2: a signed message has Destination")],
        remediation: da "Brug SingleLogoutService Location fra udbyderens metadata som Destination.",
                     en "Use the SingleLogoutService Location of the identity provider's metadata as Destination.",
        parameters: [],
    }
}

logout_check! {
    /// Issuer of the system's LogoutRequest is the entityID of its SP metadata, character by character.
    ///
    /// ## Why
    /// The identity provider finds the key and the session participant by it.
    ///
    /// ## What to do
    /// Give the library the registered entityID, the same as for AuthnRequests.
    pub RequestIssuer {
        id: "logout.request-issuer",
        case: ServiceProviderInitiated,
        judged: request_issuer,
        title: da "Issuer i LogoutRequest er systemets entityID", en "Issuer of the LogoutRequest is the system's entityID",
        rows: ["FKI-SLO-05", "SP-SLO-02"],
        basis: Norm,
        method: Measured,
        sources: [("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.4.4.1: Issuer is the unique identifier of the requesting entity")],
        remediation: da "Sæt Issuer til det registrerede entityID, tegn for tegn.",
                     en "Set Issuer to the registered entityID, character by character.",
        parameters: [],
    }
}

logout_check! {
    /// IssueInstant of the system's LogoutRequest is in UTC and close to the time the request came.
    ///
    /// ## Why
    /// The identity provider refuses old requests, so that they cannot be used again.
    ///
    /// ## What to do
    /// Write UTC with `Z`, and keep the server's clock right (NTP).
    pub RequestIssueInstant {
        id: "logout.request-issue-instant",
        case: ServiceProviderInitiated,
        judged: request_issue_instant,
        title: da "IssueInstant i LogoutRequest er i UTC og ny", en "IssueInstant of the LogoutRequest is in UTC and fresh",
        rows: ["FKI-SLO-05"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Core (saml-core-2.0-os)", "1.3.3: UTC; 3.2.1: IssueInstant"),
            ("Kantara SAML2Int", "SDP-G01: 3 to 5 minutes of clock skew"),
        ],
        remediation: da "Skriv IssueInstant i UTC med Z, og hold serverens ur i gang med NTP.",
                     en "Write IssueInstant in UTC with Z, and keep the server's clock right with NTP.",
        parameters: [("seconds", Integer(300), "most seconds from the instant the request came")],
    }
}

fn on_request(
    subject: &TrialSubject,
    expected: &str,
    judge: impl FnOnce(&Received<LogoutRequest>, &Sent) -> Outcome,
) -> Outcome {
    match logout_request(subject) {
        Ok((request, login)) => judge(&request, &login),
        Err(nothing) => nothing.outcome(expected),
    }
}

fn request_sent(subject: &TrialSubject, _: &Parameters) -> Outcome {
    let slo = subject.setting.slo.as_str();
    let expected = format!("a LogoutRequest to {slo}");
    match logout_request(subject) {
        Ok((request, _)) => {
            Outcome::when(recorded::is_sent_to(&request.url, slo), Reason::Different, expected, request.url)
        }
        Err(nothing) => nothing.demanded(&expected),
    }
}

fn request_signed(subject: &TrialSubject, _: &Parameters) -> Outcome {
    on_request(subject, "a signed LogoutRequest", |request, _| recorded::signed(subject, request))
}

fn request_signature_algorithm(subject: &TrialSubject, _: &Parameters) -> Outcome {
    on_request(subject, "rsa-sha256 or stronger", |request, _| recorded::strongly_signed(request))
}

fn request_name_id(subject: &TrialSubject, _: &Parameters) -> Outcome {
    const EXPECTED: &str = "NameID and Format of the login";
    on_request(subject, EXPECTED, |request, login| {
        let Some(sent) = &login.name_id else {
            return Outcome::not_tested(Reason::Missing, EXPECTED, "the login's NameID is not recorded");
        };
        let Some(name) = &request.message.name_id else {
            // Only the identity provider's key could open it.
            return Outcome::inconclusive(Reason::AnswerUnusable, sent, "an identifier of another kind, or encrypted");
        };
        if name.value != *sent {
            return Outcome::fail(Reason::Different, sent, &name.value);
        }
        // SAML core 2.2.3: a Format that is absent is the unspecified one.
        let format = |format: &Option<String>| format.clone().unwrap_or_else(|| UNSPECIFIED.to_owned());
        let (expected, found) = (format(&login.name_id_format), format(&name.format));
        Outcome::when(expected == found, Reason::Different, expected, found)
    })
}

fn request_session_index(subject: &TrialSubject, _: &Parameters) -> Outcome {
    const EXPECTED: &str = "SessionIndex of the login";
    on_request(subject, EXPECTED, |request, login| {
        let Some(sent) = &login.session_index else {
            return Outcome::not_tested(Reason::Missing, EXPECTED, "the login's SessionIndex is not recorded");
        };
        match request.message.session_indexes.as_slice() {
            [] => Outcome::fail(Reason::Missing, sent, "none"),
            indexes => Outcome::when(indexes.contains(sent), Reason::Different, sent, indexes.join(", ")),
        }
    })
}

fn request_destination(subject: &TrialSubject, _: &Parameters) -> Outcome {
    let slo = &subject.setting.slo;
    on_request(subject, slo, |request, _| recorded::destination(&request.message.header, slo))
}

fn request_issuer(subject: &TrialSubject, _: &Parameters) -> Outcome {
    on_request(subject, &subject.setting.service_provider, |request, _| {
        recorded::issuer(subject, &request.message.header)
    })
}

fn request_issue_instant(subject: &TrialSubject, parameters: &Parameters) -> Outcome {
    let seconds = parameters.integer("seconds");
    on_request(subject, "UTC, fresh", |request, _| {
        recorded::issue_instant(&request.message.header, request.at, seconds)
    })
}
