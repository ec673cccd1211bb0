//! *This wasn't me*.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use backboard::account::{AccountState, Frozen, Username};
use backboard::challenge::Question;
use backboard::form::security::QuestionForm;
use backboard::moment::Moment;
use backboard::refused::Refused;
use backboard::service::Declined;
use backboard::service::freeze::GOOD_FOR;
use backboard::service::mail::Message;
use backboard::service::records::Case;
use testkit::fakes::{Received, Resident, TestPortal};
use testkit::steps::{proof, why};

const OLD: &str = "twelve calm helicopters";
const NEW: &str = "eleven quiet ambulances";

const PLAIN: &str = "[policy]\npreset = \"bridge\"\n";

fn ada() -> Resident {
    Resident { state: AccountState::Active, password: Some(OLD), ..Resident::default() }
}

async fn settled() -> (TestPortal, i64) {
    let portal = TestPortal::under(PLAIN);
    let account = portal.settle(ada()).await;
    (portal, account)
}

async fn press(portal: &TestPortal, mail: &Received) -> Result<(), Declined> {
    portal.portal.freeze(&TestPortal::visitor(9), &portal.portal.not_me_token(&mail.id)).await
}

async fn cases(portal: &TestPortal) -> Vec<Case> {
    portal.unit().await.find_cases().await.unwrap()
}

/// The mail that a reset asked for.
async fn reset_mail(portal: &TestPortal) -> Received {
    portal.ask_reset("ada.lovelace").await.unwrap();
    portal.deliver().await.remove(0)
}

/// The mail that tells of a new password.
async fn notice(portal: &TestPortal) -> Received {
    let mail = reset_mail(portal).await;
    let browser = portal.open_reset(&mail.reset_link().0).await.unwrap().browser;
    portal.set_up(&browser, NEW).await.unwrap();
    portal.deliver().await.remove(0)
}

/// The mail that tells of a new question, set in a session of its own.
async fn question_notice(portal: &TestPortal) -> Received {
    let signed_in = portal.sign_in("ada.lovelace", OLD).await.unwrap();
    let session = portal.session(&signed_in.session).await.unwrap();
    let form = QuestionForm {
        question: "first-pet".to_owned(),
        answer: "Rover the Second".to_owned(),
        current_password: OLD.to_owned(),
    };
    let new = form.read("ada.lovelace", |_| String::new()).unwrap();
    portal.portal.set_question(&TestPortal::visitor(4), &session, &new).await.unwrap();
    portal.deliver().await.remove(0)
}

#[tokio::test]
async fn each_kind_of_mail_stops_what_it_is_about() {
    let username = || Username::parse("ada.lovelace").unwrap();
    let usual = |message| (message, None);
    let (resets, all) = (Some(Frozen::Resets), Some(Frozen::All));
    let kinds = [
        (Message::AlreadyClaimed { username: username() }, resets),
        (Message::Unclaimed { username: username() }, resets),
        (Message::NoQuestion { username: username() }, resets),
        (Message::PasswordSet { username: username() }, all),
        (Message::QuestionSet { username: username() }, all),
        (Message::EmailReplaced { username: username() }, all),
        (Message::EmailNow { username: username() }, all),
        usual(Message::Inactive { username: username() }),
        usual(Message::Suspended { username: username() }),
        usual(Message::External { username: username() }),
        usual(Message::Frozen { username: username() }),
        usual(Message::PasswordExpires { username: username(), expires: Moment(0), days: 7 }),
    ];
    for (message, stops) in kinds {
        let (portal, account) = settled().await;
        let now = portal.portal.now();
        let mail = backboard::service::records::NewMail {
            id: "a-mail".to_owned(),
            recipient: testkit::seed::email("ada@example.org"),
            account: Some(account),
            kind: message.kind().to_owned(),
            sealed: vec![1],
            due: now,
        };
        let mut unit = portal.unit().await;
        unit.add_mail(&mail).await.unwrap();
        unit.save().await.unwrap();
        let token = portal.portal.not_me_token("a-mail");
        let shown = portal.portal.not_me(&token).await;
        let pressed = portal.portal.freeze(&TestPortal::visitor(9), &token).await;
        match stops {
            Some(stops) => {
                let shown = shown.unwrap();
                assert_eq!((shown.username, shown.stops, shown.done), (username(), stops, false));
                pressed.unwrap();
                assert!(portal.portal.not_me(&token).await.unwrap().done);
                let case = Case { account, kind: "not-me".to_owned(), detail: mail.kind, opened: now };
                assert_eq!(cases(&portal).await, [case]);
            }
            None => {
                assert_eq!(why(shown), [Refused::NotMeOver], "{}", mail.kind);
                assert_eq!(why(pressed), [Refused::NotMeOver], "{}", mail.kind);
                assert!(cases(&portal).await.is_empty());
            }
        }
        assert_eq!(portal.account(account).await.frozen, stops, "{}", message.kind());
    }
}

