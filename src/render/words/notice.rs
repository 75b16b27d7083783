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
    NO_CALENDAR = "Profilen har ingen helligdagskalender, så datoen skal fastsættes af juristen.", "The profile has no calendar of holidays, so the date is for the lawyer to set.";
    SET_BY_CONTRACT = "fastsat i kontrakten", "set by the contract";
    DECLARED = "Erklæret", "Declared";
    DECLARED_NOT_MET = "ikke opfyldt", "not met";
    NO_DOCUMENT = "intet dokument er knyttet til erklæringen", "no document is attached to the declaration";
    OF_CUSTOMER = "kundens eget ord", "the customer's own word";
    OF_SUPPLIER = "leverandørens eget ord", "the supplier's own word";
    OF_NOBODY_KNOWN = "hvis ord det er, viser navnet ikke", "the name does not show whose word it is";
    PROOF_DECLARED = "Erklæringen ovenfor. Den er gengivet ordret i rapporten og er ikke prøvet.", "The declaration above. It is quoted word for word in the report and has not been tested.";
    PROOF = "Bevis", "Evidence";
    PROOF_NONE = "Intet bevis er knyttet til resultatet; det bygger på målfilen.", "No evidence is attached to the result; it rests on the target.";
    ADVICE = "Forslag til afhjælpning", "Suggested remedy";
    LAWYER_CLAIM = "Hvilke krav der rejses (afhjælpning, omlevering, forholdsmæssigt afslag, bod, erstatning, ophævelse), og hvad der forbeholdes.", "Which claims are made (remedy, replacement, price reduction, penalty, damages, termination), and what is reserved.";
    REQUEST = "Vi beder om, at manglerne afhjælpes inden fristerne, og om besked, når det er sket, så kravene kan prøves igen. Vi beder også om besked, hvis resultatet af en prøve bestrides: den kan genberegnes af enhver ud fra rapportpakken.", "We ask that the defects be remedied within the deadlines, and to be told when that is done, so that the requirements can be tested again. We also ask to be told if the result of a check is disputed: anybody can recompute it from the bundle.";
    LAWYER_DEADLINES_BARE = "Om fristerne er kontraktens, og hvilke datoer de giver. De er angivet i arbejdsdage; profilen har ingen helligdagskalender, så ingen datoer er regnet ud.", "Whether the deadlines are the contract's, and which dates they give. They are stated in working days; the profile has no calendar of holidays, so no dates were computed.";
    LAWYER_DEADLINES = "Om fristerne er kontraktens. De regnes i arbejdsdage efter profilens danske helligdagskalender; leveringsdagen tæller ikke med.", "Whether the deadlines are the contract's. They are counted in working days by the profile's Danish calendar of holidays; the day of delivery does not count.";
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

/// How an expected value ends whose number no official document sets.
pub(in crate::render) const UNOFFICIAL: [Text; 4] = [
    Text {
        da: "; profilens parameter, der findes intet officielt tal",
        en: "; parameter of the profile, no official number exists",
    },
    Text {
        da: " (profilens parameter; der findes intet officielt tal)",
        en: " (parameter of the profile; no official number exists)",
    },
    Text {
        da: " (profilens grænse; der findes intet officielt tal)",
        en: " (threshold of the profile; no official number exists)",
    },
    Text { da: " (profilens tal; der findes intet officielt)", en: " (the profile's number; no official one exists)" },
];

/// What a lawyer must know of a breach that rests on somebody's word.
#[must_use]
pub fn rests_on_declaration(whose: &str, language: Language) -> String {
    match language {
        Language::Da => format!(
            "Bruddet bygger på en erklæring ({whose}) og er ikke vist ved en prøve. Om det er nok som bevis, og om den er afgivet af en, der kan binde parten."
        ),
        Language::En => format!(
            "The breach rests on a declaration ({whose}) and was not shown by a check. Whether that is enough as proof, and whether its author can bind the party."
        ),
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
