//! The sentences of mails about what the office does to an account.

use app::words;
use backboard::staff::AccountNews;

use super::{Doubt, Sentences};

/// Somebody spoke to the office in the owner's name, and a freeze stops what they may do next.
const CALLED: Doubt = Doubt::Stop(words::MAIL_NOT_YOU_CALLED, words::MAIL_STOP_CALL);
/// Closed already: there is nothing to stop.
const DONE: Doubt = Doubt::Said(words::MAIL_NOT_YOU_DONE);
/// Opened again, maybe for somebody who knows the password.
const OPENED: Doubt = Doubt::Stop(words::MAIL_NOT_YOU_DONE, words::MAIL_STOP_ALL);

pub const CODE: Sentences = Sentences {
    subject: words::MAIL_CALLER_CODE_SUBJECT,
    preview: words::MAIL_CALLER_CODE_PREVIEW,
    why: words::MAIL_CALLER_CODE_WHY,
    next: words::MAIL_CALLER_CODE_NEXT,
    doubt: Doubt::Stop(words::MAIL_NOT_YOU_CODE, words::MAIL_STOP_CALL),
};

pub const LINK: Sentences = Sentences {
    subject: words::MAIL_OFFICE_LINK_SUBJECT,
    preview: words::MAIL_OFFICE_LINK_PREVIEW,
    why: words::MAIL_OFFICE_LINK_WHY,
    next: words::MAIL_OFFICE_LINK_NEXT,
    doubt: CALLED,
};

pub const EMAIL_ASKED: Sentences = Sentences {
    subject: words::MAIL_EMAIL_ASKED_SUBJECT,
    preview: words::MAIL_EMAIL_ASKED_PREVIEW,
    why: words::MAIL_EMAIL_ASKED_WHY,
    next: words::MAIL_EMAIL_ASKED_NEXT,
    doubt: OPENED,
};

pub const EMAIL_WAITS: Sentences = Sentences {
    subject: words::MAIL_EMAIL_WAITS_SUBJECT,
    preview: words::MAIL_EMAIL_WAITS_PREVIEW,
    why: words::MAIL_EMAIL_WAITS_WHY,
    next: words::MAIL_EMAIL_WAITS_NEXT,
    doubt: DONE,
};

pub const fn of_news(news: AccountNews) -> Sentences {
    match news {
        AccountNews::TemporaryShown => Sentences {
            subject: words::MAIL_OFFICE_TEMPORARY_SHOWN_SUBJECT,
            preview: words::MAIL_OFFICE_TEMPORARY_SHOWN_PREVIEW,
            why: words::MAIL_OFFICE_TEMPORARY_SHOWN_WHY,
            next: words::MAIL_OFFICE_TEMPORARY_SHOWN_NEXT,
            doubt: CALLED,
        },
        AccountNews::Unlocked => Sentences {
            subject: words::MAIL_OFFICE_UNLOCKED_SUBJECT,
            preview: words::MAIL_OFFICE_UNLOCKED_PREVIEW,
            why: words::MAIL_OFFICE_UNLOCKED_WHY,
            next: words::MAIL_OFFICE_UNLOCKED_NEXT,
            doubt: CALLED,
        },
        AccountNews::SessionsEnded => Sentences {
            subject: words::MAIL_OFFICE_SESSIONS_ENDED_SUBJECT,
            preview: words::MAIL_OFFICE_SESSIONS_ENDED_PREVIEW,
            why: words::MAIL_OFFICE_SESSIONS_ENDED_WHY,
            next: words::MAIL_OFFICE_SESSIONS_ENDED_NEXT,
            doubt: DONE,
        },
        AccountNews::Suspended => Sentences {
            subject: words::MAIL_OFFICE_SUSPENDED_SUBJECT,
            preview: words::MAIL_OFFICE_SUSPENDED_PREVIEW,
            why: words::MAIL_OFFICE_SUSPENDED_WHY,
            next: words::MAIL_OFFICE_SUSPENDED_NEXT,
            doubt: DONE,
        },
        AccountNews::Reactivated => Sentences {
            subject: words::MAIL_OFFICE_REACTIVATED_SUBJECT,
            preview: words::MAIL_OFFICE_REACTIVATED_PREVIEW,
            why: words::MAIL_OFFICE_REACTIVATED_WHY,
            next: words::MAIL_OFFICE_REACTIVATED_NEXT,
            doubt: OPENED,
        },
        AccountNews::QuestionCleared => Sentences {
            subject: words::MAIL_OFFICE_QUESTION_CLEARED_SUBJECT,
            preview: words::MAIL_OFFICE_QUESTION_CLEARED_PREVIEW,
            why: words::MAIL_OFFICE_QUESTION_CLEARED_WHY,
            next: words::MAIL_OFFICE_QUESTION_CLEARED_NEXT,
            doubt: CALLED,
        },
        AccountNews::MarkedExternal => Sentences {
            subject: words::MAIL_OFFICE_MARKED_EXTERNAL_SUBJECT,
            preview: words::MAIL_OFFICE_MARKED_EXTERNAL_PREVIEW,
            why: words::MAIL_OFFICE_MARKED_EXTERNAL_WHY,
            next: words::MAIL_OFFICE_MARKED_EXTERNAL_NEXT,
            doubt: DONE,
        },
        AccountNews::EmailApproved => Sentences {
            subject: words::MAIL_OFFICE_EMAIL_APPROVED_SUBJECT,
            preview: words::MAIL_OFFICE_EMAIL_APPROVED_PREVIEW,
            why: words::MAIL_OFFICE_EMAIL_APPROVED_WHY,
            next: words::MAIL_OFFICE_EMAIL_APPROVED_NEXT,
            doubt: OPENED,
        },
        AccountNews::EmailKept => Sentences {
            subject: words::MAIL_OFFICE_EMAIL_KEPT_SUBJECT,
            preview: words::MAIL_OFFICE_EMAIL_KEPT_PREVIEW,
            why: words::MAIL_OFFICE_EMAIL_KEPT_WHY,
            next: words::MAIL_OFFICE_EMAIL_KEPT_NEXT,
            doubt: DONE,
        },
        AccountNews::Split => Sentences {
            subject: words::MAIL_OFFICE_SPLIT_SUBJECT,
            preview: words::MAIL_OFFICE_SPLIT_PREVIEW,
            why: words::MAIL_OFFICE_SPLIT_WHY,
            next: words::MAIL_OFFICE_SPLIT_NEXT,
            doubt: CALLED,
        },
        AccountNews::Merged => Sentences {
            subject: words::MAIL_OFFICE_MERGED_SUBJECT,
            preview: words::MAIL_OFFICE_MERGED_PREVIEW,
            why: words::MAIL_OFFICE_MERGED_WHY,
            next: words::MAIL_OFFICE_MERGED_NEXT,
            doubt: OPENED,
        },
    }
}
