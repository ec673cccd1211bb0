//! The desk: the office's own pages (docs/decisions/0013).
//!
//! The server alone renders them, without a script but the one that says when a session ends. Their operations are server
//! functions like all others. A page is data in [`Page`] and a function in the file of its part; [`Page::title`] and
//! [`view`] name both.

pub mod acts;
pub mod audit;
pub mod caller;
pub mod deeds;
pub mod entry;
pub mod find;
pub mod frame;
pub mod import;
pub mod own;
pub mod parts;
pub mod person;
pub mod plot;
pub mod queues;
pub mod reports;
pub mod sign_in;
pub mod staff;

use std::collections::BTreeMap;

use backboard::moment::Moment;
use backboard::refused::{Problem, Refused};
use backboard::service::desk::queues::{Paged, Stopped, Waiting};
use backboard::service::desk::report_ports::{KeptImport, Reject};
use backboard::service::desk::reports::{Figures, ImportPage, UnusedPage};
use backboard::staff::Role;
use leptos::prelude::*;

use crate::shell::{Files, Stay, bare};
use crate::site::Site;
use crate::ui::node::{el, row};
use crate::visit::{self, RefusedForm, SignedIn, Unshown};
use crate::words::{self, Word};

/// What one request brings to its page of the desk.
#[derive(Clone, Debug, Default)]
pub struct Visit {
    pub path: String,
    pub who: Option<Who>,
    pub refused: Option<RefusedForm>,
    /// The operation that has just done what its form asked; its page says so.
    pub saved: Option<String>,
    pub page: Page,
}

/// The member of staff as pages may see them.
#[derive(Clone, Debug)]
pub struct Who {
    pub name: String,
    pub role: Role,
    pub may_show: bool,
    /// Every form of a session carries this against posts from other sites.
    pub csrf: String,
    /// Seconds after which the session is over if nothing happens, for pages that can say so in time.
    pub ends_in: Option<i64>,
}

/// The names of the staff, by what the audit calls them.
pub type Names = BTreeMap<String, String>;

/// Data of single pages.
#[derive(Clone, Debug, Default)]
pub enum Page {
    /// The desk's first page, with how much waits.
    Start(Waiting),
    SignIn,
    Second,
    Forgot,
    ForgotSent,
    Link(entry::Link),
    /// A link that leads nowhere, and why.
    Dead(Refused),
    Enrol(entry::Enrol),
    /// Recovery codes, at the first look; none at every other.
    Recovery(Option<Vec<String>>),
    Find(find::Find),
    Person(Box<person::Sheet>),
    /// One act to an account.
    Deed(Box<acts::Deed>),
    Caller(Box<caller::Called>),
    /// A temporary password and how long it works, at the first look; none at every other.
    Shown(i64, Option<(String, String)>),
    /// What the page would have shown cannot be shown now, and why.
    Turned(Problem),
    DeadMail(Box<queues::DeadMails>),
    DeadMailEntry(Box<queues::Entry>),
    Frozen(Paged<Stopped>),
    ImportJobs(Box<import::List>),
    ImportJob(Box<import::Job>),
    Own(own::Own),
    Staff(Vec<staff::Row>),
    Member(Box<staff::Row>),
    Reports,
    Figures(Box<Figures>),
    Unused(Box<UnusedPage>, Names, Moment),
    Imports(Box<ImportPage>, Names),
    Import(Box<(KeptImport, Vec<Reject>)>, Names),
    Audit(Box<audit::Sheet>),
    /// A limit is used up.
    Waiting(Problem),
    /// The role is not one for this.
    NotAllowed,
    #[default]
    Missing,
}

impl Page {
    /// Whether it waits for something, and is loaded anew to show it.
    #[must_use]
    pub const fn reloads(&self) -> bool {
        matches!(self, Self::ImportJob(job) if job.reloads())
    }

    /// The title, which is the heading too.
    #[must_use]
    pub fn title(&self) -> Word {
        match self {
            Self::Start(_) => words::DESK_START_TITLE,
            Self::SignIn => words::STAFF_SIGN_IN_TITLE,
            Self::Second => words::STAFF_SECOND_TITLE,
            Self::Forgot | Self::ForgotSent => words::STAFF_FORGOT_TITLE,
            Self::Link(link) => link.title(),
            Self::Dead(_) => words::STAFF_DEAD_TITLE,
            Self::Enrol(_) => words::STAFF_ENROL_TITLE,
            Self::Recovery(_) => words::STAFF_RECOVERY_TITLE,
            Self::Find(_) => words::DESK_FIND_TITLE,
            Self::Person(_) | Self::Turned(_) => words::DESK_PERSON_TITLE,
            Self::Deed(deed) => acts::title(deed.act),
            Self::Caller(_) => words::ACT_CALLER_TITLE,
            Self::Shown(..) => words::ACT_SHOWN_TITLE,
            Self::DeadMail(_) | Self::DeadMailEntry(_) => words::QUEUE_DEAD_MAIL_TITLE,
            Self::Frozen(_) => words::QUEUE_FROZEN_TITLE,
            Self::ImportJobs(_) => words::IMPORT_LIST_TITLE,
            Self::ImportJob(_) => words::IMPORT_JOB_TITLE,
            Self::Own(_) => words::STAFF_OWN_TITLE,
            Self::Staff(_) => words::STAFF_LIST_TITLE,
            Self::Member(_) => words::STAFF_MEMBER_TITLE,
            Self::Reports => words::REPORTS_TITLE,
            Self::Figures(figures) => reports::title(figures.report),
            Self::Unused(..) => words::REPORTS_TEMPORARIES_TITLE,
            Self::Imports(..) => words::REPORTS_IMPORTS_TITLE,
            Self::Import(..) => words::REPORTS_IMPORT_TITLE,
            Self::Audit(_) => words::AUDIT_TITLE,
            Self::Waiting(_) => words::REPORTS_WAIT_TITLE,
            Self::NotAllowed => words::DESK_NOT_ALLOWED_TITLE,
            Self::Missing => words::COMMON_MISSING_TITLE,
        }
    }
}

