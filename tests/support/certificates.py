"""Certificate authorities and server certificates for tests.

    ca = Authority("test authority")
    ca.issue(["a.localhost", "127.0.0.1"]).write(directory, "server")
"""

import datetime
import ipaddress
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def _now():
    return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)


def _subject(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general_name(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


class Identity:
    """A certificate with its key."""

    def __init__(self, certificate, key):
        self.certificate = certificate
        self.key = key

    def certificate_pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def write(self, directory, name):
        """Writes `name`.pem (certificate and key); its path."""
        path = os.path.join(directory, f"{name}.pem")
        with open(path, "wb") as file:
            file.write(self.certificate_pem())
            file.write(self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                              serialization.NoEncryption()))
        return path


class Authority(Identity):
    """Signs server certificates."""

    def __init__(self, name):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            x509.CertificateBuilder().subject_name(_subject(name)).issuer_name(_subject(name))
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(_now() - datetime.timedelta(days=30))
            .not_valid_after(_now() + datetime.timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256()))
        super().__init__(certificate, key)

    def issue(self, names, starts_days=-1, ends_days=1):
        """A certificate for DNS names and addresses, valid between these days from now."""
        return self._make(names, starts_days, ends_days, self.certificate.subject, self.key)

    @staticmethod
    def self_signed(names):
        """A server certificate that nobody else vouches for."""
        return Authority._make(names, -1, 1, None, None)

    @staticmethod
    def _make(names, starts_days, ends_days, issuer, issuer_key):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            x509.CertificateBuilder().subject_name(_subject(names[0])).issuer_name(issuer or _subject(names[0]))
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(_now() + datetime.timedelta(days=starts_days))
            .not_valid_after(_now() + datetime.timedelta(days=ends_days))
            .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(issuer_key or key, hashes.SHA256()))
        return Identity(certificate, key)
