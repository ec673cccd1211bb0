//! The demo's made-up staff: one of each role, with passwords and authenticator keys that are made at its start.

use backboard::identity::Email;
use backboard::password::{Password, temporary};
use backboard::service::Portal;
use backboard::service::desk::second::code_at;
use backboard::service::desk::staff::Seat;
use backboard::service::ports::{Clock as _, Fault};
use backboard::staff::{Role, staff_passwords};

use crate::clock::{SystemClock, random};

/// Role, name and address. Two admins, so that one can approve what the other asks.
const STAFF: [(Role, &str, &str); 4] = [
    (Role::Helpdesk, "Hana Help", "hana@ems-office.example"),
    (Role::Supervisor, "Sven Supervisor", "sven@ems-office.example"),
    (Role::Admin, "Ada Admin", "ada@ems-office.example"),
    (Role::Admin, "Abel Admin", "abel@ems-office.example"),
];

/// A made-up member of staff, with everything that is needed to play them.
#[derive(Clone)]
pub struct Seated {
    pub role: Role,
    pub name: &'static str,
    pub email: Email,
    pub password: Password,
    key: [u8; 20],
}

impl Seated {
    /// What the authenticator app would show now.
    #[must_use]
    pub fn code(&self) -> String {
        code_at(&self.key, SystemClock.now()).unwrap_or_default()
    }
}

/// Puts everybody into their seats.
///
/// # Errors
/// When the store fails.
pub async fn seat(portal: &Portal) -> Result<Vec<Seated>, Fault> {
    let mut staff = Vec::new();
    for (role, name, address) in STAFF {
        let email = Email::parse(address).map_err(|refused| Fault::other(refused.code()))?;
        let password = temporary(&staff_passwords(), &mut |bytes| portal.entropy.fill(bytes));
        let seated = Seated { role, name, email, password, key: random() };
        let Seated { email, password, key, .. } = &seated;
        portal.staff_seat(Seat { email, name, role, password, key }).await?;
        staff.push(seated);
    }
    Ok(staff)
}
