//! Every word of the renderings, in both languages.

use crate::aggregate::Decision;
use crate::language::{Language, Text};
use crate::profile::Status;
use crate::report::v1::{Assurance, Clock, Direction, LatencyOf, MomentOf, TimeAssurance};
use crate::target::Relation;
use crate::verdict::{Basis, Category, Environment, Level, Method, Verdict};

const fn text(da: &'static str, en: &'static str) -> Text {
    Text { da, en }
}

impl Verdict {
    /// The verdict as a reader sees it.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Pass => text("Bestået", "Passed"),
            Self::Fail => text("Ikke bestået", "Failed"),
            Self::Inconclusive => text("Kan ikke afgøres", "Inconclusive"),
            Self::Error => text("Prøvefejl", "Probe error"),
            Self::NotTested => text("Ikke prøvet", "Not tested"),
            Self::NotApplicable => text("Ikke relevant", "Not applicable"),
        }
    }

    /// What the verdict means.
    #[must_use]
    pub const fn definition(self) -> Text {
        match self {
            Self::Pass => text(
                "En positiv iagttagelse viser, at kravet er opfyldt.",
                "A positive observation shows that the requirement is met.",
            ),
            Self::Fail => text(
                "En iagttagelse viser, at kravet er brudt.",
                "An observation shows that the requirement is broken.",
            ),
            Self::Inconclusive => text(
                "Prøven blev udført, men kunne ikke afgøre sagen, for eksempel fordi et svar udeblev. Det er hverken bestået eller leverandørens fejl.",
                "The check ran but could not decide, for example because no answer came. It is neither a pass nor the supplier's breach.",
            ),
            Self::Error => text(
                "Prøveværktøjet fejlede selv. Det er hverken bestået eller leverandørens fejl.",
                "The probe itself failed. It is neither a pass nor the supplier's breach.",
            ),
            Self::NotTested => text(
                "Prøven var planlagt, men blev ikke udført, for eksempel fordi en oplysning eller en erklæring mangler. Intet er vist.",
                "The check was planned but did not run, for example because information or a declaration is missing. Nothing is shown.",
            ),
            Self::NotApplicable => text(
                "En afprøvet betingelse eller en erklæring viser, at kravet ikke angår dette system.",
                "An evaluated condition or a declaration shows that the requirement does not concern this system.",
            ),
        }
    }

    /// A sign that stands beside the word; never instead of it.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Pass => "✓",
            Self::Fail => "✗",
            Self::Inconclusive => "?",
            Self::Error => "!",
            Self::NotTested => "○",
            Self::NotApplicable => "–",
        }
    }
}

impl Decision {
    /// The decision as a reader sees it.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Accepted => text("Godkendt", "Accepted"),
            Self::AcceptedWithRemarks => text("Godkendt med bemærkninger", "Accepted with remarks"),
            Self::Inconclusive => text("Kan ikke afgøres", "Inconclusive"),
            Self::NotAccepted => text("Ikke godkendt", "Not accepted"),
        }
    }

    /// What the decision means.
    #[must_use]
    pub const fn definition(self) -> Text {
        match self {
            Self::Accepted => text(
                "Alle skal-krav, der gælder for systemet, er vist opfyldt, og intet andet krav er brudt.",
                "Every must requirement that applies to the system is shown to be met, and no other requirement is broken.",
            ),
            Self::AcceptedWithRemarks => text(
                "Systemet kan godkendes efter profilens grænser, men mindst ét krav er brudt eller dækket af en dispensation.",
                "The system can be accepted within the profile's limits, but at least one requirement is broken or covered by a waiver.",
            ),
            Self::Inconclusive => text(
                "Mindst ét skal-krav kunne ikke afgøres, eller intet skal-krav gælder. Systemet er derfor hverken godkendt eller afvist.",
                "At least one must requirement could not be decided, or no must requirement applies. The system is therefore neither accepted nor refused.",
            ),
            Self::NotAccepted => text(
                "Skal-krav er brudt ud over, hvad profilen tillader.",
                "Must requirements are broken beyond what the profile tolerates.",
            ),
        }
    }

    /// A sign that stands beside the words; never instead of them.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Accepted | Self::AcceptedWithRemarks => "✓",
            Self::Inconclusive => "?",
            Self::NotAccepted => "✗",
        }
    }
}

