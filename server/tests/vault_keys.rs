//! The key file: who may read it, how a broken one is refused, and which key makes new things.

#![expect(clippy::unwrap_used, reason = "what cannot be set up has failed")]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};

use server::keys::file::{KeyFile, Step, change};
use server::keys::{Keys, Ring};
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
    assert_eq!(change(&path, |file| file.add(Ring::Seal), &mut |_| {}).unwrap(), 2);
    let both = Keys::read(&path).unwrap();
    assert_eq!(both.seal.newest().0, 2);
    assert!(both.seal.newest().1 != first.seal.newest().1);
    assert!(both.seal.find(1) == Some(first.seal.newest().1));
    assert_eq!(both.seal.all().map(|(id, _)| id).collect::<Vec<_>>(), [1, 2]);
    assert!(both.seal.find(3).is_none());
}

#[test]
fn a_change_keeps_the_mode_the_owner_and_the_link_that_leads_to_the_file() {
    let folder = folder();
    let (path, link) = (folder.path().join("keys.toml"), folder.path().join("link.toml"));
    Keys::create(&path).unwrap();
    std::os::unix::fs::symlink("keys.toml", &link).unwrap();
    // Given to another user, where the test may do that.
    let given = std::os::unix::fs::chown(&path, Some(12345), Some(12346)).is_ok();
    let before = fs::metadata(&path).unwrap();
    change(&link, |file| file.add(Ring::Ssn), &mut |_| {}).unwrap();
    let after = fs::metadata(&path).unwrap();
    assert_eq!((after.uid(), after.gid(), after.mode() & 0o777), (before.uid(), before.gid(), 0o600));
    assert!(!given || after.uid() == 12345);
    assert_ne!(after.ino(), before.ino());
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(KeyFile::read(&link).unwrap().ids(Ring::Ssn), [1, 2]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside it");
}

#[test]
fn a_change_that_is_refused_leaves_the_file_as_it_was() {
    let folder = folder();
    let path = folder.path().join("keys.toml");
    Keys::create(&path).unwrap();
    change(&path, |file| (2..=255).try_for_each(|_| file.add(Ring::Seal).map(drop)), &mut |_| {}).unwrap();
    let before = fs::read(&path).unwrap();
    let full = change(&path, |file| file.add(Ring::Ssn).and(file.add(Ring::Seal)), &mut |_| {}).unwrap_err();
    assert!(full.to_string().contains("255"), "{full}");
    // While another process is at it.
    let busy = change(
        &path,
        |_| Ok(change(&path, |file| file.add(Ring::Ssn), &mut |_| {}).unwrap_err().to_string()),
        &mut |_| {},
    );
    assert!(busy.unwrap().contains("Another process"));
    assert_eq!(fs::read(&path).unwrap(), before);
    let missing = change(&folder.path().join("none.toml"), |file| file.add(Ring::Ssn), &mut |_| {}).unwrap_err();
    assert!(missing.to_string().contains("backboard keys new"), "{missing}");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let open = change(&path, |file| file.add(Ring::Ssn), &mut |_| {}).unwrap_err();
    assert!(open.to_string().contains("chmod 600"), "{open}");
}

#[test]
fn a_file_from_before_a_ring_says_how_to_get_one_and_gets_it() {
    let folder = folder();
    let path = folder.path().join("keys.toml");
    Keys::create(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.split("[[audit]]").next().unwrap()).unwrap();
    let sentence = Keys::read(&path).unwrap_err().to_string();
    assert!(sentence.contains("backboard keys rotate --ring audit"), "{sentence}");
    assert_eq!(change(&path, |file| file.add(Ring::Audit), &mut |_| {}).unwrap(), 1);
    assert_eq!(Keys::read(&path).unwrap().audit.newest().0, 1);
}

#[test]
fn the_newest_key_of_a_ring_is_never_removed() {
    let folder = folder();
    let path = folder.path().join("keys.toml");
    Keys::create(&path).unwrap();
    change(&path, |file| file.add(Ring::Ssn), &mut |_| {}).unwrap();
    let remove = |file: &mut KeyFile| {
        file.remove(Ring::Ssn, 2);
        file.remove(Ring::Ssn, 1);
        file.remove(Ring::Ssn, 2);
        file.remove(Ring::Pepper, 1);
        Ok(())
    };
    change(&path, remove, &mut |_| {}).unwrap();
    let file = KeyFile::read(&path).unwrap();
    assert_eq!((file.ids(Ring::Ssn), file.ids(Ring::Pepper)), (vec![2], vec![1]));
}

/// Where the drill's own process dies, and the file it changes.
const DRILL: [&str; 2] = ["BACKBOARD_DRILL_STEP", "BACKBOARD_DRILL_FILE"];

/// Not a test: the process that the drill kills. Without its variables it does nothing.
#[test]
fn drill() {
    let [Ok(step), Ok(path)] = DRILL.map(std::env::var) else { return };
    let die = |at: Step| {
        if format!("{at:?}") == step {
            // SIGKILL, so that nothing is tidied up; the process does not come back from it.
            let _ = Command::new("kill").args(["-9", &std::process::id().to_string()]).status();
            loop {
                std::thread::park();
            }
        }
    };
    let add = |file: &mut KeyFile| Ring::ALL.into_iter().try_for_each(|ring| file.add(ring).map(drop));
    change(path.as_ref(), add, &mut { die }).unwrap();
    std::io::stdout().write_all(b"changed").unwrap();
}

#[test]
fn killed_at_any_step_a_change_leaves_the_old_file_or_the_new_one_and_the_next_one_works() {
    let folder = folder();
    let path = folder.path().join("keys.toml");
    Keys::create(&path).unwrap();
    for (step, is_new) in [(Step::Made, false), (Step::Written, false), (Step::Synced, false), (Step::Renamed, true)] {
        let before = fs::read(&path).unwrap();
        let ids = KeyFile::read(&path).unwrap().ids(Ring::Digest);
        let mut drill = Command::new(std::env::current_exe().unwrap());
        drill.args(["drill", "--exact"]).env(DRILL[0], format!("{step:?}")).env(DRILL[1], &path);
        let status = drill.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert_eq!(status.signal(), Some(9), "{step:?}: it was to be killed");

        let after = KeyFile::read(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap() == before, !is_new, "{step:?}");
        assert_eq!(after.ids(Ring::Digest).len(), ids.len() + usize::from(is_new), "{step:?}");
        Keys::read(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        // What is left beside it is private, and gone after the next change.
        for entry in fs::read_dir(folder.path()).unwrap() {
            assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o077, 0, "{step:?}");
        }
        change(&path, |file| file.add(Ring::Seal), &mut |_| {}).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{step:?}");
    }
}
