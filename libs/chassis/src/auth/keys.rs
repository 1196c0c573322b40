//! Ed25519 keys: generation, PKCS#8 and SPKI files, and the set of keys a process works with.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{DecodingKey, EncodingKey};
use quittance_types::{Fault, Reason};
use sha2::{Digest, Sha256};

use super::{TokenMinter, TokenVerifier};
use crate::clock::Clock;
use crate::config::AuthSettings;
use crate::files::{create_private_file, create_private_folder};

const PRIVATE_LABEL: &str = "PRIVATE KEY";
const PUBLIC_LABEL: &str = "PUBLIC KEY";
/// SubjectPublicKeyInfo of Ed25519 (RFC 8410) up to the 32 bytes of the key itself.
const SPKI_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const PUBLIC_LENGTH: usize = 32;

/// The private key one issuer signs with.
#[derive(Clone)]
pub struct SigningKey {
    pkcs8: Arc<[u8]>,
    public: PublicKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({})", self.public.id())
    }
}

impl SigningKey {
    /// A new random key of `issuer`.
    ///
    /// # Errors
    /// `INTERNAL_ERROR` if the system has no randomness.
    pub fn generate(issuer: &str) -> Result<SigningKey, Fault> {
        let pair = Ed25519KeyPair::generate().map_err(|_| Fault::internal("no randomness for a key"))?;
        let document = pair.to_pkcs8v1().map_err(|_| Fault::internal("a new key cannot be encoded"))?;
        SigningKey::from_pkcs8(issuer, document.as_ref())
    }

    /// The key of `issuer` from PKCS#8 DER.
    ///
    /// # Errors
    /// `CONFIG_INVALID` if the bytes are not an Ed25519 private key.
    pub fn from_pkcs8(issuer: &str, der: &[u8]) -> Result<SigningKey, Fault> {
        let pair = Ed25519KeyPair::from_pkcs8(der).map_err(|_| unusable(issuer, "is not an Ed25519 private key in PKCS#8"))?;
        let public = PublicKey::from_bytes(issuer, pair.public_key().as_ref())?;
        Ok(SigningKey { pkcs8: Arc::from(der), public })
    }

    /// Reads a PEM file as written by [`SigningKey::write`] or `openssl genpkey -algorithm ED25519`.
    ///
    /// # Errors
    /// `CONFIG_INVALID` if the file cannot be read or holds no such key.
    pub fn read(issuer: &str, path: &Path) -> Result<SigningKey, Fault> {
        SigningKey::from_pkcs8(issuer, &read_pem(path, PRIVATE_LABEL)?)
    }

    /// Writes `<issuer>.pem`, readable by the owner only, and `<issuer>.pub` into the directory, unless there is a private key
    /// already: that one stays.
    ///
    /// # Errors
    /// `CONFIG_INVALID` if a file cannot be created.
    pub fn write(&self, directory: &Path) -> Result<(), Fault> {
        create_private_folder(directory).map_err(|cause| unwritable(directory, &cause))?;
        let path = directory.join(format!("{}.pem", self.public.issuer()));
        let pem = to_pem(PRIVATE_LABEL, &self.pkcs8);
        let is_ours = create_private_file(&path, pem.as_bytes()).map_err(|cause| unwritable(&path, &cause))?;
        if is_ours { self.publish(directory) } else { Ok(()) }
    }

    /// Writes `<issuer>.pub` if it is missing: whoever wrote the private key may not have come so far.
    fn publish(&self, directory: &Path) -> Result<(), Fault> {
        let path = directory.join(format!("{}.pub", self.public.issuer()));
        if path.exists() {
            return Ok(());
        }
        create_private_file(&path, self.public.to_pem().as_bytes()).map(drop).map_err(|cause| unwritable(&path, &cause))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    pub(super) fn encoding(&self) -> EncodingKey {
        EncodingKey::from_ed_der(&self.pkcs8)
    }
}

/// The public key of one issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    issuer: Arc<str>,
    id: Arc<str>,
    bytes: [u8; PUBLIC_LENGTH],
}

