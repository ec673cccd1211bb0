//! Staff about staff: inviting, roles and rights, dismissing, and a lost authenticator.
//!
//! - Nobody acts on a higher role, and nobody on oneself.
//! - **A new admin needs two admins**: one asks, another one approves. In an office with a single admin, who has the
//!   command line on the server is the second person.
//! - There is always an admin who can sign in, once there was one.
//! - Each act is one commit of the change, one row of the audit that names numbers alone, and a mail to the member. What
//!   takes something away ends the member's sessions in the same commit, and so does another role: a session never
//!   outlives the rights it began with.

use super::Actor;
use super::records::{Member, NewMember, Rights};
use crate::form::staff::Invitation;
use crate::identity::Email;
use crate::limit::Budget;
use crate::password::Password;
use crate::refused::{Field, Problem, Refused};
use crate::service::ports::{Fault, UnitOfWork};
use crate::service::{Declined, Portal};
use crate::staff::{Act, Role, StaffNews, StaffPurpose, StaffState};

/// Links that one member of staff may have mailed to others.
const MAILED_BY_MEMBER: Budget = Budget::per(30, 60 * 60);

/// Who decides about a member.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    Staff(&'a Actor),
    /// Whoever has the command line on the server.
    Office,
}

impl By<'_> {
    fn name(self) -> String {
        match self {
            Self::Staff(actor) => actor.name(),
            Self::Office => "office".to_owned(),
        }
    }
}

/// A decision about a member who is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Another role; of an admin's, only the asking.
    Role(Role),
    ApproveAdmin,
    RefuseAdmin,
    MayShow(bool),
    Suspend,
    Reactivate,
}

impl Portal {
    /// Everybody, by number.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`].
    pub async fn staff_list(&self, by: By<'_>) -> Result<Vec<Member>, Declined> {
        if let By::Staff(actor) = by {
            actor.may(Act::ManageStaff)?;
        }
        Ok(self.store.read().await?.find_members().await?)
    }

    /// The address of who is at the desk, and how many recovery codes are left.
    ///
    /// # Errors
    /// [`Refused::SessionOver`].
    pub async fn staff_own(&self, actor: &Actor) -> Result<(Email, u32), Declined> {
        let mut work = self.store.read().await?;
        let member = self.acting(&mut *work, actor).await?;
        Ok((member.email, work.count_recovery(actor.staff).await?))
    }

    /// A member by address, for the command line.
    ///
    /// # Errors
    /// [`Refused::StaffGone`].
    pub async fn staff_by_email(&self, email: &Email) -> Result<Member, Declined> {
        let found = self.store.read().await?.find_member_by_email(&email.key()).await?;
        found.ok_or_else(|| Refused::StaffGone.into())
    }

    /// Invites somebody by mail. Who is to be an admin comes as a supervisor until another admin has approved it.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`], [`Refused::StaffThere`], too many mails.
    pub async fn staff_invite(&self, by: By<'_>, invitation: &Invitation) -> Result<i64, Declined> {
        let mut work = self.store.begin().await?;
        let inviter = self.deciding(&mut *work, by).await?;
        if work.find_member_by_email(&invitation.email.key()).await?.is_some() {
            return Err(Problem::at(Field::Email, Refused::StaffThere).into());
        }
        let asked = inviter.filter(|_| invitation.role == Role::Admin);
        let role = if asked.is_some() { Role::Supervisor } else { invitation.role };
        let new = NewMember {
            email: invitation.email.clone(),
            name: invitation.name.clone(),
            role,
            admin_asked_by: asked,
            created: self.now(),
            invited_by: inviter,
        };
        self.take_mailed(&mut *work, by).await?;
        let id = work.add_member(&new).await?;
        let member = found(&mut *work, id).await?;
        self.mail_staff_link(&mut *work, &member, StaffPurpose::Invitation, self.agency.language()).await?;
        let detail = format!("staff {id} {}", invitation.role.code());
        self.audit_by(&mut *work, &by.name(), "staff-invited", None, &detail).await?;
        if asked.is_some() {
            self.tell_admins(&mut *work, &[asked, Some(id)]).await?;
        }
        work.save().await?;
        Ok(id)
    }

    /// Mails an invitation anew; the earlier link leads nowhere any more.
    ///
    /// # Errors
    /// As [`Portal::staff_decide`]; [`Refused::NothingToDo`] when it was taken up.
    pub async fn staff_resend(&self, by: By<'_>, staff: i64) -> Result<(), Declined> {
        let mut work = self.store.begin().await?;
        let member = self.decided(&mut *work, by, staff).await?;
        if member.state != StaffState::Invited {
            return Err(Refused::NothingToDo.into());
        }
        self.take_mailed(&mut *work, by).await?;
        work.end_staff_links(staff, self.now()).await?;
        work.end_entries_of(staff).await?;
        self.mail_staff_link(&mut *work, &member, StaffPurpose::Invitation, self.agency.language()).await?;
        self.audit_by(&mut *work, &by.name(), "staff-invited-again", None, &format!("staff {staff}")).await?;
        Ok(work.save().await?)
    }

