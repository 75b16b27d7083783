//! One deviation at a time from what real OCES3 certificates look like.

use super::der::{self, Hash, Oid, Signature};
use super::template::{
    self, AUTHORITY_INFORMATION_ACCESS, AUTHORITY_KEY_IDENTIFIER, Afterwards, BASIC_CONSTRAINTS, COMMON_NAME, COUNTRY,
    CRL_DISTRIBUTION_POINTS, Extension, KEY_USAGE, ORGANISATION, ORGANISATION_IDENTIFIER, ORGANISATIONAL_UNIT,
    QC_STATEMENTS, SERIAL_NUMBER, SUBJECT_KEY_IDENTIFIER, Template, rdn,
};
use super::{
    Blueprint, DAY, ExampleKeys, HOST, ISSUING_NAME, Key, PkiError, ROOT_NAME, STATE, UNIT, ca_name, issuing_url,
    ocsp_url, plus,
};
use jiff::Timestamp;

/// ETSI EN 319 411-1, policy NCP.
pub(super) const NCP: Oid = &[0, 4, 0, 2042, 1, 1];
/// ETSI EN 319 412-1, semantics of a legal person's identifier.
pub(super) const SEMANTICS_LEGAL: Oid = &[0, 4, 0, 194_121, 1, 2];
/// ETSI EN 319 412-1, semantics of a natural person's identifier.
pub(super) const SEMANTICS_NATURAL: Oid = &[0, 4, 0, 194_121, 1, 1];
/// Registration authority that OCES3 names.
pub(super) const AUTHORITY: &str = "https://uid.gov.dk";
const OCES_LEGAL: Oid = &[1, 2, 208, 169, 1, 1, 1, 3, 7, 1];
const QC_COMPLIANCE: Oid = &[0, 4, 0, 1862, 1, 1];

