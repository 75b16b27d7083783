"""Verifies a flattened JWS with three independent libraries.

Usage: verify_jws.py FILE PUBLIC_KEY_PEM ALGORITHM

Prints one line a library, `NAME accepted` or `NAME refused`; the exit code is 0 either way.
"""

import json
import sys

import jwt
from joserfc import jws as joserfc_jws
from joserfc.jwk import ECKey, RSAKey
from joserfc.registry import HeaderParameter
from jwcrypto import jwk as jwcrypto_jwk
from jwcrypto import jws as jwcrypto_jws

path, key_path, algorithm = sys.argv[1:]
raw = open(path, encoding="utf-8", errors="surrogateescape").read()
pem = open(key_path, "rb").read()


def with_jwcrypto():
    token = jwcrypto_jws.JWS()
    token.deserialize(raw)
    token.verify(jwcrypto_jwk.JWK.from_pem(pem), alg=algorithm)
    return token.payload


def with_joserfc():
    # x5c does not fit in the 512 bytes that the library allows by default.
    # `iat` in a JWS header comes from ETSI TS 119 182-1; the library wants to be told of it.
    iat = HeaderParameter("Claimed signing time", "int", required=True)
    registry = joserfc_jws.JWSRegistry(header_registry={"iat": iat}, algorithms=[algorithm])
    registry.max_header_length = 1 << 20
    registry.max_payload_length = 1 << 28
    registry.max_signature_length = 1 << 16
    kind = ECKey if algorithm == "ES256" else RSAKey
    token = joserfc_jws.deserialize_json(json.loads(raw), kind.import_key(pem), registry=registry)
    return token.payload


def with_pyjwt():
    parts = json.loads(raw)
    compact = ".".join([parts["protected"], parts["payload"], parts["signature"]])
    return jwt.PyJWS().decode_complete(compact, pem, algorithms=[algorithm])["payload"]


for name, check in [("jwcrypto", with_jwcrypto), ("joserfc", with_joserfc), ("PyJWT", with_pyjwt)]:
    try:
        payload = check()
        json.loads(payload)
        print(name, "accepted")
    except Exception as error:  # every way of saying no counts
        print(name, "refused", type(error).__name__)
