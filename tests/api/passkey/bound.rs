//! Every challenge is refused as one of every other kind, and after what it belonged to has changed.

use serde_json::{Value, json};

use crate::support::authenticator::Authenticator;
use crate::support::passkeys::{Ceremony, PAGE};
use crate::support::{Answer, PASSWORD, SignedIn, TestApp};

/// The kinds of challenges.
const KINDS: [&str; 5] = ["login", "registration", "sign-in", "second step", "step-up"];

/// A user with an app and a passkey, and a login that waits for the second factor.
struct Stage {
    app: TestApp,
    ada: SignedIn,
    phone: Authenticator,
    challenge: String,
}

impl Stage {
    async fn set() -> Self {
        let app = TestApp::start().await;
        let ada = app.verified("ada").await;
        let mut phone = Authenticator::new(PAGE);
        ada.add_passkey(&mut phone).await;
        app.with_second_factor(&ada).await;
        let challenge = app.anonymous().challenge("ada", PASSWORD).await;
        Self {
            app,
            ada,
            phone,
            challenge,
        }
    }

    /// Starts a ceremony of a kind. The challenge of a login is one that a passkey could sign.
    async fn start(&self, kind: &str) -> Ceremony {
        let client = self.app.anonymous();
        match kind {
            "login" => Ceremony {
                token: client.challenge("ada", PASSWORD).await,
                options: client.start_passkey_login().await.options,
            },
            "registration" => self.ada.start_passkey_registration().await,
            "sign-in" => client.start_passkey_login().await,
            "second step" => client.start_passkey_step(&self.challenge).await,
            "step-up" => self.ada.start_passkey_proof().await,
            _ => panic!("no ceremony for {kind}"),
        }
    }

    /// Answers a ceremony as one of a kind.
    async fn finish(&self, kind: &str, ceremony: &Ceremony) -> Answer {
        let client = self.app.anonymous();
        let mut options = ceremony.options.clone();
        options["rpId"] = json!("example.com");
        options["rp"] = json!({ "id": "example.com" });
        options["allowCredentials"] = json!([]);
        if kind == "registration" {
            options["user"] = json!({ "id": "AAAA", "name": "ada" });
            options["pubKeyCredParams"] = json!([{ "type": "public-key", "alg": -7 }]);
            let credential = Authenticator::new(PAGE).register(&options);
            let input = ceremony.answered(&credential);
            return self.ada.complete_passkey_registration(input).await;
        }
        let passkey = ceremony.answered(&self.phone.clone().sign_in(&options));
        match kind {
            "login" => {
                let code = json!({ "recoveryCode": "aaaa-bbbb-cccc-dddd" });
                client.complete_login(&ceremony.token, code).await
            }
            "sign-in" => client.complete_passkey_login(passkey).await,
            "second step" => {
                let answer = json!({ "passkey": passkey });
                client.complete_login(&self.challenge, answer).await
            }
            "step-up" => self.ada.reauthenticate(json!({ "passkey": passkey })).await,
            _ => panic!("no answer for {kind}"),
        }
    }
}

#[tokio::test]
async fn a_challenge_of_one_kind_is_refused_as_one_of_every_other_kind() {
    let stage = Stage::set().await;
    for kind in KINDS {
        for other in KINDS.into_iter().filter(|other| *other != kind) {
            let ceremony = stage.start(kind).await;
            let refused = stage.finish(other, &ceremony).await;
            assert_eq!(
                refused.code(),
                "AUTH_CHALLENGE_INVALID",
                "{kind} as {other}"
            );
            assert_eq!(refused.body["data"], Value::Null);
        }
    }
    for kind in ["registration", "sign-in", "step-up", "second step"] {
        let ceremony = stage.start(kind).await;
        stage.finish(kind, &ceremony).await.data();
    }
}

#[tokio::test]
async fn an_answer_to_one_ceremony_answers_no_other_one_of_its_kind() {
    let stage = Stage::set().await;
    for kind in ["registration", "sign-in", "step-up", "second step"] {
        let signed = stage.start(kind).await;
        let other = Ceremony {
            token: stage.start(kind).await.token,
            options: signed.options,
        };
        let refused = stage.finish(kind, &other).await;
        assert_eq!(refused.code(), "AUTH_SECOND_FACTOR_INVALID", "{kind}");
    }
}

#[tokio::test]
async fn a_second_step_with_a_passkey_is_void_after_a_change_of_the_password() {
    let stage = Stage::set().await;
    let ceremony = stage.start("second step").await;
    let new = "seven purple elephants juggle";
    stage.ada.change_password(PASSWORD, new).await.data();
    let refused = stage.finish("second step", &ceremony).await;
    assert_eq!(refused.code(), "AUTH_CHALLENGE_INVALID");
}

#[tokio::test]
async fn a_registration_or_a_step_up_is_void_once_its_session_has_ended() {
    let stage = Stage::set().await;
    let registration = stage.start("registration").await;
    let step_up = stage.start("step-up").await;
    let logout = "mutation { logout { revokedSessions } }";
    stage.ada.ask(logout).await.data();
    for (kind, ceremony) in [("registration", registration), ("step-up", step_up)] {
        let refused = stage.finish(kind, &ceremony).await;
        assert_eq!(refused.code(), "AUTH_SESSION_ENDED", "{kind}");
    }
}
