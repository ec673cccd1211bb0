//! Security: the challenge question, its answer, and the password again.

use super::Reading;
use super::password::current;
use crate::challenge::{Answer, Question};
use crate::password::Password;
use crate::refused::{Field, Problems, Refused};

/// The challenge question as chosen and typed.
#[derive(Clone, Default)]
pub struct QuestionForm {
    pub question: String,
    pub answer: String,
    pub current_password: String,
}

/// The challenge question, read.
#[derive(Clone, Debug)]
pub struct NewQuestion {
    pub question: Question,
    pub answer: Answer,
    pub current: Password,
}

impl QuestionForm {
    /// `sentence` gives a question as it is asked, because an answer that stands in it will not do.
    ///
    /// # Errors
    /// Every problem of the form, in the order of its fields.
    pub fn read(&self, username: &str, sentence: impl FnOnce(Question) -> String) -> Result<NewQuestion, Problems> {
        let mut reading = Reading::default();
        let question = Question::from_code(self.question.trim()).ok_or(Refused::QuestionUnchosen);
        let question = reading.take(Field::Question, question);
        let asked = question.map(sentence).unwrap_or_default();
        let answer = Answer::parse(&self.answer)
            .and_then(|answer| answer.check(&asked, username, &self.current_password).map(|()| answer));
        let answer = reading.take(Field::Answer, answer);
        let current = reading.take_all(current(&self.current_password));
        match (question, answer, current) {
            (Some(question), Some(answer), Some(current)) => Ok(NewQuestion { question, answer, current }),
            _ => Err(reading.0),
        }
    }
}
