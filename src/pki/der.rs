//! A strict reader of DER (X.690 clause 10). x509-parser and asn1-rs accept lengths that are not minimal, and other
//! BER forms; a certificate that uses them is read differently by different software, so the checks must see it.

use thiserror::Error;

/// Deepest nesting that is followed. OCES3 certificates nest to about 10.
const MAX_DEPTH: usize = 32;

/// Universal tags that are read here, as identifier octets.
pub mod tag {
    /// BOOLEAN.
    pub const BOOLEAN: u8 = 0x01;
    /// INTEGER.
    pub const INTEGER: u8 = 0x02;
    /// BIT STRING.
    pub const BIT_STRING: u8 = 0x03;
    /// OCTET STRING.
    pub const OCTET_STRING: u8 = 0x04;
    /// NULL.
    pub const NULL: u8 = 0x05;
    /// OBJECT IDENTIFIER.
    pub const OID: u8 = 0x06;
    /// SEQUENCE and SEQUENCE OF.
    pub const SEQUENCE: u8 = 0x30;
    /// Context-specific, constructed, number `n`.
    #[must_use]
    pub const fn explicit(n: u8) -> u8 {
        0xA0 | n
    }
    /// Context-specific, primitive, number `n`.
    #[must_use]
    pub const fn implicit(n: u8) -> u8 {
        0x80 | n
    }
}

/// Why bytes are not DER.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// The bytes end inside an element.
    #[error("the bytes end inside an element")]
    Truncated,
    /// Indefinite length (X.690 10.1).
    #[error("indefinite length")]
    Indefinite,
    /// A length with more octets than needed (X.690 10.1).
    #[error("length not in its shortest form")]
    LengthNotMinimal,
    /// An integer with more octets than needed, or with none (X.690 8.3).
    #[error("integer not in its shortest form")]
    IntegerNotMinimal,
    /// A BOOLEAN other than 00 and FF (X.690 11.1).
    #[error("boolean neither 00 nor FF")]
    Boolean,
    /// A BIT STRING whose unused bits are not zero, or in constructed form (X.690 11.2, 10.2).
    #[error("bit string with a wrong padding")]
    BitString,
    /// A NULL with content.
    #[error("NULL with content")]
    Null,
    /// A string, integer or the like in constructed form (X.690 10.2), or a SEQUENCE or SET in primitive form.
    #[error("primitive and constructed form mixed up")]
    Form,
    /// A tag number of 31 or more: none occurs in certificates.
    #[error("tag number above 30")]
    HighTag,
    /// Nested too deeply.
    #[error("nested too deeply")]
    TooDeep,
    /// Another element than the expected one.
    #[error("another element than the expected one")]
    Unexpected,
}

/// One element: its identifier octet and its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// Identifier octet (class, form and number).
    pub tag: u8,
    /// Content octets.
    pub content: &'a [u8],
    /// The whole element with identifier and length.
    pub whole: &'a [u8],
}

impl Element<'_> {
    /// Whether the content consists of elements.
    #[must_use]
    pub const fn is_constructed(&self) -> bool {
        self.tag & 0x20 != 0
    }

    /// The elements inside, in order.
    pub fn children(&self) -> Result<Vec<Self>, Fault> {
        elements(self.content)
    }

    /// This element if it has that identifier octet.
    pub fn expect(self, tag: u8) -> Result<Self, Fault> {
        if self.tag == tag { Ok(self) } else { Err(Fault::Unexpected) }
    }

    /// The dotted form of an OBJECT IDENTIFIER.
    pub fn oid(&self) -> Result<String, Fault> {
        let content = self.expect(tag::OID)?.content;
        if content.is_empty() || content.last().is_some_and(|b| b & 0x80 != 0) {
            return Err(Fault::Truncated);
        }
        Ok(x509_parser::asn1_rs::Oid::new(content.into()).to_id_string())
    }

    /// The value of a small, non-negative INTEGER.
    pub fn small_integer(&self) -> Result<u64, Fault> {
        let content = self.expect(tag::INTEGER)?.content;
        if content.is_empty() || content.len() > 9 || content[0] & 0x80 != 0 {
            return Err(Fault::Unexpected);
        }
        content.iter().try_fold(0u64, |n, b| n.checked_mul(256).map(|n| n + u64::from(*b))).ok_or(Fault::Unexpected)
    }
}

