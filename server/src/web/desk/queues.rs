//! *Dead e-mail* and *Frozen accounts*.

use app::journey::desk::Page;
use app::journey::desk::queues::{DeadMails, Entry};
use backboard::service::Declined;

use super::Asking;

/// The desk's first page says how much waits.
pub async fn start(asking: &Asking<'_>) -> Result<Page, Declined> {
    Ok(Page::Start(asking.web.portal.desk_waiting(asking.actor()?).await?))
}

/// `/desk/dead-mail`, and a page of it behind: `/desk/dead-mail/page/2`.
pub async fn dead_mail(asking: &Asking<'_>) -> Result<Page, Declined> {
    let (portal, actor) = (&asking.web.portal, asking.actor()?);
    let page = asking.path.strip_prefix("/desk/dead-mail/page/").unwrap_or_default();
    let waiting = portal.desk_dead_mail(actor, page).await?;
    let done = portal.desk_dead_mail_done(actor).await?;
    Ok(Page::DeadMail(Box::new(DeadMails { waiting, done, staff: portal.desk_names().await? })))
}

/// `/desk/dead-mail/{entry}`
pub async fn entry(asking: &Asking<'_>) -> Result<Page, Declined> {
    let portal = &asking.web.portal;
    let entry = portal.desk_dead_mail_entry(asking.actor()?, asking.number()).await?;
    Ok(Page::DeadMailEntry(Box::new(Entry { entry, staff: portal.desk_names().await? })))
}

/// `/desk/frozen`, and a page of it behind: `/desk/frozen/2`.
pub async fn frozen(asking: &Asking<'_>) -> Result<Page, Declined> {
    let page = asking.path.strip_prefix("/desk/frozen/").unwrap_or_default();
    Ok(Page::Frozen(asking.web.portal.desk_frozen(asking.actor()?, page).await?))
}
