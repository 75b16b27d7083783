//! XML signature wrapping: a valid signature over one element, and a forged identity in another. Numbered as in SAML Raider.
//!
//! XSW1 and XSW2 wrap a signed Response; its Assertion is signed as well, so that nothing but the wrapping is wrong.

use crate::checks::trials::no_forged_identity;
use crate::login_check;
use crate::trial::{Case, Mutation, Wrapping};

login_check! {
    /// A forged Response whose Signature carries the genuine, signed Response inside it gives no session (XSW1).
    ///
    /// ## Why
    /// The signature verifies over the hidden genuine Response, while the system may read the forged one around it.
    ///
    /// ## What to do
    /// Read the identity only from the element that the verified Reference points at, and require that this element is the
    /// document's root.
    pub Wrapping1Refused {
        id: "login.signature-wrapping-1-refused",
        case: Case::answer("xsw1", &[Mutation::SignResponse, Mutation::Wrap(Wrapping::Xsw1)]),
        judged: no_forged_identity,
        title: da "Signaturindpakning XSW1 (en kopi af den ægte Response inde i signaturen på en forfalsket) giver ingen session",
               en "Signature wrapping XSW1 (a copy of the genuine, signed Response inside the Signature of a forged one) gives no session",
        rows: ["FKI-RSP-07", "ATT-01"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Core (saml-core-2.0-os)", "5.4.2: the Reference names the ID of the signed element itself"),
            ("SAMLRaider 9abd338, XSWHelpers", "XSW1"),
            ("Somorovsky et al., On Breaking SAML, USENIX Security 2012", "4"),
        ],
        remediation: da "Læs kun identiteten i det element, som den verificerede signatur dækker, og kræv netop én Assertion som barn af Response.",
                     en "Read the identity only from the element that the verified signature covers, and require exactly one Assertion as a child of Response.",
        parameters: [("signed_identity_may_enter", Boolean(false), "whether a session as the signed identity, with the forged part ignored, counts as met")],
    }
}

login_check! {
    /// A forged Response with the genuine Response, without its Signature, before the Signature gives no session (XSW2).
    ///
    /// ## Why
    /// A library that finds the signed element by its ID anywhere in the document verifies the genuine one; the program then
    /// reads the forged root.
    ///
    /// ## What to do
    /// Require that the Signature's Reference names its own parent element, and validate against the schema before reading.
    pub Wrapping2Refused {
        id: "login.signature-wrapping-2-refused",
        case: Case::answer("xsw2", &[Mutation::SignResponse, Mutation::Wrap(Wrapping::Xsw2)]),
        judged: no_forged_identity,
        title: da "Signaturindpakning XSW2 (en kopi af den ægte Response før signaturen på en forfalsket) giver ingen session",
               en "Signature wrapping XSW2 (a copy of the genuine, signed Response before the Signature of a forged one) gives no session",
        rows: ["FKI-RSP-07", "ATT-02"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Core (saml-core-2.0-os)", "5.4.2: the Reference names the ID of the signed element itself"),
            ("SAMLRaider 9abd338, XSWHelpers", "XSW2"),
            ("Somorovsky et al., On Breaking SAML, USENIX Security 2012", "4"),
        ],
        remediation: da "Læs kun identiteten i det element, som den verificerede signatur dækker, og kræv netop én Assertion som barn af Response.",
                     en "Read the identity only from the element that the verified signature covers, and require exactly one Assertion as a child of Response.",
        parameters: [("signed_identity_may_enter", Boolean(false), "whether a session as the signed identity, with the forged part ignored, counts as met")],
    }
}

