"""Signs and verifies HTTP requests with another program's RFC 9421.

usage: message_signatures.py sign|verify

A JSON object comes on standard input: method, url, headers, key (base64, private for `sign` and
public for `verify`), and for `sign` also components, created, keyid, nonce and tag. `sign` prints the
headers with the signature's; `verify` prints what was covered and leaves with 1 for a signature that
is refused. Exit status 77: the package http-message-signatures is not installed.
"""

import base64
import datetime
import json
import sys
from types import SimpleNamespace

try:
    from cryptography.hazmat.primitives.asymmetric import ed25519
    from http_message_signatures import (
        HTTPMessageSigner,
        HTTPMessageVerifier,
        HTTPSignatureKeyResolver,
        InvalidSignature,
        algorithms,
    )
except ImportError as error:
    print(error)
    sys.exit(77)


class OneKey(HTTPSignatureKeyResolver):
    def __init__(self, key):
        self.key = key

    def resolve_public_key(self, key_id):
        return ed25519.Ed25519PublicKey.from_public_bytes(self.key)

    def resolve_private_key(self, key_id):
        return ed25519.Ed25519PrivateKey.from_private_bytes(self.key)


def sign(task, message, keys):
    HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=keys).sign(
        message,
        key_id=task["keyid"],
        created=datetime.datetime.fromtimestamp(task["created"], datetime.timezone.utc),
        nonce=task["nonce"],
        tag=task["tag"],
        label="peer",
        include_alg=True,
        use_existing_digest=True,
        covered_component_ids=task["components"],
    )
    print(json.dumps(dict(message.headers)))


def verify(task, message, keys):
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=keys)
    try:
        (result,) = verifier.verify(message, max_age=datetime.timedelta(days=36500))
    except InvalidSignature as error:
        print(error)
        sys.exit(1)
    print(json.dumps(list(result.covered_components)))


task = json.load(sys.stdin)
message = SimpleNamespace(method=task["method"], url=task["url"], headers=task["headers"])
keys = OneKey(base64.b64decode(task["key"]))
{"sign": sign, "verify": verify}[sys.argv[1]](task, message, keys)
