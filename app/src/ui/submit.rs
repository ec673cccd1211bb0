//! What a script adds to the forms: posting without leaving the page, spreading a pasted date, solving
//! the proof of work in a worker.

use std::rc::Rc;
use std::time::Duration;

use backboard::identity::{DateOrder, split_pasted};
use backboard::refused::Field;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Event, FormData, HtmlFormElement, HtmlInputElement, MessageEvent, RequestInit, Response, UrlSearchParams, Worker,
    WorkerOptions, WorkerType,
};

use crate::answer::Answer;
use crate::site::Assets;
use crate::ui::focus;
use crate::ui::form::{FormState, Solving};
use crate::visit::{comes_with_document, visit};
use crate::words;

/// Goes to a page of this site.
pub type Going = Rc<dyn Fn(&str)>;

/// Pages whose data comes with the document are loaded; the others change in place. Where somebody is
/// signed in every form leads to a new document, so that nothing of the session outlives it in memory.
#[must_use]
pub fn going() -> Going {
    let navigate = use_navigate();
    let signed_in = visit().signed_in.is_some();
    Rc::new(move |path: &str| {
        if signed_in || comes_with_document(path) {
            let _ = window().location().assign(path);
        } else {
            navigate(path, leptos_router::NavigateOptions::default());
        }
    })
}

/// Posts a form's fields to its operation and shows the answer.
pub fn submit(event: &Event, state: FormState, go: Going) {
    let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else { return };
    event.prevent_default();
    if state.busy.get_untracked() {
        return;
    }
    if state.solving.get_untracked() == Solving::Working {
        // The worker's answer presses the button again.
        state.pressed.set(true);
        return;
    }
    state.busy.set(true);
    state.trouble.set(None);
    spawn_local(async move {
        let answer = post(&form.action(), FormData::new_with_form(&form).ok()).await;
        state.busy.set(false);
        match answer {
            Ok(Answer::Go(path)) => go(&path),
            Ok(Answer::Problems(problems)) => {
                if problems.iter().any(|problem| problem.field == Field::Robot) {
                    reset_robot(state);
                }
                empty_secrets(&form);
                state.problems.set(problems);
                focus::summary();
            }
            Ok(Answer::Text(_)) => {}
            Err(trouble) => {
                state.trouble.set(Some(trouble));
                focus::summary();
            }
        }
    });
}

/// Posts to an operation; what comes back in words when it is no answer of ours.
async fn post(path: &str, fields: Option<FormData>) -> Result<Answer, words::Word> {
    let init = RequestInit::new();
    init.set_method("POST");
    // Sent as a form even when it is empty: the guards take nothing else.
    let body = match fields {
        Some(fields) => UrlSearchParams::new_with_str_sequence_sequence(&fields),
        None => UrlSearchParams::new(),
    };
    let body = body.map_err(|_| words::COMMON_UNAVAILABLE)?;
    init.set_body(&body);
    let headers = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&headers, &"accept".into(), &"application/json".into());
    init.set_headers(&headers);
    let response =
        JsFuture::from(window().fetch_with_str_and_init(path, &init)).await.map_err(|_| words::COMMON_OFFLINE)?;
    let response: Response = response.unchecked_into();
    let text = JsFuture::from(response.text().map_err(|_| words::COMMON_UNAVAILABLE)?)
        .await
        .map_err(|_| words::COMMON_OFFLINE)?;
    text.as_string().and_then(|text| crate::json::answer(&text)).ok_or(words::COMMON_UNAVAILABLE)
}

fn empty_secrets(form: &HtmlFormElement) {
    let Ok(secrets) = form.query_selector_all("input[data-secret]") else { return };
    for place in 0..secrets.length() {
        if let Some(input) = secrets.item(place).and_then(|node| node.dyn_into::<HtmlInputElement>().ok()) {
            input.set_value("");
            // The checklist listens to this.
            if let Ok(event) = Event::new_with_event_init_dict("input", &bubbling()) {
                let _ = input.dispatch_event(&event);
            }
        }
    }
}

fn bubbling() -> web_sys::EventInit {
    let init = web_sys::EventInit::new();
    init.set_bubbles(true);
    init
}

fn input(id: &str) -> Option<HtmlInputElement> {
    document().get_element_by_id(id).and_then(|element| element.dyn_into().ok())
}

/// What was typed, if into the input with this id.
pub fn typed_into(event: &Event, id: &str) -> Option<String> {
    let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok())?;
    (input.id() == id).then(|| input.value())
}

/// Shows or hides what stands in a secret field.
pub fn unmask(event: &Event, id: &str) {
    if let Some(input) = input(id) {
        input.set_type(if event_target_checked(event) { "text" } else { "password" });
    }
}

