//! Certification paths: from a leaf through supplied and shipped CA certificates to a pinned root (RFC 5280 6.1).
//!
//! Policies are not processed: no OCES3 CA certificate has a certificatePolicies extension, so explicit-policy processing
//! would refuse every certificate. A check compares the leaf's own policy OIDs instead.

use super::anchors::{self, Hierarchy};
use super::certificate::{Certificate, Usage, extension};
use crate::verdict::Environment;
use jiff::Timestamp;

/// Longest path: OCES3 has 3 certificates.
const MAX_LENGTH: usize = 6;
/// Most supplied certificates that are looked at.
const MAX_SUPPLIED: usize = 32;
/// Most signatures that are verified while looking for one path.
const MAX_SIGNATURES: usize = 64;

/// The root that a path ends at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// A pinned root of Den Danske Stat.
    Pinned(Hierarchy),
    /// An anchor that the target adds.
    Added,
}

impl std::fmt::Display for Anchor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Pinned(hierarchy) => write!(f, "{} root", hierarchy.name()),
            Self::Added => f.write_str("added anchor"),
        }
    }
}

/// Why a path whose signatures verify is still not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaFault {
    /// basicConstraints does not make it a CA.
    NotACa,
    /// keyUsage lacks keyCertSign.
    NoCertSign,
    /// More CAs below it than pathLenConstraint allows.
    PathTooLong,
    /// Not valid at the instant.
    NotValidNow,
    /// A critical extension that is not understood.
    CriticalExtension,
}

impl std::fmt::Display for CaFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotACa => "basicConstraints not CA:TRUE",
            Self::NoCertSign => "keyUsage without keyCertSign",
            Self::PathTooLong => "pathLenConstraint exceeded",
            Self::NotValidNow => "CA certificate not valid at the instant",
            Self::CriticalExtension => "unknown critical extension",
        })
    }
}

/// The best path that was found.
#[derive(Clone, Debug)]
pub struct Path {
    /// Leaf first.
    pub certificates: Vec<Certificate>,
    /// For each certificate whether the next one's key signed it; for a self-issued last one whether its own key did. One
    /// entry less than `certificates` when the last one's issuer is not at hand.
    pub signatures: Vec<bool>,
    /// The root it ends at, if that is a known one.
    pub anchor: Option<Anchor>,
    /// The first fault of a CA certificate in it.
    pub ca_fault: Option<CaFault>,
}

impl Path {
    /// Looks for a path from `leaf`. Prefers one that `environment` trusts, then a sound one to a known root, then one whose
    /// signatures verify, then the longest. `local_anchors` count in environment `local` alone.
    #[must_use]
    pub fn build(
        leaf: &Certificate,
        supplied: &[&[u8]],
        local_anchors: &[&[u8]],
        environment: Environment,
        at: Timestamp,
    ) -> Self {
        let read = |all: &[&[u8]]| -> Vec<Certificate> {
            all.iter().take(MAX_SUPPLIED).filter_map(|der| Certificate::read(der).ok()).collect()
        };
        let supplied = read(supplied);
        let added = if environment == Environment::Local { read(local_anchors) } else { Vec::new() };
        let pool: Vec<&Certificate> = added.iter().chain(anchors::certificates()).chain(&supplied).collect();
        let mut search = Search { pool, added: &added, environment, at, signatures_left: MAX_SIGNATURES, best: None };
        search.extend(&mut vec![leaf], &mut Vec::new());
        search.best.map_or_else(
            || Self { certificates: vec![leaf.clone()], signatures: Vec::new(), anchor: None, ca_fault: None },
            |(_, path)| path,
        )
    }

    /// Whether it is a valid path to a root that `environment` trusts.
    #[must_use]
    pub fn is_trusted(&self, environment: Environment) -> bool {
        let rooted = match (self.anchor, Hierarchy::of_environment(environment)) {
            (Some(Anchor::Pinned(hierarchy)), Some(wanted)) => hierarchy == wanted,
            (Some(Anchor::Added), None) => true,
            _ => false,
        };
        rooted && self.is_sound() && self.certificates.len() > 1
    }

