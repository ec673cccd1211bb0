//! People of the roster and their accounts.

use async_trait::async_trait;
use backboard::account::{AccountState, Username, UsernameKey};
use backboard::identity::{CertificateNumber, DateOfBirth, Email};
use backboard::moment::{Day, Moment};
use backboard::service::ports::{Fault, People};
use backboard::service::records::{Account, Digest, Person};
use sqlx::sqlite::SqliteRow;

use super::{Unit, column, fault, unreadable};

macro_rules! people_where {
    ($condition:literal) => {
        concat!(
            "SELECT person.id AS person_id, last_name, earlier_names, first_name, born, email, \
             account.id, username, state, shared, password_hash, password_set \
             FROM person JOIN account ON account.id = person.account WHERE ",
            $condition,
            " ORDER BY person.id"
        )
    };
}

macro_rules! account_where {
    ($condition:literal) => {
        concat!("SELECT id, username, state, shared, password_hash, password_set FROM account WHERE ", $condition)
    };
}

#[async_trait]
impl People for Unit {
    async fn find_people_by_ssn(&mut self, ssn: &Digest) -> Result<Vec<Person>, Fault> {
        let rows = sqlx::query(people_where!("person.ssn = ?"))
            .bind(ssn.as_slice())
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)?;
        rows.iter().map(person).collect()
    }

    async fn find_people_by_certificate(&mut self, certificate: &CertificateNumber) -> Result<Vec<Person>, Fault> {
        let rows = sqlx::query(people_where!("person.certificate = ?"))
            .bind(certificate.as_str())
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)?;
        rows.iter().map(person).collect()
    }

    async fn find_people_by_email(&mut self, key: &str) -> Result<Vec<Person>, Fault> {
        let rows = sqlx::query(people_where!("lower(person.email) = ?"))
            .bind(key)
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)?;
        rows.iter().map(person).collect()
    }

    async fn find_people_of(&mut self, account: i64) -> Result<Vec<Person>, Fault> {
        let rows = sqlx::query(people_where!("person.account = ?"))
            .bind(account)
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)?;
        rows.iter().map(person).collect()
    }

    async fn find_account(&mut self, id: i64) -> Result<Option<Account>, Fault> {
        let row = sqlx::query(account_where!("id = ?"))
            .bind(id)
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(fault)?;
        row.as_ref().map(account).transpose()
    }

    async fn find_account_by_username(&mut self, username: &UsernameKey) -> Result<Option<Account>, Fault> {
        let row = sqlx::query(account_where!("username_key = ?"))
            .bind(username.as_str())
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(fault)?;
        row.as_ref().map(account).transpose()
    }

    async fn save_password(&mut self, account: i64, hash: &str, now: Moment) -> Result<(), Fault> {
        let done = sqlx::query("UPDATE account SET password_hash = ?, password_set = ?, state = 'active' WHERE id = ?")
            .bind(hash)
            .bind(now.0)
            .bind(account)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        if done.rows_affected() == 1 { Ok(()) } else { Err(Fault::Other(format!("no account {account}"))) }
    }
}

fn person(row: &SqliteRow) -> Result<Person, Fault> {
    // The import has held the date against its own day; here any day of the calendar will do.
    const LAST_DAY: Day = Day { year: 9999, month: 12, day: 31 };
    let earlier: &str = column(row, "earlier_names")?;
    let email: Option<&str> = column(row, "email")?;
    Ok(Person {
        id: column(row, "person_id")?,
        last_name: column(row, "last_name")?,
        earlier_names: earlier.split(';').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        first_name: column(row, "first_name")?,
        born: DateOfBirth::parse_iso(column(row, "born")?, LAST_DAY).map_err(|_| unreadable("date of birth"))?,
        email: email.map(Email::parse).transpose().map_err(|_| unreadable("e-mail address"))?,
        account: account(row)?,
    })
}

pub(super) fn account(row: &SqliteRow) -> Result<Account, Fault> {
    Ok(Account {
        id: column(row, "id")?,
        username: Username::parse(column(row, "username")?).map_err(|_| unreadable("username"))?,
        state: AccountState::from_code(column(row, "state")?).ok_or_else(|| unreadable("account state"))?,
        shared: column(row, "shared")?,
        password_hash: column(row, "password_hash")?,
        password_set: column::<Option<i64>>(row, "password_set")?.map(Moment),
    })
}
