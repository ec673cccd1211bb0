//! The page of an account.

use app::journey::desk::Page;
use app::journey::desk::person::Sheet;
use backboard::refused::Refused;
use backboard::service::Declined;

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
        Err(Declined::Problems(problems)) => {
            return match problems.first() {
                Some(problem) if matches!(problem.refused, Refused::TooManyTries | Refused::AccountGone) => {
                    Ok(Page::Turned(*problem))
                }
                _ => Err(Declined::Problems(problems)),
            };
        }
        Err(fault) => return Err(fault),
    };
    let staff = portal.desk_names().await?;
    Ok(Page::Person(Box::new(Sheet { dossier, staff, now: portal.now(), is_older: below.is_some() })))
}
