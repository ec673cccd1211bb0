//! Hydrates the page that the server sent.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
pub fn read(site: &str, visit: &str) {
    app::read(site, visit);
}

#[wasm_bindgen]
pub fn hydrate() {
    app::hydrate();
}
