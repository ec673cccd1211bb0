//! `backboard restore`: a backup becomes the database again, and a new epoch begins (decision 0023).

use std::fs::hard_link;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use backboard::moment::Moment;
use backboard::service::epoch::Restored;
use backboard::service::ports::Clock as _;
use clap::Args;

use super::account::time;
use super::backup::{flaw_in, said, sqlite_of};
use super::progress::Progress;
use super::{counted, existing};
use crate::audit_lines::at;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::drafts::{BESIDE, Draft, beside, folder_of};
use crate::hold::{Hold, in_use};
use crate::keys::Keys;
use crate::keys::fit::find_misfit;
use crate::running::Parts;
use crate::safety;
use crate::store::sqlite::copies::{
    Contents, copy_still, find_contents, find_damage, is_alone, is_full, mark_successor,
};
use crate::store::{KeyLedger, NEWEST_STEP, Sqlite};

/// What nobody can know who has but the copy.
const UNKNOWN: &str = "\
What happened after the copy is lost, and may have to be done again:
  - passwords, answers and authenticators that were changed since are the earlier ones again, also a stolen one
  - accounts and staff that were stopped since are open again: backboard staff list; the desk's list of stopped accounts
  - the roster and changed addresses are those of then: backboard import ROSTER.csv, the newest
";

#[derive(Debug, Args)]
pub struct RestoreArguments {
    /// A file that backboard backup made
    #[arg(required_unless_present = "in_place", conflicts_with = "in_place")]
    file: Option<PathBuf>,
    /// The database was put back by other means, such as a snapshot of the disk: only void what was outstanding in it.
    #[arg(long)]
    in_place: bool,
    /// Where there are data already: move them aside, and keep them.
    #[arg(long, conflicts_with = "in_place")]
    replace: bool,
    /// Go on although the keys or the audit do not fit: where the right keys are lost for good.
    #[arg(long)]
    force: bool,
    /// The configuration.
    #[arg(long, default_value = "backboard.toml")]
    config: PathBuf,
}

/// # Errors
/// One sentence with the way out. Until the backup is in its place, nothing was changed.
pub async fn run(arguments: &RestoreArguments, out: &mut (dyn Write + Send)) -> Result<(), String> {
    let done = match &arguments.file {
        Some(file) => put_back(arguments, file).await?,
        None => begin_in_place(arguments).await?,
    };
    out.write_all(done.as_bytes()).map_err(|error| format!("standard output cannot be written ({error})."))
}

async fn begin_in_place(arguments: &RestoreArguments) -> Result<String, String> {
    let config = existing(&arguments.config)?;
    if let Ok(database) = sqlite_of(&config) {
        let _hold = Hold::alone(database)?;
        if !is_alone(database).await {
            return Err(in_use(database));
        }
    }
    let parts = Parts::open_as_it_is(&config).await?;
    let done = async {
        if !arguments.force {
            check_keys(&*parts.store, &parts.keys, "The database").await?;
        }
        let restored = parts.portal()?.begin_epoch().await.map_err(|fault| fault.to_string())?;
        Ok(format!("{}{}{UNKNOWN}", voided(&restored), head(&parts).await?))
    };
    let done = done.await;
    parts.store.close().await;
    done
}

