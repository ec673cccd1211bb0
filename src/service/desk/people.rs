//! Who uses which account: splitting a shared one, and putting two of one person together.
//!
//! A username that is left behind is retired: its account stays, closed and without anybody, so that neither an import nor
//! another act gives it out again, and the audit goes on naming it. The desk finds nobody there any more.

use super::Actor;
use super::acts::{Order, is_open};
use super::caller::on_file;
use super::email_ports::EmailFate;
use super::find::SEARCHES;
use crate::account::{AccountState, Username};
use crate::refused::{Field, Problem, Refused};
use crate::service::mail::Message;
use crate::service::ports::{Fault, UnitOfWork};
use crate::service::records::{Account, Person};
use crate::service::{Declined, Portal};
use crate::staff::{AccountNews, Act};

/// Numbers of one name that are tried before something must be wrong.
const NUMBERS: u32 = 10_000;

impl Portal {
    /// Gives each person of a shared account a username of their own, which they claim as after an import. The shared one
    /// is retired with its password. The new usernames.
    ///
    /// # Errors
    /// Those of every act, the state of the account; [`Refused::NothingToDo`] where fewer than two people use it.
    pub async fn desk_split(&self, actor: &Actor, order: Order<'_>) -> Result<Vec<Username>, Declined> {
        let mut doing = self.begin_act(actor, Act::Split, order).await?;
        is_open(&doing.account)?;
        let people = doing.work.find_people_of(doing.account.id).await?;
        if people.len() < 2 {
            return Err(Refused::NothingToDo.into());
        }
        self.retire(&mut *doing.work, &doing.account, &people).await?;
        let mut usernames = Vec::with_capacity(people.len());
        let mut accounts = Vec::with_capacity(people.len());
        for person in &people {
            let username = free(&mut *doing.work, person).await?;
            let account = doing.work.add_unclaimed(&username, doing.now).await?;
            doing.work.move_person(person.id, account).await?;
            if let Some(to) = &person.email {
                let news = AccountNews::Split;
                let notice = Message::OfficeNotice { username: username.clone(), news, at: doing.now };
                self.post(&mut *doing.work, to, Some(account), &notice, self.language_of(&doing.account)).await?;
            }
            accounts.push(account.to_string());
            usernames.push(username);
        }
        self.finish_act(doing, &format!("accounts={}", accounts.join(","))).await?;
        Ok(usernames)
    }

    /// The account that has this username, to be put into another one.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`]; at [`Field::Username`] what is wrong with it, [`Refused::MergeNobody`],
    /// [`Refused::MergeSame`]; [`Refused::TooManyTries`], counted as a search.
    pub async fn desk_other(&self, actor: &Actor, account: i64, username: &str) -> Result<i64, Declined> {
        actor.may(Act::Merge)?;
        let at = |refused| Problem::at(Field::Username, refused);
        let username = Username::parse(username).map_err(at)?;
        let mut work = self.store.begin().await?;
        let actor = self.at_work(&mut *work, actor, Act::Merge).await?;
        self.take_of(&mut *work, &actor, Act::Search, SEARCHES).await?;
        let found = work.find_account_by_username(&username.key()).await?;
        work.save().await?;
        match found {
            None => Err(at(Refused::MergeNobody).into()),
            Some(found) if found.id == account => Err(at(Refused::MergeSame).into()),
            Some(found) => Ok(found.id),
        }
    }

    /// Puts another account of the same person into this one, which keeps its username, password and question. Its roster
    /// row comes along; its username is retired. Where both had one, mail goes to both addresses from then on.
    ///
    /// # Errors
    /// Those of every act, for both accounts; the state of either; [`Refused::MergeShared`], [`Refused::MergeDiffers`]
    /// where the dates of birth are not the same.
    pub async fn desk_merge(
        &self,
        actor: &Actor,
        order: Order<'_>,
        other: i64,
        other_version: i64,
    ) -> Result<(), Declined> {
        let mut doing = self.begin_act(actor, Act::Merge, order).await?;
        if other == doing.account.id {
            return Err(Refused::MergeSame.into());
        }
        let other = on_file(&mut *doing.work, other).await?;
        self.is_version(&mut *doing.work, other.id, other_version).await?;
        for account in [&doing.account, &other] {
            is_open(account)?;
            if account.shared {
                return Err(Refused::MergeShared.into());
            }
        }
        let kept = doing.work.find_people_of(doing.account.id).await?;
        let moved = doing.work.find_people_of(other.id).await?;
        let mut born = kept.iter().chain(&moved).map(|person| person.born);
        let first = born.next();
        if born.any(|born| Some(born) != first) {
            return Err(Refused::MergeDiffers.into());
        }
        self.retire(&mut *doing.work, &other, &moved).await?;
        for person in &moved {
            doing.work.move_person(person.id, doing.account.id).await?;
        }
        // Who is on file now, the addresses that came along among them.
        self.tell_news(&mut doing, AccountNews::Merged).await?;
        self.finish_act(doing, &format!("merged={}", other.id)).await
    }

    /// Closes an account that its people leave, for good.
    async fn retire(&self, work: &mut dyn UnitOfWork, account: &Account, people: &[Person]) -> Result<(), Fault> {
        work.void_password(account.id).await?;
        work.remove_challenge(account.id).await?;
        work.save_state(account.id, AccountState::Inactive).await?;
        self.close_ways_in(work, account.id).await?;
        work.forget_callers(account.id).await?;
        for person in people {
            work.end_email_change_of(person.id, EmailFate::Replaced, self.now()).await?;
        }
        Ok(())
    }
}

/// A username that nobody has or had, as an import makes it.
async fn free(work: &mut dyn UnitOfWork, person: &Person) -> Result<Username, Fault> {
    for number in 1..NUMBERS {
        let username = Username::suggested(&person.first_name, &person.last_name, number);
        if work.find_account_by_username(&username.key()).await?.is_none() {
            return Ok(username);
        }
    }
    Err(Fault::Other("no username is free".to_owned()))
}
