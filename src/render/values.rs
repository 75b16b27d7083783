//! Danish for the few words inside expected and observed values.
//!
//! `report.json` holds values, which are the same in every language: OIDs, dates, counts, names. Where a value is a phrase, the
//! renderings show it in the reader's language. Only whole phrases of this list are replaced (the parts of a value are
//! separated by `; `, and `#` stands for a run of digits), so that text from outside is never changed.

use crate::language::Language;
use std::borrow::Cow;

/// English phrase and its Danish form, with the numbers in the same order.
const PHRASES: &[(&str, &str)] = &[
    // Trials.
    ("a certificate for encryption in the SP metadata", "et krypteringscertifikat i SP-metadata"),
    ("a part of the message was removed from the record", "en del af beskeden er fjernet fra optagelsen"),
    (
        "a signature that verifies with a signing certificate of the SP metadata",
        "en signatur, der verificerer med et signeringscertifikat fra SP-metadata",
    ),
    ("a signed AuthnRequest", "en signeret AuthnRequest"),
    ("a signed LogoutRequest", "en signeret LogoutRequest"),
    ("a signed LogoutResponse", "en signeret LogoutResponse"),
    ("an AssertionConsumerService of the SP metadata", "en AssertionConsumerService fra SP-metadata"),
    ("an AuthnRequest without a DTD", "en AuthnRequest uden DTD"),
    (
        "an NCName of at least # characters, different in two logins",
        "et NCName på mindst # tegn, forskelligt i to login",
    ),
    ("an NSIS level, Comparison=\"minimum\"", "et NSIS-niveau, Comparison=\"minimum\""),
    ("an identifier of another kind, or encrypted", "en identifikator af en anden slags eller krypteret"),
    ("at least the system's minimum level", "mindst systemets mindsteniveau"),
    ("at most # bytes, no address", "højst # byte, ingen adresse"),
    ("formats that the identity provider offers", "formater, som identitetsudbyderen tilbyder"),
    ("no Destination", "ingen Destination"),
    ("no RequestedAuthnContext", "ingen RequestedAuthnContext"),
    ("no SPSSODescriptor can be read", "ingen SPSSODescriptor kan læses"),
    ("no ds:Signature inside the message", "ingen ds:Signature i beskeden"),
    ("no level asked for", "intet niveau efterspurgt"),
    ("no login was seen before", "intet login blev set før"),
    ("no message was sent", "ingen besked blev sendt"),
    ("no recorded conversation", "ingen optaget samtale"),
    ("none named", "ingen nævnt"),
    ("none was sent", "ingen blev sendt"),
    ("not signed", "ikke signeret"),
    ("rsa-sha# or stronger", "rsa-sha# eller stærkere"),
    ("the conversation has no message to the identity provider", "samtalen har ingen besked til identitetsudbyderen"),
    ("the login's NameID is not recorded", "loginnets NameID er ikke optaget"),
    ("the login's SessionIndex is not recorded", "loginnets SessionIndex er ikke optaget"),
    ("the message is not UTF-#", "beskeden er ikke UTF-#"),
    ("the metadata has no signing certificate", "metadata har intet signeringscertifikat"),
    ("the target says no minimum level", "målfilen nævner intet mindsteniveau"),
    ("no session", "ingen session"),
    ("a session as the user of the message", "en session som beskedens bruger"),
    ("a session as the genuine identity", "en session som den ægte identitet"),
    ("a session as the forged identity", "en session som den forfalskede identitet"),
    (
        "a session that mixes the genuine and the forged identity",
        "en session, der blander den ægte og den forfalskede identitet",
    ),
    ("a session of an identity that no page shows", "en session, hvis identitet ingen side viser"),
    ("not to be told", "kan ikke afgøres"),
    ("the pages were not asked for", "siderne blev ikke hentet"),
    ("the system answered with status #", "systemet svarede med status #"),
    (
        "the pages look neither as they do to nobody nor as they do to a user",
        "siderne ser hverken ud som uden session eller som for en bruger",
    ),
    (
        "the identity page shows neither nobody nor anybody of this trial",
        "identitetssiden viser hverken ingen eller nogen fra forsøget",
    ),
    ("the pages could not be visited without a session", "siderne kunne ikke besøges uden session"),
    ("the good login before the trial did not come through", "det gode login før forsøget kom ikke igennem"),
    (
        "the good login before the trial opened no session that the pages show",
        "det gode login før forsøget åbnede ingen session, som siderne viser",
    ),
    (
        "the pages do not tell a logged-in user from a visitor without a session",
        "siderne viser ikke forskel på en bruger, der er logget ind, og en besøgende uden session",
    ),
    ("a good login", "et godt login"),
    ("a good login after the trial", "et godt login efter forsøget"),
    ("a good login with the message", "et godt login med beskeden"),
    ("an answer to the message", "et svar på beskeden"),
    ("the message was not sent", "beskeden blev ikke sendt"),
    ("it is not recorded", "det er ikke optaget"),
    ("the visit without a session is not recorded", "besøget uden session er ikke optaget"),
    ("the login before the trial is not recorded", "loginnet før forsøget er ikke optaget"),
    ("the trial is not recorded", "forsøget er ikke optaget"),
    ("the first delivery", "første levering"),
    ("no session as the forged identity", "ingen session som den forfalskede identitet"),
    ("a page that shows who is logged in", "en side, der viser, hvem der er logget ind"),
    ("no page shows it", "ingen side viser det"),
    ("no session, or one under the whole NameID", "ingen session eller en under hele NameID"),
    ("a session under the whole NameID", "en session under hele NameID"),
    ("a session, and no page shows under which NameID", "en session, og ingen side viser under hvilket NameID"),
    ("a session as serial, the text before the comment", "en session som serial, teksten før kommentaren"),
    ("a session as shown, the text before the comment", "en session som den viste bruger, teksten før kommentaren"),
    ("a session to end", "en session at afslutte"),
    ("no session after the logout", "ingen session efter logout"),
    ("no session with the cookies from before the logout", "ingen session med cookierne fra før logout"),
    ("the session stays", "sessionen består"),
    ("a good LogoutRequest", "en god LogoutRequest"),
    ("a good LogoutRequest ends the session", "en god LogoutRequest afslutter sessionen"),
    ("no connection", "ingen forbindelse"),
    ("TLS failed", "TLS mislykkedes"),
    ("no complete answer within # s", "intet fuldstændigt svar inden for # s"),
    ("an answer of more than # bytes", "et svar på mere end # byte"),
    ("a compressed answer that was not asked for", "et komprimeret svar, der ikke blev bedt om"),
    ("the exchange broke off", "udvekslingen blev afbrudt"),
    ("more than # redirects", "mere end # omdirigeringer"),
    ("an address that cannot be used", "en adresse, der ikke kan bruges"),
    (
        "the way to login led to no request to the identity provider",
        "vejen til login førte ikke til en forespørgsel til identitetsudbyderen",
    ),
    ("the request to the identity provider cannot be read", "forespørgslen til identitetsudbyderen kan ikke læses"),
    ("the probe failed", "prøveværktøjet fejlede"),
    (
        "an [authorisation] that counts now, outside production",
        "en [authorisation], der gælder nu, uden for produktion",
    ),
    ("a run that is not offline", "en kørsel med netværk"),
    ("a second [[saml.user]]", "endnu en [[saml.user]]"),
    ("an identity provider with two signing keys", "en identitetsudbyder med to signeringsnøgler"),
    ("a certificate for encryption in the system's metadata", "et krypteringscertifikat i systemets metadata"),
    (
        "an AssertionConsumerService with HTTP-POST in the system's metadata",
        "en AssertionConsumerService med HTTP-POST i systemets metadata",
    ),
    (
        "a SingleLogoutService with HTTP-Redirect in the system's metadata",
        "en SingleLogoutService med HTTP-Redirect i systemets metadata",
    ),
    ("`logout` in [saml]", "`logout` i [saml]"),
    ("`minimum_level` in [saml], with a level below it", "`minimum_level` i [saml] med et niveau under sig"),
    ("a run that gets as far as this trial", "en kørsel, der når til dette forsøg"),
    ("# bits", "# bit"),
    ("# bytes", "# byte"),
    ("# characters", "# tegn"),
    ("# contacts, # addresses, # usable", "# kontakter, # adresser, # brugbare"),
    ("# days", "# dage"),
    ("# days, tolerance #", "# dage, tolerance #"),
    ("# day", "# dag"),
    ("# day, until #-#-#T#:#:#Z", "# dag, indtil #-#-#T#:#:#Z"),
    ("expired # day ago", "udløbet for # dag siden"),
    ("expired # days ago", "udløbet for # dage siden"),
    ("expired less than # day ago", "udløbet for mindre end # dag siden"),
    ("expired # day ago, until #-#-#T#:#:#Z", "udløbet for # dag siden, gjaldt indtil #-#-#T#:#:#Z"),
    ("expired # days ago, until #-#-#T#:#:#Z", "udløbet for # dage siden, gjaldt indtil #-#-#T#:#:#Z"),
    (
        "expired less than # day ago, until #-#-#T#:#:#Z",
        "udløbet for mindre end # dag siden, gjaldt indtil #-#-#T#:#:#Z",
    ),
    ("# signing certificate(s), # day left", "# signeringscertifikat(er), # dag tilbage"),
    (
        "# signing certificate(s), the last expired # day ago",
        "# signeringscertifikat(er), det sidste udløbet for # dag siden",
    ),
    (
        "# signing certificate(s), the last expired # days ago",
        "# signeringscertifikat(er), det sidste udløbet for # dage siden",
    ),
    (
        "# signing certificate(s), the last expired less than # day ago",
        "# signeringscertifikat(er), det sidste udløbet for mindre end # dag siden",
    ),
    ("# octets", "# oktetter"),
    ("# trailing bytes", "# byte efter certifikatet"),
    ("# KeyDescriptor, # with a certificate", "# KeyDescriptor, # med et certifikat"),
    ("# SPSSODescriptor, # IDPSSODescriptor", "# SPSSODescriptor, # IDPSSODescriptor"),
    ("# certificate(s), # others compared", "# certifikat(er), # andre sammenlignet"),
    ("# of OIOSAML #, # of OIOSAML #", "# fra OIOSAML #, # fra OIOSAML #"),
    ("# or #.#", "# eller #.#"),
    ("# services, # with ServiceName", "# tjenester, # med ServiceName"),
    ("# services, # distinct indexes, # isDefault", "# tjenester, # forskellige index, # isDefault"),
    ("# signing certificate(s), # days left", "# signeringscertifikat(er), # dage tilbage"),
    ("# signing certificate(s), -# days left", "# signeringscertifikat(er), -# dage tilbage"),
    ("-# days, until #-#-#T#:#:#Z", "-# dage, indtil #-#-#T#:#:#Z"),
    ("# days, until #-#-#T#:#:#Z", "# dage, indtil #-#-#T#:#:#Z"),
    ("#-#-#T#:#:#Z to #-#-#T#:#:#Z", "#-#-#T#:#:#Z til #-#-#T#:#:#Z"),
    (">= # AttributeConsumingService, each with ServiceName", ">= # AttributeConsumingService, hver med ServiceName"),
    (">= # encryption certificate", ">= # krypteringscertifikat"),
    (">= # signing certificate", ">= # signeringscertifikat"),
    (">= # days", ">= # dage"),
    ("# ds:Signature in the document element", "# ds:Signature i rodelementet"),
    ("AES-GCM and RSA-OAEP, no rsa-#_#, no tripledes-cbc", "AES-GCM og RSA-OAEP, ikke rsa-#_#, ikke tripledes-cbc"),
    ("CRL good until #-#-#T#:#:#Z", "CRL gyldig indtil #-#-#T#:#:#Z"),
    ("CRL revoked #-#-#T#:#:#Z", "CRL spærret #-#-#T#:#:#Z"),
    ("CRL not asked", "CRL ikke spurgt"),
    ("OCSP good until #-#-#T#:#:#Z", "OCSP gyldig indtil #-#-#T#:#:#Z"),
    ("OCSP revoked #-#-#T#:#:#Z", "OCSP spærret #-#-#T#:#:#Z"),
    ("OCSP not asked", "OCSP ikke spurgt"),
    (
        "ContactPerson technical | administrative with EmailAddress",
        "ContactPerson technical | administrative med EmailAddress",
    ),
    ("DER X.#, # trailing bytes", "DER X.#, # byte efter certifikatet"),
    ("EntityDescriptor, one SPSSODescriptor", "EntityDescriptor, én SPSSODescriptor"),
    ("NTRDK- and # digits", "NTRDK- og # cifre"),
    ("OCSP and caIssuers on one host", "OCSP og caIssuers på én vært"),
    ("OCSP and caIssuers on ca#.gov.dk or ca#.cti-gov.dk", "OCSP og caIssuers på ca#.gov.dk eller ca#.cti-gov.dk"),
    ("OIOSAML # or OIOSAML #", "OIOSAML # eller OIOSAML #"),
    ("RSA >= # bits or EC >= # bits", "RSA >= # bit eller EC >= # bit"),
    ("SHA-# or stronger", "SHA-# eller stærkere"),
    ("TLS #.# or #.# negotiated", "TLS #.# eller #.# forhandlet"),
    ("TLS #.# refused", "TLS #.# afvist"),
    ("SSL #.# refused", "SSL #.# afvist"),
    ("a CVR number", "et CVR-nummer"),
    ("a signing certificate with more than # days left", "et signeringscertifikat med mere end # dage tilbage"),
    ("absolute URI, <= # characters", "absolut URI, <= # tegn"),
    ("absolute URL, no user information, no fragment", "absolut URL uden brugeroplysninger og fragment"),
    ("valid at the instant of judgement", "gyldigt på vurderingstidspunktet"),
    ("begins #-#-#T#:#:#Z", "begynder #-#-#T#:#:#Z"),
    ("ended #-#-#T#:#:#Z", "udløb #-#-#T#:#:#Z"),
    ("after #-#-#T#:#:#Z", "efter #-#-#T#:#:#Z"),
    ("all refused", "alle afvist"),
    ("all valid, up to a root", "alle gyldige, op til en rod"),
    ("an OCES policy of version #", "en OCES-politik i version #"),
    ("an added anchor", "et tilføjet anker"),
    ("another certificate and key", "et andet certifikat og en anden nøgle"),
    ("at least # bits", "mindst # bit"),
    ("at most # days", "højst # dage"),
    ("at most #-#-#T#:#:#Z", "højst #-#-#T#:#:#Z"),
    ("attributes of OIOSAML #, # or #", "attributter fra OIOSAML #, # eller #"),
    ("certificates of this system alone", "certifikater, som kun dette system bruger"),
    ("connection closed", "forbindelsen lukket"),
    ("critical", "kritisk"),
    ("critical, CA:FALSE", "kritisk, CA:FALSE"),
    ("not critical, CA:FALSE", "ikke kritisk, CA:FALSE"),
    ("curve of at least # bits, DH of at least # bits", "kurve på mindst # bit, DH på mindst # bit"),
    ("declared CVR", "oplyst CVR"),
    ("declared kind", "oplyst slags"),
    (
        "digitalSignature and keyEncipherment, neither keyCertSign nor cRLSign",
        "digitalSignature og keyEncipherment, hverken keyCertSign eller cRLSign",
    ),
    ("distinct indexes, at most # isDefault", "forskellige index, højst # isDefault"),
    ("each extension once and readable, critical ones known", "hver udvidelse én gang og læselig, kritiske kendt"),
    ("employee", "medarbejder"),
    ("environment local", "miljø local"),
    ("good", "gyldigt"),
    ("handshake failure or HTTP # or #", "afvist i handshake eller HTTP # eller #"),
    ("host not in allowed_hosts", "vært, der ikke står i allowed_hosts"),
    ("max-age >= # days", "max-age >= # dage"),
    ("more than # days", "mere end # dage"),
    ("neither ROCA nor a small factor", "hverken ROCA eller en lille faktor"),
    ("neither an OCES policy nor a UI:DK serialNumber", "hverken OCES-politik eller UI:DK-serialNumber"),
    ("no //adgangsstyring.", "ikke //adgangsstyring."),
    ("no CVR #xxxxxxx outside test", "intet CVR #xxxxxxx uden for test"),
    ("no HTTP-Redirect", "ingen HTTP-Redirect"),
    ("no OCES policy", "ingen OCES-politik"),
    ("no TRUST# certificate", "intet TRUST#-certifikat"),
    ("no answer, #, # or redirect to https", "intet svar, #, # eller omdirigering til https"),
    ("no internal data in comments", "ingen interne oplysninger i kommentarer"),
    ("no metadata URL in the target", "ingen metadata-URL i målfilen"),
    ("no personal attribute", "ingen personattribut"),
    ("no policy", "ingen politik"),
    ("no secret", "ingen hemmelighed"),
    ("no undeclared personal attribute", "ingen personattribut, som ikke er oplyst"),
    ("no validUntil", "ingen validUntil"),
    ("none", "ingen"),
    ("none (of # compared)", "ingen (af # sammenlignede)"),
    ("none found", "ingen fundet"),
    ("none in organizationIdentifier", "intet i organizationIdentifier"),
    ("none in the target", "ingen i målfilen"),
    ("none or rfc#Name", "ingen eller rfc#Name"),
    ("not \"Den Danske Stat kvalificeret\"", "ikke \"Den Danske Stat kvalificeret\""),
    ("one CN and one O, not empty", "ét CN og ét O, ikke tomme"),
    ("one document with this entityID", "ét dokument med dette entityID"),
    ("one host of the test PKI", "én vært i test-PKI'en"),
    ("organisation", "organisation"),
    ("path to a root of Mozilla's list or the target's", "sti til en rod på Mozillas liste eller i målfilen"),
    ("positive, # to # octets", "positivt, # til # oktetter"),
    ("public hosts", "offentlige værter"),
    ("refused: #DES", "afvist: #DES"),
    ("refused: CBC-SHA#", "afvist: CBC-SHA#"),
    ("refused: NULL, EXPORT, anon, RC#, DES", "afvist: NULL, EXPORT, anon, RC#, DES"),
    ("reference to the document element's ID", "reference til rodelementets ID"),
    ("role tls-server", "rolle tls-server"),
    ("same canonical XML", "samme kanoniske XML"),
    (
        "specVersion, privilegesIntermediate, loa, cvr, orgName, KombitSpecVer",
        "specVersion, privilegesIntermediate, loa, cvr, orgName, KombitSpecVer",
    ),
    ("static RSA", "statisk RSA"),
    ("static RSA refused", "statisk RSA afvist"),
    ("system", "system"),
    ("system or organisation", "system eller organisation"),
    ("the host of the OCSP service", "OCSP-tjenestens vært"),
    ("the issuer's notAfter", "udstederens notAfter"),
    ("the issuer's subjectKeyIdentifier", "udstederens subjectKeyIdentifier"),
    ("no answer at hand", "intet svar til rådighed"),
    ("host not on the list of allowed hosts", "værten står ikke på listen over tilladte værter"),
    ("valid", "gyldig"),
    // Trials with messages.
    ("# effects", "# virkninger"),
    ("# messages acknowledged", "# beskeder kvitteret"),
    ("# messages about # objects", "# beskeder om # objekter"),
    ("# of # messages", "# af # beskeder"),
    ("# acknowledged messages never showed", "# kvitterede beskeder viste sig aldrig"),
    ("# did", "# viste sig"),
    (
        "# messages showed up to #.# s later: stored later, or shown later",
        "# beskeder viste sig op til #.# s senere: gemt senere eller vist senere",
    ),
    ("# deliveries", "# leverancer"),
    ("# answers of at least #", "# svar af mindst #"),
    ("# attempts within a minute", "# forsøg inden for et minut"),
    ("# tokens issued, # of them needlessly", "# tokens udstedt, heraf # unødvendigt"),
    ("a good token used again # times", "et godt token brugt igen # gange"),
    ("# calls, the latest #.# s after the token's end", "# kald, det seneste #.# s efter tokenets udløb"),
    ("#.# s between # visits", "#.# s mellem # besøg"),
    ("# requests came to it", "der kom # forespørgsler til den"),
    ("HTTP # with # characters", "HTTP # med # tegn"),
    ("HTTP # with an empty body", "HTTP # uden indhold"),
    ("HTTP # without a StatusKode", "HTTP # uden StatusKode"),
    ("StatusKode # with HTTP #", "StatusKode # med HTTP #"),
    ("StatusKode #, then StatusKode #", "StatusKode #, derefter StatusKode #"),
    ("StatusKode #, then HTTP # with an empty body", "StatusKode #, derefter HTTP # uden indhold"),
    ("StatusKode #, then HTTP # without a StatusKode", "StatusKode #, derefter HTTP # uden StatusKode"),
    ("StatusKode #, and no effect for any authority", "StatusKode # og ingen virkning for nogen myndighed"),
    ("StatusKode # while the store was down", "StatusKode #, mens lageret var nede"),
    ("StatusKode # both times", "StatusKode # begge gange"),
    ("StatusKode # to # of #", "StatusKode # til # af #"),
    ("StatusKode # to none", "StatusKode # til ingen"),
    ("StatusKode # to a good message", "StatusKode # til en god besked"),
    ("StatusKode # to a good message before the trial", "StatusKode # til en god besked før forsøget"),
    ("StatusKode # to a good message after the trial", "StatusKode # til en god besked efter forsøget"),
    ("StatusKode # to a good message, the first time", "StatusKode # til en god besked første gang"),
    ("StatusKode # to a good message, the first one", "StatusKode # til en god besked, den første"),
    (
        "StatusKode # or # to each, # to one at least, no HTTP #xx",
        "StatusKode # eller # til hver, # til mindst én, ingen HTTP #xx",
    ),
    ("StatusKode # or no answer, never #", "StatusKode # eller intet svar, aldrig #"),
    ("HTTP # and StatusKode #", "HTTP # og StatusKode #"),
    ("HTTP # and StatusKode # (# as the official sample)", "HTTP # og StatusKode # (# som det officielle eksempel)"),
    ("a body", "et svar med indhold"),
    ("a client certificate, no token, StatusKode #", "et klientcertifikat, intet token, StatusKode #"),
    ("a confirmed message", "en bekræftet besked"),
    ("a connection to break", "en forbindelse at afbryde"),
    ("a delivery while the store is stopped", "en leverance, mens lageret er stoppet"),
    ("a good message", "en god besked"),
    ("a good message afterwards", "en god besked bagefter"),
    ("a good message after the trial", "en god besked efter forsøget"),
    ("a good message before the trial", "en god besked før forsøget"),
    ("a good message got StatusKode #", "en god besked fik StatusKode #"),
    ("a good message got HTTP # with an empty body", "en god besked fik HTTP # uden indhold"),
    ("a good message got HTTP # without a StatusKode", "en god besked fik HTTP # uden StatusKode"),
    ("a list", "en liste"),
    ("a listener that the system reaches", "en adresse hos prøveværktøjet, som systemet kan nå"),
    (
        "a login that is let in within # s (threshold of the profile",
        "et login, der lukkes ind inden for # s (profilens grænse",
    ),
    ("no official number exists)", "der findes intet officielt tal)"),
    ("a login to refuse", "et login at afvise"),
    ("a login with a short token", "et login med et kortlivet token"),
    ("a new connection within #.# s (threshold of the profile", "en ny forbindelse inden for #.# s (profilens grænse"),
    ("a read-back page that can be counted", "en kontrolside, der kan tælles på"),
    ("a standing consumer", "en fast forbruger på køen"),
    (
        "a standing consumer, or at most # s between two visits (threshold of the profile",
        "en fast forbruger på køen eller højst # s mellem to besøg (profilens grænse",
    ),
    ("a store that stops and starts", "et lager, der stopper og starter"),
    (
        "a system that receives PKO_PostStatus (`message_type` in [beskedfordeler])",
        "et system, der modtager PKO_PostStatus (`message_type` i [beskedfordeler])",
    ),
    ("a token in the message", "et token i beskeden"),
    ("a token request without a CVR number", "en tokenbestilling uden CVR-nummer"),
    ("a valid ModtagBeskedOutput", "en gyldig ModtagBeskedOutput"),
    ("acknowledged", "kvitteret"),
    ("acknowledged after # deliveries", "kvitteret efter # leverancer"),
    ("acknowledged when the store was back", "kvitteret, da lageret var tilbage"),
    ("acknowledged while the store was stopped, and lost", "kvitteret, mens lageret var stoppet, og tabt"),
    (
        "acknowledged while the store was stopped, and there afterwards: it is kept elsewhere too, or was in memory",
        "kvitteret, mens lageret var stoppet, og til stede bagefter: den gemmes også et andet sted eller lå i hukommelsen",
    ),
    ("acknowledged while the store was stopped", "kvitteret, mens lageret var stoppet"),
    ("no page shows whether it was lost", "ingen side viser, om den gik tabt"),
    ("acknowledged, and nothing is stored", "kvitteret, og intet er gemt"),
    ("an answer", "et svar"),
    ("an answer without StatusKode #", "et svar uden StatusKode #"),
    ("an answer without StatusKode #, # or #", "et svar uden StatusKode #, # eller #"),
    ("an effect for the other authority", "en virkning for den anden myndighed"),
    ("an effect for the other authority alone", "en virkning for den anden myndighed alene"),
    ("an empty body", "et svar uden indhold"),
    ("another message was sent, and this one did not come again", "en anden besked blev sendt, og denne kom ikke igen"),
    ("application/xml (text/xml is tolerated)", "application/xml (text/xml tåles)"),
    (
        "at most # attempts within a minute (threshold of the profile",
        "højst # forsøg inden for et minut (profilens grænse",
    ),
    ("at most # ms (the contract's number)", "højst # ms (kontraktens tal)"),
    (
        "at most # requests while a token counts for more than #.# s (threshold of the profile",
        "højst # bestillinger, mens et token gælder mere end #.# s endnu (profilens grænse",
    ),
    ("at most #.# s (threshold of the profile", "højst #.# s (profilens grænse"),
    ("confirm.select before the message", "confirm.select før beskeden"),
    ("confirms off", "bekræftelser slået fra"),
    ("confirms on", "bekræftelser slået til"),
    ("EXTERNAL with a SAML assertion", "EXTERNAL med en SAML-assertion"),
    ("EXTERNAL with a response that is no SAML assertion", "EXTERNAL med et svar, der ikke er en SAML-assertion"),
    ("TLSv#.# or TLSv#.#", "TLSv#.# eller TLSv#.#"),
    ("AFSEND_BESKED_EXCHANGE, empty routing key", "AFSEND_BESKED_EXCHANGE, tom routing key"),
    ("AFSEND_BESKED_EXCHANGE, not mandatory", "AFSEND_BESKED_EXCHANGE, ikke mandatory"),
    ("TilfoejVaerdier or FjernVaerdier", "TilfoejVaerdier eller FjernVaerdier"),
    ("a SAML assertion", "en SAML-assertion"),
    ("header token with a SAML assertion", "headeren token med en SAML-assertion"),
    ("header token without a SAML assertion", "headeren token uden en SAML-assertion"),
    ("explicit acknowledgements", "udtrykkelige kvitteringer"),
    ("basic.consume with no-ack", "basic.consume med no-ack"),
    ("basic.get with no-ack", "basic.get med no-ack"),
    ("it did not come again", "den kom ikke igen"),
    ("whether somebody was told is to be seen inside the system", "om nogen fik besked, kan kun ses inde i systemet"),
    ("it is neither acknowledged nor given back", "den er hverken kvitteret eller givet tilbage"),
    ("it waited on the silent connection (heartbeat # s)", "det ventede på den tavse forbindelse (heartbeat # s)"),
    ("it was not posted", "den blev ikke sendt"),
    ("message # before message # about the same object", "besked # før besked # om samme objekt"),
    ("more than # effects", "mere end # virkninger"),
    ("more than # events", "mere end # hændelser"),
    ("neither acknowledged nor given back", "hverken kvitteret eller givet tilbage"),
    ("no Content-Type", "ingen Content-Type"),
    (
        "no acknowledgement while the store is stopped, and one when it is back",
        "ingen kvittering, mens lageret er stoppet, og en, når det er tilbage",
    ),
    (
        "no call with a token that ended more than #.# s before (threshold of the profile",
        "intet kald med et token, der udløb mere end #.# s før (profilens grænse",
    ),
    ("no client certificate", "intet klientcertifikat"),
    ("no connection stands open between visits", "ingen forbindelse står åben mellem besøgene"),
    (
        "no effect for the authority that TilladtModtager lacks",
        "ingen virkning for den myndighed, der mangler i TilladtModtager",
    ),
    ("no login that is let in for #.# s", "intet login, der lukkes ind, i #.# s"),
    ("no message was posted", "ingen besked blev sendt til endepunktet"),
    ("no reply-to", "ingen reply-to"),
    ("no request to the address in the message", "ingen forespørgsel til adressen i beskeden"),
    ("not after # deliveries", "ikke efter # leverancer"),
    ("nothing is recorded after the trial", "intet er optaget efter forsøget"),
    ("nothing is recorded before the trial", "intet er optaget før forsøget"),
    ("on the page when the acknowledgement arrives", "på siden, når kvitteringen kommer"),
    ("one effect", "én virkning"),
    ("one effect for the authority", "én virkning for myndigheden"),
    ("one stored effect", "én gemt virkning"),
    ("one stored effect of a good message", "én gemt virkning af en god besked"),
    ("one stored effect of a good message before the trial", "én gemt virkning af en god besked før forsøget"),
    ("one stored effect of a good message after the trial", "én gemt virkning af en god besked efter forsøget"),
    ("p# #.# s, longest #.# s, of # messages", "p# #.# s, længst #.# s, af # beskeder"),
    ("p# of # answers is # ms", "p# af # svar er # ms"),
    ("refused", "afvist"),
    ("sent again with a new token", "sendt igen med et nyt token"),
    ("sent again with the same token", "sendt igen med det samme token"),
    ("stored in the order of the dueslag", "gemt i dueslagets rækkefølge"),
    ("the certificate that the system is registered with", "det certifikat, systemet er registreret med"),
    ("the certificate that the token is bound to", "det certifikat, tokenet er bundet til"),
    ("the control request did not come", "kontrolforespørgslen kom ikke"),
    ("the last delivery was not acknowledged", "den sidste leverance blev ikke kvitteret"),
    ("the message has no BeskedId", "beskeden har intet BeskedId"),
    ("the message was not posted", "beskeden blev ikke sendt til endepunktet"),
    ("the message was posted before the store was stopped", "beskeden blev sendt, før lageret var stoppet"),
    (
        "the next message after at most # deliveries of this one (threshold of the profile",
        "den næste besked efter højst # leverancer af denne (profilens grænse",
    ),
    ("the next message was taken", "den næste besked blev taget"),
    ("the next message was not", "den næste besked blev ikke taget"),
    (
        "the page did not show that nothing was there before the message",
        "siden viste ikke, at der intet var før beskeden",
    ),
    (
        "the page showed none of the messages, so it may be the wrong page",
        "siden viste ingen af beskederne, så det er måske den forkerte side",
    ),
    ("the read-back page counts # effects of one good message", "kontrolsiden tæller # virkninger af én god besked"),
    (
        "the read-back page showed # for a message before it was sent",
        "kontrolsiden viste # for en besked, før den blev sendt",
    ),
    ("the read-back page showed nothing for a good message", "kontrolsiden viste intet for en god besked"),
    (
        "the read-back page shows #, and one good message leaves #",
        "kontrolsiden viser #, og én god besked efterlader #",
    ),
    ("the read-back page was not asked about a good message", "kontrolsiden blev ikke spurgt om en god besked"),
    ("the read-back page was not asked before the message", "kontrolsiden blev ikke spurgt før beskeden"),
    ("the read-back page was not asked after the message", "kontrolsiden blev ikke spurgt efter beskeden"),
    ("the read-back page: HTTP #", "kontrolsiden: HTTP #"),
    ("the same BeskedId again", "samme BeskedId igen"),
    ("the same BeskedId again, with a new token", "samme BeskedId igen med et nyt token"),
    ("the store was not stopped and started again", "lageret blev ikke stoppet og startet igen"),
    ("the store was started before the message was posted", "lageret blev startet, før beskeden blev sendt"),
    ("the switch did not say that the store started", "afbryderen svarede ikke, at lageret startede"),
    ("the switch did not say that the store stopped", "afbryderen svarede ikke, at lageret stoppede"),
    ("the system did not do what was waited for", "systemet gjorde ikke det, der blev ventet på"),
    (
        "the system did not log in with a token that ended during the trial",
        "systemet loggede ikke ind med et token, der udløb under forsøget",
    ),
    ("the system does not fetch any more", "systemet henter ikke længere"),
    ("the system made no contact", "systemet tog ingen kontakt"),
    ("the system went on with a new token", "systemet fortsatte med et nyt token"),
    ("too few to show whether a token is reused", "for få til at vise, om et token genbruges"),
    ("waited # s for the system to change a value list", "ventede # s på, at systemet ændrede en værdiliste"),
    ("`other_cvr` in [beskedfordeler]", "`other_cvr` i [beskedfordeler]"),
    ("`{cvr}` in `url` of [beskedfordeler.read_back]", "`{cvr}` i `url` under [beskedfordeler.read_back]"),
    ("waited # s for the system to take `good`", "ventede # s på, at systemet tog `good`"),
    ("waited # s for the system to take `first`", "ventede # s på, at systemet tog `first`"),
    ("waited # s for the system to take `again`", "ventede # s på, at systemet tog `again`"),
    ("waited # s for the system to take `object-#`", "ventede # s på, at systemet tog `object-#`"),
    ("waited # s for the system to take `poison`", "ventede # s på, at systemet tog `poison`"),
    ("waited # s for the system to take `interrupted`", "ventede # s på, at systemet tog `interrupted`"),
    ("an acknowledgement that is lost with the connection", "en kvittering, der går tabt med forbindelsen"),
    ("fetched within #.# s (threshold of the profile", "hentet inden for #.# s (profilens grænse"),
    ("not for #.# s", "ikke i #.# s"),
    ("waited # s for the system to take `late`", "ventede # s på, at systemet tog `late`"),
    ("waited # s for the system to take `held`", "ventede # s på, at systemet tog `held`"),
    ("waited # s for the system to send a message", "ventede # s på, at systemet sendte en besked"),
    ("the broker refused the login: the response is empty", "brokeren afviste login: svaret er tomt"),
    ("it must be the token", "det skal være tokenet"),
    (
        "the broker refused the login: the response is longer than any token",
        "brokeren afviste login: svaret er længere end noget token",
    ),
    ("the broker refused the login: the response is base#", "brokeren afviste login: svaret er base#"),
    ("the token must be unpacked, as XML text", "tokenet skal være pakket ud som XML-tekst"),
    (
        "the broker refused the login: the response is no SAML assertion",
        "brokeren afviste login: svaret er ikke en SAML-assertion",
    ),
    (
        "the broker refused the login: the client certificate is not the registered one",
        "brokeren afviste login: klientcertifikatet er ikke det registrerede",
    ),
    (
        "the broker refused the login: the token was not issued by this token service, or was changed",
        "brokeren afviste login: tokenet er ikke udstedt af denne tokentjeneste eller er ændret",
    ),
    ("the broker refused the login: the token is over", "brokeren afviste login: tokenet er udløbet"),
    (
        "the broker refused the login: no client certificate was presented in TLS",
        "brokeren afviste login: intet klientcertifikat blev vist i TLS",
    ),
    (
        "the broker refused the login: the client certificate in TLS is not the one that the token is bound to",
        "brokeren afviste login: klientcertifikatet i TLS er ikke det, tokenet er bundet til",
    ),
    (
        "the broker refused the login: the token is for another service",
        "brokeren afviste login: tokenet er til en anden tjeneste",
    ),
    (
        "the client broke the protocol: the client did not open the connection in time",
        "klienten brød protokollen: den åbnede ikke forbindelsen i tide",
    ),
    (
        "the client broke the protocol: the rest of a frame did not come in time",
        "klienten brød protokollen: resten af en frame kom ikke i tide",
    ),
    // Exports of mailboxes.
    ("< # days", "< # dage"),
    ("< # h (parameter of the profile", "< # timer (profilens parameter"),
    ("<= # min (parameter of the profile", "<= # min. (profilens parameter"),
    (
        "<= # per mille of a day above #, none at # (parameter of the profile",
        "<= # promille af en dags beskeder over #, ingen på # (profilens parameter",
    ),
    ("# messages of # days", "# beskeder fra # dage"),
    ("# messages, no day with #", "# beskeder, ingen dag med #"),
    ("# messages", "# beskeder"),
    ("# to # days, and the longest planned outage", "# til # dage og mindst det længste planlagte afbrud"),
    ("CVR numbers of eight digits", "CVR-numre på otte cifre"),
    ("NN.NN.NN, NN.NN.*, NN.* or *", "NN.NN.NN, NN.NN.*, NN.* eller *"),
    (
        "RelateretObjekt or BeskedAnsvarligAktoer = the system's own UUID",
        "RelateretObjekt eller BeskedAnsvarligAktoer = systemets eget UUID",
    ),
    ("UUID of the IT-system", "it-systemets UUID"),
    ("a purpose, and # entries without it", "et formål og # poster uden for det"),
    ("a sample that is needed, and is selected", "en eksempelbesked, der er brug for, og som vælges"),
    ("all active", "alle aktive"),
    ("all that is needed, nothing else", "alt, der er brug for, og intet andet"),
    ("an active subscription to every required type", "et aktivt abonnement på hver nødvendig type"),
    (
        "each authority in an approved agreement that has not expired",
        "hver myndighed i en godkendt aftale, der ikke er udløbet",
    ),
    ("each type in an agreement in force", "hver type i en gældende aftale"),
    ("equal sets after # min (parameter of the profile", "ens mængder efter # min. (profilens parameter"),
    ("evidence dated before go-live", "dokumentation, dateret før idriftsættelsen"),
    ("inactive in the external test environment", "inaktive i det eksterne testmiljø"),
    (
        "inactive within # min in outages of # h (parameter of the profile",
        "inaktiv inden for # min. ved afbrud på # timer (profilens parameter",
    ),
    ("no acknowledgement without a stored message", "ingen kvittering uden en gemt besked"),
    ("no evidence, go-live #-#-#", "ingen dokumentation, idriftsættelse #-#-#"),
    (
        "no growth by more than # over # samples (parameter of the profile",
        "ingen vækst på mere end # over # målinger (profilens parameter",
    ),
    ("no subscription has an expression", "intet abonnement har et abonnementsudtryk"),
    ("no subscription to PKO_PostStatus", "intet abonnement på PKO_PostStatus"),
    ("no unplanned outage of this length is stated", "intet uplanlagt afbrud af denne længde er oplyst"),
    ("no value list", "ingen værdiliste"),
    ("no value list with CPR numbers", "ingen værdiliste med CPR-numre"),
    ("not stated: dueslag", "ikke oplyst: dueslag"),
    ("not stated: serviceaftaler", "ikke oplyst: serviceaftaler"),
    ("not stated: observations", "ikke oplyst: observationer"),
    ("not stated: which types are required", "ikke oplyst: hvilke typer der er nødvendige"),
    ("not stated: when messages were received", "ikke oplyst: hvornår beskeder blev modtaget"),
    ("not stated: when messages were stored", "ikke oplyst: hvornår beskeder blev gemt"),
    ("not stated: when messages were acknowledged", "ikke oplyst: hvornår beskeder blev kvitteret"),
    ("when messages were stored", "hvornår beskeder blev gemt"),
    ("when messages were acknowledged", "hvornår beskeder blev kvitteret"),
    (
        "not stated: received messages to try the expressions on",
        "ikke oplyst: modtagne beskeder at prøve udtrykkene på",
    ),
    ("not stated: tests.ended: when the test ended", "ikke oplyst: tests.ended: hvornår testen sluttede"),
    ("not stated: tests.goLive and tests.evidence", "ikke oplyst: tests.goLive og tests.evidence"),
    ("not stated: UUID of the IT-system", "ikke oplyst: it-systemets UUID"),
    (
        "not stated: a sample that is needed, and is selected",
        "ikke oplyst: en eksempelbesked, der er brug for, og som vælges",
    ),
    ("p# <= # s (pull), # s (push) (parameter of the profile", "p# <= # s (pull), # s (push) (profilens parameter"),
    ("paths of Beskedkuvert, get, =, in, balanced quotes", "stier i Beskedkuvert, get, =, in, parvise anførselstegn"),
    ("push or pull", "push eller pull"),
    (
        "retention (# days unless changed) less # h (parameter of the profile",
        "opbevaring (# dage, hvis den ikke er ændret) minus # timer (profilens parameter",
    ),
    ("the clocks disagree", "urene er uenige"),
    ("the export cannot be read", "eksporten kan ikke læses"),
    ("the export states nothing to judge", "eksporten oplyser intet at bedømme"),
    ("the highest class of the agreement's types", "den højeste klasse blandt aftalens typer"),
    ("the prefix of the messages", "beskedernes præfiks"),
    ("the target names neither an endpoint nor a client", "målfilen nævner hverken et endepunkt eller en klient"),
    ("the test goes on until #-#-#T#:#:#Z", "testen varer til #-#-#T#:#:#Z"),
    ("the test has ended", "testen er slut"),
    // Messages.
    ("# UUIDs", "# UUID'er"),
    ("# authorities", "# myndigheder"),
    ("# decoded", "# afkodet"),
    ("# in TilladtModtager", "# i TilladtModtager"),
    ("# in ObjektAnsvarligMyndighed", "# i ObjektAnsvarligMyndighed"),
    ("# other messages, # of them this one again", "# andre beskeder, heraf # denne igen"),
    ("# pairs in order", "# par i rækkefølge"),
    ("# occurrences", "# forekomster"),
    ("# times", "# tidspunkter"),
    ("* stands for the authorities of the agreement", "* står for aftalens myndigheder"),
    (
        "Registreringstidspunkt <= Dannelsestidspunkt <= ModtagelsesTidspunkt, within # s (the profile's number",
        "Registreringstidspunkt <= Dannelsestidspunkt <= ModtagelsesTidspunkt, inden for # s (profilens tal",
    ),
    ("no official one exists)", "der findes intet officielt)"),
    ("Z or an offset", "Z eller en forskydning fra UTC"),
    ("`system` in the target", "`system` i målfilen"),
    ("a BeskedId of the sender's own", "et BeskedId, som er afsenderens eget"),
    ("a CVR number in ObjektAnsvarligMyndighed", "et CVR-nummer i ObjektAnsvarligMyndighed"),
    ("a UUID in BeskedAnsvarligAktoer", "et UUID i BeskedAnsvarligAktoer"),
    ("a UUID in BeskedId", "et UUID i BeskedId"),
    ("a UUID in Beskedtype", "et UUID i Beskedtype"),
    ("a UUID in every UUIDIdentifikator", "et UUID i hver UUIDIdentifikator"),
    ("a message that can be read", "en besked, der kan læses"),
    ("a topic of KLE", "et emne i KLE"),
    ("an instant in Dannelsestidspunkt", "et tidspunkt i Dannelsestidspunkt"),
    ("authorities that the system serves", "myndigheder, som systemet betjener"),
    ("base# with the attribute encoding", "base# med attributten encoding"),
    ("fewer than two times", "færre end to tidspunkter"),
    ("no Base#", "ingen Base#"),
    ("no BeskedAnsvarligAktoer", "ingen BeskedAnsvarligAktoer"),
    ("no BeskedId", "intet BeskedId"),
    ("no CVR number of samples and test environments", "intet CVR-nummer fra eksempler og testmiljøer"),
    ("no Modtagerhandling", "ingen Modtagerhandling"),
    ("no ObjektAnsvarligMyndighed", "ingen ObjektAnsvarligMyndighed"),
    ("no ObjektRegistrering", "ingen ObjektRegistrering"),
    ("no OpgaveEmne", "intet OpgaveEmne"),
    ("no Sikkerhedsklassificering", "ingen Sikkerhedsklassificering"),
    ("no TilladtModtager", "ingen TilladtModtager"),
    ("no authority is named", "ingen myndighed er nævnt"),
    ("no other message to compare with", "ingen anden besked at sammenligne med"),
    ("no payload of a type whose schema is public", "intet indhold af en type, hvis skema er offentligt"),
    ("no time", "intet tidspunkt"),
    ("not in the form of a topic", "ikke på et emnes form"),
    ("not supplied", "ikke oplyst"),
    ("one content for each BeskedId", "ét indhold for hvert BeskedId"),
    ("one of the four classes in Sikkerhedsklassificering", "en af de fire klasser i Sikkerhedsklassificering"),
    ("read", "læst"),
    ("received, made by others", "modtaget, lavet af andre"),
    ("redaction changed it", "sløring har ændret den"),
    ("redaction removed parts of the content", "sløring har fjernet dele af indholdet"),
    ("removed by redaction", "fjernet ved sløring"),
    ("the authorities that the system serves", "de myndigheder, som systemet betjener"),
    ("the class of the message type", "beskedtypens klasse"),
    ("the class of this message type is not public", "denne beskedtypes klasse er ikke offentlig"),
    (
        "the list of KLE topics is not public and not in the profile",
        "listen over KLE-emner er ikke offentlig og står ikke i profilen",
    ),
    (
        "urn:oio:cvr:, urn:oio:cvr-nr: or nothing before eight digits, or *",
        "urn:oio:cvr:, urn:oio:cvr-nr: eller intet før otte cifre, eller *",
    ),
    (
        "urn:oio:ns#:kuvert:#.# (the guide's example of an invalid message)",
        "urn:oio:ns#:kuvert:#.# (vejledningens eksempel på en ugyldig besked)",
    ),
    ("valid against Beskedkuvert.xsd", "gyldig efter Beskedkuvert.xsd"),
    ("valid against PKO_PostStatus.xsd", "gyldig efter PKO_PostStatus.xsd"),
    ("well-formed XML with a Haendelsesbesked", "velformet XML med en Haendelsesbesked"),
    // Captured requests.
    ("# objects", "# objekter"),
    ("# objects with the Organisation", "# objekter med organisationen"),
    ("# places looked at", "# steder set efter"),
    ("# more", "# til"),
    ("# other requests, # of them this one again", "# andre forespørgsler, heraf # denne igen"),
    ("# to # objects", "# til # objekter"),
    ("# values", "# værdier"),
    (
        "UUIDs in roles, types and references to the støttesystemer",
        "UUID'er i roller, typer og referencer til støttesystemerne",
    ),
    ("a TransaktionsUUID of # to # characters in the header", "et TransaktionsUUID på # til # tegn i headeren"),
    ("a TransaktionsUUID that no other call has", "et TransaktionsUUID, som intet andet kald har"),
    ("a request to Organisation", "en forespørgsel til Organisation"),
    ("a request to the Sags- og Dokumentindeks", "en forespørgsel til Sags- og Dokumentindekset"),
    ("a request to the named service that can be read", "en forespørgsel til den nævnte tjeneste, der kan læses"),
    (
        "a time in FraTidspunkt and a later one, or an open end, in TilTidspunkt",
        "et tidspunkt i FraTidspunkt og et senere eller en åben ende i TilTidspunkt",
    ),
    ("a well-formed request to the named service", "en velformet forespørgsel til den nævnte tjeneste"),
    (
        "four UUIDs in lower case, eight digits in MunicipalityCVR",
        "fire UUID'er med små bogstaver, otte cifre i MunicipalityCVR",
    ),
    ("neither an import nor an update", "hverken en import eller en opdatering"),
    (
        "no InvocationContext, AuthorityContext or CallContext",
        "hverken InvocationContext, AuthorityContext eller CallContext",
    ),
    ("no Sag and no Dokument", "ingen Sag og intet Dokument"),
    ("no TransaktionsUUID", "intet TransaktionsUUID"),
    ("no import", "ingen import"),
    ("no other request to compare with", "ingen anden forespørgsel at sammenligne med"),
    ("none in the envelope", "intet i kuverten"),
    ("nothing in the request that it concerns", "intet i forespørgslen, som det angår"),
    ("the file is a body without its envelope", "filen er en body uden sin kuvert"),
    ("the obligatory elements of the anvisninger", "anvisningernes obligatoriske elementer"),
    ("the relations of the anvisninger", "anvisningernes relationer"),
    ("version #", "version #"),
    ("at the same time", "på samme tid"),
    ("at no time at which the object is valid", "på intet tidspunkt, hvor objektet gælder"),
    ("ends without another that begins there", "slutter uden en anden, der begynder der"),
    (
        "ends, and whether a relation in an unknown role follows is not shown",
        "slutter, og det ses ikke, om en relation i en ukendt rolle følger",
    ),
    ("ends, and whether the index has another is not shown", "slutter, og det ses ikke, om indekset har en anden"),
    ("not certainly all the time the object is valid", "ikke med sikkerhed hele den tid, objektet gælder"),
    ("too few relations in unknown roles to fill all", "for få relationer i ukendte roller til at udfylde alle"),
    ("a relation in an unknown role may be it", "en relation i en ukendt rolle kan være den"),
    ("periods that cannot be compared", "perioder, der ikke kan sammenlignes"),
    ("in one unknown role at the same time", "i én ukendt rolle på samme tid"),
    ("redaction changed a role", "sløring har ændret en rolle"),
    ("not a UUID", "ikke et UUID"),
    ("a UUID of zeros", "et UUID af nuller"),
    ("without its end", "uden sin slutning"),
    // Logs of calls.
    ("a successful call within # days", "et vellykket kald inden for # dage"),
    (
        "a successful call since go-live, within # days of it",
        "et vellykket kald siden idriftsættelsen, inden # dage efter den",
    ),
    (
        "calls of every integration of a package at # % within # days",
        "kald af hver integration i en pakke på # % inden for # dage",
    ),
    ("registered, and called within # days", "registreret og kaldt inden for # dage"),
    ("the reported number", "det rapporterede antal"),
    ("no call", "intet kald"),
    ("known authorities", "kendte myndigheder"),
    ("authorities in the agreement", "myndigheder i aftalen"),
    ("<= # % of a day", "<= # % på en dag"),
    ("an event by #:# on every weekday", "en hændelse inden kl. #:# hver hverdag"),
    ("a full reconciliation every # days", "en fuld afstemning hver # dage"),
    ("<= # per mille above #, none at #", "<= # promille over #, ingen på #"),
    ("a pause below # h", "en pause under # t"),
    ("an id of its own on each line", "sit eget id på hver linje"),
    ("times with a zone", "tider med tidszone"),
    ("<= # per mille backwards", "<= # promille baglæns"),
    ("at most # days in a row without a line", "højst # dage i træk uden en linje"),
    ("no CPR number", "intet CPR-nummer"),
    ("parameter of the profile, no official number exists", "profilens parameter, der findes intet officielt tal"),
    ("a log kept by the common infrastructure", "en log ført af den fælles infrastruktur"),
    ("a log kept by the vendor", "en log ført af leverandøren"),
    ("a log kept by the municipality", "en log ført af kommunen"),
    ("and # more", "og # flere"),
    ("let the mapping name its column", "lad mappingen nævne dens kolonne"),
    ("let the mapping name their columns", "lad mappingen nævne deres kolonner"),
    ("CPR numbers in clear, file and line", "CPR-numre i klartekst, fil og linje"),
    ("`closed` has an entry whose date cannot be read", "`closed` har en post, hvis dato ikke kan læses"),
    ("a file could not be read to its end", "en fil kunne ikke læses til ende"),
    ("a log without any line shows nothing", "en log uden linjer viser intet"),
    ("a pause while a message waited", "en pause, mens en besked ventede"),
    (
        "a pause, and the log does not show that a message waited",
        "en pause, og loggen viser ikke, at en besked ventede",
    ),
    ("a version that is no number", "en version, der ikke er et tal"),
    ("an old version in use", "en gammel version i brug"),
    ("attempts at one message", "forsøg på én besked"),
    ("calls for an unknown authority", "kald for en ukendt myndighed"),
    ("calls for known authorities", "kald for kendte myndigheder"),
    ("calls lie after the run", "kald ligger efter kørslen"),
    ("calls of a closed integration", "kald af en lukket integration"),
    (
        "calls of a closed integration, none known to have succeeded",
        "kald af en lukket integration, hvoraf ingen vides at være lykkedes",
    ),
    (
        "calls of an old version, none known to have succeeded",
        "kald af en gammel version, hvoraf ingen vides at være lykkedes",
    ),
    ("calls outside the agreement", "kald uden for aftalen"),
    (
        "calls that failed, or may have, lie within a pause",
        "kald, der fejlede eller kan være fejlet, ligger i en pause",
    ),
    ("calls without a CVR number could be of the municipality", "kald uden CVR-nummer kan være kommunens"),
    ("calls without a CVR number", "kald uden CVR-nummer"),
    ("calls without a number of an integration could be of it", "kald uden integrationsnummer kan høre til den"),
    ("calls without a service could be it", "kald uden en service kan være det"),
    ("calls without a version", "kald uden version"),
    (
        "calls, and nobody says whether the system is newer than the closing",
        "kald, og ingen oplyser, om systemet er nyere end lukningen",
    ),
    ("claimed, but not in use, newest call", "meldt opfyldt, men ikke i brug, nyeste kald"),
    ("days and services with few failed calls", "dage og services med få fejlede kald"),
    ("days with lines", "dage med linjer"),
    ("days without a line", "dage uden en linje"),
    ("delay of # % of the messages at most", "højeste forsinkelse for # % af beskederne"),
    ("in a log of several systems", "i en log for flere systemer"),
    ("ids on different lines", "id'er på forskellige linjer"),
    ("in use", "i brug"),
    ("in use, newest call", "i brug, nyeste kald"),
    ("interfaces without a number", "integrationer uden nummer"),
    ("invented for tests", "opdigtet til test"),
    ("lines of messages that came again, of all", "linjer om beskeder, der kom igen, af alle"),
    (
        "lines that could not be read or assigned may explain the difference",
        "linjer, der ikke kunne læses eller henføres, kan forklare forskellen",
    ),
    ("lines that name no system could be the system's", "linjer, der ikke nævner et system, kan være systemets"),
    ("lines that run backwards", "linjer, der går baglæns i tid"),
    ("lines with clear times in order", "linjer med entydige tider i rækkefølge"),
    ("lines without an id", "linjer uden id"),
    ("lines without any", "linjer uden nogen"),
    ("lines, each with its id", "linjer, hver med sit id"),
    ("longest pause at most", "længste pause højst"),
    ("more bad lines than the target allows", "flere dårlige linjer, end målfilen tillader"),
    ("most lines run backwards", "de fleste linjer går baglæns i tid"),
    ("neither registered nor seen", "hverken registreret eller set"),
    ("newer than the profile knows", "nyere end profilen kender"),
    ("no call in the period", "intet kald i perioden"),
    ("no call of these integrations in the period", "intet kald af disse integrationer i perioden"),
    ("no call yet, and the first weeks are not over", "intet kald endnu, og de første uger er ikke gået"),
    ("no event on the day", "ingen hændelse den dag"),
    ("no full reconciliation from", "ingen fuld afstemning fra"),
    ("no line has a number of attempts", "ingen linje har et antal forsøg"),
    ("no line has an id", "ingen linje har et id"),
    ("no line has times of messages", "ingen linje har beskeders tider"),
    ("no line is of a message", "ingen linje er om en besked"),
    ("no line names a version", "ingen linje nævner en version"),
    ("no line names an integration", "ingen linje nævner en integration"),
    ("no line names the CVR number of a municipality", "ingen linje nævner en kommunes CVR-nummer"),
    ("no line of the log is of the system and the environment", "ingen linje i loggen er systemets i miljøet"),
    ("no line says whether a call succeeded", "ingen linje viser, om et kald lykkedes"),
    ("no log is kept by the vendor", "ingen log er ført af leverandøren"),
    ("no longer in use, newest call", "ikke længere i brug, nyeste kald"),
    ("no message close enough to the run", "ingen besked tæt nok på kørslen"),
    ("no package is claimed at # %", "ingen pakke er meldt til # %"),
    ("no successful call since go-live", "intet vellykket kald siden idriftsættelsen"),
    ("no successful call", "intet vellykket kald"),
    (
        "no weekday of the calendar in the period that the log holds",
        "ingen af kalenderens hverdage i den periode, loggen dækker",
    ),
    ("no whole day in the period that the log holds", "ingen hel dag i den periode, loggen dækker"),
    ("no whole day of calls close enough to the run", "ingen hel dag med kald tæt nok på kørslen"),
    ("not a CVR number", "ikke et CVR-nummer"),
    ("not in operation before", "ikke i drift før"),
    ("not shown", "ikke vist"),
    ("numbers that may look like CPR numbers by chance", "numre, der kan ligne CPR-numre ved et tilfælde"),
    ("reconciled, days", "afstemt, dage"),
    ("registered and not seen", "registreret og ikke set"),
    ("registered and seen", "registreret og set"),
    ("reported / counted", "rapporteret / talt"),
    ("secrets, file and line", "hemmeligheder, fil og linje"),
    ("seen and not registered by its number", "set og ikke registreret med sit nummer"),
    ("seen and not registered", "set og ikke registreret"),
    ("the claim names no integration", "oplysningen nævner ingen integration"),
    ("the clocks disagree: times lie before the delivery", "urene er uenige: tider ligger før leveringen"),
    (
        "the delay lies too close to the limit, or differs among services",
        "forsinkelsen ligger for tæt på grænsen eller er forskellig for services",
    ),
    ("the environment that lines name is not known", "det miljø, linjer nævner, er ikke kendt"),
    ("the first event came late", "den første hændelse kom sent"),
    ("the first events failed, or may have", "de første hændelser fejlede eller kan være fejlet"),
    ("registered, and seen in calls that failed alone", "registreret, og kun set i kald, der fejlede"),
    ("lines of other systems, which were left out", "linjer fra andre systemer, som er udeladt"),
    ("the list of reported counts is empty", "listen over rapporterede antal er tom"),
    ("the log does not hold the integration", "loggen omfatter ikke integrationen"),
    ("the log does not hold the calls of the municipality", "loggen omfatter ikke kommunens kald"),
    ("the log holds the calls of chosen municipalities alone", "loggen omfatter kun udvalgte kommuners kald"),
    ("the log does not hold the whole period", "loggen dækker ikke hele perioden"),
    ("the log does not say whether calls succeeded", "loggen viser ikke, om kald lykkedes"),
    (
        "the log has lines outside the period that it holds completely",
        "loggen har linjer uden for den periode, den dækker helt",
    ),
    ("the log holds a period shorter than the limit", "loggen dækker en periode, der er kortere end grænsen"),
    ("the log holds too few whole days", "loggen dækker for få hele dage"),
    ("the logs differ, reported / counted", "loggene er uenige, rapporteret / talt"),
    ("the logs do not cover the period", "loggene dækker ikke perioden"),
    ("the logs end before the newest call is too old", "loggene ender, før det nyeste kald er for gammelt"),
    (
        "the logs end too early to say anything about the present",
        "loggene ender for tidligt til at sige noget om nutiden",
    ),
    ("the logs hold nothing to judge", "loggene har intet at bedømme"),
    ("the period ends before it begins", "perioden ender, før den begynder"),
    ("the period has no length", "perioden har ingen længde"),
    ("the profile names no integration", "profilen nævner ingen integration"),
    ("the profile names no service of a reconciliation", "profilen nævner ingen service for en afstemning"),
    (
        "the profile names no versions, or not in the form INTEGRATION=VERSION",
        "profilen nævner ingen versioner, eller ikke på formen INTEGRATION=VERSION",
    ),
    ("`mode` of the profile is neither pull nor push", "profilens `mode` er hverken pull eller push"),
    ("the share depends on whether every attempt has a line", "andelen afhænger af, om hvert forsøg har en linje"),
    ("the summary of a log cannot be read", "en logs optælling kan ikke læses"),
    ("the system is older than the closing", "systemet er ældre end lukningen"),
    ("the target does not say what the log holds completely", "målfilen oplyser ikke, hvad loggen dækker helt"),
    ("the target does not say when it went live", "målfilen oplyser ikke, hvornår systemet gik i drift"),
    ("the target names no claims", "målfilen nævner ingen meldte opfyldelser"),
    ("the target names no log of calls", "målfilen nævner ingen log over kald"),
    ("the target names no portfolio", "målfilen nævner ingen portefølje"),
    ("the target names no reported counts", "målfilen nævner ingen rapporterede antal"),
    (
        "times in the hour that the clock shows twice, without a zone",
        "tider uden tidszone i den time, uret viser to gange",
    ),
    ("times in the hour that the clock skips", "tider i den time, uret springer over"),
    ("times without a zone", "tider uden tidszone"),
    ("too few calls on every day", "for få kald på hver dag"),
    ("too few messages with both times", "for få beskeder med begge tider"),
    ("too few messages", "for få beskeder"),
    ("too long a delay", "for lang en forsinkelse"),
    ("too many failed calls, failed/all", "for mange fejlede kald, fejlede/alle"),
    ("weekdays with an event in time", "hverdage med en hændelse i tide"),
    // What event logs say.
    ("lines of the log name no system", "linjer i loggen nævner intet system"),
    (
        "# calls with a TransaktionsUUID of more than # characters, whose length is not kept",
        "# kald med et TransaktionsUUID på mere end # tegn, hvis længde ikke er bevaret",
    ),
    ("# to # characters, once", "# til # tegn, én gang"),
    ("may be chance", "kan være tilfældigt"),
    ("< # h", "< # timer"),
    ("<= # MB digital, # MB physical", "<= # MB digitalt, # MB fysisk"),
    ("<= # per mille of a day above #, none at #", "<= # promille af en dags beskeder over #, ingen på #"),
    ("CPR numbers in the column", "CPR-numre i kolonnen"),
    ("cookie in the column", "cookie i kolonnen"),
    ("in lines that cannot be read", "i linjer, der ikke kan læses"),
    ("jwt in the column", "jwt i kolonnen"),
    ("private-key in the column", "privat nøgle i kolonnen"),
    ("saml-message in the column", "SAML-besked i kolonnen"),
    ("secret in the column", "hemmelighed i kolonnen"),
    ("token in the column", "token i kolonnen"),
    ("# times, beside # other numbers of ten digits", "# gange, ud over # andre tal på ti cifre"),
    (
        "CVR number and AppliesTo of each token request, TransaktionsId of each call",
        "CVR-nummer og AppliesTo for hver tokenanmodning, TransaktionsId for hvert kald",
    ),
    ("a file in another order than that of time", "en fil i en anden rækkefølge end tidens"),
    ("a file of the log was not read to its end", "en af loggens filer er ikke læst til ende"),
    ("a receipt within # days", "en kvittering inden # dage"),
    ("# messages acknowledged and not stored", "# beskeder kvitteret og ikke gemt"),
    ("# messages acknowledged before they were stored", "# beskeder kvitteret, før de var gemt"),
    (
        "an acknowledged message without a line that it was stored before, and the log does not show that it was not",
        "en kvitteret besked uden linje om, at den var gemt forinden, og loggen viser ikke, at den ikke var det",
    ),
    ("an event log cannot be read", "en hændelseslog kan ikke læses"),
    ("at most # h", "højst # timer"),
    ("# calls in whose line no TransaktionsUUID stands", "# kald, i hvis linje der ikke står noget TransaktionsUUID"),
    ("# calls with a TransaktionsUUID that is too long", "# kald med et TransaktionsUUID, der er for langt"),
    ("# calls with a TransaktionsUUID that was used before", "# kald med et TransaktionsUUID, der er brugt før"),
    ("# calls without a TransaktionsId", "# kald uden TransaktionsId"),
    ("each acknowledged message stored before", "hver kvitteret besked gemt forinden"),
    ("each deleted item removed within # min", "hvert slettet objekt fjernet inden # min."),
    ("each failed sending handled within # h", "hver fejlet forsendelse behandlet inden # timer"),
    (
        "each received message acknowledged and processed within # min",
        "hver modtaget besked kvitteret og behandlet inden # min.",
    ),
    ("each sending closed within # h", "hver forsendelse afsluttet inden # timer"),
    ("file # line #", "fil # linje #"),
    ("log # file # line #", "log # fil # linje #"),
    ("# lines after the run", "# linjer efter kørslen"),
    (
        "# lines with another TransaktionsId than what their chain began with",
        "# linjer med et andet TransaktionsId end det, deres kæde begyndte med",
    ),
    (
        "# lines with the TransaktionsUUID of another, which may be the same call",
        "# linjer med en andens TransaktionsUUID, som kan være samme kald",
    ),
    ("log kept by the infrastructure", "log ført af infrastrukturen"),
    ("log kept by the municipality", "log ført af kommunen"),
    ("log kept by the vendor", "log ført af leverandøren"),
    ("no call of the integration", "intet kald af integrationen"),
    ("no call whose line names the token's CVR number", "intet kald, hvis linje nævner tokenets CVR-nummer"),
    ("no event log", "ingen hændelseslog"),
    (
        "# token requests soon after one whose outcome is not logged",
        "# tokenanmodninger kort efter en, hvis udfald ikke er logget",
    ),
    (
        "one step back in time, as in a file joined of several",
        "ét spring tilbage i tid, som i en fil sat sammen af flere",
    ),
    ("a log without any line that can be used", "en log uden nogen linje, der kan bruges"),
    ("no id of the log meets one of such a line", "intet id i loggen findes på en sådan linje"),
    ("no line lies in the covered period", "ingen linje ligger i den dækkede periode"),
    ("no line of any event", "ingen linje om nogen hændelse"),
    ("no line of the event", "ingen linje om hændelsen"),
    ("no log of the system itself", "ingen af systemets egne logge"),
    ("no status of a failed sending", "ingen status om en fejlet forsendelse"),
    ("no step back of more than # s, none after the run", "intet spring tilbage på mere end # s, intet efter kørslen"),
    ("no two lines with the same id", "ingen to linjer med samme id"),
    ("nothing to judge", "intet at bedømme"),
    ("one TransaktionsId for each chain", "ét TransaktionsId for hver kæde"),
    ("received before LeveranceTidspunkt", "modtaget før LeveranceTidspunkt"),
    ("# steps back in time", "# spring tilbage i tid"),
    ("the CVR number of the call's municipality", "CVR-nummeret på den kommune, kaldet gælder"),
    ("the covered period is shorter than # h", "den dækkede periode er kortere end # timer"),
    ("the log does not cover it", "loggen dækker det ikke"),
    ("the log does not say what it covers", "loggen siger ikke, hvad den dækker"),
    ("the mapping may name the wrong zone", "mappingen nævner måske en forkert tidszone"),
    ("the mapping names no column", "mappingen nævner ingen kolonne"),
    ("the newest line is too old", "den nyeste linje er for gammel"),
    ("the newest line of the event is too old", "den nyeste linje om hændelsen er for gammel"),
    ("# token requests without AppliesTo", "# tokenanmodninger uden AppliesTo"),
    ("# token requests without a CVR number", "# tokenanmodninger uden CVR-nummer"),
    ("# token requests without a municipality or service", "# tokenanmodninger uden kommune eller service"),
    ("# token requests", "# tokenanmodninger"),
    ("# of # token requests while a token was in force", "# af # tokenanmodninger, mens et token gjaldt"),
    ("too many lines of the log cannot be read", "for mange af loggens linjer kan ikke læses"),
    ("# statuses without an outcome", "# statusser uden udfald"),
    ("# changes, fewer than #", "# ændringer, færre end #"),
    ("# messages, fewer than #", "# beskeder, færre end #"),
    ("# of # lines without AntalLeveranceforsoeg", "# af # linjer uden AntalLeveranceforsoeg"),
    ("# of # lines without LeveranceTidspunkt", "# af # linjer uden LeveranceTidspunkt"),
    ("# of # messages more than once", "# af # beskeder mere end én gang"),
    ("# s of # messages", "# s af # beskeder"),
    ("# s of # changes", "# s af # ændringer"),
    ("# calls", "# kald"),
    ("# lines", "# linjer"),
    ("# sendings", "# forsendelser"),
    ("# received messages", "# modtagne beskeder"),
    ("# deleted items", "# slettede objekter"),
    ("# failed sendings", "# fejlede forsendelser"),
    ("# distributions", "# fordelinger"),
    ("# lines with the TransaktionsId of their chain", "# linjer med deres kædes TransaktionsId"),
    ("# messages stored before they were acknowledged", "# beskeder gemt, før de blev kvitteret"),
    ("# lines without an id", "# linjer uden id"),
    (
        "# messages whose acknowledgement and storing lie too close to tell their order",
        "# beskeder, hvis kvittering og lagring ligger for tæt til at vise rækkefølgen",
    ),
    ("# messages, no whole day with #", "# beskeder, ingen hel dag med #"),
    (
        "# deleted items without removal, not shown to have been in the index",
        "# slettede objekter uden fjernelse, som ikke er vist at have været i indekset",
    ),
    ("# lines of chains without a TransaktionsId", "# linjer i kæder uden TransaktionsId"),
    ("# sendings without a size", "# forsendelser uden størrelse"),
    ("# calls whose CVR numbers cannot be read", "# kald, hvis CVR-numre ikke kan læses"),
    ("# calls with another authority's token", "# kald med en anden myndigheds token"),
    (
        "# h without a received message at the end, and not known whether one waited",
        "# timer uden modtaget besked til sidst, og det vides ikke, om en ventede",
    ),
    ("# h without a received message while one waited", "# timer uden modtaget besked, mens en ventede"),
    (
        "# h without a received message, and not known whether one waited",
        "# timer uden modtaget besked, og det vides ikke, om en ventede",
    ),
    ("# lines shortly after the run", "# linjer kort efter kørslen"),
    ("# lines with # attempts or more", "# linjer med # forsøg eller flere"),
    ("# of # changes not in the index within # min", "# af # ændringer ikke i indekset inden # min."),
    (
        "# changes without what must follow, and the log does not show that it is missing",
        "# ændringer uden det, der skal følge, og loggen viser ikke, at det mangler",
    ),
    ("# receipts after # days, which the sender rejects", "# kvitteringer efter # dage, som afsenderen afviser"),
    ("# sendings above the limit", "# forsendelser over grænsen"),
    ("# sendings of a kind that is not known, or on the limit", "# forsendelser af ukendt slags eller på grænsen"),
    ("# of # received messages not acknowledged in time", "# af # modtagne beskeder ikke kvitteret i tide"),
    ("# of # received messages not processed in time", "# af # modtagne beskeder ikke behandlet i tide"),
    (
        "# received messages without what must follow, and the log does not show that it is missing",
        "# modtagne beskeder uden det, der skal følge, og loggen viser ikke, at det mangler",
    ),
    (
        "# received messages, all too close to the end of the log to judge",
        "# modtagne beskeder, alle for tæt på loggens slutning til at bedømme",
    ),
    ("# of # deleted items not removed in time", "# af # slettede objekter ikke fjernet i tide"),
    (
        "# deleted items without what must follow, and the log does not show that it is missing",
        "# slettede objekter uden det, der skal følge, og loggen viser ikke, at det mangler",
    ),
    (
        "# deleted items, all too close to the end of the log to judge",
        "# slettede objekter, alle for tæt på loggens slutning til at bedømme",
    ),
    ("# of # sendings without a closing status in time", "# af # forsendelser uden afsluttende status i tide"),
    (
        "# sendings without what must follow, and the log does not show that it is missing",
        "# forsendelser uden det, der skal følge, og loggen viser ikke, at det mangler",
    ),
    (
        "# sendings, all too close to the end of the log to judge",
        "# forsendelser, alle for tæt på loggens slutning til at bedømme",
    ),
    ("# of # failed sendings not handled in time", "# af # fejlede forsendelser ikke behandlet i tide"),
    (
        "# failed sendings without what must follow, and the log does not show that it is missing",
        "# fejlede forsendelser uden det, der skal følge, og loggen viser ikke, at det mangler",
    ),
    (
        "# failed sendings, all too close to the end of the log to judge",
        "# fejlede forsendelser, alle for tæt på loggens slutning til at bedømme",
    ),
    ("# of # distributions without a receipt in time", "# af # fordelinger uden kvittering i tide"),
    (
        "# distributions without what must follow, and the log does not show that it is missing",
        "# fordelinger uden det, der skal følge, og loggen viser ikke, at det mangler",
    ),
    (
        "# distributions, all too close to the end of the log to judge",
        "# fordelinger, alle for tæt på loggens slutning til at bedømme",
    ),
    // What a log says about the logins of trials.
    (
        "a line for each login with time, Assertion ID, account, NameID or its hash, CVR number",
        "en linje for hvert login med tidspunkt, Assertion ID, konto, NameID eller hash af det, CVR-nummer",
    ),
    ("a line for each refused login with the reason", "en linje for hvert afvist login med årsagen"),
    ("a line for each logout", "en linje for hvert logout"),
    ("within # s of the message (parameter of the profile)", "inden for # s af beskeden (profilens parameter)"),
    ("# of # left no line", "# af # efterlod ingen linje"),
    ("# of # left a line that lacks something", "# af # efterlod en linje, der mangler noget"),
    ("# left their lines", "# efterlod deres linje"),
    ("# of # outside what the logs cover", "# af # uden for det, loggene dækker"),
    ("at most # ms before and # ms after the message", "højst # ms før og # ms efter beskeden"),
    ("at most # ms away", "højst # ms fra"),
    ("no Assertion ID", "intet Assertion ID"),
    ("no account", "ingen konto"),
    ("no NameID and no hash of it", "intet NameID og ingen hash af det"),
    ("no CVR number", "intet CVR-nummer"),
    ("another CVR number", "et andet CVR-nummer"),
    ("no reason", "ingen årsag"),
    ("no trial of this run or an earlier one shows one", "intet forsøg i denne eller en tidligere kørsel viser et"),
    ("no line names the Assertion of a trial", "ingen linje nævner et forsøgs Assertion"),
    ("the mapping names no column for", "mappingen nævner ingen kolonne for"),
    ("account", "konto"),
    ("NameID or its hash", "NameID eller hash af det"),
    ("CVR number", "CVR-nummer"),
    ("reason", "årsag"),
    ("the log is kept by the infrastructure", "loggen er ført af infrastrukturen"),
    ("the log is kept by the vendor", "loggen er ført af leverandøren"),
    ("the log is kept by the municipality", "loggen er ført af kommunen"),
    ("it does not say what it covers", "det er ikke oplyst, hvad den dækker"),
    ("file # was not read to its end", "fil # blev ikke læst til ende"),
    ("# bad lines of #", "# dårlige linjer af #"),
    ("# lines that name no system", "# linjer, der ikke nævner noget system"),
    ("# lines whose event the mapping does not name", "# linjer, hvis hændelse mappingen ikke nævner"),
    (
        "its column for the Assertion ID holds the ID of no trial",
        "dens kolonne til Assertion ID rummer intet forsøgs ID",
    ),
    ("# lines at the time, # expected", "# linjer på tidspunktet, # forventet"),
    ("only their time ties them", "kun deres tid forbinder dem"),
    ("# users with one account in all lines", "# brugere med én konto i alle linjer"),
    // Kinds of proof.
    ("measured", "målt"),
    ("inspected", "undersøgt"),
    ("declared", "erklæret"),
];

