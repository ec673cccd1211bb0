//! What a page shows once: recovery codes, a temporary password. It travels sealed in a cookie from the act to the page
//! that shows it, opens in the session that did the act alone, and for the first look: reload and Back find nothing.

use super::Actor;
use crate::service::Portal;
use crate::service::ports::Fault;

const PURPOSE: &str = "desk-once";
/// Under which a look is spent.
const LOOK: &str = "desk-look";
/// Seconds in which the page has to be looked at.
pub const ONCE_SECONDS: u32 = 120;

impl Portal {
    /// Seals what the next page of this session shows, for its cookie.
    #[must_use]
    pub fn seal_once(&self, actor: &Actor, text: &str) -> Vec<u8> {
        let until = self.now().plus(i64::from(ONCE_SECONDS)).0.to_be_bytes();
        let mut nonce = [0_u8; 8];
        self.entropy.fill(&mut nonce);
        let plain = [until.as_slice(), &nonce, text.as_bytes()].concat();
        self.vault.seal(PURPOSE, &actor.session, &plain)
    }

    /// The first look at it. None for every other look, session and time.
    ///
    /// # Errors
    /// Only when the store fails.
    pub async fn look_once(&self, actor: &Actor, sealed: &[u8]) -> Result<Option<String>, Fault> {
        let Some(plain) = self.vault.open(PURPOSE, &actor.session, sealed) else { return Ok(None) };
        let Some((head, text)) = plain.split_at_checked(16) else { return Ok(None) };
        let until = head.get(..8).and_then(|bytes| bytes.try_into().ok()).map(i64::from_be_bytes).unwrap_or_default();
        let until = crate::moment::Moment(until);
        if self.now() >= until {
            return Ok(None);
        }
        let mut work = self.store.begin().await?;
        let first = work.spend_once(&self.vault.digest(LOOK, &plain), until).await?;
        work.save().await?;
        Ok(first.then(|| String::from_utf8_lossy(text).into_owned()))
    }
}
