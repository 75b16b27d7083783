//! The requirement bank that ships inside the program, one entry a file of `profiles/`.

/// Profile id and text of every shipped profile.
pub const SHIPPED: &[(&str, &str)] = &[
    ("calendar-dk", include_str!("../../profiles/calendar-dk.toml")),
    ("oces3", include_str!("../../profiles/oces3.toml")),
    ("sp-metadata", include_str!("../../profiles/sp-metadata.toml")),
    ("ch-metadata-validation", include_str!("../../profiles/ch-metadata-validation.toml")),
    ("tls-endpoint", include_str!("../../profiles/tls-endpoint.toml")),
    ("i-08-passive", include_str!("../../profiles/i-08-passive.toml")),
    ("sf1511-context-handler", include_str!("../../profiles/sf1511-context-handler.toml")),
    ("sf1515-single-logout", include_str!("../../profiles/sf1515-single-logout.toml")),
    ("saml2-web-sso", include_str!("../../profiles/saml2-web-sso.toml")),
    ("i08-adgangsstyring-for-brugere", include_str!("../../profiles/i08-adgangsstyring-for-brugere.toml")),
    ("sf1514-adgangsstyring-for-systemer", include_str!("../../profiles/sf1514-adgangsstyring-for-systemer.toml")),
    ("sf1470-sags-og-dokumentindeks", include_str!("../../profiles/sf1470-sags-og-dokumentindeks.toml")),
    ("sf1500-organisation", include_str!("../../profiles/sf1500-organisation.toml")),
    ("captured-requests", include_str!("../../profiles/captured-requests.toml")),
    ("sf1601-afsend-post", include_str!("../../profiles/sf1601-afsend-post.toml")),
    ("sf2900-fordelingskomponent", include_str!("../../profiles/sf2900-fordelingskomponent.toml")),
    ("beskedkuvert", include_str!("../../profiles/beskedkuvert.toml")),
    ("sf1461-beskedfordeler-modtag", include_str!("../../profiles/sf1461-beskedfordeler-modtag.toml")),
    ("beskedfordeler-modtager", include_str!("../../profiles/beskedfordeler-modtager.toml")),
    ("sf1462-beskedfordeler-afsend", include_str!("../../profiles/sf1462-beskedfordeler-afsend.toml")),
    ("sf1320a-cpr-haendelser", include_str!("../../profiles/sf1320a-cpr-haendelser.toml")),
    ("brug-efter-logge", include_str!("../../profiles/brug-efter-logge.toml")),
    ("kommunens-egne-opgaver", include_str!("../../profiles/kommunens-egne-opgaver.toml")),
    ("i04-sags-og-dokumentindeks", include_str!("../../profiles/i04-sags-og-dokumentindeks.toml")),
    ("i06-organisation", include_str!("../../profiles/i06-organisation.toml")),
    ("digital-post", include_str!("../../profiles/digital-post.toml")),
    ("filudveksling", include_str!("../../profiles/filudveksling.toml")),
    ("eksempel-koeb-sundhedspleje", include_str!("../../profiles/eksempel-koeb-sundhedspleje.toml")),
];

/// Text of the shipped profile with this id.
#[must_use]
pub fn text(id: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(shipped, _)| *shipped == id).map(|(_, text)| *text)
}
