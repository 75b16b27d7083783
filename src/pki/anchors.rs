//! The CA certificates of Den Danske Stat that ship with the program, and which of them are trusted where.
//!
//! Production CA and test CA have the same CN, so a name never decides: each certificate is pinned by its SHA-256.

use super::certificate::Certificate;
use super::name::{self, Name};
use crate::verdict::Environment;
use std::sync::LazyLock;

/// Which of the two OCES3 hierarchies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hierarchy {
    /// "Den Danske Stat OCES rod-CA".
    Production,
    /// The same name with OU "Test - cti".
    Test,
}

impl Hierarchy {
    /// The hierarchy whose certificates an environment demands; none in `local`, where the target's own anchors count.
    ///
    /// FKI demands production certificates in external test too; NemLog-in demands test certificates in its
    /// integration test.
    #[must_use]
    pub const fn of_environment(environment: Environment) -> Option<Self> {
        match environment {
            Environment::Production | Environment::ExternalTest => Some(Self::Production),
            Environment::NemloginTest => Some(Self::Test),
            Environment::Local => None,
        }
    }

    /// Host of the hierarchy's certificates, CRLs and OCSP responder.
    #[must_use]
    pub const fn host(self) -> &'static str {
        match self {
            Self::Production => "ca1.gov.dk",
            Self::Test => "ca1.cti-gov.dk",
        }
    }

    /// The hierarchy's name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Production => "OCES3 production",
            Self::Test => "OCES3 test",
        }
    }

    /// Whether this is what an issuing CA of the hierarchy is called: the known one, or a later one. A name proves nothing; it
    /// tells only whose certificate is missing.
    #[must_use]
    pub fn may_name_issuing_authority(self, name: &Name) -> bool {
        let units: Vec<&str> = name.values(name::ORGANIZATIONAL_UNIT).collect();
        is_issuing_authority_name(name)
            && units == self.unit().into_iter().collect::<Vec<_>>()
            && name.attributes().count() == 3 + units.len()
    }

    /// organizationalUnitName of the hierarchy's CAs.
    #[must_use]
    pub const fn unit(self) -> Option<&'static str> {
        match self {
            Self::Production => None,
            Self::Test => Some(TEST_UNIT),
        }
    }
}

/// Whether CN, O and C have the form of an OCES3 issuing CA's, in whichever hierarchy.
#[must_use]
pub fn is_issuing_authority_name(name: &Name) -> bool {
    let numbered = name.single(name::COMMON_NAME).and_then(|cn| cn.strip_prefix("Den Danske Stat OCES udstedende-CA "));
    numbered.is_some_and(|n| !n.is_empty() && !n.starts_with('0') && n.bytes().all(|b| b.is_ascii_digit()))
        && name.single(name::ORGANIZATION) == Some("Den Danske Stat")
        && name.single(name::COUNTRY) == Some("DK")
}

/// organizationalUnitName of the test CAs.
pub const TEST_UNIT: &str = "Test - cti";

/// Hosts that OCES3 certificates name; a capture may ask them about revocation.
pub const OCES_HOSTS: [&str; 2] = [Hierarchy::Production.host(), Hierarchy::Test.host()];

/// What a shipped certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnchorUse {
    /// Trusted where its hierarchy is.
    Root,
    /// A helper for path building; trusted through its root alone.
    Issuing,
}

/// A CA certificate that ships with the program.
#[derive(Debug)]
pub struct ShippedAnchor {
    /// Short name for reports, such as `production-root`.
    pub name: &'static str,
    /// The hierarchy it belongs to.
    pub hierarchy: Hierarchy,
    /// What it is for.
    pub purpose: AnchorUse,
    /// Pinned SHA-256 of the DER bytes, lower-case hex.
    pub sha256: &'static str,
    /// The DER bytes.
    pub der: &'static [u8],
}

/// Every shipped CA certificate, for path building and for the report.
pub static SHIPPED: [ShippedAnchor; 4] = [
    ShippedAnchor {
        name: "production-root",
        hierarchy: Hierarchy::Production,
        purpose: AnchorUse::Root,
        sha256: "06fcb2cba39d4486e5308ad86980bcd7acd3b73b3bb126c75f6c4b4da04c9c09",
        der: include_bytes!("anchors/production-root.der"),
    },
    ShippedAnchor {
        name: "production-issuing-1",
        hierarchy: Hierarchy::Production,
        purpose: AnchorUse::Issuing,
        sha256: "5b5662aa0112b984033a33afd3a95a49a79c7aee9c249428dd82bfd4c02d67b8",
        der: include_bytes!("anchors/production-issuing-1.der"),
    },
    ShippedAnchor {
        name: "test-root",
        hierarchy: Hierarchy::Test,
        purpose: AnchorUse::Root,
        sha256: "d1bcec41d7acae932b7dfe66a8b7341ca75952c8664fccef4c4ae2150f95c5ec",
        der: include_bytes!("anchors/test-root.der"),
    },
    ShippedAnchor {
        name: "test-issuing-1",
        hierarchy: Hierarchy::Test,
        purpose: AnchorUse::Issuing,
        sha256: "57c785236ad7c9c986b94d49abdafd1b955c5509338fa43a7ce0d66088c8af9b",
        der: include_bytes!("anchors/test-issuing-1.der"),
    },
];

/// The shipped certificates, read. One whose bytes do not have the pinned digest is left out, so it is never trusted.
pub(super) fn certificates() -> &'static [Certificate] {
    static READ: LazyLock<Vec<Certificate>> = LazyLock::new(|| {
        let read = SHIPPED.iter().filter_map(|a| Certificate::read(a.der).ok().filter(|c| c.sha256 == a.sha256));
        read.collect()
    });
    &READ
}

/// The hierarchy whose pinned root this is.
#[must_use]
pub fn root_hierarchy(sha256: &str) -> Option<Hierarchy> {
    SHIPPED.iter().find(|a| a.purpose == AnchorUse::Root && a.sha256 == sha256).map(|a| a.hierarchy)
}

/// The roots that an environment trusts: name and SHA-256. `local` trusts none of them, only what the target adds.
pub fn trusted_roots(environment: Environment) -> impl Iterator<Item = &'static ShippedAnchor> {
    let hierarchy = Hierarchy::of_environment(environment);
    SHIPPED.iter().filter(move |a| a.purpose == AnchorUse::Root && Some(a.hierarchy) == hierarchy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::sha256_hex;

    #[test]
    fn every_shipped_certificate_has_its_pinned_digest() {
        for anchor in &SHIPPED {
            assert_eq!(sha256_hex(anchor.der), anchor.sha256, "{}", anchor.name);
        }
        assert_eq!(certificates().len(), SHIPPED.len());
    }

    #[test]
    fn each_environment_trusts_its_own_root_alone() {
        let names = |environment| trusted_roots(environment).map(|a| a.name).collect::<Vec<_>>();
        assert_eq!(names(Environment::Production), ["production-root"]);
        assert_eq!(names(Environment::ExternalTest), ["production-root"]);
        assert_eq!(names(Environment::NemloginTest), ["test-root"]);
        assert!(names(Environment::Local).is_empty());
    }
}
