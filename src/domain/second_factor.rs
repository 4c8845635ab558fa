//! Second factors as they are stored, the answers that are checked against them, and the ways to sign in of an account.

use chrono::{DateTime, Utc};

use super::{AuthenticationMethod, TotpStep};

/// A way to answer a login that needs a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactorMethod {
    Totp,
    RecoveryCode,
}

/// A way for a signed-in user to prove again who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReauthenticationMethod {
    Password,
    Totp,
    RecoveryCode,
}

/// The answer of a user to the question for a second factor, as they typed it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SecondFactorAnswer<'a> {
    TotpCode(&'a str),
    RecoveryCode(&'a str),
}

/// The second factors of an account, as far as an answer is checked against them.
#[derive(Clone, Debug, Default)]
pub struct StoredFactors {
    pub totp: Option<StoredTotp>,
    /// The number of recovery codes that are left.
    pub recovery_codes_left: u64,
    /// The parameters of the hashes of the recovery codes, as a PHC string.
    pub recovery_parameters: Option<String>,
}

/// An authenticator app, with its sealed secret.
#[derive(Clone, Debug)]
pub struct StoredTotp {
    pub sealed: Vec<u8>,
    /// When it was set up. Another app that is set up in its place has a later time.
    pub confirmed_at: DateTime<Utc>,
}

/// A factor of which the answer was right. The store must use it up before anything is granted.
#[derive(Clone, Debug)]
pub enum MatchedFactor {
    Totp {
        step: TotpStep,
        /// When the app was set up.
        confirmed_at: DateTime<Utc>,
    },
    RecoveryCode {
        /// The hash of the code.
        output: Vec<u8>,
    },
}

impl MatchedFactor {
    /// Returns the method for the `amr` claim.
    #[must_use]
    pub fn method(&self) -> AuthenticationMethod {
        match self {
            Self::Totp { .. } => AuthenticationMethod::Otp,
            Self::RecoveryCode { .. } => AuthenticationMethod::Rec,
        }
    }
}

/// The ways in which an account can be signed in to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignInMethods {
    pub has_password: bool,
    pub has_totp: bool,
    pub recovery_codes_left: u64,
}

impl SignInMethods {
    /// Returns the ways to answer a login that needs a second factor.
    #[must_use]
    pub fn second_factors(&self) -> Vec<SecondFactorMethod> {
        let totp = self.has_totp.then_some(SecondFactorMethod::Totp);
        let has_codes = self.recovery_codes_left > 0;
        let code = has_codes.then_some(SecondFactorMethod::RecoveryCode);
        totp.into_iter().chain(code).collect()
    }

    /// Returns the ways to prove again who the user is. If the account has a second factor, only a second factor does.
    #[must_use]
    pub fn reauthentication(&self) -> Vec<ReauthenticationMethod> {
        if self.has_totp {
            let method = |method| match method {
                SecondFactorMethod::Totp => ReauthenticationMethod::Totp,
                SecondFactorMethod::RecoveryCode => ReauthenticationMethod::RecoveryCode,
            };
            return self.second_factors().into_iter().map(method).collect();
        }
        let password = self
            .has_password
            .then_some(ReauthenticationMethod::Password);
        password.into_iter().collect()
    }
}
