//! Finding things in log text at the speed of reading: integration numbers, CPR numbers, secrets.

use crate::evidence::redact::{Number, base64_at, number_at, redact};
use aho_corasick::packed;
use regex::bytes::Regex;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Longest text that a summary shows of a field, characters.
const LONGEST: usize = 200;

/// Text of a field: UTF-8, or Windows-1252 when it is not.
#[must_use]
pub fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// Text of a field as a summary may show it: redacted, without control characters, cut.
#[must_use]
pub fn shown_text(bytes: &[u8]) -> String {
    let text = text(bytes.trim_ascii());
    let plain = text.len() <= 64
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/' | b':' | b' '))
        && !digits(text.as_bytes())
        && !Secrets::may_hold(text.as_bytes());
    if plain {
        return text;
    }
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let redacted = redact(clean.as_bytes(), "text/plain").bytes;
    let mut shown = String::from_utf8_lossy(&redacted).into_owned();
    if let Some((at, _)) = shown.char_indices().nth(LONGEST) {
        shown.truncate(at);
        shown.push('…');
    }
    shown
}

/// Whether there is what could be a CPR number.
fn digits(text: &[u8]) -> bool {
    let mut found = false;
    each_number(text, |_, _| found = true);
    found
}

/// The number of an integration inside text: `SF1461`, `SF1320_A`. The first, when there are several.
#[must_use]
pub fn integration_number(text: &[u8]) -> Option<&[u8]> {
    let mut from = 0;
    while let Some(at) = memchr::memchr2(b'S', b's', &text[from..]).map(|at| at + from) {
        from = at + 1;
        let rest = &text[at..];
        let begins = at == 0 || !text[at - 1].is_ascii_alphanumeric();
        let number =
            rest.len() >= 6 && rest[1].eq_ignore_ascii_case(&b'F') && rest[2..6].iter().all(u8::is_ascii_digit);
        if !begins || !number {
            continue;
        }
        match &rest[6..] {
            [b'_', letter, after @ ..]
                if letter.is_ascii_alphabetic() && !after.first().is_some_and(u8::is_ascii_alphanumeric) =>
            {
                return Some(&rest[..8]);
            }
            [after, ..] if after.is_ascii_alphanumeric() => {}
            _ => return Some(&rest[..6]),
        }
    }
    None
}

/// The integration number in a text that names one alone: of several it cannot be told which is meant.
#[must_use]
pub fn only_integration(text: &[u8]) -> Option<&[u8]> {
    let mut numbers = integration_numbers(text);
    let first = numbers.next()?;
    numbers.all(|number| number.eq_ignore_ascii_case(first)).then_some(first)
}

/// Every integration number in a text.
pub fn integration_numbers(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let number = integration_number(rest)?;
        let end = number.as_ptr() as usize - rest.as_ptr() as usize + number.len();
        rest = &rest[end..];
        Some(number)
    })
}

/// Calls `each` with every number in the form of a CPR number: its start, and where it ends when it is taken for one.
///
/// Every sixth byte is looked at: no run of six can lie between.
pub fn each_number(text: &[u8], mut each: impl FnMut(usize, Option<usize>)) {
    let mut low = 0;
    let mut at = 5;
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            at += 6;
            continue;
        }
        let mut start = at;
        while start > low && text[start - 1].is_ascii_digit() {
            start -= 1;
        }
        let end = number(text, start, &mut each);
        low = end;
        at = end + 6;
    }
}

/// Judges the run of digits that begins at `start`; gives its end.
///
/// The first digits of a run may be the end of an escape: `%220101701234`.
fn number(text: &[u8], start: usize, each: &mut impl FnMut(usize, Option<usize>)) -> usize {
    let end = start + text[start..].iter().take_while(|b| b.is_ascii_digit()).count();
    // Ten digits at once; eight or six, and four more after a dash, a space or a dot.
    let mut other = None;
    for length in [10, 8, 6] {
        let Some(first) = end.checked_sub(length).filter(|first| *first >= start) else { continue };
        match number_at(text, first) {
            Some(Number::Cpr(ends)) => {
                each(first, Some(ends));
                return end;
            }
            Some(Number::Other) => other = Some(first),
            None => {}
        }
    }
    if let Some(first) = other {
        each(first, None);
    }
    end
}

