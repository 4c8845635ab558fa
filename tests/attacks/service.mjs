// The service under attack, started from its binary and observed from outside.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until, within } from '../async.mjs';

// Some tests let the attacker have it: a forgery with the right key shows which other checks there are.
// All starts of a run use the same one, because with PostgreSQL they share a database.
export const SECRET_KEY = randomBytes(36).toString('base64url');

// SHUTDOWN_GRACE, unless a start sets another; and the extra time allowed for a shutdown.
const GRACE = 10_000;
const SLACK = 2_000;

const running = new Set();
process.on('exit', () => {
  for (const service of running) service.kill();
});

export class Service {
  #child;
  #ended;
  #run;

  // The settings are environment variables. An older binary ignores those that it does not know.
  static async start(binary, { settings = {}, databaseUrl, maxFiles } = {}) {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-attacks-'));
    const given = typeof settings === 'function' ? await settings(folder) : settings;
    const env = { PATH: process.env.PATH, SECRET_KEY, ...given };
    if (databaseUrl) env.DATABASE_URL = databaseUrl;
    const service = new Service(folder, given);
    const options = ['--listen', '127.0.0.1:0', '--data-dir', folder];
    service.#run = (more) => service.#spawn(binary, options, { ...env, ...more }, maxFiles);
    await service.#begin();
    return service;
  }

  async #begin(more) {
    this.#run(more);
    this.url = await until('the URL in the log', () => {
      if (this.isOver) throw new Error(`the service does not start: ${this.log.trim()}`);
      return /API: +(\S+)/.exec(this.log)?.[1];
    });
    const { hostname, port } = new URL(this.url);
    Object.assign(this, { host: hostname, port: Number(port) });
  }

  // Restarts the service at another address, with the same database and further settings.
  async restart(more) {
    this.#child.kill('SIGTERM');
    await within(GRACE + SLACK, 'its end after SIGTERM', this.#ended);
    Object.assign(this, { log: '', isOver: false });
    await this.#begin(more);
  }

  constructor(folder, settings) {
    this.folder = folder;
    this.settings = settings;
    this.log = '';
    this.isOver = false;
  }

  #spawn(binary, args, env, maxFiles) {
    const options = { cwd: this.folder, env, stdio: ['ignore', 'ignore', 'pipe'] };
    this.#child = maxFiles
      ? spawn('sh', ['-c', `ulimit -n ${maxFiles}; exec "$0" "$@"`, binary, ...args], options)
      : spawn(binary, args, options);
    this.#child.stderr.setEncoding('utf8').on('data', (text) => (this.log += text));
    this.#ended = new Promise((resolve) => {
      const onExit = (code, signal) => {
        this.isOver = true;
        running.delete(this);
        resolve({ code, signal });
      };
      this.#child.on('exit', onExit);
      this.#child.on('error', (error) => onExit(null, error.message));
    });
    running.add(this);
  }

  // Stops the service as its operator would. Returns how it ended, and after how many milliseconds.
  async stop() {
    const began = Date.now();
    const grace = parseInt(this.settings.SHUTDOWN_GRACE, 10) * 1_000 || GRACE;
    this.#child.kill('SIGTERM');
    try {
      const end = await within(grace + SLACK, 'its end after SIGTERM', this.#ended);
      return { ...end, ms: Date.now() - began };
    } finally {
      this.kill();
    }
  }

  kill() {
    if (!this.isOver) this.#child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  // Returns the peak of its memory, in MiB.
  peakMemory() {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Math.ceil(Number(/VmHWM:\s+(\d+) kB/.exec(status)[1]) / 1024);
  }

  openFiles() {
    return readdirSync(`/proc/${this.#child.pid}/fd`).length;
  }

  // Returns the mailed link, which the log shows when no mail server is set.
  async mailedLink(email) {
    const line = new RegExp(`its link: (\\S+) to="${escaped(email)}"`, 'gi');
    const [, link] = await until(`a mail to ${email}`, () => [...this.log.matchAll(line)].at(-1));
    return link;
  }
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
