//! *Import*: a roster from the browser, checked, shown and imported.

use backboard::refused::Field;
use backboard::service::desk::import::Look;
use backboard::service::desk::import_ports::{Example, ImportJob, ImportState, Report};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::frame::more;
use super::hidden;
use super::parts::{author, facts, table, time};
use crate::answer::{Answer, Broken};
use crate::site::{say, site};
use crate::ui::field::{Kind, labelled, text_field};
use crate::ui::form::{FormState, field_problems, file_form, form, group};
use crate::ui::frame::{card, lead, notice, notice_text};
use crate::ui::node::{el, text};
use crate::words::{self, Word};

/// The names of the staff, by what the audit calls them.
pub type Names = std::collections::BTreeMap<String, String>;

/// The list, with the most bytes that a file may have.
#[derive(Clone, Debug)]
pub struct List {
    pub jobs: Vec<ImportJob>,
    pub names: Names,
    pub most_bytes: u64,
}

/// The page of one job.
#[derive(Clone, Debug)]
pub struct Job {
    pub look: Look,
    pub names: Names,
    /// Somebody asked that it does not load itself anew.
    pub is_still: bool,
}

impl Job {
    /// Whether the page loads itself anew.
    #[must_use]
    pub const fn reloads(&self) -> bool {
        self.look.job.state.is_under_way() && !self.is_still
    }
}

#[must_use]
pub fn list(list: &List) -> AnyView {
    let mut content = vec![lead(say(words::IMPORT_LIST_LEAD))];
    content.push(file_form("/api/desk/import/upload", say(words::IMPORT_LIST_BUTTON), |state| {
        vec![file(state, size(list.most_bytes))]
    }));
    content.push(text("h2", "bb-card__second", say(words::IMPORT_LIST_EARLIER)));
    if list.jobs.is_empty() {
        content.push(text("p", "", say(words::IMPORT_LIST_NONE)));
        return card(say(words::IMPORT_LIST_TITLE), content);
    }
    let heads = [
        words::IMPORT_LIST_BROUGHT,
        words::IMPORT_LIST_FILE,
        words::IMPORT_LIST_BY,
        words::IMPORT_LIST_STATE,
        words::IMPORT_LIST_COUNTS,
    ];
    let lines = list.jobs.iter().map(|job| {
        let link = el("a").attr("href", format!("/desk/import/{}", job.id)).text(time(job.new.uploaded));
        let counts = job.imported;
        vec![
            link.view(),
            job.new.file.clone().into_any(),
            name(&list.names, job.new.member).into_any(),
            say(state_word(job.state)).into_any(),
            format!("{}, {}, {}", counts.added, counts.changed, counts.rejected).into_any(),
        ]
    });
    content.push(table(words::IMPORT_LIST_EARLIER, &heads, lines.collect()));
    card(say(words::IMPORT_LIST_TITLE), content)
}

/// The field of the file. Browsers do not fill it in again after a refusal.
fn file(state: FormState, size: String) -> AnyView {
    let field = Field::Roster;
    let hint =
        el("p").class("usa-hint").id("roster-hint").text(site().fill(words::IMPORT_LIST_HINT, &[("size", &size)]));
    let input = el("input")
        .class("usa-input bb-file")
        .id(field.code())
        .attr("name", field.code())
        .attr("type", "file")
        .attr("accept", ".csv,text/csv")
        .live("aria-invalid", move || state.is_wrong(field).then(|| "true".to_owned()))
        .live("aria-describedby", move || {
            Some(if state.is_wrong(field) { "roster-hint roster-problem" } else { "roster-hint" }.to_owned())
        });
    group(state, &[Field::Roster], "", "div")
        .child(labelled(field, None))
        .child(hint.view())
        .child(field_problems(state, field))
        .child(input.view())
        .view()
}

/// Whole megabytes, or what there is.
fn size(bytes: u64) -> String {
    const MEGABYTE: u64 = 1024 * 1024;
    if bytes >= MEGABYTE { format!("{} MB", bytes / MEGABYTE) } else { format!("{bytes} bytes") }
}

fn name(names: &Names, member: i64) -> String {
    author(names, &format!("staff {member}"))
}

#[must_use]
pub fn job(page: &Job) -> AnyView {
    let job = &page.look.job;
    let mut content = vec![lead(job.new.file.clone())];
    content.extend(status(page));
    content.push(origin(page));
    if let Some(problem) = &job.problem {
        content.push(text("p", "bb-import-problem", problem.clone()));
    }
    content.extend(numbers(job));
    if job.state == ImportState::Checked {
        content.extend(begin(job));
    }
    content.extend(job.report.as_ref().map(|report| diff(job.id, report)).unwrap_or_default());
    if job.report.is_none() && job.rows > 0 && !job.state.is_under_way() {
        content.push(text("p", "", say(words::IMPORT_DIFF_GONE)));
    }
    content.extend(acts(job));
    content.push(more("/desk/import".to_owned(), say(words::IMPORT_JOB_BACK)));
    card(say(words::IMPORT_JOB_TITLE), content)
}

