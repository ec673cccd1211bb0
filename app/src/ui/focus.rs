//! Where the keyboard and the screen reader go next.

/// After a refused form: the summary of its problems.
pub fn summary() {
    after_paint("problems");
}

/// After a navigation in the browser: the heading of the new page, from the top.
pub fn arrive(title: &str) {
    #[cfg(feature = "hydrate")]
    {
        leptos::prelude::document().set_title(title);
        leptos::prelude::window().scroll_to_with_x_and_y(0.0, 0.0);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = title;
    after_paint("heading");
}

fn after_paint(id: &'static str) {
    #[cfg(feature = "hydrate")]
    leptos::prelude::request_animation_frame(move || {
        use wasm_bindgen::JsCast;
        let element = leptos::prelude::document().get_element_by_id(id);
        if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}
