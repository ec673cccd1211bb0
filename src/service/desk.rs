//! The desk: what the office's staff do, one file each.
//!
//! Every use case takes the [`Actor`] and asks [`Actor::may`] first, also where the guard in front has done so: the right
//! is checked where the act is. An act is one commit of the change, its audit row, which names the member of staff and the
//! reason, and the mail that tells the person.

pub mod acts;
pub mod audit;
pub mod caller;
pub mod checks;
pub mod email;
pub mod email_ports;
pub mod entry;
pub mod find;
pub mod import;
pub mod import_ports;
pub mod moves;
pub mod offers;
pub mod once;
pub mod people;
pub mod person;
pub mod ports;
pub mod queue_ports;
pub mod queues;
pub mod reason;
pub mod records;
pub mod report_ports;
pub mod reports;
pub mod second;
pub mod seen;
pub mod session;
pub mod sign_in;
pub mod staff;

use super::Declined;
use super::records::Digest;
use crate::refused::Refused;
use crate::staff::{Act, Role};

/// A member of staff at work: the guards make one from the desk's session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub staff: i64,
    pub role: Role,
    /// May show a temporary password on the screen.
    pub may_show: bool,
    /// Of the session, for its own token against cross-site posts and for what belongs to it.
    pub session: Digest,
}

impl Actor {
    /// # Errors
    /// [`Refused::NotAllowed`].
    pub fn may(&self, act: Act) -> Result<(), Declined> {
        let has_right = act != Act::ShowTemporary || self.may_show;
        if self.role.may(act) && has_right { Ok(()) } else { Err(Refused::NotAllowed.into()) }
    }

    /// As the audit names who did it: a number, because names and addresses do not belong there.
    #[must_use]
    pub fn name(&self) -> String {
        format!("staff {}", self.staff)
    }
}
