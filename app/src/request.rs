//! The request behind a server function: the only file that touches context, headers, cookies and
//! redirects.
//!
//! The guards in front have already read the cookies, found the session and parsed the fields; they
//! leave a [`Caller`] in the request. A browser without a script is answered with 303 and, when refused,
//! with a sealed cookie that holds the problems and what may be kept; a script with JSON.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use backboard::refused::{Field, Problem, Problems, Refused};
use backboard::service::desk::Actor;
use backboard::service::desk::import::Upload;
use backboard::service::desk::once::ONCE_SECONDS;
use backboard::service::known::KEPT;
use backboard::service::ports::Fault;
use backboard::service::records::{Session, SessionKind};
use backboard::service::{Declined, Known, Portal, Token, Visitor};
use http::header::{CACHE_CONTROL, LOCATION, RETRY_AFTER, SET_COOKIE};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use crate::answer::{Answer, Broken};
use crate::visit::RefusedForm;

/// The cookie of the language that somebody chose.
pub const LANGUAGE_COOKIE: &str = "__Host-language";
/// The cookie of the session.
pub const SESSION_COOKIE: &str = "__Host-session";
/// The cookie of the flow.
pub const BROWSER_COOKIE: &str = "__Host-flow";
/// The cookie of a browser that has signed in before.
pub const KNOWN_COOKIE: &str = "__Host-known";
/// The cookie of a refused form.
pub const REFUSED_COOKIE: &str = "__Host-refused";

/// The cookie that names the operation which has just done what its form asked.
pub const SAVED_COOKIE: &str = "__Host-saved";

/// The cookie of a session at the desk.
pub const DESK_COOKIE: &str = "__Host-desk";
/// The cookie of a browser between the two steps of the desk's sign-in.
pub const ENTRY_COOKIE: &str = "__Host-desk-entry";
/// The cookie of what the desk's next page shows once.
pub const ONCE_COOKIE: &str = "__Host-desk-once";

/// Browsers drop cookies of more than 4,096 bytes, name and attributes included.
const COOKIE_LONGEST: usize = 3_800;

/// Who calls, and what the guards found out.
#[derive(Clone)]
pub struct Caller {
    pub portal: Arc<Portal>,
    pub visitor: Visitor,
    pub session: Option<Session>,
    pub session_token: Option<Token>,
    /// Who is at the desk, for the desk's operations alone: a personnel session is nothing there, nor this elsewhere.
    pub actor: Option<Actor>,
    pub desk_token: Option<Token>,
    /// Between the two steps of the desk's sign-in.
    pub entry: Option<Token>,
    pub browser: Option<Token>,
    /// A browser posted the form itself and wants a page back.
    pub wants_page: bool,
    /// The operation's own path.
    pub action: String,
    /// The page to go back to: fixed, never the Referer.
    pub page: String,
    pub kept: Vec<(Field, String)>,
    /// Wakes the worker.
    pub queued: Arc<tokio::sync::Notify>,
    /// Wakes the worker of imports.
    pub importing: Arc<tokio::sync::Notify>,
    /// The file of the form, put down by the guards.
    pub upload: Option<Upload>,
    /// Set when somebody has taken the file on: else the guards remove it.
    pub upload_kept: Arc<OnceLock<()>>,
    /// What the operation was refused for, so that it can be written down.
    pub refused: Arc<OnceLock<Problems>>,
    /// The kind of session that the operation began, so that it can be counted.
    pub began: Arc<OnceLock<SessionKind>>,
}

/// The caller of this server function.
///
/// # Errors
/// When it was reached around the guards.
pub fn caller() -> Result<Caller, Broken> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<Caller>().cloned()).ok_or(Broken)
}

/// A use case that went well: the next page, and the cookies that change.
pub struct Done {
    to: Cow<'static, str>,
    cookies: Vec<String>,
    saved: bool,
}

impl Done {
    /// A fixed path of this site; nothing a visitor sent ever becomes one.
    #[must_use]
    pub const fn to(to: &'static str) -> Self {
        Self { to: Cow::Borrowed(to), cookies: Vec::new(), saved: false }
    }

    /// A fixed path with a number behind it, as of an account: `/desk/account/42`.
    #[must_use]
    pub fn to_number(before: &'static str, number: i64) -> Self {
        Self { to: Cow::Owned(format!("{before}{number}")), ..Self::to("") }
    }

