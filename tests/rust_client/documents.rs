//! The requests of this client: types from which cynic generates the documents, if the schema has every field.

pub use self::checked::*;

// The attribute does not work on a module with a file of its own, so this one is nested.
#[cynic::schema_for_derives(file = "schema.graphql", module = "schema")]
mod checked {
    use crate::schema;

    #[derive(cynic::Scalar, Clone, Debug, PartialEq)]
    pub struct DateTime(pub String);

    /// All codes: a missing one does not compile.
    #[derive(cynic::Enum, Clone, Copy, Debug, PartialEq)]
    pub enum ErrorCode {
        AuthEmailExists,
        AuthUsernameExists,
        AuthRegistrationClosed,
        AuthInvalidCredentials,
        AuthSecondFactorRequired,
        AuthSecondFactorInvalid,
        AuthChallengeInvalid,
        AuthReauthenticationRequired,
        AuthUnauthenticated,
        AuthTokenExpired,
        AuthSessionEnded,
        AuthTokenStale,
        AuthEmailNotVerified,
        AuthRefreshTokenInvalid,
        AuthLinkInvalid,
        SecondFactorNotFound,
        PasskeyNotFound,
        PasskeyExists,
        TooManyPasskeys,
        LastSignInMethod,
        SessionNotFound,
        OrganizationNotFound,
        OrganizationRoleInsufficient,
        OrganizationSlugExists,
        MembershipNotFound,
        MembershipExists,
        InvitationNotFound,
        InvitationExists,
        InvitationEmailMismatch,
        OrganizationLastOwner,
        ValidationFailed,
        PersistedQueryNotSupported,
        RateLimited,
        Overloaded,
        Unavailable,
        Internal,
    }

    #[derive(cynic::Enum, Clone, Copy, Debug, PartialEq)]
    pub enum SessionEndReason {
        Logout,
        LogoutAll,
        Revoked,
        PasswordChanged,
        PasswordReset,
        RefreshTokenReused,
        Idle,
        Expired,
        AccountDeleted,
        AccountSecured,
        Lost,
    }

    #[derive(cynic::Enum, Clone, Copy, Debug, PartialEq)]
    pub enum SessionStatus {
        Active,
        Expired,
        Revoked,
    }

    #[derive(cynic::Enum, Clone, Copy, Debug, PartialEq)]
    pub enum OrganizationRole {
        Owner,
        Admin,
        Member,
    }

    /// The `extensions` of an error, whose types are in the schema.
    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub struct Extensions {
        pub code: ErrorCode,
        pub reason: Option<SessionEndReason>,
        pub ended_at: Option<DateTime>,
    }

    #[derive(cynic::InputObject)]
    pub struct RegisterInput {
        pub email: String,
        pub username: String,
        pub password: String,
    }

    #[derive(cynic::QueryVariables)]
    pub struct RegisterVariables {
        pub input: RegisterInput,
    }

    #[derive(cynic::QueryFragment)]
    #[cynic(graphql_type = "Mutation", variables = "RegisterVariables")]
    pub struct RegisterMutation {
        #[arguments(input: $input)]
        pub register: RegisterPayload,
    }

    #[derive(cynic::QueryFragment)]
    pub struct RegisterPayload {
        pub user: User,
    }

    #[derive(cynic::QueryFragment)]
    pub struct User {
        pub id: cynic::Id,
        pub username: String,
        pub display_name: Option<String>,
        pub email_verified: bool,
        pub memberships: Vec<Membership>,
    }

    #[derive(cynic::QueryFragment)]
    pub struct Membership {
        pub role: OrganizationRole,
        pub organization: Organization,
    }

    #[derive(cynic::QueryFragment)]
    pub struct Organization {
        pub slug: String,
    }

    #[derive(cynic::InputObject)]
    pub struct VerifyEmailInput {
        pub token: String,
    }

    #[derive(cynic::QueryVariables)]
    pub struct VerifyEmailVariables {
        pub input: VerifyEmailInput,
    }

    #[derive(cynic::QueryFragment)]
    #[cynic(graphql_type = "Mutation", variables = "VerifyEmailVariables")]
    pub struct VerifyEmailMutation {
        #[arguments(input: $input)]
        pub verify_email: VerifyEmailPayload,
    }

    #[derive(cynic::QueryFragment)]
    pub struct VerifyEmailPayload {
        pub user: User,
    }

    #[derive(cynic::InputObject)]
    pub struct LoginInput {
        pub identifier: String,
        pub password: String,
    }

    #[derive(cynic::QueryVariables)]
    pub struct LoginVariables {
        pub input: LoginInput,
    }

    #[derive(cynic::QueryFragment)]
    #[cynic(graphql_type = "Mutation", variables = "LoginVariables")]
    pub struct LoginMutation {
        #[arguments(input: $input)]
        pub login: LoginPayload,
    }

    #[derive(cynic::QueryFragment)]
    pub struct LoginPayload {
        pub token: TokenPair,
        pub session: Session,
    }

    #[derive(cynic::QueryFragment)]
    pub struct TokenPair {
        pub access_token: String,
        pub expires_in: i32,
    }

    #[derive(cynic::QueryFragment)]
    #[cynic(graphql_type = "Mutation")]
    pub struct LogoutMutation {
        pub logout: LogoutPayload,
    }

    #[derive(cynic::QueryFragment)]
    pub struct LogoutPayload {
        pub revoked_sessions: i32,
    }

    #[derive(cynic::QueryFragment)]
    #[cynic(graphql_type = "Query")]
    pub struct MeQuery {
        pub me: User,
    }

    #[derive(cynic::QueryVariables)]
    pub struct SessionsVariables {
        pub first: Option<i32>,
        pub after: Option<String>,
    }

    #[derive(cynic::QueryFragment)]
    #[cynic(graphql_type = "Query", variables = "SessionsVariables")]
    pub struct SessionsQuery {
        #[arguments(includeExpired: true, first: $first, after: $after)]
        pub sessions: SessionPage,
    }

    #[derive(cynic::QueryFragment)]
    #[cynic(graphql_type = "SessionConnection")]
    pub struct SessionPage {
        pub total_count: i32,
        pub nodes: Vec<Session>,
        pub page_info: PageInfo,
    }

    #[derive(cynic::QueryFragment)]
    pub struct Session {
        pub id: cynic::Id,
        pub status: SessionStatus,
        pub current: bool,
        pub created_at: DateTime,
        pub end_reason: Option<SessionEndReason>,
    }

    #[derive(cynic::QueryFragment)]
    pub struct PageInfo {
        pub has_next_page: bool,
        pub end_cursor: Option<String>,
    }
}
