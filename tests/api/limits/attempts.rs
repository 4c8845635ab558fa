//! A call of every field that has a limit, made in a way that is charged.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, Client, LIMITS, PASSWORD, SignedIn, TestApp};

/// Sets every limit to this value.
pub fn all_at(limit: &str) -> Vec<&str> {
    LIMITS.iter().flat_map(|name| [*name, limit]).collect()
}

fn mutation(field: &str, input: &str, selection: &str) -> String {
    format!("mutation($input: {input}!) {{ {field}(input: $input) {{ {selection} }} }}")
}

/// Every field that takes a secret, called in a way that is charged.
fn attempts(ada: &SignedIn) -> Vec<(&'static str, String, Value)> {
    let link = json!({ "token": "lkm_nothing" });
    let other = "seven purple elephants juggle";
    vec![
        (
            "login",
            mutation("login", "LoginInput", "user { id }"),
            json!({ "identifier": "ada", "password": "wrong" }),
        ),
        (
            "refresh",
            mutation("refresh", "RefreshInput", "session { id }"),
            json!({ "refreshToken": ada.refresh_token }),
        ),
        (
            "register",
            mutation("register", "RegisterInput", "user { id }"),
            json!({ "email": "eve@example.com", "username": "eve", "password": PASSWORD }),
        ),
        (
            "verifyEmail",
            mutation("verifyEmail", "VerifyEmailInput", "user { id }"),
            link.clone(),
        ),
        (
            "registration",
            "query($input: String!) { registration(token: $input) { username } }".to_owned(),
            json!("lkm_nothing"),
        ),
        (
            "cancelRegistration",
            mutation(
                "cancelRegistration",
                "CancelRegistrationInput",
                "deletedUserId",
            ),
            link.clone(),
        ),
        (
            "resendVerificationEmail",
            mutation(
                "resendVerificationEmail",
                "ResendVerificationEmailInput",
                "accepted",
            ),
            json!({ "email": "eve@example.com" }),
        ),
        (
            "requestPasswordReset",
            mutation(
                "requestPasswordReset",
                "RequestPasswordResetInput",
                "accepted",
            ),
            json!({ "email": "ada@example.com" }),
        ),
        (
            "resetPassword",
            mutation("resetPassword", "ResetPasswordInput", "user { id }"),
            json!({ "token": "lkm_nothing", "newPassword": other }),
        ),
        (
            "checkPassword",
            "query($input: CheckPasswordInput!) { checkPassword(input: $input) { score } }"
                .to_owned(),
            json!({ "password": "x" }),
        ),
        (
            "changePassword",
            mutation("changePassword", "ChangePasswordInput", "revokedSessions"),
            json!({ "currentPassword": "wrong", "newPassword": other }),
        ),
        (
            "requestEmailChange",
            mutation("requestEmailChange", "RequestEmailChangeInput", "accepted"),
            json!({ "newEmail": "new@example.com", "password": "wrong" }),
        ),
        (
            "confirmEmailChange",
            mutation(
                "confirmEmailChange",
                "ConfirmEmailChangeInput",
                "user { id }",
            ),
            link.clone(),
        ),
        (
            "secureAccount",
            mutation("secureAccount", "SecureAccountInput", "email"),
            link,
        ),
        (
            "deleteAccount",
            mutation("deleteAccount", "DeleteAccountInput", "deletedUserId"),
            json!({ "password": "wrong" }),
        ),
    ]
}

/// Returns the calls on accounts, second factors, passkeys and organizations.
pub fn all_attempts(ada: &SignedIn) -> Vec<(&'static str, String, Value)> {
    [
        attempts(ada),
        attempts_on_second_factors(),
        attempts_with_passkeys(),
        attempts_on_organizations(),
    ]
    .concat()
}

fn attempts_on_second_factors() -> Vec<(&'static str, String, Value)> {
    vec![
        (
            "completeLogin",
            mutation("completeLogin", "CompleteLoginInput", "user { id }"),
            json!({ "challenge": "lkc_nothing", "totpCode": "123456" }),
        ),
        (
            "reauthenticate",
            mutation("reauthenticate", "ReauthenticateInput", "freshUntil"),
            json!({ "password": "wrong" }),
        ),
        (
            "confirmTotpSetup",
            mutation("confirmTotpSetup", "ConfirmTotpSetupInput", "recoveryCodes"),
            json!({ "code": "123456" }),
        ),
        (
            "renewRecoveryCodes",
            "mutation { renewRecoveryCodes { recoveryCodes } }".to_owned(),
            Value::Null,
        ),
    ]
}

