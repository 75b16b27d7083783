//! An interrupted run leaves no bundle, and nothing that looks like one.

use crate::local_server::LocalServer;
use crate::run::hidden;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Starts a run against a server that takes the request and never answers, and waits until the bundle has been begun and the
/// server is asked.
fn hanging_run(folder: &Path, server: &LocalServer) -> Child {
    let target = format!(
        "schema = 1\nenvironment = \"local\"\n[system]\nname = \"Tavs\"\n[politeness]\ntimeout_seconds = 120\n\
         [[metadata]]\nname = \"sp\"\nurl = \"http://{}/metadata\"\n",
        server.address
    );
    std::fs::write(folder.join("target.toml"), target).unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_kravprobe"))
        .args(["run", "sp-metadata", "target.toml", "--out", "report"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    while server.received().is_empty() {
        assert!(Instant::now() < deadline, "the run never asked the server");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(hidden(folder), "the bundle is being put together");
    child
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// Takes a request and keeps the connection open without a word until the test ends.
fn silent() -> LocalServer {
    LocalServer::start(|_, _| {
        loop {
            std::thread::park();
        }
    })
}

#[test]
fn ctrl_c_and_termination_leave_nothing() {
    for name in ["-INT", "-TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let server = silent();
        let child = hanging_run(folder.path(), &server);
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{name}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("interrupted"));
        assert!(!folder.path().join("report").exists());
        assert!(!hidden(folder.path()), "{name}: a working folder is left");
    }
}

#[test]
fn a_killed_run_leaves_no_report() {
    let folder = tempfile::tempdir().unwrap();
    let server = silent();
    let child = hanging_run(folder.path(), &server);
    signal(&child, "-KILL");
    assert!(child.wait_with_output().unwrap().status.code().is_none());
    assert!(!folder.path().join("report").exists());
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        assert!(!path.join("report.json").exists(), "{} looks like a bundle", path.display());
    }
}
