"""Both planes on Redis with sentinels and on a Redis Cluster: publication, keys, tests of methods; fail-overs."""

import threading
import time
import unittest

from redis_topologies import Cluster, Sentinels, ask
from stack import Stack, add_key, add_mock, make_api, wait_for


class Topology:
    """What must work on either."""

    make = None

    def setUp(self):
        self.redis = self.make()
        self.stack = self.enterContext(Stack(redis=self.redis))
        self.client = self.stack.client()
        self.api, self.root = make_api(self.client)
        add_mock(self.client, self.api, self.root, body="first", key=True)
        self.client.create_deployment(restApiId=self.api, stageName="prod")
        self.key = add_key(self.client, self.api, "prod")[1]
        self.stack.wait_rolled_out()
        # What a worker has seen, it serves whatever becomes of Redis.
        self.assertTrue(self.serves(b"first"))

    def answer(self, key=None):
        return self.stack.invoke(self.api, "/prod", headers={"x-api-key": key or self.key}, worker=-1)

    def serves(self, body):
        answer = self.answer()
        return answer.status == 200 and answer.body == body

    def deploy(self, body):
        self.client.put_integration_response(restApiId=self.api, resourceId=self.root, httpMethod="GET",
                                             statusCode="200", responseTemplates={"application/json": body})
        self.client.create_deployment(restApiId=self.api, stageName="prod")

    def fresh_worker(self, name):
        self.stack.workers[-1].kill()
        self.stack.start_worker(TURNPIKE_STATE_DIR=f"{self.stack.home}/{name}")

    def test_what_is_published_is_served(self):
        self.assertEqual(self.answer().body, b"first")
        self.assertEqual(self.answer(key="wrong").status, 403)
        self.deploy("second")
        self.stack.wait_rolled_out()
        self.assertEqual(self.answer().body, b"second")
        tested = self.client.test_invoke_method(restApiId=self.api, resourceId=self.root, httpMethod="GET")
        self.assertEqual((tested["status"], tested["body"]), (200, "second"))
        for number in range(30):
            add_key(self.client, self.api, "prod", f"key{number}")
        self.client.flush_stage_cache(restApiId=self.api, stageName="prod")
        self.stack.wait_rolled_out()
        self.fresh_worker("fresh")
        self.assertEqual(self.answer().body, b"second")
        self.client.delete_stage(restApiId=self.api, stageName="prod")
        wait_for(lambda: self.answer().status == 403, 10, "the stage to go")

    def test_an_emptied_redis_is_filled_again(self):
        self.redis.empty()
        self.assertTrue(self.serves(b"first"))
        wait_for(lambda: self.stack.redis_command("GET", "{turnpike}:epoch"), 20, "the republication")
        self.fresh_worker("fresh")
        wait_for(lambda: self.serves(b"first"), 20, "a fresh worker")

    def spend(self, name):
        """60 calls with a new key and a quota of 40: (key id, plan id, statuses, how many the policy decided)"""
        key_id, value, plan = add_key(self.client, self.api, "prod", name)
        self.client.update_usage_plan(usagePlanId=plan, patchOperations=[
            {"op": "add", "path": "/quota/limit", "value": "40"},
            {"op": "add", "path": "/quota/period", "value": "DAY"}])
        self.stack.wait_rolled_out()

        def by_policy():
            return self.stack.metric(self.stack.workers[-1], "turnpike_limit_decisions_without_redis_total")
        before = by_policy()
        statuses = [self.answer(key=value).status for _ in range(60)]
        return key_id, plan, statuses, by_policy() - before

    def test_a_quota_is_exact_and_usage_is_told(self):
        self.stack.wait_filled()
        # Where Redis takes longer than 50 ms the policy decides, and exact is only what Redis decides.
        for attempt in range(5):
            key_id, plan, statuses, by_policy = self.spend(f"limited{attempt}")
            if by_policy == 0:
                break
        self.assertEqual((statuses.count(200), statuses.count(429), by_policy), (40, 20, 0))
        today = time.strftime("%Y-%m-%d", time.gmtime())
        usage = {}

        def told():
            usage.update(self.client.get_usage(usagePlanId=plan, keyId=key_id, startDate=today, endDate=today)["items"])
            return usage.get(key_id) == [[40, 0]]
        wait_for(told, 10, f"the usage, which was {usage}")

    def test_a_fail_over_stops_nothing(self):
        calls, wrong, over = [0], [], threading.Event()

        def call():
            while not over.wait(0.02):
                answer = self.answer()
                calls[0] += 1
                if answer.status != 200:
                    wrong.append((answer.status, answer.body))

        load = threading.Thread(target=call)
        load.start()
        try:
            self.redis.fail_over()
            self.deploy("after")
            wait_for(lambda: self.serves(b"after"), 30, "the change")
        finally:
            over.set()
            load.join()
        self.assertEqual(wrong, [])
        self.assertGreater(calls[0], 10)
        wait_for(lambda: self.stack.status(self.stack.workers[-1], "/readyz") == 200, 20, "the worker")
        new_key = add_key(self.client, self.api, "prod", "new")[1]
        wait_for(lambda: self.answer(key=new_key).status == 200, 30, "a new key")
        self.fresh_worker("fresh")
        wait_for(lambda: self.serves(b"after"), 20, "a fresh worker")


class OnSentinels(Topology, unittest.TestCase):
    make = Sentinels


class OnCluster(Topology, unittest.TestCase):
    make = Cluster

    def test_what_one_server_forgets_is_published_again(self):
        values = [add_key(self.client, self.api, "prod", f"key{number}")[1] for number in range(20)]
        self.stack.wait_rolled_out()
        # Not the one with the epoch, which would tell at once.
        owner = int(ask(self.redis.ports[0], "CLUSTER", "KEYSLOT", "{turnpike}:epoch")) * 3 // self.redis.SLOTS
        victim = self.redis.ports[(owner + 1) % 3]
        before = self.stack.redis_command("GET", "{turnpike}:epoch")
        ask(victim, "FLUSHALL")
        # What is published next must not hide it.
        values.append(add_key(self.client, self.api, "prod", "later")[1])
        wait_for(lambda: self.stack.redis_command("GET", "{turnpike}:epoch") not in ("", before), 20, "publication")
        self.fresh_worker("fresh")
        self.assertEqual({self.answer(key=value).status for value in values}, {200})

    def test_keys_lie_on_all_masters_and_slots_may_move(self):
        for number in range(30):
            add_key(self.client, self.api, "prod", f"key{number}")
        self.stack.wait_rolled_out()
        for port in self.redis.masters():
            self.assertNotEqual(ask(port, "KEYS", "turnpike:key:*").split(), [])
        self.redis.move_slot_of("{turnpike}:stream")
        self.deploy("moved")
        wait_for(lambda: self.serves(b"moved"), 20, "the change")
        self.fresh_worker("fresh")
        wait_for(lambda: self.serves(b"moved"), 20, "a fresh worker")


if __name__ == "__main__":
    unittest.main()
