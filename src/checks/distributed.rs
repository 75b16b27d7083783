//! What checks on trials with messages share: the declaration of a check with its case.

use crate::check::Check;
use crate::outcome::{Outcome, Reason};
use crate::subject::DistributionSubject;
use crate::subject::distribution::NotMade;

/// A check on a trial with messages.
pub trait DistributionCheck: Check<DistributionSubject> {
    /// Id of the case that it judges. Checks with the same case share its trial.
    fn case(&self) -> &'static str;
}

/// The outcome of a trial that was not made; `None` when it was.
#[must_use]
pub fn not_made(subject: &DistributionSubject) -> Option<Outcome> {
    Some(without(subject.not_made?))
}

/// The outcome when something is missing that the target or the run would have to give.
#[must_use]
pub fn without(what: NotMade) -> Outcome {
    let reason = match what {
        NotMade::NotAuthorised => Reason::NotAuthorised,
        NotMade::Offline => Reason::NotAsked,
        NotMade::NotReached => Reason::Missing,
        _ => Reason::NotSupplied,
    };
    Outcome::not_tested(reason, what.needs(), "")
}

impl NotMade {
    /// What the trial would have needed, as reports show it.
    #[must_use]
    pub const fn needs(self) -> &'static str {
        match self {
            Self::NotAuthorised => "an [authorisation] that counts now, outside production",
            Self::Offline => "a run that is not offline",
            Self::NeedsPush => "[beskedfordeler.push]",
            Self::NeedsPull => "[beskedfordeler.pull]",
            Self::NeedsSender => "[beskedfordeler.send]",
            Self::NeedsValueLists => "[beskedfordeler.value_lists]",
            Self::NeedsReadBack => "[beskedfordeler.read_back]",
            Self::NeedsReadBackByAuthority => "`{cvr}` in `url` of [beskedfordeler.read_back]",
            Self::NeedsStoreSwitch => "[beskedfordeler.store]",
            Self::NeedsCanary => "[beskedfordeler.push.canary]",
            Self::NeedsSecondAuthority => "`other_cvr` in [beskedfordeler]",
            Self::NotReached => "a run that gets as far as this trial",
        }
    }
}

/// Declares a check on a trial with messages: its case and the function that judges it, and its data as
/// [`check!`](crate::check!) has it.
#[macro_export]
macro_rules! distribution_check {
    (
        $(#[doc = $doc:literal])+
        pub $name:ident { id: $id:literal, family: $family:ident, case: $case:literal, judged: $judge:path, $($rest:tt)* }
    ) => {
        $crate::check! { $(#[doc = $doc])+ pub $name { id: $id, family: $family, $($rest)* } }

        impl $crate::check::Check<$crate::subject::DistributionSubject> for $name {
            fn judge(
                &self,
                subject: &$crate::subject::DistributionSubject,
                parameters: &$crate::check::Parameters,
            ) -> $crate::outcome::Outcome {
                $judge(subject, parameters)
            }
        }

        impl $crate::checks::distributed::DistributionCheck for $name {
            fn case(&self) -> &'static str {
                $case
            }
        }
    };
}
