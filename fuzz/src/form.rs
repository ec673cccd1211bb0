//! Posted forms: the operation's name on the first line, then the body.

use backboard::form::claim::{CodeForm, LookupForm, PasswordForm};
use backboard::form::password::ChangeForm;
use backboard::form::reset::{AnswerForm, ResetForm};
use backboard::form::security::QuestionForm;
use backboard::form::sign_in::SignInForm;
use backboard::form::username::UsernameForm;
use backboard::identity::DateOrder;
use backboard::password::{LONGEST_TYPED, Password, Preset};
use backboard::refused::{Field, Problems, Refused};
use server::web::fields::{Wrong, read, write};
use server::web::{Operation, operations};

use crate::today;

pub fn check(data: &[u8]) {
    let place = data.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (name, body) = data.split_at(place);
    let body = body.strip_prefix(b"\n").unwrap_or(body);
    let named = operations().iter().find(|operation| operation.name.as_bytes() == name);
    let operation = named.or(operations().first()).expect("there are operations");
    match read(body, &operation.fields) {
        Ok(fields) => {
            hold(operation, &fields);
            let again = write(&fields);
            assert_eq!(read(again.as_bytes(), &operation.fields).as_ref(), Ok(&fields), "{again:?}");
            rules(operation, &fields);
        }
        Err(Wrong::Shape) => {}
        Err(Wrong::Text(problem, fields)) => {
            assert_eq!(problem.refused, Refused::Unreadable);
            let code = problem.field.code();
            assert!(problem.field == Field::Form || operation.fields.iter().any(|field| field == code), "{problem:?}");
            hold(operation, &fields);
        }
    }
}

/// Fields of this operation, each once, with text that can be read.
fn hold(operation: &Operation, fields: &[(String, String)]) {
    for (place, (name, value)) in fields.iter().enumerate() {
        assert!(operation.fields.contains(name) || ["csrf", "flow"].contains(&name.as_str()), "{name:?}");
        assert!(fields.iter().skip(place + 1).all(|(other, _)| other != name), "{name:?} twice");
        assert!(crate::is_readable(value), "{value:?}");
    }
}

/// Gives the fields to the rules: a problem stands at a field of the form, and what was read tells no secret.
fn rules(operation: &Operation, fields: &[(String, String)]) {
    let of =
        |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone()).unwrap_or_default();
    let lookup = || LookupForm {
        birth_month: of("birth_month"),
        birth_day: of("birth_day"),
        birth_year: of("birth_year"),
        last_name: of("last_name"),
        ssn: of("ssn"),
        certificate: of("certificate"),
        robot: of("robot"),
    };
    let policy = Preset::LegacyState.password();
    let (password, password_again) = (of("password"), of("password_again"));
    match operation.name.as_str() {
        "claim.lookup" | "reset.identity" => {
            for order in [DateOrder::MonthDayYear, DateOrder::DayMonthYear] {
                told(operation, &["ssn"], fields, lookup().read(order, today()));
            }
        }
        "claim.code" | "reset.code" => told(operation, &["code"], fields, CodeForm { code: of("code") }.read()),
        "claim.set" | "reset.set" => {
            let form = PasswordForm { password, password_again };
            let read = form.read(&policy, "ada.lovelace");
            if let Ok(password) = &read {
                holds(password);
                assert!((8..=15).contains(&password.typed().chars().count()), "outside the policy");
            }
            told(operation, &["password", "password_again"], fields, read);
        }
        "password.change" => {
            let form = ChangeForm { current_password: of("current_password"), password, password_again };
            let read = form.read(&policy, "ada.lovelace", &["Department"]);
            told(operation, &["current_password", "password", "password_again"], fields, read);
        }
        "username.request" => {
            told(operation, &[], fields, UsernameForm { email: of("email"), robot: of("robot") }.read());
        }
        "reset.request" => told(operation, &[], fields, ResetForm { login: of("login"), robot: of("robot") }.read()),
        "reset.answer" => {
            let read = AnswerForm { answer: of("answer") }.read();
            if let Ok(answer) = &read {
                let kept = answer.secret().expect("an answer can be hashed");
                let again = AnswerForm { answer: kept.typed().to_owned() }.read();
                assert!(again.as_ref() == Ok(answer), "normalising twice differs");
            }
            told(operation, &["answer"], fields, read);
        }
        "answer.change" => {
            let form = QuestionForm {
                question: of("question"),
                answer: of("answer"),
                current_password: of("current_password"),
            };
            let read = form.read("ada.lovelace", |_| "What was the name of your first pet?".to_owned());
            told(operation, &["answer", "current_password"], fields, read);
        }
        "signin" => {
            let read = SignInForm { username: of("username"), password }.read();
            if let Ok(read) = &read {
                holds(&read.password);
            }
            told(operation, &["password"], fields, read);
        }
        _ => {}
    }
}

/// The typed bytes are never cut, and composing them twice changes nothing.
fn holds(password: &Password) {
    assert!((1..=LONGEST_TYPED).contains(&password.typed().chars().count()) && crate::is_readable(password.typed()));
    let normalised = password.normalised();
    if let Ok(again) = Password::parse(&normalised) {
        assert_eq!(again.normalised(), normalised, "one text, two hashes");
    }
}

fn told<T: std::fmt::Debug>(
    operation: &Operation,
    secrets: &[&str],
    fields: &[(String, String)],
    read: Result<T, Problems>,
) {
    if let Err(problems) = &read {
        assert!(!problems.is_empty(), "refused without a reason");
        for problem in problems {
            let code = problem.field.code();
            assert!(problem.field == Field::Form || operation.fields.iter().any(|field| field == code), "{problem:?}");
        }
    }
    let said = format!("{read:?}");
    for (name, value) in fields {
        // Shorter ones stand in the words of the types themselves.
        let secret = secrets.contains(&name.as_str()) && value.len() >= 12 && !value.contains(char::is_whitespace);
        let others =
            fields.iter().any(|(other, text)| !secrets.contains(&other.as_str()) && text.contains(value.as_str()));
        assert!(!secret || others || !said.contains(value.as_str()), "{name} is told by Debug");
    }
}