/// Phrases around text from outside (`@`), which stays as it is; `#` stands for a run of digits, and `%` for a thing of [`THINGS`] or
/// text from outside. The first that fits counts.
const FRAMES: &[(&str, &str)] = &[
    // Exports of mailboxes.
    ("whether the subscription to @ is active", "om abonnementet på @ er aktivt"),
    ("whether % is active", "om % er aktivt"),
    ("%: not active", "%: ikke aktivt"),
    ("%: still active", "%: stadig aktivt"),
    ("%: not inactive", "%: ikke inaktivt"),
    ("%: inactive, as long as the system cannot receive", "%: inaktivt, så længe systemet ikke kan modtage"),
    ("%: no agreement", "%: ingen aftale"),
    ("@: in no agreement", "@: ikke i nogen aftale"),
    ("%: beskedtype of @ is not stated", "%: beskedtype i @ er ikke oplyst"),
    ("%: ended #-#-#, after the export was taken", "%: udløb #-#-#, efter at eksporten blev taget"),
    ("%: ended #-#-#", "%: udløb #-#-#"),
    ("%: not approved", "%: ikke godkendt"),
    ("%: no expression", "%: intet abonnementsudtryk"),
    ("every abonnementsudtryk of @", "hvert abonnementsudtryk i @"),
    ("abonnementsudtryk of @ in @", "abonnementsudtryk for @ i @"),
    ("abonnementer of @", "abonnementer i @"),
    ("an abonnement of @", "et abonnement i @"),
    ("@ from @: # to #", "@ fra @: # til #"),
    ("# samples in a row of @", "# målinger i træk af @"),
    ("@: # samples", "@: # målinger"),
    ("prefix of @", "præfiks for @"),
    ("a message with the kind of number that @ holds", "en besked med den slags nummer, som @ indeholder"),
    ("messages: @", "beskeder: @"),
    ("age of the oldest message of @ at @", "den ældste beskeds alder i @ (@)"),
    ("at most # min (@ at @)", "højst # min. (@, @)"),
    ("@ at @: # min", "@ (@): # min."),
    ("mode of @", "modtagemåde for @"),
    ("@: received before its LeveranceTidspunkt", "@: modtaget før sit LeveranceTidspunkt"),
    ("@: # deliveries with both times", "@: # leverancer med begge tider"),
    ("@: # s of # deliveries", "@: # s for # leverancer"),
    ("times of @", "tider for @"),
    ("@: acknowledged, not stored", "@: kvitteret, ikke gemt"),
    ("@: received, neither stored nor acknowledged", "@: modtaget, hverken gemt eller kvitteret"),
    ("@: stored, not acknowledged", "@: gemt, ikke kvitteret"),
    ("@: when it was received is not stated", "@: hvornår den blev modtaget, er ikke oplyst"),
    ("purpose and entriesWithoutPurpose of @", "formål og entriesWithoutPurpose for @"),
    ("every subscription, and so one to @", "alle abonnementer og dermed et på @"),
    ("no active subscription to @", "intet aktivt abonnement på @"),
    ("no subscription to @", "intet abonnement på @"),
    ("an agreement in force on @", "en gældende aftale om @"),
    ("@: at most #.#", "@: højst #.#"),
    ("retention of @", "opbevaringstid for @"),
    ("@: # days, planned outage # h", "@: # dage, planlagt afbrud # timer"),
    ("@: # days", "@: # dage"),
    ("@ is needed and not selected", "@ er der brug for, men vælges ikke"),
    ("@ is selected and lies outside the purpose", "@ vælges, men ligger uden for formålet"),
    ("@ not selected", "@ vælges ikke"),
    ("@ selected", "@ vælges"),
    ("@: # attempts", "@: # forsøg"),
    ("@: # of # messages more than once", "@: # af # beskeder mere end én gang"),
    ("last update of @", "seneste opdatering af @"),
    ("Foelsomhed and Beskedtype of @", "Foelsomhed og Beskedtype for @"),
    ("@: @ is none of the four known classes", "@: @ er ingen af de fire kendte klasser"),
    ("@: class @, types need @", "@: klasse @, typerne kræver @"),
    ("the class of every type of @", "klassen for hver type i @"),
    ("the class of @", "klassen for @"),
    ("KLE of @", "KLE for @"),
    ("Afsendende myndighed of @", "Afsendende myndighed for @"),
    ("@: none", "@: ingen"),
    ("first evidence #-#-# (@), go-live #-#-#", "første dokumentation #-#-# (@), idriftsættelse #-#-#"),
    ("#-#-# (@), go-live #-#-#", "#-#-# (@), idriftsættelse #-#-#"),
    ("@: # h until @, without LeveranceTidspunkt", "@: # timer indtil @, uden LeveranceTidspunkt"),
    ("@: # h until @", "@: # timer indtil @"),
    ("@: # h at @", "@: # timer @"),
    (
        "@: nothing received after @, and not shown that nothing waited",
        "@: intet modtaget efter @, og det er ikke vist, at intet ventede",
    ),
    ("@: the observed period is shorter than # h", "@: den iagttagne periode er kortere end # timer"),
    ("@: at most # h", "@: højst # timer"),
    ("a dueslag in use in @", "et dueslag i brug i @"),
    // Captured requests.
    ("@, role not on the list", "@, rollen står ikke på listen"),
    ("@ line #: @, redaction changed it", "@ linje #: @, sløring har ændret det"),
    ("@ line #: @, a time without zone", "@ linje #: @, et tidspunkt uden tidszone"),
    ("@ line #: @, TilTidspunkt before FraTidspunkt", "@ linje #: @, TilTidspunkt før FraTidspunkt"),
    (
        "@ line #: @, TilTidspunkt not certainly after FraTidspunkt",
        "@ linje #: @, TilTidspunkt ikke med sikkerhed efter FraTidspunkt",
    ),
    ("@ at line #: @", "@ på linje #: @"),
    ("@ at line #", "@ på linje #"),
    ("@ line #: @", "@ linje #: @"),
    // Certificates and metadata.
    ("@ (of # compared)", "@ (af # sammenlignede)"),
];

