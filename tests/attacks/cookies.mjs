// The refresh token in a cookie: other sites and other cookies cannot use or change it.

import assert from 'node:assert/strict';
import { LOGIN, PASSWORD, REFRESH } from './people.mjs';
import { exchange, head } from './raw_http.mjs';

const BY_COOKIE = { 'X-Token-Delivery': 'cookie' };
const APP = 'https://app.example.com'; // in CORS_ORIGINS of the start without TLS

// Without TLS, on loopback.
const PLAIN = {
  name: 'latchkey-refresh',
  origin: ({ url }) => new URL(url).origin,
  attributes: ['httponly', 'path=/', 'samesite=strict'],
  notRead: ['__Host-latchkey-refresh', 'Latchkey-Refresh', 'latchkey_refresh', 'xlatchkey-refresh'],
  where: 'on loopback',
};

// Behind a proxy with TLS.
const SECURE = {
  name: '__Host-latchkey-refresh',
  origin: () => 'https://auth.example.com', // PUBLIC_URL
  attributes: ['httponly', 'path=/', 'samesite=strict', 'secure'],
  // A site on the same domain, or an attacker on the network who uses plain HTTP, can set these.
  notRead: [
    'latchkey-refresh',
    '__Secure-latchkey-refresh',
    '__host-latchkey-refresh',
    'xx__Host-latchkey-refresh',
  ],
  where: 'of a site with TLS',
};

// The headers of requests from pages of other sites, and from programs that pose as browsers.
const FOREIGN = {
  'of another site': { Origin: 'https://evil.example' },
  'of a page without an origin': { Origin: 'null' },
  'without an Origin': {},
  'with an empty Origin': { Origin: '' },
  'with our address as a Referer alone': (ours) => ({ Referer: `${ours}/` }),
  'of a site that begins like ours': (ours) => ({ Origin: `${ours}.evil.example` }),
  'of a site that ends like ours': (ours) => ({ Origin: `https://evil-${new URL(ours).host}` }),
  'of our host at another port': (ours) => ({
    Origin: `${new URL(ours).protocol}//${new URL(ours).hostname}:1`,
  }),
  'of our host by another scheme': (ours) => ({
    Origin: ours.startsWith('https') ? ours.replace('https', 'http') : ours.replace('http', 'https'),
  }),
  'of our address with a path': (ours) => ({ Origin: `${ours}/x` }),
  'of our address as a user': (ours) => ({ Origin: `${ours}@evil.example` }),
  'of two origins in one': (ours) => ({ Origin: `https://evil.example ${ours}` }),
  'of a list of origins': (ours) => ({ Origin: `${ours}, https://evil.example` }),
  'of a site whose name resolves to us': { Origin: 'http://evil.example', Host: 'evil.example' },
  'of a site whose name resolves to us, with the port': (ours) => ({
    Origin: `http://evil.example:${new URL(ours).port || 80}`,
    Host: `evil.example:${new URL(ours).port || 80}`,
  }),
  'of another port of this machine': (ours) => ({
    Origin: 'http://localhost:3000',
    Host: `localhost:${new URL(ours).port}`,
  }),
  'with our address in other headers': (ours) => ({
    Origin: 'https://evil.example',
    'X-Forwarded-Host': new URL(ours).host,
    'X-Forwarded-Proto': new URL(ours).protocol.slice(0, -1),
    Host: 'evil.example',
  }),
};

const setCookies = ({ headers }) => headers['set-cookie'] ?? [];
const valueOf = (answer) => /^[^=]+=([^;]*)/.exec(setCookies(answer)[0] ?? '')?.[1];

