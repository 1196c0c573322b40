//! Transactions, parties, charges and remittance.

use super::{Out, Written};
use crate::statement::{AccountIdentifier, Agent, Charge, Detail, Party, Remittance, ReturnInformation, StructuredRemittance};

impl Out {
    pub(super) fn detail(&mut self, detail: &Detail) -> Written {
        self.within("TxDtls", |out| {
            out.references(detail)?;
            if let Some(amount) = &detail.amount {
                out.amount("Amt", amount)?;
                let direction = out.direction_of(detail.direction)?;
                out.direction(direction)?;
            }
            out.amount_details(detail)?;
            if detail.transaction_code.is_some() {
                out.transaction_code(detail.transaction_code.as_deref())?;
            }
            out.charges(&detail.charges)?;
            out.parties(detail)?;
            out.agents(detail)?;
            out.purpose(detail.purpose.as_deref())?;
            out.remittance(&detail.remittance)?;
            if let Some(information) = &detail.return_information {
                out.return_information(information)?;
            }
            out.optional("AddtlTxInf", detail.additional_information.as_deref(), 500)
        })
    }

    fn references(&mut self, detail: &Detail) -> Written {
        let references = detail.refs();
        if detail.references.is_empty() {
            return Ok(());
        }
        self.within("Refs", |out| {
            out.optional("MsgId", references.message_id, 35)?;
            out.optional("AcctSvcrRef", references.servicer_reference, 35)?;
            out.optional("PmtInfId", references.payment_information_id, 35)?;
            out.optional("InstrId", references.instruction_id, 35)?;
            out.optional("EndToEndId", references.end_to_end_id, 35)?;
            out.optional("UETR", references.uetr, 36)?;
            out.optional("TxId", references.transaction_id, 35)?;
            out.optional("MndtId", references.mandate_id, 35)?;
            out.optional("ChqNb", references.cheque_number, 35)?;
            out.optional("ClrSysRef", references.clearing_system_reference, 35)?;
            out.optional("AcctOwnrTxId", references.owner_reference, 35)?;
            references.proprietary.iter().try_for_each(|(kind, value)| {
                out.within("Prtry", |out| {
                    out.text("Tp", kind, 35)?;
                    out.text("Ref", value, 35)
                })
            })
        })
    }

    fn amount_details(&mut self, detail: &Detail) -> Written {
        let Some(amounts) = detail.amounts.as_deref() else { return Ok(()) };
        let parts = [("InstdAmt", &amounts.instructed), ("TxAmt", &amounts.transaction), ("CntrValAmt", &amounts.counter_value)];
        if parts.iter().all(|(_, amount)| amount.is_none()) {
            return Ok(());
        }
        self.within("AmtDtls", |out| {
            parts.into_iter().try_for_each(|(name, amount)| match amount {
                Some(amount) => out.within(name, |out| out.amount("Amt", amount)),
                None => Ok(()),
            })
        })
    }

    pub(super) fn charges(&mut self, charges: &[Charge]) -> Written {
        if charges.is_empty() {
            return Ok(());
        }
        self.within("Chrgs", |out| {
            if let Some(total) = charges.iter().find(|charge| charge.is_total) {
                out.amount("TtlChrgsAndTaxAmt", &total.amount)?;
            }
            charges.iter().filter(|charge| !charge.is_total).try_for_each(|charge| {
                out.within("Rcrd", |out| {
                    out.amount("Amt", &charge.amount)?;
                    charge.direction.map_or(Ok(()), |direction| out.direction(direction))?;
                    charge.included.map_or(Ok(()), |included| out.text("ChrgInclInd", if included { "true" } else { "false" }, 5))?;
                    out.optional("Br", charge.bearer.as_deref(), 4)
                })
            })
        })
    }

    fn parties(&mut self, detail: &Detail) -> Written {
        let anyone = detail.parties.debtor.is_some()
            || detail.parties.creditor.is_some()
            || detail.parties.ultimate_debtor.is_some()
            || detail.parties.ultimate_creditor.is_some();
        if !anyone && detail.parties.debtor_account.is_none() && detail.parties.creditor_account.is_none() {
            return Ok(());
        }
        self.within("RltdPties", |out| {
            out.party("Dbtr", detail.parties.debtor.as_deref())?;
            out.party_account("DbtrAcct", detail.parties.debtor_account.as_deref())?;
            out.party("UltmtDbtr", detail.parties.ultimate_debtor.as_deref())?;
            out.party("Cdtr", detail.parties.creditor.as_deref())?;
            out.party_account("CdtrAcct", detail.parties.creditor_account.as_deref())?;
            out.party("UltmtCdtr", detail.parties.ultimate_creditor.as_deref())
        })
    }

    fn party(&mut self, name: &'static str, party: Option<&Party>) -> Written {
        let Some(party) = party else { return Ok(()) };
        self.within(name, |out| out.within("Pty", |out| out.party_fields(party)))
    }

