//! The office's staff: roles, what each may do, and why.
//!
//! **Nobody acts on a higher role, nobody on oneself**, and a new admin needs a second admin.

mod term;

pub use term::{Bounds, Kind, Lookup, TERM_LONGEST, Term};

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::identity::{NAME_LONGEST, readable};
use crate::password::{PasswordPolicy, Preset};
use crate::refused::{Refused, codes};
use crate::roster::may_hold_ssn;

codes! {
    /// What a member of staff is there for. A higher one may do all that a lower one may.
    Role {
        /// Finds people and helps them back in.
        Helpdesk = "helpdesk",
        /// Besides: opens what is closed, mends the roster's mistakes, reads reports and the audit, imports.
        Supervisor = "supervisor",
        /// Besides: invites and dismisses staff.
        Admin = "admin",
    }
}

codes! {
    /// Where a member of staff stands.
    StaffState {
        /// Mailed an invitation; has no password and no second factor yet.
        Invited = "invited",
        Active = "active",
        Suspended = "suspended",
    }
}

codes! {
    /// What a link mailed to a member of staff is for. One of one purpose does nothing of another.
    StaffPurpose {
        /// A first password, and the authenticator.
        Invitation = "invitation",
        /// A new password; the second factor stays as it is.
        Password = "password",
        /// Another authenticator in place of one that was lost; the password is asked besides.
        Second = "second",
    }
}

/// How long such a link works, in seconds: over a night, because people of an office read their mail in the morning.
pub const STAFF_LINK_SECONDS: i64 = 24 * 60 * 60;

codes! {
    /// What a member of staff is mailed about their own access.
    StaffNews {
        PasswordSet = "password-set",
        /// An authenticator was set up.
        SecondSet = "second-set",
        RecoveryUsed = "recovery-used",
        RecoveryRenewed = "recovery-renewed",
        RoleChanged = "role-changed",
        MayShow = "may-show",
        MayNotShow = "may-not-show",
        Suspended = "suspended",
        Reactivated = "reactivated",
        /// Somebody had the right password and five wrong codes.
        SecondTried = "second-tried",
        /// To the other admins: one of them asks for a new one.
        AdminAsked = "admin-asked",
    }
}

codes! {
    /// What the desk does. Its code is the audit's action and the operation's last word.
    Act {
        Search = "search",
        View = "view",
        /// Shows the address on file in full.
        Reveal = "reveal",
        CheckCaller = "check-caller",
        SendLink = "send-link",
        SendTemporary = "send-temporary",
        /// Shows a temporary password on the screen, once: besides the role it needs a right of its own.
        ShowTemporary = "show-temporary",
        Unlock = "unlock",
        EndSessions = "end-sessions",
        Suspend = "suspend",
        Reactivate = "reactivate",
        ChangeEmail = "change-email",
        /// Takes back a new address that waits.
        KeepEmail = "keep-email",
        ApproveEmail = "approve-email",
        ClearQuestion = "clear-question",
        Split = "split",
        MarkExternal = "mark-external",
        Merge = "merge",
        Queues = "queues",
        /// Takes somebody off the queue of those whom no mail reaches.
        DeadMailDone = "dead-mail-done",
        DeadMailUndo = "dead-mail-undo",
        /// Counts alone.
        Reports = "reports",
        /// Reports that name accounts, files and rows.
        ReportLists = "report-lists",
        Import = "import",
        Audit = "audit",
        /// Takes the audit away as a file.
        ExportAudit = "export-audit",
        ManageStaff = "manage-staff",
    }
}

impl Role {
    const fn rank(self) -> u8 {
        match self {
            Self::Helpdesk => 0,
            Self::Supervisor => 1,
            Self::Admin => 2,
        }
    }

    #[must_use]
    pub const fn is_at_least(self, other: Self) -> bool {
        self.rank() >= other.rank()
    }

    #[must_use]
    pub const fn may(self, act: Act) -> bool {
        self.is_at_least(act.least())
    }
}

impl Act {
    /// The lowest role that may do it.
    #[must_use]
    pub const fn least(self) -> Role {
        match self {
            Self::Search
            | Self::View
            | Self::Reveal
            | Self::CheckCaller
            | Self::SendLink
            | Self::SendTemporary
            | Self::ShowTemporary
            | Self::Unlock
            | Self::EndSessions
            // Whoever hears of a theft must be able to stop it.
            | Self::Suspend
            | Self::ChangeEmail
            | Self::KeepEmail
            | Self::ClearQuestion
            | Self::DeadMailDone
            | Self::DeadMailUndo
            | Self::Queues
            | Self::Reports => Role::Helpdesk,
            Self::Reactivate
            | Self::ApproveEmail
            | Self::Split
            | Self::MarkExternal
            | Self::Merge
            | Self::ReportLists
            | Self::Import
            | Self::Audit => Role::Supervisor,
            Self::ExportAudit | Self::ManageStaff => Role::Admin,
        }
    }

