//! The desk over HTTP.

mod acts;
mod audit;
mod emails;
mod entry;
mod find;
mod forms;
mod import;
mod limits;
mod matrix;
mod queues;
mod reports;
mod staff;

use backboard::identity::Email;
use backboard::password::Password;
use backboard::service::desk::second::code_at;
use backboard::service::desk::staff::Seat;
use backboard::staff::Role;

use crate::app::App;
use crate::browser::Browser;

pub const STAFF_PASSWORD: &str = "seven herons over a quiet weir";

/// A made-up member of staff.
#[derive(Clone, Copy, Debug)]
pub struct Staffer {
    pub email: &'static str,
    pub name: &'static str,
    pub role: Role,
    /// The key of the authenticator.
    pub key: [u8; 20],
}

pub const HELEN: Staffer =
    Staffer { email: "helen@office.example", name: "Helen Helpdesk", role: Role::Helpdesk, key: [1; 20] };
pub const SAM: Staffer =
    Staffer { email: "sam@office.example", name: "Sam Supervisor", role: Role::Supervisor, key: [2; 20] };
/// The second supervisor, who approves what the first has asked for.
pub const OLAF: Staffer =
    Staffer { email: "olaf@office.example", name: "Olaf Supervisor", role: Role::Supervisor, key: [8; 20] };
pub const ANNA: Staffer = Staffer { email: "anna@office.example", name: "Anna Admin", role: Role::Admin, key: [3; 20] };
pub const ARNE: Staffer = Staffer { email: "arne@office.example", name: "Arne Admin", role: Role::Admin, key: [4; 20] };

/// Puts somebody in their seat; their number.
pub async fn seat(app: &App, staffer: &Staffer) -> i64 {
    let (email, password) = (Email::parse(staffer.email).unwrap(), Password::parse(STAFF_PASSWORD).unwrap());
    let Staffer { name, role, key, .. } = staffer;
    app.portal.staff_seat(Seat { email: &email, name, role: *role, password: &password, key }).await.unwrap()
}

/// The first step.
pub async fn first_step(browser: &mut Browser<'_>, staffer: &Staffer) {
    let fields = [("email", staffer.email), ("password", STAFF_PASSWORD)];
    browser.submit("/api/desk/sign-in", &fields).await.assert_goes("/desk/second");
}

/// What the member's app shows now.
pub fn code(app: &App, staffer: &Staffer) -> String {
    code_at(&staffer.key, app.portal.now()).unwrap()
}

/// Signs in and gives the token that the session's forms carry. Time passes before, so that no code is used twice and
/// no limit hides an answer.
pub async fn sign_in_at_desk(browser: &mut Browser<'_>, staffer: &Staffer) -> String {
    browser.app.clock.pass(20 * 60);
    first_step(browser, staffer).await;
    let code = code(browser.app, staffer);
    browser.submit("/api/desk/second", &[("second", &code)]).await.assert_goes("/desk");
    browser.open("/desk").await.csrf()
}
