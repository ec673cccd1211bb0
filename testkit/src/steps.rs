//! What people do at a portal, one step each, as tests write it.

use std::sync::atomic::{AtomicU32, Ordering};

use backboard::challenge::{Answer, Question};
use backboard::form::claim::{LookupForm, PasswordForm};
use backboard::form::password::ChangeForm;
use backboard::form::reset::{AnswerForm, ResetForm};
use backboard::form::sign_in::SignInForm;
use backboard::link::{Code, Step};
use backboard::refused::{Problem, Refused};
use backboard::service::link::Started;
use backboard::service::mail::Message;
use backboard::service::ports::{Fault, UnitOfWork};
use backboard::service::records::{Account, Challenge, Session, Temporary};
use backboard::service::sign_in::SignedIn;
use backboard::service::{Declined, Token};

use crate::fakes::{PlainHasher, Received, TestPortal};

/// A proof that no test of this process has used.
#[must_use]
pub fn proof() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("good {}", COUNT.fetch_add(1, Ordering::SeqCst))
}

/// Why it was declined.
///
/// # Panics
/// When it was not declined, and on a fault.
pub fn why<T: std::fmt::Debug>(answer: Result<T, Declined>) -> Vec<Refused> {
    problems(answer).iter().map(|problem| problem.refused).collect()
}

/// What it was declined for, with the fields.
///
/// # Panics
/// When it was not declined, and on a fault.
pub fn problems<T: std::fmt::Debug>(answer: Result<T, Declined>) -> Vec<Problem> {
    match answer {
        Err(Declined::Problems(problems)) => problems,
        other => panic!("not declined: {other:?}"),
    }
}

/// The seconds that the one problem says to wait.
///
/// # Panics
/// When it was declined for anything else.
pub fn wait<T: std::fmt::Debug>(answer: Result<T, Declined>) -> u32 {
    match problems(answer).as_slice() {
        [Problem { refused: Refused::TooManyTries, wait: Some(wait), .. }] => *wait,
        problems => panic!("no wait: {problems:?}"),
    }
}

/// A code that is not this one.
#[must_use]
pub fn other_than(code: &Code) -> Code {
    Code::from_random(code.as_str().parse::<u64>().unwrap_or_default() + 1)
}

impl Received {
    /// The link and the code of a reset mail.
    ///
    /// # Panics
    /// When it is another mail.
    #[must_use]
    pub fn reset_link(&self) -> (String, Code) {
        match &self.message {
            Message::ResetLink { token, code, .. } => (token.as_str().to_owned(), code.clone()),
            other => panic!("no reset link: {other:?}"),
        }
    }

    /// The temporary password of the mail.
    ///
    /// # Panics
    /// When it is another mail.
    #[must_use]
    pub fn temporary(&self) -> String {
        match &self.message {
            Message::TemporaryPassword { password, .. } => password.as_str().to_owned(),
            other => panic!("no temporary password: {other:?}"),
        }
    }
}

/// Reset, sign in, change: with one visitor for each, so that no step eats another's budget of an address.
impl TestPortal {
    /// *forgot password?*, **Continue**: the browser's flow cookie.
    ///
    /// # Errors
    /// What the form or the portal declines.
    pub async fn ask_reset(&self, typed: &str) -> Result<Token, Declined> {
        let login = ResetForm { login: typed.to_owned(), robot: "on".to_owned() }.read()?;
        self.portal.reset_request(&Self::visitor(1), &login, &proof()).await
    }

    /// *forgot password?* by date of birth, last name and number.
    ///
    /// # Errors
    /// What the form or the portal declines.
    pub async fn ask_reset_by_identity(&self, form: &LookupForm) -> Result<Token, Declined> {
        let lookup = form.read(self.portal.agency.date_order, self.portal.now().day())?;
        self.portal.reset_by_identity(&Self::visitor(1), &lookup, &proof()).await
    }

    /// The button of the link's page.
    ///
    /// # Errors
    /// What the portal declines.
    pub async fn open_reset(&self, token: &str) -> Result<Started, Declined> {
        self.portal.reset_start(&Self::visitor(2), token).await
    }

    /// The typed code.
    ///
    /// # Errors
    /// What the portal declines.
    pub async fn type_reset_code(&self, browser: &Token, code: &Code) -> Result<Step, Declined> {
        self.portal.reset_code(&Self::visitor(2), Some(browser), code).await
    }

    /// *Password Challenge*, **Submit**.
    ///
    /// # Errors
    /// What the form or the portal declines.
    pub async fn answer(&self, browser: &Token, typed: &str) -> Result<(), Declined> {
        let answer = AnswerForm { answer: typed.to_owned() }.read()?;
        self.portal.reset_answer(Some(browser), &answer).await
    }

    /// *Set Up Password*, **Submit**.
    ///
    /// # Errors
    /// What the portal declines.
    pub async fn set_up(&self, browser: &Token, typed: &str) -> Result<(), Declined> {
        let form = PasswordForm { password: typed.to_owned(), password_again: typed.to_owned() };
        self.portal.reset_password(&Self::visitor(2), Some(browser), &form).await.map(drop)
    }

    /// **Login**.
    ///
    /// # Errors
    /// What the form or the portal declines.
    pub async fn sign_in(&self, username: &str, typed: &str) -> Result<SignedIn, Declined> {
        let form = SignInForm { username: username.to_owned(), password: typed.to_owned() };
        self.portal.sign_in(&Self::visitor(3), &form.read()?, None).await
    }

    /// *Change Password*, **Save Password**: the new session.
    ///
    /// # Errors
    /// What the form or the portal declines.
    pub async fn change(&self, session: &Session, current: &str, new: &str) -> Result<Token, Declined> {
        let form = ChangeForm {
            current_password: current.to_owned(),
            password: new.to_owned(),
            password_again: new.to_owned(),
        };
        Ok(self.portal.change_password(&Self::visitor(4), session, &form).await?.session)
    }

    /// The live session of a cookie.
    ///
    /// # Panics
    /// When the store fails.
    pub async fn session(&self, token: &Token) -> Option<Session> {
        well(self.portal.session(token).await)
    }

    /// # Panics
    /// When there is none.
    pub async fn account(&self, id: i64) -> Account {
        let found = well(well(self.portal.store.read().await).find_account(id).await);
        found.unwrap_or_else(|| panic!("no account {id}"))
    }

    /// The ledger of temporary passwords of an account, newest first.
    ///
    /// # Panics
    /// When the store fails.
    pub async fn ledger(&self, account: i64) -> Vec<Temporary> {
        well(well(self.portal.store.read().await).find_temporaries_of(account).await)
    }

    /// Puts a challenge question on an account, confirmed now.
    ///
    /// # Panics
    /// When the answer cannot be one.
    pub async fn put_question(&self, account: i64, question: Question, answer: &str) {
        let secret = Answer::parse(answer).and_then(|answer| answer.secret());
        let secret = secret.unwrap_or_else(|refused| panic!("{answer} is no answer: {refused:?}"));
        let challenge =
            Challenge { question, answer_hash: PlainHasher::hash_of(&secret), confirmed: self.portal.now() };
        let mut unit = self.unit().await;
        well(unit.save_challenge(account, &challenge).await);
        well(unit.save().await);
    }

    /// A unit of work, for what no operation does.
    ///
    /// # Panics
    /// When the store fails.
    pub async fn unit(&self) -> Box<dyn UnitOfWork> {
        well(self.portal.store.begin().await)
    }
}

fn well<T>(answer: Result<T, Fault>) -> T {
    answer.unwrap_or_else(|fault| panic!("{fault}"))
}
