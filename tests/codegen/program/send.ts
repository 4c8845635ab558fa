// Sends a generated document without a library.

import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { refusalOf } from './refusals';

export async function send<Result, Variables>(
  url: string,
  accessToken: string,
  document: TypedDocumentNode<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${accessToken}` },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors = [] } = (await response.json()) as {
    data: Result;
    errors?: { extensions: { code: string } }[];
  };
  for (const { extensions } of errors) throw new Error(refusalOf(extensions.code));
  return data;
}