/// What a frame speaks of.
const THINGS: &[(&str, &str)] = &[
    ("abonnementsudtryk of @ in @", "abonnementsudtryk for @ i @"),
    ("@ in the outage of @", "@ i afbruddet @"),
    ("@ in @", "@ i @"),
];

/// Longest text that is looked at for a frame.
const LONGEST: usize = 1000;

/// What requirements of the shipped profiles say of the place in their source.
const PLACES: &[(&str, &str)] = &[
    ("# and #", "# og #"),
    ("#.# and #.#", "#.# og #.#"),
    ("#.# to #.#", "#.# til #.#"),
    ("#.#.#.#, #.#.#.# and #.#.#.#", "#.#.#.#, #.#.#.# og #.#.#.#"),
    ("#.# and appendix #", "#.# og bilag #"),
    ("appendix #", "bilag #"),
    ("D.#.# appendix #", "D.#.# bilag #"),
    ("table #", "tabel #"),
    ("#.#, table #", "#.#, tabel #"),
    ("#.# (shell model)", "#.# (skalmodel)"),
    ("#.#.#.# (signing is optional)", "#.#.#.# (signering er valgfri)"),
    ("#.#.#.# (encryption is optional)", "#.#.#.# (kryptering er valgfri)"),
    ("#.#.# (unsolicited responses are allowed)", "#.#.# (uopfordrede svar er tilladt)"),
    ("OIO-GE-# (optional)", "OIO-GE-# (valgfri)"),
    ("the same for Dokument", "det samme for Dokument"),
    ("usage data", "brugsdata"),
    ("is there any call, how new is the newest one", "er der noget kald, og hvor nyt er det nyeste"),
    ("the anvisninger must be followed", "anvisningerne skal følges"),
    ("the index does not enforce them", "indekset håndhæver dem ikke"),
    ("ten at once is the probe's choice", "ti på én gang er prøveværktøjets valg"),
    ("no official number", "intet officielt tal"),
    ("no official number of minutes", "intet officielt antal minutter"),
    ("no official number for the margin", "intet officielt tal for marginen"),
    ("no official number, the default is five minutes", "intet officielt tal, standard er fem minutter"),
    ("no official number, the default is # hours", "intet officielt tal, standard er # timer"),
    ("no document gives a size", "intet dokument angiver en størrelse"),
    ("no document gives a size or a time", "intet dokument angiver en størrelse eller en tid"),
    ("KOMBIT's own sample answers #", "KOMBITs eget eksempel svarer #"),
    ("kept for # days, at most #", "gemmes i # dage, højst #"),
    ("tokens are specific to authority and certificate", "tokens gælder én myndighed og ét certifikat"),
    ("tokens are specific to authority", "tokens gælder én myndighed"),
    ("metadata validation", "validering af metadata"),
    ("certificate validation", "validering af certifikater"),
    ("OCES# certificate validation", "validering af OCES#-certifikater"),
    ("certificates (manual renewal)", "certifikater (manuel fornyelse)"),
    ("certificates", "certifikater"),
    ("what ordinary logs leave out", "hvad almindelige logge udelader"),
    ("special conditions", "særlige vilkår"),
    ("physical deletion", "fysisk sletning"),
    ("delivery at connection", "levering ved tilslutning"),
    ("revocation check", "spærrekontrol"),
    ("relation to SF#", "forhold til SF#"),
    ("operations", "operationer"),
    ("version #.# expands it to a list before delivery", "version #.# folder den ud til en liste før levering"),
    ("Slet and Passiver trigger no message", "Slet og Passiver udløser ingen besked"),
    ("mandatory (#), unique (#)", "obligatorisk (#), entydigt (#)"),
    ("v#.# valid from #-#-#", "v#.# gyldig fra #-#-#"),
    ("updated all weekdays, typically before #:#", "opdateres alle hverdage, typisk før #:#"),
    ("two-way TLS of callbacks", "tovejs-TLS ved kald til systemet"),
    ("title", "titel"),
    ("the stored request belongs to the HTTP session", "den gemte forespørgsel hører til HTTP-sessionen"),
    ("system overview", "systemoverblik"),
    ("service messages", "servicemeddelelser"),
    ("service agreement", "serviceaftale"),
    ("response", "svar"),
    ("production certificates in all environments", "produktionscertifikater i alle miljøer"),
    ("one key pair for each certificate", "ét nøglepar for hvert certifikat"),
    ("note on personal data", "note om personoplysninger"),
    ("note on new users", "note om nye brugere"),
    ("no serverAuth and no DNS name", "ingen serverAuth og intet DNS-navn"),
    ("list of the # municipalities", "liste over de # kommuner"),
    ("history, #-#-#", "historik, #-#-#"),
    ("hash functions", "hashfunktioner"),
    ("filter on RelateretObjekt", "filter på RelateretObjekt"),
    ("files", "filer"),
    ("example of a message", "eksempel på en besked"),
    ("example of an expression", "eksempel på et abonnementsudtryk"),
    ("the grammar itself is not public", "selve grammatikken er ikke offentlig"),
    ("equal replay and other content", "ens gentagelse og andet indhold"),
    ("certificate of the answer", "svarets certifikat"),
    (
        "a fetch at the bidding of a message is a demonstrated breach of security",
        "en hentning på en beskeds bud er et påvist brud på sikkerheden",
    ),
    ("accessibility of letters and documents", "tilgængelighed af breve og dokumenter"),
    ("EncryptionMethod in its metadata", "EncryptionMethod i dets metadata"),
    ("DTDs and external entities are rejected", "DTD'er og eksterne entiteter afvises"),
    ("messages of the external test environment", "beskeder fra det eksterne testmiljø"),
    ("extracts are merged by it", "udtræk flettes efter det"),
    ("# means that the token has expired", "# betyder, at tokenet er udløbet"),
    ("both roles together give fault #", "begge roller sammen giver fejl #"),
    ("status codes # and #", "statuskode # og #"),
    ("status code #", "statuskode #"),
    ("the receiver must validate", "modtageren skal validere"),
    ("delivered in the order of distribution", "leveret i fordelingens rækkefølge"),
    ("the table has # and no #", "tabellen har # og ikke #"),
    ("#, # and # stop sending", "#, # og # standser afsendelsen"),
    ("a message is identified by its BeskedId", "en besked kendes på sit BeskedId"),
    ("the oldest message must not block", "den ældste besked må ikke blokere"),
    ("one or more KeyDescriptor", "en eller flere KeyDescriptor"),
    ("receipts must be read", "kvitteringer skal læses"),
    (
        "MeMo is validated asynchronously, so receipts must be read",
        "MeMo valideres asynkront, så kvitteringer skal læses",
    ),
    ("a message is saved before it is sent", "en besked gemmes, før den sendes"),
    ("published examples (Safewhere/kombit #cdcbfd)", "offentliggjorte eksempler (Safewhere/kombit #cdcbfd)"),
];

