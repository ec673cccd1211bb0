//! Which of its two forms *forgot password?* has is the agency's choice, so it takes two portals to have every
//! operation.

use server::web::{Operation, operations};

use crate::answer::Answer;
use crate::app::{App, Setup};
use crate::people::Person;

/// The operations of personnel; `desk/` asks the same of those of the desk.
pub fn personnel() -> impl Iterator<Item = &'static Operation> {
    operations().iter().filter(|operation| !operation.is_the_desks())
}

/// An agency that has this operation.
pub fn agency_with(operation: &str) -> &'static str {
    if operation == "reset.identity" { "michigan-emsis" } else { "demo" }
}

pub struct Portals {
    by_login: App,
    by_identity: App,
}

impl Portals {
    pub async fn start() -> Self {
        Self::of(Setup::of).await
    }

    pub async fn behind_proxy() -> Self {
        Self::of(Setup::behind_proxy_of).await
    }

    async fn of(setup: fn(&str) -> Setup) -> Self {
        let [by_login, by_identity] = ["reset.request", "reset.identity"].map(|name| setup(agency_with(name)));
        Self { by_login: App::with(by_login).await, by_identity: App::with(by_identity).await }
    }

    pub async fn settle(&self, people: &[Person]) {
        for app in self.all() {
            app.settle(people).await;
        }
    }

    /// The portal that has this operation.
    pub fn with(&self, operation: &str) -> &App {
        if operation == "reset.identity" { &self.by_identity } else { &self.by_login }
    }

    pub fn all(&self) -> [&App; 2] {
        [&self.by_login, &self.by_identity]
    }

    /// Every row of both.
    pub async fn dump(&self) -> String {
        self.by_login.dump().await + &self.by_identity.dump().await
    }
}

/// The page that a refused form comes back to, which is that of the mailed link where a token was posted.
pub fn page_of(operation: &Operation, token: &str) -> String {
    operation.page.replace("{token}", token)
}

impl Answer {
    /// Refused, so back to the operation's page, whichever mailed link it is behind: that page.
    #[track_caller]
    pub fn page_behind(&self, operation: &Operation) -> String {
        let Some((before, _)) = operation.page.split_once("{token}") else {
            self.assert_back_to(&operation.page);
            return operation.page.clone();
        };
        let page = self.location().and_then(|location| location.strip_suffix("#problems")).unwrap_or_default();
        let token = page.strip_prefix(before).unwrap_or_default();
        assert!(!token.is_empty() && !token.contains('/'), "{}: {:?}", self.asked, self.location());
        self.assert_back_to(page);
        page.to_owned()
    }
}
