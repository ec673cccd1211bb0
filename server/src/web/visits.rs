//! What a visit brings to its page: who is signed in, what the last form was refused for, the page's own data.

use app::request::{BROWSER_COOKIE, REFUSED_COOKIE, SAVED_COOKIE, SESSION_COOKIE, open};
use app::visit::{Page, RefusedForm, SignedIn, Standing, Visit};
use app::words::Word;
use backboard::agency::Journey;
use backboard::link::{Purpose, Step};
use backboard::moment::Moment;
use backboard::refused::Refused;
use backboard::service::claim::Choosing;
use backboard::service::ports::Fault;
use backboard::service::records::{Happened, Session, SessionKind};
use backboard::service::{Declined, Token};
use http::{HeaderMap, StatusCode};

use super::operations::{is_on, operation_at};
use super::{Web, cookies, desk};

/// What is shown at an address.
pub enum Shown {
    Page(StatusCode, Box<Visit>),
    Elsewhere(&'static str),
}

/// Pages without data of their own, for everybody.
const PLAIN: [&str; 9] = [
    "/sign-in",
    "/claim",
    "/claim/sent",
    "/forgot-username",
    "/forgot-username/sent",
    "/forgot-password",
    "/forgot-password/sent",
    "/reset/done",
    "/not-me/done",
];

/// Pages of the flow that a mailed link or its code has let on.
const BEHIND_A_LINK: [&str; 3] = ["/claim/password", "/reset/challenge", "/reset/password"];

/// Pages of who is signed in.
const PRIVATE: [&str; 6] =
    ["/home", "/change-password", "/security", "/security/question", "/security/question/new", "/security/history"];

/// The page at an address as the log may name it: without the token that a link holds.
#[must_use]
pub fn route(path: &str) -> Option<&'static str> {
    if let Some(page) = desk::page_of(path) {
        return Some(page.path);
    }
    if last(path, "/link/").is_some() {
        return Some("/link/{token}");
    }
    if last(path, "/not-me/").is_some_and(|token| token != "done") {
        return Some("/not-me/{token}");
    }
    let mut known = PLAIN.iter().chain(&BEHIND_A_LINK).chain(&PRIVATE).chain(&["/", "/code"]);
    known.find(|known| **known == path).copied()
}

pub async fn visit(web: &Web, path: &str, headers: &HeaderMap) -> Result<Shown, Fault> {
    if !is_on(&web.portal.agency, path) {
        let visit = Visit { path: path.to_owned(), page: Page::Missing, ..Visit::default() };
        return Ok(Shown::Page(StatusCode::NOT_FOUND, Box::new(visit)));
    }
    let token = cookies::token(headers, SESSION_COOKIE);
    let session = match &token {
        Some(token) => web.portal.session(token).await?,
        None => None,
    };
    if let Some(elsewhere) = elsewhere(path, session.as_ref()) {
        return Ok(Shown::Elsewhere(elsewhere));
    }
    let browser = cookies::token(headers, BROWSER_COOKIE);
    let refused = cookies::cookie(headers, REFUSED_COOKIE).and_then(|value| open(&web.portal, value));
    // Behind the code the journey goes on, and so does who comes back to a page that is done.
    if matches!(path, "/code" | "/reset/challenge" | "/reset/password") {
        let stands = web.portal.stands_at(browser.as_ref()).await?;
        if let Some(page) = stands.and_then(|(purpose, step)| ahead(purpose, step)).filter(|page| *page != path) {
            return Ok(Shown::Elsewhere(page));
        }
    }
    let (status, page) = match &session {
        Some(session) if is_private(path) => (StatusCode::OK, private(web, path, session, headers).await?),
        _ if path == "/code" => (StatusCode::OK, code(web, browser.as_ref(), refused.as_ref()).await?),
        _ => public(web, path, browser.as_ref()).await?,
    };
    let saved = cookies::cookie(headers, SAVED_COOKIE).and_then(operation_at).map(|operation| operation.path.clone());
    let ends_in = session.as_ref().map(|session| web.portal.session_left(session));
    let signed_in = session.map(|session| SignedIn {
        username: session.username.as_str().to_owned(),
        csrf: web.portal.csrf(&session),
        change_only: session.kind == SessionKind::ChangeOnly,
    });
    let live = BEHIND_A_LINK.contains(&path) && !matches!(page, Page::Dead { .. });
    let flow = browser.filter(|_| live).map(|browser| web.portal.flow_mark(&browser));
    Ok(Shown::Page(status, Box::new(Visit { path: path.to_owned(), signed_in, ends_in, refused, flow, saved, page })))
}

/// Where a visit is sent that has no business at this address.
fn elsewhere(path: &str, session: Option<&Session>) -> Option<&'static str> {
    match session.map(|session| session.kind) {
        None if path == "/" || is_private(path) => Some("/sign-in"),
        // Nothing else is open to this session, and no page that looks open may lead into a wall.
        Some(SessionKind::ChangeOnly) if path != "/change-password" => Some("/change-password"),
        Some(SessionKind::Full) if matches!(path, "/" | "/sign-in") => Some("/home"),
        _ => None,
    }
}

/// Where the journey of this browser stands, when that is not this page: after a button pressed twice, Back, or a
/// code typed on a page that is still open.
const fn ahead(purpose: Purpose, step: Step) -> Option<&'static str> {
    match (purpose, step) {
        (Purpose::Claim, Step::Password) => Some("/claim/password"),
        (Purpose::Reset, Step::Challenge) => Some("/reset/challenge"),
        (Purpose::Reset, Step::Password) => Some("/reset/password"),
        (Purpose::Reset, Step::Done) => Some("/reset/done"),
        _ => None,
    }
}

