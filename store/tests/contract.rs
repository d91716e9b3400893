//! One suite for every backend: what the ports promise, whoever keeps the rows.
//!
//! A second backend is a second line in `backends!`; the suite stays as it is.

#![allow(clippy::unwrap_used)]

// Not `#[path]`: each file is a list of promises about one port.
mod contract {
    pub(crate) mod bucket;
    pub(crate) mod chef;
    pub(crate) mod cookbooks;
    pub(crate) mod deployments;
    pub(crate) mod exported;
    pub(crate) mod forge;
    pub(crate) mod ledger;
    pub(crate) mod nodes;
    pub(crate) mod runs;
    pub(crate) mod search;
    pub(crate) mod tokens;
}

use std::future::Future;

use store::{Settings, Store};

/// A backend with nothing in it, and what keeps it alive.
struct Fresh {
    store: Store,
    _dir: tempfile::TempDir,
}

fn sqlite() -> Fresh {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let settings = Settings { reports_per_node: 3, max_blob_bytes: 1_000_000, ..Settings::default() };
    Fresh { store: Store::open(dir.path(), &settings).expect("a new store opens"), _dir: dir }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

/// Expands to one test for each backend and promise: `sqlite::ledger::serials_never_repeat` …
macro_rules! contract {
    ($($port:ident: $($promise:ident),+ $(,)?;)+) => {
        backends!(@ sqlite { $($port: $($promise),+;)+ });
    };
}

macro_rules! backends {
    (@ $backend:ident { $($port:ident: $($promise:ident),+;)+ }) => {
        mod $backend {
            $(mod $port {
                $(#[test]
                fn $promise() {
                    let fresh = crate::$backend();
                    crate::block_on(crate::contract::$port::$promise(&fresh.store));
                })+
            })+
        }
    };
}

contract! {
    forge:
        releases_come_back_whole_and_are_never_replaced,
        releases_are_filtered_sorted_and_paged,
        modules_are_found_by_words,
        what_is_deleted_is_marked_and_hidden,
        modules_can_be_deprecated,
        archives_go_when_nothing_needs_them,
        what_was_fetched_is_bounded;
    tokens:
        tokens_come_back_whole,
        an_identifier_is_taken_once,
        revoked_tokens_are_gone;
    cookbooks:
        versions_come_newest_first,
        the_solver_sees_every_change,
        files_go_with_the_last_who_needs_them,
        uploads_that_came_to_nothing_are_dropped,
        groups_use_one_revision_of_a_policy,
        an_organization_takes_its_shelf_along;
    deployments:
        pointers_move_with_their_history,
        what_fails_or_changes_nothing_moves_nothing,
        pins_stay_until_they_are_taken_off,
        history_comes_newest_first,
        only_what_may_be_needed_is_kept;
    search:
        a_reader_finds_what_was_kept_and_nothing_that_was_taken_back, many_objects_are_found_as_one_by_one,
        what_others_read_meanwhile_takes_nothing_from_a_reader,
        a_part_of_a_node_has_what_was_asked_for, a_save_of_the_same_changes_nothing,
        every_form_of_query_is_exact,
        a_save_is_seen_at_once_and_leaves_nothing_behind,
        items_are_found_in_their_bag_only;
    ledger:
        serials_never_repeat,
        a_name_is_requested_once,
        a_request_is_issued_only_if_it_is_the_same,
        the_newest_certificate_counts,
        revoking_raises_the_list_once,
        cleaning_forgets_the_name_but_not_the_revocation,
        deleting_revokes_nothing,
        a_revoked_key_is_known,
        lists_are_paged_by_name,
        revocation_by_serial_needs_a_certificate,
        an_older_list_does_not_replace_a_newer,
        waiting_requests_are_bounded,
        another_authority_is_noticed;
    nodes:
        facts_are_replaced,
        catalogs_are_replaced,
        reports_are_kept_up_to_the_setting,
        reports_are_paged_newest_first,
        nodes_are_listed_by_name,
        deactivated_nodes_come_back_when_they_write,
        forgetting_removes_everything;
    runs:
        a_run_is_one_however_often_it_is_told,
        runs_are_found_by_what_is_asked,
        runs_are_kept_up_to_the_setting,
        compliance_reports_and_actions_come_back,
        what_is_old_is_dropped,
        an_organization_takes_its_runs_along;
    exported:
        exports_are_replaced_as_a_whole,
        own_and_deactivated_exports_are_left_out,
        exports_can_be_withdrawn;
    bucket:
        bytes_come_back,
        paths_are_remembered,
        wrong_digests_and_long_files_are_refused,
        unfinished_uploads_leave_nothing;
    chef:
        names_are_unique_among_a_kind,
        rows_are_never_given_twice,
        what_is_refused_leaves_nothing,
        groups_give_permissions_however_deep,
        lists_are_replaced_extended_and_copied,
        profiles_and_keys_come_back,
        an_organization_comes_and_goes_whole,
        lists_are_put_by_name,
        who_leaves_an_organization_keeps_nothing,
        readers_read_all_and_change_nothing,
        documents_come_back_as_they_were_put;
}
