"""Throttles and quotas when Redis is stopped, killed, slow, full or emptied: by policy, at once, and settled later."""

import signal
import threading
import time
import unittest

from stack import wait_for
from throttles import ROLLOUT_S_MAX, ThrottledCase

OPEN = ("/open", {})  # which no limit concerns


class WithoutRedis(ThrottledCase):
    WORKERS = 2
    POLICY = "local-share"
    RATE, BURST = 1, 40

    def setUp(self):
        self.wait_told((0, "ready"))  # again, after the test before
        self.name = self.stage()
        (self.key, self.headers), = self.plan(self.name, quota=100_000)
        self.stack.wait_filled()
        # A reactor that does not know the key yet asks Redis for it, whatever the limits.
        self.used = self.offer(requests=400, pause=0).of_path(0, "/a").statuses()[200]
        self.throttle(self.key, self.RATE, self.BURST)
        for worker in self.stack.workers:
            wait_for(lambda one=worker: self.stack.metric(one, "turnpike_limit_workers") == 2, 20, "the other worker")

    def call(self, worker=0):
        lines = self.lines_so_far(self.name)
        answer = self.stack.invoke(self.api, f"/{self.name}/a", headers=self.headers, worker=worker)
        wait_for(lambda: self.lines_so_far(self.name) > lines, 20, "the access log")
        return answer

    def offer(self, **more):
        return self.flood(self.name, [("/a", self.headers), OPEN], **{"seconds": 1, "connections": 40, "pause": 0.02}
                          | more)

    def expect_by_policy(self, counts):
        # A share of the burst of 40 in each of two workers with two reactors, and what came in meanwhile.
        self.assertEqual(set(counts), {200, 429})
        self.assertLessEqual(counts[200], 60)

    def outage(self, begin, end):
        begin()
        try:
            self.call()
            offer = self.offer()
            self.wait_told((1, "degraded"))
        finally:
            end()
        self.expect_by_policy(offer.of_path(0, "/a").statuses())
        self.assert_nobody_waits(offer, free=1)
        self.wait_told((0, "ready"))

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

        def change():
            slowing = threading.Thread(target=slow_down)
            slowing.start()
            try:
                self.wait_told((1, "degraded"))
                time.sleep(1)
            finally:
                is_over.set()
                slowing.join()
            self.wait_told((0, "ready"))
        offer = self.flood_while(change, self.name, [("/a", self.headers), OPEN], connections=40, pause=0.02)
        self.assert_nobody_waits(offer, free=1)
        self.expect_of_a_slow_one(offer.of_path(0, "/a"))

    def expect_of_a_slow_one(self, offer):
        """What answers come too late for is decided by policy."""

    def test_what_was_admitted_counts_later(self):
        # Within the first seconds of the quota, in which what was used before it is put into Redis twice.
        self.stack.redis.send(signal.SIGSTOP)
        self.used += self.offer().of_path(0, "/a").statuses()[200]
        self.stack.redis.send(signal.SIGCONT)
        wait_for(lambda: self.quota_used(self.key) >= self.used, 20, f"{self.used} to be used")
        self.assertEqual(self.quota_used(self.key), self.used)


class OpenWithoutRedis(WithoutRedis):
    POLICY = "open"

    def expect_by_policy(self, counts):
        self.assertEqual(set(counts), {200})


class ClosedWithoutRedis(WithoutRedis):
    POLICY = "closed"

    def expect_by_policy(self, counts):
        self.assertEqual(set(counts), {429})

    def expect_of_a_slow_one(self, offer):
        self.assert_never_over(offer, self.RATE, self.BURST)

    def test_a_plan_has_a_policy_of_its_own(self):
        answer = self.stack.signed("PUT", f"/_turnpike/v1/usageplans/{self.plan_of(self.key)}/limits",
                                   {"withoutRedis": "open"})
        self.assertEqual(answer.status, 200, answer.body)
        self.stack.wait_rolled_out(ROLLOUT_S_MAX)
        self.stack.redis.send(signal.SIGSTOP)
        try:
            offer = self.offer()
        finally:
            self.stack.redis.send(signal.SIGCONT)
        self.assertEqual(set(offer.of_path(0, "/a").statuses()), {200})


