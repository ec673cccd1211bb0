//! How often one mailbox, and one account, is written to for a forgotten password, whichever way somebody asks: what
//! is over the limit is not mailed, and the visitor sees no difference.

use crate::app::{App, Setup};
use crate::limits::{ask_login, listed};
use crate::people::{BERT, CARL, DORA, HAL, PASSWORD, Person};
use crate::portals::agency_with;

pub const FOR_ACCOUNT: [(&str, &str); 2] =
    [("reset.request", "a day are mailed for an account"), ("reset.identity", "a day are mailed for an account")];
pub const TO_ADDRESS_BY_HOUR: [(&str, &str); 2] = [
    ("reset.request", "an hour are mailed to an e-mail address"),
    ("reset.identity", "an hour are mailed to an e-mail address"),
];
pub const TO_ADDRESS_BY_DAY: [(&str, &str); 2] = [
    ("reset.request", "a day are mailed to an e-mail address"),
    ("reset.identity", "a day are mailed to an e-mail address"),
];
pub const USERNAMES: [(&str, &str); 2] = [
    ("username.request", "an hour are mailed to an e-mail address"),
    ("username.request", "a day are mailed to an e-mail address"),
];

const PEOPLE: [Person; 4] = [BERT, CARL, DORA, HAL];

/// The four, each with an account that has a password.
async fn portal(operation: &str, people: &[Person]) -> App {
    let app = App::with(Setup::behind_proxy_of(agency_with(operation))).await;
    app.settle(people).await;
    for person in people {
        app.save_state(person.username, BERT.state).await;
        app.give_password(person.username, PASSWORD).await;
    }
    app
}

/// The four with one mailbox.
fn housemates() -> [Person; 4] {
    PEOPLE.map(|person| Person { email: BERT.email, ..person })
}

/// Asks as this person, or for the login, from a place of its own; how many mails come of it.
async fn ask(app: &App, operation: &str, person: &Person, login: &str, number: u32) -> usize {
    let mut browser = app.browser().from(&format!("203.0.{number}.1"));
    let proof = format!("good {number}");
    let answer = match operation {
        "reset.request" => ask_login(&mut browser, login, &proof).await,
        _ => browser.call("/api/reset/identity", &person.lookup(&proof)).await,
    };
    answer.assert_json_goes("/forgot-password/sent");
    app.deliver().await.len()
}

#[tokio::test]
async fn an_account_is_mailed_as_often_as_listed_whoever_of_it_asks() {
    for (operation, words) in FOR_ACCOUNT {
        let most = listed(operation, words);
        let app = portal(operation, &PEOPLE).await;
        for person in &PEOPLE[1..] {
            app.join(person, BERT.username).await;
        }
        // In turn, so that no mailbox gets too many.
        for number in 0..most + 2 {
            let person = &PEOPLE[number as usize % PEOPLE.len()];
            let mails = ask(&app, operation, person, person.email, number).await;
            assert_eq!(mails, usize::from(number < most), "{operation} {number}");
        }
        assert_eq!(app.count("SELECT count(*) FROM audit WHERE action = 'reset-capped'").await, 2);
        app.clock.pass(i64::from(86_400 / most));
        assert_eq!(ask(&app, operation, &HAL, HAL.email, 200).await, 1, "{operation}");
    }
}

#[tokio::test]
async fn an_address_is_mailed_as_often_an_hour_as_listed_whichever_account_is_asked_for() {
    for (operation, words) in TO_ADDRESS_BY_HOUR {
        let most = listed(operation, words);
        let people = housemates();
        let app = portal(operation, &people).await;
        for number in 0..most + 2 {
            let person = &people[number as usize % people.len()];
            let mails = ask(&app, operation, person, person.username, number).await;
            assert_eq!(mails, usize::from(number < most), "{operation} {number}");
        }
        assert_eq!(app.count("SELECT count(*) FROM audit WHERE action = 'reset-capped'").await, 2);
        // In no hour there are more, so the next one comes when the hour is over.
        app.clock.pass(3_600 - 1);
        assert_eq!(ask(&app, operation, &people[0], people[0].username, 200).await, 0, "{operation}");
        app.clock.pass(1);
        assert_eq!(ask(&app, operation, &people[0], people[0].username, 201).await, 1, "{operation}");
    }
}

#[tokio::test]
async fn a_request_by_address_is_mailed_for_each_account_and_for_many_accounts_once() {
    let (operation, words) = TO_ADDRESS_BY_HOUR[0];
    let most = listed(operation, words);
    let people = housemates();
    let few = portal(operation, &people[..3]).await;
    assert_eq!(ask(&few, operation, &BERT, BERT.email, 0).await, 3, "one for each account");
    assert_eq!(ask(&few, operation, &BERT, people[1].username, 1).await, 3 - most as usize);
    let many = portal(operation, &people).await;
    for number in 0..most {
        assert_eq!(ask(&many, operation, &BERT, BERT.email, number).await, 1, "the usernames, in one mail");
    }
    assert_eq!(ask(&many, operation, &BERT, people[1].username, 100).await, 0);
}

#[tokio::test]
async fn an_address_is_mailed_as_often_a_day_as_listed_whichever_account_is_asked_for() {
    for (by_hour, (operation, words)) in TO_ADDRESS_BY_HOUR.into_iter().zip(TO_ADDRESS_BY_DAY) {
        let (most, an_hour) = (listed(operation, words), listed(by_hour.0, by_hour.1));
        let people = housemates();
        let app = portal(operation, &people).await;
        let (mut mailed, mut number) = (Vec::new(), 0);
        for _ in 0..12 {
            let mut sent = 0;
            for _ in 0..=an_hour {
                let person = &people[number as usize % people.len()];
                sent += ask(&app, operation, person, person.username, number).await;
                number += 1;
                if sent == 0 {
                    break;
                }
            }
            mailed.push(sent);
            app.clock.pass(2 * 3_600);
        }
        assert_eq!(mailed[0], an_hour as usize, "{operation}");
        assert_eq!(mailed.iter().sum::<usize>(), most as usize, "{operation} {mailed:?}");
        assert_eq!(ask(&app, operation, &BERT, BERT.username, number).await, 1, "{operation}: the next day");
    }
}

#[tokio::test]
async fn an_address_gets_its_usernames_as_often_a_day_as_listed_in_whatever_spelling_they_are_asked_for() {
    let app = portal("username.request", &PEOPLE).await;
    let [by_hour, by_day] = USERNAMES.map(|(operation, words)| listed(operation, words) as usize);
    let mut mailed = Vec::new();
    for hour in 0..24 {
        let mut sent = 0;
        for number in 0..3 {
            let mut browser = app.browser().from(&format!("203.{hour}.{number}.1"));
            let typed = if number == 0 { BERT.email.to_uppercase() } else { BERT.email.to_owned() };
            let proof = format!("good {hour} {number}");
            let fields = [("email", typed.as_str()), ("robot", "on"), ("captcha", &proof)];
            browser.call("/api/username/request", &fields).await.assert_json_goes("/forgot-username/sent");
        }
        sent += app.deliver().await.len();
        mailed.push(sent);
        app.clock.pass(3_600);
    }
    assert_eq!((mailed[0], mailed.iter().sum()), (by_hour, by_day), "{mailed:?}");
    assert_eq!(
        app.count("SELECT count(*) FROM audit WHERE action = 'username-capped'").await,
        24 * 3 - i64::from(listed(USERNAMES[1].0, USERNAMES[1].1))
    );
}
