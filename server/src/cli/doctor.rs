//! `backboard doctor`: everything that is unsafe or incomplete about a configuration and the machine around it, one
//! line each, with the mend. Unlike `serve` it does not stop at the first, and it asks the database and the mail
//! server too.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::config::{Config, Database, Draft, Finding, Mail, Weight};
use crate::mail::{Patience, Relay};
use crate::running::relay_at;
use crate::safety;

/// How long the mail server may take for each answer: somebody is watching.
const PATIENCE: Duration = Duration::from_secs(5);
/// Where the sentences begin.
const COLUMN: usize = 20;

#[derive(Debug, Args)]
pub struct DoctorArguments {
    /// The configuration.
    #[arg(long, default_value = "backboard.toml")]
    pub config: PathBuf,
}

/// # Errors
/// One sentence when there is a danger, or when nothing can be written.
pub async fn run(arguments: &DoctorArguments, out: &mut dyn Write) -> Result<(), String> {
    let (draft, mut findings) = Config::examine(Some(&arguments.config), std::env::vars());
    if let Some(draft) = &draft {
        findings.extend(safety::look(draft));
        let in_order = !findings.iter().any(|finding| finding.is_danger() && finding.setting == "database.url");
        match draft.database.as_ref().filter(|_| in_order) {
            Some(Database::Sqlite(file)) => findings.extend(safety::store::look(file).await),
            Some(Database::Postgres(url)) => findings.extend(safety::postgres::look(url).await),
            None => {}
        }
        findings.extend(relay(draft).await);
    }
    let said = write(&findings, out);
    said.map_err(|error| format!("standard output cannot be written ({error})."))?;
    match count(&findings, Weight::Danger) {
        0 => Ok(()),
        _ => Err(
            "the portal is not safe to run like this; mend the lines that begin with danger, then run doctor again."
                .to_owned(),
        ),
    }
}

/// Whether the mail server takes us: it answers, is protected as configured, is who it says, and takes our password.
/// Asked here alone: a portal must start also while its mail server is down.
async fn relay(draft: &Draft) -> Option<Finding> {
    let Some(Mail::Smtp(smtp)) = &draft.mail else { return None };
    let mut at = relay_at(smtp);
    at.patience = Patience { connect: PATIENCE, command: PATIENCE, ..at.patience };
    let tried = match Relay::new(at) {
        Ok(relay) => relay.try_out().await,
        Err(error) => return Some(Finding::danger("mail", error.to_string())),
    };
    let server = format!("{}:{}", smtp.host, smtp.port);
    Some(match tried {
        Ok(()) => {
            let login = if smtp.login.is_some() { " and takes our password" } else { "" };
            Finding::ok("mail.host", format!("{server} answers{login}"))
        }
        Err(why) => Finding::danger(
            "mail.host",
            format!(
                "{server} takes no mail from us ({why}), so nobody gets a link; check mail.host, mail.port, mail.tls and the \
                 password, and that a firewall lets this machine through."
            ),
        ),
    })
}

/// The worst first, so that it stands out where many are fine.
fn write(findings: &[Finding], out: &mut dyn Write) -> std::io::Result<()> {
    for weight in [Weight::Danger, Weight::Warning, Weight::Ok] {
        for Finding { setting, sentence, .. } in findings.iter().filter(|finding| finding.weight == weight) {
            let sentence = sentence.strip_prefix(&format!("{setting}: ")).unwrap_or(sentence);
            writeln!(out, "{weight:<8} {setting:<COLUMN$} {sentence}")?;
        }
    }
    let number = |weight, one: &str, many: &str| match count(findings, weight) {
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    };
    writeln!(
        out,
        "{}, {}, {} ok",
        number(Weight::Danger, "danger", "dangers"),
        number(Weight::Warning, "warning", "warnings"),
        count(findings, Weight::Ok)
    )
}

fn count(findings: &[Finding], weight: Weight) -> usize {
    findings.iter().filter(|finding| finding.weight == weight).count()
}
