//! The step indicator of a journey.

use leptos::prelude::*;

use crate::site::{say, site};
use crate::ui::node::{el, text};
use crate::words::{self, Word};

/// The steps by name; `now` counts from 0.
#[must_use]
pub fn steps(names: &'static [Word], now: usize) -> AnyView {
    let total = names.len().to_string();
    let current = (now + 1).to_string();
    let line = site().fill(words::COMMON_STEP_OF, &[("now", &current), ("total", &total)]);
    let segments = names.iter().enumerate().map(|(place, name)| {
        let class = match place.cmp(&now) {
            std::cmp::Ordering::Less => "bb-steps__step bb-steps__step--done",
            std::cmp::Ordering::Equal => "bb-steps__step bb-steps__step--now",
            std::cmp::Ordering::Greater => "bb-steps__step",
        };
        let segment = el("li").class(class).text(say(*name));
        if place == now { segment.attr("aria-current", "step") } else { segment }.view()
    });
    el("div")
        .class("bb-steps")
        .child(text("p", "bb-steps__line", line))
        .child(el("ol").class("bb-steps__list").all(segments).view())
        .view()
}
