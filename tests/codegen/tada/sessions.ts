// Types that gql.tada infers from a document, without generated files for it.

import { graphql, readFragment, type ResultOf, type VariablesOf } from 'gql.tada';

const DEVICE = graphql(`
  fragment Device on Session {
    id
    current
    endReason
    device {
      name
    }
  }
`);

export const SESSIONS = graphql(
  `
    query Sessions($first: Int, $after: String) {
      sessions(first: $first, after: $after) {
        totalCount
        nodes {
          ...Device
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [DEVICE],
);

export const LOGIN = graphql(`
  mutation Login($input: LoginInput!) {
    login(input: $input) {
      token {
        accessToken
        expiresIn
      }
    }
  }
`);

export function names({ sessions }: ResultOf<typeof SESSIONS>): string[] {
  return sessions.nodes.map((node) => {
    const { current, device, endReason } = readFragment(DEVICE, node);
    const ended: 'LOGOUT' | null = endReason === 'LOGOUT' ? endReason : null;
    return `${device.name} ${current} ${ended}`;
  });
}

export const credentials: VariablesOf<typeof LOGIN> = {
  input: { identifier: 'ada', password: 'a secret' },
};