/// Housekeeping may come later: after a downtime the ledger still has the mail.
#[tokio::test]
async fn the_link_is_good_for_ninety_days_and_no_longer_whatever_the_ledger_keeps() {
    let (portal, account) = settled().await;
    let mail = reset_mail(&portal).await;
    let token = portal.portal.not_me_token(&mail.id);
    portal.clock.pass(GOOD_FOR - 1);
    portal.portal.not_me(&token).await.unwrap();
    portal.clock.pass(1);
    assert_eq!(why(portal.portal.not_me(&token).await), [Refused::NotMeOver]);
    assert_eq!(why(press(&portal, &mail).await), [Refused::NotMeOver]);
    assert_eq!(portal.account(account).await.frozen, None);
}

#[tokio::test]
async fn looking_changes_nothing() {
    let (portal, account) = settled().await;
    let mail = reset_mail(&portal).await;
    let session = portal.sign_in("ada.lovelace", OLD).await.unwrap().session;
    let before = (portal.account(account).await, portal.audit_rows().await);
    for _ in 0..20 {
        portal.portal.not_me(&portal.portal.not_me_token(&mail.id)).await.unwrap();
    }
    assert_eq!((portal.account(account).await, portal.audit_rows().await), before);
    assert!(portal.session(&session).await.is_some());
    portal.portal.link(&mail.reset_link().0).await.unwrap();
}

#[tokio::test]
async fn what_was_only_asked_for_stops_resets_and_the_password_still_works() {
    let (portal, account) = settled().await;
    let mail = reset_mail(&portal).await;
    let browser = portal.open_reset(&mail.reset_link().0).await.unwrap().browser;
    let session = portal.sign_in("ada.lovelace", OLD).await.unwrap().session;
    let username = Username::parse("ada.lovelace").unwrap();
    portal.portal.office_temporary_password(&username).await.unwrap();
    let temporary = portal.deliver().await[0].temporary();

    press(&portal, &mail).await.unwrap();
    assert_eq!(portal.account(account).await.frozen, Some(Frozen::Resets));
    assert!(portal.session(&session).await.is_none());
    assert_eq!(why(portal.portal.link(&mail.reset_link().0).await), [Refused::AccountFrozen]);
    assert_eq!(why(portal.set_up(&browser, NEW).await), [Refused::AccountFrozen]);
    assert_eq!(why(portal.sign_in("ada.lovelace", &temporary).await), [Refused::SignInWrong]);
    portal.sign_in("ada.lovelace", OLD).await.unwrap();

    let told = portal.deliver().await;
    assert_eq!(told.iter().map(|mail| mail.message.kind()).collect::<Vec<_>>(), ["frozen"]);
    let row = portal.audit_rows().await.into_iter().find(|row| row.action == "frozen").unwrap();
    assert_eq!((row.account, row.detail.as_str()), (Some(account), "resets reset-link"));
    // Requests go on to be answered alike, and the mail says whom to contact.
    assert_eq!(reset_mail(&portal).await.message.kind(), "frozen");
}

#[tokio::test]
async fn what_was_done_stops_the_password_too_and_says_so_to_who_knows_it() {
    let (portal, account) = settled().await;
    let mail = notice(&portal).await;
    let session = portal.sign_in("ada.lovelace", NEW).await.unwrap().session;
    press(&portal, &mail).await.unwrap();
    assert_eq!(portal.account(account).await.frozen, Some(Frozen::All));
    assert!(portal.session(&session).await.is_none());
    assert_eq!(why(portal.sign_in("ada.lovelace", NEW).await), [Refused::AccountFrozen]);
    assert_eq!(why(portal.sign_in("ada.lovelace", OLD).await), [Refused::SignInWrong]);
    portal.deliver().await;
    assert_eq!(reset_mail(&portal).await.message.kind(), "frozen");
}

