//! Work that requests queue: taken under a lease, done in one unit of work with what it changes.
//!
//! That somebody asked is written down there too. The audit is a chain that one writes at a time; a request that only
//! adds rows of its own waits for nobody.

use serde::{Deserialize, Serialize};

use super::Portal;
use super::known::KnownAs;
use super::ports::{Fault, UnitOfWork};
use super::records::Digest;
use super::reset::Asked;
use crate::identity::DateOfBirth;
use crate::link::Purpose;

/// Seconds a worker may take for one job before another may try it.
const LEASE_SECONDS: i64 = 60;
/// Times a job is begun before it is given up as poisonous.
const MOST_TRIES: u32 = 5;

/// What a job is to do. Sealed in the store, because it names a person.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// Look a person up by identity and mail what is right.
    Identity {
        purpose: Purpose,
        flow: String,
        identity: Identity,
        language: String,
        /// As in [`Work::Reset`].
        #[serde(default)]
        browser: Option<KnownAs>,
    },
    /// Mail every username on an address, given by its key.
    Usernames { email: String, language: String },
    /// Mail the way back in to the accounts of an address or a username.
    Reset {
        flow: String,
        email: Option<String>,
        username: Option<String>,
        language: String,
        /// The account that the browser has signed in to before: whoever else asks does not use up its mails.
        #[serde(default)]
        browser: Option<KnownAs>,
    },
    /// Mail a link for a new password to the member of staff with an address, given by its key.
    StaffPassword { email: String, language: String },
}

impl Work {
    /// That somebody asked for it, as the audit has it.
    const fn asked(&self) -> &'static str {
        match self {
            Self::Identity { purpose: Purpose::Claim, .. } => "claim-asked",
            Self::Identity { purpose: Purpose::Reset, .. } | Self::Reset { .. } => "reset-asked",
            Self::Usernames { .. } => "username-asked",
            Self::StaffPassword { .. } => "staff-password-asked",
        }
    }
}

/// Who somebody says they are.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Identity {
    pub born: DateOfBirth,
    pub last_name: String,
    /// As it is written.
    pub ssn: Option<Digest>,
    /// The same SSN under the other keys of its ring: a person may lie under one of them still.
    #[serde(default)]
    pub other_ssns: Vec<Digest>,
    pub certificate: Option<String>,
}

impl Portal {
    pub(super) async fn queue(&self, unit: &mut dyn UnitOfWork, work: &Work) -> Result<(), Fault> {
        unit.add_job("job", &self.seal_job(work)?, self.now()).await
    }

    pub(super) fn seal_job(&self, work: &Work) -> Result<Vec<u8>, Fault> {
        let plain = serde_json::to_vec(work).map_err(Fault::other)?;
        Ok(self.vault.seal("job", b"", &plain))
    }

    /// Does one job that is due. False when there was none.
    ///
    /// # Errors
    /// When the store fails; the job comes back after its lease.
    pub async fn work(&self) -> Result<bool, Fault> {
        let now = self.now();
        let mut unit = self.store.begin_beside().await?;
        let Some(job) = unit.take_job(now, now.plus(LEASE_SECONDS)).await? else { return Ok(false) };
        unit.save().await?;

        let mut unit = self.store.begin().await?;
        if !unit.end_job(job.id).await? {
            return Ok(true);
        }
        if job.tries > MOST_TRIES {
            tracing::error!(job = job.id, tries = job.tries, "job given up");
            unit.save().await?;
            return Ok(true);
        }
        let read = self.vault.open("job", b"", &job.sealed);
        let read: Option<Work> = read.and_then(|plain| serde_json::from_slice(&plain).ok());
        if let Some(work) = &read {
            self.audit(&mut *unit, work.asked(), None, "").await?;
        }
        match read {
            Some(Work::Identity { purpose: Purpose::Claim, flow, identity, language, .. }) => {
                self.look_up(&mut *unit, &identity, &flow, &language).await?;
            }
            Some(Work::Identity { purpose: Purpose::Reset, flow, identity, language, browser }) => {
                let known = self.still_known(&mut *unit, browser).await?;
                self.mail_reset_by_identity(&mut *unit, &identity, Asked::new(&flow, &language, known)).await?;
            }
            Some(Work::Reset { flow, email, username, language, browser }) => {
                let known = self.still_known(&mut *unit, browser).await?;
                let asked = Asked::new(&flow, &language, known);
                self.mail_reset(&mut *unit, email.as_deref(), username.as_deref(), asked).await?;
            }
            Some(Work::Usernames { email, language }) => self.mail_usernames(&mut *unit, &email, &language).await?,
            Some(Work::StaffPassword { email, language }) => {
                self.mail_staff_password(&mut *unit, &email, &language).await?;
            }
            None => tracing::error!(job = job.id, "job cannot be read: sealed with another key"),
        }
        unit.save().await?;
        Ok(true)
    }
}
