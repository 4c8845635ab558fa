// The members of an organization, page by page: a fragment on a node, which Relay refetches by its id.

import { graphql } from 'relay-runtime';

export const page = graphql`
  fragment members_page on Organization
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" })
  @refetchable(queryName: "membersPageQuery") {
    name
    members(first: $first, after: $after) @connection(key: "members_members") {
      edges {
        node {
          id
          role
          user {
            username
          }
        }
      }
    }
  }
`;
