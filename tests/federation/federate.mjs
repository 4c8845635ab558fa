// Composes a running server with a second subgraph, and sends requests to both through Apollo's gateway.
//
//     node federate.mjs http://127.0.0.1:8000/graphql
//
// The server has to capture its mail. Prints every check, and fails if one of them fails.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Report } from '../report.mjs';
import * as composers from './composers.mjs';
import { Gateway } from './gateway.mjs';
import { Notes, SDL as NOTES_SDL } from './notes.mjs';
import { People } from './people.mjs';

const NOTES = 40;
const CHECK_DEADLINE = 30_000;
const DEADLINE = 300_000;

const NOTES_QUERY = `{
  notes {
    text
    author { id username }
    organization { id name slug members { nodes { role user { username } } } }
  }
}`;
const ENTITIES = `query($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on User { id username }
    ... on Organization { id name }
  }
}`;

const url = process.argv[2];
if (!url) {
  console.error('usage: node federate.mjs URL');
  process.exit(2);
}

const report = new Report('federation', CHECK_DEADLINE);
setTimeout(() => end('the run ends within its time limit: it does not'), DEADLINE).unref();
process.on('unhandledRejection', (error) => report.add('there is no unhandled rejection', error));

const people = new People(url);
const { service } = people;
const committed = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
const compose = (sdl, notesUrl) =>
  composers.apollo([
    { name: 'latchkey', sdl, url },
    { name: 'notes', sdl: NOTES_SDL, url: notesUrl },
  ]);

try {
  const world = await prepare();
  for (const [sentence, check] of Object.entries({
    ...composers.checks(committed, NOTES_SDL),
    ...checks(world),
    ...entityChecks(world),
  })) {
    await report.check(sentence, check);
  }
  world.notes.stop();
  await world.gateway?.stop();
} catch (error) {
  report.add('the setup of the checks succeeds', error);
}
end();

// Ada owns an organization with the members Bob and Cleo. Dan has one of his own. All four write notes.
async function prepare() {
  const world = {};
  for (const name of ['ada', 'bob', 'cleo', 'dan']) world[name] = await people.arrive();
  const garden = await people.createOrganization(world.ada, 'Gardeners');
  const shed = await people.createOrganization(world.dan, 'The shed');
  await people.join(garden, world.ada, world.bob, 'ADMIN');
  await people.join(garden, world.ada, world.cleo);
  const writers = [world.ada, world.bob, world.cleo, world.dan];
  const written = Array.from({ length: NOTES }, (_, n) => {
    const author = writers[n % writers.length];
    const { id } = author === world.dan ? shed : garden;
    return { id: `note-${n}`, text: `${n}`, author: { id: author.id }, organization: { id } };
  });
  const notes = await Notes.start(written);
  return { ...world, garden, shed, written, notes, gateway: null };
}