    /// Takes a lost authenticator and the recovery codes away, ends the member's sessions, and mails a link that leads,
    /// with the password, to another one.
    ///
    /// # Errors
    /// As [`Portal::staff_decide`]; [`Refused::NothingToDo`] for who has none and is no active member.
    pub async fn staff_reset_second(&self, by: By<'_>, staff: i64) -> Result<(), Declined> {
        let mut work = self.store.begin().await?;
        let member = self.decided(&mut *work, by, staff).await?;
        if !member.is_active() {
            return Err(Refused::NothingToDo.into());
        }
        self.take_mailed(&mut *work, by).await?;
        work.save_second(staff, None).await?;
        work.save_recovery(staff, &[], self.now()).await?;
        work.end_staff_links(staff, self.now()).await?;
        self.end_everything_of(&mut *work, staff).await?;
        self.mail_staff_link(&mut *work, &member, StaffPurpose::Second, self.agency.language()).await?;
        self.audit_by(&mut *work, &by.name(), "staff-second-reset", None, &format!("staff {staff}")).await?;
        Ok(work.save().await?)
    }

    /// Decides about a member.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`], [`Refused::StaffGone`], [`Refused::StaffSelf`], [`Refused::RoleHigher`],
    /// [`Refused::StaffLast`], [`Refused::ApprovalOwn`], or [`Refused::NothingToDo`] where it is so already.
    pub async fn staff_decide(&self, by: By<'_>, staff: i64, decision: Decision) -> Result<(), Declined> {
        let mut work = self.store.begin().await?;
        let member = self.decided(&mut *work, by, staff).await?;
        let now = member.rights();
        let (then, action, news) = decide(&member, by, decision)?;
        if then == now {
            return Err(Refused::NothingToDo.into());
        }
        let was_admin = now.role == Role::Admin && now.state == StaffState::Active;
        let is_admin = then.role == Role::Admin && then.state == StaffState::Active;
        if was_admin && !is_admin {
            let admins = work.find_members().await?;
            let others = admins.iter().filter(|one| one.id != staff && one.role == Role::Admin && one.is_active());
            if others.count() == 0 {
                return Err(Refused::StaffLast.into());
            }
        }
        work.save_rights(staff, then).await?;
        if then.role != now.role || then.state != now.state {
            self.end_everything_of(&mut *work, staff).await?;
        }
        if then.state == StaffState::Suspended {
            work.end_staff_links(staff, self.now()).await?;
        }
        let mut detail = format!("staff {staff}");
        if let Decision::Role(role) = decision {
            detail = format!("{detail} {} {}", now.role.code(), role.code());
        }
        self.audit_by(&mut *work, &by.name(), action, None, &detail).await?;
        if let Some(news) = news {
            self.tell_staff(&mut *work, &member, news).await?;
        }
        if then.admin_asked_by.is_some() {
            self.tell_admins(&mut *work, &[then.admin_asked_by, Some(staff)]).await?;
        }
        Ok(work.save().await?)
    }

    /// The member at the desk, as the row is in this unit of work: what was taken away since the page is gone here.
    pub(super) async fn acting(&self, work: &mut dyn UnitOfWork, actor: &Actor) -> Result<Member, Declined> {
        let member = work.find_member(actor.staff).await?.filter(Member::is_active);
        let member = member.ok_or(Refused::SessionOver)?;
        if member.role.is_at_least(actor.role) { Ok(member) } else { Err(Refused::NotAllowed.into()) }
    }

    /// Whether whoever decides may; the number of the member who does.
    async fn deciding(&self, work: &mut dyn UnitOfWork, by: By<'_>) -> Result<Option<i64>, Declined> {
        let By::Staff(actor) = by else { return Ok(None) };
        actor.may(Act::ManageStaff)?;
        self.acting(work, actor).await.map(|member| Some(member.id))
    }

    /// The member that a decision is about, who may be decided about.
    async fn decided(&self, work: &mut dyn UnitOfWork, by: By<'_>, staff: i64) -> Result<Member, Declined> {
        self.deciding(work, by).await?;
        let member = found(work, staff).await?;
        if let By::Staff(actor) = by {
            if actor.staff == staff {
                return Err(Refused::StaffSelf.into());
            }
            if !actor.role.is_at_least(member.role) {
                return Err(Refused::RoleHigher.into());
            }
        }
        Ok(member)
    }

    async fn end_everything_of(&self, work: &mut dyn UnitOfWork, staff: i64) -> Result<(), Fault> {
        work.end_staff_sessions_of(staff).await?;
        work.end_entries_of(staff).await
    }

