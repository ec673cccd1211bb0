//! *What Would You Like to Do?*

use backboard::agency::Journey;
use leptos::prelude::*;

use crate::journey::missing::missing;
use crate::journey::security::days;
use crate::site::{say, site};
use crate::ui::contact::help_box;
use crate::ui::frame::{card, link, more, notice, notice_text};
use crate::ui::node::{el, row, text};
use crate::visit::{Page, Standing, visit};
use crate::words;

/// Days before the end at which the countdown becomes a warning: from the first reminder on.
const SOON: u32 = 14;

#[must_use]
pub fn home() -> AnyView {
    let Page::Standing(standing) = visit().page else { return missing() };
    let site = site();
    let options = site.agency().home.iter().map(|option| {
        let label = if option.href.is_empty() {
            text("span", "bb-option__label", option.label.clone())
        } else {
            el("a")
                .class("bb-option__label")
                .attr("rel", "external noreferrer")
                .attr("href", option.href.clone())
                .text(option.label.clone())
                .view()
        };
        let note = (!option.note.is_empty()).then(|| text("span", "bb-option__note", option.note.clone()));
        el("li").class("bb-option").child(label).maybe(note).view()
    });
    let options: Vec<AnyView> = options.collect();
    let listed = if options.is_empty() {
        text("p", "", say(words::HOME_NOTHING))
    } else {
        el("ul").class("bb-options").all(options).view()
    };
    let mut content = due(&standing);
    content.push(text("h2", "bb-card__second", say(words::HOME_SECTION)));
    content.push(listed);
    if site.agency().has(Journey::Security) {
        content.push(more("/security", say(words::HOME_SECURITY)));
    }
    row(vec![card(say(words::HOME_HEADING), content), help_box()])
}

/// What is to be done for the account soon: the countdown of the password, and the challenge question.
fn due(standing: &Standing) -> Vec<AnyView> {
    let line = |kind, sentence, href, label| {
        notice(kind, vec![notice_text(sentence), el("p").child(link("", href, say(label))).view()])
    };
    let password = days(standing, words::HOME_PASSWORD_DAYS, words::HOME_PASSWORD_DAY).map(|sentence| {
        let kind = if standing.days_left.is_some_and(|days| days <= SOON) { "warning" } else { "info" };
        line(kind, sentence, "/change-password", words::HOME_CHANGE)
    });
    let question = standing.question_due.then(|| {
        let (sentence, label) = match standing.question {
            Some(_) => (words::HOME_QUESTION_AGAIN, words::HOME_QUESTION_ANSWER),
            None => (words::HOME_QUESTION_DUE, words::SECURITY_QUESTION_SET),
        };
        line("info", say(sentence), "/security/question", label)
    });
    password.into_iter().chain(question).collect()
}
