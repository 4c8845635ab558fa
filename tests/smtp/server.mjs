/**
 * A real mail server for the tests, on a free loopback port. The recipient's address determines its reply:
 *
 *   refuse…   550: there is no such mailbox
 *   grey…     451 the first time (greylisting), then accepted
 *   full…     452, always
 *   drop…     disconnects in the middle of the first mail, then accepts it
 *   quote…    554, and quotes the mail's link, as spam filters do
 *   slow…     accepts it after a delay (--slow=MILLISECONDS)
 *   mute…     accepts the first without a reply, then accepts it again
 *   (others)  accepted
 *
 *     node server.mjs [--tls=none|starttls|implicit] [--user=NAME --password=WORD] [--slow=1000]
 *
 * Prints a JSON line for each event: {"port"}, {"connected"}, {"taken", "to", "from"}, where "taken" is the source of an
 * accepted mail. Exits when its standard input ends.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SMTPServer } from 'smtp-server';

const { values: options } = parseArgs({
  options: {
    tls: { type: 'string', default: 'none' },
    user: { type: 'string' },
    password: { type: 'string' },
    slow: { type: 'string', default: '1000' },
  },
});

const report = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
const refusal = (code, text) => Object.assign(new Error(text), { responseCode: code });
const file = (name) => readFileSync(new URL(name, import.meta.url));

/** The number of attempts for each recipient. */
const attempts = new Map();

const server = new SMTPServer({
  secure: options.tls === 'implicit',
  key: file('key.pem'),
  cert: file('cert.pem'),
  hideSTARTTLS: options.tls === 'none',
  authOptional: !options.user,
  // A client must not send credentials without TLS, so the server does not offer authentication then.
  allowInsecureAuth: false,
  disableReverseLookup: true,
  logger: false,
  onConnect(session, done) {
    report({ connected: session.remoteAddress });
    done();
  },
  onAuth(auth, session, done) {
    const isValid = auth.username === options.user && auth.password === options.password;
    done(isValid ? null : refusal(535, '5.7.8 authentication credentials invalid'), { user: auth.username });
  },
  onMailFrom(address, session, done) {
    const needsTls = options.tls === 'starttls' && !session.secure;
    done(needsTls ? refusal(530, '5.7.0 must issue a STARTTLS command first') : null);
  },
  onRcptTo({ address }, session, done) {
    const attempt = (attempts.get(address) ?? 0) + 1;
    attempts.set(address, attempt);
    if (address.startsWith('refuse')) return done(refusal(550, '5.1.1 no such mailbox here'));
    if (address.startsWith('full')) return done(refusal(452, '4.2.2 mailbox is full'));
    if (address.startsWith('grey') && attempt === 1) {
      return done(refusal(451, '4.7.1 greylisted, come back later'));
    }
    return done();
  },
  onData(stream, session, done) {
    const { mailFrom, rcptTo } = session.envelope;
    const to = rcptTo[0].address;
    const isFirst = attempts.get(to) === 1;
    if (to.startsWith('drop') && isFirst) {
      report({ dropped: to });
      for (const connection of server.connections) {
        if (connection.id === session.id) connection._socket.destroy();
      }
      return;
    }
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('end', () => {
      if (to.startsWith('quote')) {
        const text = Buffer.concat(chunks).toString().replaceAll('=\r\n', '').replaceAll('=3D', '=');
        return done(refusal(554, `5.7.1 URL blocked: ${/http\S+/.exec(text)[0]}`));
      }
      report({ taken: Buffer.concat(chunks).toString(), to, greeted: session.hostNameAppearsAs, from: mailFrom.address, secure: session.secure, user: session.user ?? null });
      if (to.startsWith('mute') && isFirst) return;
      setTimeout(done, to.startsWith('slow') ? Number(options.slow) : 0);
    });
  },
});

// Disconnecting clients are part of the tests.
server.on('error', (error) => report({ error: error.message }));
server.listen(0, '127.0.0.1', () => report({ port: server.server.address().port }));
process.stdin.on('end', () => process.exit());
process.stdin.resume();
