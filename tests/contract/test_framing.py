"""HTTP at the management port: versions, expectations, chunks, pipelines, sizes."""

import re
import unittest

from contract import RawCase

BODY_BYTES_MAX = 20 * 1024 * 1024
BAD = "BadRequestException"
TOO_LARGE = "RequestEntityTooLargeException"


class Framing(RawCase):
    def create(self, body=b'{"name":"made"}', extra=b"", version="1.1"):
        """A signed head that creates an API, without its framing."""
        return self.signed("POST", body=body, extra=extra, version=version)

    def answers(self, data):
        """Status lines and the whole of what comes back."""
        received = self.management.send_raw(data)
        return re.findall(rb"HTTP/1\.1 \d\d\d [^\r]*(?=\r\n)", received), received

    # -- versions

    def test_http_1_0_is_answered_and_closed(self):
        with self.management.connect() as client:
            client.sendall(self.signed(version="1.0") + b"\r\n")
            received = b""
            while piece := client.recv(65536):
                received += piece
        self.assertTrue(received.startswith(b"HTTP/1.1 200 "), received[:200])
        self.assertIn(b"\r\nConnection: close\r\n", received)

    def test_http_1_0_stays_if_it_asks_to(self):
        one = self.signed(version="1.0", extra=b"Connection: keep-alive\r\n\r\n")
        statuses, received = self.answers(one + one)
        self.assertEqual([b"HTTP/1.1 200 OK"] * 2, statuses)
        self.assertEqual(2, received.count(b"\r\nConnection: keep-alive\r\n"))

    def test_http_1_0_with_a_body(self):
        body = b'{"name":"old"}'
        statuses, _ = self.answers(self.create(body, b"Content-Length: %d\r\n\r\n" % len(body), "1.0") + body)
        self.assertEqual([b"HTTP/1.1 201 Created"], statuses)

    def test_http_1_0_knows_no_chunks(self):
        received = self.management.send_raw(
            self.create(extra=b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", version="1.0"))
        self.assert_refused(received, 400, BAD)

    def test_other_versions(self):
        for version, status, kind in (("2.0", 505, "HttpVersionNotSupportedException"),
                                      ("1.2", 505, "HttpVersionNotSupportedException"), ("1", 400, BAD),
                                      ("1.1.1", 400, BAD), ("x.y", 400, BAD)):
            with self.subTest(version):
                self.assert_refused(self.management.send_raw(self.signed(version=version) + b"\r\n"), status, kind)

    # -- pipelines

    def test_pipelined_requests(self):
        statuses, _ = self.answers((self.signed() + b"\r\n") * 5 +
                                   self.signed(extra=b"Connection: close\r\n\r\n"))
        self.assertEqual([b"HTTP/1.1 200 OK"] * 6, statuses)

    def test_garbage_behind_a_request(self):
        for garbage in (b"garbage\r\n\r\n", b"\x00\x01\x02\r\n", b"GET /\r\n\r\n", b"a" * 100_000,
                        b"\x16\x03\x01\x02\x00"):
            with self.subTest(garbage[:20]):
                statuses, received = self.answers(self.signed() + b"\r\n" + garbage)
                self.assertEqual(b"HTTP/1.1 200 OK", statuses[0])
                self.assert_refused(received[received.index(b"HTTP/1.1 ", 1):], 400, BAD)

    def test_nothing_behind_garbage_is_read(self):
        statuses, _ = self.answers(b"garbage\r\n\r\n" + self.signed() + b"\r\n")
        self.assertEqual([b"HTTP/1.1 400 Bad Request"], statuses)

    def test_nothing_behind_the_last_request_is_read(self):
        statuses, _ = self.answers(self.signed(extra=b"Connection: close\r\n\r\n") + self.signed() + b"\r\n")
        self.assertEqual([b"HTTP/1.1 200 OK"], statuses)

    def test_a_body_longer_than_it_says_is_the_next_request(self):
        body = b'{"name":"first"}'
        statuses, received = self.answers(self.create(body, b"Content-Length: %d\r\n\r\n" % len(body)) + body +
                                          b"{}" + self.signed() + b"\r\n")
        self.assertEqual([b"HTTP/1.1 201 Created", b"HTTP/1.1 400 Bad Request"], statuses, received)

    # -- expectations

    def test_continue_is_sent_to_those_who_may(self):
        body = b'{"name":"continued"}'
        with self.management.connect() as client:
            client.sendall(self.create(body, b"Content-Length: %d\r\nExpect: 100-continue\r\n"
                                             b"Connection: close\r\n\r\n" % len(body)))
            self.assertEqual(b"HTTP/1.1 100 Continue\r\n\r\n", client.recv(4096))
            client.sendall(body)
            self.assertTrue(client.recv(4096).startswith(b"HTTP/1.1 201"))

    def test_continue_before_chunks(self):
        body = b'{"name":"continued"}'
        with self.management.connect() as client:
            client.sendall(self.create(body, b"Transfer-Encoding: chunked\r\nExpect: 100-Continue\r\n"
                                             b"Connection: close\r\n\r\n"))
            self.assertEqual(b"HTTP/1.1 100 Continue\r\n\r\n", client.recv(4096))
            client.sendall(b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")
            self.assertTrue(client.recv(4096).startswith(b"HTTP/1.1 201"))

    def test_continue_is_sent_for_no_body_and_no_body_that_is_refused(self):
        for extra, status in ((b"", 200), (b"Content-Length: 0\r\n", 200),
                              (b"Content-Length: %d\r\n" % (BODY_BYTES_MAX + 1), 413)):
            with self.subTest(extra):
                statuses, _ = self.answers(self.signed(extra=extra + b"Expect: 100-continue\r\n\r\n"))
                self.assertEqual([b"%d" % status], [line.split()[1] for line in statuses])

    def test_other_expectations(self):
        received = self.management.send_raw(self.create(extra=b"Content-Length: 15\r\nExpect: the-moon\r\n\r\n"))
        self.assert_refused(received, 417, "ExpectationFailedException")

    # -- chunks

    def test_chunked_requests_work(self):
        body = b'{"name":"chunked"}'
        data = self.create(body, b"Transfer-Encoding: chunked\r\n\r\n")
        chunks = b"5\r\n" + body[:5] + b"\r\nd;x=y\r\n" + body[5:] + b"\r\n0\r\nX-Checked: yes\r\n\r\n"
        statuses, _ = self.answers(data + chunks + self.signed() + b"\r\n")
        self.assertEqual([b"HTTP/1.1 201 Created", b"HTTP/1.1 200 OK"], statuses)

    def test_signatures_cover_the_body_and_not_its_chunks(self):
        body = b'{"name":"chunked"}'
        data = self.create(body, b"Transfer-Encoding: chunked\r\n\r\n")
        other = body.replace(b"c", b"C", 1)
        received = self.management.send_raw(data + b"%x\r\n" % len(other) + other + b"\r\n0\r\n\r\n")
        self.assertIn(b"HTTP/1.1 403 ", received)
        self.assertIn(b"InvalidSignatureException", received)

    def test_malformed_chunks(self):
        for chunks in (b"zz\r\n\r\n", b"-1\r\n\r\n", b"0x1\r\na\r\n", b"1 \r\na\r\n", b"1\na\r\n", b"1\r\nab\r\n",
                       b"1\r\na\n0\r\n\r\n", b"fffffffffffffffff\r\n", b";x\r\n", b"0\r\n bad: trailer\r\n\r\n"):
            with self.subTest(chunks):
                self.assert_refused(self.management.send_raw(
                    self.create(extra=b"Transfer-Encoding: chunked\r\n\r\n") + chunks), 400, BAD)

    def test_other_transfer_codings(self):
        for coding in (b"gzip", b"gzip, chunked", b"identity", b"chunked, chunked", b"chunked, gzip"):
            with self.subTest(coding):
                received = self.management.send_raw(
                    self.create(extra=b"Transfer-Encoding: " + coding + b"\r\n\r\n0\r\n\r\n"))
                self.assertIn(received[:13], (b"HTTP/1.1 400 ", b"HTTP/1.1 501 "), received[:300])
                self.assertIn(b'{"message":', received)

    # -- sizes

    def body_of(self, size):
        """A description that is too long for the operation, not for the edge, unless `size` is."""
        start, end = b'{"name":"big","description":"', b'"}'
        return start + b"a" * (size - len(start) - len(end)) + end

    def test_a_body_at_the_limit_is_read(self):
        body = self.body_of(BODY_BYTES_MAX)
        received = self.management.send_raw(
            self.create(body, b"Content-Length: %d\r\n\r\n" % BODY_BYTES_MAX) + body)
        self.assert_refused(received, 400, BAD)
        chunks = b"%x\r\n" % BODY_BYTES_MAX + body + b"\r\n0\r\n\r\n"
        received = self.management.send_raw(self.create(body, b"Transfer-Encoding: chunked\r\n\r\n") + chunks)
        self.assert_refused(received, 400, BAD)

    def test_a_body_beyond_the_limit_is_refused(self):
        body = self.body_of(BODY_BYTES_MAX + 1)
        declared = self.create(body, b"Content-Length: %d\r\n\r\n" % len(body))
        self.assert_refused(self.management.send_raw(declared), 413, TOO_LARGE)
        self.assert_refused(self.management.send_raw(declared + body), 413, TOO_LARGE)
        chunk = b"100000\r\n" + body[:0x100000] + b"\r\n"
        chunked = self.create(body, b"Transfer-Encoding: chunked\r\n\r\n") + chunk * 20 + b"1\r\na\r\n0\r\n\r\n"
        self.assert_refused(self.management.send_raw(chunked), 413, TOO_LARGE)


if __name__ == "__main__":
    unittest.main()