    /// Everything that is done to an account, as its page offers it.
    pub const DEEDS: [Self; 14] = [
        Self::SendLink,
        Self::SendTemporary,
        Self::ShowTemporary,
        Self::Unlock,
        Self::Reactivate,
        Self::EndSessions,
        Self::Suspend,
        Self::ChangeEmail,
        Self::KeepEmail,
        Self::ApproveEmail,
        Self::ClearQuestion,
        Self::MarkExternal,
        Self::Split,
        Self::Merge,
    ];

    /// Whether it leaves the account as it was: who looks changes nothing under a colleague's hands.
    #[must_use]
    pub const fn only_looks(self) -> bool {
        matches!(
            self,
            Self::View
                | Self::Reveal
                | Self::CheckCaller
                | Self::DeadMailDone
                | Self::DeadMailUndo
                | Self::Audit
                | Self::ExportAudit
        )
    }

    /// Whether the caller has to be checked before: it lets somebody into the account, or takes a lock off it. Closing
    /// one never waits, and neither does a link, which only goes where *Forgot password?* sends it for everybody.
    #[must_use]
    pub const fn needs_caller(self) -> bool {
        matches!(
            self,
            Self::SendTemporary
                | Self::ShowTemporary
                | Self::Unlock
                | Self::Reactivate
                | Self::ChangeEmail
                | Self::ClearQuestion
        )
    }
}

codes! {
    /// What the office did to an account, as everybody on file is told of it.
    AccountNews {
        /// A temporary password was shown at the desk, to be told by telephone or across the counter.
        TemporaryShown = "temporary-shown",
        Unlocked = "unlocked",
        SessionsEnded = "sessions-ended",
        Suspended = "suspended",
        Reactivated = "reactivated",
        QuestionCleared = "question-cleared",
        /// The password is kept in another login service from now on.
        MarkedExternal = "marked-external",
        /// A shared account was split: this username is one's own.
        Split = "split",
        /// Another account of the same person was put into this one.
        Merged = "merged",
        /// A second member approved a new address.
        EmailApproved = "email-approved",
        /// A new address was taken back before mail went there.
        EmailKept = "email-kept",
    }
}

codes! {
    /// How a caller was checked.
    CallerCheck {
        /// A code mailed to the address on file was read back.
        Code = "code",
        /// The caller knew what is on file: weaker, because others may know it too.
        Facts = "facts",
    }
}

/// How long the code works that a caller reads back, in seconds.
pub const CALLER_CODE_SECONDS: i64 = 10 * 60;
/// Wrong codes after which another one has to be mailed.
pub const CALLER_TRIES: u32 = 5;
/// How long a passed check is worth, in seconds.
pub const CALLER_SECONDS: i64 = 15 * 60;

/// The password policy of staff, whatever the agency's profile asks of personnel: 15 to 128 characters, a blocklist, no
/// composition and no expiry (NIST SP 800-63B-4 section 3.1.1.2).
#[must_use]
pub fn staff_passwords() -> PasswordPolicy {
    Preset::Modern.password()
}

/// The name of a member of staff, as the desk shows it. The audit and the log know the number alone.
///
/// # Errors
/// [`Refused::Missing`], [`Refused::TooLong`] above [`NAME_LONGEST`], [`Refused::Unreadable`].
pub fn staff_name(text: &str) -> Result<String, Refused> {
    let name = readable(text)?.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err(Refused::Missing),
        1..=NAME_LONGEST => Ok(name),
        _ => Err(Refused::TooLong),
    }
}

/// The shortest reason, in characters: long enough that nobody presses a key and goes on.
pub const REASON_SHORTEST: usize = 5;
/// The longest one.
pub const REASON_LONGEST: usize = 500;

/// Why the office does something, in its own words. It stands beside the audit (decision 0016), so it holds no control
/// characters and no line breaks, and no SSN.
#[derive(Clone, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// Several spaces count as one.
    ///
    /// # Errors
    /// [`Refused::ReasonTooShort`] (also spaces alone), [`Refused::TooLong`], [`Refused::Unreadable`];
    /// [`Refused::ReasonSsn`] where nine digits stand in a row, whatever parts them.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        // What is pasted may have lines.
        let lines: String = text.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }).collect();
        let words: Vec<&str> = readable(&lines)?.split_whitespace().collect();
        let text = words.join(" ");
        if may_hold_ssn(&text) {
            return Err(Refused::ReasonSsn);
        }
        match text.chars().count() {
            ..REASON_SHORTEST => Err(Refused::ReasonTooShort),
            REASON_SHORTEST..=REASON_LONGEST => Ok(Self(text)),
            _ => Err(Refused::TooLong),
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Reason {
    // What people type about people is nothing for a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reason")
    }
}
