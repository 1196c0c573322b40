//! The demo as a user runs it: a company is played through the public contracts, and the audit is clean.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

/// Builds the binary once; cargo itself knows where it puts it.
pub(crate) fn quittance() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        let built = Command::new(env!("CARGO")).args(["build", "--quiet", "--locked", "-p", "quittance"]).current_dir(root).status();
        assert!(built.expect("cargo runs").success(), "the binary builds");
        let own = std::env::current_exe().expect("this test");
        own.parent().and_then(Path::parent).expect("target/<profile>").join("quittance")
    })
}

fn run(arguments: &[&str]) -> Output {
    Command::new(quittance()).args(arguments).output().expect("quittance runs")
}

fn lines(output: &Output) -> Vec<serde_json::Value> {
    String::from_utf8_lossy(&output.stdout).lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

#[test]
fn a_company_is_played_audited_and_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data").display().to_string();
    let demo = ["demo", "--data", &data, "--no-serve", "--customers", "12", "--days", "40", "--seed", "7", "--listen", ""];
    let first = run(&demo);
    assert!(first.status.success(), "{}\n{}", String::from_utf8_lossy(&first.stdout), String::from_utf8_lossy(&first.stderr));
    let shown = lines(&first);
    let summary = shown.iter().find(|line| line.get("invoices").is_some()).expect("a summary");
    let count = |name: &str| summary[name].as_str().and_then(|text| text.parse::<u64>().ok()).unwrap_or_else(|| panic!("{name}: {summary}"));
    assert_eq!(count("customers"), 12);
    assert!(count("orders") > 10 && count("invoices") > 5 && count("bank lines") > 5, "{summary}");
    assert_eq!(count("dead letters"), 0, "{summary}");
    let checks = shown.iter().filter(|line| line.get("violations").is_some()).count();
    assert!(checks > 20, "{checks} invariants");

    let again = run(&demo);
    assert!(again.status.success() && lines(&again).iter().all(|line| line.get("invoices").is_none()), "the second start keeps the company");
    assert!(run(&["audit", "--data", &data]).status.success());
}
