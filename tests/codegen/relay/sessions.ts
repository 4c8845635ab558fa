// The sessions of the signed-in user, page by page, as in a Relay app.

import { graphql } from 'relay-runtime';

export const query = graphql`
  query sessionsQuery {
    me {
      id
      username
    }
    ...sessions_page
  }
`;

export const page = graphql`
  fragment sessions_page on Query
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" })
  @refetchable(queryName: "sessionsPageQuery") {
    sessions(first: $first, after: $after) @connection(key: "sessions_sessions") {
      totalCount
      edges {
        node {
          id
          current
          device {
            name
          }
        }
      }
    }
  }
`;

export const revoke = graphql`
  mutation sessionsRevokeMutation($input: RevokeSessionInput!) {
    revokeSession(input: $input) {
      session {
        id
        status
        endReason
      }
    }
  }
`;
