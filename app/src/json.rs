//! Reads the JSON that the server wrote, with the browser's own parser.
//!
//! The types have derived `Deserialize` too, but in the browser its code would cost more than all the
//! fields here; docs/decisions/0002 has the bytes. Both ends are of one build, so nothing is optional
//! that the server always writes; what is missing reads as empty.

use std::collections::BTreeMap;

use backboard::agency::{
    Agency, Asks, ChallengePolicy, Contact, Desk, External, HomeOption, Journey, Mails, PasswordText, Policy, Product,
    Recovery, Sender, TemporaryPolicy,
};
use backboard::challenge::{Asking, Question};
use backboard::identity::DateOrder;
use backboard::link::Purpose;
use backboard::look::Look;
use backboard::password::{PasswordPolicy, Preset};
use backboard::refused::{Field, Problem, Refused};
use wasm_bindgen::JsValue;

use crate::answer::Answer;
use crate::site::{Assets, SiteText, Widget};
use crate::visit::{Page, RefusedForm, SignedIn, Standing, Visit};

/// A value of the browser.
struct Json(JsValue);

impl Json {
    fn parse(text: &str) -> Option<Self> {
        js_sys::JSON::parse(text).ok().map(Self)
    }

    fn at(&self, key: &str) -> Self {
        Self(js_sys::Reflect::get(&self.0, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED))
    }

    /// The value at a key, where there is one.
    fn some(&self, key: &str) -> Option<Self> {
        let value = self.at(key);
        let there = !value.0.is_undefined() && !value.0.is_null();
        there.then_some(value)
    }

    fn string(&self) -> String {
        self.0.as_string().unwrap_or_default()
    }

    fn text(&self, key: &str) -> String {
        self.at(key).string()
    }

    fn number(&self, key: &str) -> u32 {
        self.some_number(key).unwrap_or_default()
    }

    fn some_number(&self, key: &str) -> Option<u32> {
        // JSON has one kind of number; every one that the server writes here is a small whole one.
        self.at(key).0.as_f64().map(|number| number as u32)
    }

    fn is(&self, key: &str) -> bool {
        self.at(key).0.is_truthy()
    }

    fn list<T>(&self, key: &str, read: impl Fn(&Self) -> T) -> Vec<T> {
        js_sys::Array::from(&self.at(key).0).iter().map(|each| read(&Self(each))).collect()
    }
}

/// What a server function answered.
pub fn answer(text: &str) -> Option<Answer> {
    let json = Json::parse(text)?;
    if let Some(path) = json.some("go") {
        Some(Answer::Go(path.string()))
    } else if let Some(text) = json.some("text") {
        Some(Answer::Text(text.string()))
    } else {
        json.some("problems").map(|_| Answer::Problems(json.list("problems", problem)))
    }
}

/// The visit of this document.
pub fn visit(text: &str) -> Option<Visit> {
    let json = Json::parse(text)?;
    Some(Visit {
        path: json.text("path"),
        signed_in: json.some("signed_in").map(|one| SignedIn {
            username: one.text("username"),
            csrf: one.text("csrf"),
            change_only: one.is("change_only"),
        }),
        ends_in: None,
        flow: json.some("flow").map(|one| one.string()),
        saved: json.some("saved").map(|one| one.string()),
        refused: json.some("refused").map(|one| RefusedForm {
            action: one.text("action"),
            problems: one.list("problems", problem),
            kept: one.list("kept", |pair| (field(&pair.text("0")), pair.text("1"))),
        }),
        page: page(&json.at("page")),
    })
}

/// The site in the document's language.
pub fn site(text: &str) -> Option<SiteText> {
    let json = Json::parse(text)?;
    let assets = json.at("assets");
    Some(SiteText {
        language: json.text("language"),
        languages: json.list("languages", |pair| (pair.text("0"), pair.text("1"))),
        sentences: json.text("sentences"),
        agency: agency(&json.at("agency")),
        assets: Assets {
            solver_script: assets.text("solver_script"),
            solver_wasm: assets.text("solver_wasm"),
            solver_worker: assets.text("solver_worker"),
        },
        widget: json.some("widget").map(|one| Widget {
            class: one.text("class"),
            site_key: one.text("site_key"),
            script: one.text("script"),
        }),
    })
}

fn problem(json: &Json) -> Problem {
    Problem {
        field: field(&json.text("field")),
        refused: refused(&json.text("refused")),
        wait: json.some("wait").map(|_| json.number("wait")),
    }
}

fn field(code: &str) -> Field {
    Field::from_code(code).unwrap_or(Field::Form)
}

fn refused(code: &str) -> Refused {
    Refused::from_code(code).unwrap_or(Refused::Broken)
}

fn purpose(json: &Json) -> Option<Purpose> {
    Purpose::from_code(&json.text("purpose"))
}

fn question(json: &Json) -> Option<Question> {
    Question::from_code(&json.text("question"))
}

