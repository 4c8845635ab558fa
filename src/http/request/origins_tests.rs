//! Lists of origins: what they allow, and what they refuse.

use axum::http::HeaderValue;
use proptest::collection::vec;
use proptest::prelude::{Strategy, prop_oneof};
use url::Url;

use super::origins::CorsOrigins;
use super::test_headers::line;
use crate::domain::test_cases::{anything, for_accepted, for_all, like};

fn allows(setting: &str, origin: &str) -> bool {
    let origins: CorsOrigins = setting.parse().unwrap();
    origins.has(&HeaderValue::from_str(origin).unwrap())
}

#[test]
fn an_origin_is_a_scheme_a_host_and_perhaps_a_port() {
    for (setting, origin) in [
        ("https://app.example.com", "https://app.example.com"),
        ("a://b, http://localhost:3000", "http://localhost:3000"),
        // Understood, because there is only one meaning.
        ("https://app.example.com/", "https://app.example.com"),
        ("https://APP.example.com", "https://app.example.com"),
        ("https://app.example.com:443", "https://app.example.com"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        // Pages of apps.
        ("capacitor://localhost", "capacitor://localhost"),
        ("ionic://localhost/", "ionic://localhost"),
        ("tauri://localhost", "tauri://localhost"),
        (
            "chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb",
            "chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb",
        ),
    ] {
        assert!(allows(setting, origin), "{setting}");
    }
    assert!(!allows("", "https://app.example.com"));
}

#[test]
fn a_wrong_origin_is_refused_with_the_right_one() {
    for (setting, expected) in [
        ("*", "https://*.preview.example.com"),
        ("null", "http://localhost:5173"),
        ("app.example.com", "write https://app.example.com"),
        ("localhost:3000", "write http://localhost:3000"),
        (
            "https://app.example.com/path",
            "write https://app.example.com",
        ),
        ("https://app.example.com?a", "write https://app.example.com"),
        (
            "https://ada:pw@app.example.com",
            "as in https://app.example.com",
        ),
        (
            "https://a.example;https://b.example",
            "write https://a.example,https://b.example",
        ),
        (
            "https://a.example; https://b.example https://c.example,",
            "write https://a.example,https://b.example,https://c.example",
        ),
        ("http://localhost:*", "as in http://localhost:5173"),
        (
            "https://a.example, http://[::1]:*",
            "as in http://[::1]:5173",
        ),
        ("data:text/html,x", "https://app.example.com"),
        ("file:///home/ada/page.html", "https://app.example.com"),
        ("wss://app.example.com", "https://app.example.com"),
        ("https://*.com", "one whole label"),
        ("https://*", "one whole label"),
        ("https://app-*.example.com", "one whole label"),
        ("https://*app.example.com", "one whole label"),
        ("https://*.*.example.com", "one whole label"),
        ("https://preview.*.example.com", "one whole label"),
        ("https://*.10.0.0.1", "one whole label"),
        ("*.example.com", "one whole label"),
        ("capacitor://*.example.com", "one whole label"),
    ] {
        let refusal = setting.parse::<CorsOrigins>().unwrap_err().to_string();
        assert!(refusal.contains(expected), "{setting}: {refusal}");
        assert!(!refusal.contains("pw"), "{setting}: {refusal}");
    }
}

#[test]
fn a_pattern_stands_for_exactly_one_label() {
    let setting = "https://*.preview.example.com, http://*.localhost:3000";
    for origin in [
        "https://a.preview.example.com",
        "https://feature-1_b.preview.example.com",
        "https://xn--bcher-kva.preview.example.com",
        "http://shop.localhost:3000",
    ] {
        assert!(allows(setting, origin), "{origin}");
    }
    for origin in [
        "https://preview.example.com",
        "https://.preview.example.com",
        "https://a.b.preview.example.com",
        "https://evil.com?.preview.example.com",
        "https://evil.com#.preview.example.com",
        "https://evil.com/.preview.example.com",
        "https://evil.com\\.preview.example.com",
        "https://evil@a.preview.example.com",
        "https://evil.com%2f.preview.example.com",
        "https://evil:1.preview.example.com",
        "https://a.preview.example.com.evil.com",
        "https://a.preview.example.com.",
        "https://a.preview.example.com:8443",
        "https://a.preview.example.com/",
        "https://A.preview.example.com",
        "https://a.PREVIEW.example.com",
        "https://apreview.example.com",
        "https://*.preview.example.com",
        "https:// .preview.example.com",
        "http://a.preview.example.com",
        "http://shop.localhost",
        "http://shop.localhost:30001",
        "https://https://a.preview.example.com",
    ] {
        assert!(!allows(setting, origin), "{origin}");
    }
}

fn origins() -> impl Strategy<Value = String> {
    like("https?://[a-z]{1,8}(\\.[a-z]{2,5}){1,2}(:(3000|8[0-9]{3}))?")
}

#[test]
fn the_origins_that_may_call_are_those_that_are_named_and_no_others() {
    let named = vec(origins(), 0..4);
    for_all((named, origins()), |(named, other)| {
        let origins: CorsOrigins = named.join(" ,").parse().unwrap();
        for name in &named {
            assert!(origins.has(&line(name)));
            for pretender in [
                format!("{name}.evil.example"),
                format!("{name}/"),
                format!("{name}@evil.example"),
                name.replacen("://", "://evil", 1),
                name.to_ascii_uppercase(),
            ] {
                let is_named = named.contains(&pretender);
                assert_eq!(origins.has(&line(&pretender)), is_named, "{pretender}");
            }
        }
        assert_eq!(origins.has(&line(&other)), named.contains(&other));
        assert!(!origins.has(&line("null")) && !origins.has(&line("*")));
    });
}

#[test]
fn a_list_of_origins_that_is_accepted_holds_only_whole_origins() {
    let around = (anything(), origins(), like("[/?#*:@ ,]?[a-z0-9]{0,3}"));
    let near = around.prop_map(|(before, origin, behind)| format!("{before},{origin}{behind}"));
    let bare = (origins(), like("[/?#*:@ ,]?[0-9]{0,3}")).prop_map(|(origin, end)| origin + &end);
    let parse = |text: &String| text.parse::<CorsOrigins>().ok();
    for_accepted(
        prop_oneof![anything(), near, bare],
        parse,
        |text, origins| {
            let entries = text.split(',').map(str::trim);
            for entry in entries.filter(|entry| !entry.is_empty()) {
                assert!(entry.contains("://"));
                let url = Url::parse(&entry.replacen('*', "label", 1)).unwrap();
                let port = url.port().map(|port| format!(":{port}"));
                let host = url.host_str().unwrap();
                let origin = format!("{}://{host}{}", url.scheme(), port.unwrap_or_default());
                assert!(origins.has(&line(&origin)), "{origin}");
                let is_label = |host: &str| {
                    host.split_once('.')
                        .is_some_and(|(label, _)| label == "label")
                };
                assert!(!entry.contains('*') || is_label(host), "{entry}");
                assert_eq!([url.username(), url.path().trim_matches('/')], ["", ""]);
                assert_eq!((url.query(), url.fragment()), (None, None));
            }
            assert!(!origins.has(&line("null")) && !origins.has(&line("*")));
        },
    );
}
