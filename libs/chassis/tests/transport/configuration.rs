//! Settings: where they come from, what wins, and errors that name the place but never the value.

use std::fs;

use quittance_chassis::config::{NodeSettings, Sources, invalid};
use quittance_types::{Fault, Reason};
use serde::Deserialize;

const SECRET: &str = "hunter2";
const DEFAULTS: &str = r#"
[server]
address = "127.0.0.1:7001"

[service]
# Days between two reviews.
review_days = 90
title = "Reviews"
strict = true
levels = ["low"]
"#;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    review_days: u32,
    title: String,
    strict: bool,
    levels: Vec<String>,
}

fn check(settings: &Settings) -> Result<(), Fault> {
    if settings.review_days == 0 { Err(invalid("service.review_days", "at least 1")) } else { Ok(()) }
}

fn sources() -> Sources {
    Sources::embedded("credit", DEFAULTS)
}

fn load(sources: &Sources) -> NodeSettings<Settings> {
    sources.load(check).unwrap()
}

#[track_caller]
fn refused(sources: &Sources, key: &str, source: &str) -> Fault {
    let fault = sources.load(check).map(|_: NodeSettings<Settings>| ()).unwrap_err();
    let shown = format!("{fault} {:?}", fault.operator_detail());
    assert_eq!(fault.reason(), Reason::ConfigInvalid);
    assert!(shown.contains(key) && shown.contains(source), "{shown}");
    assert!(!shown.contains(SECRET), "{shown}");
    fault
}

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn later_sources_win() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("credit.toml");
    fs::write(&file, "[service]\nreview_days = 30\ntitle = \"file\"\n[server]\nmax_streams = 7\n").unwrap();
    let secrets = directory.path().join("secrets");
    fs::create_dir(&secrets).unwrap();
    fs::write(secrets.join("database__url"), "postgres://app:hunter2@db/credit\n").unwrap();
    fs::write(secrets.join(".hidden"), "x").unwrap();
    fs::write(secrets.join("service__title"), "secret").unwrap();

    let settings = load(&sources());
    assert_eq!((settings.service.review_days, settings.server.address.as_str()), (90, "127.0.0.1:7001"));
    assert_eq!(settings.server.max_header_bytes, 16_384);

    let layered = sources().file(Some(&file));
    assert_eq!((load(&layered).service.title.as_str(), load(&layered).server.max_streams), ("file", 7));
    let layered = layered.secrets(Some(&secrets));
    assert_eq!(load(&layered).service.title, "secret");
    let layered = layered.environment(variables(&[
        ("QUITTANCE_CREDIT__SERVICE__TITLE", "environment"),
        ("QUITTANCE_OTHER__X", "1"),
        ("PATH", "/bin"),
    ]));
    assert_eq!(load(&layered).service.title, "environment");
    let layered = layered.overrides(["service.title=command line".to_owned(), "service.levels=[\"a\", \"b\"]".to_owned()]);
    let settings = load(&layered);
    assert_eq!((settings.service.title.as_str(), settings.service.review_days), ("command line", 30));
    assert_eq!(settings.service.levels, ["a", "b"]);
    assert!(settings.service.strict);
}

#[test]
fn a_text_of_digits_stays_a_text() {
    let settings = load(
        &sources().environment(variables(&[("QUITTANCE_CREDIT__SERVICE__TITLE", "0042"), ("QUITTANCE_CREDIT__SERVICE__STRICT", "false")])),
    );
    assert_eq!((settings.service.title.as_str(), settings.service.strict), ("0042", false));
}

#[test]
fn errors_name_key_and_source_but_never_the_value() {
    let variable = "QUITTANCE_CREDIT__SERVICE__REVIEW_DAYS";
    refused(&sources().environment(variables(&[(variable, SECRET)])), "service.review_days", variable);
    refused(&sources().environment(variables(&[("QUITTANCE_CREDIT__SERVICE__STRICT", SECRET)])), "service.strict", "environment variable");
    refused(&sources().environment(variables(&[("QUITTANCE_CREDIT__SERVICE__LEVELS", SECRET)])), "service.levels", "environment variable");
    refused(&sources().environment(variables(&[("QUITTANCE_CREDIT__DATABSE__URL", SECRET)])), "databse", "QUITTANCE_CREDIT__DATABSE__URL");
    refused(&sources().overrides([format!("server.colour={SECRET}")]), "server.colour", "command line --set server.colour");
    refused(&sources().overrides([format!("telemetry.log_format={SECRET}")]), "telemetry.log_format", "command line");
    refused(&sources().overrides([SECRET.to_owned()]), "table.key=value", "command line");
    refused(&sources().overrides([format!("server..x={SECRET}")]), "server..x", "command line");
    refused(
        &sources().overrides(["service.review_days=0".to_owned()]),
        "service.review_days must be at least 1",
        "command line --set service.review_days",
    );
    refused(&sources().overrides(["server.max_in_flight=0".to_owned()]), "server.max_in_flight", "command line");
    refused(&sources().overrides(["server.deadline_ms=99999999".to_owned()]), "server.deadline_ms", "command line");
    refused(&sources().overrides([format!("peers.invoicing.address={SECRET}")]), "peers.invoicing.address", "command line");
    refused(&sources().overrides(["service.review_days=-1".to_owned()]), "service.review_days", "command line");
}

#[test]
fn errors_in_files_name_the_line_but_not_its_text() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("credit.toml");
    let shown = file.display().to_string();
    fs::write(&file, format!("[service]\ntitle = {SECRET}\n")).unwrap();
    let fault = refused(&sources().file(Some(&file)), "line 2", &shown);
    assert_eq!(fault.get("source"), Some(format!("file {shown}").as_str()));
    fs::write(&file, format!("[service]\nreview_days = \"{SECRET}\"\n")).unwrap();
    refused(&sources().file(Some(&file)), "service.review_days", &shown);
    fs::write(&file, format!("[service]\ntitel = \"{SECRET}\"\n")).unwrap();
    refused(&sources().file(Some(&file)), "service.titel", &shown);
    refused(&sources().file(Some(&directory.path().join("absent.toml"))), "cannot be read", "absent.toml");
}

#[test]
fn a_missing_setting_is_named() {
    let without = Sources::embedded("credit", "[service]\ntitle = \"x\"\nstrict = true\nlevels = []\n");
    refused(&without, "service.review_days", "");
}

#[test]
fn a_dump_hides_secrets_and_shows_the_rest() {
    let shown = sources().overrides([format!("database.url=postgres://app:{SECRET}@db:5432/credit")]).dump().unwrap();
    assert!(!shown.contains(SECRET), "{shown}");
    assert!(shown.contains("postgres://app:[hidden]@db:5432/credit"), "{shown}");
    assert!(shown.contains("review_days = 90") && shown.contains("max_header_bytes = 16384"), "{shown}");
}

#[test]
fn tls_is_all_or_nothing_and_no_token_goes_out_in_the_clear() {
    let certificate = "tls.certificate_file=a.pem".to_owned();
    refused(&sources().overrides([certificate.clone()]), "tls.key_file", "chassis defaults");
    let tls = || sources().overrides([certificate.clone(), "tls.key_file=b.pem".to_owned(), "tls.authority_file=c.pem".to_owned()]);
    assert!(load(&tls()).tls.is_on());
    refused(&tls().overrides(["peers.credit.address=http://credit:7000".to_owned()]), "https://host:port", "peers.credit.address");
    load(&tls().overrides(["peers.credit.address=https://credit:7000".to_owned()]));
    refused(&sources().overrides(["peers.credit.address=https://credit:7000".to_owned()]), "http://host:port", "peers.credit.address");
}
