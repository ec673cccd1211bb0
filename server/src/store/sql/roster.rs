//! The statements of an import. Many rows go into one statement, because each statement costs a trip
//! to the connection's thread.

use std::collections::HashMap;

use async_trait::async_trait;
use backboard::account::{AccountState, UsernameKey};
use backboard::identity::{CertificateNumber, DateOfBirth, Email};
use backboard::moment::{Day, Moment};
use backboard::roster::PersonId;
use backboard::service::ports::Fault;
use backboard::service::records::Digest;
use backboard::service::roster::{
    Entry, Facts, Indexed, Listed, NamedAccount, NewAccount, NewEntry, RosterStore, RosterWork,
};
use sqlx::{QueryBuilder, Row};

use super::accounts::one;
use super::columns::{column, digest, unreadable, whole};
use super::people::{account, account_columns, list};
use super::search::{Named, add_names, remove_names};
use super::{Database, Stored, TableRow, Unit, fault};

/// Values of one statement. Statements of this size are kept prepared; the last one of a batch is not.
const VALUES: usize = 250;
/// Rows of one insert: each binds up to 18 values.
const ROWS: usize = 100;

const PERSON_COLUMNS: &str = "roster_id, account, last_name, first_name, suffix, earlier_names, born, ssn, \
     ssn_key, certificate, certification_level, email, products, roster_username, roster_status, seen, fingerprint";

#[async_trait]
impl RosterStore for Stored {
    async fn begin_roster(&self) -> Result<Box<dyn RosterWork>, Fault> {
        Ok(Box::new(self.lock().await?))
    }

    async fn read_roster(&self) -> Result<Box<dyn RosterWork>, Fault> {
        Ok(Box::new(self.look_in().await?))
    }
}

#[async_trait]
impl RosterWork for Unit {
    async fn find_fingerprints(&mut self, people: &[&str]) -> Result<Vec<(String, Digest)>, Fault> {
        let rows = self.find_in("SELECT roster_id, fingerprint FROM person WHERE roster_id IN", people).await?;
        rows.iter().map(|row| Ok((column(row, "roster_id")?, digest(row, "fingerprint")?))).collect()
    }

    async fn find_entries(&mut self, people: &[&str]) -> Result<Vec<Entry>, Fault> {
        const SELECT: &str = concat!(
            "SELECT person.id AS person_id, roster_id, last_name, first_name, suffix, earlier_names, born, ssn, \
             coalesce(ssn_key, 1) AS ssn_key, certificate, certification_level, email, products, roster_username, roster_status, overruled, ",
            account_columns!(),
            " FROM person JOIN account ON account.id = person.account WHERE roster_id IN"
        );
        let rows = self.find_in(SELECT, people).await?;
        rows.iter().map(entry).collect()
    }

    async fn find_people_with_ssns(&mut self, ssns: &[Digest]) -> Result<Vec<(Digest, String)>, Fault> {
        let ssns: Vec<&[u8]> = ssns.iter().map(<[u8; 32]>::as_slice).collect();
        let rows = self.find_in("SELECT ssn, roster_id FROM person WHERE ssn IN", &ssns).await?;
        rows.iter().map(|row| Ok((digest(row, "ssn")?, column(row, "roster_id")?))).collect()
    }

    async fn find_named_accounts(&mut self, usernames: &[UsernameKey]) -> Result<Vec<NamedAccount>, Fault> {
        const SELECT: &str = "SELECT id, username_key, EXISTS (SELECT 1 FROM person \
             WHERE person.account = account.id AND roster_username = username_key) AS given \
             FROM account WHERE username_key IN";
        let keys: Vec<&str> = usernames.iter().map(UsernameKey::as_str).collect();
        let rows = self.find_in(SELECT, &keys).await?;
        rows.iter()
            .map(|row| {
                Ok(NamedAccount {
                    id: column(row, "id")?,
                    key: username(column(row, "username_key")?)?,
                    given: column(row, "given")?,
                })
            })
            .collect()
    }

