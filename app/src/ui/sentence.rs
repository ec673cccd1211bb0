//! The sentence for each reason.

use backboard::agency::Agency;
use backboard::refused::{Field, Problem, Refused};

use crate::site::Site;
use crate::words::{self, Word};

/// What a problem says, with the numbers of the agency's policy in it.
#[must_use]
pub fn sentence(site: &Site, problem: Problem) -> String {
    fill(site, word(problem), &problem.wait.map(|seconds| waiting(site, seconds)).unwrap_or_default())
}

/// A sentence with the numbers of the agency's policy in it.
#[must_use]
pub fn with_policy(site: &Site, word: Word) -> String {
    fill(site, word, "")
}

fn fill(site: &Site, word: Word, wait: &str) -> String {
    let Agency { policy, .. } = site.agency();
    let shortest = policy.password.shortest.to_string();
    let longest = policy.password.longest.to_string();
    site.fill(
        word,
        &[
            ("shortest", &shortest),
            ("longest", &longest),
            ("special", &policy.password.special),
            ("wait", wait),
            ("service", &service(site)),
        ],
    )
}

/// The name of the login service that keeps the passwords of `external` accounts.
#[must_use]
pub fn service(site: &Site) -> String {
    match &site.agency().external {
        Some(external) => external.name.clone(),
        None => site.say(words::COMMON_OTHER_SERVICE),
    }
}

/// The field's label, for the summary's links.
#[must_use]
pub const fn label(field: Field) -> Option<Word> {
    Some(match field {
        Field::BirthMonth => words::FIELD_BIRTH_MONTH,
        Field::BirthDay => words::FIELD_BIRTH_DAY,
        Field::BirthYear => words::FIELD_BIRTH_YEAR,
        Field::LastName => words::FIELD_LAST_NAME,
        Field::Ssn => words::FIELD_SSN,
        Field::Certificate => words::FIELD_CERTIFICATE,
        Field::Robot => words::FIELD_ROBOT,
        Field::Password => words::FIELD_PASSWORD,
        Field::PasswordAgain => words::FIELD_PASSWORD_AGAIN,
        Field::Username => words::FIELD_USERNAME,
        Field::Code => words::FIELD_CODE,
        Field::Email => words::FIELD_EMAIL,
        Field::Login => words::FIELD_LOGIN,
        Field::CurrentPassword => words::FIELD_CURRENT_PASSWORD,
        Field::Question => words::FIELD_QUESTION,
        Field::Answer => words::FIELD_ANSWER,
        Field::Form => return None,
        #[cfg(feature = "ssr")]
        Field::Reason => words::DESK_FIELD_REASON,
        #[cfg(feature = "ssr")]
        Field::Action => words::AUDIT_FIELD_ACTION,
        #[cfg(feature = "ssr")]
        Field::Actor => words::AUDIT_FIELD_ACTOR,
        #[cfg(feature = "ssr")]
        Field::Account => words::AUDIT_FIELD_ACCOUNT,
        #[cfg(feature = "ssr")]
        Field::From => words::AUDIT_FIELD_FROM,
        #[cfg(feature = "ssr")]
        Field::To => words::AUDIT_FIELD_TO,
        #[cfg(feature = "ssr")]
        Field::Term => words::DESK_FIELD_TERM,
        #[cfg(feature = "ssr")]
        Field::Roster => words::IMPORT_FIELD_ROSTER,
        #[cfg(feature = "ssr")]
        Field::Wide => words::IMPORT_FIELD_WIDE,
        #[cfg(feature = "ssr")]
        Field::Level => words::DESK_FIELD_LEVEL,
        #[cfg(feature = "ssr")]
        Field::Second => words::DESK_FIELD_SECOND,
        #[cfg(feature = "ssr")]
        Field::Role => words::DESK_FIELD_ROLE,
        #[cfg(feature = "ssr")]
        Field::StaffName => words::DESK_FIELD_STAFF_NAME,
        #[cfg(feature = "ssr")]
        Field::Person => words::DESK_FIELD_PERSON,
        #[cfg(feature = "ssr")]
        Field::Change => words::DESK_FIELD_CHANGE,
        #[cfg(feature = "ssr")]
        Field::Staff | Field::Import => return None,
    })
}

