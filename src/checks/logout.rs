//! The checks on logout trials (SF1515), in the order the trials are made. A check is a row: its case and what must come of it.

mod request;
mod response;
mod session;

use crate::check::Check;
use crate::subject::TrialSubject;
use crate::trial::LogoutCase;

/// A check on a logout trial.
pub trait LogoutCheck: Check<TrialSubject> {
    /// What is done. Checks with the same case share its trial.
    fn case(&self) -> LogoutCase;
}

/// Declares a check on a logout trial: its case and the function that judges it, and its data as [`check!`](crate::check!) has it.
#[macro_export]
macro_rules! logout_check {
    (
        $(#[doc = $doc:literal])+
        pub $name:ident { id: $id:literal, case: $case:ident, judged: $judge:path, $($rest:tt)* }
    ) => {
        $crate::check! { $(#[doc = $doc])+ pub $name { id: $id, family: Logout, $($rest)* } }

        impl $crate::check::Check<$crate::subject::TrialSubject> for $name {
            fn judge(
                &self,
                subject: &$crate::subject::TrialSubject,
                parameters: &$crate::check::Parameters,
            ) -> $crate::outcome::Outcome {
                $judge(subject, parameters)
            }
        }

        impl $crate::checks::logout::LogoutCheck for $name {
            fn case(&self) -> $crate::trial::LogoutCase {
                $crate::trial::LogoutCase::$case
            }
        }
    };
}

/// Every check of the family.
pub static CHECKS: &[&dyn LogoutCheck] = &[
    &session::LocalSessionEnded,
    &session::OldCookieRefused,
    &request::RequestSent,
    &request::RequestSigned,
    &request::RequestSignatureAlgorithm,
    &request::RequestNameId,
    &request::RequestSessionIndex,
    &request::RequestDestination,
    &request::RequestIssuer,
    &request::RequestIssueInstant,
    &session::IdentityProviderEndsSession,
    &response::ResponseSent,
    &response::ResponseSigned,
    &response::ResponseSuccess,
    &response::ResponseInResponseTo,
    &response::ResponseRelayState,
    &session::UnsignedRequestRefused,
    &session::StrangersRequestRefused,
    &session::OtherUserKeepsSession,
];
