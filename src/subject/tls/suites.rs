//! The cipher suites that the probe offers, by IANA name, and what each is worth.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A set of suites offered in one hello. All but `Broad` and `Tls13` hold suites of one weakness alone, so that a
/// ServerHello proves that the endpoint accepts that weakness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SuiteGroup {
    /// Everything the probe knows for SSL 3.0 to TLS 1.2.
    Broad,
    /// The suites of TLS 1.3.
    Tls13,
    /// Integrity without encryption.
    Null,
    /// Export-grade keys of 40 or 56 bits.
    Export,
    /// No authentication of the server.
    Anonymous,
    /// RC4 (RFC 7465 forbids it).
    Rc4,
    /// Single DES.
    Des,
    /// Triple DES (64-bit blocks, Sweet32).
    TripleDes,
    /// AES or Camellia in CBC mode with HMAC-SHA-1, with forward secrecy.
    CbcSha1,
    /// RSA key transport: no forward secrecy.
    StaticRsa,
    /// Ephemeral Diffie-Hellman over finite fields, to see the size of the group.
    FiniteField,
}

impl SuiteGroup {
    /// The groups of the cipher inventory, in the order they are offered.
    pub const INVENTORY: [Self; 9] = [
        Self::Null,
        Self::Export,
        Self::Anonymous,
        Self::Rc4,
        Self::Des,
        Self::TripleDes,
        Self::CbcSha1,
        Self::StaticRsa,
        Self::FiniteField,
    ];

    /// Name for values in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Broad => "broad",
            Self::Tls13 => "TLS 1.3",
            Self::Null => "NULL",
            Self::Export => "EXPORT",
            Self::Anonymous => "anon",
            Self::Rc4 => "RC4",
            Self::Des => "DES",
            Self::TripleDes => "3DES",
            Self::CbcSha1 => "CBC-SHA1",
            Self::StaticRsa => "static RSA",
            Self::FiniteField => "DHE",
        }
    }

    /// The suites of the group, strongest first.
    pub fn suites(self) -> impl Iterator<Item = &'static Suite> {
        SUITES.iter().filter(move |s| s.belongs_to(self))
    }

    /// Whether the group holds the suite with this code.
    #[must_use]
    pub fn holds(self, code: u16) -> bool {
        self.suites().any(|s| s.code == code)
    }
}

/// How the keys of a suite come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyAgreement {
    /// Decided by extensions (TLS 1.3), always ephemeral.
    Tls13,
    /// Ephemeral elliptic-curve Diffie-Hellman.
    Ecdhe,
    /// Ephemeral finite-field Diffie-Hellman.
    Dhe,
    /// RSA key transport.
    Rsa,
}

/// One cipher suite.
#[derive(Clone, Copy, Debug)]
pub struct Suite {
    /// Code on the wire.
    pub code: u16,
    /// IANA name without its `TLS_` prefix.
    pub name: &'static str,
    /// Where its keys come from.
    pub keys: KeyAgreement,
    /// What is wrong with it; `Broad` when nothing.
    weakness: SuiteGroup,
}

impl Suite {
    fn belongs_to(&self, group: SuiteGroup) -> bool {
        let before_13 = self.keys != KeyAgreement::Tls13;
        let sound = matches!(self.weakness, SuiteGroup::Broad | SuiteGroup::CbcSha1);
        match group {
            SuiteGroup::Broad => before_13,
            SuiteGroup::Tls13 => !before_13,
            SuiteGroup::StaticRsa => self.keys == KeyAgreement::Rsa && sound,
            SuiteGroup::FiniteField => self.keys == KeyAgreement::Dhe && sound,
            SuiteGroup::CbcSha1 => self.weakness == group && self.keys != KeyAgreement::Rsa,
            _ => self.weakness == group,
        }
    }
}

/// The suite with this code, when the probe knows it.
#[must_use]
pub fn by_code(code: u16) -> Option<&'static Suite> {
    SUITES.iter().find(|s| s.code == code)
}

/// The name of the suite with this code, or its hexadecimal code.
#[must_use]
pub fn name_of(code: u16) -> String {
    by_code(code).map_or_else(|| format!("0x{code:04X}"), |s| s.name.to_owned())
}

const fn suite(code: u16, name: &'static str, keys: KeyAgreement, weakness: SuiteGroup) -> Suite {
    Suite { code, name, keys, weakness }
}

use KeyAgreement::{Dhe, Ecdhe, Rsa, Tls13};
use SuiteGroup::{Anonymous, Broad, CbcSha1, Des, Export, Null, Rc4, TripleDes};

