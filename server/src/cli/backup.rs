//! `backboard backup`: a copy of the database, taken while the portal runs, and checked before it gets its name.

use std::io::Write;
use std::path::{Path, PathBuf};

use backboard::service::audit::{Verified, verify};
use backboard::service::ports::Clock as _;
use clap::Args;
use tokio::time::Instant;

use super::account::time;
use super::progress::Progress;
use super::{counted, existing};
use crate::clock::SystemClock;
use crate::config::{Config, Database};
use crate::drafts::{Draft, folder_of, taken};
use crate::hold::Hold;
use crate::keys::Keys;
use crate::store::Sqlite;
use crate::store::sqlite::copies::{self, Contents, find_contents, find_damage, is_full, mark_copy};
use crate::vault::KeyVault;

const MEBIBYTE: u64 = 1024 * 1024;

#[derive(Debug, Args)]
pub struct BackupArguments {
    /// Where the copy goes
    file: PathBuf,
    /// Write over a file of that name, once the new one is whole.
    #[arg(long)]
    replace: bool,
    /// The configuration.
    #[arg(long, default_value = "backboard.toml")]
    config: PathBuf,
}

/// # Errors
/// One sentence with the way out.
pub async fn run(arguments: &BackupArguments, out: &mut (dyn Write + Send)) -> Result<(), String> {
    let config = existing(&arguments.config)?;
    let source = sqlite_of(&config)?;
    let begun = Instant::now();
    let named = &arguments.file;
    check_place(named, &config, arguments.replace)?;
    let keys = Keys::read(&config.keys_file).map_err(|error| error.to_string())?;
    let _hold = Hold::shared(source)?;
    let draft = Draft::of(named)?;
    // Before the copy's own moment: what was answered until then is in it.
    let moment = SystemClock.now();
    let mut progress = None;
    let mut seen = |done: u64, whole: u64| {
        let whole = whole / MEBIBYTE;
        progress.get_or_insert_with(|| Progress::counting(whole, "MiB")).reach((done / MEBIBYTE).min(whole));
    };
    let copied = copies::copy(source, draft.path(), &mut seen).await;
    if let Some(progress) = progress {
        progress.end();
    }
    copied.map_err(|error| not_copied(source, named, &error))?;
    let unreadable = |error: sqlx::Error| format!("The copy cannot be checked ({error}), and was removed.");
    let is_marked = mark_copy(draft.path(), moment).await.map_err(unreadable)?;
    if let Some(damage) = find_damage(draft.path()).await.map_err(unreadable)? {
        return Err(format!(
            "{} is damaged ({damage}), and no copy was kept: put an earlier backup back, and keep this file.",
            source.display()
        ));
    }
    let contents = find_contents(draft.path()).await.map_err(unreadable)?;
    let flaw = flaw_in(draft.path(), &contents, &keys).await?;
    let bytes = draft.keep(arguments.replace)?;

    let named = named.display();
    let mut text = format!("{named} is whole: {}.\n", said(&contents));
    text += &format!(
        "Everything that was answered until {} UTC is in it. {} in {:.1} s.\n",
        time(moment),
        size(bytes),
        begun.elapsed().as_secs_f64()
    );
    text += &format!("{}\n", keep_apart(&config));
    text += &match is_marked {
        true => format!("Put it back with: backboard restore {named}\n"),
        false => format!(
            "The database is of step {}, before copies could say what they are: put this one back with backboard restore \
             {named} alone, never by copying it.\n",
            contents.step
        ),
    };
    out.write_all(text.as_bytes()).map_err(|error| format!("standard output cannot be written ({error})."))?;
    match flaw {
        None => Ok(()),
        // A copy of what there is is worth more than none; but nobody may take it for a good one.
        Some(flaw) => Err(format!("{named} is kept, but {flaw}. Keep the backups from before, and look at the audit.")),
    }
}