macro_rules! defects {
    ($($(#[doc = $doc:literal])+ $name:ident = $row:literal;)+) => {
        /// What is wrong with a certificate or its chain. All else stays as in a good one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Defect { $($(#[doc = $doc])+ $name,)+ }

        impl Defect {
            /// Every defect, in the order of the rows.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Row of the fact sheet's table of certificate checks that it breaks first of all; empty when no row has it.
            #[must_use]
            pub const fn row(self) -> &'static str {
                match self { $(Self::$name => $row,)+ }
            }
        }
    };
}

defects! {
    /// Bytes after the certificate.
    TrailingBytes = "CRT-01";
    /// Only the first half of the bytes.
    CutShort = "CRT-01";
    /// The outermost length in more octets than needed: BER, not DER.
    NonMinimalLength = "CRT-01";
    /// An extension occurs twice (RFC 5280, 4.2).
    DuplicateExtension = "CRT-01";
    /// A critical extension that nobody knows.
    UnknownCriticalExtension = "";
    /// No version field, which means v1.
    VersionOne = "CRT-02";
    /// Negative serial number.
    SerialNegative = "CRT-03";
    /// Serial number 0.
    SerialZero = "CRT-03";
    /// Serial number of 21 octets.
    SerialTooLong = "CRT-03";
    /// Serial number of 8 octets.
    SerialShort = "CRT-03";
    /// The outer algorithm identifier names another algorithm than the inner.
    OuterAlgorithmDiffers = "CRT-04";
    /// Signed with RSASSA-PKCS1-v1_5 and SHA-256.
    SignedPkcs1 = "CRT-05";
    /// PSS with 20 octets of salt.
    SaltTwenty = "CRT-06";
    /// PSS with SHA-384 and 48 octets of salt.
    PssSha384 = "CRT-06";
    /// PSS with SHA-256, but MGF1 with SHA-512.
    MaskHashDiffers = "CRT-06";
    /// The issuing CA's certificate signed with PSS SHA-256 and 32 octets of salt.
    CaPssSha256 = "CRT-07";
    /// The issuing CA's certificate signed with RSASSA-PKCS1-v1_5 and SHA-512.
    CaSignedPkcs1 = "CRT-07";
    /// Signed with RSASSA-PKCS1-v1_5 and SHA-1.
    SignedSha1 = "CRT-08";
    /// PSS with SHA-1 and 20 octets of salt (all parameters default).
    PssSha1 = "CRT-08";
    /// The issuing CA's certificate signed with RSASSA-PKCS1-v1_5 and SHA-1.
    CaSignedSha1 = "CRT-08";
    /// The issuing CA has another common name.
    IssuerNameOther = "CRT-09";
    /// The issuing CA belongs to another organisation.
    IssuerOrganisationOther = "CRT-09";
    /// The CAs' names carry the mark of the state's test hierarchy.
    UnitOfTestHierarchy = "CRT-10";
    /// The CAs' names carry no mark, as in production.
    UnitAbsent = "CRT-10";
    /// The same names, but a root and an issuing CA with other keys.
    OtherRoot = "CRT-11";
    /// One bit of the leaf's signature is flipped.
    SignatureCorrupt = "CRT-12";
    /// One bit of the issuing CA's signature is flipped.
    CaSignatureCorrupt = "CRT-12";
    /// The authority key identifier is another key's.
    AuthorityKeyDiffers = "CRT-13";
    /// No authority key identifier.
    AuthorityKeyMissing = "CRT-13";
    /// No subject key identifier.
    SubjectKeyMissing = "CRT-13";
    /// The issuing CA's basicConstraints say CA:FALSE.
    CaNotCa = "CRT-14";
    /// The issuing CA has no path length constraint.
    CaNoPathLength = "CRT-14";
    /// The issuing CA has path length 1.
    CaPathLengthOne = "CRT-14";
    /// The issuing CA may not sign certificates.
    CaNoKeyCertSign = "CRT-14";
    /// The issuing CA has the name of an OCES2 CA.
    Oces2Issuer = "CRT-17";
    /// Root and issuing CA have the names of the OCES2 hierarchy, and other keys.
    Oces2Hierarchy = "CRT-17";
    /// Signed by its own key.
    SelfSigned = "CRT-18";
    /// Root and issuing CA are somebody else's.
    OtherHierarchy = "CRT-18";
    /// Root and issuing CA have the names of the qualified hierarchy, and other keys.
    QualifiedHierarchy = "CRT-19";
    /// Ended a day ago.
    Expired = "CRT-20";
    /// Begins in a day.
    NotYetValid = "CRT-20";
    /// Valid for five years.
    FiveYears = "CRT-21";
    /// Ends in 20 days.
    ExpiresSoon = "CRT-22";
    /// The issuing CA ends a day before it.
    OutlivesCa = "CRT-23";
    /// P-256 key.
    KeyEllipticCurve = "CRT-24";
    /// RSA key of 2048 bits.
    KeyShort = "CRT-25";
    /// RSA key with public exponent 3.
    ExponentThree = "CRT-26";
    /// RSA key of the shape that ROCA breaks.
    KeyRoca = "CRT-27";
    /// No basicConstraints.
    BasicConstraintsMissing = "CRT-28";
    /// basicConstraints are not critical.
    BasicConstraintsNotCritical = "CRT-28";
    /// basicConstraints say CA:TRUE.
    BasicConstraintsCa = "CRT-28";
    /// No keyUsage.
    KeyUsageMissing = "CRT-29";
    /// keyUsage is not critical.
    KeyUsageNotCritical = "CRT-29";
    /// keyUsage lacks digitalSignature.
    NoDigitalSignature = "CRT-29";
    /// keyUsage lacks keyEncipherment.
    NoKeyEncipherment = "CRT-29";
    /// keyUsage has keyCertSign.
    KeyCertSign = "CRT-29";
    /// keyUsage has cRLSign.
    CrlSign = "CRT-29";
    /// A legal entity's keyUsage has nonRepudiation: an organisationscertifikat in all else but its name.
    NonRepudiation = "CRT-30";
    /// extendedKeyUsage is present.
    ExtendedKeyUsage = "CRT-32";
    /// The ETSI policy NCP is missing.
    NcpMissing = "CRT-33";
    /// The OCES policy is missing.
    OcesPolicyMissing = "CRT-34";
    /// The policy of OCES2 function certificates instead.
    OcesPolicyOfOces2 = "CRT-34";
    /// The employee policy in a legal entity's certificate.
    OcesPolicyOfEmployees = "CRT-34";
    /// An OID that only begins like the policy's (3.71, not 3.7.1).
    OcesPolicyLookalike = "CRT-34";
    /// A version arc that does not exist today (3.7.2): acceptable, with a remark.
    OcesPolicyLaterVersion = "";
    /// A third policy.
    PolicyExtra = "CRT-34";
    /// No qcStatements.
    QcStatementsMissing = "CRT-36";
    /// qcStatements with a natural person's semantics in a legal entity's certificate.
    QcSemanticsNatural = "CRT-36";
    /// qcStatements with another registration authority.
    QcAuthorityOther = "CRT-36";
    /// qcStatements claim a qualified certificate.
    QcCompliance = "CRT-36";
    /// Subject in Sweden.
    CountrySweden = "CRT-37";
    /// organizationIdentifier without its prefix.
    OrganisationIdentifierMalformed = "CRT-38";
    /// organizationIdentifier with a CVR of seven digits.
    OrganisationIdentifierShort = "CRT-38";
    /// No organizationIdentifier.
    OrganisationIdentifierMissing = "CRT-38";
    /// Another party's CVR number.
    CvrOther = "CRT-39";
    /// Subject serialNumber with the prefix `UI:DK-S:`.
    SerialNumberPrefix = "CRT-40";
    /// Subject serialNumber without a UUID.
    SerialNumberNotUuid = "CRT-40";
    /// No subject serialNumber.
    SerialNumberMissing = "CRT-40";
    /// Empty O.
    OrganisationEmpty = "CRT-41";
    /// Empty CN.
    CommonNameEmpty = "CRT-41";
    /// Serial number before common name.
    RdnOrder = "CRT-43";
    /// CN and serialNumber in one RDN, as OCES2 had it.
    RdnMultiValued = "CRT-43";
    /// An OU beside the usual RDNs.
    RdnExtra = "CRT-43";
    /// A DNS name as subjectAltName.
    AlternativeDns = "CRT-44";
    /// No authority information access.
    AccessMissing = "CRT-45";
    /// No OCSP URL.
    AccessNoOcsp = "CRT-45";
    /// No caIssuers URL.
    AccessNoIssuers = "CRT-45";
    /// Authority information access on another host.
    AccessHostOther = "CRT-45";
    /// No CRL distribution point.
    DistributionPointMissing = "CRT-46";
    /// CRL distribution point on another host than the authority information access.
    DistributionPointHostOther = "CRT-46";
    /// All URLs on the host of the state's test CA.
    UrlsOfTestHierarchy = "CRT-47";
}

/// A host that is no OCES host and not the example's.
pub const OTHER_HOST: &str = "ca.attacker.example";

impl Defect {
    pub(super) fn apply(self, chain: &mut Blueprint, keys: &ExampleKeys, at: Timestamp) -> Result<(), PkiError> {
        match self {
            Self::SignedPkcs1 => chain.leaf.signature = Signature::Pkcs1(Hash::Sha256),
            Self::SaltTwenty => chain.leaf.signature = pss(Hash::Sha256, Hash::Sha256, 20),
            Self::PssSha384 => chain.leaf.signature = pss(Hash::Sha384, Hash::Sha384, 48),
            Self::MaskHashDiffers => chain.leaf.signature = pss(Hash::Sha256, Hash::Sha512, 32),
            Self::SignedSha1 => chain.leaf.signature = Signature::Pkcs1(Hash::Sha1),
            Self::PssSha1 => chain.leaf.signature = pss(Hash::Sha1, Hash::Sha1, 20),
            Self::OuterAlgorithmDiffers => chain.leaf.outer = Some(Signature::Pkcs1(Hash::Sha256)),
            Self::CaPssSha256 => chain.issuing.signature = Signature::PSS_SHA256,
            Self::CaSignedPkcs1 => chain.issuing.signature = Signature::Pkcs1(Hash::Sha512),
            Self::CaSignedSha1 => chain.issuing.signature = Signature::Pkcs1(Hash::Sha1),
            Self::CaSignatureCorrupt => chain.issuing.afterwards = Afterwards::FlipSignatureBit,
            Self::CaNotCa => chain.issuing.replace(template::basic_constraints(false, None))?,
            Self::CaNoPathLength => chain.issuing.replace(template::basic_constraints(true, None))?,
            Self::CaPathLengthOne => chain.issuing.replace(template::basic_constraints(true, Some(1)))?,
            Self::CaNoKeyCertSign => chain.issuing.replace(template::key_usage(template::CRL_SIGN))?,
            Self::OutlivesCa => chain.issuing.not_after = plus(chain.leaf.not_after, -DAY)?,
            Self::IssuerNameOther => chain.name_issuing(&ca_name("Den Danske Stat udsteder 1", Some(UNIT), STATE)),
            Self::IssuerOrganisationOther => chain.name_issuing(&ca_name(ISSUING_NAME, Some(UNIT), "Kravprobe")),
            Self::Oces2Issuer => chain.name_issuing(&ca_name("TRUST2408 OCES CA III", None, "TRUST2408")),
            Self::UnitOfTestHierarchy => {
                chain.name_root(&ca_name(ROOT_NAME, Some("Test - cti"), STATE));
                chain.name_issuing(&ca_name(ISSUING_NAME, Some("Test - cti"), STATE));
            }
            Self::UnitAbsent => {
                chain.name_root(&ca_name(ROOT_NAME, None, STATE));
                chain.name_issuing(&ca_name(ISSUING_NAME, None, STATE));
            }
            Self::OtherRoot => chain.rekey(keys, Key::Stranger, Key::StrangerIssuing)?,
            Self::Oces2Hierarchy => {
                chain.name_root(&ca_name("TRUST2408 OCES Primary CA", None, "TRUST2408"));
                chain.name_issuing(&ca_name("TRUST2408 OCES CA III", None, "TRUST2408"));
                chain.rekey(keys, Key::Stranger, Key::StrangerIssuing)?;
            }
            Self::OtherHierarchy => {
                chain.name_root(&ca_name("Kravprobe rod-CA", Some(UNIT), "Kravprobe"));
                chain.name_issuing(&ca_name("Kravprobe udstedende-CA", Some(UNIT), "Kravprobe"));
                chain.rekey(keys, Key::Stranger, Key::StrangerIssuing)?;
            }
            Self::QualifiedHierarchy => {
                chain.name_root(&ca_name("Den Danske Stat kvalificeret rod-CA", Some(UNIT), STATE));
                chain.name_issuing(&ca_name("Den Danske Stat kvalificeret udstedende-CA 1", Some(UNIT), STATE));
                chain.rekey(keys, Key::Stranger, Key::StrangerIssuing)?;
            }
            _ => self.apply_to_leaf(&mut chain.leaf, keys, at)?,
        }
        Ok(())
    }

    fn apply_to_leaf(self, leaf: &mut Template, keys: &ExampleKeys, at: Timestamp) -> Result<(), PkiError> {
        match self {
            Self::TrailingBytes => leaf.afterwards = Afterwards::AppendBytes,
            Self::CutShort => leaf.afterwards = Afterwards::CutShort,
            Self::NonMinimalLength => leaf.afterwards = Afterwards::NonMinimalLength,
            Self::SignatureCorrupt => leaf.afterwards = Afterwards::FlipSignatureBit,
            Self::DuplicateExtension => {
                let twice = leaf.extension(SUBJECT_KEY_IDENTIFIER)?.clone();
                leaf.extensions.push(twice);
            }
            Self::UnknownCriticalExtension => {
                leaf.extensions.push(Extension { oid: &[2, 999, 1], critical: true, value: der::null() });
            }
            Self::VersionOne => leaf.version = None,
            Self::SerialNegative => leaf.serial[0] |= 0x80,
            Self::SerialZero => leaf.serial = vec![0],
            Self::SerialTooLong => leaf.serial.push(1),
            Self::SerialShort => leaf.serial.truncate(8),
            Self::AuthorityKeyDiffers => {
                leaf.replace(template::authority_key_identifier(&keys.identifier(Key::Stranger)?))?;
            }
            Self::AuthorityKeyMissing => leaf.remove(AUTHORITY_KEY_IDENTIFIER),
            Self::SubjectKeyMissing => leaf.remove(SUBJECT_KEY_IDENTIFIER),
            Self::SelfSigned => {
                leaf.issuer.clone_from(&leaf.subject);
                leaf.issuer_key = leaf.subject_key;
                leaf.replace(template::authority_key_identifier(&keys.identifier(leaf.subject_key)?))?;
            }
            Self::Expired => end_at(leaf, plus(at, -DAY)?)?,
            Self::ExpiresSoon => end_at(leaf, plus(at, 20 * DAY)?)?,
            Self::NotYetValid => end_at(leaf, plus(at, 1096 * DAY - 1)?)?,
            Self::FiveYears => leaf.not_after = plus(leaf.not_before, 1825 * DAY - 1)?,
            Self::KeyEllipticCurve => certify(leaf, keys, Key::EllipticCurve)?,
            Self::KeyShort => certify(leaf, keys, Key::Short)?,
            Self::ExponentThree => certify(leaf, keys, Key::SmallExponent)?,
            Self::KeyRoca => certify(leaf, keys, Key::Roca)?,
            Self::BasicConstraintsMissing => leaf.remove(BASIC_CONSTRAINTS),
            Self::BasicConstraintsNotCritical => leaf.extension(BASIC_CONSTRAINTS)?.critical = false,
            Self::BasicConstraintsCa => leaf.replace(template::basic_constraints(true, None))?,
            Self::KeyUsageMissing => leaf.remove(KEY_USAGE),
            Self::KeyUsageNotCritical => leaf.extension(KEY_USAGE)?.critical = false,
            Self::NoDigitalSignature => usage(leaf, |bits| bits & !template::DIGITAL_SIGNATURE)?,
            Self::NoKeyEncipherment => usage(leaf, |bits| bits & !template::KEY_ENCIPHERMENT)?,
            Self::KeyCertSign => usage(leaf, |bits| bits | template::KEY_CERT_SIGN)?,
            Self::CrlSign => usage(leaf, |bits| bits | template::CRL_SIGN)?,
            Self::NonRepudiation => usage(leaf, |bits| bits | template::NON_REPUDIATION)?,
            Self::ExtendedKeyUsage => leaf.extensions.push(template::extended_key_usage(&[template::CLIENT_AUTH])),
            Self::NcpMissing => leaf.replace(template::policies(&[OCES_LEGAL]))?,
            Self::OcesPolicyMissing => leaf.replace(template::policies(&[NCP]))?,
            Self::OcesPolicyOfOces2 => oces_policy(leaf, &[1, 2, 208, 169, 1, 1, 1, 4, 2])?,
            Self::OcesPolicyOfEmployees => oces_policy(leaf, &[1, 2, 208, 169, 1, 1, 1, 2, 7, 1])?,
            Self::OcesPolicyLookalike => oces_policy(leaf, &[1, 2, 208, 169, 1, 1, 1, 3, 71])?,
            Self::OcesPolicyLaterVersion => oces_policy(leaf, &[1, 2, 208, 169, 1, 1, 1, 3, 7, 2])?,
            Self::PolicyExtra => leaf.replace(template::policies(&[NCP, OCES_LEGAL, &[2, 5, 29, 32, 0]]))?,
            Self::QcStatementsMissing => leaf.remove(QC_STATEMENTS),
            Self::QcSemanticsNatural => leaf.replace(template::qc_statements(SEMANTICS_NATURAL, AUTHORITY, &[]))?,
            Self::QcAuthorityOther => {
                leaf.replace(template::qc_statements(SEMANTICS_LEGAL, "https://uid.attacker.example", &[]))?;
            }
            Self::QcCompliance => {
                leaf.replace(template::qc_statements(SEMANTICS_LEGAL, AUTHORITY, &[QC_COMPLIANCE]))?;
            }
            Self::AlternativeDns => {
                leaf.extensions.insert(3, template::alternative_hosts(&["system.kravprobe.example"]));
            }
            Self::AccessMissing => leaf.remove(AUTHORITY_INFORMATION_ACCESS),
            Self::AccessNoOcsp => leaf.replace(template::information_access(Some(&issuing_url(HOST).0), None))?,
            Self::AccessNoIssuers => leaf.replace(template::information_access(None, Some(&ocsp_url(HOST))))?,
            Self::AccessHostOther => access_on(leaf, OTHER_HOST)?,
            Self::DistributionPointMissing => leaf.remove(CRL_DISTRIBUTION_POINTS),
            Self::DistributionPointHostOther => {
                leaf.replace(template::distribution_point(&issuing_url(OTHER_HOST).1))?;
            }
            Self::UrlsOfTestHierarchy => {
                access_on(leaf, "ca1.cti-gov.dk")?;
                leaf.replace(template::distribution_point(&issuing_url("ca1.cti-gov.dk").1))?;
            }
            _ => self.apply_to_subject(leaf)?,
        }
        Ok(())
    }

    fn apply_to_subject(self, leaf: &mut Template) -> Result<(), PkiError> {
        let without = |leaf: &mut Template, oid: Oid| leaf.subject.retain(|rdn| rdn.iter().all(|a| a.oid != oid));
        match self {
            Self::CountrySweden => leaf.set_subject(COUNTRY, "SE"),
            Self::OrganisationIdentifierMalformed => leaf.set_subject(ORGANISATION_IDENTIFIER, "90000017"),
            Self::OrganisationIdentifierShort => leaf.set_subject(ORGANISATION_IDENTIFIER, "NTRDK-9000001"),
            Self::CvrOther => leaf.set_subject(ORGANISATION_IDENTIFIER, "NTRDK-90000025"),
            Self::SerialNumberNotUuid => leaf.set_subject(SERIAL_NUMBER, "UI:DK-O:G:4711"),
            Self::SerialNumberPrefix => {
                leaf.set_subject(SERIAL_NUMBER, "UI:DK-S:G:00000000-0000-4000-8000-000000000001")
            }
            Self::OrganisationEmpty => leaf.set_subject(ORGANISATION, ""),
            Self::CommonNameEmpty => leaf.set_subject(COMMON_NAME, ""),
            Self::OrganisationIdentifierMissing => {
                without(leaf, ORGANISATION_IDENTIFIER);
                Ok(())
            }
            Self::SerialNumberMissing => {
                without(leaf, SERIAL_NUMBER);
                Ok(())
            }
            Self::RdnOrder => {
                leaf.subject.swap(0, 1);
                Ok(())
            }
            Self::RdnMultiValued => {
                let mut moved = leaf.subject.remove(1);
                leaf.subject[0].append(&mut moved);
                Ok(())
            }
            Self::RdnExtra => {
                leaf.subject.insert(2, rdn(ORGANISATIONAL_UNIT, "It-afdelingen"));
                Ok(())
            }
            _ => Err(PkiError::NoSuchPart),
        }
    }
}

const fn pss(hash: Hash, mask: Hash, salt: u8) -> Signature {
    Signature::Pss { hash, mask, salt }
}

/// Moves the period of validity, keeping its length.
fn end_at(leaf: &mut Template, not_after: Timestamp) -> Result<(), PkiError> {
    let length = leaf.not_after.as_second() - leaf.not_before.as_second();
    leaf.not_before = plus(not_after, -length)?;
    leaf.not_after = not_after;
    Ok(())
}

fn certify(leaf: &mut Template, keys: &ExampleKeys, key: Key) -> Result<(), PkiError> {
    leaf.subject_key = key;
    leaf.replace(template::subject_key_identifier(&keys.identifier(key)?))
}

/// The keyUsage of a leaf is one octet of bits after the count of unused ones.
fn usage(leaf: &mut Template, change: impl Fn(u8) -> u8) -> Result<(), PkiError> {
    let bits = leaf.extension(KEY_USAGE)?.value.last().copied().unwrap_or(0);
    leaf.replace(template::key_usage(change(bits)))
}

fn oces_policy(leaf: &mut Template, policy: Oid) -> Result<(), PkiError> {
    leaf.replace(template::policies(&[NCP, policy]))
}

fn access_on(leaf: &mut Template, host: &str) -> Result<(), PkiError> {
    leaf.replace(template::information_access(Some(&issuing_url(host).0), Some(&ocsp_url(host))))
}
