//! Every form of the desk's pages has exactly the fields that are listed, and says why it was refused.

use std::collections::{BTreeMap, BTreeSet};

use backboard::staff::Role;
use server::web::operations;

use super::{ANNA, ARNE, HELEN, STAFF_PASSWORD, Staffer, code, first_step, seat, sign_in_at_desk};
use crate::app::App;
use crate::browser::Browser;

/// The token of the link in the newest mail to the desk.
pub async fn mailed(app: &App, to: &str) -> String {
    let mails = app.deliver().await;
    let mail = mails.iter().rev().find(|mail| mail.to == to && mail.text.contains("/desk/link/")).unwrap();
    let (_, after) = mail.text.split_once("/desk/link/").unwrap();
    after.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
}

/// Every page of the desk that has a form and that stands so without other parts of the desk.
async fn pages() -> Vec<(String, String)> {
    let app = App::start().await;
    let (anna, arne) = (seat(&app, &ANNA).await, seat(&app, &ARNE).await);
    let helen = seat(&app, &HELEN).await;
    let mut pages = Vec::new();
    let mut see = async |browser: &mut Browser<'_>, path: &str| {
        let page = browser.open(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        pages.push((path.to_owned(), page.text()));
    };
    let mut visitor = app.browser();
    for path in ["/desk/sign-in", "/desk/forgot", "/desk/forgot/sent"] {
        see(&mut visitor, path).await;
    }
    first_step(&mut visitor, &HELEN).await;
    see(&mut visitor, "/desk/second").await;

    let mut browser = app.browser();
    let csrf = sign_in_at_desk(&mut browser, &ANNA).await;
    for path in ["/desk", "/desk/own", "/desk/recovery", "/desk/staff"] {
        see(&mut browser, path).await;
    }
    let new = [("email", "new@office.example"), ("staff_name", "New"), ("role", "helpdesk"), ("csrf", csrf.as_str())];
    browser.submit("/api/desk/staff/invite", &new).await.assert_goes("/desk/staff");
    let token = mailed(&app, "new@office.example").await;
    for (id, act, more) in
        [(helen, "reset-second", None), (helen, "role", Some(("role", "admin"))), (arne, "suspend", None)]
    {
        let number = id.to_string();
        let mut fields = vec![("staff", number.as_str()), ("csrf", csrf.as_str())];
        fields.extend(more);
        let answer = browser.submit(&format!("/api/desk/staff/{act}"), &fields).await;
        answer.assert_goes(&format!("/desk/staff/{id}"));
    }
    let other = mailed(&app, HELEN.email).await;
    for id in [anna, arne, helen, helen + 1] {
        see(&mut browser, &format!("/desk/staff/{id}")).await;
    }
    // Who did not ask can approve.
    let mut second = app.browser();
    let olga = Staffer { email: "olga@office.example", name: "Olga", role: Role::Admin, key: [9; 20] };
    seat(&app, &olga).await;
    sign_in_at_desk(&mut second, &olga).await;
    see(&mut second, &format!("/desk/staff/{helen}")).await;

    for token in [&token, &other] {
        see(&mut app.browser(), &format!("/desk/link/{token}")).await;
    }
    let mut invited = app.browser();
    let fields = [("token", token.as_str()), ("password", STAFF_PASSWORD), ("password_again", STAFF_PASSWORD)];
    invited.submit("/api/desk/password/set", &fields).await.assert_goes("/desk/enrol");
    see(&mut invited, "/desk/enrol").await;
    pages
}

#[tokio::test]
async fn every_form_of_staff_has_exactly_the_fields_that_are_listed() {
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in pages().await {
        for form in text.split("<form ").skip(1) {
            let form = form.split("</form>").next().unwrap();
            let action = form.split("action=\"").nth(1).unwrap().split('"').next().unwrap();
            assert!(form.contains("method=\"post\""), "{action}");
            let names = form.split(" name=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
            let names: BTreeSet<String> = names.filter(|name| name != "csrf").collect();
            assert_eq!(seen.entry(action.to_owned()).or_insert_with(|| names.clone()), &names, "{path}");
        }
    }
    for (action, names) in seen {
        let operation = operations().iter().find(|operation| operation.path == action);
        let operation = operation.unwrap_or_else(|| panic!("{action} is not listed"));
        let listed: BTreeSet<String> = operation.fields.iter().cloned().collect();
        assert_eq!(names, listed, "{action}");
    }
}

#[tokio::test]
async fn a_refused_form_of_staff_says_why_on_its_page_and_keeps_no_secret() {
    let app = App::start().await;
    seat(&app, &ANNA).await;
    let helen = seat(&app, &HELEN).await.to_string();
    let mut browser = app.browser();
    let csrf = sign_in_at_desk(&mut browser, &ANNA).await;
    let own = format!("/desk/staff/{helen}");
    for (path, fields, page, said) in [
        ("staff/invite", vec![("email", "no"), ("staff_name", "Kept <b>")], "/desk/staff", "does not look like"),
        ("staff/role", vec![("staff", helen.as_str())], own.as_str(), "Please fill this in"),
        ("staff/reactivate", vec![("staff", helen.as_str())], own.as_str(), "nothing has changed"),
        ("password/change", vec![("current_password", "wrong")], "/desk/own", "not the password"),
        ("recovery", vec![("current_password", "wrong")], "/desk/recovery", "not the password"),
    ] {
        let mut fields = fields;
        fields.push(("csrf", &csrf));
        browser.submit(&format!("/api/desk/{path}"), &fields).await.assert_back_to(page);
        let shown = browser.open(page).await;
        assert!(shown.summary().unwrap().contains(said), "{path}: {}", shown.text());
        assert!(!shown.holds("Kept <b>") && !shown.holds("value=\"wrong\""), "{path}");
        if path == "staff/invite" {
            assert!(shown.holds("value=\"Kept &lt;b"), "{}", shown.text());
        }
        assert!(browser.open(page).await.summary().is_none(), "{path}: said twice");
    }
    // No number is nobody's, and the address that it goes back to is one of ours.
    for number in ["", "x", "1/../..", "//evil.test", "99999999999999999999"] {
        let fields = [("staff", number), ("csrf", csrf.as_str())];
        browser.submit("/api/desk/staff/suspend", &fields).await.assert_back_to("/desk/staff/0");
    }
    let mut visitor = app.browser();
    visitor.submit("/api/desk/second", &[("second", &code(&app, &HELEN))]).await.assert_back_to("/desk/second");
    assert!(visitor.open("/desk/second").await.holds("took too long"));
}
