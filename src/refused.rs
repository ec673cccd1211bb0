//! Every reason a person may be given, and the field it belongs to.
//!
//! Closed enums, no strings: what a stranger can forge must not be able to speak. The sentences
//! stand in `locales/`, under the code of each reason.

use serde::{Deserialize, Serialize};

/// Declares a closed enum whose members have a fixed code, used on the wire and as a locale key. Members after
/// `server` are the desk's: pages that the browser's share never renders, so it does not carry them.
macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $member:ident = $code:literal),+ $(,)? }) => {
        codes! { $(#[$meta])* $name { $($(#[$doc])* $member = $code),+ } server {} }
    };
    (
        $(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $member:ident = $code:literal),+ $(,)? }
        server { $($(#[$desk_doc:meta])* $desk:ident = $desk_code:literal),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $code)] $member,)+
            $($(#[$desk_doc])* #[cfg(feature = "service")] #[serde(rename = $desk_code)] $desk,)*
        }

        impl $name {
            pub const ALL: &'static [Self] =
                &[$(Self::$member,)+ $(#[cfg(feature = "service")] Self::$desk,)*];

            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$member => $code,)+
                    $(#[cfg(feature = "service")] Self::$desk => $desk_code,)*
                }
            }

            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$member),)+
                    $(#[cfg(feature = "service")] $desk_code => Some(Self::$desk),)*
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use codes;

codes! {
    /// Why something was not done.
    Refused {
        Missing = "missing",
        TooLong = "too-long",
        /// NUL, control characters, text that was not UTF-8.
        Unreadable = "unreadable",
        NameUnusable = "name-unusable",
        DateNotNumbers = "date-not-numbers",
        DateMonth = "date-month",
        DateDay = "date-day",
        DateYear = "date-year",
        DateImpossible = "date-impossible",
        DateFuture = "date-future",
        DateTooLongAgo = "date-too-long-ago",
        SsnNineDigits = "ssn-nine-digits",
        SsnNeverIssued = "ssn-never-issued",
        CertificateUnusable = "certificate-unusable",
        EmailUnusable = "email-unusable",
        UsernameUnusable = "username-unusable",
        /// Neither an e-mail address nor a username.
        LoginUnusable = "login-unusable",
        /// Neither SSN nor certificate number.
        IdentifierMissing = "identifier-missing",
        RobotUnchecked = "robot-unchecked",
        RobotExpired = "robot-expired",
        RobotUnproven = "robot-unproven",
        /// The small budget for forms without a proof of work is used up.
        RobotBudget = "robot-budget",
        PasswordTooShort = "password-too-short",
        PasswordTooLong = "password-too-long",
        PasswordUppercase = "password-uppercase",
        PasswordLowercase = "password-lowercase",
        PasswordDigit = "password-digit",
        PasswordSpecial = "password-special",
        PasswordCommon = "password-common",
        PasswordPatterned = "password-patterned",
        PasswordHasUsername = "password-has-username",
        PasswordsDiffer = "passwords-differ",
        /// The password is over its days, and its one extra sign-in was taken.
        PasswordExpired = "password-expired",
        /// What was typed as the present password is neither that nor a temporary one that works.
        PasswordNotYours = "password-not-yours",
        /// The new password is the present one, or one that was mailed.
        PasswordSame = "password-same",
        /// No such question on the list, or none chosen.
        QuestionUnchosen = "question-unchosen",
        AnswerTooShort = "answer-too-short",
        /// What anybody would try first.
        AnswerTrivial = "answer-trivial",
        AnswerInQuestion = "answer-in-question",
        AnswerHasUsername = "answer-has-username",
        AnswerHasPassword = "answer-has-password",
        AnswerWrong = "answer-wrong",
        /// Five wrong answers on one link: the link is dead to answers, a new mail helps.
        AnswerDead = "answer-dead",
        CodeDigits = "code-digits",
        CodeWrong = "code-wrong",
        /// Five wrong codes: the code of this browser is dead, the link still works.
        CodeDead = "code-dead",
        /// Cut off, mistyped, never issued or purged.
        LinkUnknown = "link-unknown",
        LinkSpent = "link-spent",
        LinkExpired = "link-expired",
        LinkSuperseded = "link-superseded",
        /// *This wasn't me* from a mail that is cut off, too old, or that the office has dealt with.
        NotMeOver = "not-me-over",
        FlowOver = "flow-over",
        /// The form is of another account's flow than the one this browser is on now: another tab went on with it.
        FlowOther = "flow-other",
        SessionOver = "session-over",
        /// The form is from before somebody signed in.
        PageOld = "page-old",
        SignInWrong = "sign-in-wrong",
        AccountInactive = "account-inactive",
        AccountSuspended = "account-suspended",
        AccountExternal = "account-external",
        /// Somebody reported "this wasn't me": the office has to open it again.
        AccountFrozen = "account-frozen",
        TooManyTries = "too-many-tries",
        /// The server has more work than it may take on.
        Busy = "busy",
        /// Something broke here; it was logged.
        Broken = "broken",
    } server {
        /// What the office does to an account needs words that say why.
        ReasonTooShort = "reason-too-short",
        /// Nine digits in a row: an SSN does not belong into a reason.
        ReasonSsn = "reason-ssn",
        /// The role, or the right, does not allow it.
        NotAllowed = "not-allowed",
        /// Nobody acts on a member of staff of a higher role.
        RoleHigher = "role-higher",
        /// What concerns oneself somebody else has to do.
        StaffSelf = "staff-self",
        /// There would be no admin left.
        StaffLast = "staff-last",
        /// The address is a member of staff's already.
        StaffThere = "staff-there",
        /// Nobody of the staff has this number.
        StaffGone = "staff-gone",
        /// The desk's own: address and password do not go together.
        DeskWrong = "desk-wrong",
        /// The member of staff is suspended.
        StaffClosed = "staff-closed",
        /// The member of staff has set up no second factor yet.
        StaffUnenrolled = "staff-unenrolled",
        /// The way in to the desk took too long, or was begun in another browser.
        EntryOver = "entry-over",
        /// Five wrong codes: the password has to be typed again.
        SecondDead = "second-dead",
        /// Not the code that the authenticator shows now, or one that was used already.
        SecondWrong = "second-wrong",
        /// The caller has to be checked first.
        CallerUnchecked = "caller-unchecked",
        /// The code that the caller read back is not the one that was mailed.
        CallerWrong = "caller-wrong",
        /// Five wrong codes, ten minutes, or none was mailed from this session: another one has to be.
        CallerOver = "caller-over",
        /// What the caller said is not what is on file.
        FactsWrong = "facts-wrong",
        /// One fact, or none, proves nothing.
        FactsTooFew = "facts-too-few",
        /// The profile lets nobody be checked by facts.
        FactsOff = "facts-off",
        /// Facts alone do not do for what lets somebody in past the mailbox.
        CallerWeak = "caller-weak",
        /// The account is inactive, and what is to be done needs an open one.
        ClosedInactive = "closed-inactive",
        ClosedSuspended = "closed-suspended",
        ClosedExternal = "closed-external",
        ClosedFrozen = "closed-frozen",
        /// Several people use one of the two: it has to be split first.
        MergeShared = "merge-shared",
        /// The two have different dates of birth: they are two people, or the roster has to be put right.
        MergeDiffers = "merge-differs",
        /// The journey that a link leads to is off.
        LinkOff = "link-off",
        /// Somebody else did something to the account while the page was open.
        AccountChanged = "account-changed",
        /// It is so already.
        NothingToDo = "nothing-to-do",
        /// Nobody is on file under this number any more.
        AccountGone = "account-gone",
        /// Nothing can be mailed.
        NoAddress = "no-address",
        /// Mail goes to this address already.
        EmailSame = "email-same",
        /// Nobody has, or had, the username of the other account.
        MergeNobody = "merge-nobody",
        /// The other account is this one.
        MergeSame = "merge-same",
        /// Who asked for it cannot approve it.
        ApprovalOwn = "approval-own",
        /// So many files wait already that no more are taken.
        ImportsWait = "imports-wait",
        /// There is no import of this number, or nothing is left of it.
        ImportGone = "import-gone",
        /// The import stands elsewhere by now: it was begun, or given up.
        ImportBegun = "import-begun",
        /// So much changes that it has to be agreed to.
        ImportWide = "import-wide",
        /// The file has more bytes than are taken.
        FileTooLarge = "file-too-large",
        /// The disk has no room for the file.
        FileNoRoom = "file-no-room",
        /// One letter finds half the state.
        TermTooShort = "term-too-short",
        /// Nine digits were typed where no SSN is ever looked for.
        TermSsn = "term-ssn",
        /// The search belongs to another session, or lies under a key that is gone.
        SearchOver = "search-over",
        /// No day of the calendar as `2026-11-21`.
        DayUnusable = "day-unusable",
        /// The last day comes before the first.
        DaysReversed = "days-reversed",
        /// Nobody on file has this username, and no account this number.
        AccountUnknown = "account-unknown",
    }
}

codes! {
    /// The field a problem belongs to; its code is the field's `name` in the form.
    Field {
        BirthMonth = "birth_month",
        BirthDay = "birth_day",
        BirthYear = "birth_year",
        LastName = "last_name",
        Ssn = "ssn",
        Certificate = "certificate",
        Robot = "robot",
        Password = "password",
        PasswordAgain = "password_again",
        Username = "username",
        Code = "code",
        Email = "email",
        /// *Email or Username*.
        Login = "login",
        /// The present password, typed again.
        CurrentPassword = "current_password",
        Question = "question",
        Answer = "answer",
        /// The form as a whole.
        Form = "form",
    } server {
        /// Why the office does something.
        Reason = "reason",
        /// What happened, by its code.
        Action = "action",
        /// Who did it.
        Actor = "actor",
        /// A username, or the number of an account.
        Account = "account",
        /// The first day.
        From = "from",
        /// The last day.
        To = "to",
        /// What is searched for.
        Term = "term",
        /// A file with people.
        Roster = "roster",
        /// The number of an import.
        Import = "import",
        /// Agreement to a change of many people.
        Wide = "wide",
        /// The level of a certification, as a caller says it.
        Level = "level",
        /// One of several people who use an account.
        Person = "person",
        /// One of several new addresses that wait.
        Change = "change",
        /// The code of an authenticator, or a recovery code.
        Second = "second",
        Role = "role",
        /// The number of a member of staff.
        Staff = "staff",
        /// A member of staff's own name.
        StaffName = "staff_name",
    }
}

impl Field {
    /// Whether what was typed here may be shown again after a refusal. Secrets never are.
    #[must_use]
    pub const fn may_be_kept(self) -> bool {
        matches!(
            self,
            Self::BirthMonth
                | Self::BirthDay
                | Self::BirthYear
                | Self::LastName
                | Self::Certificate
                | Self::Username
                | Self::Email
                | Self::Login
                | Self::Question
        ) || self.is_the_desks()
    }
}

impl Field {
    /// Fields of the desk that hold no secret.
    #[cfg(feature = "service")]
    const fn is_the_desks(self) -> bool {
        matches!(
            self,
            Self::Reason
                | Self::Action
                | Self::Actor
                | Self::Account
                | Self::From
                | Self::To
                | Self::Term
                | Self::Level
                | Self::Role
                | Self::StaffName
                | Self::Person
                | Self::Change
        )
    }

    #[cfg(not(feature = "service"))]
    const fn is_the_desks(self) -> bool {
        let _ = self;
        false
    }
}

/// One reason at one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Problem {
    pub field: Field,
    pub refused: Refused,
    /// Seconds until another try, where the reason is a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<u32>,
}

impl Problem {
    #[must_use]
    pub const fn at(field: Field, refused: Refused) -> Self {
        Self { field, refused, wait: None }
    }

    /// A problem of the whole form.
    #[must_use]
    pub const fn form(refused: Refused) -> Self {
        Self::at(Field::Form, refused)
    }

    /// Too many tries; another one after so many seconds.
    #[must_use]
    pub const fn wait(seconds: u32) -> Self {
        Self { field: Field::Form, refused: Refused::TooManyTries, wait: Some(seconds) }
    }
}

/// What a form was refused for, in the order of its fields. Never empty when returned as an error.
pub type Problems = Vec<Problem>;
