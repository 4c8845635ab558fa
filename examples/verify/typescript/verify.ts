// Verifies an access token of Latchkey as another service would; docs/verifying-access-tokens.md
// explains it.
//
//     npm ci && npm run build && node build/verify.js TOKEN ISSUER AUDIENCE JWKS_URL
//
// Prints who calls as a line of JSON; of a token that is not good says why, and exits with 1.

import { createRemoteJWKSet, jwtVerify, type JWTVerifyGetKey } from 'jose';

/** Who calls, and for which organization. */
export interface Caller {
  sub: string;
  org: { id: string; slug: string } | null;
  org_role: string | null;
}

/** Throws unless the token is good. */
export async function verify(
  token: string,
  issuer: string,
  audience: string,
  keys: JWTVerifyGetKey,
): Promise<Caller> {
  const { payload } = await jwtVerify<Caller>(token, keys, {
    typ: 'at+jwt', // no other kind of JWT passes for an access token (RFC 9068 section 4)
    // No secrets. Of these, jose takes the one that the key is for (RFC 8725 section 3.1).
    algorithms: ['EdDSA', 'ES256', 'RS256'],
    issuer,
    audience,
    requiredClaims: ['sub', 'exp'],
    clockTolerance: 10, // seconds by which the clocks may differ
  });
  return { sub: payload.sub, org: payload.org ?? null, org_role: payload.org_role ?? null };
}

const [token, issuer, audience, url] = process.argv.slice(2);
if (token === undefined || issuer === undefined || audience === undefined || url === undefined) {
  console.error('usage: node build/verify.js TOKEN ISSUER AUDIENCE JWKS_URL');
  process.exit(2);
}
try {
  // One for the whole life of the service: it keeps the keys, for as long as Latchkey allows.
  const keys = createRemoteJWKSet(new URL(url), { cacheMaxAge: 300_000 });
  console.log(JSON.stringify(await verify(token, issuer, audience, keys)));
} catch (error) {
  console.error(`refused: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
