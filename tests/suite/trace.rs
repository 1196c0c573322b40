//! One invoice, one trace: from the door through every service that has to do with it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    process::{Child, ChildStdout, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    common::v1::{KeyValue, any_value::Value as Text},
};
use quittance_testkit::request_id;
use serde_json::{Value, json};
use tokio::sync::watch;
use tonic::{Request, Response, Status, transport::server::TcpIncoming};

use crate::{demo::quittance, http};

/// Spans are sent when a batch is full or its time has come; after this long none are missing, they were never made.
const PATIENCE: Duration = Duration::from_secs(60);

/// The services seen per trace.
type Seen = BTreeMap<String, BTreeSet<String>>;

/// Takes what a collector would, and tells who waits for it.
#[derive(Clone)]
struct Collector(Arc<watch::Sender<Seen>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(&self, request: Request<ExportTraceServiceRequest>) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let resources = request.into_inner().resource_spans;
        let scopes = resources.into_iter().flat_map(|resource| resource.scope_spans);
        self.0.send_modify(|seen| {
            for span in scopes.flat_map(|scope| scope.spans) {
                let trace = span.trace_id.iter().map(|byte| format!("{byte:02x}")).collect();
                seen.entry(trace).or_default().extend(service(&span.attributes));
            }
        });
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

/// The service that made a span: all services of one process share its resource, so each names itself in its spans.
fn service(attributes: &[KeyValue]) -> Option<String> {
    let value = attributes.iter().find(|attribute| attribute.key == "service")?.value.as_ref()?;
    match &value.value {
        Some(Text::StringValue(name)) => Some(name.clone()),
        _ => None,
    }
}

/// The suite in a process of its own, ended with the test.
struct Suite {
    process: Child,
    address: SocketAddr,
    token: String,
    /// What it prints has to go somewhere.
    _output: BufReader<ChildStdout>,
}

impl Drop for Suite {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Suite {
    fn start(data: &str, collector: SocketAddr) -> Suite {
        let serve = ["serve", "--data", data, "--listen", "127.0.0.1:0", "--otlp", &format!("http://{collector}")];
        let mut command = Command::new(quittance());
        let mut process = command.args(serve).env("OTEL_BSP_SCHEDULE_DELAY", "200").stdout(Stdio::piped()).spawn().expect("quittance runs");
        let mut output = BufReader::new(process.stdout.take().expect("its output"));
        let port_of = |line: String| line.split_once("serves at http://localhost:")?.1.parse().ok();
        let port = output.by_ref().lines().map_while(Result::ok).find_map(port_of);
        let address = SocketAddr::from(([127, 0, 0, 1], port.expect("quittance says where it serves")));
        let token = Command::new(quittance()).args(["token", "--data", data]).output().expect("a token");
        let token = String::from_utf8_lossy(&token.stdout).trim().to_owned();
        Suite { process, address, token, _output: output }
    }

    fn post(&self, path: &str, trace: &str, body: &Value) -> Value {
        let headers = format!("Authorization: Bearer {}\r\nContent-Type: application/json\r\ntraceparent: {trace}\r\n", self.token);
        let answer = http::request(self.address, "POST", path, &headers, body.to_string().as_bytes()).expect("an answer");
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.body
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_invoice_is_one_trace_through_five_services() {
    let (sender, mut seen) = watch::channel(Seen::new());
    let incoming = TcpIncoming::bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port");
    let address = incoming.local_addr().expect("its address");
    let collector = TraceServiceServer::new(Collector(Arc::new(sender)));
    tokio::spawn(tonic::transport::Server::builder().add_service(collector).serve_with_incoming(incoming));
    let folder = tempfile::tempdir().expect("a folder");
    let suite = Suite::start(&folder.path().display().to_string(), address);

    let setup = "00-00000000000000000000000000000001-0000000000000001-01";
    let seller = json!({"requestId": request_id(), "legalEntity": {
        "code": "ACME", "legalName": "Acme GmbH", "country": "DE", "vatId": "DE136695976", "currency": "EUR"}});
    let seller = suite.post("/v1/legalEntities", setup, &seller);
    let buyer = json!({"requestId": request_id(), "customer": {"legalName": "Fresh Buyer", "country": "DE", "currency": "EUR"}});
    let buyer = suite.post("/v1/customers", setup, &buyer);
    let invoice = json!({"requestId": request_id(), "content": {
        "customerId": buyer["customer"]["customerId"],
        "legalEntityId": seller["legalEntity"]["legalEntityId"],
        "currency": "EUR",
        "lines": [{"description": "Hexagon bolt M8", "quantity": "10", "unitPrice": "12.50", "vatCategory": "VAT_CATEGORY_STANDARD", "vatRate": "19"}],
    }});
    let trace = format!("{:032x}", 2);
    suite.post("/v1/invoices:issue", &format!("00-{trace}-0000000000000001-01"), &invoice);

    let expected = ["collections", "credit", "gateway", "invoicing", "reconciliation"].map(str::to_owned);
    let is_whole = |seen: &Seen| seen.get(&trace).is_some_and(|services| expected.iter().all(|service| services.contains(service)));
    let came = tokio::time::timeout(PATIENCE, seen.wait_for(is_whole)).await.is_ok();
    assert!(came, "seen in the trace: {:?}", seen.borrow().get(&trace));
}
