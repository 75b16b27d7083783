//! The words of a comparison of two reports.

use crate::language::Text;
use crate::report::compare::{CauseOf, Status, Worse};

const fn text(da: &'static str, en: &'static str) -> Text {
    Text { da, en }
}

impl Status {
    /// The status as a reader sees it.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Regressed => text("Forværret: bestod før, fejler nu", "Regressed: passed before, fails now"),
            Self::New => text("Nye brud: fejler nu, var ikke afgjort før", "New: fails now, was not decided before"),
            Self::NotShown => text(
                "Ikke længere vist: fejlede før, er ikke afgjort nu",
                "No longer shown: failed before, is not decided now",
            ),
            Self::Recurring => text("Fortsat brudt", "Recurring: still fails"),
            Self::Resolved => text("Afhjulpet: fejlede før, består nu", "Resolved: failed before, passes now"),
        }
    }
}

impl Worse {
    /// The conclusion as a reader sees it.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::No => text("Intet er blevet værre.", "Nothing has become worse."),
            Self::LessIsShown => {
                text("Noget, der var afgjort, er ikke længere vist.", "Something that was decided is no longer shown.")
            }
            Self::Yes => text("Noget er blevet værre.", "Something has become worse."),
        }
    }
}

impl CauseOf {
    /// What differs, as a reader sees it.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::OtherSystem => text("Et andet system", "Another system"),
            Self::SystemVersion => text("Systemets version", "The system's version"),
            Self::Profile => text("Kravprofilen", "The profile"),
            Self::ProfileText => text("Kravprofilens tekst", "The profile's text"),
            Self::RequirementBound => text("Kravet i profilen", "The requirement in the profile"),
            Self::CheckBound => text("Prøven ved kravet", "The check of the requirement"),
            Self::Parameters => text("Prøvens parameter", "Parameter of the check"),
            Self::Certificate => text("Certifikat (SHA-256)", "Certificate (SHA-256)"),
            Self::Expiry => text("Udløb af", "End of"),
            Self::Time => text("Vurderingstidspunktet", "Instant of judgement"),
            Self::Metadata => text("Metadata (SHA-256)", "Metadata (SHA-256)"),
            Self::Target => text("Målfilen", "The target"),
            Self::Declaration => text("Erklæring", "Declaration"),
            Self::Endpoints => text("Endepunkter", "Endpoints"),
            Self::Program => text("Programmet", "The program"),
            Self::RuleSet => text("Programmets regelsæt (SHA-256)", "The program's rule set (SHA-256)"),
            Self::Network => text("Netværket", "The network"),
            Self::Waiver => text("Dispensation for", "Waiver of"),
        }
    }
}

words! {
    OLD = "Før", "Before";
    NEW = "Nu", "Now";
    NO_FINDINGS = "Ingen af rapporterne viser et brud.", "Neither report shows a breach.";
    REQUIREMENTS = "Krav, der er ændret", "Requirements that changed";
    CHECKS = "Andre resultater, der er ændret", "Other results that changed";
    CAUSES = "Hvad der i øvrigt er forskelligt", "What else differs";
    CAUSE = "Mulig årsag", "Possible cause";
    NO_CAUSE = "Pakkerne viser ingen årsag: systemet selv svarer anderledes.", "The bundles show no cause: the system itself answers otherwise.";
    NO_CAUSE_SHOWN = "Pakkerne viser ingen årsag.", "The bundles show no cause.";
    NOTHING = "intet", "nothing";
    CHANGED = "ændret", "changed";
    ABSENT = "findes ikke", "not there";
    COVERED = "dækket af en dispensation", "covered by a waiver";
}
