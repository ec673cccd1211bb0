//! The key file.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use server::keys::{KeyRing, Keys};

thread_local! {
    static FOLDER: tempfile::TempDir = tempfile::tempdir().expect("a folder for the file");
}

pub fn check(data: &[u8]) {
    FOLDER.with(|folder| {
        let path = folder.path().join("keys.toml");
        if !path.exists() {
            std::fs::write(&path, "").expect("the file is written");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("the file is closed");
        }
        std::fs::write(&path, data).expect("the file is written");
        read(&path, data);
    });
}

fn read(path: &Path, data: &[u8]) {
    match Keys::read(path) {
        Ok(keys) => {
            for ring in [&keys.ssn, &keys.pepper, &keys.digest, &keys.seal, &keys.audit] {
                holds(ring);
            }
            assert!(!format!("{keys:?}").contains('='), "a key is told");
        }
        Err(refused) => {
            let sentence = refused.to_string();
            crate::assert_one_line(&sentence);
            // A key has 43 characters and a sign of equality, wherever in the file it stands.
            let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
            for key in data.split(|byte| !is_base64(byte)).filter(|part| part.len() >= 43) {
                let key = std::str::from_utf8(key).expect("letters");
                assert!(!sentence.contains(key), "a key is told: {sentence}");
            }
        }
    }
}

fn holds(ring: &KeyRing) {
    let (newest, _) = ring.newest();
    let ids: Vec<u8> = ring.all().map(|(id, _)| id).collect();
    assert!(ids.is_sorted_by(|one, next| one < next) && ids.last() == Some(&newest) && !ids.contains(&0), "{ids:?}");
    assert!(ring.all().all(|(id, key)| ring.find(id) == Some(key)));
}
