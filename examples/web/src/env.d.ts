interface ImportMetaEnv {
  // The URL of the service, if it is not at the page's origin.
  readonly VITE_AUTH_SERVICE_URL?: string;
  // `cookie` for cookie mode; by default, tokens are in localStorage.
  readonly VITE_TOKENS?: string;
  readonly VITE_PRODUCT_NAME?: string;
}

// The mailbox of the service during development.
declare const __MAILBOX__: string;
