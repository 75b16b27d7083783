//! The example keys. Making RSA keys takes seconds, so tests read the committed ones.

use super::PkiError;
use super::write::{with_warning, write_file};
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::{Rsa, RsaPrivateKeyBuilder};
use std::path::Path;

/// The line every example file begins with; PEM readers skip it.
pub const WARNING: &str = "Example made by kravprobe. The private key is public: trust it nowhere.";

macro_rules! keys {
    ($($(#[doc = $doc:literal])+ $name:ident = $file:literal, $make:expr;)+) => {
        /// The keys of the example PKI, by use.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Key { $($(#[doc = $doc])+ $name,)+ }

        impl Key {
            /// Every key.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// File name without extension in the directory of keys.
            #[must_use]
            pub const fn file_stem(self) -> &'static str {
                match self { $(Self::$name => $file,)+ }
            }

            /// The example key that ships with the program, PEM.
            const fn shipped(self) -> &'static [u8] {
                match self {
                    $(Self::$name => include_bytes!(concat!(
                        env!("CARGO_MANIFEST_DIR"), "/certs-example/keys/", $file, ".pem"
                    )),)+
                }
            }

            fn generate(self) -> Result<PKey<Private>, PkiError> {
                match self { $(Self::$name => $make,)+ }
            }
        }
    };
}

keys! {
    /// Root CA, as large as the real one.
    Root = "root-ca", rsa(4096, 65537);
    /// Issuing CA.
    Issuing = "issuing-ca", rsa(3072, 65537);
    /// Systemcertifikat.
    System = "system", rsa(3072, 65537);
    /// A second systemcertifikat.
    OtherSystem = "other-system", rsa(3072, 65537);
    /// Organisationscertifikat, which seals reports.
    Organisation = "organisation", rsa(3072, 65537);
    /// Medarbejdercertifikat.
    Employee = "employee", rsa(3072, 65537);
    /// OCSP responder that the issuing CA has appointed.
    Responder = "ocsp-responder", rsa(3072, 65537);
    /// Somebody outside the hierarchy.
    Stranger = "stranger", rsa(3072, 65537);
    /// An issuing CA outside the hierarchy.
    StrangerIssuing = "stranger-issuing-ca", rsa(3072, 65537);
    /// Root CA of TLS servers.
    WebRoot = "web-root-ca", rsa(3072, 65537);
    /// TLS server.
    WebServer = "web-server", rsa(3072, 65537);
    /// Too short for OCES3.
    Short = "short", rsa(2048, 65537);
    /// Public exponent 3.
    SmallExponent = "small-exponent", rsa(3072, 3);
    /// Primes of the shape that ROCA (CVE-2017-15361) breaks.
    Roca = "roca", roca();
    /// P-256.
    EllipticCurve = "elliptic-curve", elliptic_curve();
}

fn rsa(bits: u32, exponent: u32) -> Result<PKey<Private>, PkiError> {
    let exponent = BigNum::from_u32(exponent)?;
    Ok(PKey::from_rsa(Rsa::generate_with_e(bits, &exponent)?)?)
}

fn elliptic_curve() -> Result<PKey<Private>, PkiError> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    Ok(PKey::from_ec_key(EcKey::generate(&group)?)?)
}

