//! The rules as the browser has them, for `compare.js`, which asks them what it knows the server's answer to.

use backboard::agency::Policy;
use backboard::password::{Met, Preset};
use wasm_bindgen::prelude::wasm_bindgen;

/// A preset's policy as it goes over the wire: `legacy-state`, `modern`, `bridge`. Nothing for another name.
#[wasm_bindgen]
#[must_use]
pub fn preset(name: &str) -> Option<String> {
    let preset: Preset = serde_json::from_value(name.into()).ok()?;
    serde_json::to_string(&Policy::of(preset, preset.password(), Vec::new())).ok()
}

/// What the checklist shows: one letter for each of its lines, `y` met, `n` not met, `?` known when it is sent.
/// Nothing for a policy that cannot be read.
#[wasm_bindgen]
#[must_use]
pub fn checklist(policy: &str, typed: &str, username: &str) -> Option<String> {
    let policy: Policy = serde_json::from_str(policy).ok()?;
    let letter = |met| match met {
        Met::Yes => 'y',
        Met::No(_) => 'n',
        Met::ServerTells => '?',
    };
    Some(policy.password.so_far(typed, username).into_iter().map(letter).collect())
}
