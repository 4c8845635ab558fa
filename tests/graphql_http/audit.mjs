// Audits a running server against the GraphQL over HTTP specification, with graphql-http's audits, and tests it with
// client libraries that use persisted queries.
//
//     node audit.mjs http://127.0.0.1:8000/graphql
//
// Prints every check (of an audit, whether it is a MUST, a SHOULD or a MAY), and fails if one of them fails.

import { serverAudits } from 'graphql-http';
import { Report } from '../report.mjs';
import * as persisted from './persisted.mjs';

const AUDIT_DEADLINE = 30_000;

const url = process.argv[2];
if (!url) {
  console.error('usage: node audit.mjs URL');
  process.exit(2);
}

const report = new Report('audit', AUDIT_DEADLINE);
for (const audit of serverAudits({ url, fetchFn: fetch })) {
  await report.check(`${audit.id}  ${audit.name}`, async () => {
    const { status, reason } = await audit.fn();
    if (status !== 'ok') throw new Error(`${status}: ${reason}`);
  });
}
for (const [sentence, check] of Object.entries(persisted.checks(url))) await report.check(sentence, check);
process.exit(report.close() ? 0 : 1);
