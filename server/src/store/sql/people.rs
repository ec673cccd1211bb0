//! People of the roster and their accounts.

use async_trait::async_trait;
use backboard::account::{AccountState, Frozen, Username, UsernameKey};
use backboard::expiry::Schedule;
use backboard::identity::{CertificateNumber, DateOfBirth, Email};
use backboard::moment::{Day, Moment};
use backboard::service::ports::{Fault, People};
use backboard::service::records::{Account, Digest, Gone, Person};

use super::columns::{column, unreadable};
use super::{TableRow, Unit, fault};

/// What [`account`] reads.
macro_rules! account_columns {
    () => {
        "account.id, username, state, shared, password_hash, password_set, password_expires, remind_at, \
         grace_spent IS NOT NULL AS is_grace_spent, frozen, language"
    };
}
pub(super) use account_columns;

macro_rules! people_where {
    ($condition:literal) => {
        concat!(
            "SELECT person.id AS person_id, last_name, earlier_names, first_name, born, email, products, ",
            account_columns!(),
            " FROM person JOIN account ON account.id = person.account WHERE ",
            $condition,
            " ORDER BY person.id"
        )
    };
}

macro_rules! account_where {
    ($condition:literal) => {
        concat!("SELECT ", account_columns!(), " FROM account WHERE ", $condition)
    };
}

pub(super) use account_where;

#[async_trait]
impl People for Unit {
    async fn find_people_by_ssn(&mut self, ssn: &Digest) -> Result<Vec<Person>, Fault> {
        let rows = sqlx::query(people_where!("person.ssn = $1"))
            .bind(ssn.as_slice())
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)?;
        rows.iter().map(person).collect()
    }

    async fn find_people_by_certificate(&mut self, certificate: &CertificateNumber) -> Result<Vec<Person>, Fault> {
        let rows = sqlx::query(people_where!("person.certificate = $1"))
            .bind(certificate.as_str())
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)?;
        rows.iter().map(person).collect()
    }

    async fn find_people_by_email(&mut self, key: &str) -> Result<Vec<Person>, Fault> {
        let rows = sqlx::query(people_where!("lower(person.email) = $1"))
            .bind(key)
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)?;
        rows.iter().map(person).collect()
    }

    async fn find_people_of(&mut self, account: i64) -> Result<Vec<Person>, Fault> {
        let rows = sqlx::query(people_where!("person.account = $1"))
            .bind(account)
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)?;
        rows.iter().map(person).collect()
    }

    async fn find_account(&mut self, id: i64) -> Result<Option<Account>, Fault> {
        let row = sqlx::query(account_where!("id = $1 AND forgotten IS NULL"))
            .bind(id)
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(fault)?;
        row.as_ref().map(account).transpose()
    }

    async fn find_account_by_username(&mut self, username: &UsernameKey) -> Result<Option<Account>, Fault> {
        let row = sqlx::query(account_where!("username_key = $1"))
            .bind(username.as_str())
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(fault)?;
        row.as_ref().map(account).transpose()
    }

    // The states are those of `keep::may_go`.
    async fn find_gone(&mut self, named: Moment, most: u32) -> Result<Vec<Gone>, Fault> {
        const SELECT: &str = concat!(
            "SELECT person.id AS person_id, seen, ",
            account_columns!(),
            " FROM person JOIN account ON account.id = person.account \
             WHERE seen <= $1 AND seen < (SELECT max(seen) FROM person) AND state IN ('unclaimed', 'inactive') \
             ORDER BY seen, person.id LIMIT $2"
        );
        let rows = sqlx::query(SELECT)
            .bind(named.0)
            .bind(i64::from(most))
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)?;
        let gone = |row| {
            Ok(Gone { person: column(row, "person_id")?, account: account(row)?, named: Moment(column(row, "seen")?) })
        };
        rows.iter().map(gone).collect()
    }

    async fn forget_person(&mut self, person: i64, named: Moment) -> Result<bool, Fault> {
        const DELETE: &str = "DELETE FROM person WHERE id = $1 AND seen <= $2 AND EXISTS (SELECT 1 FROM account \
             WHERE account.id = person.account AND state IN ('unclaimed', 'inactive'))";
        let done =
            sqlx::query(DELETE).bind(person).bind(named.0).execute(&mut *self.transaction).await.map_err(fault)?;
        Ok(done.rows_affected() == 1)
    }
}

fn person(row: &TableRow) -> Result<Person, Fault> {
    // The import has held the date against its own day; here any day of the calendar will do.
    const LAST_DAY: Day = Day { year: 9999, month: 12, day: 31 };
    let email: Option<&str> = column(row, "email")?;
    Ok(Person {
        id: column(row, "person_id")?,
        last_name: column(row, "last_name")?,
        earlier_names: list(column(row, "earlier_names")?),
        first_name: column(row, "first_name")?,
        born: DateOfBirth::parse_iso(column(row, "born")?, LAST_DAY).map_err(|_| unreadable("date of birth"))?,
        email: email.map(Email::parse).transpose().map_err(|_| unreadable("e-mail address"))?,
        products: list(column(row, "products")?),
        account: account(row)?,
    })
}

pub(super) fn account(row: &TableRow) -> Result<Account, Fault> {
    let moment = |name| Ok::<_, Fault>(column::<Option<i64>>(row, name)?.map(Moment));
    let frozen: Option<&str> = column(row, "frozen")?;
    Ok(Account {
        id: column(row, "id")?,
        username: Username::parse(column(row, "username")?).map_err(|_| unreadable("username"))?,
        state: AccountState::from_code(column(row, "state")?).ok_or_else(|| unreadable("account state"))?,
        shared: column(row, "shared")?,
        password_hash: column(row, "password_hash")?,
        password_set: moment("password_set")?,
        schedule: Schedule { expires: moment("password_expires")?, remind: moment("remind_at")? },
        grace_spent: column(row, "is_grace_spent")?,
        language: column(row, "language")?,
        frozen: frozen.map(|code| Frozen::from_code(code).ok_or_else(|| unreadable("freeze"))).transpose()?,
    })
}

/// What a column holds that lists several, with `;` between them.
pub(super) fn list(text: &str) -> Vec<String> {
    text.split(';').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}
