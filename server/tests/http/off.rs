//! What an agency has turned off does not exist, and no page has its forms.

use backboard::agency::Journey;
use http::StatusCode;
use server::web::operations;

use crate::app::{App, Setup};
use crate::browser::{HTML, JSON};
use crate::people::{ADA, BERT, PASSWORD};
use crate::steps::sign_in;

/// A journey's pages, and how the paths of its operations begin.
const JOURNEYS: [(Journey, &[&str], &str); 4] = [
    (Journey::Claim, &["/claim", "/claim/sent", "/claim/password"], "/api/claim/"),
    (Journey::Username, &["/forgot-username", "/forgot-username/sent"], "/api/username/"),
    (
        Journey::Reset,
        &["/forgot-password", "/forgot-password/sent", "/reset/challenge", "/reset/password", "/reset/done"],
        "/api/reset/",
    ),
    (
        Journey::Security,
        &["/security", "/security/question", "/security/question/new", "/security/history"],
        "/api/security/",
    ),
];

async fn without(journey: Journey) -> App {
    let mut setup = Setup::default();
    setup.agency.journeys.retain(|known| *known != journey);
    let app = App::with(setup).await;
    app.settle(&[ADA, BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    app
}

#[tokio::test]
async fn a_journey_that_is_off_is_not_found_as_page_and_as_post_by_nobody() {
    for (journey, pages, operation_paths) in JOURNEYS {
        let app = without(journey).await;
        let mut signed_in = app.browser();
        sign_in(&mut signed_in, BERT.username, PASSWORD, "/home").await;
        let before = app.dump().await;
        let mut off = 0;
        for browser in [&mut app.browser(), &mut signed_in] {
            for path in pages {
                let page = browser.open(path).await;
                assert!(page.status == StatusCode::NOT_FOUND && page.is_page(), "{path}: {}", page.status);
            }
            for operation in operations().iter().filter(|operation| operation.path.starts_with(operation_paths)) {
                off += 1;
                for accept in [HTML, JSON] {
                    let answer = browser.post(&operation.path, accept, &[]).await;
                    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", operation.name);
                    assert!(answer.location().is_none() && answer.cookies().is_empty(), "{}", operation.name);
                }
            }
        }
        assert!(off > 0, "{operation_paths}");
        assert_eq!(app.dump().await, before, "{operation_paths}");

        // The other journeys are there, and none of their pages has a form of what is not.
        let others = JOURNEYS.iter().filter(|(other, ..)| *other != journey).flat_map(|(_, pages, _)| pages.iter());
        for path in others.chain(&["/sign-in", "/home", "/change-password", "/code", "/link/x", "/not-me/x"]) {
            for browser in [&mut app.browser(), &mut signed_in] {
                let page = browser.open(path).await;
                assert_ne!(page.status, StatusCode::NOT_FOUND, "{journey:?}: {path}");
                assert!(!page.holds(&format!("action=\"{operation_paths}")), "{journey:?}: {path}");
            }
        }
    }
}

#[tokio::test]
async fn codes_are_typed_where_some_journey_mails_them() {
    let mut setup = Setup::default();
    setup.agency.journeys.retain(|known| !matches!(known, Journey::Claim | Journey::Reset));
    let app = App::with(setup).await;
    assert_eq!(app.browser().open("/code").await.status, StatusCode::NOT_FOUND);
    for (off, action) in [(Journey::Claim, "/api/reset/code"), (Journey::Reset, "/api/claim/code")] {
        let page = without(off).await.browser().open("/code").await;
        assert!(page.status == StatusCode::OK && page.holds(&format!("action=\"{action}\"")), "{off:?}");
    }
}

#[tokio::test]
async fn a_forgotten_password_is_asked_for_in_the_one_way_that_the_agency_has() {
    for (agency, there, gone) in [
        ("demo", "/api/reset/request", "/api/reset/identity"),
        ("emresource", "/api/reset/request", "/api/reset/identity"),
        ("louisiana-bems", "/api/reset/request", "/api/reset/identity"),
        ("michigan-emsis", "/api/reset/identity", "/api/reset/request"),
    ] {
        let app = App::with(Setup::of(agency)).await;
        let page = app.browser().open("/forgot-password").await;
        assert!(page.holds(&format!("action=\"{there}\"")) && !page.holds(gone), "{agency}");
        for accept in [HTML, JSON] {
            let answer = app.browser().post(gone, accept, &ADA.lookup("good 1")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{agency}");
        }
        assert_eq!(app.browser().call(there, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{agency}");
    }
}
