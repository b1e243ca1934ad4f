"""The certificate that callers see, replaced under a running worker."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import unittest

from stack import Stack, add_mock, make_api, wait_for


def make_certificate(folder, name):
    """(certificate file, key file), self-signed."""
    certificate, key = os.path.join(folder, f"{name}.pem"), os.path.join(folder, f"{name}.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-subj", f"/CN={name}", "-days", "2", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    os.chmod(key, 0o600)
    return certificate, key


class Certificates(unittest.TestCase):
    def setUp(self):
        self.stack = self.enterContext(Stack(workers=0))
        client = self.stack.client()
        self.api, root = make_api(client)
        add_mock(client, self.api, root, body="served")
        client.create_deployment(restApiId=self.api, stageName="prod")
        self.live = [os.path.join(self.stack.directory, name) for name in ("live.pem", "live.key")]

    def start(self, **settings):
        self.worker = self.stack.start_worker(**settings)

    def use(self, certificate, key):
        """Puts both files where the worker reads them, each at once."""
        for made, live in zip((certificate, key), self.live):
            shutil.copy(made, live + ".new")
            os.rename(live + ".new", live)

    def connect(self):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        plain = socket.create_connection(("127.0.0.1", self.worker.https_port), 10)
        secured = context.wrap_socket(plain, server_hostname=self.stack.host(self.api))
        self.addCleanup(secured.close)
        return secured

    def served(self):
        """What a new handshake sees."""
        return ssl.DER_cert_to_PEM_cert(self.connect().getpeercert(True))

    @staticmethod
    def first_of(path):
        with open(path, encoding="utf-8") as file:
            first = file.read().split(ssl.PEM_FOOTER)[0] + ssl.PEM_FOOTER
        return ssl.DER_cert_to_PEM_cert(ssl.PEM_cert_to_DER_cert(first))

    def assert_goes_on(self, connection):
        connection.sendall(f"GET /prod HTTP/1.1\r\nHost: {self.stack.host(self.api)}\r\n\r\n".encode())
        received = connection.recv(65536)
        self.assertTrue(received.startswith(b"HTTP/1.1 200 ") and received.endswith(b"served"), received)

    def test_a_new_certificate_is_served_after_sighup_and_open_connections_go_on(self):
        first = make_certificate(self.stack.directory, "first")
        second = make_certificate(self.stack.directory, "second")
        self.use(*first)
        self.start(TURNPIKE_TLS_CERTIFICATE_FILE=self.live[0], TURNPIKE_TLS_KEY_FILE=self.live[1])
        running = self.connect()
        self.assert_goes_on(running)
        self.assertEqual(self.served(), self.first_of(first[0]))
        self.use(*second)
        self.worker.send(signal.SIGHUP)
        # Every reactor has its own listener: ten handshakes in a row that see the new one are both's.
        wait_for(lambda: all(self.served() == self.first_of(second[0]) for _ in range(10)), what="the second one")
        self.assert_goes_on(running)

    def test_what_cannot_be_used_is_told_and_the_old_one_stays(self):
        first = make_certificate(self.stack.directory, "first")
        second = make_certificate(self.stack.directory, "second")
        self.use(*first)
        self.start(TURNPIKE_TLS_CERTIFICATE_FILE=self.live[0], TURNPIKE_TLS_KEY_FILE=self.live[1])
        for reason, change in (
                ("key of another one", lambda: self.use(second[0], first[1])),
                ("no certificate in PEM", lambda: self.use(first[1], first[1])),
                (self.live[0], lambda: os.remove(self.live[0]))):
            with self.subTest(reason):
                change()
                self.worker.send(signal.SIGHUP)
                wait_for(lambda: any("stays as it was" in line and reason in line
                                     for line in self.worker.tail().splitlines()), what=f"{reason} in the log")
                self.assertEqual(self.served(), self.first_of(first[0]))
        self.use(*second)
        self.worker.send(signal.SIGHUP)
        wait_for(lambda: self.served() == self.first_of(second[0]), what="the second one")

    def test_a_local_certificate_that_is_gone_is_made_again(self):
        self.start()
        server = os.path.join(self.stack.home, "server.pem")
        before = self.served()
        self.assertEqual(before, self.first_of(server))
        os.remove(server)
        self.worker.send(signal.SIGHUP)
        wait_for(lambda: self.served() != before, what="another one")
        self.assertEqual(self.stack.invoke(self.api, "/prod", tls=True).body, b"served")


if __name__ == "__main__":
    unittest.main()
