//! After everything that can be done with passwords and tokens, none of them is in the database or
//! in the log, however talkative.

use std::fs;
use std::path::Path;

use aws_lc_rs::digest;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use latchkey::platform::clock::Clock;
use serde_json::json;
use sqlx::{Connection, PgConnection};

use crate::process::{Node, is_captured_mail};
use crate::support::{Client, PASSWORD, Person, SignedIn, TestDatabase, texts};

const WRONG_PASSWORD: &str = "a wrong guess about the horse 17";
const NEW_PASSWORD: &str = "an even better battery staple 43";

/// A forbidden text: the name of a secret, and one of its forms as bytes.
struct Secret {
    name: &'static str,
    bytes: Vec<u8>,
}

/// The secrets of Ada's requests.
#[derive(Default)]
struct Secrets(Vec<Secret>);

impl Secrets {
    /// Adds a secret: as it is, in hexadecimal and in base64.
    fn add(&mut self, name: &'static str, bytes: &[u8]) {
        let forms = [
            bytes.to_vec(),
            hex(bytes).into_bytes(),
            BASE64_STANDARD.encode(bytes).into_bytes(),
            BASE64_URL_SAFE_NO_PAD.encode(bytes).into_bytes(),
        ];
        self.0.extend(forms.map(|bytes| Secret { name, bytes }));
    }

    fn add_mailed_token(&mut self, token: &str) {
        self.add("a mailed token", token.as_bytes());
        let encoded = token.strip_prefix("lkm_").unwrap();
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(encoded).unwrap();
        assert_eq!(bytes.len(), 32);
        self.add("the bytes of a mailed token", &bytes);
    }

    fn add_pair(&mut self, access_token: &str, refresh_token: &str) {
        self.add("an access token", access_token.as_bytes());
        let (_, signature) = access_token.rsplit_once('.').unwrap();
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
        self.add("the signature of an access token", &signature);
        self.add("a refresh token", refresh_token.as_bytes());
        let encoded = refresh_token.strip_prefix("lkr_").unwrap();
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(encoded).unwrap();
        let (_, mac) = bytes.split_last_chunk::<32>().unwrap();
        self.add("the MAC of a refresh token", mac);
    }

    fn add_session(&mut self, signed_in: &SignedIn) {
        self.add_pair(&signed_in.access_token, &signed_in.refresh_token);
    }

    #[track_caller]
    fn assert_not_in(&self, location: &str, haystack: &[u8]) {
        let haystack = characters(haystack);
        for secret in &self.0 {
            let form = String::from_utf8_lossy(&secret.bytes);
            assert!(
                !contains(&haystack, &secret.bytes),
                "{} is in {location}: {form}",
                secret.name
            );
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap();
    let digits = bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    digits.collect()
}

/// Returns a string with a character for each byte: a search in strings is fast in a debug build, too.
fn characters(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn contains(haystack: &str, needle: &[u8]) -> bool {
    assert!(needle.len() >= 16, "too short: a match could be chance");
    haystack.contains(&characters(needle))
}

#[tokio::test]
async fn no_password_and_no_token_is_in_the_database_or_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::shared().await;
    let settings = ["--database-url", &database.url, "--log", "trace"];
    let node = Node::start(folder.path(), &settings).await;
    let (mut secrets, mailed) = use_every_feature(&node).await;
    // The notices have tokens, too.
    for line in node.log().lines().filter(|line| is_captured_mail(line)) {
        let (_, token) = line.split_once("#token=").unwrap();
        secrets.add_mailed_token(token.split(' ').next().unwrap());
    }

    // While it runs there is a write-ahead log; after it, only the file.
    check_database(&database, &secrets, &mailed).await;
    let log = node.stop().await.complete_output().await;
    check_database(&database, &secrets, &mailed).await;
    check_log(&log, &secrets, &mailed);
    let key = fs::read(folder.path().join("data/secret")).unwrap();
    assert!(
        !contains(&characters(log.as_bytes()), &key),
        "the secret key is in the log"
    );
}

/// Uses every feature as Ada, and returns her secrets and her mailed token.
async fn use_every_feature(node: &Node) -> (Secrets, String) {
    let mut secrets = Secrets::default();
    for password in [PASSWORD, WRONG_PASSWORD, NEW_PASSWORD] {
        secrets.add("a password", password.as_bytes());
    }
    let client = node.client();
    let ada = Person::named("ada");
    client.register(&ada).await.data();
    let mailed = node.mailed_token(&ada.email).await;
    secrets.add_mailed_token(&mailed);
    client.verify(&mailed).await.data();
    assert_eq!(client.verify(&mailed).await.code(), "AUTH_LINK_INVALID");
    let wrong = client.try_log_in("ada", WRONG_PASSWORD).await;
    assert_eq!(wrong.code(), "AUTH_INVALID_CREDENTIALS");

    let first = client.log_in(&ada).await;
    secrets.add_session(&first);
    first.me().await.data();
    let second = first.refreshed().await;
    secrets.add_session(&second);
    let replayed = first.refreshed().await;
    secrets.add_session(&replayed);
    assert_eq!(replayed.refresh_token, second.refresh_token);
    let third = second.refreshed().await;
    secrets.add_session(&third);
    let reused = client.refresh(&first.refresh_token).await;
    assert_eq!(
        reused.error()["extensions"]["reason"],
        "REFRESH_TOKEN_REUSED"
    );
    assert_eq!(third.me().await.code(), "AUTH_SESSION_ENDED");

    let again = client.log_in(&ada).await;
    secrets.add_session(&again);
    let change = "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { revokedSessions } }";
    let input = json!({ "currentPassword": PASSWORD, "newPassword": NEW_PASSWORD });
    again.call(change, json!({ "input": input })).await.data();
    let reset =
        "mutation($email: String!) { requestPasswordReset(input: { email: $email }) { accepted } }";
    client
        .call(reset, json!({ "email": ada.email }))
        .await
        .data();
    cancel_registration(&client, node).await;
    invite_somebody(&again, &mut secrets).await;
    use_second_factors(&client, &again, &mut secrets).await;
    let logout = "mutation { logout { revokedSessions } }";
    assert_eq!(*again.ask(logout).await.at("/logout/revokedSessions"), 1);
    (secrets, mailed)
}

/// Its token is among those of the captured mails.
async fn cancel_registration(client: &Client, node: &Node) {
    let stranger = Person::named("stranger");
    client.register(&stranger).await.data();
    let token = node.mailed_token(&stranger.email).await;
    client.registration(&token).await.data();
    client.cancel_registration(&token).await.data();
    let used = client.registration(&token).await;
    assert_eq!(used.code(), "AUTH_LINK_INVALID");
}

/// The invitation's token is among those of the captured mails; here, the access token of a switch.
async fn invite_somebody(ada: &SignedIn, secrets: &mut Secrets) {
    let own = "{ me { memberships { organization { id } } } }";
    let own = ada.ask(own).await;
    let id = own.at("/me/memberships/0/organization/id").clone();
    let invite = "mutation($id: ID!) { inviteMember(input: { organizationId: $id, email: \"eve@example.com\" }) {
        invitation { id } } }";
    ada.call(invite, json!({ "id": id })).await.data();
    let switch =
        "mutation($id: ID!) { switchOrganization(input: { organizationId: $id }) { accessToken } }";
    let switched = ada.call(switch, json!({ "id": id })).await;
    let token = switched.text("/switchOrganization/accessToken");
    secrets.add("an access token", token.as_bytes());
}

