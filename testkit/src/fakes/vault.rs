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
pub struct TestVault;

impl Vault for TestVault {
    fn ssn(&self, ssn: &Ssn) -> Digest {
        keyed(&[b"ssn", ssn.digits()])
    }

    fn digest(&self, label: &str, secret: &[u8]) -> Digest {
        keyed(&[b"digest", label.as_bytes(), secret])
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
        let plain = b"forty characters and a few more, so that two blocks are used";
        let sealed = TestVault.seal("mail", b"1", plain);
        assert_eq!(TestVault.open("mail", b"1", &sealed).as_deref(), Some(plain.as_slice()));
        assert_eq!(TestVault.open("job", b"1", &sealed), None);
        assert_eq!(TestVault.open("mail", b"2", &sealed), None);
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(TestVault.open("mail", b"1", &changed), None, "byte {place}");
        }
        assert!(!sealed.windows(6).any(|window| window == b"blocks"));
    }
}