async fn put_back(arguments: &RestoreArguments, file: &Path) -> Result<String, String> {
    let config = Config::load(Some(&arguments.config), std::env::vars()).map_err(|error| error.to_string())?;
    let target = sqlite_of(&config)?;
    safety::refuse(&config)?;
    let keys = Keys::read(&config.keys_file).map_err(|error| error.to_string())?;
    let contents = examine(file, target).await?;
    let hold = Hold::alone(target)?;
    let there = find_there(target, arguments.replace).await?;
    let draft = Draft::of(target)?;
    prepare(file, &draft, &contents, there.as_ref(), (&keys, arguments.force)).await?;
    draft.belong_like(if target.exists() { target } else { folder_of(target) })?;
    let aside = match target.symlink_metadata() {
        Ok(_) => Some(set_aside(target).map_err(|error| {
            format!("{} cannot be moved aside ({error}); run this as its owner.", target.display())
        })?),
        Err(_) => None,
    };
    draft.keep(aside.is_some())?;
    drop(hold);

    let mut text = format!("{} is the backup again: {}.\n", target.display(), said(&contents));
    let parts = Parts::open_as_it_is(&config).await?;
    let settled = async {
        let restored = parts.portal()?.settle_copy().await.map_err(|fault| fault.to_string())?;
        Ok::<_, String>((restored, head(&parts).await?))
    };
    let settled = settled.await;
    parts.store.close().await;
    let (restored, head) = settled?;
    match &restored {
        Some(restored) => text += &voided(restored),
        None => text += "A portal that was started meanwhile has voided what was outstanding then.\n",
    }
    text += &head;
    text += UNKNOWN;
    if let Some(aside) = aside {
        let after = contents.newest.map_or(0, |(id, _)| id);
        text += &format!(
            "What was there is {aside} now; remove it when nobody needs it. What it knows of that time:\n  \
             BACKBOARD__DATABASE__URL=sqlite:{aside} backboard audit export --after {after} --config {config}\n",
            config = arguments.config.display(),
            aside = std::path::absolute(&aside).unwrap_or(aside).display()
        );
    }
    Ok(text)
}

/// What the backup holds, if it can be put back at all.
async fn examine(file: &Path, target: &Path) -> Result<Contents, String> {
    let name = file.display();
    if !file.is_file() {
        return Err(format!("There is no file {name}; name one that backboard backup made."));
    }
    if file.canonicalize().is_ok_and(|file| target.canonicalize().is_ok_and(|target| target == file)) {
        return Err(format!(
            "{name} is the database itself; to void what is outstanding in it: backboard restore --in-place"
        ));
    }
    let contents = find_contents(file).await.map_err(|error| {
        format!("{name} is no backup of a portal, or cannot be read ({error}); name one that backboard backup made.")
    })?;
    if contents.step > NEWEST_STEP {
        return Err(format!(
            "{name} was made by a later version (step {}, here {NEWEST_STEP}); put it back with that version.",
            contents.step
        ));
    }
    match find_damage(file).await {
        Ok(None) => Ok(contents),
        Ok(Some(damage)) => Err(damaged(file, &damage)),
        Err(error) => Err(damaged(file, &error.to_string())),
    }
}

/// What lies in the target's place, if anything; refused where it may not be moved aside.
async fn find_there(target: &Path, replace: bool) -> Result<Option<Contents>, String> {
    if target.symlink_metadata().is_err() {
        return Ok(None);
    }
    if !is_alone(target).await {
        return Err(in_use(target));
    }
    // What cannot be read may be all that is left of something.
    let there = find_contents(target).await.ok();
    if replace || there.is_some_and(|there| there.is_empty()) {
        return Ok(there);
    }
    let holds = there.map_or_else(|| "what cannot be read".to_owned(), |there| said(&there));
    Err(format!(
        "{} holds data ({holds}); move it aside and put the backup in its place with --replace.",
        target.display()
    ))
}

