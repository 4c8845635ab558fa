// The configuration from graphql-codegen's guide.

import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: '../../schema.graphql',
  config: { scalars: { DateTime: 'string' } },
  generates: {
    // Documents that stand in the code that sends them.
    'build/client/': { preset: 'client', documents: 'program/*.ts' },
    // Documents in files of their own.
    'build/operations.ts': { plugins: ['typescript-operations'], documents: 'program/*.graphql' },
    // The whole schema: ErrorCode is in no document.
    'build/schema.ts': { plugins: ['typescript'] },
  },
};

export default config;