/// Uses an authenticator app and a recovery code, with the challenge of a login.
async fn use_second_factors(client: &Client, ada: &SignedIn, secrets: &mut Secrets) {
    let phone = ada.start_totp_setup().await;
    secrets.add("the secret of an app", phone.base32().as_bytes());
    secrets.add("the bytes of the secret of an app", phone.bytes());
    let code = phone.code_at(Clock::system().now());
    let confirmed = ada.confirm_totp_setup(&code).await;
    let codes = texts(confirmed.at("/confirmTotpSetup/recoveryCodes"));
    for code in &codes {
        secrets.add("a recovery code", code.as_bytes());
        secrets.add("a recovery code", code.replace('-', "").as_bytes());
    }
    let challenge = client.challenge("ada", NEW_PASSWORD).await;
    secrets.add("a challenge", challenge.as_bytes());
    let encoded = challenge.strip_prefix("lkc_").unwrap();
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(encoded).unwrap();
    secrets.add("the bytes of a challenge", &bytes);
    let answer = json!({ "recoveryCode": codes[0] });
    client.complete_login(&challenge, answer).await.data();
    let open = client.challenge("ada", NEW_PASSWORD).await;
    secrets.add("an open challenge", open.as_bytes());
    let proof = json!({ "recoveryCode": codes[1] });
    ada.reauthenticate(proof).await.data();
}

/// Checks that no secret is in the database, and that the search finds texts that are there.
async fn check_database(database: &TestDatabase, secrets: &Secrets, mailed: &str) {
    let contents = match database.url.strip_prefix("sqlite:") {
        Some(path) => files_beside(Path::new(path)),
        None => rows(&database.url).await,
    };
    assert!(String::from_utf8_lossy(&contents).contains("ada@example.com"));
    let encoded = mailed.strip_prefix("lkm_").unwrap();
    let token = BASE64_URL_SAFE_NO_PAD.decode(encoded).unwrap();
    let hash = digest::digest(&digest::SHA256, &token);
    let hash = hash.as_ref();
    let text = characters(&contents);
    assert!(contains(&text, hash) || contains(&text, hex(hash).as_bytes()));
    secrets.assert_not_in("the database", &contents);
}

/// Checks the log: only a captured mail shows its link, as documented.
fn check_log(log: &str, secrets: &Secrets, mailed: &str) {
    assert!(
        log.contains(" DEBUG "),
        "the log has its most verbose level"
    );
    let (mails, rest): (Vec<&str>, Vec<&str>) =
        log.lines().partition(|line| is_captured_mail(line));
    assert_eq!(mails.len(), 9, "{mails:?}");
    assert!(mails[0].contains(mailed));
    secrets.assert_not_in("the log", rest.join("\n").as_bytes());
}

/// Returns the database's file, its write-ahead log and the other files beside it.
fn files_beside(database: &Path) -> Vec<u8> {
    let mut contents = Vec::new();
    for entry in fs::read_dir(database.parent().unwrap()).unwrap() {
        contents.extend(fs::read(entry.unwrap().path()).unwrap());
    }
    contents
}

/// Returns every row of every table as text, with bytes in hexadecimal.
async fn rows(url: &str) -> Vec<u8> {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(tables.len() >= 6, "{tables:?}");
    let mut contents = Vec::new();
    for table in tables {
        let query = format!(r#"SELECT t::text FROM "{table}" AS t"#);
        let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
            .fetch_all(&mut connection)
            .await
            .unwrap();
        contents.extend(rows.join("\n").into_bytes());
    }
    connection.close().await.unwrap();
    contents
}
