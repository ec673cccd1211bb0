//! What the office does to an account.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use backboard::account::{AccountState, Frozen, Username};
use backboard::challenge::Question;
use backboard::form::sign_in::SignInForm;
use backboard::refused::Refused;
use backboard::service::Visitor;
use backboard::service::records::SessionKind;
use testkit::fakes::{Received, Resident, TestPortal};
use testkit::steps::why;

const OLD: &str = "twelve calm helicopters";
const NEW: &str = "eleven quiet ambulances";

const PLAIN: &str = "[policy]\npreset = \"bridge\"\n";
const REQUIRED: &str = "[policy]\npreset = \"bridge\"\n[policy.challenge]\nasking = \"required\"\n";

fn ada() -> Resident {
    Resident { state: AccountState::Active, password: Some(OLD), ..Resident::default() }
}

fn name() -> Username {
    Username::parse("ADA.lovelace").unwrap()
}

async fn settled() -> (TestPortal, i64) {
    let portal = TestPortal::under(PLAIN);
    let account = portal.settle(ada()).await;
    (portal, account)
}

async fn reset_mail(portal: &TestPortal) -> Received {
    portal.ask_reset("ada.lovelace").await.unwrap();
    portal.deliver().await.remove(0)
}

async fn press(portal: &TestPortal, mail: &Received) {
    let token = portal.portal.not_me_token(&mail.id);
    portal.portal.freeze(&TestPortal::visitor(9), &token).await.unwrap();
    portal.deliver().await;
}

#[tokio::test]
async fn nobody_has_that_username() {
    let (portal, _) = settled().await;
    let nobody = Username::parse("nobody.knows").unwrap();
    assert_eq!(why(portal.portal.office_show(&nobody).await), [Refused::UsernameUnusable]);
    assert_eq!(why(portal.portal.office_suspend(&nobody).await), [Refused::UsernameUnusable]);
    assert_eq!(why(portal.portal.office_end_sessions(&nobody).await), [Refused::UsernameUnusable]);
    assert_eq!(why(portal.portal.office_reactivate(&nobody).await), [Refused::UsernameUnusable]);
    assert_eq!(why(portal.portal.office_temporary_password(&nobody).await), [Refused::UsernameUnusable]);
}

#[tokio::test]
async fn the_office_sees_the_account_and_never_a_secret() {
    let (portal, account) = settled().await;
    portal.join(account, Resident { ssn: None, email: Some("grace@example.org"), ..ada() }).await;
    portal.put_question(account, Question::FirstPet, "Rover the Second").await;
    portal.portal.office_temporary_password(&name()).await.unwrap();
    let shown = portal.portal.office_show(&name()).await.unwrap();
    assert_eq!(shown.account.id, account);
    let addresses: Vec<_> = shown.addresses.iter().map(|email| email.as_str()).collect();
    assert_eq!(addresses, ["ada@example.org", "grace@example.org"]);
    assert!(shown.has_question);
    assert_eq!(shown.temporaries.len(), 2);
    assert_eq!(shown.history[0].action, "temporary-issued");
}

#[tokio::test]
async fn what_the_office_causes_is_said_in_the_language_that_the_owner_uses() {
    let (portal, _) = settled().await;
    let said = async || {
        portal.portal.office_temporary_password(&name()).await.unwrap();
        portal.deliver().await.remove(0).language
    };
    assert_eq!(said().await, "en", "nobody has said anything yet: the profile's first");
    let sign_in = async |typed: &str, language: &str| {
        let visitor = Visitor { language: language.to_owned(), ..TestPortal::visitor(1) };
        let form = SignInForm { username: "ada.lovelace".to_owned(), password: typed.to_owned() };
        portal.portal.sign_in(&visitor, &form.read().unwrap(), None).await.is_ok()
    };
    assert!(sign_in(OLD, "es").await);
    assert_eq!(said().await, "es");
    assert!(!sign_in("somebody else's guess", "en").await);
    assert_eq!(said().await, "es", "a stranger changes nothing");
    assert!(sign_in(OLD, "xx").await);
    assert_eq!(said().await, "en", "a language that the profile does not have any more");
}

