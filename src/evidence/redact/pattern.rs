//! What CPR numbers, secrets and private keys look like in one decoded text.

use super::{Kind, is_marker};
use regex::bytes::{Regex, RegexSet};
use std::ops::Range;
use std::sync::LazyLock;

/// Finds every CPR-like number: six digits that are a date, at most three characters of space or dash, four digits; no digit before
/// or after, and no letter but those of [`may_begin`] and [`tail`]. Day 61 to 91 covers replacement numbers (erstatningspersonnumre),
/// which add 60. Written with a dot, or with the whole year, the date must be one of the calendar: such numbers are mostly others.
pub(super) fn cpr_numbers(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at + 10 <= text.len() {
        if text[at].is_ascii_digit()
            && let Some(end) = cpr_number_at(text, at)
        {
            found.push(at..end);
            at = end;
        } else {
            at += 1;
        }
    }
    found
}

/// The end of the number that begins at this digit.
pub(super) fn cpr_number_at(text: &[u8], at: usize) -> Option<usize> {
    (text.get(at).is_some_and(u8::is_ascii_digit) && may_begin(text, at)).then(|| cpr_end(text, at)).flatten()
}

/// A number may begin after anything but a letter or digit; also right after an escape for something else (`%3D0101701234`), and right
/// after the word for it (`cpr0101701234`).
pub(super) fn may_begin(text: &[u8], at: usize) -> bool {
    const WORDS: [&[u8]; 6] = [b"cpr", b"cprnr", b"cprnummer", b"cprnumber", b"pnr", b"personnummer"];
    let before = &text[..at];
    match before.last() {
        Some(b) if b.is_ascii_alphanumeric() => {
            let word = |word: &&[u8]| {
                before.len() >= word.len() && before[before.len() - word.len()..].eq_ignore_ascii_case(word)
            };
            ends_with_escape(before) || (b.is_ascii_alphabetic() && WORDS.iter().any(word))
        }
        _ => true,
    }
}

/// Whether a text ends with an escape for what is neither letter nor digit: `%3D`, `%253D`, `\n`, `\u00a0`.
fn ends_with_escape(text: &[u8]) -> bool {
    let hex = |digits: &[u8]| digits.iter().try_fold(0_u32, |sum, b| Some(sum * 16 + (*b as char).to_digit(16)?));
    let other = |value: u32| !u8::try_from(value).is_ok_and(|b| b.is_ascii_alphanumeric());
    match text {
        [.., b'\\', b'n' | b'r' | b't' | b'b' | b'f'] => true,
        [.., b'\\', b'u', a, b, c, d] => hex(&[*a, *b, *c, *d]).is_some_and(other),
        [before @ .., a, b] => {
            let mut before = before;
            while let [rest @ .., b'2', b'5'] = before {
                before = rest;
            }
            before.last() == Some(&b'%') && hex(&[*a, *b]).is_some_and(other)
        }
        _ => false,
    }
}

/// A text in the form of a CPR number.
pub(super) struct Form {
    /// Where it ends.
    pub(super) end: usize,
    /// Whether its date is one, so that it is taken for a CPR number.
    pub(super) is_cpr: bool,
    /// Whether it may as well be a day and a time: `21112026-1530`.
    pub(super) is_time: bool,
}

fn cpr_end(text: &[u8], at: usize) -> Option<usize> {
    form(text, at).filter(|form| form.is_cpr).map(|form| form.end)
}

