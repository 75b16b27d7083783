//! What a check says about one subject: a verdict, a named reason, the expected and the observed value.

use crate::language::Text;
use crate::verdict::Verdict;
use serde::{Deserialize, Serialize};

/// The result of one check on one subject.
///
/// `expected` and `observed` are values (an OID, a date, a count, a name), not prose; the prose is the check's title and
/// the reason's sentence, which exist in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// What the requirement asks for, as a value.
    pub expected: String,
    /// What was there, as a value.
    pub observed: String,
}

impl Outcome {
    fn new(verdict: Verdict, reason: Reason, expected: impl Into<String>, observed: impl Into<String>) -> Self {
        Self { verdict, reason, expected: bounded(expected.into()), observed: bounded(observed.into()) }
    }

    /// The requirement is met: a positive observation.
    pub fn pass(expected: impl Into<String>, observed: impl Into<String>) -> Self {
        Self::new(Verdict::Pass, Reason::Met, expected, observed)
    }

    /// A demonstrated breach.
    pub fn fail(reason: Reason, expected: impl Into<String>, observed: impl Into<String>) -> Self {
        Self::new(Verdict::Fail, reason, expected, observed)
    }

    /// Could not be decided.
    pub fn inconclusive(reason: Reason, expected: impl Into<String>, observed: impl Into<String>) -> Self {
        Self::new(Verdict::Inconclusive, reason, expected, observed)
    }

    /// Nothing was there to judge by.
    pub fn not_tested(reason: Reason, expected: impl Into<String>, observed: impl Into<String>) -> Self {
        Self::new(Verdict::NotTested, reason, expected, observed)
    }

    /// Captured facts or a declaration show that the check does not concern this subject.
    pub fn not_applicable(expected: impl Into<String>, observed: impl Into<String>) -> Self {
        Self::new(Verdict::NotApplicable, Reason::DoesNotConcern, expected, observed)
    }

    /// The probe itself broke.
    pub fn error(observed: impl Into<String>) -> Self {
        Self::new(Verdict::Error, Reason::ProbeFault, "", observed)
    }

    /// Passes when `holds`, else fails with `reason`.
    pub fn when(holds: bool, reason: Reason, expected: impl Into<String>, observed: impl Into<String>) -> Self {
        if holds { Self::pass(expected, observed) } else { Self::fail(reason, expected, observed) }
    }
}

/// Observed values come from hostile input: no control or bidirectional-override characters, at most 400 characters.
fn bounded(text: String) -> String {
    const LIMIT: usize = 400;
    let hostile = |c: char| {
        c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}')
    };
    if text.len() <= LIMIT && !text.chars().any(hostile) {
        return text;
    }
    let mut out: String = text.chars().map(|c| if hostile(c) { '\u{FFFD}' } else { c }).take(LIMIT).collect();
    if text.chars().count() > LIMIT {
        out.push('…');
    }
    out
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, da $da:literal, en $en:literal;)+) => {
        /// Why a check came to its verdict. One closed list, so that every reason exists in both languages.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[doc = $doc])+ #[serde(rename = $code)] $name,)+
        }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable code of the reason in every file format.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The sentence a reader sees.
            #[must_use]
            pub const fn text(self) -> Text {
                match self { $(Self::$name => Text { da: $da, en: $en },)+ }
            }
        }
    };
}

