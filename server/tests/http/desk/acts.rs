//! The acts' pages over HTTP: who is calling, why, the button, and what the account's page says afterwards.

use std::collections::BTreeSet;

use backboard::account::AccountState;
use backboard::identity::Email;
use backboard::service::desk::staff::{By, Decision};
use backboard::staff::Act;
use server::web::operations;

use super::{HELEN, OLAF, SAM, Staffer, seat, sign_in_at_desk};
use crate::answer::Answer;
use crate::app::{App, Setup};
use crate::browser::Browser;
use crate::limits::{assert_limited, listed};
use crate::mail::Mail;
use crate::people::{BERT, FAY, HAL, PASSWORD};
use crate::steps::sign_in;

const REASON: &str = "lost her phone on a call";

/// Somebody at the desk, who is looking at an account.
pub(super) struct AtDesk<'a> {
    pub(super) browser: Browser<'a>,
    csrf: String,
    account: i64,
}

impl<'a> AtDesk<'a> {
    pub(super) async fn new(app: &'a App, staffer: &Staffer, username: &str) -> Self {
        seat(app, staffer).await;
        let mut browser = app.browser();
        let csrf = sign_in_at_desk(&mut browser, staffer).await;
        Self { browser, csrf, account: account(app, username).await }
    }

    /// May show temporary passwords from now on.
    async fn may_show(&mut self, staffer: &Staffer) {
        let email = Email::parse(staffer.email).unwrap();
        let staff = self.app().portal.staff_by_email(&email).await.unwrap().id;
        self.app().portal.staff_decide(By::Office, staff, Decision::MayShow(true)).await.unwrap();
        self.csrf = sign_in_at_desk(&mut self.browser, staffer).await;
    }

