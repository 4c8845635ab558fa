// Apollo Client 3 and the link, bundled together as an app would: see clients.mjs.

export * from '@apollo/client/core';
export { latchkeyLink } from 'latchkey-client/apollo';
