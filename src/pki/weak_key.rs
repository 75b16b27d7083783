//! Tests for RSA keys that can be broken without factoring in general.
//!
//! The lists of keys made by Debian's broken OpenSSL (CVE-2008-0166) are not shipped: they hold hundreds of thousands of
//! fingerprints per key size and none for 3072 bits that could be had. That weakness is not tested here.

/// Primes of the ROCA fingerprint (CVE-2017-15361; Nemec et al., "The Return of Coppersmith's Attack", CCS 2017, 4.1):
/// the vulnerable library made primes of the form `k * M + (65537^a mod M)`, M being a product of the first primes.
const ROCA_PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
    113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// Trial division stops here; no honest modulus has so small a factor.
const SMALL_FACTOR_LIMIT: u32 = 10_000;

/// Why an RSA modulus is weak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// The fingerprint of CVE-2017-15361.
    Roca,
    /// A factor below 10 000.
    SmallFactor(u32),
}

impl std::fmt::Display for Weakness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Roca => f.write_str("ROCA (CVE-2017-15361)"),
            Self::SmallFactor(factor) => write!(f, "factor {factor}"),
        }
    }
}

/// The weakness of a modulus (big-endian), if it has one of the known ones.
#[must_use]
pub fn weakness(modulus: &[u8]) -> Option<Weakness> {
    let words = words(modulus);
    if let Some(factor) = small_primes().find(|p| remainder(&words, *p) == 0) {
        return Some(Weakness::SmallFactor(factor));
    }
    let fingerprint = ROCA_PRIMES.iter().all(|p| is_power_of_65537(remainder(&words, *p), *p));
    fingerprint.then_some(Weakness::Roca)
}

/// Big-endian 32-bit words, so that a remainder takes a quarter of the divisions that bytes would.
fn words(modulus: &[u8]) -> Vec<u32> {
    let padding = (4 - modulus.len() % 4) % 4;
    let padded: Vec<u8> = std::iter::repeat_n(0, padding).chain(modulus.iter().copied()).collect();
    padded.chunks_exact(4).map(|c| u32::from_be_bytes([c[0], c[1], c[2], c[3]])).collect()
}

fn remainder(words: &[u32], divisor: u32) -> u32 {
    let divisor = u64::from(divisor);
    let remainder = words.iter().fold(0u64, |r, word| (r << 32 | u64::from(*word)) % divisor);
    // Smaller than the divisor, which is a u32.
    u32::try_from(remainder).unwrap_or_default()
}

fn is_power_of_65537(value: u32, prime: u32) -> bool {
    let generator = 65537 % prime;
    let mut power = 1;
    for _ in 0..prime {
        if power == value {
            return true;
        }
        power = power * generator % prime;
    }
    false
}

fn small_primes() -> impl Iterator<Item = u32> {
    static PRIMES: std::sync::LazyLock<Vec<u32>> = std::sync::LazyLock::new(|| {
        let is_prime = |n: &u32| (2..=n.isqrt()).all(|d| !n.is_multiple_of(d));
        (2..SMALL_FACTOR_LIMIT).filter(is_prime).collect()
    });
    PRIMES.iter().copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use openssl::bn::{BigNum, BigNumContext};

    /// A modulus of the vulnerable form: p = k * M + 65537^a mod M, made here from its definition.
    fn roca_modulus() -> Vec<u8> {
        let mut context = BigNumContext::new().unwrap();
        let mut product = BigNum::from_u32(2).unwrap();
        for prime in ROCA_PRIMES {
            product.mul_word(prime).unwrap();
        }
        let prime = |start: u32, multiple: u32| {
            let mut context = BigNumContext::new().unwrap();
            for a in start.. {
                let mut candidate = BigNum::new().unwrap();
                let generator = BigNum::from_u32(65537).unwrap();
                candidate.mod_exp(&generator, &BigNum::from_u32(a).unwrap(), &product, &mut context).unwrap();
                let mut shift = BigNum::new().unwrap();
                shift.checked_mul(&product, &BigNum::from_u32(multiple).unwrap(), &mut context).unwrap();
                let mut sum = BigNum::new().unwrap();
                sum.checked_add(&candidate, &shift).unwrap();
                if sum.is_prime(20, &mut context).unwrap() {
                    return sum;
                }
            }
            unreachable!()
        };
        let mut modulus = BigNum::new().unwrap();
        modulus.checked_mul(&prime(10, 1_000_004), &prime(5000, 2_000_010), &mut context).unwrap();
        modulus.to_vec()
    }

    #[test]
    fn keys_of_the_vulnerable_form_are_found() {
        assert_eq!(weakness(&roca_modulus()), Some(Weakness::Roca));
    }

    #[test]
    fn honest_keys_are_not() {
        for _ in 0..3 {
            let key = openssl::rsa::Rsa::generate(1024).unwrap();
            assert_eq!(weakness(&key.n().to_vec()), None);
        }
    }

    #[test]
    fn small_factors_are_found() {
        let mut modulus = openssl::rsa::Rsa::generate(1024).unwrap().n().to_owned().unwrap();
        modulus.mul_word(9973).unwrap();
        assert_eq!(weakness(&modulus.to_vec()), Some(Weakness::SmallFactor(9973)));
    }
}
