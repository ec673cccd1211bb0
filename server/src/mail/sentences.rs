//! Which sentences a kind of mail is made of. What they say stands in `locales/`.

mod staff;

use app::words::{self, Word};
use backboard::agency::Agency;
use backboard::service::mail::Message;

/// The sentences that every kind of mail has.
pub struct Sentences {
    pub subject: Word,
    pub preview: Word,
    pub why: Word,
    pub next: Word,
    pub doubt: Doubt,
}

/// What is said to a reader whom the mail surprises.
#[derive(Clone, Copy)]
pub enum Doubt {
    /// A sentence, and whom to reach.
    Said(Word),
    /// A sentence, then what *This wasn't me* stops and its link.
    Stop(Word, Word),
    /// The mail itself is about a doubt.
    None,
}

/// Somebody typed something; nothing has happened yet.
const ASKED: Doubt = Doubt::Said(words::MAIL_NOT_YOU_ASKED);
/// The same, where a freeze has something to stop.
const ASKED_STOP: Doubt = Doubt::Stop(words::MAIL_NOT_YOU_ASKED_STOP, words::MAIL_STOP_RESETS);
/// Something was changed by somebody who is in already.
const SET: Doubt = Doubt::Stop(words::MAIL_NOT_YOU_SET, words::MAIL_STOP_ALL);
const MOVED: Doubt = Doubt::Stop(words::MAIL_NOT_YOU_MOVED, words::MAIL_STOP_ALL);

impl Sentences {
    pub const fn of(message: &Message, agency: &Agency) -> Self {
        match message {
            Message::ClaimLink { .. } => Self {
                subject: words::MAIL_CLAIM_LINK_SUBJECT,
                preview: words::MAIL_CLAIM_LINK_PREVIEW,
                why: words::MAIL_CLAIM_LINK_WHY,
                next: words::MAIL_CLAIM_LINK_NEXT,
                doubt: ASKED_STOP,
            },
            Message::AlreadyClaimed { .. } => Self {
                subject: words::MAIL_ALREADY_CLAIMED_SUBJECT,
                preview: words::MAIL_ALREADY_CLAIMED_PREVIEW,
                why: words::MAIL_ALREADY_CLAIMED_WHY,
                next: words::MAIL_ALREADY_CLAIMED_NEXT,
                doubt: ASKED_STOP,
            },
            Message::Inactive { .. } => Self {
                subject: words::MAIL_INACTIVE_SUBJECT,
                preview: words::MAIL_INACTIVE_PREVIEW,
                why: words::MAIL_INACTIVE_WHY,
                next: words::MAIL_INACTIVE_NEXT,
                doubt: ASKED,
            },
            Message::Suspended { .. } => Self {
                subject: words::MAIL_SUSPENDED_SUBJECT,
                preview: words::MAIL_SUSPENDED_PREVIEW,
                why: words::MAIL_SUSPENDED_WHY,
                next: words::MAIL_SUSPENDED_NEXT,
                doubt: ASKED,
            },
            Message::External { .. } if agency.external.is_some() => Self {
                subject: words::MAIL_EXTERNAL_NAMED_SUBJECT,
                preview: words::MAIL_EXTERNAL_NAMED_PREVIEW,
                why: words::MAIL_EXTERNAL_NAMED_WHY,
                next: words::MAIL_EXTERNAL_NAMED_NEXT,
                doubt: ASKED,
            },
            Message::External { .. } => Self {
                subject: words::MAIL_EXTERNAL_SUBJECT,
                preview: words::MAIL_EXTERNAL_PREVIEW,
                why: words::MAIL_EXTERNAL_WHY,
                next: words::MAIL_EXTERNAL_NEXT,
                doubt: ASKED,
            },
            Message::ResetLink { .. } => Self {
                subject: words::MAIL_RESET_LINK_SUBJECT,
                preview: words::MAIL_RESET_LINK_PREVIEW,
                why: words::MAIL_RESET_LINK_WHY,
                next: words::MAIL_RESET_LINK_NEXT,
                doubt: ASKED_STOP,
            },
            Message::TemporaryPassword { .. } => Self {
                subject: words::MAIL_TEMPORARY_PASSWORD_SUBJECT,
                preview: words::MAIL_TEMPORARY_PASSWORD_PREVIEW,
                why: words::MAIL_TEMPORARY_PASSWORD_WHY,
                next: words::MAIL_TEMPORARY_PASSWORD_NEXT,
                doubt: ASKED_STOP,
            },
            Message::Unclaimed { .. } => Self {
                subject: words::MAIL_UNCLAIMED_SUBJECT,
                preview: words::MAIL_UNCLAIMED_PREVIEW,
                why: words::MAIL_UNCLAIMED_WHY,
                next: words::MAIL_UNCLAIMED_NEXT,
                doubt: ASKED_STOP,
            },
            Message::NoQuestion { .. } => Self {
                subject: words::MAIL_NO_QUESTION_SUBJECT,
                preview: words::MAIL_NO_QUESTION_PREVIEW,
                why: words::MAIL_NO_QUESTION_WHY,
                next: words::MAIL_NO_QUESTION_NEXT,
                doubt: ASKED_STOP,
            },
            Message::Frozen { .. } => Self {
                subject: words::MAIL_FROZEN_SUBJECT,
                preview: words::MAIL_FROZEN_PREVIEW,
                why: words::MAIL_FROZEN_WHY,
                next: words::MAIL_FROZEN_NEXT,
                doubt: Doubt::None,
            },
            Message::PasswordExpires { days, .. } => Self::of_days(*days),
            Message::QuestionSet { .. } => Self {
                subject: words::MAIL_QUESTION_SET_SUBJECT,
                preview: words::MAIL_QUESTION_SET_PREVIEW,
                why: words::MAIL_QUESTION_SET_WHY,
                next: words::MAIL_QUESTION_SET_NEXT,
                doubt: SET,
            },
            Message::Usernames { .. } => Self {
                subject: words::MAIL_USERNAMES_SUBJECT,
                preview: words::MAIL_USERNAMES_PREVIEW,
                why: words::MAIL_USERNAMES_WHY,
                next: words::MAIL_USERNAMES_NEXT,
                doubt: ASKED,
            },
            Message::WhichUsername { .. } => Self {
                subject: words::MAIL_WHICH_USERNAME_SUBJECT,
                preview: words::MAIL_WHICH_USERNAME_PREVIEW,
                why: words::MAIL_WHICH_USERNAME_WHY,
                next: words::MAIL_WHICH_USERNAME_NEXT,
                doubt: ASKED,
            },
            Message::PasswordSet { .. } => Self {
                subject: words::MAIL_PASSWORD_SET_SUBJECT,
                preview: words::MAIL_PASSWORD_SET_PREVIEW,
                why: words::MAIL_PASSWORD_SET_WHY,
                next: words::MAIL_PASSWORD_SET_NEXT,
                doubt: SET,
            },
            Message::EmailReplaced { .. } => Self {
                subject: words::MAIL_EMAIL_REPLACED_SUBJECT,
                preview: words::MAIL_EMAIL_REPLACED_PREVIEW,
                why: words::MAIL_EMAIL_REPLACED_WHY,
                next: words::MAIL_EMAIL_REPLACED_NEXT,
                doubt: MOVED,
            },
            Message::StaffLink { purpose, .. } => staff::of_link(*purpose),
            Message::StaffNotice { news } => staff::of_news(*news),
            Message::EmailNow { .. } => Self {
                subject: words::MAIL_EMAIL_NOW_SUBJECT,
                preview: words::MAIL_EMAIL_NOW_PREVIEW,
                why: words::MAIL_EMAIL_NOW_WHY,
                next: words::MAIL_EMAIL_NOW_NEXT,
                doubt: MOVED,
            },
        }
    }

