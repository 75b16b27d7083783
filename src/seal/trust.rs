//! Which roots a seal's certificate must lead to, and whether it does.

use super::SealError;
use jiff::Timestamp;
use openssl::stack::Stack;
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::verify::X509VerifyParam;
use openssl::x509::{X509, X509StoreContext};
use std::path::Path;

/// Most anchors and helpers that are looked at.
const MAX_CERTIFICATES: usize = 64;

/// The roots that are trusted.
#[derive(Clone, Debug)]
pub struct Trust {
    roots: Vec<X509>,
    helpers: Vec<X509>,
    production: bool,
}

impl Trust {
    /// The roots in a PEM or DER file that the user names (`--trust`).
    pub fn from_file(path: &Path) -> Result<Self, SealError> {
        let fault = |problem: String| SealError::File { file: path.to_owned(), problem };
        let bytes = crate::document::read_bounded(path, crate::document::LIMIT)
            .map_err(|e| SealError::Malformed(e.to_string()))?;
        let roots = certificates(&bytes);
        if roots.is_empty() {
            return Err(fault("holds no certificate; give trusted roots as PEM or DER".to_owned()));
        }
        Ok(Self { roots, helpers: Vec::new(), production: false })
    }

    /// Roots given as DER.
    pub fn from_der<'a>(roots: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let roots = roots.into_iter().filter_map(|der| X509::from_der(der).ok()).collect();
        Self { roots, helpers: Vec::new(), production: false }
    }

    /// Takes these roots for those of production.
    #[cfg(test)]
    pub(super) fn as_production(mut self) -> Self {
        self.production = true;
        self
    }

    /// Whether these are the pinned production roots of Den Danske Stat.
    #[must_use]
    pub const fn is_production(&self) -> bool {
        self.production
    }

    /// Whether a valid path leads from the first of `chain` over the others to one of the roots at an instant. RFC 5280
    /// path validation by OpenSSL, RSASSA-PSS links included. A certificate that vouches for itself has no path.
    #[must_use]
    pub fn is_reached(&self, chain: &[X509], at: Timestamp) -> bool {
        self.path(chain, at).is_some_and(|path| path.len() > 1)
    }

    /// The path, leaf first, root last.
    pub(super) fn path(&self, chain: &[X509], at: Timestamp) -> Option<Vec<X509>> {
        let leaf = chain.first()?;
        let find = || -> Result<Option<Vec<X509>>, openssl::error::ErrorStack> {
            let mut store = X509StoreBuilder::new()?;
            let mut parameters = X509VerifyParam::new()?;
            parameters.set_time(at.as_second());
            store.set_param(&parameters)?;
            for root in self.roots.iter().take(MAX_CERTIFICATES) {
                store.add_cert(root.clone())?;
            }
            let mut helpers = Stack::new()?;
            for helper in chain.iter().skip(1).chain(&self.helpers).take(MAX_CERTIFICATES) {
                helpers.push(helper.clone())?;
            }
            let store = store.build();
            let mut context = X509StoreContext::new()?;
            context
                .init(&store, leaf, &helpers, |context| {
                    Ok(context
                        .verify_cert()?
                        .then(|| context.chain().map(|c| c.iter().map(ToOwned::to_owned).collect())))
                })
                .map(Option::flatten)
        };
        // What the library cannot process is not shown to lead anywhere.
        find().ok().flatten()
    }
}

/// Certificates in PEM, or one in DER.
pub(super) fn certificates(bytes: &[u8]) -> Vec<X509> {
    match X509::stack_from_pem(bytes) {
        Ok(found) if !found.is_empty() => found.into_iter().take(MAX_CERTIFICATES).collect(),
        _ => X509::from_der(bytes).into_iter().collect(),
    }
}