    /// Whether every signature verifies up to a self-issued root and no CA certificate in it is at fault.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.is_complete() && self.signatures.iter().all(|valid| *valid) && self.ca_fault.is_none()
    }

    /// Whether it goes up to a self-issued certificate.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.signatures.len() == self.certificates.len()
    }

    /// The pinned hierarchy that the certificate provably belongs to.
    #[must_use]
    pub fn hierarchy(&self) -> Option<Hierarchy> {
        match self.anchor {
            Some(Anchor::Pinned(hierarchy)) if self.signatures.iter().all(|valid| *valid) => Some(hierarchy),
            _ => None,
        }
    }

    /// Whether no certificate with the name of the leaf's issuer is at hand, and that name is what an issuing CA of the
    /// hierarchy may be called. Den Danske Stat replaces its issuing CAs in time, and a new one is no fault of the vendor's.
    #[must_use]
    pub fn lacks_issuing_authority_of(&self, hierarchy: Hierarchy) -> bool {
        matches!(self.certificates.as_slice(), [leaf] if hierarchy.may_name_issuing_authority(&leaf.issuer))
            && !self.is_complete()
    }

    /// The certificate of the CA that issued the leaf: the next one, or the leaf itself when it is self-issued.
    #[must_use]
    pub fn issuer(&self) -> Option<&Certificate> {
        match self.certificates.as_slice() {
            [leaf] if leaf.is_self_issued() => Some(leaf),
            [_, issuer, ..] => Some(issuer),
            _ => None,
        }
    }

    /// Every CA certificate above the leaf.
    #[must_use]
    pub fn authorities(&self) -> &[Certificate] {
        self.certificates.get(1..).unwrap_or_default()
    }
}

/// Rank of a path, best highest: trusted, sound to a known root, all signatures valid, known root, length.
type Rank = (bool, bool, bool, bool, usize);

struct Search<'a> {
    pool: Vec<&'a Certificate>,
    added: &'a [Certificate],
    environment: Environment,
    at: Timestamp,
    signatures_left: usize,
    best: Option<(Rank, Path)>,
}

impl<'a> Search<'a> {
    fn extend(&mut self, chain: &mut Vec<&'a Certificate>, signatures: &mut Vec<bool>)
    where
        Self: 'a,
    {
        let Some(&top) = chain.last() else { return };
        if top.is_self_issued() {
            if self.signatures_left == 0 {
                return;
            }
            self.signatures_left -= 1;
            signatures.push(top.is_signed_by(top));
            self.consider(chain, signatures);
            signatures.pop();
            return;
        }
        let issuers: Vec<&'a Certificate> = self
            .pool
            .iter()
            .copied()
            .filter(|c| c.subject.raw == top.issuer.raw && !chain.iter().any(|used| used.sha256 == c.sha256))
            .collect();
        let mut extended = false;
        for issuer in issuers {
            if self.signatures_left == 0 || chain.len() == MAX_LENGTH || self.found_trusted() {
                break;
            }
            self.signatures_left -= 1;
            extended = true;
            signatures.push(top.is_signed_by(issuer));
            chain.push(issuer);
            self.extend(chain, signatures);
            chain.pop();
            signatures.pop();
        }
        if !extended {
            self.consider(chain, signatures);
        }
    }

    fn found_trusted(&self) -> bool {
        self.best.as_ref().is_some_and(|((trusted, ..), _)| *trusted)
    }

    fn consider(&mut self, chain: &[&Certificate], signatures: &[bool]) {
        let anchor = chain.last().and_then(|top| {
            if self.added.iter().any(|a| a.sha256 == top.sha256) {
                Some(Anchor::Added)
            } else {
                anchors::root_hierarchy(&top.sha256).map(Anchor::Pinned)
            }
        });
        let path = Path {
            certificates: chain.iter().map(|c| (*c).clone()).collect(),
            signatures: signatures.to_vec(),
            anchor,
            ca_fault: chain.iter().enumerate().skip(1).find_map(|(n, ca)| ca_fault(ca, n - 1, self.at)),
        };
        let rank: Rank = (
            path.is_trusted(self.environment),
            anchor.is_some() && path.is_sound(),
            signatures.iter().all(|valid| *valid),
            anchor.is_some(),
            chain.len(),
        );
        if self.best.as_ref().is_none_or(|(known, _)| rank > *known) {
            self.best = Some((rank, path));
        }
    }
}

/// RFC 5280 6.1.4 (k) to (o), for a CA with `below` CAs between it and the leaf.
fn ca_fault(ca: &Certificate, below: usize, at: Timestamp) -> Option<CaFault> {
    let constraints = ca.basic_constraints;
    if ca.extension(extension::BASIC_CONSTRAINTS).is_none() || !constraints.is_some_and(|b| b.ca) {
        return Some(CaFault::NotACa);
    }
    if ca.key_usage.is_some() && !ca.has_usage(Usage::KeyCertSign) {
        return Some(CaFault::NoCertSign);
    }
    let limit = constraints.and_then(|b| b.path_length);
    if limit.is_some_and(|limit| usize::try_from(limit).is_ok_and(|limit| below > limit)) {
        return Some(CaFault::PathTooLong);
    }
    if at < ca.not_before || at > ca.not_after {
        return Some(CaFault::NotValidNow);
    }
    let unknown = |e: &super::certificate::Extension| {
        e.critical && !(e.readable && extension::UNDERSTOOD.contains(&e.oid.as_str()))
    };
    ca.extensions.iter().any(unknown).then_some(CaFault::CriticalExtension)
}
