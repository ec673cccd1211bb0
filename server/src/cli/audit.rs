//! `backboard audit`: what happened, checked and written out, while the portal runs or not.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use super::existing;
use super::progress::Progress;
use crate::audit_lines::{at, line};
use crate::running::Parts;
use backboard::audit::{Flaw, Head, Row};
use backboard::service::Portal;
use backboard::service::audit::Verified;
use backboard::service::desk::report_ports::Wanted;
use clap::{Args, Subcommand};

/// Rows that are read at once.
const BATCH: u32 = 1_000;

#[derive(Debug, Args)]
pub struct AuditArguments {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Check that no row was changed, put in or taken away since it was written, and name the first that was.
    Verify {
        /// A log of the portal: every head of the audit that it names must be found again. Only this shows that the
        /// newest rows were cut off. May be given several times.
        #[arg(long, value_name = "FILE")]
        log: Vec<PathBuf>,
        /// The configuration.
        #[arg(long, default_value = "backboard.toml")]
        config: PathBuf,
    },
    /// Write the rows to standard output, one JSON object a line, oldest first, with the reasons that the office gave.
    Export {
        /// Only rows after the one with this number.
        #[arg(long, value_name = "ID", default_value_t = 0)]
        after: i64,
        /// The configuration.
        #[arg(long, default_value = "backboard.toml")]
        config: PathBuf,
    },
}

/// # Errors
/// One sentence: the first row that is not as it was written, or what could not be read.
pub async fn run(arguments: &AuditArguments, out: &mut (dyn Write + Send)) -> Result<(), String> {
    let (AuditCommand::Verify { config, .. } | AuditCommand::Export { config, .. }) = &arguments.command;
    // Looking changes nothing, also where the database is a backup that was put back.
    let parts = Parts::open_as_it_is(&existing(config)?).await?;
    let portal = parts.portal()?;
    let done = match &arguments.command {
        AuditCommand::Verify { log, .. } => verify(&portal, log, out).await,
        AuditCommand::Export { after, .. } => export(&portal, *after, out).await,
    };
    parts.store.close().await;
    done
}

async fn verify(portal: &Portal, logs: &[PathBuf], out: &mut (dyn Write + Send)) -> Result<(), String> {
    let mut heads = Vec::new();
    for log in logs {
        let found = heads_in(log)?;
        if found.is_empty() {
            return Err(format!("{} names no head of the audit; give a log of this portal.", log.display()));
        }
        heads.extend(found);
    }
    let anchored = heads.len();
    let newest = portal.audit_head().await.map_err(|fault| failed(&fault))?.map_or(0, |head| head.id);
    let mut progress = Progress::of(u64::try_from(newest).unwrap_or_default());
    let verified = portal.verify_audit(heads, |seen| progress.reach(seen)).await;
    progress.end();
    let Verified { chain, flaw } = verified.map_err(|fault| failed(&fault))?;
    if let Some((row, flaw)) = flaw {
        let restored = if flaw == Flaw::NotTheHead { find_restored(portal, row.id).await? } else { None };
        return Err(restored
            .map_or_else(|| broken(&row, flaw, chain.last()), |restored| lost_since(&restored, row.id, chain.last())));
    }
    if let Some(id) = chain.cut_off() {
        if let Some(restored) = find_restored(portal, id).await? {
            return Err(lost_since(&restored, id, chain.last()));
        }
        return Err(format!(
            "The audit ends with row {}, but the log names row {id}: the rows between them were cut off, or this is an \
             older copy of the database. Look for a backup that has them.",
            chain.last()
        ));
    }
    let mut said = format!("{} rows, each as it was written.\n", chain.rows());
    if chain.untied() > 0 {
        said += &format!("The first {} are from before there was a chain: nothing proves them.\n", chain.untied());
    }
    match chain.head() {
        Some(head) if anchored == 0 => {
            said +=
                &format!("{head}\nRows cut off at the end show only beside a log: backboard audit verify --log FILE\n");
        }
        Some(head) => said += &format!("{head}\nEvery head of the log was found: {anchored}.\n"),
        None => {}
    }
    write(out, said.as_bytes())
}

