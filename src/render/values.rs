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
    // Kinds of proof.
    ("measured", "målt"),
    ("inspected", "undersøgt"),
    ("declared", "erklæret"),
];

/// A value as a reader of the language sees it.
pub(super) fn value(text: &str, language: Language) -> Cow<'_, str> {
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
        None => Cow::Borrowed(text),
    }
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
    fn both_forms_have_the_same_numbers_and_no_phrase_stands_twice() {
        for (index, (english, danish)) in PHRASES.iter().enumerate() {
            assert_eq!(english.matches('#').count(), danish.matches('#').count(), "{english}");
            assert!(PHRASES[..index].iter().all(|(earlier, _)| earlier != english), "{english}");
        }
    }
}
