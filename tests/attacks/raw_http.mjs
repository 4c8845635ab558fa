// Raw bytes on a connection, for requests that no library would send.

import assert from 'node:assert/strict';
import net from 'node:net';
import { DEADLINE } from './judge.mjs';
import { read } from './client.mjs';
import { within } from '../async.mjs';

// A connection to the service. It records the bytes that it receives, and whether it was closed.
export class RawConnection {
  static async open(service) {
    const connection = RawConnection.begin(service);
    await within(DEADLINE, 'a connection', connection.connected);
    return connection;
  }

  // Does not wait for the connection, which may never be accepted.
  static begin({ host, port }) {
    return new RawConnection(net.connect({ host, port, allowHalfOpen: true }));
  }

  constructor(socket) {
    this.socket = socket;
    this.bytes = Buffer.alloc(0);
    this.isClosed = false;
    this.connected = new Promise((resolve, reject) => {
      socket.on('connect', resolve);
      socket.on('error', reject);
    });
    // The caller may not wait for it. Later errors just close the connection.
    this.connected.catch(() => {});
    this.closed = new Promise((resolve) => {
      const onClose = () => {
        this.isClosed = true;
        resolve();
      };
      socket.on('end', onClose);
      socket.on('close', onClose);
    });
    socket.on('data', (chunk) => {
      this.bytes = Buffer.concat([this.bytes, chunk]);
      this.onData?.();
    });
  }

  // Resolves when the kernel has the bytes; never, if the service has stopped reading.
  write(bytes) {
    return new Promise((resolve) => this.socket.write(bytes, 'latin1', resolve));
  }

  // Closes this side of the connection.
  finish() {
    this.socket.end();
  }

  // Returns the responses when there are `count` of them, or the connection is closed.
  async answers(count = Infinity, ms = DEADLINE) {
    const enough = new Promise((resolve) => {
      this.onData = () => parseResponses(this.bytes).length >= count && resolve();
      this.onData();
    });
    await within(ms, 'a response or the end of the connection', Promise.race([enough, this.closed]));
    return parseResponses(this.bytes).map(read);
  }

  destroy() {
    this.socket.destroy();
  }
}

// Sends bytes on a new connection. Returns all responses, each of them checked.
export async function exchange(service, bytes, { count = Infinity, finish = false, ms } = {}) {
  const connection = await RawConnection.open(service);
  try {
    connection.write(bytes);
    if (finish) connection.finish();
    return await connection.answers(count, ms);
  } finally {
    connection.destroy();
  }
}

// Asserts that a request is refused: with a 4xx status, or without a response.
export async function isRefused(service, parts, options) {
  const bytes = Buffer.concat(parts.map((piece) => Buffer.from(piece, 'latin1')));
  const answers = await exchange(service, bytes, { count: 1, ...options });
  for (const { status, text } of answers) assert.ok(status >= 400, `${status} ${text}`);
}

export const HOST = 'Host: 127.0.0.1';

// The first lines of a valid POST.
export const JSON_POST = ['POST /graphql HTTP/1.1', HOST, 'Content-Type: application/json'];

// Returns the head of a request, with the empty line at its end.
export const head = (...lines) => `${lines.join('\r\n')}\r\n\r\n`;

// Returns a complete POST of a GraphQL query. By default, the connection closes after it.
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

// Parses the complete HTTP/1 responses, which the service writes with a Content-Length.
export function parseResponses(bytes) {
  const responses = [];
  let rest = bytes;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return responses;
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
    if (body.length < length) return responses;
    if (status >= 200) responses.push({ status, headers, text: body.toString() });
    rest = rest.subarray(end + 4 + length);
  }
}