#[tokio::test]
async fn a_claim_that_was_not_theirs_is_stopped() {
    let portal = TestPortal::under(PLAIN);
    let account = portal.settle(Resident::default()).await;
    let form = backboard::form::claim::LookupForm {
        birth_month: "2".to_owned(),
        birth_day: "29".to_owned(),
        birth_year: "1984".to_owned(),
        last_name: "Lovelace".to_owned(),
        ssn: "900-01-0001".to_owned(),
        certificate: String::new(),
        robot: "on".to_owned(),
    };
    let lookup = form.read(portal.portal.agency.date_order, portal.portal.now().day()).unwrap();
    portal.portal.claim_lookup(&TestPortal::visitor(1), &lookup, &proof()).await.unwrap();
    let mail = portal.deliver().await.remove(0);
    let Message::ClaimLink { token, .. } = &mail.message else { panic!("{mail:?}") };
    press(&portal, &mail).await.unwrap();
    assert_eq!(portal.account(account).await.frozen, Some(Frozen::Resets));
    assert_eq!(why(portal.portal.claim_start(&TestPortal::visitor(2), token.as_str()).await), [Refused::AccountFrozen]);
    portal.deliver().await;
    portal.portal.claim_lookup(&TestPortal::visitor(1), &lookup, &proof()).await.unwrap();
    assert_eq!(portal.deliver().await[0].message.kind(), "frozen");
}

#[tokio::test]
async fn a_temporary_password_that_was_not_asked_for_is_stopped() {
    let portal = TestPortal::under(&format!("{PLAIN}[recovery]\nmails = \"temporary-password\"\n"));
    let account = portal.settle(ada()).await;
    let mail = reset_mail(&portal).await;
    let temporary = mail.temporary();
    let signed_in = portal.sign_in("ada.lovelace", &temporary).await.unwrap();
    let session = portal.session(&signed_in.session).await.unwrap();
    press(&portal, &mail).await.unwrap();
    assert_eq!(portal.account(account).await.frozen, Some(Frozen::Resets));
    assert_eq!(why(portal.sign_in("ada.lovelace", &temporary).await), [Refused::SignInWrong]);
    assert_eq!(why(portal.change(&session, OLD, NEW).await), [Refused::SessionOver]);
    portal.sign_in("ada.lovelace", OLD).await.unwrap();
}

#[tokio::test]
async fn pressed_twice_it_is_one_report() {
    let (portal, account) = settled().await;
    let mail = reset_mail(&portal).await;
    press(&portal, &mail).await.unwrap();
    portal.deliver().await;
    let session = portal.sign_in("ada.lovelace", OLD).await.unwrap().session;
    let before = (portal.account(account).await, portal.audit_rows().await, cases(&portal).await);
    portal.clock.pass(60);
    press(&portal, &mail).await.unwrap();
    assert_eq!((portal.account(account).await, portal.audit_rows().await, cases(&portal).await), before);
    assert!(portal.session(&session).await.is_some());
    assert!(portal.deliver().await.is_empty());
}

#[tokio::test]
async fn the_graver_report_takes_the_place_of_the_lesser_and_never_the_other_way() {
    let (portal, account) = settled().await;
    let asked = reset_mail(&portal).await;
    let done = notice(&portal).await;
    press(&portal, &asked).await.unwrap();
    assert_eq!(portal.account(account).await.frozen, Some(Frozen::Resets));
    press(&portal, &done).await.unwrap();
    assert_eq!(portal.account(account).await.frozen, Some(Frozen::All));
    assert!(portal.portal.not_me(&portal.portal.not_me_token(&asked.id)).await.unwrap().done);
    press(&portal, &asked).await.unwrap();
    assert_eq!(portal.account(account).await.frozen, Some(Frozen::All));
    assert_eq!(cases(&portal).await.len(), 1);
}

