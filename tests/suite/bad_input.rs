//! The ninety bad inputs, and the proof for each.

pub mod address;
mod callers;
mod doors;
mod files;
mod lists;
pub mod stage;
mod values;

use quittance_testkit::Backend;

use stage::Stage;

/// Where and how the answer to a row is proven.
enum Proof {
    /// Sent to the whole suite below.
    Here,
    /// By another test: file and name.
    At(&'static str),
    /// Where the product answers otherwise than the list, and why.
    Differs(&'static str),
    /// What there is nothing yet to send to.
    Left(&'static str),
}

use Proof::{At, Differs, Here, Left};

#[rustfmt::skip]
const ROWS: [(u8, &[Proof]); 90] = [
    (1, &[At("libs/chassis/tests/transport/frames.rs: bytes_that_are_no_message_are_refused")]),
    (2, &[At("libs/chassis/tests/transport/frames.rs: bytes_that_are_no_message_are_refused")]),
    (3, &[At("libs/chassis/tests/transport/frames.rs: bytes_that_are_no_message_are_refused")]),
    (4, &[At("libs/chassis/tests/transport/frames.rs: bytes_that_are_no_message_are_refused")]),
    (5, &[At("libs/chassis/tests/transport/frames.rs: a_message_beyond_four_mebibytes_is_refused"), At("services/gateway/tests/front/limits.rs: a_message_beyond_the_limit_is_not_gathered")]),
    (6, &[At("libs/chassis/tests/transport/frames.rs: a_bomb_is_too_large")]),
    (7, &[At("libs/chassis/tests/transport/frames.rs: an_unknown_encoding_is_named_as_such")]),
    (8, &[At("libs/chassis/tests/transport/frames.rs: bytes_that_are_no_message_are_refused")]),
    (9, &[At("libs/chassis/tests/transport/frames.rs: a_broken_package_is_refused")]),
    (10, &[At("libs/chassis/tests/transport/frames.rs: a_unary_call_brings_exactly_one_message")]),
    (11, &[At("libs/chassis/tests/transport/protocol.rs: other_content_types_and_methods_get_plain_http")]),
    (12, &[At("libs/chassis/tests/transport/protocol.rs: unknown_methods_are_unimplemented")]),
    (13, &[At("libs/chassis/tests/transport/deadlines.rs: a_deadline_that_cannot_be_read_is_refused"), At("services/gateway/tests/front/limits.rs: deadlines_are_judged_at_the_door")]),
    (14, &[At("libs/chassis/tests/transport/deadlines.rs: what_has_expired_does_not_run"), At("services/gateway/tests/front/limits.rs: deadlines_are_judged_at_the_door")]),
    (15, &[At("libs/chassis/tests/transport/protocol.rs: headers_beyond_16_kilobytes_are_refused"), At("libs/chassis/tests/transport/floods.rs: headers_without_end_are_refused")]),
    (16, &[Here, At("libs/chassis/tests/transport/floods.rs: streams_opened_and_reset_in_bulk_end_the_connection")]),
    (17, &[At("libs/chassis/tests/transport/floods.rs: streams_beyond_the_limit_are_refused_and_the_rest_is_served")]),
    (18, &[At("libs/chassis/tests/transport/floods.rs: floods_of_control_frames_stall_and_end"), At("libs/chassis/tests/transport/floods.rs: who_takes_no_answer_keeps_no_place"), At("libs/chassis/tests/transport/floods.rs: a_body_that_does_not_come_ends_at_the_deadline"), At("services/gateway/tests/front/limits.rs: a_message_that_does_not_come_is_not_waited_for")]),
    (19, &[At("libs/chassis/tests/transport/tls.rs: a_handshake_that_stalls_is_given_up")]),
    (20, &[Here]),
    (21, &[Here, At("libs/chassis/tests/transport/access.rs: tokens_that_prove_nothing_are_invalid")]),
    (22, &[Here, At("libs/chassis/tests/transport/access.rs: times_are_judged_with_a_minute_of_leeway")]),
    (23, &[Here]),
    (24, &[Here, At("libs/chassis/tests/transport/access.rs: tokens_that_bring_their_own_key_are_invalid_and_nothing_is_fetched")]),
    (25, &[Here]),
    (26, &[Here]), // A header that names a tenant is refused on the internal port; the door strips it, as row 74 says.
    (27, &[Here]),
    (28, &[At("libs/chassis/tests/transport/tls.rs: a_token_of_another_service_is_worth_nothing")]),
    (29, &[At("libs/chassis/tests/transport/limits.rs: a_tenant_beyond_its_quota_is_told_to_wait")]),
    (30, &[Here]),
    (31, &[Here]),
    (32, &[Here]),
    (33, &[Here]),
    (34, &[Here]),
    (35, &[Here]),
    (36, &[Here]),
    (37, &[Here]),
    (38, &[Here]),
    (39, &[Here]),
    (40, &[Here]),
    (41, &[Here]),
    (42, &[Here]),
    (43, &[Here]),
    (44, &[Here]),
    (45, &[Left("no request carries an exchange rate until documents may be paid in another currency than theirs; such a payment is row 44")]),
    (46, &[Here]),
    (47, &[Here]),
    (48, &[Here]),
    (49, &[Here]),
    (50, &[Left("periods cannot be closed until reconciliation has them (LedgerService, event PeriodClosed)")]),
    (51, &[Here]), // Where the policy rejects what is beyond the limit; where it holds, the order waits with the same reason.
    (52, &[Here]),
    (53, &[Here]),
    (54, &[Here]),
    (55, &[Here]),
    (56, &[Here]),
    (57, &[Here]),
    (58, &[Here]),
    (59, &[Here]),
    (60, &[Here]),
    (61, &[Here]),
    (62, &[Here]),
    (63, &[Here]),
    (64, &[Here]),
    (65, &[Here]),
    (66, &[Here]),
    (67, &[Here]),
    (68, &[Here]),
    (69, &[Here]),
    (70, &[Here]),
    (71, &[Here]),
    (72, &[Here]),
    (73, &[Here, At("services/gateway/src/front/guard/framing.rs: more_than_one_way_to_read_it")]),
    (74, &[Here]),
    (75, &[Here]),
    (76, &[Left("nobody calls us back: the only rail is the simulated one, asked by SyncPayments")]),
    (77, &[Left("as 76; a payment asked for twice is row 33, and SyncPayments repeated changes nothing")]),
    (78, &[Left("as 76")]),
    (79, &[Left("no request names an address to call until WebhookService is there")]),
    (80, &[Here]),
    (81, &[Here, At("libs/formats/tests/camt_hostile.rs: limits_hold"), At("libs/formats/tests/camt_hostile.rs: encodings_are_read_as_declared_or_refused"), Differs("a byte order mark and processing instructions are sound XML, which real banks send: they are read")]),
    (82, &[Here, Differs("sums unlike their parts and a namespace unlike the message are findings of the imported statement: real banks send them, and the money came all the same; another message is FORMAT_UNKNOWN")]),
    (83, &[Here, At("libs/formats/tests/mt940_corpus.rs: what_is_wrong_is_a_finding_with_its_line"), At("libs/formats/tests/bai2_corpus.rs: broken_files_name_their_line"), Differs("a broken frame is refused; a balance that is missing and totals unlike their parts are findings of the imported statement")]),
    (84, &[Here, Differs("imported with a finding, as a statement whose balances do not add up: the missing statement may come later, and proofs show the gap until then")]),
    (85, &[Here]),
    (86, &[Here, Differs("ragged rows, mixed line ends and Latin-1 are what banks send: they are read, and what does not fit is a finding with its row")]),
    (87, &[Left("no service exports CSV or XLSX; what `quittance match` writes is read by programs")]),
    (88, &[Here]),
    (89, &[Here, At("libs/formats/tests/identifiers.rs: wrong_ones_are_refused_by_reason"), Left("no request carries a BIC or a text bound to the SEPA characters until bank-file batches are written (pain.001, pain.008)")]),
    (90, &[At("libs/chassis/tests/consumers.rs: events_that_cannot_be_read_are_parked")]),
];

#[test]
fn every_row_is_accounted_for_once() {
    let numbers: Vec<u8> = ROWS.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=90).collect::<Vec<u8>>());
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    for (number, proofs) in &ROWS {
        assert!(!proofs.is_empty(), "row {number}");
        for proof in *proofs {
            check(*number, proof, root);
        }
    }
}

fn check(number: u8, proof: &Proof, root: &std::path::Path) {
    match proof {
        At(place) => {
            let (file, name) = place.split_once(": ").expect("file: test");
            let source = std::fs::read_to_string(root.join(file)).unwrap_or_default();
            assert!(source.contains(&format!("fn {name}(")), "row {number}: {place}");
        }
        Differs(how) => println!("row {number} differs: {how}"),
        Left(why) => println!("row {number} is left: {why}"),
        Here => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_input_gets_its_answer_on_sqlite() {
    send_all(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_input_gets_its_answer_on_postgresql() {
    send_all(Backend::Postgres).await;
}

async fn send_all(backend: Backend) {
    let stage = Stage::start(backend).await;
    callers::send(&stage).await;
    values::send(&stage).await;
    lists::send(&stage).await;
    doors::send(&stage).await;
    files::send(&stage).await;
    callers::expire(&stage).await;
    let (proven, wrong) = stage.verdict();
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
    let is_here = |proofs: &&[Proof]| proofs.iter().any(|proof| matches!(proof, Here));
    let here: Vec<u8> = ROWS.iter().filter(|(_, proofs)| is_here(proofs)).map(|(number, _)| *number).collect();
    assert_eq!(proven.into_iter().collect::<Vec<_>>(), here, "rows sent, and rows that claim to be");
}
