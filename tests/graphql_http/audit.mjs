// Audits a running server against the GraphQL over HTTP specification, with graphql-http's audits.
//
//     node audit.mjs http://127.0.0.1:8000/graphql
//
// Prints every audit, whether it is a MUST, a SHOULD or a MAY, and fails unless all of them hold.

import { serverAudits } from 'graphql-http';

const url = process.argv[2];
if (!url) {
  console.error('usage: node audit.mjs URL');
  process.exit(2);
}

let passed = 0;
let failed = 0;
for (const audit of serverAudits({ url, fetchFn: fetch })) {
  const reason = await failureOf(audit);
  if (reason === null) {
    passed += 1;
    console.log(`ok      ${audit.id}  ${audit.name}`);
  } else {
    failed += 1;
    console.log(`FAILED  ${audit.id}  ${audit.name}: ${reason}`);
  }
}
if (passed === 0) {
  failed += 1;
  console.log('FAILED  no audit was run');
}
console.log(`audit result: ${passed} passed; ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

// Why an audit does not hold; null if it does.
async function failureOf(audit) {
  try {
    const result = await audit.fn();
    return result.status === 'ok' ? null : `${result.status}: ${result.reason}`;
  } catch (error) {
    return String(error);
  }
}
