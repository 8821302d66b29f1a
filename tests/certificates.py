"""Certificates as a test needs them: an authority of its own, and what it vouches for."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """An authority that signs certificates; its own is in the file `path`."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name, self.path = folder, name, folder / f"{name}.pem"
        self._key = ec.generate_private_key(ec.SECP256R1())
        extension = x509.BasicConstraints(ca=True, path_length=None)
        self._write(name, self._key, name, extension, timedelta(days=1))

    def sign(self, name: str, host: str, age: timedelta = timedelta()) -> tuple[Path, Path]:
        """Write a certificate of a host (a name or an address), valid for a day, and its key; return both files."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            named: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            named = x509.DNSName(host)
        return self._write(name, key, host, x509.SubjectAlternativeName([named]), timedelta(days=1) - age)

    def _write(
        self,
        name: str,
        key: ec.EllipticCurvePrivateKey,
        subject: str,
        extension: x509.ExtensionType,
        left: timedelta,
    ) -> tuple[Path, Path]:
        end = datetime.now(UTC) + left
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name(self.name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(end - timedelta(days=2))
            .not_valid_after(end)
            .add_extension(extension, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        path, key_path = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        form = serialization.PrivateFormat.PKCS8
        key_path.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
        return path, key_path
