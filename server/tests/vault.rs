//! The vault: what it keeps apart, and what does not open.

use backboard::identity::Ssn;
use backboard::service::ports::Vault;
use proptest::prelude::*;
use server::keys::Keys;
use server::vault::KeyVault;

#[test]
fn a_digest_is_the_same_under_one_key_and_another_under_every_other() {
    let keys = Keys::random();
    let (vault, again, other) = (KeyVault::new(&keys), KeyVault::new(&keys), KeyVault::new(&Keys::random()));
    let ssn = Ssn::parse("900-12-3456").unwrap();
    assert_eq!(vault.ssn(&ssn), again.ssn(&ssn));
    assert_ne!(vault.ssn(&ssn), other.ssn(&ssn));
    assert_eq!(vault.digest("link", b"token"), again.digest("link", b"token"));
    assert_ne!(vault.digest("link", b"token"), other.digest("link", b"token"));
    assert_ne!(vault.digest("ssn", ssn.digits()), vault.ssn(&ssn), "SSNs have a key of their own");
}

#[test]
fn a_digest_is_hmac_sha_256_of_length_label_and_secret() {
    use hmac::{Hmac, KeyInit, Mac};
    let keys = Keys::random();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(keys.digest.newest().1.bytes()).unwrap();
    mac.update(b"\0\0\0\0\0\0\0\x04linktoken");
    assert_eq!(KeyVault::new(&keys).digest("link", b"token"), <[u8; 32]>::from(mac.finalize().into_bytes()));
}

#[test]
fn labels_keep_kinds_apart_also_where_the_letters_run_on() {
    let vault = KeyVault::new(&Keys::random());
    assert_ne!(vault.digest("link", b"token"), vault.digest("code", b"token"));
    assert_ne!(vault.digest("link", b"token"), vault.digest("linkt", b"oken"));
    assert_ne!(vault.digest("", b"linktoken"), vault.digest("linktoken", b""));
}

#[test]
fn what_was_sealed_opens_for_its_purpose_and_place_alone() {
    let keys = Keys::random();
    let vault = KeyVault::new(&keys);
    let sealed = vault.seal("mail", b"row 1", b"a letter");
    assert_eq!(KeyVault::new(&keys).open("mail", b"row 1", &sealed).as_deref(), Some(b"a letter".as_slice()));
    assert_eq!(vault.open("mail", b"row 2", &sealed), None);
    assert_eq!(vault.open("job", b"row 1", &sealed), None);
    assert_eq!(vault.open("mailr", b"ow 1", &sealed), None);
    assert_eq!(KeyVault::new(&Keys::random()).open("mail", b"row 1", &sealed), None);
    assert!(!sealed.windows(8).any(|part| part == b"a letter"));
}

#[test]
fn one_text_sealed_twice_looks_different() {
    let vault = KeyVault::new(&Keys::random());
    assert_ne!(vault.seal("mail", b"1", b"same"), vault.seal("mail", b"1", b"same"));
}

#[test]
fn a_box_says_which_key_made_it_and_older_keys_still_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.toml");
    let old = KeyVault::new(&Keys::create(&path).unwrap());
    let sealed = old.seal("mail", b"1", b"written before");
    assert_eq!(sealed.first(), Some(&1));

    Keys::create(&folder.path().join("next.toml")).unwrap();
    let next = std::fs::read_to_string(folder.path().join("next.toml")).unwrap();
    let seal = next.split("[[seal]]").nth(1).unwrap().split("[[").next().unwrap().replace("id = 1", "id = 2");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{text}\n[[seal]]{seal}")).unwrap();
    let rotated = KeyVault::new(&Keys::read(&path).unwrap());
    assert_eq!(rotated.open("mail", b"1", &sealed).as_deref(), Some(b"written before".as_slice()));
    let after = rotated.seal("mail", b"1", b"written after");
    assert_eq!(after.first(), Some(&2));
    assert_eq!(old.open("mail", b"1", &after), None);
}

#[test]
fn a_row_of_the_audit_is_tied_to_the_one_before_it_under_a_key_that_is_named() {
    let keys = Keys::random();
    let vault = KeyVault::new(&keys);
    let (key, first) = vault.chain(&[0; 32], b"row");
    assert_eq!((key, vault.chain_under(key, &[0; 32], b"row")), (1, Some(first)));
    assert_ne!(vault.chain(&first, b"row").1, first);
    assert_ne!(vault.chain(&[0; 32], b"another").1, first);
    assert_eq!(vault.chain_under(2, &[0; 32], b"row"), None);
    assert_ne!(KeyVault::new(&Keys::random()).chain(&[0; 32], b"row").1, first);
}

proptest! {
    #[test]
    fn every_text_comes_back_and_every_changed_box_stays_shut(
        purpose in ".{0,20}", bound in proptest::collection::vec(any::<u8>(), 0..40),
        plain in proptest::collection::vec(any::<u8>(), 0..300), at in any::<proptest::sample::Index>(), flip in 1_u8..,
    ) {
        let vault = KeyVault::new(&Keys::random());
        let mut sealed = vault.seal(&purpose, &bound, &plain);
        let opened = vault.open(&purpose, &bound, &sealed);
        prop_assert_eq!(opened.as_ref(), Some(&plain));
        let at = at.index(sealed.len());
        sealed[at] ^= flip;
        prop_assert_eq!(vault.open(&purpose, &bound, &sealed), None);
    }

    #[test]
    fn whatever_is_no_box_does_not_open(noise in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(KeyVault::new(&Keys::random()).open("mail", b"", &noise), None);
    }
}
