use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::ports::{Fault, Sessions};
use backboard::service::records::{Digest, NewSession, Session};

use super::{Unit, broken};

#[async_trait]
impl Sessions for Unit {
    async fn add_session(&mut self, new: &NewSession) -> Result<(), Fault> {
        let tables = self.change()?;
        let account = tables.accounts.get(&new.account).ok_or_else(|| broken("session_account_exists"))?;
        let session = Session {
            token: new.token,
            kind: new.kind,
            temporary: new.temporary,
            account: new.account,
            username: account.username.clone(),
            created: new.created,
            seen: new.created,
            expires: new.expires,
        };
        if tables.sessions.contains_key(&new.token) {
            return Err(broken("session token"));
        }
        tables.sessions.insert(new.token, session);
        Ok(())
    }

    async fn find_session(&mut self, token: &Digest) -> Result<Option<Session>, Fault> {
        Ok(self.tables.sessions.get(token).cloned())
    }

    async fn touch_session(&mut self, token: &Digest, now: Moment) -> Result<(), Fault> {
        if let Some(session) = self.change()?.sessions.get_mut(token) {
            session.seen = session.seen.max(now);
        }
        Ok(())
    }

    async fn end_session(&mut self, token: &Digest) -> Result<bool, Fault> {
        Ok(self.change()?.sessions.remove(token).is_some())
    }

    async fn end_sessions_of(&mut self, account: i64) -> Result<u64, Fault> {
        self.end_where(|session| session.account == account)
    }

    async fn purge_sessions(&mut self, expired_before: Moment, seen_before: Moment) -> Result<u64, Fault> {
        self.end_where(|session| session.expires < expired_before || session.seen < seen_before)
    }
}

impl Unit {
    fn end_where(&mut self, over: impl Fn(&Session) -> bool) -> Result<u64, Fault> {
        let sessions = &mut self.change()?.sessions;
        let before = sessions.len();
        sessions.retain(|_, session| !over(session));
        Ok((before - sessions.len()) as u64)
    }
}