fn waiting(site: &Site, seconds: u32) -> String {
    let (word, number) = match seconds {
        0..=60 => (words::COMMON_WAIT_MINUTE, 1),
        61..=5_399 => (words::COMMON_WAIT_MINUTES, seconds.div_ceil(60)),
        5_400..=172_799 => (words::COMMON_WAIT_HOURS, seconds.div_ceil(3_600)),
        _ => (words::COMMON_WAIT_DAYS, seconds.div_ceil(86_400)),
    };
    site.fill(word, &[("number", &number.to_string())])
}

const fn word(problem: Problem) -> Word {
    match problem.refused {
        Refused::Missing => match problem.field {
            Field::BirthMonth => words::PROBLEM_MISSING_BIRTH_MONTH,
            Field::BirthDay => words::PROBLEM_MISSING_BIRTH_DAY,
            Field::BirthYear => words::PROBLEM_MISSING_BIRTH_YEAR,
            Field::LastName => words::PROBLEM_MISSING_LAST_NAME,
            Field::Password => words::PROBLEM_MISSING_PASSWORD,
            Field::PasswordAgain => words::PROBLEM_MISSING_PASSWORD_AGAIN,
            Field::Username => words::PROBLEM_MISSING_USERNAME,
            Field::Code => words::PROBLEM_MISSING_CODE,
            Field::Email => words::PROBLEM_MISSING_EMAIL,
            Field::Login => words::PROBLEM_MISSING_LOGIN,
            Field::CurrentPassword => words::PROBLEM_MISSING_CURRENT_PASSWORD,
            Field::Answer => words::PROBLEM_MISSING_ANSWER,
            #[cfg(feature = "ssr")]
            Field::Roster => words::IMPORT_PROBLEM_NO_FILE,
            _ => words::PROBLEM_MISSING_OTHER,
        },
        Refused::TooLong => words::PROBLEM_TOO_LONG,
        Refused::Unreadable => words::PROBLEM_UNREADABLE,
        Refused::NameUnusable => words::PROBLEM_NAME_UNUSABLE,
        Refused::DateNotNumbers => words::PROBLEM_DATE_NOT_NUMBERS,
        Refused::DateMonth => words::PROBLEM_DATE_MONTH,
        Refused::DateDay => words::PROBLEM_DATE_DAY,
        Refused::DateYear => words::PROBLEM_DATE_YEAR,
        Refused::DateImpossible => words::PROBLEM_DATE_IMPOSSIBLE,
        Refused::DateFuture => words::PROBLEM_DATE_FUTURE,
        Refused::DateTooLongAgo => words::PROBLEM_DATE_TOO_LONG_AGO,
        Refused::SsnNineDigits => words::PROBLEM_SSN_NINE_DIGITS,
        Refused::SsnNeverIssued => words::PROBLEM_SSN_NEVER_ISSUED,
        Refused::CertificateUnusable => words::PROBLEM_CERTIFICATE_UNUSABLE,
        Refused::EmailUnusable => words::PROBLEM_EMAIL_UNUSABLE,
        Refused::LoginUnusable => words::PROBLEM_LOGIN_UNUSABLE,
        Refused::UsernameUnusable => words::PROBLEM_USERNAME_UNUSABLE,
        Refused::IdentifierMissing => words::PROBLEM_IDENTIFIER_MISSING,
        Refused::RobotUnchecked => words::PROBLEM_ROBOT_UNCHECKED,
        Refused::RobotExpired => words::PROBLEM_ROBOT_EXPIRED,
        Refused::RobotUnproven => words::PROBLEM_ROBOT_UNPROVEN,
        Refused::RobotBudget => words::PROBLEM_ROBOT_BUDGET,
        Refused::PasswordTooShort => words::PROBLEM_PASSWORD_TOO_SHORT,
        Refused::PasswordTooLong => words::PROBLEM_PASSWORD_TOO_LONG,
        Refused::PasswordUppercase => words::PROBLEM_PASSWORD_UPPERCASE,
        Refused::PasswordLowercase => words::PROBLEM_PASSWORD_LOWERCASE,
        Refused::PasswordDigit => words::PROBLEM_PASSWORD_DIGIT,
        Refused::PasswordSpecial => words::PROBLEM_PASSWORD_SPECIAL,
        Refused::PasswordCommon => words::PROBLEM_PASSWORD_COMMON,
        Refused::PasswordPatterned => words::PROBLEM_PASSWORD_PATTERNED,
        Refused::PasswordHasUsername => words::PROBLEM_PASSWORD_HAS_USERNAME,
        Refused::PasswordExpired => words::PROBLEM_PASSWORD_EXPIRED,
        Refused::PasswordNotYours => words::PROBLEM_PASSWORD_NOT_YOURS,
        Refused::PasswordSame => words::PROBLEM_PASSWORD_SAME,
        Refused::QuestionUnchosen => words::PROBLEM_QUESTION_UNCHOSEN,
        Refused::AnswerTooShort => words::PROBLEM_ANSWER_TOO_SHORT,
        Refused::AnswerTrivial => words::PROBLEM_ANSWER_TRIVIAL,
        Refused::AnswerInQuestion => words::PROBLEM_ANSWER_IN_QUESTION,
        Refused::AnswerHasUsername => words::PROBLEM_ANSWER_HAS_USERNAME,
        Refused::AnswerHasPassword => words::PROBLEM_ANSWER_HAS_PASSWORD,
        Refused::AnswerWrong => words::PROBLEM_ANSWER_WRONG,
        Refused::AnswerDead => words::PROBLEM_ANSWER_DEAD,
        Refused::PasswordsDiffer => words::PROBLEM_PASSWORDS_DIFFER,
        Refused::CodeDigits => words::PROBLEM_CODE_DIGITS,
        Refused::CodeWrong => words::PROBLEM_CODE_WRONG,
        Refused::CodeDead => words::PROBLEM_CODE_DEAD,
        Refused::LinkUnknown => words::PROBLEM_LINK_UNKNOWN,
        Refused::LinkSpent => words::PROBLEM_LINK_SPENT,
        Refused::LinkExpired => words::PROBLEM_LINK_EXPIRED,
        Refused::LinkSuperseded => words::PROBLEM_LINK_SUPERSEDED,
        Refused::NotMeOver => words::PROBLEM_NOT_ME_OVER,
        Refused::FlowOther => words::PROBLEM_FLOW_OTHER,
        Refused::FlowOver => words::PROBLEM_FLOW_OVER,
        Refused::SessionOver => words::PROBLEM_SESSION_OVER,
        Refused::PageOld => words::PROBLEM_PAGE_OLD,
        Refused::SignInWrong => words::PROBLEM_SIGN_IN_WRONG,
        Refused::AccountInactive => words::PROBLEM_ACCOUNT_INACTIVE,
        Refused::AccountSuspended => words::PROBLEM_ACCOUNT_SUSPENDED,
        Refused::AccountExternal => words::PROBLEM_ACCOUNT_EXTERNAL,
        Refused::AccountFrozen => words::PROBLEM_ACCOUNT_FROZEN,
        Refused::TooManyTries => words::PROBLEM_TOO_MANY_TRIES,
        Refused::Busy => words::PROBLEM_BUSY,
        Refused::Broken => words::PROBLEM_BROKEN,
        #[cfg(feature = "ssr")]
        refused => desk_word(refused),
    }
}

