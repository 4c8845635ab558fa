//! The methods with which a user has proven who they are in a session.

use std::fmt;

use enum_map::{Enum, EnumMap};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// A method of authentication, by its name in the `amr` claim (RFC 8176).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum AuthenticationMethod {
    /// A password.
    Pwd,
    /// A one-time code of an authenticator app.
    Otp,
    /// A recovery code. RFC 8176 has no name for it.
    Rec,
    /// A key in an authenticator: a passkey.
    Hwk,
    /// A presence that the authenticator of the passkey has verified, by a PIN or a fingerprint.
    User,
}

/// A set of methods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuthenticationMethods(EnumMap<AuthenticationMethod, bool>);

/// The name in the `amr` claim for several factors (RFC 8176).
const MULTIPLE_FACTORS: &str = "mfa";

impl AuthenticationMethod {
    fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns whether the method is only a second factor.
    fn is_second_factor(self) -> bool {
        match self {
            Self::Pwd | Self::Hwk | Self::User => false,
            Self::Otp | Self::Rec => true,
        }
    }
}

impl AuthenticationMethods {
    /// Reads the form that [`fmt::Display`] writes. Skips methods that this version does not know, which a newer node
    /// wrote during an upgrade.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        text.split(' ')
            .filter_map(|name| name.parse().ok())
            .collect()
    }

    /// Returns the set with another method.
    #[must_use]
    pub fn with(mut self, method: AuthenticationMethod) -> Self {
        self.0[method] = true;
        self
    }

    /// Returns whether the set has a method.
    #[must_use]
    pub fn has(self, method: AuthenticationMethod) -> bool {
        self.0[method]
    }

    /// Returns the methods of both sets.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        others.iter().fold(self, Self::with)
    }

    /// Returns the set without second factors.
    #[must_use]
    pub fn without_second_factors(self) -> Self {
        let methods = self.iter();
        methods
            .filter(|method| !method.is_second_factor())
            .collect()
    }

    /// Returns the methods as the `amr` claim of an access token names them. Second factors are left out if they no longer
    /// count, because the account has lost one since.
    #[must_use]
    pub fn claim(self, has_second_factor: bool) -> Vec<&'static str> {
        let counted = if has_second_factor {
            self
        } else {
            self.without_second_factors()
        };
        let mut names: Vec<_> = counted.iter().map(AuthenticationMethod::as_str).collect();
        names.extend(has_second_factor.then_some(MULTIPLE_FACTORS));
        names
    }

    /// Iterates over the methods, in an order that never changes.
    pub fn iter(self) -> impl Iterator<Item = AuthenticationMethod> {
        let methods = AuthenticationMethod::VARIANTS.iter().copied();
        methods.filter(move |method| self.0[*method])
    }
}

impl FromIterator<AuthenticationMethod> for AuthenticationMethods {
    fn from_iter<I: IntoIterator<Item = AuthenticationMethod>>(methods: I) -> Self {
        methods.into_iter().fold(Self::default(), Self::with)
    }
}

/// Writes the names of the methods with spaces between them, as the database stores them.
impl fmt::Display for AuthenticationMethods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(AuthenticationMethod::as_str).collect();
        f.write_str(&names.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::AuthenticationMethod::{Otp, Pwd, Rec};
    use super::AuthenticationMethods;

    #[test]
    fn methods_are_stored_as_words_and_unknown_words_are_skipped() {
        let methods = AuthenticationMethods::from_iter([Otp, Pwd]);
        assert_eq!(methods.to_string(), "pwd otp");
        assert_eq!(AuthenticationMethods::parse("pwd otp"), methods);
        assert_eq!(AuthenticationMethods::parse("otp pwd future"), methods);
        assert_eq!(AuthenticationMethods::parse("").to_string(), "");
    }

    #[test]
    fn a_second_factor_that_was_lost_is_not_claimed() {
        let methods = AuthenticationMethods::from_iter([Pwd, Rec]);
        assert_eq!(methods.claim(true), ["pwd", "rec", "mfa"]);
        assert_eq!(methods.claim(false), ["pwd"]);
    }
}
