//! Which roots a seal's certificate must lead to, and whether it does.

use super::SealError;
use crate::pki::certificate::Certificate;
use crate::pki::path::Path;
use crate::verdict::Environment;
use jiff::Timestamp;

/// The roots that are trusted.
#[derive(Clone, Debug)]
pub struct Trust {
    environment: Environment,
    roots: Vec<Vec<u8>>,
    production: bool,
}

impl Trust {
    /// The pinned production root of Den Danske Stat.
    #[must_use]
    pub const fn production() -> Self {
        Self { environment: Environment::Production, roots: Vec::new(), production: true }
    }

    /// The roots in a PEM or DER file that the user names (`--trust`).
    pub fn from_file(path: &std::path::Path) -> Result<Self, SealError> {
        let fault = |problem: String| SealError::File { file: path.to_owned(), problem };
        let bytes = super::key::read(path)?;
        let roots = crate::pki::input::read_certificates(&bytes, None).map_err(|error| fault(error.to_string()))?;
        if roots.is_empty() {
            return Err(fault("holds no certificate; give trusted roots as PEM or DER".to_owned()));
        }
        Ok(Self::from_der(roots.iter().map(Vec::as_slice)))
    }

    /// Roots given as DER.
    pub fn from_der<'a>(roots: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let roots = roots.into_iter().map(<[u8]>::to_vec).collect();
        Self { environment: Environment::Local, roots, production: false }
    }

    /// Takes these roots for those of production.
    #[cfg(test)]
    pub(super) fn taken_for_production(self) -> Self {
        Self { production: true, ..self }
    }

    /// Whether these are the pinned production roots of Den Danske Stat.
    #[must_use]
    pub const fn is_production(&self) -> bool {
        self.production
    }

    /// The best path from the first of `chain` over the others; `None` for an empty chain.
    pub(super) fn path(&self, chain: &[Certificate], at: Timestamp) -> Option<Path> {
        let leaf = chain.first()?;
        let supplied: Vec<&[u8]> = chain.iter().skip(1).map(|c| c.der.as_slice()).collect();
        let roots: Vec<&[u8]> = self.roots.iter().map(Vec::as_slice).collect();
        Some(Path::build(leaf, &supplied, &roots, self.environment, at))
    }

    /// Whether a valid path, RSASSA-PSS links included, leads from the first of `chain` over the others to one of the roots
    /// at an instant, the first one's own validity included. A certificate that vouches for itself has no path.
    #[must_use]
    pub fn is_reached(&self, chain: &[Certificate], at: Timestamp) -> bool {
        self.path(chain, at).is_some_and(|path| {
            path.is_trusted(self.environment)
                && path.certificates.first().is_some_and(|leaf| leaf.not_before <= at && at <= leaf.not_after)
        })
    }
}
