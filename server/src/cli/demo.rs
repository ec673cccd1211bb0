//! `backboard demo`: a portal with made-up people, and a mailbox that shows its mails, in a folder of
//! its own. Nothing in it is real, and nothing of it reaches `backboard serve`.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use backboard::account::Username;
use backboard::agency::Agency;
use backboard::expiry::Schedule;
use backboard::password::Password;
use backboard::service::Portal;
use backboard::service::roster::RosterStore as _;
use clap::Args;

use super::import::{self, ImportArguments};
use crate::config::Captcha;
use crate::demo::mailbox::{self, Demonstration};
use crate::keys::Keys;
use crate::mail::{Folder, Transport};
use crate::profiles::profile;
use crate::roster::{self, People, Synthetic};
use crate::running::{Parts, listen, run as run_portal, told_to_stop};
use crate::store::Sqlite;
use crate::web::serve;

/// Made-up people of a demo.
const PEOPLE: u32 = 300;
/// Always the same ones.
const SEED: u64 = 911;
/// How many of each state the mailbox lists.
const LISTED: usize = 2;
/// The password of those who have one. It meets the rules of every built-in profile.
const PASSWORD: &str = "Kestrel&42rows";

#[derive(Debug, Args)]
pub struct DemoArguments {
    /// Where the portal listens.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where its mailbox listens.
    #[arg(long, default_value = "127.0.0.1:8025")]
    mailbox: SocketAddr,
    /// The agency profile: a built-in name, or the path of a file.
    #[arg(long, default_value = "demo")]
    agency: String,
    /// The folder for its data [default: backboard-demo in your data folder]
    #[arg(long)]
    data: Option<PathBuf>,
}

/// # Errors
/// One sentence with the way out.
pub async fn run(arguments: DemoArguments) -> Result<(), String> {
    for address in [arguments.listen, arguments.mailbox] {
        if !address.ip().is_loopback() {
            return Err(format!(
                "{address}: a demo listens on loopback alone; everybody's password is in its mailbox."
            ));
        }
    }
    let agency = profile(&arguments.agency)?;
    let folder = arguments.data.unwrap_or_else(data_folder).join(&agency.id);
    let (portal_listener, mailbox_listener) = (listen(arguments.listen).await?, listen(arguments.mailbox).await?);
    let parts = open(&folder, agency, &format!("http://{}", arguments.listen)).await?;
    let portal = parts.portal()?;
    let people = examples();
    settle(&parts, &portal, &folder, &people).await?;

    let origin = parts.origin.clone();
    let mut out = std::io::stdout();
    let said = writeln!(
        out,
        "A demo of {}: nobody in it is real.\n  portal   {origin}\n  mailbox  http://{}   (mails, and people to play)\n  data     {}\nCtrl-C ends it.",
        parts.agency.name,
        arguments.mailbox,
        folder.display()
    );
    said.map_err(|error| format!("standard output cannot be written ({error})."))?;
    let pages = mailbox::router(folder.join("mail"), people.iter().map(shown).collect(), &origin);
    let (stopping, stopped) = tokio::sync::watch::channel(false);
    let mut watching = stopped.clone();
    let mails = tokio::spawn(serve(mailbox_listener, pages, async move {
        let _ = watching.wait_for(|stopped| *stopped).await;
    }));
    let result = run_portal(parts, portal, portal_listener, None, told_to_stop()).await;
    let _ = stopping.send(true);
    let _ = mails.await;
    result
}

async fn open(folder: &Path, agency: Agency, origin: &str) -> Result<Parts, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(folder.join("mail")).map_err(failed)?;
    std::fs::create_dir_all(folder.join("data")).map_err(failed)?;
    let keys = folder.join("keys.toml");
    let keys =
        if keys.exists() { Keys::read(&keys) } else { Keys::create(&keys) }.map_err(|error| error.to_string())?;
    let store = Sqlite::open(&folder.join("data/backboard.db")).await.map_err(|fault| {
        format!("{fault}. Is {} a demo of another version? Remove it and start again.", folder.display())
    })?;
    Ok(Parts {
        agency,
        keys,
        store: Arc::new(store),
        transport: Transport::Folder(Folder::at(folder.join("mail"))),
        captcha: Captcha::Altcha,
        origin: origin.to_owned(),
        trusted: Vec::new(),
        multiply: 1,
    })
}