login_check! {
    /// A Response with a forged Assertion before the genuine, signed one gives no session as the forged user (XSW3).
    ///
    /// ## Why
    /// The signature of the second Assertion is valid, and the document is valid against its schema. A program that takes the
    /// first Assertion logs the forged user in.
    ///
    /// ## What to do
    /// Require exactly one Assertion as a direct child of Response, and take the data from the element whose signature was
    /// verified, never from `getElementsByTagName("Assertion")[0]`.
    pub Wrapping3Refused {
        id: "login.signature-wrapping-3-refused",
        case: Case::answer("xsw3", &[Mutation::Wrap(Wrapping::Xsw3)]),
        judged: no_forged_identity,
        title: da "Signaturindpakning XSW3 (en forfalsket assertion før den signerede) giver ingen session",
               en "Signature wrapping XSW3 (a forged assertion before the signed one) gives no session",
        rows: ["FKI-RSP-07", "ATT-03"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Core (saml-core-2.0-os)", "5.4.2: the Reference names the ID of the signed element itself"),
            ("SAMLRaider 9abd338, XSWHelpers", "XSW3"),
            ("Somorovsky et al., On Breaking SAML, USENIX Security 2012", "4"),
        ],
        remediation: da "Læs kun identiteten i det element, som den verificerede signatur dækker, og kræv netop én Assertion som barn af Response.",
                     en "Read the identity only from the element that the verified signature covers, and require exactly one Assertion as a child of Response.",
        parameters: [("signed_identity_may_enter", Boolean(false), "whether a session as the signed identity, with the forged part ignored, counts as met")],
    }
}

login_check! {
    /// A Response with a forged Assertion around the genuine, signed one gives no session as the forged user (XSW4).
    ///
    /// ## Why
    /// A search through the whole document finds a valid signature; the direct child of Response is the forged Assertion.
    ///
    /// ## What to do
    /// Require that the Signature is a direct child of the very Assertion that is used, and that its Reference names that
    /// Assertion's ID.
    pub Wrapping4Refused {
        id: "login.signature-wrapping-4-refused",
        case: Case::answer("xsw4", &[Mutation::Wrap(Wrapping::Xsw4)]),
        judged: no_forged_identity,
        title: da "Signaturindpakning XSW4 (en forfalsket assertion uden om den signerede) giver ingen session",
               en "Signature wrapping XSW4 (a forged assertion around the signed one) gives no session",
        rows: ["FKI-RSP-07", "ATT-04"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Core (saml-core-2.0-os)", "5.4.2: the Reference names the ID of the signed element itself"),
            ("SAMLRaider 9abd338, XSWHelpers", "XSW4"),
            ("Somorovsky et al., On Breaking SAML, USENIX Security 2012", "4"),
        ],
        remediation: da "Læs kun identiteten i det element, som den verificerede signatur dækker, og kræv netop én Assertion som barn af Response.",
                     en "Read the identity only from the element that the verified signature covers, and require exactly one Assertion as a child of Response.",
        parameters: [("signed_identity_may_enter", Boolean(false), "whether a session as the signed identity, with the forged part ignored, counts as met")],
    }
}

login_check! {
    /// A Response whose forged Assertion carries the genuine Signature, with the genuine Assertion at the end, gives no
    /// session (XSW5).
    ///
    /// ## Why
    /// The forged Assertion has a Signature as its child, and that Signature is valid, but over another element.
    ///
    /// ## What to do
    /// Compare the ID that the Reference names with the ID of the element that holds the Signature, and require exactly one
    /// Assertion.
    pub Wrapping5Refused {
        id: "login.signature-wrapping-5-refused",
        case: Case::answer("xsw5", &[Mutation::Wrap(Wrapping::Xsw5)]),
        judged: no_forged_identity,
        title: da "Signaturindpakning XSW5 (signaturen i en forfalsket assertion, den ægte til sidst) giver ingen session",
               en "Signature wrapping XSW5 (the signature in a forged assertion, the genuine one at the end) gives no session",
        rows: ["FKI-RSP-07", "ATT-05"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Core (saml-core-2.0-os)", "5.4.2: the Reference names the ID of the signed element itself"),
            ("SAMLRaider 9abd338, XSWHelpers", "XSW5"),
            ("Somorovsky et al., On Breaking SAML, USENIX Security 2012", "4"),
        ],
        remediation: da "Læs kun identiteten i det element, som den verificerede signatur dækker, og kræv netop én Assertion som barn af Response.",
                     en "Read the identity only from the element that the verified signature covers, and require exactly one Assertion as a child of Response.",
        parameters: [("signed_identity_may_enter", Boolean(false), "whether a session as the signed identity, with the forged part ignored, counts as met")],
    }
}

