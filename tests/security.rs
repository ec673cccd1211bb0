//! Security: the challenge question, its answer, and what happened to the account.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use backboard::account::AccountState;
use backboard::challenge::{Answer, Question};
use backboard::form::reset::AnswerForm;
use backboard::form::security::QuestionForm;
use backboard::refused::{Field, Problem, Refused};
use backboard::service::Declined;
use backboard::service::ports::Hasher as _;
use backboard::service::records::Session;
use testkit::fakes::{Resident, TestPortal, password};
use testkit::steps::{problems, wait, why};

const PASSWORD: &str = "eleven quiet ambulances";
const ANSWER: &str = "Saint John's Café";
const DAY: i64 = 24 * 60 * 60;

const RULES: &str = r#"
[policy]
preset = "modern"
[policy.challenge]
asking = "required"
confirm_days = 180
"#;

async fn signed_in_under(rules: &str) -> (TestPortal, i64, Session) {
    let portal = TestPortal::under(rules);
    let ada = Resident { state: AccountState::Active, password: Some(PASSWORD), ..Resident::default() };
    let account = portal.settle(ada).await;
    let session = sign_in(&portal).await;
    (portal, account, session)
}

async fn signed_in() -> (TestPortal, i64, Session) {
    signed_in_under(RULES).await
}

async fn sign_in(portal: &TestPortal) -> Session {
    let signed_in = portal.sign_in("ada.lovelace", PASSWORD).await.unwrap();
    portal.session(&signed_in.session).await.unwrap()
}

fn form(question: &str, answer: &str, current: &str) -> QuestionForm {
    QuestionForm { question: question.to_owned(), answer: answer.to_owned(), current_password: current.to_owned() }
}

async fn set(portal: &TestPortal, session: &Session, form: &QuestionForm) -> Result<(), Declined> {
    let new = form.read(session.username.as_str(), |_| "What was the name of your first station?".to_owned())?;
    portal.portal.set_question(&TestPortal::visitor(1), session, &new).await
}

async fn confirm(portal: &TestPortal, session: &Session, typed: &str) -> Result<(), Declined> {
    let answer = AnswerForm { answer: typed.to_owned() }.read()?;
    portal.portal.confirm_question(session, &answer).await
}

#[tokio::test]
async fn a_question_is_set_with_the_password_again_and_every_address_is_told() {
    let (portal, account, session) = signed_in().await;
    let other = Resident { ssn: None, email: Some("grace@example.org"), ..Resident::default() };
    portal.join(account, other).await;
    assert_eq!(portal.portal.standing(&session).await.unwrap().question, None);
    set(&portal, &session, &form("first-station", ANSWER, PASSWORD)).await.unwrap();
    let standing = portal.portal.standing(&session).await.unwrap();
    assert_eq!((standing.question, standing.question_due), (Some(Question::FirstStation), false));
    let told: Vec<_> =
        portal.deliver().await.iter().map(|mail| (mail.to.as_str().to_owned(), mail.message.kind())).collect();
    let right = ["ada@example.org", "grace@example.org"].map(|to| (to.to_owned(), "question-set"));
    assert_eq!(told, right);
    // The answer is kept as a hash of what is compared, and stands in no audit row.
    let kept = portal.unit().await.find_challenge(account).await.unwrap().unwrap();
    let secret = Answer::parse("saint johns cafe").unwrap().secret().unwrap();
    assert!(portal.hasher.verify(&secret, Some(&kept.answer_hash)).await.unwrap());
    let row = portal.audit_rows().await.into_iter().find(|row| row.action == "question-set").unwrap();
    assert_eq!((row.account, row.detail.as_str()), (Some(account), "first-station"));
    confirm(&portal, &session, ANSWER).await.unwrap();
}

