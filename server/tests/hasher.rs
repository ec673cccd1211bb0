//! Argon2id behind its semaphore: what it writes, what it costs, and how much of it runs at once.

#![expect(clippy::unwrap_used, reason = "what cannot be set up has failed")]

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use backboard::password::Password;
use backboard::service::ports::{Fault, Hasher};
use server::hasher::{Argon2Hasher, Load};
use server::keys::file::change;
use server::keys::{Keys, Ring};
use server::metrics::metrics;
use testkit::program::Scrape;
use tokio::task::JoinSet;

fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

/// What the process says of itself; tests beside this one may count too.
fn figures() -> Scrape {
    Scrape::read(&String::from_utf8(metrics().scrape(&prometheus::Registry::new()).unwrap()).unwrap())
}

/// Tests that only look at answers need no more than one core.
fn small(keys: &Keys) -> Argon2Hasher {
    Argon2Hasher::with_limits(keys, 1, 8).unwrap()
}

#[tokio::test]
async fn a_hash_fits_its_password_and_no_other() {
    let hasher = small(&Keys::random());
    let hash = hasher.hash(&password("Six blue ambulances")).await.unwrap();
    assert!(hasher.verify(&password("Six blue ambulances"), Some(&hash)).await.unwrap());
    assert!(!hasher.verify(&password("six blue ambulances"), Some(&hash)).await.unwrap());
    assert!(!hasher.verify(&password("Six blue ambulances "), Some(&hash)).await.unwrap());
}

#[tokio::test]
async fn the_librarys_own_verifier_takes_the_hash_with_the_pepper_and_not_without() {
    let keys = Keys::random();
    let hash = small(&keys).hash(&password("Six blue ambulances")).await.unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1,keyid=AQ$"), "{hash}");
    let parsed = PasswordHash::new(&hash).unwrap();
    assert_eq!((parsed.salt.unwrap().len(), parsed.hash.unwrap().len()), (16, 32));
    let with = |pepper: &'static [u8]| {
        Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, Params::DEFAULT).unwrap()
    };
    let pepper: &'static [u8] = Box::leak(keys.pepper.newest().1.bytes().to_vec().into_boxed_slice());
    assert!(with(pepper).verify_password(b"Six blue ambulances", &parsed).is_ok());
    assert!(with(b"another pepper").verify_password(b"Six blue ambulances", &parsed).is_err());
    assert!(Argon2::default().verify_password(b"Six blue ambulances", &parsed).is_err());
}

/// Every length that fills a block of what goes in to its edge, and the longest there is.
#[tokio::test]
async fn another_implementation_agrees_on_passwords_of_every_length() {
    let keys = Keys::random();
    let (hasher, pepper) = (small(&keys), keys.pepper.newest().1.bytes());
    let argon2 = Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, Params::DEFAULT).unwrap();
    for letters in (1..=128).step_by(9).chain([2, 15, 16, 63, 64, 65, 127, 128]) {
        for letter in ["x", "\u{1f691}"] {
            let typed = password(&letter.repeat(letters));
            let hash = hasher.hash(&typed).await.unwrap();
            let parsed = PasswordHash::new(&hash).unwrap();
            argon2.verify_password(typed.normalised().as_bytes(), &parsed).unwrap();
            let other = password(&format!("{}y", letter.repeat(letters - 1)));
            assert!(argon2.verify_password(other.normalised().as_bytes(), &parsed).is_err());
            assert!(!hasher.verify(&other, Some(&hash)).await.unwrap());
        }
    }
}

/// Installations whose parameters were others once, or that take their hashes along from elsewhere.
#[tokio::test]
async fn a_hash_with_other_parameters_is_verified_and_called_outdated() {
    let keys = Keys::random();
    let (hasher, pepper) = (small(&keys), keys.pepper.newest().1.bytes());
    for (memory, passes, lanes, bytes) in [(64, 1, 1, 32), (1024, 3, 4, 16), (65_536, 1, 2, 64), (19_456, 2, 1, 24)] {
        let params = argon2::ParamsBuilder::new()
            .m_cost(memory)
            .t_cost(passes)
            .p_cost(lanes)
            .output_len(bytes)
            .keyid(argon2::KeyId::new(&[1]).unwrap())
            .build()
            .unwrap();
        let argon2 = Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params).unwrap();
        let hash = argon2.hash_password_with_salt(b"Six blue ambulances", b"sixteen bytes of").unwrap().to_string();
        assert!(hasher.verify(&password("Six blue ambulances"), Some(&hash)).await.unwrap(), "{hash}");
        assert!(!hasher.verify(&password("Six blue ambulance"), Some(&hash)).await.unwrap(), "{hash}");
        assert!(hasher.is_outdated(&hash), "{hash}");
    }
    assert_eq!(hasher.load().arenas, 1);
}

#[tokio::test]
async fn one_password_twice_has_two_salts() {
    let hasher = small(&Keys::random());
    let same = password("Six blue ambulances");
    assert_ne!(hasher.hash(&same).await.unwrap(), hasher.hash(&same).await.unwrap());
}

#[tokio::test]
async fn a_password_is_the_same_however_the_keyboard_composed_it() {
    let hasher = small(&Keys::random());
    let hash = hasher.hash(&password("caf\u{e9} ambulance")).await.unwrap();
    assert!(hasher.verify(&password("cafe\u{301} ambulance"), Some(&hash)).await.unwrap());
}

