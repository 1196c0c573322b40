//! The arrows of the house: types < api < formats < chassis < services < suite, and domains that know only values.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Own crates each member may depend on outside of its tests.
fn allowed(member: &str) -> Vec<&'static str> {
    let libs = ["quittance-types", "quittance-api", "quittance-formats", "quittance-chassis"];
    match member {
        "libs/types" => vec![],
        "libs/api" => libs[..1].to_vec(),
        "libs/formats" => libs[..1].to_vec(),
        "libs/chassis" => libs[..2].to_vec(),
        "libs/testkit" | "libs/simulator" => libs.to_vec(),
        "services/reconciliation/engine" => libs[..1].to_vec(),
        "services/reconciliation/backtest" => vec!["quittance-types", "quittance-formats", "quittance-matching"],
        "services/reconciliation" => [libs.as_slice(), &["quittance-matching"]].concat(),
        "services/suite" => vec!["*"],
        _ => libs.to_vec(),
    }
}

/// What a domain must not see: the wire, the store, the runtime, the clock, chance.
const FORBIDDEN_IN_DOMAIN: [&str; 9] =
    ["tonic", "prost", "sea_orm", "tokio", "quittance_api", "quittance_chassis", "SystemTime", "Timestamp::now", "rand::"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

fn members() -> Vec<String> {
    let folders = ["libs", "services", "services/reconciliation"].into_iter().flat_map(|folder| {
        let entries = fs::read_dir(root().join(folder)).expect(folder);
        entries.map(move |entry| format!("{folder}/{}", entry.expect("an entry").file_name().to_string_lossy()))
    });
    folders.filter(|member| root().join(member).join("Cargo.toml").exists()).collect()
}

fn manifest(member: &str) -> toml::Table {
    fs::read_to_string(root().join(member).join("Cargo.toml")).expect(member).parse().expect(member)
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries.map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            found.extend(rust_files(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push(entry);
        }
    }
    found
}

#[test]
fn arrows_go_one_way() {
    let mut wrong = Vec::new();
    for member in members() {
        let allowed = allowed(&member);
        let manifest = manifest(&member);
        let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table).cloned().unwrap_or_default();
        for name in dependencies.keys().filter(|name| name.starts_with("quittance-")) {
            if !allowed.contains(&"*") && !allowed.contains(&name.as_str()) {
                wrong.push(format!("{member} must not depend on {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn domains_know_only_values() {
    let mut wrong = BTreeMap::new();
    for member in members().iter().filter(|member| member.starts_with("services/")) {
        let source = root().join(member).join("src");
        let mut files = rust_files(&source.join("domain"));
        files.extend(Some(source.join("domain.rs")).filter(|file| file.exists()));
        for file in files {
            let text = fs::read_to_string(&file).expect("a source file");
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            for line in code {
                if let Some(name) = FORBIDDEN_IN_DOMAIN.iter().find(|name| line.contains(*name)) {
                    wrong.entry(file.display().to_string()).or_insert_with(Vec::new).push((*name, line.trim().to_owned()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Where a floor may not reach, and what it may not do itself: a bare task outlives a drain, a status without a reason tells
/// nobody anything.
const FORBIDDEN_BELOW: [(&[&str], &[&str]); 2] = [
    (&["store", "inbox", "jobs"], &["crate::rpc", " rpc::", "{rpc::"]),
    (&["rpc", "store", "inbox", "jobs", "domain"], &["tokio::spawn", "task::spawn(", "thread::spawn(", "Status::unimplemented"]),
];

#[test]
fn floors_do_not_reach_up() {
    let mut wrong = Vec::new();
    for service in ["credit", "invoicing", "payments", "reconciliation", "collections", "gateway"] {
        let source = root().join("services").join(service).join("src");
        for (floors, forbidden) in FORBIDDEN_BELOW {
            for file in floors.iter().flat_map(|floor| rust_files(&source.join(floor))) {
                let text = fs::read_to_string(&file).expect("a source file");
                let found = forbidden.iter().filter(|name| text.contains(**name));
                wrong.extend(found.map(|name| format!("{}: {name}", file.display())));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn modules_have_no_mod_rs() {
    let all = rust_files(&root().join("libs")).into_iter().chain(rust_files(&root().join("services")));
    let stray: Vec<_> = all.filter(|file| file.file_name().is_some_and(|name| name == "mod.rs")).collect();
    assert!(stray.is_empty(), "{stray:?}");
}

#[test]
fn every_service_has_the_same_shape() {
    for service in ["credit", "invoicing", "payments", "reconciliation", "collections"] {
        let folder = root().join("services").join(service);
        for part in
            ["README.md", "config.toml", "src/main.rs", "src/lib.rs", "src/domain.rs", "src/store.rs", "src/rpc.rs", "src/migrations.rs"]
        {
            assert!(folder.join(part).exists(), "{service} lacks {part}");
        }
    }
}
