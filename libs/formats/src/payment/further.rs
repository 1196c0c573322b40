//! Elements without a field of their own.

use super::Further;
use crate::error::FormatError;
use crate::iso20022::Reading;
use crate::xml::Node;

/// Bytes of paths for which a byte of an honest file stands: each element repeats the names of those it stands in.
const PATH_PER_BYTE: usize = 4;

/// Collects what `known` does not name: the text and attributes of every leaf, each under its path below `node`.
///
/// # Errors
/// `XML_LIMIT` for more paths than the bytes may honestly hold.
pub(super) fn collect(node: Node<'_>, known: &[&str], into: &mut Further, reading: &mut Reading<'_>) -> Result<(), FormatError> {
    node.children().try_for_each(|child| collect_child(child, known, into, reading))
}

/// As [`collect`], for one child of the element the paths begin below.
pub(super) fn collect_child(child: Node<'_>, known: &[&str], into: &mut Further, reading: &mut Reading<'_>) -> Result<(), FormatError> {
    Walk { known, into, reading, path: String::new() }.element(child)
}

struct Walk<'w, 'r> {
    known: &'w [&'w str],
    into: &'w mut Further,
    reading: &'w mut Reading<'r>,
    path: String,
}

impl Walk<'_, '_> {
    fn element(&mut self, node: Node<'_>) -> Result<(), FormatError> {
        let length = self.path.len();
        if length > 0 {
            self.path.push('/');
        }
        self.path.push_str(node.name());
        if !self.known.contains(&self.path.as_str()) {
            if !node.text().is_empty() {
                self.keep(self.path.clone(), node.text())?;
            }
            for (name, value) in node.attributes() {
                self.keep(format!("{}/@{name}", self.path), value)?;
            }
            node.children().try_for_each(|child| self.element(child))?;
        }
        self.path.truncate(length);
        Ok(())
    }

    fn keep(&mut self, path: String, text: &str) -> Result<(), FormatError> {
        self.reading.spend(path.len() / PATH_PER_BYTE)?;
        self.into.push((path.into(), text.into()));
        Ok(())
    }
}