#[tokio::test]
async fn a_link_acts_on_the_account_of_its_mail_alone() {
    let (portal, ada) = settled().await;
    let grace = Resident {
        username: "grace.hopper",
        state: AccountState::Active,
        password: Some(OLD),
        ssn: None,
        email: Some("grace@example.org"),
        ..Resident::default()
    };
    let grace = portal.settle(grace).await;
    let session = portal.sign_in("ada.lovelace", OLD).await.unwrap().session;
    portal.ask_reset("grace.hopper").await.unwrap();
    let mail = portal.deliver().await.remove(0);
    press(&portal, &mail).await.unwrap();
    assert_eq!(portal.account(ada).await.frozen, None);
    assert!(portal.session(&session).await.is_some());
    assert_eq!(portal.account(grace).await.frozen, Some(Frozen::Resets));
}

#[tokio::test]
async fn a_forged_or_cut_off_link_is_unknown() {
    let (portal, account) = settled().await;
    let (mail, other) = (reset_mail(&portal).await, reset_mail(&portal).await);
    let token = portal.portal.not_me_token(&mail.id);
    let (id, digest) = token.split_once('.').unwrap();
    let foreign = portal.portal.not_me_token(&other.id);
    let (other_id, other_digest) = foreign.split_once('.').unwrap();
    let flipped: String = digest.chars().rev().collect();
    for forged in [
        String::new(),
        ".".to_owned(),
        id.to_owned(),
        digest.to_owned(),
        format!("{id}."),
        format!("{id}.{}", &digest[..42]),
        format!("{id}.{flipped}"),
        format!("{id}.{other_digest}"),
        format!("{other_id}.{digest}"),
        format!("{token} "),
        // A right digest of a mail that never was.
        portal.portal.not_me_token("never-sent"),
        portal.portal.not_me_token(""),
        mail.reset_link().0,
    ] {
        assert_eq!(why(portal.portal.not_me(&forged).await), [Refused::NotMeOver], "{forged}");
        let pressed = portal.portal.freeze(&TestPortal::visitor(9), &forged).await;
        assert_eq!(why(pressed), [Refused::NotMeOver], "{forged}");
    }
    assert_eq!(portal.account(account).await.frozen, None);
}

#[tokio::test]
async fn thirty_reports_an_hour_are_taken_from_one_address() {
    let (portal, _) = settled().await;
    let mail = reset_mail(&portal).await;
    for _ in 0..30 {
        portal.portal.freeze(&TestPortal::visitor(9), "forged.link").await.unwrap_err();
    }
    assert_eq!(why(press(&portal, &mail).await), [Refused::TooManyTries]);
    let token = portal.portal.not_me_token(&mail.id);
    portal.portal.freeze(&TestPortal::visitor(10), &token).await.unwrap();
}

#[tokio::test]
async fn the_link_works_until_the_ledger_forgets_the_mail() {
    let (portal, account) = settled().await;
    let mail = reset_mail(&portal).await;
    portal.clock.pass(89 * 24 * 60 * 60);
    portal.portal.not_me(&portal.portal.not_me_token(&mail.id)).await.unwrap();
    let mut unit = portal.unit().await;
    assert_eq!(unit.purge_mail(portal.portal.now()).await.unwrap(), 1);
    unit.save().await.unwrap();
    assert_eq!(why(press(&portal, &mail).await), [Refused::NotMeOver]);
    assert_eq!(portal.account(account).await.frozen, None);
}

#[tokio::test]
async fn a_question_somebody_else_set_stops_everything() {
    let (portal, account) = settled().await;
    let mail = question_notice(&portal).await;
    press(&portal, &mail).await.unwrap();
    assert_eq!(portal.account(account).await.frozen, Some(Frozen::All));
    assert_eq!(why(portal.sign_in("ada.lovelace", OLD).await), [Refused::AccountFrozen]);
    let kept = portal.unit().await.find_challenge(account).await.unwrap().unwrap();
    assert_eq!(kept.question, Question::FirstPet);
}

#[tokio::test]
async fn a_report_of_a_shared_account_tells_every_address() {
    let portal = TestPortal::under(PLAIN);
    let account = portal.settle(Resident { shared: true, ..ada() }).await;
    portal.join(account, Resident { ssn: None, email: Some("grace@example.org"), ..ada() }).await;
    let mail = reset_mail(&portal).await;
    press(&portal, &mail).await.unwrap();
    let told = portal.deliver().await;
    let told: Vec<_> = told.iter().map(|mail| (mail.to.as_str(), mail.message.kind())).collect();
    assert_eq!(told, [("ada@example.org", "frozen"), ("grace@example.org", "frozen")]);
}