/// A value as a reader of the language sees it.
pub(crate) fn value(text: &str, language: Language) -> Cow<'_, str> {
    if language == Language::En || text.is_empty() {
        return Cow::Borrowed(text);
    }
    let parts: Vec<_> = text.split("; ").map(part).collect();
    if parts.iter().all(|p| matches!(p, Cow::Borrowed(_))) { Cow::Borrowed(text) } else { Cow::Owned(parts.join("; ")) }
}

fn part(text: &str) -> Cow<'_, str> {
    // `#` itself is nobody's number.
    if text.contains('#') {
        return Cow::Borrowed(text);
    }
    let (skeleton, numbers) = skeleton(text);
    match PHRASES.iter().find(|(english, _)| *english == skeleton) {
        Some((_, danish)) => {
            let mut numbers = numbers.into_iter();
            let filled = danish.split('#').enumerate().fold(String::new(), |mut out, (index, piece)| {
                if index > 0 {
                    out.push_str(numbers.next().unwrap_or_default());
                }
                out.push_str(piece);
                out
            });
            Cow::Owned(filled)
        }
        None => match text.strip_prefix("not stated: ") {
            Some(rest) => Cow::Owned(format!("ikke oplyst: {}", part(rest))),
            None => framed(text, FRAMES).map_or(Cow::Borrowed(text), Cow::Owned),
        },
    }
}

