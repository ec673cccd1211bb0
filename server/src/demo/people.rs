//! The made-up people that the demo's mailbox lists: one for everything there is to try, as far as the profile turns
//! it on. Each time the demo starts they are put back as they are listed, so that the list is true.

mod hint;

use backboard::account::{AccountState, Username};
use backboard::agency::{Agency, Journey, Mails};
use backboard::challenge::{Answer, Asking, Question};
use backboard::expiry::{DAY, Schedule};
use backboard::moment::Moment;
use backboard::password::Password;
use backboard::service::ports::{Fault, UnitOfWork};
use backboard::service::records::{Account, Challenge};
use backboard::service::{Declined, Portal};

use super::mailbox::{Demonstration, Opener};
use crate::roster::{People, Synthetic};

/// Made-up people of a demo.
pub const PEOPLE: u32 = 300;
/// Always the same ones, among whom every role can be given out.
pub const SEED: u64 = 912;
/// The password of those who have one. It meets the rules of every built-in profile.
const PASSWORD: &str = "Kestrel&420rows";
/// The challenge question that is set up, and its answer.
const QUESTION: Question = Question::FirstPet;
const ANSWER: &str = "Pumpernickel";
/// Days that are left to the password that is about to expire.
const DAYS_LEFT: u32 = 5;

/// What there is to try with a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Unclaimed,
    Active,
    Expired,
    Expiring,
    /// The office has mailed a temporary password.
    Mailed,
    /// A challenge question is set up.
    Asked,
    Shared,
    Inactive,
    Suspended,
    External,
}

/// A made-up person in a role.
#[derive(Clone, Debug)]
pub struct Player {
    pub role: Role,
    pub person: Synthetic,
}

/// Gives the roles out. Each goes to people who can be looked up, mailed and told from all others.
#[must_use]
pub fn cast(agency: &Agency) -> Vec<Player> {
    let everybody: Vec<Synthetic> = People::of(SEED).take(PEOPLE as usize).collect();
    let usable = |person: &&Synthetic| {
        let alone = |other: &&Synthetic| other.email == person.email || other.ssn == person.ssn;
        let mailed = person.email.contains('@') && !person.email.contains([' ', ',']);
        mailed && !person.username.is_empty() && everybody.iter().filter(alone).count() == 1
    };
    let people = |username: &str| everybody.iter().filter(|other| other.username == username).count();
    let mut players = Vec::new();
    let mut active =
        everybody.iter().filter(|person| person.status == "active" && people(&person.username) == 1).filter(usable);
    for (role, count) in parts(agency) {
        let found: Vec<&Synthetic> = match role {
            Role::Active | Role::Expired | Role::Expiring | Role::Mailed | Role::Asked => {
                active.by_ref().take(count).collect()
            }
            Role::Shared => {
                let both = everybody.iter().filter(|one| one.status == "active" && people(&one.username) == 2);
                let mut both: Vec<&Synthetic> = both.filter(usable).collect();
                let first = both.first().map(|one| one.username.clone());
                both.retain(|one| Some(&one.username) == first.as_ref());
                both
            }
            Role::Unclaimed | Role::Inactive | Role::Suspended | Role::External => everybody
                .iter()
                .filter(|one| one.status == role.state().code() && people(&one.username) == 1)
                .filter(usable)
                .take(count)
                .collect(),
        };
        players.extend(found.into_iter().map(|person| Player { role, person: person.clone() }));
    }
    players
}

/// The roles that a profile has, and how many people are listed in each.
fn parts(agency: &Agency) -> Vec<(Role, usize)> {
    let expires = agency.policy.password.expires_days > 0;
    let asks = agency.policy.challenge.asking != Asking::Off
        && agency.has(Journey::Reset)
        && agency.recovery.mails == Mails::Link;
    [
        (true, Role::Unclaimed, 4),
        (true, Role::Active, 2),
        (expires, Role::Expired, 1),
        (expires, Role::Expiring, 1),
        (true, Role::Mailed, 1),
        (asks, Role::Asked, 1),
        (true, Role::Shared, 2),
        (true, Role::Inactive, 2),
        (true, Role::Suspended, 2),
        (true, Role::External, 2),
    ]
    .into_iter()
    .filter_map(|(on, role, count)| on.then_some((role, count)))
    .collect()
}

