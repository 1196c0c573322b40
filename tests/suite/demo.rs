//! The demo as a user runs it: a company is played through the public contracts, and the audit is clean.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
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
    let count =
        |name: &str| summary[name].as_str().and_then(|text| text.parse::<u64>().ok()).unwrap_or_else(|| panic!("{name}: {summary}"));
    assert_eq!(count("customers"), 12);
    assert!(count("orders") > 10 && count("invoices") > 5 && count("bank lines") > 5, "{summary}");
    assert_eq!(count("dead letters"), 0, "{summary}");
    let checks = shown.iter().filter(|line| line.get("violations").is_some()).count();
    assert!(checks > 20, "{checks} invariants");

    let again = run(&demo);
    assert!(
        again.status.success() && lines(&again).iter().all(|line| line.get("invoices").is_none()),
        "the second start keeps the company"
    );
    assert!(run(&["audit", "--data", &data]).status.success());
}

#[test]
fn a_play_that_was_killed_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let shown = data.display().to_string();
    let demo = |seed| ["demo", "--data", &shown, "--no-serve", "--customers", "12", "--days", "10", "--seed", seed, "--listen", ""];
    let mut begun = Command::new(quittance()).args(demo("7")).stdout(Stdio::piped()).spawn().expect("quittance runs");
    let output = BufReader::new(begun.stdout.take().expect("its output"));
    assert!(output.lines().map_while(Result::ok).any(|line| line.starts_with("Playing 10 days")));
    begun.kill().expect("it is killed");
    begun.wait().expect("it ends");

    let resumed = run(&demo("8"));
    assert!(resumed.status.success(), "{}\n{}", String::from_utf8_lossy(&resumed.stdout), String::from_utf8_lossy(&resumed.stderr));
    let said = String::from_utf8_lossy(&resumed.stdout).into_owned();
    assert!(said.contains("Going on") && said.contains("seed 7"), "{said}");
    assert!(lines(&resumed).iter().any(|line| line.get("invoices").is_some()), "{said}");
    assert!(String::from_utf8_lossy(&run(&demo("7")).stdout).contains("is kept as it is"));
}
