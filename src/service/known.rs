//! Browsers that an account has signed in from before.
//!
//! Tries on a username and mails for it are limited whoever asks, so a stranger who keeps asking keeps the owner
//! waiting. A browser that the owner has signed in from carries a cookie that says so; all such browsers of an account
//! share limits that no stranger can use up (after OWASP's device cookies). It opens nothing and proves nothing, and it
//! is good until the password changes: whoever steals it may guess as often as any stranger, no more.

use serde::{Deserialize, Serialize};

use super::Portal;
use super::ports::{Fault, UnitOfWork};
use crate::expiry::DAY;
use crate::moment::Moment;

/// Characters of the cookie's value at the most.
const LONGEST: usize = 200;
const PURPOSE: &str = "known";
/// Seconds for which a browser is known after its last sign-in.
pub const KEPT: i64 = 180 * DAY;
/// Seconds after which a sign-in makes the cookie anew.
const RENEWED: i64 = 30 * DAY;

/// The cookie's value. Its `Debug` says nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Known(String);

impl Known {
    /// What came in; `None` unless it has the shape of one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let shape =
            text.len() <= LONGEST && text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        shape.then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The account that a browser says it has signed in to, and since when the password that it knew was set. Not yet held
/// against the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownAs {
    account: i64,
    set: Moment,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Known(…)")
    }
}

impl Portal {
    /// The cookie of a browser that knows the password which `account` has since `set`: the one it has, while that is
    /// young.
    pub(super) fn know(&self, account: i64, set: Option<Moment>, had: Option<&Known>) -> Known {
        let now = self.now();
        if let Some(had) = had
            && let Some(known) = self.read_known(had)
            && (known.account, known.set) == (account, since(set))
            && (0..RENEWED).contains(&now.since(known.made))
        {
            return had.clone();
        }
        let plain = [account, since(set).0, now.0].map(i64::to_be_bytes).concat();
        Known(self.vault.seal(PURPOSE, b"", &plain).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The account that a browser has signed in to, with the password that is still that account's.
    pub(super) async fn known_by(
        &self,
        work: &mut dyn UnitOfWork,
        known: Option<&Known>,
    ) -> Result<Option<i64>, Fault> {
        let known = known.and_then(|known| self.known_as(known));
        self.still_known(work, known).await
    }

    /// What a cookie says that was made here and is young enough.
    pub(super) fn known_as(&self, known: &Known) -> Option<KnownAs> {
        let read = self.read_known(known)?;
        (0..KEPT).contains(&self.now().since(read.made)).then_some(KnownAs { account: read.account, set: read.set })
    }

    /// Who knew an earlier password is a stranger now.
    pub(super) async fn still_known(
        &self,
        work: &mut dyn UnitOfWork,
        known: Option<KnownAs>,
    ) -> Result<Option<i64>, Fault> {
        let Some(known) = known else { return Ok(None) };
        let account = work.find_account(known.account).await?;
        Ok(account.filter(|account| since(account.password_set) == known.set).map(|account| account.id))
    }

    fn read_known(&self, known: &Known) -> Option<Read> {
        let pairs = known.0.as_bytes().chunks(2);
        let sealed: Option<Vec<u8>> =
            pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
        let plain = self.vault.open(PURPOSE, b"", &sealed?)?;
        let mut numbers = plain.chunks_exact(8).filter_map(|eight| Some(i64::from_be_bytes(eight.try_into().ok()?)));
        Some(Read { account: numbers.next()?, set: Moment(numbers.next()?), made: Moment(numbers.next()?) })
    }
}

/// What a cookie that was made here says.
struct Read {
    account: i64,
    set: Moment,
    made: Moment,
}

/// Since when the password is what it is; the beginning of time for an account that has none.
fn since(set: Option<Moment>) -> Moment {
    set.unwrap_or(Moment(i64::MIN))
}
