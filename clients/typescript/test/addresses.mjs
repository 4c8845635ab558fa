// URLs without a service, and the errors for the developer.

import assert from 'node:assert/strict';
import { cookieMode, createLatchkey, LatchkeyError } from 'latchkey-client';
import { packageIn } from './context.mjs';
import { refusal } from './proxy.mjs';
import { ME, PASSWORD } from './stage.mjs';

const LOGIN = { identifier: 'ada', password: PASSWORD };

// Asserts that a request and a login are refused with this error.
async function refused(client, code, message) {
  for (const ask of [() => client.request(ME), () => client.login(LOGIN)]) {
    await assert.rejects(ask, (error) => {
      assert.ok(error.name === 'LatchkeyError', error);
      assert.deepEqual([error.code, error.extensions.code], [code, code]);
      assert.match(error.message, message);
      return true;
    });
  }
}

export const addresses = {
  async 'a mistyped path: the error names the URL and the status, and says to check the URL'(stage) {
    const url = stage.proxy.url.replace('graphql', 'grapql');
    const message = new RegExp(`^${url} answered HTTP 404, but is not Latchkey: check the URL$`);
    await refused(stage.client({ url }), 'NOT_LATCHKEY', message);
    await refused(stage.client({ url, tokens: cookieMode(), fetch }), 'NOT_LATCHKEY', message);
  },

  async 'a page, other JSON, and an empty body are not taken for Latchkey'(stage) {
    for (const body of ['<h1>Welcome</h1>', { detail: 'Hello' }, '']) {
      stage.proxy.fate = () => ({ status: 200, body });
      await refused(stage.client(), 'NOT_LATCHKEY', /answered HTTP 200, but is not/);
    }
  },

  async 'an error of a proxy is not reported as a wrong URL'(stage) {
    for (const [status, code] of [[502, 'UNAVAILABLE'], [500, 'UNAVAILABLE'], [429, 'RATE_LIMITED']]) {
      stage.proxy.fate = () => ({ status, body: '<h1>Sorry</h1>' });
      await refused(stage.client(), code, new RegExp(`^${stage.proxy.url} answered HTTP ${status}, but is not Latchkey: `));
    }
    stage.proxy.fate = () => refusal('INTERNAL');
    await refused(stage.client(), 'INTERNAL', /^INTERNAL$/); // the service's own
  },

  async 'no response: the error names the URL, what to check, and the cause'(stage) {
    // No other check can listen at this port, as at one that was closed: systems assign only higher ones.
    const url = 'http://127.0.0.1:2/graphql';
    const client = stage.client({ url });
    await refused(client, 'UNREACHABLE', new RegExp(`^No answer from ${url}: check the network, the service and the URL$`));
    await assert.rejects(client.request(ME), (error) => error instanceof LatchkeyError && error.cause instanceof TypeError);
  },

  async 'an incomplete response is reported as no response'(stage) {
    const cut = new ReadableStream({ start: (stream) => stream.error(new TypeError('terminated')) });
    const fetch = async () => new Response(cut, { headers: { 'Content-Type': 'application/json' } });
    await assert.rejects(stage.client({ fetch }).request(ME), { code: 'UNREACHABLE' });
  },

  async 'no response, in a page of another origin: the error names the origin that CORS_ORIGINS may lack'(stage) {
    const { AbortController, Headers, Request, URL } = globalThis;
    const fetch = async () => {
      throw new TypeError('Failed to fetch');
    };
    const inPageAt = async (origin, url) => {
      const location = { href: `${origin}/home`, origin };
      const { createLatchkey } = await packageIn({ AbortController, Headers, Request, URL, location, fetch });
      const client = createLatchkey({ url });
      await refused(client, 'UNREACHABLE', /^No answer from http/);
      const { message } = await client.request(ME).catch((error) => error);
      client.dispose();
      return message.split('the URL')[1];
    };
    const { origin } = new URL(stage.proxy.url);
    const elsewhere = 'http://localhost:5173';
    assert.equal(await inPageAt(elsewhere, stage.proxy.url), `, and that CORS_ORIGINS of the service has ${elsewhere}`);
    assert.equal(await inPageAt(origin, stage.proxy.url), '');
    assert.equal(await inPageAt(elsewhere, '/graphql'), '');
  },

  async 'creating a client without an absolute URL or path throws at once'() {
    const wrong = [undefined, null, '', 'undefined', 'localhost:8000/graphql', '127.0.0.1:8000/graphql', 'graphql', 'ws://auth.example.com/graphql'];
    for (const url of wrong) {
      const why = `The url '${url}' must begin with https://, http:// or /`;
      assert.throws(() => createLatchkey({ url }), { name: 'TypeError', message: why });
    }
    for (const url of ['/graphql', '/', 'HTTPS://auth.example.com/graphql']) createLatchkey({ url }).dispose();
  },
};
