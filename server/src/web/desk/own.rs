//! A member's own page, and the recovery codes at their first look.

use app::journey::desk::Page;
use app::journey::desk::own::Own;
use app::request::{ONCE_COOKIE, bytes};
use backboard::service::Declined;

use super::{Asking, cookies};

pub async fn own(asking: &Asking<'_>) -> Result<Page, Declined> {
    let (email, left) = asking.web.portal.staff_own(asking.actor()?).await?;
    Ok(Page::Own(Own { email: email.as_str().to_owned(), left }))
}

pub async fn recovery(asking: &Asking<'_>) -> Result<Page, Declined> {
    let sealed = cookies::cookie(asking.headers, ONCE_COOKIE).and_then(bytes);
    let shown = match sealed {
        Some(sealed) => asking.web.portal.look_once(asking.actor()?, &sealed).await?,
        None => None,
    };
    Ok(Page::Recovery(shown.map(|codes| codes.lines().map(str::to_owned).collect())))
}
