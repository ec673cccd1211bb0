//! *I'm not a robot*: a proof of work of our own, or a check that another company hosts.

mod altcha;
mod site_verify;
mod widget;

use std::sync::Arc;

use backboard::service::epoch::Epoch;
use backboard::service::ports::{Fault, Robots, Vault};

use crate::config::Captcha;

pub use altcha::Altcha;
pub use site_verify::SiteVerify;
pub use widget::{Widget, widget};

/// The check that the configuration names. A proof of work is of one epoch: which of them were spent since a backup was
/// taken, that backup does not know.
///
/// # Errors
/// A hosted check whose client cannot be made.
pub fn robots(captcha: &Captcha, vault: &Arc<dyn Vault>, epoch: &Epoch) -> Result<Arc<dyn Robots>, Fault> {
    Ok(match captcha {
        Captcha::Altcha => Arc::new(Altcha::of(Arc::clone(vault), epoch)),
        Captcha::Hosted(hosted) => Arc::new(SiteVerify::new(hosted, Arc::clone(vault))?),
    })
}
