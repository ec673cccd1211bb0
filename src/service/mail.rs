//! Mails as data. The sentences stand in `locales/`, and are put together when a mail is sent.

use serde::{Deserialize, Serialize};

use super::ports::{Fault, UnitOfWork};
use super::records::Account;
use super::{Portal, Token};
use crate::account::{Frozen, Username};
use crate::expiry::Schedule;
use crate::link::Code;
use crate::moment::Moment;
use crate::password::Password;
use crate::staff::{AccountNews, StaffNews, StaffPurpose};

impl Portal {
    /// The language of a mail to an account that nobody asked for on a page.
    pub(super) fn language_of<'a>(&'a self, account: &'a Account) -> &'a str {
        let known = account.language.as_ref().filter(|language| self.agency.languages.contains(language));
        known.map_or_else(|| self.agency.language(), String::as_str)
    }

    /// Whoever uses the account reads this language.
    pub(super) async fn remember_language(
        &self,
        work: &mut dyn UnitOfWork,
        account: &Account,
        language: &str,
    ) -> Result<(), Fault> {
        if account.language.as_deref() == Some(language) {
            return Ok(());
        }
        work.save_language(account.id, language).await
    }
}

/// A mail as it lies sealed in the outbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Letter {
    pub language: String,
    pub message: Message,
}

/// Everything the portal writes to people.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Message {
    /// *Claim Your Account/Find Username*: the username, a link to *Create a password*, and the code.
    ClaimLink { username: Username, token: MailedToken, code: Code },
    /// Somebody asked to claim an account that already has its password.
    AlreadyClaimed { username: Username },
    /// The account is inactive: no link, whom to ask.
    Inactive { username: Username },
    /// The account is suspended: no link, whom to ask.
    Suspended { username: Username },
    /// The password lives in another login service.
    External { username: Username },
    /// Forgot password: the link to *Set Up Password*, and the code.
    ResetLink { username: Username, token: MailedToken, code: Code, shared: bool, products: Vec<String> },
    /// A temporary password, and where it is replaced.
    TemporaryPassword {
        username: Username,
        password: MailedSecret,
        expires: Moment,
        hours: u32,
        shared: bool,
        products: Vec<String>,
    },
    /// Forgot password, but nobody has claimed the account yet.
    Unclaimed { username: Username },
    /// Forgot password, but no challenge question was set up: whom to contact.
    NoQuestion { username: Username },
    /// Somebody reported *This wasn't me*: whom to contact.
    Frozen { username: Username },
    /// The password expires in so many days; 0: it has expired.
    PasswordExpires { username: Username, expires: Moment, days: u32 },
    /// Notice: the challenge question was set.
    QuestionSet { username: Username },
    /// *forgot username?*: every username on the address.
    Usernames { usernames: Vec<Username> },
    /// Forgot password, for an address with many accounts: their usernames, to ask again with one of them.
    WhichUsername { usernames: Vec<Username> },
    /// Notice: a password was set.
    PasswordSet { username: Username },
    /// Notice to the old address: mail goes to another one from now on.
    EmailReplaced { username: Username },
    /// Notice to the new address.
    EmailNow { username: Username },
    /// The office is on the telephone with somebody, who is to read this code back.
    CallerCode { username: Username, code: Code, expires: Moment },
    /// The office sends a link to set a password; there is no browser that asked, so there is no code beside it.
    OfficeLink { username: Username, token: MailedToken, shared: bool, products: Vec<String> },
    /// Notice: what the office did to the account.
    OfficeNotice { username: Username, news: AccountNews, at: Moment },
    /// Notice to every address on file: the office was asked to send mail elsewhere from then on.
    EmailAsked { username: Username, due: Moment },
    /// To the new address, which is nobody's yet: no username.
    EmailWaits { due: Moment },
    /// To a member of staff: a link to the desk.
    StaffLink { purpose: StaffPurpose, token: MailedToken },
    /// To a member of staff: what became of their access.
    StaffNotice { news: StaffNews },
}

impl Message {
    /// The link that it carries, if any.
    #[must_use]
    pub const fn link(&self) -> Option<&MailedToken> {
        match self {
            Self::ClaimLink { token, .. } | Self::ResetLink { token, .. } | Self::OfficeLink { token, .. } => {
                Some(token)
            }
            _ => None,
        }
    }

