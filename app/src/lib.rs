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

/// Takes over the page that the server sent. `site` is the file of words and agency, `visit` the page's
/// own data. When either is of another version of the program, the page goes on working without a script.
#[cfg(feature = "hydrate")]
pub fn hydrate(site: &str, visit: &str) {
    use leptos::prelude::*;
    let (Some(site), Some(visit)) = (json::site(site), json::visit(visit)) else {
        return;
    };
    leptos::mount::hydrate_body(move || {
        provide_context(site::Site::from(site));
        provide_context(visit::Unshown::of(&visit));
        provide_context(visit);
        routes::App()
    });
    if let Some(root) = document().document_element() {
        // Styles show what needs a script; tests wait for it.
        let _ = root.set_attribute("data-live", "");
    }
}
