//! PDF files that open without a password although they are encrypted.

use lopdf::{Dictionary, Document, EncryptionState, EncryptionVersion, Object, Permissions, Stream};
use quittance_samples::archive::pdf_stream;

/// Number of the first stream of objects.
const FIRST_STREAM: u16 = 5_000;

/// What a stream of objects is called until the file is saved: `lopdf` saves none that is called so.
const UNSAVED: &str = "ObjStx";

/// Objects to be put into a stream: pairs of number and place, and what stands at the places.
pub struct Packed {
    pub index: String,
    pub objects: String,
}

/// `file` encrypted with no password for those who read it, these streams of objects behind its own objects.
pub fn encrypted(file: &[u8], streams: &[Packed]) -> Vec<u8> {
    let mut document = Document::load_mem(file).unwrap();
    for (packed, number) in streams.iter().zip(FIRST_STREAM..) {
        let mut entries = Dictionary::new();
        entries.set("Type", UNSAVED);
        entries.set("N", i64::try_from(packed.index.split_whitespace().count() / 2).unwrap());
        entries.set("First", i64::try_from(packed.index.len()).unwrap());
        let mut stream = Stream::new(entries, format!("{}{}", packed.index, packed.objects).into_bytes());
        stream.compress().unwrap();
        document.objects.insert((number.into(), 0), Object::Stream(stream));
    }
    document.max_id = u32::from(FIRST_STREAM) + 1_000;
    document.trailer.set("ID", vec![Object::string_literal("A"), Object::string_literal("A")]);
    let (owner_password, user_password, permissions) = ("owner", "", Permissions::all());
    let version = EncryptionVersion::V2 { document: &document, owner_password, user_password, key_length: 128, permissions };
    let state = EncryptionState::try_from(version).unwrap();
    document.encrypt(&state).unwrap();
    let mut out = Vec::new();
    document.save_to(&mut out).unwrap();
    for at in 0..out.len() - UNSAVED.len() {
        if out[at..].starts_with(UNSAVED.as_bytes()) {
            out[at..at + UNSAVED.len()].copy_from_slice(b"ObjStm");
        }
    }
    let table = table_of(streams, &document, &out);
    out.extend(table);
    out
}

/// A further table, which says which objects are in the streams.
fn table_of(streams: &[Packed], document: &Document, file: &[u8]) -> Vec<u8> {
    let (encrypt, _) = document.trailer.get(b"Encrypt").unwrap().as_reference().unwrap();
    let before = String::from_utf8_lossy(file).rsplit("startxref").next().unwrap().split_whitespace().next().unwrap().to_string();
    let (mut index, mut entries) = (String::new(), Vec::new());
    for (packed, stream) in streams.iter().zip(FIRST_STREAM..) {
        for number in packed.index.split_whitespace().step_by(2) {
            index += &format!("{number} 1 ");
            entries.extend([&[2][..], &stream.to_be_bytes(), &[0]].concat());
        }
    }
    let keys = format!("/Type/XRef/Size 9000/W[1 2 1]/Index[{index}]/Prev {before}/Root 1 0 R/Encrypt {encrypt} 0 R/ID[(A)(A)]");
    let section = [&b"8999 0 obj\n"[..], pdf_stream(&keys, &entries).as_slice(), b"\nendobj\n"].concat();
    [section, format!("startxref\n{}\n%%EOF\n", file.len()).into_bytes()].concat()
}
