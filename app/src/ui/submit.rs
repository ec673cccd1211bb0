//! What a script adds to the forms: posting without leaving the page, spreading a pasted date, unmasking.

use std::rc::Rc;

use backboard::identity::{DateOrder, split_pasted};
use backboard::refused::{Field, Refused};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use leptos_router::location::BrowserUrl;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, Event, FormData, HtmlFormElement, HtmlInputElement, RequestInit, Response, UrlSearchParams,
};

use crate::answer::Answer;
use crate::ui::form::{FormState, Solving};
use crate::ui::{focus, proof};
use crate::visit::{comes_with_document, visit};
use crate::words;

/// Milliseconds to wait for an answer.
const PATIENCE: u32 = 35_000;

/// Goes to a page of this site.
pub type Going = Rc<dyn Fn(&str)>;

/// Pages whose data comes with the document are loaded; the others change in place. Where somebody is
/// signed in every form leads to a new document, so that nothing of the session outlives it in memory.
#[must_use]
pub fn going() -> Going {
    let owner = Owner::current();
    let signed_in = visit().signed_in.is_some();
    Rc::new(move |path: &str| {
        let navigate = || {
            // The router comes last; until then every link loads a document.
            use_context::<BrowserUrl>()?;
            Some(use_navigate())
        };
        let in_place = !signed_in && !comes_with_document(path);
        match owner.as_ref().filter(|_| in_place).and_then(|owner| owner.with(navigate)) {
            Some(navigate) => navigate(path, leptos_router::NavigateOptions::default()),
            None => {
                let _ = window().location().assign(path);
            }
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
            // A form from before signing in, in another tab: its page comes anew, with what belongs to it.
            Ok(Answer::Problems(problems)) if problems.iter().any(|problem| problem.refused == Refused::PageOld) => {
                let _ = window().location().reload();
            }
            Ok(Answer::Problems(problems)) => {
                if problems.iter().any(|problem| problem.field == Field::Robot) {
                    proof::reset(state);
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
pub async fn post(path: &str, fields: Option<FormData>) -> Result<Answer, words::Word> {
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
    // The server gives up after 30 seconds; a phone without a signal would wait for minutes.
    init.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE)));
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

pub fn input(id: &str) -> Option<HtmlInputElement> {
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

/// A link of the summary leads to its field: opens what hides it, and puts the cursor there.
pub fn follow_to_field(event: &Event) {
    let link = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let Some(id) = link.and_then(|link| link.get_attribute("href")) else { return };
    let field = id.strip_prefix('#').and_then(|id| document().get_element_by_id(id));
    let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) else { return };
    event.prevent_default();
    event.stop_propagation();
    if let Ok(Some(hidden_in)) = field.closest("details") {
        let _ = hidden_in.set_attribute("open", "");
    }
    let _ = field.focus();
}