reasons! {
    /// The requirement is met.
    Met = "met", da "Kravet er opfyldt.", en "The requirement is met.";
    /// Does not concern this subject.
    DoesNotConcern = "does-not-concern", da "Kravet angår ikke dette emne.", en "The requirement does not concern this subject.";
    /// The value is not there.
    Missing = "missing", da "Det krævede findes ikke.", en "What is required is missing.";
    /// The value cannot be read.
    Malformed = "malformed", da "Værdien kan ikke læses eller har forkert form.", en "The value cannot be read or has the wrong form.";
    /// The value differs from the expected one.
    Different = "different", da "Værdien er en anden end den krævede.", en "The value differs from the required one.";
    /// The value is one that is forbidden.
    Forbidden = "forbidden", da "Der findes noget, som ikke må forekomme.", en "Something is present that must not be.";
    /// What was last seen lies too far back.
    TooOld = "too-old", da "Det seneste vellykkede kald er for gammelt.", en "The newest successful call is too old.";
    /// Something took effect more than once.
    Repeated = "repeated", da "Virkningen kom flere gange; den må kun komme én gang.", en "The effect came several times; it must come once alone.";
    /// Below the minimum.
    TooSmall = "too-small", da "Værdien er under mindstekravet.", en "The value is below the minimum.";
    /// Above the maximum.
    TooLarge = "too-large", da "Værdien er over det tilladte.", en "The value is above the maximum.";
    /// After its end.
    Expired = "expired", da "Gyldighedsperioden er udløbet.", en "The period of validity has ended.";
    /// Before its start.
    NotYetValid = "not-yet-valid", da "Gyldighedsperioden er ikke begyndt.", en "The period of validity has not begun.";
    /// Ends soon.
    ExpiresSoon = "expires-soon", da "Gyldighedsperioden udløber snart.", en "The period of validity ends soon.";
    /// Revoked by its issuer.
    Revoked = "revoked", da "Certifikatet er spærret af udstederen.", en "The certificate has been revoked by its issuer.";
    /// No path to a trusted anchor.
    Untrusted = "untrusted", da "Der er ingen certifikatsti til et tillidsanker for miljøet.", en "No certification path leads to a trust anchor of the environment.";
    /// Belongs to another environment.
    WrongEnvironment = "wrong-environment", da "Det hører til et andet miljø.", en "It belongs to another environment.";
    /// Belongs to another hierarchy or issuer.
    WrongHierarchy = "wrong-hierarchy", da "Certifikatet er udstedt i et andet hierarki end OCES3.", en "The certificate was issued in a hierarchy other than OCES3.";
    /// Wrong kind of certificate.
    WrongKind = "wrong-kind", da "Certifikatet er af en anden slags end den krævede.", en "The certificate is of another kind than the required one.";
    /// Belongs to another party.
    WrongParty = "wrong-party", da "Det tilhører en anden part end den registrerede.", en "It belongs to another party than the registered one.";
    /// A signature does not verify.
    SignatureInvalid = "signature-invalid", da "Signaturen kan ikke verificeres.", en "The signature does not verify.";
    /// A signature does not cover what it must.
    SignatureScope = "signature-scope", da "Signaturen dækker ikke hele dokumentet.", en "The signature does not cover the whole document.";
    /// A weak algorithm or key.
    Weak = "weak", da "Algoritmen eller nøglen er for svag.", en "The algorithm or key is too weak.";
    /// Used more than once where it must be unique.
    Duplicate = "duplicate", da "Det er brugt flere steder, hvor det skal være entydigt.", en "It is used in more than one place where it must be unique.";
    /// Two statements contradict each other.
    Contradiction = "contradiction", da "Det stemmer ikke med det, der er oplyst.", en "It does not agree with what has been declared.";
    /// Not valid against its schema.
    SchemaInvalid = "schema-invalid", da "Dokumentet er ikke gyldigt efter sit skema.", en "The document is not valid against its schema.";
    /// Nobody answered.
    Unreachable = "unreachable", da "Der kom intet svar, så intet er vist.", en "No answer came, so nothing is shown.";
    /// Not asked: an offline run, or a host that may not be asked.
    NotAsked = "not-asked", da "Der blev ikke spurgt, så intet er vist.", en "The question was not asked, so nothing is shown.";
    /// The answer is stale, unsigned, or cannot be trusted.
    AnswerUnusable = "answer-unusable", da "Svaret kan ikke bruges som bevis.", en "The answer cannot be used as proof.";
    /// A control did not show that the probe itself could have seen it.
    ControlFailed = "control-failed", da "Kontrolforsøget lykkedes ikke, så forsøget beviser intet.", en "The control did not succeed, so the trial proves nothing.";
    /// Something that must be refused was accepted.
    Accepted = "accepted", da "Det blev accepteret, men skal afvises.", en "It was accepted but must be refused.";
    /// Something that must be accepted was refused.
    Refused = "refused", da "Det blev afvist, men skal accepteres.", en "It was refused but must be accepted.";
    /// What was seen is not clear enough to decide.
    Unclear = "unclear", da "Det, der blev set, er ikke klart nok til en afgørelse.", en "What was seen is not clear enough to decide.";
    /// A session is open that must have ended.
    StillOpen = "still-open", da "Sessionen er åben, men skulle være afsluttet.", en "The session is open but should have ended.";
    /// A session ended that must stay.
    Ended = "ended", da "Sessionen blev afsluttet, men skulle bestå.", en "The session ended but should have stayed.";
    /// Nobody has authorised active trials.
    NotAuthorised = "not-authorised", da "Aktive forsøg er ikke tilladt i målfilen for dette tidspunkt og miljø.", en "The target does not permit active trials at this time and in this environment.";
    /// The target does not say what the check needs.
    NotSupplied = "not-supplied", da "Målfilen oplyser ikke det, prøven har brug for.", en "The target does not supply what the check needs.";
    /// A declaration is missing.
    NotDeclared = "not-declared", da "Der mangler en erklæring.", en "A declaration is missing.";
    /// A declaration has expired.
    DeclarationExpired = "declaration-expired", da "Erklæringen er udløbet og tæller ikke længere.", en "The declaration has expired and no longer counts.";
    /// A check contradicts a declaration.
    ContradictedByMeasurement = "contradicted-by-measurement", da "Erklæringen er modsagt af måling: en prøve af samme krav viser et brud.", en "The declaration is contradicted by measurement: a check of the same requirement shows a breach.";
    /// Another requirement is broken that a declaration says is met in substance.
    ContradictedElsewhere = "contradicted-elsewhere", da "Erklæringen er modsagt: målingen af et andet krav viser det modsatte.", en "The declaration is contradicted: what was measured for another requirement shows the opposite.";
    /// A profile demands a stronger kind of proof.
    WeakerThanDemanded = "weaker-than-demanded", da "Profilen kræver en stærkere slags bevis, så kravet er ikke vist.", en "The profile demands a stronger kind of proof, so the requirement is not shown.";
    /// A declaration says that the requirement is not met.
    DeclaredNotMet = "declared-not-met", da "Det er erklæret, at kravet ikke er opfyldt.", en "It has been declared that the requirement is not met.";
    /// A declaration says so.
    Declared = "declared", da "Det bygger på en erklæring.", en "It rests on a declaration.";
    /// The input to judge cannot be read at all.
    SubjectUnreadable = "subject-unreadable", da "Emnet kan ikke læses, så prøven kan ikke udføres.", en "The subject cannot be read, so the check cannot be made.";
    /// A fault of the probe.
    ProbeFault = "probe-fault", da "Prøveværktøjet fejlede.", en "The probe itself failed.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn observed_text_is_bounded_and_harmless() {
        let outcome = Outcome::fail(Reason::Different, "x", format!("a\u{1b}[31m\u{202E}{}", "é".repeat(500)));
        assert!(outcome.observed.chars().count() <= 401);
        assert!(!outcome.observed.contains(['\u{1b}', '\u{202E}']));
    }

    #[test]
    fn codes_are_unique_and_serialise_to_themselves() {
        let mut codes: Vec<_> = Reason::ALL.iter().map(|r| r.code()).collect();
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
        }
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Reason::ALL.len());
    }
}
