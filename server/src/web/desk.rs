//! The desk's pages: who sees what at which address.
//!
//! A page that others add is a line in [`PAGES`], with the act that a role must allow, and a function in a file beside
//! this one that makes its [`Page`] of the [`Asking`].

mod acts;
mod audit;
mod entry;
mod files;
mod find;
mod import;
mod own;
mod person;
mod queues;
mod reports;
mod staff;

use app::journey::desk::find::Find;
use app::journey::desk::{self, Page, Visit, Who};
use app::request::{Caller, DESK_COOKIE, ENTRY_COOKIE, ONCE_COOKIE, REFUSED_COOKIE, SAVED_COOKIE, cookie, open};
use app::visit::RefusedForm;
use axum::response::{Html, IntoResponse, Redirect, Response};
use backboard::refused::{Problem, Refused};
use backboard::report::Report;
use backboard::service::desk::Actor;
use backboard::service::desk::session::AtDesk;
use backboard::service::ports::Fault;
use backboard::service::{Declined, Token};
use backboard::staff::Act;
use http::header::{RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};

use self::files::File;
use super::headers::Nonce;
use super::operations::operation_at;
use super::pages::Private;
use super::{Web, cookies};

/// Seconds after which a page loads itself anew that waits for something: the page says so, and how it stops.
const RELOADED: &str = "2";

/// Who may see a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// Whoever is not signed in; who is gets to the desk.
    Visitors,
    Everybody,
    /// Every member of staff.
    Staff,
    /// Those whose role allows the act.
    Those(Act),
}

/// A page of the desk. `{number}` stands for 1 to 18 digits, `{token}` for what a mailed link ends in.
#[derive(Debug)]
pub struct Listed {
    pub path: &'static str,
    pub whom: For,
}

const fn page(path: &'static str, whom: For) -> Listed {
    Listed { path, whom }
}

/// Every page there is.
pub const PAGES: &[Listed] = &[
    page("/desk", For::Staff),
    page("/desk/sign-in", For::Visitors),
    page("/desk/second", For::Visitors),
    page("/desk/forgot", For::Visitors),
    page("/desk/forgot/sent", For::Visitors),
    page("/desk/link/{token}", For::Everybody),
    page("/desk/enrol", For::Everybody),
    page("/desk/find", For::Those(Act::Search)),
    page("/desk/find/{token}", For::Those(Act::Search)),
    page("/desk/find/{token}/{token}", For::Those(Act::Search)),
    page("/desk/account/{number}", For::Those(Act::View)),
    page("/desk/account/{number}/before/{number}", For::Those(Act::View)),
    page("/desk/account/{number}/caller", For::Those(Act::CheckCaller)),
    page("/desk/account/{number}/send-link", For::Those(Act::SendLink)),
    page("/desk/account/{number}/send-temporary", For::Those(Act::SendTemporary)),
    page("/desk/account/{number}/show-temporary", For::Those(Act::ShowTemporary)),
    page("/desk/account/{number}/shown", For::Those(Act::ShowTemporary)),
    page("/desk/account/{number}/unlock", For::Those(Act::Unlock)),
    page("/desk/account/{number}/reactivate", For::Those(Act::Reactivate)),
    page("/desk/account/{number}/end-sessions", For::Those(Act::EndSessions)),
    page("/desk/account/{number}/suspend", For::Those(Act::Suspend)),
    page("/desk/account/{number}/change-email", For::Those(Act::ChangeEmail)),
    page("/desk/account/{number}/keep-email", For::Those(Act::KeepEmail)),
    page("/desk/account/{number}/approve-email", For::Those(Act::ApproveEmail)),
    page("/desk/account/{number}/clear-question", For::Those(Act::ClearQuestion)),
    page("/desk/account/{number}/mark-external", For::Those(Act::MarkExternal)),
    page("/desk/account/{number}/split", For::Those(Act::Split)),
    page("/desk/account/{number}/merge", For::Those(Act::Merge)),
    page("/desk/account/{number}/merge/{number}", For::Those(Act::Merge)),
    page("/desk/dead-mail", For::Those(Act::Queues)),
    page("/desk/dead-mail/page/{number}", For::Those(Act::Queues)),
    page("/desk/dead-mail/{number}", For::Those(Act::Queues)),
    page("/desk/frozen", For::Those(Act::Queues)),
    page("/desk/frozen/{number}", For::Those(Act::Queues)),
    page("/desk/reports", For::Those(Act::Reports)),
    page("/desk/reports/claims", For::Those(Act::Reports)),
    page("/desk/reports/claims.csv", For::Those(Act::Reports)),
    page("/desk/reports/resets", For::Those(Act::Reports)),
    page("/desk/reports/resets.csv", For::Those(Act::Reports)),
    page("/desk/reports/mails", For::Those(Act::Reports)),
    page("/desk/reports/mails.csv", For::Those(Act::Reports)),
    page("/desk/reports/expiring", For::Those(Act::Reports)),
    page("/desk/reports/expiring.csv", For::Those(Act::Reports)),
    page("/desk/reports/refused", For::Those(Act::Reports)),
    page("/desk/reports/refused.csv", For::Those(Act::Reports)),
    page("/desk/reports/temporaries", For::Those(Act::ReportLists)),
    page("/desk/reports/temporaries.csv", For::Those(Act::ReportLists)),
    page("/desk/reports/temporaries/{token}", For::Those(Act::ReportLists)),
    page("/desk/reports/imports", For::Those(Act::ReportLists)),
    page("/desk/reports/imports.csv", For::Those(Act::ReportLists)),
    page("/desk/reports/imports/before/{number}", For::Those(Act::ReportLists)),
    page("/desk/reports/import/{number}", For::Those(Act::ReportLists)),
    page("/desk/reports/import/{number}/rejects.csv", For::Those(Act::ReportLists)),
    page("/desk/audit", For::Those(Act::Audit)),
    page("/desk/audit/before/{number}", For::Those(Act::Audit)),
    page("/desk/audit/export.jsonl", For::Those(Act::ExportAudit)),
    page("/desk/audit/filter/{token}", For::Those(Act::Audit)),
    page("/desk/audit/filter/{token}/before/{number}", For::Those(Act::Audit)),
    page("/desk/audit/filter/{token}/export.jsonl", For::Those(Act::ExportAudit)),
    page("/desk/import", For::Those(Act::Import)),
    page("/desk/import/{number}", For::Those(Act::Import)),
    page("/desk/import/{number}/still", For::Those(Act::Import)),
    page("/desk/import/{number}/rejects", For::Those(Act::Import)),
    page("/desk/own", For::Staff),
    page("/desk/recovery", For::Staff),
    page("/desk/staff", For::Those(Act::ManageStaff)),
    page("/desk/staff/{number}", For::Those(Act::ManageStaff)),
];

