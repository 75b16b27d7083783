//! The canaries: secrets and CPR numbers of invented people, seeded in every layer. None may survive.

use super::*;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use std::io::{Read, Write};

fn text(input: &str) -> String {
    with(input, "text/plain")
}

fn with(input: &str, media_type: &str) -> String {
    String::from_utf8(redact(input.as_bytes(), media_type).bytes).unwrap()
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn percent(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|b| ['%'.to_string(), hex::encode_upper([*b])]).collect()
}

#[test]
fn cpr_numbers_in_plain_text() {
    for number in [
        "0101701234",
        "010170-1234",
        "010170 1234",
        "010170–1234",
        "010170\u{a0}1234",
        "010170 - 1234",
        "311299-0000",
        "6101701234",
        "910170-1234",
        "7112709999",
        "3002994321", // 30 February: dates are not checked further, on purpose
    ] {
        assert_eq!(text(&format!("se {number}, tak")), "se «redacted:cpr», tak", "{number}");
        assert_eq!(text(number), "«redacted:cpr»");
        assert_eq!(text(&format!("({number})_{number}/{number}")), "(«redacted:cpr»)_«redacted:cpr»/«redacted:cpr»");
        assert!(text(&format!("cpr{number}")).contains("«redacted:cpr»"));
    }
}

#[test]
fn other_numbers_stay() {
    for other in [
        "2026-11-20T23:26:09Z",
        "45204520",
        "+45 20 11 26 26",
        "00101701234",
        "01017012345",
        "a0101701234",
        "0101701234b",
        "0113701234",
        "3201701234",
        "5101701234",
        "9201701234",
        "5798009811578",
        "1.2.208.169.1.1.1.3.7",
        "UI:DK-O:G:6f2b1d9e-0101-4701-9234-010170123456",
        "Content-Length: 123456",
        "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
        "Basic authentication is refused",
    ] {
        assert_eq!(text(other), other);
    }
}

