//! A tiny server that answers one ClientHello with a ServerHello. It is the control for the probe's own hellos: what it
//! takes, this client has offered in a readable form, whatever the system's OpenSSL would say to it.

use super::hello;
use crate::subject::tls::TlsVersion;

/// What a ClientHello offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// Highest version before TLS 1.3.
    pub legacy_version: u16,
    /// The extension supported_versions.
    pub supported_versions: Vec<u16>,
    /// Cipher suites.
    pub suites: Vec<u16>,
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(count)?;
    *rest = tail;
    Some(head)
}

fn number(rest: &mut &[u8], octets: usize) -> Option<usize> {
    Some(take(rest, octets)?.iter().fold(0, |n, b| n << 8 | usize::from(*b)))
}

fn shorts(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).map(|pair| pair.iter().fold(0, |n, b| n << 8 | u16::from(*b))).collect()
}

/// Reads one whole record with a ClientHello; `None` while bytes are missing or when it is none.
#[must_use]
pub fn parse_client_hello(bytes: &[u8]) -> Option<Offer> {
    let mut rest = bytes;
    if number(&mut rest, 1)? != 22 || number(&mut rest, 2)? >> 8 != 3 {
        return None;
    }
    let length = number(&mut rest, 2)?;
    let mut record = take(&mut rest, length)?;
    if number(&mut record, 1)? != 1 {
        return None;
    }
    let length = number(&mut record, 3)?;
    let mut body = take(&mut record, length)?;
    let legacy_version = u16::try_from(number(&mut body, 2)?).ok()?;
    take(&mut body, 32)?;
    let session = number(&mut body, 1)?;
    take(&mut body, session)?;
    let length = number(&mut body, 2)?;
    let suites = shorts(take(&mut body, length)?);
    let compressions = number(&mut body, 1)?;
    take(&mut body, compressions)?;
    let mut offer = Offer { legacy_version, supported_versions: Vec::new(), suites };
    if !body.is_empty() {
        let length = number(&mut body, 2)?;
        let mut extensions = take(&mut body, length)?;
        while !extensions.is_empty() {
            let kind = number(&mut extensions, 2)?;
            let length = number(&mut extensions, 2)?;
            let data = take(&mut extensions, length)?;
            if kind == 43 {
                offer.supported_versions = shorts(data.get(1..)?);
            }
        }
    }
    Some(offer)
}

/// The answer of a server that speaks `version` alone: a ServerHello with the first suite offered, or a fatal
/// protocol_version alert.
#[must_use]
pub fn answer(offer: &Offer, version: TlsVersion) -> Vec<u8> {
    let wire = version.wire();
    let offered = if version == TlsVersion::Tls13 {
        offer.supported_versions.contains(&wire)
    } else {
        offer.legacy_version >= wire
    };
    let suite = offer.suites.iter().find(|s| **s != 0x00FF);
    let (true, Some(suite)) = (offered, suite) else {
        return vec![21, 3, 1, 0, 2, 2, 70];
    };
    let legacy_version = wire.min(TlsVersion::Tls12.wire());
    let mut body = legacy_version.to_be_bytes().to_vec();
    body.extend([0x5A; 32]);
    body.push(0);
    body.extend(suite.to_be_bytes());
    body.push(0);
    if version == TlsVersion::Tls13 {
        body.extend([0, 6, 0, 43, 0, 2, 3, 4]);
    }
    let mut out = hello::record(legacy_version, 2, &body);
    if version != TlsVersion::Tls13 {
        // ServerHelloDone, so that the client knows that all was said.
        out.extend(hello::record(legacy_version, 14, &[]));
    }
    out
}