    async fn take_mailed(&self, work: &mut dyn UnitOfWork, by: By<'_>) -> Result<(), Declined> {
        let By::Staff(actor) = by else { return Ok(()) };
        let budget = (format!("desk.staff.mail:staff:{}", actor.staff), MAILED_BY_MEMBER);
        self.take(work, &[budget], self.now()).await
    }

    /// Tells the admins but these that a new one is asked for.
    async fn tell_admins(&self, work: &mut dyn UnitOfWork, but: &[Option<i64>]) -> Result<(), Fault> {
        for member in work.find_members().await? {
            if member.role == Role::Admin && member.is_active() && !but.contains(&Some(member.id)) {
                self.tell_staff(work, &member, StaffNews::AdminAsked).await?;
            }
        }
        Ok(())
    }
}

/// What a decision makes of a member's rights, what it is called, and what the member is told.
fn decide(
    member: &Member,
    by: By<'_>,
    decision: Decision,
) -> Result<(Rights, &'static str, Option<StaffNews>), Declined> {
    let now = member.rights();
    Ok(match decision {
        Decision::Role(Role::Admin) if now.role != Role::Admin => match by {
            By::Staff(actor) => {
                if now.admin_asked_by.is_some() {
                    return Err(Refused::NothingToDo.into());
                }
                (Rights { admin_asked_by: Some(actor.staff), ..now }, "staff-admin-asked", None)
            }
            By::Office => {
                let then = Rights { role: Role::Admin, admin_asked_by: None, ..now };
                (then, "staff-role-changed", Some(StaffNews::RoleChanged))
            }
        },
        Decision::Role(role) => {
            let then = Rights { role, admin_asked_by: None, ..now };
            (then, "staff-role-changed", Some(StaffNews::RoleChanged))
        }
        Decision::ApproveAdmin => {
            let asker = now.admin_asked_by.ok_or(Refused::NothingToDo)?;
            if matches!(by, By::Staff(actor) if actor.staff == asker) {
                return Err(Refused::ApprovalOwn.into());
            }
            let then = Rights { role: Role::Admin, admin_asked_by: None, ..now };
            (then, "staff-admin-approved", Some(StaffNews::RoleChanged))
        }
        Decision::RefuseAdmin => (Rights { admin_asked_by: None, ..now }, "staff-admin-refused", None),
        Decision::MayShow(may_show) => {
            let (action, news) = if may_show {
                ("staff-may-show", StaffNews::MayShow)
            } else {
                ("staff-may-not-show", StaffNews::MayNotShow)
            };
            (Rights { may_show, ..now }, action, Some(news))
        }
        Decision::Suspend => {
            let then = Rights { state: StaffState::Suspended, admin_asked_by: None, ..now };
            (then, "staff-suspended", Some(StaffNews::Suspended))
        }
        Decision::Reactivate if now.state != StaffState::Suspended => return Err(Refused::NothingToDo.into()),
        Decision::Reactivate => {
            let whole = member.password_hash.is_some() && member.second.is_some();
            let state = if whole { StaffState::Active } else { StaffState::Invited };
            (Rights { state, ..now }, "staff-reactivated", Some(StaffNews::Reactivated))
        }
    })
}

async fn found(work: &mut dyn UnitOfWork, staff: i64) -> Result<Member, Declined> {
    work.find_member(staff).await?.ok_or_else(|| Refused::StaffGone.into())
}

/// A member as a demo or a test puts one in their seat: with everything that an invitation leads to.
#[derive(Clone, Debug)]
pub struct Seat<'a> {
    pub email: &'a Email,
    pub name: &'a str,
    pub role: Role,
    pub password: &'a Password,
    /// The key of the authenticator: 20 random bytes.
    pub key: &'a [u8],
}

impl Portal {
    /// Puts somebody in their seat, or back into it. Nobody is mailed and no recovery codes are made, so this is for made-up
    /// staff alone.
    ///
    /// # Errors
    /// When the store fails or is busy.
    pub async fn staff_seat(&self, seat: Seat<'_>) -> Result<i64, Fault> {
        let now = self.now();
        let hash = self.hasher.hash(seat.password).await?;
        let mut work = self.store.begin().await?;
        let staff = match work.find_member_by_email(&seat.email.key()).await? {
            Some(member) => member.id,
            None => {
                let (email, name) = (seat.email.clone(), seat.name.to_owned());
                let new =
                    NewMember { email, name, role: seat.role, admin_asked_by: None, created: now, invited_by: None };
                work.add_member(&new).await?
            }
        };
        let rights = Rights { role: seat.role, state: StaffState::Active, may_show: false, admin_asked_by: None };
        work.save_rights(staff, rights).await?;
        work.save_staff_password(staff, &hash, now).await?;
        work.save_second(staff, Some((&self.seal_second(staff, seat.key), 0))).await?;
        self.end_everything_of(&mut *work, staff).await?;
        self.audit_by(&mut *work, "office", "staff-seated", None, &format!("staff {staff} {}", seat.role.code()))
            .await?;
        work.save().await?;
        Ok(staff)
    }
}
