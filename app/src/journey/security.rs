//! *Security*: the password's days, the challenge question, other devices, and what happened to the account.

use backboard::challenge::{Asking, Question};
use backboard::refused::Field;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use crate::answer::{Answer, Broken};
use crate::journey::missing::missing;
use crate::journey::sign_in::EVERYWHERE;
use crate::site::{say, site};
use crate::ui::choice::choice;
use crate::ui::contact::help_box;
use crate::ui::field::{Kind, text_field};
use crate::ui::form::{FormState, form};
use crate::ui::frame::{card, lead, link, more, notice, notice_text};
use crate::ui::node::{el, row, text};
use crate::visit::{Page, Standing, visit};
use crate::words::{self, Word};

const SET: &str = "/api/security/question";
const CONFIRM: &str = "/api/security/confirm";

#[must_use]
pub fn security() -> AnyView {
    let visit = visit();
    let Page::Standing(standing) = visit.page else { return missing() };
    let mut content = Vec::new();
    let saved = match visit.saved.as_deref() {
        Some(SET) => Some(words::SECURITY_QUESTION_SAVED),
        Some(CONFIRM) => Some(words::SECURITY_QUESTION_CONFIRMED),
        _ => None,
    };
    content.extend(saved.map(|word| notice("success", vec![notice_text(say(word))])));
    content.push(text("h2", "bb-card__second", say(words::SECURITY_PASSWORD)));
    let set = site().fill(words::SECURITY_PASSWORD_SET, &[("date", &standing.password_set)]);
    let days = days(&standing, words::SECURITY_PASSWORD_DAYS, words::SECURITY_PASSWORD_DAY);
    content.push(text("p", "", [set, days.unwrap_or_default()].join(" ")));
    content.push(button("/change-password", words::SECURITY_CHANGE));
    if site().agency().policy.challenge.asking != Asking::Off {
        content.push(text("h2", "bb-card__second", say(words::SECURITY_QUESTION_HEADING)));
        let (sentence, press) = match standing.question {
            Some(question) => (question_word(question), words::SECURITY_QUESTION_ANOTHER),
            None => (words::SECURITY_QUESTION_NONE, words::SECURITY_QUESTION_SET),
        };
        content.push(text("p", "", say(sentence)));
        content.push(button("/security/question/new", press));
    }
    content.push(text("h2", "bb-card__second", say(words::SECURITY_HISTORY_HEADING)));
    content.push(text("p", "", say(words::SECURITY_HISTORY_TEXT)));
    content.push(button("/security/history", words::SECURITY_HISTORY));
    content.push(text("h2", "bb-card__second", say(words::SECURITY_EVERYWHERE_HEADING)));
    content.push(text("p", "", say(words::SECURITY_EVERYWHERE_TEXT)));
    content.push(form(EVERYWHERE, say(words::SECURITY_EVERYWHERE), |_| Vec::new()));
    content.push(more("/home", say(words::SECURITY_HOME)));
    row(vec![card(say(words::SECURITY_HEADING), content), help_box()])
}

/// The days that are left of a password, in words.
#[must_use]
pub fn days(standing: &Standing, several: Word, one: Word) -> Option<String> {
    let days = standing.days_left?;
    Some(if days > 1 { site().fill(several, &[("days", &days.to_string())]) } else { say(one) })
}

fn button(href: &'static str, label: Word) -> AnyView {
    el("p").class("bb-buttons").child(link("usa-button usa-button--outline", href, say(label))).view()
}

/// The answer again, where it has been a while; else the question is chosen here.
#[must_use]
pub fn question() -> AnyView {
    let Page::Standing(standing) = visit().page else { return missing() };
    match standing.question {
        Some(question) if standing.question_due => confirm(question),
        _ => choose(standing.question_due),
    }
}

/// Another question in place of the one there is.
#[must_use]
pub fn new_question() -> AnyView {
    let Page::Standing(_) = visit().page else { return missing() };
    choose(false)
}

fn confirm(question: Question) -> AnyView {
    let ask = form(CONFIRM, say(words::SECURITY_QUESTION_CONFIRM_BUTTON), |state| vec![asked(state, question)]);
    let content = vec![
        lead(say(words::SECURITY_QUESTION_CONFIRM_LEAD)),
        ask,
        more("/security/question/new", say(words::SECURITY_QUESTION_ANOTHER)),
        more("/home", say(words::SECURITY_QUESTION_LATER)),
    ];
    row(vec![card(say(words::SECURITY_QUESTION_HEADING), content), help_box()])
}

