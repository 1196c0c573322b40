//! Rows 16, 26 and 71 to 75: what only the door sees.

use quittance_testkit::{request_id, tenant};
use serde_json::json;

use super::stage::Stage;
use crate::http::{self, Answer};

pub async fn send(stage: &Stage) {
    json_bodies(stage);
    sizes(stage);
    hidden_requests(stage);
    reset_storm(stage);
    claims(stage);
    origins(stage);
}

fn post(stage: &Stage, body: &[u8]) -> Answer {
    let headers = format!("Authorization: Bearer {}\r\nContent-Type: application/json\r\n", stage.key);
    http::request(stage.door, "POST", "/v1/customers", &headers, body).expect("the door answers")
}

fn json_bodies(stage: &Stage) {
    let deep = format!("{{\"customer\": {}1{}}}", "[".repeat(1_000), "]".repeat(1_000));
    let id = request_id();
    for (body, reason) in [
        (format!("{{\"requestId\": \"{id}\", \"requestId\": \"{id}\"}}"), "MALFORMED_JSON"),
        (format!("{{\"requestId\": \"{id}\"}} trailing"), "MALFORMED_JSON"),
        ("{".to_owned(), "MALFORMED_JSON"),
        ("[]".to_owned(), "MALFORMED_JSON"),
        (deep, "MALFORMED_JSON"),
        ("{\"requestId\": 1e400}".to_owned(), "MALFORMED_JSON"),
        ("{\"requestId\": 5}".to_owned(), "MALFORMED_JSON"),
        ("{\"requestId\": \"\u{1}\"}".to_owned(), "MALFORMED_JSON"),
        (format!("{{\"requestId\": \"{id}\", \"colour\": 1}}"), "UNKNOWN_FIELD"),
        (format!("{{\"requestId\": \"{id}\", \"customer\": {{\"legalNome\": \"x\"}}}}"), "UNKNOWN_FIELD"),
    ] {
        let answer = post(stage, body.as_bytes());
        stage.check(71, (answer.status, answer.reason()) == (400, reason), || format!("{body:.60}: {answer:?}"));
    }
    for named in ["tenant", "tenant_id", "tenantId"] {
        let body = format!("{{\"requestId\": \"{id}\", \"{named}\": \"{}\"}}", tenant(2));
        let answer = post(stage, body.as_bytes());
        stage.check(26, (answer.status, answer.reason()) == (400, "TENANT_NOT_ALLOWED_IN_REQUEST"), || format!("{body}: {answer:?}"));
    }
    let answer = post(stage, b"{\"requestId\": \"\xff\xfe\"}");
    stage.check(71, (answer.status, answer.reason()) == (400, "MALFORMED_JSON"), || format!("not UTF-8: {answer:?}"));
}

fn sizes(stage: &Stage) {
    let head = format!("POST /v1/customers HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n", stage.key);
    let chunk = [b"100000\r\n".as_slice(), &vec![b' '; 0x10_0000], b"\r\n"].concat();
    let chunked = [format!("{head}Transfer-Encoding: chunked\r\n\r\n").into_bytes(), chunk.repeat(25), b"0\r\n\r\n".to_vec()].concat();
    let answer = http::send(stage.door, &chunked).expect("the door answers");
    stage.check(72, (answer.status, answer.reason()) == (413, "MESSAGE_TOO_LARGE"), || format!("25 MiB in chunks: {answer:?}"));
    let lying = format!("{head}Content-Length: 5\r\n\r\n{{\"requestId\": \"x\"}}");
    let answer = http::send(stage.door, lying.as_bytes()).expect("the door answers");
    stage.check(72, (answer.status, answer.reason()) == (400, "MALFORMED_JSON"), || format!("more than announced: {answer:?}"));
    let lying = format!("{head}Content-Length: 1000\r\n\r\n{{}}");
    let answer = http::send_and_end(stage.door, lying.as_bytes()).expect("the door answers");
    stage.check(72, [0, 400].contains(&answer.status), || format!("less than announced: {answer:?}"));
    let nonsense = format!("{head}Content-Length: -1\r\n\r\n{{}}");
    let answer = http::send(stage.door, nonsense.as_bytes()).expect("the door answers");
    stage.check(72, [0, 400].contains(&answer.status), || format!("a negative length: {answer:?}"));
}

