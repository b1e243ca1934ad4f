"""Throttles of every level over 4 workers: each on its own, all together, and what is told of the one that refused."""

import os
import re
import unittest

from stack import wait_for
from throttles import ThrottledCase

KEYED = ("/a", "/b")


class Levels(ThrottledCase):
    def test_of_a_method_for_a_client(self):
        stage = self.stage()
        keys = self.plan(stage, keys=2, methods={"/a/GET": (100, 5)})
        calls = [("/a", headers) for _, headers in keys]
        offer = self.offer(stage, [*calls, ("/b", keys[0][1])])
        # Each key has a bucket of its own, and what is not limited stays so.
        for number, (key, _) in enumerate(keys):
            self.assert_limited(offer, [number], key, "/a", 100, 5, "CLIENT_METHOD")
        self.assertEqual({entry["status"] for entry in offer.entries if entry["path"] == "/b"}, {200})

    def test_of_a_client(self):
        stage = self.stage()
        keys = self.plan(stage, keys=2, throttle=(100, 5))
        offer = self.offer(stage, [(path, headers) for _, headers in keys for path in KEYED])
        for number, (key, _) in enumerate(keys):
            self.assert_limited(offer, [2 * number, 2 * number + 1], key, "", 100, 5, "CLIENT")

    def test_of_a_stage_for_each_method(self):
        stage = self.stage({"*/*": (100, 5)})
        (_, headers), = self.plan(stage)
        offer = self.offer(stage, [("/a", headers), ("/open", {})])
        for number, path in enumerate(("/a", "/open")):
            self.assert_limited(offer, [number], "", path, 100, 5, "STAGE_METHOD")

    def offer(self, stage, calls):
        return self.decided_by_redis(lambda: self.flood(stage, calls, pause=0.05))

    def assert_limited(self, offer, calls, key, path, rate, burst, level):
        """Of the calls with this key on this path, where they are given. Not 98 % of the rate: what else is asked for
        here takes the processors; that is a matter of the other tests."""
        part = offer.only(calls, lambda entry: entry["key"].startswith(key) and entry["path"].startswith(path))
        self.assert_never_over(part, rate, burst)
        self.assertEqual({entry["limit"] for entry in part.entries if entry["status"] == 429}, {level})
        self.assertEqual(sum(entry["status"] == 200 for entry in part.entries), len(part.admitted))
        self.assertGreater(len(part.admitted), rate)


class Account(ThrottledCase):
    RATE, BURST = 200, 20
    ACCOUNT = {"TURNPIKE_ACCOUNT_RATE_LIMIT": RATE, "TURNPIKE_ACCOUNT_BURST_LIMIT": BURST}

    def test_of_the_account(self):
        stage = self.stage()
        self.assert_exact(lambda: self.flood(stage, [("/open", {})], pause=0.05), self.RATE, self.BURST)

    def test_all_together(self):
        stage = self.stage({"~1a/GET": (30, 4), "~1b/GET": (1000, 100), "~1open/GET": (150, 15)})
        keys = self.plan(stage, keys=2, methods={"/a/GET": (20, 3)}, throttle=(50, 6))
        calls = [(path, headers) for _, headers in keys for path in KEYED]
        offer = self.decided_by_redis(lambda: self.flood(stage, [*calls, ("/open", {})], pause=0.05))
        self.assert_never_over(offer, self.RATE, self.BURST)
        self.assert_never_over(offer.only((0, 2), lambda entry: entry["path"] == "/a"), 30, 4)
        self.assert_never_over(offer.only((4,), lambda entry: entry["path"] == "/open"), 150, 15)
        for number, (key, _) in enumerate(keys):
            of_key = offer.only((2 * number, 2 * number + 1), lambda entry, key=key: entry["key"] == key)
            self.assert_never_over(of_key, 50, 6)
            self.assert_never_over(of_key.only((2 * number,), lambda entry: entry["path"] == "/a"), 20, 3)
        self.assertEqual({entry["limit"] for entry in offer.entries if entry["status"] == 429},
                         {"CLIENT_METHOD", "CLIENT", "STAGE_METHOD", "ACCOUNT"})
        # Whoever is refused elsewhere takes nothing of the account's, which would be about half. That 98 % are
        # admitted is judged by test_of_the_account, where less keeps the processors busy.
        self.assertGreaterEqual(len(offer.admitted), 0.9 * self.RATE * 10)


class Told(ThrottledCase):
    """Which level refused: in the access log, the execution log, and the metric."""
    ACCOUNT = {"TURNPIKE_ACCOUNT_RATE_LIMIT": 1, "TURNPIKE_ACCOUNT_BURST_LIMIT": 200}

    def refusals(self, level):
        """By the metric, over all workers."""
        pattern = re.compile(rf'^turnpike_requests_limited_total{{limit="{level}"}} (\d+)', re.MULTILINE)
        return sum(int(pattern.search(self.stack.metrics(worker))[1]) for worker in self.stack.workers)

    def executed(self, stage):
        path = os.path.join(self.stack.home, "log", f"API-Gateway-Execution-Logs_{self.api}", f"{stage}.log")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return [line.rstrip("\n").split(") ", 1)[1] for line in file if " throttle limit exceeded " in line]

    def assert_told(self, stage, call, level, scope, limit, requests=60):
        def attempt():
            before = self.refusals(level), len(self.executed(stage))
            return self.flood(stage, [call], requests=requests, connections=20), *before
        offer, before, executed = self.decided_by_redis(attempt)
        refused = [entry for entry in offer.entries if entry["status"] == 429]
        self.assertGreaterEqual(len(refused), 30)
        self.assertEqual({entry["limit"] for entry in refused}, {level})
        self.assertEqual({entry["limit"] for entry in offer.entries if entry["status"] == 200} - {"-"}, set())
        self.assertEqual(self.refusals(level) - before, len(refused))
        lines = wait_for(lambda: len(found := self.executed(stage)[executed:]) >= len(refused) and found, 20,
                         "the execution log")
        self.assertEqual(len(lines), len(refused))
        resource = next(item["id"] for item in self.client.get_resources(restApiId=self.api)["items"]
                        if item["path"] == call[0])
        self.assertEqual(set(lines), {f"{scope} throttle limit exceeded for RestApi {self.api}, Stage {stage}, "
                                      f"Resource {resource}, HttpMethod GET. {limit}"})

    def test_a_method_of_a_client(self):
        stage = self.stage(level="ERROR")
        (_, headers), = self.plan(stage, methods={"/a/GET": (1, 1)})
        self.assert_told(stage, ("/a", headers), "CLIENT_METHOD", "Key method", "Limit: 1.00 Burst: 1")

    def test_a_client(self):
        stage = self.stage(level="ERROR")
        (_, headers), = self.plan(stage, throttle=(1, 1))
        self.assert_told(stage, ("/b", headers), "CLIENT", "Key", "Limit: 1.00 Burst: 1")

    def test_a_method_of_a_stage(self):
        stage = self.stage({"*/*": (2, 1)}, level="ERROR")
        self.assert_told(stage, ("/open", {}), "STAGE_METHOD", "Method", "Limit: 2.00 Burst: 1")

    def test_the_account(self):
        stage = self.stage(level="ERROR")
        self.assert_told(stage, ("/open", {}), "ACCOUNT", "Account", "Limit: 1.00 Burst: 200", requests=400)


if __name__ == "__main__":
    unittest.main()