class Keys(ThrottledCase):
    WORKERS = 1
    POLICY = "open"

    def test_a_key_that_another_reactor_knows_is_not_waited_for(self):
        stage = self.stage()
        (_, headers), = self.plan(stage)
        self.flood(stage, [("/a", headers)], requests=5, connections=1)  # of one of the two reactors
        self.stack.redis.send(signal.SIGSTOP)
        try:
            offer = self.flood(stage, [("/a", headers), OPEN], seconds=4, connections=40, pause=0.02)
        finally:
            self.stack.redis.send(signal.SIGCONT)
        self.assertEqual(set(offer.statuses()), {200})
        self.assert_nobody_waits(offer, free=1)


class Emptied(ThrottledCase):
    """Under load. Workers tell the new memory what they know: only what none of them knows begins anew."""
    RATE, BURST = 20, 400
    LOAD = {"connections": 60, "pause": 0.05}

    def throttled(self):
        stage = self.stage()
        (key, headers), = self.plan(stage)
        calls = [("/a", headers)]
        # Afterwards every reactor knows the key; of the throttle it knows nothing.
        self.flood(stage, calls, requests=800, connections=80)
        self.throttle(key, self.RATE, self.BURST)
        return stage, calls

    def empty(self):
        self.stack.redis_command("FLUSHALL")

    def test_a_throttle_that_is_spent_forgets_the_last_second_at_most(self):
        stage, calls = self.throttled()
        times = 4

        def change():
            for _ in range(times):
                time.sleep(0.7)
                self.empty()
        offer = self.flood(stage, calls, seconds=1, **self.LOAD)
        offer += self.flood_while(change, stage, calls, **self.LOAD)
        offer += self.flood(stage, calls, seconds=1, **self.LOAD)
        self.assertIn(429, offer.statuses())
        self.assert_never_over(offer, self.RATE, self.BURST, forgiven=times * self.RATE)

    def test_a_throttle_gives_a_burst_more_at_most(self):
        stage, calls = self.throttled()
        offer = self.flood(stage, calls, seconds=2, workers=self.stack.workers[1:], **self.LOAD)
        # Those who know of it are silent: the one that is asked now never had to do with it.
        self.empty()
        offer += self.flood(stage, calls, seconds=2, workers=self.stack.workers[:1], **self.LOAD)
        offer += self.flood(stage, calls, seconds=1, **self.LOAD)
        self.assert_never_over(offer, self.RATE, self.BURST, forgiven=self.BURST + self.RATE)

    def test_a_throttle_that_is_being_spent_gives_a_burst_more_at_most(self):
        stage, calls = self.throttled()

        def change():
            time.sleep(0.4)
            self.empty()
        offer = self.flood_while(change, stage, calls, **self.LOAD)
        offer += self.flood(stage, calls, seconds=2, **self.LOAD)
        self.assertIn(429, offer.statuses())
        self.assert_never_over(offer, self.RATE, self.BURST, forgiven=self.BURST + self.RATE)

    def test_a_quota_that_is_being_spent_is_not_forgotten(self):
        quota = 2000
        stage = self.stage()
        (key, headers), = self.plan(stage, quota=quota)
        self.stack.wait_filled()
        calls = [("/a", headers)]

        def change():
            wait_for(lambda: self.quota_used(key) > quota / 4, 20, "a quarter to be spent")
            self.empty()
            self.stack.wait_filled()
        offers = [self.flood_while(change, stage, calls, **self.LOAD)]

        def is_spent():
            offers.append(self.flood(stage, calls, seconds=1, **self.LOAD))
            return self.quota_used(key) >= quota
        wait_for(is_spent, 30, "the quota to be spent")
        admitted = sum(offer.statuses()[200] for offer in offers)
        # Of what was on its way when the memory was lost, what a question of each was granted may be forgotten: a
        # request of each caller at most.
        self.assertGreaterEqual(admitted, quota)
        self.assertLessEqual(admitted, quota + self.LOAD["connections"])


if __name__ == "__main__":
    unittest.main()
