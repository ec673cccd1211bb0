//! The fields of a posted form, read strictly before any server function sees them.
//!
//! Unknown and repeated fields, broken percent-encoding, bytes that are no UTF-8, NUL and control
//! characters are refused; nothing is ever replaced, so that two broken inputs never become equal.

use backboard::refused::{Field, Problem, Refused};

/// Why a body is no form of the operation.
#[derive(Debug, PartialEq, Eq)]
pub enum Wrong {
    /// A field nobody could fill in with our pages. Not a mistake of a person.
    Shape,
    /// Text that cannot be read, and the fields that can.
    Text(Problem, Vec<(String, String)>),
}

/// Fields that any form may carry: the token of the session, and the mark of the flow.
const ALWAYS: [&str; 2] = ["csrf", "flow"];

/// The names under which hosted checks send their answer; hCaptcha sends it under two.
const PROOFS: [&str; 3] = ["cf-turnstile-response", "h-captcha-response", "g-recaptcha-response"];

/// The fields as pairs, in their order.
///
/// # Errors
/// A field of no form of ours; else the first text that cannot be read.
pub fn read(body: &[u8], known: &[String]) -> Result<Vec<(String, String)>, Wrong> {
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut unreadable = Vec::new();
    for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
            Some(place) => (pair.get(..place).unwrap_or_default(), pair.get(place + 1..).unwrap_or_default()),
            None => (pair, &[][..]),
        };
        let mut name = decode(name).ok_or(Wrong::Shape)?;
        if PROOFS.contains(&name.as_str()) && known.iter().any(|known| known == "captcha") {
            "captcha".clone_into(&mut name);
            fields.retain(|(earlier, _)| earlier != "captcha");
            unreadable.retain(|earlier| earlier != "captcha");
        }
        let is_repeated = fields.iter().any(|(earlier, _)| *earlier == name) || unreadable.contains(&name);
        if is_repeated || (!ALWAYS.contains(&name.as_str()) && !known.contains(&name)) {
            return Err(Wrong::Shape);
        }
        // Line ends may come with pasting; the rules trim them.
        let is_readable =
            |c: char| (!c.is_control() || matches!(c, '\r' | '\n' | '\t')) && c != char::REPLACEMENT_CHARACTER;
        match decode(value).filter(|value| value.chars().all(is_readable)) {
            Some(value) => fields.push((name, value)),
            None => unreadable.push(name),
        }
    }
    match unreadable.first() {
        None => Ok(fields),
        Some(name) => {
            let field = Field::from_code(name).unwrap_or(Field::Form);
            Err(Wrong::Text(Problem::at(field, Refused::Unreadable), fields))
        }
    }
}

/// The same fields as a body again: a server function sees what was read here, and nothing else.
#[must_use]
pub fn write(fields: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Percent-decoding that refuses what it cannot decode.
fn decode(text: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
                let (high, low) = (digit(rest.next())?, digit(rest.next())?);
                u8::try_from(high * 16 + low).ok()?
            }
            byte => *byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn known() -> Vec<String> {
        ["last_name", "ssn"].map(str::to_owned).to_vec()
    }

    #[test]
    fn a_form_is_read() {
        let fields = read(b"last_name=O%27Brien+Jr&ssn=&csrf=x", &known());
        let expected =
            [("last_name", "O'Brien Jr"), ("ssn", ""), ("csrf", "x")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(fields, Ok(expected.to_vec()));
    }

    #[test]
    fn a_hosted_check_answers_under_its_own_name() {
        let known = ["captcha".to_owned()];
        let fields = read(b"g-recaptcha-response=token&h-captcha-response=token", &known);
        assert_eq!(fields, Ok(vec![("captcha".to_owned(), "token".to_owned())]));
    }

    #[test]
    fn what_no_page_of_ours_sends_is_refused() {
        for body in
            ["last_name=a&last_name=b", "account_id=1", "last_name[]=a", "is_staff=true", "%ff=1", "last_name%00=1"]
        {
            assert_eq!(read(body.as_bytes(), &known()), Err(Wrong::Shape), "{body}");
        }
    }

    #[test]
    fn text_that_cannot_be_read_is_refused_at_its_field() {
        for value in ["%ff", "%c0%80", "%00", "%ed%a0%80", "%EF%BF%BD", "%1b", "%", "%4", "%zz"] {
            let body = format!("last_name={value}&ssn=1");
            let problem = Problem::at(Field::LastName, Refused::Unreadable);
            let others = vec![("ssn".to_owned(), "1".to_owned())];
            assert_eq!(read(body.as_bytes(), &known()), Err(Wrong::Text(problem, others)), "{value}");
            let repeated = format!("last_name={value}&last_name=Other");
            assert_eq!(read(repeated.as_bytes(), &known()), Err(Wrong::Shape), "{value}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(body: Vec<u8>) {
            if let Ok(fields) = read(&body, &known()) {
                prop_assert_eq!(read(write(&fields).as_bytes(), &known()), Ok(fields.clone()));
                for (name, value) in fields {
                    prop_assert!(ALWAYS.contains(&name.as_str()) || known().contains(&name));
                    let broken = value.contains(['\0', '\u{FFFD}']);
                    prop_assert!(!broken);
                }
            }
        }
    }
}