/// The backup as it will be the database: brought up to date, checked with the keys, and marked as a copy.
async fn prepare(
    file: &Path,
    draft: &Draft,
    contents: &Contents,
    there: Option<&Contents>,
    (keys, force): (&Keys, bool),
) -> Result<(), String> {
    const MEBIBYTE: u64 = 1024 * 1024;
    let mut progress = None;
    let mut seen = |done: u64, whole: u64| {
        let whole = whole / MEBIBYTE;
        progress.get_or_insert_with(|| Progress::counting(whole, "MiB")).reach((done / MEBIBYTE).min(whole));
    };
    let copied = copy_still(file, draft.path(), &mut seen).await;
    if let Some(progress) = progress {
        progress.end();
    }
    copied.map_err(|error| match is_full(&error) {
        true => format!(
            "{} has no room for the backup, and nothing was changed; make room there.",
            folder_of(draft.path()).display()
        ),
        false => damaged(file, &error.to_string()),
    })?;
    if !force && let Some(flaw) = flaw_in(draft.path(), contents, keys).await? {
        // Wrong keys are the likelier reason, and have a sentence of their own.
        let store = Sqlite::open(draft.path()).await.map_err(|fault| damaged(file, &fault.to_string()))?;
        let fit = check_keys(&store, keys, &file.display().to_string()).await;
        store.close().await;
        fit?;
        return Err(format!(
            "{} is whole, but {flaw}. Put the key file back that was kept with it, or take an earlier backup; if there is \
             neither, go on with --force.",
            file.display()
        ));
    }
    let store = Sqlite::open(draft.path()).await.map_err(|fault| damaged(file, &fault.to_string()))?;
    let fit = if force { Ok(()) } else { check_keys(&store, keys, &file.display().to_string()).await };
    store.close().await;
    fit?;
    // One that does not say when it was taken is as old as its newest row.
    let copied = contents.copied.or(contents.newest.map(|(_, at)| at)).unwrap_or(Moment(0));
    let replaced = there.and_then(|there| there.epoch).unwrap_or_default();
    mark_successor(draft.path(), copied, replaced).await.map_err(|error| damaged(file, &error.to_string()))
}

async fn check_keys(store: &dyn KeyLedger, keys: &Keys, what: &str) -> Result<(), String> {
    match find_misfit(store, keys).await.map_err(|fault| fault.to_string())? {
        None => Ok(()),
        Some(misfit) => Err(format!(
            "The key file does not belong to {what}: {misfit}. Put the key file back that was kept with it; if it is lost \
             for good, go on with --force.",
        )),
    }
}

/// Gives the database, and what lies beside it, another name. It keeps its own until the backup takes that.
fn set_aside(target: &Path) -> io::Result<PathBuf> {
    let moment: String = at(SystemClock.now()).chars().filter(|c| !matches!(c, '-' | ':')).collect();
    let first = beside(target, &format!(".replaced-{moment}"));
    // Two of one second.
    let others = (2_u32..).map(|number| beside(&first, &format!("-{number}")));
    let mut names = std::iter::once(first.clone()).chain(others);
    let aside = names.find(|name| name.symlink_metadata().is_err()).unwrap_or(first.clone());
    // A log is there only where the database could not be read; what takes its place must not find it.
    for ending in BESIDE {
        // The index of a log is made anew where it is missing.
        let gone = match ending {
            "-shm" => std::fs::remove_file(beside(target, ending)),
            _ => std::fs::rename(beside(target, ending), beside(&aside, ending)),
        };
        match gone {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    hard_link(target, &aside)?;
    Ok(aside)
}

fn voided(restored: &Restored) -> String {
    let words = [
        ("session", "sessions"),
        ("journey under way", "journeys under way"),
        ("link", "links"),
        ("temporary password", "temporary passwords"),
        ("waiting request", "waiting requests"),
        ("waiting mail with a link or code", "waiting mails with a link or code"),
        ("checked caller", "checked callers"),
        ("new address that waited", "new addresses that waited"),
        ("session at the desk", "sessions at the desk"),
        ("link of staff", "links of staff"),
        ("recovery code", "recovery codes"),
        ("import that waited", "imports that waited"),
    ];
    let counts = restored.voided.counts().map(|(_, count)| count);
    let some: Vec<String> = counts
        .into_iter()
        .zip(words)
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| counted(count, words))
        .collect();
    let what = if some.is_empty() { "nothing was outstanding".to_owned() } else { some.join(", ") };
    let copied = restored.epoch.source.map_or_else(String::new, |at| format!(" (the copy is of {} UTC)", time(at)));
    format!("Epoch {} begins{copied}. Void from now on: {what}.\n", restored.epoch.number)
}

/// The head of the audit, for the records of the operator.
async fn head(parts: &Parts) -> Result<String, String> {
    let head = parts.portal()?.audit_head().await.map_err(|fault| fault.to_string())?;
    Ok(head.map_or_else(String::new, |head| format!("{head}\n")))
}

fn damaged(file: &Path, damage: &str) -> String {
    format!("{} is damaged ({damage}), and nothing was changed; take an earlier backup.", file.display())
}
