// Well-formed requests, sent with node:http. Every response is checked.

import http from 'node:http';
import { DEADLINE, assertSound, parsed } from './judge.mjs';

export class Client {
  #agent;

  constructor(service, { sockets = 32 } = {}) {
    this.service = service;
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: sockets });
  }

  // Sends a GraphQL request by POST. `input` is short for the variables { input }; `as` is the person whose access token is sent.
  call(query, { input, variables = { input }, as, accessToken = as?.accessToken, ...rest } = {}) {
    const { operationName, headers = {} } = rest;
    return this.send({
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(accessToken !== undefined && { Authorization: `Bearer ${accessToken}` }),
        ...headers,
      },
      body: JSON.stringify({ query, variables, operationName }),
    });
  }

  // Sends any request. A header with an array as its value is sent once for each element.
  async send({ method = 'GET', path = '/graphql', headers = {}, body = '' }) {
    const began = performance.now();
    const bytes = Buffer.from(body);
    const length = bytes.length > 0 && { 'Content-Length': bytes.length };
    const answer = await this.#exchange({ method, path, headers: { ...length, ...headers } }, bytes);
    return read({ ...answer, ms: Math.round(performance.now() - began) });
  }

  #exchange(options, body) {
    const { host, port } = this.service;
    return new Promise((resolve, reject) => {
      const request = http.request({ host, port, agent: this.#agent, timeout: DEADLINE, ...options });
      request.on('response', (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status, headers } = response;
          resolve({ status, headers, text: Buffer.concat(chunks).toString() });
        });
      });
      request.on('timeout', () => request.destroy(new Error(`no response in ${DEADLINE} ms`)));
      request.on('error', (error) => {
        // An idle connection may be closed just when it is reused: then, like browsers, try once more.
        const isClosed = error.code === 'ECONNRESET' || error.code === 'EPIPE';
        if (request.reusedSocket && isClosed) resolve(this.#exchange(options, body));
        else reject(error);
      });
      request.end(body);
    });
  }

  // Whether any header of the response contains this word, which the attacker chose.
  static echoes({ headers }, word) {
    return Object.entries(headers).some(([name, value]) => `${name}: ${value}`.includes(word));
  }

  // Closes its connections. The next request opens others.
  disconnect() {
    this.#agent.destroy();
  }
}

// Checks a response, and parses its body.
export function read(answer) {
  assertSound(answer);
  const body = parsed(answer.text);
  const error = body?.errors?.[0];
  return {
    ...answer,
    body,
    data: body?.data ?? null,
    error,
    code: error?.extensions?.code ?? null,
    paths: error?.extensions?.fields?.map((field) => field.path) ?? [],
  };
}
