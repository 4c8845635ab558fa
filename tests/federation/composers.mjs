// The composers of Apollo, The Guild (Hive) and WunderGraph (Cosmo), which differ in what they accept from a subgraph.

import assert from 'node:assert/strict';
import { composeServices } from '@apollo/composition';
import { composeServices as composeByTheGuild } from '@theguild/federation-composition';
import { ROUTER_COMPATIBILITY_VERSION_ONE, federateSubgraphs } from '@wundergraph/composition';
import { parse } from 'graphql';

// Each takes { name, sdl, url } of each subgraph, and returns { supergraphSdl, errors }.
export function apollo(subgraphs) {
  return composeServices(subgraphs.map(({ name, sdl, url }) => ({ name, typeDefs: parse(sdl), url })));
}

function theGuild(subgraphs) {
  return composeByTheGuild(subgraphs.map(({ name, sdl, url }) => ({ name, typeDefs: parse(sdl), url })));
}

function wunderGraph(subgraphs) {
  const result = federateSubgraphs({
    subgraphs: subgraphs.map(({ name, sdl, url }) => ({ name, definitions: parse(sdl), url })),
    version: ROUTER_COMPATIBILITY_VERSION_ONE,
  });
  return result.success ? { errors: [] } : { errors: result.errors };
}

const COMPOSERS = { Apollo: apollo, 'The Guild': theGuild, WunderGraph: wunderGraph };

// Returns checks that compose an SDL with that of another subgraph with pages.
export function checks(ours, theirs) {
  const both = (sdl) => [
    { name: 'latchkey', sdl, url: 'http://latchkey.test/graphql' },
    { name: 'notes', sdl: theirs, url: 'http://notes.test/graphql' },
  ];
  const entries = Object.entries(COMPOSERS).flatMap(([name, compose]) => [
    [
      `the composer of ${name} composes it with a subgraph that also has pages`,
      async () => {
        const { errors } = compose(both(ours));
        assert.deepEqual((errors ?? []).map(String), []);
      },
    ],
    [
      `the composer of ${name} would refuse pages that are not shared`,
      async () => {
        const unshared = ours.replace('type PageInfo @shareable {', 'type PageInfo {');
        assert.notEqual(unshared, ours);
        const { errors } = compose(both(unshared));
        assert.match((errors ?? []).map(String).join(), /PageInfo/);
      },
    ],
  ]);
  return Object.fromEntries(entries);
}
