//! *Dead e-mail* and *Frozen accounts* over HTTP.

use std::collections::BTreeSet;

use backboard::service::bounce::{Action, Outcome, Report, Status, Taken};
use server::web::operations;

use super::{HELEN, SAM, Staffer, seat, sign_in_at_desk};
use crate::app::App;
use crate::browser::{Browser, HTML};
use crate::limits::listed;
use crate::people::{ADA, BERT, FAY};
use crate::steps::ask_reset;

const WHY: &str = "called, and found the new address";

async fn at_desk<'a>(app: &'a App, staffer: &Staffer) -> (Browser<'a>, String) {
    seat(app, staffer).await;
    let mut browser = app.browser();
    let csrf = sign_in_at_desk(&mut browser, staffer).await;
    (browser, csrf)
}

/// Fay has no address, and Bert's mail comes back.
async fn asked(app: &App) {
    app.settle(&[ADA, BERT, FAY]).await;
    assert!(ask_reset(&mut app.browser(), FAY.username, "good fay").await.is_empty());
    app.clock.pass(60);
    assert_eq!(ask_reset(&mut app.browser(), BERT.username, "good bert").await.len(), 1);
    let id = sqlx::query_scalar("SELECT id FROM mail ORDER BY number DESC LIMIT 1").fetch_one(&app.back_door);
    let id: String = id.await.unwrap();
    let recipients = vec![backboard::identity::Email::parse(BERT.email).unwrap()];
    let outcome = Outcome { recipients, action: Action::Failed, status: Status::parse("5.1.1").unwrap() };
    let report = Report { mails: vec![id], outcomes: vec![outcome] };
    assert_eq!(app.portal.bounce(&report).await.unwrap(), Taken::Bounced);
}

#[tokio::test]
async fn who_gets_no_mail_is_listed_the_newest_first_with_why_and_a_way_to_the_account() {
    let app = App::start().await;
    asked(&app).await;
    let (mut browser, _) = at_desk(&app, &HELEN).await;
    let start = browser.open("/desk").await;
    assert!(start.holds("Dead e-mail (2)") && start.holds("Frozen accounts (0)"), "{}", start.text());
    let page = browser.open("/desk/dead-mail").await;
    assert_eq!((page.status.as_u16(), page.header("cache-control")), (200, Some("no-store")));
    let text = page.text();
    let (bert, fay) = (text.find(BERT.username).unwrap(), text.find(FAY.username).unwrap());
    assert!(bert < fay && !page.holds(ADA.username), "{text}");
    assert!(page.holds("nobody has this address (5.1.1)") && page.holds("there is no address on file"), "{text}");
    assert!(page.holds("b…@example.org") && !page.holds(BERT.email), "{text}");
    let entry = page.attribute("href=\"/desk/dead-mail/").unwrap();
    let page = browser.open(&format!("/desk/dead-mail/{entry}")).await;
    assert!(page.holds(BERT.username) && page.holds("5.1.1") && !page.holds(BERT.email), "{}", page.text());
    let account = page.attribute("href=\"/desk/account/").unwrap();
    let page = browser.open(&format!("/desk/account/{account}")).await;
    assert!(page.holds(BERT.username) && page.holds("A mail came back"), "{}", page.text());
    assert!(page.holds("came back 2027-01-15 08:01: nobody has this address (5.1.1)"), "{}", page.text());
}