function checks(world) {
  const { ada, bob, cleo, dan, garden, shed, written, notes } = world;
  const names = new Map([ada, bob, cleo, dan].map(({ id, username }) => [id, username]));
  const members = [
    { role: 'OWNER', user: { username: ada.username } },
    { role: 'ADMIN', user: { username: bob.username } },
    { role: 'MEMBER', user: { username: cleo.username } },
  ];
  // The expected notes for a reader who may see these people and these organizations.
  const seen = (people, organizations) =>
    written.map(({ text, author, organization }) => ({
      text,
      author: people.some(({ id }) => id === author.id)
        ? { id: author.id, username: names.get(author.id) }
        : null,
      organization: organizations.find(({ id }) => id === organization.id) ?? null,
    }));
  const gardenSeen = { ...garden, members: { nodes: members } };
  const shedSeen = {
    ...shed,
    members: { nodes: [{ role: 'OWNER', user: { username: dan.username } }] },
  };
  const forAda = seen([ada, bob, cleo], [gardenSeen]);
  const forDan = seen([dan], [shedSeen]);
  const read = async (accessToken) => {
    const { data, errors } = await world.gateway.ask(NOTES_QUERY, { accessToken });
    assert.equal(errors, undefined, JSON.stringify(errors));
    return data.notes;
  };

  return {
    'anybody can read the SDL, which is the committed one': async () => {
      const { sdl } = await service.ask('{ _service { sdl } }');
      assert.equal(sdl.trim(), committed.trim());
    },

    'the SDL of the service composes with another subgraph': async () => {
      const { sdl } = await service.ask('{ _service { sdl } }');
      const { supergraphSdl, errors } = compose(sdl, notes.url);
      assert.deepEqual(errors ?? [], []);
      world.gateway = await Gateway.start(supergraphSdl);
    },

    'the committed SDL composes to the same supergraph': async () => {
      const { sdl } = await service.ask('{ _service { sdl } }');
      const answered = compose(sdl, notes.url);
      const { supergraphSdl, errors } = compose(committed, notes.url);
      assert.deepEqual(errors ?? [], []);
      assert.equal(supergraphSdl, answered.supergraphSdl);
    },

    'a member can read the authors of the notes of their organization, and its members': async () => {
      assert.deepEqual(await read(ada.accessToken), forAda);
      assert.deepEqual(await read(cleo.accessToken), forAda);
    },

    'author and organization of a note are null for a reader without a common organization': async () => {
      const notesOfDan = (await read(bob.accessToken)).filter((_, n) => written[n].author.id === dan.id);
      assert.equal(notesOfDan.length, NOTES / 4);
      for (const { author, organization } of notesOfDan) assert.deepEqual([author, organization], [null, null]);
    },

    'two concurrent callers get their own responses': async () => {
      const callers = Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? ada : dan));
      const answers = await Promise.all(callers.map(({ accessToken }) => read(accessToken)));
      for (const [n, answer] of answers.entries()) assert.deepEqual(answer, n % 2 === 0 ? forAda : forDan);
    },

    'for 40 notes, the gateway requests the authors once and the organizations once': async () => {
      const { asked } = world.gateway;
      const before = asked.get(url) ?? 0;
      await read(ada.accessToken);
      assert.ok(asked.get(url) - before <= 2, `${asked.get(url) - before} times`);
    },

    '`me` has fields of both subgraphs': async () => {
      const { data, errors } = await world.gateway.ask('{ me { username notes { text } } }', {
        accessToken: dan.accessToken,
      });
      assert.equal(errors, undefined, JSON.stringify(errors));
      const own = written.filter(({ author }) => author.id === dan.id);
      assert.deepEqual(data.me, { username: dan.username, notes: own.map(({ text }) => ({ text })) });
    },

    'pages of both subgraphs have the same PageInfo': async () => {
      const query = `query($id: ID!) {
        notePages(first: 2) { edges { node { text author { username } } } pageInfo { hasNextPage endCursor } }
        organization(id: $id) { members(first: 2) { nodes { role } pageInfo { hasNextPage hasPreviousPage } } }
      }`;
      const { data, errors } = await world.gateway.ask(query, {
        accessToken: ada.accessToken,
        variables: { id: garden.id },
      });
      assert.equal(errors, undefined, JSON.stringify(errors));
      const node = (n) => ({ node: { text: `${n}`, author: { username: [ada, bob][n].username } } });
      assert.deepEqual(data, {
        notePages: { edges: [node(0), node(1)], pageInfo: { hasNextPage: true, endCursor: 'note-1' } },
        organization: {
          members: {
            nodes: [{ role: 'OWNER' }, { role: 'ADMIN' }],
            pageInfo: { hasNextPage: true, hasPreviousPage: false },
          },
        },
      });
    },

    'a mutation works through the gateway, and its tokens are valid there': async () => {
      const input = { organizationId: garden.id };
      const mutation = `mutation($input: SwitchOrganizationInput!) {
        switchOrganization(input: $input) { accessToken organization { slug } role }
      }`;
      const variables = { input };
      const { data, errors } = await world.gateway.ask(mutation, { accessToken: bob.accessToken, variables });
      assert.equal(errors, undefined, JSON.stringify(errors));
      const { accessToken, ...rest } = data.switchOrganization;
      assert.deepEqual(rest, { organization: { slug: garden.slug }, role: 'ADMIN' });
      assert.deepEqual(await read(accessToken), forAda);
    },

    'without a token, the client gets AUTH_UNAUTHENTICATED and no data': async () => {
      const { data, errors } = await world.gateway.ask(NOTES_QUERY);
      assert.ok(errors.length > 0);
      for (const { extensions } of errors) assert.equal(extensions.code, 'AUTH_UNAUTHENTICATED');
      assert.equal(data.notes.length, NOTES);
      for (const { author, organization } of data.notes) assert.deepEqual([author, organization], [null, null]);
    },

    'with a forged token, the client gets AUTH_UNAUTHENTICATED and no data': async () => {
      const accessToken = `${ada.accessToken.slice(0, -8)}AAAAAAAA`;
      const { data, errors } = await world.gateway.ask('{ notes { author { username } } }', { accessToken });
      assert.equal(errors[0].extensions.code, 'AUTH_UNAUTHENTICATED');
      for (const { author } of data.notes) assert.equal(author, null);
    },

    'a client whose session has ended gets AUTH_SESSION_ENDED with the reason': async () => {
      const accessToken = await people.signIn(bob);
      await service.ask('mutation { logout { revokedSessions } }', { accessToken });
      const { errors } = await world.gateway.ask('{ notes { author { username } } }', { accessToken });
      const { code, reason } = errors[0].extensions;
      assert.deepEqual([code, reason], ['AUTH_SESSION_ENDED', 'LOGOUT']);
    },

    'a removed member sees no other members from the next request on': async () => {
      const eve = await people.arrive();
      const membership = await people.join(garden, ada, eve);
      const allOfThem = seen([ada, bob, cleo], []);
      const authors = (list) => list.map(({ author }) => author);
      assert.deepEqual(authors(await read(eve.accessToken)), authors(allOfThem));
      await people.remove(ada, membership);
      assert.deepEqual(await read(eve.accessToken), seen([], []));
    },
  };
}

