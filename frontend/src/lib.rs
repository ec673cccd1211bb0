//! Takes over the page that the server sent.

use app::takeover;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
pub fn read(site: &str, visit: &str) {
    takeover::read(site, visit);
}

#[wasm_bindgen]
pub fn step() -> bool {
    takeover::step()
}
