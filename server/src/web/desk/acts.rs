//! The pages of acts to an account, and of the check of a caller.

use app::journey::desk::Page;
use app::journey::desk::acts::Deed;
use app::journey::desk::caller::Called;
use app::journey::desk::parts::time;
use app::request::{ONCE_COOKIE, bytes};
use backboard::moment::Moment;
use backboard::service::Declined;
use backboard::service::desk::person::Dossier;
use backboard::staff::Act;

use super::person::turned;
use super::{Asking, cookies};

/// `/desk/account/{account}/{act}`; of a merge with the other account behind.
pub async fn deed(asking: &Asking<'_>, act: Act) -> Result<Page, Declined> {
    let (portal, actor) = (&asking.web.portal, asking.actor()?);
    let dossier = match dossier(asking, 0).await {
        Ok(dossier) => dossier,
        Err(declined) => return turned(declined),
    };
    let other = match asking.numbers().nth(1) {
        Some(_) => match self::dossier(asking, 1).await {
            Ok(other) => Some(Box::new(other)),
            Err(declined) => return turned(declined),
        },
        None => None,
    };
    let refused = portal.desk_offer(actor, &dossier, act);
    let refused = refused.and_then(|()| other.as_ref().map_or(Ok(()), |other| portal.desk_offer(actor, other, act)));
    let calling = portal.desk_calling(actor, dossier.account).await?;
    let checked = calling.passed.is_some_and(|passed| portal.desk_suffices(actor, &dossier, act, passed));
    let waits = portal.desk_needs_caller(&dossier, act) && !checked;
    let staff = portal.desk_names().await?;
    Ok(Page::Deed(Box::new(Deed { act, dossier, refused: refused.err(), waits, calling, staff, other })))
}

pub async fn caller(asking: &Asking<'_>) -> Result<Page, Declined> {
    let dossier = match dossier(asking, 0).await {
        Ok(dossier) => dossier,
        Err(declined) => return turned(declined),
    };
    let calling = asking.web.portal.desk_calling(asking.actor()?, dossier.account).await?;
    Ok(Page::Caller(Box::new(Called { dossier, calling })))
}

/// A temporary password at its first look.
pub async fn shown(asking: &Asking<'_>) -> Result<Page, Declined> {
    let account = asking.numbers().next().unwrap_or_default();
    let shown = match cookies::cookie(asking.headers, ONCE_COOKIE).and_then(bytes) {
        Some(sealed) => asking.web.portal.look_once(asking.actor()?, &sealed).await?,
        None => None,
    };
    let shown = shown.as_deref().and_then(|text| text.split_once('\n')).map(|(password, until)| {
        let until = until.parse().map_or_else(|_| String::new(), |until| time(Moment(until)));
        (password.to_owned(), until)
    });
    Ok(Page::Shown(account, shown))
}

async fn dossier(asking: &Asking<'_>, place: usize) -> Result<Dossier, Declined> {
    let account = asking.numbers().nth(place).unwrap_or_default();
    asking.web.portal.desk_person(asking.actor()?, account, None).await
}
