//! Every operation of the desk, tried by everybody: what docs/operations.toml allows is taken, the rest is refused and
//! changes nothing. An operation that is added there is tried here without a line more.

use backboard::identity::Email;
use backboard::service::desk::staff::{By, Decision};
use backboard::staff::Role;
use http::StatusCode;
use server::web::{Operation, operations};

use super::{ANNA, ARNE, HELEN, SAM, seat, sign_in_at_desk};
use crate::app::App;
use crate::browser::{Browser, HTML, JSON};
use crate::people::{BERT, PASSWORD};
use crate::steps::{sign_in, sign_in_expired};

/// Who tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Anonymous,
    Personnel,
    ChangeOnly,
    Staff(Role),
    SuspendedStaff,
}

const KINDS: [Kind; 7] = [
    Kind::Anonymous,
    Kind::Personnel,
    Kind::ChangeOnly,
    Kind::Staff(Role::Helpdesk),
    Kind::Staff(Role::Supervisor),
    Kind::Staff(Role::Admin),
    Kind::SuspendedStaff,
];

impl Kind {
    fn may(self, operation: &Operation) -> bool {
        let takes = |kind: &str| operation.sessions.iter().any(|listed| listed == kind);
        match self {
            // Whoever has no session of the desk is a visitor there, whatever they have elsewhere.
            Self::Anonymous | Self::Personnel | Self::ChangeOnly | Self::SuspendedStaff => takes("anonymous"),
            Self::Staff(role) => takes("desk") && role.is_at_least(operation.role.unwrap()),
        }
    }
}

async fn portal() -> App {
    let app = App::start().await;
    app.settle(&[BERT]).await;
    for staffer in [&HELEN, &SAM, &ANNA, &ARNE] {
        seat(&app, staffer).await;
    }
    app
}

/// A browser of that kind, and the token of its forms.
async fn begin<'a>(app: &'a App, kind: Kind) -> (Browser<'a>, String) {
    app.clock.pass(86_400);
    app.give_password(BERT.username, PASSWORD).await;
    let mut browser = app.browser();
    let csrf = match kind {
        Kind::Anonymous => String::new(),
        Kind::Personnel => sign_in(&mut browser, BERT.username, PASSWORD, "/home").await,
        Kind::ChangeOnly => sign_in_expired(&mut browser).await,
        Kind::Staff(Role::Helpdesk) => sign_in_at_desk(&mut browser, &HELEN).await,
        Kind::Staff(Role::Supervisor) => sign_in_at_desk(&mut browser, &SAM).await,
        Kind::Staff(Role::Admin) => sign_in_at_desk(&mut browser, &ANNA).await,
        Kind::SuspendedStaff => {
            let arne = seat(app, &ARNE).await;
            let csrf = sign_in_at_desk(&mut browser, &ARNE).await;
            app.portal.staff_decide(By::Office, arne, Decision::Suspend).await.unwrap();
            csrf
        }
    };
    (browser, csrf)
}

