//! The LogoutResponse with which the system answers the identity provider's LogoutRequest.

use crate::check::Parameters;
use crate::checks::recorded::{self, Received, logout_response};
use crate::logout_check;
use crate::outcome::{Outcome, Reason};
use crate::saml::protocol::LogoutResponse;
use crate::saml::status;
use crate::subject::TrialSubject;
use crate::subject::trial::transcript::Sent;

logout_check! {
    /// The system answers the identity provider's LogoutRequest with a LogoutResponse, sent to the SingleLogoutService's ResponseLocation
    /// when its metadata has one, else to Location.
    ///
    /// ## Why
    /// The Context Handler takes answers at `signoff.idp` and requests at `issue.idp`. An answer to the wrong address, or none, breaks the
    /// chain: the systems after this one are never told, and the user sees an error.
    ///
    /// ## What to do
    /// Read `ResponseLocation` of the SingleLogoutService (`SingleLogoutResponseDestination` in ITfoxtec,
    /// `singleLogoutServiceResponseLocation` in Spring Security, `singleLogoutService.responseUrl` in php-saml).
    pub ResponseSent {
        id: "logout.response-sent",
        case: IdentityProviderInitiated,
        judged: response_sent,
        title: da "LogoutResponse sendes til udbyderens ResponseLocation, når den findes",
               en "The LogoutResponse is sent to the identity provider's ResponseLocation, where there is one",
        rows: ["FKI-SLO-06", "FKI-SLO-14", "SP-SLO-08"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Metadata (saml-metadata-2.0-os)", "2.2.2: ResponseLocation"),
            ("Context Handler 2 IdP metadata (Safewhere/kombit 7cdcbfd)", "SingleLogoutService: Location issue.idp, ResponseLocation signoff.idp"),
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.4.3.4"),
        ],
        remediation: da "Send LogoutResponse til ResponseLocation fra udbyderens metadata, og skriv samme adresse i Destination.",
                     en "Send the LogoutResponse to ResponseLocation of the identity provider's metadata, with the same address in Destination.",
        parameters: [],
    }
}

logout_check! {
    /// The system's LogoutResponse is signed with a key of its SP metadata, with rsa-sha256 or something stronger.
    ///
    /// ## Why
    /// Whoever sees an unsigned answer cannot know whether the system logged out at all.
    ///
    /// ## What to do
    /// Switch signing of logout answers on (`logoutResponseSigned` in php-saml and python3-saml, `logout_responses_signed` in pysaml2).
    pub ResponseSigned {
        id: "logout.response-signed",
        case: IdentityProviderInitiated,
        judged: response_signed,
        title: da "Systemets LogoutResponse er signeret med en nøgle fra SP-metadata",
               en "The system's LogoutResponse is signed with a key of the SP metadata",
        rows: ["FKI-SLO-06", "SP-SLO-07"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.4.3.4, 4.4.4.2: signed when sent by HTTP POST or Redirect"),
            ("Kantara SAML2Int", "SDP-ALG01"),
        ],
        remediation: da "Signér LogoutResponse med nøglen til certifikatet i SP-metadata og rsa-sha256.",
                     en "Sign the LogoutResponse with the key of the certificate in the SP metadata and rsa-sha256.",
        parameters: [],
    }
}

logout_check! {
    /// The status of the system's LogoutResponse is Success.
    ///
    /// ## Why
    /// Any other status makes the Context Handler tell the user that the logout is incomplete.
    ///
    /// ## What to do
    /// Look in the log why the LogoutRequest was refused: mostly its signature, or a session that is looked for by the cookie alone, which
    /// browsers do not send with a request from another site when it is `SameSite=Strict`.
    pub ResponseSuccess {
        id: "logout.response-success",
        case: IdentityProviderInitiated,
        judged: response_success,
        title: da "Systemets LogoutResponse melder Success", en "The system's LogoutResponse says Success",
        rows: ["FKI-SLO-06", "SP-SLO-07"],
        basis: Norm,
        method: Measured,
        sources: [("SAML V2.0 Core (saml-core-2.0-os)", "3.7.3, 3.2.2.2: urn:oasis:names:tc:SAML:2.0:status:Success")],
        remediation: da "Find i loggen, hvorfor LogoutRequest ikke blev udført, og svar Success, når sessionen er lukket.",
                     en "Find in the log why the LogoutRequest was not carried out, and answer Success when the session has ended.",
        parameters: [],
    }
}

