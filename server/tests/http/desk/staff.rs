//! Admins about staff, over HTTP: what was decided is there, was written down by number, and was mailed.

use super::forms::mailed;
use super::{ANNA, ARNE, HELEN, SAM, STAFF_PASSWORD, code, first_step, seat, sign_in_at_desk};
use crate::app::App;
use crate::browser::Browser;

async fn decide(browser: &mut Browser<'_>, csrf: &str, act: &str, staff: i64, more: &[(&str, &str)]) -> String {
    let number = staff.to_string();
    let fields: Vec<(&str, &str)> =
        [("staff", number.as_str()), ("csrf", csrf)].into_iter().chain(more.iter().copied()).collect();
    let answer = browser.call(&format!("/api/desk/staff/{act}"), &fields).await;
    if answer.status == 200 { "done".to_owned() } else { answer.problems()[0].1.clone() }
}

#[tokio::test]
async fn every_decision_is_one_row_of_numbers_and_a_mail() {
    let app = App::start().await;
    let (anna, _) = (seat(&app, &ANNA).await, seat(&app, &ARNE).await);
    let helen = seat(&app, &HELEN).await;
    let mut browser = app.browser();
    let csrf = sign_in_at_desk(&mut browser, &ANNA).await;
    app.deliver().await;
    for (act, more, action, told) in [
        ("may-show", &[("may_show", "yes")][..], "staff-may-show", "may show temporary passwords"),
        ("may-show", &[("may_show", "no")], "staff-may-not-show", "may not show"),
        ("role", &[("role", "supervisor")], "staff-role-changed", "role at the desk has changed"),
        ("suspend", &[], "staff-suspended", "suspended"),
        ("reactivate", &[], "staff-reactivated", "open again"),
        ("reset-second", &[], "staff-second-reset", "authenticator app again"),
    ] {
        let before = app.count("SELECT count(*) FROM audit").await;
        assert_eq!(decide(&mut browser, &csrf, act, helen, more).await, "done", "{act}");
        assert_eq!(app.count("SELECT count(*) FROM audit").await, before + 1, "{act}");
        let row: (String, String, String) =
            sqlx::query_as("SELECT actor, action, detail FROM audit ORDER BY id DESC LIMIT 1")
                .fetch_one(&app.back_door)
                .await
                .unwrap();
        assert_eq!((row.0.as_str(), row.1.as_str()), (format!("staff {anna}").as_str(), action));
        assert!(row.2.starts_with(&format!("staff {helen}")) && !row.2.contains('@'), "{row:?}");
        let mails = app.deliver().await;
        assert_eq!(mails.len(), 1, "{act}: {mails:?}");
        assert!(mails[0].to == HELEN.email && mails[0].subject.contains(told), "{act}: {mails:?}");
    }
}

#[tokio::test]
async fn suspending_ends_sessions_and_links_at_once_and_another_role_the_session() {
    let app = App::start().await;
    seat(&app, &ANNA).await;
    let helen = seat(&app, &HELEN).await;
    let mut inside = app.browser();
    for (act, more) in [("role", &[("role", "supervisor")][..]), ("suspend", &[])] {
        sign_in_at_desk(&mut inside, &HELEN).await;
        let mut browser = app.browser();
        app.clock.pass(60);
        first_step(&mut browser, &ANNA).await;
        browser.submit("/api/desk/second", &[("second", &code(&app, &ANNA))]).await.assert_goes("/desk");
        let csrf = browser.open("/desk").await.csrf();
        assert_eq!(decide(&mut browser, &csrf, act, helen, more).await, "done");
        inside.open("/desk").await.assert_goes("/desk/sign-in");
    }
    app.clock.pass(3_600);
    let refused = inside.call("/api/desk/sign-in", &[("email", HELEN.email), ("password", STAFF_PASSWORD)]).await;
    refused.assert_problem(422, "form", "staff-closed");
    // Only the right password is told.
    let wrong = inside.call("/api/desk/sign-in", &[("email", HELEN.email), ("password", "wrong")]).await;
    wrong.assert_problem(422, "form", "desk-wrong");
}