    /// The name of the kind, as the outbox and the locale files have it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ClaimLink { .. } => "claim-link",
            Self::AlreadyClaimed { .. } => "already-claimed",
            Self::Inactive { .. } => "inactive",
            Self::Suspended { .. } => "suspended",
            Self::External { .. } => "external",
            Self::ResetLink { .. } => "reset-link",
            Self::TemporaryPassword { .. } => "temporary-password",
            Self::Unclaimed { .. } => "unclaimed",
            Self::NoQuestion { .. } => "no-question",
            Self::Frozen { .. } => "frozen",
            Self::PasswordExpires { .. } => "password-expires",
            Self::QuestionSet { .. } => "question-set",
            Self::Usernames { .. } => "usernames",
            Self::WhichUsername { .. } => "which-username",
            Self::PasswordSet { .. } => "password-set",
            Self::EmailReplaced { .. } => "email-replaced",
            Self::EmailNow { .. } => "email-now",
            Self::CallerCode { .. } => "caller-code",
            Self::OfficeLink { .. } => "office-link",
            Self::EmailAsked { .. } => "email-asked",
            Self::EmailWaits { .. } => "email-waits",
            Self::OfficeNotice { news, .. } => match news {
                AccountNews::TemporaryShown => "office-temporary-shown",
                AccountNews::Unlocked => "office-unlocked",
                AccountNews::SessionsEnded => "office-sessions-ended",
                AccountNews::Suspended => "office-suspended",
                AccountNews::Reactivated => "office-reactivated",
                AccountNews::QuestionCleared => "office-question-cleared",
                AccountNews::MarkedExternal => "office-marked-external",
                AccountNews::EmailApproved => "office-email-approved",
                AccountNews::Split => "office-split",
                AccountNews::Merged => "office-merged",
                AccountNews::EmailKept => "office-email-kept",
            },
            Self::StaffLink { purpose: StaffPurpose::Invitation, .. } => "staff-invitation",
            Self::StaffLink { purpose: StaffPurpose::Password, .. } => "staff-password",
            Self::StaffLink { purpose: StaffPurpose::Second, .. } => "staff-second",
            Self::StaffNotice { .. } => "staff-notice",
        }
    }

    /// The same on the day on which it is sent: it may have waited for the mail server.
    #[must_use]
    pub fn on_day_of(self, now: Moment) -> Self {
        match self {
            Self::PasswordExpires { username, expires, .. } => {
                let schedule = Schedule { expires: Some(expires), remind: None };
                Self::PasswordExpires { username, expires, days: schedule.days_left(now).unwrap_or_default() }
            }
            message => message,
        }
    }

    /// What *This wasn't me* stops, by the kind of the mail that carries the link; none where it would stop nothing.
    #[must_use]
    pub fn freezes(kind: &str) -> Option<Frozen> {
        match kind {
            "claim-link" | "already-claimed" | "reset-link" | "temporary-password" | "unclaimed" | "no-question" => {
                Some(Frozen::Resets)
            }
            // Somebody speaks to the office in the owner's name, or has done so.
            "caller-code"
            | "office-link"
            | "office-split"
            | "office-temporary-shown"
            | "office-unlocked"
            | "office-question-cleared" => Some(Frozen::Resets),
            // An account that had been closed, maybe because somebody else knows the password.
            "office-reactivated" | "office-merged" | "office-email-approved" | "email-asked" => Some(Frozen::All),
            // Somebody is in already: the password must open nothing.
            "password-set" | "question-set" | "email-replaced" | "email-now" => Some(Frozen::All),
            _ => None,
        }
    }

    /// Kinds of mails that carry a way in, or tell of an address that waits: none of it outlives the restoring of a backup.
    /// The others only tell, and may be sent.
    pub const VOIDED_KINDS: [&str; 10] = [
        "claim-link",
        "reset-link",
        "temporary-password",
        "caller-code",
        "office-link",
        "email-asked",
        "email-waits",
        "staff-invitation",
        "staff-password",
        "staff-second",
    ];

    /// Whether a mail of this kind answers somebody who asked for help: when it does not arrive, somebody waits for it.
    #[must_use]
    pub fn answers(kind: &str) -> bool {
        matches!(
            kind,
            "claim-link"
                | "already-claimed"
                | "unclaimed"
                | "inactive"
                | "suspended"
                | "external"
                | "frozen"
                | "no-question"
                | "reset-link"
                | "temporary-password"
                | "usernames"
                | "which-username"
                // Asked by telephone.
                | "office-link"
                | "caller-code"
        )
    }

    /// The usernames that the mail names: one, or all on an address; none to staff and to an address that waits.
    #[must_use]
    pub fn usernames(&self) -> &[Username] {
        match self {
            Self::Usernames { usernames } | Self::WhichUsername { usernames } => usernames,
            Self::StaffLink { .. } | Self::StaffNotice { .. } | Self::EmailWaits { .. } => &[],
            Self::ClaimLink { username, .. }
            | Self::AlreadyClaimed { username }
            | Self::Inactive { username }
            | Self::Suspended { username }
            | Self::External { username }
            | Self::ResetLink { username, .. }
            | Self::TemporaryPassword { username, .. }
            | Self::Unclaimed { username }
            | Self::NoQuestion { username }
            | Self::Frozen { username }
            | Self::PasswordExpires { username, .. }
            | Self::QuestionSet { username }
            | Self::PasswordSet { username }
            | Self::EmailReplaced { username }
            | Self::EmailNow { username }
            | Self::CallerCode { username, .. }
            | Self::OfficeLink { username, .. }
            | Self::OfficeNotice { username, .. }
            | Self::EmailAsked { username, .. } => std::slice::from_ref(username),
        }
    }
}

/// A token on its way into a mail: the one place where it is written down, sealed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailedToken(String);

impl MailedToken {
    #[must_use]
    pub fn of(token: &Token) -> Self {
        Self(token.as_str().to_owned())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A temporary password on its way into a mail: the one place where it is written down, sealed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailedSecret(String);

impl MailedSecret {
    #[must_use]
    pub fn of(password: &Password) -> Self {
        Self(password.typed().to_owned())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for MailedSecret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("MailedSecret(…)")
    }
}

impl std::fmt::Debug for MailedToken {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("MailedToken(…)")
    }
}
