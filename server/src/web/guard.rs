//! The guards in front of every server function, outside in: the path must be an operation's exactly,
//! the method POST, the content type a form's, the post our own, the body small, the fields known and
//! readable, the address readable, the session one that the operation accepts, and the session's own
//! token in the form. A form with a file is read in `upload.rs`, once the session is known to be one for it. What passes reaches the server function with its [`Caller`]; what comes back never
//! carries text of an error.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use app::answer::Answer;
use app::request::{BROWSER_COOKIE, Caller, DESK_COOKIE, ENTRY_COOKIE, KNOWN_COOKIE, SESSION_COOKIE};
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use backboard::refused::{Field, Problem, Refused};
use backboard::service::audit::Whose;
use backboard::service::ports::Fault;
use backboard::service::records::SessionKind;
use backboard::service::{Declined, Known, Visitor};
use http::header::{ACCEPT, ALLOW, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, REFERER};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::address::visitor_address;
use super::operations::{Operation, is_on, operation_at, operations};
use super::upload::{self, Incoming};
use super::{Web, cookies, counted, desk, fields, origin, pages};
use crate::imports::Arriving;

/// The content type of a form without a file.
const FORM: &str = "application/x-www-form-urlencoded";
/// The most bytes a form may have.
const BODY_LIMIT: usize = 32 * 1024;
/// Seconds in which a body must have arrived.
const BODY_SECONDS: u64 = 10;
/// Longer values are not kept after a refusal: they would not fit into a cookie.
const KEPT_LONGEST: usize = 500;

/// Runs an operation, or refuses it.
pub async fn operate(
    State(web): State<Arc<Web>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let wants_page = wants_page(request.headers());
    match admit(&web, peer, request, wants_page).await {
        Ok(Admitted { caller, request, file: _file }) => {
            let response = run(&web, caller.clone(), request).await;
            counted::count(&caller);
            write_down(&web, &caller).await;
            response
        }
        Err(Turned::Back(caller, problem)) => {
            let response = turned_back(&web, &caller, problem);
            counted::count(&caller);
            write_down(&web, &caller).await;
            response
        }
        Err(Turned::Away(status)) => turned_away(&web, status, wants_page),
        Err(Turned::SignIn(caller)) => {
            counted::count_refused(&caller, &[Problem::form(Refused::SessionOver)]);
            to_sign_in(&web, *caller)
        }
        Err(Turned::Change) => to_change_password(wants_page),
        Err(Turned::Forbidden(caller)) => {
            let _ = caller.refused.set(vec![Problem::form(Refused::NotAllowed)]);
            counted::count(&caller);
            write_down(&web, &caller).await;
            desk::forbidden(&web, &caller).await
        }
    }
}

/// Writes down what was refused. Where that fails, the answer stands all the same: nothing was changed.
async fn write_down(web: &Web, caller: &Caller) {
    let (Some(problems), Some(operation)) = (caller.refused.get(), operation_at(&caller.action)) else { return };
    let whose = match &caller.actor {
        Some(actor) => Whose::Staff(actor),
        None => Whose::Account(caller.session.as_ref().map(|session| session.account)),
    };
    if let Err(fault) = web.portal.refused(&caller.visitor, &operation.name, whose, problems).await {
        tracing::warn!(%fault, operation = operation.name, "a refusal was not written down");
    }
}

/// How a request that no server function saw is answered.
enum Turned {
    /// Not from our pages: no way back is offered, no Location is given.
    Away(StatusCode),
    /// A person's mistake: back to the form.
    Back(Box<Caller>, Problem),
    /// Signed out meanwhile: to the login, which says so.
    SignIn(Box<Caller>),
    /// The session may change its password and nothing else: to the page that does it.
    Change,
    /// A role of the desk that this is not for.
    Forbidden(Box<Caller>),
}

/// What passed.
struct Admitted {
    caller: Caller,
    request: Request,
    /// Removed when it goes out of scope, unless the operation has taken it on.
    file: Option<Arriving>,
}

