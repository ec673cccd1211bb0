//! The sentences of mails to members of staff.

use app::words;
use backboard::staff::{StaffNews, StaffPurpose};

use super::{Doubt, Sentences};

/// Nobody but the receiver has the link yet.
const LINK: Doubt = Doubt::Said(words::MAIL_STAFF_DOUBT_LINK);
/// Something was changed by somebody who is in already.
const NOTICE: Doubt = Doubt::Said(words::MAIL_STAFF_DOUBT_NOTICE);

pub const fn of_link(purpose: StaffPurpose) -> Sentences {
    match purpose {
        StaffPurpose::Invitation => Sentences {
            subject: words::MAIL_STAFF_INVITATION_SUBJECT,
            preview: words::MAIL_STAFF_INVITATION_PREVIEW,
            why: words::MAIL_STAFF_INVITATION_WHY,
            next: words::MAIL_STAFF_INVITATION_NEXT,
            doubt: LINK,
        },
        StaffPurpose::Password => Sentences {
            subject: words::MAIL_STAFF_PASSWORD_SUBJECT,
            preview: words::MAIL_STAFF_PASSWORD_PREVIEW,
            why: words::MAIL_STAFF_PASSWORD_WHY,
            next: words::MAIL_STAFF_PASSWORD_NEXT,
            doubt: LINK,
        },
        StaffPurpose::Second => Sentences {
            subject: words::MAIL_STAFF_SECOND_SUBJECT,
            preview: words::MAIL_STAFF_SECOND_PREVIEW,
            why: words::MAIL_STAFF_SECOND_WHY,
            next: words::MAIL_STAFF_SECOND_NEXT,
            doubt: LINK,
        },
    }
}

pub const fn of_news(news: StaffNews) -> Sentences {
    match news {
        StaffNews::PasswordSet => Sentences {
            subject: words::MAIL_STAFF_NOTICE_PASSWORD_SET_SUBJECT,
            preview: words::MAIL_STAFF_NOTICE_PASSWORD_SET_PREVIEW,
            why: words::MAIL_STAFF_NOTICE_PASSWORD_SET_WHY,
            next: words::MAIL_STAFF_NOTICE_PASSWORD_SET_NEXT,
            doubt: NOTICE,
        },
        StaffNews::SecondSet => Sentences {
            subject: words::MAIL_STAFF_NOTICE_SECOND_SET_SUBJECT,
            preview: words::MAIL_STAFF_NOTICE_SECOND_SET_PREVIEW,
            why: words::MAIL_STAFF_NOTICE_SECOND_SET_WHY,
            next: words::MAIL_STAFF_NOTICE_SECOND_SET_NEXT,
            doubt: NOTICE,
        },
        StaffNews::RecoveryUsed => Sentences {
            subject: words::MAIL_STAFF_NOTICE_RECOVERY_USED_SUBJECT,
            preview: words::MAIL_STAFF_NOTICE_RECOVERY_USED_PREVIEW,
            why: words::MAIL_STAFF_NOTICE_RECOVERY_USED_WHY,
            next: words::MAIL_STAFF_NOTICE_RECOVERY_USED_NEXT,
            doubt: NOTICE,
        },
        StaffNews::RecoveryRenewed => Sentences {
            subject: words::MAIL_STAFF_NOTICE_RECOVERY_RENEWED_SUBJECT,
            preview: words::MAIL_STAFF_NOTICE_RECOVERY_RENEWED_PREVIEW,
            why: words::MAIL_STAFF_NOTICE_RECOVERY_RENEWED_WHY,
            next: words::MAIL_STAFF_NOTICE_RECOVERY_RENEWED_NEXT,
            doubt: NOTICE,
        },
        StaffNews::RoleChanged => Sentences {
            subject: words::MAIL_STAFF_NOTICE_ROLE_CHANGED_SUBJECT,
            preview: words::MAIL_STAFF_NOTICE_ROLE_CHANGED_PREVIEW,
            why: words::MAIL_STAFF_NOTICE_ROLE_CHANGED_WHY,
            next: words::MAIL_STAFF_NOTICE_ROLE_CHANGED_NEXT,
            doubt: NOTICE,
        },
        StaffNews::MayShow => Sentences {
            subject: words::MAIL_STAFF_NOTICE_MAY_SHOW_SUBJECT,
            preview: words::MAIL_STAFF_NOTICE_MAY_SHOW_PREVIEW,
            why: words::MAIL_STAFF_NOTICE_MAY_SHOW_WHY,
            next: words::MAIL_STAFF_NOTICE_MAY_SHOW_NEXT,
            doubt: NOTICE,
        },
        StaffNews::MayNotShow => Sentences {
            subject: words::MAIL_STAFF_NOTICE_MAY_NOT_SHOW_SUBJECT,
            preview: words::MAIL_STAFF_NOTICE_MAY_NOT_SHOW_PREVIEW,
            why: words::MAIL_STAFF_NOTICE_MAY_NOT_SHOW_WHY,
            next: words::MAIL_STAFF_NOTICE_MAY_NOT_SHOW_NEXT,
            doubt: NOTICE,
        },
        StaffNews::Suspended => Sentences {
            subject: words::MAIL_STAFF_NOTICE_SUSPENDED_SUBJECT,
            preview: words::MAIL_STAFF_NOTICE_SUSPENDED_PREVIEW,
            why: words::MAIL_STAFF_NOTICE_SUSPENDED_WHY,
            next: words::MAIL_STAFF_NOTICE_SUSPENDED_NEXT,
            doubt: NOTICE,
        },
        StaffNews::Reactivated => Sentences {
            subject: words::MAIL_STAFF_NOTICE_REACTIVATED_SUBJECT,
            preview: words::MAIL_STAFF_NOTICE_REACTIVATED_PREVIEW,
            why: words::MAIL_STAFF_NOTICE_REACTIVATED_WHY,
            next: words::MAIL_STAFF_NOTICE_REACTIVATED_NEXT,
            doubt: NOTICE,
        },
        StaffNews::SecondTried => Sentences {
            subject: words::MAIL_STAFF_NOTICE_SECOND_TRIED_SUBJECT,
            preview: words::MAIL_STAFF_NOTICE_SECOND_TRIED_PREVIEW,
            why: words::MAIL_STAFF_NOTICE_SECOND_TRIED_WHY,
            next: words::MAIL_STAFF_NOTICE_SECOND_TRIED_NEXT,
            doubt: Doubt::None,
        },
        StaffNews::AdminAsked => Sentences {
            subject: words::MAIL_STAFF_NOTICE_ADMIN_ASKED_SUBJECT,
            preview: words::MAIL_STAFF_NOTICE_ADMIN_ASKED_PREVIEW,
            why: words::MAIL_STAFF_NOTICE_ADMIN_ASKED_WHY,
            next: words::MAIL_STAFF_NOTICE_ADMIN_ASKED_NEXT,
            doubt: Doubt::None,
        },
    }
}
