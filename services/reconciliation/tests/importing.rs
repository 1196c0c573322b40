//! From a bank file to stored and posted lines.

use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::BankLineState as State;
use quittance_testkit::{expect_refusal, fact_of, on_both, race, request_id};
use quittance_types::Reason;

use crate::camt::{Line, Statement, credit};
use crate::fixture::{ALPHA_IBAN, Company, OUR_IBAN, minor};

fn day_one() -> Statement {
    let lines = vec![
        credit(5_000, "first").from(ALPHA_IBAN),
        credit(700, "twin"),
        credit(700, "twin"),
        Line { code: Some(("ACMT", "MDOP", "CHRG")), ..credit(-990, "Kontofuehrung") },
        Line { code: Some(("ACMT", "MCOP", "INTR")), ..credit(120, "Habenzinsen") },
        Line { code: Some(("PMNT", "ICDT", "ESCT")), ..credit(-2_500, "Miete").named("Vermieter KG") },
        credit(0, "nothing"),
    ];
    Statement::new("S-1", "2026-01-15", 100_000, lines)
}

#[tokio::test]
async fn every_booked_line_is_posted_and_cash_equals_bank() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let answer = company.import(&day_one()).await;
        assert_eq!((answer.lines_imported, answer.lines_known, answer.already_imported), (7, 0, false));
        let statement = &answer.statements[0];
        assert_eq!((statement.bank_statement_id.as_str(), statement.line_count, statement.format.as_str()), ("S-1", 7, "camt.053.001.08"));
        assert_eq!((minor(&statement.opening), minor(&statement.closing)), (100_000, 103_030));
        assert!(statement.findings.is_empty(), "{:?}", statement.findings);
        let proof = company.bank_proof().await;
        assert!(proof.holds && minor(&proof.bank) == 103_030, "{proof:?}");
        for (account, balance) in [("1290", -6_400), ("6900", 990), ("4900", -120), ("1990", 2_500)] {
            assert_eq!(company.balance(account).await, balance, "{account}");
        }
        assert_eq!(company.line("Kontofuehrung").await.state(), State::Posted);
        assert_eq!(company.line("Miete").await.counterparty_name, "Vermieter KG");
        assert_eq!(company.line("nothing").await.state(), State::Posted);
        assert_eq!(company.line("first").await.state(), State::Unapplied);
        company.prove().await;

        let get = pb::GetStatementRequest { statement_id: statement.statement_id.clone() };
        assert_eq!(company.statements().get_statement(get).await.unwrap().into_inner().statement.as_ref(), Some(statement));
        let list = pb::ListStatementsRequest { bank_account_id: company.bank.clone(), ..Default::default() };
        assert_eq!(company.statements().list_statements(list).await.unwrap().into_inner().statements.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn lines_are_listed_in_pages_by_state() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let statement = company.import(&day_one()).await.statements.remove(0);
        let ask = |state: State, page_size, page_token: String| pb::ListBankLinesRequest {
            statement_id: statement.statement_id.clone(),
            state: state.into(),
            page_size,
            page_token,
        };
        let first = company.statements().list_bank_lines(ask(State::Unspecified, 4, String::new())).await.unwrap().into_inner();
        assert_eq!((first.bank_lines.len(), first.total_count), (4, 7));
        let rest =
            company.statements().list_bank_lines(ask(State::Unspecified, 4, first.next_page_token.clone())).await.unwrap().into_inner();
        assert_eq!((rest.bank_lines.len(), rest.next_page_token.as_str()), (3, ""));
        let posted = company.statements().list_bank_lines(ask(State::Posted, 3, String::new())).await.unwrap().into_inner();
        assert_eq!((posted.bank_lines.len(), posted.total_count), (3, 4));
        let last = company.statements().list_bank_lines(ask(State::Posted, 3, posted.next_page_token.clone())).await.unwrap().into_inner();
        assert!(
            last.bank_lines.len() == 1 && last.bank_lines[0].state() == State::Posted && !posted.bank_lines.contains(&last.bank_lines[0])
        );
        expect_refusal(company.statements().list_bank_lines(ask(State::Posted, 4, first.next_page_token)).await, Reason::PageTokenInvalid);
        let mut wrong = ask(State::Posted, -1, String::new());
        expect_refusal(company.statements().list_bank_lines(wrong.clone()).await, Reason::PageSizeNegative);
        wrong.state = 99;
        expect_refusal(company.statements().list_bank_lines(wrong).await, Reason::EnumInvalid);
    })
    .await;
}

