//! Which keys the portal makes things with, and what still lies under older ones.
//!
//! Not part of the port: keys that come and go are the server's own business.

use async_trait::async_trait;
use backboard::link::{FLOW_SECONDS, LINK_SECONDS};
use backboard::moment::Moment;
use backboard::service::mail::Message;
use backboard::service::ports::{Fault, UnitOfWork as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::columns::{column, whole};
use super::{Stored, TableRow, fault};
use crate::keys::{Keys, Ring};
use crate::mail::GIVEN_UP_AFTER;
use crate::store::{Begun, KeyLedger, Lying};

/// A kind of things, and the statement that counts them by what tells their key.
struct Kind {
    what: (&'static str, &'static str),
    count: &'static str,
    key: fn(&str) -> Option<u8>,
}

/// Who has no number was written when there was but the first key.
const PEOPLE: Kind = Kind {
    what: ("person", "people"),
    count: "SELECT CAST(coalesce(ssn_key, 1) AS TEXT) AS tag, count(*) AS many FROM person WHERE ssn IS NOT NULL \
            GROUP BY 1 ORDER BY 1",
    key: number,
};
/// `$argon2id$v=19$m=19456,t=2,p=1,keyid=AQ$…`: one byte in base64 is two letters.
const PASSWORDS: Kind = Kind {
    what: ("password", "passwords"),
    count: concat!(
        "SELECT ",
        two_after!("password_hash", "keyid="),
        " AS tag, count(*) AS many FROM account \
            WHERE password_hash IS NOT NULL GROUP BY 1 ORDER BY 1"
    ),
    key: letters,
};
const ANSWERS: Kind = Kind {
    what: ("answer", "answers"),
    count: concat!(
        "SELECT ",
        two_after!("answer_hash", "keyid="),
        " AS tag, count(*) AS many FROM challenge \
            GROUP BY 1 ORDER BY 1"
    ),
    key: letters,
};
const STAFF_PASSWORDS: Kind = Kind {
    what: ("password of staff", "passwords of staff"),
    count: concat!(
        "SELECT ",
        two_after!("password_hash", "keyid="),
        " AS tag, count(*) AS many FROM staff \
            WHERE password_hash IS NOT NULL GROUP BY 1 ORDER BY 1"
    ),
    key: letters,
};
/// Sealed anew at each sign-in with the authenticator.
const AUTHENTICATORS: Kind = Kind {
    what: ("authenticator", "authenticators"),
    count: concat!(
        "SELECT ",
        first_byte!("second"),
        " AS tag, count(*) AS many FROM staff WHERE second IS NOT NULL \
            GROUP BY 1 ORDER BY 1"
    ),
    key: hex,
};
/// A sealed box begins with the number of its key.
const MAILS: Kind = Kind {
    what: ("waiting mail", "waiting mails"),
    count: concat!(
        "SELECT ",
        first_byte!("sealed"),
        " AS tag, count(*) AS many FROM mail WHERE sealed IS NOT NULL \
            GROUP BY 1 ORDER BY 1"
    ),
    key: hex,
};
const JOBS: Kind = Kind {
    what: ("waiting job", "waiting jobs"),
    count: concat!("SELECT ", first_byte!("sealed"), " AS tag, count(*) AS many FROM job GROUP BY 1 ORDER BY 1"),
    key: hex,
};
const ROWS: Kind = Kind {
    what: ("row", "rows"),
    count: "SELECT CAST(key AS TEXT) AS tag, count(*) AS many FROM audit WHERE key IS NOT NULL GROUP BY 1 ORDER BY 1",
    key: number,
};

/// Seconds that a journey lasts at the most: an hour, which begins anew when a mail that had to wait is sent.
const JOURNEY_SECONDS: i64 = GIVEN_UP_AFTER + if LINK_SECONDS > FLOW_SECONDS { LINK_SECONDS } else { FLOW_SECONDS };

/// What is known by its digest alone: made up to `$1`, whose second two portals may share, and of
/// use at `$2`. With the seconds from when it is
/// made to the moment that stands in its row.
const DIGESTED: [((&str, &str), &str, i64); 7] = [
    (("session", "sessions"), "SELECT count(*) AS many FROM session WHERE created <= $1 AND expires > $2", 0),
    (
        ("journey under way", "journeys under way"),
        "SELECT count(*) AS many FROM flow WHERE expires <= $1 AND expires > $2 AND step <> 'done'",
        JOURNEY_SECONDS,
    ),
    (
        ("link", "links"),
        "SELECT count(*) AS many FROM link WHERE created <= $1 AND expires > $2 AND spent IS NULL AND superseded IS NULL",
        0,
    ),
    (
        ("temporary password", "temporary passwords"),
        "SELECT count(*) AS many FROM temporary_password WHERE issued <= $1 AND expires > $2 AND ended IS NULL",
        0,
    ),
    (
        ("session at the desk", "sessions at the desk"),
        "SELECT count(*) AS many FROM staff_session WHERE created <= $1 AND expires > $2",
        0,
    ),
    (
        ("link of staff", "links of staff"),
        "SELECT count(*) AS many FROM staff_link WHERE created <= $1 AND expires > $2 AND spent IS NULL",
        0,
    ),
    // They have no end: a member makes new ones.
    (
        ("recovery code", "recovery codes"),
        "SELECT count(*) AS many FROM staff_recovery WHERE made <= $1 AND used IS NULL AND $2 IS NOT NULL",
        0,
    ),
];
const STOP_LINKS: (&str, &str) = ("This wasn't me link", "This wasn't me links");

#[async_trait]
impl KeyLedger for Stored {
    async fn find_begun(&self) -> Result<Vec<Begun>, Fault> {
        let rows = sqlx::query("SELECT ring, key, mark, since FROM key_ring").fetch_all(&self.readers).await;
        let mut begun = Vec::new();
        for row in rows.map_err(fault)? {
            let name: &str = column(&row, "ring")?;
            // A ring of a later version is none of this one's.
            let Some(ring) = Ring::ALL.into_iter().find(|ring| ring.name() == name) else { continue };
            let (key, mark, since) = (whole(&row, "key")?, column(&row, "mark")?, Moment(column(&row, "since")?));
            begun.push(Begun { ring, key, mark, since });
        }
        Ok(begun)
    }

    async fn begin_keys(&self, keys: &Keys, now: Moment) -> Result<Vec<Ring>, Fault> {
        const SAVE: &str = "INSERT INTO key_ring (ring, key, mark, since) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (ring) DO UPDATE SET key = excluded.key, mark = excluded.mark, since = excluded.since \
             WHERE key_ring.key <> excluded.key OR key_ring.mark <> excluded.mark";
        let mut unit = self.lock().await?;
        let mut new = Vec::new();
        for ring in Ring::ALL {
            let (id, key) = keys.ring(ring).newest();
            let query = sqlx::query(SAVE).bind(ring.name()).bind(i64::from(id)).bind(Vec::from(key.mark())).bind(now.0);
            if query.execute(&mut *unit.transaction).await.map_err(fault)?.rows_affected() == 1 {
                new.push(ring);
            }
        }
        Box::new(unit).save().await?;
        Ok(new)
    }

    async fn find_lying(&self, ring: Ring, since: Moment, now: Moment) -> Result<Vec<Lying>, Fault> {
        let kinds: &[Kind] = match ring {
            Ring::Ssn => &[PEOPLE],
            Ring::Pepper => &[PASSWORDS, ANSWERS, STAFF_PASSWORDS],
            Ring::Seal => &[MAILS, JOBS, AUTHENTICATORS],
            Ring::Audit => &[ROWS],
            Ring::Digest => return self.find_digested(since, now).await,
        };
        let mut lying: Vec<Lying> = Vec::new();
        for kind in kinds {
            for row in sqlx::query(kind.count).fetch_all(&self.readers).await.map_err(fault)? {
                let (key, count) = ((kind.key)(column(&row, "tag")?), many(&row)?);
                lying.push(Lying { key, what: kind.what, count });
            }
        }
        Ok(lying)
    }
}

impl Stored {
    /// The digest of a *This wasn't me* stands in its mail alone, and works as long as the ledger keeps the mail.
    async fn find_digested(&self, since: Moment, now: Moment) -> Result<Vec<Lying>, Fault> {
        const SENT: &str = "SELECT kind, count(*) AS many FROM mail WHERE account IS NOT NULL AND failed IS NULL \
             AND queued <= $1 GROUP BY kind";
        let mut lying = Vec::new();
        for (what, count, later) in DIGESTED {
            let query = sqlx::query(count).bind(since.0.saturating_add(later)).bind(now.0);
            let row = query.fetch_one(&self.readers).await.map_err(fault)?;
            lying.push(Lying { key: None, what, count: many(&row)? });
        }
        let mut stop_links = 0;
        for row in sqlx::query(SENT).bind(since.0).fetch_all(&self.readers).await.map_err(fault)? {
            if Message::freezes(column(&row, "kind")?).is_some() {
                stop_links += many(&row)?;
            }
        }
        lying.push(Lying { key: None, what: STOP_LINKS, count: stop_links });
        lying.retain(|lying| lying.count > 0);
        Ok(lying)
    }
}

fn many(row: &TableRow) -> Result<u64, Fault> {
    Ok(column::<i64>(row, "many")?.unsigned_abs())
}

fn number(tag: &str) -> Option<u8> {
    tag.parse().ok()
}

fn hex(tag: &str) -> Option<u8> {
    u8::from_str_radix(tag, 16).ok()
}

fn letters(tag: &str) -> Option<u8> {
    let bytes = STANDARD_NO_PAD.decode(tag).ok()?;
    <[u8; 1]>::try_from(bytes).ok().map(|[id]| id)
}
