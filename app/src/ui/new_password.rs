//! A new password, twice, with the requirements as a checklist that follows the typing.
//!
//! The list is evaluated by the rules the server enforces. Without a script it is a plain list.

use backboard::password::{Met, Requirement};
use backboard::refused::Field;
use leptos::prelude::*;

use crate::site::{Site, say, site};
use crate::ui::field::{Kind, input, labelled, unmask};
use crate::ui::form::{FormState, field_problems, group};
use crate::ui::node::{el, live_text, text};
use crate::ui::sentence::with_policy;
use crate::words::{self, Word};

/// Both fields, under these labels, and the checklist between them.
#[must_use]
pub fn new_password(state: FormState, username: String, labels: [Word; 2]) -> AnyView {
    let [new, again] = labels;
    const KIND: Kind = Kind::secret("new-password");
    let typed = RwSignal::new(String::new());
    let first = group(state, &[Field::Password], "", "div")
        .child(labelled(Field::Password, Some(new)))
        .child(field_problems(state, Field::Password))
        .child(checklist(username, typed))
        .child(input(state, Field::Password, KIND, true))
        .child(unmask(Field::Password, words::FIELD_SHOW_PASSWORD));
    #[cfg(feature = "hydrate")]
    let first = first.on("input", move |event| {
        if let Some(value) = crate::ui::submit::typed_into(&event, Field::Password.code()) {
            typed.set(value);
        }
    });
    let second = group(state, &[Field::PasswordAgain], "", "div")
        .child(labelled(Field::PasswordAgain, Some(again)))
        .child(field_problems(state, Field::PasswordAgain))
        .child(input(state, Field::PasswordAgain, KIND, false));
    el("div").child(first.view()).child(second.view()).view()
}

fn checklist(username: String, typed: RwSignal<String>) -> AnyView {
    let site = site();
    let policy = site.agency().policy.password.clone();
    let requirements = policy.requirements();
    // Of the last one only the server can tell: nobody is told that it is missing, or to go on until it is met.
    let is_told_here = |requirement: &Requirement| *requirement != Requirement::NotCommon;
    let total = requirements.iter().filter(|requirement| is_told_here(requirement)).count();
    // What is met so far, in the order of the list.
    let met = Memo::new(move |_| {
        let typed = typed.read();
        let so_far = policy.so_far(&typed, &username);
        so_far.into_iter().map(|met| !typed.is_empty() && met == Met::Yes).collect::<Vec<bool>>()
    });
    let is_met = move |place: usize| met.with(|met| met.get(place).copied().unwrap_or_default());
    let lines = requirements.iter().enumerate().map(|(place, requirement)| {
        let said = {
            let (yes, no) = (site.say(words::PASSWORD_MET), site.say(words::PASSWORD_NOT_MET));
            live_text(move || if is_met(place) { yes.clone() } else { no.clone() })
        };
        el("li")
            .live("class", move || {
                Some(
                    if is_met(place) { "bb-checklist__line bb-checklist__line--met" } else { "bb-checklist__line" }
                        .to_owned(),
                )
            })
            .maybe(is_told_here(requirement).then(|| el("span").class("usa-sr-only").child(said).view()))
            .text(asked(&site, *requirement))
            .view()
    });
    let lines: Vec<AnyView> = lines.collect();
    // Read out politely, as a whole: five lines changing by themselves would be noise.
    let announced = live_text(move || {
        if typed.read().is_empty() {
            return String::new();
        }
        let count = met.with(|met| met.iter().filter(|met| **met).count());
        site.fill(words::PASSWORD_COUNT, &[("met", &count.to_string()), ("total", &total.to_string())])
    });
    el("div")
        .class("bb-checklist")
        .id("password-hint")
        .child(text("p", "bb-checklist__heading", say(words::PASSWORD_ASKED)))
        .child(el("ul").class("bb-checklist__list").all(lines).view())
        .child(el("p").class("usa-sr-only").attr("aria-live", "polite").child(announced).view())
        .view()
}

/// A line of the list, with the products that make it so strict: `12 to 64 characters (eICS)`.
fn asked(site: &Site, requirement: Requirement) -> String {
    let mut said = with_policy(site, line(requirement));
    let products = site.agency().policy.asked_by(requirement).join(", ");
    if !products.is_empty() {
        for part in [" (", &products, ")"] {
            said.push_str(part);
        }
    }
    said
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