#[tokio::test]
async fn the_same_file_changes_nothing() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let first = company.import(&day_one()).await;
        let rows = company.service.store().rows("posting").await;
        let again = company.import(&day_one()).await;
        assert!(again.already_imported);
        assert_eq!(pb::ImportStatementResponse { already_imported: false, ..again }, first);
        assert_eq!(company.service.store().rows("posting").await, rows);
        assert_eq!(company.service.store().rows("statement_file").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_from_many_hands_is_imported_once() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let (client, file) = (company.statements(), day_one().write());
        let answers = race(6, |_| {
            let (mut client, content) = (client.clone(), file.clone());
            async move {
                let request = pb::ImportStatementRequest { request_id: request_id(), content, match_now: true, ..Default::default() };
                client.import_statement(request).await.map(tonic::Response::into_inner)
            }
        })
        .await;
        let answers: Vec<_> = answers.into_iter().map(|answer| answer.expect("everybody gets an answer")).collect();
        assert_eq!(answers.iter().filter(|answer| !answer.already_imported).count(), 1);
        assert_eq!(company.service.store().rows("bank_line").await, 7);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_statement_with_other_content_under_the_same_identification_is_refused() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        company.import(&day_one()).await;
        let mut changed = day_one();
        changed.lines[0].minor += 1;
        let status = expect_refusal(company.try_import(changed.write(), true).await, Reason::StatementDuplicate);
        assert_eq!(fact_of(&status, "statement").as_deref(), Some("S-1"));
        let mut with_blank = day_one().write();
        with_blank.push(b'\n');
        let answer = company.try_import(with_blank, true).await.unwrap();
        assert_eq!(
            (answer.lines_imported, answer.lines_known, answer.already_imported),
            (0, 7, false),
            "the same statement in another file"
        );
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn an_overlapping_file_adds_only_what_is_new() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        company.import(&day_one()).await;
        let mut both_days = day_one();
        both_days.id = "S-1-2".to_owned();
        both_days.lines.push(Line { day: Some("2026-01-16"), ..credit(700, "twin") });
        both_days.lines.push(credit(700, "twin"));
        let answer = company.import(&both_days).await;
        assert_eq!((answer.lines_imported, answer.lines_known), (2, 7));
        assert_eq!(company.lines().await.iter().filter(|line| line.remittance_text == "twin").count(), 4);
        assert!(company.bank_proof().await.holds);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_second_statement_of_the_same_day_may_repeat_a_line_honestly() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        company.import(&Statement::new("A", "2026-01-15", 100_000, vec![credit(700, "twin")])).await;
        let answer = company.import(&Statement::new("B", "2026-01-15", 100_700, vec![credit(700, "twin")])).await;
        assert_eq!((answer.lines_imported, answer.lines_known), (1, 0), "it goes on where the first ended");
        assert!(company.bank_proof().await.holds);
    })
    .await;
}

#[tokio::test]
async fn what_does_not_add_up_is_a_finding() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let kinds = |answer: &pb::ImportStatementResponse| -> Vec<String> {
            answer.statements[0].findings.iter().map(|finding| finding.kind.clone()).collect()
        };
        let mut wrong_sum = day_one();
        wrong_sum.closing = Some(103_031);
        let answer = company.import(&wrong_sum).await;
        assert_eq!(kinds(&answer), ["balance_mismatch"]);
        assert!(!company.bank_proof().await.holds);
        let gap = Statement::new("S-2", "2026-01-17", 99_000, vec![credit(100, "after the gap")]);
        let answer = company.import(&gap).await;
        assert_eq!(kinds(&answer), ["statement_gap"]);
        company.prove_but(&["cash equals bank", crate::fixture::IMMUTABLE]).await;
        let company = Company::start(backend).await;
        let answer = company.import(&Statement::new("S", "2026-01-15", 1, Vec::new())).await;
        assert_eq!(kinds(&answer), ["opening_mismatch"]);
    })
    .await;
}

