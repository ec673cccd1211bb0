use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::desk::ports::Staff;
use backboard::service::desk::records::{Entry, Member, NewMember, Rights, StaffLink, StaffSession};
use backboard::service::ports::Fault;
use backboard::service::records::Digest;
use backboard::staff::StaffState;

use super::{StaffTables, Unit, broken, purge};

#[async_trait]
impl Staff for Unit {
    async fn add_member(&mut self, new: &NewMember) -> Result<i64, Fault> {
        let members = &mut self.staff()?.members;
        if members.iter().any(|member| member.email.key() == new.email.key()) {
            return Err(broken("staff_email_unique"));
        }
        let id = members.len() as i64 + 1;
        members.push(Member {
            id,
            email: new.email.clone(),
            name: new.name.clone(),
            role: new.role,
            state: StaffState::Invited,
            may_show: false,
            password_hash: None,
            password_set: None,
            second: None,
            second_step: None,
            admin_asked_by: new.admin_asked_by,
            created: new.created,
            invited_by: new.invited_by,
        });
        Ok(id)
    }

    async fn find_member(&mut self, staff: i64) -> Result<Option<Member>, Fault> {
        Ok(self.tables.staff.members.iter().find(|member| member.id == staff).cloned())
    }

    async fn find_member_by_email(&mut self, key: &str) -> Result<Option<Member>, Fault> {
        Ok(self.tables.staff.members.iter().find(|member| member.email.key() == key).cloned())
    }

    async fn find_members(&mut self) -> Result<Vec<Member>, Fault> {
        Ok(self.tables.staff.members.clone())
    }

    async fn save_rights(&mut self, staff: i64, rights: Rights) -> Result<(), Fault> {
        let member = self.member(staff)?;
        (member.role, member.state) = (rights.role, rights.state);
        (member.may_show, member.admin_asked_by) = (rights.may_show, rights.admin_asked_by);
        Ok(())
    }

    async fn save_staff_password(&mut self, staff: i64, hash: &str, set: Moment) -> Result<(), Fault> {
        let member = self.member(staff)?;
        member.password_hash = Some(hash.to_owned());
        member.password_set = Some(set);
        Ok(())
    }

    async fn save_staff_hash(&mut self, staff: i64, hash: &str) -> Result<(), Fault> {
        self.member(staff)?.password_hash = Some(hash.to_owned());
        Ok(())
    }

    async fn save_second(&mut self, staff: i64, second: Option<(&[u8], i64)>) -> Result<(), Fault> {
        let member = self.member(staff)?;
        member.second = second.map(|(sealed, _)| sealed.to_vec());
        member.second_step = second.map(|(_, step)| step);
        Ok(())
    }

    async fn take_second_step(&mut self, staff: i64, step: i64, sealed: &[u8]) -> Result<bool, Fault> {
        let member = self.member(staff)?;
        if member.second.is_none() || member.second_step.is_some_and(|last| last >= step) {
            return Ok(false);
        }
        member.second = Some(sealed.to_vec());
        member.second_step = Some(step);
        Ok(true)
    }

    async fn save_recovery(&mut self, staff: i64, codes: &[Digest], _: Moment) -> Result<(), Fault> {
        self.member(staff)?;
        let recovery = &mut self.staff()?.recovery;
        recovery.retain(|(of, ..)| *of != staff);
        recovery.extend(codes.iter().map(|code| (staff, *code, false)));
        Ok(())
    }

    async fn spend_recovery(&mut self, staff: i64, code: &Digest, _: Moment) -> Result<bool, Fault> {
        let mut codes = self.staff()?.recovery.iter_mut();
        let found = codes.find(|(of, digest, used)| *of == staff && digest == code && !used);
        Ok(found.map(|(.., used)| *used = true).is_some())
    }

    async fn count_recovery(&mut self, staff: i64) -> Result<u32, Fault> {
        Ok(self.tables.staff.recovery.iter().filter(|(of, _, used)| *of == staff && !used).count() as u32)
    }

    async fn add_staff_link(&mut self, link: &StaffLink) -> Result<(), Fault> {
        self.member(link.staff)?;
        let links = &mut self.staff()?.links;
        if links.iter().any(|other| other.id == link.id || other.token == link.token) {
            return Err(broken("staff_link_token_unique"));
        }
        links.push(link.clone());
        Ok(())
    }

