//! Elements without a field of their own.

use super::Further;
use crate::xml::Node;

/// Collects what `known` does not name: the text and attributes of every leaf, each under its path below `node`.
pub(super) fn collect(node: Node<'_>, known: &[&str], into: &mut Further) {
    let mut path = String::new();
    node.children().for_each(|child| walk(child, known, &mut path, into));
}

/// As [`collect`], for one child of the element the paths begin below.
pub(super) fn collect_child(child: Node<'_>, known: &[&str], into: &mut Further) {
    walk(child, known, &mut String::new(), into);
}

fn walk(node: Node<'_>, known: &[&str], path: &mut String, into: &mut Further) {
    let length = path.len();
    if length > 0 {
        path.push('/');
    }
    path.push_str(node.name());
    if !known.contains(&path.as_str()) {
        if !node.text().is_empty() {
            into.push((path.as_str().into(), node.text().into()));
        }
        for (name, value) in node.attributes() {
            into.push((format!("{path}/@{name}").into(), value.into()));
        }
        node.children().for_each(|child| walk(child, known, path, into));
    }
    path.truncate(length);
}
