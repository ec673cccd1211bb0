//! Who gets which mail, and that the page never tells.

use backboard::account::{AccountState, Frozen};
use backboard::challenge::Question;
use backboard::form::claim::LookupForm;
use backboard::form::reset::ResetForm;
use backboard::refused::{Field, Problem, Refused};
use backboard::service::Visitor;
use testkit::fakes::{Received, Resident, TestPortal};
use testkit::steps::{problems, proof, wait, why};

use super::{PLAIN, QUESTION_OPTIONAL, QUESTION_REQUIRED, ada, delivered, expected, grace, settled};
use testkit::outbox::TakeOldest as _;

/// What Ada types where she is asked who she is.
fn identity() -> LookupForm {
    LookupForm {
        birth_month: "2".to_owned(),
        birth_day: "29".to_owned(),
        birth_year: "1984".to_owned(),
        last_name: "Lovelace".to_owned(),
        ssn: "900-01-0001".to_owned(),
        certificate: String::new(),
        robot: "on".to_owned(),
    }
}

/// A person, what else is known of the account, the mail that a request leads to, and what the audit then says.
struct Situation {
    name: &'static str,
    rules: &'static str,
    person: Option<Resident>,
    frozen: Option<Frozen>,
    question: bool,
    mail: Option<&'static str>,
    action: &'static str,
}

fn situations() -> Vec<Situation> {
    let usual = |name, person, mail, action| Situation {
        name,
        rules: PLAIN,
        person,
        frozen: None,
        question: false,
        mail,
        action,
    };
    let in_state = |name, state, mail| {
        let password = (state != AccountState::Unclaimed).then_some(super::OLD);
        usual(name, Some(Resident { state, password, ..ada() }), Some(mail), "reset-mailed")
    };
    let active = |name, mail| usual(name, Some(ada()), Some(mail), "reset-mailed");
    vec![
        usual("nobody", None, None, "reset-not-found"),
        active("active", "reset-link"),
        in_state("unclaimed", AccountState::Unclaimed, "unclaimed"),
        in_state("inactive", AccountState::Inactive, "inactive"),
        in_state("suspended", AccountState::Suspended, "suspended"),
        in_state("external", AccountState::External, "external"),
        usual("no address", Some(Resident { email: None, ..ada() }), None, "reset-no-email"),
        Situation { frozen: Some(Frozen::Resets), ..active("resets frozen", "frozen") },
        Situation { frozen: Some(Frozen::All), ..active("all frozen", "frozen") },
        Situation { rules: QUESTION_REQUIRED, ..active("question required and missing", "no-question") },
        Situation { rules: QUESTION_REQUIRED, question: true, ..active("question required and set", "reset-link") },
        Situation { rules: QUESTION_OPTIONAL, ..active("question optional and missing", "reset-link") },
    ]
}

async fn prepared(situation: &Situation) -> TestPortal {
    let portal = TestPortal::under(situation.rules);
    if let Some(person) = situation.person.clone() {
        let account = portal.settle(person).await;
        if situation.question {
            portal.put_question(account, Question::FirstPet, "Rover the Second").await;
        }
        let mut unit = portal.unit().await;
        unit.save_frozen(account, situation.frozen).await.unwrap();
        unit.save().await.unwrap();
    }
    portal
}

#[tokio::test]
async fn the_request_is_the_same_whoever_is_found() {
    for by_identity in [false, true] {
        let mut first = None;
        for situation in situations() {
            let portal = prepared(&situation).await;
            let browser = if by_identity {
                portal.ask_reset_by_identity(&identity()).await.unwrap()
            } else {
                portal.ask_reset("ada.lovelace").await.unwrap()
            };
            let now = portal.portal.now();
            let mut unit = portal.unit().await;
            let job = unit.take_job(now, now.plus(1)).await.unwrap().unwrap();
            assert!(
                unit.take_oldest_mail(now, now).await.unwrap().is_none(),
                "{}: mail is the worker's",
                situation.name
            );
            assert_eq!(portal.hasher.verified() + portal.hasher.hashed(), 0, "{}", situation.name);
            // The entropy is seeded alike, so even tokens and sealed bytes must be the same.
            let seen = (browser.as_str().to_owned(), portal.audit_rows().await, job);
            assert_eq!(first.get_or_insert_with(|| seen.clone()), &seen, "{}", situation.name);
        }
    }
}

