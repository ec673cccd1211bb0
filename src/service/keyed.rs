//! Looking up what is known by a keyed digest alone, under every key of the ring.
//!
//! What a token, a code or a temporary password opens was written under the key that was the newest then. After a
//! rotation that is an older one, and the row does not say which. So each look-up asks for the digest under every
//! key, also once one has answered: how long it takes tells nothing of which key a row lies under, nor whether
//! there is one.
//!
//! What is not looked up so, because little is lost when a new key makes it:
//! - Budgets that are named by what was typed are full again after a rotation: one burst more, once.
//! - A hosted proof that a visitor is no robot is good once by its provider's word too.

use subtle::ConstantTimeEq as _;

use super::ports::{Fault, UnitOfWork};
use super::records::{Flow, Link, Session};
use super::{Portal, Token, token};
use crate::link::Code;
use crate::moment::Moment;
use crate::password::Password;

/// Labels, so that a digest of one kind is none of another.
pub(super) const SESSION: &str = "session";
pub(super) const BROWSER: &str = "browser";
pub(super) const LINK: &str = "link";
pub(super) const CODE: &str = "code";
pub(super) const TEMPORARY: &str = "temporary";

impl Portal {
    pub(super) async fn session_of(&self, work: &mut dyn UnitOfWork, token: &Token) -> Result<Option<Session>, Fault> {
        let mut found = None;
        for digest in self.vault.digests(SESSION, token.as_str().as_bytes()) {
            found = work.find_session(&digest).await?.or(found);
        }
        Ok(found)
    }

    /// Ends the session that a browser had before.
    pub(super) async fn end_session_of(&self, work: &mut dyn UnitOfWork, token: &Token) -> Result<(), Fault> {
        for digest in self.vault.digests(SESSION, token.as_str().as_bytes()) {
            work.end_session(&digest).await?;
        }
        Ok(())
    }

    pub(super) async fn flow_of(&self, work: &mut dyn UnitOfWork, browser: &Token) -> Result<Option<Flow>, Fault> {
        let mut found = None;
        for digest in self.vault.digests(BROWSER, browser.as_str().as_bytes()) {
            found = work.find_flow(&digest).await?.or(found);
        }
        Ok(found)
    }

    pub(super) async fn link_of(&self, work: &mut dyn UnitOfWork, token: &Token) -> Result<Option<Link>, Fault> {
        let mut found = None;
        for digest in self.vault.digests(LINK, token.as_str().as_bytes()) {
            found = work.find_link_by_token(&digest).await?.or(found);
        }
        Ok(found)
    }

    pub(super) async fn link_by_code(
        &self,
        work: &mut dyn UnitOfWork,
        flow: &str,
        code: &Code,
    ) -> Result<Option<Link>, Fault> {
        let mut found = None;
        for digest in self.vault.digests(CODE, &code_secret(flow, code)) {
            found = work.find_link_by_code(flow, &digest).await?.or(found);
        }
        Ok(found)
    }

    /// The id of the temporary password that was typed, if it is one of this account and works at `now`.
    pub(super) async fn temporary_of(
        &self,
        work: &mut dyn UnitOfWork,
        account: i64,
        typed: &Password,
        now: Moment,
    ) -> Result<Option<String>, Fault> {
        let mut found = None;
        for digest in self.vault.digests(TEMPORARY, &temporary_secret(account, typed)) {
            found = work.find_temporary(account, &digest, now).await?.or(found);
        }
        Ok(found)
    }

    /// Whether a mark is the digest of a secret under some key of the ring.
    pub(super) fn is_marked(&self, label: &str, secret: &[u8], mark: &str) -> bool {
        let same = |digest| token::base64url(digest).as_bytes().ct_eq(mark.as_bytes());
        let marks = self.vault.digests(label, secret);
        bool::from(marks.iter().fold(subtle::Choice::from(0), |any, digest| any | same(digest)))
    }
}

/// A code is one of its flow alone.
pub(super) fn code_secret(flow: &str, code: &Code) -> Vec<u8> {
    format!("{flow}:{}", code.as_str()).into_bytes()
}

/// Spaces around it came with copying it from the mail: none is drawn.
pub(super) fn temporary_secret(account: i64, typed: &Password) -> Vec<u8> {
    format!("{account}:{}", typed.normalised().trim()).into_bytes()
}
