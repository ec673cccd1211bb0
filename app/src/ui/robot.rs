//! *I'm not a robot*: a checkbox that, with a script, has the browser solve a proof of work in a worker.
//!
//! Without a script the box alone is posted; the server takes that within a small budget.

use backboard::refused::Field;
use leptos::prelude::*;

use crate::site::{Widget, say, site};
use crate::ui::form::{FieldProblems, Solving, form_state};
use crate::words;

#[component]
pub fn Robot() -> impl IntoView {
    let state = form_state();
    let inner = match site().widget() {
        Some(widget) => hosted(widget).into_any(),
        None => view! { <ProofOfWork/> }.into_any(),
    };
    view! {
        <div class="usa-form-group bb-robot" class=("usa-form-group--error", move || state.is_wrong(Field::Robot))>
            <FieldProblems field=Field::Robot/>
            {inner}
        </div>
    }
}

/// The provider's own widget. Its script puts the answer into a field of its own name.
fn hosted(widget: &Widget) -> impl IntoView {
    view! {
        <div class=widget.class.clone() data-sitekey=widget.site_key.clone()></div>
        <input type="hidden" name="robot" value="on"/>
    }
}

#[component]
fn ProofOfWork() -> impl IntoView {
    let state = form_state();
    let site = site();
    let share = RwSignal::new(0_u32);
    let on_change = {
        let assets = site.assets().clone();
        move |event: leptos::ev::Event| {
            #[cfg(feature = "hydrate")]
            crate::ui::submit::solve(&event, state, share, &assets);
            #[cfg(not(feature = "hydrate"))]
            let _ = (event, share, &assets);
        }
    };
    let said = move || {
        Some(site.say(match state.solving.get() {
            Solving::Idle => return None,
            Solving::Working => words::ROBOT_WORKING,
            Solving::Done => words::ROBOT_DONE,
            Solving::Failed => words::ROBOT_FAILED,
        }))
    };
    view! {
        <div class="bb-robot__panel" class=("bb-robot__panel--done", move || state.solving.get() == Solving::Done)>
            <div class="usa-checkbox bb-robot__box">
                <input class="usa-checkbox__input" id="robot" name="robot" type="checkbox" value="on" autocomplete="off" on:change=on_change
                    aria-invalid=move || state.is_wrong(Field::Robot).then_some("true")
                    aria-describedby=move || state.is_wrong(Field::Robot).then_some("robot-problem")/>
                <label class="usa-checkbox__label" for="robot">{say(words::FIELD_ROBOT)}</label>
            </div>
            <input type="hidden" name="captcha" id="captcha" value=""/>
            <div class="bb-robot__state">
                <progress class="bb-robot__bar" max="100" hidden=move || state.solving.get() != Solving::Working
                    value=move || share.get().to_string() aria-label=say(words::ROBOT_WORKING)></progress>
                <p class="bb-robot__said" role="status">{said}</p>
            </div>
        </div>
    }
}