#[tokio::test]
async fn one_is_taken_off_with_a_reason_and_put_back_and_no_form_does_it_twice() {
    let app = App::start().await;
    asked(&app).await;
    let (mut browser, csrf) = at_desk(&app, &HELEN).await;
    let entry = browser.open("/desk/dead-mail").await.attribute("href=\"/desk/dead-mail/").unwrap();
    let path = format!("/desk/dead-mail/{entry}");
    let done = async |browser: &mut Browser<'_>, csrf: &str, reason: &str| {
        let fields = [("entry", &*entry), ("reason", reason), ("csrf", csrf)];
        browser.submit("/api/desk/dead-mail-done", &fields).await
    };
    for (reason, said) in [("    ", "Say in a few words why"), ("she is 900-12-3456", "nine digits")] {
        done(&mut browser, &csrf, reason).await.assert_back_to(&path);
        let page = browser.open(&path).await;
        assert!(page.summary().unwrap().contains(said) && page.holds("/api/desk/dead-mail-done"), "{}", page.text());
    }
    let before = browser.open(&path).await.text();
    done(&mut browser, &csrf, WHY).await.assert_goes(&path);
    let page = browser.open(&path).await;
    assert!(page.holds("Taken off the list.") && page.holds("Helen Helpdesk took this off"), "{}", page.text());
    assert!(!browser.open(&path).await.holds("Taken off the list."), "said once");
    let list = browser.open("/desk/dead-mail").await;
    assert!(list.holds("Taken off within a day") && list.holds(FAY.username), "{}", list.text());
    assert!(browser.open("/desk").await.holds("Dead e-mail (1)"));

    // The page as it was before, in another tab and in a colleague's: nothing is done twice.
    assert!(before.contains("/api/desk/dead-mail-done"));
    let (mut other, others) = at_desk(&app, &SAM).await;
    done(&mut other, &others, WHY).await.assert_back_to(&path);
    let page = other.open(&path).await;
    assert!(page.summary().unwrap().contains("nothing has changed"), "{}", page.text());
    assert_eq!(app.count("SELECT count(*) FROM audit WHERE action = 'dead-mail-done'").await, 1);

    for goes in [true, false] {
        let undone = other.submit("/api/desk/dead-mail-undo", &[("entry", &entry), ("csrf", &others)]).await;
        if goes { undone.assert_goes(&path) } else { undone.assert_back_to(&path) }
    }
    // Helen's session is over by now.
    assert!(other.open("/desk").await.holds("Dead e-mail (2)"));
    let page = other.open(&path).await;
    assert!(page.holds("/api/desk/dead-mail-done") && !page.holds("/api/desk/dead-mail-undo"));
    let kept = app.count("SELECT count(*) FROM act_reason WHERE words = 'called, and found the new address'").await;
    assert_eq!(kept, 1);
    assert_eq!(app.count("SELECT count(*) FROM audit WHERE detail LIKE '%called%'").await, 0);
}

