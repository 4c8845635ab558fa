//! The limits of refreshes: by session, and by network for unknown tokens.

use crate::support::TestApp;

#[tokio::test]
async fn a_site_of_many_pages_never_meets_a_limit_of_refreshes_and_a_copied_token_does() {
    // One page a second for ten minutes, each with a refresh, at the default limits.
    let defaults = [
        "--limit-refresh-session",
        "600/10m",
        "--limit-refresh-network",
        "10000/10m",
    ];
    let app = TestApp::start_with(&defaults).await;
    let mut ada = app.verified("ada").await;
    for _ in 0..700 {
        ada = ada.refreshed().await;
        app.advance(chrono::TimeDelta::seconds(1));
    }
    let mut passed = 0;
    while passed < 700
        && ada
            .refresh(&ada.refresh_token)
            .await
            .body
            .get("errors")
            .is_none()
    {
        passed += 1;
    }
    assert_eq!(passed, 600);
}

#[tokio::test]
async fn people_behind_one_address_share_no_limit_of_refreshes_and_guesses_of_tokens_do() {
    let tight = [
        "--limit-refresh-network",
        "2/1h",
        "--limit-refresh-session",
        "2/1h",
    ];
    let app = TestApp::start_with(&tight).await;
    for name in ["ada", "bob", "eve"] {
        let user = app.verified(name).await;
        user.refreshed().await.refreshed().await;
    }
    // A page that asks whether anybody is logged in sends no token.
    for _ in 0..4 {
        let nobody = app.anonymous().refresh("").await;
        assert_eq!(nobody.code(), "AUTH_REFRESH_TOKEN_INVALID");
    }
    let mut codes = Vec::new();
    for _ in 0..3 {
        codes.push(
            app.anonymous()
                .refresh("lkr_nothing")
                .await
                .code()
                .to_owned(),
        );
    }
    assert_eq!(
        codes,
        [
            "AUTH_REFRESH_TOKEN_INVALID",
            "AUTH_REFRESH_TOKEN_INVALID",
            "RATE_LIMITED"
        ]
    );
}