/// The Danish of the first frame that fits.
fn framed(text: &str, frames: &[(&str, &str)]) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let mut found = Vec::new();
    let (_, danish) = frames.iter().find(|(english, _)| {
        found.clear();
        fits(english, text, &mut found)
    })?;
    let mut found = found.into_iter();
    let mut out = String::new();
    for character in danish.chars() {
        match character {
            '#' | '@' => out.push_str(found.next().unwrap_or_default()),
            '%' => {
                let thing = found.next().unwrap_or_default();
                out.push_str(&framed(thing, THINGS).unwrap_or_else(|| thing.to_owned()));
            }
            other => out.push(other),
        }
    }
    Some(out)
}

/// Whether a text has the form of a frame, and what stands in its gaps.
fn fits<'t>(frame: &str, text: &'t str, found: &mut Vec<&'t str>) -> bool {
    let Some(gap) = frame.find(['#', '@', '%']) else { return frame == text };
    let (before, rest) = frame.split_at(gap);
    let Some(text) = text.strip_prefix(before) else { return false };
    let (is_number, rest) = (rest.starts_with('#'), &rest[1..]);
    let known = found.len();
    if is_number {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        found.push(&text[..end]);
        if end > 0 && fits(rest, &text[end..], found) {
            return true;
        }
        found.truncate(known);
        return false;
    }
    // What follows says where the gap can end.
    let next = &rest[..rest.find(['#', '@', '%']).unwrap_or(rest.len())];
    let ends: Vec<usize> =
        if rest.is_empty() { vec![text.len()] } else { text.match_indices(next).map(|(at, _)| at).collect() };
    for end in ends.into_iter().filter(|end| *end > 0) {
        found.push(&text[..end]);
        if fits(rest, &text[end..], found) {
            return true;
        }
        found.truncate(known);
    }
    false
}

