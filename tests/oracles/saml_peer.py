"""Independent peers for SAML messages: pysaml2, signxml, cryptography.

Usage:
  saml_peer.py metadata METADATA            prints entityID, SSO address and number of signing certificates
  saml_peer.py responses ORDERS             a service provider's verdicts on Responses, as JSON (ORDERS: see below)
  saml_peer.py verify-redirect QUERY CERT   prints `valid` or `invalid`
  saml_peer.py sign-redirect KEY XML RELAY  prints a signed query
  saml_peer.py signxml FILE CERT ID         prints `valid` or the reason
  saml_peer.py decrypt FILE KEY             prints the decrypted assertion

ORDERS: JSON; idp (metadata file), responses (texts), key, certificate, entity_id, acs, request_id.
"""

import base64
import json
import logging
import shutil
import sys
from urllib.parse import parse_qs

logging.disable(logging.CRITICAL)


def service_provider(order):
    from saml2 import BINDING_HTTP_POST
    from saml2.client import Saml2Client
    from saml2.config import SPConfig

    config = SPConfig().load({
        "entityid": order["entity_id"],
        "xmlsec_binary": shutil.which("xmlsec1"),
        "key_file": order["key"],
        "cert_file": order["certificate"],
        "encryption_keypairs": [{"key_file": order["key"], "cert_file": order["certificate"]}],
        "metadata": {"local": [order["idp"]]},
        "allow_unknown_attributes": True,
        "service": {"sp": {
            "want_assertions_signed": True,
            "want_response_signed": False,
            "allow_unsolicited": False,
            "endpoints": {"assertion_consumer_service": [(order["acs"], BINDING_HTTP_POST)]},
        }},
    })
    return Saml2Client(config)


def metadata(path):
    from saml2.mdstore import MetaDataFile
    from saml2.attribute_converter import ac_factory

    store = MetaDataFile(ac_factory(), path)
    store.load()
    (entity,) = store.keys()
    (sso,) = {s["location"] for s in store.service(
        entity, "idpsso_descriptor", "single_sign_on_service",
        "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect")}
    print(entity)
    print(sso)
    print(len(store.certs(entity, "idpsso", "signing")))


def responses(path):
    order = json.load(open(path, encoding="utf-8"))
    client = service_provider(order)
    print(json.dumps([verdict(client, text, order["request_id"]) for text in order["responses"]], ensure_ascii=False))


def verdict(client, text, request_id):
    from saml2 import BINDING_HTTP_POST

    message = base64.b64encode(text.encode("utf-8")).decode()
    try:
        parsed = client.parse_authn_request_response(message, BINDING_HTTP_POST, {request_id: "/"})
    except Exception as error:  # the verdict is the exception
        return {"refused": type(error).__name__}
    if parsed is None or parsed.assertion is None:
        return {"refused": "without reason"}
    return {"name_id": parsed.name_id.text, "attributes": parsed.ava}


def verify_redirect(query, certificate):
    from saml2.sigver import RSACrypto, verify_redirect_signature

    info = {name: values[0] for name, values in parse_qs(query, strict_parsing=True).items()}
    pem = open(certificate, encoding="ascii").read()
    pem = "".join(line for line in pem.splitlines() if "-----" not in line)
    print("valid" if verify_redirect_signature(info, RSACrypto(None), cert=pem) else "invalid")


def sign_redirect(key, xml, relay_state):
    from saml2.pack import http_redirect_message
    from saml2.sigver import SIG_RSA_SHA256, RSACrypto, import_rsa_key_from_file

    message = open(xml, encoding="utf-8").read()
    info = http_redirect_message(message, "https://peer.example/", relay_state, "SAMLRequest", SIG_RSA_SHA256, True,
                                 RSACrypto(import_rsa_key_from_file(key)))
    print(dict(info["headers"])["Location"].split("?", 1)[1])


def signxml(path, certificate, element_id):
    from lxml import etree
    from signxml import SignatureConfiguration, XMLVerifier

    pem = open(certificate, encoding="ascii").read()
    root = etree.parse(path).getroot()
    (element,) = root.xpath("//*[@ID=$id]", id=element_id)
    try:
        verified = XMLVerifier().verify(
            element, x509_cert=pem, id_attribute="ID",
            expect_config=SignatureConfiguration(require_x509=True, location="./"))
    except Exception as error:
        print("invalid", type(error).__name__)
        return
    print("valid" if verified.signed_xml.get("ID") == element_id else "another element")


def decrypt(path, key_path):
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from lxml import etree

    ns = {"xenc": "http://www.w3.org/2001/04/xmlenc#", "xenc11": "http://www.w3.org/2009/xmlenc11#",
          "ds": "http://www.w3.org/2000/09/xmldsig#"}
    hash_of = {"http://www.w3.org/2000/09/xmldsig#sha1": hashes.SHA1, "http://www.w3.org/2001/04/xmlenc#sha256": hashes.SHA256,
               "http://www.w3.org/2009/xmlenc11#mgf1sha256": hashes.SHA256}
    (data,) = etree.parse(path).getroot().xpath("//xenc:EncryptedData", namespaces=ns)
    (key,) = data.xpath("ds:KeyInfo/xenc:EncryptedKey", namespaces=ns)

    def one(node, expression):
        (found,) = node.xpath(expression, namespaces=ns)
        return found

    digest = hash_of[one(key, "xenc:EncryptionMethod/ds:DigestMethod/@Algorithm")]
    mask = key.xpath("xenc:EncryptionMethod/xenc11:MGF/@Algorithm", namespaces=ns)
    mask = hash_of[mask[0]] if mask else hashes.SHA1
    private = load_pem_private_key(open(key_path, "rb").read(), None)
    wrapped = base64.b64decode(one(key, "xenc:CipherData/xenc:CipherValue").text)
    session = private.decrypt(wrapped, padding.OAEP(padding.MGF1(mask()), digest(), None))
    content = base64.b64decode(one(data, "xenc:CipherData/xenc:CipherValue").text)
    method = one(data, "xenc:EncryptionMethod/@Algorithm")
    if method.endswith("-gcm"):
        plain = AESGCM(session).decrypt(content[:12], content[12:], None)
    else:
        reader = Cipher(algorithms.AES(session), modes.CBC(content[:16])).decryptor()
        plain = reader.update(content[16:]) + reader.finalize()
        plain = plain[:-plain[-1]]
    sys.stdout.write(plain.decode("utf-8"))


COMMANDS = {"metadata": metadata, "responses": responses, "verify-redirect": verify_redirect,
            "sign-redirect": sign_redirect, "signxml": signxml, "decrypt": decrypt}
COMMANDS[sys.argv[1]](*sys.argv[2:])
