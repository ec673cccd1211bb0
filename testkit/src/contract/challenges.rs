use backboard::challenge::Question;
use backboard::service::records::Challenge;

use super::{Bench, NOW};

pub async fn a_challenge_comes_back_as_it_was_saved(bench: Bench) {
    let (ada, grace) = (bench.account("ada.lovelace").await, bench.account("grace.hopper").await);
    for question in Question::ALL {
        let mut unit = bench.begin().await;
        unit.save_challenge(ada, &challenge(*question, "$one$")).await.unwrap();
        unit.save().await.unwrap();
        let found = bench.read().await.find_challenge(ada).await.unwrap();
        assert_eq!(found, Some(challenge(*question, "$one$")));
    }
    assert_eq!(bench.read().await.find_challenge(grace).await.unwrap(), None);
}

pub async fn a_new_challenge_takes_the_place_of_the_earlier_one(bench: Bench) {
    let (ada, grace) = (bench.account("ada.lovelace").await, bench.account("grace.hopper").await);
    let hers = challenge(Question::FirstPet, "$hers$");
    let new = Challenge { confirmed: NOW.plus(5), ..challenge(Question::FirstCall, "$new$") };
    let mut unit = bench.begin().await;
    unit.save_challenge(ada, &challenge(Question::FirstPet, "$old$")).await.unwrap();
    unit.save_challenge(grace, &hers).await.unwrap();
    unit.save_challenge(ada, &new).await.unwrap();
    assert_eq!(unit.find_challenge(ada).await.unwrap(), Some(new));
    assert_eq!(unit.find_challenge(grace).await.unwrap(), Some(hers));
}

pub async fn a_removed_challenge_is_gone_alone(bench: Bench) {
    let (ada, grace) = (bench.account("ada.lovelace").await, bench.account("grace.hopper").await);
    let set = challenge(Question::FirstPet, "$answer$");
    let mut unit = bench.begin().await;
    unit.save_challenge(ada, &set).await.unwrap();
    unit.save_challenge(grace, &set).await.unwrap();
    unit.remove_challenge(ada).await.unwrap();
    // What is not there is gone too.
    unit.remove_challenge(ada).await.unwrap();
    assert_eq!(unit.find_challenge(ada).await.unwrap(), None);
    assert_eq!(unit.find_challenge(grace).await.unwrap(), Some(set));
}

pub async fn confirming_a_challenge_moves_its_moment_alone(bench: Bench) {
    let (ada, grace) = (bench.account("ada.lovelace").await, bench.account("grace.hopper").await);
    let set = challenge(Question::FirstStation, "$answer$");
    let mut unit = bench.begin().await;
    unit.save_challenge(ada, &set).await.unwrap();
    unit.save_challenge(grace, &set).await.unwrap();
    unit.confirm_challenge(ada, NOW.plus(60)).await.unwrap();
    let confirmed = Challenge { confirmed: NOW.plus(60), ..set.clone() };
    assert_eq!(unit.find_challenge(ada).await.unwrap(), Some(confirmed));
    assert_eq!(unit.find_challenge(grace).await.unwrap(), Some(set));
}

pub async fn a_challenge_of_no_account_is_a_fault(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    bench.begin().await.save_challenge(account + 1, &challenge(Question::FirstPet, "$answer$")).await.unwrap_err();
    bench.begin().await.confirm_challenge(account, NOW).await.unwrap_err();
}

fn challenge(question: Question, answer: &str) -> Challenge {
    Challenge { question, answer_hash: answer.to_owned(), confirmed: NOW }
}
