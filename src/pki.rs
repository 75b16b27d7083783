//! Public key infrastructure: reading certificates, building paths, judging revocation answers.
