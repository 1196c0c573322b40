//! Settings: embedded defaults < file < secrets directory < environment < command line.
//!
//! A wrong setting stops the process with an error that names the key and where it came from, never the value: a
//! value may be a secret. [`dump`](Sources::dump) shows what is in force with secrets hidden.

mod error;
mod redact;
mod settings;
mod source;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use figment::Figment;
use quittance_types::Fault;
use serde::de::DeserializeOwned;

pub use error::invalid;
pub use settings::{
    AuthSettings, HealthSettings, LogFormat, NodeSettings, PeerSettings, QuotaSettings, ServerSettings, TelemetrySettings, TlsSettings,
};
use source::Layer;

const CHASSIS_DEFAULTS: &str = include_str!("../config.toml");

/// Where the settings of one service come from, lowest precedence first.
#[derive(Clone, Debug)]
pub struct Sources {
    service: String,
    service_defaults: &'static str,
    file: Option<PathBuf>,
    secrets: Option<PathBuf>,
    environment: BTreeMap<String, String>,
    overrides: Vec<String>,
}

impl Sources {
    /// The embedded defaults of the chassis and of the service `name`, whose own commented TOML is `defaults`.
    #[must_use]
    pub fn embedded(name: &str, defaults: &'static str) -> Sources {
        Sources {
            service: name.to_owned(),
            service_defaults: defaults,
            file: None,
            secrets: None,
            environment: BTreeMap::new(),
            overrides: Vec::new(),
        }
    }

    /// Adds a TOML file.
    #[must_use]
    pub fn file(mut self, path: Option<&Path>) -> Sources {
        self.file = path.map(Path::to_owned);
        self
    }

    /// Adds a directory in which each file named `table__key` holds one value, as a mounted Kubernetes Secret does.
    #[must_use]
    pub fn secrets(mut self, directory: Option<&Path>) -> Sources {
        self.secrets = directory.map(Path::to_owned);
        self
    }

    /// Adds environment variables; those that do not begin with `QUITTANCE_<SERVICE>__` are ignored.
    #[must_use]
    pub fn environment(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Sources {
        let prefix = self.variable_prefix();
        self.environment.extend(variables.into_iter().filter(|(name, _)| name.starts_with(&prefix)));
        self
    }

    /// Adds `table.key=value` pairs of the command line.
    #[must_use]
    pub fn overrides(mut self, pairs: impl IntoIterator<Item = String>) -> Sources {
        self.overrides.extend(pairs);
        self
    }

    /// The settings in force, checked; `check` looks at the service's own, with keys of the form `service.x`.
    ///
    /// # Errors
    /// `CONFIG_INVALID` naming the key and the source of the first wrong setting.
    pub fn load<S: DeserializeOwned>(&self, check: impl FnOnce(&S) -> Result<(), Fault>) -> Result<NodeSettings<S>, Fault> {
        let figment = self.merged()?;
        let settings: NodeSettings<S> = figment.extract().map_err(|cause| error::explain(&figment, cause))?;
        settings.check().map_err(|fault| error::locate(&figment, fault))?;
        check(&settings.service).map_err(|fault| error::locate(&figment, fault))?;
        Ok(settings)
    }

    /// The settings in force as TOML, with secrets replaced by `"[hidden]"`.
    ///
    /// # Errors
    /// `CONFIG_INVALID` if a source cannot be read.
    pub fn dump(&self) -> Result<String, Fault> {
        let figment = self.merged()?;
        let mut table: toml::Table = figment.extract().map_err(|cause| error::explain(&figment, cause))?;
        redact::hide_secrets(&mut table);
        toml::to_string_pretty(&table).map_err(|_| Fault::internal("settings cannot be written as TOML"))
    }

    fn variable_prefix(&self) -> String {
        format!("QUITTANCE_{}__", self.service.to_uppercase().replace('-', "_"))
    }

    fn merged(&self) -> Result<Figment, Fault> {
        let mut figment = Figment::new()
            .merge(Layer::toml("chassis defaults", CHASSIS_DEFAULTS)?)
            .merge(Layer::toml(format!("{} defaults", self.service), self.service_defaults)?);
        if let Some(path) = &self.file {
            figment = figment.merge(Layer::file(path)?);
        }
        for layer in self.secrets.iter().map(|directory| source::secrets(directory)) {
            figment = source::merge_all(figment, layer?)?;
        }
        figment = source::merge_all(figment, source::environment(&self.variable_prefix(), &self.environment))?;
        source::merge_all(figment, source::overrides(&self.overrides)?)
    }
}
