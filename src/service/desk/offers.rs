//! What the desk may do to an account as it stands, for its pages. The acts themselves ask again.

use super::Actor;
use super::acts::{may_close, may_reopen, stands_open};
use super::checks::Passed;
use super::person::Dossier;
use crate::account::AccountState;
use crate::agency::Journey;
use crate::challenge::Asking;
use crate::refused::Refused;
use crate::service::{Declined, Portal};
use crate::staff::{Act, CALLER_TRIES, CallerCheck, Role};

/// How far a caller is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calling {
    /// What is still worth something.
    pub passed: Option<Passed>,
    /// A code was mailed, and works.
    pub mailed: bool,
}

impl Portal {
    /// Why an act would do nothing to an account as it stands. Who may do it, and who is calling, are other questions.
    ///
    /// # Errors
    /// The state of the account, [`Refused::NoAddress`], [`Refused::LinkOff`], [`Refused::MergeShared`],
    /// [`Refused::NothingToDo`].
    pub fn desk_offer(&self, actor: &Actor, dossier: &Dossier, act: Act) -> Result<(), Refused> {
        let Dossier { state, frozen, .. } = *dossier;
        let is = |there: bool| if there { Ok(()) } else { Err(Refused::NothingToDo) };
        let open = || stands_open(state, frozen);
        let addressed = || {
            let any = dossier.people.iter().any(|who| who.address.is_some());
            if any { Ok(()) } else { Err(Refused::NoAddress) }
        };
        if dossier.people.is_empty() {
            return Err(Refused::AccountGone);
        }
        match act {
            Act::SendLink => {
                let journey = if state == AccountState::Unclaimed { Journey::Claim } else { Journey::Reset };
                open()?;
                if self.agency.has(journey) { addressed() } else { Err(Refused::LinkOff) }
            }
            Act::SendTemporary => open().and_then(|()| addressed()),
            Act::ShowTemporary | Act::Unlock => open(),
            Act::EndSessions => is(dossier.sessions > 0),
            Act::Suspend => may_close(state),
            Act::Reactivate => may_reopen(state, frozen),
            Act::ChangeEmail if frozen.is_some() => Err(Refused::ClosedFrozen),
            Act::ChangeEmail => Ok(()),
            Act::KeepEmail => is(!dossier.email_changes.is_empty()),
            Act::ApproveEmail => {
                let unapproved = || dossier.email_changes.iter().filter(|change| change.approved_by.is_none());
                is(self.agency.desk.email_second && unapproved().next().is_some())?;
                let others = unapproved().any(|change| change.asked_by != actor.staff);
                if others { Ok(()) } else { Err(Refused::ApprovalOwn) }
            }
            Act::ClearQuestion => is(dossier.has_question),
            Act::MarkExternal => is(state != AccountState::External && self.agency.external.is_some()),
            Act::Split => open().and_then(|()| is(dossier.people.len() > 1)),
            Act::Merge if dossier.shared => Err(Refused::MergeShared),
            Act::Merge => open(),
            _ => Err(Refused::NothingToDo),
        }
    }

    /// Whether an act to this account waits until the caller is checked.
    #[must_use]
    pub fn desk_needs_caller(&self, dossier: &Dossier, act: Act) -> bool {
        act.needs_caller() || act == Act::SendLink && self.leads_past_question(dossier.state, dossier.has_question)
    }

    /// Whether a check is enough for an act by this member.
    #[must_use]
    pub fn desk_suffices(&self, actor: &Actor, dossier: &Dossier, act: Act, passed: Passed) -> bool {
        let past_mailbox = match act {
            Act::ShowTemporary => true,
            // Nobody is there who could object.
            Act::ChangeEmail => dossier.people.iter().any(|who| who.address.is_none()),
            _ => false,
        };
        passed.by == CallerCheck::Code || !past_mailbox || actor.role.is_at_least(Role::Supervisor)
    }

    /// A question is required, but this account has none yet: a link leads to a password without one.
    pub(super) fn leads_past_question(&self, state: AccountState, has_question: bool) -> bool {
        let required = self.agency.policy.challenge.asking == Asking::Required;
        required && state != AccountState::Unclaimed && !has_question
    }

    /// How far this member's caller is checked.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`].
    pub async fn desk_calling(&self, actor: &Actor, account: i64) -> Result<Calling, Declined> {
        actor.may(Act::CheckCaller)?;
        let now = self.now();
        let mut work = self.store.read().await?;
        let passed = self.passed(&mut *work, actor, account, now).await?;
        let mailed = work.has_caller_code(&actor.session, account, now, CALLER_TRIES).await?;
        Ok(Calling { passed, mailed })
    }
}
