//! The pages that mailed links lead to until a frontend has its own.

use reqwest::Response;

use crate::support::TestApp;

const PAGES: [&str; 5] = [
    "verify-email",
    "reset-password",
    "confirm-email",
    "secure-account",
    "accept-invitation",
];

async fn get(app: &TestApp, path: &str, language: &str) -> Response {
    let request = reqwest::Client::new()
        .get(app.url(path))
        .header("accept-language", language);
    request.send().await.unwrap()
}

#[tokio::test]
async fn each_page_exists_in_each_language_and_loads_nothing_from_other_hosts() {
    let app = TestApp::start().await;
    for page in PAGES {
        for (requested, language) in [("de", "de"), ("en", "en"), ("tlh", "en")] {
            let response = get(&app, &format!("/account/{page}"), requested).await;
            assert_eq!(response.status(), 200, "{page}");
            let headers = response.headers().clone();
            assert_eq!(headers["content-type"], "text/html; charset=utf-8");
            assert_eq!(headers["referrer-policy"], "no-referrer");
            assert_eq!(headers["cache-control"], "no-store");
            assert_eq!(headers["x-content-type-options"], "nosniff");
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(
                policy.contains("script-src 'self'") && policy.contains("frame-ancestors 'none'")
            );
            assert!(!policy.contains("unsafe"), "{policy}");
            let text = response.text().await.unwrap();
            assert!(
                text.contains(&format!("<html lang=\"{language}\"")),
                "{text}"
            );
            let text = text.replace("xmlns='http://www.w3.org/2000/svg'", "");
            assert!(
                !text.contains("http:") && !text.contains("https:") && !text.contains("style=\""),
                "{text}"
            );
            for inline in ["<style", "onclick", "javascript:"] {
                assert!(!text.contains(inline), "{inline}: {text}");
            }
        }
    }
    for (asset, media_type) in [("style.css", "text/css"), ("account.js", "text/javascript")] {
        let response = get(&app, &format!("/account/{asset}"), "en").await;
        let content_type = response.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(content_type.starts_with(media_type), "{content_type}");
        assert!(response.text().await.unwrap().len() > 1000);
    }
}

#[tokio::test]
async fn each_page_links_to_the_app_or_says_that_it_can_be_closed() {
    const APP: &str = "https://app.example.com/login?from=mail&x=1";
    let (app, none) = (
        TestApp::start_with(&["--app-url", APP]).await,
        TestApp::start().await,
    );
    let link = r#"href="https://app.example.com/login?from=mail&amp;x=1""#;
    for page in PAGES {
        for (language, button, close) in [
            ("en", ">Go to the app<", "You can close this page"),
            ("de", ">Zur App<", "Sie können diese Seite schließen"),
        ] {
            let path = format!("/account/{page}");
            let text = get(&app, &path, language).await.text().await.unwrap();
            let unescaped = text.replace("&#x2f;", "/");
            assert!(unescaped.contains(link), "{text}");
            assert!(text.contains(button) && !text.contains(close), "{text}");
            let text = get(&none, &path, language).await.text().await.unwrap();
            assert!(!text.contains(button) && text.contains(close), "{text}");
        }
    }
}

#[tokio::test]
async fn the_invitation_page_offers_an_account_where_invited_people_may_register() {
    for (mode, offers) in [("open", true), ("invitation", true), ("closed", false)] {
        let app = TestApp::start_with(&["--registration", mode]).await;
        let page = get(&app, "/account/accept-invitation", "en").await;
        let text = page.text().await.unwrap();
        assert_eq!(text.contains("data-go-to=\"register\""), offers, "{mode}");
        let says_why =
            text.contains("Registration is closed: new accounts cannot be created here.");
        assert_eq!(says_why, !offers, "{mode}");
    }
}

#[tokio::test]
async fn the_invitation_page_explains_a_failed_login_as_the_settings_require() {
    let unverified = "or the address is not verified yet. To verify it, open the link in the mail";
    let again = "or create the account again with this link.";
    for (conceal, mode, expected) in [
        ("false", "open", [false, false]),
        ("true", "open", [true, true]),
        ("true", "closed", [true, false]),
    ] {
        let options = ["--conceal-accounts", conceal, "--registration", mode];
        let app = TestApp::start_with(&options).await;
        let page = get(&app, "/account/accept-invitation", "en").await;
        let text = page.text().await.unwrap();
        assert_eq!(
            [unverified, again].map(|words| text.contains(words)),
            expected,
            "{options:?}"
        );
    }
}

#[tokio::test]
async fn an_unknown_page_is_not_found() {
    let app = TestApp::start().await;
    for page in [
        "",
        "layout.html",
        "en.json",
        "mailbox.html",
        "..%2fmailbox",
        "verify-email.html",
    ] {
        assert_eq!(
            get(&app, &format!("/account/{page}"), "en").await.status(),
            404,
            "{page}"
        );
    }
}

#[tokio::test]
async fn opening_a_mailed_link_does_not_use_it_up() {
    let app = TestApp::start().await;
    let ada = app.registered("ada").await;
    let token = app.mailed_token(&ada.email);
    for page in PAGES {
        get(&app, &format!("/account/{page}#token={token}"), "en").await;
        get(&app, &format!("/account/{page}?token={token}"), "en").await;
    }
    app.anonymous().verify(&token).await.data();
}
