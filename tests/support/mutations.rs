//! A call of every mutation that succeeds, for tests of properties that all mutations share.

use serde_json::{Value, json};

use super::authenticator::Authenticator;
use super::passkeys::PAGE;
use super::{Client, PASSWORD, Person, SignedIn, texts};

/// All fields of Mutation; `Stage::prepare` has a call of each.
pub const MUTATIONS: [&str; 42] = [
    "register",
    "updateProfile",
    "deleteAccount",
    "secureAccount",
    "verifyEmail",
    "cancelRegistration",
    "resendVerificationEmail",
    "requestEmailChange",
    "confirmEmailChange",
    "login",
    "completeLogin",
    "startReauthentication",
    "reauthenticate",
    "startTotpSetup",
    "confirmTotpSetup",
    "removeTotp",
    "renewRecoveryCodes",
    "startPasskeyRegistration",
    "completePasskeyRegistration",
    "startPasskeyLogin",
    "completePasskeyLogin",
    "renamePasskey",
    "removePasskey",
    "setPassword",
    "removePassword",
    "refresh",
    "switchOrganization",
    "logout",
    "revokeSession",
    "revokeOtherSessions",
    "changePassword",
    "requestPasswordReset",
    "resetPassword",
    "createOrganization",
    "updateOrganization",
    "deleteOrganization",
    "updateMemberRole",
    "removeMember",
    "inviteMember",
    "revokeInvitation",
    "acceptInvitation",
    "declineInvitation",
];

const NEW_PASSWORD: &str = "an even better battery staple 43";

/// A call that succeeds unless a test interferes.
pub struct Prepared {
    pub caller: Client,
    pub query: String,
    pub variables: Value,
}

impl Prepared {
    fn new(caller: &Client, field: &str, selection: &str, input: &Value) -> Self {
        let (initial, rest) = field.split_at(1);
        let ty = format!("{}{rest}Input", initial.to_uppercase());
        Self {
            caller: caller.clone(),
            query: format!(
                "mutation($input: {ty}!) {{ {field}(input: $input) {{ {selection} }} }}"
            ),
            variables: json!({ "input": input }),
        }
    }
}

/// A service with an owner of an organization. `mailed` finds the token of a kind of message to an
/// address.
pub struct Stage<M> {
    pub anonymous: Client,
    pub owner: SignedIn,
    pub organization: String,
    mailed: M,
}

impl<M: AsyncFn(&str, &str) -> String> Stage<M> {
    pub async fn set(anonymous: Client, mailed: M) -> Self {
        let owner = verified(&anonymous, &mailed, "owner").await;
        let organization = owner.new_organization("Harbour").await;
        Self {
            anonymous,
            owner,
            organization,
            mailed,
        }
    }

