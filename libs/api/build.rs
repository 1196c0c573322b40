//! Compiles every proto under `proto/quittance` and writes, from the method policies, the `Mutation` implementations.

#![allow(clippy::disallowed_methods, reason = "cargo tells a build script its folders by the environment")]

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use prost_reflect::{DescriptorPool, MethodDescriptor};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../proto");
    println!("cargo:rerun-if-changed={}", root.display());
    let files = protos(&root.join("quittance"))?;
    let mut compiler = protox::Compiler::new([&root])?;
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(&files)?;

    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("documented.bin"), compiler.encode_file_descriptor_set())?;
    let documented = compiler.file_descriptor_set();
    let descriptors = compiler.include_source_info(false).encode_file_descriptor_set();
    fs::write(out.join("descriptors.bin"), &descriptors)?;
    fs::write(out.join("mutations.rs"), mutations(&DescriptorPool::decode(descriptors.as_slice())?)?)?;
    let mut config = prost_build::Config::new();
    config.enable_type_names();
    tonic_prost_build::configure().include_file("packages.rs").compile_fds_with_config(documented, config)?;
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

fn mutations(pool: &DescriptorPool) -> Result<String, Box<dyn Error>> {
    let policy = pool.get_extension_by_name("quittance.auth.v1.policy").ok_or("no policy option")?;
    let mut code = String::new();
    for method in pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()) {
        if !is_mutation(&method, &policy) {
            continue;
        }
        let input = method.input();
        if input.get_field_by_name("request_id").is_none() {
            return Err(format!("{} changes facts, so {} needs request_id", method.full_name(), input.full_name()).into());
        }
        let path = rust_path(input.full_name());
        write!(
            code,
            "impl Mutation for {path} {{\n    fn request_id(&self) -> &str {{ &self.request_id }}\n    \
             fn clear_request_id(&mut self) {{ self.request_id.clear(); }}\n}}\n"
        )?;
    }
    Ok(code)
}

fn is_mutation(method: &MethodDescriptor, policy: &prost_reflect::ExtensionDescriptor) -> bool {
    let options = method.options();
    let value = options.get_extension(policy);
    value.as_message().and_then(|policy| policy.get_field_by_name("effect").and_then(|effect| effect.as_enum_number())) == Some(2)
}

/// `quittance.credit.v1.CreateCustomerRequest` -> `crate::credit::v1::CreateCustomerRequest`.
fn rust_path(full_name: &str) -> String {
    format!("crate::{}", full_name.trim_start_matches("quittance.").replace('.', "::"))
}