impl Role {
    const fn state(self) -> AccountState {
        match self {
            Self::Unclaimed => AccountState::Unclaimed,
            Self::Inactive => AccountState::Inactive,
            Self::Suspended => AccountState::Suspended,
            Self::External => AccountState::External,
            _ => AccountState::Active,
        }
    }

    /// When the password was set, and its days; none for who has no password.
    fn password(self, days: u32, now: Moment) -> Option<(Moment, Schedule)> {
        let all = i64::from(days) * DAY;
        match self {
            Self::Unclaimed | Self::Mailed | Self::External => None,
            Self::Expired => {
                let set = now.plus(-all - 10 * DAY);
                Some((set, Schedule::of(set, days)))
            }
            Self::Expiring => {
                let expires = now.plus(i64::from(DAYS_LEFT.min(days)) * DAY);
                // The reminder is due at once, so that it lies among the mails.
                Some((expires.plus(-all), Schedule { expires: Some(expires), remind: Some(now) }))
            }
            _ => Some((now, Schedule::of(now, days))),
        }
    }
}

/// Puts everybody back as listed.
///
/// # Errors
/// When the store fails, or holds other people.
pub async fn stage(portal: &Portal, players: &[Player]) -> Result<(), Fault> {
    let password = Password::parse(PASSWORD).map_err(|refused| Fault::other(refused.code()))?;
    let hash = portal.hasher.hash(&password).await?;
    for player in players {
        let username = Username::parse(&player.person.username).map_err(|refused| Fault::other(refused.code()))?;
        let mut work = portal.store.begin().await?;
        let account = work.find_account_by_username(&username.key()).await?;
        let account = account.ok_or_else(|| Fault::Other(format!("nobody has the username {username}")))?;
        dress(portal, &mut *work, player.role, &account, &hash).await?;
        let temporaries = work.find_temporaries_of(account.id).await?;
        work.save().await?;

        let now = portal.now();
        let opens = temporaries.iter().any(|one| one.ended.is_none() && one.expires > now);
        if player.role == Role::Mailed && !opens {
            portal.office_temporary_password(&username).await.map_err(|declined| match declined {
                Declined::Fault(fault) => fault,
                Declined::Problems(problems) => Fault::Other(format!("{problems:?}")),
            })?;
        }
    }
    Ok(())
}

/// Puts one account back into its role.
async fn dress(
    portal: &Portal,
    work: &mut dyn UnitOfWork,
    role: Role,
    account: &Account,
    hash: &str,
) -> Result<(), Fault> {
    let (now, id) = (portal.now(), account.id);
    work.save_frozen(id, None).await?;
    work.close_cases(id, now).await?;
    work.supersede_links(id, 0, now).await?;
    work.end_sessions_of(id).await?;
    match role.password(portal.agency.policy.password.expires_days, now) {
        Some((set, schedule)) => work.save_password(id, hash, set, schedule).await?,
        None => work.void_password(id).await?,
    }
    work.save_state(id, role.state()).await?;
    if role != Role::Mailed {
        work.end_temporaries(id, now).await?;
    }
    if role == Role::Asked {
        let answer = Answer::parse(ANSWER).and_then(|answer| answer.secret());
        let answer = answer.map_err(|refused| Fault::other(refused.code()))?;
        let answer_hash = portal.hasher.hash(&answer).await?;
        work.save_challenge(id, &Challenge { question: QUESTION, answer_hash, confirmed: now }).await?;
    }
    Ok(())
}

/// What the mailbox lists of a person.
#[must_use]
pub fn shown(player: &Player, agency: &Agency) -> Demonstration {
    let Player { role, person } = player;
    Demonstration {
        state: hint::state(*role, agency),
        // The last name first, because it is what the form asks for, and some have two words.
        name: format!("{}, {}", [person.last_name.as_str(), &person.suffix].join(" ").trim(), person.first_name),
        born: person.date_of_birth.clone(),
        ssn: person.ssn.clone(),
        certificate: person.certificate_number.clone(),
        username: person.username.clone(),
        opener: match role {
            Role::Unclaimed | Role::External => Opener::Nothing,
            Role::Mailed => Opener::Mailed,
            _ => Opener::Password(PASSWORD.to_owned()),
        },
        email: person.email.clone(),
        hint: hint::sentence(*role, agency),
    }
}
