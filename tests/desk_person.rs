//! What the desk sees of an account.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use backboard::account::AccountState;
use backboard::challenge::Question;
use backboard::refused::{Field, Problem, Refused};
use backboard::service::desk::Actor;
use backboard::service::desk::person::{Address, Dossier, EVENTS, LOOK_SECONDS, REVEALS, Trouble, VIEWS};
use backboard::service::desk::reason::Why;
use backboard::service::ports::{Clock as _, Vault as _};
use backboard::staff::{Act, Role};
use testkit::fakes::{Resident, TestPortal};
use testkit::steps::{problems, why};

const PASSWORD: &str = "twelve calm helicopters";
const ANSWER: &str = "Rover the Second";
const PLAIN: &str = "[policy]\npreset = \"bridge\"\n[policy.challenge]\nasking = \"optional\"\n";

fn ada() -> Resident {
    Resident { state: AccountState::Active, password: Some(PASSWORD), earlier_names: &["Byron"], ..Resident::default() }
}

fn helper(staff: i64) -> Actor {
    Actor { staff, role: Role::Helpdesk, may_show: false, session: [staff as u8; 32] }
}

async fn settled() -> (TestPortal, i64) {
    let portal = TestPortal::under(PLAIN);
    let account = portal.settle(ada()).await;
    (portal, account)
}

async fn open(portal: &TestPortal, account: i64) -> Dossier {
    portal.portal.desk_person(&helper(3), account, None).await.unwrap()
}

fn masked(dossier: &Dossier) -> Option<&str> {
    match dossier.people.first()?.address.as_ref()? {
        Address::Masked(masked) => Some(masked),
        Address::Shown(_) => None,
    }
}

#[tokio::test]
async fn the_page_tells_everything_that_was_mailed_and_what_became_of_it() {
    let (portal, account) = settled().await;
    let asked = portal.clock.now();
    portal.ask_reset("ada.lovelace").await.unwrap();
    let (token, _) = portal.deliver().await.remove(0).reset_link();
    portal.clock.pass(60);
    portal.open_reset(&token).await.unwrap();
    portal.clock.pass(60);
    portal.open_reset(&token).await.unwrap();
    portal.ask_reset("ada.lovelace").await.unwrap();
    portal.work_off().await;

    let dossier = open(&portal, account).await;
    let [waiting, link] = &dossier.links[..] else { panic!("{:?}", dossier.links) };
    assert_eq!((link.created, link.sent, link.failed), (asked, Some(asked), None));
    assert_eq!((link.opened, link.spent, link.superseded), (Some(asked.plus(60)), None, None));
    assert_eq!((waiting.created, waiting.sent, waiting.opened), (asked.plus(120), None, None));
    let mails: Vec<_> = dossier.mails.iter().map(|mail| (&*mail.kind, &*mail.to, mail.sent)).collect();
    assert_eq!(mails, [("reset-link", "a…@example.org", None), ("reset-link", "a…@example.org", Some(asked))]);

    let (browser, code) =
        (portal.ask_reset("ada.lovelace").await.unwrap(), portal.deliver().await.pop().unwrap().reset_link().1);
    portal.type_reset_code(&browser, &code).await.unwrap();
    portal.set_up(&browser, "eleven quiet ambulances").await.unwrap();
    let links = open(&portal, account).await.links;
    let now = Some(portal.clock.now());
    let fates: Vec<_> = links.iter().map(|link| (link.opened, link.spent, link.superseded)).collect();
    assert_eq!(fates.iter().filter(|fate| **fate == (now, now, None)).count(), 1, "{fates:?}");
    assert_eq!(
        fates.iter().filter(|(_, spent, superseded)| spent.is_none() && *superseded == now).count(),
        2,
        "{fates:?}"
    );
}

#[tokio::test]
async fn the_page_tells_how_the_account_stands() {
    let (portal, account) = settled().await;
    portal.put_question(account, Question::FirstPet, ANSWER).await;
    portal.join(account, Resident { email: None, ssn: None, last_name: "Hopper", certificate: None, ..ada() }).await;
    portal.sign_in("ada.lovelace", PASSWORD).await.unwrap();
    let dossier = open(&portal, account).await;
    assert_eq!(
        (dossier.account, dossier.username.as_str(), dossier.state),
        (account, "ada.lovelace", AccountState::Active)
    );
    assert!(dossier.password.is_set && dossier.password.since == Some(portal.clock.now()));
    assert!(dossier.password.expires.is_some() && !dossier.password.grace_spent);
    assert_eq!((dossier.has_question, dossier.sessions, dossier.frozen), (true, 1, None));
    let people: Vec<_> = dossier.people.iter().map(|who| (&*who.last_name, who.certificate.as_deref())).collect();
    assert_eq!(people, [("Lovelace", Some("EMT1001")), ("Hopper", None)]);
    assert_eq!((masked(&dossier), dossier.people[1].address.as_ref()), (Some("a…@example.org"), None));
    assert_eq!(dossier.people[0].earlier_names, ["Byron"]);
    assert!(dossier.history.iter().any(|event| event.action == "signed-in"));

    portal.ask_reset("ada.lovelace").await.unwrap();
    let mail = portal.deliver().await.remove(0);
    portal.portal.freeze(&TestPortal::visitor(9), &portal.portal.not_me_token(&mail.id)).await.unwrap();
    let frozen = open(&portal, account).await;
    assert!(frozen.frozen.is_some());
    assert_eq!(frozen.cases.iter().map(|case| &*case.kind).collect::<Vec<_>>(), ["not-me"]);
}

