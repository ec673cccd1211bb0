//! Header, main part and footer of every page.

use leptos::prelude::*;

use crate::site::{say, site};
use crate::ui::contact::ContactLine;
use crate::words;

#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let site = site();
    let agency = site.agency();
    view! {
        <a class="usa-skipnav" href="#main">{say(words::COMMON_SKIP)}</a>
        <header class="bb-header">
            <div class="bb-header__inner">
                <a class="bb-header__name" href="/" rel="external">
                    <span class="bb-header__mark" aria-hidden="true"></span>
                    <span>
                        <span class="bb-header__system">{agency.system.clone()}</span>
                        <span class="bb-header__agency">{agency.name.clone()}</span>
                    </span>
                </a>
            </div>
        </header>
        <main id="main" class="bb-main" tabindex="-1">
            {children()}
        </main>
        <footer class="bb-footer">
            <div class="bb-footer__inner">
                <p class="bb-footer__name">{agency.name.clone()}</p>
                <ContactLine/>
            </div>
        </footer>
    }
}

/// The card that a page's content stands in, with its heading.
#[component]
pub fn Card(#[prop(into)] heading: String, #[prop(optional)] wide: bool, children: Children) -> impl IntoView {
    view! {
        <section class=if wide { "bb-card bb-card--wide" } else { "bb-card" }>
            <h1 id="heading" class="bb-card__heading" tabindex="-1">{heading}</h1>
            {children()}
        </section>
    }
}
