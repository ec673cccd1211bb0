//! Finding a person.
//!
//! - What is typed is posted, never part of an address: a name in an address bar, a history or a log is one too many. The
//!   answer leads to a page whose address carries the term sealed, for this session alone, so that Back, reload, a second
//!   tab and the next page work, and whoever reads the address learns nothing.
//! - Each search is a row of the audit: who searched, among what, how many were found, and the keyed digest of the term
//!   in its normal form, so that *who looked for this name?* can be answered and nobody reads it off. Whose page was
//!   opened then stands in the rows of that account ([`super::person`]).
//! - So many searches an hour for each member of staff: a curious one, or a stolen session, does not read the roster.

use super::Actor;
use super::seen::Found;
use crate::limit::Budget;
use crate::refused::{Field, Problem, Refused};
use crate::service::ports::{Fault, UnitOfWork};
use crate::service::{Declined, Portal, token};
use crate::staff::{Act, Term};

/// Searches of one member of staff.
pub const SEARCHES: Budget = Budget::per(300, 60 * 60);
/// People that are shown of one search; who is beyond is found by typing more.
pub const MOST: usize = 200;
/// People on one page.
pub const PER_PAGE: usize = 20;

/// Under which the audit digests a term.
const TERM: &str = "desk-term";
/// Rows of one lookup. A person with a double or an earlier name may come more than once.
const ROWS: u32 = 2 * MOST as u32 + 1;

/// One page of what a search found.
#[derive(Clone, Debug)]
pub struct Hits {
    pub term: Term,
    pub found: Vec<Found>,
    /// Found in all, [`MOST`] at most.
    pub total: usize,
    /// There are more than [`MOST`].
    pub is_cut: bool,
    /// From 1 on.
    pub page: usize,
    /// 1 when nobody was found.
    pub pages: usize,
}

impl Portal {
    /// Searches, and gives the handle of what was searched for, for the address of the page that shows it.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`]; at [`Field::Term`] those of [`Term::parse`]; [`Refused::TooManyTries`].
    pub async fn desk_search(&self, actor: &Actor, typed: &str) -> Result<String, Declined> {
        actor.may(Act::Search)?;
        let term = Term::parse(typed).map_err(|refused| Problem::at(Field::Term, refused))?;
        let mut work = self.store.begin().await?;
        self.take_of(&mut *work, actor, Act::Search, SEARCHES).await?;
        let (people, is_cut) = matches(&mut *work, &term).await?;
        let kinds: Vec<&str> = term.kinds().iter().map(|kind| kind.code()).collect();
        let mark = token::base64url(&self.vault.digest(TERM, term.normal().as_bytes()));
        let more = if is_cut { "+" } else { "" };
        let detail = format!("{} hits={}{more} term={mark}", kinds.join("+"), people.len());
        self.audit_by(&mut *work, &actor.name(), Act::Search.code(), None, &detail).await?;
        work.save().await?;
        let sealed = self.vault.seal(TERM, &actor.session, term.as_str().as_bytes());
        Ok(token::base64url(&sealed))
    }

    /// A page of what the search with this handle finds now. A page that is no number is the first; one that is beyond
    /// the last is the last.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`]; [`Refused::SearchOver`] for a handle of another session.
    pub async fn desk_hits(&self, actor: &Actor, handle: &str, page: &str) -> Result<Hits, Declined> {
        actor.may(Act::Search)?;
        let opened = token::from_base64url(handle).and_then(|sealed| self.vault.open(TERM, &actor.session, &sealed));
        let typed = opened.and_then(|typed| String::from_utf8(typed).ok()).ok_or(Refused::SearchOver)?;
        let term = Term::parse(&typed).map_err(|_| Refused::SearchOver)?;
        let mut work = self.store.read().await?;
        let (people, is_cut) = matches(&mut *work, &term).await?;
        let pages = people.len().div_ceil(PER_PAGE).max(1);
        let page = number(page).clamp(1, pages);
        let shown: Vec<i64> = people.iter().skip((page - 1) * PER_PAGE).take(PER_PAGE).copied().collect();
        let found = work.find_found(&shown).await?;
        Ok(Hits { term, found, total: people.len(), is_cut, page, pages })
    }

    /// What the audit's rows of searches say of this term: `term=…`, under each key of the ring.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`]; at [`Field::Term`] those of [`Term::parse`].
    pub fn desk_term_marks(&self, actor: &Actor, typed: &str) -> Result<Vec<String>, Declined> {
        actor.may(Act::Audit)?;
        let term = Term::parse(typed).map_err(|refused| Problem::at(Field::Term, refused))?;
        let marks = self.vault.digests(TERM, term.normal().as_bytes());
        Ok(marks.iter().map(|mark| format!("term={}", token::base64url(mark))).collect())
    }

    /// Takes one attempt of a member of staff; when there is none left, whoever watches the log is told.
    pub(super) async fn take_of(
        &self,
        work: &mut dyn UnitOfWork,
        actor: &Actor,
        act: Act,
        budget: Budget,
    ) -> Result<(), Declined> {
        self.take_called(work, actor, act.code(), budget).await
    }

    /// The same for several acts together.
    pub(super) async fn take_called(
        &self,
        work: &mut dyn UnitOfWork,
        actor: &Actor,
        what: &str,
        budget: Budget,
    ) -> Result<(), Declined> {
        let key = format!("desk.{what}:staff:{}", actor.staff);
        match work.take_budget(&key, budget, self.now()).await? {
            Ok(()) => Ok(()),
            Err(wait) => {
                tracing::error!(staff = actor.staff, what, "a member of staff has used up a limit");
                Err(Problem::wait(wait).into())
            }
        }
    }
}

/// Ids of the people found, the best first, [`MOST`] at most; and whether there are more.
async fn matches(work: &mut dyn UnitOfWork, term: &Term) -> Result<(Vec<i64>, bool), Fault> {
    let mut people: Vec<i64> = Vec::new();
    let mut is_cut = false;
    for lookup in term.lookups() {
        let matches = work.find_matches(lookup, ROWS).await?;
        is_cut |= matches.len() >= ROWS as usize;
        for person in matches {
            if !people.contains(&person) {
                people.push(person);
            }
        }
        if people.len() > MOST {
            people.truncate(MOST);
            return Ok((people, true));
        }
    }
    Ok((people, is_cut))
}

/// The number of a page as an address has it: whatever is above all numbers is the last, what is none is the first.
pub(super) fn number(typed: &str) -> usize {
    match typed.parse() {
        Ok(number) => number,
        Err(_) if !typed.is_empty() && typed.bytes().all(|byte| byte.is_ascii_digit()) => usize::MAX,
        Err(_) => 1,
    }
}