impl PublicKey {
    fn from_bytes(issuer: &str, bytes: &[u8]) -> Result<PublicKey, Fault> {
        let bytes: [u8; PUBLIC_LENGTH] = bytes.try_into().map_err(|_| unusable(issuer, "is not an Ed25519 public key"))?;
        let digest = Sha256::digest(bytes);
        let fingerprint = hex::encode(digest.get(..8).unwrap_or_default());
        Ok(PublicKey { issuer: Arc::from(issuer), id: Arc::from(format!("{issuer}.{fingerprint}")), bytes })
    }

    /// The public key of `issuer` from a PEM file.
    ///
    /// # Errors
    /// `CONFIG_INVALID` if the file cannot be read or holds no Ed25519 key.
    pub fn read(issuer: &str, path: &Path) -> Result<PublicKey, Fault> {
        let der = read_pem(path, PUBLIC_LABEL)?;
        let bytes = der.strip_prefix(&SPKI_PREFIX[..]);
        PublicKey::from_bytes(issuer, bytes.ok_or_else(|| unusable(&path.display().to_string(), "is not an Ed25519 public key"))?)
    }

    /// Who signs with it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The key id in token headers: the issuer and a fingerprint.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// SubjectPublicKeyInfo as PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        to_pem(PUBLIC_LABEL, &[&SPKI_PREFIX[..], &self.bytes[..]].concat())
    }

    pub(super) fn decoding(&self) -> DecodingKey {
        DecodingKey::from_ed_der(&self.bytes)
    }
}

/// The keys a process works with: those it signs with, and those it trusts.
#[derive(Clone, Debug, Default)]
pub struct KeyRing {
    signing: BTreeMap<String, SigningKey>,
    trusted: Vec<PublicKey>,
}

impl KeyRing {
    /// Fresh keys for every name, each trusting all others. For tests and for one process that runs them all.
    ///
    /// # Errors
    /// `INTERNAL_ERROR` if the system has no randomness.
    pub fn generate(names: &[&str]) -> Result<KeyRing, Fault> {
        let mut ring = KeyRing::default();
        for name in names {
            ring.add(SigningKey::generate(name)?);
        }
        Ok(ring)
    }

    /// The keys of every name in the directory; those missing are created. For the embedded mode.
    ///
    /// # Errors
    /// `CONFIG_INVALID` if a file cannot be read or written.
    pub fn open_or_generate(directory: &Path, names: &[&str]) -> Result<KeyRing, Fault> {
        let mut ring = KeyRing::default();
        for name in names {
            ring.add(own_key(directory, name, true)?);
        }
        ring.trusted = trusted_in(directory)?;
        Ok(ring)
    }

    /// The keys of every name in the directory, all of which must be there: for tools that speak for a suite at work.
    ///
    /// # Errors
    /// `CONFIG_INVALID` if one is missing or a file cannot be read.
    pub fn read(directory: &Path, names: &[&str]) -> Result<KeyRing, Fault> {
        let mut ring = KeyRing::default();
        for name in names {
            ring.add(own_key(directory, name, false)?);
        }
        ring.trusted = trusted_in(directory)?;
        Ok(ring)
    }

    /// The own key of the service `name` and every public key in the directory of the settings.
    ///
    /// # Errors
    /// `CONFIG_INVALID` if the own key is missing and may not be created, or a file cannot be read.
    pub fn open(settings: &AuthSettings, name: &str) -> Result<KeyRing, Fault> {
        let mut ring = KeyRing::default();
        ring.add(own_key(&settings.keys_directory, name, settings.generate_key)?);
        ring.trusted = trusted_in(&settings.keys_directory)?;
        Ok(ring)
    }

    fn add(&mut self, key: SigningKey) {
        self.trusted.push(key.public().clone());
        self.signing.insert(key.public().issuer().to_owned(), key);
    }

    /// Trusts one more key.
    pub fn trust(&mut self, key: PublicKey) {
        self.trusted.push(key);
    }

    /// The public keys whose tokens are accepted.
    #[must_use]
    pub fn trusted(&self) -> &[PublicKey] {
        &self.trusted
    }

    /// Signs in the name of `issuer`.
    ///
    /// # Errors
    /// `CONFIG_INVALID` if there is no private key of that name.
    pub fn minter(&self, issuer: &str, clock: &Clock) -> Result<TokenMinter, Fault> {
        let key = self.signing.get(issuer).ok_or_else(|| unusable(issuer, "has no private key"))?;
        Ok(TokenMinter::new(key, clock.clone()))
    }

