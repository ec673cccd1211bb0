//! Labelled fields.

use backboard::identity::DateOrder;
use backboard::refused::Field;
use leptos::prelude::*;

use crate::site::{say, site};
use crate::ui::form::{FormState, field_problems, group};
use crate::ui::node::{el, text};
use crate::ui::sentence::label;
use crate::words::{self, Word};

/// What a field is like.
#[derive(Clone, Copy)]
pub struct Kind {
    pub autocomplete: &'static str,
    pub inputmode: &'static str,
    /// Masked, and emptied after a refusal.
    pub secret: bool,
    /// In place of the field's usual label.
    pub label: Option<Word>,
    pub hint: Option<Word>,
    /// The label of a checkbox that unmasks the field.
    pub show: Option<Word>,
    /// A class for its width.
    pub width: &'static str,
}

impl Kind {
    #[must_use]
    pub const fn text(autocomplete: &'static str) -> Self {
        Self { autocomplete, inputmode: "text", secret: false, label: None, hint: None, show: None, width: "" }
    }

    #[must_use]
    pub const fn digits(autocomplete: &'static str) -> Self {
        Self { inputmode: "numeric", ..Self::text(autocomplete) }
    }

    #[must_use]
    pub const fn secret(autocomplete: &'static str) -> Self {
        Self { secret: true, ..Self::text(autocomplete) }
    }

    #[must_use]
    pub const fn label(self, label: Word) -> Self {
        Self { label: Some(label), ..self }
    }

    #[must_use]
    pub const fn hint(self, hint: Word) -> Self {
        Self { hint: Some(hint), ..self }
    }

    #[must_use]
    pub const fn show(self, show: Word) -> Self {
        Self { show: Some(show), ..self }
    }

    #[must_use]
    pub const fn width(self, width: &'static str) -> Self {
        Self { width, ..self }
    }
}

/// One line of text with its label, hint and problems.
#[must_use]
pub fn text_field(state: FormState, fields: &'static [Field; 1], kind: Kind) -> AnyView {
    let [field] = *fields;
    let name = field.code();
    group(state, fields, "", "div")
        .child(labelled(field, kind.label))
        .maybe(kind.hint.map(|hint| el("p").class("usa-hint").id(format!("{name}-hint")).text(say(hint)).view()))
        .child(field_problems(state, field))
        .child(input(state, field, kind, kind.hint.is_some()))
        .maybe(kind.show.map(|show| unmask(field, show)))
        .view()
}

/// The label of a field: its usual one, or another.
#[must_use]
pub fn labelled(field: Field, own: Option<Word>) -> AnyView {
    let label = own.or(label(field)).map(say).unwrap_or_default();
    el("label").class("usa-label").attr("for", field.code()).text(label).view()
}

/// The bare input of a field.
#[must_use]
pub fn input(state: FormState, field: Field, kind: Kind, has_hint: bool) -> AnyView {
    let name = field.code();
    let kept = if kind.secret { String::new() } else { state.kept(field) };
    let node = el("input")
        .live("class", move || {
            let wrong = if state.is_wrong(field) { " usa-input--error" } else { "" };
            Some(format!("usa-input {}{wrong}", kind.width))
        })
        .id(name)
        .attr("name", name)
        .attr("type", if kind.secret { "password" } else { "text" })
        .attr("autocomplete", kind.autocomplete)
        .attr("inputmode", kind.inputmode)
        .attr("autocapitalize", "none")
        .attr("spellcheck", "false")
        .flag("data-secret", kind.secret)
        .live("aria-invalid", move || state.is_wrong(field).then(|| "true".to_owned()))
        .live("aria-describedby", move || match (has_hint, state.is_wrong(field)) {
            (false, false) => None,
            (true, false) => Some(format!("{name}-hint")),
            (false, true) => Some(format!("{name}-problem")),
            (true, true) => Some(format!("{name}-hint {name}-problem")),
        });
    if kept.is_empty() { node } else { node.attr("value", kept) }.view()
}

/// *Show SSN*, *Show password*: needs a script, and is out of sight without one.
#[must_use]
pub fn unmask(field: Field, show: Word) -> AnyView {
    let id = format!("{}-show", field.code());
    let toggle =
        el("input").class("usa-checkbox__input").id(id.clone()).attr("type", "checkbox").attr("autocomplete", "off");
    #[cfg(feature = "hydrate")]
    let toggle = toggle.on("change", move |event| crate::ui::submit::unmask(&event, field.code()));
    el("div")
        .class("usa-checkbox bb-show bb-needs-script")
        .child(toggle.view())
        .child(el("label").class("usa-checkbox__label").attr("for", id).text(say(show)).view())
        .view()
}

/// Date of birth: three fields in the agency's order. A whole date pasted into one fills all three. It is `own` where who
/// types it was born then, and a browser may know it; a caller's is nothing for a browser to fill in.
#[must_use]
pub fn birth_fields(state: FormState, own: bool) -> AnyView {
    const MONTH_FIRST: &[Field] = &[Field::BirthMonth, Field::BirthDay, Field::BirthYear];
    const DAY_FIRST: &[Field] = &[Field::BirthDay, Field::BirthMonth, Field::BirthYear];
    let order = site().agency().date_order;
    let (fields, hint) = match order {
        DateOrder::MonthDayYear => (MONTH_FIRST, words::CLAIM_BIRTH_HINT),
        DateOrder::DayMonthYear => (DAY_FIRST, words::CLAIM_BIRTH_HINT_DAY_FIRST),
    };
    let parts = fields.iter().map(|field| {
        let (autocomplete, width) = match field {
            Field::BirthYear => ("bday-year", "bb-date__year"),
            Field::BirthDay => ("bday-day", "bb-date__two"),
            _ => ("bday-month", "bb-date__two"),
        };
        let kind = Kind::digits(if own { autocomplete } else { "off" }).width(width);
        el("div")
            .class("usa-form-group bb-date__part")
            .child(labelled(*field, None))
            .child(input(state, *field, kind, false))
            .view()
    });
    let date = el("div").class("bb-date").all(parts);
    #[cfg(feature = "hydrate")]
    let date = date.on("paste", move |event| crate::ui::submit::spread_pasted_date(&event, order));
    group(state, fields, "usa-fieldset", "fieldset")
        .attr("aria-describedby", "birth-hint")
        .child(text("legend", "usa-legend", say(words::FIELD_BIRTH)))
        .child(el("p").class("usa-hint").id("birth-hint").text(say(hint)).view())
        .all(fields.iter().map(|field| field_problems(state, *field)))
        .child(date.view())
        .view()
}
