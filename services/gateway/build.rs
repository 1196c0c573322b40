//! Writes the OpenAPI 3.1 documents of every contract from its `google.api.http` annotations.

#![allow(clippy::disallowed_methods, reason = "cargo tells a build script its folders by the environment")]

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use rest_over_grpc::build::{DescriptorOptions, Generator, OpenApiInfo, ServiceDefinition};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../proto");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut compiler = protox::Compiler::new([&root])?;
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(protos(&root.join("quittance"))?)?;
    let definitions = ServiceDefinition::from_fds(compiler.encode_file_descriptor_set(), &DescriptorOptions::default())?;
    let info = OpenApiInfo::new("Quittance", env::var("CARGO_PKG_VERSION")?);
    let mut generator = Generator::builder().emit_tonic_bridge(false).emit_openapi_spec(Some(info)).build();
    generator.add_all(definitions);
    let (_, outputs) = generator.generate()?;

    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut list = String::from("&[\n");
    for (index, spec) in outputs.iter().filter_map(|output| output.openapi_spec()).enumerate() {
        let file = out.join(format!("openapi{index}.json"));
        fs::write(&file, spec)?;
        writeln!(list, "include_str!({:?}),", file.display().to_string())?;
    }
    list.push(']');
    fs::write(out.join("openapi.rs"), list)?;
    Ok(())
}

fn protos(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(protos(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
