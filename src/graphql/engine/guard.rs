//! The guard of each field: it enforces `@access` as the SDL has it, and the budget of the response. A root field without
//! the directive stops the start.
//!
//! It is also the place where async-graphql asks for the document and validates it: both may have been done already.

use std::sync::Arc;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextParseQuery, NextResolve, NextValidation,
    ResolveInfo,
};
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{PathSegment, ServerError, ServerResult, ValidationResult, Value, Variables};

use super::budget::Budget;
use super::caller::Caller;
use super::parsed_document::ParsedDocument;
use crate::graphql::access::AccessLevel;
use crate::graphql::error::ApiError;
use crate::graphql::loaders::Loaders;
use crate::graphql::schema_index::SchemaIndex;
use crate::service::AuthError;

/// Admits callers to a root field before it runs, as the field's directive says.
pub struct Guard(pub Arc<SchemaIndex>);

impl ExtensionFactory for Guard {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self(Arc::clone(&self.0)))
    }
}

#[async_trait::async_trait]
impl Extension for Guard {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        match ctx.data_opt::<Arc<ParsedDocument>>() {
            Some(parsed) => Ok(parsed.document.clone()),
            None => next.run(ctx, query, variables).await,
        }
    }

    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let parsed = ctx.data_opt::<Arc<ParsedDocument>>();
        if let Some(earlier) = parsed.and_then(|parsed| parsed.validation()) {
            return Ok(earlier);
        }
        let result = next.run(ctx).await?;
        if let Some(parsed) = parsed {
            parsed.found_valid(result);
        }
        Ok(result)
    }

    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let budget = ctx.data_opt::<Arc<Budget>>();
        if budget.is_some_and(|budget| !budget.take_value()) {
            // Not `None`: this is also called for the items of lists, which must have a value.
            return Ok(Some(Value::Null));
        }
        let level = self.0.access(info.parent_type, info.name);
        if info.parent_type == "Mutation" {
            forget_reads(ctx);
        }
        // In a box, because every field holds the state of its guard, and few are guarded.
        let guarded = level.filter(|level| *level > AccessLevel::Public);
        if let Some(level) = guarded
            && let Err(refusal) = Box::pin(admit(ctx, level)).await
        {
            let key = info.alias.unwrap_or(info.name);
            return Err(ServerError {
                path: vec![PathSegment::Field(key.to_owned())],
                ..refusal.without_place()
            });
        }
        let resolved = next.run(ctx, info).await?;
        // Of all values, only text can be large. The exact size of the response is counted when it is written.
        if let (Some(budget), Some(Value::String(text))) = (budget, &resolved)
            && !budget.take_text(text)
        {
            return Ok(Some(Value::Null));
        }
        Ok(resolved)
    }
}

/// Forgets the viewer and the loaded rows. The mutations of an operation run one after another, and an earlier one may have
/// changed them.
fn forget_reads(ctx: &ExtensionContext<'_>) {
    if let Some(caller) = ctx.data_opt::<Caller>() {
        caller.forget_viewer();
    }
    if let Some(loaders) = ctx.data_opt::<Loaders>() {
        loaders.forget();
    }
}

/// Admits the caller if they have the access level.
async fn admit(ctx: &ExtensionContext<'_>, level: AccessLevel) -> Result<(), ApiError> {
    let caller = ctx.data_opt::<Caller>();
    let caller = caller.ok_or_else(|| ApiError::unexpected("a request without a caller"))?;
    let viewer = caller.viewer().await?;
    if level >= AccessLevel::Verified && viewer.user.email_verified_at.is_none() {
        return Err(AuthError::EmailNotVerified.into());
    }
    if level >= AccessLevel::Fresh {
        caller.services.sessions.require_fresh(&viewer).await?;
    }
    Ok(())
}
