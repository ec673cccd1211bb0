//! The key file: who may read it, how a broken one is refused, and which key makes new things.

#![expect(clippy::unwrap_used, reason = "what cannot be set up has failed")]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use server::keys::Keys;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn a_key_file_is_made_for_its_owner_alone_and_never_overwritten() {
    let folder = folder();
    let path = folder.path().join("new/folder/keys.toml");
    let made = Keys::create(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    let before = fs::read(&path).unwrap();
    let refused = Keys::create(&path).unwrap_err().to_string();
    assert!(refused.contains("never overwritten"), "{refused}");
    assert_eq!(fs::read(&path).unwrap(), before);

    let read = Keys::read(&path).unwrap();
    for (made, read) in [
        (&made.ssn, &read.ssn),
        (&made.pepper, &read.pepper),
        (&made.digest, &read.digest),
        (&made.seal, &read.seal),
        (&made.audit, &read.audit),
    ] {
        assert_eq!((made.newest().0, made.newest().1.bytes()), (read.newest().0, read.newest().1.bytes()));
    }
    let all = [&made.ssn, &made.pepper, &made.digest, &made.seal, &made.audit].map(|ring| ring.newest().1);
    for (place, key) in all.iter().enumerate() {
        assert!(!all.iter().skip(place + 1).any(|other| other == key), "one key serves two uses");
    }
    let shown = format!("{made:?}");
    assert!(
        shown.contains("Key(…)")
            && !shown.contains(
                &made.ssn.newest().1.bytes()[0..2].iter().map(|byte| format!("{byte}, ")).collect::<String>()
            )
    );
}

#[test]
fn a_broken_key_file_is_refused_without_showing_a_key() {
    let folder = folder();
    let path = folder.path().join("keys.toml");
    Keys::create(&path).unwrap();
    let good = fs::read_to_string(&path).unwrap();
    let keys: Vec<&str> = good.lines().filter_map(|line| line.strip_prefix("key = ")).collect();
    let first = keys.first().unwrap().trim_matches('"');
    let write = |text: &str| fs::write(&path, text).unwrap();
    for (broken, named) in [
        (good.replacen(first, &first[4..], 1), "[[ssn]] key 1 is not 32 bytes"),
        (good.replacen("[[pepper]]", "[[paper]]", 1), "paper"),
        (good.replacen("[[pepper]]", "[[ssn]]", 1), "[[ssn]] has two keys with id 1"),
        (good.replacen("id = 1", "id = 0", 1), "ids are 1 to 255"),
        (good.replacen("id = 1", &format!("id = \"{first}\""), 1), "line"),
        (good.replacen(&format!("key = \"{first}\""), first, 1), "line"),
        (String::new(), "[[ssn]] has no key"),
    ] {
        write(&broken);
        let sentence = Keys::read(&path).unwrap_err().to_string();
        assert!(sentence.contains(named) && sentence.contains("backup"), "{sentence}");
        assert!(keys.iter().all(|key| !sentence.contains(key.trim_matches(['"', '=']))), "{sentence}");
    }
    let missing = Keys::read(&folder.path().join("none.toml")).unwrap_err().to_string();
    assert!(missing.contains("backboard keys new"), "{missing}");
}

#[test]
fn the_newest_key_makes_and_older_ones_are_found() {
    let folder = folder();
    let path = folder.path().join("keys.toml");
    let first = Keys::create(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let other = Keys::create(&folder.path().join("other.toml")).unwrap();
    let second = fs::read_to_string(folder.path().join("other.toml")).unwrap();
    let seal = second.split("[[seal]]").nth(1).unwrap().split("[[").next().unwrap().replace("id = 1", "id = 2");
    fs::write(&path, format!("{text}\n[[seal]]{seal}")).unwrap();
    let both = Keys::read(&path).unwrap();
    assert_eq!(both.seal.newest().0, 2);
    assert!(both.seal.newest().1 == other.seal.newest().1);
    assert!(both.seal.find(1) == Some(first.seal.newest().1));
    assert_eq!(both.seal.all().map(|(id, _)| id).collect::<Vec<_>>(), [1, 2]);
    assert!(both.seal.find(3).is_none());
}
