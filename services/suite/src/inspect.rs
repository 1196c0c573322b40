//! What a file of the trade holds, as JSON.

use std::io::{BufWriter, Write};
use std::{path::Path, process::ExitCode};

use quittance_formats::Inspected;
use quittance_types::{Fault, Reason};

/// Prints the file as JSON; a file that cannot be read as any known format is an error that says where it breaks.
pub fn run(file: &Path) -> Result<ExitCode, Fault> {
    let bytes = std::fs::read(file)
        .map_err(|cause| Fault::new(Reason::FileTypeUnsupported, format!("{} cannot be read: {}.", file.display(), cause.kind())))?;
    let name = file.file_name().map(|name| name.to_string_lossy());
    let inspected = Inspected::read(&bytes, name.as_deref())?;
    let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    // A reader that has seen enough, such as `head`, is no error.
    let _ = inspected.write(&mut out).and_then(|()| writeln!(out)).and_then(|()| out.flush());
    Ok(ExitCode::SUCCESS)
}