/// What a page is made of.
pub struct Asking<'a> {
    pub web: &'a Web,
    pub headers: &'a HeaderMap,
    pub path: &'a str,
    /// Who is at the desk: always there on pages of staff.
    pub at_desk: Option<&'a AtDesk>,
    pub refused: Option<Refused>,
}

/// What is shown at an address.
pub enum Shown {
    Page(StatusCode, Page),
    Elsewhere(&'static str),
    /// Taken away, not shown.
    File(File),
}

impl From<Page> for Shown {
    fn from(page: Page) -> Self {
        let status = match page {
            Page::Missing => StatusCode::NOT_FOUND,
            Page::Dead(_) | Page::Find(Find::Over) => StatusCode::GONE,
            Page::Turned(problem) if problem.refused == Refused::TooManyTries => StatusCode::TOO_MANY_REQUESTS,
            Page::Turned(_) => StatusCode::NOT_FOUND,
            Page::Audit(ref sheet) if sheet.page.is_none() => StatusCode::GONE,
            Page::Waiting(_) => StatusCode::TOO_MANY_REQUESTS,
            Page::NotAllowed => StatusCode::FORBIDDEN,
            _ => StatusCode::OK,
        };
        Self::Page(status, page)
    }
}

impl Asking<'_> {
    /// Who is at the desk, on pages of staff.
    pub fn actor(&self) -> Result<&Actor, Declined> {
        self.at_desk.map(|at_desk| &at_desk.actor).ok_or_else(|| Refused::SessionOver.into())
    }

    /// The last part of the address.
    pub fn last(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The number at the end of the address.
    pub fn number(&self) -> i64 {
        self.last().parse().unwrap_or_default()
    }

    /// The numbers in the address.
    pub fn numbers(&self) -> impl Iterator<Item = i64> {
        self.path.split('/').filter_map(|part| part.parse().ok())
    }

    /// The browser's cookie between two steps.
    pub fn entry(&self) -> Option<Token> {
        cookies::token(self.headers, ENTRY_COOKIE)
    }
}

/// Whether an address is the desk's.
#[must_use]
pub fn is_here(path: &str) -> bool {
    path == "/desk" || path.starts_with("/desk/")
}

/// The page at an address.
#[must_use]
pub fn page_of(path: &str) -> Option<&'static Listed> {
    PAGES.iter().find(|page| matches(page.path, path))
}

