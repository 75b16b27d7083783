//! The facts of one certificate, owned and bounded, so that a check reads them without parsing anything itself.

use super::der::{self, Fault, tag};
use super::name::Name;
use super::signature_algorithm::{RSA_ENCRYPTION, SignatureAlgorithm};
use crate::digest::sha256_hex;
use crate::subject::certificate::CertificateKind;
use jiff::Timestamp;
use openssl::x509::X509;
use thiserror::Error;
use x509_parser::extensions::{DistributionPointName, GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey as ParsedKey;
use x509_parser::time::ASN1Time;

/// Largest certificate that is read. Real OCES3 certificates have about 1.8 kB.
pub const MAX_CERTIFICATE: usize = 64 * 1024;

/// Object identifiers of extensions that are named here.
pub mod extension {
    /// subjectKeyIdentifier.
    pub const SUBJECT_KEY_IDENTIFIER: &str = "2.5.29.14";
    /// keyUsage.
    pub const KEY_USAGE: &str = "2.5.29.15";
    /// subjectAltName.
    pub const SUBJECT_ALT_NAME: &str = "2.5.29.17";
    /// basicConstraints.
    pub const BASIC_CONSTRAINTS: &str = "2.5.29.19";
    /// nameConstraints.
    pub const NAME_CONSTRAINTS: &str = "2.5.29.30";
    /// cRLDistributionPoints.
    pub const CRL_DISTRIBUTION_POINTS: &str = "2.5.29.31";
    /// certificatePolicies.
    pub const CERTIFICATE_POLICIES: &str = "2.5.29.32";
    /// authorityKeyIdentifier.
    pub const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";
    /// extKeyUsage.
    pub const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
    /// authorityInfoAccess.
    pub const AUTHORITY_INFO_ACCESS: &str = "1.3.6.1.5.5.7.1.1";
    /// qcStatements (RFC 3739 3.2.6).
    pub const QC_STATEMENTS: &str = "1.3.6.1.5.5.7.1.3";

    /// Extensions whose meaning the path builder and the checks know; any other one that is critical makes a
    /// certificate unusable (RFC 5280 4.2).
    pub const UNDERSTOOD: &[&str] = &[
        SUBJECT_KEY_IDENTIFIER,
        KEY_USAGE,
        SUBJECT_ALT_NAME,
        BASIC_CONSTRAINTS,
        CRL_DISTRIBUTION_POINTS,
        CERTIFICATE_POLICIES,
        AUTHORITY_KEY_IDENTIFIER,
        EXTENDED_KEY_USAGE,
        AUTHORITY_INFO_ACCESS,
        QC_STATEMENTS,
    ];
}

const AIA_OCSP: &str = "1.3.6.1.5.5.7.48.1";
const AIA_CA_ISSUERS: &str = "1.3.6.1.5.5.7.48.2";
/// id-qcs-pkixQCSyntax-v2 (RFC 3739 3.2.6.1).
pub const QCS_PKIX_SYNTAX_V2: &str = "1.3.6.1.5.5.7.11.2";
/// id-etsi-qcs-QcCompliance (ETSI EN 319 412-5 4.2.1): the mark of a qualified certificate.
pub const QCS_COMPLIANCE: &str = "0.4.0.1862.1.1";

/// Bits of keyUsage, as RFC 5280 4.2.1.3 numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// digitalSignature.
    DigitalSignature = 0,
    /// nonRepudiation (contentCommitment).
    NonRepudiation = 1,
    /// keyEncipherment.
    KeyEncipherment = 2,
    /// keyCertSign.
    KeyCertSign = 5,
    /// cRLSign.
    CrlSign = 6,
}

/// Names of the keyUsage bits in their order.
const USAGE_NAMES: [&str; 9] = [
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
];

/// keyUsage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage(pub u16);

impl KeyUsage {
    /// Whether a bit is set.
    #[must_use]
    pub const fn has(self, usage: Usage) -> bool {
        self.0 >> usage as u16 & 1 == 1
    }
}

impl std::fmt::Display for KeyUsage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let set: Vec<_> =
            USAGE_NAMES.iter().enumerate().filter(|(n, _)| self.0 >> n & 1 == 1).map(|(_, s)| *s).collect();
        f.write_str(&set.join(", "))
    }
}

/// basicConstraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    /// cA.
    pub ca: bool,
    /// pathLenConstraint.
    pub path_length: Option<u32>,
}

/// The subject's public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// rsaEncryption.
    Rsa {
        /// Modulus, big-endian, without leading zeros.
        modulus: Vec<u8>,
        /// Public exponent, big-endian, without leading zeros.
        exponent: Vec<u8>,
    },
    /// id-ecPublicKey.
    Ec {
        /// Named curve, dotted; empty when the parameters are not a named curve.
        curve: String,
        /// Length of the field in bits.
        bits: usize,
    },
    /// Anything else, or a key that cannot be read.
    Other,
}

impl PublicKey {
    /// Length in bits; 0 when unknown.
    #[must_use]
    pub fn bits(&self) -> usize {
        match self {
            Self::Rsa { modulus, .. } => {
                modulus.first().map_or(0, |first| modulus.len() * 8 - first.leading_zeros() as usize)
            }
            Self::Ec { bits, .. } => *bits,
            Self::Other => 0,
        }
    }
}

/// Kind of a subjectAltName entry. The value is kept for DNS names alone: the others may be personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlternativeName {
    /// rfc822Name; the address is not kept.
    Email,
    /// dNSName.
    Dns(String),
    /// Any other form, by its name.
    Other(&'static str),
}

/// One extension, as far as every extension is alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// extnID, dotted.
    pub oid: String,
    /// critical.
    pub critical: bool,
    /// False when its value could not be read.
    pub readable: bool,
}

/// qcStatements, as far as the checks need them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QcStatements {
    /// statementId of each statement, dotted, in order.
    pub statements: Vec<String>,
    /// semanticsIdentifier of pkixQCSyntax-v2, dotted.
    pub semantics: Option<String>,
    /// nameRegistrationAuthorities that are URIs.
    pub registration_authorities: Vec<String>,
}

/// Why bytes are no certificate.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReadError {
    /// More than [`MAX_CERTIFICATE`] bytes.
    #[error("larger than {MAX_CERTIFICATE} bytes")]
    TooLarge,
    /// Not an X.509 certificate.
    #[error("not an X.509 certificate: {0}")]
    NotACertificate(String),
}

/// The facts of one certificate.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The certificate's own bytes, without trailing ones.
    pub der: Vec<u8>,
    /// How many bytes followed it.
    pub trailing_bytes: usize,
    /// Whether the bytes are strict DER.
    pub encoding: Result<(), Fault>,
    /// SHA-256 of `der`, lower-case hex.
    pub sha256: String,
    /// SHA-256 of the SubjectPublicKeyInfo, lower-case hex.
    pub spki_sha256: String,
    /// 1, 2 or 3.
    pub version: u32,
    /// Content octets of serialNumber, as encoded (two's complement).
    pub serial: Vec<u8>,
    /// signature inside tbsCertificate.
    pub inner_algorithm: SignatureAlgorithm,
    /// signatureAlgorithm outside tbsCertificate.
    pub outer_algorithm: SignatureAlgorithm,
    /// issuer.
    pub issuer: Name,
    /// subject.
    pub subject: Name,
    /// notBefore.
    pub not_before: Timestamp,
    /// notAfter; the certificate is valid at this instant too.
    pub not_after: Timestamp,
    /// Algorithm of the subject's key, dotted.
    pub key_algorithm: String,
    /// The subject's key.
    pub key: PublicKey,
    /// Every extension, in order.
    pub extensions: Vec<Extension>,
    /// basicConstraints.
    pub basic_constraints: Option<BasicConstraints>,
    /// keyUsage.
    pub key_usage: Option<KeyUsage>,
    /// extKeyUsage: number of purposes named.
    pub extended_key_usage: Option<Vec<String>>,
    /// policyIdentifiers, dotted.
    pub policies: Vec<String>,
    /// subjectAltName.
    pub alternative_names: Vec<AlternativeName>,
    /// URIs of id-ad-ocsp.
    pub ocsp_urls: Vec<String>,
    /// URIs of id-ad-caIssuers.
    pub issuer_urls: Vec<String>,
    /// URIs of cRLDistributionPoints that are not limited to some reasons and not of another CRL issuer.
    pub crl_urls: Vec<String>,
    /// keyIdentifier of authorityKeyIdentifier.
    pub authority_key_identifier: Option<Vec<u8>>,
    /// subjectKeyIdentifier.
    pub subject_key_identifier: Option<Vec<u8>>,
    /// qcStatements.
    pub qc_statements: Option<QcStatements>,
}

