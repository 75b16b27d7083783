//! See [`NoContextHandler1Host`].

use super::on_reading;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;

check! {
    /// A system that is registered with an NSIS level does not name the old Context Handler's host.
    ///
    /// ## Why
    /// NSIS levels exist on Context Handler 2 alone (host `n2adgangsstyring.`); the old host `adgangsstyring.` knows none.
    ///
    /// Only the metadata is searched; the system's own configuration is not seen here.
    ///
    /// ## What to do
    /// Replace the old host by `n2adgangsstyring.` of the same environment, or correct the declarations.
    pub NoContextHandler1Host {
        id: "metadata.no-context-handler-1-host",
        family: Metadata,
        title: da "Et system med NSIS-niveau henviser ikke til den gamle Context Handler", en "A system with an NSIS level does not refer to the old Context Handler",
        rows: ["FKI-MD-23"],
        basis: Inference,
        method: Inspected,
        sources: [("Safewhere/kombit 7cdcbfd", "metadata/eksterntest (old host) and MetadataValidationPostman (new host)")],
        remediation: da "Erstat den gamle vært med n2adgangsstyring i samme miljø.", en "Replace the old host by n2adgangsstyring in the same environment.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for NoContextHandler1Host {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_reading(subject, |reading| {
            const EXPECTED: &str = "no //adgangsstyring.";
            let old = |value: &&String| value.contains("//adgangsstyring.") || value.contains("//saml.adgangsstyring.");
            let Some(found) = reading.metadata.values.iter().find(old) else { return Outcome::pass(EXPECTED, "none") };
            let registered = &subject.registered;
            match (&registered.nsis_level, registered.oiosaml_profile.as_deref()) {
                (Some(_), _) | (None, Some("OIOSAML3")) => {
                    Outcome::fail(Reason::Contradiction, EXPECTED, found.as_str())
                }
                (None, Some(_)) => Outcome::not_applicable(EXPECTED, "no NSIS level declared"),
                (None, None) => Outcome::not_tested(Reason::NotDeclared, EXPECTED, found.as_str()),
            }
        })
    }
}
