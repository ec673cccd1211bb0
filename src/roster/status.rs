//! What a status of the roster does to an account.

use crate::account::AccountState;

/// The state of an account that the roster brings for the first time.
#[must_use]
pub const fn state_of_new(told: Option<AccountState>) -> AccountState {
    match told {
        Some(state) => state,
        None => AccountState::Unclaimed,
    }
}

/// The state of a known account after the roster told a new status.
///
/// `inactive`, `suspended` and `external` are taken over. `unclaimed` and `active` never undo what
/// Backboard knows: a claimed account stays active, and one that comes back is active when it has a
/// password and may be claimed when it has none. Only an account nobody claimed becomes `active` by
/// the roster's word; its owner then sets a password with *Forgot Password*.
#[must_use]
pub const fn state_after(now: AccountState, has_password: bool, told: AccountState) -> AccountState {
    use AccountState::{Active, External, Inactive, Suspended, Unclaimed};
    match (told, now) {
        (Inactive | Suspended | External, _) => told,
        (Active, Unclaimed) => Active,
        (Unclaimed | Active, Unclaimed | Active) => now,
        (Unclaimed | Active, _) if has_password => Active,
        (Unclaimed | Active, _) => Unclaimed,
    }
}

/// The status of an account that several people share: it stays open as long as one of them may use
/// it, because a crew is not locked out when one of it leaves. A person without a status counts as
/// `unclaimed`; `None` when the roster told none at all.
#[must_use]
pub fn joint_status(told: impl IntoIterator<Item = Option<AccountState>>) -> Option<AccountState> {
    const MOST_OPEN_FIRST: [AccountState; 5] = [
        AccountState::Active,
        AccountState::Unclaimed,
        AccountState::External,
        AccountState::Inactive,
        AccountState::Suspended,
    ];
    let told: Vec<Option<AccountState>> = told.into_iter().collect();
    if told.iter().all(Option::is_none) {
        return None;
    }
    MOST_OPEN_FIRST.into_iter().find(|state| told.iter().any(|told| told.unwrap_or(AccountState::Unclaimed) == *state))
}

#[cfg(test)]
mod tests {
    use super::*;
    use AccountState::{Active, External, Inactive, Suspended, Unclaimed};

    #[test]
    fn a_status_told_twice_does_nothing_the_second_time_unless_it_opens_an_unclaimed_account() {
        for &now in AccountState::ALL {
            for &told in AccountState::ALL {
                for has_password in [false, true] {
                    let once = state_after(now, has_password, told);
                    let twice = state_after(once, has_password, told);
                    let opens = told == Active && once == Unclaimed;
                    assert_eq!(twice, if opens { Active } else { once }, "{now:?} {has_password} {told:?}");
                }
            }
        }
    }

    #[test]
    fn unclaimed_and_active_never_close_an_account_and_never_undo_a_claim() {
        for told in [Unclaimed, Active] {
            assert_eq!(state_after(Active, true, told), Active);
            assert_eq!(state_after(Active, false, told), Active);
            for away in [Inactive, Suspended, External] {
                assert_eq!(state_after(away, true, told), Active);
                assert_eq!(state_after(away, false, told), Unclaimed);
            }
        }
        assert_eq!(state_after(Unclaimed, false, Unclaimed), Unclaimed);
        assert_eq!(state_after(Unclaimed, false, Active), Active);
    }

    #[test]
    fn the_closed_states_are_always_taken_over() {
        for &now in AccountState::ALL {
            for told in [Inactive, Suspended, External] {
                assert_eq!(state_after(now, true, told), told);
                assert_eq!(state_after(now, false, told), told);
            }
        }
    }

    #[test]
    fn a_shared_account_is_closed_only_when_all_its_people_are() {
        assert_eq!(joint_status([Some(Suspended), Some(Active), None]), Some(Active));
        assert_eq!(joint_status([Some(Suspended), Some(Inactive)]), Some(Inactive));
        assert_eq!(joint_status([Some(Suspended), Some(Suspended)]), Some(Suspended));
        assert_eq!(joint_status([Some(Suspended), None]), Some(Unclaimed));
        assert_eq!(joint_status([None, None]), None);
        assert_eq!(state_of_new(joint_status([None])), Unclaimed);
    }
}