#[tokio::test]
async fn a_new_question_takes_the_place_of_the_old_one() {
    let (portal, _, session) = signed_in().await;
    set(&portal, &session, &form("first-station", ANSWER, PASSWORD)).await.unwrap();
    set(&portal, &session, &form("first-pet", "Rover the Second", PASSWORD)).await.unwrap();
    assert_eq!(portal.portal.standing(&session).await.unwrap().question, Some(Question::FirstPet));
    assert_eq!(why(confirm(&portal, &session, ANSWER).await), [Refused::AnswerWrong]);
    confirm(&portal, &session, "rover, the second.").await.unwrap();
}

#[tokio::test]
async fn a_wrong_password_sets_nothing_and_is_counted() {
    let (portal, account, session) = signed_in().await;
    for _ in 0..10 {
        let answer = problems(set(&portal, &session, &form("first-station", ANSWER, "a wrong password")).await);
        assert_eq!(answer, [Problem::at(Field::CurrentPassword, Refused::PasswordNotYours)]);
    }
    assert_eq!(wait(set(&portal, &session, &form("first-station", ANSWER, PASSWORD)).await), 6 * 60);
    assert!(portal.unit().await.find_challenge(account).await.unwrap().is_none());
    assert!(portal.deliver().await.is_empty());
    // The same tries that Change Password has: one budget for one password.
    let change = portal.change(&session, PASSWORD, "twelve calm helicopters").await;
    assert_eq!(wait(change), 6 * 60);
}

#[tokio::test]
async fn a_temporary_password_sets_no_question() {
    let (portal, account, session) = signed_in().await;
    let username = session.username.clone();
    portal.portal.office_temporary_password(&username).await.unwrap();
    let temporary = portal.deliver().await[0].temporary();
    let answer = set(&portal, &session, &form("first-station", ANSWER, &temporary)).await;
    assert_eq!(why(answer), [Refused::PasswordNotYours]);
    assert!(portal.unit().await.find_challenge(account).await.unwrap().is_none());
}

#[tokio::test]
async fn a_session_that_ended_meanwhile_sets_nothing() {
    let (portal, account, session) = signed_in().await;
    portal.hasher.meet(2);
    let ending = async {
        let mut unit = portal.unit().await;
        unit.end_sessions_of(account).await.unwrap();
        unit.save().await.unwrap();
        portal.hasher.hash(&password("meet")).await.unwrap();
        portal.hasher.part();
    };
    let form = form("first-station", ANSWER, PASSWORD);
    let (answer, ()) = tokio::join!(biased; set(&portal, &session, &form), ending);
    assert_eq!(why(answer), [Refused::SessionOver]);
    assert!(portal.unit().await.find_challenge(account).await.unwrap().is_none());
}

#[tokio::test]
async fn answers_that_will_not_do_are_refused_when_they_are_set() {
    let (portal, account, session) = signed_in().await;
    for (answer, refused) in [
        ("", Refused::Missing),
        ("...", Refused::Missing),
        ("x", Refused::AnswerTooShort),
        ("password", Refused::AnswerTrivial),
        ("Pass-Word!", Refused::AnswerTrivial),
        ("12345", Refused::AnswerTrivial),
        ("zzzz", Refused::AnswerTrivial),
        ("first station", Refused::AnswerInQuestion),
        ("Ada Lovelace", Refused::AnswerHasUsername),
        ("it is ada.lovelace", Refused::AnswerHasUsername),
        ("Eleven Quiet Ambulances", Refused::AnswerHasPassword),
    ] {
        let answered = problems(set(&portal, &session, &form("first-station", answer, PASSWORD)).await);
        assert_eq!(answered, [Problem::at(Field::Answer, refused)], "{answer}");
    }
    let unchosen = problems(set(&portal, &session, &form("", ANSWER, PASSWORD)).await);
    assert_eq!(unchosen, [Problem::at(Field::Question, Refused::QuestionUnchosen)]);
    assert!(portal.unit().await.find_challenge(account).await.unwrap().is_none());
}

