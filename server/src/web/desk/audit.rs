//! *Audit*: the page, and the file.

use std::sync::Arc;

use app::journey::desk::Page;
use app::journey::desk::audit::Sheet;
use axum::body::{Body, Bytes};
use backboard::refused::Refused;
use backboard::service::desk::audit::Export;
use backboard::service::ports::Fault;
use backboard::service::{Declined, Portal};
use futures_util::stream;

use super::files::File;
use super::{Asking, Shown};
use crate::audit_lines::line;

/// `/desk/audit`, and behind it `…/filter/{handle}` and `…/before/{row}`.
pub async fn audit(asking: &Asking<'_>) -> Result<Page, Declined> {
    let portal = &asking.web.portal;
    let handle = handle(asking.path);
    let below = asking.path.rsplit_once("/before/").map(|_| asking.number());
    let page = match portal.desk_audit(asking.actor()?, handle, below).await {
        Ok(page) => Some(page),
        Err(declined) if is_over(&declined) => None,
        Err(declined) => return Err(declined),
    };
    let handle = handle.filter(|_| page.is_some()).map(str::to_owned);
    let staff = portal.desk_names().await?;
    Ok(Page::Audit(Box::new(Sheet { page, staff, handle, is_older: below.is_some() })))
}

/// The same rows as lines of JSON, oldest first, as fast as they are taken.
pub async fn export(asking: &Asking<'_>) -> Result<Shown, Declined> {
    let portal = Arc::clone(&asking.web.portal);
    let export = match portal.desk_export(asking.actor()?, handle(asking.path)).await {
        Ok(export) => export,
        Err(declined) if is_over(&declined) => return Ok(Shown::Elsewhere("/desk/audit")),
        Err(declined) => return Err(declined),
    };
    let name = format!("audit-{}", portal.now().day());
    let rows = stream::try_unfold((portal, export), |(portal, mut export)| async move {
        let lines = lines(&portal, &mut export).await;
        // The connection breaks off: a file that ends early must not look whole.
        lines
            .inspect_err(|fault| tracing::error!(%fault, "export of the audit"))
            .map(|lines| lines.map(|lines| (lines, (portal, export))))
    });
    Ok(Shown::File(File::lines(&name, Body::from_stream(rows))))
}

async fn lines(portal: &Portal, export: &mut Export) -> Result<Option<Bytes>, Fault> {
    let Some(rows) = portal.desk_export_rows(export).await? else { return Ok(None) };
    let mut text = Vec::new();
    for (row, why) in &rows {
        text.extend(line(row, why.as_ref()).map_err(Fault::other)?);
    }
    Ok(Some(text.into()))
}

/// The filter that an address names.
fn handle(path: &str) -> Option<&str> {
    path.strip_prefix("/desk/audit/filter/").map(|rest| rest.split('/').next().unwrap_or_default())
}

fn is_over(declined: &Declined) -> bool {
    matches!(declined, Declined::Problems(problems) if problems.iter().any(|it| it.refused == Refused::SearchOver))
}
