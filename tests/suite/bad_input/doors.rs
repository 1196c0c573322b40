//! Rows 71 to 75: what only the door sees.

use quittance_testkit::{request_id, tenant};
use serde_json::json;

use super::stage::Stage;
use crate::http::{self, Answer};

pub async fn send(stage: &Stage) {
    json_bodies(stage);
    sizes(stage);
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
    let answer = post(stage, b"{\"requestId\": \"\xff\xfe\"}");
    stage.check(71, (answer.status, answer.reason()) == (400, "MALFORMED_JSON"), || format!("not UTF-8: {answer:?}"));
}

fn sizes(stage: &Stage) {
    let head = format!("POST /v1/customers HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n", stage.key);
    let chunk = [b"100000\r\n".as_slice(), &vec![b' '; 0x10_0000], b"\r\n"].concat();
    let chunked = [format!("{head}Transfer-Encoding: chunked\r\n\r\n").into_bytes(), chunk.repeat(17), b"0\r\n\r\n".to_vec()].concat();
    let answer = http::send(stage.door, &chunked).expect("the door answers");
    stage.check(72, (answer.status, answer.reason()) == (413, "MESSAGE_TOO_LARGE"), || format!("17 MiB in chunks: {answer:?}"));
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
