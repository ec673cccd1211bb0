//! `backboard staff`: who works at the desk, from the server's command line.
//!
//! The first admin comes from here, and in an office with a single admin it is the second person that another one needs.
//! Each command is one commit of the use case that the desk runs on. No password, no key and no link is ever printed.

use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;

use backboard::form::staff::Invitation;
use backboard::identity::Email;
use backboard::refused::Refused;
use backboard::service::desk::records::Member;
use backboard::service::desk::staff::{By, Decision};
use backboard::service::ports::Fault;
use backboard::service::{Declined, Portal};
use backboard::staff::{Role, staff_name};
use clap::{Args, Subcommand};

use super::standing;
use crate::config::Config;
use crate::running::Parts;

#[derive(Debug, Args)]
pub struct StaffArguments {
    #[command(subcommand)]
    pub command: StaffCommand,
    /// The configuration.
    #[arg(long, default_value = "backboard.toml", global = true)]
    pub config: PathBuf,
}

#[derive(Debug, Subcommand)]
pub enum StaffCommand {
    /// Mail somebody an invitation to the desk; the first admin comes from here.
    Invite {
        /// The mail address
        #[arg(long)]
        email: String,
        /// helpdesk, supervisor or admin
        #[arg(long, value_parser = role)]
        role: Role,
        /// The name that the desk shows [default: the part of the address before the @]
        #[arg(long)]
        name: Option<String>,
    },
    /// Everybody, with role and state.
    List,
    /// End somebody's access and sessions at once.
    Suspend {
        /// The mail address
        email: String,
    },
    /// Give somebody another role; also that of an admin, for which the desk wants two admins.
    Role {
        /// The mail address
        email: String,
        /// helpdesk, supervisor or admin
        #[arg(value_parser = role)]
        role: Role,
    },
    /// Open somebody's access again.
    Reactivate {
        /// The mail address
        email: String,
    },
    /// Take a lost authenticator away and mail a link to set up another one.
    ResetSecondFactor {
        /// The mail address
        email: String,
    },
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_code(text).ok_or_else(|| "choose helpdesk, supervisor or admin".to_owned())
}

/// # Errors
/// One sentence with the way out.
pub async fn run(arguments: &StaffArguments, out: &mut (dyn Write + Send)) -> Result<(), String> {
    let parts = match arguments.command {
        // The first one may come before the roster.
        StaffCommand::Invite { .. } => {
            let config = Config::load(Some(&arguments.config), std::env::vars()).map_err(|error| error.to_string())?;
            Parts::open(&config).await?
        }
        _ => standing(&arguments.config).await?,
    };
    let done = act(&arguments.command, &*parts.portal()?).await;
    parts.store.close().await;
    out.write_all(done?.as_bytes()).map_err(|error| format!("standard output cannot be written ({error})."))
}

async fn act(command: &StaffCommand, portal: &Portal) -> Result<String, String> {
    match command {
        StaffCommand::List => list(portal).await,
        StaffCommand::Invite { email, role, name } => invite(portal, email, *role, name.as_deref()).await,
        StaffCommand::Suspend { email } => {
            let member = known(portal, email).await?;
            decide(portal, &member, Decision::Suspend).await?;
            Ok(format!(
                "{email} is suspended: signed out everywhere, and nothing opens any more. Open it again:\n  backboard staff reactivate {email}\n"
            ))
        }
        StaffCommand::Reactivate { email } => {
            let member = known(portal, email).await?;
            decide(portal, &member, Decision::Reactivate).await?;
            Ok(format!("{email} may sign in to the desk again.\n"))
        }
        StaffCommand::Role { email, role } => {
            let member = known(portal, email).await?;
            decide(portal, &member, Decision::Role(*role)).await?;
            Ok(format!("{email} has the role {} now, was signed out, and is told by mail.\n", role.code()))
        }
        StaffCommand::ResetSecondFactor { email } => {
            let member = known(portal, email).await?;
            portal.staff_reset_second(By::Office, member.id).await.map_err(|declined| refused(&declined, email))?;
            Ok(format!(
                "The authenticator and the recovery codes of {email} are gone, and a link to set up another one is on its \
                 way. It works for 24 hours, together with the password.\n{SENT}"
            ))
        }
    }
}

