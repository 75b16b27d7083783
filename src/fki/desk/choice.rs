//! What can be done to a good Response at the desk: the cases of the login checks, and every change there is.

use crate::checks;
use crate::language::{Language, Text};
use crate::trial::{
    ContentEncryption, Delivery, Encryption, KeyTransport, Mutation, RecipientKeyInfo, Signer, Wrapping,
};

/// One line of the list.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What the form sends.
    pub id: String,
    /// What is done, or the requirement that the case tests.
    pub text: Text,
    /// The check whose case it is.
    pub check: Option<&'static str>,
    /// Whether the Response answers the request; a person decides by hand what else happens to it.
    pub solicited: bool,
    /// What is done to it.
    pub mutations: &'static [Mutation],
}

impl Choice {
    /// The line as a person reads it.
    #[must_use]
    pub fn label(&self, language: Language) -> String {
        match self.check {
            Some(check) => format!("{check}: {}", self.text.get(language)),
            None => self.text.get(language).to_owned(),
        }
    }

    /// Whether a forged identity is in the message.
    #[must_use]
    pub fn forges(&self) -> bool {
        self.mutations.iter().any(|m| matches!(m, Mutation::Wrap(_) | Mutation::CommentInNameId))
    }
}

const fn text(da: &'static str, en: &'static str) -> Text {
    Text { da, en }
}

const fn encrypt(content: ContentEncryption, key: KeyTransport, key_info: RecipientKeyInfo) -> Mutation {
    Mutation::Encrypt(Encryption { content, key, key_info })
}

const X509: RecipientKeyInfo = RecipientKeyInfo::X509Certificate;

