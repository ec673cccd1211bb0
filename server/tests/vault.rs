//! The vault: what it keeps apart, and what does not open.

#![expect(clippy::unwrap_used, reason = "what cannot be set up has failed")]

use backboard::identity::Ssn;
use backboard::service::ports::Vault;
use proptest::prelude::*;
use server::keys::file::change;
use server::keys::{Keys, Ring};
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

    change(&path, |file| file.add(Ring::Seal), &mut |_| {}).unwrap();
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

/// A file that is rotated as often as there are entries, each time the rings that it names; what every key file on the
/// way has made is handed to `made`.
fn rotated(rotations: &[Vec<Ring>], mut made: impl FnMut(&KeyVault)) -> Keys {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.toml");
    made(&KeyVault::new(&Keys::create(&path).unwrap()));
    for rings in rotations {
        change(&path, |file| rings.iter().try_for_each(|ring| file.add(*ring).map(drop)), &mut |_| {}).unwrap();
        made(&KeyVault::new(&Keys::read(&path).unwrap()));
    }
    Keys::read(&path).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_was_made_under_any_key_of_the_ring_is_found(
        rotations in proptest::collection::vec(
            proptest::collection::vec(proptest::sample::select(Ring::ALL.to_vec()), 0..6), 0..6),
        secret in proptest::collection::vec(any::<u8>(), 0..60), serial in 1_u16..9_999,
    ) {
        let ssn = Ssn::parse(&format!("900-12-{serial:04}")).unwrap();
        let (mut digests, mut ssns, mut boxes, mut ties) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let keys = rotated(&rotations, |vault| {
            digests.push(vault.digest("link", &secret));
            ssns.push(vault.ssn(&ssn));
            boxes.push(vault.seal("mail", b"1", &secret));
            ties.push(vault.chain(&[7; 32], &secret));
        });
        let vault = KeyVault::new(&keys);
        let found = vault.digests("link", &secret);
        prop_assert_eq!(found.first(), Some(&vault.digest("link", &secret)), "what is written comes first");
        prop_assert_eq!(found.first(), digests.last());
        prop_assert!(digests.iter().all(|digest| found.contains(digest)));
        prop_assert_eq!(found.len(), keys.digest.all().count());
        let found = vault.ssns(&ssn);
        prop_assert_eq!(found.first().copied(), Some((keys.ssn.newest().0, vault.ssn(&ssn))));
        prop_assert!(ssns.iter().all(|digest| found.iter().any(|(_, other)| other == digest)));
        for sealed in &boxes {
            prop_assert_eq!(vault.open("mail", b"1", sealed), Some(secret.clone()));
        }
        for (key, tie) in &ties {
            prop_assert_eq!(vault.chain_under(*key, &[7; 32], &secret), Some(*tie));
        }
        // And nothing of it is found under keys of another file.
        let other = KeyVault::new(&Keys::random());
        prop_assert!(!other.digests("link", &secret).iter().any(|digest| digests.contains(digest)));
    }
}

#[test]
fn a_command_makes_things_with_the_key_of_the_running_portal_and_reads_with_all() {
    let mut portal = None;
    let mut keys = rotated(&[vec![Ring::Ssn, Ring::Digest, Ring::Seal], vec![Ring::Digest]], |vault| {
        portal.get_or_insert((vault.digest("link", b"token"), vault.seal("mail", b"1", b"a letter")));
    });
    let newest = KeyVault::new(&keys).digest("link", b"token");
    let (first, sealed) = portal.unwrap();
    let mark = keys.digest.find(1).unwrap().mark();
    // A key of the same number that is another key is none of the portal's.
    keys.make_with(Ring::Digest, 1, &[0; 32]);
    assert_eq!(keys.digest.newest().0, 3);
    keys.make_with(Ring::Digest, 1, &mark);
    let mark = keys.seal.find(1).unwrap().mark();
    keys.make_with(Ring::Seal, 1, &mark);
    let vault = KeyVault::new(&keys);
    assert_eq!(vault.digest("link", b"token"), first);
    let digests = vault.digests("link", b"token");
    assert_eq!((digests.len(), digests[0]), (3, first));
    assert!(digests.contains(&newest), "what a newer portal has made is found too");
    assert_eq!(vault.seal("mail", b"1", b"").first(), Some(&1));
    assert_eq!(vault.open("mail", b"1", &sealed).as_deref(), Some(b"a letter".as_slice()));
    keys.make_with_newest();
    assert_eq!((keys.digest.newest().0, keys.seal.newest().0, keys.pepper.newest().0), (3, 2, 1));
    assert_eq!(KeyVault::new(&keys).digest("link", b"token"), newest);
}
