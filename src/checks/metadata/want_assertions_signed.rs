//! See [`WantAssertionsSigned`].

use super::on_provider;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::metadata::is_true;
use crate::subject::MetadataSubject;

check! {
    /// The service provider says that it wants signed assertions.
    ///
    /// ## Why
    /// OIOSAML 3 protects identity by the signature on the assertion; a system that does not ask for it may receive an unsigned
    /// one from a misconfigured sender, and the attribute's default is false.
    ///
    /// ## What to do
    /// Write `WantAssertionsSigned="true"` on `SPSSODescriptor`, and refuse unsigned assertions.
    pub WantAssertionsSigned {
        id: "metadata.want-assertions-signed",
        family: Metadata,
        title: da "Metadata angiver, at assertions skal være signeret", en "Metadata says that assertions must be signed",
        rows: ["FKI-MD-12", "SP-MD-10"],
        basis: ReferenceImplementation,
        method: Inspected,
        sources: [("OIOSAML.Java 1ac36de", "SPMetadataService"), ("OIOSAML.Net ed086e2", "SP metadata")],
        remediation: da "Sæt WantAssertionsSigned=\"true\" på SPSSODescriptor.",
                     en "Set WantAssertionsSigned=\"true\" on SPSSODescriptor.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for WantAssertionsSigned {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_provider(subject, |provider| {
            let value = provider.want_assertions_signed.as_deref();
            Outcome::when(is_true(value), Reason::Different, "WantAssertionsSigned=\"true\"", value.unwrap_or("none"))
        })
    }
}
