//! The pages and their addresses.

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::hooks::use_location;
use leptos_router::path;

use crate::journey::claim::{claim, claim_password, claim_sent, typed_code};
use crate::journey::home::home;
use crate::journey::link::link;
use crate::journey::missing::missing;
use crate::journey::not_me::{not_me, not_me_done};
use crate::journey::password::change_password;
use crate::journey::reset::{challenge, forgot_password, reset_done, reset_password, reset_sent};
use crate::journey::security::{history, new_question, question, security};
use crate::journey::sign_in::sign_in;
use crate::journey::username::{forgot_username, username_sent};
use crate::site::site;
use crate::ui::frame::frame;
use crate::ui::node::live;
use crate::words::{self, Word};

/// The title of the page at a path.
#[must_use]
pub fn title(path: &str) -> Word {
    match path {
        "/sign-in" => words::SIGN_IN_TITLE,
        "/claim" => words::CLAIM_TITLE,
        "/claim/sent" => words::CLAIM_SENT_TITLE,
        "/claim/password" => words::CLAIM_PASSWORD_TITLE,
        "/code" => words::CLAIM_CODE_TITLE,
        "/forgot-username" => words::USERNAME_TITLE,
        "/forgot-username/sent" => words::CLAIM_SENT_TITLE,
        "/home" => words::HOME_TITLE,
        "/forgot-password" => words::RESET_TITLE,
        "/forgot-password/sent" => words::CLAIM_SENT_TITLE,
        "/reset/challenge" => words::RESET_CHALLENGE_TITLE,
        "/reset/password" => words::RESET_SET_TITLE,
        "/reset/done" => words::RESET_DONE_TITLE,
        "/change-password" => words::CHANGE_TITLE,
        "/security" => words::SECURITY_TITLE,
        "/security/question" | "/security/question/new" => words::SECURITY_QUESTION_TITLE,
        "/security/history" => words::SECURITY_PAST_TITLE,
        "/not-me/done" => words::NOT_ME_DONE_TITLE,
        path if path.starts_with("/not-me/") => words::NOT_ME_TITLE,
        path if path.starts_with("/link/") => words::LINK_TITLE,
        _ => words::COMMON_MISSING_TITLE,
    }
}

/// The whole page below `<body>`.
#[component]
pub fn App() -> impl IntoView {
    view! {
        <Router>
            <Titles/>
            {frame(
                view! {
                    <FlatRoutes fallback=missing>
                        <Route path=path!("/*page") view=page/>
                    </FlatRoutes>
                }
                .into_any(),
            )}
        </Router>
    }
}

/// The page of the present address. One route leads to all of them: the router's code grows with every route, this
/// with every line (docs/decisions/0002).
fn page() -> AnyView {
    let path = use_location().pathname;
    live(move || Some(page_at(&path.get())))
}

fn page_at(path: &str) -> AnyView {
    match path {
        "/sign-in" => sign_in(),
        "/claim" => claim(),
        "/claim/sent" => claim_sent(),
        "/claim/password" => claim_password(),
        "/code" => typed_code(),
        "/forgot-username" => forgot_username(),
        "/forgot-username/sent" => username_sent(),
        "/forgot-password" => forgot_password(),
        "/forgot-password/sent" => reset_sent(),
        "/reset/challenge" => challenge(),
        "/reset/password" => reset_password(),
        "/reset/done" => reset_done(),
        "/change-password" => change_password(),
        "/home" => home(),
        "/security" => security(),
        "/security/question" => question(),
        "/security/question/new" => new_question(),
        "/security/history" => history(),
        "/not-me/done" => not_me_done(),
        path if path.starts_with("/link/") => link(),
        path if path.starts_with("/not-me/") => not_me(),
        _ => missing(),
    }
}

/// Keeps the document's title, and moves focus to the heading, after a navigation in the browser.
#[component]
fn Titles() -> impl IntoView {
    let path = use_location().pathname;
    let site = site();
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if before.as_ref().is_some_and(|before| *before != path) {
            let title = site.fill(
                words::COMMON_PAGE_TITLE,
                &[("page", &site.say(title(&path))), ("system", &site.agency().system)],
            );
            crate::ui::focus::arrive(&title);
        }
        path
    });
}
