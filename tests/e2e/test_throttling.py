"""Throttles over several workers: exact, at every level, whatever happens to Redis."""

import json
import os
import unittest

from load import flood
from stack import Stack, add_key, add_mock, make_api, wait_for

# What the log tells is when a request came; it is admitted at the latest so much later.
WAIT_MS = 60


def admitted_times(stack, path="/"):
    """Milliseconds at which the admitted requests of a resource came, by all workers' access log, in order."""
    times = []
    with open(os.path.join(stack.home, "log", "access.log"), encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            if entry["status"] == 200 and entry.get("resourcePath") == path:
                times.append(entry["requestTimeEpoch"])
    return sorted(times)


def most_over(times, rate, burst):
    """By how many the admissions of any window exceed burst + rate x length."""
    worst, lowest = -burst, None
    for number, time in enumerate(times):
        lowest = min(lowest, number - rate * time / 1000) if number else -rate * time / 1000
        worst = max(worst, number + 1 - rate * time / 1000 - lowest - burst)
    return worst


class Throttling(unittest.TestCase):
    WORKERS = 4

    def setUp(self):
        self.stack = self.enterContext(Stack(workers=self.WORKERS, own_ports=True, worker_settings={
            "TURNPIKE_ACCOUNT_RATE_LIMIT": "unlimited"}))
        self.client = self.stack.client()
        self.api, self.root = make_api(self.client)
        add_mock(self.client, self.api, self.root)
        add_mock(self.client, self.api, self.root, verb="POST", key=True)
        self.client.create_deployment(restApiId=self.api, stageName="prod")
        self.stack.wait_rolled_out()

    def limit_stage(self, rate, burst, method="~1/GET"):
        self.client.update_stage(restApiId=self.api, stageName="prod", patchOperations=[
            {"op": "replace", "path": f"/{method}/throttling/rateLimit", "value": str(rate)},
            {"op": "replace", "path": f"/{method}/throttling/burstLimit", "value": str(burst)}])
        self.stack.wait_rolled_out()

    def flood(self, seconds, **more):
        ports = [worker.http_port for worker in self.stack.workers]
        return flood(ports, self.stack.host(self.api), seconds=seconds, **more)

    def settled_times(self, count):
        return wait_for(lambda: len(times := admitted_times(self.stack)) >= count and times, 5, "the access log")

    def assert_exact(self, rate, burst, seconds, counts, least=0.98):
        times = self.settled_times(counts.get(200, 0))
        self.assertEqual(set(counts), {200, 429})
        self.assertLessEqual(most_over(times, rate, burst), rate * WAIT_MS / 1000)
        self.assertGreaterEqual(len(times), least * rate * seconds)

    def test_rate_of_one(self):
        self.limit_stage(1, 2)
        self.assert_exact(1, 2, 6, self.flood(6, connections=20, pause=0.05))

    def test_a_small_burst(self):
        self.limit_stage(100, 2)
        self.assert_exact(100, 2, 6, self.flood(6, pause=0.1))

    def test_a_large_burst(self):
        self.limit_stage(1000, 500)
        self.assert_exact(1000, 500, 6, self.flood(6))

    def test_nothing_is_admitted_without_a_burst(self):
        self.limit_stage(100, 0)
        self.assertEqual(set(self.flood(1, requests=200)), {429})


if __name__ == "__main__":
    unittest.main()