impl Certificate {
    /// Reads the first certificate in `bytes`. Trailing bytes and BER forms are recorded, not refused: a check judges them.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        if bytes.len() > MAX_CERTIFICATE {
            return Err(ReadError::TooLarge);
        }
        let (rest, parsed) =
            X509Certificate::from_der(bytes).map_err(|e| ReadError::NotACertificate(short_error(&e)))?;
        let whole = &bytes[..bytes.len() - rest.len()];
        let instant = |time: ASN1Time| {
            Timestamp::from_second(time.timestamp())
                .map_err(|_| ReadError::NotACertificate("date out of range".to_owned()))
        };
        let spki = parsed.public_key();
        let mut certificate = Self {
            der: whole.to_vec(),
            trailing_bytes: rest.len(),
            encoding: der::is_strict(whole),
            sha256: sha256_hex(whole),
            spki_sha256: sha256_hex(spki.raw),
            version: parsed.version().0.saturating_add(1),
            serial: parsed.raw_serial().to_vec(),
            inner_algorithm: SignatureAlgorithm::from_parsed(&parsed.tbs_certificate.signature),
            outer_algorithm: SignatureAlgorithm::from_parsed(&parsed.signature_algorithm),
            issuer: Name::from_parsed(parsed.issuer()),
            subject: Name::from_parsed(parsed.subject()),
            not_before: instant(parsed.validity().not_before)?,
            not_after: instant(parsed.validity().not_after)?,
            key_algorithm: spki.algorithm.algorithm.to_id_string(),
            key: PublicKey::Other,
            extensions: Vec::new(),
            basic_constraints: None,
            key_usage: None,
            extended_key_usage: None,
            policies: Vec::new(),
            alternative_names: Vec::new(),
            ocsp_urls: Vec::new(),
            issuer_urls: Vec::new(),
            crl_urls: Vec::new(),
            authority_key_identifier: None,
            subject_key_identifier: None,
            qc_statements: None,
        };
        certificate.key = match spki.parsed() {
            Ok(ParsedKey::RSA(key)) if certificate.key_algorithm == RSA_ENCRYPTION => {
                PublicKey::Rsa { modulus: without_zeros(key.modulus), exponent: without_zeros(key.exponent) }
            }
            Ok(ParsedKey::EC(point)) => {
                let curve = spki.algorithm.parameters.as_ref().and_then(|p| p.as_oid().ok());
                PublicKey::Ec { curve: curve.map(|o| o.to_id_string()).unwrap_or_default(), bits: point.key_size() }
            }
            _ => PublicKey::Other,
        };
        for found in parsed.extensions() {
            let oid = found.oid.to_id_string();
            let readable = certificate.take_extension(&oid, found.parsed_extension(), found.value);
            certificate.extensions.push(Extension { oid, critical: found.critical, readable });
        }
        Ok(certificate)
    }

    /// Keeps what an extension says. False when it could not be read. A second extension of the same type never overwrites
    /// the first: `extensions` shows the double, which a check refuses.
    fn take_extension(&mut self, oid: &str, parsed: &ParsedExtension<'_>, raw: &[u8]) -> bool {
        if self.extensions.iter().any(|e| e.oid == oid) {
            return true;
        }
        match parsed {
            ParsedExtension::BasicConstraints(b) => {
                self.basic_constraints = Some(BasicConstraints { ca: b.ca, path_length: b.path_len_constraint });
            }
            ParsedExtension::KeyUsage(usage) => self.key_usage = Some(KeyUsage(usage.flags)),
            ParsedExtension::ExtendedKeyUsage(usage) => self.extended_key_usage = Some(purposes(usage)),
            ParsedExtension::CertificatePolicies(policies) => {
                self.policies = policies.iter().map(|p| p.policy_id.to_id_string()).collect();
            }
            ParsedExtension::SubjectAlternativeName(names) => {
                self.alternative_names = names.general_names.iter().map(alternative_name).collect();
            }
            ParsedExtension::AuthorityInfoAccess(access) => {
                for description in access.iter() {
                    let GeneralName::URI(uri) = description.access_location else { continue };
                    match description.access_method.to_id_string().as_str() {
                        AIA_OCSP => self.ocsp_urls.push(uri.to_owned()),
                        AIA_CA_ISSUERS => self.issuer_urls.push(uri.to_owned()),
                        _ => {}
                    }
                }
            }
            ParsedExtension::CRLDistributionPoints(points) => {
                for point in points.iter().filter(|p| p.reasons.is_none() && p.crl_issuer.is_none()) {
                    let Some(DistributionPointName::FullName(names)) = &point.distribution_point else { continue };
                    self.crl_urls.extend(names.iter().filter_map(|n| match n {
                        GeneralName::URI(uri) => Some((*uri).to_owned()),
                        _ => None,
                    }));
                }
            }
            ParsedExtension::AuthorityKeyIdentifier(identifier) => {
                self.authority_key_identifier = identifier.key_identifier.as_ref().map(|k| k.0.to_vec());
            }
            ParsedExtension::SubjectKeyIdentifier(identifier) => {
                self.subject_key_identifier = Some(identifier.0.to_vec());
            }
            ParsedExtension::ParseError { .. } => return false,
            _ if oid == extension::QC_STATEMENTS => match read_qc_statements(raw) {
                Ok(statements) => self.qc_statements = Some(statements),
                Err(_) => return false,
            },
            _ => {}
        }
        true
    }

    /// The extension of that type, when there is exactly one and it could be read.
    #[must_use]
    pub fn extension(&self, oid: &str) -> Option<&Extension> {
        let mut found = self.extensions.iter().filter(|e| e.oid == oid);
        match (found.next(), found.next()) {
            (Some(only), None) if only.readable => Some(only),
            _ => None,
        }
    }

    /// Whether a keyUsage bit is set; false without the extension.
    #[must_use]
    pub fn has_usage(&self, usage: Usage) -> bool {
        self.key_usage.is_some_and(|u| u.has(usage))
    }

    /// Whether issuer and subject are the same name.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.issuer.raw == self.subject.raw
    }

    /// The serial number in hex, as certificate viewers print it.
    #[must_use]
    pub fn serial_hex(&self) -> String {
        hex::encode(&self.serial)
    }

    /// The kind of OCES3 certificate. System and organisation certificates have the same policy OID and the same subject
    /// serialNumber prefix; nonRepudiation is the only mark (measured on 25 certificates).
    #[must_use]
    pub fn kind(&self) -> CertificateKind {
        if self.has_serial_prefix("UI:DK-E:") || (!self.has_serial_prefix("UI:DK-O:") && self.has_employee_policy()) {
            CertificateKind::Employee
        } else if self.has_usage(Usage::NonRepudiation) {
            CertificateKind::Organisation
        } else {
            CertificateKind::System
        }
    }

    /// Whether a serialNumber in the subject begins so.
    #[must_use]
    pub fn has_serial_prefix(&self, prefix: &str) -> bool {
        self.subject.values(super::name::SERIAL_NUMBER).any(|v| v.starts_with(prefix))
    }

    /// Whether it names an OCES policy for employees.
    #[must_use]
    pub fn has_employee_policy(&self) -> bool {
        self.policies.iter().any(|p| is_policy_or_below(p, EMPLOYEE_ARC))
    }

    /// Whether anything in it says that it may be a person's.
    #[must_use]
    pub fn has_mark_of_employee(&self) -> bool {
        self.has_serial_prefix("UI:DK-E:") || self.has_employee_policy()
    }

    /// Parses the certificate with OpenSSL, for signatures.
    #[must_use]
    pub fn to_openssl(&self) -> Option<X509> {
        X509::from_der(&self.der).ok()
    }

    /// Whether `issuer`'s key signed this certificate, with exactly the algorithm and parameters that it names.
    #[must_use]
    pub fn is_signed_by(&self, issuer: &Self) -> bool {
        let (Some(this), Some(issuer)) = (self.to_openssl(), issuer.to_openssl()) else { return false };
        issuer.public_key().and_then(|key| this.verify(&key)).unwrap_or(false)
    }
}

