//! See [`DataMinimisation`].

use super::{on_provider, requested};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::attributes;
use crate::subject::MetadataSubject;
use std::collections::BTreeSet;

check! {
    /// The system requests personal attributes only where its declared purpose needs them, and none at all when it is
    /// registered without personal data.
    ///
    /// ## Why
    /// Personal data must be limited to what is necessary for the purpose. KOMBIT has an attribute profile without personal data
    /// for systems that need none.
    ///
    /// ## What to do
    /// Remove the attributes that the system does not need, or declare them with their purpose (`personal-attributes`).
    pub DataMinimisation {
        id: "metadata.data-minimisation",
        family: Metadata,
        title: da "Kun nødvendige personoplysninger efterspørges", en "Only necessary personal data is requested",
        rows: ["FKI-MD-15", "SP-MD-21"],
        basis: Inference,
        method: Inspected,
        sources: [
            ("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "AttributeProfile KOMBIT_WITHOUT_PERSONAL_DATA"),
            ("Regulation (EU) 2016/679 (GDPR)", "Article 5(1)(c)"),
        ],
        remediation: da "Fjern attributter, som systemet ikke behøver, eller erklær dem med deres formål.",
                     en "Remove attributes that the system does not need, or declare them with their purpose.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for DataMinimisation {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_provider(subject, |provider| {
            let personal: BTreeSet<&str> = requested(provider)
                .map(|a| a.name.as_str())
                .filter(|name| attributes::find(name).is_some_and(|a| a.personal))
                .collect();
            let observed = personal.iter().copied().collect::<Vec<_>>().join(", ");
            if personal.is_empty() {
                return Outcome::pass("no undeclared personal attribute", "no personal attribute");
            }
            if subject.registered.attribute_profile.as_deref() == Some("KOMBIT_WITHOUT_PERSONAL_DATA") {
                return Outcome::fail(Reason::Contradiction, "KOMBIT_WITHOUT_PERSONAL_DATA", observed);
            }
            let Some(declared) = &subject.registered.personal_attributes else {
                return Outcome::not_tested(Reason::NotDeclared, "declaration personal-attributes", observed);
            };
            let undeclared: Vec<String> =
                personal.into_iter().filter(|name| !declared.iter().any(|d| d == name)).map(str::to_owned).collect();
            let expected = format!("only {}", declared.join(", "));
            super::none_of(Reason::Contradiction, &expected, &observed, &undeclared)
        })
    }
}
