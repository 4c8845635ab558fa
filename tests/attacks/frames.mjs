// Builds HTTP/2 frames (RFC 9113 section 4), and header fields without compression.

export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
export const [DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION] = Array(10).keys();
export const [ACK, END_STREAM, END_HEADERS, PADDED] = [1, 1, 4, 8];

export const number = (value, bytes = 4) => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
};

// Returns a frame. `length` sets a false length of the payload.
export function frame(type, { flags = 0, stream = 0, payload = '', length } = {}) {
  const bytes = Buffer.from(payload, 'latin1');
  const head = [number(length ?? bytes.length, 3), number(type, 1), number(flags, 1), number(stream)];
  return Buffer.concat([...head, bytes]);
}

// HPACK without compression: literal names and values (RFC 7541 section 6.2.2).
const integer = (value, prefix = 127) => {
  if (value < prefix) return Buffer.from([value]);
  const bytes = [prefix];
  let rest = value - prefix;
  for (; rest >= 128; rest >>= 7) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
};
export const text = (value) => Buffer.concat([integer(value.length), Buffer.from(value, 'latin1')]);
export const field = (name, value) => Buffer.concat([Buffer.from([0]), text(name), text(value)]);
export const fields = (list) => Buffer.concat(list.map(([name, value]) => field(name, value)));
