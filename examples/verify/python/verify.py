"""Verifies an access token of Latchkey as another service would; docs/verifying-access-tokens.md
explains it.

    python3 verify.py TOKEN ISSUER AUDIENCE JWKS_URL

Prints who calls as a line of JSON; of a token that is not good says why, and exits with 1.
"""

import json
import socket
import sys

import jwt


def verify(token: str, issuer: str, audience: str, keys: jwt.PyJWKClient) -> dict:
    """The claims of a good token. Raises for any other."""
    header = jwt.get_unverified_header(token)
    # No other kind of JWT passes for an access token (RFC 9068 section 4), and none has conditions
    # that we do not understand (RFC 7515 section 4.1.11).
    if str(header.get("typ")).lower() != "at+jwt" or "crit" in header:
        raise jwt.InvalidTokenError("it is not an access token")
    # Not get_signing_key(): that fetches the keys anew for every kid that somebody makes up.
    named = [key for key in keys.get_signing_keys() if key.key_id == header.get("kid")]
    if not named:
        raise jwt.InvalidTokenError("the token's key is not among the published ones")
    # The key says what it is for: the token has no say in it (RFC 8725 section 3.1).
    algorithm = {"OKP": "EdDSA", "EC": "ES256", "RSA": "RS256"}.get(named[0].key_type, "no")
    return jwt.decode(
        token,
        named[0].key,
        algorithms=[algorithm],
        issuer=issuer,
        audience=audience,
        leeway=10,  # seconds by which the clocks may differ
        options={"require": ["iss", "aud", "sub", "exp"]},
    )


def main() -> int:
    if len(sys.argv) != 5:
        print("usage: verify.py TOKEN ISSUER AUDIENCE JWKS_URL", file=sys.stderr)
        return 2
    token, issuer, audience, url = sys.argv[1:]
    socket.setdefaulttimeout(5)
    # One for the whole life of the service: it keeps the keys, for as long as Latchkey allows.
    keys = jwt.PyJWKClient(url, lifespan=300)
    try:
        claims = verify(token, issuer, audience, keys)
    except Exception as error:  # whatever goes wrong, the token is not good
        print(f"refused: {error}", file=sys.stderr)
        return 1
    print(json.dumps({name: claims.get(name) for name in ("sub", "org", "org_role")}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
