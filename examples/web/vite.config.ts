import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, loadEnv, type Plugin } from 'vite';

export default defineConfig(({ mode }) => {
  const env = { ...loadEnv(mode, '.', ''), ...process.env };
  const service = env.AUTH_SERVICE_URL ?? 'http://127.0.0.1:8000';
  const api = env.VITE_AUTH_SERVICE_URL;
  // For the browser, page and service have the same origin, so no CORS is needed.
  const proxy = { '/graphql': { target: service, changeOrigin: true } };
  return {
    plugins: [react(), printServiceHints(service), policy(api ? new URL(api).origin : null)],
    // Uses the sources of the client package beside this example, so that it need not be built first. In your own app, leave
    // this out, and `paths` in tsconfig.json.
    resolve: {
      alias: [
        { find: /^latchkey-client$/, replacement: client('index.ts') },
        { find: /^latchkey-client\/fresh$/, replacement: client('fresh.ts') },
        { find: /^latchkey-client\/passkeys$/, replacement: client('passkeys.ts') },
        { find: /^latchkey-client\/urql$/, replacement: client('urql.ts') },
      ],
      dedupe: ['@urql/core'],
    },
    define: { __MAILBOX__: JSON.stringify(new URL('/mailbox', service).href) },
    // Passkeys need a name: no browser has them at an IP address.
    server: { host: 'localhost', port: 5173, strictPort: true, proxy },
    preview: { host: 'localhost', port: 4173, strictPort: true, proxy },
    // So that the policy below allows data: URLs only for images.
    build: { assetsInlineLimit: 0 },
  };
});

const client = (file: string) => fileURLToPath(new URL(`../../clients/typescript/src/${file}`, import.meta.url));

const LINKS = {
  VERIFY_URL: 'verify-email',
  RESET_URL: 'reset-password',
  EMAIL_CHANGE_URL: 'confirm-email',
  SECURE_URL: 'secure-account',
  INVITATION_URL: 'accept-invitation',
};

// Prints the expected URL of the service, and the settings with which this page may use passkeys and its mailed links lead here.
function printServiceHints(service: string): Plugin {
  return {
    name: 'latchkey-service-hints',
    configureServer(server) {
      const { printUrls } = server;
      server.printUrls = () => {
        printUrls();
        const page = server.resolvedUrls?.local[0] ?? 'http://localhost:5173/';
        const links = Object.entries(LINKS).map(([name, path]) => `${name}='${page}${path}#token={token}'`);
        const settings = [`CORS_ORIGINS='${new URL(page).origin}'`, `APP_URL='${page}'`, ...links];
        server.config.logger.info(
          [
            '',
            `  The service is expected at ${service} (or AUTH_SERVICE_URL). Start it so that this page may use passkeys,`,
            '  and its mailed links lead here:',
            '',
            `    ${settings.join(' \\\n    ')} \\\n    cargo run --release`,
            '',
          ].join('\n'),
        );
      };
    },
  };
}

// The Content-Security-Policy of the built page.
function policy(api: string | null): Plugin {
  const content = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:", // the QR code of an authenticator app
    `connect-src 'self'${api ? ` ${api}` : ''}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content }, injectTo: 'head-prepend' },
    ],
  };
}
