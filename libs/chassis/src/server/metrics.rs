//! Rate, errors and duration of every RPC.

use std::time::Duration;

use opentelemetry::metrics::{Histogram, UpDownCounter};
use opentelemetry::{KeyValue, global};
use tonic::Code;

/// Bounds of the duration histogram, seconds.
const BOUNDS: [f64; 14] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];

/// The instruments of a server, named by the OpenTelemetry conventions for RPC.
#[derive(Clone)]
pub(super) struct Metrics {
    duration: Histogram<f64>,
    active: UpDownCounter<i64>,
}

impl Metrics {
    /// Instruments of the meter provider installed now; without one they record nothing.
    pub(super) fn new() -> Metrics {
        let meter = global::meter("quittance");
        Metrics {
            duration: meter.f64_histogram("rpc.server.duration").with_unit("s").with_boundaries(BOUNDS.to_vec()).build(),
            active: meter.i64_up_down_counter("rpc.server.active_requests").build(),
        }
    }

    pub(super) fn started(&self, service: &'static str, method: &'static str) {
        self.active.add(1, &names(service, method));
    }

    pub(super) fn finished(&self, service: &'static str, method: &'static str, code: Code, took: Duration) {
        let names = names(service, method);
        self.active.add(-1, &names);
        let [system, service, method] = names;
        let status = KeyValue::new("rpc.grpc.status_code", i64::from(code as i32));
        self.duration.record(took.as_secs_f64(), &[system, service, method, status]);
    }
}

fn names(service: &'static str, method: &'static str) -> [KeyValue; 3] {
    [KeyValue::new("rpc.system", "grpc"), KeyValue::new("rpc.service", service), KeyValue::new("rpc.method", method)]
}
