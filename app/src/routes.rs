//! The pages and their addresses.

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::hooks::use_location;
use leptos_router::path;

use crate::journey::claim::{Claim, ClaimPassword, ClaimSent, TypedCode};
use crate::journey::home::Home;
use crate::journey::link::Link;
use crate::journey::missing::Missing;
use crate::journey::sign_in::SignIn;
use crate::site::site;
use crate::ui::frame::Frame;
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
        "/home" => words::HOME_TITLE,
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
            <Frame>
                <FlatRoutes fallback=Missing>
                    <Route path=path!("/sign-in") view=SignIn/>
                    <Route path=path!("/claim") view=Claim/>
                    <Route path=path!("/claim/sent") view=ClaimSent/>
                    <Route path=path!("/claim/password") view=ClaimPassword/>
                    <Route path=path!("/code") view=TypedCode/>
                    <Route path=path!("/link/:token") view=Link/>
                    <Route path=path!("/home") view=Home/>
                </FlatRoutes>
            </Frame>
        </Router>
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
