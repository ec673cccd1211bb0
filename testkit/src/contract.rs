//! What every store does, whatever it keeps its rows in.
//!
//! A backend runs the whole suite with one line, `testkit::store_contract!(crate::bench)`, where `bench`
//! is an async function that gives a [`Bench`] over an empty store of its own.
#![expect(clippy::unwrap_used, reason = "a case that cannot go on stops at once")]

pub mod accounts;
pub mod audit;
pub mod budgets;
pub mod cases;
pub mod challenges;
pub mod checks;
pub mod email_changes;
pub mod epochs;
pub mod flows;
pub mod forgotten;
pub mod imports;
pub mod jobs;
pub mod ledgers;
pub mod links;
pub mod moves;
pub mod outbox;
pub mod outstanding;
pub mod people;
pub mod queues;
pub mod reports;
pub mod search;
pub mod sessions;
pub mod staff;
pub mod temporaries;
pub mod units;

use std::sync::Arc;

use backboard::audit::{Row, Tie};
use backboard::link::{Purpose, Step};
use backboard::moment::Moment;
use backboard::service::ports::{Store, UnitOfWork};
use backboard::service::records::{Digest, Link, NewFlow, NewLink};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::seed::{NewAccount, Seed};

/// Every case, by name, as a test of its own.
#[macro_export]
macro_rules! store_contract {
    ($bench:path) => {
        $crate::store_contract! { $bench;
            people {
                a_person_comes_back_as_the_roster_has_them,
                everybody_with_one_ssn_is_found,
                people_are_found_by_address_whatever_its_case,
                a_person_is_found_by_certificate,
                the_people_of_a_shared_account_are_found,
                an_account_is_found_by_username_in_any_case,
                what_is_not_there_is_not_found,
                every_account_state_comes_back,
            }
            accounts {
                a_saved_password_makes_the_account_active,
                a_saved_password_begins_its_days_and_gives_the_grace_back,
                an_account_keeps_the_language_that_it_was_last_used_in,
                a_password_hashed_anew_keeps_its_days_its_grace_and_its_moment,
                a_voided_password_takes_its_days_along,
                a_change_to_no_account_is_a_fault,
                a_saved_state_comes_back,
                a_freeze_comes_back_and_is_lifted,
                the_grace_of_an_expired_password_is_spent_once,
                a_password_that_has_days_left_has_no_grace_to_spend,
                one_of_32_spends_the_grace,
                reminders_come_oldest_first_and_no_more_than_asked_for,
                a_reminder_that_is_moved_on_is_due_no_more,
                moving_the_days_leaves_a_spent_grace_spent,
                active_passwords_without_days_are_found_by_id,
            }
            challenges {
                a_challenge_comes_back_as_it_was_saved,
                a_new_challenge_takes_the_place_of_the_earlier_one,
                a_removed_challenge_is_gone_alone,
                confirming_a_challenge_moves_its_moment_alone,
                a_challenge_of_no_account_is_a_fault,
            }
            temporaries {
                a_temporary_password_is_found_by_account_and_digest,
                a_temporary_password_works_until_its_last_second,
                several_temporary_passwords_work_in_any_order_and_again,
                all_temporary_passwords_of_an_account_end_together,
                one_of_32_ends_the_temporary_passwords,
                the_first_use_of_a_temporary_password_is_the_one_kept,
                the_ledger_comes_newest_first_with_what_became_of_each_mail,
                no_two_temporary_passwords_share_an_id,
                a_temporary_password_for_no_account_is_a_fault,
                purging_takes_temporary_passwords_that_expired_before_the_moment,
            }
            flows {
                a_flow_is_found_by_its_browser_alone,
                no_two_flows_share_a_browser_or_an_id,
                a_flow_that_names_nothing_known_is_a_fault,
                a_flow_takes_over_the_link_that_let_it_on,
                a_flow_goes_on_only_from_where_it_stands,
                a_flow_that_is_over_does_not_go_on,
                a_flow_never_goes_over_to_another_account,
                one_of_32_advances_wins,
                code_tries_run_out,
                no_more_than_five_of_32_get_a_code_try,
                purging_takes_flows_that_expired_before_the_moment,
            }
            links {
                a_link_is_found_by_id_token_and_code,
                a_code_works_in_its_own_flow_alone,
                no_two_links_share_a_token_or_an_id,
                a_link_for_no_account_is_a_fault,
                a_link_is_spent_once,
                a_link_can_be_spent_until_its_last_second,
                a_superseded_link_cannot_be_spent,
                one_link_is_ended_alone,
                the_newest_links_are_kept,
                links_of_one_request_are_kept_or_superseded_together,
                links_of_one_second_are_superseded_down_to_the_number_kept,
                a_link_waits_behind_those_of_its_second_that_were_made_after_it,
                of_two_links_with_one_code_the_later_one_is_found,
                expired_links_are_superseded_when_none_is_kept,
                a_link_that_waited_lasts_longer_and_so_does_the_flow_that_asked_for_it,
                a_link_that_is_dead_or_behind_newer_ones_is_not_renewed,
                a_link_keeps_whose_address_it_went_to,
                answer_tries_run_out,
                no_more_than_five_of_32_get_an_answer_try,
                one_of_32_spenders_wins,
                purging_takes_links_that_expired_before_the_moment,
                a_link_stays_while_a_flow_names_it,
            }
            sessions {
                a_session_comes_back_with_its_username,
                a_session_keeps_its_kind_and_what_it_began_with,
                no_two_sessions_share_a_token,
                a_session_of_no_account_is_a_fault,
                the_last_use_moves_forward_alone,
                using_an_ended_session_does_not_bring_it_back,
                a_session_ends_once,
                all_sessions_of_one_account_end_together,
                purging_takes_expired_and_idle_sessions,
            }
            budgets {
                budgets_follow_the_pure_rule_step_by_step,
                several_budgets_are_taken_from_as_one_after_the_other,
                a_budget_of_nothing_gives_nothing,
                a_refilled_budget_is_full,
                five_of_32_parallel_tries_get_through,
                a_try_that_was_not_saved_costs_nothing,
                a_thing_is_good_once,
                one_of_32_spends_what_is_good_once,
                purging_takes_budgets_and_spent_things_before_the_moment,
            }
            jobs {
                the_oldest_job_that_is_due_comes_first,
                a_job_is_added_with_its_flow_or_neither_is,
                jobs_of_one_second_come_in_order,
                a_leased_job_is_not_seen_until_its_lease_is_over,
                parallel_workers_get_different_jobs,
                a_job_ends_once,
                a_lease_that_was_not_saved_is_none,
            }
            outbox {
                a_mail_comes_back_as_it_was_queued,
                the_oldest_mail_that_is_due_comes_first,
                mails_of_one_second_go_out_as_they_were_queued,
                so_many_mails_are_found_due_as_are_asked_for,
                a_leased_mail_is_not_seen_until_its_lease_is_over,
                parallel_senders_take_each_mail_once,
                a_sent_mail_is_forgotten_but_for_the_ledger,
                a_mail_to_retry_waits_for_its_time,
                a_failed_mail_is_forgotten_with_the_reason_kept,
                a_mail_comes_back_once_and_not_after_it_was_given_up,
                a_mail_ends_once,
                no_two_mails_share_an_id,
                a_mail_of_the_ledger_tells_its_account_and_kind,
                the_next_due_is_the_earliest_of_jobs_and_mails,
                purging_takes_mails_that_ended_before_the_moment,
            }
            audit {
                the_rows_of_the_audit_come_back_as_written_and_in_order,
                what_happened_to_one_account_comes_newest_first_and_no_more_than_asked_for,
            }
            cases {
                a_case_is_opened_once_until_it_is_closed,
                each_account_and_each_kind_has_a_case_of_its_own,
                open_cases_come_oldest_first,
                one_of_32_opens_the_case,
                the_last_closing_of_a_kind_is_known,
                a_case_of_no_account_is_a_fault,
            }
            epochs {
                a_new_store_is_in_its_first_epoch_and_no_copy,
                an_epoch_begins_after_the_one_that_is_named_and_once,
                one_of_32_begins_the_epoch,
                nothing_is_voided_where_nothing_is_outstanding,
                ways_in_of_people_are_void_and_dead_ones_stay_as_they_were,
                mails_that_carry_a_way_in_are_given_up_and_others_wait_as_before,
                ways_in_of_staff_are_void_and_an_authenticators_codes_begin_anew,
                a_new_address_that_waited_comes_into_use_no_more,
            }
            checks {
                a_code_works_for_its_session_and_account_until_its_last_second,
                tries_of_a_code_run_out_and_a_new_code_has_all_of_them,
                no_more_than_five_of_32_get_a_caller_try,
                a_passed_check_is_its_sessions_and_uses_the_code_up,
                callers_of_one_account_are_forgotten_together,
                purging_takes_callers_whose_code_and_check_are_over,
                a_reason_comes_back_by_its_mark_and_goes_with_its_account,
                no_two_reasons_share_a_mark,
                a_check_or_a_reason_of_no_account_is_a_fault,
            }
            email_changes {
                a_change_comes_back_until_it_is_over,
                one_change_of_a_person_is_open_at_a_time,
                changes_that_are_due_come_oldest_first_and_no_more_than_asked_for,
                a_change_is_approved_once_and_not_when_it_is_over,
                one_of_32_ends_the_change,
                an_address_is_put_in_place_of_the_one_on_file,
                a_change_goes_with_its_account_and_is_none_without_one,
            }
            imports {
                an_import_comes_back_as_it_was_saved,
                an_import_goes_on_only_from_where_it_stands,
                imports_come_newest_first_and_the_open_ones_oldest_first,
                how_far_an_import_came_moves_alone_and_only_while_it_is_under_way,
                purging_forgets_the_reports_of_imports_that_are_over,
                the_reason_of_an_import_is_found_by_its_mark,
            }
            moves {
                a_person_moves_to_an_account_that_was_made_for_them,
                no_account_is_made_under_a_username_that_is_there,
                nobody_moves_to_no_account_and_no_person_moves,
            }
            forgotten {
                who_was_last_named_by_the_moment_is_gone_and_nobody_later,
                nobody_is_gone_while_no_later_import_named_others,
                people_of_unclaimed_and_inactive_accounts_alone_are_gone,
                a_forgotten_person_is_found_by_nothing,
                who_was_named_or_opened_meanwhile_is_not_forgotten,
                nothing_is_left_of_a_forgotten_account_but_its_number,
                a_forgotten_username_is_free_and_its_number_is_not,
            }
            search {
                names_are_found_by_their_beginnings_the_exact_ones_first,
                earlier_and_double_names_find_their_person,
                people_are_found_by_beginnings_of_username_certificate_and_address,
                what_was_found_comes_in_the_order_asked_for,
            }
            ledgers {
                everybody_of_an_account_stands_on_its_page,
                the_version_moves_with_what_others_did_and_not_with_who_looked,
                who_did_what_lately_is_known,
                a_link_tells_what_became_of_it,
                the_mails_of_an_account_come_newest_first_and_no_more_than_asked_for,
                only_sessions_that_still_last_are_counted,
                the_open_cases_of_one_account_come_oldest_first,
                the_history_is_paged_by_number,
            }
            reports {
                actions_are_counted_by_the_week_they_happened_in,
                refusals_are_counted_by_what_they_say,
                links_that_expired_unused_are_counted_before_and_after_they_are_purged,
                mails_are_counted_by_how_long_they_took,
                passwords_are_counted_by_when_they_expire_and_only_of_active_accounts,
                unused_temporary_passwords_come_newest_first_a_page_at_a_time,
                an_import_is_kept_with_its_rejects_until_it_is_purged,
                rows_of_the_audit_are_found_by_each_part_of_a_filter,
            }
            staff {
                a_member_comes_back_as_invited_and_is_found_whatever_the_case,
                no_two_members_share_an_address,
                rights_password_and_second_factor_change_each_alone,
                a_step_is_taken_once_and_no_earlier_one_after_it,
                one_of_32_takes_the_step,
                a_recovery_code_is_spent_once_and_new_ones_replace_the_old,
                a_staff_link_is_spent_once_until_its_last_second,
                one_of_32_spends_the_staff_link,
                a_staff_session_is_used_and_ends_and_does_not_come_back,
                the_tries_of_a_way_in_run_out_and_it_ends_once,
                no_more_than_five_of_32_get_a_try_at_the_second_step,
                purging_takes_what_is_over_of_the_staff_and_no_member,
                nothing_is_kept_for_a_member_who_is_not_there,
            }
            outstanding {
                what_waits_is_counted_with_the_oldest_of_it,
            }
            queues {
                somebody_unreached_is_one_entry_that_counts,
                an_entry_goes_when_another_address_comes,
                an_entry_goes_when_a_later_mail_has_not_come_back_for_the_time,
                entries_come_newest_trouble_first_and_in_pages,
                an_entry_is_taken_off_once_and_put_back_once,
                what_was_taken_off_is_not_put_back_beside_another,
                one_of_32_takes_an_entry_off,
                entries_go_with_their_person_and_after_their_time,
                an_entry_of_nobody_is_a_fault,
                waiting_cases_come_oldest_first_and_in_pages,
            }
            units {
                what_is_not_saved_is_undone,
                what_is_saved_is_seen_by_the_next,
                a_reader_sees_nothing_of_an_unsaved_unit,
                a_reader_keeps_the_store_it_began_with,
                a_reader_cannot_write,
                thirty_two_writers_all_get_their_turn,
                a_writer_that_waits_too_long_is_told_busy,
            }
        }
    };
    ($bench:path; $($group:ident { $($case:ident),+ $(,)? })+) => {
        $(mod $group {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    $crate::contract::$group::$case($bench().await).await;
                }
            )+
        })+
    };
}

