//! The office's own colours and logo: a style sheet after ours, of nothing but what the profile says.

use backboard::agency::Agency;

use super::assets::Assets;
use crate::profiles;

/// A file that is served: its name and what is in it.
pub type File = (String, Vec<u8>);

/// The logo's file.
///
/// # Errors
/// A sentence for the operator.
pub fn logo(agency: &Agency) -> Result<Vec<File>, String> {
    let logo = profiles::logo_of(agency)?;
    Ok(logo.map(|(ending, content)| (name(ending), content)).into_iter().collect())
}

/// The style sheet, if there is anything to say in it. `assets` know where the logo is.
#[must_use]
pub fn style(agency: &Agency, assets: &Assets) -> Option<File> {
    let mut css = agency.look.palette().css();
    for ending in ["svg", "png"] {
        let path = assets.path(&name(ending));
        if assets.holds(&path) {
            css += &mark(&path);
        }
    }
    (!css.is_empty()).then(|| ("pkg/look.css".to_owned(), css.into_bytes()))
}

fn name(ending: &str) -> String {
    format!("pkg/logo.{ending}")
}

/// In place of the portal's own mark, and of its shape alone: a logo has colours.
fn mark(path: &str) -> String {
    format!(
        ".bb-header__mark{{background:none;border-radius:0;padding:0}}\n\
         .bb-header__mark::before{{background:url(\"{path}\") center/contain no-repeat;mask:none}}\n"
    )
}
