//! Files that hold secrets, and folders in which somebody could put another file in their place.

use std::fs::Metadata;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;

use crate::config::{Database, Draft, Finding, Mail};
use crate::keys::{Keys, closed_to_others};
use crate::mail::bounces;

/// Endings of what is likely a copy of a database.
const COPIES: [&str; 9] = ["db", "sqlite", "sqlite3", "bak", "backup", "sql", "dump", "gz", "zst"];

pub fn look(draft: &Draft) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(draft.keys_file.as_deref().map(keys).unwrap_or_default());
    match &draft.database {
        Some(Database::Sqlite(file)) => findings.extend(database(file)),
        Some(Database::Postgres(url)) => findings.push(super::postgres::way(url)),
        None => {}
    }
    for (setting, file) in &draft.files.secrets {
        // One that is not there was named when it was read.
        if let Ok(about) = file.metadata() {
            findings.push(closed(setting, file, &about, "can read the secret"));
        }
    }
    findings.extend(configuration(draft));
    if let Some(file) = &draft.files.agency
        && let Ok(about) = file.metadata()
    {
        findings.push(unwritable("agency", file, &about, "could change whom people call and what mails say"));
    }
    findings.extend(mail(draft));
    findings.extend(draft.bounces.as_deref().map(bounced));
    findings
}

fn keys(file: &Path) -> Vec<Finding> {
    let Ok(about) = file.metadata() else {
        return vec![Finding::danger(
            "keys.file",
            format!("There is no key file at {}; make one with: backboard keys new", file.display()),
        )];
    };
    // Its mode is the configuration's own matter: see `config`.
    if closed_to_others(file).is_err() {
        return folder_of("keys.file", file).into_iter().collect();
    }
    let mut findings = vec![closed("keys.file", file, &about, "can use the keys")];
    findings.extend(folder_of("keys.file", file));
    if let Err(error) = Keys::read(file) {
        findings.push(Finding::danger("keys.file", format!("keys.file: {error}")));
    }
    findings
}

fn database(file: &Path) -> Vec<Finding> {
    let Ok(about) = file.metadata() else {
        return vec![Finding::ok("database.url", format!("{} is made at the first start", file.display()))];
    };
    let mut findings = vec![closed("database.url", file, &about, "can read everybody's data")];
    for ending in ["-wal", "-shm"] {
        let beside = beside(file, ending);
        if let Ok(about) = beside.metadata() {
            let found = closed("database.url", &beside, &about, "can read everybody's data");
            findings.extend(found.is_danger().then_some(found));
        }
    }
    findings.extend(folder_of("database.url", file));
    findings.extend(copies(file));
    findings
}

/// Backups beside the database that others may read.
fn copies(file: &Path) -> Vec<Finding> {
    let Some(name) = file.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
    let listing = file.parent().and_then(|folder| folder.read_dir().ok());
    let mut found: Vec<Finding> = listing
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            let other = entry.file_name();
            let Some(other) = other.to_str() else { return false };
            let own = other == name || other == format!("{name}-wal") || other == format!("{name}-shm");
            let ending = other.rsplit_once('.').map_or("", |(_, ending)| ending);
            !own && (other.starts_with(name) || COPIES.contains(&ending))
        })
        .filter_map(|entry| {
            let about = entry.metadata().ok().filter(Metadata::is_file)?;
            let found =
                closed("database.url", &entry.path(), &about, "can read what looks like a copy of the database");
            found.is_danger().then_some(found)
        })
        .collect();
    found.sort_by(|one, other| one.sentence.cmp(&other.sentence));
    found
}

fn configuration(draft: &Draft) -> Vec<Finding> {
    let Some(file) = &draft.files.configuration else { return Vec::new() };
    let Ok(about) = file.metadata() else { return Vec::new() };
    let mut findings = vec![unwritable("configuration", file, &about, "could send every link to a host of theirs")];
    for setting in &draft.files.written {
        let found = closed(setting, file, &about, "can read the secret in it");
        findings.push(if found.is_danger() {
            let sentence = format!("{setting}: {}", found.sentence);
            Finding { sentence, ..found }
        } else {
            Finding::warning(
                setting,
                format!(
                    "{setting} stands in {} itself, and goes wherever that is copied; put it into a file of its own, mode \
                     600.",
                    file.display()
                ),
            )
        });
    }
    findings
}