/// The desk's own reasons: the browser's share has none of them.
#[cfg(feature = "ssr")]
const fn desk_word(refused: Refused) -> Word {
    match refused {
        Refused::ReasonTooShort => words::DESK_PROBLEM_REASON_TOO_SHORT,
        Refused::ReasonSsn => words::DESK_PROBLEM_REASON_SSN,
        Refused::CallerOver => words::DESK_PROBLEM_CALLER_OVER,
        Refused::FactsWrong => words::DESK_PROBLEM_FACTS_WRONG,
        Refused::FactsTooFew => words::DESK_PROBLEM_FACTS_TOO_FEW,
        Refused::FactsOff => words::DESK_PROBLEM_FACTS_OFF,
        Refused::CallerWeak => words::DESK_PROBLEM_CALLER_WEAK,
        Refused::ClosedInactive => words::DESK_PROBLEM_CLOSED_INACTIVE,
        Refused::ClosedSuspended => words::DESK_PROBLEM_CLOSED_SUSPENDED,
        Refused::ClosedExternal => words::DESK_PROBLEM_CLOSED_EXTERNAL,
        Refused::ClosedFrozen => words::DESK_PROBLEM_CLOSED_FROZEN,
        Refused::MergeShared => words::DESK_PROBLEM_MERGE_SHARED,
        Refused::MergeDiffers => words::DESK_PROBLEM_MERGE_DIFFERS,
        Refused::LinkOff => words::DESK_PROBLEM_LINK_OFF,
        Refused::NotAllowed => words::DESK_PROBLEM_NOT_ALLOWED,
        Refused::RoleHigher => words::DESK_PROBLEM_ROLE_HIGHER,
        Refused::StaffSelf => words::DESK_PROBLEM_STAFF_SELF,
        Refused::StaffLast => words::DESK_PROBLEM_STAFF_LAST,
        Refused::StaffThere => words::DESK_PROBLEM_STAFF_THERE,
        Refused::StaffGone => words::DESK_PROBLEM_STAFF_GONE,
        Refused::DeskWrong => words::DESK_PROBLEM_DESK_WRONG,
        Refused::StaffClosed => words::DESK_PROBLEM_STAFF_CLOSED,
        Refused::StaffUnenrolled => words::DESK_PROBLEM_STAFF_UNENROLLED,
        Refused::EntryOver => words::DESK_PROBLEM_ENTRY_OVER,
        Refused::SecondDead => words::DESK_PROBLEM_SECOND_DEAD,
        Refused::SecondWrong => words::DESK_PROBLEM_SECOND_WRONG,
        Refused::CallerUnchecked => words::DESK_PROBLEM_CALLER_UNCHECKED,
        Refused::CallerWrong => words::DESK_PROBLEM_CALLER_WRONG,
        Refused::AccountChanged => words::DESK_PROBLEM_ACCOUNT_CHANGED,
        Refused::NothingToDo => words::DESK_PROBLEM_NOTHING_TO_DO,
        Refused::AccountGone => words::DESK_PROBLEM_ACCOUNT_GONE,
        Refused::NoAddress => words::DESK_PROBLEM_NO_ADDRESS,
        Refused::EmailSame => words::DESK_PROBLEM_EMAIL_SAME,
        Refused::MergeNobody => words::DESK_PROBLEM_MERGE_NOBODY,
        Refused::MergeSame => words::DESK_PROBLEM_MERGE_SAME,
        Refused::ApprovalOwn => words::DESK_PROBLEM_APPROVAL_OWN,
        Refused::DayUnusable => words::DESK_PROBLEM_DAY_UNUSABLE,
        Refused::DaysReversed => words::DESK_PROBLEM_DAYS_REVERSED,
        Refused::AccountUnknown => words::DESK_PROBLEM_ACCOUNT_UNKNOWN,
        Refused::ImportsWait => words::IMPORT_PROBLEM_WAITS,
        Refused::ImportGone => words::IMPORT_PROBLEM_GONE,
        Refused::ImportBegun => words::IMPORT_PROBLEM_BEGUN,
        Refused::ImportWide => words::IMPORT_PROBLEM_WIDE,
        Refused::FileTooLarge => words::IMPORT_PROBLEM_TOO_LARGE,
        Refused::FileNoRoom => words::IMPORT_PROBLEM_NO_ROOM,
        Refused::TermTooShort => words::DESK_PROBLEM_TERM_TOO_SHORT,
        Refused::TermSsn => words::DESK_PROBLEM_TERM_SSN,
        Refused::SearchOver => words::DESK_PROBLEM_SEARCH_OVER,
        _ => words::PROBLEM_BROKEN,
    }
}