/// Reads the first element and returns it with the bytes after it.
pub fn element(bytes: &[u8]) -> Result<(Element<'_>, &[u8]), Fault> {
    let (&tag, after_tag) = bytes.split_first().ok_or(Fault::Truncated)?;
    if tag & 0x1F == 0x1F {
        return Err(Fault::HighTag);
    }
    let (&first, after_length) = after_tag.split_first().ok_or(Fault::Truncated)?;
    let (length, body) = match first {
        0..=0x7F => (usize::from(first), after_length),
        0x80 => return Err(Fault::Indefinite),
        _ => {
            let octets = usize::from(first & 0x7F);
            if octets > 4 {
                return Err(Fault::Truncated);
            }
            let (octets, body) = after_length.split_at_checked(octets).ok_or(Fault::Truncated)?;
            let length = octets.iter().fold(0usize, |n, b| n << 8 | usize::from(*b));
            if octets[0] == 0 || length < 0x80 {
                return Err(Fault::LengthNotMinimal);
            }
            (length, body)
        }
    };
    let (content, rest) = body.split_at_checked(length).ok_or(Fault::Truncated)?;
    let whole = &bytes[..bytes.len() - rest.len()];
    Ok((Element { tag, content, whole }, rest))
}

/// Reads elements until the bytes end.
pub fn elements(mut bytes: &[u8]) -> Result<Vec<Element<'_>>, Fault> {
    let mut out = Vec::new();
    while !bytes.is_empty() {
        let (element, rest) = element(bytes)?;
        out.push(element);
        bytes = rest;
    }
    Ok(out)
}

/// Reads exactly one element with that identifier octet, and nothing after it.
pub fn only(bytes: &[u8], tag: u8) -> Result<Element<'_>, Fault> {
    let (element, rest) = element(bytes)?;
    if rest.is_empty() { element.expect(tag) } else { Err(Fault::Unexpected) }
}

/// Whether `bytes` is a run of DER elements all the way down. OCTET STRING content is opaque and not followed.
pub fn is_strict(bytes: &[u8]) -> Result<(), Fault> {
    strict(bytes, 0)
}

fn strict(bytes: &[u8], depth: usize) -> Result<(), Fault> {
    if depth > MAX_DEPTH {
        return Err(Fault::TooDeep);
    }
    for element in elements(bytes)? {
        let content = element.content;
        match element.tag {
            tag::BOOLEAN if content != [0x00] && content != [0xFF] => return Err(Fault::Boolean),
            tag::INTEGER if !is_minimal_integer(content) => return Err(Fault::IntegerNotMinimal),
            tag::BIT_STRING if !is_padded_bit_string(content) => return Err(Fault::BitString),
            tag::NULL if !content.is_empty() => return Err(Fault::Null),
            // SEQUENCE and SET are the only constructed universal types in certificates.
            0x10 | 0x11 | 0x20..=0x2F | 0x32..=0x3F => return Err(Fault::Form),
            _ => {}
        }
        if element.is_constructed() {
            strict(content, depth + 1)?;
        }
    }
    Ok(())
}

fn is_minimal_integer(content: &[u8]) -> bool {
    match content {
        [] => false,
        [_] => true,
        [first, second, ..] => !matches!((first, second & 0x80), (0x00, 0) | (0xFF, 0x80)),
    }
}

fn is_padded_bit_string(content: &[u8]) -> bool {
    match content {
        [] => false,
        [unused] => *unused == 0,
        [unused, .., last] => *unused < 8 && last & !(0xFFu8 << unused) == 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ber_that_is_not_der_is_named() {
        let cases: &[(&[u8], Result<(), Fault>)] = &[
            (&[0x30, 0x03, 0x02, 0x01, 0x05], Ok(())),
            (&[0x30, 0x81, 0x03, 0x02, 0x01, 0x05], Err(Fault::LengthNotMinimal)),
            (&[0x30, 0x80, 0x02, 0x01, 0x05, 0, 0], Err(Fault::Indefinite)),
            (&[0x30, 0x04, 0x02, 0x02, 0x00, 0x05], Err(Fault::IntegerNotMinimal)),
            (&[0x30, 0x03, 0x01, 0x01, 0x01], Err(Fault::Boolean)),
            (&[0x30, 0x04, 0x03, 0x02, 0x03, 0x01], Err(Fault::BitString)),
            (&[0x30, 0x05, 0x02, 0x01, 0x05], Err(Fault::Truncated)),
            (&[0x24, 0x03, 0x04, 0x01, 0x05], Err(Fault::Form)),
            (&[0x05, 0x01, 0x00], Err(Fault::Null)),
            (&[0x1F, 0x81, 0x00, 0x00], Err(Fault::HighTag)),
        ];
        for (bytes, expected) in cases {
            assert_eq!(is_strict(bytes), *expected, "{bytes:02x?}");
        }
    }

    #[test]
    fn deep_nesting_ends() {
        let mut bytes = vec![0x05, 0x00];
        for _ in 0..60 {
            let length = u8::try_from(bytes.len()).unwrap();
            let mut outer = if length < 0x80 { vec![0x30, length] } else { vec![0x30, 0x81, length] };
            outer.extend(bytes);
            bytes = outer;
        }
        assert_eq!(is_strict(&bytes), Err(Fault::TooDeep));
    }
}
