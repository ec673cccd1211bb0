//! *Import*, the page of one import, and its rejected rows as a file.

use app::journey::desk::Page;
use app::journey::desk::import::{Job, List, Names};
use axum::body::Body;
use backboard::refused::Refused;
use backboard::service::Declined;
use futures_util::stream;
use tokio::io::AsyncReadExt as _;

use super::files::File;
use super::{Asking, Shown};

/// Bytes of the file that are sent at once.
const PIECE: usize = 64 * 1024;

pub async fn list(asking: &Asking<'_>) -> Result<Page, Declined> {
    let jobs = asking.web.portal.desk_import_jobs(asking.actor()?).await?;
    let most_bytes = asking.web.imports.folder.most_bytes;
    Ok(Page::ImportJobs(Box::new(List { jobs, names: names(asking).await?, most_bytes })))
}

/// `/desk/import/{number}`, and `…/still`, which does not load itself anew.
pub async fn job(asking: &Asking<'_>) -> Result<Page, Declined> {
    let look = asking.web.portal.desk_import(asking.actor()?, number(asking)).await?;
    let is_still = asking.path.ends_with("/still");
    Ok(Page::ImportJob(Box::new(Job { look, names: names(asking).await?, is_still })))
}

/// `/desk/import/{number}/rejects`. It tells of people, so nothing keeps it on the way.
pub async fn rejects(asking: &Asking<'_>) -> Result<Shown, Declined> {
    let number = number(asking);
    let stored = asking.web.portal.desk_import_rejects(asking.actor()?, number).await?;
    let file = tokio::fs::File::open(asking.web.imports.folder.rejects(&stored)).await;
    let file = file.map_err(|_| Refused::ImportGone)?;
    let pieces = stream::unfold(file, async |mut file| {
        let mut piece = vec![0; PIECE];
        match file.read(&mut piece).await {
            Ok(0) => None,
            Ok(read) => {
                piece.truncate(read);
                Some((Ok(piece), file))
            }
            Err(error) => Some((Err(error), file)),
        }
    });
    let name = format!("import-{number}-rejected");
    Ok(Shown::File(File::table(&name, Body::from_stream(pieces))))
}

fn number(asking: &Asking<'_>) -> i64 {
    let rest = asking.path.strip_prefix("/desk/import/").unwrap_or_default();
    rest.split('/').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

async fn names(asking: &Asking<'_>) -> Result<Names, Declined> {
    Ok(asking.web.portal.desk_names().await?)
}
