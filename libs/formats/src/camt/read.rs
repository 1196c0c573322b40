//! The document: finding the message, its header and its statements.

use super::{Message, header};
use crate::budget::Budget;
use crate::charset::decode_xml;
use crate::checks;
use crate::error::FormatError;
use crate::finding::{FindingKind, Names, Recorder, excerpt};
use crate::statement::BankFile;
use crate::xml::{Cursor, Limits, Tree, message};

/// A message of a file.
type Sniffed = message::Found<Message>;

/// A file being read.
pub(super) struct Reading<'a, 'b> {
    pub cursor: Cursor<'a>,
    pub tree: Tree,
    pub recorder: Recorder,
    pub message: Message,
    /// Charged for statements, balances, entries and transactions.
    pub budget: &'b mut Budget,
}

/// Reads a whole file.
pub(crate) fn read(bytes: &[u8], budget: &mut Budget) -> Result<BankFile, FormatError> {
    let decoded = decode_xml(bytes)?;
    let mut cursor = Cursor::new(&decoded.text, Limits::STANDARD)?;
    let mut root = None;
    let Some(first) = next_message(&mut cursor, &mut root)? else {
        return Err(message::unknown(root));
    };
    let mut reading = Reading { cursor, tree: Tree::default(), recorder: Recorder::new(Names::CAMT), message: first.message, budget };
    let mut file = BankFile::new(first.message.format, bytes);
    file.version = first.namespace.as_deref().and_then(version_in).unwrap_or_default();
    file.namespace.clone_from(&first.namespace);
    if let Some(declared) = &decoded.mismatch {
        let text = format!("declared as {declared}, is UTF-8");
        reading.recorder.note(FindingKind::EncodingMismatch, "", 0, text);
    }
    check_namespace(&mut reading, &first);
    reading.message_body(&mut file, true)?;
    while let Some(next) = next_message(&mut reading.cursor, &mut root)? {
        reading.another_message(&next)?;
        reading.message_body(&mut file, false)?;
    }
    if file.statements.is_empty() {
        return Err(FormatError::Malformed {
            path: format!("/{}", first.body),
            line: reading.cursor.line(first.offset),
            why: "no statement in the message".to_string(),
        });
    }
    checks::check_file(&file, &mut reading.recorder);
    file.findings = reading.recorder.finish(decoded.text.as_bytes());
    Ok(file)
}

/// Goes to the next message.
fn next_message(cursor: &mut Cursor<'_>, root: &mut Option<String>) -> Result<Option<Sniffed>, FormatError> {
    message::next(cursor, root, Message::of_body)
}

fn version_in(namespace: &str) -> Option<String> {
    message::version_in(namespace, "camt.05")
}

fn check_namespace(reading: &mut Reading<'_, '_>, sniffed: &Sniffed) {
    let code = sniffed.message.format.code();
    let text = match sniffed.namespace.as_deref() {
        None => "no namespace: the version is not known".to_string(),
        Some(uri) if uri.starts_with("urn:CBI:xsd:") => return,
        Some(uri) => match version_in(uri) {
            Some(version) if version.starts_with(code) => return,
            Some(version) => format!("the namespace says {version}, the message is {code}"),
            None => format!("the namespace {} tells no version", excerpt(uri, 120)),
        },
    };
    reading.recorder.note(FindingKind::NamespaceUnexpected, &sniffed.body, 0, text);
}

impl Reading<'_, '_> {
    /// Charges one statement, balance, entry or transaction.
    pub fn count_item(&mut self, cost: usize) -> Result<(), FormatError> {
        self.budget.spend(cost, 0).map_err(|error| error.at_line(|| self.cursor.line(self.cursor.offset())))
    }

    fn another_message(&mut self, next: &Sniffed) -> Result<(), FormatError> {
        if next.message != self.message {
            return Err(self.cursor.malformed(format!("a second message of another kind, {}", next.message.format.code())));
        }
        let offset = self.cursor.offset();
        self.recorder.note(FindingKind::SeveralMessages, &next.body, offset, "a further message; its header is not kept");
        Ok(())
    }

    fn message_body(&mut self, file: &mut BankFile, keep_header: bool) -> Result<(), FormatError> {
        let start = self.cursor.offset();
        while self.cursor.next_child()? {
            if self.cursor.name() == self.message.item {
                let number = file.statements.len();
                self.recorder.statement = Some(number);
                self.recorder.enter(self.message.item, number + 1);
                let statement = self.statement()?;
                self.recorder.leave();
                self.recorder.statement = None;
                file.add(statement);
                continue;
            }
            let is_header = self.cursor.name() == "GrpHdr";
            self.cursor.subtree(&mut self.tree)?;
            if let Some(root) = self.tree.root().filter(|_| is_header && keep_header) {
                header::read(root, file, &mut self.recorder);
            }
        }
        if keep_header && file.message_id.is_none() {
            self.recorder.note(FindingKind::IdentificationMissing, "GrpHdr/MsgId", start, "no message identification");
        }
        Ok(())
    }
}