/// What stands in the database but for what is only written down or only slows people down.
async fn rows(app: &App) -> String {
    let is_kept = |line: &&str| !["audit: ", "budget: "].iter().any(|table| line.starts_with(table));
    app.dump().await.lines().filter(is_kept).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_role_is_listed_where_the_desk_is_accepted_and_nowhere_else() {
    for operation in operations() {
        let desk = operation.sessions.iter().any(|kind| kind == "desk");
        assert_eq!(operation.role.is_some(), desk, "{}", operation.name);
        assert_eq!(operation.name.starts_with("desk."), operation.is_the_desks(), "{}", operation.name);
        let kinds: &[&str] =
            if operation.is_the_desks() { &["anonymous", "desk"] } else { &["anonymous", "full", "change-only"] };
        for kind in &operation.sessions {
            assert!(kinds.contains(&kind.as_str()), "{}: {kind}", operation.name);
        }
    }
}

#[tokio::test]
async fn every_operation_of_the_desk_takes_whom_the_list_names_and_nobody_else() {
    let app = portal().await;
    let (mut taken, mut refused) = (0, 0);
    for kind in KINDS {
        // What is refused changes nothing, so the next try comes from the same session; what is taken may end it.
        let mut session = None;
        for operation in operations().iter().filter(|operation| operation.is_the_desks()) {
            for accept in [HTML, JSON] {
                let (mut browser, csrf) = match session.take() {
                    Some(session) => session,
                    None => begin(&app, kind).await,
                };
                let at = format!("{} {kind:?} {accept}", operation.name);
                let before = rows(&app).await;
                let answer = browser.post(&operation.path, accept, &[("csrf", &csrf)]).await;
                if kind.may(operation) {
                    taken += 1;
                    assert_ne!(answer.status, StatusCode::FORBIDDEN, "{at}: {}", answer.text());
                    for reason in ["not-allowed", "session-over", "page-old"] {
                        assert!(!answer.holds(reason), "{at}: {}", answer.text());
                    }
                    continue;
                }
                refused += 1;
                assert_eq!(rows(&app).await, before, "{at}: something was changed");
                match (kind, accept) {
                    (Kind::Staff(_), HTML) => {
                        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{at}");
                        assert!(answer.is_page() && answer.holds("Not for your role"), "{at}: {}", answer.text());
                        assert!(answer.holds("/api/desk/sign-out"), "{at}: not in the desk's frame");
                    }
                    (Kind::Staff(_), _) => answer.assert_problem(403, "form", "not-allowed"),
                    (_, HTML) => answer.assert_back_to("/desk/sign-in"),
                    _ => answer.assert_problem(403, "form", "session-over"),
                }
                session = Some((browser, csrf));
            }
        }
    }
    assert!(taken > 60 && refused > 80, "{taken} taken, {refused} refused");
}

#[tokio::test]
async fn a_form_without_the_sessions_own_token_is_sent_back() {
    let app = portal().await;
    for operation in operations().iter().filter(|operation| operation.is_the_desks()) {
        let (mut browser, _) = begin(&app, Kind::Staff(Role::Admin)).await;
        let before = rows(&app).await;
        browser.call(&operation.path, &[]).await.assert_problem(422, "form", "page-old");
        browser.call(&operation.path, &[("csrf", "x")]).await.assert_problem(422, "form", "page-old");
        assert_eq!(rows(&app).await, before, "{}", operation.name);
    }
}

#[tokio::test]
async fn a_session_of_one_half_opens_nothing_of_the_other() {
    let app = portal().await;
    let (mut personnel, _) = begin(&app, Kind::Personnel).await;
    for page in ["/desk", "/desk/own", "/desk/staff", "/desk/recovery"] {
        personnel.open(page).await.assert_goes("/desk/sign-in");
    }
    let (mut staff, csrf) = begin(&app, Kind::Staff(Role::Admin)).await;
    for page in ["/home", "/security", "/change-password"] {
        staff.open(page).await.assert_goes("/sign-in");
    }
    staff.submit("/api/sign-in/everywhere", &[("csrf", &csrf)]).await.assert_back_to("/sign-in");
    // The cookie of one under the name of the other is nothing either.
    let token = staff.jar.remove("__Host-desk").unwrap();
    staff.jar.insert("__Host-session".to_owned(), token);
    staff.open("/home").await.assert_goes("/sign-in");
    staff.open("/desk").await.assert_goes("/desk/sign-in");
}

#[tokio::test]
async fn pages_are_shown_to_the_roles_they_are_for() {
    let app = portal().await;
    let anna = app.portal.staff_by_email(&Email::parse(ANNA.email).unwrap()).await.unwrap().id;
    let member = format!("/desk/staff/{anna}");
    for (kind, own, admins) in [
        (Kind::Anonymous, "/desk/sign-in", "/desk/sign-in"),
        (Kind::ChangeOnly, "/desk/sign-in", "/desk/sign-in"),
        (Kind::SuspendedStaff, "/desk/sign-in", "/desk/sign-in"),
        (Kind::Staff(Role::Helpdesk), "200", "403"),
        (Kind::Staff(Role::Supervisor), "200", "403"),
        (Kind::Staff(Role::Admin), "200", "200"),
    ] {
        let (mut browser, _) = begin(&app, kind).await;
        for (path, expected) in
            [("/desk", own), ("/desk/own", own), ("/desk/recovery", own), ("/desk/staff", admins), (&member, admins)]
        {
            let page = browser.open(path).await;
            assert_eq!(page.header("cache-control"), Some("no-store"), "{kind:?} {path}");
            if expected.starts_with('/') {
                page.assert_goes(expected);
            } else {
                assert_eq!(page.status.as_str(), expected, "{kind:?} {path}: {}", page.text());
                assert!(page.is_page(), "{kind:?} {path}");
                let may_manage = kind == Kind::Staff(Role::Admin);
                assert_eq!(page.holds("href=\"/desk/staff\""), may_manage, "{kind:?} {path}");
                assert!(may_manage || !page.holds(ANNA.email), "{kind:?} {path}");
            }
        }
        for path in ["/desk/", "/desk/nothing", "/desk/staff/x", "/desk/staff/1/2", "/desk/staff/0", "/desk/staff/-1"] {
            let status = browser.open(path).await.status;
            let may_look = path == "/desk/staff/0" && kind != Kind::Staff(Role::Admin);
            assert!(status == StatusCode::NOT_FOUND || may_look, "{kind:?} {path}: {status}");
        }
    }
}