/// The form of a CPR number that begins here, whether its date is one or not.
pub(super) fn form(text: &[u8], at: usize) -> Option<Form> {
    let digits = |from: usize, count: usize| -> Option<&[u8]> {
        text.get(from..from.checked_add(count)?).filter(|part| part.iter().all(u8::is_ascii_digit))
    };
    let two = |part: &[u8], at: usize| (part[at] - b'0') * 10 + (part[at + 1] - b'0');
    let date = digits(at, 6)?;
    let (day, month) = (two(date, 0), two(date, 2));
    let is_day = matches!(day, 1..=31 | 61..=91) && matches!(month, 1..=12);
    let longest = if month == 2 { 29 } else { 30 + u8::from(matches!(month, 1 | 3 | 5 | 7 | 8 | 10 | 12)) };
    let in_calendar = is_day && day % 60 <= longest;
    let rest = &text[at + 6..];
    // Whether a part ends before this place, or begins after it, and not the number itself.
    let parted = |marks: &[u8], at: usize| at >= 2 && marks.contains(&text[at - 1]) && !may_begin(text, at - 1);
    let parts = |marks: &[u8], end: usize| {
        text.get(end).is_some_and(|mark| marks.contains(mark))
            && text.get(end + 1).is_some_and(u8::is_ascii_alphanumeric)
    };
    let ends = |end: usize| !text.get(end).is_some_and(u8::is_ascii_alphanumeric);
    if let Some(dot) = symbol(rest, b'.') {
        // A number with four decimals has the form; one of more parts is a version or an OID.
        let from = at + 6 + dot;
        digits(from, 4)?;
        let alone = ends(from + 4) && !parted(b".,", at) && !parts(b".,", from + 4);
        return alone.then_some(Form { end: from + 4, is_cpr: in_calendar, is_time: false });
    }
    if let Some(whole) = digits(at, 8)
        && let Some(dash) = symbol(&text[at + 8..], b'-')
    {
        let from = at + 8 + dash;
        let last = digits(from, 4)?;
        // Groups of a UUID go on with a dash.
        let alone = ends(from + 4) && !parted(b"-", at) && !parts(b"-", from + 4);
        let is_cpr = in_calendar && matches!(two(whole, 4), 18..=20);
        let is_time = two(whole, 4) == 20 && two(last, 0) < 24 && two(last, 2) < 60;
        return alone.then_some(Form { end: from + 4, is_cpr, is_time });
    }
    let mut next = at + 6;
    for _ in 0..3 {
        match separator(&text[next.min(text.len())..]) {
            0 => break,
            length => next += length,
        }
    }
    digits(next, 4)?;
    let end = next + 4;
    let glued = next == at + 6 || symbol(&text[at + 6..], b'-').is_some_and(|length| next == at + 6 + length);
    let ends = match text.get(end) {
        Some(b) if b.is_ascii_digit() => false,
        Some(b) if b.is_ascii_alphabetic() => {
            let tail = if glued { tail(&text[end..]) } else { None };
            tail.is_some_and(|length| !parted(b"-", at) && !parts(b"-", end + length))
        }
        _ => true,
    };
    ends.then_some(Form { end, is_cpr: is_day, is_time: false })
}

/// Length of a character at the start of `rest`, written as it is or as an escape.
fn symbol(rest: &[u8], symbol: u8) -> Option<usize> {
    match rest.first()? {
        first if *first == symbol => Some(1),
        b'%' | b'&' | b'\\' => {
            super::view::escape(rest).filter(|(bytes, _)| bytes == &[symbol]).map(|(_, length)| length)
        }
        _ => None,
    }
}

