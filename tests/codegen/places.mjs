// Where things are.

import { fileURLToPath } from 'node:url';

export const HERE = fileURLToPath(new URL('.', import.meta.url));
export const SCHEMA = fileURLToPath(new URL('../../schema.graphql', import.meta.url));
// What is written here can be thrown away. In this folder, so that generated code finds its packages.
export const BUILD = fileURLToPath(new URL('build/', import.meta.url));
