// Requests as a program sends them, by way of node:http. Every answer is judged on its way.

import http from 'node:http';
import { DEADLINE, judge, parsed } from './judge.mjs';

export class Client {
  #agent;

  constructor(service, { sockets = 32 } = {}) {
    this.service = service;
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: sockets });
  }

  // A GraphQL request by POST. `input` stands for the variables { input }; `as` for who is signed in.
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

  // Any request. Headers with an array as value are sent once for each.
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
      request.on('timeout', () => request.destroy(new Error(`no answer in ${DEADLINE} ms`)));
      request.on('error', (error) => {
        // An idle connection may be closed just as it is used again: then, as browsers do, once more.
        const isClosed = error.code === 'ECONNRESET' || error.code === 'EPIPE';
        if (request.reusedSocket && isClosed) resolve(this.#exchange(options, body));
        else reject(error);
      });
      request.end(body);
    });
  }

  // Whether a word that the attacker chose came back in any header.
  static echoes({ headers }, word) {
    return Object.entries(headers).some(([name, value]) => `${name}: ${value}`.includes(word));
  }

  // Ends its connections; it opens others when it is asked again.
  leave() {
    this.#agent.destroy();
  }
}

// Judges an answer, and opens what is in it.
export function read(answer) {
  judge(answer);
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