/// An RSA key as the faulty Infineon library made them: both primes are `k * M + (65537^a mod M)`, where M is the product
/// of the first 126 primes (Nemec et al., "The Return of Coppersmith's Attack", CCS 2017, table 1, for 3072 bits).
fn roca() -> Result<PKey<Private>, PkiError> {
    const PRIME_BITS: i32 = 1536;
    let mut context = BigNumContext::new()?;
    let one = BigNum::from_u32(1)?;
    let exponent = BigNum::from_u32(65537)?;
    let mut primorial = BigNum::from_u32(1)?;
    for prime in (2_u32..702).filter(|n| (2..*n).all(|d| n % d != 0)).take(126) {
        primorial.mul_word(prime)?;
    }
    let prime = |context: &mut BigNumContext| -> Result<BigNum, PkiError> {
        loop {
            let mut power = BigNum::new()?;
            primorial.rand_range(&mut power)?;
            let mut residue = BigNum::new()?;
            residue.mod_exp(&exponent, &power, &primorial, context)?;
            let mut factor = BigNum::new()?;
            factor.rand(PRIME_BITS - primorial.num_bits() + 1, openssl::bn::MsbOption::MAYBE_ZERO, false)?;
            let mut product = BigNum::new()?;
            product.checked_mul(&factor, &primorial, context)?;
            let mut candidate = BigNum::new()?;
            candidate.checked_add(&product, &residue)?;
            if candidate.num_bits() == PRIME_BITS && candidate.is_prime(30, context)? {
                return Ok(candidate);
            }
        }
    };
    loop {
        let (p, q) = (prime(&mut context)?, prime(&mut context)?);
        let less_one = |n: &BigNum| -> Result<BigNum, PkiError> {
            let mut out = BigNum::new()?;
            out.checked_sub(n, &one)?;
            Ok(out)
        };
        let (p1, q1) = (less_one(&p)?, less_one(&q)?);
        let (mut n, mut totient, mut d) = (BigNum::new()?, BigNum::new()?, BigNum::new()?);
        n.checked_mul(&p, &q, &mut context)?;
        totient.checked_mul(&p1, &q1, &mut context)?;
        if n.num_bits() != 2 * PRIME_BITS || d.mod_inverse(&exponent, &totient, &mut context).is_err() {
            continue;
        }
        let (mut dp, mut dq, mut inverse) = (BigNum::new()?, BigNum::new()?, BigNum::new()?);
        dp.checked_rem(&d, &p1, &mut context)?;
        dq.checked_rem(&d, &q1, &mut context)?;
        inverse.mod_inverse(&q, &p, &mut context)?;
        let key = RsaPrivateKeyBuilder::new(n, exponent.to_owned()?, d)?
            .set_factors(p, q)?
            .set_crt_params(dp, dq, inverse)?
            .build();
        return Ok(PKey::from_rsa(key)?);
    }
}

/// Every key of the example PKI.
#[derive(Clone)]
pub struct ExampleKeys(Vec<PKey<Private>>);

impl std::fmt::Debug for ExampleKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ExampleKeys({})", self.0.len())
    }
}

impl ExampleKeys {
    /// Makes new keys. Takes some ten seconds.
    pub fn generate() -> Result<Self, PkiError> {
        Key::ALL.iter().map(|key| key.generate()).collect::<Result<_, _>>().map(Self)
    }

    /// The keys of `certs-example/`, which ship with the program. Everybody has them.
    pub fn shipped() -> Result<Self, PkiError> {
        Key::ALL
            .iter()
            .map(|key| Ok(PKey::private_key_from_pem(key.shipped())?))
            .collect::<Result<_, PkiError>>()
            .map(Self)
    }

    /// Whether a key is one of those that ship with the program, which everybody has.
    #[must_use]
    pub fn ships(key: &PKey<Private>) -> bool {
        Self::shipped().is_ok_and(|keys| keys.0.iter().any(|known| known.public_eq(key)))
    }

    /// Reads the keys that [`ExampleKeys::write`] wrote into `directory`.
    pub fn read(directory: &Path) -> Result<Self, PkiError> {
        let read = |key: &Key| {
            let path = directory.join(format!("{}.pem", key.file_stem()));
            let pem = std::fs::read(&path).map_err(|source| PkiError::File { path: path.clone(), source })?;
            PKey::private_key_from_pem(&pem).map_err(|_| PkiError::NotAKey { path })
        };
        Key::ALL.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Writes the keys as PEM (PKCS#8, not encrypted) into `directory`, readable by the owner alone.
    pub fn write(&self, directory: &Path) -> Result<(), PkiError> {
        for key in Key::ALL {
            let pem = self.get(*key).private_key_to_pem_pkcs8()?;
            write_file(&directory.join(format!("{}.pem", key.file_stem())), &with_warning(&pem), true)?;
        }
        Ok(())
    }

    /// One key.
    #[must_use]
    pub fn get(&self, key: Key) -> &PKey<Private> {
        &self.0[key as usize]
    }

    /// SHA-1 of the public key's bits, the key identifier that OCES3 uses (RFC 5280, 4.2.1.2, method 1).
    pub(super) fn identifier(&self, key: Key) -> Result<Vec<u8>, PkiError> {
        use x509_parser::prelude::FromDer;
        let spki = self.get(key).public_key_to_der()?;
        let (_, spki) = x509_parser::x509::SubjectPublicKeyInfo::from_der(&spki).map_err(|_| PkiError::NoSuchPart)?;
        Ok(openssl::sha::sha1(&spki.subject_public_key.data).to_vec())
    }
}
