"""Verifies cases with python-fido2. Reads a case in JSON on each line, and prints the verdict on it in JSON."""

import json
import sys

from fido2 import cbor
from fido2.attestation import NoneAttestation, PackedAttestation
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestedCredentialData, AuthenticatorData, PublicKeyCredentialRpEntity


def verify_attestation(attestation, client_data_hash):
    """Verifies the statements that need no certificate. The library's own list has more, and asks for their roots."""
    statement = attestation.att_stmt
    if attestation.fmt == "none":
        NoneAttestation().verify(statement, attestation.auth_data, client_data_hash)
    elif attestation.fmt == "packed" and "x5c" not in statement:
        PackedAttestation().verify(statement, attestation.auth_data, client_data_hash)


def parts(data):
    """Returns what the library reads in authenticator data."""
    return {
        "signCount": data.counter,
        "userVerified": data.is_user_verified(),
        "backupEligible": data.is_backup_eligible(),
        "backedUp": data.is_backed_up(),
    }


def verify(case):
    server = Fido2Server(
        PublicKeyCredentialRpEntity(id=case["relyingParty"], name="Example"),
        attestation="direct",
        verify_origin=lambda origin: origin in case["origins"],
        verify_attestation=verify_attestation,
    )
    state = {
        "challenge": case["challenge"],
        "user_verification": "required" if case["userMustBeVerified"] else "discouraged",
    }
    credential = case["credential"]
    if case["ceremony"] == "registration":
        data = server.register_complete(state, credential)
        new = data.credential_data
        return parts(data) | {
            "id": websafe_encode(new.credential_id),
            "aaguid": new.aaguid.hex(),
            "algorithm": new.public_key[3],
        }
    passkey = case["passkey"]
    public_key = CoseKey.parse(cbor.decode(websafe_decode(passkey["publicKey"])))
    stored = AttestedCredentialData.create(bytes(16), websafe_decode(passkey["id"]), public_key)
    server.authenticate_complete(state, [stored], credential)
    return parts(AuthenticatorData(websafe_decode(credential["response"]["authenticatorData"])))


def verdict(case):
    try:
        return {"accepted": True, "read": verify(case)}
    except Exception as error:  # The library has no error of its own: a malformed answer fails anywhere.
        return {"accepted": False, "reason": f"{type(error).__name__}: {error}"[:300]}


for line in sys.stdin:
    print(json.dumps(verdict(json.loads(line))))
