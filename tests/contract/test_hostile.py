"""Raw bytes at the management port: never a crash, never another library's page, always our JSON."""

import socket
import unittest

from contract import RawCase


class Hostile(RawCase):
    def test_no_signature(self):
        received = self.management.send_raw(b"GET /restapis HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assert_refused(received, 403, "MissingAuthenticationTokenException")

    def test_no_signature_and_a_body(self):
        received = self.management.send_raw(
            b"POST /restapis HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\nExpect: 100-continue\r\n\r\n")
        self.assert_refused(received, 403, "MissingAuthenticationTokenException")
        self.assertNotIn(b"100 Continue", received)

    def test_wrong_signature(self):
        request = self.signed().replace(b"Signature=", b"Signature=0")
        self.assert_refused(self.management.send_raw(request + b"\r\n"), 403, "InvalidSignatureException")

    def test_unknown_key(self):
        key, _ = self.stack.credentials()
        request = self.signed().replace(key.encode(), b"AKIAUNKNOWNUNKNOWN00")
        self.assert_refused(self.management.send_raw(request + b"\r\n"), 403, "UnrecognizedClientException")

    def test_other_authorization(self):
        received = self.management.send_raw(b"GET /restapis HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer abc\r\n\r\n")
        self.assert_refused(received, 403, "IncompleteSignatureException")

    def test_two_dates(self):
        fields = self.management.sign("GET", "/restapis")
        for date in ("20200101T000000Z", fields["X-Amz-Date"]):
            received = self.management.send_raw(self.signed(extra=f"X-Amz-Date: {date}\r\n\r\n".encode()))
            self.assert_refused(received, 403, "IncompleteSignatureException",
                                "Header 'X-Amz-Date' must not be repeated.")

    def test_no_host(self):
        self.assert_refused(self.management.send_raw(self.signed(drop=("host",)) + b"\r\n"), 400,
                            "BadRequestException")
        self.assert_refused(self.management.send_raw(b"GET /restapis HTTP/1.0\r\n\r\n"), 403,
                            "MissingAuthenticationTokenException")

    def test_two_hosts(self):
        self.assert_refused(self.management.send_raw(self.signed(extra=b"Host: other\r\n\r\n")), 400,
                            "BadRequestException")

    def test_bad_percent_encoding_in_a_query(self):
        # Where no escape can be read, the sign stands for itself in what is signed.
        for query in ("limit=%zz", "position=%2", "position=%", "%zz=1", "tagKeys=a&tagKeys=%g0"):
            with self.subTest(query):
                signed = self.signed(target="/restapis?" + query.replace("%", "%25"))
                received = self.management.send_raw(signed.replace(b"%25", b"%") + b"\r\n")
                self.assert_refused(received, 400, "BadRequestException")

    def test_framing(self):
        for extra in (b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", b"Content-Length: -1\r\n\r\n",
                      b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                      b"Content-Length: 0x1\r\n\r\na", b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
                      b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", b"A: b\r\n folded\r\n\r\n", b"A: b\n\n",
                      b"A: \x00\r\n\r\n", b"A\x00: b\r\n\r\n", b": b\r\n\r\n", b"no colon\r\n\r\n"):
            with self.subTest(extra):
                self.assert_refused(self.management.send_raw(self.signed("POST", extra=extra)), 400,
                                    "BadRequestException")

    def test_request_lines(self):
        for line, status in ((b"GET /restapis", 400), (b"GET  /restapis HTTP/1.1", 400), (b"GET /\x00 HTTP/1.1", 400),
                             (b"GET /restapis HTTP/1.1 ", 400), (b"GET http:// HTTP/1.1", 400), (b"\xff", 400),
                             (b"GET /restapis HTTP/2.0", 505), (b"GET /a#b HTTP/1.1", 400),
                             (b"GET /" + b"a" * 70_000 + b" HTTP/1.1", 414)):
            with self.subTest(line[:40]):
                received = self.management.send_raw(line + b"\r\nHost: x\r\n\r\n")
                self.assertTrue(received.startswith(b"HTTP/1.1 %d " % status), received[:200])
                self.assertIn(b'{"message":', received)

    def test_heads_without_end(self):
        for filler in (b"A: b\r\n" * 200, b"A: " + b"b" * 70_000 + b"\r\n"):
            self.assert_refused(self.management.send_raw(b"GET / HTTP/1.1\r\nHost: x\r\n" + filler + b"\r\n"), 431,
                                "RequestHeaderFieldsTooLargeException")

    def test_not_http_at_all(self):
        for data in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200), b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                     b"\r\n\r\n\r\n", b"SSH-2.0-OpenSSH\r\n", bytes(5000), b"\n" * 5000):
            with self.subTest(data[:20]):
                received = self.management.send_raw(data)
                self.assertTrue(received == b"" or received.startswith(b"HTTP/1.1 4") or
                                received.startswith(b"HTTP/1.1 505"), received[:200])

    def test_byte_by_byte(self):
        with self.management.connect() as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in self.signed(extra=b"Connection: close\r\n\r\n"):
                client.sendall(bytes([byte]))
            self.assertTrue(client.recv(4096).startswith(b"HTTP/1.1 200"))

    def test_a_client_that_stops_is_told_and_cut(self):
        with self.management.connect() as client:
            client.sendall(b"GET /restapis HTTP/1.1\r\nHo")
            received = b""
            while piece := client.recv(4096):
                received += piece
            self.assert_refused(received, 408, "RequestTimeoutException")

    def test_idle_connections_do_not_hinder(self):
        idle = [self.management.connect() for _ in range(200)]
        try:
            for client in idle[::2]:
                client.sendall(b"GET /")
            self.assertEqual(200, self.management.call("GET", "/restapis").status)
        finally:
            for client in idle:
                client.close()

    def test_clients_that_vanish(self):
        for size in (1, 50, 200):
            for _ in range(50):
                client = self.management.connect()
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                client.sendall((self.signed() + b"\r\n")[:size])
                client.close()

    def test_memory_stays_bounded(self):
        def resident_mib():
            with open(f"/proc/{self.stack.controls[0].pid}/statm", encoding="ascii") as file:
                return int(file.read().split()[1]) * 4096 / 2**20
        before = resident_mib()
        clients = [self.management.connect() for _ in range(64)]
        try:
            for client in clients:
                # Unsigned: refused by the head, so nothing of the bodies is kept.
                client.sendall(b"POST /restapis HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n" + b"a" * 60_000)
            self.assertLess(resident_mib() - before, 64)
        finally:
            for client in clients:
                client.close()


if __name__ == "__main__":
    unittest.main()