impl Level {
    /// The level as a reader sees it.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Must => text("Skal", "Must"),
            Self::Should => text("Bør", "Should"),
            Self::May => text("Til orientering", "For information"),
        }
    }

    /// What the level means.
    #[must_use]
    pub const fn definition(self) -> Text {
        match self {
            Self::Must => text("Et brud tæller imod godkendelse.", "A breach counts against acceptance."),
            Self::Should => text(
                "Et brud er en bemærkning, som leverandøren skal begrunde skriftligt.",
                "A breach is a remark for which the supplier gives a written reason.",
            ),
            Self::May => text("Et brud er en bemærkning til orientering.", "A breach is a remark for information."),
        }
    }
}

impl Category {
    /// The category as a reader sees it.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::A => text("Kategori A (kritisk)", "Category A (critical)"),
            Self::B => text("Kategori B (alvorlig)", "Category B (serious)"),
            Self::C => text("Kategori C (mindre)", "Category C (minor)"),
        }
    }
}

impl Method {
    /// The method as a reader sees it.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Measured => text("Målt", "Measured"),
            Self::Inspected => text("Undersøgt", "Inspected"),
            Self::Declared => text("Erklæret", "Declared"),
        }
    }

    /// What the method means.
    #[must_use]
    pub const fn definition(self) -> Text {
        match self {
            Self::Measured => text(
                "Prøven henvendte sig til et kørende endepunkt og så svaret.",
                "The probe acted on a live endpoint and saw the answer.",
            ),
            Self::Inspected => text(
                "Prøven undersøgte et dokument eller en fil, der var udleveret eller hentet.",
                "The probe examined a document or file that was handed over or fetched.",
            ),
            Self::Declared => text(
                "Nogen har erklæret det med navn og dato. Det er ikke prøvet.",
                "Somebody declared it with name and date. It has not been tested.",
            ),
        }
    }
}

impl Basis {
    /// The basis as a reader sees it.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Norm => text("norm", "norm"),
            Self::ReferenceImplementation => text("referenceimplementering", "reference implementation"),
            Self::Sample => text("officielt eksempel", "official sample"),
            Self::Measurement => text("måling af virkelige eksempler", "measurement of real examples"),
            Self::GoodPractice => text("god praksis", "good practice"),
            Self::Inference => text("slutning", "inference"),
            Self::Contract => text("kontrakt", "contract"),
        }
    }
}

impl Environment {
    /// The environment as a reader sees it.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Production => text("Produktion", "Production"),
            Self::ExternalTest => text("Eksternt testmiljø (FKI)", "External test (FKI)"),
            Self::NemloginTest => text("NemLog-ins integrationstest", "NemLog-in integration test"),
            Self::Local => text("Lokalt miljø", "Local environment"),
        }
    }
}

impl Assurance {
    /// The seal as a reader sees it.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::None => text("Ikke forseglet", "Unsealed"),
            Self::Example => text("Forseglet med en eksempelnøgle", "Sealed with an example key"),
            Self::AdvancedOces => text(
                "Avanceret elektronisk segl med OCES3-certifikat",
                "Advanced electronic seal with an OCES3 certificate",
            ),
        }
    }

    /// What the seal shows and does not show.
    #[must_use]
    pub const fn definition(self) -> Text {
        match self {
            Self::None => text(
                "Enhver kan have ændret rapporten, og intet viser, hvem der har udstedt den.",
                "Anybody may have changed the report, and nothing shows who issued it.",
            ),
            Self::Example => text(
                "Seglet kan vise, om rapporten er ændret siden forseglingen, men beviser intet om, hvem der har udstedt den. Det må kun bruges til forsøg.",
                "The seal can show whether the report was changed after sealing, but proves nothing about who issued it. For trials only.",
            ),
            Self::AdvancedOces => text(
                "Seglet i report.jades.json skal kontrolleres, før rapporten bruges. Denne visning er ikke selv forseglet.",
                "Verify the seal in report.jades.json before relying on the report. This rendering is not itself sealed.",
            ),
        }
    }
}

