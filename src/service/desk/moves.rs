//! What moving people between accounts asks of the store.

use async_trait::async_trait;

use crate::account::Username;
use crate::moment::Moment;
use crate::service::ports::Fault;

#[async_trait]
pub trait Moves: Send {
    /// A new account that nobody has claimed; its number.
    ///
    /// # Errors
    /// Also when somebody has, or had, that username; the caller asks before.
    async fn add_unclaimed(&mut self, username: &Username, now: Moment) -> Result<i64, Fault>;
    /// # Errors
    /// Also when there is no such person or account.
    async fn move_person(&mut self, person: i64, account: i64) -> Result<(), Fault>;
}
