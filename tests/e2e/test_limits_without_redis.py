"""Throttles and quotas when Redis is stopped, killed, slow, full or away: by policy, at once, and settled later."""

import signal
import threading
import time
import unittest

from load import flood
from stack import Stack, add_key, add_mock, make_api, wait_for


class WithoutRedis(unittest.TestCase):
    POLICY = "local-share"

    def setUp(self):
        self.stack = self.enterContext(Stack(workers=2, own_ports=True, worker_settings={
            "TURNPIKE_ACCOUNT_RATE_LIMIT": "unlimited", "TURNPIKE_LIMITS_WITHOUT_REDIS": self.POLICY}))
        self.client = self.stack.client()
        self.api, root = make_api(self.client)
        add_mock(self.client, self.api, root, key=True)
        self.client.create_deployment(restApiId=self.api, stageName="prod")
        self.key, self.value, self.plan = add_key(self.client, self.api, "prod")
        self.client.update_usage_plan(usagePlanId=self.plan, patchOperations=[
            {"op": "replace", "path": "/throttle/rateLimit", "value": "1"},
            {"op": "replace", "path": "/throttle/burstLimit", "value": "40"},
            {"op": "replace", "path": "/quota/limit", "value": "100000"},
            {"op": "replace", "path": "/quota/period", "value": "MONTH"}])
        wait_for(lambda: self.stack.redis_command("KEYS", "*:since").count("since") == 16, 10, "the counts")
        self.stack.wait_rolled_out()
        for number in range(2):
            wait_for(lambda number=number: self.metric("turnpike_limit_workers", number) == 2, 10, "the other worker")
            wait_for(lambda number=number: self.call(number).status == 200, 10, "the plan")

    def call(self, worker=0):
        return self.stack.invoke(self.api, "/prod", headers={"x-api-key": self.value}, worker=worker)

    def flood(self, requests, seconds=20):
        return flood([worker.http_port for worker in self.stack.workers], self.stack.host(self.api),
                     headers={"x-api-key": self.value}, requests=requests, seconds=seconds, connections=20)

    def metric(self, name, worker=0):
        for line in self.stack.metrics(self.stack.workers[worker]).splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        return None

    def assert_degraded(self, expected=1):
        wait_for(lambda: self.metric("turnpike_limits_degraded") == expected, 10, "the metric")

    def expect_by_policy(self, counts):
        # A share of the burst of 40 in each of two workers with two reactors, and what came in meanwhile.
        self.assertEqual(set(counts), {200, 429})
        self.assertLessEqual(counts[200], 60)

    def outage(self, begin, end):
        begin()
        try:
            self.call()
            self.assert_degraded()
            self.expect_by_policy(self.flood(300))
        finally:
            end()
        wait_for(lambda: self.call().status in (200, 429) and self.metric("turnpike_limits_degraded") == 0, 15,
                 "Redis to be used again")

    def test_stopped(self):
        self.outage(lambda: self.stack.redis.send(signal.SIGSTOP), lambda: self.stack.redis.send(signal.SIGCONT))

    def test_killed(self):
        self.outage(self.stack.redis.kill, self.stack.start_redis)

    def test_out_of_memory(self):
        self.outage(lambda: self.stack.redis_command("CONFIG", "SET", "maxmemory", "1"),
                    lambda: self.stack.redis_command("CONFIG", "SET", "maxmemory", "0"))

    def test_slow(self):
        is_over = threading.Event()

        def slow_down():
            while not is_over.is_set():
                self.stack.redis_command("CLIENT", "PAUSE", "90", "ALL")
                time.sleep(0.1)

        slowing = threading.Thread(target=slow_down, daemon=True)
        slowing.start()
        counts = self.flood(300)
        is_over.set()
        slowing.join()
        self.assertEqual(set(counts) - {200, 429}, set())

    def test_what_was_admitted_counts_later(self):
        # Within the first seconds of the quota, in which what was used before it is put into Redis twice.
        before = self.used()
        self.stack.redis.send(signal.SIGSTOP)
        counts = self.flood(300)
        self.stack.redis.send(signal.SIGCONT)
        wait_for(lambda: self.used() == before + counts.get(200, 0), 10, f"{before} and {counts} to be used")

    def used(self):
        fields = self.stack.redis_command("KEYS", "*:quota:*").split()
        values = self.stack.redis_command("HGETALL", fields[0]).split() if fields else []
        return int(values[values.index("used") + 1]) if "used" in values else 0


class OpenWithoutRedis(WithoutRedis):
    POLICY = "open"

    def expect_by_policy(self, counts):
        self.assertEqual(counts, {200: 300})


class ClosedWithoutRedis(WithoutRedis):
    POLICY = "closed"

    def expect_by_policy(self, counts):
        self.assertEqual(counts, {429: 300})


if __name__ == "__main__":
    unittest.main()