/// What one pass over text between delimiters finds.
#[derive(Debug, Default)]
pub struct Index {
    /// Places of delimiters and line ends.
    ends: Vec<usize>,
    count: usize,
    /// What [`each_number`] gives.
    pub numbers: Vec<(usize, Option<usize>)>,
}

const WIDTH: usize = 64;

impl Index {
    /// Reads a text.
    pub fn read(&mut self, text: &[u8], delimiter: u8) {
        self.numbers.clear();
        self.count = 0;
        let (blocks, rest) = text.as_chunks::<WIDTH>();
        let mut runs = Runs::default();
        for (number, block) in blocks.iter().enumerate() {
            self.block(text, number * WIDTH, block, u64::MAX, delimiter, &mut runs);
        }
        if !rest.is_empty() {
            let mut block = [0; WIDTH];
            block[..rest.len()].copy_from_slice(rest);
            self.block(text, blocks.len() * WIDTH, &block, (1 << rest.len()) - 1, delimiter, &mut runs);
        }
    }

    /// Places of delimiters and line ends.
    #[must_use]
    pub fn ends(&self) -> &[usize] {
        &self.ends[..self.count]
    }

    #[inline]
    fn block(&mut self, text: &[u8], at: usize, block: &[u8; WIDTH], valid: u64, delimiter: u8, runs: &mut Runs) {
        if self.ends.len() < self.count + WIDTH {
            self.ends.resize((self.ends.len() * 2).max(1 << 12), 0);
        }
        let mut ends = bits(block, |b| b == delimiter || b == b'\n') & valid;
        let next = self.count + ends.count_ones() as usize;
        let mut into = self.count;
        // Eight at a time, whether there are as many or not: a loop whose length is always guessed right.
        while ends != 0 {
            for place in &mut self.ends[into..into + 8] {
                *place = at + ends.trailing_zeros() as usize;
                ends &= ends.wrapping_sub(1);
            }
            into += 8;
        }
        self.count = next;
        let mut sixth = runs.next(bits(block, |b| b.wrapping_sub(b'0') < 10));
        while sixth != 0 {
            let start = at + sixth.trailing_zeros() as usize - 5;
            number(text, start, &mut |start, end| self.numbers.push((start, end)));
            sixth &= sixth - 1;
        }
    }
}

/// Runs of digits over blocks: which bytes end two, four and six digits.
#[derive(Default)]
struct Runs {
    ones: u64,
    twos: u64,
    sixes: u64,
}

impl Runs {
    /// The bytes of the next block that are the sixth of a run.
    fn next(&mut self, ones: u64) -> u64 {
        let twos = ones & (ones << 1 | self.ones >> 63);
        let fours = twos & (twos << 2 | self.twos >> 62);
        let sixes = fours & (twos << 4 | self.twos >> 60);
        let firsts = sixes & !(sixes << 1 | self.sixes >> 63);
        *self = Self { ones, twos, sixes };
        firsts
    }
}

/// The bytes of a block that are something, as bits. Written so that the compiler makes vector instructions of it: each byte becomes
/// its bit of eight, and a multiplication adds up the eight.
#[inline]
fn bits(block: &[u8; WIDTH], is: impl Fn(u8) -> bool) -> u64 {
    let mut flags = [0; WIDTH];
    for (at, (flag, byte)) in flags.iter_mut().zip(block).enumerate() {
        *flag = if is(*byte) { 1_u8 << (at % 8) } else { 0 };
    }
    let mut all = 0;
    for (number, eight) in flags.as_chunks::<8>().0.iter().enumerate() {
        let sum = u64::from_le_bytes(*eight).wrapping_mul(0x0101_0101_0101_0101) >> 56;
        all |= sum << (8 * number);
    }
    all
}

/// How the namespace of Assertions ends.
const NAMESPACE: &str = "SAML:2.0:assertion";

