//! The settings of passkeys: the domain that they belong to, and the pages that may use them.

use std::str::FromStr;

use clap::Args;
use url::Url;

use super::Config;
use crate::domain::{PasskeyOrigin, PasskeyOriginError, RelyingParty, RelyingPartyId};

/// The settings of passkeys.
#[derive(Args, Clone)]
#[group(skip)]
#[command(next_help_heading = "Passkeys")]
pub struct PasskeySettings {
    /// Domain that passkeys belong to: that of the pages that use them, or one above it, such as example.com for https://app.example.com; after a change, no earlier passkey works [default: the host of PUBLIC_URL, or localhost]
    #[arg(long)]
    pub passkey_rp_id: Option<RelyingPartyId>,

    /// Origins of the pages and apps that may use passkeys, separated by commas: https://app.example.com, or android:apk-key-hash:… for an app [default: that of PUBLIC_URL, and the exact ones in CORS_ORIGINS]
    #[arg(long)]
    pub passkey_origins: Option<PasskeyOrigins>,
}

/// The origins of pages and apps that may use passkeys.
#[derive(Clone, Debug)]
pub struct PasskeyOrigins(Vec<PasskeyOrigin>);

impl FromStr for PasskeyOrigins {
    type Err = PasskeyOriginError;

    fn from_str(text: &str) -> Result<Self, PasskeyOriginError> {
        let entries = text.split(',').map(str::trim);
        let entries = entries.filter(|entry| !entry.is_empty());
        entries.map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl Config {
    /// Returns the service as authenticators and browsers know it.
    #[must_use]
    pub fn relying_party(&self) -> RelyingParty {
        let settings = &self.passkeys;
        let origins = settings.passkey_origins.as_ref();
        RelyingParty {
            id: settings
                .passkey_rp_id
                .clone()
                .unwrap_or_else(|| self.own_domain()),
            name: self.mail.product_name.as_str().to_owned(),
            origins: origins.map_or_else(|| self.own_origins(), |origins| origins.0.clone()),
        }
    }

    /// Returns the host at which clients reach the service, or `localhost` for an address.
    fn own_domain(&self) -> RelyingPartyId {
        let url = self.own_url();
        let host = url.as_ref().and_then(Url::host_str);
        let domain = host.and_then(|host| host.parse().ok());
        domain.unwrap_or_else(RelyingPartyId::localhost)
    }

    /// Returns the origin at which clients reach the service, and those of other sites that may call it, as far as browsers let
    /// them use passkeys.
    fn own_origins(&self) -> Vec<PasskeyOrigin> {
        let own = self.own_url().map(|url| url.origin().ascii_serialization());
        let others = self.server.cors_origins.exact().map(str::to_owned);
        let origins = own.into_iter().chain(others);
        origins.filter_map(|origin| origin.parse().ok()).collect()
    }

    /// Returns the URL at which clients reach the service: that of `localhost` for the address of this machine.
    fn own_url(&self) -> Option<Url> {
        let mut url = Url::parse(&self.address.base_url()).ok()?;
        if self.address.is_for_this_machine() {
            url.set_host(Some(RelyingPartyId::localhost().as_str()))
                .ok()?;
        }
        Some(url)
    }
}