#[tokio::test]
async fn no_hash_costs_the_same_work_as_a_hash_and_answers_no() {
    let hasher = small(&Keys::random());
    let typed = password("Six blue ambulances");
    let hash = hasher.hash(&typed).await.unwrap();
    let mut costs = Vec::new();
    // Cut off, another algorithm, a pepper that is not there, without a pepper, and not a hash at all.
    let cut = &hash[..60];
    let other = hash.replace("argon2id", "argon2d");
    let lost = hash.replace("keyid=AQ", "keyid=Ag");
    let plain = hash.replace(",keyid=AQ", "");
    let huge = hash.replace("m=19456", "m=4194304");
    for (hash, right) in [
        (Some(hash.as_str()), true),
        (None, false),
        (Some(cut), false),
        (Some(&other), false),
        (Some(&lost), false),
        (Some(&plain), false),
        (Some(&huge), false),
        (Some(""), false),
    ] {
        let before = hasher.load();
        assert_eq!(hasher.verify(&typed, hash).await.unwrap(), right, "{hash:?}");
        let after = hasher.load();
        costs.push((after.hashes - before.hashes, after.blocks - before.blocks));
    }
    assert!(costs.iter().all(|cost| *cost == (1, 2 * 19_456)), "{costs:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_at_once_never_use_more_than_the_permits() {
    let hasher = Arc::new(Argon2Hasher::with_limits(&Keys::random(), 2, 64).unwrap());
    let typed = password("Six blue ambulances");
    let hash = hasher.hash(&typed).await.unwrap();
    let mut calls = JoinSet::new();
    for number in 0..64 {
        let (hasher, typed, hash) = (Arc::clone(&hasher), typed.clone(), hash.clone());
        calls.spawn(async move {
            let hash = (number % 2 == 0).then_some(hash.as_str());
            assert_eq!(hasher.verify(&typed, hash).await.unwrap(), hash.is_some());
        });
    }
    while let Some(done) = calls.join_next().await {
        done.unwrap();
    }
    let load = hasher.load();
    assert_eq!(load, Load { hashes: 65, blocks: 65 * 2 * 19_456, most_at_once: 2, arenas: 2 });
}

#[tokio::test]
async fn one_after_the_other_use_one_arena() {
    let hasher = Argon2Hasher::with_limits(&Keys::random(), 2, 8).unwrap();
    for _ in 0..8 {
        assert!(!hasher.verify(&password("Six blue ambulances"), None).await.unwrap());
    }
    assert_eq!((hasher.load().hashes, hasher.load().arenas), (8, 1), "whichever thread it was");
}

#[tokio::test]
async fn whoever_comes_after_a_full_queue_is_told_that_the_server_is_busy() {
    let hasher = Arc::new(Argon2Hasher::with_limits(&Keys::random(), 1, 2).unwrap());
    let before = figures();
    let mut calls = JoinSet::new();
    for _ in 0..64 {
        let hasher = Arc::clone(&hasher);
        calls.spawn(async move { hasher.verify(&password("Six blue ambulances"), None).await });
    }
    let (mut answered, mut busy) = (0, 0);
    while let Some(done) = calls.join_next().await {
        match done.unwrap() {
            Ok(right) => answered += u32::from(!right),
            Err(Fault::Busy(_)) => busy += 1,
            Err(Fault::Other(error)) => panic!("{error}"),
        }
    }
    // All ask at once: one computes, two wait, and few if any get a place that became free meanwhile.
    assert_eq!(answered + busy, 64);
    assert!((3..32).contains(&answered), "{answered} were computed");
    let after = figures();
    let more = |name: &str| after.sum(name, &[]) - before.sum(name, &[]);
    assert!(more("backboard_hashes_refused_total") >= f64::from(busy), "those who watch see it");
    assert!(more("backboard_hash_wait_seconds_count") >= f64::from(answered));
    assert!(!hasher.verify(&password("Six blue ambulances"), None).await.unwrap(), "the queue is empty again");
}

#[tokio::test]
async fn visitors_who_leave_do_not_make_room_for_more_than_the_queue() {
    let keys = Keys::random();
    let typed = password("Six blue ambulances");
    // Several rounds, because on a busy machine the computing may end before the second one asks.
    for _ in 0..20 {
        let hasher = Argon2Hasher::with_limits(&keys, 1, 0).unwrap();
        {
            let mut leaving = Box::pin(hasher.verify(&typed, None));
            // Polled until it computes on its own thread, then dropped as when a connection closes.
            while hasher.load().most_at_once == 0 {
                std::future::poll_fn(|context| std::task::Poll::Ready(leaving.as_mut().poll(context).is_ready())).await;
                std::thread::yield_now();
            }
        }
        match hasher.verify(&typed, None).await {
            Err(Fault::Busy(_)) => return,
            other => assert!(!other.unwrap()),
        }
    }
    panic!("the computing of one who left never held its place");
}

#[tokio::test]
async fn a_hash_under_an_older_pepper_or_older_parameters_is_right_and_outdated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.toml");
    let typed = password("Six blue ambulances");
    let old = small(&Keys::create(&path).unwrap()).hash(&typed).await.unwrap();
    change(&path, |file| file.add(Ring::Pepper), &mut |_| {}).unwrap();
    let keys = Keys::read(&path).unwrap();
    let hasher = small(&keys);
    assert!(hasher.verify(&typed, Some(&old)).await.unwrap() && hasher.is_outdated(&old));
    let new = hasher.hash(&typed).await.unwrap();
    assert!(new.contains("keyid=Ag$") && !hasher.is_outdated(&new), "{new}");
    // Fewer passes, more of them, or none of ours: the last cannot be made anew, because it cannot be right.
    assert!(hasher.is_outdated(&new.replace("t=2", "t=1")) && hasher.is_outdated(&new.replace("t=2", "t=3")));
    assert!(!hasher.is_outdated(&new.replace("keyid=Ag", "keyid=Aw")) && !hasher.is_outdated("$plain$"));
}
