//! *Find a person*.

use backboard::refused::Field;
use backboard::roster::masked;
use backboard::service::desk::find::Hits;
use backboard::service::desk::seen::Found;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::parts::{full_name, pager, state_text, table};
use crate::answer::{Answer, Broken};
use crate::site::{say, site};
use crate::ui::field::{Kind, text_field};
use crate::ui::form::form;
use crate::ui::frame::{card, notice, notice_text};
use crate::ui::node::{el, text};
use crate::words;

/// What the page shows below its box.
#[derive(Clone, Debug)]
pub enum Find {
    /// Nobody has searched yet.
    Nothing,
    /// The search that the address tells of is over.
    Over,
    /// What was found, with the search as addresses name it.
    Found(Box<Hits>, String),
}

/// The box. A name in an address would stand in histories and logs, so it is posted.
#[must_use]
pub fn search_form() -> AnyView {
    form("/api/desk/search", say(words::DESK_FIND_BUTTON), |state| {
        vec![text_field(state, &[Field::Term], Kind::text("off").hint(words::DESK_FIND_HINT))]
    })
}

#[must_use]
pub fn find(find: Find) -> AnyView {
    let mut content = vec![search_form()];
    match find {
        Find::Nothing => {}
        Find::Over => content.insert(0, notice("info", vec![notice_text(say(words::DESK_PROBLEM_SEARCH_OVER))])),
        Find::Found(hits, handle) => content.extend(found(&hits, &handle)),
    }
    card(say(words::DESK_FIND_TITLE), content)
}

fn found(hits: &Hits, handle: &str) -> Vec<AnyView> {
    let site = site();
    let term = hits.term.as_str();
    let total = hits.total.to_string();
    let heading = match (hits.total, hits.is_cut) {
        (0, _) => site.fill(words::DESK_FIND_NOBODY, &[("term", term)]),
        (1, false) => site.fill(words::DESK_FIND_ONE, &[("term", term)]),
        (_, false) => site.fill(words::DESK_FIND_SOME, &[("term", term), ("count", &total)]),
        (_, true) => site.fill(words::DESK_FIND_MANY, &[("term", term), ("count", &total)]),
    };
    let mut content = vec![el("h2").id("found").class("bb-card__second").text(heading).view()];
    if hits.total == 0 {
        content.push(text("p", "", say(words::DESK_FIND_NOBODY_HINT)));
        return content;
    }
    if hits.is_cut {
        content.push(notice("info", vec![notice_text(say(words::DESK_FIND_MORE))]));
    }
    let heads = [
        words::DESK_FIND_NAME,
        words::FIELD_USERNAME,
        words::DESK_FIND_CERTIFICATE,
        words::FIELD_EMAIL,
        words::DESK_FIND_STATE,
    ];
    content.push(table(words::DESK_FIND_TITLE, &heads, hits.found.iter().map(line).collect()));
    content.extend(pager(words::DESK_FIND_PAGES, &format!("/desk/find/{handle}"), hits.page, hits.pages));
    content
}

fn line(found: &Found) -> Vec<AnyView> {
    let name = full_name(&found.first_name, &found.last_name, &found.suffix);
    let link = el("a").attr("href", format!("/desk/account/{}", found.account)).text(name);
    let mut who = vec![link.view()];
    if !found.earlier_names.is_empty() {
        let earlier = site().fill(words::DESK_FIND_EARLIER, &[("names", &found.earlier_names.join(", "))]);
        who.push(text("span", "bb-desk-small", earlier));
    }
    let plain = |text: String| text.into_any();
    let address = found.email.as_ref().map_or_else(|| say(words::DESK_FIND_NO_ADDRESS), masked);
    vec![
        crate::ui::node::row(who),
        plain(found.username.to_string()),
        plain([found.certificate.clone().unwrap_or_default(), found.level.clone()].join(" ")),
        plain(address),
        plain(state_text(found.state, found.frozen, found.shared)),
    ]
}

/// *Find*.
#[server(prefix = "/api", endpoint = "desk/search", input = PostUrl)]
pub async fn post_desk_search(#[server(default)] term: String) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let handle = caller.portal.desk_search(caller.actor()?, &term).await?;
        Ok(Done::to_sealed("/desk/find/", &handle))
    };
    caller.answer(done.await)
}
