//! Which checks each fault of the reference vendor must turn red, thought out by hand. Where a fault turns more than one red, the
//! comment says why. A check that merely cannot decide any more (because nobody can log in, for one) is not red.

use crate::language::Text;
use crate::vendor::service_provider::Fault;

/// What must come of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Exactly these checks fail.
    Red(&'static [&'static str]),
    /// Nothing fails and everything is decided, for this reason.
    Nothing(Text),
    /// Nothing fails, for this reason; what the fault takes away to decide with may stay undecided.
    Unseen(Text),
}

impl Expected {
    /// Why nothing fails.
    #[must_use]
    pub const fn because(self) -> Option<Text> {
        match self {
            Self::Red(_) => None,
            Self::Nothing(because) | Self::Unseen(because) => Some(because),
        }
    }

    /// Ids of the checks that must fail.
    #[must_use]
    pub const fn checks(self) -> &'static [&'static str] {
        match self {
            Self::Red(checks) => checks,
            Self::Nothing(_) | Self::Unseen(_) => &[],
        }
    }
}

const RIGHTS: Text = Text {
    da: "rettigheder bedømmes endnu ikke; sessionen er den rette brugers",
    en: "rights are not judged yet; the session is the right user's",
};
const COOKIES: Text = Text {
    da: "cookiens egenskaber bedømmes endnu ikke; sessionen opstår og slutter, som den skal",
    en: "the cookie's properties are not judged yet; the session begins and ends as it must",
};
const NO_CASE: Text = Text {
    da: "intet forsøg sender endnu en besked, der viser det",
    en: "no trial sends a message that shows it yet",
};
const CORRECT: Text = Text {
    da: "systemet er uden fejl; kun siderne svarer anderledes",
    en: "the system is without fault; only its pages answer differently",
};

/// A system that opens a session for every bad message fails every check on refusal, and no other.
const EVERY_REFUSAL: &[&str] = &[
    "login.changed-after-signing-refused",
    "login.comment-in-name-id",
    "login.encrypted-unsigned-refused",
    "login.expired-refused",
    "login.level-below-minimum-refused",
    "login.not-yet-valid-refused",
    "login.other-audience-refused",
    "login.other-browsers-request-refused",
    "login.other-destination-refused",
    "login.other-issuer-refused",
    "login.other-recipient-refused",
    "login.replay-after-logout-refused",
    "login.replay-at-once-refused",
    "login.replay-in-other-browser-refused",
    "login.sha1-signature-refused",
    "login.signature-wrapping-1-refused",
    "login.signature-wrapping-2-refused",
    "login.signature-wrapping-3-refused",
    "login.signature-wrapping-4-refused",
    "login.signature-wrapping-5-refused",
    "login.signature-wrapping-6-refused",
    "login.signature-wrapping-7-refused",
    "login.signature-wrapping-8-refused",
    "login.strangers-certificate-refused",
    "login.strangers-key-value-refused",
    "login.unknown-request-refused",
    "login.unsigned-assertion-refused",
    "login.unsolicited-refused",
];

/// Whoever is content with a valid signature anywhere takes every wrapped message: some as the forged user, some as the signed one
/// (which is refused as well, unless a profile says `signed_identity_may_enter`).
const EVERY_WRAPPING: &[&str] = &[
    "login.signature-wrapping-1-refused",
    "login.signature-wrapping-2-refused",
    "login.signature-wrapping-3-refused",
    "login.signature-wrapping-4-refused",
    "login.signature-wrapping-5-refused",
    "login.signature-wrapping-6-refused",
    "login.signature-wrapping-7-refused",
    "login.signature-wrapping-8-refused",
];

/// Nobody gets in, so the good login fails and everything that needs a good login beside it stays undecided.
const NOBODY_GETS_IN: &[&str] = &["login.good-response-accepted"];

