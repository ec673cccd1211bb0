//! Replays the corpus of each fuzz target, and what lies a few bytes beside it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

/// The files of a target's corpus, in the order of their names.
fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

#[test]
fn every_file_of_the_corpus_keeps_every_promise() {
    let mut broken = Vec::new();
    for (target, check) in fuzz::TARGETS {
        let files = corpus(target);
        assert!(files.len() >= 3, "{target} has {} files", files.len());
        for (path, data) in files {
            if std::panic::catch_unwind(|| check(&data)).is_err() {
                broken.push(path);
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn each_target_is_a_program_for_the_fuzzer() {
    let manifest: toml::Table = toml::from_str(include_str!("../Cargo.toml")).unwrap();
    let programs: BTreeSet<&str> = manifest
        .get("bin")
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .map(|bin| bin.get("name").unwrap().as_str().unwrap())
        .collect();
    let targets: BTreeSet<&str> = fuzz::TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(programs, targets);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_lies_beside_the_corpus_keeps_every_promise(
        (target, file, changes) in (0..fuzz::TARGETS.len(), any::<prop::sample::Index>(),
            prop::collection::vec((any::<prop::sample::Index>(), 0_u8..4, any::<u8>()), 1..6)),
    ) {
        let (name, check) = fuzz::TARGETS[target];
        let files = corpus(name);
        let mut data = files[file.index(files.len())].1.clone();
        for (place, change, byte) in changes {
            let place = place.index(data.len() + 1);
            match change {
                0 => data.insert(place, byte),
                1 if place < data.len() => drop(data.remove(place)),
                2 if place < data.len() => data[place] = byte,
                _ => data.truncate(place.max(data.len() / 2)),
            }
        }
        check(&data);
    }
}