/// Mails that lie in a folder go nowhere unless another program takes them: that is how some sites send, so it is no
/// danger; and it is how a trial is left running, so it is said.
fn mail(draft: &Draft) -> Vec<Finding> {
    match &draft.mail {
        Some(Mail::Folder(folder)) => {
            let mut findings = Vec::new();
            if draft.is_loopback() {
                findings.push(Finding::ok("mail.transport", format!("mails are written to {}", folder.display())));
            } else {
                let sentence = format!(
                    "mail.transport = \"folder\" sends nothing: mails lie in {} until another program takes them; write \
                     \"smtp\" unless there is one.",
                    folder.display()
                );
                findings.push(Finding::warning("mail.transport", sentence));
            }
            if let Ok(about) = folder.metadata()
                && about.permissions().mode() & 0o007 != 0
            {
                let folder = folder.display();
                findings.push(Finding::warning(
                    "mail.folder",
                    format!("mail.folder: everybody on this machine sees whom mails went to; run: chmod 700 {folder}"),
                ));
            }
            findings
        }
        Some(Mail::Smtp(smtp)) => smtp
            .ca_file
            .as_deref()
            .and_then(|file| Some(unwritable("mail.ca_file", file, &file.metadata().ok()?, "could read every mail")))
            .into_iter()
            .collect(),
        None => Vec::new(),
    }
}

/// The mailbox of reports. Without it the portal works, and the desk learns of dead addresses later or never.
fn bounced(folder: &Path) -> Finding {
    match bounces::look(folder) {
        Ok(()) => Finding::ok("mail.bounces", format!("reports are read from {}", folder.display())),
        Err((place, error)) => Finding::warning(
            "mail.bounces",
            format!(
                "mail.bounces: {} cannot be used ({error}), so nobody learns which mails came back; make it, and let the \
                 user that runs the portal read, write and rename in it.",
                place.display()
            ),
        ),
    }
}

/// A file that its owner alone may read and write, and that is ours.
fn closed(setting: &'static str, file: &Path, about: &Metadata, what: &str) -> Finding {
    let mode = about.permissions().mode() & 0o777;
    let path = file.display();
    if mode & 0o077 != 0 {
        return Finding::danger(
            setting,
            format!("{path} has mode {mode:o}, so others than its owner {what}; run: chmod 600 {path}"),
        );
    }
    ours(setting, file, about).unwrap_or_else(|| Finding::ok(setting, format!("{path}, mode {mode:o}")))
}

/// A file that others may read and only its owner may write.
fn unwritable(setting: &'static str, file: &Path, about: &Metadata, what: &str) -> Finding {
    let mode = about.permissions().mode() & 0o777;
    let path = file.display();
    let sentence = |who: &str| format!("{path} has mode {mode:o}, so {who} {what}; run: chmod go-w {path}");
    if mode & 0o002 != 0 {
        return Finding::danger(setting, sentence("everybody on this machine"));
    }
    if mode & 0o020 != 0 {
        return Finding::warning(setting, sentence("its group"));
    }
    ours(setting, file, about).unwrap_or_else(|| Finding::ok(setting, format!("{path}, mode {mode:o}")))
}

/// A file of somebody else is theirs to change, whatever its mode. Root looks for somebody else, so it cannot tell.
fn ours(setting: &'static str, file: &Path, about: &Metadata) -> Option<Finding> {
    let (me, owner, path) = (geteuid().as_raw(), about.uid(), file.display());
    let other = me != 0 && owner != me && owner != 0;
    other.then(|| {
        Finding::danger(
            setting,
            format!("{path} belongs to user {owner}, who can change it; run as root: chown {me} {path}"),
        )
    })
}

/// The folder of a file: who may write into it may put another file there. Where its sticky bit is set, as /tmp has it,
/// they may not.
fn folder_of(setting: &'static str, file: &Path) -> Option<Finding> {
    let folder = file.parent()?;
    let about = folder.metadata().ok()?;
    let mode = about.permissions().mode();
    let (shown, path, name) = (mode & 0o777, folder.display(), file.display());
    let sentence = |who: &str| {
        format!(
            "{path} has mode {shown:o}, so {who} can put another file in the place of {name}; run: chmod go-w {path}"
        )
    };
    if mode & 0o1002 == 0o002 {
        return Some(Finding::danger(setting, sentence("everybody on this machine")));
    }
    (mode & 0o1020 == 0o020).then(|| Finding::warning(setting, sentence("its group")))
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
