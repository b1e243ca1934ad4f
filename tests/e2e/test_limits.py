"""What callers may use of a worker: the operator's limits, slow callers, and too few descriptors."""

import os
import resource
import socket
import time
import unittest

from stack import Stack, add_mock, add_proxy, make_api, wait_for
from upstream import Upstream


def cpu_seconds(pid):
    """What the process used so far, by its own accounting."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class CrowdedUpstream(Upstream):
    """Takes more than five connections at once."""

    def __enter__(self):
        super().__enter__()
        self._server.socket.listen(128)
        return self


class Limits(unittest.TestCase):
    SETTINGS = {}

    def setUp(self):
        self.upstream = self.enterContext(CrowdedUpstream())
        self.stack = self.enterContext(Stack(worker_settings=self.SETTINGS))
        client = self.stack.client()
        self.api, root = make_api(client)
        add_mock(client, self.api, root, body="served")
        add_proxy(client, self.api, root, f"{self.upstream.url}/", verb="POST")
        client.create_deployment(restApiId=self.api, stageName="prod")
        wait_for(lambda: self.stack.invoke(self.api, "/prod").status == 200, what="the deployment")
        self.worker = self.stack.workers[0]

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.worker.http_port), 10)
        self.addCleanup(connection.close)
        return connection

    def head(self, verb, *fields):
        lines = [f"{verb} /prod HTTP/1.1", f"Host: {self.stack.host(self.api)}", *fields, "", ""]
        return "\r\n".join(lines).encode()

    @staticmethod
    def receive_all(connection):
        received = b""
        while piece := connection.recv(65536):
            received += piece
        return received

    def assert_serves(self, verb="GET"):
        answer = self.stack.invoke(self.api, "/prod", method=verb)
        self.assertEqual(answer.status, 200, answer.body)


class OfOperators(Limits):
    SETTINGS = {
        "TURNPIKE_REQUEST_URI_BYTES_MAX": 2000,
        "TURNPIKE_REQUEST_HEADER_BYTES_MAX": 3000,
        "TURNPIKE_REQUEST_BODY_BYTES_MAX": 4000,
        "TURNPIKE_RESPONSE_BODY_BYTES_MAX": 5000,
        "TURNPIKE_REQUEST_HEADER_TIMEOUT_MS": 300,
        "TURNPIKE_REQUEST_BODY_TIMEOUT_MS": 300,
        "TURNPIKE_CLIENT_IDLE_TIMEOUT_MS": 300,
        "TURNPIKE_CLIENT_LINGER_TIMEOUT_MS": 100,
    }

    def test_sizes_are_those_of_the_settings(self):
        self.assert_serves()
        self.assertEqual(self.stack.invoke(self.api, "/prod?" + "x" * 2000).status, 414)
        answer = self.stack.invoke(self.api, "/prod", headers={"X": "x" * 3000})
        self.assertEqual((answer.status, answer.body), (431, b"HTTP header is larger than 3000 bytes."))
        answer = self.stack.invoke(self.api, "/prod", method="POST", body=b"x" * 4001)
        self.assertEqual((answer.status, answer.body), (413, b"HTTP content length exceeded 4000 bytes."))
        # The back end answers with what it got, and more.
        self.assertEqual(self.stack.invoke(self.api, "/prod", method="POST", body=b"x" * 1000).status, 200)
        self.assertEqual(self.stack.invoke(self.api, "/prod", method="POST", body=b"\x01" * 1000).status, 502)

    def test_a_body_that_grows_too_large_is_told_the_same_limit(self):
        connection = self.connect()
        connection.sendall(self.head("POST", "Transfer-Encoding: chunked") + b"fff\r\n" + b"x" * 4095 + b"\r\n")
        received = self.receive_all(connection)
        self.assertTrue(received.startswith(b"HTTP/1.1 413 "), received)
        self.assertIn(b"x-amzn-RequestId", received)
        self.assertTrue(received.endswith(b"HTTP content length exceeded 4000 bytes."), received)

    def test_slow_callers_are_let_go(self):
        cases = {"idle": (b"", b""),
                 "head": (self.head("GET")[:-4], b""),
                 "body": (self.head("POST", "Content-Length: 9") + b"123", b"HTTP/1.1 4")}
        for name, (sent, start) in cases.items():
            with self.subTest(name):
                connection = self.connect()
                connection.sendall(sent)
                received = self.receive_all(connection)
                self.assertEqual(received[:len(start)], start)
                self.assertEqual(bool(received), bool(start), received)

    def test_a_head_that_comes_in_drops_has_one_deadline(self):
        connection = self.connect()
        head = self.head("GET", "X: " + "x" * 1000)
        with self.assertRaises(OSError):
            for byte in head:
                connection.sendall(bytes([byte]))
                time.sleep(0.02)
        self.assert_serves()


class OfDescriptors(Limits):
    SETTINGS = {"TURNPIKE_WORKER_THREADS": 1}

    @unittest.skipIf("undefined" in os.environ.get("TURNPIKE_TEST_SANITIZER", ""),
                     "the sanitizer needs a descriptor itself, and takes its lack for a bad object")
    def test_without_descriptors_it_waits_quietly_and_goes_on_afterwards(self):
        held = self.connect()
        held.sendall(self.head("GET"))
        self.assertRegex(held.recv(65536), b"^HTTP/1.1 200 ")
        before = resource.prlimit(self.worker.pid, resource.RLIMIT_NOFILE)
        in_use = len(os.listdir(f"/proc/{self.worker.pid}/fd"))
        resource.prlimit(self.worker.pid, resource.RLIMIT_NOFILE, (in_use + 5, before[1]))
        crowd = [self.connect() for _ in range(30)]
        # The kernel takes this one into the queue of the status pages, too.
        status = socket.create_connection(("127.0.0.1", self.worker.status_port), 10)
        self.addCleanup(status.close)
        wait_for(lambda: len(os.listdir(f"/proc/{self.worker.pid}/fd")) >= in_use + 5, what="all descriptors")
        used = cpu_seconds(self.worker.pid)
        time.sleep(2)
        self.assertLess(cpu_seconds(self.worker.pid) - used, 1, "it spins")
        held.sendall(self.head("GET"))
        self.assertRegex(held.recv(65536), b"^HTTP/1.1 200 ")
        # Nobody can be asked for it now, but the caller gets an answer.
        held.sendall(self.head("POST", "Content-Length: 0"))
        self.assertRegex(held.recv(65536), b"^HTTP/1.1 50[0-9] ")
        resource.prlimit(self.worker.pid, resource.RLIMIT_NOFILE, before)
        for connection in crowd:
            connection.sendall(self.head("GET", "Connection: close"))
            self.assertTrue(self.receive_all(connection).startswith(b"HTTP/1.1 200 "))
        self.assert_serves("POST")
        self.assertGreater(self.stack.metric(self.worker, "turnpike_accept_pauses_total"), 0)
        self.assertTrue(self.worker.alive())


class OfFewDescriptors(Limits):
    SETTINGS = {"TURNPIKE_WORKER_THREADS": 1}

    def setUp(self):
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        if limits[1] != resource.RLIM_INFINITY and limits[1] < 512:
            self.skipTest("this machine gives too few descriptors itself")
        super().setUp()
        self.worker.stop()
        self.worker = self.stack.start_worker(prefix=["prlimit", "--nofile=100:200"])

    def test_callers_leave_descriptors_for_back_ends(self):
        crowd = [self.connect() for _ in range(200)]
        # 200, less a quarter, halved: more is not accepted, whoever connects.
        wait_for(lambda: self.stack.metric(self.worker, "turnpike_connections") == 75, what="75 callers")
        for connection in crowd[:60]:
            connection.sendall(self.head("POST", "Content-Length: 0"))
        for connection in crowd[:60]:
            self.assertRegex(connection.recv(65536), b"^HTTP/1.1 200 ")
        self.assertEqual(self.stack.metric(self.worker, "turnpike_connections"), 75)


del Limits

if __name__ == "__main__":
    unittest.main()
