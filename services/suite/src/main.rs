//! `quittance`: see the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    quittance_suite::main()
}
