// Paths of files and folders.

import { fileURLToPath } from 'node:url';

export const HERE = fileURLToPath(new URL('.', import.meta.url));
export const SCHEMA = fileURLToPath(new URL('../../schema.graphql', import.meta.url));
// For generated files, which can be deleted. It is in this folder, so that generated code finds its packages.
export const BUILD = fileURLToPath(new URL('build/', import.meta.url));
