//! What a bank file holds, as JSON.

use std::{io::Write, path::Path, process::ExitCode};

use quittance_types::{Fault, Reason};

/// Prints the file as JSON; a file that cannot be read as any known format is an error that says where it breaks.
pub fn run(file: &Path) -> Result<ExitCode, Fault> {
    let bytes = std::fs::read(file)
        .map_err(|cause| Fault::new(Reason::FileTypeUnsupported, format!("{} cannot be read: {}.", file.display(), cause.kind())))?;
    let shown = quittance_formats::inspect(&bytes)?;
    let text = serde_json::to_string_pretty(&shown).map_err(|error| Fault::internal(error.to_string()))?;
    // A reader that has seen enough, such as `head`, is no error.
    let _ = writeln!(std::io::stdout().lock(), "{text}");
    Ok(ExitCode::SUCCESS)
}