    /// A fixed path on both sides of a number, as of an act to an account: `/desk/account/42/suspend`.
    #[must_use]
    pub fn to_within(before: &'static str, number: i64, after: &'static str) -> Self {
        Self { to: Cow::Owned(format!("{before}{number}/{after}")), ..Self::to("") }
    }

    /// The same with another number behind, as of what is done to two accounts.
    #[must_use]
    pub fn to_pair(before: &'static str, number: i64, between: &'static str, other: i64) -> Self {
        Self { to: Cow::Owned(format!("{before}{number}{between}{other}")), ..Self::to("") }
    }

    /// A fixed path with something sealed here behind it, in base64url.
    #[must_use]
    pub fn to_sealed(before: &'static str, sealed: &str) -> Self {
        Self { to: Cow::Owned(format!("{before}{sealed}")), ..Self::to("") }
    }

    #[must_use]
    pub fn with_desk(self, token: &Token) -> Self {
        self.set(DESK_COOKIE, token.as_str())
    }

    #[must_use]
    pub fn without_desk(self) -> Self {
        self.clear(DESK_COOKIE)
    }

    #[must_use]
    pub fn with_entry(self, token: &Token) -> Self {
        self.set(ENTRY_COOKIE, token.as_str())
    }

    #[must_use]
    pub fn without_entry(self) -> Self {
        self.clear(ENTRY_COOKIE)
    }

    /// What the next page shows once, as it was sealed.
    #[must_use]
    pub fn with_once(mut self, sealed: &[u8]) -> Self {
        self.cookies.push(cookie(ONCE_COOKIE, &hex(sealed), Some(ONCE_SECONDS)));
        self
    }

    #[must_use]
    pub fn with_browser(self, token: &Token) -> Self {
        self.set(BROWSER_COOKIE, token.as_str())
    }

    #[must_use]
    pub fn without_browser(self) -> Self {
        self.clear(BROWSER_COOKIE)
    }

    #[must_use]
    pub fn with_session(self, token: &Token) -> Self {
        self.set(SESSION_COOKIE, token.as_str())
    }

    #[must_use]
    pub fn with_known(mut self, known: &Known) -> Self {
        self.cookies.push(cookie(KNOWN_COOKIE, known.as_str(), u32::try_from(KEPT).ok()));
        self
    }

    #[must_use]
    pub fn without_session(self) -> Self {
        self.clear(SESSION_COOKIE)
    }

    /// The next page says that it is done.
    #[must_use]
    pub fn saved(self) -> Self {
        Self { saved: true, ..self }
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.cookies.push(cookie(name, value, None));
        self
    }

    fn clear(mut self, name: &str) -> Self {
        self.cookies.push(cookie(name, "", Some(0)));
        self
    }
}

/// A `Set-Cookie` value. Also when it removes: a browser ignores a removal that lacks `Secure`.
#[must_use]
pub fn cookie(name: &str, value: &str, max_age: Option<u32>) -> String {
    let age = max_age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}")
}

impl Caller {
    /// The session that the guards have found, for operations that need one.
    ///
    /// # Errors
    /// [`Refused::SessionOver`].
    pub fn session(&self) -> Result<&Session, Declined> {
        self.session.as_ref().ok_or_else(|| Refused::SessionOver.into())
    }

    /// Who is at the desk, for the desk's operations.
    ///
    /// # Errors
    /// [`Refused::SessionOver`].
    pub fn actor(&self) -> Result<&Actor, Declined> {
        self.actor.as_ref().ok_or_else(|| Refused::SessionOver.into())
    }

