"""Turnpike's own addition: what was recorded of single requests, and which are."""

import json
import unittest

from contract import StageSettingsCase
from stack import wait_for

EXPLAIN = "/_turnpike/v1/explain"


class Explain(StageSettingsCase):
    ADDITION = "explain"

    def get(self, query="", status=200):
        operation = "GetExplanation" if "requestId" in query else "GetExplanations"
        return self.call(operation, "GET", EXPLAIN + query, status=status)

    def put(self, body, status=200):
        return self.call("PutExplainSettings", "PUT", self.settings, body, status)

    def record(self, request_id, time, document):
        """As a worker does."""
        text = document if isinstance(document, str) else json.dumps({"requestId": request_id} | document)
        self.stack.redis_command("ZADD", "{turnpike:explain}:ids", str(time), request_id)
        self.stack.redis_command("HSET", "{turnpike:explain}:documents", request_id, text)

    def test_settings(self):
        off = {"percentTraffic": 0.0, "dataTraceEnabled": False}
        self.assertEqual(off, self.call("GetExplainSettings", "GET", self.settings))
        sampled = {"percentTraffic": 2.5, "dataTraceEnabled": True}
        self.assertEqual(sampled, self.put(sampled))
        self.assertEqual(sampled, self.call("GetExplainSettings", "GET", self.settings))
        wait_for(lambda: self.published() == sampled, what="the stage to be published")
        self.assertNotIn("explain", self.client.get_stage(restApiId=self.api, stageName="prod"))
        self.assertNotIn(b"explain", self.management.call("GET", f"/restapis/{self.api}/stages").body)

        self.client.update_stage(restApiId=self.api, stageName="prod", patchOperations=[
            {"op": "replace", "path": "/description", "value": "changed"}])
        self.client.create_deployment(restApiId=self.api, stageName="prod")
        self.assertEqual(sampled, self.call("GetExplainSettings", "GET", self.settings))
        self.assertEqual(off, self.put({"percentTraffic": 0}))
        wait_for(lambda: self.published() == off, what="the stage to be published")

        entries = json.loads(self.management.call(
            "GET", "/_turnpike/v1/audit?operation=PutExplainSettings").body)["items"]
        self.assertEqual([self.settings] * 2, [entry["resource"] for entry in entries])

    def test_settings_that_are_refused(self):
        for body in ({"percentTraffic": 100.5}, {"percentTraffic": -1}, {"percentTraffic": "5"},
                     {"percentTraffic": True}, {"percentTraffic": None}, {"percentTraffic": []}, {}, [], "",
                     {"percentTraffic": 5, "dataTraceEnabled": "true"}, {"percentTraffic": 5, "dataTraceEnabled": 1},
                     '{"percentTraffic": NaN}', '{"percentTraffic": Infinity}', '{"percentTraffic": 1e999}', "{"):
            with self.subTest(body):
                self.put(body, status=400)
        self.assertNotIn("percentTraffic\": 5", json.dumps(self.call("GetExplainSettings", "GET", self.settings)))
        for target in (self.settings.replace("/prod/", "/nothing/"), self.settings.replace(self.api, "nothing000")):
            with self.subTest(target):
                self.call("GetExplainSettings", "GET", target, status=404)
                self.call("PutExplainSettings", "PUT", target, {"percentTraffic": 1}, status=404)

    def test_one_request(self):
        document = {
            "extendedRequestId": "x", "apiId": "a1", "stage": "prod", "deploymentId": "d1", "isCanary": False,
            "httpMethod": "GET", "path": "/prod/pets", "resourceId": "p1", "resourcePath": "/pets",
            "sourceIp": "127.0.0.1", "requestTime": "2026-03-29T21:05:07.123Z", "durationUs": 1500, "status": 403,
            "responseType": "ACCESS_DENIED", "worker": "w1",
            "steps": [{"phase": "match_route", "startUs": 0, "durationUs": 40, "outcome": "continue",
                       "facts": {"resource": "/pets", "e\u00e9\u0001": "\u20ac\n"}}],
            "log": ["Starting execution"]}
        self.record("one/1", 1000, document)
        self.assertEqual({"requestId": "one/1"} | document, self.get("?requestId=one%2F1"))
        for query in ("?requestId=unknown", "?requestId=", "?requestId=" + "r" * 2000):
            message = self.get(query, status=404)["message"]
            self.assertIn("not sampled", message)
            self.assertIn("no longer kept", message)
        self.assertEqual("NotFoundException", self.management.call("GET", EXPLAIN + "?requestId=unknown").kind)
        self.assertEqual(403, self.management.call("GET", EXPLAIN, signed=False).status)

    def test_the_list(self):
        for number in range(30):
            self.record(f"list{number}", 2000 + number, {
                "apiId": "listed" if number % 2 else "other", "stage": "dev" if number % 3 else "prod",
                "requestTime": "2026-03-29T21:05:07.123Z", "httpMethod": "GET", "path": f"/{number}", "status": 200,
                "durationUs": number, "log": ["not shown"]})
        self.record("list-bad", 2100, "{")
        self.record("list-odd", 2101, {"apiId": 7, "status": "x", "steps": [7, {"facts": 7}]})
        items = self.get("?restApiId=listed&limit=100")["items"]
        self.assertEqual([f"list{number}" for number in range(29, 0, -2)], [item["requestId"] for item in items])
        self.assertEqual({"requestId": "list29", "requestTime": "2026-03-29T21:05:07.123Z", "apiId": "listed",
                          "stage": "dev", "httpMethod": "GET", "path": "/29", "status": 200, "durationUs": 29},
                         items[0])
        self.assertEqual(["list27", "list21"], [item["requestId"] for item in self.get(
            "?restApiId=listed&stageName=prod&limit=2")["items"]])
        newest = [item["requestId"] for item in self.get()["items"]]
        self.assertEqual((25, "list-odd", "list29"), (len(newest), *newest[:2]))
        self.assertEqual({"requestId": "list-odd", "steps": [{"facts": {}}], "log": []},
                         self.get("?requestId=list-odd"))
        self.get("?requestId=list-bad", status=404)
        for query in ("?limit=0", "?limit=101", "?limit=-1", "?limit=x", "?limit=99999999999999999999"):
            with self.subTest(query):
                self.get(query, status=400)

    def test_without_redis(self):
        self.stack.redis.stop()
        try:
            self.get(status=503)
            self.get("?requestId=a", status=503)
            self.call("GetExplainSettings", "GET", self.settings)
        finally:
            self.stack.start_redis()
        wait_for(lambda: self.management.call("GET", EXPLAIN).status == 200, what="Redis")


if __name__ == "__main__":
    unittest.main()
