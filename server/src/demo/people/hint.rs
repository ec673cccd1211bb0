//! What to try with a person, in a newcomer's words.

use app::words::{Catalog, Word};
use backboard::agency::{Agency, Asks, Journey, Mails};
use backboard::challenge::Asking;

use super::{ANSWER, DAYS_LEFT, QUESTION, Role};

/// The state of the account as the list names it.
pub fn state(role: Role, agency: &Agency) -> String {
    let days = DAYS_LEFT.min(agency.policy.password.expires_days);
    match role {
        Role::Expired => "active, password expired".to_owned(),
        Role::Expiring => format!("active, {days} days left"),
        Role::Mailed => "active, temporary password".to_owned(),
        Role::Asked => "active, with a question".to_owned(),
        Role::Shared => "active, shared by two".to_owned(),
        role => role.state().code().to_owned(),
    }
}

/// What to try, and what will happen.
pub fn sentence(role: Role, agency: &Agency) -> String {
    let resets = agency.has(Journey::Reset);
    let links = agency.recovery.mails == Mails::Link;
    let no_question = resets && links && agency.policy.challenge.asking == Asking::Required;
    match role {
        Role::Unclaimed => {
            "Press YES on the login page and look this person up. Open the mail here, choose a password.".to_owned()
        }
        Role::Active if no_question => "Press Forgot Password before anything else: without a challenge question the \
             mail only says whom to contact. Then log in and set one up."
            .to_owned(),
        Role::Active if resets && links => {
            "Log in. Or forget the password: press Forgot Password, open the mail here, set a new one.".to_owned()
        }
        Role::Active if resets => {
            "Log in. Or forget the password: press Forgot Password twice, and log in with either \
             temporary password from the mails here."
                .to_owned()
        }
        Role::Active => "Log in. Or try to claim: the mail says that the account is claimed already.".to_owned(),
        Role::Expired if resets => {
            "Log in: the expired password works once more, and only to change it. Cut that off, \
             and the next time Forgot Password is the way back in."
                .to_owned()
        }
        Role::Expired => "Log in: the expired password works once more, and only to change it.".to_owned(),
        Role::Expiring => "Look at the reminder among the mails, then log in and change the password.".to_owned(),
        Role::Mailed => {
            "The office has mailed a temporary password. Find it among the mails, log in with it: it opens \
             Change Password and nothing else."
                .to_owned()
        }
        Role::Asked => asked(agency),
        Role::Shared => shared(agency, resets && links && !no_question),
        Role::Inactive | Role::Suspended if resets => {
            "Log in: only the right password is told the state. Or press Forgot Password: the mail tells it.".to_owned()
        }
        Role::Inactive | Role::Suspended => {
            "Log in: only the right password is told the state. Or try to claim: the mail tells it.".to_owned()
        }
        Role::External if resets => {
            "Press Forgot Password: the mail says that another login service keeps the password.".to_owned()
        }
        Role::External => "Try to claim: the mail says that another login service keeps the password.".to_owned(),
    }
}

fn asked(agency: &Agency) -> String {
    let word = Word::of_key(&format!("security.question.of.{}", QUESTION.code()));
    let catalog = Catalog::of(agency, "en").ok();
    let question = catalog.zip(word).map(|(catalog, word)| catalog.say(word).to_owned()).unwrap_or_default();
    format!(
        "Press Forgot Password and open the mail here: its link leads to a question. “{question}” The answer is {ANSWER}."
    )
}

fn shared(agency: &Agency, links: bool) -> String {
    match (links, agency.recovery.asks) {
        (true, Asks::Login) => "Press Forgot Password and enter the username: both people get a mail, and the page \
             warns that the other one will be locked out."
            .to_owned(),
        (true, Asks::Identity) => "Press Forgot Password and look this person up: the page warns that the other one \
             will be locked out, and both are told."
            .to_owned(),
        (false, _) => "Two people use this one account. Log in as either.".to_owned(),
    }
}