/// Every change that is by itself a trial; the cases of the checks add those that take several, or a number. The first is the
/// good message.
const CHANGES: &[(&str, Text, &[Mutation])] = &[
    ("good", text("Et korrekt svar", "A good Response"), &[]),
    ("unsigned", text("Assertionen er ikke signeret", "The Assertion is not signed"), &[Mutation::Unsigned]),
    (
        "sign-response",
        text("Både Response og Assertion er signeret", "Response and Assertion are signed"),
        &[Mutation::SignResponse],
    ),
    (
        "sign-response-only",
        text("Kun Response er signeret", "Only the Response is signed"),
        &[Mutation::SignResponseOnly],
    ),
    (
        "tampered",
        text("En attribut er ændret efter signeringen", "An attribute was changed after signing"),
        &[Mutation::TamperAttribute],
    ),
    ("sha1", text("Signeret med RSA-SHA1", "Signed with RSA-SHA1"), &[Mutation::Sha1]),
    (
        "second-key",
        text("Signeret med den anden nøgle i metadata", "Signed with the second key of the metadata"),
        &[Mutation::SignedBy(Signer::SecondKey)],
    ),
    (
        "stranger-x509",
        text(
            "Signeret af en fremmed, med certifikatet i KeyInfo",
            "Signed by a stranger, with a certificate in KeyInfo",
        ),
        &[Mutation::SignedBy(Signer::StrangerX509)],
    ),
    (
        "stranger-key-value",
        text(
            "Signeret af en fremmed, med den rå nøgle i KeyInfo",
            "Signed by a stranger, with the bare key in KeyInfo",
        ),
        &[Mutation::SignedBy(Signer::StrangerKeyValue)],
    ),
    (
        "destination",
        text("Destination er et andet systems", "Destination is another system's"),
        &[Mutation::Destination],
    ),
    ("recipient", text("Recipient er et andet systems", "Recipient is another system's"), &[Mutation::Recipient]),
    ("audience", text("Audience er et andet system", "Audience is another system"), &[Mutation::Audience]),
    (
        "issuer",
        text("Issuer er en anden identitetsudbyder", "Issuer is another identity provider"),
        &[Mutation::Issuer],
    ),
    (
        "unknown-in-response-to",
        text("Svar på en anmodning, der aldrig er sendt", "Answer to a request that was never made"),
        &[Mutation::UnknownInResponseTo],
    ),
    (
        "level-below",
        text("Sikringsniveauet er under systemets mindste", "The level of assurance is below the system's minimum"),
        &[Mutation::LevelBelowMinimum],
    ),
    (
        "comment",
        text("Et andet NameID efterfulgt af en XML-kommentar", "Another NameID followed by an XML comment"),
        &[Mutation::CommentInNameId],
    ),
    ("xsw3", text("Signaturindpakning XSW3", "Signature wrapping XSW3"), &[Mutation::Wrap(Wrapping::Xsw3)]),
    ("xsw4", text("Signaturindpakning XSW4", "Signature wrapping XSW4"), &[Mutation::Wrap(Wrapping::Xsw4)]),
    ("xsw5", text("Signaturindpakning XSW5", "Signature wrapping XSW5"), &[Mutation::Wrap(Wrapping::Xsw5)]),
    ("xsw6", text("Signaturindpakning XSW6", "Signature wrapping XSW6"), &[Mutation::Wrap(Wrapping::Xsw6)]),
    ("xsw7", text("Signaturindpakning XSW7", "Signature wrapping XSW7"), &[Mutation::Wrap(Wrapping::Xsw7)]),
    ("xsw8", text("Signaturindpakning XSW8", "Signature wrapping XSW8"), &[Mutation::Wrap(Wrapping::Xsw8)]),
    (
        "encrypted",
        text("Krypteret, som Context Handler gør", "Encrypted as the Context Handler does"),
        &[Mutation::Encrypt(Encryption::CONTEXT_HANDLER)],
    ),
    (
        "encrypted-gcm",
        text("Krypteret: AES-128-GCM, RSA-OAEP (SHA-1)", "Encrypted: AES-128-GCM, RSA-OAEP (SHA-1)"),
        &[encrypt(ContentEncryption::Aes128Gcm, KeyTransport::OaepMgf1pSha1, X509)],
    ),
    (
        "encrypted-cbc",
        text("Krypteret: AES-256-CBC, RSA-OAEP (SHA-1)", "Encrypted: AES-256-CBC, RSA-OAEP (SHA-1)"),
        &[encrypt(ContentEncryption::Aes256Cbc, KeyTransport::OaepMgf1pSha1, X509)],
    ),
    (
        "encrypted-reference",
        text("Krypteret, med SecurityTokenReference i KeyInfo", "Encrypted, with a SecurityTokenReference in KeyInfo"),
        &[encrypt(ContentEncryption::Aes256Gcm, KeyTransport::OaepMgf1pSha1, RecipientKeyInfo::SecurityTokenReference)],
    ),
    ("plain", text("Ikke krypteret", "Not encrypted"), &[Mutation::Plain]),
];

/// Every choice: first the changes, then the cases of the login checks that a person can carry out and that are not one of
/// them.
#[must_use]
pub fn all() -> Vec<Choice> {
    let mut choices: Vec<_> = CHANGES
        .iter()
        .map(|(id, text, mutations)| Choice {
            id: (*id).to_owned(),
            text: *text,
            check: None,
            solicited: true,
            mutations,
        })
        .collect();
    for check in checks::login::CHECKS {
        let case = check.case();
        let solicited = match case.delivery {
            Delivery::Answer => true,
            Delivery::Unsolicited => false,
            // These are what a person does with two browsers and the Back button.
            Delivery::ForeignRequest
            | Delivery::ReplayAtOnce
            | Delivery::ReplayAfterLogout
            | Delivery::ReplayInOtherBrowser => continue,
        };
        let known = |c: &Choice| c.solicited == solicited && c.mutations == case.mutations;
        if !choices.iter().any(known) {
            let meta = check.meta();
            choices.push(Choice {
                id: format!("case-{}", case.id),
                text: meta.title,
                check: Some(meta.id),
                solicited,
                mutations: case.mutations,
            });
        }
    }
    choices
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_the_first_choice_is_the_good_message() {
        let all = all();
        assert!(all[0].mutations.is_empty() && all[0].solicited);
        assert_eq!(all.iter().map(|c| &c.id).collect::<BTreeSet<_>>().len(), all.len());
    }
}