fn view(page: Page) -> AnyView {
    match page {
        Page::Start(waiting) => frame::start(waiting),
        Page::SignIn => sign_in::sign_in(),
        Page::Second => sign_in::second(),
        Page::Forgot => sign_in::forgot(),
        Page::ForgotSent => sign_in::forgot_sent(),
        Page::Link(link) => entry::link(link),
        Page::Dead(refused) => entry::dead(refused),
        Page::Enrol(enrol) => entry::enrol(enrol),
        Page::Recovery(codes) => own::recovery(codes),
        Page::Find(found) => find::find(found),
        Page::Person(sheet) => person::person(&sheet),
        Page::Deed(deed) => acts::deed(&deed),
        Page::Caller(called) => caller::called(&called),
        Page::Shown(account, shown) => acts::shown(account, shown),
        Page::Turned(problem) => person::turned(problem),
        Page::DeadMail(shown) => queues::dead_mail(&shown),
        Page::DeadMailEntry(shown) => queues::entry(&shown),
        Page::Frozen(waiting) => queues::frozen(&waiting),
        Page::ImportJobs(list) => import::list(&list),
        Page::ImportJob(job) => import::job(&job),
        Page::Own(own) => own::own(own),
        Page::Staff(rows) => staff::list(rows),
        Page::Member(row) => staff::member(*row),
        Page::Reports => reports::reports(),
        Page::Figures(figures) => reports::figures(&figures),
        Page::Unused(page, staff, now) => reports::unused(&page, &staff, now),
        Page::Imports(page, staff) => reports::imports(&page, &staff),
        Page::Import(run, staff) => reports::import(&run.0, &run.1, &staff),
        Page::Audit(sheet) => audit::audit(&sheet),
        Page::Waiting(problem) => reports::waiting(problem),
        Page::NotAllowed => frame::not_allowed(),
        Page::Missing => frame::missing(),
    }
}

/// The whole HTML of a page of the desk. Its one script, on pages of a session, says in time that this ends; `nonce` is the
/// one of the response's Content-Security-Policy.
#[must_use]
pub fn render(visit: &Visit, site: &Site, files: &Files, nonce: &str) -> String {
    let owner = Owner::new();
    let body = owner.with(|| {
        provide_context(site.clone());
        // What forms and links of every page read: the token of the session, and what was refused.
        let signed_in = visit.who.as_ref().map(|who| SignedIn {
            username: who.name.clone(),
            csrf: who.csrf.clone(),
            change_only: false,
        });
        let public = visit::Visit {
            path: visit.path.clone(),
            signed_in,
            refused: visit.refused.clone(),
            ..visit::Visit::default()
        };
        let unshown = Unshown::of(&public);
        provide_context(unshown.clone());
        provide_context(public);
        provide_context(visit.clone());
        let page = view(visit.page.clone());
        // Its form is gone when somebody else has acted meanwhile; why it was refused is said all the same.
        let said = unshown.rest().map(|refused| frame::refused(&refused.problems));
        frame::frame(row(said.into_iter().chain([page]).collect())).to_html()
    });
    drop(owner);
    let ends = visit.who.as_ref().and_then(|who| Some((&who.csrf, who.ends_in?)));
    let stay = ends.map(|(csrf, seconds)| Stay { action: "/api/desk/stay", csrf, seconds }.html(site, files, nonce));
    let stay = stay.unwrap_or_default();
    bare(site, files, visit.page.title(), &(body + &stay))
}

/// The visit of this page of the desk.
#[must_use]
pub fn visit() -> Visit {
    use_context().unwrap_or_default()
}

/// Who is at the desk, for pages that have a session.
#[must_use]
pub fn look() -> Option<Who> {
    visit().who
}

/// A field that nobody types.
#[must_use]
pub fn hidden(name: &'static str, value: impl Into<String>) -> AnyView {
    el("input").attr("type", "hidden").attr("name", name).attr("value", value).view()
}