/// Length of what is glued to a number and leaves it one: letters alone, as of a name, or a time (`T080000`). With further digits it is
/// a hash or a key, with a unit a quantity.
fn tail(rest: &[u8]) -> Option<usize> {
    const UNITS: [&[u8]; 11] = [b"b", b"kb", b"mb", b"gb", b"bytes", b"s", b"ms", b"us", b"ns", b"sec", b"z"];
    /// No name is longer; a longer run is base64.
    const LONGEST: usize = 40;
    let length = rest.iter().take(LONGEST).take_while(|b| b.is_ascii_alphanumeric()).count();
    let run = &rest[..length];
    let is_time = || match run {
        [b'T' | b't', time @ ..] => {
            let time = time.strip_suffix(b"Z").unwrap_or(time);
            matches!(time.len(), 2 | 4 | 6 | 9) && time.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    };
    let is_unit = UNITS.iter().any(|unit| run.eq_ignore_ascii_case(unit));
    // Ids in hex have 12, 16, 20, ... digits, and one in a thousand of 12 begins with ten figures.
    let is_hex = (10 + length).is_multiple_of(4) && run.iter().all(u8::is_ascii_hexdigit);
    let is_name = run.iter().all(u8::is_ascii_alphabetic) && !is_unit && !is_hex;
    (length < LONGEST && (is_name || is_time())).then_some(length)
}

/// Length of a space or dash at the start of `rest`, written as it is or as an escape; 0 for none.
fn separator(rest: &[u8]) -> usize {
    match rest.first() {
        Some(b'%' | b'&' | b'\\') => escaped_separator(rest),
        _ => plain_separator(rest),
    }
}

fn escaped_separator(rest: &[u8]) -> usize {
    let mut decoded = Vec::new();
    let mut at = 0;
    while decoded.len() < 3 {
        let Some((bytes, length)) = rest.get(at..).and_then(super::view::escape) else { return 0 };
        decoded.extend(bytes);
        at += length;
        if plain_separator(&decoded) == decoded.len() {
            return at;
        }
    }
    0
}

/// Length of a space or dash at the start of `rest`, in UTF-8 or windows-1252; 0 for none. `+` is a space in a query.
fn plain_separator(rest: &[u8]) -> usize {
    match rest {
        [b' ' | b'\t' | b'-' | b'+' | 0x96 | 0x97 | 0xA0 | 0xAD, ..] => 1,
        [0xC2, 0xA0 | 0xAD, ..] => 2,
        [0xE2, 0x80, 0x80..=0x8B | 0x90..=0x95 | 0xAF, ..] | [0xE2, 0x88, 0x92, ..] | [0xE2, 0x81, 0x83, ..] => 3,
        _ => 0,
    }
}

/// Names whose whole value is a secret. Prefixes such as `new_` and `db.` belong to the long ones.
const SECRET_NAMES: &str = r"(?:[a-z0-9_.\-]{0,64}(?:password|passwd|passphrase|client[_-]?secret|client_assertion|access_?token|refresh_?token|id_token|session_?token|api[_-]?key|secret[_-]?key|private_?key|kodeord|adgangskode|jsessionid|session_?id)[0-9]{0,2}|\b(?:pwd|secret|pin|pinkode|sig|x-amz-signature|x-amz-security-token|samlart))";

/// When a rule counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Always,
    /// SAML messages are taken to be a live user's.
    SamlMessages,
    /// The text holds a JSON Web Key.
    JsonWebKey,
    /// The text holds an RSA key in XML.
    RsaKeyInXml,
    /// The value holds a colon once decoded: "Basic authentication" is prose.
    Credentials,
}

/// A value that goes: the pattern's first group, or all of it.
struct Rule {
    pattern: Regex,
    kind: Kind,
    when: When,
}

/// Every pattern of one text. Built once; a pattern that does not compile makes every scan refuse (and a test fail).
pub(super) struct Patterns {
    rules: Vec<Rule>,
    /// The same patterns at once: one pass tells which of them are worth a search, and for most texts that is none.
    set: RegexSet,
    private_key_begin: Regex,
    private_key_body: Regex,
    private_key_end: Regex,
    secret_name: Regex,
    cpr_name: Regex,
    production_unit_name: Regex,
    production_unit: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| Patterns::build().ok());

/// The patterns; `None` only when one of them does not compile.
pub(super) fn patterns() -> Option<&'static Patterns> {
    PATTERNS.as_ref()
}