fn matches(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut found) = (pattern.split('/'), path.split('/'));
    loop {
        let fits = match (wanted.next(), found.next()) {
            (None, None) => return true,
            (Some("{number}"), Some(part)) => {
                (1..=18).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
            }
            (Some("{token}"), Some(part)) => !part.is_empty(),
            (Some(one), Some(other)) => one == other,
            _ => false,
        };
        if !fits {
            return false;
        }
    }
}

/// The answer to a visit.
pub async fn show(web: &Web, path: &str, headers: &HeaderMap, nonce: &str) -> Response {
    match visit(web, path, headers).await {
        Ok((Shown::Elsewhere(path), _)) => Redirect::to(path).into_response(),
        Ok((Shown::File(file), _)) => file.into_response(),
        Ok((Shown::Page(status, page), at_desk)) => {
            let refused = cookies::cookie(headers, REFUSED_COOKIE).and_then(|value| open(&web.portal, value));
            let saved = cookies::cookie(headers, SAVED_COOKIE).and_then(operation_at);
            let saved = saved.map(|operation| operation.path.clone());
            let refused = refused.or_else(|| chosen(&page));
            let who = at_desk.map(|at_desk| who(web, &at_desk));
            let visit = Visit { path: path.to_owned(), who, refused, saved, page };
            let mut response = answer(web, status, &visit, web.language(headers), nonce);
            if let Page::Turned(Problem { wait: Some(wait), .. }) | Page::Waiting(Problem { wait: Some(wait), .. }) =
                visit.page
            {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait));
            }
            for shown_once in [REFUSED_COOKIE, SAVED_COOKIE, ONCE_COOKIE] {
                if cookies::cookie(headers, shown_once).is_some()
                    && let Ok(gone) = HeaderValue::from_str(&cookie(shown_once, "", Some(0)))
                {
                    response.headers_mut().append(SET_COOKIE, gone);
                }
            }
            response
        }
        Err(fault) => {
            tracing::error!(%fault, "page of the desk");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// What a form shows that nobody has refused: the filter of the page's own address.
fn chosen(page: &Page) -> Option<RefusedForm> {
    let Page::Audit(sheet) = page else { return None };
    Some(RefusedForm { action: desk::audit::FILTER.to_owned(), problems: Vec::new(), kept: sheet.chosen() })
}

/// A form that the role is not for: a page with the desk's frame, or the reason for a script.
pub async fn forbidden(web: &Web, caller: &Caller) -> Response {
    if !caller.wants_page {
        let answer = app::answer::Answer::Problems(vec![Problem::form(Refused::NotAllowed)]);
        return (StatusCode::FORBIDDEN, axum::Json(answer)).into_response();
    }
    let at_desk = match &caller.desk_token {
        // Without it the page says the same, to nobody by name.
        Some(token) => web.portal.desk_session(token).await.unwrap_or_default(),
        None => None,
    };
    // The answer to a form is no page of the desk's by its address, and runs no script of the desk's.
    let who = at_desk.map(|at_desk| Who { ends_in: None, ..who(web, &at_desk) });
    let visit = Visit { path: caller.page.clone(), who, page: Page::NotAllowed, ..Visit::default() };
    answer(web, StatusCode::FORBIDDEN, &visit, &caller.visitor.language, "")
}

fn answer(web: &Web, status: StatusCode, visit: &Visit, language: &str, nonce: &str) -> Response {
    let (site, files) = web.desk(language);
    let mut response = (status, Html(desk::render(visit, site, files, nonce))).into_response();
    if visit.page.reloads() {
        response.headers_mut().insert(http::header::REFRESH, HeaderValue::from_static(RELOADED));
    }
    if let Some(who) = &visit.who {
        response.extensions_mut().insert(Private);
        if who.ends_in.is_some() {
            response.extensions_mut().insert(Nonce(nonce.to_owned()));
        }
    }
    response
}

fn who(web: &Web, at_desk: &AtDesk) -> Who {
    let AtDesk { actor, name, ends_in } = at_desk;
    let csrf = web.portal.desk_csrf(actor);
    Who { name: name.clone(), role: actor.role, may_show: actor.may_show, csrf, ends_in: Some(*ends_in) }
}

async fn visit(web: &Web, path: &str, headers: &HeaderMap) -> Result<(Shown, Option<AtDesk>), Fault> {
    let at_desk = match cookies::token(headers, DESK_COOKIE) {
        Some(token) => web.portal.desk_session(&token).await?,
        None => None,
    };
    let Some(listed) = page_of(path) else { return Ok((Page::Missing.into(), at_desk)) };
    let shown = match (listed.whom, &at_desk) {
        (For::Visitors, Some(_)) => Shown::Elsewhere("/desk"),
        (For::Staff | For::Those(_), None) => Shown::Elsewhere("/desk/sign-in"),
        (For::Those(act), Some(at_desk)) if at_desk.actor.may(act).is_err() => Page::NotAllowed.into(),
        _ => {
            let refused = cookies::cookie(headers, REFUSED_COOKIE).and_then(|value| open(&web.portal, value));
            let refused = refused.and_then(|form| form.problems.first().map(|problem| problem.refused));
            let asking = Asking { web, headers, path, at_desk: at_desk.as_ref(), refused };
            match made(listed, &asking).await {
                Ok(shown) => shown,
                Err(Declined::Fault(fault)) => return Err(fault),
                Err(Declined::Problems(mut problems)) => match problems.first().map(|problem| problem.refused) {
                    Some(Refused::SessionOver) => Shown::Elsewhere("/desk/sign-in"),
                    Some(Refused::NotAllowed) => Page::NotAllowed.into(),
                    Some(Refused::TooManyTries) => Page::Waiting(problems.swap_remove(0)).into(),
                    Some(refused) if path.starts_with("/desk/link/") => Page::Dead(refused).into(),
                    _ => Page::Missing.into(),
                },
            }
        }
    };
    Ok((shown, at_desk))
}

/// One of [`PAGES`].
async fn made(listed: &Listed, asking: &Asking<'_>) -> Result<Shown, Declined> {
    Ok(match listed.path {
        "/desk" => queues::start(asking).await?.into(),
        "/desk/sign-in" => Page::SignIn.into(),
        "/desk/second" => entry::second(asking).await?,
        "/desk/forgot" => Page::Forgot.into(),
        "/desk/forgot/sent" => Page::ForgotSent.into(),
        "/desk/link/{token}" => entry::link(asking).await?.into(),
        "/desk/enrol" => entry::enrol(asking).await?,
        "/desk/find" => Page::Find(Find::Nothing).into(),
        "/desk/find/{token}" | "/desk/find/{token}/{token}" => find::found(asking).await?.into(),
        "/desk/account/{number}" | "/desk/account/{number}/before/{number}" => person::person(asking).await?.into(),
        "/desk/dead-mail" | "/desk/dead-mail/page/{number}" => queues::dead_mail(asking).await?.into(),
        "/desk/dead-mail/{number}" => queues::entry(asking).await?.into(),
        "/desk/frozen" | "/desk/frozen/{number}" => queues::frozen(asking).await?.into(),
        "/desk/reports" => Page::Reports.into(),
        "/desk/reports/temporaries.csv" => reports::unused_file(asking).await?,
        "/desk/reports/temporaries" | "/desk/reports/temporaries/{token}" => reports::unused(asking).await?.into(),
        "/desk/reports/imports.csv" => reports::imports_file(asking).await?,
        "/desk/reports/imports" | "/desk/reports/imports/before/{number}" => reports::imports(asking).await?.into(),
        "/desk/reports/import/{number}" => reports::import(asking).await?.into(),
        "/desk/reports/import/{number}/rejects.csv" => reports::rejects_file(asking).await?,
        "/desk/audit" | "/desk/audit/before/{number}" => audit::audit(asking).await?.into(),
        "/desk/audit/filter/{token}" | "/desk/audit/filter/{token}/before/{number}" => {
            audit::audit(asking).await?.into()
        }
        "/desk/audit/export.jsonl" | "/desk/audit/filter/{token}/export.jsonl" => audit::export(asking).await?,
        "/desk/import" => import::list(asking).await?.into(),
        "/desk/import/{number}" | "/desk/import/{number}/still" => import::job(asking).await?.into(),
        "/desk/import/{number}/rejects" => import::rejects(asking).await?,
        "/desk/own" => own::own(asking).await?.into(),
        "/desk/recovery" => own::recovery(asking).await?.into(),
        "/desk/staff" => staff::list(asking).await?.into(),
        "/desk/staff/{number}" => staff::member(asking).await?.into(),
        "/desk/account/{number}/caller" => acts::caller(asking).await?.into(),
        "/desk/account/{number}/shown" => acts::shown(asking).await?.into(),
        deed if deed.starts_with("/desk/account/") => match listed.whom {
            For::Those(act) => acts::deed(asking, act).await?.into(),
            _ => Page::Missing.into(),
        },
        counts if counts.starts_with("/desk/reports/") => {
            let code = counts.trim_start_matches("/desk/reports/").trim_end_matches(".csv");
            match Report::from_code(code) {
                Some(report) => reports::figures(asking, report).await?,
                None => Page::Missing.into(),
            }
        }
        _ => Page::Missing.into(),
    })
}
