"""The venue's pack: agenda and door list as files that work without us, signed so that no one can slip in another.

A pack is a ZIP of files, a manifest with their SHA-256, and the manifest's Ed25519 signature. The key is derived from
the site's secret; its public half stands in the pack and on the console, so that the venue compares them once.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

MANIFEST, SIGNATURE, KEY = "manifest.json", "manifest.sig", "public-key.pem"


def _key() -> Ed25519PrivateKey:
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"matchmaker venue pack")
    return Ed25519PrivateKey.from_private_bytes(derive.derive(settings.SECRET_KEY.encode()))


def _pem(public: Ed25519PublicKey) -> bytes:
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def fingerprint() -> str:
    """The first 16 digits of the public key's SHA-256, in groups of four: short enough to be compared by telephone."""
    raw = _key().public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    digits = hashlib.sha256(raw).hexdigest()[:16]
    return " ".join(digits[place : place + 4] for place in range(0, 16, 4))


def seal(files: Mapping[str, bytes], about: Mapping[str, str]) -> bytes:
    """A signed ZIP of the files; `about` (event, when it was made) goes into the manifest."""
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    manifest = json.dumps({**about, "sha256": digests}, ensure_ascii=False, indent=1).encode()
    key = _key()
    pem = _pem(key.public_key())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (*files.items(), (MANIFEST, manifest), (SIGNATURE, key.sign(manifest)), (KEY, pem)):
            archive.writestr(name, data)
    return out.getvalue()


def find_damage(pack: bytes) -> str | None:
    """What is wrong with a pack, as one sentence in English for a terminal; None where it is as it was sealed here."""
    try:
        with zipfile.ZipFile(io.BytesIO(pack)) as archive:
            names = set(archive.namelist()) - {MANIFEST, SIGNATURE, KEY}
            manifest, signature = archive.read(MANIFEST), archive.read(SIGNATURE)
            public: Ed25519PublicKey = _key().public_key()
            public.verify(signature, manifest)
            digests = json.loads(manifest)["sha256"]
            if twice := {name for name in archive.namelist() if archive.namelist().count(name) > 1}:
                return f"The pack holds files twice: {sorted(twice)}."  # programs differ in which one they unpack
            if archive.read(KEY) != _pem(public):
                return f"{KEY} is not the key of this site."
            if names != set(digests):
                return f"The pack holds other files than its manifest: {sorted(names ^ set(digests))}."
            changed = [n for n in sorted(names) if hashlib.sha256(archive.read(n)).hexdigest() != digests[n]]
            return f"Changed since it was sealed: {', '.join(changed)}." if changed else None
    except (zipfile.BadZipFile, KeyError):
        return "This is not a pack of this site."
    except InvalidSignature:
        return "The manifest was not signed by this site."
