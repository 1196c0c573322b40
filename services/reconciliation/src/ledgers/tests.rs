#![allow(clippy::unwrap_used)]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use quittance_chassis::Ctx;
use quittance_testkit::{Harness, on_both, tenant, unique};
use quittance_types::{CustomerId, RemittanceAdviceId};

use super::*;
use crate::Reconciliation;
use crate::store::confirmations;

/// A ledger that was built anew has not got this.
fn mark(ledgers: &Ledgers, seller: Seller) {
    let slot = ledgers.registry.find(seller).unwrap();
    slot.with(|ledger| ledger.advices.push((RemittanceAdviceId::new(Uuid::nil()), 0)));
}

fn is_marked(ledgers: &Ledgers, seller: Seller) -> bool {
    let slot = ledgers.registry.find(seller).unwrap();
    slot.look(|ledger| ledger.advices.iter().any(|(id, _)| id.uuid() == Uuid::nil())).unwrap()
}

async fn decided(tx: &Tx, customer: CustomerId) -> Result<(), Fault> {
    let sql = "INSERT INTO confirmation (tenant_id, confirmation_id, bank_line_id, customer_id, how, confirmed_by, paid_on, currency, amount, \
               counterparty_name, counterparty_iban, remittance_text, creditor_reference, end_to_end_id, applied, differences, created_at) \
               VALUES ($1, $2, $2, $3, 'accepted', 'user:x', 20000, 'EUR', 100, 'Payer', 'A', '', '', '', '[]', '[]', $4)";
    let values = vec![tx.tenant().uuid().into(), tx.new_id().into(), customer.uuid().into(), tx.now().micros().into()];
    tx.execute(sql, values).await.map(drop)
}

#[tokio::test]
async fn forgetting_a_customer_makes_only_the_ledgers_stale_that_learnt_of_it() {
    on_both(|backend| async move {
        let service = Harness::<Reconciliation>::start(backend).await;
        let seller = Seller { tenant: tenant(1), legal_entity: None };
        let ledgers = Ledgers::new(1_000_000, 3);
        let ctx = || Ctx::system("test", tenant(1));
        let prepare = async || {
            let body = |tx: Tx, ledgers: Ledgers| async move { ledgers.prepare(&tx, None).await };
            service.db().read(ctx(), ledgers.clone(), body).await.unwrap();
        };
        let forget = async |customer: CustomerId| {
            let body = |tx: Tx, customer| async move { confirmations::forget(&tx, customer).await };
            service.db().write(ctx(), customer, body).await.unwrap();
        };
        let (known, other) = (CustomerId::new(unique()), CustomerId::new(unique()));
        prepare().await;
        mark(&ledgers, seller);
        service.db().write(ctx(), known, |tx, known| async move { decided(&tx, known).await }).await.unwrap();
        prepare().await;
        forget(other).await;
        prepare().await;
        assert!(is_marked(&ledgers, seller), "it has learnt nothing of that customer");
        forget(known).await;
        prepare().await;
        assert!(!is_marked(&ledgers, seller), "what was learnt cannot be taken from it");
    })
    .await;
}

#[test]
fn whoever_waits_for_a_turn_holds_up_no_thread() {
    let registry = Registry::new(1);
    let slot = registry.slot(Seller { tenant: tenant(1), legal_entity: None });
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(first) = pin!(Arc::clone(&slot).turn()).poll(&mut context) else { panic!("it is free") };
    let mut second = pin!(Arc::clone(&slot).turn());
    assert!(second.as_mut().poll(&mut context).is_pending());
    drop(first);
    assert!(second.as_mut().poll(&mut context).is_ready());
}
