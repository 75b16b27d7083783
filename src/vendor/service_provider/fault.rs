//! The switchable faults: each is one mistake that a real vendor has made or could make, and one switch in the code.

use crate::document::nearest;
use crate::language::Text;

/// Where a fault shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// In the AuthnRequest that the system sends.
    AuthnRequest,
    /// In what the system makes of a Response.
    Response,
    /// In the user's session and rights.
    Session,
    /// In single logout.
    Logout,
    /// In the system's own event log.
    EventLog,
    /// In nothing but how the system answers: for the instrument that judges, not a mistake of a vendor.
    Oracle,
}

macro_rules! faults {
    ($($area:ident { $($name:ident = $kebab:literal, $da:literal, $en:literal;)+ })+) => {
        /// One deliberate fault of the reference vendor.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Fault { $($(#[doc = $en] $name,)+)+ }

        impl Fault {
            /// Every fault, in the order they are listed.
            pub const ALL: &'static [Self] = &[$($(Self::$name,)+)+];

            /// The name on the command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $($(Self::$name => $kebab,)+)+ }
            }

            /// What is wrong.
            #[must_use]
            pub const fn what(self) -> Text {
                match self { $($(Self::$name => Text { da: $da, en: $en },)+)+ }
            }

            /// Where it shows.
            #[must_use]
            pub const fn area(self) -> Area {
                match self { $($(Self::$name => Area::$area,)+)+ }
            }
        }
    };
}

