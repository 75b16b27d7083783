//! What checks on trials with messages share: the declaration of a check with its case.

use crate::check::Check;
use crate::subject::DistributionSubject;

/// A check on a trial with messages.
pub trait DistributionCheck: Check<DistributionSubject> {
    /// Id of the case that it judges. Checks with the same case share its trial.
    fn case(&self) -> &'static str;
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