#[test]
fn cpr_numbers_in_words_and_with_dots_and_years_go_and_what_is_like_them_stays() {
    for (number, rest) in [
        ("0102031234", "x"),
        ("0102031234", "abc.pdf"),
        ("010203-1234", "Hansen.pdf"),
        ("0102031234", "T080000"),
        ("0102031234", "T080000Z"),
        ("010203.1234", ""),
        ("01022003-1234", ""),
        ("21112026-1530", ""), // a day and a time, or a child: it goes, and is not counted as one
    ] {
        assert_eq!(text(&format!("CPR:{number}{rest}")), format!("CPR:«redacted:cpr»{rest}"));
        let json = format!(r#"{{"a":"{number}{rest}"}}"#);
        assert_eq!(with(&json, "application/json"), json.replace(number, "«redacted:cpr»"));
    }
    for other in [
        "0102031234ab4f",
        "0102031234ab",
        "6f2b1d9e-4abc-8def-9abc-0102031234xy",
        "0102031234abcdef0123456789abcdef",
        "01022003-1234-4abc-8def-0123456789ab",
        "6f2b1d9e-01022003-1234",
        "1.2.010203.1234",
        "010203.1234.5",
        "310203.1234.5",
        "300203.1234",
        "20261121T101112.1234",
        "20261121-1530",
        "01022103-1234",
        "1012345678ns",
        "1101234567bytes",
        r#"{"elapsed":120304.5678}"#,
    ] {
        assert_eq!(with(other, "application/json"), other);
    }
}

#[test]
fn cpr_numbers_in_each_encoding() {
    let plain = "patient 010170-1234 ok";
    let survivors = |input: &[u8], media_type: &str| {
        let redacted = redact(input, media_type);
        assert_ne!(redacted.bytes, input, "{media_type}: nothing was redacted");
        assert!(!redacted.counts.is_empty());
        redacted.bytes
    };
    let decode = |bytes: &[u8]| STANDARD.decode(bytes).unwrap();
    let clean = "patient «redacted:cpr» ok";

    assert_eq!(text(&percent(plain.as_bytes())).matches("«redacted:cpr»").count(), 1);
    assert_eq!(text("q=010170%2D1234&x=1"), "q=«redacted:cpr»&x=1");
    assert_eq!(text("q=010170%252D1234"), "q=«redacted:cpr»");
    assert_eq!(text("q=010170+1234"), "q=«redacted:cpr»");
    assert_eq!(with("<a>&#48;1&#x30;170&#45;1234</a>", "text/xml"), "<a>«redacted:cpr»</a>");
    assert_eq!(with("<a b='010170&#8211;1234'/>", "text/xml"), "<a b='«redacted:cpr»'/>");
    assert_eq!(with("<a><![CDATA[010170-1234]]></a>", "text/xml"), "<a><![CDATA[«redacted:cpr»]]></a>");
    assert_eq!(with("<!-- 010170-1234 --><a/>", "text/xml"), "<!-- «redacted:cpr» --><a/>");
    assert_eq!(with(r#"{"a":"x\n0101701234\u002f"}"#, "application/json"), r#"{"a":"x\n«redacted:cpr»\u002f"}"#);
    assert_eq!(with(r#"{"a":"\u003010170\u002d1234"}"#, "application/json"), r#"{"a":"«redacted:cpr»"}"#);
    assert_eq!(with(r#"{"a":[1, 2001701234 ]}"#, "application/json"), r#"{"a":[1, "«redacted:cpr»" ]}"#);

    let packed = STANDARD.encode(plain);
    assert_eq!(decode(&survivors(packed.as_bytes(), "text/plain")), clean.as_bytes());
    let twice = STANDARD.encode(STANDARD.encode(plain));
    assert_eq!(decode(&decode(&survivors(twice.as_bytes(), "text/plain"))), clean.as_bytes());
    let url = URL_SAFE_NO_PAD.encode(format!("???>>>{plain}"));
    assert_eq!(
        URL_SAFE_NO_PAD.decode(survivors(url.as_bytes(), "text/plain")).unwrap(),
        format!("???>>>{clean}").as_bytes()
    );
    let redirect =
        format!("https://idp/?SAMLRequest={}", percent(STANDARD.encode(deflated(plain.as_bytes())).as_bytes()));
    let out = String::from_utf8(survivors(redirect.as_bytes(), "text/plain; subject=probe")).unwrap();
    let value = url::Url::parse(&out).unwrap().query_pairs().next().unwrap().1.into_owned();
    let mut inflated = String::new();
    flate2::read::DeflateDecoder::new(decode(value.as_bytes()).as_slice()).read_to_string(&mut inflated).unwrap();
    assert_eq!(inflated, clean);

    let out = survivors(&gzipped(plain.as_bytes()), "application/octet-stream");
    let mut unpacked = String::new();
    flate2::read::GzDecoder::new(out.as_slice()).read_to_string(&mut unpacked).unwrap();
    assert_eq!(unpacked, clean);
    let mut http = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".to_vec();
    http.extend(gzipped(plain.as_bytes()));
    assert!(survivors(&http, "message/http").ends_with("«redacted:unscanned»".as_bytes()));

    for big in [true, false] {
        let units = |text: &str| -> Vec<u8> {
            text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
        };
        assert_eq!(survivors(&units(&format!("\u{feff}{plain}")), "text/xml"), units(&format!("\u{feff}{clean}")));
        assert_eq!(survivors(&units(plain), "text/plain"), units(clean));
    }
    // Wrapped over lines, and glued to other text so that the groups of four begin elsewhere.
    let long = STANDARD.encode(format!("{} {plain}", "x".repeat(60)));
    let wrapped = long.as_bytes().chunks(64).map(|c| String::from_utf8_lossy(c).into_owned()).collect::<Vec<_>>();
    assert_ne!(
        text(&format!("Body:\n\n{}\n", wrapped.join("\r\n  "))),
        format!("Body:\n\n{}\n", wrapped.join("\r\n  "))
    );
    for prefix in ["a/", "ab/", "abc/", "abcd/", "x-", "tok_", "line\n", "lines\n", "li\n"] {
        for secret in ["0101701234", plain] {
            let input = format!("{prefix}{}", STANDARD.encode(secret));
            assert!(!text(&input).contains(&STANDARD.encode(secret)), "{input:?} -> {}", text(&input));
            assert!(!redact(input.as_bytes(), "text/plain").counts.is_empty());
        }
    }
    // XML in base64 in a JSON string in a form value.
    let json = format!(r#"{{"m":"{}"}}"#, STANDARD.encode("<a>010170-1234</a>"));
    let form = format!("a=1&b={}", percent(json.as_bytes()));
    assert_ne!(text(&form), form);
}

#[test]
fn what_cannot_be_looked_into_is_removed() {
    let mut nested = b"patient 010170-1234 ok".to_vec();
    for _ in 0..14 {
        nested = STANDARD.encode(&nested).into_bytes();
    }
    assert!(redact(&nested, "text/plain").counts.contains_key("unscanned"));
    let bomb = STANDARD.encode(deflated(&vec![b'a'; 17 << 20]));
    assert!(redact(bomb.as_bytes(), "text/plain").counts.contains_key("unscanned"));
    assert!(redact(&gzipped(&vec![b'a'; 17 << 20]), "text/plain").counts.contains_key("unscanned"));
    assert!(redact(b"PK\x03\x04whatever is in here", "application/zip").counts.contains_key("unscanned"));
    let escapes = format!("%{}30101701234", "25".repeat(40));
    assert!(redact(escapes.as_bytes(), "text/plain").counts.contains_key("unscanned"));
}

/// Each of these takes minutes or hours where a scan looks far ahead for every start.
#[test]
fn hostile_texts_take_linear_time() {
    let started = std::time::Instant::now();
    for part in [
        "-----BEGIN PRIVATE KEY-----<",
        "password=\"",
        "name=\"password\" ",
        "cookie:\n",
        "<password ",
        "://",
        "%25",
        "ey",
    ] {
        let text = part.repeat((1 << 18) / part.len());
        let redacted = redact(text.as_bytes(), "text/plain");
        assert!(redacted.bytes.len() < 2 << 20);
    }
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

/// Every place where a secret can stand, with `SECRET` for it.
const PLACES: &[(&str, &str)] = &[
    ("message/http", "GET / HTTP/1.1\r\nAuthorization: Bearer SECRET\r\nHost: x\r\n\r\n"),
    ("message/http", "GET / HTTP/1.1\r\nauthorization:   Digest username=\"bob\", response=\"SECRET\"\r\n\r\n"),
    ("message/http", "HTTP/1.1 200 OK\r\nSet-Cookie: sid=SECRET; Path=/; HttpOnly\r\n\r\n"),
    ("message/http", "GET / HTTP/1.1\r\nCookie: a=b; sid=SECRET\r\n\r\n"),
    ("message/http", "GET /cb?code=1&access_token=SECRET&x=1 HTTP/1.1\r\n\r\n"),
    ("message/http", "GET https://bob:SECRET@host.example/ HTTP/1.1\r\n\r\n"),
    ("application/x-www-form-urlencoded", "grant_type=x&client_secret=SECRET&y=1"),
    ("application/x-www-form-urlencoded", "SAMLResponse=SECRET&RelayState=1"),
    ("application/x-www-form-urlencoded", "username=a&password=SECRET"),
    ("text/html", "<!DOCTYPE html><form><input type=hidden name=SAMLResponse value=SECRET></form>"),
    ("text/html", "<form><input type='hidden' name='SAMLResponse' value='SECRET'/></form>"),
    ("text/html", "<form><input value=\"SECRET\" type=\"hidden\" name=\"SAMLResponse\"/></form>"),
    ("multipart/form-data", "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nSECRET\r\n--b--\r\n"),
    ("application/json", r#"{"access_token":"SECRET","token_type":"Bearer"}"#),
    ("application/json", r#"{"headers":{"Authorization":"Bearer SECRET","Cookie":["a=SECRET"]}}"#),
    ("application/json", r#"{"log":"Authorization: Bearer SECRET","ok":true}"#),
    ("application/json", r#"{"log":"{\"password\":\"SECRET\"}","ok":true}"#),
    ("application/json", r#"{"client-secret" : "SECRET", "list": ["x"]}"#),
    ("application/json", r#"{"kty":"EC","crv":"P-256","x":"AAAA","d":"SECRET"}"#),
    ("text/xml", "<s:Envelope xmlns:s='x'><wsse:Password Type='t' xmlns:wsse='y'>SECRET</wsse:Password></s:Envelope>"),
    ("text/xml", "<a password=\"SECRET\" b=\"1\"/>"),
    ("text/xml", "<a note=\"Authorization: Bearer SECRET\" b=\"1\"/>"),
    ("text/xml", "<c><add name=\"Password\" value=\"SECRET\"/></c>"),
    ("text/xml", "<RSAKeyValue><Modulus>AQAB</Modulus><D>SECRET</D></RSAKeyValue>"),
    ("text/xml", "<a>&lt;Password&gt;SECRET&lt;/Password&gt;</a>"),
    ("text/plain", "adgangskode: SECRET"),
    ("text/plain", "Server=x;User Id=sa;Password=SECRET;Encrypt=true"),
    ("text/plain", "password = \"SECRET\""),
    ("text/plain", "-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n"),
    ("text/plain", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nSECRET"),
    (
        "application/json",
        r#"{"pem":"-----BEGIN RSA PRIVATE KEY-----\nSECRET\n-----END RSA PRIVATE KEY-----\n","ok":1}"#,
    ),
    ("text/xml", "<k>-----BEGIN EC PRIVATE KEY-----\nSECRET\n</k>"),
    ("text/plain", "-----BEGIN OPENSSH PRIVATE KEY-----\nSECRET\n-----END OPENSSH PRIVATE KEY-----"),
];

fn wrap(layer: usize, input: &str) -> Vec<u8> {
    match layer {
        0 => input.as_bytes().to_vec(),
        1 => STANDARD.encode(input).into_bytes(),
        2 => URL_SAFE_NO_PAD.encode(input).into_bytes(),
        3 => percent(input.as_bytes()).into_bytes(),
        4 => STANDARD.encode(deflated(input.as_bytes())).into_bytes(),
        5 => serde_json::to_vec(&serde_json::json!({ "note": input })).unwrap(),
        6 => format!("<a>{}</a>", quick_xml::escape::escape(input)).into_bytes(),
        _ => gzipped(input.as_bytes()),
    }
}

/// Undoes whatever `wrap` did, as far as it still can be undone, so that a survivor inside shows.
fn unwrap_all(bytes: &[u8]) -> Vec<String> {
    let mut seen = vec![String::from_utf8_lossy(bytes).into_owned()];
    let raw: Vec<u8> = bytes.iter().copied().filter(u8::is_ascii).collect();
    for decoded in [layer::decode_base64(bytes, 0), layer::decode_base64(&raw, 0)] {
        let mut inflated = Vec::new();
        let _ = flate2::read::DeflateDecoder::new(decoded.as_slice()).read_to_end(&mut inflated);
        seen.push(String::from_utf8_lossy(&decoded).into_owned());
        seen.push(String::from_utf8_lossy(&inflated).into_owned());
    }
    let mut unpacked = Vec::new();
    let _ = flate2::read::GzDecoder::new(bytes).read_to_end(&mut unpacked);
    seen.push(String::from_utf8_lossy(&unpacked).into_owned());
    let mut view = view::View::of(bytes);
    while let Some(next) = view.unescape() {
        seen.push(String::from_utf8_lossy(&next.bytes).into_owned());
        view = next;
    }
    seen
}

#[test]
fn no_canary_survives_in_any_place_in_any_layer() {
    const SECRET: &str = "MIIBhunter2CanaryQ9x";
    for (media_type, place) in PLACES {
        for layer in 0..8 {
            let input = wrap(layer, &place.replace("SECRET", SECRET));
            let media_type = if layer == 0 { media_type } else { "application/octet-stream" };
            let redacted = redact(&input, media_type);
            for seen in unwrap_all(&redacted.bytes) {
                assert!(!seen.contains(SECRET), "layer {layer} of {place}: {seen}");
                assert!(!seen.contains("hunter2Canary"), "layer {layer} of {place}: {seen}");
            }
            assert!(!redacted.counts.is_empty(), "layer {layer} of {place}");
            assert_eq!(redact(&redacted.bytes, media_type).bytes, redacted.bytes, "twice is once: {place}");
            if structure::is_json(&input) {
                assert!(structure::is_json(&redacted.bytes), "{}", String::from_utf8_lossy(&redacted.bytes));
            }
            if structure::is_xml(&input) {
                assert!(structure::is_xml(&redacted.bytes), "{}", String::from_utf8_lossy(&redacted.bytes));
            }
        }
    }
}

#[test]
fn real_keys_and_tokens_go_in_every_form() {
    let group = openssl::ec::EcGroup::from_curve_name(openssl::nid::Nid::X9_62_PRIME256V1).unwrap();
    let ec = openssl::ec::EcKey::generate(&group).unwrap();
    let key = openssl::pkey::PKey::from_ec_key(ec.clone()).unwrap();
    let cipher = openssl::symm::Cipher::aes_128_cbc();
    let ders = [
        key.private_key_to_pkcs8().unwrap(),
        key.private_key_to_pkcs8_passphrase(cipher, b"x").unwrap(),
        ec.private_key_to_der().unwrap(),
        openssl::rsa::Rsa::generate(1024).unwrap().private_key_to_der().unwrap(),
    ];
    for der in ders {
        let redacted = redact(&der, "application/pkix-cert");
        assert_eq!(redacted.counts.get("private-key"), Some(&1));
        assert_eq!(redacted.bytes, "«redacted:private-key»".as_bytes(), "a wrong media type protects nothing");
        let base64 = STANDARD.encode(&der);
        assert!(!text(&format!("key={base64} x")).contains(&base64[20..40]));
        let mut inside = b"\x00\x01binary".to_vec();
        inside.extend(&der);
        assert!(redact(&inside, "application/octet-stream").counts.contains_key("private-key"));
    }
    let pem = String::from_utf8(key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    assert_eq!(text(&pem), "«redacted:private-key»\n");
    let jwt =
        format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#), URL_SAFE_NO_PAD.encode(r#"{"sub":"x"}"#));
    assert_eq!(text(&format!("see {jwt} here")), "see «redacted:jwt» here");
    assert_eq!(text("Authorization: Basic Ym9iOmh1bnRlcjI="), "Authorization: «redacted:token»");
}

#[test]
fn fields_known_by_name() {
    let attribute = |name: &str, value: &str| {
        format!(r#"<Attribute Name="{name}"><AttributeValue>{value}</AttributeValue></Attribute>"#)
    };
    let unit = "https://data.gov.dk/model/core/eid/professional/productionUnit";
    assert_eq!(with(&attribute(unit, "1003388394"), "text/xml"), attribute(unit, "1003388394"));
    assert_eq!(with(&attribute(unit, "0101701234"), "text/xml"), attribute(unit, "«redacted:cpr»"), "no P-number");
    assert_eq!(with(&attribute("other", "1003388394"), "text/xml"), attribute("other", "«redacted:cpr»"));
    for name in ["https://data.gov.dk/model/core/eid/cprNumber", "dk:gov:saml:attribute:CprNumberIdentifier"] {
        assert_eq!(with(&attribute(name, "99-99"), "text/xml"), attribute(name, "«redacted:cpr»"));
    }
    assert_eq!(with(r#"{"cpr":101701234,"iat":1801234567}"#, "a/b"), r#"{"cpr":"«redacted:cpr»","iat":1801234567}"#);
    assert_eq!(with(r#"{"other":1801234567}"#, "a/b"), r#"{"other":"«redacted:cpr»"}"#);
}

#[test]
fn the_probes_own_saml_messages_stay_readable() {
    let form =
        format!("SAMLResponse={}", percent(STANDARD.encode("<Response ID='_1'>Testbruger</Response>").as_bytes()));
    assert_eq!(with(&form, "application/x-www-form-urlencoded; subject=probe"), form);
    assert_eq!(with(&form, "application/x-www-form-urlencoded"), "SAMLResponse=«redacted:saml-message»");
}

#[test]
fn references_to_secrets_and_public_keys_stay() {
    let target = "password = { file = \"seal.password\" }\nkey = { env = \"KEY\" }\n";
    assert_eq!(with(target, "application/toml"), target);
    let group = openssl::ec::EcGroup::from_curve_name(openssl::nid::Nid::X9_62_PRIME256V1).unwrap();
    let key = openssl::pkey::PKey::from_ec_key(openssl::ec::EcKey::generate(&group).unwrap()).unwrap();
    let public = String::from_utf8(key.public_key_to_pem().unwrap()).unwrap();
    assert_eq!(text(&public), public);
}

#[test]
fn certificates_pass_untouched_in_der_pem_and_xml() {
    let group = openssl::ec::EcGroup::from_curve_name(openssl::nid::Nid::X9_62_PRIME256V1).unwrap();
    let key = openssl::pkey::PKey::from_ec_key(openssl::ec::EcKey::generate(&group).unwrap()).unwrap();
    let mut name = openssl::x509::X509Name::builder().unwrap();
    name.append_entry_by_text("CN", "CVR:12345678-RID:0101701234").unwrap();
    let name = name.build();
    let mut builder = openssl::x509::X509::builder().unwrap();
    builder.set_version(0).unwrap();
    let one = openssl::bn::BigNum::from_u32(1).unwrap();
    builder.set_serial_number(&openssl::asn1::Asn1Integer::from_bn(&one).unwrap()).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.set_not_before(&openssl::asn1::Asn1Time::from_unix(0).unwrap()).unwrap();
    builder.set_not_after(&openssl::asn1::Asn1Time::from_unix(2_000_000_000).unwrap()).unwrap();
    builder.sign(&key, openssl::hash::MessageDigest::sha256()).unwrap();
    let certificate = builder.build();
    let der = certificate.to_der().unwrap();
    assert_eq!(redact(&der, "application/pkix-cert").bytes, der, "version 1, serial 1: begins like a PKCS#8 key");
    let pem = String::from_utf8(certificate.to_pem().unwrap()).unwrap();
    assert_eq!(text(&pem), pem);
    let xml = format!("<X509Certificate>{}</X509Certificate>", STANDARD.encode(&der));
    assert_eq!(with(&xml, "text/xml"), xml);
    let mut trailing = der;
    trailing.extend_from_slice(b" 010170-1234");
    assert!(redact(&trailing, "application/pkix-cert").counts.contains_key("cpr"));
}

/// An independent reading of the pattern, in the regex language.
fn cpr_like(text: &[u8]) -> bool {
    let pattern = r"(?-u)(?:^|[^A-Za-z0-9])(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])(?:0[1-9]|1[0-2])[0-9]{2}[- ]?[0-9]{4}(?:$|[^A-Za-z0-9])";
    regex::bytes::Regex::new(pattern).unwrap().is_match(text)
}

#[test]
fn figures_of_our_own_stay_and_texts_beside_them_do_not() {
    let json = r#"{"bytes":1211551234,"calls":[3112991234],"name":"1211551234","inner":"{\"bytes\":1211551234}"}"#;
    let kept = with(json, &format!("application/json; {FIGURES}"));
    assert!(kept.starts_with(r#"{"bytes":1211551234,"calls":[3112991234],"name":"«redacted:cpr»""#), "{kept}");
    assert_eq!(kept.matches("1211551234").count(), 1, "{kept}");
    let other = with(json, "application/json");
    assert!(!other.contains("1211551234") && !other.contains("3112991234"), "{other}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let once = redact(&bytes, "application/octet-stream");
        prop_assert!(!cpr_like(&once.bytes));
        prop_assert_eq!(&redact(&once.bytes, "application/octet-stream").bytes, &once.bytes);
    }

    #[test]
    fn texts_full_of_digits_and_escapes(input in r#"([0-9]{4,11}|[ \-%&;#"'\\<>{}:,=u/]|%3[0-9]|&#4[89];|\\u003[0-9]|[a-zA-Z+/=]{1,9}|010170|cpr|password|-?1234|Cookie: |Bearer |-----BEGIN PRIVATE KEY-----|«redacted:cpr»){0,40}"#) {
        let once = redact(input.as_bytes(), "text/plain");
        prop_assert!(!cpr_like(&once.bytes), "{}", String::from_utf8_lossy(&once.bytes));
        prop_assert_eq!(&redact(&once.bytes, "text/plain").bytes, &once.bytes);
    }

    #[test]
    fn json_stays_json(value in "([0-9]{10}|010170-1234|a|\\\\|\"|/|password=x){0,6}", number in 0_u64..10_000_000_000) {
        let json = serde_json::to_vec(&serde_json::json!({ "a": value, "b": [number, {"c": number}], value.as_str(): 1 })).unwrap();
        let once = redact(&json, "application/json").bytes;
        prop_assert!(structure::is_json(&once), "{}", String::from_utf8_lossy(&once));
        prop_assert!(!cpr_like(&once));
        prop_assert_eq!(&redact(&once, "application/json").bytes, &once);
    }

    #[test]
    fn xml_stays_xml(value in "([0-9]{10}|010170-1234|a|&|\"|/|password=x|<){0,6}", name in "[a-z]-(0101701234|x)") {
        let value = quick_xml::escape::escape(value.as_str());
        let xml = format!("<r a=\"{value}\"><{name} b='1'>{value}</{name}><!-- x --></r>");
        let once = redact(xml.as_bytes(), "text/xml").bytes;
        prop_assert!(structure::is_xml(&once), "{}", String::from_utf8_lossy(&once));
        prop_assert!(!cpr_like(&once));
        prop_assert_eq!(&redact(&once, "text/xml").bytes, &once);
    }

    #[test]
    fn nested_layers(order in proptest::collection::vec(0_usize..8, 0..4), secret in "(010170-1234|311299 0000|client_secret=hunter2Canary)") {
        let mut bytes = format!("before {secret} after").into_bytes();
        for layer in order {
            bytes = wrap(layer, &String::from_utf8(bytes.clone()).unwrap_or_else(|_| STANDARD.encode(&bytes)));
        }
        let once = redact(&bytes, "application/octet-stream");
        prop_assert!(!once.counts.is_empty());
        prop_assert_eq!(&redact(&once.bytes, "application/octet-stream").bytes, &once.bytes);
    }
}
