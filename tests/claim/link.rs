//! The mailed link.

use backboard::account::AccountState;
use backboard::link::LINK_SECONDS;
use backboard::refused::Refused;
use testkit::fakes::{Resident, TestPortal};

use super::{PASSWORD, choose, invited, open, why};

async fn settled() -> (TestPortal, i64) {
    let portal = TestPortal::default();
    let account = portal.settle(Resident::default()).await;
    (portal, account)
}

#[tokio::test]
async fn a_link_works_at_59_59() {
    let (portal, _) = settled().await;
    let mail = invited(&portal).await;
    portal.clock.pass(LINK_SECONDS - 1);
    portal.portal.link(&mail.token).await.unwrap();
    let browser = open(&portal, &mail.token).await.unwrap();
    choose(&portal, &browser, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_link_is_expired_at_60_00() {
    let (portal, _) = settled().await;
    let mail = invited(&portal).await;
    portal.clock.pass(LINK_SECONDS);
    assert_eq!(why(portal.portal.link(&mail.token).await), [Refused::LinkExpired]);
    assert_eq!(why(open(&portal, &mail.token).await), [Refused::LinkExpired]);
}

#[tokio::test]
async fn a_page_that_was_opened_in_time_does_not_outlive_its_link() {
    let (portal, _) = settled().await;
    let mail = invited(&portal).await;
    portal.clock.pass(LINK_SECONDS - 1);
    let browser = open(&portal, &mail.token).await.unwrap();
    portal.clock.pass(1);
    assert_eq!(why(portal.portal.claim_choosing(Some(&browser)).await), [Refused::LinkExpired]);
    assert_eq!(why(choose(&portal, &browser, PASSWORD).await), [Refused::LinkExpired]);
}

#[tokio::test]
async fn looking_at_a_link_changes_nothing() {
    let (portal, _) = settled().await;
    let mail = invited(&portal).await;
    let before = portal.audit_rows().await;
    for _ in 0..20 {
        portal.portal.link(&mail.token).await.unwrap();
    }
    assert_eq!(portal.audit_rows().await, before);
    let browser = open(&portal, &mail.token).await.unwrap();
    choose(&portal, &browser, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn three_links_are_live_and_the_fourth_supersedes_the_oldest() {
    let (portal, _) = settled().await;
    let mut mails = Vec::new();
    for _ in 0..4 {
        mails.push(invited(&portal).await);
        portal.clock.pass(60);
        for mail in mails.iter().rev().take(3) {
            portal.portal.link(&mail.token).await.unwrap();
        }
    }
    assert_eq!(why(portal.portal.link(&mails[0].token).await), [Refused::LinkSuperseded]);
    assert_eq!(why(open(&portal, &mails[0].token).await), [Refused::LinkSuperseded]);
}

#[tokio::test]
async fn any_live_link_works_and_then_all_are_dead() {
    for used in 0..3 {
        let (portal, _) = settled().await;
        let mut mails = Vec::new();
        for _ in 0..3 {
            mails.push(invited(&portal).await);
            portal.clock.pass(60);
        }
        let others = open(&portal, &mails[(used + 1) % 3].token).await.unwrap();
        let browser = open(&portal, &mails[used].token).await.unwrap();
        choose(&portal, &browser, PASSWORD).await.unwrap();
        for (number, mail) in mails.iter().enumerate() {
            let dead = if number == used { Refused::LinkSpent } else { Refused::LinkSuperseded };
            assert_eq!(why(portal.portal.link(&mail.token).await), [dead]);
            assert_eq!(why(open(&portal, &mail.token).await), [dead]);
        }
        assert_eq!(why(choose(&portal, &others, PASSWORD).await), [Refused::LinkSuperseded]);
    }
}

#[tokio::test]
async fn a_token_that_was_cut_off_or_never_given_is_unknown() {
    let (portal, _) = settled().await;
    let mail = invited(&portal).await;
    let flipped: String = mail.token.chars().rev().collect();
    for token in ["", &mail.token[1..], &mail.token[..42], &flipped, &format!("{} ", mail.token), "%00"] {
        assert_eq!(why(portal.portal.link(token).await), [Refused::LinkUnknown], "{token}");
        assert_eq!(why(open(&portal, token).await), [Refused::LinkUnknown], "{token}");
    }
}

#[tokio::test]
async fn a_browser_cookie_is_no_link() {
    let (portal, _) = settled().await;
    let mail = invited(&portal).await;
    assert_eq!(why(portal.portal.link(mail.browser.as_str()).await), [Refused::LinkUnknown]);
    let link = backboard::service::Token::parse(&mail.token).unwrap();
    assert_eq!(why(choose(&portal, &link, PASSWORD).await), [Refused::FlowOver]);
}

#[tokio::test]
async fn an_account_that_changed_between_link_and_password_says_so() {
    for (state, refused) in [
        (AccountState::Suspended, Refused::AccountSuspended),
        (AccountState::Inactive, Refused::AccountInactive),
        (AccountState::External, Refused::AccountExternal),
        (AccountState::Active, Refused::LinkSpent),
    ] {
        let (portal, account) = settled().await;
        let mail = invited(&portal).await;
        let browser = open(&portal, &mail.token).await.unwrap();
        portal.seed.save_state(account, state).await;
        assert_eq!(why(portal.portal.claim_choosing(Some(&browser)).await), [refused]);
        assert_eq!(why(choose(&portal, &browser, PASSWORD).await), [refused]);
        let mut unit = portal.portal.store.read().await.unwrap();
        let account = unit.find_account(account).await.unwrap().unwrap();
        assert_eq!((account.state, account.password_hash), (state, None));
        assert!(portal.deliver().await.is_empty());
    }
}

#[tokio::test]
async fn an_account_suspended_while_its_password_is_hashed_gets_none() {
    use backboard::service::ports::Hasher as _;
    let (portal, account) = settled().await;
    let mail = invited(&portal).await;
    let browser = open(&portal, &mail.token).await.unwrap();
    portal.hasher.meet(2);
    let suspending = async {
        portal.seed.save_state(account, AccountState::Suspended).await;
        portal.hasher.hash(&testkit::fakes::password("meet")).await.unwrap();
    };
    let (answer, ()) = tokio::join!(biased; choose(&portal, &browser, PASSWORD), suspending);
    assert_eq!(why(answer), [Refused::AccountSuspended]);
    let mut unit = portal.portal.store.read().await.unwrap();
    assert_eq!(unit.find_account(account).await.unwrap().unwrap().password_hash, None);
}
