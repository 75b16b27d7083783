//! The third-party service provider of [`crate::mellon`], judged by the real program with the profile for any SAML 2.0 system.
//!
//! [`EXPECTED`] was written from what mod_auth_mellon documents (see [`crate::mellon::EXPECTED`] for the places), not from what
//! the program found: an outcome that differs is to be explained, and if the program is wrong, mended.

use crate::mellon::{CANARY_ATTRIBUTE, Mellon};
use crate::support::run;
use jiff::{SignedDuration, Timestamp};
use kravprobe::fki::{IdentityProvider, Style};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Requirement, check, verdict, reason, and why.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str);

const fn pass(requirement: &'static str, check: &'static str, why: &'static str) -> Row {
    (requirement, check, "pass", "met", why)
}

const fn accepted(requirement: &'static str, check: &'static str, why: &'static str) -> Row {
    (requirement, check, "fail", "accepted", why)
}

const SIGNED: &str = "AuthnRequestsSigned, MellonSignatureMethod rsa-sha256: the Redirect binding's signature, with the key of the metadata";
const LASSO: &str = "lasso writes it in every message (lasso_samlp2_request_abstract, profile.c)";
const DIRECT_CHILD: &str =
    "lasso_verify_signature: the Signature is a direct child of the element used and its Reference names that element";
const GENUINE: &str = "XSW7: Extensions are not read, so the user is the one whom the signature vouches for";
const NO_STATE: &str = "every message gets a new LassoLogin without request_id: InResponseTo is compared with nothing";
const LIVING: &str = "am_validate_unique_assertion_id: the ID belongs to a living session";

