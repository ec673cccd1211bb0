//! Mailed links, the second step, and the picture with the key of an authenticator.

use app::journey::desk::Page;
use app::journey::desk::entry::{Enrol, Link};
use backboard::refused::Refused;
use backboard::service::Declined;
use backboard::service::ports::Fault;
use qrcode::QrCode;
use qrcode::render::svg;

use super::{Asking, Shown};

/// Between the two steps; who has not taken the first, or took too long, begins again.
pub async fn second(asking: &Asking<'_>) -> Result<Shown, Declined> {
    let open = asking.web.portal.is_at_second(asking.entry().as_ref()).await?;
    // What was refused is said here also when it ended the way in.
    Ok(if open || asking.refused.is_some() { Page::Second.into() } else { Shown::Elsewhere("/desk/sign-in") })
}

pub async fn link(asking: &Asking<'_>) -> Result<Page, Declined> {
    let token = asking.last();
    let link = asking.web.portal.staff_link(token).await?;
    Ok(Page::Link(Link {
        token: token.to_owned(),
        purpose: link.purpose,
        email: link.email.as_str().to_owned(),
        name: link.name,
        role: link.role,
    }))
}

pub async fn enrol(asking: &Asking<'_>) -> Result<Shown, Declined> {
    let new = match asking.web.portal.staff_second(asking.entry().as_ref()).await {
        Ok(new) => new,
        Err(Declined::Fault(fault)) => return Err(fault.into()),
        // Done, or over: the link in the mail leads here again.
        Err(Declined::Problems(_)) if asking.at_desk.is_some() => return Ok(Shown::Elsewhere("/desk")),
        Err(Declined::Problems(_)) => return Ok(Page::Dead(Refused::EntryOver).into()),
    };
    let code = QrCode::new(&new.url).map_err(Fault::other)?;
    let drawing = code.render::<svg::Color<'_>>().min_dimensions(240, 240).build();
    // Inside of a page there is no prologue.
    let drawing = drawing.split_once("?>").map_or(drawing.as_str(), |(_, svg)| svg).to_owned();
    Ok(Page::Enrol(Enrol { drawing, key: new.key }).into())
}
