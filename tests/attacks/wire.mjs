// Bytes on a connection, for what no library would send.

import assert from 'node:assert/strict';
import net from 'node:net';
import { DEADLINE } from './judge.mjs';
import { read } from './client.mjs';
import { within } from './patience.mjs';

// A connection to the service. It remembers what it hears, and whether it was closed.
export class Wire {
  static async open(service) {
    const wire = Wire.begin(service);
    await within(DEADLINE, 'a connection', wire.connected);
    return wire;
  }

  // One that may never come about.
  static begin({ host, port }) {
    return new Wire(net.connect({ host, port, allowHalfOpen: true }));
  }

  constructor(socket) {
    this.socket = socket;
    this.bytes = Buffer.alloc(0);
    this.isClosed = false;
    this.connected = new Promise((resolve, reject) => {
      socket.on('connect', resolve);
      socket.on('error', reject);
    });
    // Nobody need be waiting for it, and later errors are only a way to be closed.
    this.connected.catch(() => {});
    this.closed = new Promise((resolve) => {
      const over = () => {
        this.isClosed = true;
        resolve();
      };
      socket.on('end', over);
      socket.on('close', over);
    });
    socket.on('data', (chunk) => {
      this.bytes = Buffer.concat([this.bytes, chunk]);
      this.heard?.();
    });
  }

  // Resolves once the kernel has the bytes; or not at all, when the service stopped reading.
  write(bytes) {
    return new Promise((resolve) => this.socket.write(bytes, 'latin1', resolve));
  }

  // No more is coming from this side.
  finish() {
    this.socket.end();
  }

  // The answers, once there are so many, or the connection is closed.
  async answers(count = Infinity, ms = DEADLINE) {
    const enough = new Promise((resolve) => {
      this.heard = () => parseAnswers(this.bytes).length >= count && resolve();
      this.heard();
    });
    await within(ms, 'an answer or an end', Promise.race([enough, this.closed]));
    return parseAnswers(this.bytes).map(read);
  }

  destroy() {
    this.socket.destroy();
  }
}

// Sends bytes on a connection of their own; the judged answers, however many came.
export async function exchange(service, bytes, { count = Infinity, finish = false, ms } = {}) {
  const wire = await Wire.open(service);
  try {
    wire.write(bytes);
    if (finish) wire.finish();
    return await wire.answers(count, ms);
  } finally {
    wire.destroy();
  }
}

// Refused is: answered with a 4xx, or with nothing at all.
export async function isRefused(service, parts, options) {
  const bytes = Buffer.concat(parts.map((piece) => Buffer.from(piece, 'latin1')));
  const answers = await exchange(service, bytes, { count: 1, ...options });
  for (const { status, text } of answers) assert.ok(status >= 400, `${status} ${text}`);
}

export const HOST = 'Host: 127.0.0.1';

// The first lines of a POST that would be good.
export const JSON_POST = ['POST /graphql HTTP/1.1', HOST, 'Content-Type: application/json'];

// A head from its lines, with its empty line.
export const head = (...lines) => `${lines.join('\r\n')}\r\n\r\n`;

// A whole POST of a GraphQL query, after which the connection ends unless it is told to stay.
export function post(query, { lines = [], connection = 'close' } = {}) {
  const body = JSON.stringify({ query });
  return (
    head(
      'POST /graphql HTTP/1.1',
      'Host: 127.0.0.1',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `Connection: ${connection}`,
      ...lines,
    ) + body
  );
}

// The complete HTTP/1 answers among the bytes: as the service writes them, with a Content-Length.
export function parseAnswers(bytes) {
  const found = [];
  let rest = bytes;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return found;
    const [first, ...lines] = rest.subarray(0, end).toString('latin1').split('\r\n');
    const headers = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    const status = Number(first.split(' ')[1]);
    const isHead = status < 200 || status === 204 || status === 304;
    const length = isHead ? 0 : Number(headers['content-length'] ?? 0);
    const body = rest.subarray(end + 4, end + 4 + length);
    if (body.length < length) return found;
    if (status >= 200) found.push({ status, headers, text: body.toString() });
    rest = rest.subarray(end + 4 + length);
  }
}
