//! The database as it lies there, read without changing it: also while the portal runs.

use std::path::Path;

use backboard::moment::Moment;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};

use crate::audit_lines::at;
use crate::config::Finding;
use crate::store::NEWEST_STEP;

/// What the file says of itself.
pub async fn look(file: &Path) -> Vec<Finding> {
    if !file.exists() {
        return Vec::new();
    }
    match read(file).await {
        Ok(findings) => findings,
        Err(error) => vec![Finding::danger(
            "database.url",
            format!(
                "database.url: {} cannot be read ({error}); put back your latest backup, or give the file to the user that \
                 runs the portal.",
                file.display()
            ),
        )],
    }
}

async fn read(file: &Path) -> sqlx::Result<Vec<Finding>> {
    // Without a log nobody has the file open, and none may be made: it would stay, with the mode of today.
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    let options = SqliteConnectOptions::new().filename(file).read_only(true).immutable(!Path::new(&log).exists());
    let mut database = SqliteConnection::connect_with(&options).await?;
    let mut findings = Vec::new();
    let step: i64 = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(&mut database).await?;
    findings.push(self::step(step, NEWEST_STEP));
    let wrong: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&mut database).await?;
    if wrong != "ok" {
        let sentence = format!("the database is damaged ({wrong}); stop the portal and put back your latest backup.");
        findings.push(Finding::danger("database", sentence));
    }
    // Rows from before the chain have no tie; the newest must have one. Whether it is right, `audit verify` says.
    if step >= 3 {
        let tied: Option<bool> = sqlx::query_scalar("SELECT digest IS NOT NULL FROM audit ORDER BY id DESC LIMIT 1")
            .fetch_optional(&mut database)
            .await?;
        findings.push(self::tied(tied));
    }
    if step >= 13 {
        let copied: Option<i64> = sqlx::query_scalar("SELECT copied FROM epoch").fetch_one(&mut database).await?;
        findings.extend(copied.map(|copied| {
            Finding::warning(
                "database",
                format!(
                    "the database is a backup of {} that was put back: the next start voids the links, sessions and codes in it.",
                    at(Moment(copied))
                ),
            )
        }));
    }
    database.close().await?;
    Ok(findings)
}

/// How far the tables are.
pub(super) fn step(step: i64, newest: i64) -> Finding {
    match step.cmp(&newest) {
        std::cmp::Ordering::Equal => Finding::ok("database", format!("tables up to date (step {step})")),
        std::cmp::Ordering::Less => Finding::warning(
            "database",
            format!(
                "the database is at step {step} of {newest}; the next start takes the others, and there is no way back: \
                 make a backup first."
            ),
        ),
        std::cmp::Ordering::Greater => Finding::danger(
            "database",
            format!("the database was made by a later version (step {step}, here {newest}); start that version."),
        ),
    }
}

/// Whether the newest row of the audit, if there is one, is tied to the one before.
pub(super) fn tied(tied: Option<bool>) -> Finding {
    match tied {
        Some(false) => Finding::warning(
            "audit",
            "the newest row is not tied to the one before: it is from before this version, or somebody wrote it; run: \
                 backboard audit verify",
        ),
        Some(true) => Finding::ok("audit", "the newest row is tied; check them all with: backboard audit verify"),
        None => Finding::ok("audit", "empty"),
    }
}
