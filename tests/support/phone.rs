//! An authenticator app, and the operations around second factors.

use chrono::{DateTime, TimeDelta, Utc};
use latchkey::domain::{TotpCode, TotpSecret};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use super::{Answer, Client, SignedIn, TestApp};

/// An authenticator app that shares a secret with an account.
#[derive(Clone)]
pub struct Phone(Vec<u8>);

impl Phone {
    /// Takes the secret that the service shows.
    pub fn scan(base32: &str) -> Self {
        let secret = Secret::try_from_base32(base32).unwrap();
        Self(secret.as_bytes().to_vec())
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn base32(&self) -> String {
        TotpSecret::from_stored(&self.0).unwrap().reveal()
    }

    /// Returns the code that the app shows at a moment.
    pub fn code_at(&self, at: DateTime<Utc>) -> String {
        let secret = Secret::new(self.0.clone().into_boxed_slice());
        let totp = Builder::new().with_secret(secret).build_noncompliant();
        let seconds = u64::try_from(at.timestamp()).unwrap();
        totp.generate(seconds).to_string()
    }

    /// Returns a code that the service does not accept at this moment.
    pub fn wrong_code_at(&self, at: DateTime<Utc>) -> String {
        let secret = TotpSecret::from_stored(&self.0).unwrap();
        let codes = (0..).map(|number| format!("{number:06}"));
        let mut wrong = codes.filter(|code| {
            let code = TotpCode::parse(code).unwrap();
            secret.step_of(&code, at).is_none()
        });
        wrong.next().unwrap()
    }
}

/// The second factor of a user: the app, and the recovery codes.
#[derive(Clone)]
pub struct Factors {
    pub phone: Phone,
    pub recovery_codes: Vec<String>,
}

impl TestApp {
    /// Returns the time of the service's clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Moves the clock to the next time step, in which an authenticator app shows another code.
    pub fn next_code(&self) {
        self.advance(TimeDelta::seconds(30));
    }

    /// Sets up an authenticator app in a session that is fresh, and moves the clock on to its next code.
    pub async fn with_second_factor(&self, user: &SignedIn) -> Factors {
        let phone = user.start_totp_setup().await;
        let answer = user.confirm_totp_setup(&phone.code_at(self.now())).await;
        let recovery_codes = texts(answer.at("/confirmTotpSetup/recoveryCodes"));
        self.next_code();
        Factors {
            phone,
            recovery_codes,
        }
    }
}

impl Client {
    /// Starts the set-up of an authenticator app.
    pub async fn start_totp_setup(&self) -> Phone {
        let answer = self
            .ask("mutation { startTotpSetup { secret uri qrCodeSvg expiresAt } }")
            .await;
        Phone::scan(answer.text("/startTotpSetup/secret"))
    }

    /// Starts the set-up of an authenticator app, and returns the code that it shows by the service's clock.
    pub async fn started_totp_setup(&self) -> String {
        let query = "mutation { startTotpSetup { secret expiresAt } }";
        let answer = self.ask(query).await;
        let expires_at: DateTime<Utc> = answer.text("/startTotpSetup/expiresAt").parse().unwrap();
        let phone = Phone::scan(answer.text("/startTotpSetup/secret"));
        phone.code_at(expires_at - TimeDelta::minutes(15))
    }

    pub async fn confirm_totp_setup(&self, code: &str) -> Answer {
        let query = "mutation($code: String!) { confirmTotpSetup(input: { code: $code }) { recoveryCodes } }";
        self.call(query, json!({ "code": code })).await
    }

    /// Gives the password, and returns the challenge for the second factor.
    pub async fn challenge(&self, identifier: &str, password: &str) -> String {
        let answer = self.try_log_in(identifier, password).await;
        assert_eq!(answer.code(), "AUTH_SECOND_FACTOR_REQUIRED");
        let challenge = &answer.error()["extensions"]["challenge"];
        challenge.as_str().unwrap().to_owned()
    }

    /// Answers a challenge with the input's other fields.
    pub async fn complete_login(&self, challenge: &str, answer: Value) -> Answer {
        let query = "mutation($input: CompleteLoginInput!) { completeLogin(input: $input) {
            token { accessToken refreshToken } user { id }
            session { id methods secondFactor authenticatedAt } } }";
        let mut input = answer;
        input["challenge"] = json!(challenge);
        self.call(query, json!({ "input": input })).await
    }

    pub async fn reauthenticate(&self, proof: Value) -> Answer {
        let query = "mutation($input: ReauthenticateInput!) { reauthenticate(input: $input) {
            freshUntil session { id methods secondFactor authenticatedAt } } }";
        self.call(query, json!({ "input": proof })).await
    }
}

impl SignedIn {
    /// Logs in again with a second factor, on the device of this client.
    pub async fn log_in_with_code(&self, client: &Client, code: &str) -> Self {
        let (username, password) = (&self.person.username, &self.person.password);
        let challenge = client.challenge(username, password).await;
        let answer = client
            .complete_login(&challenge, json!({ "totpCode": code }))
            .await;
        let text = |pointer: &str| answer.text(&format!("/completeLogin/{pointer}")).to_owned();
        let access_token = text("token/accessToken");
        Self {
            person: self.person.clone(),
            client: client.clone().bearer(&access_token),
            access_token,
            refresh_token: text("token/refreshToken"),
            session_id: text("session/id"),
        }
    }
}

/// Returns the texts of a list.
pub fn texts(list: &Value) -> Vec<String> {
    let texts = list.as_array().unwrap().iter();
    texts
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}
