"""Quotas while Redis changes under load: a slot of a cluster moves, a master fails over."""

import threading
import unittest
import zlib
from collections import Counter

from load import flood
from redis_topologies import Cluster, Sentinels
from stack import Stack, add_key, add_mock, make_api, wait_for


class Topology:
    QUOTA = 300
    make = None

    def setUp(self):
        self.redis = self.make()
        self.stack = self.enterContext(Stack(workers=2, own_ports=True, redis=self.redis, worker_settings={
            "TURNPIKE_ACCOUNT_RATE_LIMIT": "unlimited", "TURNPIKE_LIMITS_WITHOUT_REDIS": "closed"}))
        self.client = self.stack.client()
        self.api, root = make_api(self.client)
        add_mock(self.client, self.api, root, key=True)
        self.client.create_deployment(restApiId=self.api, stageName="prod")
        self.key, self.value, self.plan = add_key(self.client, self.api, "prod")
        self.client.update_usage_plan(usagePlanId=self.plan, patchOperations=[
            {"op": "replace", "path": "/throttle/rateLimit", "value": "10000"},
            {"op": "replace", "path": "/throttle/burstLimit", "value": "10000"},
            {"op": "replace", "path": "/quota/limit", "value": str(self.QUOTA)},
            {"op": "replace", "path": "/quota/period", "value": "MONTH"}])
        self.stack.wait_rolled_out()
        shard = zlib.crc32(f"{self.plan}/{self.key}".encode()) % 16
        self.shard = f"{{turnpike:usage:{shard}}}"
        wait_for(lambda: self.stack.redis_command("GET", f"{self.shard}:since"), 20, "the counts")
        self.total = Counter()

    def flood(self, requests):
        counts = flood([worker.http_port for worker in self.stack.workers], self.stack.host(self.api),
                       headers={"x-api-key": self.value}, requests=requests, seconds=30, connections=10)
        self.total += Counter(counts)
        self.assertEqual(set(counts) - {200, 429}, set())

    def while_loaded(self, change):
        changing = threading.Thread(target=change)
        changing.start()
        while changing.is_alive():
            self.flood(20)
        changing.join()

    def is_spent(self):
        self.flood(60)
        used = self.stack.redis_command("HGET", f"{self.shard}:quota:{self.plan}/{self.key}", "used")
        return used.isdigit() and int(used) >= self.QUOTA

    def test_a_fail_over_forgets_the_last_second_at_most(self):
        self.flood(100)
        self.while_loaded(self.redis.fail_over)
        wait_for(self.is_spent, 30, "the quota to be spent")
        # The replica may lack what was admitted last: far less than a second's requests, on one machine.
        self.assertGreaterEqual(self.total[200], self.QUOTA)
        self.assertLessEqual(self.total[200], self.QUOTA + 100)


class OnSentinels(Topology, unittest.TestCase):
    make = Sentinels


class OnCluster(Topology, unittest.TestCase):
    make = Cluster

    def test_a_quota_is_exact_while_its_slot_moves(self):
        self.flood(100)
        self.while_loaded(lambda: self.redis.move_slot_of(f"{self.shard}:since"))
        wait_for(self.is_spent, 30, "the quota to be spent")
        self.flood(60)
        self.assertEqual(self.total[200], self.QUOTA)


if __name__ == "__main__":
    unittest.main()
