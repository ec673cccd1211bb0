//! Rows of the staff as the use cases see them.

use crate::identity::Email;
use crate::moment::Moment;
use crate::service::records::Digest;
use crate::staff::{Role, StaffPurpose, StaffState};

/// A member of staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub id: i64,
    pub email: Email,
    pub name: String,
    pub role: Role,
    pub state: StaffState,
    /// May show a temporary password on the screen.
    pub may_show: bool,
    /// A PHC string of Argon2id; none until an invitation was taken up.
    pub password_hash: Option<String>,
    pub password_set: Option<Moment>,
    /// The sealed key of the authenticator; none until one was set up.
    pub second: Option<Vec<u8>>,
    /// The time step of the last code that was taken: a code is good once.
    pub second_step: Option<i64>,
    /// The admin who asked that this member becomes one too; another one has to approve it.
    pub admin_asked_by: Option<i64>,
    pub created: Moment,
    /// None: from the command line.
    pub invited_by: Option<i64>,
}

#[derive(Clone, Debug)]
pub struct NewMember {
    pub email: Email,
    pub name: String,
    pub role: Role,
    pub admin_asked_by: Option<i64>,
    pub created: Moment,
    pub invited_by: Option<i64>,
}

/// What others decide about a member, and the member cannot change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    pub role: Role,
    pub state: StaffState,
    pub may_show: bool,
    pub admin_asked_by: Option<i64>,
}

impl Member {
    #[must_use]
    pub const fn rights(&self) -> Rights {
        Rights { role: self.role, state: self.state, may_show: self.may_show, admin_asked_by: self.admin_asked_by }
    }

    #[must_use]
    pub const fn is_active(&self) -> bool {
        matches!(self.state, StaffState::Active)
    }
}

/// A link mailed to a member of staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffLink {
    pub id: String,
    pub token: Digest,
    pub staff: i64,
    pub purpose: StaffPurpose,
    pub created: Moment,
    pub expires: Moment,
    /// It was used, or another one took its place.
    pub spent: Option<Moment>,
}

/// A session at the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffSession {
    pub token: Digest,
    pub staff: i64,
    pub created: Moment,
    pub seen: Moment,
    pub expires: Moment,
}

/// A browser on its way to the desk: it has proved something, and has to prove or set up the second factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub token: Digest,
    pub staff: i64,
    /// The mailed link that lets an authenticator be set up; none at a sign-in.
    pub link: Option<String>,
    /// The sealed key of the authenticator that is being set up.
    pub secret: Option<Vec<u8>>,
    pub tries: u32,
    pub expires: Moment,
}