faults! {
    AuthnRequest {
        RequestUnsigned = "request-unsigned",
            "AuthnRequest er ikke signeret",
            "the AuthnRequest is not signed";
        RequestSignedReencoded = "request-signed-reencoded",
            "signaturen over AuthnRequest er beregnet over en anden URL-kodning end den afsendte",
            "the AuthnRequest's signature is over another URL encoding than the one that is sent";
        RequestSignedSha1 = "request-signed-sha1",
            "AuthnRequest er signeret med rsa-sha1",
            "the AuthnRequest is signed with rsa-sha1";
        RequestSignedWithOtherKey = "request-signed-with-other-key",
            "AuthnRequest er signeret med en nøgle, der ikke står til signering i metadata",
            "the AuthnRequest is signed with a key that the metadata does not offer for signing";
        RequestDestination = "request-destination",
            "Destination i AuthnRequest er en anden adresse end der sendes til",
            "Destination of the AuthnRequest is not the address it is sent to";
        RequestWithoutDestination = "request-without-destination",
            "AuthnRequest har ingen Destination",
            "the AuthnRequest has no Destination";
        RequestIssuer = "request-issuer",
            "Issuer i AuthnRequest er entityID med en skråstreg til sidst",
            "Issuer of the AuthnRequest is the entityID with a slash at the end";
        RequestAcs = "request-acs",
            "AuthnRequest beder om svar på en ACS-adresse, der ikke står i metadata",
            "the AuthnRequest asks for the answer at an ACS address that is not in the metadata";
        RequestBinding = "request-binding",
            "AuthnRequest beder om svar med HTTP-Artifact",
            "the AuthnRequest asks for the answer by HTTP-Artifact";
        RequestStale = "request-stale",
            "IssueInstant i AuthnRequest er en time gammel",
            "IssueInstant of the AuthnRequest is an hour old";
        RequestLocalTime = "request-local-time",
            "IssueInstant i AuthnRequest er lokal tid uden Z",
            "IssueInstant of the AuthnRequest is local time without Z";
        RequestVersion = "request-version",
            "Version i AuthnRequest er 1.1",
            "Version of the AuthnRequest is 1.1";
        RequestExactContext = "request-exact-context",
            "RequestedAuthnContext har ikke Comparison=minimum",
            "RequestedAuthnContext lacks Comparison=minimum";
        RequestPasswordContext = "request-password-context",
            "RequestedAuthnContext er PasswordProtectedTransport",
            "RequestedAuthnContext is PasswordProtectedTransport";
        RequestLowContext = "request-low-context",
            "RequestedAuthnContext beder om et lavere sikringsniveau end systemets minimum",
            "RequestedAuthnContext asks for a lower level of assurance than the system's minimum";
        RequestRepeatedId = "request-repeated-id",
            "alle AuthnRequests har samme ID",
            "every AuthnRequest has the same ID";
        RequestCountedId = "request-counted-id",
            "ID i AuthnRequest er et løbenummer",
            "the ID of the AuthnRequest is a running number";
        RequestNumericId = "request-numeric-id",
            "ID i AuthnRequest begynder med et ciffer og er derfor ikke et NCName",
            "the ID of the AuthnRequest begins with a digit and so is no NCName";
        RequestNameIdPolicy = "request-name-id-policy",
            "NameIDPolicy beder om en e-mailadresse",
            "NameIDPolicy asks for an e-mail address";
        RequestRelayStateAddress = "request-relay-state-address",
            "RelayState er den ønskede adresse i klartekst, mere end 80 byte lang",
            "RelayState is the wanted address in the clear, longer than 80 bytes";
    }
    Response {
        RefusesPlain = "refuses-plain",
            "afviser en Assertion, der ikke er krypteret",
            "refuses an Assertion that is not encrypted";
        RefusesEncrypted = "refuses-encrypted",
            "kan ikke dekryptere",
            "cannot decrypt";
        RefusesOaepSha256 = "refuses-oaep-sha256",
            "kan ikke dekryptere RSA-OAEP med SHA-256, kun med SHA-1",
            "cannot decrypt RSA-OAEP with SHA-256, only with SHA-1";
        RefusesOaepSha1 = "refuses-oaep-sha1",
            "kan ikke dekryptere RSA-OAEP med SHA-1",
            "cannot decrypt RSA-OAEP with SHA-1";
        RefusesTokenReference = "refuses-token-reference",
            "kan ikke dekryptere, når nøglen er angivet med SecurityTokenReference",
            "cannot decrypt when the key is named by a SecurityTokenReference";
        OnlyFirstKey = "only-first-key",
            "kender kun det første signeringscertifikat i identitetsudbyderens metadata",
            "knows only the first signing certificate of the identity provider's metadata";
        RefusesHigherLevel = "refuses-higher-level",
            "kræver præcis sit minimumsniveau og afviser et højere",
            "demands exactly its minimum level and refuses a higher one";
        RefusesWithoutEmail = "refuses-without-email",
            "afviser brugere uden e-mailadresse",
            "refuses users without an e-mail address";
        NameIdNotTrimmed = "name-id-not-trimmed",
            "finder ikke Serial i et NameID med mellemrum omkring lighedstegnet",
            "does not find Serial in a NameID with blanks around the equals sign";
        SignatureNotChecked = "signature-not-checked",
            "kontrollerer slet ingen signatur",
            "checks no signature at all";
        AcceptsUnsigned = "accepts-unsigned",
            "godtager en Assertion uden signatur",
            "takes an Assertion without a signature";
        EncryptedNeedsNoSignature = "encrypted-needs-no-signature",
            "kontrollerer ikke signaturen, når Assertion er krypteret",
            "does not check the signature when the Assertion is encrypted";
        ResponseSignatureSuffices = "response-signature-suffices",
            "godtager en usigneret Assertion, når Response er signeret",
            "takes an unsigned Assertion when the Response is signed";
        TrustsCertificateInKeyInfo = "trusts-certificate-in-key-info",
            "stoler på det certifikat, der står i signaturens KeyInfo",
            "trusts the certificate in the signature's KeyInfo";
        TrustsKeyValue = "trusts-key-value",
            "stoler på den nøgle, der står i signaturens KeyValue",
            "trusts the key in the signature's KeyValue";
        DigestNotChecked = "digest-not-checked",
            "kontrollerer signaturen, men ikke digest af det signerede",
            "checks the signature but not the digest of what is signed";
        AcceptsSha1 = "accepts-sha1",
            "godtager signaturer med SHA-1",
            "takes signatures with SHA-1";
        ReadsFirstAssertion = "reads-first-assertion",
            "nøjes med én gyldig signatur et sted i svaret og læser den første Assertion",
            "is content with a valid signature anywhere in the message and reads the first Assertion";
        ReadsLastAssertion = "reads-last-assertion",
            "nøjes med én gyldig signatur et sted i svaret og læser den sidste Assertion",
            "is content with a valid signature anywhere in the message and reads the last Assertion";
        ReadsAnyAssertion = "reads-any-assertion",
            "nøjes med én gyldig signatur et sted i svaret og læser den første Assertion uanset dybde",
            "is content with a valid signature anywhere in the message and reads the first Assertion at any depth";
        CommentCutsNameId = "comment-cuts-name-id",
            "læser kun NameID frem til en XML-kommentar",
            "reads the NameID only up to an XML comment";
        AcceptsExpired = "accepts-expired",
            "kontrollerer ikke NotOnOrAfter",
            "does not check NotOnOrAfter";
        AcceptsNotYetValid = "accepts-not-yet-valid",
            "kontrollerer ikke NotBefore",
            "does not check NotBefore";
        SkewInMinutes = "skew-in-minutes",
            "urskævheden på 300 sekunder er sat som 300 minutter",
            "the clock skew of 300 seconds is set as 300 minutes";
        AudienceNotChecked = "audience-not-checked",
            "kontrollerer ikke Audience",
            "does not check Audience";
        RecipientNotChecked = "recipient-not-checked",
            "kontrollerer ikke Recipient",
            "does not check Recipient";
        DestinationNotChecked = "destination-not-checked",
            "kontrollerer ikke Destination",
            "does not check Destination";
        IssuerNotChecked = "issuer-not-checked",
            "kontrollerer ikke Issuer",
            "does not check Issuer";
        MethodNotChecked = "confirmation-method-not-checked",
            "godtager andre bekræftelsesmetoder end bearer",
            "takes other confirmation methods than bearer";
        StatusNotChecked = "status-not-checked",
            "kontrollerer ikke Status",
            "does not check Status";
        AcceptsUnknownRequest = "accepts-unknown-request",
            "godtager InResponseTo for en forespørgsel, der aldrig er sendt",
            "takes an InResponseTo of a request that was never sent";
        AcceptsForeignRequest = "accepts-foreign-request",
            "binder ikke forespørgslen til den browser, der sendte den",
            "does not bind the request to the browser that made it";
        AcceptsUnsolicited = "accepts-unsolicited",
            "godtager et svar uden InResponseTo",
            "takes a Response without InResponseTo";
        AcceptsReplay = "accepts-replay",
            "husker ikke, hvilke svar der er brugt",
            "does not remember which Responses were used";
        AcceptsReplayAfterLogout = "accepts-replay-after-logout",
            "glemmer ved logout, hvilke svar sessionen brugte",
            "forgets at logout which Responses the session used";
        AcceptsReplayWithoutCookie = "accepts-replay-without-cookie",
            "kontrollerer hverken browser eller genbrug, når browseren ingen cookie sender",
            "checks neither browser nor reuse when the browser sends no cookie";
        LevelNotChecked = "level-not-checked",
            "håndhæver ikke sit minimumsniveau (NSIS)",
            "does not enforce its minimum level (NSIS)";
        SpecVersionNotChecked = "spec-version-not-checked",
            "kontrollerer ikke specVersion",
            "does not check specVersion";
        CvrNotChecked = "cvr-not-checked",
            "godtager et CVR-nummer, der ikke har otte cifre",
            "takes a CVR number that has not eight digits";
        OpenRedirect = "open-redirect",
            "sender efter login brugeren til den adresse, som RelayState angiver",
            "sends the user after login to whatever address RelayState names";
    }
    Session {
        SessionFixation = "session-fixation",
            "beholder browserens egen sessionscookie ved login",
            "keeps the browser's own session cookie at login";
        InsecureCookie = "insecure-cookie",
            "sessionscookien er uden Secure og HttpOnly",
            "the session cookie lacks Secure and HttpOnly";
        StrictSessionCookie = "strict-session-cookie",
            "sessionscookien har SameSite=Strict og overlever ikke vejen fra identitetsudbyderen",
            "the session cookie has SameSite=Strict and does not survive the way from the identity provider";
        LaxLoginCookie = "lax-login-cookie",
            "cookien for login under vejs har SameSite=Lax og sendes ikke med svaret (POST)",
            "the cookie of a login under way has SameSite=Lax and is not sent with the Response (POST)";
        RememberMe = "remember-me",
            "en husk mig-cookie genskaber sessionen uden om identitetsudbyderen",
            "a remember-me cookie makes the session again without the identity provider";
        OneNamespace = "one-privilege-namespace",
            "kender kun det gamle navnerum (itst.dk) for rettighedslisten",
            "knows only the old namespace (itst.dk) of the privilege list";
        RoleSubstring = "role-by-substring",
            "sammenligner rollen uden domæne og version",
            "compares the role without domain and version";
        ScopeIgnored = "scope-ignored",
            "ser ikke på rettighedsgruppens Scope (CVR)",
            "does not look at the Scope (CVR) of the privilege group";
        FirstGroupOnly = "first-privilege-group-only",
            "læser kun den første rettighedsgruppe",
            "reads only the first privilege group";
        RightsWithoutPrivileges = "rights-without-privileges",
            "giver adgang, når rettighedslisten mangler",
            "gives access when the privilege list is missing";
    }
    Logout {
        LogoutKeepsSession = "logout-keeps-session",
            "logout i systemet afslutter ikke den lokale session",
            "logout in the system does not end the local session";
        LogoutCookieOnly = "logout-cookie-only",
            "logout sletter kun cookien; en gammel cookie virker stadig",
            "logout deletes only the cookie; an old cookie still works";
        NoLogoutRequest = "no-logout-request",
            "logout i systemet fortæller ikke identitetsudbyderen noget",
            "logout in the system tells the identity provider nothing";
        LogoutRequestUnsigned = "logout-request-unsigned",
            "LogoutRequest er ikke signeret",
            "the LogoutRequest is not signed";
        LogoutRequestSha1 = "logout-request-sha1",
            "LogoutRequest er signeret med rsa-sha1",
            "the LogoutRequest is signed with rsa-sha1";
        LogoutRequestNameId = "logout-request-name-id",
            "NameID i LogoutRequest er ikke det modtagne",
            "the NameID of the LogoutRequest is not the one received";
        LogoutRequestNameIdFormat = "logout-request-name-id-format",
            "NameID i LogoutRequest er uden Format",
            "the NameID of the LogoutRequest has no Format";
        LogoutRequestSessionIndex = "logout-request-session-index",
            "SessionIndex i LogoutRequest er ikke det modtagne",
            "the SessionIndex of the LogoutRequest is not the one received";
        LogoutRequestWithoutSessionIndex = "logout-request-without-session-index",
            "LogoutRequest er uden SessionIndex",
            "the LogoutRequest has no SessionIndex";
        LogoutRequestDestination = "logout-request-destination",
            "Destination i LogoutRequest er en anden adresse end der sendes til",
            "Destination of the LogoutRequest is not the address it is sent to";
        LogoutRequestIssuer = "logout-request-issuer",
            "Issuer i LogoutRequest er entityID med en skråstreg til sidst",
            "Issuer of the LogoutRequest is the entityID with a slash at the end";
        LogoutRequestStale = "logout-request-stale",
            "IssueInstant i LogoutRequest er en time gammel",
            "IssueInstant of the LogoutRequest is an hour old";
        IdpLogoutIgnored = "idp-logout-ignored",
            "svarer ja til identitetsudbyderens LogoutRequest, men beholder sessionen",
            "says yes to the identity provider's LogoutRequest but keeps the session";
        IdpLogoutUnanswered = "idp-logout-unanswered",
            "afslutter sessionen på identitetsudbyderens LogoutRequest, men svarer ikke",
            "ends the session on the identity provider's LogoutRequest but does not answer";
        IdpLogoutUnsignedAccepted = "idp-logout-unsigned-accepted",
            "følger en LogoutRequest uden signatur",
            "obeys a LogoutRequest without a signature";
        IdpLogoutAnyKeyAccepted = "idp-logout-any-key-accepted",
            "kontrollerer ikke, hvem der har signeret en LogoutRequest",
            "does not check who signed a LogoutRequest";
        IdpLogoutEndsAnySession = "idp-logout-ends-any-session",
            "afslutter browserens session, uanset hvis session LogoutRequest gælder",
            "ends the browser's session whosever session the LogoutRequest is about";
        LogoutResponseToLocation = "logout-response-to-location",
            "sender LogoutResponse til Location i stedet for ResponseLocation",
            "sends the LogoutResponse to Location instead of ResponseLocation";
        LogoutResponseUnsigned = "logout-response-unsigned",
            "LogoutResponse er ikke signeret",
            "the LogoutResponse is not signed";
        LogoutResponseSha1 = "logout-response-sha1",
            "LogoutResponse er signeret med rsa-sha1",
            "the LogoutResponse is signed with rsa-sha1";
        LogoutResponseInResponseTo = "logout-response-in-response-to",
            "InResponseTo i LogoutResponse er ikke forespørgslens ID",
            "InResponseTo of the LogoutResponse is not the request's ID";
        LogoutResponseRelayState = "logout-response-relay-state",
            "LogoutResponse giver ikke RelayState tilbage",
            "the LogoutResponse does not give RelayState back";
    }
    EventLog {
        LoginNotLogged = "login-not-logged",
            "skriver ingen linje om et login",
            "writes no line on a login";
        LoggedWithoutAssertion = "logged-without-assertion",
            "skriver ikke Assertion ID i loggen",
            "writes no Assertion ID into the log";
        LoggedWithoutAccount = "logged-without-account",
            "skriver ikke kontoen i loggen",
            "writes no account into the log";
        RefusalNotLogged = "refusal-not-logged",
            "skriver ingen linje om et afvist login",
            "writes no line on a refused login";
        RefusalWithoutReason = "refusal-without-reason",
            "skriver ikke, hvorfor et login blev afvist",
            "does not write why a login was refused";
        LogoutNotLogged = "logout-not-logged",
            "skriver ingen linje om et logout",
            "writes no line on a logout";
        LogClockWrong = "log-clock-wrong",
            "loggens ur går tre minutter for stærkt",
            "the log's clock is three minutes fast";
        LogClockDayAhead = "log-clock-day-ahead",
            "loggens ur er et døgn foran",
            "the log's clock is a day ahead";
        LogoutServerSlow = "logout-server-slow",
            "den server, der tager imod logout fra identitetsudbyderen, skriver i loggen med et ur, der er et minut bagud",
            "the server that takes the identity provider's logouts writes into the log with a clock that is a minute slow";
        LogsWholeResponse = "logs-whole-response",
            "skriver hele SAMLResponse i loggen",
            "writes the whole SAMLResponse into the log";
        LogsSessionCookie = "logs-session-cookie",
            "skriver sessionscookien i loggen",
            "writes the session cookie into the log";
    }
    Oracle {
        RefusesEverybody = "refuses-everybody",
            "afviser ethvert login",
            "refuses every login";
        ErrorsWith200 = "errors-with-200",
            "er uden fejl, men fejlsider har status 200",
            "is without fault, but error pages have status 200";
        SessionForEverythingThen403 = "session-for-everything-then-403",
            "åbner en session for ethvert svar og svarer så 403",
            "opens a session for every Response and then answers 403";
        SessionForBadThen403 = "session-for-bad-then-403",
            "åbner også en session for et afvist svar, men svarer 403",
            "opens a session for a refused Response too, but answers 403";
        GoodWith500 = "good-with-500",
            "er uden fejl, men svarer 500 på et godt login",
            "is without fault, but answers a good login with 500";
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// No fault has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no fault is named `{name}`{}", .nearest.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default())]
pub struct UnknownFault {
    name: String,
    nearest: Option<&'static str>,
}

impl std::str::FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, UnknownFault> {
        let found = Self::ALL.iter().find(|fault| fault.name() == name).copied();
        found.ok_or_else(|| UnknownFault {
            name: name.chars().take(60).collect(),
            nearest: nearest(name, Self::ALL.iter().map(|fault| fault.name())),
        })
    }
}

/// The faults that are switched on.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn new(faults: &[Fault]) -> Self {
        Self(faults.to_vec())
    }

    /// Whether the fault is on.
    pub(super) fn has(&self, fault: Fault) -> bool {
        self.0.contains(&fault)
    }

    /// Whether one of them is on.
    pub(super) fn any(&self, faults: &[Fault]) -> bool {
        faults.iter().any(|fault| self.has(*fault))
    }
}