    /// A call of a mutation. `number` makes its names differ from those of other calls.
    #[expect(
        clippy::too_many_lines,
        reason = "a table: each mutation with its input"
    )]
    pub async fn prepare(&self, field: &str, number: usize) -> Prepared {
        let name = format!("{}{number}", field.to_lowercase());
        let email = format!("{name}@example.com");
        let (owner, anonymous) = (&self.owner, &self.anonymous);
        let call = |caller: &Client, selection: &str, input: Value| {
            Prepared::new(caller, field, selection, &input)
        };
        match field {
            "register" => {
                let input = json!({ "email": email, "username": name, "password": PASSWORD });
                call(anonymous, "user { id }", input)
            }
            "updateProfile" => call(owner, "user { id }", json!({ "displayName": name })),
            "deleteAccount" => {
                let person = self.verified(&name).await;
                call(&person, "deletedUserId", json!({ "password": PASSWORD }))
            }
            "secureAccount" => {
                let person = self.verified(&name).await;
                let input = json!({ "currentPassword": PASSWORD, "newPassword": NEW_PASSWORD });
                let changed = person.mutate("changePassword", "revokedSessions", input);
                changed.await.data();
                let token = (self.mailed)("password_changed", &email).await;
                call(anonymous, "email", json!({ "token": token }))
            }
            "verifyEmail" => {
                self.registered(&name).await;
                let token = (self.mailed)("verify_email", &email).await;
                call(anonymous, "user { id }", json!({ "token": token }))
            }
            "cancelRegistration" => {
                self.registered(&name).await;
                let token = (self.mailed)("verify_email", &email).await;
                call(anonymous, "deletedUserId", json!({ "token": token }))
            }
            "resendVerificationEmail" => {
                self.registered(&name).await;
                call(anonymous, "accepted", json!({ "email": email }))
            }
            "requestEmailChange" => {
                let person = self.verified(&name).await;
                let new = format!("new-{email}");
                let input = json!({ "newEmail": new, "password": PASSWORD });
                call(&person, "accepted", input)
            }
            "confirmEmailChange" => {
                let person = self.verified(&name).await;
                let new = format!("new-{email}");
                person.request_email_change(&new, PASSWORD).await.data();
                let token = (self.mailed)("confirm_email_change", &new).await;
                call(anonymous, "user { id }", json!({ "token": token }))
            }
            "login" => {
                let input = json!({ "identifier": owner.person.username, "password": PASSWORD });
                call(anonymous, "session { id }", input)
            }
            "completeLogin" => {
                let codes = self.with_second_factor(&name).await.1;
                let challenge = anonymous.challenge(&name, PASSWORD).await;
                let input = json!({ "challenge": challenge, "recoveryCode": codes[0] });
                call(anonymous, "session { id }", input)
            }
            "startReauthentication" => without_input(owner, field, "methods"),
            "reauthenticate" => call(owner, "freshUntil", json!({ "password": PASSWORD })),
            "startTotpSetup" => without_input(owner, field, "expiresAt"),
            "confirmTotpSetup" => {
                let person = self.verified(&name).await;
                let code = person.started_totp_setup().await;
                call(&person, "recoveryCodes", json!({ "code": code }))
            }
            "removeTotp" => {
                let person = self.with_second_factor(&name).await.0;
                without_input(&person, field, "removed")
            }
            "renewRecoveryCodes" => {
                let person = self.with_second_factor(&name).await.0;
                without_input(&person, field, "recoveryCodes")
            }
            "startPasskeyRegistration" | "startPasskeyLogin" => {
                without_input(owner, field, "ceremony { token }")
            }
            "completePasskeyRegistration" => {
                let person = self.verified(&name).await;
                let ceremony = person.start_passkey_registration().await;
                let credential = Authenticator::new(PAGE).register(&ceremony.options);
                call(&person, "passkey { id }", ceremony.answered(&credential))
            }
            "completePasskeyLogin" => {
                let mut phone = self.with_passkey(&name).await.1;
                let ceremony = anonymous.start_passkey_login().await;
                let credential = phone.sign_in(&ceremony.options);
                call(anonymous, "session { id }", ceremony.answered(&credential))
            }
            "renamePasskey" => {
                let (person, _, id) = self.with_passkey(&name).await;
                let input = json!({ "passkeyId": id, "name": name });
                call(&person, "passkey { name }", input)
            }
            "removePasskey" => {
                let (person, _, id) = self.with_passkey(&name).await;
                call(&person, "removedPasskeyId", json!({ "passkeyId": id }))
            }
            "setPassword" => {
                let person = self.with_passkey(&name).await.0;
                person.remove_password().await.data();
                call(&person, "user { id }", json!({ "password": NEW_PASSWORD }))
            }
            "removePassword" => {
                let person = self.with_passkey(&name).await.0;
                without_input(&person, field, "removed")
            }
            "refresh" => {
                let session = anonymous.log_in(&owner.person).await;
                let input = json!({ "refreshToken": session.refresh_token });
                call(anonymous, "token { refreshToken }", input)
            }
            "switchOrganization" => {
                let input = json!({ "organizationId": self.organization });
                call(owner, "accessToken", input)
            }
            "logout" => {
                let session = anonymous.log_in(&owner.person).await;
                call(&session, "revokedSessions", json!({}))
            }
            "revokeSession" => {
                let session = anonymous.log_in(&owner.person).await;
                let input = json!({ "sessionId": session.session_id });
                call(owner, "session { id }", input)
            }
            "revokeOtherSessions" => {
                let person = self.verified(&name).await;
                without_input(&person, field, "revokedSessions")
            }
            "changePassword" => {
                let person = self.verified(&name).await;
                let input = json!({ "currentPassword": PASSWORD, "newPassword": NEW_PASSWORD });
                call(&person, "revokedSessions", input)
            }
            "requestPasswordReset" => {
                self.verified(&name).await;
                call(anonymous, "accepted", json!({ "email": email }))
            }
            "resetPassword" => {
                self.verified(&name).await;
                anonymous.request_password_reset(&email).await.data();
                let token = (self.mailed)("reset_password", &email).await;
                let input = json!({ "token": token, "newPassword": NEW_PASSWORD });
                call(anonymous, "user { id }", input)
            }
            "createOrganization" => call(owner, "organization { id }", json!({ "name": name })),
            "updateOrganization" => {
                let input = json!({ "organizationId": self.organization, "name": name });
                call(owner, "organization { id }", input)
            }
            "deleteOrganization" => {
                let organization = owner.new_organization(&name).await;
                let input = json!({ "organizationId": organization });
                call(owner, "deletedOrganizationId", input)
            }
            "updateMemberRole" => {
                let membership = self.member(&name).await;
                let input = json!({ "membershipId": membership, "role": "ADMIN" });
                call(owner, "membership { id }", input)
            }
            "removeMember" => {
                let membership = self.member(&name).await;
                let input = json!({ "membershipId": membership });
                call(owner, "removedMembershipId", input)
            }
            "inviteMember" => {
                let input = json!({ "organizationId": self.organization, "email": email });
                call(owner, "invitation { id }", input)
            }
            "revokeInvitation" => {
                let id = owner.invited(&self.organization, &email, "MEMBER").await;
                let input = json!({ "invitationId": id });
                call(owner, "revokedInvitationId", input)
            }
            "acceptInvitation" => {
                let (guest, id) = self.guest(&name).await;
                call(&guest, "membership { id }", json!({ "invitationId": id }))
            }
            "declineInvitation" => {
                let (guest, id) = self.guest(&name).await;
                call(
                    &guest,
                    "declinedInvitationId",
                    json!({ "invitationId": id }),
                )
            }
            _ => panic!("no call of {field}"),
        }
    }

    pub async fn verified(&self, name: &str) -> SignedIn {
        verified(&self.anonymous, &self.mailed, name).await
    }

    /// Returns a user with an authenticator app, and their recovery codes.
    async fn with_second_factor(&self, name: &str) -> (SignedIn, Vec<String>) {
        let person = self.verified(name).await;
        let code = person.started_totp_setup().await;
        let confirmed = person.confirm_totp_setup(&code).await;
        let codes = texts(confirmed.at("/confirmTotpSetup/recoveryCodes"));
        (person, codes)
    }

    /// Returns a user with a passkey, its authenticator, and its id.
    async fn with_passkey(&self, name: &str) -> (SignedIn, Authenticator, String) {
        let person = self.verified(name).await;
        let mut phone = Authenticator::new(PAGE);
        let id = person.add_passkey(&mut phone).await;
        (person, phone, id)
    }

    async fn registered(&self, name: &str) {
        let person = Person::named(name);
        self.anonymous.register(&person).await.data();
    }

    /// Returns an invited user and the id of the invitation.
    async fn guest(&self, name: &str) -> (SignedIn, String) {
        let guest = self.verified(name).await;
        let (organization, email) = (&self.organization, &guest.person.email);
        let id = self.owner.invited(organization, email, "MEMBER").await;
        (guest, id)
    }

    /// The membership of somebody who accepted an invitation.
    async fn member(&self, name: &str) -> String {
        let (guest, id) = self.guest(name).await;
        let input = json!({ "invitationId": id });
        let accepted = guest.mutate("acceptInvitation", "membership { id }", input);
        let accepted = accepted.await;
        accepted.text("/acceptInvitation/membership/id").to_owned()
    }
}

/// A call of a mutation that takes no input.
fn without_input(caller: &Client, field: &str, selection: &str) -> Prepared {
    Prepared {
        caller: caller.clone(),
        query: format!("mutation {{ {field} {{ {selection} }} }}"),
        variables: json!({}),
    }
}

async fn verified<M>(anonymous: &Client, mailed: &M, name: &str) -> SignedIn
where
    M: AsyncFn(&str, &str) -> String,
{
    let person = Person::named(name);
    anonymous.register(&person).await.data();
    let token = mailed("verify_email", &person.email).await;
    anonymous.verify(&token).await.data();
    anonymous.log_in(&person).await
}
