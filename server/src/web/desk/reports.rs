//! *Reports*: their pages, and their files.

use app::journey::desk::Page;
use app::journey::desk::reports::title;
use app::site::Site;
use app::words::{self, Word};
use backboard::expiry::DAY;
use backboard::report::Report;
use backboard::service::Declined;
use backboard::service::desk::reports::{Figures, Series};

use super::files::{Csv, File};
use super::{Asking, Shown};

/// A report that counts, or the file of one.
pub async fn figures(asking: &Asking<'_>, report: Report) -> Result<Shown, Declined> {
    let figures = asking.web.portal.desk_figures(asking.actor()?, report).await?;
    if !asking.path.ends_with(".csv") {
        return Ok(Page::Figures(Box::new(figures)).into());
    }
    Ok(Shown::File(numbers(asking, &figures)))
}

/// Temporary passwords that nobody used: the newest, or those after one that the address names.
pub async fn unused(asking: &Asking<'_>) -> Result<Page, Declined> {
    let portal = &asking.web.portal;
    let after = asking.path.strip_prefix("/desk/reports/temporaries/");
    let page = portal.desk_unused(asking.actor()?, after).await?;
    Ok(Page::Unused(Box::new(page), portal.desk_names().await?, portal.now()))
}

pub async fn unused_file(asking: &Asking<'_>) -> Result<Shown, Declined> {
    let rows = asking.web.portal.desk_unused_file(asking.actor()?).await?;
    let heads = ["username", "account", "issued_utc", "by", "why", "expires_utc"];
    let mut csv = Csv::with(&heads.map(str::to_owned));
    for row in rows {
        let (issued, expires) = (super::files::at(row.issued), super::files::at(row.expires));
        csv.add(&[row.username.to_string(), row.account.to_string(), issued, row.issuer, row.why, expires]);
    }
    Ok(Shown::File(csv.file(&name(asking, "temporaries"))))
}

/// Imports: the newest, or those before one.
pub async fn imports(asking: &Asking<'_>) -> Result<Page, Declined> {
    let portal = &asking.web.portal;
    let below = asking.path.strip_prefix("/desk/reports/imports/before/").map(|_| asking.number());
    let page = portal.desk_imports(asking.actor()?, below).await?;
    Ok(Page::Imports(Box::new(page), portal.desk_names().await?))
}

pub async fn imports_file(asking: &Asking<'_>) -> Result<Shown, Declined> {
    let rows = asking.web.portal.desk_imports_file(asking.actor()?).await?;
    let heads = [
        "import",
        "began_utc",
        "ended_utc",
        "by",
        "file",
        "new",
        "changed",
        "unchanged",
        "rejected",
        "warnings",
        "whole",
    ];
    let mut csv = Csv::with(&heads.map(str::to_owned));
    for row in rows {
        let counts = row.imported;
        let counts = [counts.added, counts.changed, counts.unchanged, counts.rejected, counts.warned];
        let mut cells =
            vec![row.id.to_string(), super::files::at(row.began), super::files::at(row.ended), row.by, row.file];
        cells.extend(counts.map(|count| count.to_string()));
        cells.push(if row.whole { "yes" } else { "no" }.to_owned());
        csv.add(&cells);
    }
    Ok(Shown::File(csv.file(&name(asking, "imports"))))
}

/// One import with what it rejected.
pub async fn import(asking: &Asking<'_>) -> Result<Page, Declined> {
    let portal = &asking.web.portal;
    let found = portal.desk_import_run(asking.actor()?, asking.number()).await?;
    Ok(Page::Import(Box::new(found), portal.desk_names().await?))
}

pub async fn rejects_file(asking: &Asking<'_>) -> Result<Shown, Declined> {
    let number = asking.path.split('/').nth(4).unwrap_or_default();
    let rejects = asking.web.portal.desk_rejects_file(asking.actor()?, number.parse().unwrap_or_default()).await?;
    let mut csv = Csv::with(&["line", "reason"].map(str::to_owned));
    for reject in rejects {
        csv.add(&[reject.line.to_string(), reject.reason]);
    }
    Ok(Shown::File(csv.file(&format!("import-{number}-rejects"))))
}

/// The numbers of a report, oldest first; what is not known is an empty cell, and times are seconds.
fn numbers(asking: &Asking<'_>, figures: &Figures) -> File {
    let (site, _) = asking.web.desk(asking.web.language(asking.headers));
    let Figures { report, span, series, .. } = figures;
    let first = if span.step == DAY { words::REPORTS_DAY } else { words::REPORTS_WEEK };
    let mut heads = vec![format!("{} (UTC)", site.say(first))];
    heads.extend(series.iter().map(|series| head(site, *report, series)));
    let mut csv = Csv::with(&heads);
    for place in 0..span.steps {
        let mut cells = vec![span.start(place).day().to_string()];
        let value = |series: &Series| series.values.get(place).copied().flatten();
        cells.extend(series.iter().map(|series| value(series).map(|value| value.to_string()).unwrap_or_default()));
        csv.add(&cells);
    }
    csv.file(&name(asking, report.code()))
}

fn head(site: &Site, report: Report, series: &Series) -> String {
    let word = Word::of_key(&format!("reports.{}.{}", report.code(), series.what));
    let name = site.say(word.unwrap_or_else(|| title(report)));
    if matches!(series.what, "median" | "p95") { format!("{name} (s)") } else { name }
}

/// The file's name, with the day on which it was taken.
fn name(asking: &Asking<'_>, report: &str) -> String {
    format!("{report}-{}", asking.web.portal.now().day())
}
