"""The management API over TLS."""

import socket
import ssl
import subprocess
import unittest

from contract import Management
from stack import REGION, Stack

THREADS = 2


def make_certificate(directory):
    """(certificate, key): files of one for this machine."""
    certificate, key = f"{directory}/c.pem", f"{directory}/k.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    return certificate, key


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(workers=0, start=False))
        cls.stack.start_postgres()
        cls.stack.start_redis()
        cls.certificate, key = make_certificate(cls.stack.directory)
        cls.control = cls.stack.start_control(TURNPIKE_ADMIN_TLS_CERTIFICATE_FILE=cls.certificate,
                                              TURNPIKE_ADMIN_TLS_KEY_FILE=key, TURNPIKE_ADMIN_THREADS=THREADS)
        cls.context = ssl.create_default_context(cafile=cls.certificate)
        cls.management = Management(cls.stack)

    def tearDown(self):
        self.assertTrue(self.control.alive())

    def connect(self):
        client = socket.create_connection(("127.0.0.1", self.control.admin_port), timeout=15)
        self.addCleanup(client.close)
        return client

    def signed(self, extra):
        fields = self.management.sign("GET", "/account")
        lines = ["GET /account HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        return ("\r\n".join(lines) + "\r\n" + extra + "\r\n").encode()

    def call(self):
        """A request on a connection of its own. Raises an error unless the server ends it in order."""
        with self.context.wrap_socket(self.connect(), server_hostname="localhost",
                                      suppress_ragged_eofs=False) as client:
            client.sendall(self.signed("Connection: close\r\n"))
            received = b""
            while piece := client.recv(65536):
                received += piece
        self.assertTrue(received.startswith(b"HTTP/1.1 200 "), received[:300])
        return received

    def test_the_stock_client(self):
        import boto3
        key_id, secret = self.stack.credentials()
        client = boto3.client("apigateway", endpoint_url=f"https://127.0.0.1:{self.control.admin_port}",
                              region_name=REGION, aws_access_key_id=key_id, aws_secret_access_key=secret,
                              verify=self.certificate)
        self.addCleanup(client.close)
        for number in range(30):
            client.create_api_key(name=f"{number:04}" + "x" * 900, description="d" * 50_000)
        # Larger than a socket's buffer.
        self.assertEqual(30, len(client.get_api_keys(limit=500)["items"]))

    def test_clients_that_stall_in_the_handshake_hold_up_nobody(self):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        with self.assertRaises(ssl.SSLWantReadError):
            self.context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
        hello = outgoing.read()
        stalled = [(self.connect(), len(hello) * number // 10) for number in range(10)]  # from nothing on
        for client, sent in stalled:
            client.sendall(hello[:sent])
        for _ in range(3 * THREADS):
            self.call()
        # They were not given up meanwhile either.
        for client, sent in stalled:
            client.sendall(hello[sent:])
            self.assertEqual(b"\x16", client.recv(1))

    def test_byte_by_byte(self):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        secure = self.context.wrap_bio(incoming, outgoing, server_hostname="localhost")
        client = self.connect()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def run(step):
            """Until it needs no more of the server."""
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    for byte in outgoing.read():
                        client.sendall(bytes([byte]))
                    incoming.write(client.recv(65536))
        run(secure.do_handshake)
        secure.write(self.signed(""))
        self.assertTrue(run(lambda: secure.read(65536)).startswith(b"HTTP/1.1 200 "))

    def test_what_is_not_tls(self):
        for data in (b"GET /account HTTP/1.1\r\nHost: x\r\n\r\n", bytes(200), b"\x16\x03\x01\xff\xff" + b"\xff" * 300):
            with self.subTest(data[:10]):
                client = self.connect()
                client.sendall(data)
                client.shutdown(socket.SHUT_WR)
                received = b""
                try:
                    while piece := client.recv(65536):
                        received += piece
                except ConnectionResetError:
                    pass
                self.assertIn(received[:1], (b"", b"\x15"))  # an alert at most
        self.call()

    def test_garbage_after_the_handshake(self):
        raw = self.connect()
        with self.context.wrap_socket(raw.dup(), server_hostname="localhost") as client:
            client.sendall(self.signed(""))
            self.assertTrue(client.recv(65536).startswith(b"HTTP/1.1 200 "))
            raw.sendall(b"\x17\x03\x03\x00\x20" + bytes(32))
            with self.assertRaises(ssl.SSLError):
                client.recv(65536)
        self.call()

    def test_a_certificate_that_cannot_be_read_stops_the_start(self):
        for certificate, key in (("/nowhere", "/nowhere"), (self.certificate, "/nowhere"),
                                 (self.certificate, self.certificate)):
            with self.subTest(key), self.assertRaisesRegex(RuntimeError, "the (certificate|key) .* cannot be "):
                self.stack.start_control(TURNPIKE_ADMIN_TLS_CERTIFICATE_FILE=certificate,
                                         TURNPIKE_ADMIN_TLS_KEY_FILE=key)


if __name__ == "__main__":
    unittest.main()