fn is_private(path: &str) -> bool {
    PRIVATE.contains(&path)
}

async fn private(web: &Web, path: &str, session: &Session, headers: &HeaderMap) -> Result<Page, Fault> {
    if path == "/change-password" {
        return match web.portal.changing(session).await {
            Ok(Choosing { shared, products, .. }) => {
                Ok(Page::Change { temporary: session.temporary, shared, products })
            }
            Err(Declined::Fault(fault)) => Err(fault),
            Err(Declined::Problems(_)) => Ok(Page::Missing),
        };
    }
    if path == "/security/history" {
        let entries = web.portal.history(session).await?;
        return Ok(Page::History { entries: entries.iter().filter_map(|entry| told(web, headers, entry)).collect() });
    }
    match web.portal.standing(session).await {
        Ok(standing) => Ok(Page::Standing(Standing {
            password_set: standing.password_set.map(|set| date(web, headers, set)).unwrap_or_default(),
            days_left: standing.days_left,
            question: standing.question,
            question_due: standing.question_due,
        })),
        Err(Declined::Fault(fault)) => Err(fault),
        Err(Declined::Problems(_)) => Ok(Page::Missing),
    }
}

async fn public(web: &Web, path: &str, browser: Option<&Token>) -> Result<(StatusCode, Page), Fault> {
    if PLAIN.contains(&path) {
        return Ok((StatusCode::OK, Page::Plain));
    }
    let portal = &web.portal;
    match path {
        "/claim/password" => alive(portal.claim_choosing(browser).await.map(choosing), Some(Purpose::Claim)),
        "/reset/password" => alive(portal.reset_choosing(browser).await.map(choosing), Some(Purpose::Reset)),
        "/reset/challenge" => {
            let asked = portal.reset_question(browser).await;
            alive(asked.map(|question| Page::Challenge { question }), Some(Purpose::Reset))
        }
        path => match (last(path, "/link/"), last(path, "/not-me/")) {
            (Some(token), _) => {
                let link = portal.link(token).await;
                let purpose = if link.is_err() { portal.link_purpose(token).await? } else { None };
                alive(link.map(|link| Page::Link { token: token.to_owned(), purpose: link.purpose }), purpose)
            }
            (_, Some(token)) => {
                let page = portal.not_me(token).await.map(|not_me| Page::NotMe {
                    token: token.to_owned(),
                    username: not_me.username.as_str().to_owned(),
                    all: not_me.stops == backboard::account::Frozen::All,
                    done: not_me.done,
                });
                alive(page, None)
            }
            _ => Ok((StatusCode::NOT_FOUND, Page::Missing)),
        },
    }
}

/// The page of the typed code. One that was refused is told by the form that sent it, also where no flow is left to
/// say which journey it was.
async fn code(web: &Web, browser: Option<&Token>, refused: Option<&RefusedForm>) -> Result<Page, Fault> {
    let sent_by = refused.and_then(|refused| match refused.action.as_str() {
        "/api/claim/code" => Some(Purpose::Claim),
        "/api/reset/code" => Some(Purpose::Reset),
        _ => None,
    });
    let purpose = match sent_by {
        Some(purpose) => purpose,
        None => {
            let usual = if web.portal.agency.has(Journey::Claim) { Purpose::Claim } else { Purpose::Reset };
            web.portal.stands_at(browser).await?.map_or(usual, |(purpose, _)| purpose)
        }
    };
    Ok(Page::Code { purpose })
}

fn choosing(choosing: Choosing) -> Page {
    Page::Choosing {
        username: choosing.username.as_str().to_owned(),
        shared: choosing.shared,
        products: choosing.products,
    }
}

/// The last part of a path that begins so.
fn last<'a>(path: &'a str, start: &str) -> Option<&'a str> {
    path.strip_prefix(start).filter(|token| !token.is_empty() && !token.contains('/'))
}

/// A page that may be dead: the reason is the page, a fault is not.
fn alive(found: Result<Page, Declined>, purpose: Option<Purpose>) -> Result<(StatusCode, Page), Fault> {
    match found {
        Ok(page) => Ok((StatusCode::OK, page)),
        Err(Declined::Problems(problems)) => {
            let refused = problems.first().map_or(Refused::FlowOver, |problem| problem.refused);
            Ok((StatusCode::GONE, Page::Dead { refused, purpose }))
        }
        Err(Declined::Fault(fault)) => Err(fault),
    }
}

/// An entry of the history in words; none for what concerns the office alone.
fn told(web: &Web, headers: &HeaderMap, entry: &Happened) -> Option<(String, String)> {
    let what = web.say(headers, Word::of_key(&format!("history.of.{}", entry.action))?, &[]);
    let (hour, minute) = entry.at.time();
    let values =
        [("date", date(web, headers, entry.at)), ("hour", format!("{hour:02}")), ("minute", format!("{minute:02}"))];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Some((web.say(headers, app::words::HISTORY_TIME, &values), what))
}

/// A day in words.
fn date(web: &Web, headers: &HeaderMap, at: Moment) -> String {
    let day = at.day();
    let month = Word::of_key(&format!("history.month.{}", day.month));
    let month = month.map(|word| web.say(headers, word, &[])).unwrap_or_default();
    let values = [("month", month.as_str()), ("day", &day.day.to_string()), ("year", &day.year.to_string())];
    web.say(headers, app::words::HISTORY_DATE, &values)
}
