use backboard::account::{AccountState, Username};

use super::{Bench, NOW};
use crate::seed::NewPerson;

pub async fn a_person_moves_to_an_account_that_was_made_for_them(bench: Bench) {
    let shared = bench.account("engine7").await;
    let ada = bench.seed.add_person(&NewPerson::of(shared, "P-1")).await;
    let grace = bench.seed.add_person(&NewPerson::of(shared, "P-2")).await;
    let username = Username::parse("Ada.Lovelace").unwrap();
    let mut unit = bench.begin().await;
    let own = unit.add_unclaimed(&username, NOW).await.unwrap();
    unit.move_person(ada, own).await.unwrap();
    unit.save().await.unwrap();
    let mut unit = bench.read().await;
    let account = unit.find_account(own).await.unwrap().unwrap();
    assert_eq!((&account.username, account.state, account.shared), (&username, AccountState::Unclaimed, false));
    assert_eq!(account.password_hash, None);
    for (account, person) in [(own, ada), (shared, grace)] {
        let people = unit.find_people_of(account).await.unwrap();
        assert_eq!(people.iter().map(|person| person.id).collect::<Vec<_>>(), [person]);
    }
}

pub async fn no_account_is_made_under_a_username_that_is_there(bench: Bench) {
    bench.account("engine7").await;
    bench.begin().await.add_unclaimed(&Username::parse("ENGINE7").unwrap(), NOW).await.unwrap_err();
}

pub async fn nobody_moves_to_no_account_and_no_person_moves(bench: Bench) {
    let account = bench.account("engine7").await;
    let ada = bench.seed.add_person(&NewPerson::of(account, "P-1")).await;
    bench.begin().await.move_person(ada, account + 9).await.unwrap_err();
    bench.begin().await.move_person(ada + 9, account).await.unwrap_err();
}
