//! Every word of the desk's pages, in both languages.

use crate::language::Text;

const fn text(da: &'static str, en: &'static str) -> Text {
    Text { da, en }
}

macro_rules! words {
    ($($name:ident = $da:literal, $en:literal;)+) => {
        $(pub(super) const $name: Text = text($da, $en);)+
    };
}

words! {
    TITLE = "kravprobe: test-identitetsudbyder", "kravprobe: test identity provider";
    EXAMPLE = "Dette er en identitetsudbyder til test. Den kender ingen rigtige brugere og lukker enhver ind som hvem som helst. Intet system i drift må stole på den.", "This is an identity provider for tests. It knows no real users and lets anybody in as anybody. No system in operation may trust it.";
    OTHER_LANGUAGE = "English", "Dansk";
    IDENTITY_PROVIDER = "Identitetsudbyder", "Identity provider";
    SYSTEM = "Systemet", "The system";
    METADATA = "Metadata", "Metadata";
    DOWNLOAD = "Hent metadata", "Download metadata";
    CONSUMER = "Modtager (ACS)", "Consumer (ACS)";
    HOW = "Åbn systemet i denne browser, og log ind. Anmodningen ender her og kan besvares.", "Open the system in this browser and log in. The request ends here and can be answered.";
    UNSOLICITED = "Send et svar, ingen har bedt om", "Send a Response that nobody asked for";
    UNSOLICITED_NOTE = "Svaret har intet InResponseTo.", "The Response has no InResponseTo.";
    REQUESTS = "Modtagne beskeder", "Messages received";
    SESSIONS = "Udstedte logins", "Logins issued";
    NONE_YET = "Ingen endnu.", "None yet.";
    SHOW = "Vis", "Show";
    LOG_OUT = "Send LogoutRequest", "Send a LogoutRequest";
    SIGNED_BY = "Signeret af", "Signed by";
    OWN = "identitetsudbyderen", "the identity provider";
    NOBODY = "ingen", "nobody";
    STRANGER = "en fremmed", "a stranger";
    NO_LOGOUT = "Systemets metadata har ingen SingleLogoutService med HTTP-Redirect.", "The system's metadata has no SingleLogoutService with HTTP-Redirect.";
    AUTHN_REQUEST = "Systemet beder om et login", "The system asks for a login";
    LOGOUT_REQUEST = "Systemet logger en bruger ud", "The system logs a user out";
    LOGOUT_RESPONSE = "Systemet har besvaret en LogoutRequest", "The system answered a LogoutRequest";
    SAYS = "Hvad beskeden siger", "What the message says";
    FITS = "stemmer", "fits";
    FITS_NOT = "stemmer ikke", "does not fit";
    EXPECTED = "forventet", "expected";
    CHECKS = "Prøver af anmodningen", "Checks of the request";
    CHECKS_NOTE = "Afgjort på denne ene anmodning og den forrige, med prøvernes standardparametre.", "Judged on this request and the one before it, with the checks' default parameters.";
    XML = "Beskeden som XML", "The message as XML";
    ANSWER = "Svaret", "The answer";
    FILL = "Udfyld med testbruger", "Fill in a test user";
    COMMON_NAME = "Navn (CN)", "Name (CN)";
    SERIAL = "UUID (Serial)", "UUID (Serial)";
    CVR = "CVR-nummer", "CVR number";
    ORGANISATION = "Organisation", "Organisation";
    EMAIL = "E-mail (valgfri)", "E-mail (optional)";
    NAME_ID_FIELD = "Hele NameID (valgfri)", "Whole NameID (optional)";
    LEVEL = "Sikringsniveau", "Level of assurance";
    ROLES = "Brugersystemroller, én pr. linje: URI | cvr=12345678 | type=værdi, værdi", "Brugersystemroller, one a line: URI | cvr=12345678 | type=value, value";
    ATTRIBUTES = "Flere attributter, én pr. linje: navn=værdi", "Further attributes, one a line: name=value";
    CHANGE = "Hvad der gøres ved svaret", "What is done to the answer";
    CHANGES = "Ændringer", "Changes";
    CASES = "Prøvernes forsøg", "Trials of the checks";
    FORGED = "Hvis svaret er forfalsket, er den falske identitet", "When the answer is forged, the false identity is";
    ENCRYPTED = "Krypter Assertionen", "Encrypt the Assertion";
    AT_ONCE = "Send videre med det samme", "Send on at once";
    MAKE = "Lav svaret", "Make the answer";
    READY = "Svaret er klar", "The answer is ready";
    READY_NOTE = "Tryk på knappen for at sende det til systemet.", "Press the button to send it to the system.";
    GOES_TO = "Sendes til", "Goes to";
    SEND = "Send til systemet", "Send to the system";
    ANSWER_LOGOUT = "Svar, at brugeren er logget ud", "Answer that the user is logged out";
    BACK = "Til forsiden", "To the front page";
    PROBLEM = "Det kan ikke lade sig gøre", "That cannot be done";
    GONE = "Denne besked er her ikke længere. Begynd forfra i systemet.", "This message is no longer here. Begin again in the system.";
    WRONG_ACS = "Systemet beder om en modtager (ACS), som dets metadata ikke nævner. Svaret sendes ikke dertil, men til den, der er valgt i metadata.", "The system asks for a consumer (ACS) that its metadata does not name. The answer does not go there but to the metadata's default.";
    WRONG_HOST = "Siden blev hentet under en anden adresse end sin egen.", "The page was asked for under another address than its own.";
    NOT_FOUND = "Siden findes ikke.", "There is no such page.";
    UNKNOWN_CHOICE = "Valget findes ikke.", "There is no such choice.";
    NO_MESSAGE = "Der er ingen SAML-besked i forespørgslen.", "There is no SAML message in the request.";
    UNREADABLE = "Beskeden kan ikke læses.", "The message cannot be read.";
    OTHER_MESSAGE = "Beskeden er en anden end AuthnRequest, LogoutRequest og LogoutResponse.", "The message is another one than AuthnRequest, LogoutRequest and LogoutResponse.";
    CANNOT_MAKE = "Svaret kunne ikke laves.", "The answer could not be made.";
    ISSUER = "Issuer", "Issuer";
    ID = "ID", "ID";
    DESTINATION = "Destination", "Destination";
    ISSUE_INSTANT = "IssueInstant", "IssueInstant";
    ACS_URL = "AssertionConsumerServiceURL", "AssertionConsumerServiceURL";
    ACS_INDEX = "AssertionConsumerServiceIndex", "AssertionConsumerServiceIndex";
    PROTOCOL_BINDING = "ProtocolBinding", "ProtocolBinding";
    NAME_ID_POLICY = "NameIDPolicy Format", "NameIDPolicy Format";
    FORCE_AUTHN = "ForceAuthn", "ForceAuthn";
    IS_PASSIVE = "IsPassive", "IsPassive";
    CONTEXT = "RequestedAuthnContext", "RequestedAuthnContext";
    NAME_ID = "NameID", "NameID";
    SESSION_INDEX = "SessionIndex", "SessionIndex";
    IN_RESPONSE_TO = "InResponseTo", "InResponseTo";
    STATUS = "StatusCode", "StatusCode";
    SIGNATURE = "Signatur", "Signature";
    RELAY_STATE = "RelayState", "RelayState";
    SENT_BEFORE = "en LogoutRequest herfra", "a LogoutRequest from here";
    ISSUED_BEFORE = "et NameID, der er udstedt her", "a NameID that was issued here";
}