    /// Answers a use case.
    ///
    /// # Errors
    /// When the answer cannot be made.
    pub fn answer(&self, result: Result<Done, Declined>) -> Result<Answer, Broken> {
        let response = use_context::<ResponseOptions>().ok_or(Broken)?;
        response.insert_header(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match result {
            Ok(done) => {
                self.queued.notify_one();
                for cookie in &done.cookies {
                    response.append_header(SET_COOKIE, HeaderValue::from_str(cookie).map_err(|_| Broken)?);
                }
                if done.saved {
                    let cookie = cookie(SAVED_COOKIE, &self.action, Some(120));
                    response.append_header(SET_COOKIE, HeaderValue::from_str(&cookie).map_err(|_| Broken)?);
                }
                if self.wants_page {
                    response.set_status(StatusCode::SEE_OTHER);
                    response.insert_header(LOCATION, HeaderValue::from_str(&done.to).map_err(|_| Broken)?);
                }
                Ok(Answer::Go(done.to.into_owned()))
            }
            Err(declined) => self.refuse(problems(declined), &response),
        }
    }

    /// Answers data for a script.
    ///
    /// # Errors
    /// When the answer cannot be made.
    pub fn answer_text(&self, result: Result<String, Declined>) -> Result<Answer, Broken> {
        let response = use_context::<ResponseOptions>().ok_or(Broken)?;
        response.insert_header(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match result {
            Ok(text) => Ok(Answer::Text(text)),
            Err(declined) => self.refuse(problems(declined), &response),
        }
    }

    fn refuse(&self, problems: Problems, response: &ResponseOptions) -> Result<Answer, Broken> {
        let (status, headers) = self.refusal(&problems)?;
        response.set_status(status);
        for (name, value) in headers {
            response.append_header(name, value);
        }
        Ok(Answer::Problems(problems))
    }

    /// Status and headers of a refusal: 303 back to the form's page for a browser, else the status that
    /// fits the reason.
    ///
    /// # Errors
    /// When a header cannot be made.
    pub fn refusal(&self, problems: &Problems) -> Result<(StatusCode, Vec<(http::HeaderName, HeaderValue)>), Broken> {
        let _ = self.refused.set(problems.clone());
        let mut headers = Vec::new();
        let wait = problems.iter().find_map(|problem| problem.wait);
        if let Some(wait) = wait {
            headers.push((RETRY_AFTER, HeaderValue::from(wait)));
        }
        if !self.wants_page {
            let busy = problems.iter().any(|problem| problem.refused == Refused::Busy);
            let broken = problems.iter().any(|problem| problem.refused == Refused::Broken);
            let status = match (wait, busy, broken) {
                (Some(_), ..) => StatusCode::TOO_MANY_REQUESTS,
                (_, true, _) => StatusCode::SERVICE_UNAVAILABLE,
                (_, _, true) => StatusCode::INTERNAL_SERVER_ERROR,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            return Ok((status, headers));
        }
        let mut refused =
            RefusedForm { action: self.action.clone(), problems: problems.clone(), kept: self.kept_beside(problems) };
        let mut value = seal(&self.portal, &refused);
        if value.len() > COOKIE_LONGEST {
            refused.kept.clear();
            value = seal(&self.portal, &refused);
        }
        let cookie = cookie(REFUSED_COOKIE, &value, Some(120));
        headers.push((SET_COOKIE, HeaderValue::from_str(&cookie).map_err(|_| Broken)?));
        headers.push((LOCATION, HeaderValue::from_str(&format!("{}#problems", self.page)).map_err(|_| Broken)?));
        Ok((StatusCode::SEE_OTHER, headers))
    }
}

impl Caller {
    /// What may be shown again, but for what was taken for an SSN.
    fn kept_beside(&self, problems: &[Problem]) -> Vec<(Field, String)> {
        let is_ssn = |field: Field| {
            [Refused::TermSsn, Refused::ReasonSsn]
                .iter()
                .any(|refused| problems.contains(&Problem::at(field, *refused)))
        };
        self.kept.iter().filter(|(field, _)| !is_ssn(*field)).cloned().collect()
    }
}

/// The problems of a refusal; a fault is logged here, once, and becomes one generic code.
fn problems(declined: Declined) -> Problems {
    match declined {
        Declined::Problems(problems) => problems,
        Declined::Fault(Fault::Busy(why)) => {
            tracing::warn!(why, "busy");
            vec![Problem::form(Refused::Busy)]
        }
        Declined::Fault(Fault::Other(why)) => {
            tracing::error!(why, "fault");
            vec![Problem::form(Refused::Broken)]
        }
    }
}

/// The cookie's value: sealed, because what was typed is nobody else's, and so that nobody can forge it.
fn seal(portal: &Portal, refused: &RefusedForm) -> String {
    hex(&portal.vault.seal("refused", b"", &serde_json::to_vec(refused).unwrap_or_default()))
}

/// Reads the cookie of a refused form.
#[must_use]
pub fn open(portal: &Portal, value: &str) -> Option<RefusedForm> {
    serde_json::from_slice(&portal.vault.open("refused", b"", &bytes(value)?)?).ok()
}

/// Bytes as a cookie can hold them.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The bytes of such a cookie.
#[must_use]
pub fn bytes(hex: &str) -> Option<Vec<u8>> {
    hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
