//! Why something was done: kept beside the audit, and tied to its row.
//!
//! The audit is never cut and holds no free text, but whoever reads it has to learn why. So the words stand in a table of
//! their own, and the row carries their mark: made of a random salt and the words, under a key of the audit. Words that
//! were changed no longer have their mark; words that are gone went with a person who was forgotten (decision 0016).

use super::Actor;
use super::checks::Because;
use crate::service::ports::{Fault, UnitOfWork};
use crate::service::records::Digest;
use crate::service::{Declined, Portal, token};
use crate::staff::{Act, Reason};

/// What stands before the words where they are digested, so that no row of the audit reads like a reason.
const KIND: &[u8] = b"reason1";
/// What stands before the mark in a row's detail.
pub const NAMED: &str = "reason=";

/// The reason of a row of the audit.
#[derive(Clone, PartialEq, Eq)]
pub enum Why {
    /// As it was written.
    Words(String),
    /// The person was forgotten, and the reason with them; or somebody took it away.
    Gone,
    /// Somebody changed it, or its key is not in the key file.
    Changed,
}

impl std::fmt::Debug for Why {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Words(_) => "Words(…)",
            Self::Gone => "Gone",
            Self::Changed => "Changed",
        })
    }
}

impl Portal {
    /// Keeps a reason in this unit of work, and gives what the row's detail says of it.
    pub(super) async fn keep_reason(
        &self,
        work: &mut dyn UnitOfWork,
        account: i64,
        reason: &Reason,
    ) -> Result<String, Fault> {
        let (mark, salt) = self.mark_of(account, reason);
        let words = reason.as_str().to_owned();
        work.add_reason(&Because { mark: mark.clone(), account, salt, words }).await?;
        Ok(format!("{NAMED}{mark}"))
    }

    /// The mark of a reason, and the salt it was made with. Account 0: of none.
    pub(super) fn mark_of(&self, account: i64, reason: &Reason) -> (String, Digest) {
        let mut salt = [0_u8; 32];
        self.entropy.fill(&mut salt);
        let (key, digest) = self.vault.chain(&salt, &bytes(account, reason.as_str()));
        (format!("{key}.{}", token::base64url(&digest)), salt)
    }

    /// The reason that a row's detail names; none where it names none.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`].
    pub async fn desk_reason(&self, actor: &Actor, detail: &str) -> Result<Option<Why>, Declined> {
        // It stands on the page of the account too.
        actor.may(Act::View)?;
        Ok(self.why_of(&mut *self.store.read().await?, detail).await?)
    }

    /// The same for who has asked for the right already.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn why_of(&self, work: &mut dyn UnitOfWork, detail: &str) -> Result<Option<Why>, Fault> {
        let Some(mark) = detail.split(' ').find_map(|part| part.strip_prefix(NAMED)) else { return Ok(None) };
        let Some(kept) = work.find_reason(mark).await? else { return Ok(Some(Why::Gone)) };
        let made = mark.split_once('.').and_then(|(key, digest)| {
            let made = self.vault.chain_under(key.parse().ok()?, &kept.salt, &bytes(kept.account, &kept.words))?;
            Some(token::base64url(&made) == digest)
        });
        Ok(Some(if made == Some(true) { Why::Words(kept.words) } else { Why::Changed }))
    }
}

fn bytes(account: i64, words: &str) -> Vec<u8> {
    [KIND, account.to_be_bytes().as_slice(), words.as_bytes()].concat()
}
