//! People who are new, and their accounts.

use std::collections::HashMap;

use super::{Facts, Finding, Import, NamedAccount, NewAccount, NewEntry, RosterWork, Said, Told};
use crate::account::{AccountState, Username, UsernameKey};
use crate::roster::{Column, Reason, Rejection, joint_status, state_of_new};
use crate::service::ports::Fault;

impl Import<'_> {
    /// Adds the people who are new, and their accounts.
    pub(super) async fn add(
        &mut self,
        work: &mut dyn RosterWork,
        told: Vec<Told>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Fault> {
        let named: Vec<UsernameKey> = told.iter().filter_map(|told| Some(told.row.username.as_ref()?.key())).collect();
        let accounts: HashMap<String, NamedAccount> = work
            .find_named_accounts(&named)
            .await?
            .into_iter()
            .map(|account| (account.key.as_str().to_owned(), account))
            .collect();
        let mut usernames = self.make_usernames(work, &told).await?.into_iter();

        let mut fresh: Vec<NewAccount> = Vec::new();
        let mut statuses: HashMap<String, Vec<Option<AccountState>>> = HashMap::new();
        let mut joined: Vec<(Told, i64)> = Vec::new();
        let mut first: Vec<(Told, String)> = Vec::new();
        for told in told {
            let given = told.row.username.clone();
            let Some(username) = given.or_else(|| usernames.next()) else { continue };
            let key = username.key().as_str().to_owned();
            match accounts.get(&key) {
                Some(account) if account.given => joined.push((told, account.id)),
                Some(_) => {
                    let rejection = Rejection { column: Some(Column::Username), reason: Reason::UsernameTaken };
                    findings.push(told.found(Said::Rejected(rejection)));
                }
                None => {
                    let people = statuses.entry(key.clone()).or_default();
                    if people.is_empty() {
                        fresh.push(NewAccount { username, state: AccountState::Unclaimed, shared: false });
                    }
                    people.push(told.row.status);
                    first.push((told, key));
                }
            }
        }
        if self.dry {
            return Ok(());
        }
        for account in &mut fresh {
            let people = statuses.remove(account.username.key().as_str()).unwrap_or_default();
            account.shared = people.len() > 1;
            account.state = state_of_new(joint_status(people));
        }
        let ids: HashMap<String, i64> = work.add_accounts(&fresh, self.now).await?.into_iter().collect();
        let mut entries = Vec::with_capacity(first.len() + joined.len());
        for (told, key) in &first {
            let account = ids.get(key).ok_or_else(|| Fault::Other(format!("the account {key} was not made")))?;
            entries.push(self.entry(told, *account));
        }
        let mut news = Vec::new();
        let mut before = HashMap::new();
        for (told, account) in &joined {
            entries.push(self.entry(told, *account));
            news.push(told.news(*account));
            if !before.contains_key(account) {
                before.insert(*account, joint_status(self.statuses(work, *account).await?));
                work.share_account(*account).await?;
            }
            self.note(work, "account-shared", Some(*account), String::new()).await?;
        }
        work.add_entries(&entries).await?;
        self.settle(work, news, before, findings).await
    }

    async fn make_usernames(&mut self, work: &mut dyn RosterWork, told: &[Told]) -> Result<Vec<Username>, Fault> {
        let names: Vec<(&str, &str)> = told
            .iter()
            .filter(|told| told.row.username.is_none())
            .map(|told| (told.row.first_name.as_str(), told.row.last_name.as_str()))
            .collect();
        self.names.make(work, &names).await
    }

    fn entry(&self, told: &Told, account: i64) -> NewEntry {
        let facts = Facts::after(&told.row, told.ssn(), None);
        NewEntry { account, facts, overruled: None, fingerprint: told.fingerprint, seen: self.now }
    }
}