/// Who sends it.
const SENT: &str = "The running portal sends the mail within a minute; if it does not run, start backboard serve.\n";

async fn invite(portal: &Portal, typed: &str, role: Role, name: Option<&str>) -> Result<String, String> {
    let email = address(typed)?;
    let name = name.unwrap_or_else(|| email.as_str().split('@').next().unwrap_or_default());
    let name =
        staff_name(name).map_err(|_| "The name cannot be read; write it with --name \"First Last\".".to_owned())?;
    let invitation = Invitation { email: email.clone(), name, role };
    match portal.staff_invite(By::Office, &invitation).await {
        Ok(_) => Ok(format!(
            "An invitation to the desk is on its way to {email}, role {}. Its link works for 24 hours.\n{SENT}",
            role.code(),
            email = email.as_str(),
        )),
        Err(Declined::Problems(problems)) if problems.iter().any(|one| one.refused == Refused::StaffThere) => {
            again(portal, &email).await
        }
        Err(declined) => Err(refused(&declined, typed)),
    }
}

/// Somebody who is invited already gets a new link.
async fn again(portal: &Portal, email: &Email) -> Result<String, String> {
    let email = email.as_str();
    let member = known(portal, email).await?;
    match portal.staff_resend(By::Office, member.id).await {
        Ok(()) => Ok(format!(
            "{email} was invited before, as {}; a new link is on its way, and the earlier one works no more.\n{SENT}",
            member.role.code()
        )),
        Err(Declined::Fault(fault)) => Err(failed(&fault)),
        Err(Declined::Problems(_)) => Err(format!(
            "{email} is a member of staff already ({}, {}); look with: backboard staff list",
            member.role.code(),
            member.state.code()
        )),
    }
}

async fn list(portal: &Portal) -> Result<String, String> {
    let members = portal.staff_list(By::Office).await.map_err(|declined| refused(&declined, ""))?;
    if members.is_empty() {
        return Ok("Nobody works at the desk yet. Invite the first admin:\n  backboard staff invite --email ADDRESS --role admin\n".to_owned());
    }
    let mut text = String::new();
    for member in members {
        let shows = if member.may_show { ", may show temporary passwords" } else { "" };
        let asked = if member.admin_asked_by.is_some() { ", to become an admin" } else { "" };
        let _ = writeln!(
            text,
            "staff {:<4} {:<10} {:<9} {} <{}>{shows}{asked}",
            member.id,
            member.role.code(),
            member.state.code(),
            member.name,
            member.email.as_str()
        );
    }
    Ok(text)
}

async fn known(portal: &Portal, typed: &str) -> Result<Member, String> {
    portal.staff_by_email(&address(typed)?).await.map_err(|declined| refused(&declined, typed))
}

async fn decide(portal: &Portal, member: &Member, decision: Decision) -> Result<(), String> {
    let decided = portal.staff_decide(By::Office, member.id, decision).await;
    decided.map_err(|declined| refused(&declined, member.email.as_str()))
}

fn address(typed: &str) -> Result<Email, String> {
    Email::parse(typed).map_err(|_| format!("{} is no mail address.", typed.escape_debug()))
}

fn refused(declined: &Declined, email: &str) -> String {
    let problems = match declined {
        Declined::Fault(fault) => return failed(fault),
        Declined::Problems(problems) => problems,
    };
    match problems.first().map(|problem| problem.refused) {
        Some(Refused::StaffGone) => format!("{email} is nobody of the staff; look with: backboard staff list"),
        Some(Refused::StaffLast) => format!(
            "{email} is the only admin who can sign in; make somebody else an admin first: backboard staff role ADDRESS admin"
        ),
        Some(Refused::NothingToDo) => {
            format!("That is not to be done for {email} as things stand; look with: backboard staff list")
        }
        // It was there a moment ago.
        _ => format!("{email} has just changed; try again."),
    }
}

fn failed(fault: &Fault) -> String {
    match fault {
        Fault::Busy(_) => "The database is busy with something long, such as an import; nothing was changed, try again when it is done.".to_owned(),
        Fault::Other(why) => format!("The database failed: {why}."),
    }
}