/// IANA TLS Cipher Suites registry, the part that servers are known to offer; strongest first.
static SUITES: &[Suite] = &[
    suite(0x1301, "AES_128_GCM_SHA256", Tls13, Broad),
    suite(0x1302, "AES_256_GCM_SHA384", Tls13, Broad),
    suite(0x1303, "CHACHA20_POLY1305_SHA256", Tls13, Broad),
    suite(0x1304, "AES_128_CCM_SHA256", Tls13, Broad),
    suite(0xC02B, "ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", Ecdhe, Broad),
    suite(0xC02C, "ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", Ecdhe, Broad),
    suite(0xC02F, "ECDHE_RSA_WITH_AES_128_GCM_SHA256", Ecdhe, Broad),
    suite(0xC030, "ECDHE_RSA_WITH_AES_256_GCM_SHA384", Ecdhe, Broad),
    suite(0xCCA9, "ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", Ecdhe, Broad),
    suite(0xCCA8, "ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", Ecdhe, Broad),
    suite(0xC0AC, "ECDHE_ECDSA_WITH_AES_128_CCM", Ecdhe, Broad),
    suite(0xC0AD, "ECDHE_ECDSA_WITH_AES_256_CCM", Ecdhe, Broad),
    suite(0x009E, "DHE_RSA_WITH_AES_128_GCM_SHA256", Dhe, Broad),
    suite(0x009F, "DHE_RSA_WITH_AES_256_GCM_SHA384", Dhe, Broad),
    suite(0xCCAA, "DHE_RSA_WITH_CHACHA20_POLY1305_SHA256", Dhe, Broad),
    suite(0xC023, "ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", Ecdhe, Broad),
    suite(0xC024, "ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", Ecdhe, Broad),
    suite(0xC027, "ECDHE_RSA_WITH_AES_128_CBC_SHA256", Ecdhe, Broad),
    suite(0xC028, "ECDHE_RSA_WITH_AES_256_CBC_SHA384", Ecdhe, Broad),
    suite(0x0067, "DHE_RSA_WITH_AES_128_CBC_SHA256", Dhe, Broad),
    suite(0x006B, "DHE_RSA_WITH_AES_256_CBC_SHA256", Dhe, Broad),
    suite(0xC009, "ECDHE_ECDSA_WITH_AES_128_CBC_SHA", Ecdhe, CbcSha1),
    suite(0xC00A, "ECDHE_ECDSA_WITH_AES_256_CBC_SHA", Ecdhe, CbcSha1),
    suite(0xC013, "ECDHE_RSA_WITH_AES_128_CBC_SHA", Ecdhe, CbcSha1),
    suite(0xC014, "ECDHE_RSA_WITH_AES_256_CBC_SHA", Ecdhe, CbcSha1),
    suite(0x0033, "DHE_RSA_WITH_AES_128_CBC_SHA", Dhe, CbcSha1),
    suite(0x0039, "DHE_RSA_WITH_AES_256_CBC_SHA", Dhe, CbcSha1),
    suite(0x0032, "DHE_DSS_WITH_AES_128_CBC_SHA", Dhe, CbcSha1),
    suite(0x0038, "DHE_DSS_WITH_AES_256_CBC_SHA", Dhe, CbcSha1),
    suite(0x0045, "DHE_RSA_WITH_CAMELLIA_128_CBC_SHA", Dhe, CbcSha1),
    suite(0x0088, "DHE_RSA_WITH_CAMELLIA_256_CBC_SHA", Dhe, CbcSha1),
    suite(0x009C, "RSA_WITH_AES_128_GCM_SHA256", Rsa, Broad),
    suite(0x009D, "RSA_WITH_AES_256_GCM_SHA384", Rsa, Broad),
    suite(0xC09C, "RSA_WITH_AES_128_CCM", Rsa, Broad),
    suite(0xC09D, "RSA_WITH_AES_256_CCM", Rsa, Broad),
    suite(0x003C, "RSA_WITH_AES_128_CBC_SHA256", Rsa, Broad),
    suite(0x003D, "RSA_WITH_AES_256_CBC_SHA256", Rsa, Broad),
    suite(0x002F, "RSA_WITH_AES_128_CBC_SHA", Rsa, CbcSha1),
    suite(0x0035, "RSA_WITH_AES_256_CBC_SHA", Rsa, CbcSha1),
    suite(0x0041, "RSA_WITH_CAMELLIA_128_CBC_SHA", Rsa, CbcSha1),
    suite(0x0084, "RSA_WITH_CAMELLIA_256_CBC_SHA", Rsa, CbcSha1),
    suite(0x000A, "RSA_WITH_3DES_EDE_CBC_SHA", Rsa, TripleDes),
    suite(0x0013, "DHE_DSS_WITH_3DES_EDE_CBC_SHA", Dhe, TripleDes),
    suite(0x0016, "DHE_RSA_WITH_3DES_EDE_CBC_SHA", Dhe, TripleDes),
    suite(0xC008, "ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA", Ecdhe, TripleDes),
    suite(0xC012, "ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", Ecdhe, TripleDes),
    suite(0x0005, "RSA_WITH_RC4_128_SHA", Rsa, Rc4),
    suite(0x0004, "RSA_WITH_RC4_128_MD5", Rsa, Rc4),
    suite(0xC007, "ECDHE_ECDSA_WITH_RC4_128_SHA", Ecdhe, Rc4),
    suite(0xC011, "ECDHE_RSA_WITH_RC4_128_SHA", Ecdhe, Rc4),
    suite(0x0009, "RSA_WITH_DES_CBC_SHA", Rsa, Des),
    suite(0x0012, "DHE_DSS_WITH_DES_CBC_SHA", Dhe, Des),
    suite(0x0015, "DHE_RSA_WITH_DES_CBC_SHA", Dhe, Des),
    suite(0x0003, "RSA_EXPORT_WITH_RC4_40_MD5", Rsa, Export),
    suite(0x0006, "RSA_EXPORT_WITH_RC2_CBC_40_MD5", Rsa, Export),
    suite(0x0008, "RSA_EXPORT_WITH_DES40_CBC_SHA", Rsa, Export),
    suite(0x0011, "DHE_DSS_EXPORT_WITH_DES40_CBC_SHA", Dhe, Export),
    suite(0x0014, "DHE_RSA_EXPORT_WITH_DES40_CBC_SHA", Dhe, Export),
    suite(0x0017, "DH_anon_EXPORT_WITH_RC4_40_MD5", Dhe, Export),
    suite(0x0019, "DH_anon_EXPORT_WITH_DES40_CBC_SHA", Dhe, Export),
    suite(0x0062, "RSA_EXPORT1024_WITH_DES_CBC_SHA", Rsa, Export),
    suite(0x0064, "RSA_EXPORT1024_WITH_RC4_56_SHA", Rsa, Export),
    suite(0x0018, "DH_anon_WITH_RC4_128_MD5", Dhe, Anonymous),
    suite(0x001A, "DH_anon_WITH_DES_CBC_SHA", Dhe, Anonymous),
    suite(0x001B, "DH_anon_WITH_3DES_EDE_CBC_SHA", Dhe, Anonymous),
    suite(0x0034, "DH_anon_WITH_AES_128_CBC_SHA", Dhe, Anonymous),
    suite(0x003A, "DH_anon_WITH_AES_256_CBC_SHA", Dhe, Anonymous),
    suite(0x006C, "DH_anon_WITH_AES_128_CBC_SHA256", Dhe, Anonymous),
    suite(0x006D, "DH_anon_WITH_AES_256_CBC_SHA256", Dhe, Anonymous),
    suite(0x00A6, "DH_anon_WITH_AES_128_GCM_SHA256", Dhe, Anonymous),
    suite(0x00A7, "DH_anon_WITH_AES_256_GCM_SHA384", Dhe, Anonymous),
    suite(0xC016, "ECDH_anon_WITH_RC4_128_SHA", Ecdhe, Anonymous),
    suite(0xC017, "ECDH_anon_WITH_3DES_EDE_CBC_SHA", Ecdhe, Anonymous),
    suite(0xC018, "ECDH_anon_WITH_AES_128_CBC_SHA", Ecdhe, Anonymous),
    suite(0xC019, "ECDH_anon_WITH_AES_256_CBC_SHA", Ecdhe, Anonymous),
    suite(0x0001, "RSA_WITH_NULL_MD5", Rsa, Null),
    suite(0x0002, "RSA_WITH_NULL_SHA", Rsa, Null),
    suite(0x003B, "RSA_WITH_NULL_SHA256", Rsa, Null),
    suite(0xC006, "ECDHE_ECDSA_WITH_NULL_SHA", Ecdhe, Null),
    suite(0xC010, "ECDHE_RSA_WITH_NULL_SHA", Ecdhe, Null),
    suite(0xC015, "ECDH_anon_WITH_NULL_SHA", Ecdhe, Null),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_every_group_has_suites() {
        let mut codes: Vec<_> = SUITES.iter().map(|s| s.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), SUITES.len());
        for group in SuiteGroup::INVENTORY {
            assert!(group.suites().count() > 0, "{group:?}");
        }
        assert!(!SuiteGroup::Broad.holds(0x1301) && SuiteGroup::Tls13.holds(0x1301));
    }
}
