//! A certificate before it is signed: every field can be set to anything, also to what a real CA would never issue.

use super::der::{self, Oid, StringType};
use super::{ExampleKeys, Key, PkiError, Signature};
use jiff::Timestamp;

pub(super) const COMMON_NAME: Oid = &[2, 5, 4, 3];
pub(super) const SURNAME: Oid = &[2, 5, 4, 4];
pub(super) const SERIAL_NUMBER: Oid = &[2, 5, 4, 5];
pub(super) const COUNTRY: Oid = &[2, 5, 4, 6];
pub(super) const ORGANISATION: Oid = &[2, 5, 4, 10];
pub(super) const ORGANISATIONAL_UNIT: Oid = &[2, 5, 4, 11];
pub(super) const GIVEN_NAME: Oid = &[2, 5, 4, 42];
pub(super) const ORGANISATION_IDENTIFIER: Oid = &[2, 5, 4, 97];

pub(super) const SUBJECT_KEY_IDENTIFIER: Oid = &[2, 5, 29, 14];
pub(super) const KEY_USAGE: Oid = &[2, 5, 29, 15];
pub(super) const SUBJECT_ALT_NAME: Oid = &[2, 5, 29, 17];
pub(super) const BASIC_CONSTRAINTS: Oid = &[2, 5, 29, 19];
pub(super) const CRL_NUMBER: Oid = &[2, 5, 29, 20];
pub(super) const CRL_DISTRIBUTION_POINTS: Oid = &[2, 5, 29, 31];
pub(super) const CERTIFICATE_POLICIES: Oid = &[2, 5, 29, 32];
pub(super) const AUTHORITY_KEY_IDENTIFIER: Oid = &[2, 5, 29, 35];
pub(super) const EXTENDED_KEY_USAGE: Oid = &[2, 5, 29, 37];
pub(super) const AUTHORITY_INFORMATION_ACCESS: Oid = &[1, 3, 6, 1, 5, 5, 7, 1, 1];
pub(super) const QC_STATEMENTS: Oid = &[1, 3, 6, 1, 5, 5, 7, 1, 3];

pub(super) const SERVER_AUTH: Oid = &[1, 3, 6, 1, 5, 5, 7, 3, 1];
pub(super) const CLIENT_AUTH: Oid = &[1, 3, 6, 1, 5, 5, 7, 3, 2];
pub(super) const OCSP_SIGNING: Oid = &[1, 3, 6, 1, 5, 5, 7, 3, 9];

pub(super) const DIGITAL_SIGNATURE: u8 = 0x80;
pub(super) const NON_REPUDIATION: u8 = 0x40;
pub(super) const KEY_ENCIPHERMENT: u8 = 0x20;
pub(super) const KEY_CERT_SIGN: u8 = 0x04;
pub(super) const CRL_SIGN: u8 = 0x02;

/// One attribute of a distinguished name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    pub(super) oid: Oid,
    pub(super) kind: StringType,
    pub(super) text: String,
}

/// A distinguished name: RDNs in encoded order, each with its attributes.
pub(super) type Name = Vec<Vec<Attribute>>;

/// One RDN with one attribute, in the string type OCES3 uses for it.
pub(super) fn rdn(oid: Oid, text: &str) -> Vec<Attribute> {
    let printable = oid == SERIAL_NUMBER || oid == COUNTRY;
    let kind = if printable { StringType::Printable } else { StringType::Utf8 };
    vec![Attribute { oid, kind, text: text.to_owned() }]
}

pub(super) fn name_der(name: &Name) -> Vec<u8> {
    der::sequence(
        name.iter()
            .map(|rdn| der::set_of(rdn.iter().map(|a| der::sequence([der::oid(a.oid), der::string(a.kind, &a.text)])))),
    )
}

/// One extension, its value already DER.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Extension {
    pub(super) oid: Oid,
    pub(super) critical: bool,
    pub(super) value: Vec<u8>,
}