impl TimeAssurance {
    /// The proof of time as a reader sees it.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::None => text(
                "Intet uafhængigt bevis; tidspunkterne er værktøjets egne oplysninger",
                "No independent proof; the times are the tool's own statements",
            ),
        }
    }
}

impl Clock {
    /// Where the instant came from, as a reader sees it.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::System => text("maskinens ur", "the machine's clock"),
            Self::Given => text("angivet af brugeren", "given by the user"),
        }
    }
}

impl Direction {
    /// The direction as a reader sees it.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::In => text("modtaget", "received"),
            Self::Out => text("sendt", "sent"),
            Self::Supplied => text("udleveret", "supplied"),
        }
    }
}

impl Relation {
    /// Whose side the assessor stands on, as a reader sees it.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Customer => text("på kundens side", "on the customer's side"),
            Self::Supplier => text("på leverandørens side", "on the supplier's side"),
            Self::ThirdParty => text("uafhængig tredjepart", "independent third party"),
        }
    }
}

impl Status {
    /// The profile's status as a reader sees it.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Draft => text("udkast", "draft"),
            Self::Effective => text("gældende", "effective"),
            Self::Deprecated => text("erstattet", "deprecated"),
        }
    }
}

/// What the fired rule of the aggregate says.
#[must_use]
pub fn rule(id: &str) -> Text {
    match id {
        "R0" => text(
            "Profilen er ikke i kraft på vurderingsdagen, så dens krav binder ingen.",
            "The profile is not in force on the day of judgement, so its requirements bind nobody.",
        ),
        "R1" => text("Et skal-krav i kategori A er brudt.", "A must requirement in category A is broken."),
        "R2" => text(
            "Flere skal-krav i kategori B er brudt, end profilen tillader.",
            "More must requirements in category B are broken than the profile tolerates.",
        ),
        "R3" => text(
            "Flere skal-krav i kategori C er brudt, end profilen tillader.",
            "More must requirements in category C are broken than the profile tolerates.",
        ),
        "R4" => text(
            "Mindst ét skal-krav er ikke afgjort, eller intet skal-krav gælder.",
            "At least one must requirement is undecided, or no must requirement applies.",
        ),
        "R5" => text(
            "Mindst ét krav er brudt eller dækket af en dispensation.",
            "At least one requirement is broken or covered by a waiver.",
        ),
        "R6" => text("Intet står i vejen for godkendelse.", "Nothing stands in the way of acceptance."),
        _ => text("Ukendt regel.", "Unknown rule."),
    }
}

/// What a latency was measured of.
#[must_use]
pub const fn latency_of(of: LatencyOf) -> Text {
    match of {
        LatencyOf::PushAnswer => text("Fra push til svar", "From push to answer"),
        LatencyOf::DeliveryToAck => text("Fra levering til kvittering", "From delivery to acknowledgement"),
    }
}

/// What happened in a session with the broker.
#[must_use]
pub const fn moment(what: MomentOf) -> Text {
    match what {
        MomentOf::Connected => text("systemet kobler på", "the system connects"),
        MomentOf::LoginRefused => text("login afvist", "login refused"),
        MomentOf::Delivered => text("leveret", "delivered"),
        MomentOf::Redelivered => text("leveret igen", "delivered again"),
        MomentOf::Acked => text("kvitteret", "acknowledged"),
        MomentOf::Rejected => text("afvist af systemet", "rejected by the system"),
        MomentOf::EndedByBroker => text("afbrudt af prøveværktøjet", "ended by the probe"),
        MomentOf::ClientLeft => text("systemet kobler fra", "the system leaves"),
    }
}

/// Why a waiver had no effect.
#[must_use]
pub fn idle(because: &str) -> Text {
    match because {
        "expired" => text("Dispensationen er udløbet.", "The waiver has expired."),
        "not-begun" => text("Dispensationen er ikke begyndt at gælde.", "The waiver has not begun."),
        "nothing-failed-in-scope" => {
            text("Intet, som dispensationen dækker, er brudt.", "Nothing in the waiver's scope failed.")
        }
        _ => text("Ukendt årsag.", "Unknown reason."),
    }
}

