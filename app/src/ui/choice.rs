//! One of several.

use backboard::refused::Field;
use leptos::prelude::*;

use crate::ui::field::labelled;
use crate::ui::form::{FormState, field_problems, group};
use crate::ui::node::el;

/// A list to choose from, each code with its label. What was chosen before a refusal is chosen again.
#[must_use]
pub fn choice<C: Into<String>>(
    state: FormState,
    fields: &'static [Field; 1],
    none: String,
    choices: Vec<(C, String)>,
) -> AnyView {
    let [field] = *fields;
    let kept = state.kept(field);
    let option = |code: String, label: String, chosen: bool| {
        el("option").attr("value", code).flag("selected", chosen).text(label).view()
    };
    let all = choices.into_iter().map(|(code, label)| {
        let code: String = code.into();
        let chosen = kept == code;
        option(code, label, chosen)
    });
    let list = el("select")
        .class("usa-input bb-select")
        .id(field.code())
        .attr("name", field.code())
        .attr("autocomplete", "off")
        .live("aria-invalid", move || state.is_wrong(field).then(|| "true".to_owned()))
        .live("aria-describedby", move || state.is_wrong(field).then(|| format!("{}-problem", field.code())))
        .child(option(String::new(), none, kept.is_empty()))
        .all(all);
    group(state, fields, "", "div")
        .child(labelled(field, None))
        .child(field_problems(state, field))
        .child(list.view())
        .view()
}
