//! Many requests, one transaction, one idempotency row each.

use std::future::Future;
use std::sync::Arc;

use prost::Message;
use quittance_api::Mutation;
use quittance_types::Fault;
use sea_orm::QueryResult;
use uuid::Uuid;

use super::{Key, known, probe};
use crate::Ctx;
use crate::db::{Db, Scope};
use crate::tx::{Opening, Tx, Verdict};

/// One request of a group.
#[derive(Clone)]
pub struct Member<C> {
    ctx: Arc<Ctx>,
    key: Key,
    command: C,
}

impl<C> Member<C> {
    /// A request with what it was parsed into.
    ///
    /// # Errors
    /// REQUEST_ID_REQUIRED, REQUEST_ID_INVALID.
    pub fn new<Q: Mutation + Message + Clone>(ctx: Ctx, request: &Q, command: C) -> Result<Member<C>, Fault> {
        let key = Key::of(&ctx, request)?;
        let ctx = Arc::new(ctx.with_request_id(key.request_id));
        Ok(Member { ctx, key, command })
    }

    /// The idempotency key of the request.
    #[must_use]
    pub fn request_id(&self) -> Uuid {
        self.key.request_id
    }

    pub(crate) fn ctx(&self) -> &Arc<Ctx> {
        &self.ctx
    }

    pub(crate) fn command(&self) -> &C {
        &self.command
    }
}

impl Db {
    /// [`Db::mutate`] for several requests of one tenant and one method, committed together. Answers come in the order
    /// of the members. Members whose request id is known get their earlier answer and do not reach the body.
    ///
    /// The body returns one result for each command it got, in order. A member it refuses must have written nothing: the
    /// others commit. `tx.member(i)` is the handle that acts for the i-th command. Request ids must differ.
    ///
    /// # Errors
    /// A fault of the whole group: what the body returns for it, and those of [`Db::mutate`].
    pub async fn mutate_many<C, R, F, Fut>(&self, members: Vec<Member<C>>, body: F) -> Result<Vec<Result<R, Fault>>, Fault>
    where
        C: Clone + Send + Sync + 'static,
        R: Message + Default + Send + 'static,
        F: Fn(Tx, Vec<C>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Vec<Result<R, Fault>>, Fault>> + Send + 'static,
    {
        let Some(ctx) = ctx_of(&members) else { return Ok(Vec::new()) };
        let is_mixed = members.iter().any(|member| member.ctx.tenant() != ctx.tenant() || member.ctx.method != ctx.method);
        if is_mixed {
            return Err(Fault::internal("a group holds requests of several tenants or methods"));
        }
        let ids = members.iter().map(Member::request_id);
        let mut opening = Opening::write(Scope::Tenant(ctx.tenant().uuid())).probing(probe(self.backend(), &ctx, ids));
        opening.repeatable = true;
        let contexts = members.iter().map(|member| Arc::clone(&member.ctx)).collect();
        let members: Arc<[Member<C>]> = members.into();
        let (body, grouped) = (Arc::new(body), Arc::clone(&members));
        let work = move |tx: Tx, rows: Vec<QueryResult>| one_group(tx, rows, Arc::clone(&grouped), Arc::clone(&body));
        let mut answers = self.transact(ctx.clone(), contexts, opening, work).await?;
        self.prefer_earlier(ctx, &members, &mut answers).await;
        Ok(answers)
    }

    /// Puts the answer of a twin in the place of a refusal that came of what the twin has done: one look for all of them,
    /// since the next group waits.
    async fn prefer_earlier<C, R: Message + Default>(&self, ctx: Ctx, members: &[Member<C>], answers: &mut [Result<R, Fault>]) {
        let is_doubtful = |answer: &Result<R, Fault>| answer.as_ref().is_err_and(|fault| self.may_have_lost_to_a_twin(fault));
        let mut doubtful: Vec<_> = members.iter().zip(answers).filter(|(_, answer)| is_doubtful(answer)).collect();
        if doubtful.is_empty() {
            return;
        }
        let found = self.lookup_all(ctx, doubtful.iter().map(|(member, _)| member.request_id())).await;
        for (member, answer) in &mut doubtful {
            match &found {
                Ok(found) => {
                    if let Some(known) = found.get(&member.request_id()) {
                        **answer = member.key.replay(known);
                    }
                }
                Err(fault) => **answer = Err(fault.clone()),
            }
        }
    }
}

/// The context of the group's transaction: the first member's, for as long as the most patient one waits.
fn ctx_of<C>(members: &[Member<C>]) -> Option<Ctx> {
    let mut ctx = Ctx::clone(&members.first()?.ctx);
    let deadlines = members.iter().map(|member| member.ctx.deadline);
    ctx.deadline = deadlines.reduce(|left, right| left.zip(right).map(|(left, right)| left.max(right))).flatten();
    Some(ctx)
}

async fn one_group<C, R, F, Fut>(
    tx: Tx,
    rows: Vec<QueryResult>,
    members: Arc<[Member<C>]>,
    body: Arc<F>,
) -> Result<Verdict<Vec<Result<R, Fault>>>, Fault>
where
    C: Clone,
    R: Message + Default,
    F: Fn(Tx, Vec<C>) -> Fut,
    Fut: Future<Output = Result<Vec<Result<R, Fault>>, Fault>>,
{
    let known = known(&rows)?;
    let (mut answers, mut fresh) = (Vec::with_capacity(members.len()), Vec::new());
    for (index, member) in members.iter().enumerate() {
        answers.push(known.get(&member.key.request_id).map(|known| member.key.replay(known)));
        if answers.last().is_some_and(Option::is_none) {
            fresh.push(index);
        }
    }
    if !fresh.is_empty() {
        let commands = fresh.iter().filter_map(|index| members.get(*index)).map(|member| member.command.clone()).collect();
        let results = body(tx.serving(&fresh), commands).await?;
        if results.len() != fresh.len() {
            return Err(Fault::internal("the body of a group answered another number of members than it was given"));
        }
        for (index, result) in fresh.iter().zip(results) {
            if let (Ok(response), Some(member)) = (&result, members.get(*index)) {
                tx.remember(&member.key, response);
            }
            if let Some(answer) = answers.get_mut(*index) {
                *answer = Some(result);
            }
        }
    }
    let wrote = tx.has_keys();
    let answers = answers.into_iter().map(|answer| answer.unwrap_or_else(|| Err(Fault::internal("no answer")))).collect();
    Ok(if wrote { Verdict::Commit(answers) } else { Verdict::Discard(answers) })
}
