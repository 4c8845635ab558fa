// Client libraries that use persisted queries, with a running server that does not support them: each sends the query itself
// after the first refusal, and no hash again.

import assert from 'node:assert/strict';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { createHash } from 'node:crypto';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const QUERY = '{ passwordPolicy { minLength } }';
const AGAIN = '{ passwordPolicy { minScore } }';

// The clients, and how each is configured to use GET.
const LIBRARIES = {
  'Apollo Client': (url, fetch, useGETForHashedQueries) => {
    const hashed = new PersistedQueryLink({ sha256, useGETForHashedQueries });
    const link = ApolloLink.from([hashed, new HttpLink({ uri: url, fetch })]);
    const client = new ApolloClient({ cache: new InMemoryCache(), link });
    return async (query) => (await client.query({ query: gql(query), fetchPolicy: 'no-cache' })).data;
  },
  urql: (url, fetch, preferGetForPersistedQueries) => {
    const hashed = persistedExchange({ generateHash: async (query) => sha256(query), preferGetForPersistedQueries });
    const client = new Client({ url, fetch, exchanges: [hashed, fetchExchange], preferGetMethod: false });
    return async (query) => {
      const { data, error } = await client.query(query, {}).toPromise();
      if (error) throw error;
      return data;
    };
  },
};

export function checks(url) {
  const entries = Object.entries(LIBRARIES).flatMap(([name, library]) =>
    [true, false].map((byGet) => [
      `persisted queries: ${name} falls back from its hash, by ${byGet ? 'GET' : 'POST'}`,
      async () => {
        const sent = [];
        const watched = (target, init) => {
          const text = init.body ?? decodeURIComponent(String(target));
          sent.push({ byHash: text.includes('sha256Hash'), whole: text.includes('passwordPolicy'), method: init.method ?? 'GET' });
          return fetch(target, init);
        };
        const ask = library(url, watched, byGet);
        const { passwordPolicy } = await ask(QUERY);
        assert.equal(typeof passwordPolicy.minLength, 'number');
        assert.deepEqual(sent[0], { byHash: true, whole: false, method: byGet ? 'GET' : 'POST' });
        assert.equal(sent.length, 2);
        assert.ok(sent[1].whole);
        assert.equal(typeof (await ask(AGAIN)).passwordPolicy.minScore, 'number');
        assert.equal(sent.length, 3, 'it remembers the refusal');
        assert.ok(sent[2].whole && !sent[2].byHash);
      },
    ]),
  );
  return Object.fromEntries(entries);
}
