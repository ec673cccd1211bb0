//! `backboard account`: what the office sees of an account and does to it, while the portal runs or not.
//!
//! Each command is one commit of the same use case that the portal runs on. What it queues is mailed by
//! `backboard serve`; no password is ever printed.

mod gone;
mod happened;
mod sheet;

use std::io::Write;
use std::path::PathBuf;

use backboard::account::{AccountState, Frozen, Username};
use backboard::agency::{Agency, Journey};
use backboard::challenge::Asking;
use backboard::identity::Email;
use backboard::moment::Moment;
use backboard::refused::Refused;
use backboard::roster::masked;
use backboard::service::office::Shown;
use backboard::service::ports::Fault;
use backboard::service::{Declined, Portal};
use clap::{Args, Subcommand};

use super::standing;
use sheet::Sheet;
pub(super) use sheet::time;

#[derive(Debug, Args)]
pub struct AccountArguments {
    #[command(subcommand)]
    pub command: AccountCommand,
}

#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Show its state, its password's days, its temporary passwords and what happened to it.
    Show {
        #[command(flatten)]
        which: Which,
        /// Write its mail addresses out
        #[arg(long)]
        addresses: bool,
    },
    /// Close it: nobody gets in or stays in.
    Suspend(Which),
    /// Sign it out everywhere, and leave it open: for a phone that was lost or lent.
    EndSessions(Which),
    /// Open it again after it was closed, or after somebody pressed This wasn't me.
    Reactivate(Which),
    /// Mail a temporary password to every address on file, each its own.
    TemporaryPassword(Which),
    /// List whom housekeeping forgets next: people who left the roster, and whose days are over.
    Gone {
        /// The configuration.
        #[arg(long, default_value = "backboard.toml")]
        config: PathBuf,
    },
}

/// An account, and where it is kept.
#[derive(Debug, Args)]
pub struct Which {
    /// The username; capital or small letters make no difference
    pub username: String,
    /// The configuration.
    #[arg(long, default_value = "backboard.toml")]
    pub config: PathBuf,
}

impl AccountCommand {
    const fn config(&self) -> &PathBuf {
        match self {
            Self::Show { which, .. } | Self::Suspend(which) | Self::Reactivate(which) => &which.config,
            Self::EndSessions(which) | Self::TemporaryPassword(which) => &which.config,
            Self::Gone { config } => config,
        }
    }
}

/// # Errors
/// One sentence with the way out.
pub async fn run(arguments: &AccountArguments, out: &mut (dyn Write + Send)) -> Result<(), String> {
    let parts = standing(arguments.command.config()).await?;
    let done = act(&arguments.command, &*parts.portal()?).await;
    parts.store.close().await;
    out.write_all(done?.as_bytes()).map_err(|error| format!("standard output cannot be written ({error})."))
}

/// Does it, and gives what there is to say.
async fn act(command: &AccountCommand, portal: &Portal) -> Result<String, String> {
    match command {
        AccountCommand::Show { which, addresses } => show(portal, &find(which, portal).await?, *addresses).await,
        AccountCommand::Suspend(which) => suspend(portal, &find(which, portal).await?).await,
        AccountCommand::Reactivate(which) => reactivate(portal, &find(which, portal).await?).await,
        AccountCommand::EndSessions(which) => end_sessions(portal, &find(which, portal).await?).await,
        AccountCommand::TemporaryPassword(which) => mail_temporary(portal, &find(which, portal).await?).await,
        AccountCommand::Gone { .. } => match portal.gone().await {
            Ok(gone) => Ok(gone::text(&gone, portal.people_days)),
            Err(fault) => Err(failed(&fault)),
        },
    }
}

async fn find(which: &Which, portal: &Portal) -> Result<Shown, String> {
    let typed = &which.username;
    let Ok(username) = Username::parse(typed) else { return Err(unknown(typed, portal).await) };
    match portal.office_show(&username).await {
        Ok(shown) => Ok(shown),
        Err(Declined::Fault(fault)) => Err(failed(&fault)),
        Err(Declined::Problems(_)) => Err(unknown(typed, portal).await),
    }
}