const EXPECTED: &[Row] = &[
    pass("WSSO-01", "login.good-response-accepted", "a good Response"),
    pass("WSSO-02", "authn-request.readable", "Redirect binding with DEFLATE"),
    pass("WSSO-02", "authn-request.version", LASSO),
    pass("WSSO-03", "authn-request.destination", "the SSO Location of the metadata"),
    pass("WSSO-03", "authn-request.issuer", "the entityID of MellonSPMetadataFile"),
    pass("WSSO-04", "authn-request.id", LASSO),
    pass("WSSO-04", "authn-request.issue-instant", LASSO),
    pass("WSSO-05", "authn-request.consumer-service", "the metadata has one AssertionConsumerService"),
    pass("WSSO-05", "authn-request.protocol-binding", "HTTP-POST or none"),
    pass("WSSO-06", "authn-request.signed", SIGNED),
    pass("WSSO-07", "authn-request.signature-algorithm", SIGNED),
    pass("WSSO-08", "authn-request.no-embedded-signature", SIGNED),
    pass("WSSO-09", "authn-request.name-id-policy", "the NameIDFormat of the SP metadata"),
    (
        "WSSO-10",
        "authn-request.relay-state",
        "fail",
        "forbidden",
        "am_auth_new_login: RelayState is the address of the page that was asked for",
    ),
    pass(
        "WSSO-11",
        "login.unsigned-assertion-refused",
        "lasso error 440: an Assertion in an unsigned Response must be signed",
    ),
    pass(
        "WSSO-11",
        "login.strangers-certificate-refused",
        "lasso_verify_signature takes the metadata's key, not the message's",
    ),
    pass(
        "WSSO-11",
        "login.strangers-key-value-refused",
        "lasso_verify_signature takes the metadata's key, not the message's",
    ),
    pass("WSSO-11", "login.changed-after-signing-refused", "xmlSecDSigCtxVerify"),
    pass(
        "WSSO-11",
        "login.encrypted-unsigned-refused",
        "lasso error 440 after decryption, which a good encrypted login shows to work",
    ),
    accepted(
        "WSSO-12",
        "login.sha1-signature-refused",
        "lasso commit f095ac8f5740: --min-hash-algo, \"The default is sha1\"",
    ),
    pass("WSSO-13", "login.signature-wrapping-1-refused", DIRECT_CHILD),
    pass("WSSO-13", "login.signature-wrapping-2-refused", DIRECT_CHILD),
    pass("WSSO-13", "login.signature-wrapping-3-refused", DIRECT_CHILD),
    pass("WSSO-13", "login.signature-wrapping-4-refused", DIRECT_CHILD),
    pass("WSSO-13", "login.signature-wrapping-5-refused", DIRECT_CHILD),
    pass("WSSO-13", "login.signature-wrapping-6-refused", DIRECT_CHILD),
    pass("WSSO-13", "login.signature-wrapping-7-refused", GENUINE),
    pass("WSSO-13", "login.signature-wrapping-8-refused", DIRECT_CHILD),
    pass("WSSO-14", "login.signature-wrapping-1-refused", DIRECT_CHILD),
    pass("WSSO-14", "login.signature-wrapping-2-refused", DIRECT_CHILD),
    pass("WSSO-14", "login.signature-wrapping-3-refused", DIRECT_CHILD),
    pass("WSSO-14", "login.signature-wrapping-4-refused", DIRECT_CHILD),
    pass("WSSO-14", "login.signature-wrapping-5-refused", DIRECT_CHILD),
    pass("WSSO-14", "login.signature-wrapping-6-refused", DIRECT_CHILD),
    accepted("WSSO-14", "login.signature-wrapping-7-refused", GENUINE),
    pass("WSSO-14", "login.signature-wrapping-8-refused", DIRECT_CHILD),
    pass(
        "WSSO-15",
        "login.comment-in-name-id",
        "lasso 2.8.1-1+deb12u1: \"test that inserted comment do not change node value\"; the page shows the whole text",
    ),
    pass("WSSO-16", "login.expired-refused", "\"NotOnOrAfter in SubjectConfirmationData was in the past\""),
    pass("WSSO-16", "login.not-yet-valid-refused", "\"NotBefore in Condition was in the future\""),
    pass("WSSO-17", "login.other-audience-refused", "am_validate_conditions: \"Invalid Audience in Conditions\""),
    pass(
        "WSSO-18",
        "login.other-recipient-refused",
        "am_validate_subject: \"Wrong Recipient in SubjectConfirmationData\"",
    ),
    pass("WSSO-18", "login.other-destination-refused", "am_handle_reply_common: \"Invalid Destination on Response\""),
    pass("WSSO-19", "login.other-issuer-refused", "LASSO_SERVER_ERROR_PROVIDER_NOT_FOUND"),
    accepted("WSSO-20", "login.unknown-request-refused", NO_STATE),
    accepted("WSSO-21", "login.other-browsers-request-refused", NO_STATE),
    accepted(
        "WSSO-22",
        "login.unsolicited-refused",
        "README.md, MellonDefaultLoginPath: \"after an IdP-initiated login\"",
    ),
    pass("WSSO-23", "login.replay-at-once-refused", LIVING),
    pass("WSSO-23", "login.replay-in-other-browser-refused", LIVING),
    pass("WSSO-24", "login.encrypted-oaep-sha1-accepted", "xmlsec1 --list-transforms: rsa-oaep-mgf1p"),
    (
        "WSSO-24",
        "login.encrypted-oaep-sha256-accepted",
        "fail",
        "refused",
        "xmlsec 1.2.37 knows no http://www.w3.org/2009/xmlenc11#rsa-oaep",
    ),
    pass(
        "WSSO-25",
        "login.second-signing-key-accepted",
        "lasso commit e67f2bb65877: every signing KeyDescriptor is tried",
    ),
    accepted(
        "WSSO-26",
        "login.replay-after-logout-refused",
        "the Assertion's ID is forgotten with the session: a browser that began another login is let in",
    ),
    pass(
        "WSSO-27",
        "logout.local-session-ended",
        "am_init_logout_request: logged_in = 0 before the LogoutRequest is sent",
    ),
    pass("WSSO-27", "logout.request-sent", "am_init_logout_request, HTTP-Redirect"),
    pass("WSSO-28", "logout.request-signed", SIGNED),
    pass("WSSO-29", "logout.request-signature-algorithm", SIGNED),
    pass("WSSO-30", "logout.request-name-id", "the NameID of the session's Assertion"),
    pass("WSSO-30", "logout.request-session-index", "am_init_logout_request: \"Set SessionIndex\""),
    pass("WSSO-31", "logout.request-destination", LASSO),
    pass("WSSO-31", "logout.request-issuer", LASSO),
    pass("WSSO-31", "logout.request-issue-instant", LASSO),
    pass("WSSO-32", "logout.old-cookie-refused", "the session's entry in the cache is deleted, not only the cookie"),
    pass(
        "WSSO-33",
        "logout.identity-provider-ends-session",
        "am_handle_logout_request: \"We found a matching session -- delete it.\"",
    ),
    pass("WSSO-34", "logout.response-sent", "lasso_logout_build_response_msg asks for the ResponseLocation first"),
    pass("WSSO-35", "logout.response-signed", SIGNED),
    pass("WSSO-35", "logout.response-success", "lasso_logout_validate_request found the session"),
    pass("WSSO-35", "logout.response-in-response-to", LASSO),
    pass("WSSO-36", "logout.response-relay-state", "am_return_logout_response gives RelayState back"),
    (
        "WSSO-37",
        "logout.unsigned-request-refused",
        "fail",
        "ended",
        "am_handle_logout_request: \"Ignore missing signature\"; with SigAlg and without Signature that is what lasso says",
    ),
    pass(
        "WSSO-37",
        "logout.strangers-request-refused",
        "every other error of lasso_logout_process_request_msg is status 400",
    ),
    (
        "WSSO-38",
        "logout.other-user-keeps-session",
        "fail",
        "ended",
        "am_delete_request_session takes the cookie of the browser that carried the message, whoever the request names",
    ),
];