/// A whole date pasted into one field of birth fills all three.
pub fn spread_pasted_date(event: &Event, order: DateOrder) {
    let pasted = event.dyn_ref::<web_sys::ClipboardEvent>().and_then(web_sys::ClipboardEvent::clipboard_data);
    let Some(text) = pasted.and_then(|data| data.get_data("text").ok()) else { return };
    let Some((month, day, year)) = split_pasted(text.trim(), order) else { return };
    event.prevent_default();
    for (field, value) in [(Field::BirthMonth, month), (Field::BirthDay, day), (Field::BirthYear, year)] {
        if let Some(input) = input(field.code()) {
            input.set_value(&value);
        }
    }
}

/// The box was checked or unchecked.
pub fn solve(event: &Event, state: FormState, share: RwSignal<u32>, assets: &Assets) {
    if !event_target_checked(event) {
        reset_robot(state);
        return;
    }
    if matches!(state.solving.get_untracked(), Solving::Idle | Solving::Failed) {
        prove(state, share, assets.clone());
    }
}

/// Seconds after which a proof is made anew, while the box stays checked: the server takes one for five
/// minutes, and people look for their card in between.
const PROOF_SECONDS: u64 = 4 * 60;

fn prove(state: FormState, share: RwSignal<u32>, assets: Assets) {
    state.solving.set(Solving::Working);
    share.set(0);
    spawn_local(async move {
        match post("/api/captcha/challenge", session_token()).await {
            Ok(Answer::Text(challenge)) => {
                start_worker(&challenge, &assets, state, share);
                set_timeout(move || renew(state, share, assets), Duration::from_secs(PROOF_SECONDS));
            }
            Ok(Answer::Problems(problems)) => {
                failed(state);
                state.problems.set(problems);
                focus::summary();
            }
            _ => failed(state),
        }
    });
}

fn renew(state: FormState, share: RwSignal<u32>, assets: Assets) {
    let is_here = state.solving.try_get_untracked() == Some(Solving::Done);
    if is_here && !state.busy.get_untracked() {
        prove(state, share, assets);
    }
}

/// The token that every post of a session carries, as the forms of its pages have it.
fn session_token() -> Option<FormData> {
    let field = document().query_selector("input[name=csrf]").ok()??;
    let fields = FormData::new().ok()?;
    fields.append_with_str("csrf", &field.dyn_into::<HtmlInputElement>().ok()?.value()).ok()?;
    Some(fields)
}

fn start_worker(challenge: &str, assets: &Assets, state: FormState, share: RwSignal<u32>) {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let Ok(worker) = Worker::new_with_options(&assets.solver_worker, &options) else {
        failed(state);
        return;
    };
    let spent = worker.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let read = |key: &str| js_sys::Reflect::get(&event.data(), &key.into()).ok();
        match read("kind").and_then(|kind| kind.as_string()).as_deref() {
            Some("expected") => {
                let expected = read("milliseconds").and_then(|value| value.as_f64()).unwrap_or(1_000.0);
                advance(state, share, expected);
            }
            Some("done") => {
                if let (Some(payload), Some(field)) =
                    (read("payload").and_then(|value| value.as_string()), input("captcha"))
                {
                    field.set_value(&payload);
                }
                share.set(100);
                state.solving.set(Solving::Done);
                spent.terminate();
                press_again(state);
            }
            _ => {
                spent.terminate();
                failed(state);
            }
        }
    });
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    let on_error = Closure::<dyn FnMut()>::new(move || failed(state));
    worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    on_message.forget();
    on_error.forget();
    let message = js_sys::Object::new();
    for (key, value) in [("challenge", challenge), ("js", &assets.solver_script), ("wasm", &assets.solver_wasm)] {
        let _ = js_sys::Reflect::set(&message, &key.into(), &value.into());
    }
    let _ = worker.post_message(&message);
}

/// Moves the bar by the expected time; the last part waits for the answer itself.
fn advance(state: FormState, share: RwSignal<u32>, expected: f64) {
    let step = Duration::from_millis((expected / 50.0).clamp(20.0, 2_000.0) as u64);
    set_timeout(
        move || {
            if state.solving.try_get_untracked() == Some(Solving::Working) && share.get_untracked() < 95 {
                share.update(|share| *share += 2);
                advance(state, share, expected);
            }
        },
        step,
    );
}

fn press_again(state: FormState) {
    // The page may have gone while the worker was busy, and its state with it.
    if state.pressed.try_get_untracked() != Some(true) {
        return;
    }
    state.pressed.set(false);
    if let Some(form) = input("robot").and_then(|input| input.form()) {
        let _ = form.request_submit();
    }
}

/// The box alone still counts, within the small budget of forms without a proof.
fn failed(state: FormState) {
    state.solving.set(Solving::Failed);
    press_again(state);
}

fn reset_robot(state: FormState) {
    state.solving.set(Solving::Idle);
    state.pressed.set(false);
    if let Some(robot) = input("robot") {
        robot.set_checked(false);
    }
    if let Some(captcha) = input("captcha") {
        captcha.set_value("");
    }
}
