"""Usage records of what is for sale: posted to an endpoint of the test, and exported by month."""

import csv
import http.server
import io
import json
import ssl
import tempfile
import threading
import time
import unittest
import zlib
from collections import defaultdict

from certificates import Authority
from contract import Description, Management, new_stack
from stack import wait_for

TOKEN = "first-token"


class Endpoint:
    """Takes posts and keeps them; answers `status`."""

    def __init__(self, certificate=None):
        self.posts = []
        self.status = 200
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint.posts.append((dict(self.headers), json.loads(body)))
                self.send_response(endpoint.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.server.server_port}/usage"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def records(self):
        """By id: each counts once, however often it came."""
        return {record["id"]: record for _, post in list(self.posts) for record in post["records"]}

    def requests(self, key):
        """By hour."""
        sums = defaultdict(int)
        for record in self.records().values():
            if record["keyId"] == key:
                sums[record["hour"]] += record["requests"]
        return dict(sums)


class Metering(unittest.TestCase):
    def start(self, endpoint, **settings):
        self.addCleanup(endpoint.close)
        self.stack = self.enterContext(new_stack(control_settings={"TURNPIKE_METERING_URL": endpoint.url} | settings))
        self.client = self.stack.client()
        self.addCleanup(self.client.close)

    def sold(self, product="gold", customer="acme"):
        """A plan for sale, and a key in it."""
        plan = self.client.create_usage_plan(name="p")["id"]
        self.client.update_usage_plan(usagePlanId=plan, patchOperations=[
            {"op": "replace", "path": "/productCode", "value": product}])
        key = self.client.create_api_key(name="k", enabled=True, customerId=customer)["id"]
        self.client.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
        return plan, key

    def count(self, plan, key, requests, hours_ago):
        """As a worker does. Returns: the hour."""
        hour = int(time.time() // 3600) - hours_ago
        shard = zlib.crc32(f"{plan}/{key}".encode()) % 16
        self.stack.redis_command("HINCRBY", f"{{turnpike:usage:{shard}}}:counts", f"{plan}/{key}/{hour}", str(requests))
        return time.strftime("%Y-%m-%dT%H:00:00Z", time.gmtime(hour * 3600))

    def token_file(self, text):
        directory = self.enterContext(tempfile.TemporaryDirectory(prefix="turnpike-test-"))
        path = f"{directory}/token"
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return path

    def test_hours_are_posted_once_they_are_final_with_their_corrections(self):
        endpoint = Endpoint()
        token = self.token_file(TOKEN + "\n")
        self.start(endpoint, TURNPIKE_METERING_TOKEN_FILE=token)
        plan, key = self.sold()
        hour = self.count(plan, key, 5, 3)
        self.count(plan, key, 70, 0)  # not over yet
        wait_for(lambda: endpoint.requests(key) == {hour: 5}, 30, "the record")
        headers, post = endpoint.posts[0]
        self.assertEqual(f"Bearer {TOKEN}", headers["Authorization"])
        self.assertEqual("application/json", headers["Content-Type"])
        record = post["records"][0]
        self.assertEqual({"id": record["id"], "planId": plan, "productCode": "gold", "keyId": key,
                          "customerId": "acme", "hour": hour, "requests": 5, "correction": False}, record)
        with open(token, "w", encoding="ascii") as file:
            file.write("second-token")
        self.count(plan, key, 2, 3)
        wait_for(lambda: endpoint.requests(key) == {hour: 7}, 30, "the correction")
        self.assertEqual("Bearer second-token", endpoint.posts[-1][0]["Authorization"])
        self.assertTrue(endpoint.posts[-1][1]["records"][0]["correction"])

    def test_records_wait_for_an_endpoint_and_survive_the_control_plane(self):
        endpoint = Endpoint()
        endpoint.status = 503
        self.start(endpoint)
        plan, key = self.sold()
        hour = self.count(plan, key, 5, 3)
        wait_for(lambda: len(endpoint.posts) > 1, 30, "a second try")
        self.assertEqual(endpoint.posts[0][1], endpoint.posts[1][1])
        wait_for(lambda: "turnpike_metering_pending_records 1" in self.stack.metrics(self.stack.controls[0]) and
                 "turnpike_metering_failing 1" in self.stack.metrics(self.stack.controls[0]), 5, "the metrics")
        self.stack.controls[0].kill()
        wait_for(lambda: not self.stack.controls[0].alive(), what="the control plane to end")
        endpoint.status = 200
        self.stack.start_control()
        wait_for(lambda: "turnpike_metering_pending_records 0" in self.stack.metrics(self.stack.controls[-1]), 30,
                 "everything to be accepted")
        self.assertEqual({hour: 5}, endpoint.requests(key))
        self.assertEqual(1, len(endpoint.records()))

    def test_the_endpoint_is_verified(self):
        directory = self.enterContext(tempfile.TemporaryDirectory(prefix="turnpike-test-"))
        authority = Authority("billing")
        endpoint = Endpoint(authority.issue(["127.0.0.1"]).write(directory, "endpoint"))
        roots = f"{directory}/roots.pem"
        with open(roots, "wb") as file:
            file.write(authority.certificate_pem())
        self.start(endpoint)
        plan, key = self.sold()
        hour = self.count(plan, key, 5, 3)
        control = self.stack.controls[0]
        wait_for(lambda: "turnpike_metering_failing 1" in self.stack.metrics(control), 30, "a refused certificate")
        self.assertEqual([], endpoint.posts)
        control.stop()
        self.stack.start_control(TURNPIKE_METERING_CA_FILE=roots)
        wait_for(lambda: endpoint.requests(key) == {hour: 5}, 30, "the record")

    def test_a_month_is_exported(self):
        endpoint = Endpoint()
        self.start(endpoint)
        places = sorted((*self.sold(customer=customer), customer) for customer in ("acme", "b,c"))
        hours = [self.count(plan, key, 5, 0) for plan, key, _ in places]
        month = hours[0][:7]
        management, description = Management(self.stack), Description("turnpike")

        def export(query):
            answer = management.call("GET", f"/_turnpike/v1/usage?month={month}{query}")
            self.assertEqual([], description.check("GetMonthlyUsage", answer.status, answer.headers, b"{}"))
            return answer

        wait_for(lambda: len(json.loads(export("").body)["items"]) == 2, what="what was counted")
        self.assertEqual({"month": month, "items": [
            {"planId": plan, "productCode": "gold", "keyId": key, "customerId": customer, "requests": 5}
            for plan, key, customer in places]}, json.loads(export("&format=json").body))
        rows, position = [], ""
        while position is not None:
            answer = export(f"&format=csv&limit=1&position={position}")
            self.assertTrue(answer.headers["content-type"].startswith("text/csv"))
            rows += list(csv.DictReader(io.StringIO(answer.body.decode())))
            position = answer.headers.get("x-turnpike-position")
        self.assertEqual([(plan, "gold", key, customer, month, "5") for plan, key, customer in places],
                         [tuple(row.values()) for row in rows])
        for query in ("", "?month=2026-13", "?month=2026-01&format=xml", "?month=2026-01&limit=0",
                      "?month=2026-01&limit=x", "?month=2026-01&position=x"):
            with self.subTest(query):
                answer = management.call("GET", f"/_turnpike/v1/usage{query}")
                self.assertEqual(400, answer.status)
                self.assertEqual([], description.check("GetMonthlyUsage", answer.status, answer.headers, answer.body))


if __name__ == "__main__":
    unittest.main()
