//! A new password, twice, with the requirements as a checklist that follows the typing.
//!
//! The list is evaluated by the rules the server enforces. Without a script it is a plain list.

use backboard::password::{Met, Requirement};
use backboard::refused::Field;
use leptos::prelude::*;

use crate::site::{Site, say, site};
use crate::ui::field::{Input, Kind, Unmask};
use crate::ui::form::{FieldProblems, form_state};
use crate::ui::sentence::{label, with_policy};
use crate::words::{self, Word};

#[component]
pub fn NewPassword(username: String) -> impl IntoView {
    let state = form_state();
    let typed = RwSignal::new(String::new());
    let on_input = move |event: leptos::ev::Event| {
        #[cfg(feature = "hydrate")]
        {
            use wasm_bindgen::JsCast;
            let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
            if let Some(input) = input.filter(|input| input.id() == Field::Password.code()) {
                typed.set(input.value());
            }
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = event;
    };
    let kind = Kind::secret("new-password", "text");
    view! {
        <div on:input=move |event| on_input(event.into())>
            <div class="usa-form-group" class=("usa-form-group--error", move || state.is_wrong(Field::Password))>
                <label class="usa-label" for="password">{label(Field::Password).map(say)}</label>
                <FieldProblems field=Field::Password/>
                <Checklist username typed/>
                <Input field=Field::Password kind has_hint=true/>
                <Unmask field=Field::Password label=words::FIELD_SHOW_PASSWORD/>
            </div>
            <div class="usa-form-group" class=("usa-form-group--error", move || state.is_wrong(Field::PasswordAgain))>
                <label class="usa-label" for="password_again">{label(Field::PasswordAgain).map(say)}</label>
                <FieldProblems field=Field::PasswordAgain/>
                <Input field=Field::PasswordAgain kind/>
            </div>
        </div>
    }
}

#[component]
fn Checklist(username: String, typed: RwSignal<String>) -> impl IntoView {
    let site = site();
    let requirements = site.agency().policy.password.requirements();
    let total = requirements.len();
    let lines: Vec<_> = requirements
        .iter()
        .map(|requirement| {
            let requirement = *requirement;
            let met = judge(site.clone(), requirement, username.clone(), typed);
            let said = {
                let site = site.clone();
                let met = met.clone();
                move || site.say(if met() { words::PASSWORD_MET } else { words::PASSWORD_NOT_MET })
            };
            view! {
                <li class="bb-checklist__line" class=("bb-checklist__line--met", met)>
                    <span class="usa-sr-only">{said}</span>
                    {with_policy(&site, line(requirement))}
                </li>
            }
        })
        .collect();
    // Read out politely, as a whole: five lines changing by themselves would be noise.
    let announced = {
        let policy = site.agency().policy.password.clone();
        let site = site.clone();
        move || {
            let typed = typed.get();
            let met = requirements.iter().filter(|one| policy.met(**one, &typed, &username) == Met::Yes).count();
            site.fill(words::PASSWORD_COUNT, &[("met", &met.to_string()), ("total", &total.to_string())])
        }
    };
    view! {
        <div class="bb-checklist" id="password-hint">
            <p class="bb-checklist__heading">{say(words::PASSWORD_ASKED)}</p>
            <ul class="bb-checklist__list">{lines}</ul>
            <p class="usa-sr-only" aria-live="polite">{move || (!typed.read().is_empty()).then(&announced)}</p>
        </div>
    }
}

fn judge(
    site: Site,
    requirement: Requirement,
    username: String,
    typed: RwSignal<String>,
) -> impl Fn() -> bool + Clone + Send + Sync + 'static {
    move || {
        let typed = typed.read();
        !typed.is_empty() && site.agency().policy.password.met(requirement, &typed, &username) == Met::Yes
    }
}

const fn line(requirement: Requirement) -> Word {
    match requirement {
        Requirement::Length => words::PASSWORD_LINE_LENGTH,
        Requirement::Uppercase => words::PASSWORD_LINE_UPPERCASE,
        Requirement::Lowercase => words::PASSWORD_LINE_LOWERCASE,
        Requirement::Digit => words::PASSWORD_LINE_DIGIT,
        Requirement::Special => words::PASSWORD_LINE_SPECIAL,
        Requirement::NotUsername => words::PASSWORD_LINE_NOT_USERNAME,
        Requirement::NotCommon => words::PASSWORD_LINE_NOT_COMMON,
    }
}
