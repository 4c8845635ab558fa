//! Clients of the API: anonymous ones, and ones that are signed in.

use std::ops::Deref;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Answer, PASSWORD};

/// A GraphQL client with headers of its own.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    headers: HeaderMap,
}

/// The input of a registration.
#[derive(Clone, Debug)]
pub struct Person {
    pub email: String,
    pub username: String,
    pub password: String,
}

impl Person {
    pub fn named(name: &str) -> Self {
        Self {
            email: format!("{name}@example.com"),
            username: name.to_owned(),
            password: PASSWORD.to_owned(),
        }
    }
}

/// A client that sends a bearer token, and the other results of its login.
#[derive(Clone)]
pub struct SignedIn {
    pub person: Person,
    pub client: Client,
    pub access_token: String,
    pub refresh_token: String,
    pub session_id: String,
}

impl Deref for SignedIn {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

const TOKENS: &str =
    "token { accessToken tokenType expiresIn refreshToken refreshExpiresAt } session { id }";

impl Client {
    pub fn new(url: String) -> Self {
        Self {
            http: reqwest::Client::new(),
            url,
            headers: HeaderMap::new(),
        }
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        self.headers
            .insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        self
    }

    /// Adds a header whose value need not be text.
    #[must_use]
    pub fn header_bytes(mut self, name: &str, value: &[u8]) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        self.headers
            .insert(name, HeaderValue::from_bytes(value).unwrap());
        self
    }

    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Sends an operation.
    pub async fn call(&self, query: &str, variables: Value) -> Answer {
        self.try_call(query, variables).await.unwrap()
    }

    /// Sends a body as it is.
    pub async fn send(&self, body: Vec<u8>) -> Answer {
        let request = self.http.post(&self.url).headers(self.headers.clone());
        let request = request
            .header("content-type", "application/json")
            .body(body);
        Answer::read(request.send().await.unwrap()).await.unwrap()
    }

    pub async fn try_call(&self, query: &str, variables: Value) -> reqwest::Result<Answer> {
        let body = json!({ "query": query, "variables": variables });
        let request = self
            .http
            .post(&self.url)
            .headers(self.headers.clone())
            .json(&body);
        Answer::read(request.send().await?).await
    }

    /// Sends an operation without variables.
    pub async fn ask(&self, query: &str) -> Answer {
        self.call(query, json!({})).await
    }

    pub async fn register(&self, person: &Person) -> Answer {
        let query = "mutation($input: RegisterInput!) { register(input: $input) { user { id email username } } }";
        let input = json!({
            "email": person.email, "username": person.username, "password": person.password,
        });
        self.call(query, json!({ "input": input })).await
    }

    pub async fn verify(&self, token: &str) -> Answer {
        let query = "mutation($token: String!) { verifyEmail(input: { token: $token }) { user { emailVerified } } }";
        self.call(query, json!({ "token": token })).await
    }

    pub async fn resend_verification(&self, email: &str) -> Answer {
        let query = "mutation($email: String!) { resendVerificationEmail(input: { email: $email }) { accepted } }";
        self.call(query, json!({ "email": email })).await
    }

    /// Queries the registration of the token in a verification link.
    pub async fn registration(&self, token: &str) -> Answer {
        let query = "query($token: String!) { registration(token: $token) { email username registeredAt device } }";
        self.call(query, json!({ "token": token })).await
    }

    pub async fn cancel_registration(&self, token: &str) -> Answer {
        let query = "mutation($token: String!) { cancelRegistration(input: { token: $token }) { deletedUserId } }";
        self.call(query, json!({ "token": token })).await
    }

    pub async fn try_log_in(&self, identifier: &str, password: &str) -> Answer {
        let query = format!(
            "mutation($input: LoginInput!) {{ login(input: $input) {{ {TOKENS} user {{ id }} }} }}"
        );
        let input = json!({ "identifier": identifier, "password": password });
        self.call(&query, json!({ "input": input })).await
    }