function tests(site) {
  const { name, where } = site;
  const ours = ({ service }) => ({ ...BY_COOKIE, Origin: site.origin(service) });

  // Creates a session whose refresh token is in a cookie.
  async function signedIn(world) {
    const person = (world.visitor ??= await world.people.verified());
    const headers = { ...ours(world), 'User-Agent': 'browser' };
    const answer = await world.people.login(person.username, PASSWORD, headers);
    const { login } = answer.data;
    return { ...person, answer, accessToken: login.token.accessToken, cookie: valueOf(answer) };
  }

  // Refreshes by cookie, as another browser than the one that signed in. So if it rotates the token, the owner does
  // not get the same successor.
  const refresh = ({ client }, cookie, headers, more = {}) =>
    client.call(REFRESH, {
      input: {},
      headers: { 'User-Agent': 'attack', Cookie: cookie, ...headers },
      ...more,
    });

  function isRefused(answer, codes = ['VALIDATION_FAILED']) {
    assert.ok(codes.includes(answer.code), answer.text);
    assert.equal(answer.data?.refresh ?? answer.data?.login ?? null, null);
    // A worthless cookie may be removed, but not by a request of another site.
    const kept = setCookies(answer).filter(
      (cookie) => !cookie.startsWith(`${name}=;`) || answer.code === 'VALIDATION_FAILED',
    );
    assert.deepEqual(kept, []);
    assert.ok(!/lkr_|eyJ/.test(answer.text), answer.text);
  }

  // The owner's browser can still refresh.
  async function isUntouched(world, { cookie, username }) {
    const answer = await refresh(world, `${name}=${cookie}`, { ...ours(world), 'User-Agent': 'browser' });
    assert.ok(answer.data?.refresh, `${username}: ${answer.text}`);
  }

  const table = {
    [`a cookie ${where} has all protective attributes, and its token is in no response body`]: async (
      world,
    ) => {
      const { answer, cookie } = await signedIn(world);
      assert.equal(answer.data.login.token.refreshToken, '');
      assert.ok(!answer.text.includes('lkr_'), 'the token is in the response');
      const [set, ...others] = setCookies(answer);
      assert.deepEqual(others, []);
      assert.ok(set?.startsWith(`${name}=lkr_`), set);
      assert.match(cookie, /^[\w-]+$/);
      const attributes = set
        .split(/; */)
        .slice(1)
        .map((attribute) => attribute.toLowerCase());
      const guards = attributes.filter((attribute) => !/^(max-age|expires)=/.test(attribute));
      assert.deepEqual(guards.sort(), site.attributes);
      assert.equal(answer.headers['cache-control'], 'no-store');
    },

    [`a cookie ${where} is exchanged for the next one`]: async (world) => {
      const { cookie } = await signedIn(world);
      const answer = await refresh(world, `other=x; ${name}=${cookie}; more=y`, {
        ...ours(world),
        'User-Agent': 'browser',
      });
      assert.equal(answer.data?.refresh.token.refreshToken, '', answer.text);
      assert.ok(valueOf(answer)?.startsWith('lkr_'));
      assert.notEqual(valueOf(answer), cookie);
      const { data } = await world.people.me(answer.data.refresh.token.accessToken);
      assert.ok(data?.me);
    },
  };

  for (const [what, forged] of Object.entries(FOREIGN)) {
    const headers = (world) => {
      const origin = site.origin(world.service);
      return { ...BY_COOKIE, ...(typeof forged === 'function' ? forged(origin) : forged) };
    };
    table[`no cookie ${where} is read for a request ${what}`] = async (world) => {
      const victim = await signedIn(world);
      isRefused(await refresh(world, `${name}=${victim.cookie}`, headers(world)));
      await isUntouched(world, victim);
    };
    table[`no cookie ${where} is set for a login ${what}`] = async (world) => {
      const { username } = world.stranger; // the attacker would sign the victim in to the attacker's account
      isRefused(await world.people.login(username, PASSWORD, headers(world)));
    };
  }

  for (const other of site.notRead) {
    table[`a cookie named ${other} is not read ${where}`] = async (world) => {
      const victim = await signedIn(world);
      isRefused(await refresh(world, `${other}=${victim.cookie}`, ours(world)), [
        'VALIDATION_FAILED',
        'AUTH_REFRESH_TOKEN_INVALID',
      ]);
      await isUntouched(world, victim);
    };
  }

  // An attacker who can set cookies (from a sibling domain) adds one for their own session.
  const TOSSED = {
    'before it, in one line': (mine, theirs) => `${name}=${theirs}; ${name}=${mine}`,
    'after it, in one line': (mine, theirs) => `${name}=${mine}; ${name}=${theirs}`,
    'before it, in a line of its own': (mine, theirs) => [`${name}=${theirs}`, `${name}=${mine}`],
    'after it, in a line of its own': (mine, theirs) => [`${name}=${mine}`, `${name}=${theirs}`],
  };
  for (const [what, cookies] of Object.entries(TOSSED)) {
    table[`if there are two cookies ${where}, both are ignored: another ${what}`] = async (world) => {
      const victim = await signedIn(world);
      const attacker = await signedIn(world);
      isRefused(await refresh(world, cookies(victim.cookie, attacker.cookie), ours(world)), [
        'VALIDATION_FAILED',
        'AUTH_REFRESH_TOKEN_INVALID',
      ]);
      await isUntouched(world, victim);
      await isUntouched(world, attacker);
    };
  }

  return Object.assign(table, {
    [`without X-Token-Delivery no cookie ${where} is read or set`]: async (world) => {
      const victim = await signedIn(world);
      const { Origin } = ours(world);
      for (const headers of [
        { Origin },
        { Origin, 'X-Token-Delivery': '' },
        { Origin, 'X-Token-Delivery': 'body' },
        { Origin, Token_Delivery: 'cookie' },
      ]) {
        const answer = await refresh(world, `${name}=${victim.cookie}`, headers);
        isRefused(answer, ['VALIDATION_FAILED', 'AUTH_REFRESH_TOKEN_INVALID']);
      }
      await isUntouched(world, victim);
      const login = await world.people.login(victim.username, PASSWORD, { Origin });
      assert.deepEqual(setCookies(login), []);
      assert.ok(login.data.login.token.refreshToken.startsWith('lkr_'));
    },

    [`neither a form nor a URL of another site can use a cookie ${where}`]: async (world) => {
      const victim = await signedIn(world);
      const cookie = { Cookie: `${name}=${victim.cookie}`, 'User-Agent': 'attack' };
      const body = JSON.stringify({ query: REFRESH, variables: { input: {} } });
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
      ]) {
        for (const headers of [ours(world), { Origin: 'https://evil.example' }]) {
          const sent = { method: 'POST', headers: { ...cookie, ...headers, 'Content-Type': type }, body };
          assert.equal((await world.client.send(sent)).status, 415);
        }
      }
      const asked = new URLSearchParams({ query: REFRESH, variables: '{"input":{}}' });
      const got = await world.client.send({
        path: `/graphql?${asked}`,
        headers: { ...cookie, ...ours(world) },
      });
      assert.equal(got.status, 405);
      assert.deepEqual(setCookies(got), []);
      await isUntouched(world, victim);
    },

    [`a script of another site cannot use a cookie ${where}`]: async (world) => {
      for (const Origin of ['https://evil.example', 'null', 'http://app.example.com']) {
        const { headers } = await world.client.send({
          method: 'OPTIONS',
          headers: {
            Origin,
            'Access-Control-Request-Method': 'POST',
            'Access-Control-Request-Headers': 'content-type,x-token-delivery',
          },
        });
        assert.equal(headers['access-control-allow-origin'], undefined, Origin);
      }
    },

    [`malformed cookie headers ${where} do no harm`]: async (world) => {
      const odd = [
        '',
        ';;;',
        '=',
        name,
        `${name}=`,
        `${name}==`,
        `${name}="`,
        `${name}=lkr_`,
        `${name}=${'A'.repeat(50_000)}`,
        `${name}=lkr_${'A'.repeat(76)}`,
        `${name}=\xff\xfe`,
        `${name}=%00%0d%0a`,
        `${`${name}=x; `.repeat(1_000)}`,
        `${'a=b; '.repeat(5_000)}${name}=x`,
        `$Version=1; ${name}=x; $Path=/`,
      ];
      for (const cookie of odd) {
        isRefused(await refresh(world, cookie, ours(world)), [
          'VALIDATION_FAILED',
          'AUTH_REFRESH_TOKEN_INVALID',
        ]);
      }
    },

    [`no header about the device gets into a cookie ${where}`]: async (world) => {
      const { username } = await signedIn(world);
      const injected = 'x; Domain=evil.example; Path=/evil, y=z';
      const headers = { ...ours(world), 'X-Device-Name': injected, 'User-Agent': injected, 'X-Device-Type': 'x' };
      const answer = await world.people.login(username, PASSWORD, headers);
      assert.equal(setCookies(answer).length, 1, answer.text);
      assert.ok(!/evil|y=z/.test(setCookies(answer)[0]));
      const body = JSON.stringify({
        query: LOGIN,
        variables: { input: { identifier: username, password: PASSWORD } },
      });
      const lines = Object.entries(ours(world)).map(([key, value]) => `${key}: ${value}`);
      const split = await exchange(
        world.service,
        head(
          'POST /graphql HTTP/1.1',
          'Host: 127.0.0.1',
          'Content-Type: application/json',
          `Content-Length: ${body.length}`,
          'Connection: close',
          ...lines,
          'X-Device-Name: x\rSet-Cookie: evil=1',
        ) + body,
      );
      assert.ok(split.every(({ headers }) => !/evil/.test(headers['set-cookie'] ?? '')));
    },

    [`a wrong password sets no cookie ${where}`]: async (world) => {
      const answer = await world.people.login(world.stranger.username, 'wrong', ours(world));
      isRefused(answer, ['AUTH_INVALID_CREDENTIALS']);
    },

    [`one request cannot refresh twice with a cookie ${where}`]: async (world) => {
      const victim = await signedIn(world);
      const query =
        'mutation { a: refresh(input: {}) { session { id } } b: refresh(input: {}) { session { id } } }';
      const headers = { ...ours(world), Cookie: `${name}=${victim.cookie}`, 'User-Agent': 'attack' };
      isRefused(await world.client.call(query, { headers }));
      await isUntouched(world, victim);
    },

    [`the cookie ${where} of a session that has ended is refused`]: async (world) => {
      const victim = await signedIn(world);
      await world.client.call('mutation { logout { revokedSessions } }', { as: victim });
      const answer = await refresh(world, `${name}=${victim.cookie}`, ours(world));
      assert.equal(answer.code, 'AUTH_SESSION_ENDED', answer.text);
      assert.ok(!setCookies(answer).some((cookie) => cookie.includes('lkr_')));
    },
  });
}

export const cookies = {
  ...tests(PLAIN),

  'a site in CORS_ORIGINS may use the cookie': async ({ people, owner }) => {
    const answer = await people.login(owner.username, PASSWORD, { ...BY_COOKIE, Origin: APP });
    assert.equal(answer.data?.login.token.refreshToken, '', answer.text);
    assert.equal(setCookies(answer).length, 1);
    assert.equal(answer.headers['access-control-allow-origin'], APP);
  },
};

export const secureCookies = tests(SECURE);
