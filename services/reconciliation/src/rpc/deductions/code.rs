//! Saying why something was held back.

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::Tx;
use quittance_chassis::request::chosen;
use quittance_types::{DeductionId, Fault, Violations, text};

use super::super::{MAX_WHY, check_etag, checked};
use crate::domain::deduction::DeductionCode;
use crate::store::deductions::{self, Change};
use crate::wire;

/// Why it was held back.
#[derive(Clone)]
pub struct Command {
    deduction: DeductionId,
    code: DeductionCode,
    why: String,
    etag: String,
}

/// Reads the request.
pub fn parse(request: &pb::CodeDeductionRequest) -> Result<Command, Fault> {
    let mut violations = Violations::new();
    let deduction = violations.take("deduction_id", DeductionId::parse(&request.deduction_id));
    let code = violations.take("code", chosen::<pb::DeductionCode>(request.code)).and_then(wire::deductions::code_of);
    let why = violations.take("why", text::clean(&request.why, MAX_WHY));
    violations.finish()?;
    let command = || Some(Command { deduction: deduction?, code: code?, why: why?, etag: request.etag.clone() });
    checked(command())
}

/// Notes it.
pub async fn run(tx: &Tx, command: Command) -> Result<pb::CodeDeductionResponse, Fault> {
    let before = deductions::load_for_update(tx, command.deduction).await?;
    check_etag(&command.etag, before.version)?;
    let mut after = before.clone();
    after.assign_code(command.code, &tx.ctx().principal.actor())?;
    let answer = pb::CodeDeductionResponse { deduction: Some(wire::deductions::deduction(&after)) };
    deductions::save(tx, vec![Change { before, after, member: 0, why: command.why }]).await?;
    Ok(answer)
}
