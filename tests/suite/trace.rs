//! One invoice, one trace: from the door through every service that has to do with it.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
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
use tonic::{Request, Response, Status};

use crate::{demo::quittance, http};

const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);

/// The services seen per trace.
type Seen = BTreeMap<String, BTreeSet<String>>;

/// Takes what a collector would.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Seen>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(&self, request: Request<ExportTraceServiceRequest>) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let resources = request.into_inner().resource_spans;
        let scopes = resources.into_iter().flat_map(|resource| resource.scope_spans);
        let mut seen = self.0.lock().expect("no test thread panicked");
        for span in scopes.flat_map(|scope| scope.spans) {
            let trace = span.trace_id.iter().map(|byte| format!("{byte:02x}")).collect();
            let services = seen.entry(trace).or_default();
            services.extend(service(&span.attributes));
        }
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
}

impl Drop for Suite {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Suite {
    fn start(data: &str, collector: SocketAddr) -> Suite {
        let address = http::free_address();
        let serve = ["serve", "--data", data, "--listen", &address.to_string(), "--otlp", &format!("http://{collector}")];
        let mut command = Command::new(quittance());
        let process = command.args(serve).env("OTEL_BSP_SCHEDULE_DELAY", "200").stdout(Stdio::null()).spawn().expect("quittance runs");
        let mut suite = Suite { process, address, token: String::new() };
        wait_for("the door", || http::request(address, "GET", "/healthz", "", b"").ok().filter(|answer| answer.status == 200));
        let token = Command::new(quittance()).args(["token", "--data", data]).output().expect("a token");
        String::from_utf8_lossy(&token.stdout).trim().clone_into(&mut suite.token);
        suite
    }

    fn post(&self, path: &str, trace: &str, body: &Value) -> Option<Value> {
        let headers = format!("Authorization: Bearer {}\r\nContent-Type: application/json\r\ntraceparent: {trace}\r\n", self.token);
        let answer = http::request(self.address, "POST", path, &headers, body.to_string().as_bytes()).expect("an answer");
        assert!([200, 404].contains(&answer.status), "{path}: {answer:?}");
        (answer.status == 200).then_some(answer.body)
    }
}

fn wait_for<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{what} did not come");
        std::thread::sleep(POLL);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_invoice_is_one_trace_through_five_services() {
    let (collector, address) = (Collector::default(), http::free_address());
    tokio::spawn(tonic::transport::Server::builder().add_service(TraceServiceServer::new(collector.clone())).serve(address));
    let folder = tempfile::tempdir().expect("a folder");
    let suite = Suite::start(&folder.path().display().to_string(), address);

    let setup = "00-00000000000000000000000000000001-0000000000000001-01";
    let seller = json!({"requestId": request_id(), "legalEntity": {
        "code": "ACME", "legalName": "Acme GmbH", "country": "DE", "vatId": "DE136695976", "currency": "EUR"}});
    let seller = suite.post("/v1/legalEntities", setup, &seller).expect("a seller");
    let buyer = json!({"requestId": request_id(), "customer": {"legalName": "Fresh Buyer", "country": "DE", "currency": "EUR"}});
    let buyer = suite.post("/v1/customers", setup, &buyer).expect("a customer");
    let invoice = json!({"requestId": request_id(), "content": {
        "customerId": buyer["customer"]["customerId"],
        "legalEntityId": seller["legalEntity"]["legalEntityId"],
        "currency": "EUR",
        "lines": [{"description": "Hexagon bolt M8", "quantity": "10", "unitPrice": "12.50", "vatCategory": "VAT_CATEGORY_STANDARD", "vatRate": "19"}],
    }});
    // Invoicing hears of a new customer a moment later; each attempt is a trace of its own.
    let mut attempt = 1;
    let trace = wait_for("the invoice", || {
        attempt += 1;
        let trace = format!("{attempt:032x}");
        suite.post("/v1/invoices:issue", &format!("00-{trace}-0000000000000001-01"), &invoice).map(|_| trace)
    });

    let expected = ["collections", "credit", "gateway", "invoicing", "reconciliation"].map(str::to_owned);
    let began = Instant::now();
    loop {
        let services = collector.0.lock().expect("no test thread panicked").get(&trace).cloned().unwrap_or_default();
        if expected.iter().all(|service| services.contains(service)) {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "seen in the trace: {services:?}");
        std::thread::sleep(POLL);
    }
}