/// Why the plan did not run a check, as `plan` writes it in English, and in Danish.
const PLAN_REASONS: &[Text] = &[
    text("gælder, når ", "applies when "),
    text("ingen har erklæret, om ", "nobody has declared whether "),
    text("målfilen har ingen erklæring ", "the target has no declaration "),
    text("erklæringen er udløbet: ", "the declaration has expired: "),
    text("målfilen nævner hverken certifikat eller metadata", "the target names no certificate or metadata"),
    text("målfilen nævner ingen metadata", "the target names no metadata"),
    text("målfilen nævner intet TLS-endepunkt", "the target names no tls endpoint"),
    text("målfilen nævner intet SAML-login", "the target names no saml login"),
    text("målfilen nævner ingen opsætning for Beskedfordeler", "the target names no beskedfordeler set-up"),
    text("målfilen nævner ingen eksport af dueslag", "the target names no export of mailboxes"),
    text("målfilen nævner ingen besked", "the target names no message"),
];

/// Ending of a plan's reason.
const SELECTED: Text = text(", som profilen vælger", " that the profile selects");

/// A plan's reason for not running a check in the reader's language; none when it is no such reason.
#[must_use]
pub fn plan_reason(english: &str, language: Language) -> Option<String> {
    let (reason, rest) = PLAN_REASONS.iter().find_map(|r| Some((r, english.strip_prefix(r.en)?)))?;
    let rest = match reason.en {
        _ if rest == SELECTED.en => SELECTED.get(language).into(),
        "applies when " | "nobody has declared whether " => super::values::condition(rest, language),
        _ => rest.into(),
    };
    Some(format!("{}{rest}", reason.get(language)))
}

/// Says what the deadlines of an overview rest on.
#[must_use]
pub fn deadlines_note(delivered: jiff::civil::Date, language: Language) -> String {
    let date = day(delivered, language);
    match language {
        Language::Da => format!("Fristerne regnes fra levering og forudsætter her, at rapporten leveres {date}."),
        Language::En => {
            format!("Deadlines count from delivery and assume here that the report is delivered on {date}.")
        }
    }
}

/// A month's name inside a date.
const fn month(number: i8) -> Text {
    match number {
        1 => text("januar", "January"),
        2 => text("februar", "February"),
        3 => text("marts", "March"),
        4 => text("april", "April"),
        5 => text("maj", "May"),
        6 => text("juni", "June"),
        7 => text("juli", "July"),
        8 => text("august", "August"),
        9 => text("september", "September"),
        10 => text("oktober", "October"),
        11 => text("november", "November"),
        _ => text("december", "December"),
    }
}

/// A date in words, such as `1. december 2026` or `1 December 2026`.
#[must_use]
pub fn day(date: jiff::civil::Date, language: Language) -> String {
    let dot = match language {
        Language::Da => ".",
        Language::En => "",
    };
    format!("{}{dot} {} {}", date.day(), month(date.month()).get(language), date.year())
}

/// An instant in Danish time and in UTC.
#[must_use]
pub fn instant(at: jiff::Timestamp, language: Language) -> String {
    let local = crate::denmark::danish(at);
    let date = day(local.date(), language);
    let (hour, minute) = (local.hour(), local.minute());
    match language {
        Language::Da => format!("{date} kl. {hour:02}.{minute:02} dansk tid ({at})"),
        Language::En => format!("{date} at {hour:02}:{minute:02} Danish time ({at})"),
    }
}

/// `1 prøve`, `2 prøver`.
#[must_use]
pub fn counted(count: u64, one: &Text, many: &Text, language: Language) -> String {
    format!("{count} {}", if count == 1 { one } else { many }.get(language))
}

