//! The [`Vault`]: keyed hashes and sealed boxes under the keys of `keys.toml`.
//!
//! A keyed hash is HMAC-SHA-256 over the label's length, the label and the secret, so that no secret under
//! one label can collide with one under another. A sealed box is
//!
//! ```text
//! key's number (1) ‖ nonce (24) ‖ XChaCha20-Poly1305 ciphertext and tag
//! ```
//!
//! with the purpose and what it is bound to as associated data: a box moved to another row, or shown for
//! another purpose, does not open. Nonces are random; 192 bits leave no room for a second use.

use std::collections::BTreeMap;
use std::fmt;

use backboard::identity::Ssn;
use backboard::service::ports::Vault;
use backboard::service::records::Digest;
use chacha20poly1305::aead::{Aead, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::clock::random;
use crate::keys::{KeyRing, Keys};

const NONCE: usize = 24;

/// The keys, ready to use.
pub struct KeyVault {
    ssns: Macs,
    digests: Macs,
    seal_with: u8,
    seals: BTreeMap<u8, XChaCha20Poly1305>,
    chain_with: u8,
    chains: BTreeMap<u8, Hmac<Sha256>>,
}

/// The key that makes new digests, with its number, and those that are only looked for, the newest first.
struct Macs {
    makes: (u8, Hmac<Sha256>),
    looks: Vec<(u8, Hmac<Sha256>)>,
}

impl Macs {
    fn of(ring: &KeyRing) -> Self {
        let (id, key) = ring.newest();
        let mut looks: Vec<_> =
            ring.all().filter(|(other, _)| *other != id).map(|(id, key)| (id, key.hmac())).collect();
        looks.reverse();
        Self { makes: (id, key.hmac()), looks }
    }

    fn make(&self, label: &str, secret: &[u8]) -> Digest {
        labelled(&self.makes.1, label, secret)
    }

    fn all(&self, label: &str, secret: &[u8]) -> impl Iterator<Item = (u8, Digest)> {
        std::iter::once(&self.makes).chain(&self.looks).map(move |(id, key)| (*id, labelled(key, label, secret)))
    }
}

impl KeyVault {
    #[must_use]
    pub fn new(keys: &Keys) -> Self {
        let seals = keys.seal.all().map(|(id, key)| (id, XChaCha20Poly1305::new(key.bytes().into()))).collect();
        let chains = keys.audit.all().map(|(id, key)| (id, key.hmac())).collect();
        Self {
            ssns: Macs::of(&keys.ssn),
            digests: Macs::of(&keys.digest),
            seal_with: keys.seal.newest().0,
            seals,
            chain_with: keys.audit.newest().0,
            chains,
        }
    }
}

impl Vault for KeyVault {
    fn ssn(&self, ssn: &Ssn) -> Digest {
        self.ssns.make("ssn", ssn.digits())
    }

    fn ssns(&self, ssn: &Ssn) -> Vec<(u8, Digest)> {
        self.ssns.all("ssn", ssn.digits()).collect()
    }

    fn digest(&self, label: &str, secret: &[u8]) -> Digest {
        self.digests.make(label, secret)
    }

    fn digests(&self, label: &str, secret: &[u8]) -> Vec<Digest> {
        self.digests.all(label, secret).map(|(_, digest)| digest).collect()
    }

    #[expect(clippy::expect_used, reason = "the cipher refuses nothing but texts above 256 GiB")]
    fn seal(&self, purpose: &str, bound: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE] = random();
        let associated = associated(purpose, bound);
        let sealed = self
            .seals
            .get(&self.seal_with)
            .and_then(|seal| seal.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &associated }).ok())
            .expect("a seal for every ring, and a text that fits in memory");
        let mut whole = Vec::with_capacity(1 + NONCE + sealed.len());
        whole.push(self.seal_with);
        whole.extend_from_slice(&nonce);
        whole.extend_from_slice(&sealed);
        whole
    }

    fn open(&self, purpose: &str, bound: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (id, rest) = sealed.split_first()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>()?;
        let associated = associated(purpose, bound);
        self.seals.get(id)?.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &associated }).ok()
    }

    #[expect(clippy::expect_used, reason = "the newest key of a ring is in the ring")]
    fn chain(&self, previous: &Digest, row: &[u8]) -> (u8, Digest) {
        let tied = self.chain_under(self.chain_with, previous, row).expect("a key for every ring");
        (self.chain_with, tied)
    }

    fn chain_under(&self, key: u8, previous: &Digest, row: &[u8]) -> Option<Digest> {
        let mut mac = self.chains.get(&key)?.clone();
        mac.update(previous);
        mac.update(row);
        Some(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for KeyVault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("KeyVault(…)")
    }
}

fn labelled(key: &Hmac<Sha256>, label: &str, secret: &[u8]) -> Digest {
    let mut mac = key.clone();
    mac.update(&length(label));
    mac.update(label.as_bytes());
    mac.update(secret);
    mac.finalize().into_bytes().into()
}

fn associated(purpose: &str, bound: &[u8]) -> Vec<u8> {
    [&length(purpose), purpose.as_bytes(), bound].concat()
}

fn length(text: &str) -> [u8; 8] {
    (text.len() as u64).to_be_bytes()
}
