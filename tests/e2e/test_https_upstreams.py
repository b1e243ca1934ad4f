"""Back ends over HTTPS: who is trusted, who is refused, and what is kept between requests.

The worker has one reactor, so that what a request leaves behind (a resting connection, a TLS session) is there
for the next one. Every name below .localhost is the loopback address.
"""

import json
import os
import shutil
import tempfile
import unittest

from certificates import Authority
from stack import Stack, add_proxy, make_api, wait_for
from tls_upstream import TlsUpstream
from upstream import Upstream

TRUSTED, OTHER = "trusted.localhost", "other.localhost"
MISNAMED, UNTRUSTED, SELF_SIGNED = "misnamed.localhost", "untrusted.localhost", "self-signed.localhost"
EXPIRED, EARLY = "expired.localhost", "early.localhost"


class HttpsUpstreams(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.mkdtemp(prefix="turnpike-test-")
        cls.addClassCleanup(shutil.rmtree, directory)
        known, unknown = Authority("known"), Authority("unknown")
        cls.certificates = {
            TRUSTED: known.issue([TRUSTED]),
            # What a host shows that serves several names, and is not entitled to this one.
            OTHER: known.issue([TRUSTED]),
            MISNAMED: known.issue(["elsewhere.localhost", "*.misnamed.localhost", "127.0.0.1"]),
            UNTRUSTED: unknown.issue([UNTRUSTED]),
            SELF_SIGNED: Authority.self_signed([SELF_SIGNED]),
            EXPIRED: known.issue([EXPIRED], starts_days=-3, ends_days=-1),
            EARLY: known.issue([EARLY], starts_days=1, ends_days=3),
            None: known.issue(["127.0.0.1"]),
        }
        files = {name: identity.write(directory, name or "default") for name, identity in cls.certificates.items()}
        trusted = os.path.join(directory, "trusted.pem")
        with open(trusted, "wb") as file:
            file.write(known.certificate_pem())
        cls.upstream = cls.enterClassContext(TlsUpstream(files))
        cls.plain = cls.enterClassContext(Upstream())
        cls.stack = cls.enterClassContext(Stack(worker_settings={
            "TURNPIKE_WORKER_THREADS": 1, "SSL_CERT_FILE": trusted, "SSL_CERT_DIR": directory}))
        cls.client = cls.stack.client()
        cls.apis = {}

    @classmethod
    def api_for(cls, host, port=None, insecure=False):
        """An API whose back end is this host, made when first asked for."""
        port = port or cls.upstream.port
        key = (host, port, insecure)
        if key not in cls.apis:
            client = cls.client
            api, root = make_api(client)
            resource = client.create_resource(restApiId=api, parentId=root, pathPart="{proxy+}")["id"]
            client.put_method(restApiId=api, resourceId=resource, httpMethod="ANY", authorizationType="NONE",
                              requestParameters={"method.request.path.proxy": True})
            client.put_integration(
                restApiId=api, resourceId=resource, httpMethod="ANY", type="HTTP_PROXY", integrationHttpMethod="ANY",
                uri=f"https://{host}:{port}/{{proxy}}", tlsConfig={"insecureSkipVerification": insecure},
                requestParameters={"integration.request.path.proxy": "method.request.path.proxy"})
            client.create_deployment(restApiId=api, stageName="s")
            cls.stack.wait_rolled_out()
            cls.apis[key] = api
        return cls.apis[key]

    def call(self, host, path="/close", method="GET", body=None, **where):
        return self.stack.invoke(self.api_for(host, **where), f"/s{path}", method, body)

    def new_connections(self, call):
        """What the back end saw of the handshakes that `call` made."""
        before = len(self.upstream.connections)
        answer = call()
        self.assertEqual(answer.status, 200)
        return self.upstream.connections[before:]

    def log_line(self, answer):
        """The access log's line for this answer."""
        path = os.path.join(self.stack.home, "log", "access.log")
        marker = answer.headers["x-amzn-RequestId"]

        def line():
            if not os.path.exists(path):
                return None
            with open(path, encoding="utf-8") as file:
                return next((json.loads(text) for text in file if marker in text), None)

        return wait_for(line, 5, "the line")

    def assert_refused(self, host, reason, **where):
        requests = len(self.upstream.seen)
        answer = self.call(host, **where)
        self.assertEqual(answer.status, 504)
        self.assertEqual(answer.headers["x-amzn-ErrorType"], "InternalServerErrorException")
        self.assertEqual(answer.body, b'{"message": "Network error communicating with endpoint"}')
        line = self.log_line(answer)
        self.assertEqual(line["error.responseType"], "INTEGRATION_FAILURE")
        self.assertIn(reason, line["integration.error"])
        self.assertEqual(len(self.upstream.seen), requests, "the request went out all the same")

    def test_a_trusted_back_end_gets_the_request_and_its_answer_passes(self):
        seen = self.call(TRUSTED, "/place?a=1").json()
        self.assertEqual(seen["path"], "/place?a=1")
        self.assertIn(["Host", f"{TRUSTED}:{self.upstream.port}"], seen["headers"])

    def test_bodies_of_many_records_pass_both_ways(self):
        body = "x" * 300_000
        self.assertEqual(self.call(TRUSTED, "/echo", "POST", body).json()["body"], body)
        self.assertEqual(self.call(TRUSTED, "/chunked", "POST", iter([b"one", b"two"])).json()["body"], "onetwo")

    def test_an_address_is_verified_against_the_addresses_of_the_certificate(self):
        self.assertEqual(self.call("127.0.0.1", "/place").status, 200)

    def test_a_certificate_for_another_name_is_refused(self):
        self.assert_refused(MISNAMED, "hostname mismatch")

    def test_a_certificate_of_an_unknown_authority_is_refused(self):
        self.assert_refused(UNTRUSTED, "unable to get local issuer certificate")

    def test_a_self_signed_certificate_is_refused(self):
        self.assert_refused(SELF_SIGNED, "self-signed certificate")

    def test_a_certificate_out_of_its_dates_is_refused(self):
        self.assert_refused(EXPIRED, "certificate has expired")
        self.assert_refused(EARLY, "certificate is not yet valid")

    def test_a_back_end_without_tls_is_refused(self):
        self.assert_refused("127.0.0.1", "TLS handshake", port=self.plain.port)

    def test_skipping_the_verification_forgives_the_issuer_and_nothing_else(self):
        for host in (UNTRUSTED, SELF_SIGNED):
            self.assertEqual(self.call(host, "/place", insecure=True).status, 200)
        self.assert_refused(MISNAMED, "hostname mismatch", insecure=True)
        self.assert_refused(EXPIRED, "certificate has expired", insecure=True)

    def test_one_connection_serves_one_request_after_the_other(self):
        self.call(TRUSTED, "/place")
        made = self.new_connections(lambda: [self.call(TRUSTED, "/place") for _ in range(5)][-1])
        self.assertEqual(made, [])

    def test_a_session_is_resumed_for_the_name_it_was_made_with(self):
        self.call(TRUSTED)
        made = self.new_connections(lambda: self.call(TRUSTED))
        self.assertEqual(made, [{"name": TRUSTED, "resumed": True}])

    def test_a_session_of_one_name_does_not_vouch_for_another(self):
        # Both names are served by one host with one secret for tickets, which would take the session.
        self.call(TRUSTED)
        self.assert_refused(OTHER, "hostname mismatch")
        self.assertNotIn(OTHER, [each["name"] for each in self.upstream.connections])
        # It is still good for its own.
        self.assertEqual(self.new_connections(lambda: self.call(TRUSTED)), [{"name": TRUSTED, "resumed": True}])

    def test_a_session_made_without_verification_does_not_count_with_it(self):
        self.call(UNTRUSTED, insecure=True)
        made = self.new_connections(lambda: self.call(UNTRUSTED, insecure=True))
        self.assertEqual(made, [{"name": UNTRUSTED, "resumed": True}])
        self.assert_refused(UNTRUSTED, "unable to get local issuer certificate")

    def test_a_resting_connection_without_verification_is_not_used_with_it(self):
        self.call(UNTRUSTED, "/place", insecure=True)
        self.assert_refused(UNTRUSTED, "unable to get local issuer certificate")


if __name__ == "__main__":
    unittest.main()