    fn app(&self) -> &'a App {
        self.browser.app
    }

    pub(super) fn own(&self) -> String {
        format!("/desk/account/{}", self.account)
    }

    pub(super) fn at(&self, act: Act) -> String {
        format!("/desk/account/{}/{}", self.account, act.code())
    }

    pub(super) async fn look(&mut self) -> Answer {
        let own = self.own();
        let page = self.browser.open(&own).await;
        assert_eq!(page.status, 200, "{}", page.text());
        page
    }

    /// The caller reads back the code that the act's page has mailed. Its form is left as it stands then.
    pub(super) async fn code(&mut self, act: Act) -> String {
        let fields = [("account", &*self.account.to_string()), ("act", act.code()), ("csrf", &self.csrf)];
        self.browser.submit("/api/desk/caller/mail", &fields).await.assert_goes(&self.at(act));
        let mails = self.app().deliver().await;
        let mail = mails.iter().find(|mail| mail.subject.contains("on the phone with you")).unwrap();
        let line = mail
            .text
            .lines()
            .map(str::trim)
            .find(|line| line.len() == 9 && line.chars().filter(char::is_ascii_digit).count() == 8);
        line.unwrap_or_else(|| panic!("{}", mail.text)).to_owned()
    }

    /// Fills in the form of the act's page and presses its button.
    pub(super) async fn press(&mut self, act: Act, typed: &[(&str, &str)]) -> Answer {
        let path = self.at(act);
        let page = self.browser.open(&path).await;
        self.press_on(&page, act, typed).await
    }

    async fn press_on(&mut self, page: &Answer, act: Act, typed: &[(&str, &str)]) -> Answer {
        let path = format!("/api/desk/{}", act.code());
        let text = page.text();
        let form = text.split("<form ").find(|form| form.contains(&format!("action=\"{path}\"")));
        let form = form.unwrap_or_else(|| panic!("no form of {act:?} in {text}")).split("</form>").next().unwrap();
        let inputs = form.split("<input ").skip(1).map(|rest| rest.split('>').next().unwrap());
        let mut fields: Vec<(String, String)> = Vec::new();
        for input in inputs {
            let of =
                |name: &str| input.split_once(&format!("{name}=\"")).map(|(_, rest)| rest.split('"').next().unwrap());
            let name = of("name").unwrap();
            let typed = typed.iter().find(|(field, _)| *field == name).map(|(_, value)| *value);
            fields.push((name.to_owned(), typed.or(of(" value")).unwrap_or_default().to_owned()));
        }
        for (name, value) in typed {
            if !fields.iter().any(|(field, _)| field == name) {
                fields.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        self.browser.submit(&path, &fields).await
    }
}

async fn account(app: &App, username: &str) -> i64 {
    let row = sqlx::query_scalar("SELECT id FROM account WHERE username_key = ?").bind(username);
    row.fetch_one(&app.back_door).await.unwrap()
}

/// Makes the account one to which the act can be done.
async fn ready(app: &App, act: Act) {
    match act {
        Act::EndSessions => drop(sign_in(&mut app.browser(), BERT.username, PASSWORD, "/home").await),
        Act::Reactivate => app.save_state(BERT.username, AccountState::Suspended).await,
        _ => {}
    }
}

/// Acts whose form asks for nothing but why, what their page says when it is done, and whether the caller is checked.
const PLAIN: [(Act, &str, bool); 9] = [
    (Act::SendLink, "A link was mailed", false),
    (Act::SendTemporary, "A temporary password was mailed", true),
    (Act::Unlock, "All tries were given back", true),
    (Act::EndSessions, "Everybody was signed out", false),
    (Act::Suspend, "The account is suspended", false),
    (Act::Reactivate, "The account is open again", true),
    (Act::ClearQuestion, "The security question is forgotten", true),
    (Act::ShowTemporary, "", true),
    (Act::MarkExternal, "The password is kept elsewhere", false),
];

pub(super) fn demo_with_external() -> Setup {
    let mut setup = Setup::default();
    assert!(setup.agency.external.is_some());
    setup.agency.desk.email_second = true;
    setup
}

#[tokio::test]
async fn every_act_is_offered_checked_done_once_written_down_and_mailed() {
    for (act, said, checked) in PLAIN {
        let app = App::with(demo_with_external()).await;
        app.settle(&[BERT]).await;
        app.give_password(BERT.username, PASSWORD).await;
        app.give_question(BERT.username).await;
        let mut desk = AtDesk::new(&app, &SAM, BERT.username).await;
        desk.may_show(&SAM).await;
        ready(&app, act).await;
        let page = desk.look().await;
        assert!(page.holds(&format!("href=\"{}\"", desk.at(act))), "{act:?}: {}", page.text());
        let path = desk.at(act);
        let page = desk.browser.open(&path).await;
        assert_eq!((page.status.as_u16(), page.header("cache-control")), (200, Some("no-store")), "{act:?}");
        let has_form = page.holds(&format!("action=\"/api/desk/{}\"", act.code()));
        assert_eq!(has_form, !checked, "{act:?}: {}", page.text());
        let code = if checked { desk.code(act).await } else { String::new() };
        app.deliver().await;

        // A reason of spaces, and a code that was heard wrong: said, and nothing is lost or done.
        desk.press(act, &[("reason", "      "), ("code", &code)]).await.assert_back_to(&path);
        let page = desk.browser.open(&path).await;
        assert!(page.summary().unwrap().contains("Say in a few words why"), "{act:?}: {}", page.text());
        if checked {
            let wrong = if code.starts_with('1') { "2222 2222" } else { "1111 1111" };
            desk.press(act, &[("reason", REASON), ("code", wrong)]).await.assert_back_to(&path);
            let page = desk.browser.open(&path).await;
            assert!(page.summary().unwrap().contains("not the code that was mailed"), "{act:?}: {}", page.text());
            assert!(page.holds(&format!("value=\"{REASON}\"")), "{act:?}: {}", page.text());
            assert!(!page.holds(wrong), "{act:?}: a code is not shown again");
        }
        assert!(app.deliver().await.is_empty(), "{act:?}");

        let page = desk.browser.open(&path).await;
        let answer = desk.press_on(&page, act, &[("reason", REASON), ("code", &code)]).await;
        let own = desk.own();
        match act {
            Act::ShowTemporary => answer.assert_goes(&format!("{own}/shown")),
            _ => answer.assert_goes(&own),
        }
        let told: Vec<Mail> = app.deliver().await;
        assert!(told.iter().all(|mail| mail.to == BERT.email) && !told.is_empty(), "{act:?}: {told:?}");
        let written = "SELECT count(*) FROM audit WHERE action = ? AND account = ? AND actor = 'staff 1'";
        let rows: i64 =
            sqlx::query_scalar(written).bind(act.code()).bind(desk.account).fetch_one(&app.back_door).await.unwrap();
        assert_eq!(rows, 1, "{act:?}");
        // Back, and the button once more: nothing is done or mailed twice.
        desk.press_on(&page, act, &[("reason", REASON), ("code", "")]).await.assert_back_to(&path);
        assert!(app.deliver().await.is_empty(), "{act:?}");
        desk.browser.jar.remove("__Host-refused");

        if act != Act::ShowTemporary {
            desk.browser.jar.insert("__Host-saved".to_owned(), format!("/api/desk/{}", act.code()));
            let page = desk.look().await;
            assert!(page.holds(said), "{act:?}: {}", page.text());
            assert!(page.holds(&format!("Reason: {REASON}")), "{act:?}: {}", page.text());
            let how = if checked { "caller read back a code at" } else { "caller not checked" };
            assert!(page.holds(how) && !page.holds("reason="), "{act:?}: {}", page.text());
            assert!(!desk.look().await.holds(said), "{act:?}: said twice");
        }
    }
}

#[tokio::test]
async fn a_temporary_password_is_shown_once_and_to_who_has_the_right() {
    let app = App::start().await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    let mut desk = AtDesk::new(&app, &HELEN, BERT.username).await;
    let (path, shown) = (desk.at(Act::ShowTemporary), format!("{}/shown", desk.own()));
    assert!(!desk.look().await.holds(&path));
    for page in [&path, &shown] {
        assert_eq!(desk.browser.open(page).await.status, 403);
    }
    desk.may_show(&HELEN).await;
    assert!(desk.look().await.holds(&path));
    let code = desk.code(Act::ShowTemporary).await;
    desk.press(Act::ShowTemporary, &[("reason", REASON), ("code", &code)]).await.assert_goes(&shown);
    let once = desk.browser.jar.get("__Host-desk-once").unwrap().clone();
    let page = desk.browser.open(&shown).await;
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let password = page.text().split_once("id=\"temporary\">").unwrap().1.split('<').next().unwrap().to_owned();
    // Reload, Back with the old cookie, and a colleague who got hold of it.
    for _ in 0..2 {
        let again = desk.browser.open(&shown).await;
        assert!(again.holds("It was shown already") && !again.holds(&password), "{}", again.text());
        desk.browser.jar.insert("__Host-desk-once".to_owned(), once.clone());
    }
    let told = app.deliver().await;
    assert!(told.iter().all(|mail| !mail.text.contains(&password)), "{told:?}");
    assert_eq!(told.len(), 1);
    let mut medic = app.browser();
    sign_in(&mut medic, BERT.username, &password, "/change-password").await;
}

#[tokio::test]
async fn facts_are_compared_and_never_shown_and_a_right_answer_checks_the_caller() {
    let app = App::start().await;
    app.settle(&[FAY, BERT]).await;
    let mut desk = AtDesk::new(&app, &HELEN, FAY.username).await;
    let page = format!("{}/caller", desk.own());
    let shown = desk.browser.open(&page).await;
    assert!(shown.holds("no code can be mailed") && shown.holds("/api/desk/caller/facts"), "{}", shown.text());
    assert!(!shown.holds("/api/desk/caller/mail") && !shown.holds(FAY.born) && !shown.holds("EMT1006"));
    let (account, csrf) = (desk.account.to_string(), desk.csrf.clone());
    let said = |day: &'static str, certificate: &'static str| {
        vec![
            ("account".to_owned(), account.clone()),
            ("birth_month".to_owned(), "9".to_owned()),
            ("birth_day".to_owned(), day.to_owned()),
            ("birth_year".to_owned(), "1999".to_owned()),
            ("certificate".to_owned(), certificate.to_owned()),
            ("csrf".to_owned(), csrf.clone()),
        ]
    };
    for (fields, why) in [(said("9", ""), "at least two"), (said("8", "EMT-1006"), "not what is on file")] {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        desk.browser.submit("/api/desk/caller/facts", &fields).await.assert_back_to(&page);
        let shown = desk.browser.open(&page).await;
        assert!(shown.summary().unwrap().contains(why), "{}", shown.text());
        assert!(shown.holds("value=\"1999\""), "what was heard is kept: {}", shown.text());
    }
    let right = said("9", "EMT-1006");
    let right: Vec<(&str, &str)> = right.iter().map(|(name, value)| (&**name, &**value)).collect();
    desk.browser.submit("/api/desk/caller/facts", &right).await.assert_goes(&desk.own());
    let shown = desk.look().await;
    assert!(shown.holds("The caller is checked") && shown.holds("knew what is on file at"), "{}", shown.text());
    // Facts are enough to unlock, and not for a first address: nobody could object.
    let unlock = desk.at(Act::Unlock);
    assert!(desk.browser.open(&unlock).await.holds("action=\"/api/desk/unlock\""));
    let change = desk.at(Act::ChangeEmail);
    let shown = desk.browser.open(&change).await;
    assert!(shown.holds("others may know it too") && !shown.holds("/api/desk/change-email"), "{}", shown.text());
}

#[tokio::test]
async fn a_shared_account_is_split_and_two_of_one_person_become_one() {
    let app = App::start().await;
    let both = crate::people::Person { ssn: "900-53-8814", certificate: "EMT-2002", email: "b2@example.org", ..BERT };
    app.settle(&[BERT, both.clone()]).await;
    let mut desk = AtDesk::new(&app, &SAM, BERT.username).await;
    assert!(desk.look().await.holds("shared"));
    // Whose address: one of the two has to be chosen.
    let code = desk.code(Act::ChangeEmail).await;
    let path = desk.at(Act::ChangeEmail);
    let page = desk.browser.open(&path).await;
    assert!(page.holds("<select") && page.holds("b…@example.org"), "{}", page.text());
    let typed = [("email", "bert@new.example"), ("reason", "moved away"), ("code", &code), ("person", "")];
    desk.press(Act::ChangeEmail, &typed).await.assert_back_to(&path);
    assert!(desk.browser.open(&path).await.summary().unwrap().contains("Please fill this in"));

    desk.press(Act::Split, &[("reason", "each wants their own")]).await.assert_goes(&desk.own());
    assert_eq!(app.deliver().await.len(), 2);
    let page = desk.look().await;
    assert!(page.holds("Everybody has a username of their own now"), "{}", page.text());
    assert!(page.holds("Nobody uses this account any more") && !page.holds(&desk.at(Act::Suspend)), "{}", page.text());
    let split = "SELECT DISTINCT account FROM person ORDER BY account";
    let accounts: Vec<i64> = sqlx::query_scalar(split).fetch_all(&app.back_door).await.unwrap();
    let [one, two] = accounts[..] else { panic!("{accounts:?}") };
    for account in [one, two] {
        assert!(page.holds(&format!("href=\"/desk/account/{account}\"")), "{}", page.text());
    }
    // They were one person after all: a wrong username, one's own, then the other's.
    desk.account = one;
    let names = "SELECT username FROM account WHERE id IN (SELECT account FROM person) ORDER BY id";
    let usernames: Vec<String> = sqlx::query_scalar(names).fetch_all(&app.back_door).await.unwrap();
    let merge = desk.at(Act::Merge);
    for (username, why) in [("nobody.there", "No account has this username"), (&*usernames[0], "That is this account")]
    {
        let fields = [("account", &*one.to_string()), ("username", username), ("csrf", &desk.csrf.clone())];
        desk.browser.submit("/api/desk/merge/find", &fields).await.assert_back_to(&merge);
        assert!(desk.browser.open(&merge).await.summary().unwrap().contains(why));
    }
    let fields = [("account", &*one.to_string()), ("username", &*usernames[1]), ("csrf", &desk.csrf.clone())];
    desk.browser.submit("/api/desk/merge/find", &fields).await.assert_goes(&format!("{merge}/{two}"));
    let page = desk.browser.open(&format!("{merge}/{two}")).await;
    assert!(page.holds(&usernames[0]) && page.holds(&usernames[1]) && !page.holds(BERT.born), "{}", page.text());
    desk.press_on(&page, Act::Merge, &[("reason", " ")]).await.assert_back_to(&format!("{merge}/{two}"));
    let page = desk.browser.open(&format!("{merge}/{two}")).await;
    assert!(page.summary().unwrap().contains("Say in a few words why"));
    desk.press_on(&page, Act::Merge, &[("reason", "the same person twice")]).await.assert_goes(&desk.own());
    assert_eq!(app.deliver().await.len(), 2, "to both addresses");
    let page = desk.look().await;
    assert!(page.holds("The other account was put into this one"), "{}", page.text());
    assert_eq!(desk.browser.open(&format!("{merge}/{two}")).await.status, 200);
    assert!(desk.browser.open(&format!("{merge}/{two}")).await.holds("not on file any more"));
}

#[tokio::test]
async fn what_the_account_does_not_allow_is_not_offered_and_its_page_says_why() {
    let app = App::start().await;
    app.settle(&[BERT, FAY, HAL]).await;
    let mut desk = AtDesk::new(&app, &HELEN, BERT.username).await;
    for (state, act, why) in [
        (AccountState::Suspended, Act::SendLink, "A supervisor has to reactivate it"),
        (AccountState::Inactive, Act::Unlock, "The account is inactive"),
        (AccountState::External, Act::SendTemporary, "is kept by"),
        (AccountState::Active, Act::EndSessions, "It is so already"),
        (AccountState::Active, Act::ClearQuestion, "It is so already"),
    ] {
        app.save_state(BERT.username, state).await;
        let path = desk.at(act);
        assert!(!desk.look().await.holds(&path), "{act:?}");
        let page = desk.browser.open(&path).await;
        assert!(page.holds(why) && !page.holds(&format!("/api/desk/{}", act.code())), "{act:?}: {}", page.text());
    }
    // What the role is not for is not offered, and not shown.
    for act in [Act::Reactivate, Act::Split, Act::Merge, Act::MarkExternal, Act::ApproveEmail] {
        let path = desk.at(act);
        assert_eq!(desk.browser.open(&path).await.status, 403, "{act:?}");
    }
    desk.account = account(&app, FAY.username).await;
    let path = desk.at(Act::SendLink);
    assert!(desk.browser.open(&path).await.holds("There is no e-mail address on file"));
    for path in ["/desk/account/999999/suspend", "/desk/account/999999/caller"] {
        let page = desk.browser.open(path).await;
        assert!(page.status == 404 && page.holds("not on file any more"), "{path}");
    }
    assert_eq!(desk.browser.open("/desk/account/1/nothing").await.status, 404);
}

#[tokio::test]
async fn every_form_of_an_act_has_exactly_the_fields_that_are_listed() {
    let app = App::with(demo_with_external()).await;
    let other = crate::people::Person { username: "bert.second", ssn: "900-52-8815", certificate: "EMT-3001", ..BERT };
    app.settle(&[BERT, other]).await;
    app.give_password(BERT.username, PASSWORD).await;
    app.give_question(BERT.username).await;
    let mut desk = AtDesk::new(&app, &SAM, BERT.username).await;
    desk.may_show(&SAM).await;
    sign_in(&mut app.browser(), BERT.username, PASSWORD, "/home").await;
    let second = account(&app, "bert.second").await;
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut see = |page: &Answer| {
        let text = page.text();
        assert_eq!(page.status, 200, "{text}");
        for form in text.split("<form ").skip(1) {
            let form = form.split("</form>").next().unwrap();
            let action = form.split("action=\"").nth(1).unwrap().split('"').next().unwrap();
            let operation = operations().iter().find(|operation| operation.path == action).unwrap();
            let names = form.split(" name=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
            let names: BTreeSet<String> = names.filter(|name| name != "csrf").collect();
            // What the profile does not ask a caller has no field.
            let asked = operation.fields.iter().filter(|field| action != "/api/desk/caller/facts" || *field != "level");
            assert_eq!(names, asked.cloned().collect(), "{action}");
            seen.insert(operation.name.clone());
        }
    };
    for round in ["unchecked", "mailed", "passed"] {
        for act in Act::DEEDS {
            let path = desk.at(act);
            see(&desk.browser.open(&path).await);
        }
        for path in [format!("{}/merge/{second}", desk.own()), format!("{}/caller", desk.own()), desk.own()] {
            see(&desk.browser.open(&path).await);
        }
        match round {
            "unchecked" => drop(desk.code(Act::Unlock).await),
            _ => {
                let code = desk.code(Act::ChangeEmail).await;
                let typed = [("email", "bert@new.example"), ("reason", REASON), ("code", &code)];
                desk.press(Act::ChangeEmail, &typed).await.assert_goes(&desk.own());
            }
        }
    }
    let mut approver = AtDesk::new(&app, &OLAF, BERT.username).await;
    let approve = approver.at(Act::ApproveEmail);
    see(&approver.browser.open(&approve).await);
    app.save_state(BERT.username, AccountState::Suspended).await;
    approver.code(Act::Reactivate).await;
    let reactivate = approver.at(Act::Reactivate);
    see(&approver.browser.open(&reactivate).await);
    let here = |name: &str| {
        name.starts_with("desk.caller.")
            || Act::DEEDS.iter().any(|act| name.starts_with(&format!("desk.{}", act.code())))
    };
    let all: BTreeSet<String> =
        operations().iter().map(|operation| operation.name.clone()).filter(|name| here(name)).collect();
    // Splitting asks for people who share, and is like the others.
    let unseen: Vec<&String> = all.difference(&seen).collect();
    assert_eq!(unseen, ["desk.split"]);
}

#[tokio::test]
async fn acts_and_checks_are_limited_as_listed_for_each_member_and_account() {
    let app = App::start().await;
    app.settle(&[BERT, FAY]).await;
    let mut desk = AtDesk::new(&app, &SAM, BERT.username).await;
    let (account_of_bert, csrf) = (desk.account.to_string(), desk.csrf.clone());
    let fields = [("account", &*account_of_bert), ("act", ""), ("csrf", &*csrf)];
    let most = listed("desk.caller.mail", "a day for an account");
    for _ in 0..most {
        assert_eq!(desk.browser.call("/api/desk/caller/mail", &fields).await.status, 200);
    }
    assert_limited(&desk.browser.call("/api/desk/caller/mail", &fields).await, 24 * 3_600);
    let tries = listed("desk.caller.code", "for a code");
    let code = app.deliver().await.into_iter().next_back().unwrap();
    let wrong = if code.text.contains("1111 1111") { "22222222" } else { "11111111" };
    for number in 0..=tries {
        let fields = [("account", &*account_of_bert), ("code", wrong), ("csrf", &*csrf)];
        let answer = desk.browser.call("/api/desk/caller/code", &fields).await;
        let why = if number + 1 < tries { "caller-wrong" } else { "caller-over" };
        answer.assert_problem(422, "code", why);
    }
    let heard = |account: i64, certificate: &'static str| {
        [
            ("account", account.to_string()),
            ("birth_month", "9".to_owned()),
            ("birth_day", "9".to_owned()),
            ("birth_year", "1999".to_owned()),
            ("certificate", certificate.to_owned()),
            ("csrf", csrf.clone()),
        ]
    };
    let most = listed("desk.caller.facts", "a day for an account");
    for number in 0..=most {
        let fields = heard(desk.account, "EMT-9999");
        let fields = fields.each_ref().map(|(name, value)| (*name, &**value));
        let answer = desk.browser.call("/api/desk/caller/facts", &fields).await;
        match number < most {
            true => answer.assert_problem(422, "form", "facts-wrong"),
            false => assert_limited(&answer, 24 * 3_600),
        }
    }
    // By one member, mailed codes and facts together: the ones above are counted.
    let each = listed("desk.caller.mail", "an hour for a member of staff, with facts");
    assert_eq!(each, listed("desk.caller.facts", "an hour for a member of staff, with mailed codes"));
    let used = listed("desk.caller.mail", "a day for an account") + most;
    for number in 0..=each - used {
        let made =
            "INSERT INTO account (username, username_key, state, created) VALUES (?, ?, 'active', 0) RETURNING id";
        let name = format!("user{number}");
        let new: i64 = sqlx::query_scalar(made).bind(&name).bind(&name).fetch_one(&app.back_door).await.unwrap();
        let copied = "UPDATE person SET account = ? WHERE email IS NULL OR email = ''";
        sqlx::query(copied).bind(new).execute(&app.back_door).await.unwrap();
        let fields = heard(new, "EMT-1006");
        let fields = fields.each_ref().map(|(name, value)| (*name, &**value));
        let answer = desk.browser.call("/api/desk/caller/facts", &fields).await;
        match number < each - used {
            true => assert_eq!(answer.status, 200, "{number}: {}", answer.text()),
            false => assert_limited(&answer, 3_600),
        }
    }

    // All acts of one member together: every operation of them is refused then, whatever it is about.
    let words = "an hour for a member of staff, all acts together";
    let most = listed("desk.send-link", words);
    let mut number = 0;
    while number < most {
        let page = desk.browser.open(&desk.at(Act::SendLink)).await;
        if page.header("location").is_some() {
            desk.csrf = sign_in_at_desk(&mut desk.browser, &SAM).await;
            continue;
        }
        desk.press_on(&page, Act::SendLink, &[("reason", REASON)]).await.assert_goes(&desk.own());
        number += 1;
    }
    for act in Act::DEEDS {
        assert_eq!(listed(&format!("desk.{}", act.code()), words), most, "{act:?}");
        let (account, csrf) = (desk.account.to_string(), desk.csrf.clone());
        let fields = [
            ("account", &*account),
            ("version", "0"),
            ("reason", REASON),
            ("person", "1"),
            ("email", "x@example.org"),
            ("change", "x"),
            ("other", "2"),
            ("other_version", "0"),
            ("csrf", &*csrf),
        ];
        let operation = operations().iter().find(|operation| operation.name == format!("desk.{}", act.code())).unwrap();
        let listed = |name: &str| name == "csrf" || operation.fields.iter().any(|field| field == name);
        let fields: Vec<(&str, &str)> = fields.into_iter().filter(|(name, _)| listed(name)).collect();
        let answer = desk.browser.call(&operation.path, &fields).await;
        match act {
            // The right to show one is asked before.
            Act::ShowTemporary => answer.assert_problem(422, "form", "not-allowed"),
            _ => assert_limited(&answer, 3_600),
        }
    }
    let searches = listed("desk.search", "an hour for a member of staff");
    assert_eq!(listed("desk.merge.find", "an hour for a member of staff, with desk.search"), searches);
    for number in 0..=searches {
        let fields = [("account", &*account_of_bert), ("username", "nobody.there"), ("csrf", &*desk.csrf)];
        let answer = desk.browser.call("/api/desk/merge/find", &fields).await;
        match number < searches {
            true => answer.assert_problem(422, "username", "merge-nobody"),
            false => assert_limited(&answer, 3_600),
        }
    }
}
