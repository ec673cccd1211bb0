//! The second factor: an authenticator's code by the clock, and recovery codes for who has lost it.
//!
//! Codes are RFC 6238 with what every app understands: HMAC-SHA-1, steps of 30 seconds, six digits, a key of 160 bits
//! (RFC 4226 section 4, requirement R6). One step either way is taken, for a clock that is off and a code typed late
//! (RFC 6238 section 5.2), and each step once (the same section). A recovery code is 60 random bits and good once
//! (NIST SP 800-63B-4 section 3.1.2); it lies here as a digest under a key that is not in the database.

use totp_rs::{Algorithm, Builder, Secret, Totp};

use super::records::Member;
use crate::form::staff::{RECOVERY_CHARACTERS, RECOVERY_LETTERS, Second};
use crate::moment::Moment;
use crate::service::Portal;
use crate::service::ports::{Fault, UnitOfWork};
use crate::service::records::Digest;

/// Recovery codes that are given out at once.
pub const RECOVERY_CODES: usize = 10;
/// Seconds of a step.
const STEP: u64 = 30;
/// Steps either way that are taken too.
const SKEW: u16 = 1;
/// Bytes of a key.
const KEY: usize = 20;
const PURPOSE: &str = "staff-second";
const RECOVERY: &str = "staff-recovery";

/// A key of an authenticator that is about to be set up. Its `Debug` says nothing.
#[derive(Clone)]
pub struct NewSecond {
    /// `otpauth://…`, for a QR code.
    pub url: String,
    /// The key in letters and digits (base32), in groups of four.
    pub key: String,
}

impl std::fmt::Debug for NewSecond {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("NewSecond(…)")
    }
}

/// The code that an authenticator with this key shows at a moment: for a demo, which has no telephone.
///
/// # Errors
/// A key that is too short.
pub fn code_at(key: &[u8], now: Moment) -> Result<String, Fault> {
    Ok(authenticator(key)?.generate(seconds(now)).to_string())
}

/// The key as an authenticator app takes it when it is typed.
#[must_use]
pub fn typed_key(key: &[u8]) -> String {
    let letters = Secret::from(key).to_base32();
    let groups: Vec<&str> = letters.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(" ")
}

/// The time step whose code was typed, if it is one of the three that count now.
pub(super) fn step_of(key: &[u8], typed: &str, now: Moment) -> Result<Option<i64>, Fault> {
    let step = authenticator(key)?.check(typed, seconds(now));
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

/// The newest step whose code may have been typed by now.
pub(in crate::service) fn last_step(now: Moment) -> i64 {
    i64::try_from(seconds(now) / STEP).unwrap_or(i64::MAX).saturating_add(SKEW.into())
}

fn authenticator(key: &[u8]) -> Result<Totp, Fault> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(SKEW)
        .with_step_duration(STEP)
        .with_secret(key)
        .build()
        .map_err(Fault::other)
}

/// Seconds since 1970; before that, none.
fn seconds(now: Moment) -> u64 {
    u64::try_from(now.0).unwrap_or_default()
}

impl Portal {
    /// A new key, sealed for this member.
    pub(super) fn draw_second(&self, staff: i64) -> Vec<u8> {
        let mut key = [0_u8; KEY];
        self.entropy.fill(&mut key);
        self.seal_second(staff, &key)
    }

    pub(super) fn seal_second(&self, staff: i64, key: &[u8]) -> Vec<u8> {
        self.vault.seal(PURPOSE, &staff.to_be_bytes(), key)
    }

    pub(super) fn open_second(&self, staff: i64, sealed: &[u8]) -> Result<Vec<u8>, Fault> {
        let opened = self.vault.open(PURPOSE, &staff.to_be_bytes(), sealed);
        opened.ok_or_else(|| Fault::Other("the key of an authenticator does not open".to_owned()))
    }

    /// How the member's app is told a key.
    pub(super) fn show_second(&self, member: &Member, sealed: &[u8]) -> Result<NewSecond, Fault> {
        let key = self.open_second(member.id, sealed)?;
        // A colon parts the two names in the address.
        let plain = |text: &str| text.replace(':', " ");
        let totp = Builder::new()
            .with_secret(key.as_slice())
            .with_account_name(plain(member.email.as_str()))
            .with_issuer(Some(plain(&self.agency.system)))
            .build()
            .map_err(Fault::other)?;
        Ok(NewSecond { url: totp.to_url().map_err(Fault::other)?, key: typed_key(&key) })
    }

    /// Takes what was typed, once. True when it was right; the claim stands with this unit of work.
    pub(super) async fn take_second(
        &self,
        work: &mut dyn UnitOfWork,
        member: &Member,
        typed: &Second,
        now: Moment,
    ) -> Result<bool, Fault> {
        match (typed, &member.second) {
            (_, None) => Ok(false),
            (Second::Code(code), Some(sealed)) => {
                let key = self.open_second(member.id, sealed)?;
                match step_of(&key, code, now)? {
                    // Sealed anew, so that it moves to the newest key.
                    Some(step) => work.take_second_step(member.id, step, &self.seal_second(member.id, &key)).await,
                    None => Ok(false),
                }
            }
            (Second::Recovery(code), Some(_)) => {
                let mut spent = false;
                for digest in self.vault.digests(RECOVERY, &recovery_secret(member.id, code)) {
                    spent |= work.spend_recovery(member.id, &digest, now).await?;
                }
                Ok(spent)
            }
        }
    }

    /// New recovery codes in place of the old ones, as they are shown: `abcd-efgh-jkmn`.
    pub(super) async fn renew_recovery(
        &self,
        work: &mut dyn UnitOfWork,
        staff: i64,
        now: Moment,
    ) -> Result<Vec<String>, Fault> {
        let codes: Vec<String> = std::iter::repeat_with(|| self.draw_recovery()).take(RECOVERY_CODES).collect();
        let digests: Vec<Digest> =
            codes.iter().map(|code| self.vault.digest(RECOVERY, &recovery_secret(staff, code))).collect();
        work.save_recovery(staff, &digests, now).await?;
        Ok(codes.iter().map(|code| grouped(code)).collect())
    }

    fn draw_recovery(&self) -> String {
        let mut bytes = [0_u8; RECOVERY_CHARACTERS];
        self.entropy.fill(&mut bytes);
        // 32 letters divide 256, so none is likelier than another.
        bytes
            .iter()
            .filter_map(|byte| RECOVERY_LETTERS.get(usize::from(byte & 31)))
            .map(|byte| char::from(*byte))
            .collect()
    }

    /// Whether a code confirms a key that is being set up; the step that it was of.
    pub(super) fn confirms(
        &self,
        staff: i64,
        sealed: &[u8],
        typed: &Second,
        now: Moment,
    ) -> Result<Option<i64>, Fault> {
        let Second::Code(code) = typed else { return Ok(None) };
        step_of(&self.open_second(staff, sealed)?, code, now)
    }
}

/// A recovery code is one of its member alone.
fn recovery_secret(staff: i64, code: &str) -> Vec<u8> {
    format!("{staff}:{code}").into_bytes()
}

fn grouped(code: &str) -> String {
    let groups: Vec<&str> = code.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join("-")
}
