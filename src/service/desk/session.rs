//! Sessions at the desk: short, and of a kind of their own.
//!
//! One ends after 15 idle minutes and after 8 hours in all, as OWASP ASVS 5.0 section 7.3 asks for what may do much
//! harm and NIST SP 800-63B-4 section 2.2.3 allows at level 2 (an hour, 24 hours). Who is suspended has none.

use super::Actor;
use super::records::{Member, StaffSession};
use crate::moment::Moment;
use crate::service::ports::{Fault, UnitOfWork};
use crate::service::{Portal, Token, token};

/// Seconds without a request after which a session is over.
pub const DESK_IDLE_SECONDS: i64 = 15 * 60;
/// Seconds after which it is over however busy.
pub const DESK_ABSOLUTE_SECONDS: i64 = 8 * 60 * 60;
/// The last use is written down at most this often, in seconds.
const TOUCH_SECONDS: i64 = 60;
const SESSION: &str = "desk-session";
const CSRF: &str = "desk-csrf";

/// Who is at the desk, with what its pages show of them.
#[derive(Clone, Debug)]
pub struct AtDesk {
    pub actor: Actor,
    pub name: String,
    /// Seconds for which the session certainly goes on if nothing happens from now on.
    pub ends_in: i64,
}

impl Portal {
    /// The live session of a cookie, and marks it used.
    ///
    /// # Errors
    /// Only when the store fails.
    pub async fn desk_session(&self, token: &Token) -> Result<Option<AtDesk>, Fault> {
        let now = self.now();
        let mut work = self.store.read().await?;
        let mut found = None;
        for digest in self.vault.digests(SESSION, token.as_str().as_bytes()) {
            found = work.find_staff_session(&digest).await?.or(found);
        }
        let Some(session) = found else { return Ok(None) };
        let member = work.find_member(session.staff).await?;
        drop(work);
        // Also one last used in the future: begun while the clock ran ahead, it would live until then.
        if now >= session.expires || now.since(session.seen).saturating_abs() >= DESK_IDLE_SECONDS {
            return Ok(None);
        }
        let Some(member) = member.filter(Member::is_active) else { return Ok(None) };
        if now.since(session.seen) >= TOUCH_SECONDS {
            match self.touch_desk(&session, now).await {
                // Who reads a page need not wait until somebody can write again.
                Err(Fault::Busy(why)) => tracing::debug!(why, "the last use of a session was not written down"),
                touched => touched?,
            }
        }
        let actor = Actor { staff: member.id, role: member.role, may_show: member.may_show, session: session.token };
        let ends_in = session.expires.since(now).clamp(0, DESK_IDLE_SECONDS - TOUCH_SECONDS);
        Ok(Some(AtDesk { actor, name: member.name, ends_in }))
    }

    async fn touch_desk(&self, session: &StaffSession, now: Moment) -> Result<(), Fault> {
        let mut work = self.store.begin_beside().await?;
        work.touch_staff_session(&session.token, now).await?;
        work.save().await
    }

    /// Begins a session in this unit of work and gives the token for its cookie.
    pub(super) async fn begin_desk_session(
        &self,
        work: &mut dyn UnitOfWork,
        staff: i64,
        now: Moment,
    ) -> Result<Token, Fault> {
        let token = self.token();
        let session = StaffSession {
            token: self.vault.digest(SESSION, token.as_str().as_bytes()),
            staff,
            created: now,
            seen: now,
            expires: now.plus(DESK_ABSOLUTE_SECONDS),
        };
        work.add_staff_session(&session).await?;
        Ok(token)
    }

    /// Ends the session that a browser had before.
    pub(super) async fn end_desk_session_of(&self, work: &mut dyn UnitOfWork, token: &Token) -> Result<(), Fault> {
        for digest in self.vault.digests(SESSION, token.as_str().as_bytes()) {
            work.end_staff_session(&digest).await?;
        }
        Ok(())
    }

    /// Signs out: the row is gone, the cookie opens nothing any more.
    ///
    /// # Errors
    /// Only when the store fails.
    pub async fn desk_sign_out(&self, actor: &Actor) -> Result<(), Fault> {
        let mut work = self.store.begin().await?;
        if work.end_staff_session(&actor.session).await? {
            self.audit_by(&mut *work, &actor.name(), "desk-signed-out", None, "").await?;
        }
        work.save().await
    }

    /// The token that forms of this session carry against cross-site posts.
    #[must_use]
    pub fn desk_csrf(&self, actor: &Actor) -> String {
        token::base64url(&self.vault.digest(CSRF, &actor.session))
    }

    /// Whether a form carries that token: it may have been shown under an older key.
    #[must_use]
    pub fn is_desk_csrf(&self, actor: &Actor, sent: &str) -> bool {
        self.is_marked(CSRF, &actor.session, sent)
    }
}