#[tokio::test]
async fn everybody_gets_the_right_mail_or_none() {
    for way in ["e-mail", "username", "identity"] {
        for situation in situations() {
            let portal = prepared(&situation).await;
            match way {
                "e-mail" => portal.ask_reset("ada@example.org").await.unwrap(),
                "username" => portal.ask_reset("ada.lovelace").await.unwrap(),
                _ => portal.ask_reset_by_identity(&identity()).await.unwrap(),
            };
            let mails = Vec::from_iter(situation.mail.map(|kind| ("ada@example.org", kind)));
            assert_eq!(delivered(&portal).await, expected(&mails), "{way}, {}", situation.name);
            // Who has no address cannot be found by one.
            let unfound = way == "e-mail" && situation.action == "reset-no-email";
            let action = if unfound { "reset-not-found" } else { situation.action };
            assert_eq!(portal.actions().await, ["reset-asked", action], "{way}, {}", situation.name);
        }
    }
}

#[tokio::test]
async fn address_and_username_are_found_in_any_case_and_mail_goes_to_the_stored_bytes() {
    for typed in ["ADA+ems@EXAMPLE.org", " ada+EMS@example.org ", "ADA.Lovelace", "ada.lovelace\n"] {
        let portal = TestPortal::under(PLAIN);
        portal.settle(Resident { email: Some("Ada+EMS@Example.org"), ..ada() }).await;
        portal.ask_reset(typed).await.unwrap();
        assert_eq!(delivered(&portal).await, expected(&[("Ada+EMS@Example.org", "reset-link")]), "{typed}");
    }
}

#[tokio::test]
async fn what_is_address_and_username_at_once_finds_both_and_each_account_once() {
    let portal = TestPortal::under(PLAIN);
    // Her username is her address; it is also the address that Grace has on file.
    portal.settle(Resident { username: "ada@example.org", ..ada() }).await;
    portal.settle(Resident { email: Some("ada@example.org"), ..grace() }).await;
    portal.ask_reset("Ada@Example.org").await.unwrap();
    let mails = portal.deliver().await;
    let mut names: Vec<_> = mails.iter().map(|mail| mail.message.usernames()[0].as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["ada@example.org", "grace.hopper"]);
}

#[tokio::test]
async fn every_account_on_an_address_gets_a_mail_of_its_own() {
    let portal = TestPortal::under(PLAIN);
    let hers = portal.settle(Resident { email: Some("station4@example.org"), ..ada() }).await;
    let other = portal.settle(Resident { email: Some("Station4@example.org"), ..grace() }).await;
    let closed = Resident {
        username: "jean.bartik",
        state: AccountState::Suspended,
        email: Some("station4@example.org"),
        ssn: None,
        ..ada()
    };
    portal.settle(closed).await;
    portal.ask_reset("station4@example.org").await.unwrap();
    let mails = portal.deliver().await;
    let seen: Vec<_> = mails
        .iter()
        .map(|mail| (mail.to.as_str(), mail.message.usernames()[0].as_str(), mail.message.kind()))
        .collect();
    let right = [
        ("station4@example.org", "ada.lovelace", "reset-link"),
        ("Station4@example.org", "grace.hopper", "reset-link"),
        ("station4@example.org", "jean.bartik", "suspended"),
    ];
    assert_eq!(seen, right);

    // Each of the three was a mail to one mailbox, however it is spelled: there will be no other within the hour.
    portal.ask_reset("grace.hopper").await.unwrap();
    assert_eq!(delivered(&portal).await, []);

    // Each link leads to its own account, and the use of one leaves the other's alone.
    for (mail, account) in [(&mails[0], hers), (&mails[1], other)] {
        let browser = portal.open_reset(&mail.reset_link().0).await.unwrap().browser;
        portal.set_up(&browser, super::NEW).await.unwrap();
        assert_eq!(portal.account(account).await.password_set, Some(portal.portal.now()));
    }
}

