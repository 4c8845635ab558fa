// The example, built and served as its README says.

import { execFile, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { until } from '../../async.mjs';

export const EXAMPLE = fileURLToPath(new URL('../../../examples/web', import.meta.url));
const VITE = 'node_modules/vite/bin/vite.js';
export const run = promisify(execFile);

const running = new Set();
process.on('exit', () => {
  for (const page of running) page.stop();
});

export class Page {
  #child;
  #folder;

  // The origin is known before the page is served, so that a service can be started with it.
  static async atFreePort(host) {
    const server = createServer();
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address();
    await new Promise((resolve) => server.close(resolve));
    return new Page(port, host);
  }

  constructor(port, host = '127.0.0.1') {
    this.port = port;
    // The output of its server.
    this.said = '';
    this.origin = `http://${host}:${port}`;
    // The same page, where browsers have passkeys.
    this.localhost = `http://localhost:${port}`;
  }

  // Returns the settings of a service whose mailed links lead here.
  get links() {
    const link = (path) => `${this.origin}/${path}#token={token}`;
    return {
      VERIFY_URL: link('verify-email'),
      RESET_URL: link('reset-password'),
      EMAIL_CHANGE_URL: link('confirm-email'),
      SECURE_URL: link('secure-account'),
      INVITATION_URL: link('accept-invitation'),
      APP_URL: `${this.origin}/`,
    };
  }

  // Builds the page with these settings, and serves the result.
  async serve(serviceUrl, settings = {}) {
    this.#folder = await mkdtemp(join(tmpdir(), 'latchkey-example-'));
    const env = { PATH: process.env.PATH, AUTH_SERVICE_URL: new URL(serviceUrl).origin, ...settings };
    const options = { cwd: EXAMPLE, env };
    await run(process.execPath, [VITE, 'build', '--outDir', this.#folder, '--emptyOutDir'], options);
    await this.#spawn(process.execPath, [VITE, 'preview', '--outDir', this.#folder, '--host', '127.0.0.1', '--port', this.port], options);
  }

  // Serves the page from its sources, with `npm start`.
  async start(serviceUrl) {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, AUTH_SERVICE_URL: new URL(serviceUrl).origin };
    await this.#spawn('npm', ['start', '--', '--port', this.port], { cwd: EXAMPLE, env });
  }

  async #spawn(program, args, options) {
    // In a process group of its own, because npm starts a shell that starts the server.
    this.#child = spawn(program, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.said += text));
    }
    running.add(this);
    await until(`a page at ${this.origin}`, async () => {
      if (this.#child.exitCode !== null) throw new Error(`the page is not served: ${this.said}`);
      const answer = await fetch(this.origin).catch(() => null);
      return answer?.ok;
    });
  }

  stop() {
    running.delete(this);
    if (this.#child?.exitCode === null) process.kill(-this.#child.pid);
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
  }
}
