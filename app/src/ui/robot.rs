//! *I'm not a robot*: a checkbox that, with a script, has the browser solve a proof of work in a worker.
//!
//! Without a script the box alone is posted; the server takes that within a small budget.

use backboard::refused::Field;
use leptos::prelude::*;

use crate::site::{Widget, say, site};
use crate::ui::form::{FormState, Solving, field_problems, group};
use crate::ui::node::{el, live_text, row};
use crate::words;

#[must_use]
pub fn robot(state: FormState) -> AnyView {
    let inner = match site().widget() {
        Some(widget) => hosted(widget),
        None => proof_of_work(state),
    };
    group(state, &[Field::Robot], "bb-robot", "div").child(field_problems(state, Field::Robot)).child(inner).view()
}

/// The provider's own widget. Its script puts the answer into a field of its own name.
fn hosted(widget: &Widget) -> AnyView {
    row(vec![
        el("div").attr("class", widget.class.clone()).attr("data-sitekey", widget.site_key.clone()).view(),
        el("input").attr("type", "hidden").attr("name", "robot").attr("value", "on").view(),
    ])
}

fn proof_of_work(state: FormState) -> AnyView {
    let site = site();
    let wrong = move || state.is_wrong(Field::Robot);
    let box_ = el("input")
        .class("usa-checkbox__input")
        .id("robot")
        .attr("name", "robot")
        .attr("type", "checkbox")
        .attr("value", "on")
        .attr("autocomplete", "off")
        .live("aria-invalid", move || wrong().then(|| "true".to_owned()))
        .live("aria-describedby", move || wrong().then(|| "robot-problem".to_owned()));
    #[cfg(feature = "hydrate")]
    let box_ = {
        let assets = site.assets().clone();
        let early = assets.clone();
        Effect::new(move || {
            if crate::takeover::Taken::is_so() {
                crate::ui::proof::begin_if_checked(state, &early);
            }
        });
        box_.on("change", move |event| crate::ui::proof::checked(&event, state, &assets))
    };
    let label = el("label").class("usa-checkbox__label").attr("for", "robot").text(say(words::FIELD_ROBOT));
    let bar = el("progress")
        .class("bb-robot__bar")
        .attr("max", "100")
        .live("hidden", move || (state.solving.get() != Solving::Working).then(String::new))
        .live("value", move || Some(state.share.get().to_string()))
        .attr("aria-label", say(words::ROBOT_WORKING));
    let said = live_text(move || match state.solving.get() {
        Solving::Idle => String::new(),
        Solving::Working => site.say(words::ROBOT_WORKING),
        Solving::Done => site.say(words::ROBOT_DONE),
        Solving::Failed => site.say(words::ROBOT_FAILED),
    });
    let said = el("p").class("bb-robot__said").attr("role", "status").child(said);
    el("div")
        .live("class", move || {
            let done = if state.solving.get() == Solving::Done { " bb-robot__panel--done" } else { "" };
            Some(format!("bb-robot__panel{done}"))
        })
        .child(el("div").class("usa-checkbox bb-robot__box").child(box_.view()).child(label.view()).view())
        .child(el("input").attr("type", "hidden").attr("name", "captcha").id("captcha").attr("value", "").view())
        .child(el("div").class("bb-robot__state").child(bar.view()).child(said.view()).view())
        .view()
}
