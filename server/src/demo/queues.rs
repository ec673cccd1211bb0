//! Something for the desk's queues to show: a mail that came back, somebody without an address, and an account that its
//! owner stopped. They come about as they do in life, of people whom the mailbox does not list.

use std::net::{IpAddr, Ipv4Addr};

use backboard::account::Username;
use backboard::service::bounce::{Action, Outcome, Report, Status};
use backboard::service::desk::queue_ports::{NewUnreached, NoMail};
use backboard::service::ports::{Fault, UnitOfWork};
use backboard::service::records::{NewMail, Person};
use backboard::service::{Declined, Portal, Visitor};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::people::{PEOPLE, Player, SEED};
use crate::clock::random;
use crate::roster::{People, Synthetic};

/// The kind of mail that was answered.
const KIND: &str = "reset-link";

/// Fills the queues, where nothing waits in them.
///
/// # Errors
/// When the store fails, or holds other people.
pub async fn fill(portal: &Portal, players: &[Player]) -> Result<(), Fault> {
    let mut work = portal.store.read().await?;
    let (unreached, stopped) = (work.count_standing(portal.now()).await?, work.count_waiting("not-me").await?);
    drop(work);
    let everybody: Vec<Synthetic> = People::of(SEED).take(PEOPLE as usize).collect();
    let is_apart = |one: &&Synthetic| {
        let others = everybody.iter().filter(|other| other.username == one.username || other.email == one.email);
        let plays = players.iter().any(|player| player.person.username == one.username);
        one.status == "active" && !one.username.is_empty() && !plays && (one.email.is_empty() || others.count() == 1)
    };
    let (silent, mailed): (Vec<&Synthetic>, Vec<&Synthetic>) =
        everybody.iter().filter(is_apart).partition(|one| one.email.is_empty());
    let mut mailed = mailed.into_iter();
    if unreached == 0 {
        if let Some(one) = silent.first() {
            without_address(portal, one).await?;
        }
        if let Some(one) = mailed.next() {
            came_back(portal, one).await?;
        }
    }
    if stopped == 0
        && let Some(one) = mailed.nth(1)
    {
        stop(portal, one).await?;
    }
    Ok(())
}

async fn without_address(portal: &Portal, one: &Synthetic) -> Result<(), Fault> {
    let mut work = portal.store.begin().await?;
    for person in people(&mut *work, one).await?.into_iter().filter(|person| person.email.is_none()) {
        let (person, said, at) = (person.id, String::new(), portal.now());
        work.add_unreached(&NewUnreached { person, why: NoMail::NoAddress, said, address: None, at }).await?;
    }
    work.save().await
}

async fn came_back(portal: &Portal, one: &Synthetic) -> Result<(), Fault> {
    let Some((id, person)) = mail(portal, one).await? else { return Ok(()) };
    let status = Status::parse("5.1.1").ok_or_else(|| Fault::other("5.1.1 is a status"))?;
    let outcome = Outcome { recipients: person.email.into_iter().collect(), action: Action::Failed, status };
    portal.bounce(&Report { mails: vec![id], outcomes: vec![outcome] }).await.map(drop)
}

async fn stop(portal: &Portal, one: &Synthetic) -> Result<(), Fault> {
    let Some((id, _)) = mail(portal, one).await? else { return Ok(()) };
    let visitor = Visitor { address: IpAddr::V4(Ipv4Addr::LOCALHOST), language: "en".to_owned(), known: None };
    match portal.freeze(&visitor, &portal.not_me_token(&id)).await {
        Err(Declined::Fault(fault)) => Err(fault),
        // Started many times in an hour, it is limited like everybody.
        Ok(()) | Err(Declined::Problems(_)) => Ok(()),
    }
}

/// A mail to somebody that was sent, of which only the ledger is left.
async fn mail(portal: &Portal, one: &Synthetic) -> Result<Option<(String, Person)>, Fault> {
    let now = portal.now();
    let mut work = portal.store.begin().await?;
    let Some(person) = people(&mut *work, one).await?.into_iter().next() else { return Ok(None) };
    let Some(recipient) = person.email.clone() else { return Ok(None) };
    let id = BASE64_URL_SAFE_NO_PAD.encode(random::<16>());
    let (account, kind) = (Some(person.account.id), KIND.to_owned());
    work.add_mail(&NewMail { id: id.clone(), recipient, account, kind, sealed: Vec::new(), due: now }).await?;
    work.mail_sent(&id, now).await?;
    work.save().await?;
    Ok(Some((id, person)))
}

async fn people(work: &mut dyn UnitOfWork, one: &Synthetic) -> Result<Vec<Person>, Fault> {
    let username = Username::parse(&one.username).map_err(|refused| Fault::other(refused.code()))?;
    match work.find_account_by_username(&username.key()).await? {
        Some(account) => work.find_people_of(account.id).await,
        None => Err(Fault::Other(format!("nobody has the username {username}"))),
    }
}
