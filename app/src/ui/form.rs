//! A form that works by itself, and better with a script.
//!
//! Without one the browser posts it and gets a redirect. With one `ui::submit` posts the same fields to
//! the same operation, and shows what came back without losing anything.

use backboard::refused::{Field, Problem, Refused};
use leptos::prelude::*;

use crate::site::{say, site};
use crate::ui::node::{Node, el, live, live_text, text};
use crate::ui::sentence::{label, sentence};
use crate::visit::{Unshown, visit};
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
    /// Which attempt at a proof of work counts.
    pub round: RwSignal<u32>,
    /// How far it is, in percent.
    pub share: RwSignal<u32>,
    kept: StoredValue<Vec<(Field, String)>>,
}

impl FormState {
    fn of(action: &str) -> Self {
        let refused = use_context::<Unshown>().and_then(|unshown| unshown.take(action));
        let (problems, kept) = refused.map(|refused| (refused.problems, refused.kept)).unwrap_or_default();
        Self {
            problems: RwSignal::new(problems),
            trouble: RwSignal::new(None),
            busy: RwSignal::new(false),
            solving: RwSignal::new(Solving::Idle),
            pressed: RwSignal::new(false),
            round: RwSignal::new(0),
            share: RwSignal::new(0),
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

/// A form with its summary of problems above the fields and its button below.
#[must_use]
pub fn form(action: &'static str, button: String, fields: impl FnOnce(FormState) -> Vec<AnyView>) -> AnyView {
    node(action, button, fields).view()
}

/// The same with a file among its fields, which has to be the last of them. The desk's alone: no script posts it.
#[cfg(feature = "ssr")]
#[must_use]
pub fn file_form(action: &'static str, button: String, fields: impl FnOnce(FormState) -> Vec<AnyView>) -> AnyView {
    node(action, button, fields).attr("enctype", "multipart/form-data").view()
}

fn node(action: &'static str, button: String, fields: impl FnOnce(FormState) -> Vec<AnyView>) -> Node {
    let state = FormState::of(action);
    let visit = visit();
    let hidden =
        |name, value: String| el("input").attr("type", "hidden").attr("name", name).attr("value", value).view();
    let csrf = visit.signed_in.map(|signed_in| hidden("csrf", signed_in.csrf));
    let flow = visit.flow.map(|flow| hidden("flow", flow));
    let under_way = move || state.busy.get() || state.pressed.get();
    let sending = say(words::COMMON_SENDING);
    let label = live_text(move || if under_way() { sending.clone() } else { button.clone() });
    let node = el("form")
        .class("usa-form bb-form")
        .attr("method", "post")
        .attr("action", action)
        .flag("novalidate", true)
        .child(summary(state))
        .maybe(csrf)
        .maybe(flow)
        .all(fields(state))
        .child(
            el("button")
                .attr("type", "submit")
                .class("usa-button bb-form__button")
                .live("aria-disabled", move || under_way().then(|| "true".to_owned()))
                .child(label)
                .view(),
        );
    #[cfg(feature = "hydrate")]
    let node = {
        let go = crate::ui::submit::going();
        node.on("submit", move |event| crate::ui::submit::submit(&event, state, go.clone()))
    };
    node
}

/// Every problem of the form in red at its top, each leading to its field.
fn summary(state: FormState) -> AnyView {
    let site = site();
    live(move || {
        let problems = state.problems.get();
        let trouble = state.trouble.get();
        if problems.is_empty() && trouble.is_none() {
            return None;
        }
        let lines = problems.into_iter().map(|problem| {
            let sentence = sentence(&site, problem);
            match label(problem.field) {
                Some(_) => {
                    let link = el("a").attr("href", format!("#{}", problem.field.code())).text(sentence);
                    el("li").child(link.view()).view()
                }
                None => match (problem.refused, &site.agency().external) {
                    (Refused::AccountExternal, Some(external)) => {
                        el("li").child(el("a").attr("href", external.url.clone()).text(sentence).view()).view()
                    }
                    _ => text("li", "", sentence),
                },
            }
        });
        let body = el("div")
            .class("usa-alert__body")
            .child(text("h2", "usa-alert__heading", site.say(words::COMMON_PROBLEMS_HEADING)))
            .child(
                el("ul")
                    .class("bb-problems__list")
                    .maybe(trouble.map(|trouble| text("li", "", site.say(trouble))))
                    .all(lines)
                    .view(),
            );
        let alert = el("div")
            .id("problems")
            .class("usa-alert usa-alert--error bb-problems")
            .attr("role", "alert")
            .attr("tabindex", "-1")
            .child(body.view());
        #[cfg(feature = "hydrate")]
        let alert = alert.on("click", |event| crate::ui::submit::follow_to_field(&event));
        Some(alert.view())
    })
}

/// What is wrong at one field, in red below its label.
#[must_use]
pub fn field_problems(state: FormState, field: Field) -> AnyView {
    let site = site();
    live(move || {
        let problems = state.problems.get();
        let sentences: Vec<String> = problems
            .into_iter()
            .filter(|problem| problem.field == field)
            .map(|problem| sentence(&site, problem))
            .collect();
        if sentences.is_empty() {
            return None;
        }
        let node = el("p").class("usa-error-message").id(format!("{}-problem", field.code())).text(sentences.join(" "));
        Some(node.view())
    })
}

/// The parts of one field, in red while something is wrong there.
#[must_use]
pub fn group(state: FormState, fields: &'static [Field], class: &'static str, tag: &'static str) -> Node {
    el(tag).live("class", move || {
        let wrong = fields.iter().any(|field| state.is_wrong(*field));
        Some(format!("usa-form-group {class}{}", if wrong { " usa-form-group--error" } else { "" }))
    })
}
