//! Distinguished names: attribute types by OID, string types, and the order of the RDNs.

use x509_parser::x509::X509Name;

/// commonName.
pub const COMMON_NAME: &str = "2.5.4.3";
/// surname.
pub const SURNAME: &str = "2.5.4.4";
/// serialNumber.
pub const SERIAL_NUMBER: &str = "2.5.4.5";
/// countryName.
pub const COUNTRY: &str = "2.5.4.6";
/// organizationName.
pub const ORGANIZATION: &str = "2.5.4.10";
/// organizationalUnitName.
pub const ORGANIZATIONAL_UNIT: &str = "2.5.4.11";
/// givenName.
pub const GIVEN_NAME: &str = "2.5.4.42";
/// organizationIdentifier (X.520 6.4.4; ETSI EN 319 412-1 5.1.4). Not in the tables of most libraries.
pub const ORGANIZATION_IDENTIFIER: &str = "2.5.4.97";

/// Short names as certificate viewers print them.
const SHORT_NAMES: &[(&str, &str)] = &[
    (COMMON_NAME, "CN"),
    (SURNAME, "SN"),
    (SERIAL_NUMBER, "serialNumber"),
    (COUNTRY, "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "street"),
    (ORGANIZATION, "O"),
    (ORGANIZATIONAL_UNIT, "OU"),
    ("2.5.4.12", "title"),
    ("2.5.4.17", "postalCode"),
    (GIVEN_NAME, "GN"),
    ("2.5.4.46", "dnQualifier"),
    ("2.5.4.65", "pseudonym"),
    (ORGANIZATION_IDENTIFIER, "organizationIdentifier"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
];

/// The short name of an attribute type, or its dotted OID.
#[must_use]
pub fn short_name(oid: &str) -> &str {
    SHORT_NAMES.iter().find(|(known, _)| *known == oid).map_or(oid, |(_, name)| name)
}

/// One attribute of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Attribute type, dotted.
    pub oid: String,
    /// Name of the ASN.1 string type, such as `UTF8String`.
    pub string_type: &'static str,
    /// The value as text; characters that the string type cannot hold become U+FFFD.
    pub value: String,
}

/// A distinguished name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The DER bytes; names are compared by them, as every OCES3 certificate repeats its issuer's bytes.
    pub raw: Vec<u8>,
    /// The RDNs in order, each with its attributes.
    pub rdns: Vec<Vec<Attribute>>,
}

impl Name {
    /// Copies what x509-parser read.
    #[must_use]
    pub fn from_parsed(name: &X509Name<'_>) -> Self {
        let rdns = name
            .iter_rdn()
            .map(|rdn| {
                rdn.iter()
                    .map(|attribute| {
                        let value = attribute.attr_value();
                        let (string_type, value) = text(value.header.tag().0, value.data);
                        Attribute { oid: attribute.attr_type().to_id_string(), string_type, value }
                    })
                    .collect()
            })
            .collect();
        Self { raw: name.as_raw().to_vec(), rdns }
    }

    /// Every attribute, in order.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.rdns.iter().flatten()
    }

    /// Every value of one attribute type, in order.
    pub fn values<'a>(&'a self, oid: &'a str) -> impl Iterator<Item = &'a str> {
        self.attributes().filter(move |a| a.oid == oid).map(|a| a.value.as_str())
    }

    /// The value of an attribute that occurs exactly once; a second value would be read differently by different software.
    #[must_use]
    pub fn single(&self, oid: &str) -> Option<&str> {
        let mut values = self.attributes().filter(|a| a.oid == oid);
        match (values.next(), values.next()) {
            (Some(only), None) => Some(&only.value),
            _ => None,
        }
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (n, rdn) in self.rdns.iter().enumerate() {
            if n > 0 {
                f.write_str(", ")?;
            }
            for (m, attribute) in rdn.iter().enumerate() {
                if m > 0 {
                    f.write_str(" + ")?;
                }
                write!(f, "{}={}", short_name(&attribute.oid), attribute.value)?;
            }
        }
        Ok(())
    }
}

fn text(tag: u32, data: &[u8]) -> (&'static str, String) {
    let latin = || data.iter().map(|b| char::from(*b)).collect();
    match tag {
        12 => ("UTF8String", String::from_utf8_lossy(data).into_owned()),
        19 => ("PrintableString", String::from_utf8_lossy(data).into_owned()),
        20 => ("TeletexString", latin()),
        22 => ("IA5String", String::from_utf8_lossy(data).into_owned()),
        28 => {
            let units = data.chunks_exact(4).map(|c| u32::from_be_bytes([c[0], c[1], c[2], c[3]]));
            ("UniversalString", units.map(|u| char::from_u32(u).unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
        }
        30 => {
            let units: Vec<u16> = data.chunks_exact(2).map(|c| u16::from_be_bytes([c[0], c[1]])).collect();
            ("BMPString", String::from_utf16_lossy(&units))
        }
        _ => ("other", String::from_utf8_lossy(data).into_owned()),
    }
}
