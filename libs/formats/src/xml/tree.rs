//! One subtree, held in three growing buffers that are reused from subtree to subtree.

use std::ops::Range;

/// A subtree. Empty until read.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    nodes: Vec<Element>,
    attributes: Vec<Attribute>,
    text: String,
    open: Vec<usize>,
}

#[derive(Debug)]
struct Element {
    name: Range<usize>,
    text: Range<usize>,
    offset: usize,
    /// Index after the last node of this element's subtree.
    end: usize,
    has_children: bool,
}

#[derive(Debug)]
struct Attribute {
    node: usize,
    name: Range<usize>,
    value: Range<usize>,
}

/// An element of a tree.
#[derive(Clone, Copy)]
pub(crate) struct Node<'t> {
    tree: &'t Tree,
    index: usize,
}

impl Tree {
    /// The element the subtree was read from; none before the first reading.
    pub fn root(&self) -> Option<Node<'_>> {
        (!self.nodes.is_empty()).then_some(Node { tree: self, index: 0 })
    }

    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.attributes.clear();
        self.text.clear();
        self.open.clear();
    }

    fn store(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }

    /// Opens an element and returns how many there are.
    pub(super) fn open(&mut self, name: &str, offset: usize) -> usize {
        if let Some(parent) = self.open.last().and_then(|index| self.nodes.get_mut(*index)) {
            // Only white space can stand before a child: what was kept of it is dropped.
            if !parent.has_children {
                self.text.truncate(parent.text.start);
                parent.text.end = parent.text.start;
                parent.has_children = true;
            }
        }
        let name = self.store(name);
        let start = self.text.len();
        self.open.push(self.nodes.len());
        self.nodes.push(Element { name, text: start..start, offset, end: 0, has_children: false });
        self.nodes.len()
    }

    /// Adds an attribute to the element opened last.
    pub(super) fn attribute(&mut self, name: &str, value: &str) {
        let Some(node) = self.nodes.len().checked_sub(1) else { return };
        let name = self.store(name);
        let value = self.store(value);
        self.attributes.push(Attribute { node, name, value });
        let start = self.text.len();
        if let Some(element) = self.nodes.last_mut() {
            element.text = start..start;
        }
    }

    /// Adds character data to the innermost open element and returns its length so far. Text between child elements
    /// means nothing in these formats and is dropped.
    pub(super) fn push_text(&mut self, text: &str) -> usize {
        let Some(element) = self.open.last().and_then(|index| self.nodes.get_mut(*index)) else { return 0 };
        if element.has_children {
            return 0;
        }
        self.text.push_str(text);
        element.text.end = self.text.len();
        element.text.len()
    }

    pub(super) fn close(&mut self) {
        let end = self.nodes.len();
        if let Some(element) = self.open.pop().and_then(|index| self.nodes.get_mut(index)) {
            element.end = end;
        }
    }

    fn slice(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }
}

impl<'t> Node<'t> {
    fn element(&self) -> Option<&'t Element> {
        self.tree.nodes.get(self.index)
    }

    /// Local name.
    pub fn name(&self) -> &'t str {
        self.element().map_or("", |element| self.tree.slice(&element.name))
    }

    /// Byte position in the decoded text, just after the start tag.
    pub fn offset(&self) -> usize {
        self.element().map_or(0, |element| element.offset)
    }

    /// Text without outer white space; empty for elements that hold elements.
    pub fn text(&self) -> &'t str {
        self.element().map_or("", |element| self.tree.slice(&element.text).trim())
    }

    /// An attribute by local name.
    pub fn attribute(&self, name: &str) -> Option<&'t str> {
        let start = self.tree.attributes.partition_point(|attribute| attribute.node < self.index);
        let mut own = self.tree.attributes.iter().skip(start).take_while(|attribute| attribute.node == self.index);
        let found = own.find(|attribute| self.tree.slice(&attribute.name) == name)?;
        Some(self.tree.slice(&found.value).trim())
    }

    /// Attributes as (local name, value), in order; namespace declarations are not among them.
    pub fn attributes(&self) -> impl Iterator<Item = (&'t str, &'t str)> + use<'t> {
        let (tree, index) = (self.tree, self.index);
        let start = tree.attributes.partition_point(|attribute| attribute.node < index);
        let own = tree.attributes.iter().skip(start).take_while(move |attribute| attribute.node == index);
        own.map(|attribute| (tree.slice(&attribute.name), tree.slice(&attribute.value)))
    }

    /// Child elements in order.
    pub fn children(&self) -> impl Iterator<Item = Node<'t>> + use<'t> {
        let tree = self.tree;
        let end = self.element().map_or(0, |element| element.end);
        let mut index = self.index + 1;
        std::iter::from_fn(move || {
            if index >= end {
                return None;
            }
            let node = Node { tree, index };
            index = tree.nodes.get(index).map_or(end, |element| element.end.max(index + 1));
            Some(node)
        })
    }

    /// Child elements of a name, in order.
    pub fn all(&self, name: &'t str) -> impl Iterator<Item = Node<'t>> + use<'t> {
        self.children().filter(move |child| child.name() == name)
    }

    /// First child element of a name.
    pub fn child(&self, name: &str) -> Option<Node<'t>> {
        self.children().find(|child| child.name() == name)
    }

    /// First element at a path of names: `Refs/EndToEndId`.
    pub fn at(&self, path: &str) -> Option<Node<'t>> {
        path.split('/').try_fold(*self, |node, name| node.child(name))
    }

    /// Text at a path, unless it is empty.
    pub fn value(&self, path: &str) -> Option<&'t str> {
        self.at(path).map(|node| node.text()).filter(|text| !text.is_empty())
    }

    /// Text at a path as a string, unless it is empty.
    pub fn string(&self, path: &str) -> Option<String> {
        self.value(path).map(str::to_string)
    }

    /// First of several paths that holds text.
    pub fn first_string(&self, paths: &[&str]) -> Option<String> {
        paths.iter().find_map(|path| self.string(path))
    }
}