    async fn find_statuses_of(&mut self, account: i64) -> Result<Vec<(i64, Option<AccountState>)>, Fault> {
        let rows = sqlx::query("SELECT id, roster_status FROM person WHERE account = $1 ORDER BY id")
            .bind(account)
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)?;
        rows.iter().map(|row| Ok((column(row, "id")?, status(row)?))).collect()
    }

    async fn add_accounts(&mut self, accounts: &[NewAccount], now: Moment) -> Result<Vec<(String, i64)>, Fault> {
        let mut added = Vec::with_capacity(accounts.len());
        for chunk in accounts.chunks(ROWS) {
            let mut query = QueryBuilder::new("INSERT INTO account (username, username_key, state, shared, created) ");
            query.push_values(chunk, |mut row, account| {
                row.push_bind(account.username.as_str().to_owned())
                    .push_bind(account.username.key().as_str().to_owned())
                    .push_bind(account.state.code())
                    .push_bind(account.shared)
                    .push_bind(now.0);
            });
            query.push(" RETURNING username_key, id");
            let query = query.build().persistent(chunk.len() == ROWS);
            for row in query.fetch_all(&mut *self.transaction).await.map_err(fault)? {
                added.push((row.try_get(0).map_err(fault)?, row.try_get(1).map_err(fault)?));
            }
        }
        Ok(added)
    }

    async fn add_entries(&mut self, entries: &[NewEntry]) -> Result<(), Fault> {
        for chunk in entries.chunks(ROWS) {
            let mut query = QueryBuilder::new(format!("INSERT INTO person ({PERSON_COLUMNS}) "));
            query.push_values(chunk, |mut row, entry| {
                let facts = &entry.facts;
                row.push_bind(facts.person_id.as_str().to_owned())
                    .push_bind(entry.account)
                    .push_bind(facts.last_name.clone())
                    .push_bind(facts.first_name.clone())
                    .push_bind(facts.suffix.clone())
                    .push_bind(facts.earlier_names.join(";"))
                    .push_bind(facts.born.to_string())
                    .push_bind(facts.ssn.map(Vec::from))
                    .push_bind(facts.ssn_key.map(i64::from))
                    .push_bind(facts.certificate.as_ref().map(|number| number.as_str().to_owned()))
                    .push_bind(facts.level.clone())
                    .push_bind(facts.email.as_ref().map(|email| email.as_str().to_owned()))
                    .push_bind(facts.products.join(";"))
                    .push_bind(facts.username.as_ref().map(|key| key.as_str().to_owned()))
                    .push_bind(facts.status.map(AccountState::code))
                    .push_bind(entry.seen.0)
                    .push_bind(Vec::from(entry.fingerprint));
            });
            query.push(" RETURNING roster_id, id");
            let query = query.build().persistent(chunk.len() == ROWS);
            let rows = query.fetch_all(&mut *self.transaction).await.map_err(fault)?;
            let ids: HashMap<&str, i64> = rows
                .iter()
                .map(|row| Ok((column(row, "roster_id")?, column(row, "id")?)))
                .collect::<Result<_, Fault>>()?;
            let people: Vec<Named<'_>> = chunk
                .iter()
                .filter_map(|entry| {
                    let id = ids.get(entry.facts.person_id.as_str())?;
                    Some(named(*id, &entry.facts))
                })
                .collect();
            add_names(&mut self.transaction, &people).await?;
        }
        Ok(())
    }

    async fn save_entry(&mut self, person: i64, entry: &NewEntry) -> Result<(), Fault> {
        const UPDATE: &str = "UPDATE person SET last_name = $1, first_name = $2, suffix = $3, earlier_names = $4, \
             born = $5, ssn = $6, ssn_key = $7, certificate = $8, certification_level = $9, email = $10, products = $11, \
             roster_username = $12, roster_status = $13, seen = $14, fingerprint = $15, overruled = $16 \
             WHERE id = $17";
        let facts = &entry.facts;
        let done = sqlx::query(UPDATE)
            .bind(&facts.last_name)
            .bind(&facts.first_name)
            .bind(&facts.suffix)
            .bind(facts.earlier_names.join(";"))
            .bind(facts.born.to_string())
            .bind(facts.ssn.as_ref().map(<[u8; 32]>::as_slice))
            .bind(facts.ssn_key.map(i64::from))
            .bind(facts.certificate.as_ref().map(CertificateNumber::as_str))
            .bind(&facts.level)
            .bind(facts.email.as_ref().map(Email::as_str))
            .bind(facts.products.join(";"))
            .bind(facts.username.as_ref().map(UsernameKey::as_str))
            .bind(facts.status.map(AccountState::code))
            .bind(entry.seen.0)
            .bind(entry.fingerprint.as_slice())
            .bind(&entry.overruled)
            .bind(person)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        if done.rows_affected() != 1 {
            return Err(Fault::Other(format!("no person {person}")));
        }
        remove_names(&mut self.transaction, person).await?;
        add_names(&mut self.transaction, &[named(person, facts)]).await
    }

    async fn index_anew(&mut self, people: &[Indexed]) -> Result<(), Fault> {
        const UPDATE: &str = "UPDATE person SET ssn = coalesce($1, ssn), ssn_key = coalesce($2, ssn_key), \
             fingerprint = $3 WHERE roster_id = $4";
        for Indexed { person, ssn, fingerprint } in people {
            sqlx::query(UPDATE)
                .bind(ssn.as_ref().map(|(_, digest)| digest.as_slice()))
                .bind(ssn.map(|(key, _)| i64::from(key)))
                .bind(fingerprint.as_slice())
                .bind(person)
                .execute(&mut *self.transaction)
                .await
                .map_err(fault)?;
        }
        Ok(())
    }

    async fn share_account(&mut self, account: i64) -> Result<(), Fault> {
        let done = sqlx::query("UPDATE account SET shared = TRUE WHERE id = $1")
            .bind(account)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        one(&done, account)
    }

    async fn find_seen(&mut self) -> Result<Vec<(Moment, u64)>, Fault> {
        let rows = sqlx::query("SELECT seen, count(*) AS people FROM person GROUP BY seen ORDER BY seen DESC")
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)?;
        rows.iter()
            .map(|row| {
                let people: i64 = column(row, "people")?;
                Ok((Moment(column(row, "seen")?), people.unsigned_abs()))
            })
            .collect()
    }

    async fn find_listed(&mut self, since: Moment, after: i64, most: u32) -> Result<Vec<Listed>, Fault> {
        let rows = sqlx::query(
            "SELECT id, roster_id, first_name, last_name FROM person WHERE id > $1 AND seen >= $2 ORDER BY id LIMIT $3",
        )
        .bind(after)
        .bind(since.0)
        .bind(i64::from(most))
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(fault)?;
        rows.iter()
            .map(|row| {
                Ok(Listed {
                    id: column(row, "id")?,
                    person: column(row, "roster_id")?,
                    first_name: column(row, "first_name")?,
                    last_name: column(row, "last_name")?,
                })
            })
            .collect()
    }

    async fn mark_seen(&mut self, people: &[&str], now: Moment) -> Result<(), Fault> {
        for chunk in people.chunks(VALUES) {
            let mut query = QueryBuilder::new("UPDATE person SET seen = ");
            query.push_bind(now.0).push(" WHERE roster_id IN ");
            bind_list(&mut query, chunk);
            let query = query.build().persistent(chunk.len() == VALUES);
            query.execute(&mut *self.transaction).await.map_err(fault)?;
        }
        Ok(())
    }
}