fn target(mellon: &Mellon, at: Timestamp) -> String {
    let hour = SignedDuration::from_hours(1);
    let mut text = format!(
        r#"
schema = 1
environment = "local"

[system]
name = "Apache med mod_auth_mellon"
version = "0.18.1"

[politeness]
requests_per_second = 100

[[anchor]]
file = "web.der"
use = "tls"

[[metadata]]
name = "sp"
file = "sp.xml"

[[declaration]]
kind = "single-logout"
value = true
who = "Systemejer, Eksempel Leverandør A/S"
when = 2026-11-01

[authorisation]
granted_by = "Systemejer, Eksempel Leverandør A/S"
granted_at = "{}"
until = "{}"
scope = "login- og logoutforsøg"

[saml]
identity_provider = "idp/idp.toml"
metadata = "sp"
attributes = "plain"
minimum_level = "Substantial"
protected = "{}"
logout = "{}"
canary_attribute = "{CANARY_ATTRIBUTE}"
"#,
        at - hour,
        at + hour,
        mellon.protected(),
        mellon.logout(),
    );
    for (number, name) in [(1, "anna"), (2, "berit")] {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            r#"
[[saml.user]]
name = "{name}"
common_name = "{name} Eksempel"
serial = "7c0e6e5e-0000-4000-8000-00000000000{number}"
cvr = "90000009"
organisation = "Eksempel Kommune"
email = "{name}@kommune.example"
free = ["common-name", "email", "serial", "canary-attribute"]
"#
        );
    }
    text.replace("when = 2026-11-01", "when = \"2026-11-01\"")
}

#[test]
fn the_profile_finds_in_mod_auth_mellon_what_its_authors_wrote_about_it() {
    let folder = tempfile::tempdir().unwrap();
    let now = Timestamp::now();
    let idp = IdentityProvider::create(&folder.path().join("idp"), Style::ContextHandler, 2, now).unwrap();
    let mellon = Mellon::start(&IdentityProvider::load(&idp).unwrap().metadata(now).unwrap());
    std::fs::write(folder.path().join("sp.xml"), &mellon.metadata).unwrap();
    std::fs::write(folder.path().join("web.der"), &mellon.root).unwrap();
    std::fs::write(folder.path().join("target.toml"), target(&mellon, now)).unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (code, out, err) =
        run(&["run", "saml2-web-sso", &path("target.toml"), "--out", &path("bundle"), "--format", "json"]);
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{code} {e} {err} {out}"));

    let mut found = BTreeMap::new();
    for result in report["results"].as_array().unwrap() {
        for check in result["checks"].as_array().unwrap() {
            let key = (result["requirement"].as_str().unwrap(), check["check"].as_str().unwrap_or_default());
            found.insert(key, check);
        }
    }
    let mut differences = Vec::new();
    for (requirement, check, verdict, reason, why) in EXPECTED {
        let Some(entry) = found.remove(&(*requirement, *check)) else {
            differences.push(format!("{requirement} {check}: not in the report"));
            continue;
        };
        if entry["verdict"] != *verdict || entry["reason"] != *reason {
            differences.push(format!(
                "{requirement} {check}: {} {}, expected {} but observed {}; documented: {verdict} {reason} ({why})",
                entry["verdict"], entry["reason"], entry["expected"], entry["observed"]
            ));
        }
    }
    differences.extend(found.keys().map(|(requirement, check)| format!("{requirement} {check}: nothing written down")));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    // Category A: an answer to a request that nobody made, and a replay after logout, open a session.
    assert_eq!(report["aggregate"]["decision"], "not-accepted");
    assert_eq!(code, 1);
}