/// The newest row up to a number that says that a backup was put back: the log may name others in its place and after it.
async fn find_restored(portal: &Portal, up_to: i64) -> Result<Option<Row>, String> {
    let wanted = Wanted { action: Some("restored".to_owned()), ..Wanted::default() };
    let found =
        async { portal.store.read().await?.find_audit_where(&wanted, 0, up_to.saturating_add(1), true, 1).await };
    Ok(found.await.map_err(|fault| failed(&fault))?.pop())
}

/// A log from the time that was lost with a restore. No success: whoever puts a backup back could hide what they did.
fn lost_since(restored: &Row, missing: i64, last: i64) -> String {
    format!(
        "The log names a row {missing} that is not here, and row {} ({}) says why: a backup was put back ({}), and what was \
         written between the copy and then is lost. Rows up to {last} are as they were written; check the rest with logs \
         from after that alone. If nobody of yours put a backup back, somebody wanted rows gone.",
        restored.id,
        at(restored.at),
        restored.detail.split(" sessions=").next().unwrap_or_default(),
    )
}

async fn export(portal: &Portal, after: i64, out: &mut (dyn Write + Send)) -> Result<(), String> {
    let mut work = portal.store.read().await.map_err(|fault| failed(&fault))?;
    let mut last = after;
    loop {
        let rows = work.find_audit_after(last, BATCH).await.map_err(|fault| failed(&fault))?;
        let mut text = Vec::new();
        for row in &rows {
            let why = portal.why_of(&mut *work, &row.detail).await.map_err(|fault| failed(&fault))?;
            text.extend(line(row, why.as_ref()).map_err(|error| failed(&error))?);
            last = row.id;
        }
        write(out, &text)?;
        if rows.is_empty() {
            return Ok(());
        }
    }
}

/// The heads that a log names. Lines that are no text, or name none, are passed over.
fn heads_in(log: &Path) -> Result<Vec<Head>, String> {
    let unreadable = |error: std::io::Error| format!("{} cannot be read ({error}).", log.display());
    let file = File::open(log).map_err(unreadable)?;
    let mut heads = Vec::new();
    for line in BufReader::new(file).split(b'\n') {
        heads.extend(Head::find(&String::from_utf8_lossy(&line.map_err(unreadable)?)));
    }
    Ok(heads)
}

fn broken(row: &Row, flaw: Flaw, before: i64) -> String {
    let (id, when) = (row.id, at(row.at));
    let what = match flaw {
        Flaw::Gap => format!("Between row {before} and row {id} ({when}) of the audit rows are missing"),
        Flaw::Changed => format!("Row {id} ({when}) of the audit is not as it was written, or was put in"),
        Flaw::Untied => format!("Row {id} ({when}) of the audit was put in: nothing ties it to the row before"),
        Flaw::NotTheHead => format!("Row {id} ({when}) of the audit is not the one that the log names"),
        Flaw::KeyMissing(key) => {
            return format!(
                "Row {id} ({when}) of the audit was written under key {key} of [[audit]], which the key file lacks; put \
                 back the key file with all its keys."
            );
        }
    };
    let before = match before {
        0 => "No row before it stands".to_owned(),
        before => format!("Rows up to {before} are as they were written"),
    };
    format!("{what}. {before}. Keep a copy of the database as it is, and compare with a backup.")
}

fn failed(error: &impl std::fmt::Display) -> String {
    format!("The audit cannot be read ({error}).")
}

fn write(out: &mut (dyn Write + Send), bytes: &[u8]) -> Result<(), String> {
    out.write_all(bytes).map_err(|error| format!("standard output cannot be written ({error})."))
}
