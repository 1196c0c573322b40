//! The group header.

use super::{fields, party};
use crate::finding::Recorder;
use crate::statement::{BankFile, PageMark};
use crate::xml::Node;

/// Reads the group header into the file.
pub(super) fn read(node: Node<'_>, file: &mut BankFile, recorder: &mut Recorder) {
    recorder.enter("GrpHdr", 0);
    file.message_id = node.string("MsgId");
    file.created = fields::moment_at(node, "CreDtTm", recorder);
    file.recipient = node.child("MsgRcpt").and_then(party::party);
    file.page = node.child("MsgPgntn").and_then(page);
    file.additional_information = node.string("AddtlInf");
    recorder.leave();
}

/// A page mark.
pub(super) fn page(node: Node<'_>) -> Option<PageMark> {
    Some(PageMark { number: node.string("PgNb")?, last: node.value("LastPgInd").and_then(fields::boolean) })
}
