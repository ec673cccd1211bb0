//! The document around a page.

use backboard::agency::Agency;
use leptos::prelude::*;

use crate::journey::missing::dead_heading;
use crate::routes::{pages, title};
use crate::site::Site;
use crate::ui::frame::frame;
use crate::visit::{Page, Unshown, Visit};
use crate::words::{self, Word};

/// Addresses of the document's own files.
#[derive(Clone, Debug, Default)]
pub struct Files {
    pub style: String,
    pub script: String,
    pub wasm: String,
    /// The site's words and agency in this language, as JSON.
    pub site: String,
    pub icon: String,
    /// The office's own colours and logo, where it has some.
    pub look: Option<String>,
    /// What says that a session is about to end.
    pub stay: String,
    /// What a phone needs to put the portal on its home screen, and the picture for those that look for one by themselves.
    pub manifest: String,
    pub touch_icon: String,
    /// The colour around the page.
    pub theme: String,
}

/// The whole HTML of a page. `nonce` is the one of the response's Content-Security-Policy.
#[must_use]
pub fn render(visit: &Visit, site: &Site, files: &Files, nonce: &str) -> String {
    // `<` cannot end the script element early once it is written as an escape.
    let data = serde_json::to_string(visit).unwrap_or_default().replace('<', "\\u003c");
    let Files { script, wasm, site: words, .. } = files;
    let widget = site
        .widget()
        .map(|widget| format!(r#"<script nonce="{nonce}" src="{}" async defer></script>"#, escape(&widget.script)))
        .unwrap_or_default();
    // Asked for with the page, and not after its style and script: the form wakes a round trip sooner on a slow network. Low,
    // so that what the page is drawn with comes first.
    let hints = format!(
        r#"<link rel="modulepreload" href="{script}" fetchpriority="low">
<link rel="preload" href="{wasm}" as="fetch" type="application/wasm" crossorigin fetchpriority="low">
<link rel="preload" href="{words}" as="fetch" type="application/json" crossorigin fetchpriority="low">
"#
    );
    let stay = visit.signed_in.as_ref().zip(visit.ends_in).map(|(signed_in, seconds)| {
        Stay { action: "/api/sign-in/stay", csrf: &signed_in.csrf, seconds }.html(site, files, nonce)
    });
    let stay = stay.unwrap_or_default();
    let scripts = format!(
        r#"{stay}<script type="application/json" id="visit">{data}</script>
<script type="module" nonce="{nonce}">
import start, {{ read, step }} from "{script}";
const words = fetch("{words}").then((answer) => answer.text());
const visit = document.getElementById("visit").textContent;
const go = () => setTimeout(() => step() && go());
Promise.all([words, start({{ module_or_path: "{wasm}" }})]).then(([words]) => {{ read(words, visit); go(); }}, console.warn);
</script>
"#
    );
    // A page that leads no further says so before anything else.
    let title = match visit.page {
        Page::Dead { refused, .. } => dead_heading(refused),
        _ => title(&visit.path),
    };
    document(visit, site, files, title, &(hints + &widget), &scripts)
}

/// The notice that the session is about to end, with *Stay signed in*, and the script that shows it in time (WCAG 2.2, 2.2.1).
/// It stands beside the page and not in it: it is there before the wasm is, and without it.
pub struct Stay<'a> {
    /// Where *Stay signed in* posts to.
    pub action: &'static str,
    pub csrf: &'a str,
    /// Until the session is over, if nothing happens.
    pub seconds: i64,
}

impl Stay<'_> {
    pub(crate) fn html(&self, site: &Site, files: &Files, nonce: &str) -> String {
        let Self { action, csrf, seconds } = self;
        let word = |word| escape(&site.say(word));
        format!(
            r#"<dialog id="stay" class="bb-stay" aria-labelledby="stay-heading" aria-describedby="stay-text" data-seconds="{seconds}">
<h2 id="stay-heading" class="bb-stay__heading">{}</h2>
<p id="stay-text">{}</p>
<p id="stay-trouble" class="usa-error-message" role="alert" data-text="{}"></p>
<form class="bb-form" method="post" action="{action}"><input type="hidden" name="csrf" value="{}"><button class="usa-button" type="submit">{}</button></form>
</dialog>
<script type="module" nonce="{nonce}" src="{}"></script>
"#,
            word(words::COMMON_STAY_HEADING),
            word(words::COMMON_STAY_TEXT),
            word(words::COMMON_OFFLINE),
            escape(csrf),
            word(words::COMMON_STAY_BUTTON),
            files.stay,
        )
    }
}

/// The HTML of a dead end: of no address, so that the browser's share could not find it again, and without any script,
/// so that it works where the rest may not.
#[must_use]
pub fn render_alone(page: Page, site: &Site, files: &Files) -> String {
    let title =
        if matches!(page, Page::Broken { .. }) { words::COMMON_BROKEN_HEADING } else { words::COMMON_MISSING_TITLE };
    let visit = Visit { path: "/missing".to_owned(), page, ..Visit::default() };
    document(&visit, site, files, title, "", "")
}

fn document(visit: &Visit, site: &Site, files: &Files, title: Word, first: &str, scripts: &str) -> String {
    let owner = Owner::new();
    let body = owner.with(|| {
        provide_context(site.clone());
        provide_context(Unshown::of(visit));
        provide_context(visit.clone());
        frame(pages(RwSignal::new(visit.path.clone()))).to_html()
    });
    drop(owner);
    let Files { manifest, touch_icon, .. } = files;
    let description = escape(&site.fill(words::COMMON_DESCRIPTION, &[("system", &site.agency().system)]));
    let head = format!(
        "<meta name=\"description\" content=\"{description}\">\n<link rel=\"manifest\" href=\"{manifest}\">\n<link rel=\"apple-touch-icon\" href=\"{touch_icon}\">\n{first}"
    );
    whole(site, files, title, &head, &format!("{body}{scripts}"))
}

/// A page that the server alone renders: without any script.
#[must_use]
pub fn bare(site: &Site, files: &Files, title: Word, body: &str) -> String {
    whole(site, files, title, "", body)
}

/// `head` is what else stands there. The desk has nothing else: it is no place for a phone's home screen.
fn whole(site: &Site, files: &Files, title: Word, head: &str, body: &str) -> String {
    let Agency { system, .. } = site.agency();
    let title = site.fill(words::COMMON_PAGE_TITLE, &[("page", &site.say(title)), ("system", system)]);
    let Files { style, icon, theme, .. } = files;
    let look = files.look.iter().map(|look| format!("<link rel=\"stylesheet\" href=\"{look}\">\n")).collect::<String>();
    let language = site.language();
    let title = escape(&title);
    format!(
        r##"<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="{theme}">
<meta name="format-detection" content="telephone=no">
<title>{title}</title>
<link rel="stylesheet" href="{style}">
{look}<link rel="icon" href="{icon}" type="image/svg+xml">
{head}</head>
<body>{body}</body>
</html>
"##
    )
}

/// Text inside HTML text or a quoted attribute.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
