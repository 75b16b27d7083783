//! Why a row of the fact tables is decided by no check. A reason stands once, with every row that it holds for; a test proves that each row is either decided
//! or has one reason.

use crate::language::Text;

/// Rows that no check decides, and why.
pub(crate) struct Reason {
    /// The rows.
    pub(crate) rows: &'static [&'static str],
    /// Why, for a reader who knows the row.
    pub(crate) why: Text,
}

/// Why no check decides this row; none when one does, or when the row is unknown.
pub(crate) fn reason(row: &str) -> Option<Text> {
    REASONS.iter().find(|reason| reason.rows.contains(&row)).map(|reason| reason.why)
}

const fn reason_of(rows: &'static [&'static str], da: &'static str, en: &'static str) -> Reason {
    Reason { rows, why: Text { da, en } }
}

/// Every reason, in the order of the tables.
pub(crate) const REASONS: &[Reason] = &[
    // Certificates.
    reason_of(
        &["FKI-CRT-10"],
        "Systemets tillidslager kan ikke ses udefra. At et svar med en fremmed nøgle afvises, prøver `login.strangers-certificate-refused`.",
        "The system's trust store cannot be seen from outside. That a Response with a stranger's key is refused is tried by `login.strangers-certificate-refused`.",
    ),
    reason_of(
        &["CRT-51"],
        "En prøve af programmet selv: spærreprøverne skal finde de kendte spærrede eksempler. Den står blandt programmets egne tests.",
        "A test of the probe itself: the revocation checks must find the known revoked samples. It stands among the program's own tests.",
    ),
    reason_of(
        &["CRT-55", "FKI-OPS-03"],
        "Hvordan en privat nøgle opbevares, og hvad der ligger i kode og images, kan ikke ses udefra. En profil kan lade erklæringen `key-protection` afgøre det.",
        "How a private key is kept, and what lies in code and images, cannot be seen from outside. A profile may let the declaration `key-protection` decide it.",
    ),
    reason_of(
        &["CRT-57", "CRT-58", "CRT-59", "CRT-60"],
        "Hvilke certifikater systemet stoler på, ses kun, når svar er signeret med dem; kravprobes identitetsudbyder har ingen spærrede, PSS-signerede, OCES2- eller enslydende certifikater.",
        "Which certificates the system trusts shows only when Responses are signed with them; the probe's identity provider has no revoked, PSS-signed, OCES2 or like-named ones.",
    ),
    // AuthnRequest.
    reason_of(
        &["FKI-ARQ-14"],
        "Anmodningen går til kravprobes egen identitetsudbyder, så værten er dens og ikke Context Handlers.",
        "The request goes to the probe's own identity provider, so the host is the probe's and not the Context Handler's.",
    ),
    reason_of(
        &["SP-REQ-01"],
        "Adressen afgøres af `authn-request.destination`; at bindingen skal være Redirect, siger kun SAML2Int, og Context Handler tager også POST (FKI-ARQ-01).",
        "The address is decided by `authn-request.destination`; that the binding must be Redirect is said by SAML2Int alone, and the Context Handler takes POST too (FKI-ARQ-01).",
    ),
    reason_of(
        &["FKI-ARQ-15", "SP-REQ-15"],
        "Hvornår nyt login skal kræves, afhænger af systemets egne handlinger, som login-prøverne ikke udløser.",
        "When a new login must be asked for depends on the system's own actions, which the login trials do not set off.",
    ),
    reason_of(
        &["FKI-ARQ-16"],
        "Kilden siger ikke, hvilke udvidelser der er kendte, så der er intet at måle med.",
        "The source does not say which extensions are known, so there is nothing to measure by.",
    ),
    reason_of(
        &["SP-REQ-14", "SP-REQ-16"],
        "Regler for NemLog-in; hos Context Handler følger attributprofilen af registreringen, og ingen kilde om Context Handler har reglen.",
        "Rules for NemLog-in; with the Context Handler the attribute profile follows the registration, and no source on the Context Handler has the rule.",
    ),
    reason_of(
        &["SP-REQ-18", "SP-REQ-19", "SP-REQ-20", "FKI-SES-01", "FKI-SES-02", "SP-SES-01"],
        "Prøverne følger svarene som en browser, men ingen prøve bedømmer systemets egne cookies, headere og rammer.",
        "The trials follow the answers as a browser does, but no check judges the system's own cookies, headers and frames.",
    ),
    reason_of(
        &["SP-REQ-22", "FKI-SES-04"],
        "Login-prøverne begynder på den beskyttede side, som målfilen nævner; om en anden dyb adresse huskes, prøves ikke.",
        "The login trials begin at the protected page that the target names; whether another deep address is remembered is not tried.",
    ),
    reason_of(
        &["SP-REQ-23"],
        "Det niveau, der bedes om, og det, der håndhæves, prøves hver for sig (`authn-request.level`, `login.level-below-minimum-refused`); ingen prøve holder dem sammen.",
        "The level that is asked for and the one that is enforced are tried each by itself (`authn-request.level`, `login.level-below-minimum-refused`); no check compares the two.",
    ),
    // Good Responses in other shapes.
    reason_of(
        &["FKI-RSP-03", "FKI-RSP-08", "FKI-RSP-37", "SP-ACC-03", "SP-ACC-04", "SP-ACC-05", "SP-REJ-25"],
        "Ingen prøve sender det, men det kan vælges i hånden på siden hos `kravprobe idp`, og udfaldet ses der.",
        "No trial sends it, but it can be chosen by hand on the page of `kravprobe idp`, and what comes of it is seen there.",
    ),
    reason_of(
        &[
            "FKI-RSP-19",
            "FKI-RSP-33",
            "FKI-RSP-34",
            "SP-ACC-07",
            "SP-ACC-08",
            "SP-ACC-09",
            "SP-ACC-11",
            "SP-ACC-12",
            "SP-ACC-16",
            "SP-ACC-19",
            "SP-ACC-20",
            "FKI-ATT-05",
            "FKI-ATT-11",
            "FKI-ATT-12",
            "FKI-ATT-13",
            "FKI-ATT-14",
        ],
        "Ingen prøve sender denne variant af et godt svar: kravprobe sender gode svar, som målfilen beskriver dem, og ændrer kun kryptering og nøgle.",
        "No trial sends this variant of a good Response: the probe sends good ones as the target describes them, and varies encryption and key alone.",
    ),
    // Bad Responses that are not sent.
    reason_of(
        &[
            "FKI-RSP-12",
            "FKI-RSP-21",
            "FKI-RSP-22",
            "FKI-RSP-24",
            "FKI-RSP-25",
            "FKI-RSP-32",
            "FKI-RSP-36",
            "SP-REJ-06",
            "SP-REJ-19",
            "SP-REJ-20",
            "SP-REJ-22",
            "SP-REJ-24",
        ],
        "Ingen prøve sender et svar med denne fejl; de fejl, der sendes, er dem, prøverne `login.*` nævner.",
        "No trial sends a Response with this fault; the faults that are sent are those that the checks `login.*` name.",
    ),
    reason_of(
        &["FKI-RSP-26", "SP-ACC-17", "SP-ACC-18", "SP-REJ-23"],
        "Kravprobes identitetsudbyder svarer altid med status Success; fejlstatus og en bruger, der fortryder, sendes ikke.",
        "The probe's identity provider always answers with status Success; error statuses and a user who cancels are not sent.",
    ),
    reason_of(
        &["FKI-RSP-27", "FKI-RSP-29", "SP-REJ-28", "SP-REJ-29", "ATT-27", "ATT-28", "ATT-39"],
        "Login-prøverne sender velformede svar i UTF-8 uden DTD og med POST; DTD, andre tegnsæt, GET og uforståelige svar sendes ikke ved login.",
        "The login trials send well-formed Responses in UTF-8 without a DTD and by POST; DTDs, other encodings, GET and garbage are not sent at a login.",
    ),
    reason_of(
        &["FKI-RSP-30", "SP-SLO-15", "ATT-29", "ATT-46"],
        "Bomber af entiteter eller komprimering og meget store svar kan standse et testsystem; login- og logoutprøverne sender ingen.",
        "Bombs of entities or compression and very large Responses may stop a test system; the login and logout trials send none.",
    ),
    reason_of(
        &["FKI-RSP-31"],
        "Kræver, at systemet opsættes med et udløbet certifikat for identitetsudbyderen; prøverne ændrer ikke systemets opsætning.",
        "Needs the system to be set up with an expired certificate of the identity provider; the trials do not change the system's settings.",
    ),
    reason_of(
        &[
            "FKI-ATT-02",
            "FKI-ATT-03",
            "FKI-ATT-04",
            "FKI-ATT-06",
            "FKI-ATT-07",
            "FKI-ATT-08",
            "FKI-ATT-09",
            "FKI-ATT-10",
            "SP-REJ-11",
            "SP-REJ-12",
            "SP-REJ-13",
            "SP-REJ-14",
            "SP-REJ-15",
            "SP-REJ-16",
            "SP-REJ-17",
            "SP-REJ-18",
        ],
        "Af attributterne ændrer prøverne kun sikringsniveauet, i attribut og klasse på én gang (`login.level-below-minimum-refused`), og én signeret værdi.",
        "Of the attributes the trials change the level of assurance alone, in attribute and class at once (`login.level-below-minimum-refused`), and one signed value.",
    ),
    reason_of(
        &["FKI-ATT-15"],
        "Hvad systemet gemmer, kan ikke ses udefra; i den log, der leveres, søger `event-log.no-secrets` efter CPR-numre.",
        "What the system stores cannot be seen from outside; in the log that is supplied, `event-log.no-secrets` looks for CPR numbers.",
    ),
    reason_of(
        &["SP-REJ-31", "SP-REJ-32"],
        "Prøverne ser, om der kom en session, og bedømmer ikke, hvad systemets fejlsider viser.",
        "The trials see whether a session came about, and do not judge what the system's error pages show.",
    ),
    reason_of(
        &["SP-REJ-30", "ATT-44"],
        "Kravprobes identitetsudbyder giver RelayState uændret tilbage; ingen prøve sender en fremmed adresse i den.",
        "The probe's identity provider gives RelayState back unchanged; no trial sends a foreign address in it.",
    ),
    // Privileges.
    reason_of(
        &[
            "FKI-PRV-01",
            "FKI-PRV-02",
            "FKI-PRV-03",
            "FKI-PRV-04",
            "FKI-PRV-05",
            "FKI-PRV-06",
            "FKI-PRV-07",
            "FKI-PRV-08",
            "FKI-PRV-09",
            "FKI-PRV-10",
            "FKI-PRV-11",
            "FKI-PRV-12",
            "FKI-PRV-13",
            "FKI-PRV-14",
            "FKI-PRV-15",
            "FKI-PRV-16",
            "FKI-PRV-17",
            "FKI-PRV-18",
            "FKI-PRV-19",
            "FKI-PRV-20",
            "FKI-PRV-23",
            "FKI-PRV-24",
            "FKI-PRV-25",
            "SP-ACC-13",
            "SP-ACC-14",
            "SP-ACC-15",
            "ATT-49",
            "ATT-50",
        ],
        "Prøverne ser, hvem der er logget ind, ikke hvad brugeren må. Af rettighederne afgør I-08.4 kun brugen af jobfunktionsroller, ved erklæringen `job-function-roles`.",
        "The trials see who is logged in, not what the user may do. Of privileges I-08.4 decides the use of jobfunktionsroller alone, by the declaration `job-function-roles`.",
    ),
    reason_of(
        &["FKI-PRV-21", "FKI-PRV-22"],
        "Roller og dataafgrænsningstyper står i Administrationsmodulet, som kravprobe ikke spørger. Registreringen afgøres af erklæringen `registered-in-administrationsmodul`.",
        "Roles and dataafgrænsningstyper stand in the Administrationsmodul, which the probe does not ask. The registration is decided by the declaration `registered-in-administrationsmodul`.",
    ),
    // Logout and sessions.
    reason_of(
        &["FKI-SLO-08", "FKI-SLO-09", "SP-SLO-10", "SP-SLO-11", "SP-SLO-13"],
        "Kravprobe sender et godt LogoutRequest, et usigneret, et fremmeds og et for en anden bruger; denne variant sendes ikke.",
        "The probe sends a good LogoutRequest, an unsigned one, a stranger's and one for another user; this variant is not sent.",
    ),
    reason_of(
        &["FKI-SLO-10", "FKI-SLO-13"],
        "Logoutprøverne går gennem én browser med dens cookies; SOAP og en browser, der holder cookies tilbage, prøves ikke.",
        "The logout trials go through one browser with its cookies; SOAP and a browser that holds cookies back are not tried.",
    ),
    reason_of(
        &["FKI-SLO-11", "FKI-SLO-15", "SP-SLO-05", "SP-SLO-06"],
        "Kravprobe besvarer et LogoutRequest med et rigtigt, signeret svar; ufuldstændige og forkerte svar sendes ikke.",
        "The probe answers a LogoutRequest with a right, signed answer; incomplete and wrong ones are not sent.",
    ),
    reason_of(
        &["SP-SLO-01", "SP-SLO-04"],
        "At sessionen er lukket efter logout, afgør `logout.local-session-ended`; rækkefølgen undervejs og ordene på siden bedømmes ikke.",
        "That the session has ended after the logout is decided by `logout.local-session-ended`; the order on the way and the words of the page are not judged.",
    ),
    reason_of(
        &["SP-SLO-16"],
        "En kørsel prøver ét system; logout over to systemer kræver to hos samme identitetsudbyder.",
        "A run tries one system; a logout over two systems needs two at the same identity provider.",
    ),
    reason_of(
        &["FKI-SES-03", "SP-SES-02", "SP-SES-03", "SP-SES-04"],
        "Ingen prøve venter på, at en session udløber af sig selv; det tager en halv time eller mere for hvert forsøg.",
        "No trial waits for a session to run out by itself; each attempt takes half an hour or more.",
    ),
    reason_of(
        &["FKI-SES-05", "FKI-SES-06", "SP-SES-05"],
        "Hver prøve har sin egen browser; den logger ikke ind oven i en session, genstarter ikke og går ikke tilbage efter logout.",
        "Each trial has a browser of its own; it does not log in over a session, restart, or go back after a logout.",
    ),
    // Token service, services of others, services of the vendor's own.
    reason_of(
        &[
            "FKI-STS-01",
            "FKI-STS-02",
            "FKI-STS-03",
            "FKI-STS-04",
            "FKI-STS-05",
            "FKI-STS-06",
            "FKI-STS-07",
            "FKI-STS-08",
            "FKI-STS-09",
            "FKI-STS-10",
            "FKI-STS-11",
            "FKI-STS-21",
            "FKI-STS-26",
        ],
        "Kravprobes tokentjeneste læser kaldet og afviser et, den ikke kan udstede på, men ingen prøve bedømmer kaldet regel for regel.",
        "The probe's token service reads the request and refuses one that it cannot issue on, but no check judges the request rule by rule.",
    ),
    reason_of(
        &["FKI-STS-12"],
        "TLS til FKI's egne tjenester ses ikke; mod kravprobes dueslag prøver `pull.tls-version` versionen.",
        "TLS to FKI's own services is not seen; at the probe's dueslag `pull.tls-version` tries the version.",
    ),
    reason_of(
        &["FKI-STS-13", "FKI-STS-14", "FKI-STS-15", "FKI-STS-16"],
        "Kravprobes tokentjeneste sender ingen forfalskede svar. `sf1514-adgangsstyring-for-systemer` afgør det ved erklæringen `token-answer-verified`.",
        "The probe's token service sends no forged answers. `sf1514-adgangsstyring-for-systemer` decides it by the declaration `token-answer-verified`.",
    ),
    reason_of(
        &["FKI-STS-20"],
        "Kravprobes tokentjeneste fejler ikke med vilje; pauser efter afviste login og afsendelser prøves af `pull.refused-login-no-hot-loop` og `send.no-retry-storm`.",
        "The probe's token service does not fail on purpose; pauses after refused logins and sendings are tried by `pull.refused-login-no-hot-loop` and `send.no-retry-storm`.",
    ),
    reason_of(
        &["FKI-STS-22", "FKI-STS-23", "FKI-STS-24", "FKI-STS-25"],
        "Kravprobes tokentjeneste udsteder SAML-tokens; OAuth, JWT og AccessTokenService efterligner den ikke.",
        "The probe's token service issues SAML tokens; it does not emulate OAuth, JWT and the AccessTokenService.",
    ),
    reason_of(
        &["FKI-SVC-01", "FKI-SVC-02", "FKI-SVC-03", "FKI-SVC-07", "FKI-SVC-08", "FKI-SVC-09", "TOK-04"],
        "Kaldene går til tjenester, der tager et token i SOAP eller REST; dem efterligner kravprobe ikke, og den står ikke foran dem.",
        "The calls go to services that take a token in SOAP or REST; the probe neither emulates them nor stands before them.",
    ),
    reason_of(
        &["FKI-SVC-04", "FKI-SVC-05"],
        "Kravprobe besvarer ikke systemets kald af FKI's tjenester. For Organisation afgør `sf1500-organisation` kontrollen af svarets certifikat ved erklæringen `organisation-answer-verified`.",
        "The probe does not answer the system's calls of FKI's services. For Organisation `sf1500-organisation` decides the check of the answer's certificate by the declaration `organisation-answer-verified`.",
    ),
    reason_of(
        &[
            "FKI-WSP-01",
            "FKI-WSP-02",
            "FKI-WSP-03",
            "FKI-WSP-04",
            "FKI-WSP-05",
            "FKI-WSP-06",
            "FKI-WSP-07",
            "FKI-WSP-08",
            "FKI-WSP-09",
            "FKI-WSP-10",
            "FKI-WSP-11",
        ],
        "Af systemets egne tjenester kalder kravprobe kun ModtagBesked; andre er forskellige fra system til system.",
        "Of the system's own services the probe calls ModtagBesked alone; others differ from system to system.",
    ),
    reason_of(
        &["FKI-WSP-12"],
        "Kravprobe kalder med det certifikat, leverandøren har fået; kald med et andet foretages ikke. For SF2900 afgøres det af erklæringen `distribution-callback-certificate`.",
        "The probe calls with the certificate that the vendor was given; no call with another is made. For SF2900 the declaration `distribution-callback-certificate` decides it.",
    ),
    reason_of(
        &[
            "FKI-OID-01",
            "FKI-OID-02",
            "FKI-OID-03",
            "FKI-OID-04",
            "FKI-OID-05",
            "FKI-OID-06",
            "FKI-OID-07",
            "FKI-OID-08",
        ],
        "Kravprobes identitetsudbyder taler SAML; et system, der er registreret med OIDC, kan den ikke prøve.",
        "The probe's identity provider speaks SAML; a system that is registered with OIDC cannot be tried by it.",
    ),
    // Logs and operation.
    reason_of(
        &["FKI-OPS-01", "ATT-48"],
        "Metadata for kravprobes identitetsudbyder er de samme under hele kørslen; en ny nøgle i dem prøves af `login.second-signing-key-accepted`, et skifte undervejs ikke.",
        "The metadata of the probe's identity provider are the same during a run; a further key in them is tried by `login.second-signing-key-accepted`, a change on the way is not.",
    ),
    reason_of(
        &["FKI-OPS-02"],
        "Serviceaftaler står i Administrationsmodulet, som kravprobe ikke spørger; de afgøres af erklæringen `service-agreements` og for beskeder af en eksport (`mailbox.*`).",
        "Service agreements stand in the Administrationsmodul, which the probe does not ask; the declaration `service-agreements` decides them, and for messages an export (`mailbox.*`).",
    ),
    reason_of(
        &["FKI-OPS-04", "FKI-OPS-05"],
        "Veje uden om Context Handler og skjulte afbrydere ses i systemets kode og drift, ikke udefra.",
        "Ways round the Context Handler and hidden switches show in the system's code and operation, not from outside.",
    ),
    reason_of(
        &["SP-LOG-01"],
        "At login, afvisning og logout står i loggen, afgør `trace.*`; at loggen gemmes i seks måneder, viser et udtræk ikke.",
        "That login, refusal and logout stand in the log is decided by `trace.*`; that it is kept for six months is not shown by an extract.",
    ),
    reason_of(
        &["SP-LOG-02"],
        "Kun den hændelseslog, der leveres, læses (`event-log.no-secrets`); systemets almindelige logge ses ikke.",
        "Only the event log that is supplied is read (`event-log.no-secrets`); the system's general logs are not seen.",
    ),
    // Attacks.
    reason_of(
        &["ATT-09", "ATT-10", "ATT-11", "ATT-12"],
        "Otte former for signaturindpakning sendes (`login.signature-wrapping-1-refused` til `-8-refused`); denne er ikke blandt dem.",
        "Eight forms of signature wrapping are sent (`login.signature-wrapping-1-refused` to `-8-refused`); this one is not among them.",
    ),
    reason_of(
        &[
            "ATT-14", "ATT-19", "ATT-20", "ATT-26", "ATT-30", "ATT-31", "ATT-32", "ATT-33", "ATT-34", "ATT-35",
            "ATT-36", "ATT-37", "ATT-38", "ATT-40",
        ],
        "Af falske signaturer sender prøverne usignerede svar, ændrede svar, SHA-1 og to fremmede nøgler, ingen med denne fejl i selve signaturen.",
        "Of false signatures the trials send unsigned and changed Responses, SHA-1 and two strangers' keys, none with this fault in the signature itself.",
    ),
    reason_of(
        &["ATT-17"],
        "Kræver en privat nøgle til en anden parts ægte OCES3-certifikat, som kravprobe ikke har.",
        "Needs the private key of another party's genuine OCES3 certificate, which the probe does not have.",
    ),
    reason_of(
        &["ATT-21", "ATT-22"],
        "Prøverne krypterer rigtigt og med RSA-OAEP; ødelagte krypteringer og RSA 1.5 sendes ikke.",
        "The trials encrypt rightly and with RSA-OAEP; broken encryptions and RSA 1.5 are not sent.",
    ),
    reason_of(
        &["ATT-24", "ATT-25"],
        "Kommentaren sendes i NameID (`login.comment-in-name-id`); i attributter, og som behandlingsinstruktion, sendes den ikke.",
        "The comment is sent in NameID (`login.comment-in-name-id`); in attributes, and as a processing instruction, it is not.",
    ),
    reason_of(
        &["ATT-47"],
        "Det gamle svar sendes igen (`login.replay-at-once-refused`); et nyt svar på en allerede besvaret anmodning sendes ikke.",
        "The old Response is sent again (`login.replay-at-once-refused`); a new Response to a request that was answered already is not sent.",
    ),
    // Organisation and index.
    reason_of(
        &["ORG-03"],
        "Roller står i Administrationsmodulet, som kravprobe ikke spørger. `sf1500-organisation` afgør det ved erklæringen `organisation-service-agreement`.",
        "Roles stand in the Administrationsmodul, which the probe does not ask. `sf1500-organisation` decides it by the declaration `organisation-service-agreement`.",
    ),
    reason_of(
        &["ORG-05"],
        "Hvad systemet gør på en planlagt dato, ser ingen udefra. `sf1500-organisation` afgør det ved erklæringen `organisation-planned-events`.",
        "What the system does on a planned date shows to nobody outside it. `sf1500-organisation` decides it by the declaration `organisation-planned-events`.",
    ),
    reason_of(
        &["SDI-05"],
        "Ingen udefra ser kildens sager. `sf1470-sags-og-dokumentindeks` afgør det ved erklæringen `sdi-initial-delivery`.",
        "Nobody outside sees the cases of the source. `sf1470-sags-og-dokumentindeks` decides it by the declaration `sdi-initial-delivery`.",
    ),
    // Logins of which one variant is tried.
    reason_of(
        &["SP-REJ-01", "SP-REJ-02", "SP-REJ-03"],
        "Kun en anden Destination, Recipient eller Audience sendes (FKI-RSP-11, -13, -14); at en manglende afvises, prøves ikke.",
        "Only another Destination, Recipient or Audience is sent (FKI-RSP-11, -13, -14); that a missing one is refused is not tried.",
    ),
    reason_of(
        &["SP-REJ-04", "SP-REJ-05", "SP-REJ-21"],
        "Alle beskedens tider flyttes på én gang (`login.expired-refused`, `login.not-yet-valid-refused`), så det ses ikke, hvilken af dem systemet kontrollerer; en manglende NotOnOrAfter sendes ikke.",
        "Every instant of the message is moved at once (`login.expired-refused`, `login.not-yet-valid-refused`), so it does not show which of them the system checks; a missing NotOnOrAfter is not sent.",
    ),
    reason_of(
        &["SP-REJ-07"],
        "Et ukendt og et manglende InResponseTo prøves (FKI-RSP-15, -16), men ikke forskellige værdier de to steder.",
        "An unknown and an absent InResponseTo are tried (FKI-RSP-15, -16), but not different values in the two places.",
    ),
    reason_of(
        &["SP-REJ-09", "FKI-RSP-10"],
        "Udsteder ændres i Response og Assertion på én gang (`login.other-issuer-refused`), og kun til en helt anden; det ene sted alene og en tilføjet skråstreg prøves ikke.",
        "The issuer is changed in Response and Assertion at once (`login.other-issuer-refused`), and only to quite another; one place alone and an added slash are not tried.",
    ),
    reason_of(
        &["SP-REJ-10"],
        "At et for lavt sikringsniveau ikke giver en session, prøves (FKI-ATT-01); om brugeren får en besked, ses ikke i prøven.",
        "That too low a level gives no session is tried (FKI-ATT-01); whether the user is shown a message is not looked at.",
    ),
    reason_of(
        &["FKI-RSP-28"],
        "En kommentar sendes i NameID (ATT-23), ikke i en attributværdi.",
        "A comment is sent in NameID (ATT-23), not in an attribute value.",
    ),
    reason_of(
        &["ATT-18"],
        "Signatur og digest sendes med SHA-1 på én gang (FKI-RSP-09); SHA-1 i digest alene prøves ikke.",
        "Signature and digest are sent with SHA-1 at once (FKI-RSP-09); SHA-1 in the digest alone is not tried.",
    ),
    reason_of(
        &["ATT-41"],
        "Genbrug prøves med det samme (SP-REJ-26) og efter logout (SP-REJ-27), men ikke efter 10 minutter.",
        "A replay is tried at once (SP-REJ-26) and after logout (SP-REJ-27), but not after 10 minutes.",
    ),
    reason_of(
        &["ATT-45", "SP-SLO-09"],
        "LogoutRequest sendes usigneret og med fremmed nøgle (FKI-SLO-07), men ikke med SHA-1, forkert Destination, forældet eller fra en anden udsteder.",
        "A LogoutRequest is sent unsigned and with a stranger's key (FKI-SLO-07), but not with SHA-1, a wrong Destination, stale or of another issuer.",
    ),
];
