//! Has the browser solve a proof of work in a worker, away from the page, while the person goes on typing.
//!
//! Every attempt has a number; what an earlier one still has to say counts no more. A proof is good for five
//! minutes at the server, so it is made anew before, a few times: people look for their card in between.

use std::time::Duration;

use backboard::refused::Field;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, FormData, HtmlInputElement, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::submit::{input, post};
use crate::answer::Answer;
use crate::site::Assets;
use crate::ui::focus;
use crate::ui::form::{FormState, Solving};

/// Seconds after which a proof is made anew while the box stays checked.
const PROOF_SECONDS: u64 = 4 * 60;
/// How often: after twenty minutes the box is empty again.
const RENEWALS: u32 = 4;

/// The box was checked or unchecked.
pub fn checked(event: &Event, state: FormState, assets: &Assets) {
    if event_target_checked(event) {
        begin(state, assets.clone(), 0);
    } else {
        reset(state);
    }
}

/// The box was checked before the script took over.
pub fn begin_if_checked(state: FormState, assets: &Assets) {
    if input(Field::Robot.code()).is_some_and(|robot| robot.checked()) {
        begin(state, assets.clone(), 0);
    }
}

/// Forgets the proof and empties the box.
pub fn reset(state: FormState) {
    state.round.update(|round| *round += 1);
    state.solving.set(Solving::Idle);
    state.pressed.set(false);
    if let Some(robot) = input(Field::Robot.code()) {
        robot.set_checked(false);
    }
    fill("");
}

fn begin(state: FormState, assets: Assets, renewals: u32) {
    state.round.update(|round| *round += 1);
    let round = state.round.get_untracked();
    state.solving.set(Solving::Working);
    state.share.set(0);
    spawn_local(async move {
        let answer = post("/api/captcha/challenge", session_token()).await;
        if !is_current(state, round) {
            return;
        }
        match answer {
            Ok(Answer::Text(challenge)) => start(&challenge, assets, state, round, renewals),
            // Somebody who is typing is not disturbed by what happens behind a box checked long ago.
            Ok(Answer::Problems(problems)) if renewals == 0 => {
                failed(state);
                state.problems.set(problems);
                focus::summary();
            }
            _ => failed(state),
        }
    });
}

fn start(challenge: &str, assets: Assets, state: FormState, round: u32, renewals: u32) {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let Ok(worker) = Worker::new_with_options(&assets.solver_worker, &options) else {
        failed(state);
        return;
    };
    let message = js_sys::Object::new();
    for (key, value) in [("challenge", challenge), ("js", &assets.solver_script), ("wasm", &assets.solver_wasm)] {
        let _ = js_sys::Reflect::set(&message, &key.into(), &value.into());
    }
    let spent = worker.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let read = |key: &str| js_sys::Reflect::get(&event.data(), &key.into()).ok();
        if !is_current(state, round) {
            spent.terminate();
            return;
        }
        match read("kind").and_then(|kind| kind.as_string()).as_deref() {
            Some("expected") => {
                let expected = read("milliseconds").and_then(|value| value.as_f64()).unwrap_or(1_000.0);
                advance(state, round, expected);
            }
            Some("done") => {
                fill(&read("payload").and_then(|value| value.as_string()).unwrap_or_default());
                state.share.set(100);
                state.solving.set(Solving::Done);
                spent.terminate();
                let assets = assets.clone();
                set_timeout(move || renew(state, assets, round, renewals), Duration::from_secs(PROOF_SECONDS));
                press_again(state);
            }
            _ => {
                spent.terminate();
                failed(state);
            }
        }
    });
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    let on_error = Closure::<dyn FnMut()>::new(move || {
        if is_current(state, round) {
            failed(state);
        }
    });
    worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    on_message.forget();
    on_error.forget();
    let _ = worker.post_message(&message);
}

fn renew(state: FormState, assets: Assets, round: u32, renewals: u32) {
    if !is_current(state, round) || state.busy.get_untracked() {
        return;
    }
    if renewals < RENEWALS { begin(state, assets, renewals + 1) } else { reset(state) }
}

/// Moves the bar by the expected time; the last part waits for the answer itself.
fn advance(state: FormState, round: u32, expected: f64) {
    let step = Duration::from_millis((expected / 50.0).clamp(20.0, 2_000.0) as u64);
    set_timeout(
        move || {
            let is_working = is_current(state, round) && state.solving.get_untracked() == Solving::Working;
            if is_working && state.share.get_untracked() < 95 {
                state.share.update(|share| *share += 2);
                advance(state, round, expected);
            }
        },
        step,
    );
}

/// Whether this attempt is the latest, on a page that is still there.
fn is_current(state: FormState, round: u32) -> bool {
    state.round.try_get_untracked() == Some(round)
}

/// The box alone still counts, within the small budget of forms without a proof.
fn failed(state: FormState) {
    fill("");
    state.solving.set(Solving::Failed);
    press_again(state);
}

/// The button was pressed while the worker was busy.
fn press_again(state: FormState) {
    if !state.pressed.get_untracked() {
        return;
    }
    state.pressed.set(false);
    if let Some(form) = input(Field::Robot.code()).and_then(|input| input.form()) {
        let _ = form.request_submit();
    }
}

fn fill(proof: &str) {
    if let Some(captcha) = input("captcha") {
        captcha.set_value(proof);
    }
}

/// The token that every post of a session carries, as the forms of its pages have it.
fn session_token() -> Option<FormData> {
    let field = document().query_selector("input[name=csrf]").ok()??;
    let fields = FormData::new().ok()?;
    fields.append_with_str("csrf", &field.dyn_into::<HtmlInputElement>().ok()?.value()).ok()?;
    Some(fields)
}
