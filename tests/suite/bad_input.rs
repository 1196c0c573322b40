//! The ninety bad inputs, and the proof for each.

mod address;
mod callers;
mod doors;
mod files;
mod lists;
mod stage;
mod values;

use quittance_testkit::Backend;

use stage::Stage;

/// Where the answer to a row is proven.
enum Proof {
    /// Sent to the whole suite below; the text says where the product answers otherwise than the list, and why.
    Here(&'static str),
    /// By another test: file and name.
    Elsewhere(&'static str),
    /// Not yet, or nothing there to send it to.
    Left(&'static str),
}

use Proof::{Elsewhere, Here, Left};

#[rustfmt::skip]
const ROWS: [(u8, Proof); 90] = [
    (1, Elsewhere("libs/chassis/tests/transport/frames.rs: bytes_that_are_no_message_are_refused")),
    (2, Elsewhere("libs/chassis/tests/transport/frames.rs: bytes_that_are_no_message_are_refused")),
    (3, Elsewhere("libs/chassis/tests/transport/frames.rs: bytes_that_are_no_message_are_refused")),
    (4, Elsewhere("libs/chassis/tests/transport/frames.rs: bytes_that_are_no_message_are_refused")),
    (5, Elsewhere("libs/chassis/tests/transport/frames.rs: a_message_beyond_four_mebibytes_is_refused")),
    (6, Left("no test sends a compression bomb yet; tonic bounds what it unpacks")),
    (7, Elsewhere("libs/chassis/tests/transport/frames.rs: an_unknown_encoding_is_named_as_such")),
    (8, Elsewhere("libs/chassis/tests/transport/frames.rs: bytes_that_are_no_message_are_refused")),
    (9, Left("no test sends a corrupted gzip body yet")),
    (10, Elsewhere("libs/chassis/tests/transport/frames.rs: a_unary_call_brings_exactly_one_message")),
    (11, Elsewhere("libs/chassis/tests/transport/protocol.rs: other_content_types_and_methods_get_plain_http")),
    (12, Elsewhere("libs/chassis/tests/transport/protocol.rs: unknown_methods_are_unimplemented")),
    (13, Elsewhere("libs/chassis/tests/transport/deadlines.rs: a_deadline_that_cannot_be_read_is_refused")),
    (14, Elsewhere("libs/chassis/tests/transport/deadlines.rs: what_has_expired_does_not_run")),
    (15, Elsewhere("libs/chassis/tests/transport/protocol.rs: headers_beyond_16_kilobytes_are_refused")),
    (16, Left("limits are set in server/connection.rs; no test resets streams in bulk yet")),
    (17, Left("the limit is set in server/connection.rs; no test opens 1000 streams yet")),
    (18, Left("keepalive and idle limits are set; no test floods yet")),
    (19, Elsewhere("libs/chassis/tests/transport/tls.rs: a_handshake_that_stalls_is_given_up")),
    (20, Here("")),
    (21, Here("")),
    (22, Here("")),
    (23, Here("")),
    (24, Here("")),
    (25, Here("")),
    (26, Here("")),
    (27, Here("")),
    (28, Elsewhere("libs/chassis/tests/transport/tls.rs: a_token_of_another_service_is_worth_nothing")),
    (29, Elsewhere("libs/chassis/tests/transport/limits.rs: a_tenant_beyond_its_quota_is_told_to_wait")),
    (30, Here("")),
    (31, Here("")),
    (32, Here("")),
    (33, Here("")),
    (34, Here("")),
    (35, Here("")),
    (36, Here("")),
    (37, Here("")),
    (38, Here("")),
    (39, Here("")),
    (40, Here("")),
    (41, Here("")),
    (42, Here("")),
    (43, Here("")),
    (44, Here("")),
    (45, Left("there are no exchange rates yet")),
    (46, Here("")),
    (47, Here("")),
    (48, Here("a refund's id is no payment's id: NAME_INVALID")),
    (49, Here("")),
    (50, Left("periods cannot be closed yet")),
    (51, Here("the order is answered as held or rejected with CREDIT_LIMIT_EXCEEDED among its reasons: a decision, not a refusal")),
    (52, Here("")),
    (53, Here("")),
    (54, Here("")),
    (55, Here("")),
    (56, Here("")),
    (57, Here("")),
    (58, Here("")),
    (59, Here("")),
    (60, Here("")),
    (61, Here("no list takes a filter: UNKNOWN_FIELD")),
    (62, Here("no list takes an order: UNKNOWN_FIELD")),
    (63, Here("")),
    (64, Here("")),
    (65, Here("")),
    (66, Here("")),
    (67, Here("")),
    (68, Here("")),
    (69, Here("")),
    (70, Here("")),
    (71, Here("")),
    (72, Here("")),
    (73, Left("one hop, so nothing to smuggle past; hyper's own tests cover its parser")),
    (74, Here("")),
    (75, Here("")),
    (76, Left("there are no webhooks yet")),
    (77, Left("there are no webhooks yet")),
    (78, Left("there are no webhooks yet")),
    (79, Left("there are no webhooks yet")),
    (80, Here("")),
    (81, Here("")),
    (82, Here("sums that do not add up and a foreign namespace are kept as findings of the statement; another message is FORMAT_UNKNOWN")),
    (83, Elsewhere("libs/formats/tests/mt940_corpus.rs: what_is_wrong_is_a_finding_with_its_line")),
    (84, Here("kept as a finding of the statement")),
    (85, Here("")),
    (86, Left("nothing reads CSV yet")),
    (87, Left("nothing writes CSV or XLSX yet")),
    (88, Here("")),
    (89, Here("no message has a BIC or a text bound to the SEPA characters yet")),
    (90, Elsewhere("libs/chassis/tests/consumers.rs: events_that_cannot_be_read_are_parked")),
];

#[test]
fn every_row_is_accounted_for_once() {
    let numbers: Vec<u8> = ROWS.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=90).collect::<Vec<u8>>());
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    for (number, proof) in &ROWS {
        match proof {
            Elsewhere(place) => {
                let (file, name) = place.split_once(": ").expect("file: test");
                let source = std::fs::read_to_string(root.join(file)).unwrap_or_default();
                assert!(source.contains(&format!("fn {name}(")), "row {number}: {place}");
            }
            Left(why) => assert!(!why.is_empty(), "row {number}"),
            Here(difference) if !difference.is_empty() => println!("row {number}: {difference}"),
            Here(_) => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_input_gets_its_answer() {
    let stage = Stage::start(Backend::Sqlite).await;
    callers::send(&stage).await;
    values::send(&stage).await;
    lists::send(&stage).await;
    doors::send(&stage).await;
    files::send(&stage).await;
    callers::expire(&stage).await;
    let (proven, wrong) = stage.verdict();
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
    let here: Vec<u8> = ROWS.iter().filter(|(_, proof)| matches!(proof, Here(_))).map(|(number, _)| *number).collect();
    assert_eq!(proven.into_iter().collect::<Vec<_>>(), here, "rows sent, and rows that claim to be");
}