#[tokio::test]
async fn sessions_that_the_office_ends_are_over_and_the_password_works() {
    let (portal, account) = settled().await;
    let grace = Resident { username: "grace.hopper", ssn: None, certificate: None, ..ada() };
    portal.settle(grace).await;
    let mut sessions = Vec::new();
    for username in ["ada.lovelace", "ada.lovelace", "grace.hopper"] {
        sessions.push(portal.sign_in(username, OLD).await.unwrap().session);
    }
    assert!(portal.portal.office_end_sessions(&name()).await.unwrap());
    let mut live = Vec::new();
    for session in &sessions {
        live.push(portal.portal.session(session).await.unwrap().is_some());
    }
    assert_eq!(live, [false, false, true]);
    assert!(portal.deliver().await.is_empty());
    // None is left, so nothing happens and nothing is written down.
    assert!(!portal.portal.office_end_sessions(&name()).await.unwrap());
    let rows = portal.audit_rows().await;
    let rows: Vec<_> = rows.iter().filter(|row| row.action == "sessions-ended").collect();
    assert!(matches!(rows[..], [row] if row.actor == "office" && row.account == Some(account)), "{rows:?}");
    portal.sign_in("ada.lovelace", OLD).await.unwrap();
}

#[tokio::test]
async fn a_suspended_account_lets_nobody_in_and_nobody_stay() {
    let (portal, account) = settled().await;
    let link = reset_mail(&portal).await.reset_link().0;
    let session = portal.sign_in("ada.lovelace", OLD).await.unwrap().session;
    portal.portal.office_temporary_password(&name()).await.unwrap();
    let temporary = portal.deliver().await[0].temporary();
    let change_only = portal.sign_in("ada.lovelace", &temporary).await.unwrap();
    let change_only = portal.session(&change_only.session).await.unwrap();

    portal.portal.office_suspend(&name()).await.unwrap();
    assert_eq!(portal.account(account).await.state, AccountState::Suspended);
    assert!(portal.session(&session).await.is_none());
    assert_eq!(why(portal.change(&change_only, OLD, NEW).await), [Refused::SessionOver]);
    assert_eq!(why(portal.sign_in("ada.lovelace", OLD).await), [Refused::AccountSuspended]);
    assert_eq!(why(portal.sign_in("ada.lovelace", &temporary).await), [Refused::SignInWrong]);
    assert_eq!(why(portal.open_reset(&link).await), [Refused::AccountSuspended]);
    assert_eq!(why(portal.portal.office_temporary_password(&name()).await), [Refused::AccountSuspended]);
    let row = portal.audit_rows().await.into_iter().find(|row| row.action == "suspended").unwrap();
    assert_eq!((row.actor.as_str(), row.account, row.detail.as_str()), ("office", Some(account), "active"));

    // Opened again, the password works and what was ended stays so.
    portal.portal.office_reactivate(&name()).await.unwrap();
    assert_eq!(why(portal.open_reset(&link).await), [Refused::LinkSuperseded]);
    assert_eq!(why(portal.sign_in("ada.lovelace", &temporary).await), [Refused::SignInWrong]);
    assert!(portal.session(&session).await.is_none());
    assert_eq!(portal.sign_in("ada.lovelace", OLD).await.unwrap().kind, SessionKind::Full);
}

#[tokio::test]
async fn an_account_that_nobody_claimed_is_opened_as_one_to_claim() {
    let portal = TestPortal::under(PLAIN);
    let account = portal.settle(Resident::default()).await;
    portal.portal.office_suspend(&name()).await.unwrap();
    portal.portal.office_reactivate(&name()).await.unwrap();
    assert_eq!(portal.account(account).await.state, AccountState::Unclaimed);
}

#[tokio::test]
async fn an_external_account_is_not_opened_here() {
    let portal = TestPortal::under(PLAIN);
    let account = portal.settle(Resident { state: AccountState::External, password: None, ..ada() }).await;
    assert_eq!(why(portal.portal.office_reactivate(&name()).await), [Refused::AccountExternal]);
    assert_eq!(why(portal.portal.office_temporary_password(&name()).await), [Refused::AccountExternal]);
    assert_eq!(portal.account(account).await.state, AccountState::External);
}

