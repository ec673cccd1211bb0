//! Hydrates the page that the server sent.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
pub fn hydrate(site: &str, visit: &str) {
    app::hydrate(site, visit);
}
