// Forged hosts and client addresses, which are only claims of the client.

import assert from 'node:assert/strict';
import { LOGIN } from './people.mjs';
import { exchange, head } from './raw_http.mjs';

const FORGED = {
  Host: { Host: 'evil.example' },
  'X-Forwarded-Host': { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https' },
  'X-Forwarded-Host, -Port, -Prefix and -Server': {
    'X-Forwarded-Host': 'evil.example',
    'X-Forwarded-Port': '1337',
    'X-Forwarded-Prefix': '/evil',
    'X-Forwarded-Server': 'evil.example',
  },
  Forwarded: { Forwarded: 'for=evil;host=evil.example;proto=https' },
  'X-Host, X-Original-Host and X-Rewrite-URL': {
    'X-Host': 'evil.example',
    'X-Original-Host': 'evil.example',
    'X-Rewrite-URL': 'http://evil.example/',
  },
  Origin: { Origin: 'https://evil.example', Referer: 'https://evil.example/' },
};

export const hosts = {};
for (const [what, forged] of Object.entries(FORGED)) {
  hosts[`no mailed link uses a forged ${what}`] = async ({ client, people, service }) => {
    const { email } = await people.registered(forged);
    const link = await service.mailedLink(email);
    const ours = new URL('/account/verify-email#token=lkm_', service.url).href;
    assert.ok(link.startsWith(ours), link);
    assert.ok(!/evil|script/.test(link), link);
    const query =
      'mutation($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { accepted } }';
    await client.call(query, { input: { email }, headers: forged });
    const [text] = await mailsTo(client, service, email);
    assert.ok(!/evil|<script>alert/.test(text), text);
  };

  hosts[`no page or redirect uses a forged ${what}`] = async ({ client }) => {
    for (const path of ['/', '/account/verify-email', '/graphql', '/nothing']) {
      const answer = await client.send({ path, headers: { Accept: 'text/html', ...forged } });
      const said = JSON.stringify(answer.headers) + answer.text;
      assert.ok(!/evil\.example|<script>alert/.test(said), `${path}: ${said.slice(0, 300)}`);
    }
  };
}

// RFC 9112 section 3.2.
const NO_HOSTS = {
  'an invalid port': ['Host: 127.0.0.1:@evil.example'],
  'a path': ['Host: evil.example/x?y='],
  markup: ['Host: "><script>alert(1)</script>'],
  nothing: ['Host: '],
  'no Host': [],
};
for (const [what, lines] of Object.entries(NO_HOSTS)) {
  hosts[`a request for a host with ${what} is refused`] = async ({ service }) => {
    const [answer] = await exchange(service, head('GET /health/live HTTP/1.1', ...lines, 'Connection: close'));
    assert.deepEqual([answer?.status, answer?.code], [400, 'VALIDATION_FAILED']);
  };
}

// Returns the mails to this address in the mailbox.
async function mailsTo(client, service, email) {
  const list = await client.send({ path: '/mailbox' });
  const ids = [...list.text.matchAll(/href="mailbox\/([^"]+)"/g)].map(([, id]) => id);
  const mails = [];
  for (const id of ids.slice(0, 5)) {
    const shown = await client.send({ path: `/mailbox/${id}` });
    const html = await client.send({ path: `/mailbox/${id}/html` });
    if (shown.text.includes(email)) mails.push(shown.text + html.text);
  }
  assert.ok(mails.length > 0, `no mail to ${email} at ${service.url}`);
  return mails;
}

const ELSEWHERE = [
  ['the name of another host', ['Host: evil.example']],
  ['a name that begins like ours', ['Host: localhost.evil.example']],
  ['a name that ends like ours', ['Host: evil-localhost']],
  ['an address that begins like ours', ['Host: 127.0.0.1.evil.example']],
  ['an address of another network', ['Host: 192.168.1.1']],
  ['a name and our address as its port', ['Host: evil.example:127.0.0.1']],
  ['an empty name', ['Host: ']],
  ['no name', []],
  ['a name with an 8-bit character', ['Host: l\xf6calhost']],
  ['our own name and another', ['Host: 127.0.0.1', 'Host: evil.example']],
  ['another name and our own', ['Host: evil.example', 'Host: 127.0.0.1']],
  ['our own name through a proxy', ['Host: 127.0.0.1', 'X-Forwarded-For: 203.0.113.9']],
  ['our own name through another proxy', ['Host: 127.0.0.1', 'Via: 1.1 evil']],
];
for (const [what, lines] of ELSEWHERE) {
  hosts[`the mailbox is not shown for ${what}`] = async ({ service }) => {
    const request = head('GET /mailbox HTTP/1.1', ...lines, 'Connection: close');
    const [answer] = await exchange(service, request);
    assert.ok(!answer || answer.status >= 400, `${answer?.status}`);
    assert.ok(!answer?.text.includes('@example.com'), 'the response contains mail');
  };
}

Object.assign(hosts, {
  'an absolute URL of another host takes precedence over our own name in Host': async ({ service }) => {
    // RFC 9112 section 3.2.2: the Host header is ignored.
    const request = head('GET http://evil.example/mailbox HTTP/1.1', 'Host: 127.0.0.1', 'Connection: close');
    const [answer] = await exchange(service, request);
    assert.ok(!answer || answer.status >= 400, `${answer?.status}: the mailbox is shown`);
  },

  'no header can forge the IP address of a session': async ({ client, owner }) => {
    for (const name of [
      'X-Forwarded-For',
      'X-Real-IP',
      'Forwarded',
      'X-Client-IP',
      'CF-Connecting-IP',
      'True-Client-IP',
    ]) {
      const value = name === 'Forwarded' ? 'for=203.0.113.9' : '203.0.113.9';
      const input = { identifier: owner.username, password: owner.password };
      const query = LOGIN.replace('session { id }', 'session { ipAddress }');
      const { data, text } = await client.call(query, { input, headers: { [name]: value } });
      assert.equal(data?.login.session.ipAddress, '127.0.0.1', text);
    }
  },

  'the name of a device is escaped in the mailed notice': async ({
    client,
    people,
    service,
  }) => {
    const victim = await people.verified();
    for (const name of [
      '<img src=x onerror=alert(1)>',
      '{{ 7 * 7 }}{% raw %}',
      '"><a href="https://evil.example">',
    ]) {
      await people.signedIn(victim, { 'X-Device-ID': `d${Math.random()}`, 'X-Device-Name': name });
      const mails = await mailsTo(client, service, victim.email);
      for (const html of mails) {
        assert.ok(!/<img src=x|<a href="https:\/\/evil|\b49\b\{%/.test(html), html.slice(0, 500));
      }
    }
  },
});
