//! `backboard keys retire`: away with the older keys that nothing needs any more.

use super::Standing;
use crate::config::Config;
use crate::keys::Ring;
use crate::keys::file::change;
use crate::running::Parts;

/// Removes what can go and says what stays, and why.
///
/// # Errors
/// One sentence, also when every older key is still needed.
pub async fn run(config: &Config) -> Result<String, String> {
    let standing = Standing::of(config).await?;
    let older: Vec<Ring> = Ring::ALL.into_iter().filter(|ring| !standing.older(*ring).is_empty()).collect();
    if !standing.is_known() && !older.is_empty() {
        return Err(
            "There is no database that could say what the older keys are needed for; look at database.url.".to_owned()
        );
    }
    let mut free: Vec<(Ring, u8)> = Vec::new();
    let mut stays: Vec<String> = Vec::new();
    let mut refused = 0;
    for ring in older {
        if ring == Ring::Audit {
            stays.push("audit: the older keys are kept for good, because they prove the older rows.".to_owned());
            continue;
        }
        for (id, needs) in standing.needed(ring) {
            if needs.is_empty() {
                free.push((ring, id));
            } else {
                refused += 1;
                stays.push(format!("{} key {id} is needed by {}.{}", ring.name(), needs.join(", "), way_out(ring)));
            }
        }
    }
    let stays = stays.join("\n");
    match (free.is_empty(), refused) {
        (true, 0) => return Ok(format!("There is no older key to retire.\n{stays}").trim_end().to_owned() + "\n"),
        (true, _) => return Err(format!("No key was retired.\n{stays}")),
        _ => {}
    }
    let named: Vec<String> = free.iter().map(|(ring, id)| format!("{}={id}", ring.name())).collect();
    let named = named.join(" ");
    retire(config, &free, &named).await?;
    Ok(format!(
        "Retired: {named}. Older backups of the database need the key file that was backed up with them.\n{stays}"
    )
    .trim_end()
    .to_owned()
        + "\n")
}

/// The file and the audit's row of it: the row is saved once the file is changed, and not without.
async fn retire(config: &Config, free: &[(Ring, u8)], named: &str) -> Result<(), String> {
    let parts = Parts::open(config).await?;
    let done = async {
        let portal = parts.portal()?;
        let mut work = portal.store.begin().await.map_err(|fault| fault.to_string())?;
        let row = portal.audit_by(&mut *work, "office", "keys-retired", None, named).await;
        row.map_err(|fault| fault.to_string())?;
        let changed = change(
            &config.keys_file,
            |file| {
                free.iter().for_each(|(ring, id)| file.remove(*ring, *id));
                Ok(())
            },
            &mut |_| {},
        );
        changed.map_err(|error| error.to_string())?;
        work.save().await.map_err(|fault| format!("{named} is retired, but the audit has no row of it ({fault})."))
    };
    let done = done.await;
    parts.store.close().await;
    done
}

const fn way_out(ring: Ring) -> &'static str {
    match ring {
        Ring::Ssn => " An import that names them puts them under the newest.",
        Ring::Pepper => " Each is made anew when its owner signs in or answers.",
        Ring::Digest => " They end by themselves; the last links after 90 days.",
        Ring::Seal => " They are soon sent or done.",
        Ring::Audit => "",
    }
}