impl Extension {
    pub(super) fn der(&self) -> Vec<u8> {
        let mut parts = vec![der::oid(self.oid)];
        if self.critical {
            parts.push(der::truth());
        }
        parts.push(der::octet_string(&self.value));
        der::sequence(parts)
    }
}

pub(super) fn basic_constraints(ca: bool, path_length: Option<u8>) -> Extension {
    let mut parts = Vec::new();
    if ca {
        parts.push(der::truth());
    }
    parts.extend(path_length.map(|n| der::integer(n.into())));
    Extension { oid: BASIC_CONSTRAINTS, critical: true, value: der::sequence(parts) }
}

pub(super) fn key_usage(bits: u8) -> Extension {
    Extension { oid: KEY_USAGE, critical: true, value: der::named_bits(bits) }
}

pub(super) fn authority_key_identifier(issuer_key: &[u8]) -> Extension {
    let value = der::sequence([der::implicit(0, issuer_key)]);
    Extension { oid: AUTHORITY_KEY_IDENTIFIER, critical: false, value }
}

pub(super) fn subject_key_identifier(key: &[u8]) -> Extension {
    Extension { oid: SUBJECT_KEY_IDENTIFIER, critical: false, value: der::octet_string(key) }
}

/// Order and form as measured: caIssuers, then OCSP.
pub(super) fn information_access(issuers: Option<&str>, ocsp: Option<&str>) -> Extension {
    let entry = |last: u64, url: &str| {
        let method: Oid = if last == 2 { &[1, 3, 6, 1, 5, 5, 7, 48, 2] } else { &[1, 3, 6, 1, 5, 5, 7, 48, 1] };
        der::sequence([der::oid(method), der::implicit(6, url.as_bytes())])
    };
    let parts = issuers.map(|url| entry(2, url)).into_iter().chain(ocsp.map(|url| entry(1, url)));
    Extension { oid: AUTHORITY_INFORMATION_ACCESS, critical: false, value: der::sequence(parts) }
}

pub(super) fn distribution_point(url: &str) -> Extension {
    let full_name = der::explicit(0, der::implicit(6, url.as_bytes()));
    let point = der::sequence([der::explicit(0, full_name)]);
    Extension { oid: CRL_DISTRIBUTION_POINTS, critical: false, value: der::sequence([point]) }
}

pub(super) fn policies(oids: &[Oid]) -> Extension {
    let value = der::sequence(oids.iter().map(|arcs| der::sequence([der::oid(arcs)])));
    Extension { oid: CERTIFICATE_POLICIES, critical: false, value }
}

/// id-qcs-pkixQCSyntax-v2 with semantics and registration authority (RFC 3739, 3.2.6), then `more` statements.
pub(super) fn qc_statements(semantics: Oid, authority: &str, more: &[Oid]) -> Extension {
    let authority = der::sequence([der::implicit(6, authority.as_bytes())]);
    let information = der::sequence([der::oid(semantics), authority]);
    let syntax = der::sequence([der::oid(&[1, 3, 6, 1, 5, 5, 7, 11, 2]), information]);
    let more = more.iter().map(|arcs| der::sequence([der::oid(arcs)]));
    let value = der::sequence(std::iter::once(syntax).chain(more));
    Extension { oid: QC_STATEMENTS, critical: false, value }
}

pub(super) fn alternative_emails(addresses: &[String]) -> Extension {
    let value = der::sequence(addresses.iter().map(|a| der::implicit(1, a.as_bytes())));
    Extension { oid: SUBJECT_ALT_NAME, critical: false, value }
}

/// DNS names and IP addresses of a server.
pub(super) fn alternative_hosts(hosts: &[&str]) -> Extension {
    let value = der::sequence(hosts.iter().map(|host| match host.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(ip)) => der::implicit(7, &ip.octets()),
        Ok(std::net::IpAddr::V6(ip)) => der::implicit(7, &ip.octets()),
        Err(_) => der::implicit(2, host.as_bytes()),
    }));
    Extension { oid: SUBJECT_ALT_NAME, critical: false, value }
}