/// Four accounts with one mailbox, which the roster spells in two ways.
async fn crowded(portal: &TestPortal) {
    portal.settle(Resident { email: Some("station4@example.org"), ..ada() }).await;
    portal.settle(Resident { email: Some("Station4@example.org"), ..grace() }).await;
    for username in ["jean.bartik", "station4@example.org"] {
        let email = Some("station4@example.org");
        portal.settle(Resident { username, email, ssn: None, certificate: None, ..ada() }).await;
    }
}

/// Which mails went out: to whom, of which kind, with which usernames.
async fn letters(portal: &TestPortal) -> Vec<(String, &'static str, Vec<String>)> {
    let usernames = |mail: &Received| mail.message.usernames().iter().map(|name| name.as_str().to_owned()).collect();
    let mails = portal.deliver().await;
    mails.iter().map(|mail| (mail.to.as_str().to_owned(), mail.message.kind(), usernames(mail))).collect()
}

#[tokio::test]
async fn of_an_address_with_more_than_three_accounts_the_usernames_are_mailed_and_each_can_be_asked_for() {
    let portal = TestPortal::under(PLAIN);
    crowded(&portal).await;
    portal.settle(Resident { username: "kay.mcnulty", email: Some("k@example.org"), ssn: None, ..ada() }).await;
    portal.ask_reset("STATION4@example.org").await.unwrap();
    let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let (one, other) = ("station4@example.org".to_owned(), "Station4@example.org".to_owned());
    let right = [
        // That is a username as well, so it may be meant.
        (one.clone(), "reset-link", named(&["station4@example.org"])),
        (one.clone(), "which-username", named(&["ada.lovelace", "jean.bartik", "station4@example.org"])),
        (other, "which-username", named(&["grace.hopper"])),
    ];
    assert_eq!(letters(&portal).await, right);
    let (actions, accounts): (Vec<_>, Vec<_>) =
        portal.audit_rows().await.into_iter().skip(1).map(|row| (row.action, row.account.is_some())).unzip();
    assert_eq!((actions, accounts), (vec!["reset-mailed".to_owned(); 3], vec![true, false, false]));

    // The hour is full; after it one of the list gets its link.
    portal.ask_reset("jean.bartik").await.unwrap();
    assert_eq!(letters(&portal).await, []);
    portal.clock.pass(60 * 60);
    portal.ask_reset("jean.bartik").await.unwrap();
    assert_eq!(letters(&portal).await, [(one, "reset-link", named(&["jean.bartik"]))]);
}

#[tokio::test]
async fn look_alikes_are_refused_and_strangers_get_nothing() {
    let portal = TestPortal::under(PLAIN);
    portal.settle(Resident { username: "mike.kelvin", email: Some("mike@example.org"), ..ada() }).await;
    // A dotless i, a Kelvin sign, a long s, full width, an accent of its own, two recipients, a header.
    let unusable = [
        "m\u{131}ke@example.org",
        "mi\u{212a}e@example.org",
        "mike@example.or\u{17f}",
        "\u{ff4d}ike@example.org",
        "mi\u{301}ke@example.org",
        "mike@example.org,eve@example.net",
        "mike@example.org;eve@example.net",
        "Mike <mike@example.org>",
        "mike kelvin",
        "m\u{131}ke.kelvin",
    ];
    for typed in unusable {
        let refused = problems(portal.ask_reset(typed).await);
        assert_eq!(refused, [Problem::at(Field::Login, Refused::LoginUnusable)], "{typed}");
    }
    let unreadable = portal.ask_reset("mike@example.org\r\nBcc: eve@example.net").await;
    assert_eq!(problems(unreadable), [Problem::at(Field::Login, Refused::Unreadable)]);
    assert_eq!(problems(portal.ask_reset("  ").await), [Problem::at(Field::Login, Refused::Missing)]);
    for typed in ["eve@example.net", "mike@example.org.example.net", "mike+1@example.org", "mike", "mike.kelvin2"] {
        portal.ask_reset(typed).await.unwrap();
    }
    assert_eq!(delivered(&portal).await, []);
}