    /// Of a password that expires in so many days.
    const fn of_days(days: u32) -> Self {
        // Nobody asked for this mail, so it is the kind that a swindler would copy.
        let doubt = Doubt::Said(words::MAIL_NOT_YOU_SURE);
        match days {
            0 => Self {
                subject: words::MAIL_PASSWORD_EXPIRES_OVER_SUBJECT,
                preview: words::MAIL_PASSWORD_EXPIRES_OVER_PREVIEW,
                why: words::MAIL_PASSWORD_EXPIRES_OVER_WHY,
                next: words::MAIL_PASSWORD_EXPIRES_OVER_NEXT,
                doubt,
            },
            // A begun day counts as one, so it may be over before tomorrow.
            1 => Self {
                subject: words::MAIL_PASSWORD_EXPIRES_LAST_SUBJECT,
                preview: words::MAIL_PASSWORD_EXPIRES_LAST_PREVIEW,
                why: words::MAIL_PASSWORD_EXPIRES_LAST_WHY,
                next: words::MAIL_PASSWORD_EXPIRES_LAST_NEXT,
                doubt,
            },
            _ => Self {
                subject: words::MAIL_PASSWORD_EXPIRES_SOON_SUBJECT,
                preview: words::MAIL_PASSWORD_EXPIRES_SOON_PREVIEW,
                why: words::MAIL_PASSWORD_EXPIRES_SOON_WHY,
                next: words::MAIL_PASSWORD_EXPIRES_SOON_NEXT,
                doubt,
            },
        }
    }
}
