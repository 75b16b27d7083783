//! See [`Size`].

use super::on_reading;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;

check! {
    /// The metadata file stays within the size that the receiving side takes.
    ///
    /// ## Why
    /// The official validation service refuses a file above its limit. Its limit is not published; one megabyte is far more
    /// than one system's metadata needs.
    ///
    /// ## What to do
    /// Deliver the metadata of one system only, with its own certificates and without embedded logos or documents.
    pub Size {
        id: "metadata.size",
        family: Metadata,
        title: da "Metadatafilen holder sig inden for størrelsesgrænsen", en "The metadata file stays within the size limit",
        rows: ["SP-MD-01"],
        basis: Norm,
        method: Inspected,
        sources: [("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "POST /Validation/BrugervendteSystemSamlMetadata, 400: metadata size exceeds limit")],
        remediation: da "Aflevér kun metadata for ét system, uden indlejrede logoer og dokumenter.",
                     en "Deliver the metadata of one system only, without embedded logos and documents.",
        parameters: [("max_bytes", Integer(1_048_576), "Largest size, bytes")],
    }
}

impl Check<MetadataSubject> for Size {
    fn judge(&self, subject: &MetadataSubject, parameters: &Parameters) -> Outcome {
        on_reading(subject, |_| {
            let limit = parameters.integer("max_bytes");
            let size = subject.document.data().len();
            let holds = i64::try_from(size).is_ok_and(|size| size <= limit);
            Outcome::when(holds, Reason::TooLarge, format!("<= {limit} bytes"), format!("{size} bytes"))
        })
    }
}
