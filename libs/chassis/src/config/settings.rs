//! The settings every service has. What each means and its default stand in `libs/chassis/config.toml`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use quittance_types::Fault;
use serde::Deserialize;

use super::error::invalid;
use crate::calendar::CalendarSettings;
use crate::db::DatabaseSettings;

/// Everything one service is configured with; `S` are the service's own settings, from the table `[service]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeSettings<S> {
    /// The gRPC server.
    pub server: ServerSettings,
    /// The health endpoint.
    pub health: HealthSettings,
    /// Calls a tenant may make.
    pub quota: QuotaSettings,
    /// Keys and callers.
    pub auth: AuthSettings,
    /// Certificates.
    pub tls: TlsSettings,
    /// The other services by name.
    pub peers: BTreeMap<String, PeerSettings>,
    /// Logs, traces, metrics.
    pub telemetry: TelemetrySettings,
    /// The database.
    pub database: DatabaseSettings,
    /// Business days.
    pub calendar: CalendarSettings,
    /// The service's own settings.
    pub service: S,
}

/// `[server]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerSettings {
    /// Where to listen, `host:port`.
    pub address: String,
    /// Open connections at most.
    pub max_connections: usize,
    /// Open calls per connection at most.
    pub max_streams_per_connection: u32,
    /// Largest header list, bytes.
    pub max_header_bytes: u32,
    /// Unary calls worked on at a time.
    pub max_in_flight: usize,
    /// Unary calls waiting for a place.
    pub max_waiting: usize,
    /// Longest wait for a place, milliseconds.
    pub max_wait_ms: u64,
    /// Server streams open at a time.
    pub max_streams: usize,
    /// Deadline of a unary call that has none, milliseconds.
    pub deadline_ms: u64,
    /// Longest deadline of a unary call, milliseconds.
    pub max_deadline_ms: u64,
    /// Interval of HTTP/2 pings, milliseconds.
    pub keepalive_ms: u64,
    /// Wait for the answer to a ping, and for a peer that reads nothing of what it asked for, milliseconds.
    pub keepalive_timeout_ms: u64,
    /// Age at which a connection is asked to close, milliseconds.
    pub connection_age_ms: u64,
    /// Grace after that, milliseconds.
    pub connection_grace_ms: u64,
    /// Whether reflection is served.
    pub reflection: bool,
    /// Time to serve on after the signal to stop, milliseconds.
    pub drain_delay_ms: u64,
    /// Time for open calls after that, milliseconds.
    pub drain_limit_ms: u64,
}

/// `[health]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HealthSettings {
    /// Where health answers, `host:port`; empty for nowhere.
    pub address: String,
}

/// `[quota]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaSettings {
    /// Cost units per second and tenant.
    pub per_second: u32,
    /// Cost units in one burst.
    pub burst: u32,
}

/// `[auth]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthSettings {
    /// Directory of key files.
    pub keys_directory: PathBuf,
    /// Whether a missing own key is created.
    pub generate_key: bool,
    /// Issuer -> permission patterns it may use here at most; `*` for all others.
    pub callers: BTreeMap<String, Vec<String>>,
}

/// `[tls]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    /// Certificate chain of this service, PEM; empty for no TLS.
    pub certificate_file: PathBuf,
    /// Its private key, PEM.
    pub key_file: PathBuf,
    /// The authority of all services' certificates, PEM.
    pub authority_file: PathBuf,
}

/// `[peers.<name>]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerSettings {
    /// `http://host:port`, or `https://host:port` with TLS.
    pub address: String,
}

/// `[telemetry]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TelemetrySettings {
    /// Shape of log lines.
    pub log_format: LogFormat,
    /// Which lines are written.
    pub log_filter: String,
    /// OTLP/gRPC collector; empty for none.
    pub otlp_endpoint: String,
    /// Thousandths of new traces that are exported.
    pub sample_per_mille: u32,
    /// Interval of metric exports, milliseconds.
    pub metrics_interval_ms: u64,
}

/// Shape of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