/// A question with the field for its answer. Whoever steps into the field is told what is asked.
#[must_use]
pub fn asked(state: FormState, question: Question) -> AnyView {
    // Not masked: who types it on a phone must see it, and it is never the only thing asked.
    const ANSWER: Kind = Kind::text("off").hint(words::RESET_CHALLENGE_HINT);
    el("div")
        .attr("role", "group")
        .attr("aria-labelledby", "asked")
        .child(el("p").id("asked").class("bb-question").text(say(question_word(question))).view())
        .child(text_field(state, &[Field::Answer], ANSWER))
        .view()
}

fn choose(due: bool) -> AnyView {
    const ANSWER: Kind = Kind::text("off").hint(words::SECURITY_QUESTION_ANSWER_HINT);
    const PASSWORD: Kind =
        Kind::secret("current-password").hint(words::SECURITY_QUESTION_PASSWORD_HINT).show(words::FIELD_SHOW_PASSWORD);
    let why = match site().agency().policy.challenge.asking {
        Asking::Required => words::SECURITY_QUESTION_WHY,
        _ => words::SECURITY_QUESTION_WHY_OPTIONAL,
    };
    let ask = form(SET, say(words::SECURITY_QUESTION_BUTTON), |state| {
        vec![
            questions(state),
            text_field(state, &[Field::Answer], ANSWER),
            text_field(state, &[Field::CurrentPassword], PASSWORD),
        ]
    });
    let way_out = if due { ("/home", words::SECURITY_QUESTION_LATER) } else { ("/security", words::SECURITY_BACK) };
    let content = vec![lead(say(why)), ask, more(way_out.0, say(way_out.1))];
    row(vec![card(say(words::SECURITY_QUESTION_HEADING), content), help_box()])
}

/// The list of questions.
fn questions(state: FormState) -> AnyView {
    let all = Question::ALL.iter().map(|question| (question.code().to_owned(), say(question_word(*question))));
    choice(state, &[Field::Question], say(words::SECURITY_QUESTION_CHOOSE), all.collect())
}

/// The sentence of a question.
#[must_use]
pub const fn question_word(question: Question) -> Word {
    match question {
        Question::FirstPartner => words::SECURITY_QUESTION_OF_FIRST_PARTNER,
        Question::FirstStation => words::SECURITY_QUESTION_OF_FIRST_STATION,
        Question::FirstCall => words::SECURITY_QUESTION_OF_FIRST_CALL,
        Question::ChildhoodFriend => words::SECURITY_QUESTION_OF_CHILDHOOD_FRIEND,
        Question::ChildhoodStreet => words::SECURITY_QUESTION_OF_CHILDHOOD_STREET,
        Question::FavoriteTeacher => words::SECURITY_QUESTION_OF_FAVORITE_TEACHER,
        Question::FirstPet => words::SECURITY_QUESTION_OF_FIRST_PET,
        Question::FirstConcert => words::SECURITY_QUESTION_OF_FIRST_CONCERT,
    }
}

/// *What happened to my account*.
#[must_use]
pub fn history() -> AnyView {
    let Page::History { entries } = visit().page else { return missing() };
    let lines = entries.iter().map(|(when, what)| {
        el("li")
            .class("bb-history__line")
            .child(text("span", "bb-history__what", what.clone()))
            .child(text("span", "bb-history__when", when.clone()))
            .view()
    });
    let lines: Vec<AnyView> = lines.collect();
    let list = if lines.is_empty() {
        text("p", "", say(words::SECURITY_PAST_NOTHING))
    } else {
        el("ol").class("bb-history").all(lines).view()
    };
    let content = vec![lead(say(words::SECURITY_PAST_LEAD)), list, more("/security", say(words::SECURITY_BACK))];
    row(vec![card(say(words::SECURITY_PAST_HEADING), content), help_box()])
}

/// The challenge question, set or replaced.
#[server(prefix = "/api", endpoint = "security/question", input = PostUrl)]
pub async fn post_security_question(
    #[server(default)] question: String,
    #[server(default)] answer: String,
    #[server(default)] current_password: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let session = caller.session()?;
        let form = backboard::form::security::QuestionForm { question, answer, current_password };
        let catalog = words::Catalog::of(&caller.portal.agency, &caller.visitor.language)
            .map_err(backboard::service::ports::Fault::Other)?;
        let new = form.read(session.username.as_str(), |question| catalog.say(question_word(question)).to_owned())?;
        caller.portal.set_question(&caller.visitor, session, &new).await?;
        Ok(Done::to("/security").saved())
    };
    caller.answer(done.await)
}

/// The answer again.
#[server(prefix = "/api", endpoint = "security/confirm", input = PostUrl)]
pub async fn post_security_confirm(#[server(default)] answer: String) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let answer = backboard::form::reset::AnswerForm { answer }.read()?;
        caller.portal.confirm_question(caller.session()?, &answer).await?;
        Ok(Done::to("/security").saved())
    };
    caller.answer(done.await)
}
