//! Sessions: rows, known by the digest of their token.
//!
//! A session ends after 30 idle minutes and after 8 hours in all (OWASP ASVS 5.0 section 7.3; activity
//! cannot carry it past the absolute end). Its id is new at every sign-in; setting a password ends all
//! others of the account.

use super::ports::{Fault, UnitOfWork};
use super::records::{NewSession, Session, SessionKind};
use super::{Known, Portal, Token, keyed};
use crate::moment::Moment;

/// Seconds without a request after which a session is over.
pub const IDLE_SECONDS: i64 = 30 * 60;
/// Seconds after which it is over however busy.
pub const ABSOLUTE_SECONDS: i64 = 8 * 60 * 60;
/// Under which the token against cross-site posts is digested.
const CSRF: &str = "csrf";
/// A session's last use is written down at most this often, in seconds: a page costs no write.
const TOUCH_SECONDS: i64 = 60;

/// A session that begins, and the browser that is known from then on.
#[derive(Debug)]
pub struct Begun {
    /// For the session's cookie.
    pub session: Token,
    /// For the cookie of a known browser.
    pub known: Known,
}

impl Portal {
    /// The live session of a cookie, and marks it used.
    ///
    /// # Errors
    /// Only when the store fails.
    pub async fn session(&self, token: &Token) -> Result<Option<Session>, Fault> {
        let now = self.now();
        let mut work = self.store.ask().await?;
        let Some(session) = self.session_of(&mut *work, token).await? else { return Ok(None) };
        drop(work);
        // Also one last used in the future: begun while the clock ran ahead, it would live until then.
        if now >= session.expires || now.since(session.seen).saturating_abs() >= IDLE_SECONDS {
            return Ok(None);
        }
        if now.since(session.seen) >= TOUCH_SECONDS {
            match self.touch(&session, now).await {
                // Who reads a page need not wait until somebody can write again.
                Err(Fault::Busy(why)) => tracing::debug!(why, "the last use of a session was not written down"),
                touched => touched?,
            }
        }
        Ok(Some(session))
    }

    /// Seconds for which it certainly goes on if nothing happens from now on. Who asks has just used it.
    #[must_use]
    pub fn session_left(&self, session: &Session) -> i64 {
        session.expires.since(self.now()).clamp(0, IDLE_SECONDS - TOUCH_SECONDS)
    }

    async fn touch(&self, session: &Session, now: Moment) -> Result<(), Fault> {
        let mut work = self.store.begin_beside().await?;
        work.touch_session(&session.token, now).await?;
        work.save().await
    }

    /// Begins a full session in this unit of work and gives the token for its cookie.
    pub(super) async fn begin_session(
        &self,
        work: &mut dyn UnitOfWork,
        account: i64,
        now: Moment,
    ) -> Result<Token, Fault> {
        self.begin_session_of(work, account, SessionKind::Full, false, now).await
    }

    pub(super) async fn begin_session_of(
        &self,
        work: &mut dyn UnitOfWork,
        account: i64,
        kind: SessionKind,
        temporary: bool,
        now: Moment,
    ) -> Result<Token, Fault> {
        let token = self.token();
        let session = NewSession {
            token: self.vault.digest(keyed::SESSION, token.as_str().as_bytes()),
            kind,
            temporary,
            account,
            created: now,
            expires: now.plus(ABSOLUTE_SECONDS),
        };
        work.add_session(&session).await?;
        Ok(token)
    }

    /// Signs out: the row is gone, the cookie opens nothing any more.
    ///
    /// # Errors
    /// Only when the store fails.
    pub async fn sign_out(&self, session: &Session) -> Result<(), Fault> {
        let mut work = self.store.begin().await?;
        if work.end_session(&session.token).await? {
            self.audit(&mut *work, "signed-out", Some(session.account), "").await?;
        }
        work.save().await
    }

    /// Signs out everywhere: every session of the account ends, this one too.
    ///
    /// # Errors
    /// Only when the store fails.
    pub async fn sign_out_everywhere(&self, session: &Session) -> Result<(), Fault> {
        let mut work = self.store.begin().await?;
        work.end_sessions_of(session.account).await?;
        self.audit(&mut *work, "signed-out-everywhere", Some(session.account), "").await?;
        work.save().await
    }

    /// The token that forms of this session carry against cross-site posts.
    #[must_use]
    pub fn csrf(&self, session: &Session) -> String {
        super::token::base64url(&self.vault.digest(CSRF, &session.token))
    }

    /// Whether a form carries that token: it may have been shown under an older key.
    #[must_use]
    pub fn is_csrf(&self, session: &Session, sent: &str) -> bool {
        self.is_marked(CSRF, &session.token, sent)
    }
}