impl<S> NodeSettings<S> {
    /// Checks what types alone cannot.
    pub(super) fn check(&self) -> Result<(), Fault> {
        self.server.check()?;
        at_least_one("quota.per_second", self.quota.per_second)?;
        at_least_one("quota.burst", self.quota.burst)?;
        if self.telemetry.sample_per_mille > 1000 {
            return Err(invalid("telemetry.sample_per_mille", "at most 1000"));
        }
        at_least_one("telemetry.metrics_interval_ms", self.telemetry.metrics_interval_ms)?;
        let endpoint = &self.telemetry.otlp_endpoint;
        if !endpoint.is_empty() && !is_url(endpoint) {
            return Err(invalid("telemetry.otlp_endpoint", "empty or http://host:port"));
        }
        self.tls.check()?;
        self.calendar.zones()?;
        for (name, peer) in &self.peers {
            let scheme = if self.tls.is_on() { "https" } else { "http" };
            if !is_url(&peer.address) || !peer.address.starts_with(&format!("{scheme}://")) {
                return Err(invalid(&format!("peers.{name}.address"), &format!("{scheme}://host:port")));
            }
        }
        Ok(())
    }
}

impl TlsSettings {
    /// True if TLS is configured.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.certificate_file.as_os_str().is_empty()
    }

    fn check(&self) -> Result<(), Fault> {
        let files = [
            ("tls.certificate_file", &self.certificate_file),
            ("tls.key_file", &self.key_file),
            ("tls.authority_file", &self.authority_file),
        ];
        let odd = files.iter().find(|(_, file)| file.as_os_str().is_empty() == self.is_on());
        odd.map_or(Ok(()), |(key, _)| Err(invalid(key, "set together with the other files of [tls], or empty with them")))
    }
}

impl ServerSettings {
    fn check(&self) -> Result<(), Fault> {
        let limits = [
            ("server.max_connections", self.max_connections as u64),
            ("server.max_streams_per_connection", u64::from(self.max_streams_per_connection)),
            ("server.max_in_flight", self.max_in_flight as u64),
            ("server.max_streams", self.max_streams as u64),
            ("server.deadline_ms", self.deadline_ms),
            ("server.max_deadline_ms", self.max_deadline_ms),
            ("server.keepalive_ms", self.keepalive_ms),
            ("server.keepalive_timeout_ms", self.keepalive_timeout_ms),
            ("server.connection_age_ms", self.connection_age_ms),
        ];
        for (key, value) in limits {
            at_least_one(key, value)?;
        }
        if self.max_header_bytes < 4096 {
            return Err(invalid("server.max_header_bytes", "at least 4096"));
        }
        if self.deadline_ms > self.max_deadline_ms {
            return Err(invalid("server.deadline_ms", "at most server.max_deadline_ms"));
        }
        Ok(())
    }

    /// Longest wait for a place.
    #[must_use]
    pub fn max_wait(&self) -> Duration {
        Duration::from_millis(self.max_wait_ms)
    }

    /// Deadline of a unary call that has none.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        Duration::from_millis(self.deadline_ms)
    }

    /// Longest deadline of a unary call.
    #[must_use]
    pub fn max_deadline(&self) -> Duration {
        Duration::from_millis(self.max_deadline_ms)
    }

    /// Time to serve on after the signal to stop.
    #[must_use]
    pub fn drain_delay(&self) -> Duration {
        Duration::from_millis(self.drain_delay_ms)
    }

    /// Time for open calls after that.
    #[must_use]
    pub fn drain_limit(&self) -> Duration {
        Duration::from_millis(self.drain_limit_ms)
    }
}

fn at_least_one(key: &str, value: impl Into<u64>) -> Result<(), Fault> {
    if value.into() == 0 { Err(invalid(key, "at least 1")) } else { Ok(()) }
}

fn is_url(address: &str) -> bool {
    let uri: Result<http::Uri, _> = address.parse();
    uri.is_ok_and(|uri| uri.scheme().is_some() && uri.authority().is_some())
}
