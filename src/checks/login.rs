//! The checks on login trials, in the order the trials are made. A check is a row: its case (what is sent) and what must come
//! of it stand together, in one file a kind of mistake.

mod accepted;
mod addressing;
mod identity;
mod level;
mod replay;
mod request;
mod signature;
mod time;
mod wrapping;

use crate::check::Check;
use crate::subject::TrialSubject;
use crate::trial::Case;

/// A check on a login trial.
pub trait LoginCheck: Check<TrialSubject> {
    /// What is sent. Checks with the same case share its trial.
    fn case(&self) -> &'static Case;
}

/// Declares a check on a login trial: its case and the function that judges it, and its data as [`check!`](crate::check!) has it.
#[macro_export]
macro_rules! login_check {
    (
        $(#[doc = $doc:literal])+
        pub $name:ident { id: $id:literal, case: $case:expr, judged: $judge:path, $($rest:tt)* }
    ) => {
        $crate::check! { $(#[doc = $doc])+ pub $name { id: $id, family: Login, $($rest)* } }

        impl $crate::check::Check<$crate::subject::TrialSubject> for $name {
            fn judge(
                &self,
                subject: &$crate::subject::TrialSubject,
                parameters: &$crate::check::Parameters,
            ) -> $crate::outcome::Outcome {
                $judge(subject, parameters)
            }
        }

        impl $crate::checks::login::LoginCheck for $name {
            fn case(&self) -> &'static $crate::trial::Case {
                static CASE: $crate::trial::Case = $case;
                &CASE
            }
        }
    };
}

/// Every check of the family.
pub static CHECKS: &[&dyn LoginCheck] = &[
    &accepted::GoodResponseAccepted,
    &accepted::EncryptedOaepSha1Accepted,
    &accepted::EncryptedOaepSha256Accepted,
    &accepted::SecondSigningKeyAccepted,
    &signature::UnsignedAssertionRefused,
    &signature::Sha1SignatureRefused,
    &signature::StrangersCertificateRefused,
    &signature::StrangersKeyValueRefused,
    &signature::ChangedAfterSigningRefused,
    &signature::EncryptedUnsignedRefused,
    &wrapping::Wrapping1Refused,
    &wrapping::Wrapping2Refused,
    &wrapping::Wrapping3Refused,
    &wrapping::Wrapping4Refused,
    &wrapping::Wrapping5Refused,
    &wrapping::Wrapping6Refused,
    &wrapping::Wrapping7Refused,
    &wrapping::Wrapping8Refused,
    &identity::CommentInNameId,
    &time::ExpiredRefused,
    &time::NotYetValidRefused,
    &addressing::OtherAudienceRefused,
    &addressing::OtherRecipientRefused,
    &addressing::OtherDestinationRefused,
    &addressing::OtherIssuerRefused,
    &request::UnknownRequestRefused,
    &request::OtherBrowsersRequestRefused,
    &request::UnsolicitedRefused,
    &replay::ReplayAtOnceRefused,
    &replay::ReplayAfterLogoutRefused,
    &replay::ReplayInOtherBrowserRefused,
    &level::LevelBelowMinimumRefused,
];