/// Where it stands, in one sentence; with a bar while it goes on.
fn status(page: &Job) -> Vec<AnyView> {
    let Job { look, names, .. } = page;
    let job = &look.job;
    let rows = [("reached", job.reached.to_string()), ("rows", job.rows.to_string())];
    let rows = rows.each_ref().map(|(key, value)| (*key, value.as_str()));
    let fill = |word| site().fill(word, &rows);
    let say_of = |kind: &'static str, said: String| notice(kind, vec![notice_text(said)]);
    let mut views = Vec::new();
    match job.state {
        ImportState::Uploaded => views.push(say_of("info", say(words::IMPORT_JOB_UPLOADED))),
        ImportState::Checking => views.push(say_of("info", fill(words::IMPORT_JOB_CHECKING))),
        ImportState::Queued => views.push(say_of("info", fill(words::IMPORT_JOB_QUEUED))),
        ImportState::Importing => views.push(say_of("info", fill(words::IMPORT_JOB_IMPORTING))),
        ImportState::Refused => views.push(say_of("error", say(words::IMPORT_JOB_REFUSED))),
        ImportState::Done => views.push(say_of("success", say(words::IMPORT_JOB_DONE))),
        ImportState::Stopped => views.push(say_of("warning", fill(words::IMPORT_JOB_STOPPED))),
        ImportState::Dropped => views.push(say_of("info", say(words::IMPORT_JOB_DROPPED))),
        ImportState::Checked => {
            if job.moved {
                views.push(say_of("warning", say(words::IMPORT_JOB_MOVED)));
            }
            if look.twin.is_some() {
                views.push(say_of("info", say(words::IMPORT_JOB_TWIN)));
            }
            if (job.imported.added, job.imported.changed) == (0, 0) {
                views.push(say_of("info", say(words::IMPORT_JOB_NO_CHANGES)));
            }
        }
    }
    if let Some(ahead) = &look.ahead {
        let who = name(names, ahead.begun_by.unwrap_or(ahead.new.member));
        let said = site().fill(words::IMPORT_JOB_AHEAD, &[("name", &who), ("file", &ahead.new.file)]);
        views.push(say_of("info", said));
    }
    if job.state.is_under_way() {
        let bar = el("progress")
            .class("bb-import-bar")
            .attr("aria-label", say(words::IMPORT_JOB_PROGRESS))
            .attr("max", job.rows.max(1).to_string())
            .attr("value", job.reached.to_string());
        views.push(bar.view());
        let (said, link, href) = if page.is_still {
            (words::IMPORT_JOB_STILL_NOW, words::IMPORT_JOB_MOVING, format!("/desk/import/{}", job.id))
        } else {
            (words::IMPORT_JOB_RELOADING, words::IMPORT_JOB_STILL, format!("/desk/import/{}/still", job.id))
        };
        views.push(text("p", "", format!("{} {}", say(words::IMPORT_JOB_LEAVE), say(said))));
        views.push(more(href, say(link)));
    }
    views
}

/// Who brought it, and who said to import it.
fn origin(page: &Job) -> AnyView {
    let job = &page.look.job;
    let who = |member, at| {
        site().fill(words::IMPORT_JOB_WHO_WHEN, &[("name", &name(&page.names, member)), ("time", &time(at))])
    };
    let mut known = vec![
        (words::IMPORT_JOB_FROM, who(job.new.member, job.new.uploaded)),
        (words::IMPORT_JOB_SIZE, site().fill(words::IMPORT_JOB_BYTES, &[("bytes", &job.new.bytes.to_string())])),
        (words::IMPORT_JOB_DIGEST, job.new.digest.iter().map(|byte| format!("{byte:02x}")).collect()),
    ];
    // Of an import that did not happen because people changed, nothing has begun.
    if job.state == ImportState::Checked {
        return facts(known);
    }
    known.extend(job.begun_by.zip(job.begun).map(|(member, at)| (words::IMPORT_JOB_BEGUN, who(member, at))));
    known.extend(job.ended.map(|at| (words::IMPORT_JOB_ENDED, format!("{} UTC", time(at)))));
    known.extend(job.reason.as_ref().map(|reason| (words::IMPORT_JOB_REASON, reason.words.clone())));
    facts(known)
}