/// Heads that another reader might end elsewhere; the last is merely slow.
fn hidden_requests(stage: &Stage) {
    let line = "POST /v1/customers HTTP/1.1\r\nHost: x\r\n";
    let smuggled = "GET /v1/invoices HTTP/1.1\r\nHost: x\r\n\r\n";
    let length = smuggled.len() + 5;
    for request in [
        format!("{line}Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"),
        format!("{line}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{smuggled}"),
        format!("{line}Content-Length: 0\r\nContent-Length: {}\r\n\r\n{smuggled}", smuggled.len()),
        format!("{line}Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n{smuggled}"),
        format!("{line}Transfer-Encoding: x\r\n\r\n{smuggled}"),
        format!("POST /v1/customers HTTP/1.1\nHost: x\n\n{smuggled}"),
        format!("{line}X-Note: a\nContent-Length: 0\r\n\r\n{smuggled}"),
        format!("{line}X-Note: a\r\n Content-Length: {}\r\n\r\n{smuggled}", smuggled.len()),
        format!("{line}Content-Length : 0\r\n\r\n{smuggled}"),
    ] {
        let answer = http::send(stage.door, request.as_bytes()).expect("the door answers");
        stage.check(73, (answer.status, answer.answers, answer.closed) == (400, 1, true), || format!("{request:?}: {answer:?}"));
    }
    let answer = http::send(stage.door, b"GET /v1/customers HTTP/1.1\r\nHost: x\r\nX-Slow: a").expect("the door answers");
    stage.check(72, (answer.status, answer.closed) == (408, true), || format!("a head without end: {answer:?}"));
    let silent = http::send(stage.door, b"").expect("a connection");
    stage.check(72, silent.closed, || format!("a connection without a word: {silent:?}"));
}

/// Row 16 at the door: GET / over HTTP/2, opened and reset ten thousand times.
fn reset_storm(stage: &Stage) {
    let mut storm = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec();
    for stream in (1..20_000_u32).step_by(2).map(u32::to_be_bytes) {
        storm.extend([&[0, 0, 3, 1, 4][..], &stream[..], &[0x82, 0x86, 0x84]].concat());
        storm.extend([&[0, 0, 4, 3, 0][..], &stream[..], &[0, 0, 0, 8]].concat());
    }
    let answer = http::send(stage.door, &storm).expect("the door answers");
    stage.check(16, answer.closed, || format!("a storm of resets: {answer:?}"));
    let after = stage.rest(&stage.key, "credit.CustomerService/ListCustomers", &json!({}), "");
    stage.check(16, after.status == 200, || format!("after the storm: {after:?}"));
}

fn claims(stage: &Stage) {
    let claims = format!(
        "X-Tenant: {0}\r\nX-Tenant-Id: {0}\r\nX-User: root\r\nX-Forwarded-User: root\r\nQuittance-Principal: root\r\nQuittance-Tenant: {0}\r\n",
        tenant(2)
    );
    let list = "credit.CustomerService/ListCustomers";
    let (plain, claimed) = (stage.rest(&stage.key, list, &json!({}), ""), stage.rest(&stage.key, list, &json!({}), &claims));
    let same = claimed.status == 200 && claimed.body["customers"] == plain.body["customers"];
    stage.check(74, same, || format!("with claims of our own headers: {claimed:?}"));
}

fn origins(stage: &Stage) {
    let asked = "Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization\r\n";
    for path in ["/v1/customers", "/quittance.credit.v1.CustomerService/ListCustomers", "/"] {
        let answer = http::request(stage.door, "OPTIONS", path, asked, b"").expect("the door answers");
        stage.check(75, !answer.head.contains("access-control-allow"), || format!("{path}: {answer:?}"));
    }
    let line = format!("Authorization: Bearer {}\r\nOrigin: https://evil.example\r\n", stage.key);
    let answer = http::request(stage.door, "GET", "/v1/customers", &line, b"").expect("the door answers");
    stage.check(75, !answer.head.contains("access-control-allow"), || format!("{answer:?}"));
}
