//! Pages and server functions, shared by the server and the browser.
//!
//! A page is a view of its [`visit::Visit`], which the server puts together before it renders and the
//! browser reads back when it hydrates. A form is a plain `<form method="post">` to a server function
//! that answers a browser with a redirect and a script with an [`answer::Answer`].

pub mod answer;
pub mod journey;
#[cfg(feature = "hydrate")]
mod json;
#[cfg(feature = "ssr")]
pub mod request;
pub mod routes;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod site;
pub mod ui;
pub mod visit;
pub mod words;

#[cfg(feature = "hydrate")]
thread_local! {
    static READ: std::cell::Cell<Option<(site::Site, visit::Visit)>> = const { std::cell::Cell::new(None) };
}

/// Reads what [`hydrate`] makes the page of: `site` is the file of words and agency, `visit` the page's own data. Apart,
/// because a slow phone is busy with each of them for longer than a finger waits.
#[cfg(feature = "hydrate")]
pub fn read(site: &str, visit: &str) {
    READ.set(json::site(site).map(site::Site::from).zip(json::visit(visit)));
}

/// Takes over the page that the server sent. When what was read is of another version of the program, the page goes on
/// working without a script.
#[cfg(feature = "hydrate")]
pub fn hydrate() {
    use leptos::prelude::*;
    let Some((site, visit)) = READ.take() else { return };
    leptos::mount::hydrate_body(move || {
        provide_context(site);
        provide_context(visit::Unshown::of(&visit));
        provide_context(visit);
        routes::App()
    });
    if let Some(root) = document().document_element() {
        // Styles show what needs a script; tests wait for it.
        let _ = root.set_attribute("data-live", "");
    }
}