// The requests of a gateway, sent directly.
function entityChecks({ ada, bob, cleo, dan, garden, shed }) {
  const call = async (representations, accessToken = ada.accessToken) => {
    const body = JSON.stringify({ query: ENTITIES, variables: { representations } });
    const headers = { 'Content-Type': 'application/json' };
    if (accessToken) headers.Authorization = `Bearer ${accessToken}`;
    const response = await fetch(url, { method: 'POST', headers, body });
    return response.json();
  };
  const entities = async (representations, accessToken) => {
    const { data, errors } = await call(representations, accessToken);
    assert.equal(errors, undefined, JSON.stringify(errors));
    return data._entities;
  };
  const user = (id) => ({ __typename: 'User', id });
  const organization = (id) => ({ __typename: 'Organization', id });
  const unknown = '01900000-0000-7000-8000-000000000000';
  const malformed = ['', ' ', 'nonsense', unknown.slice(1), `${unknown}0`, "' OR 1=1 -- ", 'é'.repeat(500)];

  return {
    'entities have the order of their representations': async () => {
      assert.deepEqual(await entities([user(bob.id), organization(garden.id), user(ada.id)]), [
        { __typename: 'User', id: bob.id, username: bob.username },
        { __typename: 'Organization', id: garden.id, name: garden.name },
        { __typename: 'User', id: ada.id, username: ada.username },
      ]);
    },

    'entities that are unknown, or that the caller may not see, are null': async () => {
      const hidden = [user(unknown), organization(unknown), user(dan.id), organization(shed.id)];
      assert.deepEqual(await entities([...hidden, user(garden.id), organization(ada.id)]), Array(6).fill(null));
    },

    'entities whose ids are malformed are null': async () => {
      const all = malformed.flatMap((id) => [user(id), organization(id)]);
      assert.deepEqual(await entities(all), Array(all.length).fill(null));
    },

    'an invalid representation is an error: an unknown type, no id, or an id that is not a string': async () => {
      const types = ['Nobody', 'Session', 'Query', ''];
      const nameless = [{ id: ada.id }, { __typename: 'User' }, { __typename: 'User', id: 7 }, 'User'];
      for (const other of [...types.map((__typename) => ({ __typename, id: unknown })), ...nameless]) {
        const { data, errors } = await call([user(ada.id), other]);
        assert.equal(errors?.[0].extensions.code, 'VALIDATION_FAILED', JSON.stringify({ data, errors }));
        assert.equal(data?._entities ?? null, null);
      }
    },

    'a hundred entities in one request are returned in order': async () => {
      const ids = [ada.id, dan.id, bob.id, unknown, cleo.id];
      const asked = Array.from({ length: 100 }, (_, n) => ids[n % ids.length]);
      const users = await entities(asked.map(user));
      const visible = new Set([ada.id, bob.id, cleo.id]);
      assert.deepEqual(
        users.map((entity) => entity?.id ?? null),
        asked.map((id) => (visible.has(id) ? id : null)),
      );
    },

    'entities need a token of a user with a verified address': async () => {
      const { data, errors } = await call([user(ada.id)], null);
      assert.equal(errors[0].extensions.code, 'AUTH_UNAUTHENTICATED');
      assert.equal(data?._entities ?? null, null);
      const eager = await people.arriveUnverified();
      const refused = await call([user(ada.id)], eager.accessToken);
      assert.equal(refused.errors[0].extensions.code, 'AUTH_EMAIL_NOT_VERIFIED');
    },
  };
}

function end(trouble) {
  process.exit(report.close(trouble) ? 0 : 1);
}