macro_rules! words {
    ($($name:ident = $da:literal, $en:literal;)+) => {
        $(#[doc = $en] pub const $name: Text = Text { da: $da, en: $en };)+

        /// Every constant above, for tests.
        pub const ALL: &[Text] = &[$($name),+];
    };
}

pub mod compare;
pub mod notice;

words! {
    SOURCE = "Kilde", "Source";
    ALGORITHM = "Algoritme", "Algorithm";
    ANNEX = "Bilag: Krav, udført prøve og resultat", "Annex: Requirement, check performed and result";
    ANNEX_CAPTION = "Hvert krav med de prøver, der afgør det", "Every requirement with the checks that decide it";
    APPLIES_WHEN = "Gælder når", "Applies when";
    ASSESSOR = "Prøvet af", "Tested by";
    ATTESTED = "Bygger på forhold, der blev fastslået ved indsamlingen, fordi bytes siden er maskeret.", "Rests on facts established at capture, because the bytes were redacted afterwards.";
    AUTHORISATION = "Tilladelse til aktive forsøg", "Permission for active trials";
    AUTHORITY = "Givet af", "Granted by";
    BASIS = "Grundlag", "Basis";
    BECAUSE_OF = "Krav", "Requirements";
    BINARY = "Programfilens SHA-256", "SHA-256 of the program file";
    BYTES = "Bytes", "Bytes";
    BY_CATEGORY = "Brudte skal-krav efter kategori", "Broken must requirements by category";
    BY_METHOD = "Prøveresultater efter metode", "Results by method";
    BY_VERDICT = "Krav efter resultat", "Requirements by verdict";
    CAPTURED = "Indsamlet", "Captured";
    CATEGORY = "Kategori", "Category";
    CERTIFICATES = "Prøvede certifikater (SHA-256)", "Certificates judged (SHA-256)";
    CHECK = "Prøve", "Check";
    CHECK_PERFORMED = "Udført prøve", "Check performed";
    CONTENTS = "Indhold", "Contents";
    CONTRACT = "Kontrakt", "Contract";
    CONTRACT_TEXT = "Kontraktens ordlyd", "The contract's words";
    COUNT = "Antal", "Count";
    COUNTS = "Optælling", "Counts";
    COVERAGE = "Afgjorte skal-krav", "Must requirements decided";
    CUSTOMER = "Kunde", "Customer";
    DEADLINE = "Frist", "Deadline";
    DEADLINE_NONE = "Profilen fastsætter ingen frist", "The profile sets no deadline";
    DECISION = "Afgørelse", "Decision";
    DECLARATION = "Erklæring", "Declaration";
    DECLARATIONS = "Erklæringer", "Declarations";
    DECLARATIONS_NOTE = "Erklæringer er gengivet ordret. De er ikke prøvet.", "Declarations are quoted word for word. They have not been tested.";
    DECLARED_BY = "Erklæret af", "Declared by";
    DECLARED_VALUE = "Indhold", "Content";
    CALIBRATION = "Kalibrering af regelsættet", "Calibration of the rule set";
    DEFINITIONS = "Hvad ordene betyder", "What the words mean";
    DIGEST = "SHA-256", "SHA-256";
    DIGESTS = "Fingeraftryk", "Digests";
    DIRECTION = "Retning", "Direction";
    DOCUMENT = "Dokument (SHA-256)", "Document (SHA-256)";
    DROPPED = "Krav, som profilen har fravalgt", "Requirements that the profile dropped";
    EFFECTIVE = "Uden dispensation", "Without a waiver";
    ENDPOINTS = "Endepunkter", "Endpoints";
    ENVIRONMENT = "Miljø", "Environment";
    EVIDENCE = "Bevismateriale", "Evidence";
    EXPECTED = "Krævet", "Expected";
    EXPIRES = "Udløber", "Expires";
    FAILURES = "Brudte skal-krav", "Broken must requirements";
    FILE = "Fil", "File";
    FIRED_RULES = "Regler, der førte til afgørelsen", "Rules that led to the decision";
    FIRED_FIRST = "Den første regel afgør. Grænserne står i profilen.", "The first rule decides. The limits are set by the profile.";
    IDLE_WAIVERS = "Dispensationer uden virkning", "Waivers without effect";
    JUDGED_AT = "Vurderingstidspunkt", "Instant of judgement";
    ISSUED = "Udstedt", "Issued";
    LEVEL = "Niveau", "Level";
    LIMITS = "Metode og begrænsninger", "Method and limits";
    MEANING = "Betydning", "Meaning";
    MEDIA_TYPE = "Medietype", "Media type";
    MEMBERS = "Øvrige filer i rapportpakken", "Other files of the bundle";
    METHOD = "Metode", "Method";
    METHOD_NOTE = "Resultaterne er målt, undersøgt eller erklæret; de tre slags holdes adskilt. Kun en positiv iagttagelse giver Bestået. En prøve, der ikke kunne udføres eller afgøres, tæller aldrig som bestået.", "Results are measured, inspected or declared; the three kinds are kept apart. Only a positive observation gives Passed. A check that could not run or decide never counts as a pass.";
    MUNICIPALITY = "Kommune", "Municipality";
    NAME = "Navn", "Name";
    NETWORK = "Netværk", "Network";
    NETWORK_OFF = "Ikke brugt", "Not used";
    NETWORK_ON = "Brugt", "Used";
    NONE = "Ingen.", "None.";
    NOT_APPLICABLE_REQUIREMENTS = "Krav, der ikke er relevante for systemet", "Requirements that do not apply to the system";
    NOT_STATED = "Ikke oplyst", "Not stated";
    NO_CHECK = "Ingen prøve blev udført.", "No check was performed.";
    NO_FAILURES = "Intet skal-krav er brudt uden dispensation.", "No must requirement is broken without a waiver.";
    NO_REMARKS = "Ingen bemærkninger.", "No remarks.";
    NO_WAIVERS = "Ingen dispensationer har haft virkning.", "No waiver had effect.";
    NOTHING_UNDECIDED = "Alle krav, der gælder, er afgjort.", "Every requirement that applies is decided.";
    OBSERVED = "Konstateret", "Observed";
    ON_SUBJECT = "Emne", "Subject";
    OVERVIEW = "Overblik: brud, frist og ansvarlig", "Overview: breach, deadline and owner";
    OWNER = "Ansvarlig", "Owner";
    PARAMETERS = "Parametre", "Parameters";
    PARTIES = "Parter, kontrakt og system", "Parties, contract and system";
    PATH = "Sti", "Path";
    PEER = "Fra eller til", "From or to";
    PHASE = "Fase", "Phase";
    PLAN = "Planens SHA-256", "SHA-256 of the plan";
    PROFILE = "Kravprofil", "Requirement profile";
    PROFILE_FILE = "Profilfil", "Profile file";
    RAW = "I alt", "In total";
    REASON = "Begrundelse", "Reason";
    REDACTIONS = "Maskeret", "Redacted";
    REMARKS = "Bemærkninger", "Remarks";
    REMARKS_NOTE = "Brud på bør-krav og krav til orientering. De hindrer ikke godkendelse.", "Breaches of should requirements and of requirements for information. They do not prevent acceptance.";
    REMEDY = "Gør sådan", "What to do";
    REPORT = "Prøverapport", "Test report";
    REPORT_ID = "Rapportens id", "Report id";
    REPORT_JSON = "SHA-256 af report.json", "SHA-256 of report.json";
    REQUIRED_HERE = "skal bruge systemet", "must use the system";
    REQUIREMENT = "Krav", "Requirement";
    RESULT = "Resultat", "Result";
    RESULTS_DIGEST = "SHA-256 over krav, resultater og afgørelse (resultsDigest)", "SHA-256 over requirements, results and decision (resultsDigest)";
    RULESET = "Regelsættets SHA-256", "SHA-256 of the rule set";
    SCOPE = "Omfang", "Scope";
    SCOPE_FRAMEWORK = "Rammeaftale", "Framework agreement";
    SCOPE_PACKAGE = "Integrationspakke", "Integration package";
    SCOPE_SERVICE_AREA = "Ydelsesområde", "Service area";
    SCOPE_USE_CASE = "Anvendelse", "Use case";
    SEAL = "Segl", "Seal";
    SEAL_CERTIFICATE = "Seglcertifikatets SHA-256", "SHA-256 of the sealing certificate";
    SKIP = "Gå til indholdet", "Skip to the content";
    SOURCE_REVISION = "Kildekodens version", "Source revision";
    STATED_ON = "Dato", "Date";
    STATUS = "Status", "Status";
    SUPPLIER = "Leverandør", "Supplier";
    SUPPLIER_OWNS = "Leverandøren", "The supplier";
    SYSTEM = "System", "System";
    SYSTEM_FINGERPRINT = "Systemets iagttagne identitet (SHA-256)", "Observed identity of the system (SHA-256)";
    SYSTEM_VERSION = "Version", "Version";
    TIME_PROOF = "Bevis for tid", "Proof of time";
    TOOL = "Værktøj", "Tool";
    TRAFFIC = "Beskeder: svartider og et forløb", "Messages: times to answer and one session";
    UNDECIDED = "Ikke prøvet eller ikke afgjort", "Not tested or not decided";
    UNDECIDED_NOTE = "Intet af dette tæller som bestået, og intet af det er i sig selv leverandørens fejl.", "None of this counts as a pass, and none of it is in itself the supplier's breach.";
    UNTIL = "Indtil", "Until";
    USAGE = "Brug efter loggene", "Use according to the logs";
    USAGE_LINE = "Stregen viser den alder, et kald højst må have: så mange gange 24 timer før prøven. Dage er danske kalenderdage.", "The line shows the age that a call may have at most: so many times 24 hours before the test. Days are days of the Danish calendar.";
    USAGE_NOTE = "Tal fra de udtræk, der blev givet. Billederne er ingen domme: om et krav er opfyldt, står ved kravet. Et udtræk, der ikke dækker en periode eller en integration, viser intet kald, uden at det beviser, at der ikke var noget.", "Figures of the extracts that were given. The pictures are no verdicts: whether a requirement is met stands with the requirement. An extract that does not cover a period or an integration shows no call, which does not prove that there was none.";
    USAGE_TABLE = "Kommune og pakke: andel af integrationerne med nye kald, og den, hvis seneste kald er ældst", "Municipality and package: share of the integrations with new calls, and the one whose newest call is oldest";
    VALID = "Gyldig", "Valid";
    VERDICT = "Resultat", "Verdict";
    VERIFY = "Sådan kontrolleres rapporten", "How to verify the report";
    VERIFY_EMBEDDED = "Hele rapporten som JSON ligger også i denne fil, i elementet med id report-json. I kanonisk form (RFC 8785) er den byte for byte lig med report.json.", "The whole report as JSON is also in this file, in the element with id report-json. In canonical form (RFC 8785) it equals report.json byte for byte.";
    VERIFY_REPLAY = "Alle resultater beregnes igen ud fra bevismaterialet, uden netværk, og sammenlignes:", "Every result is computed again from the evidence, without network, and compared:";
    VERIFY_SHA = "Enhver fil kan sammenlignes med sit fingeraftryk her i rapporten uden særligt værktøj:", "Any file can be compared with its digest in this report without a special tool:";
    VERIFY_TOOL = "Segl, fingeraftryk, visninger og alle resultater kontrolleres med én kommando (PAKKE er rapportpakkens mappe eller zip-fil):", "One command verifies the seal, the digests, the renderings and every result (BUNDLE is the bundle's directory or zip file):";
    WAIVED = "Dispensation", "Waived";
    WAIVED_COUNT = "Brudte krav, der er dækket af en dispensation", "Broken requirements covered by a waiver";
    WAIVER = "Dispensation", "Waiver";
    WAIVERS = "Dispensationer", "Waivers";
    WAIVERS_NOTE = "En dispensation ændrer ikke resultatet; kravet er stadig brudt.", "A waiver does not change the verdict; the requirement is still broken.";
    WHY = "Hvorfor", "Why";
    WORKING_DAYS_MANY = "arbejdsdage", "working days";
    WORKING_DAYS_ONE = "arbejdsdag", "working day";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_of_the_plan_are_the_ones_that_the_plan_writes() {
        let plan = include_str!("../plan.rs");
        for reason in PLAN_REASONS {
            let written = match reason.en.strip_prefix("the target names no ") {
                Some(what) => format!("=> \"{what}\""),
                None => reason.en.to_owned(),
            };
            assert!(plan.contains(&written), "the plan does not write `{written}`");
            let selected = plan_reason(&format!("{}{}", reason.en, SELECTED.en), Language::Da);
            assert_eq!(selected, Some(format!("{}{}", reason.da, SELECTED.da)));
        }
        assert!(plan.contains(SELECTED.en) && plan.contains("the target names no {what}"));
        assert_eq!(plan_reason("2048 bits", Language::Da), None);
    }
}