    pub(super) fn party_fields(&mut self, party: &Party) -> Written {
        self.optional("Nm", party.name.as_deref(), 140)?;
        let Some(address) = &party.address else { return Ok(()) };
        self.within("PstlAdr", |out| {
            out.optional("StrtNm", address.street.as_deref(), 70)?;
            out.optional("BldgNb", address.building_number.as_deref(), 16)?;
            out.optional("PstCd", address.post_code.as_deref(), 16)?;
            out.optional("TwnNm", address.town.as_deref(), 35)?;
            out.optional("CtrySubDvsn", address.subdivision.as_deref(), 35)?;
            out.optional("Ctry", address.country.as_deref(), 2)?;
            address.lines.iter().take(7).try_for_each(|line| out.text("AdrLine", line, 70))
        })
    }

    fn party_account(&mut self, name: &'static str, account: Option<&AccountIdentifier>) -> Written {
        let Some(account) = account else { return Ok(()) };
        self.within(name, |out| out.identifier(account))
    }

    fn agents(&mut self, detail: &Detail) -> Written {
        if detail.parties.debtor_agent.is_none() && detail.parties.creditor_agent.is_none() {
            return Ok(());
        }
        self.within("RltdAgts", |out| {
            out.agent("DbtrAgt", detail.parties.debtor_agent.as_deref())?;
            out.agent("CdtrAgt", detail.parties.creditor_agent.as_deref())
        })
    }

    pub(super) fn agent(&mut self, name: &'static str, agent: Option<&Agent>) -> Written {
        let Some(agent) = agent else { return Ok(()) };
        self.within(name, |out| {
            out.within("FinInstnId", |out| {
                out.optional("BICFI", agent.bic.as_deref(), 11)?;
                if let Some(member) = &agent.clearing_member {
                    out.within("ClrSysMmbId", |out| out.text("MmbId", member, 35))?;
                }
                out.optional("Nm", agent.name.as_deref(), 140)
            })
        })
    }

    fn purpose(&mut self, purpose: Option<&str>) -> Written {
        let Some(purpose) = purpose else { return Ok(()) };
        let name = if purpose.len() <= 4 { "Cd" } else { "Prtry" };
        self.within("Purp", |out| out.text(name, purpose, 35))
    }

    fn remittance(&mut self, remittance: &Remittance) -> Written {
        if remittance.is_empty() {
            return Ok(());
        }
        self.within("RmtInf", |out| {
            remittance.unstructured.iter().try_for_each(|text| out.text("Ustrd", text, 140))?;
            remittance.structured.iter().try_for_each(|block| out.within("Strd", |out| out.structured(block)))
        })
    }

    fn structured(&mut self, block: &StructuredRemittance) -> Written {
        for document in &block.documents {
            self.within("RfrdDocInf", |out| {
                if let Some(kind) = &document.kind {
                    out.within("Tp", |out| out.within("CdOrPrtry", |out| out.text("Cd", kind, 4)))?;
                }
                out.optional("Nb", document.number.as_deref(), 35)?;
                out.optional("RltdDt", document.date.map(|moment| moment.date().to_string()).as_deref(), 10)
            })?;
        }
        if block.credit_note.is_some() || block.remitted.is_some() {
            self.within("RfrdDocAmt", |out| {
                block.credit_note.as_ref().map_or(Ok(()), |amount| out.amount("CdtNoteAmt", amount))?;
                block.remitted.as_ref().map_or(Ok(()), |amount| out.amount("RmtdAmt", amount))
            })?;
        }
        if let Some(reference) = &block.creditor_reference {
            self.within("CdtrRefInf", |out| {
                if let Some(kind) = &reference.kind {
                    let name = if matches!(kind.as_str(), "SCOR" | "RADM" | "RPIN" | "FXDR" | "DISP" | "PUOR") { "Cd" } else { "Prtry" };
                    out.within("Tp", |out| {
                        out.within("CdOrPrtry", |out| out.text(name, kind, 35))?;
                        out.optional("Issr", reference.issuer.as_deref(), 35)
                    })?;
                }
                out.text("Ref", &reference.value, 35)
            })?;
        }
        block.additional.iter().take(3).try_for_each(|text| self.text("AddtlRmtInf", text, 140))
    }

    fn return_information(&mut self, information: &ReturnInformation) -> Written {
        self.within("RtrInf", |out| {
            if information.reason.is_some() || information.proprietary_reason.is_some() {
                out.within("Rsn", |out| match (&information.reason, &information.proprietary_reason) {
                    (Some(code), _) => out.text("Cd", code, 4),
                    (None, other) => out.optional("Prtry", other.as_deref(), 35),
                })?;
            }
            information.additional.iter().try_for_each(|text| out.text("AddtlInf", text, 105))
        })
    }
}
