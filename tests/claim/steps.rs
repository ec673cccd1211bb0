//! No step can be skipped, replayed, or carried to another account.

use backboard::account::AccountState;
use backboard::form::sign_in::SignInForm;
use backboard::link::Code;
use backboard::refused::Refused;
use backboard::service::Token;
use backboard::service::mail::Message;
use testkit::fakes::{Resident, TestPortal};

use super::{PASSWORD, ada, ask, choose, invited, open, type_code, why};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Ask,
    TypeCode,
    OpenLink,
    Choose,
    SignIn,
}

const OPERATIONS: [Operation; 5] =
    [Operation::Ask, Operation::TypeCode, Operation::OpenLink, Operation::Choose, Operation::SignIn];

/// What the rules say about one browser that keeps one cookie and uses its newest mail.
#[derive(Debug, Default)]
struct Rules {
    /// The cookie stands for a flow at this step.
    at: Option<&'static str>,
    /// The newest mail was asked for with the present cookie.
    mail_is_of_cookie: bool,
    mailed: bool,
    claimed: bool,
}

impl Rules {
    /// Whether the operation is allowed, and what it leads to.
    fn allow(&mut self, operation: Operation) -> bool {
        let live = self.mailed && !self.claimed;
        match operation {
            Operation::Ask => {
                self.at = Some("asked");
                self.mail_is_of_cookie = !self.claimed;
                self.mailed |= !self.claimed;
                true
            }
            Operation::TypeCode => {
                let allowed = self.at == Some("asked") && self.mail_is_of_cookie && live;
                if allowed {
                    self.at = Some("password");
                }
                allowed
            }
            Operation::OpenLink => {
                if live {
                    self.at = Some("password");
                    self.mail_is_of_cookie = false;
                }
                live
            }
            Operation::Choose => {
                let allowed = self.at == Some("password") && !self.claimed;
                if allowed {
                    self.at = Some("done");
                    self.claimed = true;
                }
                allowed
            }
            Operation::SignIn => self.claimed,
        }
    }
}

/// The same browser at the portal itself.
struct Browser {
    portal: TestPortal,
    cookie: Option<Token>,
    mail: Option<(String, Code)>,
}

impl Browser {
    async fn act(&mut self, operation: Operation) -> bool {
        // Stand-ins for those who have nothing: a cookie and a mail that were never given.
        let cookie = self.cookie.clone().unwrap_or_else(|| Token::from_bytes(&[1; 32]));
        let (token, code) = self.mail.clone().unwrap_or_else(|| ("A".repeat(43), Code::from_random(1)));
        match operation {
            Operation::Ask => {
                self.cookie = Some(ask(&self.portal, &ada()).await.unwrap());
                for received in self.portal.deliver().await {
                    if let Message::ClaimLink { token, code, .. } = received.message {
                        self.mail = Some((token.as_str().to_owned(), code));
                    }
                }
                true
            }
            Operation::TypeCode => type_code(&self.portal, &cookie, &code).await.is_ok(),
            Operation::OpenLink => match open(&self.portal, &token).await {
                Ok(cookie) => {
                    self.cookie = Some(cookie);
                    true
                }
                Err(_) => false,
            },
            Operation::Choose => choose(&self.portal, &cookie, PASSWORD).await.is_ok(),
            Operation::SignIn => {
                let form = SignInForm { username: "ada.lovelace".to_owned(), password: PASSWORD.to_owned() };
                self.portal.portal.sign_in(&TestPortal::visitor(3), &form.read().unwrap(), None).await.is_ok()
            }
        }
    }
}

#[tokio::test]
async fn every_order_of_up_to_four_operations_keeps_the_rules() {
    let mut orders: Vec<Vec<Operation>> = vec![Vec::new()];
    let (mut tried, mut claims) = (0, 0);
    for _ in 0..4 {
        orders = orders
            .iter()
            .flat_map(|order| OPERATIONS.map(|next| order.iter().copied().chain([next]).collect()))
            .collect();
        for order in &orders {
            let portal = TestPortal::default();
            let account = portal.settle(Resident::default()).await;
            let mut browser = Browser { portal, cookie: None, mail: None };
            let mut rules = Rules::default();
            for (place, operation) in order.iter().enumerate() {
                let allowed = rules.allow(*operation);
                assert_eq!(browser.act(*operation).await, allowed, "step {place} of {order:?}: {rules:?}");
            }
            let mut unit = browser.portal.portal.store.read().await.unwrap();
            let claimed = unit.find_account(account).await.unwrap().unwrap().state == AccountState::Active;
            assert_eq!(claimed, rules.claimed, "{order:?}");
            tried += 1;
            claims += u32::from(claimed);
        }
    }
    assert_eq!(tried, 5 + 25 + 125 + 625);
    assert!(claims > 2, "{claims} orders end in a claim");
}

#[tokio::test]
async fn a_flow_takes_no_code_or_link_of_another_person() {
    let portal = TestPortal::default();
    let hers = portal.settle(Resident::default()).await;
    let grace = Resident {
        username: "grace.hopper",
        last_name: "Hopper",
        ssn: Some("900-01-0002"),
        email: Some("grace@example.org"),
        ..Resident::default()
    };
    let other = portal.settle(grace).await;
    let mail = invited(&portal).await;
    let form = super::LookupForm { last_name: "Hopper".to_owned(), ssn: "900-01-0002".to_owned(), ..ada() };
    let cookie = ask(&portal, &form).await.unwrap();
    assert_eq!(portal.deliver().await[0].to.as_str(), "grace@example.org");

    assert_eq!(why(type_code(&portal, &cookie, &mail.code).await), [Refused::CodeWrong]);
    // Ada's link opens Ada's account, whatever cookie the browser had.
    let opened = open(&portal, &mail.token).await.unwrap();
    assert_eq!(portal.portal.claim_choosing(Some(&opened)).await.unwrap().username.as_str(), "ada.lovelace");
    choose(&portal, &opened, PASSWORD).await.unwrap();
    let mut unit = portal.portal.store.read().await.unwrap();
    assert_eq!(unit.find_account(hers).await.unwrap().unwrap().state, AccountState::Active);
    assert_eq!(unit.find_account(other).await.unwrap().unwrap().state, AccountState::Unclaimed);
    assert_eq!(why(choose(&portal, &cookie, PASSWORD).await), [Refused::FlowOver]);
}