#[tokio::test]
async fn each_form_has_exactly_the_fields_that_are_listed() {
    let app = App::start().await;
    asked(&app).await;
    let (mut browser, csrf) = at_desk(&app, &HELEN).await;
    let entry = browser.open("/desk/dead-mail").await.attribute("href=\"/desk/dead-mail/").unwrap();
    for operation in ["desk.dead-mail-done", "desk.dead-mail-undo"] {
        let page = browser.open(&format!("/desk/dead-mail/{entry}")).await.text();
        let operation = operations().iter().find(|known| known.name == operation).unwrap();
        let (_, form) = page.split_once(&format!("action=\"{}\"", operation.path)).unwrap();
        let form = form.split("</form>").next().unwrap();
        let names = form.split(" name=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
        let names: BTreeSet<String> = names.filter(|name| name != "csrf").collect();
        assert_eq!(names, operation.fields.iter().cloned().collect(), "{}", operation.name);
        let fields = [("entry", &*entry), ("reason", WHY), ("csrf", &*csrf)];
        browser.submit("/api/desk/dead-mail-done", &fields).await;
    }
}

#[tokio::test]
async fn stopped_accounts_are_listed_the_oldest_first_until_somebody_has_looked() {
    let app = App::start().await;
    app.settle(&[ADA, BERT]).await;
    let mails = ask_reset(&mut app.browser(), BERT.username, "good bert").await;
    let path = mails[0].not_me().unwrap();
    let token = path.rsplit('/').next().unwrap();
    app.browser().submit("/api/not-me/freeze", &[("token", token)]).await;
    app.deliver().await;
    let (mut browser, _) = at_desk(&app, &HELEN).await;
    assert!(browser.open("/desk").await.holds("Frozen accounts (1)"));
    let page = browser.open("/desk/frozen").await;
    assert_eq!((page.status.as_u16(), page.header("cache-control")), (200, Some("no-store")));
    assert!(
        page.holds(BERT.username) && page.holds("Link to reset the password") && page.holds("2027-01-15 08:00"),
        "{}",
        page.text()
    );
    assert!(page.holds("new passwords by mail") && !page.holds(ADA.username), "{}", page.text());
    let account = page.attribute("href=\"/desk/account/").unwrap();
    assert!(browser.open(&format!("/desk/account/{account}")).await.holds("Waits for the office"));
    let username = backboard::account::Username::parse(BERT.username).unwrap();
    app.portal.office_reactivate(&username).await.unwrap();
    assert!(browser.open("/desk/frozen").await.holds("No account waits."));
}

#[tokio::test]
async fn odd_addresses_get_a_clear_answer_and_visitors_none() {
    let app = App::start().await;
    asked(&app).await;
    let (mut browser, csrf) = at_desk(&app, &HELEN).await;
    for (path, status) in [
        ("/desk/dead-mail/page/1", 200),
        ("/desk/dead-mail/page/0", 200),
        ("/desk/dead-mail/page/1000000000", 200),
        ("/desk/dead-mail/page/999999999999999999", 200),
        ("/desk/dead-mail/page/9999999999999999999", 404),
        ("/desk/dead-mail/page/-1", 404),
        ("/desk/dead-mail/999999", 404),
        ("/desk/dead-mail/0", 404),
        ("/desk/dead-mail/x", 404),
        ("/desk/frozen/1000000000", 200),
        ("/desk/frozen/-1", 404),
    ] {
        assert_eq!(browser.open(path).await.status, status, "{path}");
    }
    let before = app.dump().await;
    for entry in ["", "0", "-1", "x", "1; DROP", "99999999999999999999", "999999"] {
        for operation in ["/api/desk/dead-mail-done", "/api/desk/dead-mail-undo"] {
            let mut fields = vec![("entry", entry), ("csrf", &*csrf)];
            if operation.ends_with("done") {
                fields.push(("reason", WHY));
            }
            let answer = browser.call(operation, &fields).await;
            assert_eq!(answer.status, 422, "{operation} {entry}: {}", answer.text());
        }
    }
    let unread =
        |dump: &str| dump.lines().filter(|line| line.starts_with("unreached: ")).collect::<Vec<_>>().join("\n");
    assert_eq!(unread(&app.dump().await), unread(&before));
    let mut stranger = app.browser();
    for path in ["/desk/dead-mail", "/desk/dead-mail/1", "/desk/dead-mail/page/1", "/desk/frozen", "/desk/frozen/1"] {
        stranger.open(path).await.assert_goes("/desk/sign-in");
    }
    let fields = [("entry", "1"), ("reason", WHY)];
    stranger.post("/api/desk/dead-mail-done", HTML, &fields).await.assert_goes("/desk/sign-in#problems");
}

#[tokio::test]
async fn taking_off_and_putting_back_are_limited_as_listed_for_each_member() {
    let app = App::start().await;
    asked(&app).await;
    let (mut browser, csrf) = at_desk(&app, &HELEN).await;
    let entry = browser.open("/desk/dead-mail").await.attribute("href=\"/desk/dead-mail/").unwrap();
    let words = "an hour for a member of staff";
    let most = listed("desk.dead-mail-done", words);
    assert_eq!(most, listed("desk.dead-mail-undo", words));
    for number in 0..=most {
        let status = if number < most { 200 } else { 429 };
        let done = [("entry", &*entry), ("reason", WHY), ("csrf", &*csrf)];
        assert_eq!(browser.call("/api/desk/dead-mail-done", &done).await.status, status, "{number}");
        if number == most {
            // There is something to put back again, from behind.
            let off = "UPDATE unreached SET ended = last, fate = 'done' WHERE ended IS NULL";
            sqlx::query(off).execute(&app.back_door).await.unwrap();
        }
        let undo = [("entry", &*entry), ("csrf", &*csrf)];
        assert_eq!(browser.call("/api/desk/dead-mail-undo", &undo).await.status, status, "{number}");
    }
}
