//! The page of an account.

use app::journey::desk::Page;
use app::journey::desk::person::Sheet;
use backboard::refused::Refused;
use backboard::service::Declined;
use backboard::staff::Act;

use super::Asking;

/// With the newest of its history: `/desk/account/{account}`, or what came before a row: `…/before/{row}`.
pub async fn person(asking: &Asking<'_>) -> Result<Page, Declined> {
    let rest = asking.path.strip_prefix("/desk/account/").unwrap_or_default();
    let (account, before) = rest.split_once("/before/").unzip();
    let account = account.unwrap_or(rest).parse().unwrap_or_default();
    let below = before.map(|row| row.parse().unwrap_or_default());
    let portal = &asking.web.portal;
    let dossier = match portal.desk_person(asking.actor()?, account, below).await {
        Ok(dossier) => dossier,
        Err(declined) => return turned(declined),
    };
    let actor = asking.actor()?;
    let offered = Act::DEEDS.into_iter().filter(|act| actor.may(*act).is_ok());
    let offered = offered.filter(|act| portal.desk_offer(actor, &dossier, *act).is_ok()).collect();
    let calling = portal.desk_calling(actor, account).await?;
    let staff = portal.desk_names().await?;
    let (now, is_older) = (portal.now(), below.is_some());
    Ok(Page::Person(Box::new(Sheet { dossier, staff, now, is_older, offered, calling })))
}

/// Nobody is there, or somebody has looked too much: a page that says so.
pub fn turned(declined: Declined) -> Result<Page, Declined> {
    match declined {
        Declined::Problems(problems) => match problems.first() {
            Some(problem) if matches!(problem.refused, Refused::TooManyTries | Refused::AccountGone) => {
                Ok(Page::Turned(*problem))
            }
            _ => Err(Declined::Problems(problems)),
        },
        fault => Err(fault),
    }
}