#[tokio::test]
async fn after_a_report_of_a_request_the_password_is_kept_and_the_case_closed() {
    let (portal, account) = settled().await;
    let mail = reset_mail(&portal).await;
    press(&portal, &mail).await;
    assert_eq!(why(portal.portal.office_temporary_password(&name()).await), [Refused::AccountFrozen]);
    portal.portal.office_reactivate(&name()).await.unwrap();
    let opened = portal.account(account).await;
    assert_eq!((opened.state, opened.frozen), (AccountState::Active, None));
    assert!(portal.unit().await.find_cases().await.unwrap().is_empty());
    portal.sign_in("ada.lovelace", OLD).await.unwrap();
    assert_eq!(reset_mail(&portal).await.message.kind(), "reset-link");
}

#[tokio::test]
async fn after_a_report_of_a_change_the_password_is_void_and_a_reset_leads_back_in() {
    let (portal, account) = settled().await;
    let link = reset_mail(&portal).await.reset_link().0;
    let browser = portal.open_reset(&link).await.unwrap().browser;
    portal.set_up(&browser, "a password of a thief").await.unwrap();
    let notice = portal.deliver().await.remove(0);
    press(&portal, &notice).await;
    portal.portal.office_reactivate(&name()).await.unwrap();
    let opened = portal.account(account).await;
    assert_eq!((opened.state, opened.frozen), (AccountState::Active, None));
    assert_eq!((opened.password_hash, opened.password_set), (None, None));
    for typed in [OLD, "a password of a thief"] {
        assert_eq!(why(portal.sign_in("ada.lovelace", typed).await), [Refused::SignInWrong]);
    }
    let link = reset_mail(&portal).await.reset_link().0;
    let browser = portal.open_reset(&link).await.unwrap().browser;
    portal.set_up(&browser, NEW).await.unwrap();
    assert_eq!(portal.sign_in("ada.lovelace", NEW).await.unwrap().kind, SessionKind::Full);
}

#[tokio::test]
async fn a_case_is_opened_once_closed_once_and_opened_anew_by_a_new_report() {
    let (portal, account) = settled().await;
    let (first, second) = (reset_mail(&portal).await, reset_mail(&portal).await);
    press(&portal, &first).await;
    press(&portal, &second).await;
    assert_eq!(portal.unit().await.find_cases().await.unwrap().len(), 1);
    portal.portal.office_reactivate(&name()).await.unwrap();
    assert!(portal.unit().await.find_cases().await.unwrap().is_empty());
    portal.portal.office_reactivate(&name()).await.unwrap();
    portal.clock.pass(60);
    press(&portal, &second).await;
    let cases = portal.unit().await.find_cases().await.unwrap();
    assert_eq!(
        cases.iter().map(|case| (case.account, case.opened)).collect::<Vec<_>>(),
        [(account, portal.portal.now())]
    );
    assert_eq!(portal.account(account).await.frozen, Some(Frozen::Resets));
}

#[tokio::test]
async fn a_temporary_password_goes_to_every_address_and_to_none_where_there_is_none() {
    let (portal, account) = settled().await;
    portal.join(account, Resident { ssn: None, email: Some("grace@example.org"), ..ada() }).await;
    portal.join(account, Resident { ssn: None, email: None, ..ada() }).await;
    assert_eq!(portal.portal.office_temporary_password(&name()).await.unwrap(), 2);
    let mails = portal.deliver().await;
    assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["ada@example.org", "grace@example.org"]);
    assert_ne!(mails[0].temporary(), mails[1].temporary());

    let portal = TestPortal::under(PLAIN);
    let account = portal.settle(Resident { email: None, ..ada() }).await;
    assert_eq!(portal.portal.office_temporary_password(&name()).await.unwrap(), 0);
    assert!(portal.ledger(account).await.is_empty());
    assert!(portal.deliver().await.is_empty());
}

#[tokio::test]
async fn who_has_no_question_gets_in_with_the_offices_temporary_password() {
    let portal = TestPortal::under(REQUIRED);
    portal.settle(ada()).await;
    assert_eq!(reset_mail(&portal).await.message.kind(), "no-question");
    portal.portal.office_temporary_password(&name()).await.unwrap();
    let temporary = portal.deliver().await[0].temporary();
    let signed_in = portal.sign_in("ada.lovelace", &temporary).await.unwrap();
    assert_eq!((signed_in.kind, signed_in.ask_question), (SessionKind::ChangeOnly, false));
    let session = portal.session(&signed_in.session).await.unwrap();
    portal.change(&session, &temporary, NEW).await.unwrap();
    assert!(portal.sign_in("ada.lovelace", NEW).await.unwrap().ask_question);
}
