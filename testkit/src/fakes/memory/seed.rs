use async_trait::async_trait;
use backboard::account::AccountState;
use backboard::service::records::Account;

use super::{Memory, Tables};
use crate::seed::{MailRow, NewAccount, NewPerson, Seed};

impl Memory {
    async fn change<T>(&self, change: impl FnOnce(&mut Tables) -> T) -> T {
        let _writing = self.writer.lock().await;
        let mut tables = self.tables();
        let done = change(std::sync::Arc::make_mut(&mut tables));
        self.put(tables);
        done
    }
}

#[async_trait]
impl Seed for Memory {
    async fn add_account(&self, new: &NewAccount) -> i64 {
        self.change(|tables| {
            let taken = tables.accounts.values().any(|account| account.username.key() == new.username.key());
            assert!(!taken, "constraint account_username_unique: {}", new.username);
            let id = tables.accounts.keys().chain(&tables.forgotten).max().unwrap_or(&0) + 1;
            let account = Account {
                id,
                username: new.username.clone(),
                state: new.state,
                shared: new.shared,
                password_hash: new.password_hash.clone(),
                password_set: new.password_set,
                schedule: new.schedule,
                grace_spent: false,
                language: None,
                frozen: new.frozen,
            };
            tables.accounts.insert(id, account);
            id
        })
        .await
    }

    async fn add_person(&self, new: &NewPerson) -> i64 {
        self.change(|tables| {
            let taken = tables.people.values().any(|person| person.roster_id == new.roster_id);
            assert!(!taken, "constraint person_roster_id_unique: {}", new.roster_id);
            assert!(tables.accounts.contains_key(&new.account), "constraint person_account_exists: {}", new.account);
            let id = tables.people.keys().next_back().unwrap_or(&0) + 1;
            tables.people.insert(id, new.clone());
            id
        })
        .await
    }

    async fn save_state(&self, account: i64, state: AccountState) {
        self.change(|tables| {
            let account = tables.accounts.get_mut(&account);
            assert!(account.is_some(), "no such account");
            if let Some(account) = account {
                account.state = state;
            }
        })
        .await;
    }

    async fn mail_row(&self, id: &str) -> Option<MailRow> {
        self.tables().mails.iter().find(|(mail, _)| mail.id == id).map(|(_, row)| row.clone())
    }
}