#[tokio::test]
async fn no_secret_stands_in_what_the_desk_sees() {
    let (portal, account) = settled().await;
    portal.put_question(account, Question::FirstPet, ANSWER).await;
    portal.ask_reset("ada.lovelace").await.unwrap();
    let mails = portal.deliver().await;
    let (token, code) = mails[0].reset_link();
    portal.open_reset(&token).await.unwrap();
    portal
        .portal
        .office_temporary_password(&backboard::account::Username::parse("ada.lovelace").unwrap())
        .await
        .unwrap();
    let temporary = portal.deliver().await.remove(0).temporary();
    let session = portal.sign_in("ada.lovelace", &temporary).await.unwrap();
    portal.portal.desk_reveal(&helper(3), account, "reads his address out").await.unwrap();

    let shown = format!("{:?}", open(&portal, account).await);
    let digest = portal.vault.ssn(&backboard::identity::Ssn::parse("900-01-0001").unwrap());
    let bytes = format!("{digest:?}");
    for secret in [
        PASSWORD,
        ANSWER,
        "first-pet",
        "FirstPet",
        "$",
        "900-01-0001",
        "900010001",
        "1984",
        &token,
        code.as_str(),
        &temporary,
        &mails[0].id,
        &bytes,
        "ada@example.org",
    ] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    drop(session);
}

#[tokio::test]
async fn opening_the_page_is_written_down_once_a_quarter_of_an_hour_for_each_of_the_staff() {
    let (portal, account) = settled().await;
    for _ in 0..3 {
        open(&portal, account).await;
        portal.clock.pass(1);
    }
    portal.portal.desk_person(&helper(4), account, Some(1)).await.unwrap();
    let rows = portal.audit_rows().await;
    let views: Vec<_> = rows.iter().map(|row| (&*row.actor, &*row.action, row.account)).collect();
    assert_eq!(views, [("staff 3", "view", Some(account)), ("staff 4", "view", Some(account))]);
    portal.clock.pass(LOOK_SECONDS);
    open(&portal, account).await;
    assert_eq!(portal.actions().await.len(), 3);
    assert_eq!(why(portal.portal.desk_person(&helper(3), 999, None).await), [Refused::AccountGone]);
    assert_eq!(portal.actions().await.len(), 3, "nobody was seen");
}

#[tokio::test]
async fn an_address_is_shown_to_who_gave_a_reason_for_a_quarter_of_an_hour() {
    let (portal, account) = settled().await;
    for reason in ["", "    ", "x"] {
        let answer = portal.portal.desk_reveal(&helper(3), account, reason).await;
        assert_eq!(problems(answer), [Problem::at(Field::Reason, Refused::ReasonTooShort)]);
    }
    assert!(masked(&open(&portal, account).await).is_some());
    portal.portal.desk_reveal(&helper(3), account, "caller spells it out").await.unwrap();
    portal.portal.desk_reveal(&helper(3), account, "pressed twice").await.unwrap();
    let dossier = open(&portal, account).await;
    let Some(Address::Shown(email)) = &dossier.people[0].address else { panic!("{dossier:?}") };
    assert_eq!(email.as_str(), "ada@example.org");
    let other = portal.portal.desk_person(&helper(4), account, None).await.unwrap();
    assert!(masked(&other).is_some(), "a colleague gives a reason too");
    // The words stand beside the audit, which names their mark alone.
    let rows = portal.audit_rows().await;
    let reveals: Vec<_> = rows.iter().filter(|row| row.action == "reveal").collect();
    let [reveal] = &reveals[..] else { panic!("{reveals:?}") };
    assert_eq!((&*reveal.actor, reveal.account), ("staff 3", Some(account)));
    assert!(reveal.detail.starts_with("reason=") && !reveal.detail.contains("spells"), "{}", reveal.detail);
    assert_eq!(dossier.reasons.get(&reveal.id), Some(&Why::Words("caller spells it out".to_owned())));
    let shown = dossier.history.iter().find(|event| event.id == reveal.id).unwrap();
    assert_eq!(shown.detail, "", "a mark is nothing to read");
    portal.clock.pass(LOOK_SECONDS);
    assert!(masked(&open(&portal, account).await).is_some());
    assert_eq!(why(portal.portal.desk_reveal(&helper(3), 999, "nobody there").await), [Refused::AccountGone]);
}

