//! Verifies an access token of Latchkey as another service would; docs/verifying-access-tokens.md
//! explains it.
//!
//!     cargo run --example verify_access_token -- TOKEN ISSUER AUDIENCE JWKS_FILE
//!
//! The keys are what `/.well-known/jwks.json` answers, fetched by whatever HTTP client the service has.
//! Prints who calls as a line of JSON; of a token that is not good says why, and exits with 1.

use std::process::ExitCode;

use jsonwebtoken::jwk::{JwkSet, KeyAlgorithm};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::{Deserialize, Serialize};

/// Who calls, and for which organization.
#[derive(Deserialize, Serialize)]
struct Caller {
    sub: String,
    org: Option<Organization>,
    org_role: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Organization {
    id: String,
    slug: String,
}

fn verify(token: &str, issuer: &str, audience: &str, keys: &JwkSet) -> Result<Caller, String> {
    let reason = |error: jsonwebtoken::errors::Error| format!("the token is not good: {error}");
    let kid = decode_header(token).map_err(reason)?.kid;
    let key = kid.and_then(|kid| keys.find(&kid));
    let key = key.ok_or("the token's key is not among the published ones")?;
    // The key says what it is for: the token has no say in it (RFC 8725 section 3.1).
    let algorithm = match key.common.key_algorithm {
        Some(KeyAlgorithm::EdDSA) => Algorithm::EdDSA,
        Some(KeyAlgorithm::ES256) => Algorithm::ES256,
        Some(KeyAlgorithm::RS256) => Algorithm::RS256,
        _ => return Err("the token's key is for none of our algorithms".to_owned()),
    };
    let mut validation = Validation::new(algorithm);
    validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    validation.validate_nbf = true;
    validation.leeway = 10; // seconds by which the clocks may differ
    let public = DecodingKey::from_jwk(key).map_err(reason)?;
    let good = decode::<Caller>(token, &public, &validation).map_err(reason)?;
    // No other kind of JWT passes for an access token (RFC 9068 section 4), and none has conditions
    // that we do not understand (RFC 7515 section 4.1.11).
    let typ = good.header.typ.unwrap_or_default();
    if !typ.eq_ignore_ascii_case("at+jwt") || good.header.crit.is_some() {
        return Err("it is not an access token".to_owned());
    }
    Ok(good.claims)
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [token, issuer, audience, file] = arguments.as_slice() else {
        eprintln!("usage: verify_access_token TOKEN ISSUER AUDIENCE JWKS_FILE");
        return ExitCode::from(2);
    };
    let caller = read_keys(file).and_then(|keys| verify(token, issuer, audience, &keys));
    match caller
        .and_then(|caller| serde_json::to_string(&caller).map_err(|error| error.to_string()))
    {
        Ok(line) => println!("{line}"),
        Err(reason) => {
            eprintln!("refused: {reason}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn read_keys(file: &str) -> Result<JwkSet, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("{file}: {error}"))
}