/// An empty store and its back door.
pub struct Bench {
    pub store: Arc<dyn Store>,
    pub seed: Arc<dyn Seed>,
}

const NOW: Moment = Moment(1_800_000_000);
const HOUR: i64 = 3_600;

impl Bench {
    async fn begin(&self) -> Box<dyn UnitOfWork> {
        self.store.begin().await.unwrap()
    }

    async fn read(&self) -> Box<dyn UnitOfWork> {
        self.store.read().await.unwrap()
    }

    async fn account(&self, username: &str) -> i64 {
        self.seed.add_account(&NewAccount::unclaimed(username)).await
    }

    /// A link of this account that expires in an hour.
    async fn link(&self, id: u8, account: i64) -> Link {
        let mut unit = self.begin().await;
        unit.add_link(&link(id, account)).await.unwrap();
        unit.save().await.unwrap();
        self.found_link(id).await.unwrap()
    }

    async fn found_link(&self, id: u8) -> Option<Link> {
        self.read().await.find_link(&format!("link-{id}")).await.unwrap()
    }

    /// A flow at its first step that expires in an hour.
    async fn flow(&self, id: u8) -> String {
        let mut unit = self.begin().await;
        unit.add_flow(&flow(id)).await.unwrap();
        unit.save().await.unwrap();
        format!("flow-{id}")
    }
}

