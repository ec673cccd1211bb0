//! What an account's page offers is what can be done, and what it does not offer is refused for the reason it says.

use backboard::account::Frozen;
use backboard::challenge::Question;
use testkit::steps::why;

use super::*;

/// Accounts as they may stand: state, frozen, with an address, with a question, with a session.
fn standings() -> Vec<(AccountState, Option<Frozen>, bool, bool)> {
    let mut all = Vec::new();
    for state in AccountState::ALL {
        for frozen in [None, Some(Frozen::All)] {
            for addressed in [true, false] {
                for question in [true, false] {
                    all.push((*state, frozen, addressed, question));
                }
            }
        }
    }
    all
}

#[tokio::test]
async fn what_is_offered_is_done_and_what_is_not_is_refused_for_the_reason_that_is_said() {
    let (mut done, mut refused) = (0, 0);
    for (state, frozen, addressed, question) in standings() {
        for deed in PLAIN_ACTS {
            let resident = Resident { email: addressed.then_some("ada@example.org"), ..ada() };
            let mut portal = settle(PLAIN, resident).await;
            let account = portal.1;
            let inner = std::sync::Arc::get_mut(&mut portal.0.portal).unwrap();
            let external =
                backboard::agency::External { name: "Login".to_owned(), url: "https://x.example".to_owned() };
            inner.agency.external = Some(external);
            let portal = portal.0;
            let actor = member(&portal, Role::Supervisor).await;
            if question {
                portal.put_question(account, Question::FirstPet, ANSWER).await;
            }
            if state == AccountState::Active && frozen.is_none() {
                portal.sign_in("ada.lovelace", PASSWORD).await.unwrap();
            }
            let heard = heard(&portal, ("2", "29", "1984"), "EMT-1001");
            portal.portal.desk_check_facts(&actor, account, &heard).await.unwrap();
            portal.seed.save_state(account, state).await;
            let mut unit = portal.portal.store.begin().await.unwrap();
            unit.save_frozen(account, frozen).await.unwrap();
            unit.save().await.unwrap();

            let at = format!("{deed:?} {state:?} {frozen:?} address {addressed} question {question}");
            let dossier = portal.portal.desk_person(&actor, account, None).await.unwrap();
            let offered = portal.portal.desk_offer(&actor, &dossier, deed);
            let told = act(&portal, &actor, deed, account).await;
            match offered {
                Ok(()) => {
                    done += 1;
                    assert!(told.is_ok(), "{at}: {told:?}");
                }
                Err(said) => {
                    refused += 1;
                    assert_eq!(why(told), [said], "{at}");
                }
            }
        }
    }
    assert!(done > 80 && refused > 150, "{done} done, {refused} refused");
}