fn attempts_with_passkeys() -> Vec<(&'static str, String, Value)> {
    let credential = json!({ "id": "AA", "rawId": "AA", "type": "public-key", "response": {
        "clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA" } });
    let made = json!({ "id": "AA", "rawId": "AA", "type": "public-key", "response": {
        "clientDataJSON": "AA", "attestationObject": "AA" } });
    vec![
        (
            "startPasskeyRegistration",
            "mutation { startPasskeyRegistration { ceremony { token } } }".to_owned(),
            Value::Null,
        ),
        (
            "completePasskeyRegistration",
            mutation(
                "completePasskeyRegistration",
                "CompletePasskeyRegistrationInput",
                "passkey { id }",
            ),
            json!({ "ceremony": "lkc_nothing", "credential": made }),
        ),
        (
            "removePasskey",
            mutation("removePasskey", "RemovePasskeyInput", "removedPasskeyId"),
            json!({ "passkeyId": "nothing" }),
        ),
        (
            "startPasskeyLogin",
            "mutation { startPasskeyLogin { ceremony { token } } }".to_owned(),
            Value::Null,
        ),
        (
            "completePasskeyLogin",
            mutation(
                "completePasskeyLogin",
                "CompletePasskeyLoginInput",
                "user { id }",
            ),
            json!({ "ceremony": "lkc_nothing", "credential": credential }),
        ),
        (
            "startReauthentication",
            "mutation { startReauthentication { methods } }".to_owned(),
            Value::Null,
        ),
        (
            "setPassword",
            mutation("setPassword", "SetPasswordInput", "user { id }"),
            json!({ "password": PASSWORD }),
        ),
    ]
}

fn attempts_on_organizations() -> Vec<(&'static str, String, Value)> {
    let nowhere = "01900000-0000-7000-8000-000000000000";
    let link = json!({ "token": "lkm_nothing" });
    vec![
        (
            "createOrganization",
            mutation(
                "createOrganization",
                "CreateOrganizationInput",
                "organization { id }",
            ),
            json!({ "name": "Engines" }),
        ),
        (
            "updateOrganization",
            mutation(
                "updateOrganization",
                "UpdateOrganizationInput",
                "organization { id }",
            ),
            json!({ "organizationId": nowhere, "slug": "engines" }),
        ),
        (
            "inviteMember",
            mutation("inviteMember", "InviteMemberInput", "invitation { id }"),
            json!({ "organizationId": nowhere, "email": "bob@example.com" }),
        ),
        (
            "deleteOrganization",
            mutation(
                "deleteOrganization",
                "DeleteOrganizationInput",
                "deletedOrganizationId",
            ),
            json!({ "organizationId": nowhere }),
        ),
        (
            "revokeInvitation",
            mutation(
                "revokeInvitation",
                "RevokeInvitationInput",
                "revokedInvitationId",
            ),
            json!({ "invitationId": nowhere }),
        ),
        (
            "updateMemberRole",
            mutation(
                "updateMemberRole",
                "UpdateMemberRoleInput",
                "membership { id }",
            ),
            json!({ "membershipId": nowhere, "role": "MEMBER" }),
        ),
        (
            "removeMember",
            mutation("removeMember", "RemoveMemberInput", "removedMembershipId"),
            json!({ "membershipId": nowhere }),
        ),
        (
            "invitation",
            "query($input: String!) { invitation(token: $input) { email } }".to_owned(),
            json!("lkm_nothing"),
        ),
        (
            "acceptInvitation",
            mutation(
                "acceptInvitation",
                "AcceptInvitationInput",
                "membership { id }",
            ),
            link.clone(),
        ),
        (
            "declineInvitation",
            mutation(
                "declineInvitation",
                "DeclineInvitationInput",
                "declinedInvitationId",
            ),
            link,
        ),
    ]
}

/// Lets the time pass in which a network that opened a mailed link may log in.
pub fn end_login_grace(app: &TestApp) {
    app.advance(TimeDelta::minutes(61));
}

pub async fn guess(client: &Client, identifier: &str) -> Answer {
    client.try_log_in(identifier, "a wrong guess").await
}