/// Brings the made-up roster in, once, and gives the listed active people their password.
async fn settle(parts: &Parts, portal: &Portal, folder: &Path, people: &[Synthetic]) -> Result<(), String> {
    let file = folder.join("roster.csv");
    if !file.exists() {
        let draft = folder.join("roster.csv.new");
        let written = std::fs::File::create(&draft).map_err(|error| error.to_string())?;
        roster::write(std::io::BufWriter::new(written), PEOPLE, SEED, |_| ()).map_err(|error| error.to_string())?;
        let arguments =
            ImportArguments { roster: draft.clone(), dry_run: false, rejects: Some(folder.join("rejects.csv")) };
        import::run(&arguments, portal, &*parts.store, &mut std::io::sink()).await?;
        give_passwords(parts, portal, people).await?;
        // Under its final name only when everything before it is done: a demo cut off begins again.
        std::fs::rename(&draft, &file).map_err(|error| error.to_string())?;
    }
    Ok(())
}

async fn give_passwords(parts: &Parts, portal: &Portal, people: &[Synthetic]) -> Result<(), String> {
    let password = Password::parse(PASSWORD).map_err(|refused| refused.code().to_owned())?;
    for person in people.iter().filter(|person| has_password(person)) {
        let username = Username::parse(&person.username).map_err(|refused| refused.code().to_owned())?;
        let hash = portal.hasher.hash(&password).await.map_err(|fault| fault.to_string())?;
        let mut work = parts.store.begin_roster().await.map_err(|fault| fault.to_string())?;
        let account = work.find_account_by_username(&username.key()).await.map_err(|fault| fault.to_string())?;
        if let Some(account) = account {
            let state = account.state;
            let schedule = Schedule::of(portal.now(), portal.agency.policy.password.expires_days);
            work.save_password(account.id, &hash, portal.now(), schedule).await.map_err(|fault| fault.to_string())?;
            work.save_state(account.id, state).await.map_err(|fault| fault.to_string())?;
        }
        work.save().await.map_err(|fault| fault.to_string())?;
    }
    Ok(())
}

/// A few people of each state, whose number, username and address are theirs alone.
fn examples() -> Vec<Synthetic> {
    let everybody: Vec<Synthetic> = People::of(SEED).take(PEOPLE as usize).collect();
    let alone = |person: &Synthetic| {
        everybody
            .iter()
            .filter(|other| other.username == person.username || other.email == person.email || other.ssn == person.ssn)
            .count()
            == 1
    };
    let mut chosen = Vec::new();
    for status in ["unclaimed", "active", "inactive", "suspended", "external"] {
        let of_status = everybody.iter().filter(|person| person.status == status && !person.username.is_empty());
        let usable =
            of_status.filter(|person| person.email.contains('@') && !person.email.contains(' ') && alone(person));
        chosen.extend(usable.take(if status == "unclaimed" { 2 * LISTED } else { LISTED }).cloned());
    }
    chosen
}

fn has_password(person: &Synthetic) -> bool {
    matches!(person.status.as_str(), "active" | "inactive" | "suspended")
}

fn shown(person: &Synthetic) -> Demonstration {
    let hint = match person.status.as_str() {
        "unclaimed" => "Claim the account: look this person up, open the mail here, choose a password.",
        "active" => "Log in. Or try to claim: the mail says that the account is claimed already.",
        "inactive" | "suspended" => "Log in: only the right password is told the state. Or try to claim.",
        _ => "Try to claim: the mail says that another login service keeps the password.",
    };
    Demonstration {
        state: person.status.clone(),
        // The last name first, because it is what the form asks for, and some have two words.
        name: format!("{}, {}", [person.last_name.as_str(), &person.suffix].join(" ").trim(), person.first_name),
        born: person.date_of_birth.clone(),
        ssn: person.ssn.clone(),
        certificate: person.certificate_number.clone(),
        username: person.username.clone(),
        password: has_password(person).then(|| PASSWORD.to_owned()),
        email: person.email.clone(),
        hint: hint.to_owned(),
    }
}

/// `$XDG_DATA_HOME/backboard-demo`, or `~/.local/share/backboard-demo`, or a folder here.
fn data_folder() -> PathBuf {
    let own = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    own.or_else(home).unwrap_or_default().join("backboard-demo")
}