#[tokio::test]
async fn a_member_of_staff_opens_and_uncovers_so_many_accounts() {
    let portal = TestPortal::under(PLAIN);
    let mut accounts = Vec::new();
    for number in 0..=VIEWS.burst {
        let new = testkit::seed::NewAccount::unclaimed(&format!("user{number}"));
        accounts.push(portal.seed.add_account(&new).await);
    }
    let over = accounts.pop().unwrap();
    for (number, account) in accounts.iter().enumerate() {
        portal.portal.desk_person(&helper(3), *account, None).await.unwrap();
        if number < REVEALS.burst as usize {
            portal.portal.desk_reveal(&helper(3), *account, "caller asks").await.unwrap();
        }
    }
    assert_eq!(why(portal.portal.desk_person(&helper(3), over, None).await), [Refused::TooManyTries]);
    assert_eq!(why(portal.portal.desk_reveal(&helper(3), over, "caller asks").await), [Refused::TooManyTries]);
    portal.portal.desk_person(&helper(3), accounts[0], None).await.unwrap();
    portal.portal.desk_person(&helper(4), over, None).await.unwrap();
}

#[tokio::test]
async fn a_page_made_before_a_colleague_acted_is_told_so() {
    let (portal, account) = settled().await;
    let version = open(&portal, account).await.version;
    portal.portal.desk_person(&helper(4), account, None).await.unwrap();
    portal.portal.desk_reveal(&helper(4), account, "caller asks").await.unwrap();
    portal.sign_in("ada.lovelace", PASSWORD).await.unwrap();
    let mut work = portal.unit().await;
    portal.portal.is_version(&mut *work, account, version).await.unwrap();
    portal.portal.audit_by(&mut *work, "staff 4", Act::Suspend.code(), Some(account), "stolen phone").await.unwrap();
    assert_eq!(why(portal.portal.is_version(&mut *work, account, version).await), [Refused::AccountChanged]);
    work.save().await.unwrap();
    assert_ne!(open(&portal, account).await.version, version);
}

#[tokio::test]
async fn the_history_is_paged_and_tells_nothing_that_a_mail_server_said() {
    let (portal, account) = settled().await;
    let mut work = portal.unit().await;
    for number in 0..2 * EVENTS {
        let detail = number.to_string();
        portal.portal.audit_by(&mut *work, "worker", "reminded", Some(account), &detail).await.unwrap();
    }
    let said = "reset-link Xy12Z: 550 at RCPT";
    portal.portal.audit_by(&mut *work, "worker", "mail-failed", Some(account), said).await.unwrap();
    work.save().await.unwrap();
    let first = open(&portal, account).await;
    // The newest is that it was opened.
    assert_eq!((first.history.len(), &*first.history[0].action), (EVENTS, "view"));
    assert_eq!((&*first.history[1].action, &*first.history[1].detail), ("mail-failed", "reset-link address"));
    let mut seen = first.history.len();
    let mut older = first.older;
    while let Some(below) = older {
        let next = portal.portal.desk_person(&helper(3), account, Some(below)).await.unwrap();
        assert!(next.history.iter().all(|event| event.id < below));
        seen += next.history.len();
        older = next.older;
    }
    assert_eq!(seen, 2 * EVENTS + 2);
    for below in [-1, 0, i64::MIN] {
        let none = portal.portal.desk_person(&helper(3), account, Some(below)).await.unwrap();
        assert!(none.history.is_empty() && none.older.is_none());
    }
}

#[test]
fn what_kept_a_mail_is_told_as_a_class() {
    for (why, trouble) in [
        ("550 at RCPT", Trouble::Address),
        ("554 at the content", Trouble::Refused),
        ("550 at MAIL", Trouble::Refused),
        ("421 at RCPT", Trouble::Later),
        ("no answer at DATA", Trouble::Unreachable),
        ("connection lost at RCPT", Trouble::Unreachable),
        ("too old", Trouble::TooOld),
        ("superseded", Trouble::Useless),
        ("closed", Trouble::Useless),
        ("sealed with another key", Trouble::Other),
        ("550 5.1.1 <ada@example.org> at large", Trouble::Other),
        ("", Trouble::Other),
    ] {
        assert_eq!(Trouble::of(why), trouble, "{why}");
    }
}
