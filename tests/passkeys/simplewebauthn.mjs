// Verifies cases with SimpleWebAuthn. Reads a case in JSON on each line, and prints the verdict on it in JSON.

import { createInterface } from 'node:readline';

import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';

async function register(options, case_) {
  const { verified, registrationInfo: info } = await verifyRegistrationResponse({
    ...options,
    supportedAlgorithmIDs: case_.algorithms,
  });
  if (!verified) throw new Error('not verified');
  return {
    ...parts(info),
    signCount: info.credential.counter,
    id: info.credential.id,
    aaguid: info.aaguid.replaceAll('-', ''),
  };
}

async function signIn(options, { passkey }) {
  // The library leaves it to its caller to look the passkey up.
  if (options.response.id !== passkey.id) throw new Error('no passkey has this id');
  const { verified, authenticationInfo: info } = await verifyAuthenticationResponse({
    ...options,
    credential: {
      id: passkey.id,
      publicKey: Buffer.from(passkey.publicKey, 'base64url'),
      counter: passkey.signCount,
    },
  });
  if (!verified) throw new Error('not verified');
  return { ...parts(info), signCount: info.newCounter };
}

// What the library reads in authenticator data.
const parts = (info) => ({
  userVerified: info.userVerified,
  backupEligible: info.credentialDeviceType === 'multiDevice',
  backedUp: info.credentialBackedUp,
});

async function verdict(case_) {
  const options = {
    response: case_.credential,
    expectedChallenge: case_.challenge,
    expectedOrigin: case_.origins,
    expectedRPID: case_.relyingParty,
    requireUserVerification: case_.userMustBeVerified,
  };
  const verify = case_.ceremony === 'registration' ? register : signIn;
  try {
    return { accepted: true, read: await verify(options, case_) };
  } catch (error) {
    return { accepted: false, reason: `${error.name}: ${error.message}`.slice(0, 300) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await verdict(JSON.parse(line))));
}
