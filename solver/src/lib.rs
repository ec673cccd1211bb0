//! The part of the proof of work that runs in the visitor's browser, in a Web Worker.
//!
//! It takes a challenge as single values and gives JSON as text, so that the module needs no JSON parser of
//! its own: the worker (`worker.js`) has the browser's.

use altcha::{Challenge, ChallengeParameters, SolveChallengeOptions, solve_challenge};
use wasm_bindgen::prelude::wasm_bindgen;

/// Counts up until the derived key begins with `key_prefix`, and gives the solution as JSON:
/// `{"counter":1200,"derivedKey":"…"}`. Nothing when the challenge cannot be read.
///
/// An empty `key_prefix` fits any key, so it takes exactly one derivation: that is how the worker measures
/// the machine it runs on.
#[wasm_bindgen]
#[must_use]
pub fn solve(
    algorithm: String,
    cost: u32,
    key_length: u32,
    key_prefix: String,
    nonce: String,
    salt: String,
) -> Option<String> {
    let parameters = ChallengeParameters {
        algorithm,
        cost,
        data: None,
        expires_at: None,
        key_length: key_length as usize,
        key_prefix,
        key_signature: None,
        memory_cost: None,
        nonce,
        parallelism: None,
        salt,
    };
    let challenge = Challenge { parameters, signature: None };
    // No time limit: the page knows when the challenge ends, and ends the worker with it.
    let options = SolveChallengeOptions { timeout_ms: 0, ..SolveChallengeOptions::new(&challenge) };
    let solution = solve_challenge(options).ok()??;
    Some(format!(r#"{{"counter":{},"derivedKey":"{}"}}"#, solution.counter, solution.derived_key))
}
