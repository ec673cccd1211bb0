//! How the script takes over the page that the server sent.
//!
//! In steps, each a task of the browser's own: on a slow phone a finger that touches the page waits for the task that runs,
//! and a browser compiles each function of the wasm when it is first called, which is most of the work. Between them the
//! page works as it does without a script.

use std::cell::Cell;

use leptos::prelude::*;
use leptos::tachys::view::Position;
use wasm_bindgen::JsCast;

use crate::site::Site;
use crate::ui::frame::session;
use crate::visit::{Unshown, Visit};
use crate::{json, routes};

/// Whether the page is the script's already. What looks at the document waits for it.
#[derive(Clone, Copy)]
pub struct Taken(RwSignal<bool>);

impl Taken {
    /// Whether it is; whoever asks is told when it changes.
    #[must_use]
    pub fn is_so() -> bool {
        use_context::<Self>().is_some_and(|taken| taken.0.get())
    }
}

/// What comes next.
enum Step {
    /// Making the page once more, as the server made it.
    Make(Site, Visit),
    /// Joining what was made to what stands in the document.
    Join { page: AnyView, session: Option<AnyView>, under: Under },
    /// Following links and *Back* without a new document.
    Follow(Under),
}

/// What all of it lives under, as long as the document.
struct Under {
    owner: Owner,
    path: RwSignal<String>,
    taken: Taken,
}

thread_local! {
    static NEXT: Cell<Option<Step>> = const { Cell::new(None) };
}

/// Reads what the page is made of: `site` is the file of words and agency, `visit` the page's own data. Where they are of
/// another version of the program no step follows, and the page goes on working without a script.
pub fn read(site: &str, visit: &str) {
    NEXT.set(json::site(site).zip(json::visit(visit)).map(|(site, visit)| Step::Make(Site::from(site), visit)));
}

/// Does the next step. Whether another follows.
pub fn step() -> bool {
    match NEXT.take() {
        Some(Step::Make(site, visit)) => NEXT.set(Some(make(site, visit))),
        Some(Step::Join { page, session, under }) => {
            join(page, session, &under);
            NEXT.set(Some(Step::Follow(under)));
        }
        Some(Step::Follow(Under { owner, path, .. })) => {
            owner.with(|| routes::follow(path));
            std::mem::forget(owner);
            if let Some(root) = document().document_element() {
                // Styles show what needs a script; tests wait for it.
                let _ = root.set_attribute("data-live", "");
            }
            return false;
        }
        None => return false,
    }
    true
}

fn make(site: Site, visit: Visit) -> Step {
    // An error says that there is one already.
    let _ = any_spawner::Executor::init_wasm_bindgen();
    let owner = Owner::new_root(None);
    owner.clone().with(|| {
        let under = Under { owner, path: RwSignal::new(visit.path.clone()), taken: Taken(RwSignal::new(false)) };
        let signed_in = visit.signed_in.is_some();
        provide_context(under.taken);
        provide_context(site);
        provide_context(Unshown::of(&visit));
        provide_context(visit);
        Step::Join { page: routes::pages(under.path), session: signed_in.then(session), under }
    })
}

fn join(page: AnyView, session: Option<AnyView>, under: &Under) {
    under.owner.with(|| {
        hydrate("#main", page);
        if let Some(session) = session {
            hydrate(".bb-header__session", session);
        }
        under.taken.0.set(true);
    });
}

fn hydrate(place: &str, view: AnyView) {
    let Some(element) = document().query_selector(place).ok().flatten() else { return };
    let state = view.hydrate_from_position::<true>(element.unchecked_ref(), Position::FirstChild);
    std::mem::forget(state);
}
