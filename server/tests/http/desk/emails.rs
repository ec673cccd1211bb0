//! New addresses that wait: asked for at the desk, approved by a colleague, taken back.

use backboard::staff::Act;

use super::acts::{AtDesk, demo_with_external};
use super::{OLAF, SAM};
use crate::app::App;
use crate::people::{BERT, Person};

#[tokio::test]
async fn a_new_address_waits_is_shown_masked_approved_by_a_colleague_and_taken_back() {
    let app = App::with(demo_with_external()).await;
    app.settle(&[BERT]).await;
    let mut desk = AtDesk::new(&app, &SAM, BERT.username).await;
    let code = desk.code(Act::ChangeEmail).await;
    let path = desk.at(Act::ChangeEmail);
    let typed = [("email", "bert@"), ("reason", "moved away"), ("code", &code)];
    desk.press(Act::ChangeEmail, &typed).await.assert_back_to(&path);
    let page = desk.browser.open(&path).await;
    assert!(page.holds("value=\"bert@\"") && page.holds("value=\"moved away\""), "{}", page.text());
    let typed = [("email", "bert@new.example"), ("reason", "moved away"), ("code", &code)];
    desk.press(Act::ChangeEmail, &typed).await.assert_goes(&desk.own());
    let mut told: Vec<String> = app.deliver().await.into_iter().map(|mail| mail.to).collect();
    told.sort();
    assert_eq!(told, [BERT.email, "bert@new.example"]);
    let page = desk.look().await;
    assert!(page.holds("The new address waits") && page.holds("b…@new.example"), "{}", page.text());
    assert!(!page.holds("bert@new.example") && page.holds("second member of staff"), "{}", page.text());
    assert!(page.holds("Undo: Keep the old e-mail address"), "{}", page.text());
    // Who asked cannot approve.
    assert!(!page.holds(&desk.at(Act::ApproveEmail)));
    let approve = desk.at(Act::ApproveEmail);
    assert!(desk.browser.open(&approve).await.holds("Somebody else has to approve"));

    let mut other = AtDesk::new(&app, &OLAF, BERT.username).await;
    assert!(other.look().await.holds(&approve));
    let page = other.browser.open(&approve).await;
    assert!(page.holds("bert@new.example") && page.holds("Sam Supervisor asked for it"), "{}", page.text());
    other.press(Act::ApproveEmail, &[("reason", "spoke to her too")]).await.assert_goes(&other.own());
    assert_eq!(app.deliver().await.len(), 1);
    let page = other.look().await;
    assert!(page.holds("and it is approved"), "{}", page.text());
    assert!(!page.holds(&approve), "approved once");
    other.press(Act::KeepEmail, &[("reason", "thought better of it")]).await.assert_goes(&other.own());
    assert_eq!(app.deliver().await.len(), 1);
    let page = other.look().await;
    assert!(page.holds("Mail goes on going") && !page.holds("b…@new.example</"), "{}", page.text());
    assert!(!page.holds(&other.at(Act::KeepEmail)));
}

#[tokio::test]
async fn where_several_wait_at_a_shared_account_one_of_them_is_chosen() {
    let app = App::with(demo_with_external()).await;
    let both = Person { ssn: "900-53-8814", certificate: "EMT-2002", email: "b2@example.org", ..BERT };
    app.settle(&[BERT, both]).await;
    let mut desk = AtDesk::new(&app, &SAM, BERT.username).await;
    let code = desk.code(Act::ChangeEmail).await;
    let people = "SELECT CAST(id AS TEXT) FROM person ORDER BY id";
    let people: Vec<String> = sqlx::query_scalar(people).fetch_all(&app.back_door).await.unwrap();
    // The caller is checked once.
    for (person, email, code) in [(&people[0], "one@new.example", &*code), (&people[1], "two@new.example", "")] {
        let typed = [("person", &**person), ("email", email), ("reason", "both moved"), ("code", code)];
        desk.press(Act::ChangeEmail, &typed).await.assert_goes(&desk.own());
    }
    app.deliver().await;
    let changes = "SELECT id FROM email_change WHERE ended IS NULL ORDER BY person";
    let changes: Vec<String> = sqlx::query_scalar(changes).fetch_all(&app.back_door).await.unwrap();
    assert_eq!(changes.len(), 2);

    let mut other = AtDesk::new(&app, &OLAF, BERT.username).await;
    for (act, field, codes, done) in [
        (Act::ApproveEmail, "change", &changes, "The new address is approved"),
        (Act::KeepEmail, "person", &people, "Mail goes on going"),
    ] {
        let path = other.at(act);
        let page = other.browser.open(&path).await.text();
        assert_eq!(page.matches(" id=\"reason\"").count(), 1, "{page}");
        assert!(codes.iter().all(|code| page.contains(&format!("<option value=\"{code}\""))), "{page}");
        assert!(page.contains(" – one@new.example<") && page.contains(" – two@new.example<"), "{page}");
        // Nothing chosen and nothing said: both are told at once, and what was said is kept.
        other.press(act, &[(field, ""), ("reason", " ")]).await.assert_back_to(&path);
        let summary = other.browser.open(&path).await.summary().unwrap();
        assert!(summary.contains("Please fill this in") && summary.contains("Say in a few words why"), "{summary}");
        other.press(act, &[(field, ""), ("reason", "spoke to both")]).await.assert_back_to(&path);
        assert!(other.browser.open(&path).await.holds("value=\"spoke to both\""));

        other.press(act, &[(field, &codes[1]), ("reason", "spoke to both")]).await.assert_goes(&other.own());
        let page = other.look().await;
        assert!(page.holds(done) && page.holds("a second member of staff"), "{}", page.text());
        // One is left, so there is nothing to choose from.
        let page = other.browser.open(&path).await;
        let only = format!("name=\"{field}\" value=\"{}\"", codes[0]);
        assert!(!page.holds("<select") && page.holds(&only), "{}", page.text());
    }
}
