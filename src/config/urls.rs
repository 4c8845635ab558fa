//! Settings that are URLs.

use url::Url;

/// The reason why a text is not the URL that a setting needs. It does not repeat a user or a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum UrlError {
    #[error("must be the whole URL of a page: write it as https://app.example.com/settings")]
    NotAPage,
    #[error("must be a whole URL: write it as https://app.example.com/verify#token={{token}}")]
    NotALink,
    #[error(
        "must hold {{token}} once, in its fragment, as in https://app.example.com/verify#token={{token}}: anywhere else, it would stand in access logs"
    )]
    MisplacedToken,
    #[error(
        "must not hold a user or a password, since {0}: leave out what stands before the @, and the @"
    )]
    Credentials(&'static str),
    #[error("must begin with https://, as in https://{0}")]
    NoScheme(String),
    #[error("is not a URL: {0}")]
    Malformed(#[from] url::ParseError),
    #[error("must end before any ? or #: links go on after it")]
    Suffix,
}

/// Parses the URL of a page.
pub(super) fn web_url(text: &str) -> Result<Url, UrlError> {
    let url = Url::parse(text).map_err(|_| UrlError::NotAPage)?;
    if !matches!(url.scheme(), "https" | "http") || !url.has_host() {
        return Err(UrlError::NotAPage);
    }
    refuse_credentials(&url, "browsers are sent there")?;
    Ok(url)
}

/// Parses a link that is mailed. It may lead into an app: `myapp://verify#token={token}`.
pub(super) fn link(text: &str) -> Result<String, UrlError> {
    let url = Url::parse(text).map_err(|_| UrlError::NotALink)?;
    if !text.contains("://") {
        return Err(UrlError::NotALink);
    }
    refuse_credentials(&url, "it stands in mails")?;
    let once_in_fragment = text.split_once('#').is_some_and(|(before, fragment)| {
        !before.contains("{token}") && fragment.matches("{token}").count() == 1
    });
    if !once_in_fragment {
        return Err(UrlError::MisplacedToken);
    }
    Ok(text.to_owned())
}

/// Parses the URL at which clients reach the service.
pub(super) fn public_url(text: &str) -> Result<Url, UrlError> {
    let url = Url::parse(text).map_err(|error| {
        if text.contains("://") {
            UrlError::Malformed(error)
        } else {
            no_scheme(text)
        }
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        // `auth.example.com:8000` is parsed as a URL with a scheme of that name.
        let host = text.split_once("://").map_or(text, |(_, rest)| rest);
        return Err(no_scheme(host));
    }
    refuse_credentials(&url, "it stands in mails and tokens")?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(UrlError::Suffix);
    }
    Ok(url)
}

/// Leaves out the part before an `@`, which may be a password.
fn no_scheme(host: &str) -> UrlError {
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    UrlError::NoScheme(host.to_owned())
}

/// Refuses a URL with a user or a password, because everybody sees it. An `@` after the host is harmless.
fn refuse_credentials(url: &Url, reason: &'static str) -> Result<(), UrlError> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(());
    }
    Err(UrlError::Credentials(reason))
}

#[cfg(test)]
mod tests {
    use super::{link, public_url, web_url};

    #[test]
    fn a_link_without_an_origin_is_refused_with_an_example() {
        for text in [
            "/verify",
            "/verify#token={token}",
            "verify#token={token}",
            "app.example.com/verify#token={token}",
            "localhost:5173/verify#token={token}",
            "//app.example.com/verify#token={token}",
        ] {
            let problem = link(text).unwrap_err().to_string();
            assert!(
                problem.ends_with("https://app.example.com/verify#token={token}"),
                "{text}: {problem}"
            );
        }
        for text in [
            "https://app.example.com/verify#token={token}",
            "https://app.example.com/@ada#token={token}",
            "myapp://verify#token={token}",
        ] {
            assert_eq!(link(text), Ok(text.to_owned()));
        }
    }

    #[test]
    fn a_url_with_a_password_is_refused_without_repeating_it() {
        for text in [
            "https://ada:hidden@app.example.com/#token={token}",
            "https://:hidden@app.example.com/#token={token}",
            "https://hidden@app.example.com/#token={token}",
            "ada:hidden@app.example.com",
            "ftp://ada:hidden@app.example.com",
        ] {
            for problem in [
                public_url(text).unwrap_err(),
                web_url(text).unwrap_err(),
                link(text).unwrap_err(),
            ] {
                let problem = problem.to_string();
                assert!(!problem.contains("hidden"), "{text}: {problem}");
            }
        }
    }

    #[test]
    fn a_public_url_without_https_is_refused_with_the_url_to_write() {
        for (text, advice) in [
            ("auth.example.com", "https://auth.example.com"),
            ("auth.example.com:8443", "https://auth.example.com:8443"),
            ("localhost:8000", "https://localhost:8000"),
            ("ftp://auth.example.com", "https://auth.example.com"),
        ] {
            let problem = public_url(text).unwrap_err().to_string();
            assert!(problem.ends_with(advice), "{text}: {problem}");
        }
        for text in [
            "https://",
            "https://a.example/?b",
            "https://a.example/#b",
            "https://ada@a.example",
        ] {
            assert!(public_url(text).is_err(), "{text}");
        }
        assert!(public_url("https://auth.example.com/login/").is_ok());
    }
}
