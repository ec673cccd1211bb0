//! The page behind a mailed link. Opening it changes nothing, because mail scanners open links too; its
//! button exchanges the link for a flow of this browser.

use leptos::prelude::*;

use crate::journey::missing::{Dead, Missing};
use crate::site::say;
use crate::ui::contact::HelpBox;
use crate::ui::form::Form;
use crate::ui::frame::Card;
use crate::visit::{Page, visit};
use crate::words;

#[component]
pub fn Link() -> impl IntoView {
    match visit().page {
        Page::Link { token } => view! {
            <Card heading=say(words::LINK_HEADING)>
                <p class="usa-intro bb-lead">{say(words::LINK_LEAD)}</p>
                <Form action="/api/claim/start" button=say(words::LINK_BUTTON)>
                    <input type="hidden" name="token" value=token/>
                </Form>
            </Card>
            <HelpBox/>
        }
        .into_any(),
        Page::Dead { refused } => view! { <Dead refused/> }.into_any(),
        _ => view! { <Missing/> }.into_any(),
    }
}
