use std::sync::atomic::{AtomicU8, Ordering};

use backboard::identity::Ssn;
use backboard::service::ports::Vault;
use backboard::service::records::Digest;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Bytes of the tag in front of what was sealed.
const TAG: usize = 32;

/// Keyed digests as in the product; sealing is a stream of HMAC blocks and a tag, without a nonce.
/// Good enough to notice a wrong purpose, a wrong bound or a changed byte, and never to be shipped.
#[derive(Debug, Default)]
pub struct TestVault {
    /// Keys that came after the first, in the rings of the SSNs and of the digests alike.
    later: AtomicU8,
}

impl TestVault {
    /// From now on a new key makes what is written, and the earlier ones are only looked for.
    pub fn rotate(&self) {
        self.later.fetch_add(1, Ordering::SeqCst);
    }

    /// The numbers of the keys, the newest first.
    fn keys(&self) -> impl Iterator<Item = u8> + use<> {
        (1..=self.later.load(Ordering::SeqCst).saturating_add(1)).rev()
    }
}

impl Vault for TestVault {
    fn ssn(&self, ssn: &Ssn) -> Digest {
        ssn_under(self.later.load(Ordering::SeqCst).saturating_add(1), ssn)
    }

    fn ssns(&self, ssn: &Ssn) -> Vec<(u8, Digest)> {
        self.keys().map(|key| (key, ssn_under(key, ssn))).collect()
    }

    fn digest(&self, label: &str, secret: &[u8]) -> Digest {
        digest_under(self.later.load(Ordering::SeqCst).saturating_add(1), label, secret)
    }

    fn digests(&self, label: &str, secret: &[u8]) -> Vec<Digest> {
        self.keys().map(|key| digest_under(key, label, secret)).collect()
    }

    fn seal(&self, purpose: &str, bound: &[u8], plain: &[u8]) -> Vec<u8> {
        let hidden = stream(purpose, bound, plain);
        let mut sealed = tag(purpose, bound, &hidden).to_vec();
        sealed.extend(hidden);
        sealed
    }

    fn open(&self, purpose: &str, bound: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (found, hidden) = sealed.split_at_checked(TAG)?;
        (found == tag(purpose, bound, hidden)).then(|| stream(purpose, bound, hidden))
    }

    fn chain(&self, previous: &Digest, row: &[u8]) -> (u8, Digest) {
        (1, keyed(&[b"chain", previous, row]))
    }

    fn chain_under(&self, key: u8, previous: &Digest, row: &[u8]) -> Option<Digest> {
        (key == 1).then(|| self.chain(previous, row).1)
    }
}

fn ssn_under(key: u8, ssn: &Ssn) -> Digest {
    keyed(&[b"ssn", &[key], ssn.digits()])
}

fn digest_under(key: u8, label: &str, secret: &[u8]) -> Digest {
    keyed(&[b"digest", &[key], label.as_bytes(), secret])
}

fn tag(purpose: &str, bound: &[u8], hidden: &[u8]) -> Digest {
    keyed(&[b"tag", purpose.as_bytes(), bound, hidden])
}

/// The same both ways.
fn stream(purpose: &str, bound: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut turned = Vec::with_capacity(bytes.len());
    for (count, chunk) in bytes.chunks(TAG).enumerate() {
        let block = keyed(&[b"stream", purpose.as_bytes(), bound, &count.to_le_bytes()]);
        turned.extend(chunk.iter().zip(block).map(|(byte, key)| byte ^ key));
    }
    turned
}

/// HMAC over the parts, each with its length in front, so that no two lists of parts run together.
fn keyed(parts: &[&[u8]]) -> Digest {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(b"a key that everybody knows") else {
        unreachable!("HMAC takes keys of any length")
    };
    for part in parts {
        mac.update(&part.len().to_le_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_for_its_purpose_and_bound_alone() {
        let vault = TestVault::default();
        let plain = b"forty characters and a few more, so that two blocks are used";
        let sealed = vault.seal("mail", b"1", plain);
        assert_eq!(vault.open("mail", b"1", &sealed).as_deref(), Some(plain.as_slice()));
        assert_eq!(vault.open("job", b"1", &sealed), None);
        assert_eq!(vault.open("mail", b"2", &sealed), None);
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(vault.open("mail", b"1", &changed), None, "byte {place}");
        }
        assert!(!sealed.windows(6).any(|window| window == b"blocks"));
    }
}
