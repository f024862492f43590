"""Verifies a time stamp with rfc3161-client: stamp_verifier.py TEXT REPLY ROOTS. Status 0 when it holds."""

import sys

from cryptography import x509
from rfc3161_client import VerifierBuilder, VerificationError, decode_timestamp_response

text, reply, roots = (open(name, "rb").read() for name in sys.argv[1:4])
builder = VerifierBuilder()
for root in x509.load_pem_x509_certificates(roots):
    builder = builder.add_root_certificate(root)
try:
    holds = builder.build().verify_message(decode_timestamp_response(reply), text)
except (VerificationError, ValueError) as error:
    sys.exit(str(error))
sys.exit(0 if holds else 1)