    pub async fn log_in(&self, person: &Person) -> SignedIn {
        let answer = self.try_log_in(&person.username, &person.password).await;
        let login = answer.data()["login"].clone();
        let text = |pointer: &str| login.pointer(pointer).unwrap().as_str().unwrap().to_owned();
        let access_token = text("/token/accessToken");
        SignedIn {
            person: person.clone(),
            client: self.clone().bearer(&access_token),
            access_token,
            refresh_token: text("/token/refreshToken"),
            session_id: text("/session/id"),
        }
    }

    pub async fn refresh(&self, token: &str) -> Answer {
        let query = format!(
            "mutation($token: String!) {{ refresh(input: {{ refreshToken: $token }}) {{ {TOKENS} }} }}"
        );
        self.call(&query, json!({ "token": token })).await
    }

    pub async fn request_password_reset(&self, email: &str) -> Answer {
        let query = "mutation($email: String!) { requestPasswordReset(input: { email: $email }) { accepted } }";
        self.call(query, json!({ "email": email })).await
    }

    pub async fn reset_password(&self, token: &str, password: &str) -> Answer {
        let query = "mutation($input: ResetPasswordInput!) { resetPassword(input: $input) { user { email emailVerified } } }";
        let input = json!({ "token": token, "newPassword": password });
        self.call(query, json!({ "input": input })).await
    }

    pub async fn change_password(&self, current: &str, new: &str) -> Answer {
        let query = "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { revokedSessions } }";
        let input = json!({ "currentPassword": current, "newPassword": new });
        self.call(query, json!({ "input": input })).await
    }

    pub async fn request_email_change(&self, email: &str, password: &str) -> Answer {
        let query = "mutation($input: RequestEmailChangeInput!) { requestEmailChange(input: $input) { accepted } }";
        let input = json!({ "newEmail": email, "password": password });
        self.call(query, json!({ "input": input })).await
    }

    pub async fn confirm_email_change(&self, token: &str) -> Answer {
        let query = "mutation($token: String!) { confirmEmailChange(input: { token: $token }) { user { email emailVerified } } }";
        self.call(query, json!({ "token": token })).await
    }

    pub async fn secure_account(&self, token: &str) -> Answer {
        let query = "mutation($token: String!) { secureAccount(input: { token: $token }) { email revokedSessions } }";
        self.call(query, json!({ "token": token })).await
    }

    pub async fn delete_account(&self, password: &str) -> Answer {
        let query = "mutation($password: String!) { deleteAccount(input: { password: $password }) { deletedUserId } }";
        self.call(query, json!({ "password": password })).await
    }

    pub async fn me(&self) -> Answer {
        self.ask("{ me { id email username displayName emailVerified } }")
            .await
    }
}

impl SignedIn {
    /// Returns the id of the user's account.
    pub async fn user_id(&self) -> String {
        let viewer = self.ask("{ viewer { user { id } } }").await;
        viewer.text("/viewer/user/id").to_owned()
    }

    /// Refreshes, and returns the client with the new tokens.
    pub async fn refreshed(&self) -> Self {
        let answer = self.refresh(&self.refresh_token).await;
        let token = &answer.data()["refresh"]["token"];
        let access_token = token["accessToken"].as_str().unwrap().to_owned();
        Self {
            client: self.client.clone().bearer(&access_token),
            access_token,
            refresh_token: token["refreshToken"].as_str().unwrap().to_owned(),
            ..self.clone()
        }
    }
}

/// Makes 64 concurrent calls, and asserts that one succeeds and all others are refused with this code.
pub async fn assert_one_of_64_succeeds<F>(call: impl Fn() -> F, code: &str)
where
    F: Future<Output = Answer> + Send + 'static,
{
    let calls: JoinSet<_> = (0..64).map(|_| call()).collect();
    let answers = calls.join_all().await;
    let is_done = |answer: &&Answer| answer.body.get("errors").is_none();
    let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(is_done);
    assert_eq!(done.len(), 1);
    for answer in refused {
        assert_eq!(answer.code(), code);
    }
}
