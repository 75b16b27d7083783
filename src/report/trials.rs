//! What a report says about its trials as a whole: whom the tested configuration trusts, which build it was as far as seen, what
//! the pages could show, and what has to be undone.

use crate::language::Localised;
use crate::subject::trial::session::Oracle;
use crate::subject::trial::transcript::{Outcome, Transcript};
use crate::subject::{Subject, TrialSubject};
use crate::target::Target;
use std::collections::BTreeSet;

/// Most different header values that are quoted.
const MAX_SEEN: usize = 6;

/// The sentences; none without trials.
#[must_use]
pub fn limitations(target: &Target, subjects: &[Subject]) -> Vec<Localised> {
    let trials: Vec<&TrialSubject> = subjects
        .iter()
        .filter_map(|s| match s {
            Subject::AuthnRequest(t) | Subject::Login(t) | Subject::Logout(t) if t.not_made.is_none() => Some(t),
            _ => None,
        })
        .collect();
    let (Some(first), Some(saml)) = (trials.first(), &target.saml) else { return Vec::new() };
    let idp = &first.setting.identity_provider;
    let mut out = vec![Localised {
        da: format!(
            "Forsøgene er udført mod en konfiguration, der stoler på prøveværktøjets identitetsudbyder ({idp}) og ikke på Context Handler. De viser systemets adfærd i den konfiguration."
        ),
        en: format!(
            "The trials were made against a configuration that trusts the probe's identity provider ({idp}) and not the Context Handler. They show how the system behaves in that configuration."
        ),
    }];
    let conversations: Vec<Transcript> =
        trials.iter().flat_map(|t| [&t.nobody, &t.before]).filter_map(|b| TrialSubject::read(b.as_ref())).collect();
    let seen: BTreeSet<String> = conversations.iter().flat_map(builds).collect();
    let seen: Vec<_> = seen.into_iter().take(MAX_SEEN).collect();
    let version = target.system.version.as_deref().unwrap_or("-");
    let (seen_da, seen_en) =
        if seen.is_empty() { ("intet".to_owned(), "nothing".to_owned()) } else { (seen.join(", "), seen.join(", ")) };
    out.push(Localised {
        da: format!("Systemets version er oplyst som {version}; dets svar viste {seen_da}."),
        en: format!("The system's version was stated as {version}; its answers showed {seen_en}."),
    });
    if trials.iter().any(|t| sees_no_identity(t)) {
        out.push(Localised {
            da: "Ingen side viser, hvem der er logget ind. Om der er en session, er kun set på, om brugeren sendes til login igen, og forveksling af identiteter er ikke prøvet.".to_owned(),
            en: "No page shows who is logged in. Whether there is a session was seen only from whether the user is sent to login again, and confusion of identities was not tested.".to_owned(),
        });
    }
    let certificates = first.setting.signing_certificates.join(", ");
    let users: Vec<_> = saml.user.iter().map(|u| u.name.as_str()).collect();
    let users = users.join(", ");
    out.push(Localised {
        da: format!(
            "Leverandøren skal rydde op efter forsøgene: fjern metadata for {idp} med signeringscertifikaterne (SHA-256) {certificates}, og fjern testbrugerne ({users}) med de konti, som forsøgene har oprettet."
        ),
        en: format!(
            "The vendor must undo what the trials needed: remove the metadata of {idp} with the signing certificates (SHA-256) {certificates}, and the test users ({users}) with the accounts that the trials made."
        ),
    });
    out
}

fn sees_no_identity(trial: &TrialSubject) -> bool {
    let read = |blob: &Option<crate::subject::Blob>| TrialSubject::read(blob.as_ref());
    let (Some(nobody), Some(before)) = (read(&trial.nobody), read(&trial.before)) else { return false };
    Oracle::learn(&nobody, &before).is_ok_and(|oracle| !oracle.sees_identities())
}

/// What the answers of the system say it is built on.
fn builds(transcript: &Transcript) -> impl Iterator<Item = String> {
    let answered = transcript.exchanges.iter().filter_map(|e| match &e.outcome {
        Outcome::Answered { headers, .. } => Some(headers),
        _ => None,
    });
    answered.flatten().filter(|(name, _)| matches!(name.as_str(), "server" | "x-powered-by")).map(|(name, value)| {
        let value: String = value.chars().filter(|c| !c.is_control()).take(80).collect();
        format!("{name}: {value}")
    })
}