/// The place in a requirement's source, as a reader of the language sees it. Names and numbers stay as they are.
pub(super) fn place(text: &str, language: Language) -> Cow<'_, str> {
    if language == Language::En {
        return Cow::Borrowed(text);
    }
    let one = |text: &str| {
        let (skeleton, _) = skeleton(text);
        PLACES.iter().any(|(english, _)| *english == skeleton).then(|| framed(text, PLACES)).flatten()
    };
    let each = |part: &str| {
        one(part).unwrap_or_else(|| match part.split_once(": ") {
            Some((number, words)) => format!(
                "{}: {}",
                one(number).unwrap_or_else(|| number.to_owned()),
                one(words).unwrap_or_else(|| words.to_owned())
            ),
            None => part.to_owned(),
        })
    };
    Cow::Owned(text.split("; ").map(each).collect::<Vec<_>>().join("; "))
}

/// When a requirement applies, as a reader of the language sees it. What stands in brackets are names, which stay as they are.
pub(crate) fn condition(text: &str, language: Language) -> Cow<'_, str> {
    const JOINTS: [(&str, &str); 5] =
        [(" and ", " og "), (" or ", " eller "), ("not (", "ikke ("), ("(", "("), (")", ")")];
    if language == Language::En {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let (mut start, mut at, mut is_inside) = (0, 0, false);
    while let Some(character) = text[at..].chars().next() {
        is_inside = match character {
            '[' => true,
            ']' => false,
            _ => is_inside,
        };
        match JOINTS.iter().find(|(joint, _)| !is_inside && text[at..].starts_with(joint)) {
            Some((joint, danish)) => {
                out.push_str(&clause(&text[start..at]));
                out.push_str(danish);
                at += joint.len();
                start = at;
            }
            None => at += character.len_utf8(),
        }
    }
    out.push_str(&clause(&text[start..]));
    Cow::Owned(out)
}

