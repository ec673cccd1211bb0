//! Whatever is done in whatever order, a closed account has nothing that opens it, and each act leaves one row and its
//! mails.

use backboard::account::Frozen;
use backboard::challenge::Question;
use backboard::service::session::IDLE_SECONDS;
use proptest::prelude::*;

use super::*;

#[derive(Clone, Copy, Debug)]
enum Deed {
    /// By a supervisor whose caller was checked.
    Act(Act),
    Ask,
    SignIn,
    SetQuestion,
    /// *This wasn't me*, from the newest mail that has the link.
    Freeze,
    Pass,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => proptest::sample::select(&PLAIN_ACTS[..]).prop_map(Deed::Act),
        1 => Just(Deed::Ask),
        1 => Just(Deed::SignIn),
        1 => Just(Deed::SetQuestion),
        1 => Just(Deed::Freeze),
        1 => Just(Deed::Pass),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn no_order_of_acts_leaves_a_closed_account_open(deeds in proptest::collection::vec(deed(), 1..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(run(deeds));
    }
}

async fn run(deeds: Vec<Deed>) {
    let (portal, account) = settled(PLAIN).await;
    let actor = member(&portal, Role::Admin).await;
    let mut alarm = None;
    for (place, deed) in deeds.iter().enumerate() {
        let before = rows(&portal).await.len();
        match deed {
            Deed::Act(done) => {
                // A code may be refused, after six a day; then the act is too.
                if portal.portal.desk_mail_code(&actor, account).await.is_ok() {
                    let code = code(&portal.deliver().await);
                    portal.portal.desk_enter_code(&actor, account, &code).await.unwrap();
                }
                let told = act(&portal, &actor, *done, account).await;
                let received = portal.deliver().await;
                let written = rows(&portal).await.len() - before;
                let expected = if told.is_ok() { (1, 1) } else { (0, 0) };
                assert_eq!((written, received.len()), expected, "{deed:?} at {place} of {deeds:?}: {told:?}");
                alarm = received.last().map(|mail| mail.id.clone()).or(alarm);
            }
            Deed::Ask => {
                let _ = portal.ask_reset("ada.lovelace").await;
                alarm = portal.deliver().await.last().map(|mail| mail.id.clone()).or(alarm);
            }
            Deed::SignIn => drop(portal.sign_in("ada.lovelace", PASSWORD).await),
            Deed::SetQuestion => portal.put_question(account, Question::FirstPet, ANSWER).await,
            Deed::Freeze => {
                if let Some(mail) = &alarm {
                    let token = portal.portal.not_me_token(mail);
                    drop(portal.portal.freeze(&TestPortal::visitor(9), &token).await);
                    portal.deliver().await;
                }
            }
            Deed::Pass => portal.clock.pass(50),
        }
        holds(&portal, account, &deeds[..=place]).await;
    }
}

async fn holds(portal: &TestPortal, account: i64, deeds: &[Deed]) {
    let now = portal.clock.now();
    let found = portal.account(account).await;
    let closed = matches!(found.state, AccountState::Inactive | AccountState::Suspended | AccountState::External);
    if !closed && found.frozen.is_none() {
        return;
    }
    let mut unit = portal.portal.store.read().await.unwrap();
    let links = unit.find_links_of(account).await.unwrap();
    let alive = |link: &backboard::service::desk::seen::LinkEntry| {
        link.spent.is_none() && link.superseded.is_none() && link.expires > now
    };
    assert!(!links.iter().any(alive), "{deeds:?}: {links:?}");
    let temporaries = unit.find_temporaries_of(account).await.unwrap();
    assert!(temporaries.iter().all(|row| row.ended.is_some() || row.expires <= now), "{deeds:?}: {temporaries:?}");
    // Where only resets are stopped, the owner may sign in with the password, which nobody else has.
    if closed || found.frozen == Some(Frozen::All) {
        let sessions = unit.count_sessions_of(account, now, now.plus(-IDLE_SECONDS)).await.unwrap();
        assert_eq!(sessions, 0, "{deeds:?}");
    }
    if found.state == AccountState::External {
        assert!(found.password_hash.is_none(), "{deeds:?}");
    }
}
