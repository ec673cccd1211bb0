//! The pages and their addresses.

use std::sync::Mutex;

use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;

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

/// All that `<main>` holds: the page of the present path. The first is made at once, and under an owner of its own, so that
/// nothing of it is left when another follows.
#[must_use]
pub fn pages(path: RwSignal<String>) -> AnyView {
    let owner = Owner::new();
    let first = owner.with(|| page_at(&path.get_untracked()));
    let first = Mutex::new(Some(OwnedView::new_with_owner(first, owner).into_any()));
    live(move || {
        let path = path.get();
        let first = first.lock().ok().and_then(|mut first| first.take());
        Some(first.unwrap_or_else(|| page_at(&path)))
    })
}

fn page_at(path: &str) -> AnyView {
    // A function each, and not one of them all: a browser compiles a function when it is first called.
    let page: fn() -> AnyView = match path {
        "/sign-in" => sign_in,
        "/claim" => claim,
        "/claim/sent" => claim_sent,
        "/claim/password" => claim_password,
        "/code" => typed_code,
        "/forgot-username" => forgot_username,
        "/forgot-username/sent" => username_sent,
        "/forgot-password" => forgot_password,
        "/forgot-password/sent" => reset_sent,
        "/reset/challenge" => challenge,
        "/reset/password" => reset_password,
        "/reset/done" => reset_done,
        "/change-password" => change_password,
        "/home" => home,
        "/security" => security,
        "/security/question" => question,
        "/security/question/new" => new_question,
        "/security/history" => history,
        "/not-me/done" => not_me_done,
        path if path.starts_with("/link/") => link,
        path if path.starts_with("/not-me/") => not_me,
        _ => missing,
    };
    page()
}

/// From now on links and *Back* lead to another page without a new document. The router listens, and says where the browser
/// is; its own routes would each add code, and the one that led to all pages did no more than [`pages`] (docs/decisions/0002).
#[cfg(feature = "hydrate")]
pub fn follow(path: RwSignal<String>) {
    use leptos_router::components::Router;
    let _ = view! { <Router>{arrivals(path)}</Router> };
}

/// Keeps the page, the document's title and its address, and moves focus to the heading, after a navigation.
#[cfg(feature = "hydrate")]
fn arrivals(shown: RwSignal<String>) {
    use leptos_router::hooks::use_location;
    use leptos_router::location::{BrowserUrl, LocationProvider};
    let path = use_location().pathname;
    let site = crate::site::site();
    let browser: BrowserUrl = expect_context();
    Effect::new(move || {
        let path = path.get();
        // At first it is there already; unless somebody went back before the script could follow.
        if shown.get_untracked() == path {
            return;
        }
        shown.set(path.clone());
        browser.ready_to_complete();
        let title = site
            .fill(words::COMMON_PAGE_TITLE, &[("page", &site.say(title(&path))), ("system", &site.agency().system)]);
        crate::ui::focus::arrive(&title);
    });
}