login_check! {
    /// A Response whose forged Assertion carries the genuine Signature with the genuine Assertion inside gives no session
    /// (XSW6).
    ///
    /// ## Why
    /// Resolving the Reference by ID finds the genuine Assertion inside the Signature, while the program reads the forged one
    /// outside.
    ///
    /// ## What to do
    /// As for XSW5; refuse Signatures with anything in them but SignedInfo, SignatureValue and KeyInfo.
    pub Wrapping6Refused {
        id: "login.signature-wrapping-6-refused",
        case: Case::answer("xsw6", &[Mutation::Wrap(Wrapping::Xsw6)]),
        judged: no_forged_identity,
        title: da "Signaturindpakning XSW6 (signaturen i en forfalsket assertion, den ægte inde i signaturen) giver ingen session",
               en "Signature wrapping XSW6 (the signature in a forged assertion, the genuine one inside the signature) gives no session",
        rows: ["FKI-RSP-07", "ATT-06"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Core (saml-core-2.0-os)", "5.4.2: the Reference names the ID of the signed element itself"),
            ("SAMLRaider 9abd338, XSWHelpers", "XSW6"),
            ("Somorovsky et al., On Breaking SAML, USENIX Security 2012", "4"),
        ],
        remediation: da "Læs kun identiteten i det element, som den verificerede signatur dækker, og kræv netop én Assertion som barn af Response.",
                     en "Read the identity only from the element that the verified signature covers, and require exactly one Assertion as a child of Response.",
        parameters: [("signed_identity_may_enter", Boolean(false), "whether a session as the signed identity, with the forged part ignored, counts as met")],
    }
}

login_check! {
    /// A Response with a forged Assertion of the same ID in `samlp:Extensions` gives no session as the forged user (XSW7).
    ///
    /// ## Why
    /// Two elements have the same ID. Verifier and reader may each find another one. `Extensions` allows any content, so a
    /// lax schema does not help.
    ///
    /// ## What to do
    /// Refuse documents in which an ID occurs twice, and read Assertions only as direct children of Response.
    pub Wrapping7Refused {
        id: "login.signature-wrapping-7-refused",
        case: Case::answer("xsw7", &[Mutation::Wrap(Wrapping::Xsw7)]),
        judged: no_forged_identity,
        title: da "Signaturindpakning XSW7 (en forfalsket assertion med samme ID i Extensions) giver ingen session",
               en "Signature wrapping XSW7 (a forged assertion with the same ID in Extensions) gives no session",
        rows: ["FKI-RSP-07", "ATT-07"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Core (saml-core-2.0-os)", "5.4.2: the Reference names the ID of the signed element itself"),
            ("SAMLRaider 9abd338, XSWHelpers", "XSW7"),
            ("Somorovsky et al., On Breaking SAML, USENIX Security 2012", "4"),
        ],
        remediation: da "Læs kun identiteten i det element, som den verificerede signatur dækker, og kræv netop én Assertion som barn af Response.",
                     en "Read the identity only from the element that the verified signature covers, and require exactly one Assertion as a child of Response.",
        parameters: [("signed_identity_may_enter", Boolean(false), "whether a session as the signed identity, with the forged part ignored, counts as met")],
    }
}

login_check! {
    /// A Response whose forged Assertion carries the genuine Signature with the genuine Assertion in a `ds:Object` gives no
    /// session (XSW8).
    ///
    /// ## Why
    /// `ds:Object` may hold anything, so the document is valid against its schema and the signature may be found valid.
    ///
    /// ## What to do
    /// Refuse `ds:Object` in signatures, and require that the Reference names the Signature's parent.
    pub Wrapping8Refused {
        id: "login.signature-wrapping-8-refused",
        case: Case::answer("xsw8", &[Mutation::Wrap(Wrapping::Xsw8)]),
        judged: no_forged_identity,
        title: da "Signaturindpakning XSW8 (den ægte assertion i et ds:Object i signaturen) giver ingen session",
               en "Signature wrapping XSW8 (the genuine assertion in a ds:Object of the signature) gives no session",
        rows: ["FKI-RSP-07", "ATT-08"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Core (saml-core-2.0-os)", "5.4.2: the Reference names the ID of the signed element itself"),
            ("SAMLRaider 9abd338, XSWHelpers", "XSW8"),
            ("Somorovsky et al., On Breaking SAML, USENIX Security 2012", "4"),
        ],
        remediation: da "Læs kun identiteten i det element, som den verificerede signatur dækker, og kræv netop én Assertion som barn af Response.",
                     en "Read the identity only from the element that the verified signature covers, and require exactly one Assertion as a child of Response.",
        parameters: [("signed_identity_may_enter", Boolean(false), "whether a session as the signed identity, with the forged part ignored, counts as met")],
    }
}
