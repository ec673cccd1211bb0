//! People who are known, and what is new of them.

use std::collections::HashMap;
use std::collections::hash_map;

use super::{Change, Entry, Facts, Finding, Import, NewEntry, RosterWork, Said, Told};
use crate::identity::Email;
use crate::roster::{Column, Warning, joint_status, masked};
use crate::service::desk::email_ports::EmailFate;
use crate::service::mail::Message;
use crate::service::ports::Fault;

impl Import<'_> {
    /// Takes over what changed of people who are known.
    pub(super) async fn change(
        &mut self,
        work: &mut dyn RosterWork,
        told: Vec<Told>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Fault> {
        let ids: Vec<&str> = told.iter().map(|told| told.row.person_id.as_str()).collect();
        let mut entries: HashMap<String, Entry> = work
            .find_entries(&ids)
            .await?
            .into_iter()
            .map(|entry| (entry.facts.person_id.as_str().to_owned(), entry))
            .collect();
        let mut news = Vec::new();
        let mut before = HashMap::new();
        for told in told {
            let id = told.row.person_id.as_str();
            let entry = entries.remove(id).ok_or_else(|| Fault::Other(format!("{id} vanished during its import")))?;
            let mut facts = Facts::after(&told.row, told.ssn(), Some(&entry.facts));
            // The desk put another address in place of this one, and the roster has not learned it yet.
            let said = told.row.email.as_ref().map(|email| email.as_ref().map_or("", Email::as_str));
            let overruled = entry.overruled.clone().filter(|overruled| said.is_none_or(|said| said == overruled));
            if overruled.is_some() {
                facts.email.clone_from(&entry.facts.email);
            }
            if let Some(username) = &told.row.username
                && username.key() != entry.account.username.key()
                && facts.username != entry.facts.username
            {
                findings.push(told.found(Said::Warned(Warning::UsernameKept(entry.account.username.clone()))));
            }
            let mut changes = Vec::new();
            for column in entry.facts.with_ssn_of(&told.ssns).changes(&facts) {
                changes.push(match column {
                    Column::Email => Change::Email {
                        from: entry.facts.email.as_ref().map(masked),
                        to: facts.email.as_ref().map(masked),
                    },
                    column => Change::Of(column),
                });
            }
            if facts.status != entry.facts.status {
                if let hash_map::Entry::Vacant(vacant) = before.entry(entry.account.id) {
                    let joint = joint_status(self.statuses(work, entry.account.id).await?);
                    vacant.insert(joint);
                }
                self.unwritten.insert(entry.id, facts.status);
                news.push(told.news(entry.account.id));
            }
            if !changes.is_empty() {
                findings.push(told.found(Said::Changed(changes)));
            }
            if self.dry {
                continue;
            }
            if facts.email != entry.facts.email {
                self.move_mail(work, &entry, facts.email.as_ref()).await?;
            }
            let account = entry.account.id;
            let new = NewEntry { account, facts, overruled, fingerprint: told.fingerprint, seen: self.now };
            work.save_entry(entry.id, &new).await?;
        }
        self.settle(work, news, before, findings).await
    }

    /// Mail of this person goes elsewhere from now on.
    async fn move_mail(&self, work: &mut dyn RosterWork, entry: &Entry, new: Option<&Email>) -> Result<(), Fault> {
        let account = &entry.account;
        work.supersede_links(account.id, 0, self.now).await?;
        work.end_temporaries(account.id, self.now).await?;
        work.end_email_change_of(entry.id, EmailFate::Replaced, self.now).await?;
        self.note(work, "email-changed", Some(account.id), String::new()).await?;
        if account.password_hash.is_none() {
            return Ok(());
        }
        let username = || account.username.clone();
        let old = entry.facts.email.as_ref().map(|email| (email, Message::EmailReplaced { username: username() }));
        let new = new.map(|email| (email, Message::EmailNow { username: username() }));
        for (email, message) in old.into_iter().chain(new) {
            self.portal.post(work, email, Some(account.id), &message, self.portal.language_of(account)).await?;
        }
        Ok(())
    }
}
