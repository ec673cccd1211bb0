//! Labelled fields.

use backboard::identity::DateOrder;
use backboard::refused::Field;
use leptos::prelude::*;

use crate::site::{say, site};
use crate::ui::form::{FieldProblems, form_state};
use crate::ui::sentence::label;
use crate::words::{self, Word};

/// What the browser may do for a field.
#[derive(Clone, Copy)]
pub struct Kind {
    pub autocomplete: &'static str,
    pub inputmode: &'static str,
    /// Masked, and emptied after a refusal.
    pub secret: bool,
}

impl Kind {
    #[must_use]
    pub const fn text(autocomplete: &'static str) -> Self {
        Self { autocomplete, inputmode: "text", secret: false }
    }

    #[must_use]
    pub const fn digits(autocomplete: &'static str) -> Self {
        Self { autocomplete, inputmode: "numeric", secret: false }
    }

    #[must_use]
    pub const fn secret(autocomplete: &'static str, inputmode: &'static str) -> Self {
        Self { autocomplete, inputmode, secret: true }
    }
}

/// One line of text with its label, hint and problems.
#[component]
pub fn TextField(
    field: Field,
    kind: Kind,
    #[prop(optional)] hint: Option<Word>,
    /// The label of a checkbox that unmasks the field.
    #[prop(optional)]
    show: Option<Word>,
    #[prop(optional)] width: &'static str,
) -> impl IntoView {
    let name = field.code();
    let hint = hint.map(|hint| view! { <p class="usa-hint" id=format!("{name}-hint")>{say(hint)}</p> });
    let has_hint = hint.is_some();
    view! {
        <div class="usa-form-group" class=("usa-form-group--error", move || form_state().is_wrong(field))>
            <label class="usa-label" for=name>{label(field).map(say)}</label>
            {hint}
            <FieldProblems field/>
            <Input field kind has_hint width/>
            {show.map(|show| view! { <Unmask field label=show/> })}
        </div>
    }
}

/// The bare input of a field.
#[component]
pub fn Input(
    field: Field,
    kind: Kind,
    #[prop(optional)] has_hint: bool,
    #[prop(optional)] width: &'static str,
) -> impl IntoView {
    let state = form_state();
    let name = field.code();
    let described = move || {
        let hint = has_hint.then(|| format!("{name}-hint"));
        let problem = state.is_wrong(field).then(|| format!("{name}-problem"));
        let ids: Vec<String> = hint.into_iter().chain(problem).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    };
    let kept = if kind.secret { None } else { Some(state.kept(field)).filter(|kept| !kept.is_empty()) };
    view! {
        <input
            class=format!("usa-input {width}")
            class=("usa-input--error", move || state.is_wrong(field))
            id=name
            name=name
            type=if kind.secret { "password" } else { "text" }
            value=kept
            autocomplete=kind.autocomplete
            inputmode=kind.inputmode
            autocapitalize="none"
            spellcheck="false"
            data-secret=kind.secret.then_some("")
            aria-invalid=move || state.is_wrong(field).then_some("true")
            aria-describedby=described
        />
    }
}

/// *Show SSN*, *Show password*: needs a script, and is out of sight without one.
#[component]
pub fn Unmask(field: Field, label: Word) -> impl IntoView {
    let name = field.code();
    let id = format!("{name}-show");
    let toggle = move |event: leptos::ev::Event| {
        #[cfg(feature = "hydrate")]
        {
            let kind = if event_target_checked(&event) { "text" } else { "password" };
            if let Some(input) = document().get_element_by_id(name) {
                let _ = input.set_attribute("type", kind);
            }
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = event;
    };
    view! {
        <div class="usa-checkbox bb-show bb-needs-script">
            <input class="usa-checkbox__input" id=id.clone() type="checkbox" on:change=toggle autocomplete="off"/>
            <label class="usa-checkbox__label" for=id>{say(label)}</label>
        </div>
    }
}

/// Date of birth: three fields in the agency's order. A whole date pasted into one fills all three.
#[component]
pub fn BirthFields() -> impl IntoView {
    let state = form_state();
    let order = site().agency().date_order;
    let fields = match order {
        DateOrder::MonthDayYear => [Field::BirthMonth, Field::BirthDay, Field::BirthYear],
        DateOrder::DayMonthYear => [Field::BirthDay, Field::BirthMonth, Field::BirthYear],
    };
    let wrong = move || fields.iter().any(|field| state.is_wrong(*field));
    let hint = match order {
        DateOrder::MonthDayYear => words::CLAIM_BIRTH_HINT,
        DateOrder::DayMonthYear => words::CLAIM_BIRTH_HINT_DAY_FIRST,
    };
    let on_paste = move |event: leptos::ev::Event| {
        #[cfg(feature = "hydrate")]
        crate::ui::submit::spread_pasted_date(&event, order);
        #[cfg(not(feature = "hydrate"))]
        let _ = event;
    };
    let parts: Vec<_> = fields
        .into_iter()
        .map(|field| {
            let (width, complete) = match field {
                Field::BirthYear => ("bb-date__year", "bday-year"),
                Field::BirthDay => ("bb-date__two", "bday-day"),
                _ => ("bb-date__two", "bday-month"),
            };
            view! {
                <div class="usa-form-group bb-date__part">
                    <label class="usa-label" for=field.code()>{label(field).map(say)}</label>
                    <Input field kind=Kind::digits(complete) width/>
                </div>
            }
        })
        .collect();
    view! {
        <fieldset class="usa-fieldset usa-form-group" class=("usa-form-group--error", wrong) aria-describedby="birth-hint">
            <legend class="usa-legend">{say(words::FIELD_BIRTH)}</legend>
            <p class="usa-hint" id="birth-hint">{say(hint)}</p>
            {fields.into_iter().map(|field| view! { <FieldProblems field/> }).collect_view()}
            <div class="bb-date" on:paste=move |event| on_paste(event.into())>{parts}</div>
        </fieldset>
    }
}
