//! The account's own page: the password's days, the challenge question, what happened.

use super::mail::Message;
use super::ports::{Fault, UnitOfWork};
use super::records::{Challenge, Happened, Session};
use super::reset::{ANSWERS_BY_ACCOUNT, answers_of};
use super::{Declined, Portal, Visitor};
use crate::challenge::{Answer, Asking, Question};
use crate::expiry::DAY;
use crate::form::security::NewQuestion;
use crate::moment::Moment;
use crate::refused::{Field, Problem, Refused};

/// Entries of the history page.
const HISTORY: u32 = 100;

/// What *Security* and the home page show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub password_set: Option<Moment>,
    /// Days until the password expires, where the policy counts them.
    pub days_left: Option<u32>,
    pub question: Option<Question>,
    /// The question is to be set up, or its answer to be given again.
    pub question_due: bool,
}

impl Portal {
    /// # Errors
    /// [`Refused::SessionOver`].
    pub async fn standing(&self, session: &Session) -> Result<Standing, Declined> {
        let now = self.now();
        let mut work = self.store.read().await?;
        let account = work.find_account(session.account).await?.ok_or(Refused::SessionOver)?;
        let counted = self.agency.policy.password.expires_days > 0;
        Ok(Standing {
            password_set: account.password_set,
            days_left: account.schedule.days_left(now).filter(|_| counted),
            question: work.find_challenge(account.id).await?.map(|challenge| challenge.question),
            question_due: self.question_is_due(&mut *work, account.id, now).await?,
        })
    }

    pub(super) async fn question_is_due(
        &self,
        work: &mut dyn UnitOfWork,
        account: i64,
        now: Moment,
    ) -> Result<bool, Fault> {
        let policy = self.agency.policy.challenge;
        if policy.asking == Asking::Off {
            return Ok(false);
        }
        Ok(match work.find_challenge(account).await? {
            None => policy.asking == Asking::Required,
            Some(challenge) => {
                policy.confirm_days > 0 && now.since(challenge.confirmed) >= i64::from(policy.confirm_days) * DAY
            }
        })
    }

    /// Sets the challenge question, with the password again. Every address on file is told.
    ///
    /// # Errors
    /// Too many tries, or that the password is not the right one.
    pub async fn set_question(&self, visitor: &Visitor, session: &Session, new: &NewQuestion) -> Result<(), Declined> {
        let account = self.know_again(session, &new.current, false).await?;
        let secret = new.answer.secret().map_err(|refused| Problem::at(Field::Answer, refused))?;
        let answer_hash = self.hasher.hash(&secret).await?;

        let mut work = self.store.begin().await?;
        if work.find_session(&session.token).await?.is_none() {
            return Err(Refused::SessionOver.into());
        }
        let challenge = Challenge { question: new.question, answer_hash, confirmed: self.now() };
        work.save_challenge(account.id, &challenge).await?;
        self.audit(&mut *work, "question-set", Some(account.id), new.question.code()).await?;
        let notice = Message::QuestionSet { username: account.username.clone() };
        self.tell(&mut *work, &account, &notice, &visitor.language).await?;
        work.save().await?;
        Ok(())
    }

    /// Gives the answer again, to show that it is still known. A try is taken before it is compared.
    ///
    /// # Errors
    /// [`Refused::AnswerWrong`], or too many tries in a day.
    pub async fn confirm_question(&self, session: &Session, answer: &Answer) -> Result<(), Declined> {
        let now = self.now();
        let day = (answers_of(session.account), ANSWERS_BY_ACCOUNT);
        let mut work = self.store.begin().await?;
        let challenge = work.find_challenge(session.account).await?.ok_or(Refused::PageOld)?;
        self.take(&mut *work, std::slice::from_ref(&day), now).await?;
        work.save().await?;

        let right = self.is_answer(answer, &challenge.answer_hash).await?;
        let anew = if right { self.answer_anew(answer, &challenge).await } else { None };
        let mut work = self.store.begin().await?;
        if !right {
            self.audit(&mut *work, "answer-wrong", Some(session.account), "").await?;
            work.save().await?;
            return Err(Problem::at(Field::Answer, Refused::AnswerWrong).into());
        }
        self.keep_answer(&mut *work, session.account, anew, &challenge).await?;
        work.confirm_challenge(session.account, now).await?;
        work.refill_budget(&day.0).await?;
        self.audit(&mut *work, "question-confirmed", Some(session.account), "").await?;
        work.save().await?;
        Ok(())
    }

    /// What happened to the account, newest first.
    ///
    /// # Errors
    /// Only when the store fails.
    pub async fn history(&self, session: &Session) -> Result<Vec<Happened>, Fault> {
        self.store.read().await?.find_audit_of(session.account, HISTORY).await
    }
}