/// One condition, as `Predicate::describe` writes it.
fn clause(text: &str) -> String {
    const CLAUSES: &[(&str, &str)] = &[
        ("environment in [@]", "miljøet er et af [@]"),
        ("tls endpoint in [@]", "målfilen nævner et TLS-endepunkt af slagsen [@]"),
        ("the system receives by push", "systemet modtager med push (BeskedFåTilsendt)"),
        ("the system receives by pull", "systemet modtager med pull (BeskedHent)"),
        ("the target names a log of events with one of [@]", "målfilen nævner en log over hændelser med en af [@]"),
        ("the target names a token service", "målfilen nævner prøveværktøjets tokentjeneste"),
        ("the target names a log of calls", "målfilen nævner en log over kald"),
        ("the target names a captured request", "målfilen nævner en opsamlet anmodning"),
        ("@ in [@]", "erklæringen @ er en af [@]"),
        ("@ declared", "erklæringen @ findes"),
    ];
    framed(text, CLAUSES).unwrap_or_else(|| text.to_owned())
}

/// The text with `#` for each run of digits, and the runs.
fn skeleton(text: &str) -> (String, Vec<&str>) {
    let mut out = String::with_capacity(text.len());
    let mut numbers = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let length = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
        out.push_str(before);
        out.push('#');
        numbers.push(&from[..length]);
        rest = &from[length..];
    }
    out.push_str(rest);
    (out, numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_phrases_are_translated_with_their_numbers() {
        let da = |text: &'static str| value(text, Language::Da).into_owned();
        assert_eq!(da("more than 30 days"), "mere end 30 dage");
        assert_eq!(
            da("OCSP not asked; CRL revoked 2026-11-20T02:43:09Z"),
            "OCSP ikke spurgt; CRL spærret 2026-11-20T02:43:09Z"
        );
        assert_eq!(value("more than 30 days", Language::En), "more than 30 days");
    }

    #[test]
    fn text_from_outside_stays_as_it_is() {
        for text in ["CN=none, O=system", "https://none.example", "goods", "system2", "# days", ""] {
            assert_eq!(value(text, Language::Da), text);
        }
    }

    #[test]
    fn phrases_around_text_from_outside_are_translated_and_the_text_is_not() {
        let da = |text: &'static str| value(text, Language::Da).into_owned();
        assert_eq!(da("CPR fødsel in pull: no agreement"), "CPR fødsel i pull: ingen aftale");
        assert_eq!(
            da("abonnementsudtryk of none in B: not active; and 2 more"),
            "abonnementsudtryk for none i B: ikke aktivt; og 2 flere"
        );
        assert_eq!(da("Sag at line 11: Titel (O)"), "Sag på linje 11: Titel (O)");
        assert_eq!(da("A in B: Aftale 7: ended 2026-10-22"), "A i B: Aftale 7: udløb 2026-10-22");
        assert_eq!(da("not stated: whether dueslag X is active"), "ikke oplyst: om dueslag X er aktivt");
        assert_eq!(da("CN=a, O=none (of 5 compared)"), "CN=a, O=none (af 5 sammenlignede)");
        assert_eq!(
            da("expired 1 day ago, until 2026-11-20T15:17:08Z"),
            "udløbet for 1 dag siden, gjaldt indtil 2026-11-20T15:17:08Z"
        );
        let long = format!("{}: not active", "a: ".repeat(1000));
        assert_eq!(value(&long, Language::Da), long);
    }

    #[test]
    fn the_place_in_a_source_is_translated() {
        let da = |text: &'static str| place(text, Language::Da).into_owned();
        assert_eq!(da("3.6 to 3.13; the same for Dokument"), "3.6 til 3.13; det samme for Dokument");
        assert_eq!(
            da("8: the anvisninger must be followed; the index does not enforce them"),
            "8: anvisningerne skal følges; indekset håndhæver dem ikke"
        );
        assert_eq!(
            da("usage data: is there any call, how new is the newest one"),
            "brugsdata: er der noget kald, og hvor nyt er det nyeste"
        );
        assert_eq!(da("bilag 4, 3"), "bilag 4, 3");
    }

    #[test]
    fn every_condition_of_the_shipped_profiles_has_its_danish() {
        assert_eq!(
            condition(
                "not (environment in [local or test]) and (sole-use declared or the system receives by push)",
                Language::Da
            ),
            "ikke (miljøet er et af [local or test]) og (erklæringen sole-use findes eller systemet modtager med push (BeskedFåTilsendt))"
        );
        for profile in crate::bank::shipped().unwrap() {
            for requirement in profile.requirements {
                let Some(predicate) = &requirement.applies_when else { continue };
                let danish = condition(&predicate.describe(), Language::Da).into_owned();
                for english in [" the ", "the target", "receives", " in [", "declared", "not ("] {
                    assert!(!danish.contains(english), "{}: {danish}", requirement.id);
                }
            }
        }
    }

    #[test]
    fn frames_have_the_same_gaps_in_both_languages() {
        let gaps = |text: &str| text.chars().filter(|c| "#@%".contains(*c)).collect::<String>();
        for (english, danish) in FRAMES.iter().chain(THINGS).chain(PLACES) {
            assert_eq!(gaps(english), gaps(danish), "{english}");
        }
    }

    #[test]
    fn both_forms_have_the_same_numbers_and_no_phrase_stands_twice() {
        for (index, (english, danish)) in PHRASES.iter().enumerate() {
            assert_eq!(english.matches('#').count(), danish.matches('#').count(), "{english}");
            assert!(PHRASES[..index].iter().all(|(earlier, _)| earlier != english), "{english}");
        }
    }
}