/// A member without data is written as its name, one with data as an object of one key.
fn page(json: &Json) -> Page {
    if let Some(link) = json.some("Link") {
        Page::Link { token: link.text("token"), purpose: purpose(&link).unwrap_or(Purpose::Claim) }
    } else if let Some(dead) = json.some("Dead") {
        Page::Dead { refused: refused(&dead.text("refused")), purpose: purpose(&dead) }
    } else if let Some(choosing) = json.some("Choosing") {
        Page::Choosing {
            username: choosing.text("username"),
            shared: choosing.is("shared"),
            products: choosing.list("products", Json::string),
        }
    } else if let Some(code) = json.some("Code") {
        Page::Code { purpose: purpose(&code).unwrap_or(Purpose::Claim) }
    } else if let Some(asked) = json.some("Challenge") {
        question(&asked).map_or(Page::Missing, |question| Page::Challenge { question })
    } else if let Some(change) = json.some("Change") {
        Page::Change {
            temporary: change.is("temporary"),
            shared: change.is("shared"),
            products: change.list("products", Json::string),
        }
    } else if let Some(standing) = json.some("Standing") {
        Page::Standing(Standing {
            password_set: standing.text("password_set"),
            days_left: standing.some("days_left").map(|_| standing.number("days_left")),
            question: question(&standing),
            question_due: standing.is("question_due"),
        })
    } else if let Some(history) = json.some("History") {
        Page::History { entries: history.list("entries", |pair| (pair.text("0"), pair.text("1"))) }
    } else if let Some(not_me) = json.some("NotMe") {
        Page::NotMe {
            token: not_me.text("token"),
            username: not_me.text("username"),
            all: not_me.is("all"),
            done: not_me.is("done"),
        }
    } else {
        // The page of something that broke comes without a script.
        if json.string() == "Missing" { Page::Missing } else { Page::Plain }
    }
}

fn agency(json: &Json) -> Agency {
    let (contact, sender, recovery) = (json.at("contact"), json.at("sender"), json.at("recovery"));
    Agency {
        id: json.text("id"),
        name: json.text("name"),
        system: json.text("system"),
        contact: Contact {
            phones: contact.list("phones", Json::string),
            email: contact.text("email"),
            hours: contact.text("hours"),
            // Said in the site's language already.
            also: BTreeMap::new(),
        },
        sender: Sender { name: sender.text("name"), address: sender.text("address") },
        journeys: json.list("journeys", |one| match one.string().as_str() {
            "claim" => Journey::Claim,
            "username" => Journey::Username,
            "reset" => Journey::Reset,
            "security" => Journey::Security,
            _ => Journey::SignIn,
        }),
        policy: policy(&json.at("policy")),
        recovery: Recovery {
            asks: if recovery.text("asks") == "identity" { Asks::Identity } else { Asks::Login },
            mails: if recovery.text("mails") == "link" { Mails::Link } else { Mails::TemporaryPassword },
        },
        external: json.some("external").map(|one| External { name: one.text("name"), url: one.text("url") }),
        date_order: if json.text("date_order") == "day-month-year" {
            DateOrder::DayMonthYear
        } else {
            DateOrder::MonthDayYear
        },
        home: json.list("home", |one| HomeOption {
            label: one.text("label"),
            href: one.text("href"),
            note: one.text("note"),
            also: BTreeMap::new(),
        }),
        look: Look::default(),
        desk: Desk::default(),
        // The profile's own words are in the sentences already.
        words: BTreeMap::new(),
        languages: Vec::new(),
    }
}

/// The base and the products as the server wrote them; what is strictest is put together here as it was there.
fn policy(json: &Json) -> Policy {
    let base = rules(&json.at("password"));
    let base = PasswordPolicy {
        shortest: base.shortest.unwrap_or_default(),
        longest: base.longest.unwrap_or_default(),
        uppercase: base.uppercase == Some(true),
        lowercase: base.lowercase == Some(true),
        digit: base.digit == Some(true),
        special: base.special.unwrap_or_default(),
        blocklist: base.blocklist == Some(true),
        expires_days: base.expires_days.unwrap_or_default(),
    };
    let products =
        json.list("products", |one| Product { name: one.text("name"), password: rules(&one.at("password")) });
    let challenge = json.at("challenge");
    Policy {
        challenge: ChallengePolicy {
            asking: match challenge.text("asking").as_str() {
                "required" => Asking::Required,
                "optional" => Asking::Optional,
                _ => Asking::Off,
            },
            // How often it is asked again is decided at sign-in; no page in the browser says it.
            confirm_days: 0,
        },
        temporary: TemporaryPolicy { hours: json.at("temporary").number("hours") },
        // Which preset the base began with shows nowhere.
        ..Policy::of(Preset::default(), base, products)
    }
}

fn rules(json: &Json) -> PasswordText {
    let is = |key| json.some(key).map(|_| json.is(key));
    PasswordText {
        shortest: json.some_number("shortest"),
        longest: json.some_number("longest"),
        uppercase: is("uppercase"),
        lowercase: is("lowercase"),
        digit: is("digit"),
        special: json.some("special").map(|marks| marks.string()),
        blocklist: is("blocklist"),
        expires_days: json.some_number("expires_days"),
    }
}
