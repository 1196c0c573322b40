//! Logs for people or machines, and traces and metrics for a collector if there is one.
//!
//! The exporters have a runtime of their own: on the service's they can wait for themselves when they are flushed
//! (opentelemetry-rust #2715), and their own calls would be traced in a circle (#2877).

use std::io::IsTerminal;
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry::{KeyValue, global};
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider};
use quittance_types::{Fault, Reason};
use tokio::runtime::Runtime;
use tracing::Subscriber;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::config::{LogFormat, TelemetrySettings};

/// How long a flush may take before what is left is given up.
const FLUSH_WITHIN: Duration = Duration::from_secs(3);
const EXPORT_WITHIN: Duration = Duration::from_secs(5);
/// The exporter's own machinery, whose spans must not be exported.
const NOT_EXPORTED: [&str; 5] = ["h2", "hyper", "hyper_util", "tonic", "tower"];

/// Telemetry at work. [`Telemetry::flush`] before the process ends.
#[must_use]
pub struct Telemetry {
    export: Option<Export>,
}

struct Export {
    traces: SdkTracerProvider,
    metrics: SdkMeterProvider,
    runtime: Runtime,
}

/// Installs logging, and exporters if the settings name a collector. Once per process.
///
/// # Errors
/// `CONFIG_INVALID` for a filter or endpoint that cannot be used; `INTERNAL_ERROR` if logging is installed already.
pub fn install(settings: &TelemetrySettings, service: &str) -> Result<Telemetry, Fault> {
    let invalid_filter = |_| crate::config::invalid("telemetry.log_filter", "a list of filters such as info,sqlx=warn");
    let filter = EnvFilter::try_new(&settings.log_filter).map_err(invalid_filter)?;
    let export = if settings.otlp_endpoint.is_empty() { None } else { Some(Export::start(settings, service)?) };
    let traces = export.as_ref().map(|export| exported(export.traces.tracer("quittance")));
    tracing_subscriber::registry()
        .with(lines(settings.log_format).with_filter(filter))
        .with(traces)
        .try_init()
        .map_err(|_| Fault::internal("logging is installed already"))?;
    Ok(Telemetry { export })
}

fn lines<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Pretty => Box::new(layer.with_target(false)),
        LogFormat::Json => Box::new(layer.json().flatten_event(true).with_current_span(false).with_span_list(true)),
    }
}

fn exported<S>(tracer: SdkTracer) -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
{
    let targets = Targets::new().with_default(LevelFilter::INFO).with_targets(NOT_EXPORTED.map(|target| (target, LevelFilter::OFF)));
    tracing_opentelemetry::layer().with_tracer(tracer).with_filter(targets)
}

impl Export {
    fn start(settings: &TelemetrySettings, service: &str) -> Result<Export, Fault> {
        let unusable = |_| crate::config::invalid("telemetry.otlp_endpoint", "empty or http://host:port");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).thread_name("telemetry").enable_all().build();
        let runtime = runtime.map_err(|_| Fault::new(Reason::InternalError, "no thread for telemetry"))?;
        // The exporters attach to the runtime they are built in.
        let entered = runtime.enter();
        let endpoint = settings.otlp_endpoint.as_str();
        let spans = SpanExporter::builder().with_tonic().with_endpoint(endpoint).with_timeout(EXPORT_WITHIN).build().map_err(unusable)?;
        let measures =
            MetricExporter::builder().with_tonic().with_endpoint(endpoint).with_timeout(EXPORT_WITHIN).build().map_err(unusable)?;
        let resource = Resource::builder()
            .with_service_name(service.to_owned())
            .with_attributes([KeyValue::new("service.namespace", "quittance"), KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))])
            .build();
        let traces = SdkTracerProvider::builder()
            .with_resource(resource.clone())
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(share(settings.sample_per_mille)))))
            .with_batch_exporter(spans)
            .build();
        let reader = PeriodicReader::builder(measures).with_interval(Duration::from_millis(settings.metrics_interval_ms)).build();
        let metrics = SdkMeterProvider::builder().with_resource(resource).with_reader(reader).build();
        drop(entered);
        global::set_tracer_provider(traces.clone());
        global::set_meter_provider(metrics.clone());
        Ok(Export { traces, metrics, runtime })
    }
}

#[allow(clippy::float_arithmetic, reason = "a share of traces, which the sampler takes as a float")]
fn share(per_mille: u32) -> f64 {
    f64::from(per_mille) / 1000.0
}

/// Writes panics to the log from now on, with every digit masked: a message may quote what was being worked on.
pub fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or_default();
        let masked = message.replace(|character: char| character.is_ascii_digit(), "#");
        tracing::error!(place, "panic: {masked}");
    }));
}

impl Telemetry {
    /// Sends what is still held back, for at most three seconds, and ends the exporters.
    pub async fn flush(self) {
        let Some(Export { traces, metrics, runtime }) = self.export else {
            return;
        };
        let last = tokio::task::spawn_blocking(move || {
            let _ = traces.shutdown_with_timeout(FLUSH_WITHIN);
            let _ = metrics.shutdown_with_timeout(FLUSH_WITHIN);
        });
        if tokio::time::timeout(FLUSH_WITHIN, last).await.is_err() {
            tracing::warn!("the telemetry collector did not take everything in time");
        }
        runtime.shutdown_background();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use opentelemetry::trace::Tracer;

    use super::*;

    #[tokio::test]
    async fn a_collector_that_never_answers_does_not_hold_up_the_end() {
        // Connections are taken by the system and never looked at.
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let settings = TelemetrySettings {
            log_format: LogFormat::Json,
            log_filter: "off".to_owned(),
            otlp_endpoint: format!("http://{}", silent.local_addr().unwrap()),
            sample_per_mille: 1000,
            metrics_interval_ms: 60_000,
        };
        let export = Export::start(&settings, "credit").unwrap();
        export.traces.tracer("test").start("work");
        let begun = std::time::Instant::now();
        Telemetry { export: Some(export) }.flush().await;
        assert!(begun.elapsed() < FLUSH_WITHIN + Duration::from_secs(2), "{:?}", begun.elapsed());
    }
}
