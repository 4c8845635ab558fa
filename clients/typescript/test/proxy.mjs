// A loopback proxy in front of the service, which counts requests and can simulate a failing network.

import { once } from 'node:events';
import http from 'node:http';

export class Proxy {
  // The names of the requested root fields, in order.
  asked = [];
  // Decides about a request: (name) => 'pass' | 'refuse' | 'cut' (the response is lost) | { status, body }
  // | { before } or { after } (the request, or its response, waits for this promise).
  fate = () => 'pass';
  delay = 0;

  static async before(url) {
    const proxy = new Proxy();
    const target = new URL(url);
    proxy.server = http.createServer((request, response) => {
      proxy.#pass(target, request, response).catch((error) => {
        response.destroy();
        if (!/^E[A-Z]+$/.test(error?.code)) throw error; // not a closed connection, but an error in a check
      });
    });
    await new Promise((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    proxy.url = `http://127.0.0.1:${proxy.server.address().port}${target.pathname}`;
    return proxy;
  }

  count(name) {
    return this.asked.filter((asked) => asked === name).length;
  }

  close() {
    this.server.close();
    this.server.closeAllConnections();
  }

  async #pass(target, request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const name = rootField(body.toString());
    this.asked.push(name);
    const fate = this.fate(name);
    if (fate === 'refuse') return void request.socket.destroy();
    if (fate.status) {
      const json = typeof fate.body === 'object';
      response.writeHead(fate.status, { 'Content-Type': json ? 'application/json' : 'text/html' });
      return void response.end(json ? JSON.stringify(fate.body) : fate.body);
    }
    await fate.before;
    if (this.delay) await new Promise((resolve) => setTimeout(resolve, this.delay));
    const { method, url: path, headers } = request;
    const onward = http.request({ host: target.hostname, port: target.port, method, path, headers });
    onward.on('error', () => response.destroy()); // also in the middle of the response
    onward.end(body);
    const [answer] = await once(onward, 'response');
    const parts = [];
    for await (const part of answer) parts.push(part);
    await fate.after;
    if (fate === 'cut') return void request.socket.destroy();
    response.writeHead(answer.statusCode, answer.headers);
    response.end(Buffer.concat(parts));
  }
}

// An error response in the format of the service.
export function refusal(code, more = {}) {
  return { status: 200, body: { data: null, errors: [{ message: code, extensions: { code, ...more } }] } };
}

function rootField(body) {
  return /\{\s*(\w+)/.exec(JSON.parse(body || '{}').query ?? '')?.[1] ?? '';
}