#[tokio::test]
async fn the_answer_given_again_counts_from_then() {
    let (portal, account, session) = signed_in().await;
    portal.put_question(account, Question::FirstStation, ANSWER).await;
    portal.clock.pass(180 * DAY - 1);
    assert!(!portal.portal.standing(&session).await.unwrap().question_due);
    portal.clock.pass(1);
    assert!(portal.portal.standing(&session).await.unwrap().question_due);
    let session = sign_in(&portal).await;
    assert_eq!(why(confirm(&portal, &session, "Saint James").await), [Refused::AnswerWrong]);
    assert!(portal.portal.standing(&session).await.unwrap().question_due);
    confirm(&portal, &session, "SAINT JOHNS CAFE.").await.unwrap();
    assert!(!portal.portal.standing(&session).await.unwrap().question_due);
    assert!(!portal.sign_in("ada.lovelace", PASSWORD).await.unwrap().ask_question);
}

#[tokio::test]
async fn ten_wrong_answers_a_day_are_all_and_the_right_one_gives_them_back() {
    let (portal, account, session) = signed_in().await;
    portal.put_question(account, Question::FirstStation, ANSWER).await;
    for _ in 0..9 {
        assert_eq!(why(confirm(&portal, &session, "Saint James").await), [Refused::AnswerWrong]);
    }
    confirm(&portal, &session, ANSWER).await.unwrap();
    for _ in 0..10 {
        assert_eq!(why(confirm(&portal, &session, "Saint James").await), [Refused::AnswerWrong]);
    }
    let looked_at = portal.hasher.verified();
    assert_eq!(wait(confirm(&portal, &session, ANSWER).await), 8_640);
    assert_eq!(portal.hasher.verified(), looked_at);
}

#[tokio::test]
async fn where_there_is_no_question_there_is_nothing_to_confirm() {
    let (portal, _, session) = signed_in().await;
    assert_eq!(why(confirm(&portal, &session, ANSWER).await), [Refused::PageOld]);
    assert_eq!(portal.hasher.verified(), 1);
}

#[tokio::test]
async fn the_standing_says_the_days_that_are_left_where_the_policy_counts_them() {
    for (rules, left) in [("[policy]\npreset = \"bridge\"\n", Some(90)), (RULES, None)] {
        let (portal, _, session) = signed_in_under(rules).await;
        let standing = portal.portal.standing(&session).await.unwrap();
        assert_eq!((standing.days_left, standing.password_set), (left, Some(portal.portal.now())));
        portal.clock.pass(DAY);
        let standing = portal.portal.standing(&session).await.unwrap();
        assert_eq!(standing.days_left, left.map(|days| days - 1));
    }
}

#[tokio::test]
async fn the_history_is_the_accounts_own_newest_first_and_a_hundred_at_the_most() {
    let (portal, account, session) = signed_in().await;
    let grace = Resident {
        username: "grace.hopper",
        state: AccountState::Active,
        password: Some(PASSWORD),
        ssn: None,
        ..Resident::default()
    };
    portal.settle(grace).await;
    portal.clock.pass(60);
    set(&portal, &session, &form("first-station", ANSWER, PASSWORD)).await.unwrap();
    // Nobody's row and another's.
    portal.ask_reset("nobody.knows").await.unwrap();
    portal.sign_in("grace.hopper", PASSWORD).await.unwrap();
    portal.clock.pass(60);
    portal.sign_in("ada.lovelace", "a wrong password").await.unwrap_err();
    let history = portal.portal.history(&session).await.unwrap();
    let seen: Vec<_> = history.iter().map(|row| (row.action.as_str(), row.detail.as_str())).collect();
    assert_eq!(seen, [("sign-in-refused", "wrong"), ("question-set", "first-station"), ("signed-in", "")]);
    assert!(history.is_sorted_by(|newer, older| newer.at > older.at));

    for _ in 0..110 {
        confirm(&portal, &session, ANSWER).await.unwrap();
        portal.clock.pass(1);
    }
    let history = portal.portal.history(&session).await.unwrap();
    assert_eq!(history.len(), 100);
    assert!(history.iter().all(|row| row.action == "question-confirmed"));
    assert!(history.is_sorted_by(|newer, older| newer.at > older.at));
    assert_eq!(portal.account(account).await.username, session.username);
}
