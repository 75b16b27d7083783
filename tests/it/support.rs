//! What several areas need.

use std::process::{Command, Output};

/// The program under test, without the caller's environment that could change its output.
pub fn kravprobe() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kravprobe"));
    command.env_remove("NO_COLOR").env_remove("CI").env_remove("COLUMNS");
    command
}

/// Runs the program and gives exit code, stdout and stderr.
pub fn run(arguments: &[&str]) -> (i32, String, String) {
    unpack(&kravprobe().args(arguments).output().expect("the program starts"))
}

/// Exit code, stdout and stderr of a finished program.
pub fn unpack(output: &Output) -> (i32, String, String) {
    (
        output.status.code().expect("the program was not killed"),
        String::from_utf8(output.stdout.clone()).expect("stdout is UTF-8"),
        String::from_utf8(output.stderr.clone()).expect("stderr is UTF-8"),
    )
}

/// Runs a script in Node.js with the tests' packages (`.venv/node`, set up by `make test`) and gives what it printed.
pub fn node(script: &str, argument: &str) -> String {
    let modules = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/node/node_modules");
    assert!(modules.is_dir(), "the tests need .venv/node: run `make setup-test`");
    let output = Command::new("node").env("NODE_PATH", modules).args([script, argument]).output();
    let output = output.expect("Node.js is missing: run `make setup-test`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("Node.js printed UTF-8")
}

/// Runs the tests' Python (`.venv`, set up by `make test`) and gives what it printed.
pub fn python(arguments: &[&str]) -> String {
    let program = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python");
    let output = Command::new(&program).args(arguments).output();
    let output = output.expect("the tests need .venv with tests/requirements.txt: run `make setup-test`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("Python printed UTF-8")
}