impl Unit {
    /// The rows of `SELECT … IN (…)` for any number of values.
    async fn find_in<T>(&mut self, select: &str, values: &[T]) -> Result<Vec<TableRow>, Fault>
    where
        T: Copy + Send + Sync + sqlx::Type<Database> + for<'q> sqlx::Encode<'q, Database>,
    {
        let mut rows = Vec::with_capacity(values.len());
        for chunk in values.chunks(VALUES) {
            let mut query = QueryBuilder::new(format!("{select} "));
            bind_list(&mut query, chunk);
            let query = query.build().persistent(chunk.len() == VALUES);
            rows.extend(query.fetch_all(&mut *self.transaction).await.map_err(fault)?);
        }
        Ok(rows)
    }
}

fn bind_list<T>(query: &mut QueryBuilder<Database>, values: &[T])
where
    T: Copy + sqlx::Type<Database> + for<'q> sqlx::Encode<'q, Database>,
{
    query.push("(");
    let mut list = query.separated(", ");
    for value in values {
        list.push_bind(*value);
    }
    query.push(")");
}

fn named(person: i64, facts: &Facts) -> Named<'_> {
    let earlier = facts.earlier_names.iter().map(String::as_str).collect();
    Named { person, last: &facts.last_name, earlier, first: &facts.first_name }
}

fn entry(row: &TableRow) -> Result<Entry, Fault> {
    const LAST_DAY: Day = Day { year: 9999, month: 12, day: 31 };
    let email: Option<&str> = column(row, "email")?;
    let certificate: Option<&str> = column(row, "certificate")?;
    let given: Option<&str> = column(row, "roster_username")?;
    let ssn: Option<&[u8]> = column(row, "ssn")?;
    // Who has no number was written when there was but the first key.
    let ssn_key: u8 = whole(row, "ssn_key")?;
    Ok(Entry {
        id: column(row, "person_id")?,
        account: account(row)?,
        facts: Facts {
            person_id: PersonId::parse(column(row, "roster_id")?).map_err(|_| unreadable("roster id"))?,
            last_name: column(row, "last_name")?,
            first_name: column(row, "first_name")?,
            suffix: column(row, "suffix")?,
            earlier_names: list(column(row, "earlier_names")?),
            born: DateOfBirth::parse_iso(column(row, "born")?, LAST_DAY).map_err(|_| unreadable("date of birth"))?,
            ssn_key: ssn.map(|_| ssn_key),
            ssn: ssn.map(Digest::try_from).transpose().map_err(|_| unreadable("SSN digest"))?,
            certificate: certificate
                .map(CertificateNumber::parse)
                .transpose()
                .map_err(|_| unreadable("certificate number"))?,
            level: column(row, "certification_level")?,
            email: email.map(Email::parse).transpose().map_err(|_| unreadable("e-mail address"))?,
            username: given.map(username).transpose()?,
            status: status(row)?,
            products: list(column(row, "products")?),
        },
        overruled: column(row, "overruled")?,
    })
}

fn username(key: &str) -> Result<UsernameKey, Fault> {
    backboard::account::Username::parse(key).map(|username| username.key()).map_err(|_| unreadable("username"))
}

fn status(row: &TableRow) -> Result<Option<AccountState>, Fault> {
    let status: Option<&str> = column(row, "roster_status")?;
    status.map(|code| AccountState::from_code(code).ok_or_else(|| unreadable("roster status"))).transpose()
}
