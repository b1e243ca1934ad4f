"""Turnpike's own additions: what callers of a stage are told of their limits, and the limits of a key."""

import json
import unittest

from contract import StageSettingsCase
from stack import add_key, wait_for


class Limits(StageSettingsCase):
    ADDITION = "limits"
    KEY = True

    def put(self, body, status=200):
        return self.call("PutLimitSettings", "PUT", self.settings, body, status)

    def test_settings(self):
        off = {"headersEnabled": False, "usageEnabled": False}
        self.assertEqual(off, self.call("GetLimitSettings", "GET", self.settings))
        for some in ({"headersEnabled": True, "usageEnabled": True}, {"headersEnabled": False, "usageEnabled": True}):
            self.assertEqual(some, self.put(some))
            self.assertEqual(some, self.call("GetLimitSettings", "GET", self.settings))
            wait_for(lambda some=some: self.published() == some, what="the stage to be published")
        self.assertNotIn("limits", self.client.get_stage(restApiId=self.api, stageName="prod"))
        self.assertNotIn(b"usageEnabled", self.management.call("GET", f"/restapis/{self.api}/stages").body)
        self.assertEqual(off, self.put({}))

    def test_settings_that_are_refused(self):
        before = self.call("GetLimitSettings", "GET", self.settings)
        for body in ({"headersEnabled": "true"}, {"headersEnabled": 1}, {"usageEnabled": []}, [], "{"):
            with self.subTest(body):
                self.put(body, status=400)
        self.assertEqual(before, self.call("GetLimitSettings", "GET", self.settings))
        for target in (self.settings.replace("/prod/", "/nothing/"), self.settings.replace(self.api, "nothing000")):
            with self.subTest(target):
                self.call("GetLimitSettings", "GET", target, status=404)
                self.call("PutLimitSettings", "PUT", target, {"headersEnabled": True}, status=404)

    def test_limits_of_a_key(self):
        key, _, plan = add_key(self.client, self.api, "prod", "limited")
        self.client.update_usage_plan(usagePlanId=plan, patchOperations=[
            {"op": "replace", "path": path, "value": value} for path, value in (
                ("/quota/limit", "100"), ("/quota/period", "WEEK"), ("/throttle/rateLimit", "2.5"),
                ("/throttle/burstLimit", "7"), (f"/apiStages/{self.api}:prod/throttle/~1/GET/rateLimit", "1"),
                (f"/apiStages/{self.api}:prod/throttle/~1/GET/burstLimit", "2"))])
        target = f"/_turnpike/v1/keys/{key}/limits"
        wait_for(lambda: not json.loads(self.management.call("GET", target).body)["degraded"], what="the counts")
        shown = self.call("GetKeyLimits", "GET", target)
        self.assertEqual((key, "limited", True), (shown["id"], shown["name"], shown["enabled"]))
        one, = shown["plans"]
        self.assertEqual(plan, one["id"])
        self.assertEqual({"rateLimit": 2.5, "burstLimit": 7, "tokens": 7, "heldByWorkers": 0}, one["throttle"])
        method, = one["methods"]
        self.assertEqual({"apiId": self.api, "stage": "prod", "method": method["method"], "rateLimit": 1.0,
                          "burstLimit": 2, "tokens": 2, "heldByWorkers": 0}, method)
        self.assertTrue(method["method"].endswith("/GET"))
        quota = one["quota"]
        self.assertEqual((100, 100, "WEEK", 0, 100, 0),
                         (quota["limit"], quota["allowance"], quota["period"], quota["used"], quota["remaining"],
                          quota["heldByWorkers"]))
        self.assertTrue(quota["windowStart"] < quota["windowEnd"])
        self.assertTrue(quota["windowStart"].endswith("T00:00:00Z"), quota)

    def test_keys_without_limits(self):
        key = self.client.create_api_key(name="free", enabled=False)["id"]
        shown = self.call("GetKeyLimits", "GET", f"/_turnpike/v1/keys/{key}/limits")
        self.assertEqual({"id": key, "name": "free", "enabled": False, "degraded": False, "plans": []}, shown)
        refused = self.call("GetKeyLimits", "GET", "/_turnpike/v1/keys/nothing000/limits", status=404)
        self.assertEqual("Invalid API Key identifier specified", refused["message"])


if __name__ == "__main__":
    unittest.main()
