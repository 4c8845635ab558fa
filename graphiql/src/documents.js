/**
 * The tabs of a first visit, in the order in which one needs them.
 *
 * Comments in the documents keep to 50 columns: the editor is no wider in a window of 1280 pixels.
 */

export const HEADER_PLACEHOLDER = '<paste accessToken here>';

// GraphiQL reads JSON with comments here.
const BEARER_HEADERS = `// The "Bearer token" field above is sent by itself.
// Another token pasted here wins over that field;
// the placeholder is never sent.
{
  "Authorization": "Bearer ${HEADER_PLACEHOLDER}"
}`;

const PASSWORD = 'correct horse battery staple 42';

export const DOCUMENTS = [
  {
    name: 'Register',
    query: `# Creates a user and an organization of theirs,
# and mails a verification link. (A server without
# SMTP keeps the mail: see Mailbox, at the top right.)
# Next: open that link and press its button, or paste
# its token into the VerifyEmail tab.
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
    query: `# Confirms the address with the token from the mailed
# link, which works once. (The page that the link
# leads to does the same.) Next: the Login tab.
mutation VerifyEmail($input: VerifyEmailInput!) {
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
    query: `# Starts a session. The identifier is an email
# address or a username. The tokens go by themselves
# into the field above and into the Refresh tab.
# Next: the Me and Sessions tabs.
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
    query: `# Who the access token belongs to. Needs a login
# and a verified address.
# Next: the Sessions tab.
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
    query: `# Where you are signed in, newest first; "current"
# is the session of this very request.
# Next: when the answer is AUTH_TOKEN_EXPIRED, the
# Refresh tab.
query Sessions($includeExpired: Boolean!, $first: Int, $after: String) {
  sessions(includeExpired: $includeExpired, first: $first, after: $after) {
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
    query: `# Trades the refresh token, which works once, for a
# new pair. Both are taken over by themselves.
# Next: go on with Me, or open a tab of your own;
# the documentation is behind the book on the left.
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
];

/** Variables as they stand in the editor. */
export const pretty = (variables) => JSON.stringify(variables, null, 2);
