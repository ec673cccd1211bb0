//! `backboard keys rotate`: a new key for each ring that is named.

use super::Standing;
use crate::config::{Config, Database};
use crate::keys::Ring;
use crate::keys::file::change;
use crate::running::Parts;

/// What is to be done after a rotation, once the keys are there.
pub async fn run(config: &Config, rings: &[Ring]) -> Result<String, String> {
    let rings: Vec<Ring> = Ring::ALL.into_iter().filter(|ring| rings.is_empty() || rings.contains(ring)).collect();
    let added = change(
        &config.keys_file,
        |file| rings.iter().map(|ring| Ok((*ring, file.add(*ring)?))).collect::<Result<Vec<_>, _>>(),
        &mut |_| {},
    );
    let added = added.map_err(|error| error.to_string())?;
    let named: Vec<String> = added.iter().map(|(ring, id)| format!("{}={id}", ring.name())).collect();
    let named = named.join(" ");
    let mut text = format!("New keys: {named}. The older ones go on reading what they have made.\n");
    // The keys are there whatever the database says; what it cannot say now is no failure of theirs.
    if let Err(sentence) = write_down(config, &named).await {
        text.push_str(&format!("The audit has no row of it. {sentence}\n"));
    }
    text.push_str(&next(config, &rings));
    match Standing::of(config).await {
        Ok(standing) => text.push_str(&format!("\n{}{}", standing.sheet(), standing.waiting())),
        Err(sentence) => text.push_str(&format!("What lies under the older keys is not known. {sentence}\n")),
    }
    Ok(text)
}

fn next(config: &Config, rings: &[Ring]) -> String {
    let mut steps = vec![
        format!("Back up {}, apart from the database.", config.keys_file.display()),
        "Restart backboard serve. Until then it, and every other command, goes on with the keys it has.".to_owned(),
    ];
    if rings.contains(&Ring::Ssn) {
        steps.push("Then backboard import ROSTER.csv: it indexes everybody it names under the new key.".to_owned());
    }
    steps.push("Later backboard keys retire: it removes the older keys that nothing needs any more.".to_owned());
    steps.iter().zip(1..).map(|(step, number)| format!("{number}. {step}\n")).collect()
}

/// One row of the audit, where there is one already.
async fn write_down(config: &Config, named: &str) -> Result<(), String> {
    match &config.database {
        Database::Sqlite(path) if !path.exists() => return Ok(()),
        _ => {}
    }
    let parts = Parts::open(config).await?;
    let written = async {
        let portal = parts.portal()?;
        let mut work = portal.store.begin().await.map_err(|fault| fault.to_string())?;
        let row = portal.audit_by(&mut *work, "office", "keys-rotated", None, named).await;
        row.map_err(|fault| fault.to_string())?;
        work.save().await.map_err(|fault| fault.to_string())
    };
    let written = written.await;
    parts.store.close().await;
    written
}