async fn admit(web: &Web, peer: SocketAddr, request: Request, wants_page: bool) -> Result<Admitted, Turned> {
    let away = |status: StatusCode| Turned::Away(status);
    let operation = operation_at(request.uri().path()).filter(|operation| is_on(&web.portal.agency, &operation.path));
    let operation = operation.ok_or(away(StatusCode::NOT_FOUND))?;
    let (mut parts, body) = request.into_parts();
    if parts.method != Method::POST {
        return Err(away(StatusCode::METHOD_NOT_ALLOWED));
    }
    let brought = operation.file.as_deref().and_then(|field| Some((field, upload::boundary(&parts.headers)?)));
    if brought.is_none() && !is_form(&parts.headers) {
        return Err(away(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    if !origin::is_own(&parts.headers, &web.origin) {
        return Err(away(StatusCode::FORBIDDEN));
    }
    let address =
        visitor_address(&parts.headers, peer.ip(), &web.trusted).map_err(|_| away(StatusCode::BAD_REQUEST))?;
    let (read, arriving) = match brought {
        None => (fields::read(&whole(body).await.map_err(away)?, &operation.fields), None),
        Some((field, boundary)) => (Ok(Vec::new()), Some(Incoming::new(field, boundary, body, &web.imports.folder))),
    };

    let unavailable = |fault: Fault| {
        tracing::error!(%fault, "session look-up");
        away(StatusCode::SERVICE_UNAVAILABLE)
    };
    // Each kind of session counts in its own half alone.
    let token_of = |cookie: &str, counts: bool| cookies::token(&parts.headers, cookie).filter(|_| counts);
    let session_token = token_of(SESSION_COOKIE, !operation.is_the_desks());
    let desk_token = token_of(DESK_COOKIE, operation.is_the_desks());
    let session = match &session_token {
        Some(token) => web.portal.session(token).await.map_err(unavailable)?,
        None => None,
    };
    let actor = match &desk_token {
        Some(token) => web.portal.desk_session(token).await.map_err(unavailable)?.map(|at_desk| at_desk.actor),
        None => None,
    };
    let mut caller = Caller {
        portal: Arc::clone(&web.portal),
        visitor: Visitor {
            address,
            language: web.language(&parts.headers).to_owned(),
            known: cookies::cookie(&parts.headers, KNOWN_COOKIE).and_then(Known::parse),
        },
        session,
        session_token,
        actor,
        desk_token,
        entry: token_of(ENTRY_COOKIE, operation.is_the_desks()),
        browser: cookies::token(&parts.headers, BROWSER_COOKIE),
        wants_page,
        action: operation.path.clone(),
        page: page_of(operation, read.as_ref().map(Vec::as_slice).unwrap_or_default()),
        kept: Vec::new(),
        queued: Arc::clone(&web.queued),
        importing: Arc::clone(&web.imports.wake),
        upload: None,
        upload_kept: Arc::default(),
        refused: Arc::default(),
        began: Arc::default(),
    };
    let mut file = None;
    let read = match arriving {
        None => read,
        // Who must not bring a file is told so before it is read; what is refused is read to its end and thrown away,
        // because a browser that is still sending does not listen.
        Some(mut incoming) => match receive(web, &mut caller, operation, &mut incoming).await {
            Ok((fields, arrived)) => {
                file = arrived;
                Ok(fields)
            }
            Err(turned) => {
                incoming.drain().await;
                return Err(turned);
            }
        },
    };
    let fields = match read {
        Ok(fields) => fields,
        Err(fields::Wrong::Shape) => return Err(away(StatusCode::BAD_REQUEST)),
        Err(fields::Wrong::Text(problem, readable)) => {
            caller.kept = kept(&readable);
            return Err(Turned::Back(Box::new(caller), problem));
        }
    };
    caller.kept = kept(&fields);
    authorise(&caller, operation, &fields)?;
    // The library behind the server functions sends a browser that wants a page to the Referer, or to the
    // first page: it must see neither. What a browser gets is decided here.
    parts.headers.remove(REFERER);
    parts.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    parts.extensions.insert(caller.clone());
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
    Ok(Admitted { caller, request: Request::from_parts(parts, Body::from(fields::write(&fields))), file })
}

/// Reads a form with a file: whose session may bring one, whose token is right and who has not brought too many gets the
/// file put down.
async fn receive(
    web: &Web,
    caller: &mut Caller,
    operation: &Operation,
    incoming: &mut Incoming,
) -> Result<(Vec<(String, String)>, Option<Arriving>), Turned> {
    may_enter(caller, operation)?;
    let wrong = |caller: &Caller, wrong| match wrong {
        upload::Wrong::Away(status) => Turned::Away(status),
        upload::Wrong::Back(problem) => Turned::Back(Box::new(caller.clone()), problem),
    };
    let fields = incoming.fields(operation).await.map_err(|why| wrong(caller, why))?;
    authorise(caller, operation, &fields)?;
    if !incoming.has_file() {
        return Ok((fields, None));
    }
    let actor = caller.actor().cloned().map_err(|_| Turned::SignIn(Box::new(caller.clone())))?;
    if let Err(declined) = caller.portal.desk_import_admit(&actor).await {
        return Err(match declined {
            Declined::Problems(problems) => {
                let problem = problems.first().copied().unwrap_or(Problem::form(Refused::Broken));
                Turned::Back(Box::new(caller.clone()), problem)
            }
            Declined::Fault(fault) => {
                tracing::error!(%fault, "a file was not taken in");
                Turned::Away(StatusCode::SERVICE_UNAVAILABLE)
            }
        });
    }
    let kept = Arc::clone(&caller.upload_kept);
    let (upload, arriving) = incoming.file(web, kept).await.map_err(|why| wrong(caller, why))?;
    caller.upload = Some(upload);
    Ok((fields, Some(arriving)))
}

/// Whether the session is one that may bring a file at all, before a byte of the form is read.
fn may_enter(caller: &Caller, operation: &Operation) -> Result<(), Turned> {
    match &caller.actor {
        None => Err(Turned::SignIn(Box::new(caller.clone()))),
        Some(actor) if operation.role.is_some_and(|least| actor.role.is_at_least(least)) => Ok(()),
        Some(_) => Err(Turned::Forbidden(Box::new(caller.clone()))),
    }
}

/// The session's kind must be one the operation accepts, and a session must send its own token.
fn authorise(caller: &Caller, operation: &Operation, fields: &[(String, String)]) -> Result<(), Turned> {
    let sent = |field: &str| fields.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str());
    if operation.is_the_desks() {
        return authorise_at_desk(caller, operation, sent("csrf").unwrap_or_default());
    }
    let kind = caller.session.as_ref().map(|session| session.kind);
    let code = kind.map_or("anonymous", SessionKind::code);
    if !operation.sessions.iter().any(|accepted| accepted == code) {
        return Err(match kind {
            Some(SessionKind::ChangeOnly) => Turned::Change,
            Some(SessionKind::Full) => Turned::Away(StatusCode::FORBIDDEN),
            None => Turned::SignIn(Box::new(caller.clone())),
        });
    }
    // Two tabs, two people: the cookie is of the later one.
    if let (Some(mark), Some(browser)) = (sent("flow"), &caller.browser)
        && !caller.portal.is_flow_mark(browser, mark)
    {
        return Err(Turned::Back(Box::new(caller.clone()), Problem::form(Refused::FlowOther)));
    }
    let Some(session) = &caller.session else { return Ok(()) };
    let sent = sent("csrf").unwrap_or_default();
    if caller.portal.is_csrf(session, sent) {
        Ok(())
    } else {
        // A form that was open before signing in: the page brings a fresh one.
        Err(Turned::Back(Box::new(caller.clone()), Problem::form(Refused::PageOld)))
    }
}

/// The desk's half: who is there must have the role, and send the session's own token.
fn authorise_at_desk(caller: &Caller, operation: &Operation, csrf: &str) -> Result<(), Turned> {
    let takes = |kind: &str| operation.sessions.iter().any(|accepted| accepted == kind);
    match &caller.actor {
        None if takes("anonymous") => Ok(()),
        None => Err(Turned::SignIn(Box::new(caller.clone()))),
        Some(actor) if takes("desk") => {
            // A role that is not listed is none that suffices.
            if !operation.role.is_some_and(|least| actor.role.is_at_least(least)) {
                return Err(Turned::Forbidden(Box::new(caller.clone())));
            }
            if caller.portal.is_desk_csrf(actor, csrf) {
                Ok(())
            } else {
                Err(Turned::Back(Box::new(caller.clone()), Problem::form(Refused::PageOld)))
            }
        }
        Some(_) => Err(Turned::Away(StatusCode::FORBIDDEN)),
    }
}

async fn run(web: &Web, caller: Caller, request: Request) -> Response {
    let response = leptos_axum::handle_server_fns_with_context(|| {}, request).await.into_response();
    let is_ours = response.headers().get("serverfnerror").is_none()
        && response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if is_ours {
        return response;
    }
    tracing::error!(operation = caller.action, status = %response.status(), "server function failed");
    turned_back(web, &caller, Problem::form(Refused::Broken))
}

fn turned_back(web: &Web, caller: &Caller, problem: Problem) -> Response {
    let problems = vec![problem];
    let Ok((status, headers)) = caller.refusal(&problems) else {
        return turned_away(web, StatusCode::INTERNAL_SERVER_ERROR, caller.wants_page);
    };
    let mut response = (status, axum::Json(Answer::Problems(problems))).into_response();
    for (name, value) in headers {
        response.headers_mut().append(name, value);
    }
    response
}

/// The login page shows the reason as its own form's; a script shows it where it is.
fn to_sign_in(web: &Web, mut caller: Caller) -> Response {
    let name = if caller.action.starts_with("/api/desk/") { "desk.signin" } else { "signin" };
    let login = operations().iter().find(|operation| operation.name == name);
    if let Some(login) = login {
        caller.action.clone_from(&login.path);
        caller.page.clone_from(&login.page);
    }
    caller.kept.clear();
    let mut response = turned_back(web, &caller, Problem::form(Refused::SessionOver));
    if !caller.wants_page {
        *response.status_mut() = StatusCode::FORBIDDEN;
    }
    response
}

/// A form of a tab that was open before: a script loads its page anew, which leads the same way.
fn to_change_password(wants_page: bool) -> Response {
    if wants_page {
        return Redirect::to("/change-password").into_response();
    }
    let answer = Answer::Problems(vec![Problem::form(Refused::PageOld)]);
    (StatusCode::FORBIDDEN, axum::Json(answer)).into_response()
}

fn turned_away(web: &Web, status: StatusCode, wants_page: bool) -> Response {
    // What is our own fault stays empty here, for a script too: `trouble.rs` knows busy from broken.
    let mut response = if wants_page || status.is_server_error() {
        pages::dead_end(web, status)
    } else {
        (status, axum::Json(Answer::Problems(vec![Problem::form(Refused::Broken)]))).into_response()
    };
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    }
    response
}

/// Whether a browser asks that shows what comes back, and no script.
pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

/// Exactly a form, as browsers and `URLSearchParams` send it, and not compressed.
fn is_form(headers: &HeaderMap) -> bool {
    let mut kinds = headers.get_all(CONTENT_TYPE).iter();
    let (Some(kind), None) = (kinds.next(), kinds.next()) else { return false };
    let kind = kind.to_str().unwrap_or_default();
    let (kind, charset) = kind.split_once(';').unwrap_or((kind, ""));
    kind.eq_ignore_ascii_case(FORM)
        && (charset.is_empty() || charset.trim().eq_ignore_ascii_case("charset=utf-8"))
        && !headers.contains_key(CONTENT_ENCODING)
}

async fn whole(body: Body) -> Result<Bytes, StatusCode> {
    let read = axum::body::to_bytes(body, BODY_LIMIT);
    match tokio::time::timeout(Duration::from_secs(BODY_SECONDS), read).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// The page of a form: where it holds a mailed token, the page behind that link. What is no token makes the address of
/// a link that nobody knows. `{account}` and the like are filled from the field of that name, which has to be digits.
fn page_of(operation: &Operation, fields: &[(String, String)]) -> String {
    let token = fields.iter().find(|(name, _)| name == "token").map_or("", |(_, value)| value.as_str());
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    // Browsers read dots alone as the way up to another page.
    let is_token = !token.is_empty() && !token.starts_with('.') && token.len() <= 200 && token.chars().all(is_plain);
    let token = if is_token { token } else { "unknown" };
    let mut page = operation.page.replace("{token}", token);
    for (name, value) in fields.iter().filter(|(name, _)| name != "token") {
        let is_number = (1..=18).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit());
        page = page.replace(&format!("{{{name}}}"), if is_number { value } else { "0" });
    }
    // A field that was not sent names nobody.
    match page.split_once('{') {
        Some((before, _)) => format!("{before}0"),
        None => page,
    }
}

fn kept(fields: &[(String, String)]) -> Vec<(Field, String)> {
    fields
        .iter()
        .filter_map(|(name, value)| Some((Field::from_code(name)?, value)))
        .filter(|(field, value)| field.may_be_kept() && value.chars().count() <= KEPT_LONGEST)
        .map(|(field, value)| (field, value.clone()))
        .collect()
}
