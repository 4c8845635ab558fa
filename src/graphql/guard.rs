//! Enforces `@access`, as the SDL has it. A root field without it stops the start.

use std::sync::Arc;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo,
};
use async_graphql::{PathSegment, ServerError, ServerResult, Value};

use super::access::AccessLevel;
use super::blueprint::Blueprint;
use super::caller::Caller;
use super::error::ApiError;

/// Asks for the caller before a root field runs, as the field's directive says.
pub(super) struct Guard(pub Arc<Blueprint>);

impl ExtensionFactory for Guard {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self(Arc::clone(&self.0)))
    }
}

#[async_trait::async_trait]
impl Extension for Guard {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let level = self.0.access(info.parent_type, info.name);
        let guarded = level.filter(|level| *level > AccessLevel::Public);
        if let Some(level) = guarded
            && let Err(refusal) = admit(ctx, info.parent_type, level).await
        {
            let key = info.alias.unwrap_or(info.name);
            return Err(ServerError {
                path: vec![PathSegment::Field(key.to_owned())],
                ..refusal.without_place()
            });
        }
        next.run(ctx, info).await
    }
}

async fn admit(ctx: &ExtensionContext<'_>, root: &str, level: AccessLevel) -> Result<(), ApiError> {
    let caller = ctx.data_opt::<Caller>();
    let caller = caller.ok_or_else(|| ApiError::unexpected("a request without a caller"))?;
    if root == "Mutation" {
        caller.forget_viewer();
    }
    let viewer = caller.viewer().await?;
    if level == AccessLevel::Verified && viewer.user.email_verified_at.is_none() {
        return Err(ApiError::email_not_verified());
    }
    Ok(())
}
