// A second subgraph: notes that people write for organizations.

import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';

// References to Latchkey are nullable, because the caller may not be allowed to see the entity.
export const SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])

  type Query {
    notes: [Note!]!
    "Pages as Relay has them, as in Latchkey."
    notePages(first: Int!): NoteConnection!
  }

  type NoteConnection {
    edges: [NoteEdge!]!
    pageInfo: PageInfo!
  }

  type NoteEdge {
    node: Note!
    cursor: String!
  }

  type PageInfo @shareable {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
    endCursor: String
  }

  type Note {
    id: ID!
    text: String!
    author: User
    organization: Organization
  }

  type User @key(fields: "id") {
    id: ID!
    notes: [Note!]!
  }

  type Organization @key(fields: "id", resolvable: false) {
    id: ID!
  }
`;

export class Notes {
  #server;

  // The notes are { id, text, author: { id }, organization: { id } }.
  static async start(notes) {
    const resolvers = {
      Query: { notes: () => notes, notePages: (_, { first }) => firstPage(notes, first) },
      User: {
        __resolveReference: ({ id }) => ({ id }),
        notes: ({ id }) => notes.filter(({ author }) => author.id === id),
      },
    };
    const schema = buildSubgraphSchema({ typeDefs: parse(SDL), resolvers });
    const service = new Notes();
    service.#server = createServer((request, response) => {
      answer(schema, request)
        .catch((error) => ({ errors: [{ message: String(error) }] }))
        .then((result) => response.setHeader('Content-Type', 'application/json').end(JSON.stringify(result)));
    });
    // Longer than the gateway keeps a connection. By default, Node.js closes it after 5 seconds, sometimes during a request.
    service.#server.keepAliveTimeout = 75_000;
    await new Promise((resolve) => service.#server.listen(0, '127.0.0.1', resolve));
    service.url = `http://127.0.0.1:${service.#server.address().port}/`;
    return service;
  }

  stop() {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function firstPage(notes, first) {
  const edges = notes.slice(0, first).map((node) => ({ node, cursor: node.id }));
  const pageInfo = {
    hasNextPage: notes.length > first,
    hasPreviousPage: false,
    startCursor: edges.at(0)?.cursor,
    endCursor: edges.at(-1)?.cursor,
  };
  return { edges, pageInfo };
}

async function answer(schema, request) {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  const { query, variables } = JSON.parse(body);
  return graphql({ schema, source: query, variableValues: variables });
}
