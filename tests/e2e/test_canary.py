"""A canary's share of the traffic, and what is told of it: access log, metrics."""

import glob
import http.client
import os
import re
import unittest

from stack import Stack, add_mock, make_api, wait_for

CALLS = 10_000
LOG_GROUP = "arn:aws:logs:us-east-1:000000000000:log-group:calls"


class Canary(unittest.TestCase):
    def setUp(self):
        self.stack = self.enterContext(Stack())
        self.client = self.stack.client()
        self.api, self.root = make_api(self.client)
        add_mock(self.client, self.api, self.root, body="stable")
        self.client.create_deployment(restApiId=self.api, stageName="prod")
        self.client.update_stage(restApiId=self.api, stageName="prod", patchOperations=[
            {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": LOG_GROUP},
            {"op": "replace", "path": "/accessLogSettings/format",
             "value": "$context.requestId $context.isCanaryRequest"}])
        self.client.put_integration_response(restApiId=self.api, resourceId=self.root, httpMethod="GET",
                                             statusCode="200", responseTemplates={"application/json": "canary"})
        self.client.create_deployment(restApiId=self.api, stageName="prod",
                                      canarySettings={"percentTraffic": 20.0})
        self.stack.wait_rolled_out()

    def call(self, times, path="/prod"):
        """How often the canary answered."""
        connection = http.client.HTTPConnection("127.0.0.1", self.stack.workers[0].http_port, timeout=10)
        headers = {"Host": self.stack.host(self.api)}
        canary = 0
        for _ in range(times):
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            body = response.read()
            self.assertIn((response.status, body), [(200, b"stable"), (200, b"canary")])
            canary += body == b"canary"
        connection.close()
        return canary

    def lines(self, pattern):
        lines = []
        for file in glob.glob(os.path.join(self.stack.home, "log", pattern)):
            with open(file, encoding="utf-8") as log:
                lines += log.read().splitlines()
        return lines

    def count(self, stage):
        """Requests of the stage by the metrics."""
        text = self.stack.metrics(self.stack.workers[0])
        found = re.findall(rf'turnpike_api_count_total{{[^}}]*Stage="{stage}"[^}}]*}} ([0-9]+)', text)
        return sum(map(int, found))

    def test_its_share_is_drawn_for_each_request_and_told_apart(self):
        canary = self.call(CALLS)
        # 1.5 % are 3.75 standard deviations of a fair draw.
        self.assertAlmostEqual(canary / CALLS, 0.2, delta=0.015)
        wait_for(lambda: len(self.lines("calls.log")) >= CALLS, 10, "the access log")
        wait_for(lambda: len(self.lines("calls_Canary-*.log")) >= canary, 10, "the canary's access log")
        of_stage = self.lines("calls.log")
        of_canary = self.lines("calls_Canary-*.log")
        self.assertEqual(len(of_stage), CALLS)
        self.assertEqual(sorted(line for line in of_stage if line.endswith(" true")), sorted(of_canary))
        self.assertEqual(len(of_canary), canary)
        self.assertEqual(self.count("prod"), CALLS)
        self.assertEqual(self.count("prod/Canary"), canary)

    def test_without_a_share_or_with_all_of_it_nothing_is_left_to_chance(self):
        for percent, expected in (("0.0", 0), ("100.0", 200)):
            self.client.update_stage(restApiId=self.api, stageName="prod", patchOperations=[
                {"op": "replace", "path": "/canarySettings/percentTraffic", "value": percent}])
            self.stack.wait_rolled_out()
            self.assertEqual(self.call(200), expected)

    def test_what_matches_no_method_counts_for_the_canary_too(self):
        self.client.update_stage(restApiId=self.api, stageName="prod", patchOperations=[
            {"op": "replace", "path": "/canarySettings/percentTraffic", "value": "100.0"}])
        self.stack.wait_rolled_out()
        self.assertEqual(self.stack.invoke(self.api, "/prod/nowhere").status, 403)
        wait_for(lambda: self.count("prod/Canary") == 1, 5, "the metric")
        self.assertEqual(self.count("prod"), 1)


if __name__ == "__main__":
    unittest.main()