/// Beginnings of what is no CPR number and yet must not be shown. Whatever holds one of them is looked at closely.
const MARKS: &[&str] = &[
    "eyJ",
    "earer",
    "EARER",
    "ssword",
    "SSWORD",
    "ecret",
    "ECRET",
    "oken",
    "OKEN",
    "PRIVATE KEY",
    "SAMLRe",
    NAMESPACE,
    // The same in base64, at each of the three places where it may begin.
    "U0FNTDoyLjA6YXNzZXJ0aW9u",
    "NBTUw6Mi4wOmFzc2VydGlvb",
    "TQU1MOjIuMDphc3NlcnRpb2",
    "odeord",
    "dgangskode",
    "SESSION",
    "ession",
    "assphrase",
    "Basic ",
    "pikey",
    "pi_key",
    "pi-key",
    "piKey",
    "sig=",
    "pwd=",
    "pin=",
];

/// Finds secrets.
#[derive(Debug)]
pub struct Secrets {
    marks: Option<packed::Searcher>,
    /// What close looks found, by hash of the text, while it is small: the same names stand on every line.
    seen: HashMap<u64, Vec<String>, ahash::RandomState>,
}

const REMEMBERED: usize = 20_000;

impl Secrets {
    /// A finder.
    #[must_use]
    pub fn new() -> Self {
        Self { marks: packed::Searcher::new(MARKS), seen: HashMap::default() }
    }

    /// Whether a text needs a close look.
    #[must_use]
    pub fn may_hold(text: &[u8]) -> bool {
        static ONE: LazyLock<Option<packed::Searcher>> = LazyLock::new(|| packed::Searcher::new(MARKS));
        ONE.as_ref().is_none_or(|marks| marks.find(text).is_some())
    }

    /// Places of marks in a text.
    pub fn places(&self, text: &[u8], into: &mut Vec<usize>) {
        into.clear();
        match &self.marks {
            Some(marks) => into.extend(marks.find_iter(text).map(|found| found.start())),
            // Never: the marks are fixed. Without a searcher everything would be looked at.
            None => into.push(0),
        }
    }

    /// Kinds of secrets in a field; `name` is the column's.
    pub fn kinds(&mut self, name: &str, field: &[u8]) -> Vec<String> {
        let hash = self.seen.hasher().hash_one((name, field));
        if let Some(kinds) = self.seen.get(&hash) {
            return kinds.clone();
        }
        let mut text = name.as_bytes().to_vec();
        text.extend_from_slice(b"=");
        text.extend_from_slice(field);
        let alone = redact(field, "text/plain").counts;
        let named = redact(&text, "text/plain").counts;
        let mut kinds: Vec<_> = alone.into_keys().chain(named.into_keys()).filter(|kind| kind != "cpr").collect();
        kinds.extend(holds_assertion(field).then(|| "saml-message".to_owned()));
        kinds.sort_unstable();
        kinds.dedup();
        if self.seen.len() < REMEMBERED {
            self.seen.insert(hash, kinds.clone());
        }
        kinds
    }
}

impl Default for Secrets {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether a text holds a whole Assertion, encrypted or not: in XML, or in base64 as it is posted, wrapped over lines or glued to other
/// text. Whoever reads it in time is logged in with it.
fn holds_assertion(text: &[u8]) -> bool {
    /// No Assertion is shorter, in base64.
    const SHORTEST: usize = 200;
    let may_be_base64 =
        |b: &u8| b.is_ascii_alphanumeric() || b.is_ascii_whitespace() || matches!(b, b'+' | b'/' | b'-' | b'_');
    let mut runs = text.split(|b| !may_be_base64(b)).filter(|run| run.len() >= SHORTEST);
    is_assertion(text) || runs.any(|run| (0..4).any(|offset| is_assertion(&base64_at(run, offset))))
}

/// Whether there is an Assertion from its beginning to its end. One that was cut off logs nobody in, nor does its name.
fn is_assertion(xml: &[u8]) -> bool {
    static WHOLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let name = "(?:[A-Za-z0-9_.-]+:)?(?:Encrypted)?Assertion";
        Regex::new(&format!(r"(?s-u)<{name}[\s>].*</{name}\s*>")).ok()
    });
    memchr::memmem::find(xml, NAMESPACE.as_bytes()).is_some() && WHOLE.as_ref().is_some_and(|whole| whole.is_match(xml))
}