#[tokio::test]
async fn a_mail_speaks_the_language_of_the_browser_that_asked() {
    let (portal, _) = settled(PLAIN).await;
    let visitor = Visitor { language: "es".to_owned(), ..TestPortal::visitor(1) };
    let login = ResetForm { login: "ada.lovelace".to_owned(), robot: "on".to_owned() }.read().unwrap();
    portal.portal.reset_request(&visitor, &login, &proof()).await.unwrap();
    assert_eq!(portal.deliver().await[0].language, "es");
}

#[tokio::test]
async fn a_login_is_asked_for_three_times_an_hour_known_or_not() {
    for spellings in [["ada@example.org", "ADA@example.org"], ["nobody@example.org", "Nobody@example.org"]] {
        let (portal, _) = settled(PLAIN).await;
        for number in 0..3 {
            portal.ask_reset(spellings[number % 2]).await.unwrap();
        }
        for spelling in spellings {
            assert_eq!(wait(portal.ask_reset(spelling).await), 20 * 60);
        }
        portal.clock.pass(20 * 60);
        portal.ask_reset(spellings[0]).await.unwrap();
    }
}

#[tokio::test]
async fn a_number_is_asked_for_five_times_a_day_known_or_not() {
    for ssn in ["900-01-0001", "900-09-0009"] {
        let (portal, _) = settled(PLAIN).await;
        let form = LookupForm { ssn: ssn.to_owned(), ..identity() };
        for _ in 0..5 {
            portal.ask_reset_by_identity(&form).await.unwrap();
        }
        assert_eq!(wait(portal.ask_reset_by_identity(&form).await), 24 * 60 * 60 / 5, "{ssn}");
    }
}

#[tokio::test]
async fn three_mails_an_hour_and_ten_a_day_go_to_an_address_however_it_is_named() {
    let (portal, account) = settled(PLAIN).await;
    let mut mails = Vec::new();
    for hour in 0..25 {
        let mut sent = 0;
        for typed in ["ada@example.org", "ada.lovelace"] {
            portal.ask_reset(typed).await.unwrap();
            sent += portal.deliver().await.len();
        }
        if hour % 6 == 0 {
            portal.ask_reset_by_identity(&identity()).await.unwrap();
            portal.ask_reset("Ada@Example.org").await.unwrap();
        }
        mails.push(sent + portal.deliver().await.len());
        portal.clock.pass(60 * 60);
    }
    // Three at once and one an hour, until five are gone; then one each four hours.
    let right = [3, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1];
    assert_eq!(mails, right);
    assert_eq!(right[..24].iter().sum::<usize>(), 10);
    let capped = portal.audit_rows().await.into_iter().filter(|row| row.action == "reset-capped");
    assert!(capped.map(|row| row.account).all(|capped| capped == Some(account)));
}

#[tokio::test]
async fn the_box_must_be_checked_and_a_proof_is_good_once() {
    let (portal, _) = settled(PLAIN).await;
    let form = ResetForm { login: "ada.lovelace".to_owned(), robot: String::new() };
    assert_eq!(form.read(), Err(vec![Problem::at(Field::Robot, Refused::RobotUnchecked)]));
    let login = ResetForm { robot: "on".to_owned(), ..form }.read().unwrap();
    let ask = async |proof: &str| portal.portal.reset_request(&TestPortal::visitor(1), &login, proof).await;
    ask("good twice").await.unwrap();
    assert_eq!(why(ask("good twice").await), [Refused::RobotExpired]);
    assert_eq!(why(ask("nonsense").await), [Refused::RobotUnproven]);
    assert_eq!(portal.work_off().await, 1);
}

#[tokio::test]
async fn neither_the_login_nor_the_link_lies_readable_in_the_store() {
    let (portal, account) = settled(QUESTION_OPTIONAL).await;
    portal.put_question(account, Question::FirstPet, "Rover the Second").await;
    portal.ask_reset("ada@example.org").await.unwrap();
    let now = portal.portal.now();
    let job = portal.unit().await.take_job(now, now).await.unwrap().unwrap();
    portal.work_off().await;
    let mail = portal.unit().await.take_oldest_mail(now, now).await.unwrap().unwrap();
    for sealed in [job.sealed, mail.sealed] {
        for secret in ["ada@example.org", "ada.lovelace", "token", "first-pet"] {
            assert!(!sealed.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
        }
    }
}