#[tokio::test]
async fn announced_lines_have_no_effect_until_they_are_booked() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        company.import(&Statement::new("S-0", "2026-01-14", 100_000, Vec::new())).await;
        let pending = Line { status: Some("PDNG"), ..credit(5_000, "INV-1").bank_reference("R-1") };
        let report = Statement::new("R", "2026-01-15", 0, vec![pending, credit(300, "booked there").bank_reference("R-2")]).of_kind("052");
        let answer = company.import(&report).await;
        assert_eq!(answer.lines_imported, 2);
        assert!(company.lines().await.iter().all(|line| line.state() == State::Pending && line.receipt_id.is_empty()));
        assert_eq!(company.balance("1290").await, 0);
        let announced = company.line("INV-1").await;
        let notice = Statement::new("N", "2026-01-15", 0, vec![credit(5_000, "INV-1").bank_reference("R-1")]).of_kind("054");
        assert_eq!(company.import(&notice).await.lines_known, 1);

        let lines = vec![credit(5_000, "INV-1").bank_reference("R-1"), credit(300, "booked there").bank_reference("R-2")];
        let answer = company.import(&Statement::new("S-1", "2026-01-15", 100_000, lines)).await;
        assert_eq!((answer.lines_imported, answer.lines_known), (2, 0));
        let booked = company.line("INV-1").await;
        assert_eq!((&booked.bank_line_id, booked.state()), (&announced.bank_line_id, State::Unidentified));
        assert_eq!((company.lines().await.len(), company.balance("1290").await), (2, -5_300));
        let late = Statement { id: "N-2".to_owned(), ..notice };
        assert_eq!(company.import(&late).await.lines_known, 1, "announced after it was booked");
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn an_account_without_statements_is_booked_by_its_notifications() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let notice = Statement::new("N", "2026-01-15", 0, vec![credit(5_000, "paid").bank_reference("R-1")]).of_kind("054");
        company.import(&notice).await;
        assert_eq!(company.balance("1290").await, -5_000);
        let proof = company.bank_proof().await;
        assert!(proof.bank.is_none() && !proof.holds, "nobody has told a balance");
        let answer =
            company.import(&Statement::new("S", "2026-01-15", 100_000, vec![credit(5_000, "Gutschrift paid").bank_reference("R-1")])).await;
        assert_eq!((answer.lines_imported, answer.lines_known), (0, 1), "the statement takes over and books nothing twice");
        assert!(company.bank_proof().await.holds);
        let next = Statement::new("N-2", "2026-01-16", 0, vec![credit(100, "later")]).of_kind("054");
        company.import(&next).await;
        assert_eq!(company.line("later").await.state(), State::Pending);
        company.prove().await;
    })
    .await;
}

/// A customer statement of the 16th with one payment of 100.00, that opens with this balance.
fn of_another_kind(opening: &str, closing: &str) -> Vec<u8> {
    format!(
        ":20:NEXT\r\n:25:{OUR_IBAN}\r\n:28C:1/1\r\n:60F:C260115EUR{opening}\r\n:61:2601160116C100,00NTRFNONREF//B-1\r\n\
         :86:166?00GUTSCHRIFT?20of another kind?32KUNDE GMBH\r\n:62F:C260116EUR{closing}\r\n"
    )
    .into_bytes()
}

