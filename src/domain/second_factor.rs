//! Second factors as they are stored, the answers that are checked against them, and the ways to sign in of an account.

use chrono::{DateTime, Utc};

use super::{
    AssertionResponse, AuthenticationMethod, AuthenticationMethods, TotpStep, UsedPasskey,
};

/// A way to answer a login that needs a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactorMethod {
    Totp,
    Passkey,
    RecoveryCode,
}

/// A way for a signed-in user to prove again who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReauthenticationMethod {
    Password,
    Passkey,
    Totp,
    RecoveryCode,
}

/// The answer of a user to the question for a second factor.
#[derive(Clone, Copy)]
pub enum SecondFactorAnswer<'a> {
    Code(FactorCode<'a>),
    Passkey(&'a PasskeyAnswer),
}

/// A code as the user typed it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum FactorCode<'a> {
    Totp(&'a str),
    Recovery(&'a str),
}

/// The answer of an authenticator, with the token of its ceremony.
pub struct PasskeyAnswer {
    pub ceremony: String,
    pub response: AssertionResponse,
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
    Passkey(UsedPasskey),
}

impl MatchedFactor {
    /// Returns the methods for the `amr` claim.
    #[must_use]
    pub fn methods(&self) -> AuthenticationMethods {
        let method = match self {
            Self::Totp { .. } => AuthenticationMethod::Otp,
            Self::RecoveryCode { .. } => AuthenticationMethod::Rec,
            Self::Passkey(_) => AuthenticationMethod::Hwk,
        };
        let verified = matches!(self, Self::Passkey(passkey) if passkey.user_verified);
        let user = verified.then_some(AuthenticationMethod::User);
        [method].into_iter().chain(user).collect()
    }
}

/// The ways in which an account can be signed in to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "an account can have any of them"
)]
pub struct SignInMethods {
    pub has_password: bool,
    pub has_totp: bool,
    pub recovery_codes_left: u64,
    pub has_passkey: bool,
    /// Whether one of the passkeys signs in without a password.
    pub has_verifying_passkey: bool,
}

impl SignInMethods {
    /// Returns the ways to answer a login that needs a second factor. Only an authenticator app makes it need one.
    #[must_use]
    pub fn second_factors(&self) -> Vec<SecondFactorMethod> {
        if !self.has_totp {
            return Vec::new();
        }
        let passkey = self.has_passkey.then_some(SecondFactorMethod::Passkey);
        let has_codes = self.recovery_codes_left > 0;
        let code = has_codes.then_some(SecondFactorMethod::RecoveryCode);
        let methods = [Some(SecondFactorMethod::Totp), passkey, code];
        methods.into_iter().flatten().collect()
    }

    /// Returns the ways to prove again who the user is. If the account has an authenticator app, its password alone is not one.
    #[must_use]
    pub fn reauthentication(&self) -> Vec<ReauthenticationMethod> {
        let has_codes = self.has_totp && self.recovery_codes_left > 0;
        let methods = [
            (self.has_password && !self.has_totp).then_some(ReauthenticationMethod::Password),
            self.has_verifying_passkey
                .then_some(ReauthenticationMethod::Passkey),
            self.has_totp.then_some(ReauthenticationMethod::Totp),
            has_codes.then_some(ReauthenticationMethod::RecoveryCode),
        ];
        methods.into_iter().flatten().collect()
    }
}