const fn digest(byte: u8) -> Digest {
    [byte; 32]
}

fn audit_row(id: i64, action: &str, account: Option<i64>) -> Row {
    Row {
        id,
        at: NOW,
        actor: "worker".to_owned(),
        action: action.to_owned(),
        account,
        detail: format!("detail of {action}"),
        tie: Some(Tie { key: 1, digest: digest(action.len() as u8) }),
    }
}

fn flow(id: u8) -> NewFlow {
    NewFlow {
        id: format!("flow-{id}"),
        purpose: Purpose::Claim,
        browser: digest(id),
        step: Step::Asked,
        link: None,
        account: None,
        expires: NOW.plus(HOUR),
    }
}

fn link(id: u8, account: i64) -> NewLink {
    NewLink {
        id: format!("link-{id}"),
        purpose: Purpose::Claim,
        account,
        person: None,
        flow: format!("flow-{id}"),
        token: digest(id),
        code: digest(id ^ 0xff),
        created: NOW,
        expires: NOW.plus(HOUR),
    }
}

/// Runs so many tasks that begin together, and gives what each found, in any order.
async fn together<T, F>(count: u8, bench: &Bench, act: impl Fn(u8, Arc<dyn Store>) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(usize::from(count)));
    let mut tasks = JoinSet::new();
    for number in 0..count {
        let (start, task) = (start.clone(), act(number, bench.store.clone()));
        tasks.spawn(async move {
            start.wait().await;
            task.await
        });
    }
    tasks.join_all().await
}

/// How many of them were told yes.
fn yes(answers: &[bool]) -> usize {
    answers.iter().filter(|answer| **answer).count()
}