/// A text with every letter masked: its form, without the names in it.
#[must_use]
pub fn masked(text: &str) -> String {
    text.chars().map(|c| if c.is_alphabetic() { 'x' } else { c }).collect()
}

/// A path as it may be shown: members that are no names of fields (a person, an address) become `*`.
#[must_use]
pub fn shown_path(path: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '(' | ')');
    if path.chars().all(is_plain) {
        return Cow::Borrowed(path);
    }
    let segment = |text: &str| if text.chars().all(is_plain) { text.to_owned() } else { "*".to_owned() };
    Cow::Owned(path.split('.').map(segment).collect::<Vec<_>>().join("."))
}

/// The path of a member of a JSON object, cut to what is shown of it: a line may have a thousand members with a name of a megabyte above.
#[must_use]
pub fn path(name: &str, key: &str) -> String {
    const LONGEST: usize = 200;
    let cut = |text: &str| text.char_indices().take_while(|(at, _)| *at < LONGEST).map(|(_, c)| c).collect::<String>();
    if name.is_empty() { cut(key) } else { cut(&format!("{name}.{}", cut(key))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::redact::cpr_places;
    use proptest::prelude::*;

    #[test]
    fn integrations_inside_text() {
        let find = |text: &str| integration_number(text.as_bytes()).map(|n| String::from_utf8_lossy(n).into_owned());
        assert_eq!(find("SF1461"), Some("SF1461".into()));
        assert_eq!(find("kald til sf1320_A (person)"), Some("sf1320_A".into()));
        assert_eq!(find("SF1500_v3"), Some("SF1500".into()));
        assert_eq!(find("SF1470-6.0, SF1500"), Some("SF1470".into()));
        assert_eq!(find("SF14611 XSF1461 SF146"), None);
        let only = |text: &str| only_integration(text.as_bytes()).map(|n| String::from_utf8_lossy(n).into_owned());
        assert_eq!(only("SF1470: Sag (sf1470)"), Some("SF1470".into()));
        for several in ["SF1470/SF1461", "SF1470 og sf1461", "SF1320_A SF1320"] {
            assert_eq!(only(several), None, "{several}");
        }
        assert_eq!(find(""), None);
    }

    #[test]
    fn what_is_shown_holds_no_secret() {
        assert_eq!(shown_text(b" SagDokument 6.0 "), "SagDokument 6.0");
        assert!(!shown_text(b"bruger 010170-1234").contains("1234"));
        assert!(!shown_text(b"Authorization: Bearer abcdef0123456789abcdef").contains("abcdef0123456789"));
        assert_eq!(shown_text("\u{e6}ble".as_bytes()), "æble");
        assert_eq!(shown_text(b"\xe6ble"), "æble");
    }

    #[test]
    fn numbers_in_escapes_and_in_words_are_counted_and_other_numbers_beside_them() {
        let kinds = |text: &str| {
            let mut kinds = Vec::new();
            each_number(text.as_bytes(), |_, end| kinds.push(end.is_some()));
            kinds
        };
        for number in [
            "cpr%3D0102031234",
            "%220102031234%22",
            "%20010203-1234",
            "%2B010203%2D1234",
            "%25200102031234",
            "%C2%A00102031234",
            "navn\\n0102031234",
            "\\u00a00102031234",
            "CPR:0102031234x",
            "0102031234abc.pdf",
            "010203-1234Hansen",
            "0102031234T080000",
            "010203.1234",
            "01022003-1299",
        ] {
            assert_eq!(kinds(number), [true], "{number}");
        }
        for other in ["%3D0199031234", "990203.1234", "99022003-1234", "990203-1234", "9902031234abc", "21112026-1530"]
        {
            assert_eq!(kinds(other), [false], "{other}");
        }
        for none in [
            "%410102031234",
            "0102031234a1b2c3",
            "0102031234ms",
            "1.010203.1234",
            "01022003-1299-4abc-8def-0123456789ab",
        ] {
            assert!(kinds(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn a_whole_assertion_is_found_in_xml_and_in_base64() {
        use base64::Engine;
        let finds = |text: &str| {
            Secrets::may_hold(text.as_bytes())
                && Secrets::new().kinds("details", text.as_bytes()).contains(&"saml-message".to_owned())
        };
        let posted = |xml: &str| base64::engine::general_purpose::STANDARD.encode(xml);
        let response = |before: &str, name: &str| {
            let content = "x".repeat(200);
            format!(
                "{before}<p:Response><saml:{name} xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_1\">{content}\
                 </saml:{name}></p:Response>"
            )
        };
        // What stands before moves the rest through every place in a group of base64.
        for before in ["", " ", "\r\n", "<?xml version=\"1.0\"?>", "\u{feff}"] {
            for name in ["Assertion", "EncryptedAssertion"] {
                let xml = response(before, name);
                assert!(finds(&xml), "{xml}");
                let whole = posted(&xml);
                assert!(finds(&whole), "{xml}");
                assert!(finds(&format!("afvist login {whole}")) && finds(&format!("[{whole}]")), "{xml}");
                assert!(finds(&format!("{}\r\n{}", &whole[..20], &whole[20..])), "wrapped: {xml}");
            }
        }
        let whole = response("", "Assertion");
        let cut = &whole[..whole.len() - 30];
        let request = whole.replace("Assertion", "Issuer");
        let prose = "<saml:Assertion> in urn:oasis:names:tc:SAML:2.0:assertion has no ID".repeat(4);
        for other in [cut, &request, &prose] {
            assert!(!finds(other) && !finds(&posted(other)), "{other}");
        }
    }

    proptest! {
        #[test]
        fn the_fast_scan_finds_what_redaction_finds(
            text in r"[0-9 ,;a-zT.\-]{0,80}|([0-9 ,;a-fT.+\-]|[0-3][0-9][01][0-9]{3}|[12][089][0-9]{2}|[0-9]{4}|cpr|%(25){0,2}(2[0-9A-F]|3[A-F]|C2%A0|c3%a6)|&#45;|&nbsp;|\\n|\\u00a0){0,30}",
        ) {
            // Digits and letters that are written as escapes are redacted and not counted: nobody writes them so.
            let escaped = Regex::new("%(25)*(3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])").unwrap();
            prop_assume!(!escaped.is_match(text.as_bytes()));
            let mut fast = Vec::new();
            each_number(text.as_bytes(), |start, end| if let Some(end) = end { fast.push(start..end) });
            for place in cpr_places(text.as_bytes()) {
                let is_found = fast.iter().any(|found| found.start < place.end && place.start < found.end);
                prop_assert!(is_found, "{:?} {:?} {:?}", text, fast, place);
            }
        }

        #[test]
        fn the_index_finds_what_single_looks_find(
            text in "([0-9]{0,12}[ ;\n\"a\u{e6}-]{0,2}){0,60}", delimiter in prop::sample::select(vec![b';', b'\t', b' ', 0]),
        ) {
            let text = text.as_bytes();
            let mut index = Index::default();
            // A second text must not see anything of the first.
            index.read(b"1234567890;\"\xe6\n0101701234", delimiter);
            index.read(text, delimiter);
            let ends: Vec<_> = (0..text.len()).filter(|at| text[*at] == delimiter || text[*at] == b'\n').collect();
            prop_assert_eq!(index.ends(), ends);
            let mut numbers = Vec::new();
            each_number(text, |start, end| numbers.push((start, end)));
            prop_assert_eq!(&index.numbers, &numbers);
        }
    }

    #[test]
    fn paths_are_short_and_show_no_person() {
        assert_eq!(path("call", "status"), "call.status");
        assert_eq!(path(&"k".repeat(1_000_000), "x").len(), 200);
        assert_eq!(path("", &"å".repeat(1000)).chars().count(), 100);
        assert_eq!(shown_path("users.Anders Andersen a.b@example.dk.nr"), "users.*.*.dk.nr");
        assert_eq!(shown_path("kald.Tidspunkt_1"), "kald.Tidspunkt_1");
    }
}
