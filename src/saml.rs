//! SAML: reading, verifying, writing and signing documents.
