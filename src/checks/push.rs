//! The checks on messages pushed to the system (BeskedFåTilsendt). A check is a row: its case (what is posted) and what must come of
//! it, in one file a topic. How they are judged is in `checks::pushed`, what the cases do in `trial::push`.

mod answer;
mod authorities;
mod content;
mod duplicates;
mod hostile;
mod store;
mod time;

use crate::checks::distributed::DistributionCheck;

/// Every check of the family.
pub static CHECKS: &[&dyn DistributionCheck] = &[
    &answer::GoodMessageConfirmed,
    &answer::AnswerSchema,
    &answer::AnswerNotEmpty,
    &answer::AnswerContentType,
    &time::AnswerTime,
    &time::SlowMessageConfirmed,
    &duplicates::DuplicateConfirmed,
    &duplicates::DuplicateOneEffect,
    &duplicates::AtOnceAnswered,
    &duplicates::AtOnceOneEffect,
    &duplicates::SameIdOtherContentRefused,
    &duplicates::SameIdOneEffect,
    &content::Base64KuvertConfirmed,
    &content::Base64BeskedConfirmed,
    &content::Base64NoneConfirmed,
    &content::UnknownTypeNeverStops,
    &content::UnknownTypeConfirmed,
    &content::UnknownTypeKept,
    &content::DeviatingPayloadConfirmed,
    &content::DeviatingPayloadKept,
    &content::LargeMessageNeverStops,
    &authorities::PermittedCvrNrConfirmed,
    &authorities::PermittedCvrNrProcessed,
    &authorities::PermittedDigitsConfirmed,
    &authorities::PermittedDigitsProcessed,
    &authorities::PermittedEverybodyConfirmed,
    &authorities::PermittedEverybodyProcessed,
    &authorities::PermittedManyConfirmed,
    &authorities::PermittedManyProcessed,
    &authorities::OtherAuthorityNotProcessed,
    &hostile::MalformedNeverConfirmed,
    &hostile::MalformedNeverStops,
    &hostile::MalformedAnsweredWithStatus,
    &hostile::MalformedAnswered40,
    &hostile::NoBeskedIdNeverConfirmed,
    &hostile::WrongNamespaceNeverConfirmed,
    &hostile::EmptyNeverConfirmed,
    &hostile::InternalEntityRefused,
    &hostile::ExternalEntityNotFetched,
    &hostile::ExternalEntityRefused,
    &hostile::ParameterEntityNotFetched,
    &hostile::ExternalSubsetNotFetched,
    &hostile::EntityExpansionRefused,
    &store::StoreDownNeverConfirmed,
    &store::StoreDownTakenOnce,
];
