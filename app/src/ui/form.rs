//! A form that works by itself, and better with a script.
//!
//! Without one the browser posts it and gets a redirect. With one `ui::submit` posts the same fields to
//! the same operation, and shows what came back without losing anything.

use backboard::refused::{Field, Problem};
use leptos::prelude::*;

use crate::site::{say, site};
use crate::ui::sentence::{label, sentence};
use crate::visit::visit;
use crate::words::{self, Word};

/// Where *I'm not a robot* stands in the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Solving {
    Idle,
    Working,
    Done,
    Failed,
}

/// What a form's parts share.
#[derive(Clone, Copy)]
pub struct FormState {
    pub problems: RwSignal<Vec<Problem>>,
    /// Something outside went wrong: offline, or no sensible answer.
    pub trouble: RwSignal<Option<Word>>,
    pub busy: RwSignal<bool>,
    pub solving: RwSignal<Solving>,
    /// The button was pressed while the proof of work was still running.
    pub pressed: RwSignal<bool>,
    kept: StoredValue<Vec<(Field, String)>>,
}

impl FormState {
    fn of(action: &str) -> Self {
        let refused = visit().refused.filter(|refused| refused.action == action);
        let (problems, kept) = refused.map(|refused| (refused.problems, refused.kept)).unwrap_or_default();
        Self {
            problems: RwSignal::new(problems),
            trouble: RwSignal::new(None),
            busy: RwSignal::new(false),
            solving: RwSignal::new(Solving::Idle),
            pressed: RwSignal::new(false),
            kept: StoredValue::new(kept),
        }
    }

    /// What was typed before a refusal.
    #[must_use]
    pub fn kept(self, field: Field) -> String {
        self.kept.with_value(|kept| {
            kept.iter().find(|(known, _)| *known == field).map(|(_, text)| text.clone()).unwrap_or_default()
        })
    }

    /// Whether something is wrong at a field.
    #[must_use]
    pub fn is_wrong(self, field: Field) -> bool {
        self.problems.with(|problems| problems.iter().any(|problem| problem.field == field))
    }
}

/// The form that a component stands in.
#[must_use]
pub fn form_state() -> FormState {
    expect_context()
}

/// A form with its summary of problems above the fields and its button below.
#[component]
pub fn Form(action: &'static str, #[prop(into)] button: String, children: Children) -> impl IntoView {
    let state = FormState::of(action);
    provide_context(state);
    let csrf = visit().signed_in.map(|signed_in| view! { <input type="hidden" name="csrf" value=signed_in.csrf/> });
    #[cfg(feature = "hydrate")]
    let on_submit = {
        let go = crate::ui::submit::going();
        move |event: leptos::ev::SubmitEvent| crate::ui::submit::submit(&event, state, go.clone())
    };
    #[cfg(not(feature = "hydrate"))]
    let on_submit = move |_: leptos::ev::SubmitEvent| {};
    let text = button.clone();
    let sending = say(words::COMMON_SENDING);
    let label = move || if state.busy.get() || state.pressed.get() { sending.clone() } else { text.clone() };
    view! {
        <form class="usa-form bb-form" method="post" action=action novalidate on:submit=on_submit>
            <Summary state/>
            {csrf}
            {children()}
            <button type="submit" class="usa-button bb-form__button" aria-disabled=move || (state.busy.get() || state.pressed.get()).then_some("true")>
                {label}
            </button>
        </form>
    }
}

/// Every problem of the form in red at its top, each leading to its field.
#[component]
fn Summary(state: FormState) -> impl IntoView {
    let site = site();
    move || {
        let problems = state.problems.get();
        let trouble = state.trouble.get();
        if problems.is_empty() && trouble.is_none() {
            return None;
        }
        let mut lines: Vec<AnyView> = Vec::new();
        if let Some(trouble) = trouble {
            lines.push(view! { <li>{site.say(trouble)}</li> }.into_any());
        }
        for problem in problems {
            let text = sentence(&site, problem);
            lines.push(match label(problem.field) {
                Some(_) => view! { <li><a href=format!("#{}", problem.field.code())>{text}</a></li> }.into_any(),
                None => view! { <li>{text}</li> }.into_any(),
            });
        }
        Some(view! {
            <div id="problems" class="usa-alert usa-alert--error bb-problems" role="alert" tabindex="-1">
                <div class="usa-alert__body">
                    <h2 class="usa-alert__heading">{site.say(words::COMMON_PROBLEMS_HEADING)}</h2>
                    <ul class="bb-problems__list">{lines}</ul>
                </div>
            </div>
        })
    }
}

/// What is wrong at one field, in red below its label.
#[component]
pub fn FieldProblems(field: Field) -> impl IntoView {
    let state = form_state();
    let site = site();
    move || {
        let mut texts = state
            .problems
            .get()
            .into_iter()
            .filter(|problem| problem.field == field)
            .map(|problem| sentence(&site, problem));
        let first = texts.next()?;
        let text = texts.fold(first, |all, next| format!("{all} {next}"));
        Some(view! { <p class="usa-error-message" id=format!("{}-problem", field.code())>{text}</p> })
    }
}
