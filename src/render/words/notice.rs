//! The words of a draft notice of defects (reklamation).

use crate::language::{Language, Text};
use jiff::civil::Date;

words! {
    TITLE = "Udkast til reklamation", "Draft notice of defects";
    DRAFT = "Udkast lavet af et program. Det er ikke juridisk rådgivning. Det, der er mærket »Til juristen«, skal afgøres og formuleres af en jurist, før brevet sendes.", "Draft made by a program. It is not legal advice. What is marked \"For the lawyer\" must be decided and worded by a lawyer before the letter is sent.";
    LAWYER = "Til juristen", "For the lawyer";
    LETTER = "Brevet", "The letter";
    FROM = "Fra", "From";
    TO = "Til", "To";
    DELIVERED = "Leveringsdag", "Day of delivery";
    DELIVERED_UNKNOWN = "Ikke angivet. Fristerne er derfor angivet i arbejdsdage fra levering og ikke som datoer.", "Not stated. Deadlines are therefore given as working days from delivery and not as dates.";
    LAWYER_LETTER = "Modtager og adresse, journalnummer, dato og underskrift. Lever brevet sammen med rapportpakken og mod kvittering, for fristerne regnes fra leveringen.", "Addressee, case number, date and signature. Deliver the letter together with the report's bundle and against a receipt, for the deadlines count from delivery.";
    OPENING = "Systemet nedenfor er prøvet mod de krav, som kravprofilen opstiller. Prøvningen viser, at systemet ikke opfylder kravene under »Mangler«. Det, der blev konstateret, står ved hvert krav med nummer og fingeraftryk på beviset.", "The system below was tested against the requirements of the requirement profile. The test shows that the system does not meet the requirements under \"Defects\". What was observed stands at each requirement, with number and digest of the evidence.";
    LAWYER_GROUND = "Om det konstaterede er en mangel efter kontrakten, hvilke bestemmelser der påberåbes, om kategorierne er kontraktens, og om der reklameres i rette tid.", "Whether what was observed is a defect under the contract, which provisions are relied on, whether the categories are the contract's, and whether notice is given in time.";
    DEFECTS = "Mangler", "Defects";
    DEFECTS_NOTE = "Skal-krav, som er vist brudt, og som ingen dispensation dækker.", "Must requirements that are shown to be broken and that no waiver covers.";
    OVERVIEW = "Overblik over manglerne", "Overview of the defects";
    NUMBER = "Nr.", "No.";
    CLAUSE = "Kravets kilde", "Source of the requirement";
    DEADLINE = "Frist for afhjælpning", "Deadline for the remedy";
    DEADLINE_NONE = "Profilen fastsætter ingen frist; den afgøres af juristen.", "The profile sets no deadline; it is for the lawyer to decide.";
    CALENDAR_ENDS = "Profilens kalender dækker ikke dagen, så datoen skal fastsættes af juristen.", "The profile's calendar does not cover the day, so the date is for the lawyer to set.";
    PROOF = "Bevis", "Evidence";
    PROOF_NONE = "Intet bevis er knyttet til resultatet; det bygger på målfilen.", "No evidence is attached to the result; it rests on the target.";
    ADVICE = "Forslag til afhjælpning", "Suggested remedy";
    LAWYER_CLAIM = "Hvilke krav der rejses (afhjælpning, omlevering, forholdsmæssigt afslag, bod, erstatning, ophævelse), og hvad der forbeholdes.", "Which claims are made (remedy, replacement, price reduction, penalty, damages, termination), and what is reserved.";
    REQUEST = "Vi beder om, at manglerne afhjælpes inden fristerne, og om besked, når det er sket, så kravene kan prøves igen. Vi beder også om besked, hvis resultatet af en prøve bestrides: den kan genberegnes af enhver ud fra rapportpakken.", "We ask that the defects be remedied within the deadlines, and to be told when that is done, so that the requirements can be tested again. We also ask to be told if the result of a check is disputed: anybody can recompute it from the bundle.";
    LAWYER_DEADLINES = "Om fristerne er kontraktens. De er regnet i arbejdsdage efter profilens danske helligdagskalender; leveringsdagen tæller ikke med.", "Whether the deadlines are the contract's. They are counted in working days by the profile's Danish calendar of holidays; the day of delivery does not count.";
    MATTERS = "Forhold, der ønskes begrundet", "Matters to be explained";
    MATTERS_NOTE = "Brud på bør-krav. De er ikke mangler efter profilen. Vi beder om en skriftlig begrundelse.", "Breaches of should requirements. By the profile they are no defects. We ask for a written reason.";
    WAIVED = "Brudt, men dispenseret", "Broken but waived";
    WAIVED_NOTE = "Der reklameres ikke over disse forhold. De er nævnt, fordi en dispensation ikke gør et krav opfyldt.", "No notice is given of these. They are named because a waiver does not make a requirement met.";
    WAIVER_ENDED = "Dispensationen gælder ikke længere på leveringsdagen. Juristen afgør, om der skal reklameres.", "The waiver no longer holds on the day of delivery. Whether notice is given is for the lawyer to decide.";
    NOT_SHOWN = "Ikke vist", "Not shown";
    NOT_SHOWN_NOTE = "Disse krav er hverken vist opfyldt eller brudt. Der reklameres ikke over dem; de kan prøves igen.", "These requirements are shown to be neither met nor broken. No notice is given of them; they can be tested again.";
    NOTHING = "Ingen.", "None.";
    RESERVATIONS = "Rapportens egne forbehold", "The report's own reservations";
    PROVES = "Hvad rapporten viser, og hvad den ikke viser", "What the report shows and what it does not";
    HOLDS = "Rapportpakken er kontrolleret, før dette udkast blev lavet: intet i den er modbevist, og alle afgørelser er genberegnet.", "The bundle was verified before this draft was made: nothing in it is refuted, and every verdict was recomputed.";
    LAWYER_PROOF = "Om beviset er nok i den sammenhæng, det skal bruges i, når rapporten har de forbehold, der står her.", "Whether the proof is enough for its use, given the reservations stated here.";
    RECOMPUTE = "Modtageren kan kontrollere og genberegne alt uden netværk (PAKKE er rapportpakken):", "The recipient can verify and recompute everything without network (BUNDLE is the report's bundle):";
}

/// How many remarks for information are not in the notice.
#[must_use]
pub fn left_out(count: usize, language: Language) -> String {
    match language {
        Language::Da => format!("Bemærkninger til orientering, som ikke er med her, men står i rapporten: {count}."),
        Language::En => format!("Remarks for information that are not here but in the report: {count}."),
    }
}

/// The last day for the remedy, with what it is counted from.
#[must_use]
pub fn due(due: Date, days: &str, delivered: Date, language: Language) -> String {
    let (due, delivered) = (super::day(due, language), super::day(delivered, language));
    match language {
        Language::Da => format!("{due} ({days} fra leveringen {delivered})"),
        Language::En => format!("{due} ({days} from delivery on {delivered})"),
    }
}

/// The deadline when the day of delivery is not known.
#[must_use]
pub fn from_delivery(days: &str, language: Language) -> String {
    match language {
        Language::Da => format!("{days} fra den dag, rapporten leveres"),
        Language::En => format!("{days} from the day the report is delivered"),
    }
}
