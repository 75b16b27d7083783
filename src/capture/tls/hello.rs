//! ClientHello messages of the probe's own making, independent of what the system's OpenSSL is willing to send.

use crate::subject::tls::TlsVersion;
use crate::subject::tls::suites::SuiteGroup;

/// Bytes of randomness that a hello needs: client random, session id, X25519 share.
pub const RANDOMNESS: usize = 96;

/// A length-prefixed vector of the TLS presentation language.
fn vector(octets_of_length: usize, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let mut out = length.get(length.len() - octets_of_length..).unwrap_or_default().to_vec();
    out.extend_from_slice(content);
    out
}

fn shorts(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_be_bytes()).collect()
}

fn extension(kind: u16, content: &[u8]) -> Vec<u8> {
    [kind.to_be_bytes().to_vec(), vector(2, content)].concat()
}

/// Handshake message in one record.
pub(super) fn record(version: u16, kind: u8, body: &[u8]) -> Vec<u8> {
    let message = [vec![kind], vector(3, body)].concat();
    [vec![22], version.to_be_bytes().to_vec(), vector(2, &message)].concat()
}

/// A ClientHello in one record that offers `version` (TLS 1.3 alone; older ones as the highest) and the group's suites.
#[must_use]
pub fn client_hello(
    version: TlsVersion,
    group: SuiteGroup,
    server_name: &str,
    randomness: &[u8; RANDOMNESS],
) -> Vec<u8> {
    let (random, rest) = randomness.split_at(32);
    let (session, share) = rest.split_at(32);
    let mut suites: Vec<u16> = group.suites().map(|s| s.code).collect();
    // TLS_EMPTY_RENEGOTIATION_INFO_SCSV: strict servers refuse clients without RFC 5746.
    suites.push(0x00FF);
    let modern = version == TlsVersion::Tls13;
    // RFC 8446 section 4.1.2: a TLS 1.3 hello carries 1.2 here and the truth in supported_versions.
    let legacy_version = version.wire().min(TlsVersion::Tls12.wire());
    let mut body = legacy_version.to_be_bytes().to_vec();
    body.extend_from_slice(random);
    body.extend(vector(1, if modern { session } else { &[] }));
    body.extend(vector(2, &shorts(&suites)));
    body.extend([1, 0]);
    // SSL 3.0 knows no extensions; old implementations stumble over them.
    if version != TlsVersion::Ssl3 {
        let mut extensions = extensions(version, server_name, share);
        // RFC 7685: some load balancers hang on a hello of 256 to 511 bytes, which would look like a time-out.
        let length = 4 + body.len() + 2 + extensions.len();
        if (256..512).contains(&length) {
            let padding = 512usize.saturating_sub(length + 4).max(1);
            extensions.extend(extension(21, &vec![0; padding]));
        }
        body.extend(vector(2, &extensions));
    }
    record(version.wire().min(TlsVersion::Tls10.wire()), 1, &body)
}

fn extensions(version: TlsVersion, server_name: &str, share: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    // RFC 6066 section 3: literal addresses are not sent as server name.
    if server_name.parse::<std::net::IpAddr>().is_err() {
        let name = [vec![0], vector(2, server_name.as_bytes())].concat();
        out.extend(extension(0, &vector(2, &name)));
    }
    // x25519, secp256r1, secp384r1, secp521r1, ffdhe2048, ffdhe3072.
    out.extend(extension(10, &vector(2, &shorts(&[29, 23, 24, 25, 256, 257]))));
    out.extend(extension(11, &vector(1, &[0])));
    // extended_master_secret (RFC 7627): servers in FIPS mode refuse TLS 1.2 without it.
    out.extend(extension(23, &[]));
    // ECDSA, PSS and PKCS#1 with SHA-2, then EdDSA, then SHA-1 (for old servers), then DSA with SHA-1.
    let schemes = [
        0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0807, 0x0808, 0x0203, 0x0201, 0x0202,
    ];
    if version >= TlsVersion::Tls12 {
        out.extend(extension(13, &vector(2, &shorts(&schemes))));
    }
    if version == TlsVersion::Tls13 {
        out.extend(extension(43, &vector(1, &shorts(&[TlsVersion::Tls13.wire()]))));
        let entry = [shorts(&[29]), vector(2, share)].concat();
        out.extend(extension(51, &vector(2, &entry)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_hello_has_a_length_that_load_balancers_hang_on() {
        for version in TlsVersion::NEWEST_FIRST {
            for group in SuiteGroup::INVENTORY.into_iter().chain([SuiteGroup::Broad, SuiteGroup::Tls13]) {
                for name in ["a.dk", "et-meget-langt-navn.for-et.fagsystem.i.en.kommune.eksempel.dk"] {
                    let length = client_hello(version, group, name, &[1; RANDOMNESS]).len() - 5;
                    assert!(!(256..512).contains(&length), "{version:?} {group:?}: {length}");
                }
            }
        }
    }
}
