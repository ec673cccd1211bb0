//! Finding people for the desk, and the keys they are found by.

use async_trait::async_trait;
use backboard::account::{AccountState, Frozen, Username};
use backboard::identity::{Email, searched};
use backboard::service::desk::seen::Found;
use backboard::service::desk::seen::Search;
use backboard::service::ports::Fault;
use backboard::staff::Lookup;
use sqlx::QueryBuilder;

use super::columns::{column, unreadable};
use super::people::list;
use super::{Connection, TableRow, Unit, fault};

/// Keys of one insert: each binds three values.
const KEYS: usize = 300;

pub(in crate::store) const BY_NAME: &str = "SELECT person FROM person_name WHERE key >= $1 AND key < $2 AND first >= $3 AND first < $4 \
     ORDER BY key, first, person LIMIT $5";
pub(in crate::store) const BY_USERNAME: &str = concat!(
    "SELECT person.id FROM account ",
    join_after!(),
    " person ON person.account = account.id \
     WHERE username_key >= $1 AND username_key < $2 ORDER BY username_key LIMIT $3"
);
pub(in crate::store) const BY_CERTIFICATE: &str =
    "SELECT id FROM person WHERE certificate >= $1 AND certificate < $2 ORDER BY certificate, id LIMIT $3";
// As the index has it: `Email::key` folds no more.
pub(in crate::store) const BY_EMAIL: &str =
    "SELECT id FROM person WHERE lower(email) >= $1 AND lower(email) < $2 ORDER BY lower(email), id LIMIT $3";
pub(in crate::store) const FOUND: &str = "SELECT person.id AS person_id, account.id AS account_id, last_name, first_name, suffix, \
     earlier_names, certificate, certification_level, email, username, state, frozen, shared \
     FROM person JOIN account ON account.id = person.account WHERE person.id = $1";

#[async_trait]
impl Search for Unit {
    async fn find_matches(&mut self, lookup: &Lookup, most: u32) -> Result<Vec<i64>, Fault> {
        let query = match lookup {
            Lookup::Name { last, first } => {
                sqlx::query_scalar(BY_NAME).bind(&last.from).bind(&last.below).bind(&first.from).bind(&first.below)
            }
            Lookup::Username(keys) => sqlx::query_scalar(BY_USERNAME).bind(&keys.from).bind(&keys.below),
            Lookup::Certificate(keys) => sqlx::query_scalar(BY_CERTIFICATE).bind(&keys.from).bind(&keys.below),
            Lookup::Email(keys) => sqlx::query_scalar(BY_EMAIL).bind(&keys.from).bind(&keys.below),
        };
        query.bind(i64::from(most)).fetch_all(&mut *self.transaction).await.map_err(fault)
    }

    async fn find_found(&mut self, people: &[i64]) -> Result<Vec<Found>, Fault> {
        let mut rows = Vec::with_capacity(people.len());
        for person in people {
            rows.extend(sqlx::query(FOUND).bind(person).fetch_optional(&mut *self.transaction).await.map_err(fault)?);
        }
        rows.iter().map(found).collect()
    }
}

fn found(row: &TableRow) -> Result<Found, Fault> {
    let email: Option<&str> = column(row, "email")?;
    let frozen: Option<&str> = column(row, "frozen")?;
    Ok(Found {
        person: column(row, "person_id")?,
        account: column(row, "account_id")?,
        last_name: column(row, "last_name")?,
        first_name: column(row, "first_name")?,
        suffix: column(row, "suffix")?,
        earlier_names: list(column(row, "earlier_names")?),
        certificate: column(row, "certificate")?,
        level: column(row, "certification_level")?,
        email: email.map(Email::parse).transpose().map_err(|_| unreadable("e-mail address"))?,
        username: Username::parse(column(row, "username")?).map_err(|_| unreadable("username"))?,
        state: AccountState::from_code(column(row, "state")?).ok_or_else(|| unreadable("account state"))?,
        frozen: frozen.map(|code| Frozen::from_code(code).ok_or_else(|| unreadable("freeze"))).transpose()?,
        shared: column(row, "shared")?,
    })
}

/// The names of a person, as they are searched by.
pub(in crate::store) struct Named<'a> {
    pub person: i64,
    pub last: &'a str,
    pub earlier: Vec<&'a str>,
    pub first: &'a str,
}

/// Adds the keys of these people.
pub(in crate::store) async fn add_names(connection: &mut Connection, people: &[Named<'_>]) -> Result<(), Fault> {
    let keys: Vec<(String, String, i64)> = people
        .iter()
        .flat_map(|named| {
            let keys = searched(named.last, named.earlier.iter().copied(), named.first).into_iter();
            keys.map(|(key, first)| (key, first, named.person))
        })
        .collect();
    for chunk in keys.chunks(KEYS) {
        let mut query = QueryBuilder::new("INSERT INTO person_name (key, first, person) ");
        query.push_values(chunk, |mut row, (key, first, person)| {
            row.push_bind(key).push_bind(first).push_bind(person);
        });
        query.push(" ON CONFLICT DO NOTHING");
        query.build().persistent(chunk.len() == KEYS).execute(&mut *connection).await.map_err(fault)?;
    }
    Ok(())
}

/// Takes a person's keys away.
pub(super) async fn remove_names(connection: &mut Connection, person: i64) -> Result<(), Fault> {
    let query = sqlx::query("DELETE FROM person_name WHERE person = $1").bind(person);
    query.execute(connection).await.map(drop).map_err(fault)
}