/// What must come of each fault. A new fault does not compile until it stands here.
#[must_use]
#[allow(clippy::too_many_lines, reason = "a table")]
pub const fn expected(fault: Fault) -> Expected {
    use Expected::{Nothing, Red};
    match fault {
        // The algorithm of a signature that is not there is not judged.
        Fault::RequestUnsigned | Fault::RequestSignedReencoded | Fault::RequestSignedWithOtherKey => {
            Red(&["authn-request.signed"])
        }
        // A weak signature proves nothing, so the request counts as not signed either.
        Fault::RequestSignedSha1 => Red(&["authn-request.signature-algorithm", "authn-request.signed"]),
        Fault::RequestDestination | Fault::RequestWithoutDestination => Red(&["authn-request.destination"]),
        Fault::RequestIssuer => Red(&["authn-request.issuer"]),
        Fault::RequestAcs => Red(&["authn-request.consumer-service"]),
        Fault::RequestBinding => Red(&["authn-request.protocol-binding"]),
        Fault::RequestStale | Fault::RequestLocalTime => Red(&["authn-request.issue-instant"]),
        Fault::RequestVersion => Red(&["authn-request.version"]),
        // A class that is no NSIS level asks for no level, so it is not too low.
        Fault::RequestExactContext | Fault::RequestPasswordContext => Red(&["authn-request.authn-context"]),
        Fault::RequestLowContext => Red(&["authn-request.level"]),
        // With one ID for all, the answer to another browser's request is also the answer to one's own.
        Fault::RequestRepeatedId => Red(&["authn-request.id", "login.other-browsers-request-refused"]),
        Fault::RequestCountedId | Fault::RequestNumericId => Red(&["authn-request.id"]),
        Fault::RequestNameIdPolicy => Red(&["authn-request.name-id-policy"]),
        Fault::RequestRelayStateAddress => Red(&["authn-request.relay-state"]),

        Fault::RefusesPlain | Fault::LaxLoginCookie | Fault::RefusesEverybody => Red(NOBODY_GETS_IN),
        // The two differ in nothing but the digest of RSA-OAEP.
        Fault::RefusesEncrypted => Red(&["login.encrypted-oaep-sha1-accepted", "login.encrypted-oaep-sha256-accepted"]),
        Fault::RefusesOaepSha256 => Red(&["login.encrypted-oaep-sha256-accepted"]),
        Fault::RefusesOaepSha1 => Red(&["login.encrypted-oaep-sha1-accepted"]),
        Fault::OnlyFirstKey => Red(&["login.second-signing-key-accepted"]),
        Fault::RefusesTokenReference
        | Fault::RefusesHigherLevel
        | Fault::RefusesWithoutEmail
        | Fault::NameIdNotTrimmed
        | Fault::ResponseSignatureSuffices
        | Fault::MethodNotChecked
        | Fault::StatusNotChecked
        | Fault::SpecVersionNotChecked
        | Fault::CvrNotChecked
        | Fault::OpenRedirect => Nothing(NO_CASE),

        // Every message whose one flaw is the signature, and every wrapping with one Assertion directly in the Response: XSW3 and
        // XSW5 have two, which this system refuses whatever is signed.
        Fault::SignatureNotChecked => Red(&[
            "login.changed-after-signing-refused",
            "login.encrypted-unsigned-refused",
            "login.sha1-signature-refused",
            "login.signature-wrapping-1-refused",
            "login.signature-wrapping-2-refused",
            "login.signature-wrapping-4-refused",
            "login.signature-wrapping-6-refused",
            "login.signature-wrapping-7-refused",
            "login.signature-wrapping-8-refused",
            "login.strangers-certificate-refused",
            "login.strangers-key-value-refused",
            "login.unsigned-assertion-refused",
        ]),
        // Encryption hides nothing from this fault, and in XSW4 the forged outer Assertion has no Signature of its own. In the
        // other wrappings the forged one has a Signature, two Assertions stand side by side, or the Response's signature is wrong.
        Fault::AcceptsUnsigned => Red(&[
            "login.encrypted-unsigned-refused",
            "login.signature-wrapping-4-refused",
            "login.unsigned-assertion-refused",
        ]),
        Fault::EncryptedNeedsNoSignature => Red(&["login.encrypted-unsigned-refused"]),
        // Those who verify a signature in a way of their own do not see that an ID occurs twice, and let the signed user of XSW7 in.
        Fault::TrustsCertificateInKeyInfo => {
            Red(&["login.signature-wrapping-7-refused", "login.strangers-certificate-refused"])
        }
        Fault::TrustsKeyValue => Red(&["login.signature-wrapping-7-refused", "login.strangers-key-value-refused"]),
        Fault::AcceptsSha1 => Red(&["login.sha1-signature-refused", "login.signature-wrapping-7-refused"]),
        // As above; and in XSW6 and XSW8 the forged Assertion carries a genuine Signature, whose digest alone is wrong.
        Fault::DigestNotChecked => Red(&[
            "login.changed-after-signing-refused",
            "login.signature-wrapping-6-refused",
            "login.signature-wrapping-7-refused",
            "login.signature-wrapping-8-refused",
        ]),
        Fault::ReadsFirstAssertion | Fault::ReadsLastAssertion | Fault::ReadsAnyAssertion => Red(EVERY_WRAPPING),
        Fault::CommentCutsNameId => Red(&["login.comment-in-name-id"]),
        Fault::AcceptsExpired => Red(&["login.expired-refused"]),
        Fault::AcceptsNotYetValid => Red(&["login.not-yet-valid-refused"]),
        // Both trials are about an hour off, and this skew is five.
        Fault::SkewInMinutes => Red(&["login.expired-refused", "login.not-yet-valid-refused"]),
        Fault::AudienceNotChecked => Red(&["login.other-audience-refused"]),
        Fault::RecipientNotChecked => Red(&["login.other-recipient-refused"]),
        Fault::DestinationNotChecked => Red(&["login.other-destination-refused"]),
        Fault::IssuerNotChecked => Red(&["login.other-issuer-refused"]),
        Fault::AcceptsUnknownRequest => Red(&["login.unknown-request-refused"]),
        Fault::AcceptsForeignRequest => Red(&["login.other-browsers-request-refused"]),
        Fault::AcceptsUnsolicited => Red(&["login.unsolicited-refused"]),
        // Nothing used is remembered, so a logout between makes no difference. Another browser is still seen to be another.
        Fault::AcceptsReplay => Red(&["login.replay-after-logout-refused", "login.replay-at-once-refused"]),
        Fault::AcceptsReplayAfterLogout => Red(&["login.replay-after-logout-refused"]),
        Fault::AcceptsReplayWithoutCookie => Red(&["login.replay-in-other-browser-refused"]),
        Fault::LevelNotChecked => Red(&["login.level-below-minimum-refused"]),

        // The probe visits the pages as a user who types the address, to whom a strict cookie goes.
        Fault::SessionFixation | Fault::InsecureCookie | Fault::StrictSessionCookie => Nothing(COOKIES),
        // Whichever way the session ends, the remember-me cookie makes it again.
        Fault::RememberMe => {
            Red(&["logout.identity-provider-ends-session", "logout.local-session-ended", "logout.old-cookie-refused"])
        }
        Fault::OneNamespace
        | Fault::RoleSubstring
        | Fault::ScopeIgnored
        | Fault::FirstGroupOnly
        | Fault::RightsWithoutPrivileges => Nothing(RIGHTS),

        // A session that has not ended also opens to the cookie from before.
        Fault::LogoutKeepsSession => Red(&["logout.local-session-ended", "logout.old-cookie-refused"]),
        Fault::LogoutCookieOnly => Red(&["logout.old-cookie-refused"]),
        Fault::NoLogoutRequest => Red(&["logout.request-sent"]),
        Fault::LogoutRequestUnsigned => Red(&["logout.request-signed"]),
        // As for the AuthnRequest.
        Fault::LogoutRequestSha1 => Red(&["logout.request-signature-algorithm", "logout.request-signed"]),
        Fault::LogoutRequestNameId | Fault::LogoutRequestNameIdFormat => Red(&["logout.request-name-id"]),
        Fault::LogoutRequestSessionIndex | Fault::LogoutRequestWithoutSessionIndex => {
            Red(&["logout.request-session-index"])
        }
        Fault::LogoutRequestDestination => Red(&["logout.request-destination"]),
        Fault::LogoutRequestIssuer => Red(&["logout.request-issuer"]),
        Fault::LogoutRequestStale => Red(&["logout.request-issue-instant"]),
        Fault::IdpLogoutIgnored => Red(&["logout.identity-provider-ends-session"]),
        Fault::IdpLogoutUnanswered | Fault::LogoutResponseToLocation => Red(&["logout.response-sent"]),
        Fault::IdpLogoutUnsignedAccepted => Red(&["logout.unsigned-request-refused"]),
        Fault::IdpLogoutAnyKeyAccepted => Red(&["logout.strangers-request-refused"]),
        Fault::IdpLogoutEndsAnySession => Red(&["logout.other-user-keeps-session"]),
        Fault::LogoutResponseUnsigned | Fault::LogoutResponseSha1 => Red(&["logout.response-signed"]),
        Fault::LogoutResponseInResponseTo => Red(&["logout.response-in-response-to"]),
        Fault::LogoutResponseRelayState => Red(&["logout.response-relay-state"]),

        Fault::LoginNotLogged | Fault::LoggedWithoutAssertion | Fault::LoggedWithoutAccount => {
            Red(&["trace.login-logged"])
        }
        Fault::RefusalNotLogged | Fault::RefusalWithoutReason => Red(&["trace.refusal-logged"]),
        Fault::LogoutNotLogged => Red(&["trace.logout-logged"]),
        // Three minutes after the run a log that is still written has lines anyway.
        Fault::LogClockWrong => Red(&["trace.clock"]),
        // Held against UTC, the clock is wrong; and the log alone shows lines after the run, or one line that goes back.
        Fault::LogClockDayAhead | Fault::LogoutServerSlow => Red(&["event-log.times", "trace.clock"]),
        Fault::LogsWholeResponse | Fault::LogsSessionCookie => Red(&["event-log.no-secrets"]),

        Fault::ErrorsWith200 | Fault::GoodWith500 => Nothing(CORRECT),
        Fault::SessionForEverythingThen403 | Fault::SessionForBadThen403 => Red(EVERY_REFUSAL),
    }
}