async fn show(portal: &Portal, shown: &Shown, addresses: bool) -> Result<String, String> {
    let frozen_since = frozen_since(portal, shown).await.map_err(|fault| failed(&fault))?;
    Ok(Sheet { shown, agency: &portal.agency, now: portal.now(), addresses, frozen_since }.text())
}

/// When *This wasn't me* was pressed, and in which mail.
async fn frozen_since(portal: &Portal, shown: &Shown) -> Result<Option<(Moment, String)>, Fault> {
    let cases = portal.store.read().await?.find_cases().await?;
    let case = cases.into_iter().find(|case| case.account == shown.account.id && case.kind == "not-me");
    Ok(case.map(|case| (case.opened, case.detail)))
}

async fn suspend(portal: &Portal, shown: &Shown) -> Result<String, String> {
    let username = &shown.account.username;
    match shown.account.state {
        AccountState::Suspended => return Ok(format!("{username} was suspended before; nothing has changed.\n")),
        // There is nothing of it to close here, and opening it again would give it a password of its own.
        AccountState::External => return Err(elsewhere(username, &portal.agency, "suspend it there")),
        AccountState::Active | AccountState::Unclaimed | AccountState::Inactive => {}
    }
    portal.office_suspend(username).await.map_err(|declined| refused(&declined, shown, &portal.agency))?;
    Ok(format!(
        "{username} is suspended. Nobody gets in: its sessions, links and temporary passwords have ended.\n\
         Open it again:\n  backboard account reactivate {username}\n"
    ))
}

async fn end_sessions(portal: &Portal, shown: &Shown) -> Result<String, String> {
    let username = &shown.account.username;
    if !portal.office_end_sessions(username).await.map_err(|declined| refused(&declined, shown, &portal.agency))? {
        return Ok(format!("{username} was signed in nowhere; nothing has changed.\n"));
    }
    Ok(format!(
        "{username} is signed out everywhere. The password still works; does somebody else know it?\n  \
         backboard account suspend {username}\n"
    ))
}

async fn reactivate(portal: &Portal, shown: &Shown) -> Result<String, String> {
    let (account, agency) = (&shown.account, &portal.agency);
    let username = &account.username;
    let is_open = matches!(account.state, AccountState::Active | AccountState::Unclaimed) && account.frozen.is_none();
    if is_open {
        return Ok(format!("{username} is open already; nothing has changed.\n"));
    }
    portal.office_reactivate(username).await.map_err(|declined| refused(&declined, shown, agency))?;
    if account.frozen.is_some() && !matches!(account.state, AccountState::Active | AccountState::Unclaimed) {
        return Ok(format!(
            "{username} is not stopped any more, but it is still {}. Open it too:\n  backboard account reactivate {username}\n",
            account.state.code()
        ));
    }
    let voided = account.frozen == Some(Frozen::All) && account.password_hash.is_some();
    let (stands, way) = match (voided, account.password_hash.is_some()) {
        (true, _) if agency.has(Journey::Reset) && agency.policy.challenge.asking != Asking::Required => (
            "Its password may be somebody else's, so it works no more.",
            "Let its owner set a new one with Forgot Password, or mail a temporary one:",
        ),
        (true, _) => ("Its password may be somebody else's, so it works no more.", "Mail a temporary one:"),
        (false, true) => return Ok(format!("{username} is open again. The password it had works again.\n")),
        (false, false) => ("It has no password.", "Let its owner claim it, or mail a temporary one:"),
    };
    Ok(format!("{username} is open again. {stands}\n{way}\n  backboard account temporary-password {username}\n"))
}

