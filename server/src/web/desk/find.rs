//! *Find a person*.

use app::journey::desk::Page;
use app::journey::desk::find::Find;
use backboard::refused::Refused;
use backboard::service::Declined;

use super::Asking;

/// What the search of an address finds: `/desk/find/{search}`, and a page of it behind.
pub async fn found(asking: &Asking<'_>) -> Result<Page, Declined> {
    let rest = asking.path.strip_prefix("/desk/find/").unwrap_or_default();
    let (search, page) = rest.split_once('/').unwrap_or((rest, "1"));
    match asking.web.portal.desk_hits(asking.actor()?, search, page).await {
        Ok(hits) => Ok(Page::Find(Find::Found(Box::new(hits), search.to_owned()))),
        Err(Declined::Problems(problems)) if problems.iter().any(|it| it.refused == Refused::SearchOver) => {
            Ok(Page::Find(Find::Over))
        }
        Err(declined) => Err(declined),
    }
}
