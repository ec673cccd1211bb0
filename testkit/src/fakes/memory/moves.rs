use async_trait::async_trait;
use backboard::account::{AccountState, Username};
use backboard::expiry::Schedule;
use backboard::moment::Moment;
use backboard::service::desk::moves::Moves;
use backboard::service::ports::Fault;
use backboard::service::records::Account;

use super::{Unit, broken};

#[async_trait]
impl Moves for Unit {
    async fn add_unclaimed(&mut self, username: &Username, _now: Moment) -> Result<i64, Fault> {
        let tables = self.change()?;
        if tables.accounts.values().any(|account| account.username.key() == username.key()) {
            return Err(broken("account_username_unique"));
        }
        let numbers = tables.accounts.keys().chain(&tables.forgotten).copied();
        let id = numbers.max().unwrap_or_default() + 1;
        let account = Account {
            id,
            username: username.clone(),
            state: AccountState::Unclaimed,
            shared: false,
            password_hash: None,
            password_set: None,
            schedule: Schedule::NEVER,
            grace_spent: false,
            language: None,
            frozen: None,
        };
        tables.accounts.insert(id, account);
        Ok(id)
    }

    async fn move_person(&mut self, person: i64, account: i64) -> Result<(), Fault> {
        let tables = self.change()?;
        if !tables.accounts.contains_key(&account) {
            return Err(broken("person_account_exists"));
        }
        let Some(person) = tables.people.get_mut(&person) else {
            return Err(Fault::Other(format!("no person {person}")));
        };
        person.account = account;
        Ok(())
    }
}
