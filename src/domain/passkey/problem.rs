//! The reasons why an answer of an authenticator is refused.

/// The reason why a response is refused. All have one code in the API; the message tells the developer of the client which it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyProblem {
    #[error("the id and the raw id of the credential differ")]
    DifferentIds,
    #[error("the client data is not the JSON of WebAuthn")]
    ClientDataMalformed,
    #[error("the response is of another type of ceremony")]
    WrongType,
    #[error("the response answers another challenge")]
    WrongChallenge,
    #[error("the response was made on another origin")]
    WrongOrigin,
    #[error("the response was made inside a page of another origin")]
    CrossOrigin,
    #[error("the authenticator data is malformed")]
    AuthenticatorDataMalformed,
    #[error("the attestation object is malformed")]
    AttestationMalformed,
    #[error("the statement of the attestation does not verify")]
    AttestationInvalid,
    #[error("the credential belongs to another relying party")]
    WrongRelyingParty,
    #[error("the authenticator did not ask for the user's presence")]
    UserNotPresent,
    #[error("the authenticator did not verify the user")]
    UserNotVerified,
    #[error("the backup flags contradict each other, or those of the registration")]
    BackupFlagsInconsistent,
    #[error("the public key is malformed, or its algorithm was not offered")]
    PublicKeyUnsupported,
    #[error("the passkey belongs to another user")]
    WrongUser,
    #[error("the signature is wrong")]
    WrongSignature,
    #[error("the number of uses did not grow, as if the passkey had been copied")]
    CounterWentBack,
}
