//! A PostgreSQL server: how it is reached, and what it says of itself.

use std::net::IpAddr;
use std::str::FromStr as _;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{Connection as _, PgConnection, Row as _};

use crate::config::{Finding, Secret};
use crate::store::postgres::NEWEST_STEP;

/// What can be told from the address alone.
pub fn way(url: &Secret) -> Finding {
    let Ok(options) = PgConnectOptions::from_str(url.reveal()) else {
        return Finding::danger("database.url", "database.url cannot be read; write postgres://USER@HOST/NAME.");
    };
    let host = options.get_host();
    let near = options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    match options.get_ssl_mode() {
        _ if near => Finding::ok("database.url", "PostgreSQL on this machine"),
        PgSslMode::VerifyFull => Finding::ok("database.url", format!("PostgreSQL at {host}, which proves who it is")),
        PgSslMode::Require | PgSslMode::VerifyCa => Finding::warning(
            "database.url",
            format!(
                "database.url: {host} is reached by TLS, but need not prove that it is {host}; add \
                 sslmode=verify-full&sslrootcert=FILE to the address."
            ),
        ),
        _ => Finding::danger(
            "database.url",
            format!(
                "database.url: whoever is on the way to {host} could read everybody's data; add \
                 sslmode=verify-full&sslrootcert=FILE to the address."
            ),
        ),
    }
}

/// What the server says of itself. Nothing is changed, also where no table stands yet.
pub async fn look(url: &Secret) -> Vec<Finding> {
    match read(url).await {
        Ok(findings) => findings,
        Err(error) => vec![Finding::danger(
            "database.url",
            format!("database.url: the database does not answer ({error}); start it, or correct the address."),
        )],
    }
}

async fn read(url: &Secret) -> sqlx::Result<Vec<Finding>> {
    let mut database = PgConnection::connect(url.reveal()).await?;
    let mut findings = Vec::new();
    let about = sqlx::query(
        "SELECT current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on' AS is_durable, \
         current_setting('synchronous_commit') <> 'off' AS waits, pg_encoding_to_char(encoding) AS encoding, \
         (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS is_superuser, \
         to_regclass('_sqlx_migrations') IS NOT NULL AS has_tables, to_regclass('copying') IS NOT NULL AS is_copy \
         FROM pg_database WHERE datname = current_database()",
    )
    .fetch_one(&mut database)
    .await?;
    if about.try_get("is_durable")? && about.try_get("waits")? {
        findings.push(Finding::ok("database", "what is saved is on the server's disk"));
    } else {
        findings.push(Finding::danger(
            "database",
            "the server says that something is saved before it is on its disk: after a power cut passwords, links and \
             rows of the audit would be gone; turn fsync, full_page_writes and synchronous_commit on.",
        ));
    }
    let encoding: String = about.try_get("encoding")?;
    if encoding != "UTF8" {
        let sentence =
            format!("the database's encoding is {encoding}: not every name fits into it; create it with UTF8.");
        findings.push(Finding::danger("database", sentence));
    }
    if about.try_get("is_superuser")? {
        findings.push(Finding::warning(
            "database.url",
            "the portal's role is a superuser, and needs no more than a database of its own; use another role.",
        ));
    }
    if about.try_get("is_copy")? {
        let sentence = "a copy into the database is not finished; run backboard copy again.";
        findings.push(Finding::danger("database", sentence));
    }
    if !about.try_get::<bool, _>("has_tables")? {
        findings.push(Finding::ok("database", "its tables are made at the first start"));
        return Ok(findings);
    }
    let step: i64 = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(&mut database).await?;
    findings.push(super::store::step(step, NEWEST_STEP));
    let tied: Option<bool> = sqlx::query_scalar("SELECT digest IS NOT NULL FROM audit ORDER BY id DESC LIMIT 1")
        .fetch_optional(&mut database)
        .await?;
    findings.push(super::store::tied(tied));
    database.close().await?;
    Ok(findings)
}
