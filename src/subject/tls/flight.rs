//! Reads what a server sends in answer to a ClientHello: records, ServerHello, certificates, key exchange, alerts.
//! Pure, and total on any bytes: the peer may be hostile.

use super::suites::{self, KeyAgreement};

/// Everything that could be read of a server's first flight.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flight {
    /// The ServerHello, or TLS 1.3's HelloRetryRequest.
    pub server_hello: Option<ServerHello>,
    /// The first fatal alert, or a close_notify.
    pub alert: Option<Alert>,
    /// The Certificate message's certificates (DER), in the order sent. Empty in TLS 1.3, where they are encrypted.
    pub certificates: Vec<Vec<u8>>,
    /// The ephemeral key exchange, readable before TLS 1.3.
    pub key_exchange: Option<KeyExchange>,
    /// A CertificateRequest was seen in the clear (before TLS 1.3).
    pub certificate_requested: bool,
    /// The server has nothing more to say in the clear.
    pub complete: bool,
    /// Length of the leading part that consists of TLS records; 0 means that the peer does not speak TLS.
    pub record_bytes: usize,
}

/// What the server chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerHello {
    /// Protocol version on the wire; for TLS 1.3 from the extension supported_versions.
    pub version: u16,
    /// Cipher suite.
    pub cipher: u16,
}

/// An alert in the clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// 1 warning, 2 fatal.
    pub level: u8,
    /// Description, RFC 8446 section 6.
    pub description: u8,
}

/// The server's ephemeral key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyExchange {
    /// Elliptic curve by its number in the IANA registry of supported groups.
    NamedCurve(u16),
    /// Finite field with a prime of this many bits.
    FiniteField {
        /// Bits of the prime.
        bits: usize,
    },
}

const TLS_1_3: u16 = 0x0304;
/// No real record is longer (RFC 5246 section 6.2.3 allows 2^14 + 2048).
const LONGEST_RECORD: usize = 16_384 + 2_048;
const MOST_CERTIFICATES: usize = 20;

/// A cursor over bytes of the peer; every read may come up short.
#[derive(Clone, Copy)]
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(count)?;
        self.0 = tail;
        Some(head)
    }

    fn number(&mut self, octets: usize) -> Option<usize> {
        Some(self.take(octets)?.iter().fold(0, |n, b| n << 8 | usize::from(*b)))
    }

    fn short(&mut self) -> Option<u16> {
        let bytes = self.take(2)?;
        Some(u16::from_be_bytes([*bytes.first()?, *bytes.get(1)?]))
    }

    fn vector(&mut self, octets_of_length: usize) -> Option<Self> {
        let length = self.number(octets_of_length)?;
        self.take(length).map(Reader)
    }
}

/// Reads the bytes that a server sent. Stops quietly where they stop making sense.
#[must_use]
pub fn parse(bytes: &[u8]) -> Flight {
    let mut flight = Flight::default();
    let mut messages = Vec::new();
    let mut rest = Reader(bytes);
    // After ChangeCipherSpec or application data everything is encrypted.
    let mut in_clear = true;
    loop {
        let mut record = rest;
        let (Some(kind), Some(version), Some(length)) = (record.number(1), record.short(), record.number(2)) else {
            break;
        };
        if !(20..=24).contains(&kind) || version >> 8 != 3 || length > LONGEST_RECORD {
            break;
        }
        // A record cut short still counts as TLS; its part is read as far as it goes.
        let body = record.take(length).unwrap_or(record.0);
        let whole = body.len() == length;
        flight.record_bytes += 5 + body.len();
        match kind {
            22 if in_clear => messages.extend_from_slice(body),
            21 if in_clear && whole => read_alert(body, &mut flight),
            21 => {}
            _ => in_clear = false,
        }
        if !whole {
            break;
        }
        rest = record;
    }
    read_messages(&messages, &mut flight);
    flight.complete |= flight.alert.is_some() || flight.server_hello.is_some_and(|h| h.version == TLS_1_3);
    flight
}

fn read_alert(body: &[u8], flight: &mut Flight) {
    if let [level @ (1 | 2), description] = *body {
        // Warnings other than close_notify (unrecognized_name is common) do not end the exchange.
        if flight.alert.is_none() && (level == 2 || description == 0) {
            flight.alert = Some(Alert { level, description });
        }
    }
}

fn read_messages(messages: &[u8], flight: &mut Flight) {
    let mut rest = Reader(messages);
    while let (Some(kind), Some(body)) = (rest.number(1), rest.vector(3)) {
        match kind {
            2 if flight.server_hello.is_none() => flight.server_hello = read_server_hello(body),
            11 if flight.certificates.is_empty() => flight.certificates = read_certificates(body).unwrap_or_default(),
            12 if flight.key_exchange.is_none() => {
                flight.key_exchange = flight.server_hello.and_then(|h| read_key_exchange(body, h.cipher));
            }
            13 => flight.certificate_requested = true,
            14 => flight.complete = true,
            _ => {}
        }
    }
}

fn read_server_hello(mut body: Reader<'_>) -> Option<ServerHello> {
    let mut version = body.short()?;
    body.take(32)?;
    body.vector(1)?;
    let cipher = body.short()?;
    body.take(1)?;
    if let Some(mut extensions) = body.vector(2) {
        while let (Some(kind), Some(mut data)) = (extensions.short(), extensions.vector(2)) {
            if kind == 43 {
                version = data.short()?;
            }
        }
    }
    Some(ServerHello { version, cipher })
}

fn read_certificates(mut body: Reader<'_>) -> Option<Vec<Vec<u8>>> {
    let mut list = body.vector(3)?;
    let mut certificates = Vec::new();
    while certificates.len() < MOST_CERTIFICATES
        && let Some(certificate) = list.vector(3)
    {
        certificates.push(certificate.0.to_vec());
    }
    Some(certificates)
}

fn read_key_exchange(mut body: Reader<'_>, cipher: u16) -> Option<KeyExchange> {
    match suites::by_code(cipher)?.keys {
        KeyAgreement::Ecdhe => (body.number(1)? == 3).then(|| body.short().map(KeyExchange::NamedCurve))?,
        KeyAgreement::Dhe => {
            let prime = body.vector(2)?.0;
            let first = prime.iter().position(|b| *b != 0)?;
            let significant = prime.get(first..)?;
            let leading = significant.first()?.leading_zeros() as usize;
            Some(KeyExchange::FiniteField { bits: significant.len() * 8 - leading })
        }
        KeyAgreement::Rsa | KeyAgreement::Tls13 => None,
    }
}

/// Name of an alert description, RFC 8446 section 6 and RFC 5246 section 7.2.
#[must_use]
pub fn alert_name(description: u8) -> String {
    let name = match description {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        22 => "record_overflow",
        40 => "handshake_failure",
        41 => "no_certificate",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        109 => "missing_extension",
        110 => "unsupported_extension",
        112 => "unrecognized_name",
        116 => "certificate_required",
        120 => "no_application_protocol",
        _ => return format!("alert {description}"),
    };
    name.to_owned()
}