#[tokio::test]
async fn a_statement_of_another_kind_that_goes_on_where_the_last_one_ended_is_booked() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        company.import(&day_one()).await;
        let answer = company.try_import(of_another_kind("1030,30", "1130,30"), true).await.unwrap();
        assert_eq!((answer.lines_imported, answer.statements[0].findings.len()), (1, 0), "{:?}", answer.statements);
        assert_eq!(company.line("of another kind").await.state(), State::Unidentified);
        let proof = company.bank_proof().await;
        assert!(proof.holds && minor(&proof.bank) == 113_030, "{proof:?}");

        let same_day = vec![credit(10_000, "told the other way").bank_reference("X-1")];
        let answer = company.import(&Statement::new("S-2", "2026-01-16", 103_030, same_day)).await;
        assert_eq!(answer.statements[0].findings[0].kind, "other_kind_books", "the day is booked already");
        assert_eq!(company.line("told the other way").await.state(), State::Pending);
        let answer = company.import(&Statement::new("S-3", "2026-01-17", 113_030, vec![credit(100, "the day after")])).await;
        assert_eq!((answer.lines_imported, answer.statements[0].findings.len()), (1, 0));
        assert_eq!(company.line("the day after").await.state(), State::Unidentified);
        assert!(company.bank_proof().await.holds);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_statement_of_another_kind_that_books_nothing_says_so() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        company.import(&day_one()).await;
        let answer = company.try_import(of_another_kind("5,00", "105,00"), true).await.unwrap();
        let finding = &answer.statements[0].findings[0];
        assert_eq!(finding.kind, "other_kind_books");
        for word in ["1 line", "camt.053", "mt940", "1030.30 EUR", "2026-01-15"] {
            assert!(finding.message.contains(word), "{word}: {}", finding.message);
        }
        let line = company.line("of another kind").await;
        assert_eq!((line.state(), line.receipt_id.as_str()), (State::Pending, ""));
        assert!(line.why.contains("camt.053"), "{}", line.why);
        let lines = vec![credit(10_000, "of another kind").bank_reference("B-1")];
        let answer = company.import(&Statement::new("S-2", "2026-01-16", 103_030, lines)).await;
        assert_eq!((answer.lines_imported, answer.statements[0].findings.len()), (1, 0));
        let booked = company.line("of another kind").await;
        assert_eq!((&booked.bank_line_id, booked.state()), (&line.bank_line_id, State::Unidentified));
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_statement_of_another_kind_takes_over_on_later_days_only() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let comes_and_goes = vec![credit(50_000, "came on the 15th"), credit(-50_000, "went on the 15th")];
        company.import(&Statement::new("S-1", "2026-01-15", 100_000, comes_and_goes)).await;
        let both_days = format!(
            ":20:NEXT\r\n:25:{OUR_IBAN}\r\n:28C:1/1\r\n:60F:C260115EUR1000,00\r\n:61:2601150115C500,00NTRFNONREF//B-1\r\n\
             :86:166?00GUTSCHRIFT?20came again\r\n:61:2601150115D500,00NTRFNONREF//B-2\r\n:86:166?00LASTSCHRIFT?20went again\r\n\
             :61:2601160116C70,00NTRFNONREF//B-3\r\n:86:166?00GUTSCHRIFT?20new\r\n:62F:C260116EUR1070,00\r\n"
        );
        let answer = company.try_import(both_days.into_bytes(), true).await.unwrap();
        assert_eq!(answer.statements[0].findings[0].kind, "other_kind_books", "{:?}", answer.statements);
        assert_eq!(company.line("came again").await.state(), State::Pending, "the money of the 15th came once");
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_batch_that_adds_up_is_one_line_each() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let parts = |second: i64| vec![(1_000, "one".to_owned()), (second, "two".to_owned())];
        let fits = Line { parts: parts(2_000), ..credit(3_000, "") };
        let differs = Line { parts: parts(2_001), ..credit(3_000, "") };
        let answer = company.import(&Statement::new("S", "2026-01-15", 100_000, vec![fits, differs])).await;
        assert_eq!(answer.lines_imported, 3);
        assert_eq!(answer.statements[0].findings[0].kind, "details_sum_mismatch");
        assert_eq!(minor(&company.line("two").await.amount), 2_000);
        assert!(company.bank_proof().await.holds);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_statement_of_ours_is_refused() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let other = Statement { iban: "DE75512108001245126199", ..day_one() };
        let status = expect_refusal(company.try_import(other.write(), true).await, Reason::BankAccountUnknown);
        assert_eq!(fact_of(&status, "account").as_deref(), Some("DE75512108001245126199"));
        let dollars = Statement { currency: "USD", ..day_one() };
        expect_refusal(company.try_import(dollars.write(), true).await, Reason::BankAccountUnknown);
        for (content, reason) in [
            (b"".to_vec(), Reason::FieldRequired),
            (b"hello".to_vec(), Reason::FormatUnknown),
            (b"PK\x03\x04zip".to_vec(), Reason::FileTypeUnsupported),
            (b"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"c\">]><Document/>".to_vec(), Reason::XmlDtdForbidden),
            (b"<Document><BkToCstmrStmt><GrpHdr>".to_vec(), Reason::StatementMalformed),
        ] {
            expect_refusal(company.try_import(content, true).await, reason);
        }
        let request = pb::ImportStatementRequest {
            request_id: request_id(),
            content: day_one().write(),
            file_name: "../x.xml".to_owned(),
            ..Default::default()
        };
        expect_refusal(company.statements().import_statement(request).await, Reason::FileTypeUnsupported);
        assert_eq!(company.service.store().rows("statement").await, 0);
        assert_eq!(company.service.store().rows("statement_file").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_deposit_shows_the_receipt_recorded_before() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let request = pb::RecordReceiptRequest {
            request_id: request_id(),
            bank_account_id: company.bank.clone(),
            customer_id: company.alpha.clone(),
            amount: Some(crate::fixture::euro(4_200)),
            reference: "Cheque 0071-88".to_owned(),
            as_of: None,
        };
        company.receipts().record_receipt(request).await.unwrap();
        assert_eq!((company.balance("1300").await, company.balance("1290").await), (4_200, -4_200));
        let lines = vec![credit(4_200, "Einreichung CHEQUE 007188"), credit(4_200, "another")];
        company.import(&Statement::new("S", "2026-01-15", 100_000, lines)).await;
        assert_eq!(company.line("Einreichung CHEQUE 007188").await.state(), State::Payout);
        assert_eq!(company.line("another").await.state(), State::Unidentified);
        assert_eq!((company.balance("1300").await, company.balance("1290").await), (0, -8_400));
        assert!(company.bank_proof().await.holds);
        company.prove().await;
    })
    .await;
}