    async fn find_staff_link(&mut self, token: &Digest) -> Result<Option<StaffLink>, Fault> {
        Ok(self.tables.staff.links.iter().find(|link| link.token == *token).cloned())
    }

    async fn find_staff_link_by_id(&mut self, id: &str) -> Result<Option<StaffLink>, Fault> {
        Ok(self.tables.staff.links.iter().find(|link| link.id == id).cloned())
    }

    async fn spend_staff_link(&mut self, id: &str, now: Moment) -> Result<bool, Fault> {
        let live = |link: &&mut StaffLink| link.id == id && link.spent.is_none() && link.expires > now;
        Ok(self.staff()?.links.iter_mut().find(live).map(|link| link.spent = Some(now)).is_some())
    }

    async fn end_staff_links(&mut self, staff: i64, now: Moment) -> Result<(), Fault> {
        for link in self.staff()?.links.iter_mut().filter(|link| link.staff == staff && link.spent.is_none()) {
            link.spent = Some(now);
        }
        Ok(())
    }

    async fn add_staff_session(&mut self, session: &StaffSession) -> Result<(), Fault> {
        self.member(session.staff)?;
        let sessions = &mut self.staff()?.sessions;
        if sessions.iter().any(|other| other.token == session.token) {
            return Err(broken("staff session token"));
        }
        sessions.push(session.clone());
        Ok(())
    }

    async fn find_staff_session(&mut self, token: &Digest) -> Result<Option<StaffSession>, Fault> {
        Ok(self.tables.staff.sessions.iter().find(|session| session.token == *token).cloned())
    }

    async fn touch_staff_session(&mut self, token: &Digest, now: Moment) -> Result<(), Fault> {
        if let Some(session) = self.staff()?.sessions.iter_mut().find(|session| session.token == *token) {
            session.seen = session.seen.max(now);
        }
        Ok(())
    }

    async fn end_staff_session(&mut self, token: &Digest) -> Result<bool, Fault> {
        Ok(purge(&mut self.staff()?.sessions, |session| session.token == *token) == 1)
    }

    async fn end_staff_sessions_of(&mut self, staff: i64) -> Result<u64, Fault> {
        Ok(purge(&mut self.staff()?.sessions, |session| session.staff == staff))
    }

    async fn add_entry(&mut self, entry: &Entry) -> Result<(), Fault> {
        self.member(entry.staff)?;
        let entries = &mut self.staff()?.entries;
        if entries.iter().any(|other| other.token == entry.token) {
            return Err(broken("staff entry token"));
        }
        entries.push(entry.clone());
        Ok(())
    }

    async fn find_entry(&mut self, token: &Digest) -> Result<Option<Entry>, Fault> {
        Ok(self.tables.staff.entries.iter().find(|entry| entry.token == *token).cloned())
    }

    async fn take_entry_try(&mut self, token: &Digest, most: u32) -> Result<Option<u32>, Fault> {
        let entry = self.staff()?.entries.iter_mut().find(|entry| entry.token == *token && entry.tries < most);
        Ok(entry.map(|entry| {
            entry.tries += 1;
            most - entry.tries
        }))
    }

    async fn end_entry(&mut self, token: &Digest) -> Result<bool, Fault> {
        Ok(purge(&mut self.staff()?.entries, |entry| entry.token == *token) == 1)
    }

    async fn end_entries_of(&mut self, staff: i64) -> Result<(), Fault> {
        purge(&mut self.staff()?.entries, |entry| entry.staff == staff);
        Ok(())
    }

    async fn purge_staff(&mut self, now: Moment, seen_before: Moment, links_before: Moment) -> Result<u64, Fault> {
        let staff = self.staff()?;
        let sessions = purge(&mut staff.sessions, |session| session.expires < now || session.seen < seen_before);
        let entries = purge(&mut staff.entries, |entry| entry.expires < now);
        Ok(sessions + entries + purge(&mut staff.links, |link| link.expires < links_before))
    }
}

impl Unit {
    fn staff(&mut self) -> Result<&mut StaffTables, Fault> {
        Ok(&mut self.change()?.staff)
    }

    fn member(&mut self, staff: i64) -> Result<&mut Member, Fault> {
        let members = &mut self.staff()?.members;
        members.iter_mut().find(|member| member.id == staff).ok_or_else(|| broken("no such member of staff"))
    }
}
