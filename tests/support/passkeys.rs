//! The operations around passkeys.

use serde_json::{Value, json};

use super::authenticator::Authenticator;
use super::{Answer, Client, SignedIn};

/// The page of the tests, as their services know it.
pub const PAGE: &str = "https://app.example.com";

/// The domain that the passkeys of the tests belong to.
pub const RELYING_PARTY: &str = "example.com";

/// A ceremony that has begun.
pub struct Ceremony {
    pub token: String,
    pub options: Value,
}

impl Ceremony {
    fn of(answer: &Answer, field: &str) -> Self {
        let ceremony = answer.at(&format!("/{field}/ceremony"));
        Self {
            token: ceremony["token"].as_str().unwrap().to_owned(),
            options: ceremony["options"].clone(),
        }
    }

    /// Returns the answer to the ceremony as an input.
    pub fn answered(&self, credential: &Value) -> Value {
        json!({ "ceremony": self.token, "credential": credential })
    }
}

impl Client {
    pub async fn try_start_passkey_registration(&self) -> Answer {
        let query =
            "mutation { startPasskeyRegistration { ceremony { token options expiresAt } } }";
        self.ask(query).await
    }

    pub async fn start_passkey_registration(&self) -> Ceremony {
        let answer = self.try_start_passkey_registration().await;
        Ceremony::of(&answer, "startPasskeyRegistration")
    }

    pub async fn complete_passkey_registration(&self, input: Value) -> Answer {
        let query = "mutation($input: CompletePasskeyRegistrationInput!) {
            completePasskeyRegistration(input: $input) {
                passkey { id name createdAt lastUsedAt backedUp signsInAlone } } }";
        self.call(query, json!({ "input": input })).await
    }

    pub async fn try_start_passkey_login(&self, challenge: Option<&str>) -> Answer {
        let query = "mutation($input: StartPasskeyLoginInput) { startPasskeyLogin(input: $input) {
            ceremony { token options expiresAt } } }";
        let input = challenge.map(|challenge| json!({ "challenge": challenge }));
        self.call(query, json!({ "input": input })).await
    }

    /// Starts a sign-in with a passkey alone.
    pub async fn start_passkey_login(&self) -> Ceremony {
        let answer = self.try_start_passkey_login(None).await;
        Ceremony::of(&answer, "startPasskeyLogin")
    }

    /// Starts the second step of a login with a passkey.
    pub async fn start_passkey_step(&self, challenge: &str) -> Ceremony {
        let answer = self.try_start_passkey_login(Some(challenge)).await;
        Ceremony::of(&answer, "startPasskeyLogin")
    }

    pub async fn complete_passkey_login(&self, input: Value) -> Answer {
        let query =
            "mutation($input: CompletePasskeyLoginInput!) { completePasskeyLogin(input: $input) {
            token { accessToken refreshToken } user { id username }
            session { id methods secondFactor authenticatedAt } } }";
        self.call(query, json!({ "input": input })).await
    }

    /// Signs in with a passkey alone.
    pub async fn sign_in_with_passkey(&self, authenticator: &mut Authenticator) -> Answer {
        let ceremony = self.start_passkey_login().await;
        let credential = authenticator.sign_in(&ceremony.options);
        self.complete_passkey_login(ceremony.answered(&credential))
            .await
    }

    pub async fn start_reauthentication(&self) -> Answer {
        let query =
            "mutation { startReauthentication { methods ceremony { token options expiresAt } } }";
        self.ask(query).await
    }

    pub async fn rename_passkey(&self, id: &str, name: &str) -> Answer {
        let query = "mutation($input: RenamePasskeyInput!) { renamePasskey(input: $input) {
            passkey { id name } } }";
        let input = json!({ "passkeyId": id, "name": name });
        self.call(query, json!({ "input": input })).await
    }

    pub async fn remove_passkey(&self, id: &str) -> Answer {
        let query = "mutation($input: RemovePasskeyInput!) { removePasskey(input: $input) {
            removedPasskeyId } }";
        self.call(query, json!({ "input": { "passkeyId": id } }))
            .await
    }

    pub async fn set_password(&self, password: &str) -> Answer {
        let query =
            "mutation($input: SetPasswordInput!) { setPassword(input: $input) { user { id } } }";
        self.call(query, json!({ "input": { "password": password } }))
            .await
    }

    pub async fn remove_password(&self) -> Answer {
        self.ask("mutation { removePassword { removed } }").await
    }

    /// Returns the passkeys and whether there is a password.
    pub async fn sign_in_methods(&self) -> Answer {
        let query = "{ signInMethods { password totp secondFactors
            passkeys { id name lastUsedAt backedUp signsInAlone } } }";
        self.ask(query).await
    }
}

impl SignedIn {
    /// Adds a passkey in a session that is fresh, and returns its id.
    pub async fn add_passkey(&self, authenticator: &mut Authenticator) -> String {
        let ceremony = self.start_passkey_registration().await;
        let credential = authenticator.register(&ceremony.options);
        let answer = self
            .complete_passkey_registration(ceremony.answered(&credential))
            .await;
        answer
            .text("/completePasskeyRegistration/passkey/id")
            .to_owned()
    }

    /// Starts a step-up with a passkey.
    pub async fn start_passkey_proof(&self) -> Ceremony {
        Ceremony::of(
            &self.start_reauthentication().await,
            "startReauthentication",
        )
    }

    /// Makes the session fresh with a passkey.
    pub async fn reauthenticate_with_passkey(&self, authenticator: &mut Authenticator) -> Answer {
        let ceremony = self.start_passkey_proof().await;
        let credential = authenticator.sign_in(&ceremony.options);
        let proof = json!({ "passkey": ceremony.answered(&credential) });
        self.reauthenticate(proof).await
    }
}
