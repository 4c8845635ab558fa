//! `refresh` after a lost response: recognising requests of the same client.

use chrono::TimeDelta;

use crate::session::refresh::{assert_ended, prove_received, refresh_token};
use crate::support::{Client, TestApp};

const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36";
const FIREFOX: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0";
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1";

fn client(app: &TestApp, id: Option<&str>, agent: &str) -> Client {
    let client = app.anonymous().header("user-agent", agent);
    match id {
        Some(id) => client.header("x-device-id", id),
        None => client,
    }
}

#[tokio::test]
async fn a_browser_updated_after_a_lost_response_is_the_same_client() {
    let app = TestApp::start().await;
    let updates = [
        (CHROME, CHROME.replace("129", "130")),
        (
            PHONE,
            PHONE.replace("17_4", "17_4_1").replace("17.4", "17.4.1"),
        ),
        (
            "Example/1.2.0 CFNetwork/1490.0.4 Darwin/23.2.0",
            "Example/2.0.0-beta3 CFNetwork/1568 Darwin/24".to_owned(),
        ),
        (
            "Example/9 (Linux; U; Android 14; SM-S918B Build/UP1A.231005.007)",
            "Example/9 (Linux; U; Android 15; SM-S918B Build/AP3A.240905.015.A2)".to_owned(),
        ),
    ];
    for (number, (before, after)) in updates.iter().enumerate() {
        for id in [None, Some("laptop")] {
            let name = format!("ada{number}{}", id.unwrap_or_default());
            let ada = app.verified(&name).await;
            let lost = client(&app, id, before).refresh(&ada.refresh_token).await;
            app.advance(TimeDelta::minutes(5));
            let again = client(&app, id, after).refresh(&ada.refresh_token).await;
            assert_eq!(refresh_token(&again), refresh_token(&lost), "{after}");
        }
    }
    assert!(app.mail_to("ada0@example.com").await.len() == 1, "an alarm");
}

#[tokio::test]
async fn two_tabs_are_one_client_when_one_of_them_emulates_a_phone() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    let desk = client(&app, Some("laptop"), CHROME);
    let first = desk.refresh(&ada.refresh_token).await;
    prove_received(&app, &first).await;
    app.advance(TimeDelta::seconds(3));
    let phone = client(&app, Some("laptop"), PHONE);
    let second = phone.refresh(&ada.refresh_token).await;
    assert_eq!(refresh_token(&second), refresh_token(&first));
}

#[tokio::test]
async fn a_client_that_names_its_device_in_one_of_the_requests_is_known_by_its_browser() {
    let app = TestApp::start().await;
    for (name, before, after) in [("ada", None, Some("laptop")), ("bob", Some("laptop"), None)] {
        let person = app.verified(name).await;
        let token = &person.refresh_token;
        let lost = client(&app, before, CHROME).refresh(token).await;
        let again = client(&app, after, CHROME).refresh(token).await;
        assert_eq!(refresh_token(&again), refresh_token(&lost));
        let stolen = client(&app, after, FIREFOX).refresh(token).await;
        if before.is_none() {
            assert_ended(&stolen, "REFRESH_TOKEN_REUSED");
        }
    }
}

#[tokio::test]
async fn another_device_or_another_browser_is_another_client() {
    let app = TestApp::start().await;
    let others = [
        ("ada", Some("laptop"), Some("thief"), CHROME),
        ("bob", None, None, FIREFOX),
        ("eve", None, None, PHONE),
        ("dan", None, None, ""),
    ];
    for (name, id, other_id, other_agent) in others {
        let person = app.verified(name).await;
        let token = &person.refresh_token;
        client(&app, id, CHROME).refresh(token).await.data();
        let stolen = client(&app, other_id, other_agent).refresh(token).await;
        assert_ended(&stolen, "REFRESH_TOKEN_REUSED");
    }
}
