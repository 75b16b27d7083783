//! The requirement bank that ships inside the program, one entry a file of `profiles/`.

/// Profile id and text of every shipped profile.
pub const SHIPPED: &[(&str, &str)] = &[
    ("calendar-dk", include_str!("../../profiles/calendar-dk.toml")),
    ("tls-endpoint", include_str!("../../profiles/tls-endpoint.toml")),
];

/// Text of the shipped profile with this id.
#[must_use]
pub fn text(id: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(shipped, _)| *shipped == id).map(|(_, text)| *text)
}
