//! The @name@ service as a process.

use std::process::ExitCode;

fn main() -> ExitCode {
    quittance_chassis::main::<quittance_@name@::@Name@>()
}
