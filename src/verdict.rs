//! The words every later stage shares: verdicts, levels, categories, environments and how a verdict was reached.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What one check, or one requirement, came to. Order is severity for combining the checks of one requirement:
/// a proven breach stays a breach even if another check broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing to judge: an evaluated predicate or a declaration says the requirement does not concern this system.
    NotApplicable,
    /// A positive observation showed that the requirement is met.
    Pass,
    /// Planned, but nothing ran: something the target lacks, a declaration that is missing, an offline run.
    NotTested,
    /// Something ran and could not decide (unreachable, time-out, failed control). Never the vendor's breach.
    Inconclusive,
    /// The probe itself broke. Never the vendor's breach.
    Error,
    /// A demonstrated breach.
    Fail,
}

impl Verdict {
    /// Every verdict, in the order that counts and tables use.
    pub const ALL: [Self; 6] =
        [Self::Pass, Self::Fail, Self::Inconclusive, Self::Error, Self::NotTested, Self::NotApplicable];

    /// The verdict's name as it stands in every file format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
            Self::Error => "error",
            Self::NotApplicable => "not-applicable",
            Self::NotTested => "not-tested",
        }
    }

    /// Combines the verdicts of one requirement's checks: fail > error > inconclusive > not-tested > pass > not-applicable.
    /// No verdict at all is `not-tested`: nothing ran, so nothing is shown.
    pub fn combine(verdicts: impl IntoIterator<Item = Self>) -> Self {
        verdicts.into_iter().max().unwrap_or(Self::NotTested)
    }
}

/// How binding the requirement is. Comes from the profile, never from the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// A failure is a remark for information.
    May,
    /// A failure is a remark that needs the vendor's written reason.
    Should,
    /// A failure counts against acceptance.
    Must,
}

impl Level {
    /// The level's name in every file format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::May => "may",
            Self::Should => "should",
            Self::Must => "must",
        }
    }
}

/// The contract's error category of a requirement that is not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Category {
    /// Critical: one unwaived failure refuses acceptance.
    A,
    /// Serious: accepted only within the profile's maximum.
    B,
    /// Minor: accepted only within the profile's maximum.
    C,
}

impl Category {
    /// The letter as contracts write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        }
    }
}

/// What a requirement or check rests on. Only `norm` and `contract` may carry a `must` (a demonstrated breach aside).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// A rule read in KOMBIT's, Digitaliseringsstyrelsen's or a standard's text.
    Norm,
    /// What the state's reference implementation does.
    ReferenceImplementation,
    /// What an official sample shows.
    Sample,
    /// What all real certificates or messages happen to look like.
    Measurement,
    /// Good practice of the field.
    GoodPractice,
    /// A conclusion from other facts.
    Inference,
    /// A number or rule that the profile's owner set in the contract.
    Contract,
}

impl Basis {
    /// The basis' name in every file format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Norm => "norm",
            Self::ReferenceImplementation => "reference-implementation",
            Self::Sample => "sample",
            Self::Measurement => "measurement",
            Self::GoodPractice => "good-practice",
            Self::Inference => "inference",
            Self::Contract => "contract",
        }
    }

    /// Whether a requirement on this basis may be a `must`.
    #[must_use]
    pub const fn may_be_must(self) -> bool {
        matches!(self, Self::Norm | Self::Contract)
    }
}

/// How a verdict was reached. Reports count the three apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// The probe acted on a live endpoint and saw the answer.
    Measured,
    /// The probe examined a document or file that was handed over or fetched.
    Inspected,
    /// Somebody said so, in a declaration with name, date and document.
    Declared,
}

impl Method {
    /// Every method, in the order that counts and tables use.
    pub const ALL: [Self; 3] = [Self::Measured, Self::Inspected, Self::Declared];

    /// The method's name in every file format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Inspected => "inspected",
            Self::Declared => "declared",
        }
    }
}

/// Where the system under test runs. Decides trust anchors and what may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Environment {
    /// Production. Passive checks only.
    Production,
    /// FKI's external test (eksterntest). Production OCES3 certificates, as the Context Handler demands.
    ExternalTest,
    /// NemLog-in's integration test. Test OCES3 certificates.
    NemloginTest,
    /// A developer's machine or a test PKI; the only environment where added anchors and example keys count.
    Local,
}

impl Environment {
    /// The environment's name in every file format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::ExternalTest => "external-test",
            Self::NemloginTest => "nemlogin-test",
            Self::Local => "local",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{Error, Fail, Inconclusive, NotApplicable, NotTested, Pass};
    use super::*;

    #[test]
    fn combining_follows_the_severity_order() {
        assert_eq!(Verdict::combine([]), NotTested, "nothing ran is never a pass");
        assert_eq!(Verdict::combine([Pass, NotApplicable]), Pass);
        assert_eq!(Verdict::combine([Pass, NotTested]), NotTested);
        assert_eq!(Verdict::combine([NotTested, Inconclusive]), Inconclusive);
        assert_eq!(Verdict::combine([Error, Inconclusive, Pass]), Error);
        assert_eq!(Verdict::combine([Error, Fail, Pass]), Fail, "a proven breach stays a breach");
    }

    #[test]
    fn names_are_the_serialised_names() {
        for verdict in Verdict::ALL {
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.name());
        }
        for method in Method::ALL {
            assert_eq!(serde_json::to_value(method).unwrap(), method.name());
        }
    }
}