logout_check! {
    /// InResponseTo of the system's LogoutResponse is the ID of the identity provider's LogoutRequest, and its Issuer the system's entityID.
    ///
    /// ## Why
    /// The Context Handler asks several systems at once and must know which of them answered what.
    ///
    /// ## What to do
    /// Copy the ID of the LogoutRequest into InResponseTo, and give the library the registered entityID.
    pub ResponseInResponseTo {
        id: "logout.response-in-response-to",
        case: IdentityProviderInitiated,
        judged: response_in_response_to,
        title: da "LogoutResponse svarer på udbyderens LogoutRequest og kommer fra systemets entityID",
               en "The LogoutResponse answers the identity provider's LogoutRequest and comes from the system's entityID",
        rows: ["FKI-SLO-06", "SP-SLO-07"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Core (saml-core-2.0-os)", "3.2.2: InResponseTo"),
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.4.4.2: Issuer is the unique identifier of the responding entity"),
        ],
        remediation: da "Sæt InResponseTo til ID fra LogoutRequest og Issuer til systemets entityID.",
                     en "Set InResponseTo to the ID of the LogoutRequest and Issuer to the system's entityID.",
        parameters: [],
    }
}

logout_check! {
    /// RelayState of the identity provider's LogoutRequest comes back unchanged with the LogoutResponse.
    ///
    /// ## Why
    /// The identity provider finds its place in the chain of logouts again by it.
    ///
    /// ## What to do
    /// Give RelayState of the request to the library when it makes the answer.
    pub ResponseRelayState {
        id: "logout.response-relay-state",
        case: IdentityProviderInitiated,
        judged: response_relay_state,
        title: da "RelayState kommer uændret tilbage med LogoutResponse", en "RelayState comes back unchanged with the LogoutResponse",
        rows: ["SP-SLO-14"],
        basis: Norm,
        method: Measured,
        sources: [("SAML V2.0 Bindings (saml-bindings-2.0-os)", "3.4.3, 3.5.3")],
        remediation: da "Send RelayState fra LogoutRequest uændret tilbage med LogoutResponse.",
                     en "Send RelayState of the LogoutRequest back unchanged with the LogoutResponse.",
        parameters: [],
    }
}

fn on_response(
    subject: &TrialSubject,
    expected: &str,
    judge: impl FnOnce(&Received<LogoutResponse>, &Sent) -> Outcome,
) -> Outcome {
    match logout_response(subject) {
        Ok((response, request)) => judge(&response, &request),
        Err(nothing) => nothing.outcome(expected),
    }
}

fn response_sent(subject: &TrialSubject, _: &Parameters) -> Outcome {
    let setting = &subject.setting;
    let address = setting.slo_response.as_ref().unwrap_or(&setting.slo);
    match logout_response(subject) {
        Ok((response, _)) if recorded::is_sent_to(&response.url, address) => {
            recorded::destination(&response.message.header, address)
        }
        Ok((response, _)) => Outcome::fail(Reason::Different, address, response.url),
        Err(nothing) => nothing.demanded(address),
    }
}

fn response_signed(subject: &TrialSubject, _: &Parameters) -> Outcome {
    on_response(subject, "a signed LogoutResponse", |response, _| {
        // Verification knows no weak algorithm, so one check is enough here.
        recorded::signed(subject, response)
    })
}

fn response_success(subject: &TrialSubject, _: &Parameters) -> Outcome {
    on_response(subject, status::SUCCESS, |response, _| {
        let message = &response.message;
        Outcome::when(message.is_success(), Reason::Different, status::SUCCESS, message.status.join(", "))
    })
}

fn response_in_response_to(subject: &TrialSubject, _: &Parameters) -> Outcome {
    on_response(subject, "the LogoutRequest's ID", |response, request| {
        let expected = request.id.as_str();
        match response.message.in_response_to.as_deref() {
            Some(found) if found == expected => recorded::issuer(subject, &response.message.header),
            found => {
                let reason = if found.is_some() { Reason::Different } else { Reason::Missing };
                Outcome::fail(reason, expected, found.unwrap_or("none"))
            }
        }
    })
}

fn response_relay_state(subject: &TrialSubject, _: &Parameters) -> Outcome {
    on_response(subject, "RelayState of the LogoutRequest", |response, _| {
        match (recorded::relay_state_of_logout(subject), response.relay_state.as_deref()) {
            (None, _) => Outcome::not_tested(Reason::Missing, "RelayState of the LogoutRequest", "none was sent"),
            (Some(sent), Some(found)) => Outcome::when(sent == found, Reason::Different, sent, found),
            (Some(sent), None) => Outcome::fail(Reason::Missing, sent, "none"),
        }
    })
}
