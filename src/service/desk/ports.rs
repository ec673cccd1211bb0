//! What the desk's use cases need of a store.

use async_trait::async_trait;

use super::records::{Entry, Member, NewMember, Rights, StaffLink, StaffSession};
use crate::moment::Moment;
use crate::service::ports::Fault;
use crate::service::records::Digest;

#[async_trait]
pub trait Staff: Send {
    /// The new member's number.
    ///
    /// # Errors
    /// Also when the address is a member's already; the caller asks before.
    async fn add_member(&mut self, member: &NewMember) -> Result<i64, Fault>;
    async fn find_member(&mut self, staff: i64) -> Result<Option<Member>, Fault>;
    /// By [`Email::key`](crate::identity::Email::key).
    async fn find_member_by_email(&mut self, key: &str) -> Result<Option<Member>, Fault>;
    /// Everybody, by number.
    async fn find_members(&mut self) -> Result<Vec<Member>, Fault>;
    async fn save_rights(&mut self, staff: i64, rights: Rights) -> Result<(), Fault>;
    async fn save_staff_password(&mut self, staff: i64, hash: &str, set: Moment) -> Result<(), Fault>;
    /// The same password hashed anew.
    async fn save_staff_hash(&mut self, staff: i64, hash: &str) -> Result<(), Fault>;
    /// Sets the sealed key of the authenticator and the step of its first code, or takes both away.
    async fn save_second(&mut self, staff: i64, second: Option<(&[u8], i64)>) -> Result<(), Fault>;
    /// Takes the code of a time step, and seals the key anew: one conditional UPDATE. False when this step or a later
    /// one was taken.
    async fn take_second_step(&mut self, staff: i64, step: i64, sealed: &[u8]) -> Result<bool, Fault>;

    /// Sets the recovery codes in place of the earlier ones.
    async fn save_recovery(&mut self, staff: i64, codes: &[Digest], now: Moment) -> Result<(), Fault>;
    /// Spends a recovery code: one conditional UPDATE. False when there is none, or it was spent.
    async fn spend_recovery(&mut self, staff: i64, code: &Digest, now: Moment) -> Result<bool, Fault>;
    /// How many are left.
    async fn count_recovery(&mut self, staff: i64) -> Result<u32, Fault>;

    async fn add_staff_link(&mut self, link: &StaffLink) -> Result<(), Fault>;
    async fn find_staff_link(&mut self, token: &Digest) -> Result<Option<StaffLink>, Fault>;
    async fn find_staff_link_by_id(&mut self, id: &str) -> Result<Option<StaffLink>, Fault>;
    /// Spends a live link: one conditional UPDATE. False when somebody else did, or it has expired.
    async fn spend_staff_link(&mut self, id: &str, now: Moment) -> Result<bool, Fault>;
    /// Spends every link of a member: none leads anywhere any more.
    async fn end_staff_links(&mut self, staff: i64, now: Moment) -> Result<(), Fault>;

    async fn add_staff_session(&mut self, session: &StaffSession) -> Result<(), Fault>;
    /// Whatever its age: the caller judges.
    async fn find_staff_session(&mut self, token: &Digest) -> Result<Option<StaffSession>, Fault>;
    async fn touch_staff_session(&mut self, token: &Digest, now: Moment) -> Result<(), Fault>;
    /// True when there was one.
    async fn end_staff_session(&mut self, token: &Digest) -> Result<bool, Fault>;
    async fn end_staff_sessions_of(&mut self, staff: i64) -> Result<u64, Fault>;

    async fn add_entry(&mut self, entry: &Entry) -> Result<(), Fault>;
    async fn find_entry(&mut self, token: &Digest) -> Result<Option<Entry>, Fault>;
    /// Reserves one try before what was typed is looked at; the number of tries left after it, or none.
    async fn take_entry_try(&mut self, token: &Digest, most: u32) -> Result<Option<u32>, Fault>;
    /// True when there was one: who ends it has the claim to what it leads to.
    async fn end_entry(&mut self, token: &Digest) -> Result<bool, Fault>;
    async fn end_entries_of(&mut self, staff: i64) -> Result<(), Fault>;

    /// Forgets sessions and ways in that are over, and links that expired before the moment.
    async fn purge_staff(&mut self, now: Moment, seen_before: Moment, links_before: Moment) -> Result<u64, Fault>;
}