    /// A secret of 32 bytes for one purpose, derived from the private key of `issuer`: whoever holds the key derives the
    /// same one again.
    ///
    /// # Errors
    /// `CONFIG_INVALID` if there is no private key of that name.
    pub fn derive(&self, issuer: &str, purpose: &[u8]) -> Result<[u8; 32], Fault> {
        let key = self.signing.get(issuer).ok_or_else(|| unusable(issuer, "has no private key"))?;
        Ok(Sha256::new().chain_update(purpose).chain_update(&key.pkcs8).finalize().into())
    }

    /// Accepts tokens made for `audience` by every trusted issuer.
    #[must_use]
    pub fn verifier(&self, audience: &str, clock: &Clock) -> TokenVerifier {
        TokenVerifier::new(&self.trusted, audience, clock.clone())
    }
}

fn own_key(directory: &Path, name: &str, create: bool) -> Result<SigningKey, Fault> {
    let path = directory.join(format!("{name}.pem"));
    if !create {
        return SigningKey::read(name, &path);
    }
    if !path.exists() {
        SigningKey::generate(name)?.write(directory)?;
    }
    // Of several processes that start for the first time at once, one has written the key of them all.
    let key = SigningKey::read(name, &path)?;
    key.publish(directory)?;
    Ok(key)
}

/// Every `<issuer>.pub` and `<issuer>.<any>.pub` of the directory; several keys of one issuer allow for rotation.
fn trusted_in(directory: &Path) -> Result<Vec<PublicKey>, Fault> {
    let shown = directory.display().to_string();
    let unreadable = |cause: std::io::Error| unusable(&shown, &format!("cannot be read: {}", cause.kind()));
    let mut keys = Vec::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".pub"));
        let Some(issuer) = name.and_then(|name| name.split('.').next()).filter(|issuer| !issuer.is_empty()) else {
            continue;
        };
        keys.push(PublicKey::read(issuer, &path)?);
    }
    Ok(keys)
}

fn unwritable(path: &Path, cause: &std::io::Error) -> Fault {
    unusable(&path.display().to_string(), &format!("cannot be written: {}", cause.kind()))
}

fn unusable(subject: &str, problem: &str) -> Fault {
    Fault::new(Reason::ConfigInvalid, format!("key {subject} {problem}")).with("key", "auth.keys_directory")
}

fn read_pem(path: &Path, label: &str) -> Result<Vec<u8>, Fault> {
    let shown = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|cause| match cause.kind() {
        ErrorKind::NotFound => unusable(&shown, "does not exist"),
        kind => unusable(&shown, &format!("cannot be read: {kind}")),
    })?;
    let body =
        text.split_once(&format!("-----BEGIN {label}-----")).and_then(|(_, rest)| rest.split_once(&format!("-----END {label}-----")));
    let (body, _) = body.ok_or_else(|| unusable(&shown, &format!("holds no {label} in PEM")))?;
    let digits: String = body.split_whitespace().collect();
    STANDARD.decode(digits).map_err(|_| unusable(&shown, "is damaged"))
}

fn to_pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn many_that_start_for_the_first_time_at_once_share_their_keys() {
        const NAMES: [&str; 3] = ["credit", "gateway", "invoicing"];
        for _ in 0..20 {
            let place = tempfile::tempdir().unwrap();
            let directory = place.path().join("keys");
            let start = std::sync::Barrier::new(8);
            let open = || {
                start.wait();
                KeyRing::open_or_generate(&directory, &NAMES).map(|ring| ring.derive("credit", b"one").map(|secret| (secret, ring)))
            };
            let opened: Vec<_> = std::thread::scope(|scope| {
                let started: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
                started.into_iter().map(|thread| thread.join().unwrap().unwrap().unwrap()).collect()
            });
            for (secret, ring) in &opened {
                assert_eq!(secret, &opened[0].0);
                let own: Vec<&str> = ring.signing.values().map(|key| key.public().id()).collect();
                assert!(own.iter().all(|id| ring.trusted().iter().any(|trusted| trusted.id() == *id)));
            }
        }
    }
}
