/**
 * The tabs of a first visit, in the order in which one needs them.
 *
 * Their lines keep to 45 columns: the editor shows no more in a window of 1280 pixels. A test counts them.
 */

export const HEADER_PLACEHOLDER = '<accessToken>';

// GraphiQL reads JSON with comments here.
const BEARER_HEADERS = `// The token in the field at the top is sent
// by itself. A token that you put here, in
// place of <accessToken>, is sent instead.
{
  "Authorization": "Bearer ${HEADER_PLACEHOLDER}"
}`;

const PASSWORD = 'correct horse battery staple 42';

export const DOCUMENTS = [
  {
    name: 'Register',
    query: `# Creates a user and their organization, and
# mails a verification link. Without a mail
# server, you find it in the Mailbox (top
# right). Next: open the link and press its
# button, or copy its token to VerifyEmail.
mutation Register($input: RegisterInput!) {
  register(input: $input) {
    user {
      id
      email
      emailVerified
      username
      displayName
      createdAt
      memberships {
        role
        organization {
          id
          name
          slug
        }
      }
    }
  }
}
`,
    variables: {
      input: {
        email: 'ada@example.com',
        username: 'ada',
        password: PASSWORD,
        displayName: 'Ada Lovelace',
        organizationName: 'Analytical Engines',
      },
    },
  },
  {
    name: 'VerifyEmail',
    query: `# Verifies the address by the token of the
# mailed link, which works once. The page of
# the link does the same. Next: Login.
mutation VerifyEmail(
  $input: VerifyEmailInput!
) {
  verifyEmail(input: $input) {
    user {
      id
      email
      emailVerified
    }
  }
}
`,
    variables: { input: { token: '' } },
  },
  {
    name: 'Login',
    query: `# Starts a session. The identifier is an
# email address or a username. The tokens are
# copied to the field at the top and to the
# Refresh tab. Next: Me, or CompleteLogin if
# the account has a second factor.
mutation Login($input: LoginInput!) {
  login(input: $input) {
    token {
      accessToken
      tokenType
      expiresIn
      refreshToken
      refreshExpiresAt
    }
    session {
      id
      status
      createdAt
      expiresAt
    }
    user {
      id
      username
      emailVerified
    }
  }
}
`,
    variables: { input: { identifier: 'ada@example.com', password: PASSWORD } },
  },
  {
    name: 'Me',
    headers: BEARER_HEADERS,
    query: `# Returns the logged-in user. Needs a login
# and a verified address.
# Next: Sessions.
query Me {
  me {
    id
    email
    emailVerified
    username
    displayName
    createdAt
    updatedAt
    memberships {
      id
      role
      joinedAt
      organization {
        id
        name
        slug
      }
    }
  }
}
`,
    variables: {},
  },
  {
    name: 'Sessions',
    headers: BEARER_HEADERS,
    query: `# Lists your sessions, newest first. The one
# of this request is "current".
# Next: Refresh, when the answer is
# AUTH_TOKEN_EXPIRED.
query Sessions(
  $includeExpired: Boolean!
  $first: Int
  $after: String
) {
  sessions(
    includeExpired: $includeExpired
    first: $first
    after: $after
  ) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      id
      current
      status
      device {
        id
        name
        type
        userAgent
      }
      ipAddress
      createdAt
      lastUsedAt
      expiresAt
      endedAt
      endReason
    }
  }
}
`,
    variables: { includeExpired: false, first: 20, after: null },
  },
  {
    name: 'Refresh',
    query: `# Exchanges the refresh token, which works
# once, for a new pair of tokens. Both are
# copied again. Next: Me, or your own tab.
# The tabs behind this one try out a second
# factor and passkeys. The book opens the
# documentation.
mutation Refresh($input: RefreshInput!) {
  refresh(input: $input) {
    token {
      accessToken
      tokenType
      expiresIn
      refreshToken
      refreshExpiresAt
    }
    session {
      id
      status
      lastUsedAt
      expiresAt
    }
  }
}
`,
    variables: { input: { refreshToken: '' } },
  },
  {
    name: 'StartTotpSetup',
    headers: BEARER_HEADERS,
    query: `# Makes a secret: type it into an
# authenticator app. (A page also shows
# qrCodeSvg as an image.) Needs a fresh
# session: log in just before, or see
# Reauthenticate. Next: ConfirmTotpSetup.
mutation StartTotpSetup {
  startTotpSetup {
    secret
    uri
    expiresAt
  }
}
`,
    variables: {},
  },
  {
    name: 'ConfirmTotpSetup',
    headers: BEARER_HEADERS,
    query: `# Turns the second factor on with a code of
# the app. Keep the recovery codes: they are
# shown once. Next: Login, which then asks
# for the second factor.
mutation ConfirmTotpSetup(
  $input: ConfirmTotpSetupInput!
) {
  confirmTotpSetup(input: $input) {
    recoveryCodes
  }
}
`,
    variables: { input: { code: '' } },
  },
  {
    name: 'CompleteLogin',
    query: `# Finishes a login that was refused with
# AUTH_SECOND_FACTOR_REQUIRED. Its challenge
# is copied here. Add a code of the app that
# you have not used yet; or, in its place, a
# recoveryCode. The tokens are copied as by
# Login. Next: Me.
mutation CompleteLogin(
  $input: CompleteLoginInput!
) {
  completeLogin(input: $input) {
    token {
      accessToken
      tokenType
      expiresIn
      refreshToken
      refreshExpiresAt
    }
    session {
      id
      methods
      secondFactor
      authenticatedAt
    }
    user {
      id
      username
    }
  }
}
`,
    variables: { input: { challenge: '', totpCode: '' } },
  },
  {
    name: 'Reauthenticate',
    headers: BEARER_HEADERS,
    query: `# Makes the session fresh. Call it when the
# answer is AUTH_REAUTHENTICATION_REQUIRED.
# With a second factor, give a totpCode or a
# recoveryCode in place of the password; for
# a passkey, see StartReauthentication.
# Next: repeat what was refused.
mutation Reauthenticate(
  $input: ReauthenticateInput!
) {
  reauthenticate(input: $input) {
    freshUntil
    session {
      id
      methods
      secondFactor
      authenticatedAt
    }
  }
}
`,
    variables: { input: { password: PASSWORD } },
  },
  {
    name: 'RenewRecoveryCodes',
    headers: BEARER_HEADERS,
    query: `# Replaces the recovery codes by new ones.
# Needs a fresh session. Next: RemoveTotp.
mutation RenewRecoveryCodes {
  renewRecoveryCodes {
    recoveryCodes
  }
}
`,
    variables: {},
  },
  {
    name: 'RemoveTotp',
    headers: BEARER_HEADERS,
    query: `# Removes the app and the recovery codes,
# which turns the second factor off. Needs a
# fresh session.
mutation RemoveTotp {
  removeTotp {
    removed
  }
}
`,
    variables: {},
  },
  {
    name: 'StartPasskeyRegistration',
    headers: BEARER_HEADERS,
    query: `# Starts the registration of a passkey. Your
# browser then asks you for it, and what it
# answers is copied to the next tab. Open
# this page on localhost: no browser has
# passkeys on 127.0.0.1. Needs a fresh
# session. Next: CompletePasskeyRegistration.
mutation StartPasskeyRegistration {
  startPasskeyRegistration {
    ceremony {
      token
      options
      expiresAt
    }
  }
}
`,
    variables: {},
  },
  {
    name: 'CompletePasskeyRegistration',
    headers: BEARER_HEADERS,
    query: `# Adds the passkey, under the name of your
# password manager or device, unless you add
# a name. Its id is copied to RenamePasskey
# and RemovePasskey. Next: StartPasskeyLogin.
mutation CompletePasskeyRegistration(
  $input: CompletePasskeyRegistrationInput!
) {
  completePasskeyRegistration(
    input: $input
  ) {
    passkey {
      id
      name
      createdAt
      backedUp
      signsInAlone
    }
  }
}
`,
    variables: { input: { ceremony: '', credential: {} } },
  },
  {
    name: 'StartPasskeyLogin',
    query: `# Starts a sign-in with a passkey alone. Your
# browser then asks you for it, and what it
# answers is copied to CompletePasskeyLogin.
# For the second step of a login, replace
# null by the challenge: then the answer is
# copied to CompleteLogin.
mutation StartPasskeyLogin(
  $input: StartPasskeyLoginInput
) {
  startPasskeyLogin(input: $input) {
    ceremony {
      token
      options
      expiresAt
    }
  }
}
`,
    variables: { input: { challenge: null } },
  },
  {
    name: 'CompletePasskeyLogin',
    query: `# Signs the owner of the passkey in. The
# tokens are copied as by Login. Next: Me.
mutation CompletePasskeyLogin(
  $input: CompletePasskeyLoginInput!
) {
  completePasskeyLogin(input: $input) {
    token {
      accessToken
      tokenType
      expiresIn
      refreshToken
      refreshExpiresAt
    }
    session {
      id
      methods
      secondFactor
      authenticatedAt
    }
    user {
      id
      username
    }
  }
}
`,
    variables: { input: { ceremony: '', credential: {} } },
  },
  {
    name: 'StartReauthentication',
    headers: BEARER_HEADERS,
    query: `# Lists the ways to make the session fresh.
# If one is a passkey, your browser then asks
# for it, and what it answers is copied to
# Reauthenticate, which is next.
mutation StartReauthentication {
  startReauthentication {
    methods
    ceremony {
      token
      options
      expiresAt
    }
  }
}
`,
    variables: {},
  },
  {
    name: 'SignInMethods',
    headers: BEARER_HEADERS,
    query: `# Lists the ways in which you can sign in,
# with the ids of your passkeys.
query SignInMethods {
  signInMethods {
    password
    totp
    secondFactors
    recoveryCodesLeft
    passkeys {
      id
      name
      createdAt
      lastUsedAt
      backedUp
      signsInAlone
    }
  }
}
`,
    variables: {},
  },
  {
    name: 'RenamePasskey',
    headers: BEARER_HEADERS,
    query: `# Gives a passkey another name.
mutation RenamePasskey(
  $input: RenamePasskeyInput!
) {
  renamePasskey(input: $input) {
    passkey {
      id
      name
    }
  }
}
`,
    variables: { input: { passkeyId: '', name: 'My laptop' } },
  },
  {
    name: 'RemovePassword',
    headers: BEARER_HEADERS,
    query: `# Removes the password: you then sign in with
# a passkey. Needs a fresh session, and a
# passkey that signs in alone.
# Next: SetPassword.
mutation RemovePassword {
  removePassword {
    removed
  }
}
`,
    variables: {},
  },
  {
    name: 'SetPassword',
    headers: BEARER_HEADERS,
    query: `# Gives a password to an account without one.
# Needs a fresh session.
# Next: RemovePasskey.
mutation SetPassword(
  $input: SetPasswordInput!
) {
  setPassword(input: $input) {
    user {
      id
      username
    }
  }
}
`,
    variables: { input: { password: PASSWORD } },
  },
  {
    name: 'RemovePasskey',
    headers: BEARER_HEADERS,
    query: `# Removes a passkey: it signs in no more.
# Needs a fresh session. The last way to sign
# in stays.
mutation RemovePasskey(
  $input: RemovePasskeyInput!
) {
  removePasskey(input: $input) {
    removedPasskeyId
  }
}
`,
    variables: { input: { passkeyId: '' } },
  },
];

/** Variables as they stand in the editor. */
export const pretty = (variables) => JSON.stringify(variables, null, 2);