pub(super) fn extended_key_usage(purposes: &[Oid]) -> Extension {
    let value = der::sequence(purposes.iter().map(|arcs| der::oid(arcs)));
    Extension { oid: EXTENDED_KEY_USAGE, critical: false, value }
}

/// What happens to the bytes after signing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Afterwards {
    Nothing,
    AppendBytes,
    CutShort,
    NonMinimalLength,
    FlipSignatureBit,
}

/// A certificate before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    /// The version field as encoded (2 is v3); absent means v1.
    pub(super) version: Option<u8>,
    /// Content octets of the serial number.
    pub(super) serial: Vec<u8>,
    /// Algorithm that signs, and that the certificate names.
    pub(super) signature: Signature,
    /// Algorithm the outer field names instead.
    pub(super) outer: Option<Signature>,
    pub(super) issuer: Name,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    pub(super) subject: Name,
    pub(super) subject_key: Key,
    pub(super) issuer_key: Key,
    pub(super) extensions: Vec<Extension>,
    pub(super) afterwards: Afterwards,
}

impl Template {
    pub(super) fn sign(&self, keys: &ExampleKeys) -> Result<Vec<u8>, PkiError> {
        let mut parts = Vec::new();
        parts.extend(self.version.map(|v| der::explicit(0, der::integer(v.into()))));
        parts.extend([
            der::integer_octets(&self.serial),
            self.signature.identifier(),
            name_der(&self.issuer),
            der::sequence([der::time(self.not_before), der::time(self.not_after)]),
            name_der(&self.subject),
            keys.get(self.subject_key).public_key_to_der()?,
            der::explicit(3, der::sequence(self.extensions.iter().map(Extension::der))),
        ]);
        let body = der::sequence(parts);
        let mut signature = self.signature.sign(keys.get(self.issuer_key), &body)?;
        if self.afterwards == Afterwards::FlipSignatureBit
            && let Some(last) = signature.last_mut()
        {
            *last ^= 1;
        }
        let mut bytes = der::signed(body, self.outer.unwrap_or(self.signature).identifier(), &signature);
        match self.afterwards {
            Afterwards::AppendBytes => bytes.extend_from_slice(b"kravprobe"),
            Afterwards::CutShort => bytes.truncate(bytes.len() / 2),
            // 30 82 xx xx becomes 30 83 00 xx xx: BER, not DER.
            Afterwards::NonMinimalLength => {
                if let Some(length) = bytes.get_mut(1) {
                    *length = 0x83;
                    bytes.insert(2, 0);
                }
            }
            Afterwards::Nothing | Afterwards::FlipSignatureBit => {}
        }
        Ok(bytes)
    }

    /// The extension, to change it. A template that lacks it is a fault of this module.
    pub(super) fn extension(&mut self, oid: Oid) -> Result<&mut Extension, PkiError> {
        self.extensions.iter_mut().find(|e| e.oid == oid).ok_or(PkiError::NoSuchPart)
    }

    pub(super) fn remove(&mut self, oid: Oid) {
        self.extensions.retain(|e| e.oid != oid);
    }

    /// Puts `extension` in the place of the one with the same identifier.
    pub(super) fn replace(&mut self, extension: Extension) -> Result<(), PkiError> {
        let place = self.extension(extension.oid)?;
        *place = extension;
        Ok(())
    }

    /// Sets the text of the subject's attribute.
    pub(super) fn set_subject(&mut self, oid: Oid, text: &str) -> Result<(), PkiError> {
        set_text(&mut self.subject, oid, text)
    }
}

/// Sets the text of the first attribute of that type.
pub(super) fn set_text(name: &mut Name, oid: Oid, text: &str) -> Result<(), PkiError> {
    let attribute = name.iter_mut().flatten().find(|a| a.oid == oid).ok_or(PkiError::NoSuchPart)?;
    text.clone_into(&mut attribute.text);
    Ok(())
}