/// What it would bring, or brought, in numbers.
fn numbers(job: &ImportJob) -> Vec<AnyView> {
    if job.rows == 0 || matches!(job.state, ImportState::Uploaded | ImportState::Checking) {
        return Vec::new();
    }
    let is_done = matches!(job.state, ImportState::Importing | ImportState::Done | ImportState::Stopped);
    let heading = if is_done { words::IMPORT_JOB_BROUGHT } else { words::IMPORT_JOB_WOULD };
    let counts = job.imported;
    let leaving = site().fill(
        words::IMPORT_COUNT_OF_PEOPLE,
        &[("leaving", &job.leaving.to_string()), ("people", &job.people.to_string())],
    );
    let lines = [
        (words::IMPORT_COUNT_ADDED, counts.added.to_string()),
        (words::IMPORT_COUNT_CHANGED, counts.changed.to_string()),
        (words::IMPORT_COUNT_UNCHANGED, counts.unchanged.to_string()),
        (words::IMPORT_COUNT_REJECTED, counts.rejected.to_string()),
        (words::IMPORT_COUNT_WARNED, counts.warned.to_string()),
        (words::IMPORT_COUNT_LEAVING, leaving),
    ];
    let lines = lines.into_iter().map(|(word, count)| vec![say(word).into_any(), count.into_any()]).collect();
    vec![
        text("h2", "bb-card__second", say(heading)),
        table(heading, &[words::IMPORT_DIFF_WHAT, words::IMPORT_DIFF_PEOPLE], lines),
    ]
}

/// *Import these changes*.
fn begin(job: &ImportJob) -> [AnyView; 2] {
    let (id, wide) = (job.id.to_string(), job.wide);
    let begin = form("/api/desk/import/begin", say(words::IMPORT_BEGIN_BUTTON), move |state| {
        let mut fields = vec![
            hidden("import", id),
            text_field(state, &[Field::Reason], Kind::text("off").hint(words::IMPORT_BEGIN_HINT)),
        ];
        if wide {
            fields.push(agreement(state));
        }
        fields
    });
    [text("h2", "bb-card__second", say(words::IMPORT_BEGIN_TITLE)), begin]
}

/// The box that a wide change asks for.
fn agreement(state: FormState) -> AnyView {
    let field = Field::Wide;
    let input = el("input")
        .class("usa-checkbox__input")
        .id(field.code())
        .attr("name", field.code())
        .attr("type", "checkbox")
        .attr("value", "yes")
        .live("aria-describedby", move || {
            Some(if state.is_wrong(field) { "wide-hint wide-problem" } else { "wide-hint" }.to_owned())
        });
    let label = el("label").class("usa-checkbox__label").attr("for", field.code()).text(say(words::IMPORT_FIELD_WIDE));
    group(state, &[Field::Wide], "", "div")
        .child(notice(
            "warning",
            vec![el("p").class("usa-alert__text").id("wide-hint").text(say(words::IMPORT_PROBLEM_WIDE)).view()],
        ))
        .child(field_problems(state, field))
        .child(el("div").class("usa-checkbox").child(input.view()).child(label.view()).view())
        .view()
}

/// Examples of everything that it changes.
fn diff(id: i64, report: &Report) -> Vec<AnyView> {
    let mut views = Vec::new();
    if !report.columns.is_empty() {
        let lines =
            report.columns.iter().map(|(name, people)| vec![name.clone().into_any(), people.to_string().into_any()]);
        views.push(text("h2", "bb-card__second", say(words::IMPORT_DIFF_COLUMNS)));
        let heads = [words::IMPORT_DIFF_COLUMN, words::IMPORT_DIFF_PEOPLE];
        views.push(table(words::IMPORT_DIFF_COLUMNS, &heads, lines.collect()));
    }
    views.extend(examples(words::IMPORT_DIFF_CHANGED, &report.changed));
    views.extend(examples(words::IMPORT_DIFF_REJECTED, &report.rejected));
    if report.has_rejects {
        views.push(more(format!("/desk/import/{id}/rejects"), say(words::IMPORT_DIFF_REJECTS)));
    }
    if !report.left.is_empty() {
        views.push(text("h2", "bb-card__second", say(words::IMPORT_DIFF_LEFT)));
        views.push(text("p", "", say(words::IMPORT_DIFF_LEFT_HINT)));
        let lines = report.left.iter().map(|one| vec![one.name.clone().into_any(), one.person.clone().into_any()]);
        let heads = [words::IMPORT_DIFF_NAME, words::IMPORT_DIFF_PERSON];
        views.push(table(words::IMPORT_DIFF_LEFT, &heads, lines.collect()));
    }
    if !report.ignored.is_empty() {
        let names: Vec<String> = report.ignored.iter().map(|name| format!("“{name}”")).collect();
        views.push(text("p", "", site().fill(words::IMPORT_DIFF_IGNORED, &[("names", &names.join(", "))])));
    }
    views
}

