interface ImportMetaEnv {
  // Where the service is, if it is not where the page is.
  readonly VITE_AUTH_SERVICE_URL?: string;
  // `cookie`, or localStorage.
  readonly VITE_TOKENS?: string;
  readonly VITE_PRODUCT_NAME?: string;
}

// Of the service that the page is developed beside.
declare const __MAILBOX__: string;
