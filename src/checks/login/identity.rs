//! Identities that read differently from what was signed.

use crate::checks::trials::never_the_prefix;
use crate::login_check;
use crate::trial::{Case, Mutation};

login_check! {
    /// A NameID with a comment in it is refused, or its whole text is the identity: never the part before the comment.
    ///
    /// ## Why
    /// Canonicalisation leaves comments out, so the signature stays valid when one is put into a name. A program that reads the
    /// first text node takes `victim` out of `victim<!---->.attacker` (Duo 2018: CVE-2017-11427 and its siblings).
    ///
    /// ## What to do
    /// Read the whole text content of the element (`getTextContent()`, `InnerText`, `"".join(e.itertext())`), not `e.text` or
    /// `firstChild`, or refuse comments. Update the SAML library: every large one has corrected this since 2018.
    pub CommentInNameId {
        id: "login.comment-in-name-id",
        case: Case::answer("comment-in-name-id", &[Mutation::CommentInNameId]),
        judged: never_the_prefix,
        title: da "En kommentar i NameID afkorter aldrig identiteten", en "A comment in the NameID never shortens the identity",
        rows: ["ATT-23"],
        basis: Norm,
        method: Measured,
        sources: [
            ("Exclusive XML Canonicalization (W3C)", "without comments: the signed octets have none"),
            ("SAML V2.0 Core (saml-core-2.0-os)", "2.2.3: the NameID is the element's string content"),
            ("CVE-2017-11427, CVE-2017-11428, CVE-2017-11429, CVE-2017-11430, CVE-2018-0489, CVE-2018-7340", "Duo, 2018"),
        ],
        remediation: da "Læs hele tekstindholdet af NameID, eller afvis kommentarer. Opdatér SAML-biblioteket.",
                     en "Read the whole text of the NameID, or refuse comments. Update the SAML library.",
        parameters: [],
    }
}
