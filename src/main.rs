//! Argument parsing and nothing else: everything is in the library.

fn main() -> std::process::ExitCode {
    kravprobe::cli::main()
}
