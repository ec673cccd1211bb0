//! *What Would You Like to Do?*

use leptos::prelude::*;

use crate::journey::missing::Missing;
use crate::site::{say, site};
use crate::ui::contact::HelpBox;
use crate::ui::form::Form;
use crate::ui::frame::Card;
use crate::visit::visit;
use crate::words;

#[component]
pub fn Home() -> impl IntoView {
    let Some(signed_in) = visit().signed_in else { return view! { <Missing/> }.into_any() };
    let site = site();
    let options: Vec<_> = site
        .agency()
        .home
        .iter()
        .map(|option| {
            let label = if option.href.is_empty() {
                view! { <span class="bb-option__label">{option.label.clone()}</span> }.into_any()
            } else {
                view! { <a class="bb-option__label" rel="external noreferrer" href=option.href.clone()>{option.label.clone()}</a> }.into_any()
            };
            let note = (!option.note.is_empty()).then(|| view! { <span class="bb-option__note">{option.note.clone()}</span> });
            view! { <li class="bb-option">{label}{note}</li> }
        })
        .collect();
    let greeting = site.fill(words::HOME_SIGNED_IN_AS, &[("username", &signed_in.username)]);
    let options = if options.is_empty() {
        view! { <p>{say(words::HOME_NOTHING)}</p> }.into_any()
    } else {
        view! { <ul class="bb-options">{options}</ul> }.into_any()
    };
    view! {
        <Card heading=say(words::HOME_HEADING) wide=true>
            <p class="bb-home__who">{greeting}</p>
            <h2 class="bb-card__second">{say(words::HOME_SECTION)}</h2>
            {options}
            <Form action="/api/sign-in/out" button=say(words::HOME_SIGN_OUT)>
                <span></span>
            </Form>
        </Card>
        <HelpBox/>
    }
    .into_any()
}
