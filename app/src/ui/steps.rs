//! The step indicator of a journey.

use leptos::prelude::*;

use crate::site::{say, site};
use crate::words::{self, Word};

#[component]
pub fn Steps(names: &'static [Word], now: usize) -> impl IntoView {
    let total = names.len().to_string();
    let current = (now + 1).to_string();
    let line = site().fill(words::COMMON_STEP_OF, &[("now", &current), ("total", &total)]);
    let segments: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(place, name)| {
            let class = match place.cmp(&now) {
                std::cmp::Ordering::Less => "bb-steps__step bb-steps__step--done",
                std::cmp::Ordering::Equal => "bb-steps__step bb-steps__step--now",
                std::cmp::Ordering::Greater => "bb-steps__step",
            };
            view! { <li class=class aria-current=(place == now).then_some("step")>{say(*name)}</li> }
        })
        .collect();
    view! {
        <div class="bb-steps">
            <p class="bb-steps__line">{line}</p>
            <ol class="bb-steps__list">{segments}</ol>
        </div>
    }
}