/// The file of a database that has one.
pub(super) fn sqlite_of(config: &Config) -> Result<&Path, String> {
    match &config.database {
        Database::Sqlite(path) => Ok(path),
        Database::Postgres(_) => {
            Err("PostgreSQL makes and restores its backups itself, with pg_dump or pg_basebackup: docs/OPERATIONS.md, \
             \"Backup and restore\", says how; afterwards run: backboard restore --in-place"
                .to_owned())
        }
    }
}

/// The first row of the audit that is not as it was written, in half a sentence.
pub(super) async fn flaw_in(file: &Path, contents: &Contents, keys: &Keys) -> Result<Option<String>, String> {
    if contents.step < copies::TIES {
        return Ok(None);
    }
    let store = Sqlite::look(file).await.map_err(|fault| fault.to_string())?;
    let rows = contents.newest.map_or(0, |(id, _)| id);
    let mut progress = Progress::of(u64::try_from(rows).unwrap_or_default());
    let verified = verify(&store, &KeyVault::new(keys), Vec::new(), |seen| progress.reach(seen)).await;
    progress.end();
    store.close().await;
    let Verified { flaw, .. } = verified.map_err(|fault| format!("The audit cannot be read ({fault})."))?;
    Ok(flaw.map(|(row, _)| format!("row {} of its audit is not as it was written under these keys", row.id)))
}

/// `5 people, 4 accounts, …`
pub(super) fn said(contents: &Contents) -> String {
    let count = |count: i64, words| counted(count.unsigned_abs(), words);
    let newest = contents.newest.map_or_else(
        || "no row of the audit".to_owned(),
        |(id, at)| format!("audit up to row {id} ({} UTC)", time(at)),
    );
    format!(
        "{}, {}, {}, {}, {newest}",
        count(contents.people, ("person", "people")),
        count(contents.accounts, ("account", "accounts")),
        count(contents.staff, ("member of staff", "members of staff")),
        count(contents.waiting, ("mail waiting", "mails waiting")),
    )
}

/// Refuses a place that is taken, or in which a copy would not be safe.
fn check_place(named: &Path, config: &Config, replace: bool) -> Result<(), String> {
    if named.file_name().is_none() || named.is_dir() {
        return Err(format!("{} is a folder; name a file in it.", named.display()));
    }
    if named.symlink_metadata().is_ok() && !replace {
        return Err(taken(named));
    }
    let same =
        |one: &Path, other: &Path| one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|it| it == one));
    if same(named, sqlite_of(config)?) {
        return Err(format!("{} is the database itself; name another file.", named.display()));
    }
    if same(folder_of(named), folder_of(&config.keys_file)) {
        return Err(format!(
            "{} holds the keys, and whoever takes keys and backup together has everything; name another folder.",
            folder_of(named).display()
        ));
    }
    Ok(())
}

fn not_copied(source: &Path, named: &Path, error: &sqlx::Error) -> String {
    let (source, folder) = (source.display(), folder_of(named).display());
    if is_full(error) {
        return format!(
            "{folder} has no room for the copy, and nothing of it was kept; make room, or name another folder."
        );
    }
    format!("{source} cannot be copied ({error}), and nothing was kept; ask: backboard doctor")
}

/// What a backup is worth nothing without, and must not lie beside.
fn keep_apart(config: &Config) -> String {
    let files = &config.files;
    let besides: Vec<String> = [&files.configuration, &files.agency]
        .into_iter()
        .flatten()
        .chain(files.secrets.iter().map(|(_, path)| path))
        .map(|path| path.display().to_string())
        .collect();
    let besides = if besides.is_empty() { String::new() } else { format!(" Besides: {}.", besides.join(", ")) };
    format!(
        "The keys are not in it. Keep them apart from it, and as long as it: {}.{besides}",
        config.keys_file.display()
    )
}

fn size(bytes: u64) -> String {
    match bytes {
        0..MEBIBYTE => format!("{} KiB", bytes.div_ceil(1024)),
        _ => format!("{} MiB", bytes.div_ceil(MEBIBYTE)),
    }
}