fn examples(heading: Word, examples: &[Example]) -> Vec<AnyView> {
    if examples.is_empty() {
        return Vec::new();
    }
    let lines = examples.iter().map(|one| {
        vec![
            one.line.to_string().into_any(),
            one.name.clone().into_any(),
            one.person.clone().into_any(),
            one.said.clone().into_any(),
        ]
    });
    let heads = [words::IMPORT_DIFF_LINE, words::IMPORT_DIFF_NAME, words::IMPORT_DIFF_PERSON, words::IMPORT_DIFF_SAID];
    vec![text("h2", "bb-card__second", say(heading)), table(heading, &heads, lines.collect())]
}

/// What else may be decided.
fn acts(job: &ImportJob) -> Option<AnyView> {
    let press = |action: &'static str, word: Word| {
        let id = job.id.to_string();
        form(action, say(word), move |_| vec![hidden("import", id)])
    };
    let mut acts = Vec::new();
    if matches!(job.state, ImportState::Checked | ImportState::Stopped) {
        acts.push(press("/api/desk/import/again", words::IMPORT_BEGIN_AGAIN));
    }
    if job.state.is_open() && !matches!(job.state, ImportState::Checking | ImportState::Importing) {
        acts.push(press("/api/desk/import/drop", words::IMPORT_BEGIN_DROP));
    }
    (!acts.is_empty()).then(|| el("div").class("bb-desk-acts").all(acts).view())
}

const fn state_word(state: ImportState) -> Word {
    match state {
        ImportState::Uploaded => words::IMPORT_STATE_UPLOADED,
        ImportState::Checking => words::IMPORT_STATE_CHECKING,
        ImportState::Refused => words::IMPORT_STATE_REFUSED,
        ImportState::Checked => words::IMPORT_STATE_CHECKED,
        ImportState::Queued => words::IMPORT_STATE_QUEUED,
        ImportState::Importing => words::IMPORT_STATE_IMPORTING,
        ImportState::Done => words::IMPORT_STATE_DONE,
        ImportState::Stopped => words::IMPORT_STATE_STOPPED,
        ImportState::Dropped => words::IMPORT_STATE_DROPPED,
    }
}

/// *Check this roster*. The file itself was put down by the guards.
#[server(prefix = "/api", endpoint = "desk/import/upload", input = PostUrl)]
pub async fn post_desk_import_upload() -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let id = caller.portal.desk_import_bring(caller.actor()?, caller.upload.as_ref()).await?;
        let _ = caller.upload_kept.set(());
        caller.importing.notify_one();
        Ok(Done::to_number("/desk/import/", id))
    };
    caller.answer(done.await)
}

/// *Import these changes*.
#[server(prefix = "/api", endpoint = "desk/import/begin", input = PostUrl)]
pub async fn post_desk_import_begin(
    #[server(default)] import: String,
    #[server(default)] reason: String,
    #[server(default)] wide: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    use backboard::refused::{Field, Problem};
    let caller = caller()?;
    let done = async {
        let id = number(&import)?;
        let reason = backboard::staff::Reason::parse(&reason).map_err(|why| Problem::at(Field::Reason, why))?;
        caller.portal.desk_import_begin(caller.actor()?, id, &reason, wide == "yes").await?;
        caller.importing.notify_one();
        Ok(Done::to_number("/desk/import/", id))
    };
    caller.answer(done.await)
}

/// *Check again*.
#[server(prefix = "/api", endpoint = "desk/import/again", input = PostUrl)]
pub async fn post_desk_import_again(#[server(default)] import: String) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let id = number(&import)?;
        caller.portal.desk_import_again(caller.actor()?, id).await?;
        caller.importing.notify_one();
        Ok(Done::to_number("/desk/import/", id))
    };
    caller.answer(done.await)
}

/// *Do not import*.
#[server(prefix = "/api", endpoint = "desk/import/drop", input = PostUrl)]
pub async fn post_desk_import_drop(#[server(default)] import: String) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let id = number(&import)?;
        caller.portal.desk_import_drop(caller.actor()?, id).await?;
        caller.importing.notify_one();
        Ok(Done::to_number("/desk/import/", id))
    };
    caller.answer(done.await)
}

/// The import that a form is about.
fn number(text: &str) -> Result<i64, backboard::service::Declined> {
    backboard::form::staff::number(text).map_err(|_| backboard::refused::Refused::ImportGone.into())
}
