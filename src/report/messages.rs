//! What a report says about its trials with messages as a whole: who played the Beskedfordeler, what could not be seen, and what has
//! to be undone.

use crate::language::Localised;
use crate::subject::distribution::recording::Recording;
use crate::subject::{DistributionSubject, Subject};
use crate::target::Target;

/// The sentences; none without trials with messages.
#[must_use]
pub fn limitations(target: &Target, subjects: &[Subject]) -> Vec<Localised> {
    let trials: Vec<&DistributionSubject> = subjects
        .iter()
        .filter_map(|s| match s {
            Subject::Push(t) | Subject::Pull(t) | Subject::Token(t) | Subject::Send(t) | Subject::ValueList(t)
                if t.not_made.is_none() =>
            {
                Some(t)
            }
            _ => None,
        })
        .collect();
    let (Some(_), Some(table)) = (trials.first(), &target.beskedfordeler) else { return Vec::new() };
    let mut out = vec![Localised {
        da: "Beskederne kom fra prøveværktøjets egen Beskedfordeler og adgangen fra dets egen tokenservice, ikke fra KOMBITs. Forsøgene viser systemets adfærd i den konfiguration.".to_owned(),
        en: "The messages came from the probe's own Beskedfordeler and the tokens from its own token service, not from KOMBIT's. The trials show how the system behaves in that configuration.".to_owned(),
    }];
    if table.read_back.is_none() {
        out.push(Localised {
            da: "Ingen side viser, hvad systemet har gemt. Om en besked blev gemt, og kun én gang, er derfor ikke prøvet.".to_owned(),
            en: "No page shows what the system has stored. Whether a message was stored, and only once, was therefore not tested.".to_owned(),
        });
    }
    if trials.iter().any(|t| recordings(t).any(|r| r.leaves_store_stopped())) {
        out.push(Localised {
            da: "Systemets lager blev standset af et forsøg, og det svarede ikke, da det skulle startes igen. Leverandøren skal se efter.".to_owned(),
            en: "A trial stopped the system's store, and the system did not answer when it was to start again. The vendor must look at it.".to_owned(),
        });
    }
    let certificate = table.services.as_ref().map(|s| s.client_certificate.as_str());
    let (registered_da, registered_en) = match certificate {
        Some(name) => (
            format!(
                ", og peg systemet (certifikat `{name}`) tilbage på Beskedfordelerens og tokenservicens egne adresser"
            ),
            format!(
                ", and point the system (certificate `{name}`) back to the addresses of the Beskedfordeler and the token service"
            ),
        ),
        None => (String::new(), String::new()),
    };
    out.push(Localised {
        da: format!(
            "Leverandøren skal rydde op efter forsøgene: fjern tilliden til prøveværktøjets certifikater{registered_da}, og slet testbeskederne med deres følger."
        ),
        en: format!(
            "The vendor must undo what the trials needed: remove the trust in the probe's certificates{registered_en}, and delete the test messages with what came of them."
        ),
    });
    out
}

fn recordings(trial: &DistributionSubject) -> impl Iterator<Item = Recording> {
    [&trial.before, &trial.trial, &trial.after].into_iter().filter_map(|b| DistributionSubject::read(b.as_ref()))
}