#[tokio::test]
async fn a_new_admin_needs_a_second_admin() {
    let app = App::start().await;
    let (anna, arne) = (seat(&app, &ANNA).await, seat(&app, &ARNE).await);
    let helen = seat(&app, &HELEN).await;
    let mut first = app.browser();
    let csrf = sign_in_at_desk(&mut first, &ANNA).await;
    app.deliver().await;
    assert_eq!(decide(&mut first, &csrf, "role", helen, &[("role", "admin")]).await, "done");
    let told = app.deliver().await;
    assert!(told.iter().any(|mail| mail.to == ARNE.email && mail.text.contains("/desk/staff")), "{told:?}");
    assert_eq!(app.count("SELECT count(*) FROM staff WHERE role = 'admin'").await, 2);
    assert_eq!(decide(&mut first, &csrf, "approve-admin", helen, &[]).await, "approval-own");
    let page = first.open(&format!("/desk/staff/{helen}")).await;
    assert!(!page.holds("approve-admin") && page.holds("refuse-admin"), "{}", page.text());
    let mut second = app.browser();
    let csrf_of_second = sign_in_at_desk(&mut second, &ARNE).await;
    assert_eq!(decide(&mut second, &csrf_of_second, "approve-admin", helen, &[]).await, "done");
    assert_eq!(decide(&mut second, &csrf_of_second, "approve-admin", helen, &[]).await, "nothing-to-do");
    assert_eq!(app.count("SELECT count(*) FROM staff WHERE role = 'admin'").await, 3);
    // An invited one waits as a supervisor.
    let fields = [("email", "x@office.example"), ("staff_name", "X"), ("role", "admin"), ("csrf", &csrf_of_second)];
    second.submit("/api/desk/staff/invite", &fields).await.assert_goes("/desk/staff");
    assert_eq!(app.count("SELECT count(*) FROM staff WHERE role = 'supervisor' AND admin_asked_by > 0").await, 1);
    for (staff, act, said) in
        [(arne, "suspend", "staff-self"), (99, "suspend", "staff-gone"), (anna, "resend", "nothing-to-do")]
    {
        assert_eq!(decide(&mut second, &csrf_of_second, act, staff, &[]).await, said);
    }
}

#[tokio::test]
async fn a_lost_authenticator_is_replaced_with_the_link_and_the_password_together() {
    let app = App::start().await;
    seat(&app, &ANNA).await;
    let sam = seat(&app, &SAM).await;
    let mut browser = app.browser();
    let csrf = sign_in_at_desk(&mut browser, &ANNA).await;
    assert_eq!(decide(&mut browser, &csrf, "reset-second", sam, &[]).await, "done");
    let token = mailed(&app, SAM.email).await;
    let mut visitor = app.browser();
    let refused = visitor.call("/api/desk/sign-in", &[("email", SAM.email), ("password", STAFF_PASSWORD)]).await;
    refused.assert_problem(422, "form", "staff-unenrolled");
    let set = [("token", token.as_str()), ("password", STAFF_PASSWORD), ("password_again", STAFF_PASSWORD)];
    visitor.call("/api/desk/password/set", &set).await.assert_problem(422, "form", "link-unknown");
    let wrong = visitor.call("/api/desk/second/begin", &[("token", &token), ("current_password", "wrong")]).await;
    wrong.assert_problem(422, "current_password", "password-not-yours");
    visitor.open("/desk/enrol").await;
    let fields = [("token", token.as_str()), ("current_password", STAFF_PASSWORD)];
    visitor.submit("/api/desk/second/begin", &fields).await.assert_goes("/desk/enrol");
    assert!(visitor.open("/desk/enrol").await.holds("<svg"));
}