/// Arc of every OCES policy.
pub const OCES_ARC: &str = "1.2.208.169.1.1.1";
/// Arc of OCES employee policies (any version).
pub const EMPLOYEE_ARC: &str = "1.2.208.169.1.1.1.2";
/// Arc of OCES legal-entity policies (any version).
pub const LEGAL_ENTITY_ARC: &str = "1.2.208.169.1.1.1.3";

/// Whether `oid` is `arc` or lies below it.
#[must_use]
pub fn is_policy_or_below(oid: &str, arc: &str) -> bool {
    oid.strip_prefix(arc).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn short_error(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    text.chars().take(120).collect()
}

fn without_zeros(number: &[u8]) -> Vec<u8> {
    number.iter().copied().skip_while(|b| *b == 0).collect()
}

fn purposes(usage: &x509_parser::extensions::ExtendedKeyUsage<'_>) -> Vec<String> {
    let named = [
        (usage.any, "anyExtendedKeyUsage"),
        (usage.server_auth, "serverAuth"),
        (usage.client_auth, "clientAuth"),
        (usage.code_signing, "codeSigning"),
        (usage.email_protection, "emailProtection"),
        (usage.time_stamping, "timeStamping"),
        (usage.ocsp_signing, "OCSPSigning"),
    ];
    let named = named.iter().filter(|(set, _)| *set).map(|(_, name)| (*name).to_owned());
    named.chain(usage.other.iter().map(x509_parser::der_parser::oid::Oid::to_id_string)).collect()
}

fn alternative_name(name: &GeneralName<'_>) -> AlternativeName {
    match name {
        GeneralName::RFC822Name(_) => AlternativeName::Email,
        GeneralName::DNSName(host) => AlternativeName::Dns((*host).to_owned()),
        GeneralName::OtherName(..) => AlternativeName::Other("otherName"),
        GeneralName::X400Address(_) => AlternativeName::Other("x400Address"),
        GeneralName::DirectoryName(_) => AlternativeName::Other("directoryName"),
        GeneralName::EDIPartyName(_) => AlternativeName::Other("ediPartyName"),
        GeneralName::URI(_) => AlternativeName::Other("uniformResourceIdentifier"),
        GeneralName::IPAddress(_) => AlternativeName::Other("iPAddress"),
        GeneralName::RegisteredID(_) => AlternativeName::Other("registeredID"),
        GeneralName::Invalid(..) => AlternativeName::Other("unreadable"),
    }
}

/// qcStatements ::= SEQUENCE OF SEQUENCE { statementId, statementInfo ANY OPTIONAL }; the information of pkixQCSyntax-v2 is
/// SEQUENCE { semanticsIdentifier OPTIONAL, nameRegistrationAuthorities SEQUENCE OF GeneralName OPTIONAL } (RFC 3739 3.2.6).
fn read_qc_statements(raw: &[u8]) -> Result<QcStatements, Fault> {
    const URI: u8 = tag::implicit(6);
    let mut out = QcStatements::default();
    for statement in der::only(raw, tag::SEQUENCE)?.children()? {
        let parts = statement.expect(tag::SEQUENCE)?.children()?;
        let id = parts.first().ok_or(Fault::Unexpected)?.oid()?;
        if id == QCS_PKIX_SYNTAX_V2
            && let Some(information) = parts.get(1)
        {
            for part in information.expect(tag::SEQUENCE)?.children()? {
                match part.tag {
                    tag::OID => out.semantics = Some(part.oid()?),
                    tag::SEQUENCE => {
                        let names = part.children()?;
                        let uris = names.iter().filter(|n| n.tag == URI);
                        out.registration_authorities
                            .extend(uris.map(|n| String::from_utf8_lossy(n.content).into_owned()));
                    }
                    _ => return Err(Fault::Unexpected),
                }
            }
        }
        out.statements.push(id);
    }
    Ok(out)
}