async fn mail_temporary(portal: &Portal, shown: &Shown) -> Result<String, String> {
    let username = &shown.account.username;
    let sent = portal.office_temporary_password(username).await;
    if sent.map_err(|declined| refused(&declined, shown, &portal.agency))? == 0 {
        return Err(format!(
            "{username} has no mail address on file, so nothing was mailed; put one into the roster, and then: \
             backboard import ROSTER.csv"
        ));
    }
    let until = portal.now().plus(i64::from(portal.agency.policy.temporary.hours) * 60 * 60);
    let (each, many) = match shown.addresses.len() {
        1 => ("one address".to_owned(), ""),
        count => (format!("{count} addresses, to each its own"), "s"),
    };
    let addresses: String = shown.addresses.iter().map(|email| format!("  {}\n", masked(email))).collect();
    Ok(format!(
        "A temporary password for {username} is on its way to {each}:\n{addresses}\
         It works until {} UTC, or until the password is changed.\n\
         The running portal sends the mail{many} within a minute; if it does not run, start backboard serve.\n",
        time(until),
    ))
}

/// Addresses on one line, masked.
fn listed(addresses: &[Email]) -> String {
    addresses.iter().map(masked).collect::<Vec<_>>().join(", ")
}

/// Nobody has that username. Where an address was typed, the office means the accounts it stands on.
async fn unknown(typed: &str, portal: &Portal) -> String {
    // Whatever was typed, no control character reaches the terminal.
    let typed = typed.escape_debug();
    if let Ok(email) = Email::parse(&typed.to_string()) {
        match usernames_of(portal, &email).await {
            Ok(usernames) if !usernames.is_empty() => {
                return format!(
                    "{typed} is a mail address, not a username; it is on file for: {}",
                    usernames.join(", ")
                );
            }
            Err(fault) => return failed(&fault),
            Ok(_) => {}
        }
    }
    format!(
        "There is no account with the username {typed}; name the mail address on file instead and this command lists \
         its usernames, or look in the roster."
    )
}

async fn usernames_of(portal: &Portal, email: &Email) -> Result<Vec<String>, Fault> {
    let people = portal.store.read().await?.find_people_by_email(&email.key()).await?;
    let mut usernames: Vec<String> = people.into_iter().map(|person| person.account.username.to_string()).collect();
    usernames.sort();
    usernames.dedup();
    Ok(usernames)
}

fn refused(declined: &Declined, shown: &Shown, agency: &Agency) -> String {
    let problems = match declined {
        Declined::Fault(fault) => return failed(fault),
        Declined::Problems(problems) => problems,
    };
    let username = &shown.account.username;
    let first = problems.first().map(|problem| problem.refused);
    let opens = format!("open it first with: backboard account reactivate {username}");
    match first {
        Some(Refused::AccountSuspended) => format!("{username} is suspended, so nothing was mailed; {opens}"),
        Some(Refused::AccountInactive) => {
            format!("{username} is inactive by the roster's word, so nothing was mailed; {opens}")
        }
        Some(Refused::AccountFrozen) => format!(
            "Somebody pressed This wasn't me in a mail to {username}, so nothing was mailed; when it is clear who asked, \
             {opens}"
        ),
        Some(Refused::AccountExternal) => elsewhere(username, agency, "have it reset there"),
        // It was there a moment ago.
        _ => format!("{username} has just changed; try again."),
    }
}

fn elsewhere(username: &Username, agency: &Agency, way: &str) -> String {
    match &agency.external {
        Some(service) => {
            format!("The password of {username} is kept by {}; {way}: {}", service.name, service.url)
        }
        None => format!("The password of {username} is kept by another login service; {way}."),
    }
}

fn failed(fault: &Fault) -> String {
    match fault {
        Fault::Busy(_) => {
            "The database is busy with something long, such as an import; nothing was changed, try again when it is \
             done."
                .to_owned()
        }
        Fault::Other(why) => format!("The database failed: {why}."),
    }
}