impl Patterns {
    fn build() -> Result<Self, regex::Error> {
        // `(?-u)`: bytes that are no UTF-8 must not hide a secret.
        let regex = |pattern: &str| Regex::new(&format!("(?i-u){pattern}"));
        let pair = |name: &str| {
            [
                // <input name="SAMLResponse" value="...">, and with the attributes in the other order
                format!(r#"\bname\s*=\s*["']?(?:{name})["']?[\s/][^<>]*?\bvalue\s*=\s*"([^"<>]*)""#),
                format!(r"\bname\s*=\s*[\x22']?(?:{name})[\x22']?[\s/][^<>]*?\bvalue\s*=\s*'([^'<>]*)'"),
                format!(r#"\bname\s*=\s*["']?(?:{name})["']?\s(?:[^<>]*?\s)?value\s*=\s*([^\s"'<>]+)"#),
                format!(r#"\bvalue\s*=\s*"([^"<>]*)"[^<>]*?\bname\s*=\s*["']?(?:{name})["'\s>/]"#),
                format!(r"\bvalue\s*=\s*'([^'<>]*)'[^<>]*?\bname\s*=\s*[\x22']?(?:{name})[\x22'\s>/]"),
                // a part of multipart/form-data
                format!(r#"\bname="(?:{name})"[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n([^\r\n]+)"#),
            ]
        };
        let saml = "SAMLResponse|SAMLRequest|wresult";
        let mut saml_parameter =
            vec![format!(r#"\b(?:{saml})=([^&\s"'<>]+)"#), format!(r#""(?:{saml})"\s*:\s*"([^"]+)""#)];
        saml_parameter.extend(pair(saml));
        let name = SECRET_NAMES;
        let mut secret_value = vec![
            format!(r#"{name}["']?\s*(?:=>|[:=])\s*"((?:[^"\\]|\\.)+)""#),
            format!(r#"{name}["']?\s*(?:=>|[:=])\s*'([^']+)'"#),
            format!(r#"{name}["']\s*:\s*([0-9][0-9.]*)"#),
            // key=value in queries, forms, connection strings and command lines
            format!(r#"{name}\s*=\s*([^\s&;,"'<>{{\[][^\s&;,"'<>]*)"#),
            // key = value and key: value on a line of their own
            format!(r#"(?m:^)[ \t]*{name}[ \t]*=[ \t]*([^\s&;"'<>{{\[][^\r\n&"<>]*)"#),
            format!(r#"{name}[ \t]*:[ \t]*([^\s"'<>{{\[/][^\r\n"<>]*)"#),
            format!(r"<(?:[a-z0-9_.\-]+:)?{name}(?:\s[^<>]*)?>([^<]+)<"),
        ];
        secret_value.extend(pair(name));
        let cpr_name = r"(?:cpr(?:[ _-]?(?:nr|no|num|number|nummer|identifier|numberidentifier))?|personnummer|personcivilregistrationidentifier)";
        let cpr_value = [
            format!(r#"{cpr_name}["']?\s*[:=]\s*["']?([0-9][0-9 \-]{{6,14}})"#),
            format!(r#"{cpr_name}["'][^<>]*>\s*<[^<>]*AttributeValue[^<>]*>([^<]+)<"#),
        ];
        let text = str::to_owned;
        let mut rules = vec![
            (Kind::Token, When::Always, text(r#"\b(?:proxy-)?authorization["']?[ \t]*[:=][ \t]*["']?([^\r\n]+)"#)),
            (
                Kind::Cookie,
                When::Always,
                text(r#"(?:(?m:^)|["'{,\s])(?:set-)?cookie2?["']?[ \t]*:[ \t]*["']?([^\r\n]+)"#),
            ),
            (Kind::Jwt, When::Always, text(r"\b(?:ey|ew)[A-Z0-9_-]{6,}\.[A-Z0-9_-]*(?:\.[A-Z0-9_-]*){1,3}")),
            (Kind::Token, When::Always, text(r"\b(?:bearer|dpop)[ \t]+([A-Z0-9._~+/=-]{8,})")),
            (Kind::Token, When::Credentials, text(r"\bbasic[ \t]+([A-Z0-9+/_-]{4,}={0,2})")),
            (Kind::Secret, When::Always, text(r#"\b[a-z][a-z0-9+.\-]*://[^/\s:@"'<>]*:([^/\s@"'<>]+)@"#)),
            (Kind::PrivateKey, When::JsonWebKey, text(r#""(?:d|p|q|dp|dq|qi|k)"\s*:\s*"([A-Z0-9_=+/-]{8,})""#)),
            (Kind::PrivateKey, When::RsaKeyInXml, text(r"<(?:[a-z0-9_.\-]+:)?(?:D|P|Q|DP|DQ|InverseQ)>([^<]+)<")),
        ];
        rules.extend(secret_value.into_iter().map(|pattern| (Kind::Secret, When::Always, pattern)));
        rules.extend(saml_parameter.into_iter().map(|pattern| (Kind::SamlMessage, When::SamlMessages, pattern)));
        rules.extend(cpr_value.into_iter().map(|pattern| (Kind::Cpr, When::Always, pattern)));
        // Without the bound on a name's prefix, 64 copies of it in a dozen patterns, the set is far smaller. It may then name a
        // rule too many, never one too few, and the rule's own pattern decides.
        let set =
            RegexSet::new(rules.iter().map(|(_, _, pattern)| format!("(?i-u){}", pattern.replace("{0,64}", "*"))))?;
        let rules = rules
            .into_iter()
            .map(|(kind, when, pattern)| Ok(Rule { pattern: regex(&pattern)?, kind, when }))
            .collect::<Result<_, regex::Error>>()?;
        Ok(Self {
            rules,
            set,
            private_key_begin: regex(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")?,
            private_key_body: regex(r"^[A-Z0-9+/=\s:,.\-]*")?,
            private_key_end: regex(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")?,
            secret_name: regex(&format!(r"^{SECRET_NAMES}$"))?,
            cpr_name: regex(&format!(r"(?:^|[^a-z]|[a-z]:){cpr_name}$"))?,
            production_unit_name: regex(
                r"(?:^|[/:.])(?:productionunit(?:identifier)?|productionunitnumber|p-?nummer|p-?number|produktionsenhed(?:snummer)?)$",
            )?,
            // CVR hands out P-numbers (P-numre) from 1000000000 up.
            production_unit: regex(r"^\s*10[0-9]{8}\s*$")?,
        })
    }

    /// Whether a field's whole value goes because of its name, and as what.
    pub(super) fn by_name(&self, name: &[u8]) -> Option<Kind> {
        let name = name.trim_ascii();
        if self.secret_name.is_match(name) {
            return Some(Kind::Secret);
        }
        match name.to_ascii_lowercase().as_slice() {
            b"authorization" | b"proxy-authorization" => Some(Kind::Token),
            b"cookie" | b"set-cookie" | b"cookies" | b"set-cookie2" => Some(Kind::Cookie),
            _ => self.cpr_name.is_match(name).then_some(Kind::Cpr),
        }
    }

    /// A P-number (produktionsenhedsnummer) has ten digits and often looks like a CPR number. It stays only in a field
    /// that by its name holds P-numbers, and only in the range CVR uses.
    pub(super) fn is_production_unit(&self, name: &[u8], value: &[u8]) -> bool {
        self.production_unit_name.is_match(name.trim_ascii()) && self.production_unit.is_match(value)
    }

    /// Every secret in one decoded text, CPR numbers included.
    pub(super) fn find(&self, text: &[u8], saml_messages: bool) -> Vec<(Range<usize>, Kind)> {
        let mut found = Vec::new();
        for rule in self.set.matches(text).into_iter().filter_map(|index| self.rules.get(index)) {
            let counts = match rule.when {
                When::Always | When::Credentials => true,
                When::SamlMessages => saml_messages,
                When::JsonWebKey => contains(text, b"\"kty\""),
                When::RsaKeyInXml => contains(text, b"RSAKeyValue") || contains(text, b"RSAKeyPair"),
            };
            if !counts {
                continue;
            }
            for captures in rule.pattern.captures_iter(text) {
                if let Some(value) = captures.get(1).or_else(|| captures.get(0))
                    && !value.is_empty()
                    && !is_marker(value.as_bytes())
                    && (rule.when != When::Credentials
                        || super::layer::decode_base64(value.as_bytes(), 0).contains(&b':'))
                {
                    found.push((value.range(), rule.kind));
                }
            }
        }
        found.extend(self.pem_private_keys(text).into_iter().map(|range| (range, Kind::PrivateKey)));
        found.extend(cpr_numbers(text).into_iter().map(|range| (range, Kind::Cpr)));
        found.extend(der_private_keys(text).into_iter().map(|range| (range, Kind::PrivateKey)));
        found
    }

    /// Private keys in PEM, ended or not. Each end is looked for once, so that a text full of beginnings does not take a
    /// time that grows with its square.
    fn pem_private_keys(&self, text: &[u8]) -> Vec<Range<usize>> {
        const LONGEST: usize = 64 << 10;
        let mut found = Vec::new();
        let mut at = 0;
        let mut ends = self.private_key_end.find_iter(text).peekable();
        while let Some(begin) = self.private_key_begin.find_at(text, at) {
            while ends.next_if(|end| end.start() < begin.end()).is_some() {}
            at = match ends.peek() {
                Some(end) if end.start() - begin.end() <= LONGEST => end.end(),
                // Cut short: as far as the characters of PEM go.
                _ => self.private_key_body.find(&text[begin.end()..]).map_or(begin.end(), |b| begin.end() + b.end()),
            };
            found.push(begin.start()..at);
        }
        found
    }
}

pub(super) fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// Private keys in DER: PKCS#8 (also encrypted), PKCS#1, SEC1 and PKCS#12, anywhere in the bytes, cut short or not.
pub(super) fn der_private_keys(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at + 16 <= bytes.len() {
        if bytes[at] == 0x30
            && let Some((start, length)) = der_header(&bytes[at..])
            && bytes.get(at + start..).is_some_and(is_private_key_content)
        {
            let end = at.saturating_add(start).saturating_add(length).min(bytes.len());
            found.push(at..end);
            at = end.max(at + 1);
        } else {
            at += 1;
        }
    }
    found
}

/// Length of the header and of the content of a DER element with a definite length below 16 MiB.
fn der_header(bytes: &[u8]) -> Option<(usize, usize)> {
    let first = *bytes.get(1)?;
    match first {
        0..=0x7f => Some((2, usize::from(first))),
        0x81..=0x83 => {
            let count = usize::from(first & 0x7f);
            let length = bytes.get(2..2 + count)?.iter().fold(0, |sum, &b| sum * 256 + usize::from(b));
            Some((2 + count, length))
        }
        _ => None,
    }
}

fn is_private_key_content(content: &[u8]) -> bool {
    const PKCS5: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05];
    const PKCS7: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07];
    const PKCS12: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c];
    let oid_of = |sequence: &[u8]| -> Option<Vec<u8>> {
        let (start, _) = der_header(sequence)?;
        let oid = sequence.get(start..)?;
        (oid.first() == Some(&6)).then(|| oid.get(2..10).unwrap_or_default().to_vec())
    };
    match content {
        // PKCS#8: version, algorithm, OCTET STRING. A version 1 certificate begins alike but has a SEQUENCE there.
        [2, 1, 0 | 1, rest @ ..] if rest.first() == Some(&0x30) => der_header(rest)
            .and_then(|(start, length)| rest.get(start + length))
            .is_some_and(|&next| next == 4 && rest.get(2) == Some(&6)),
        // PKCS#1 (and DSA): version 0, then a long INTEGER.
        [2, 1, 0, 2, length, ..] => *length >= 0x40,
        // SEC1: version 1, then the OCTET STRING of the private key.
        [2, 1, 1, 4, length, ..] => matches!(length, 0x1c | 0x20 | 0x30 | 0x42),
        // PKCS#12: version 3, then ContentInfo.
        [2, 1, 3, rest @ ..] if rest.first() == Some(&0x30) => oid_of(rest).is_some_and(|oid| oid == PKCS7),
        // Encrypted PKCS#8: password-based algorithm, OCTET STRING.
        [0x30, ..] => {
            oid_of(content).is_some_and(|oid| oid == PKCS5 || oid == PKCS12)
                && der_header(content)
                    .and_then(|(start, length)| content.get(start + length))
                    .is_some_and(|&next| next == 4)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_pattern_compiles() {
        super::Patterns::build().unwrap();
    }
}
