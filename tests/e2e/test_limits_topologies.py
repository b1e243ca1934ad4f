"""Throttles and quotas while Redis changes under load: a slot of a cluster moves, a master fails over, all masters are
emptied."""

import itertools
import time
import unittest

from redis_topologies import Cluster, Sentinels
from stack import wait_for
from throttles import LimitedCase

LOAD = {"connections": 60, "pause": 0.05}
DEGRADED, READY = (1, "degraded"), (0, "ready")


class Topology:
    """What is asked for on either."""
    QUOTA = 300
    # Of a client and of a method. A bucket that began anew would show: its burst is far more than a second's requests.
    CLIENT, METHOD = (20, 200), (30, 100)
    make = None

    @classmethod
    def start(cls, enter):
        cls.redis = cls.make()
        cls.begin(enter(cls.new_stack(cls.redis)))

    def key_in(self, stage, name_of, **limits):
        """(id, headers) of a key of a new plan, of which fail_over() takes what Redis has under this name."""
        return next(key for key in self.plan(stage, keys=30, **limits)
                    if self.redis.fail_over_concerns(name_of(key[0])))

    def client_bucket(self, key):
        return f"turnpike:bucket:client:{self.plan_of(key)}/{key}"

    def method_bucket(self, stage):
        return f"turnpike:bucket:stage:{self.api}/{stage}/b/GET"

    def throttled(self):
        """A stage, and calls of it: limited by key, by method, and not at all."""
        name = next(name for name in map("throttled{}".format, itertools.count())
                    if self.redis.fail_over_concerns(self.method_bucket(name)))
        stage = self.stage({"~1b/GET": self.METHOD}, name=name)
        self.key, headers = self.key_in(stage, self.client_bucket, throttle=self.CLIENT)
        (_, unlimited), = self.plan(stage)
        return stage, [("/a", headers), ("/b", unlimited), ("/open", {})]

    def assert_throttled(self, offer, forgiven_s=0):
        """`forgiven_s`: of the requests of how many seconds nothing may be known any more."""
        for call, path, (rate, burst) in ((0, "/a", self.CLIENT), (1, "/b", self.METHOD)):
            part = offer.of_path(call, path)
            self.assert_never_over(part, rate, burst, forgiven=rate * forgiven_s)
            self.assertIn(429, part.statuses())

    def assert_admits(self, offer, seconds):
        """Half of the rate: the machine may be too busy for all of it."""
        for call, path, (rate, _) in ((0, "/a", self.CLIENT), (1, "/b", self.METHOD)):
            self.assertGreater(offer.of_path(call, path).statuses()[200], rate * seconds / 2)

    def limited(self):
        """A stage, and calls of it with a key that has a quota."""
        stage = self.stage()
        self.key, headers = self.key_in(stage, lambda key: f"{self.shard_of(key)}:since", throttle=(10_000, 10_000),
                                        quota=self.QUOTA)
        self.stack.wait_filled()
        return stage, [("/a", headers)]

    def spend(self, stage, calls):
        """An Offer that ends when the quota is spent."""
        offers = [self.flood(stage, calls, requests=60, **LOAD)]

        def is_spent():
            offers.append(self.flood(stage, calls, requests=60, **LOAD))
            return self.quota_used(self.key) >= self.QUOTA
        wait_for(is_spent, 30, "the quota to be spent")
        return sum(offers[1:], offers[0])


class Faults(Topology):
    def setUp(self):
        self.start(self.enterContext)

    def assert_forgets_the_last_second_of_a_quota_at_most(self, fault):
        stage, calls = self.limited()
        offer = self.flood(stage, calls, requests=100, **LOAD)
        offer += self.flood_while(fault, stage, calls, requests=20, **LOAD)
        offer += self.spend(stage, calls)
        # Far less than a second's requests, on one machine.
        self.assertGreaterEqual(offer.statuses()[200], self.QUOTA)
        self.assertLessEqual(offer.statuses()[200], self.QUOTA + 100)


class FailOver(Faults):
    def assert_throttled_over_a_fail_over(self, hangs):
        stage, calls = self.throttled()

        def change():
            self.redis.fail_over(meanwhile=lambda: self.wait_told(DEGRADED), hangs=hangs)
            self.wait_told(READY)
        drained = self.flood(stage, calls, seconds=1, **LOAD)
        changed = self.flood_while(change, stage, calls, **LOAD)
        after = self.flood(stage, calls, seconds=1, **LOAD)
        # The replica may lack what was admitted last.
        self.assert_throttled(drained + changed + after, forgiven_s=1)
        self.assert_admits(after, seconds=1)
        self.assert_nobody_waits(changed, free=2)

    def test_throttles_while_a_master_that_is_killed_fails_over(self):
        self.assert_throttled_over_a_fail_over(hangs=False)

    def test_throttles_while_a_master_that_hangs_fails_over(self):
        self.assert_throttled_over_a_fail_over(hangs=True)

    def test_a_quota_while_a_master_fails_over(self):
        self.assert_forgets_the_last_second_of_a_quota_at_most(self.redis.fail_over)


class Emptied(Faults):
    def test_throttles_while_all_masters_are_emptied(self):
        stage, calls = self.throttled()

        def change():
            time.sleep(0.5)
            self.redis.empty()
            time.sleep(0.7)
        drained = self.flood(stage, calls, seconds=1, **LOAD)
        changed = self.flood_while(change, stage, calls, **LOAD)
        after = self.flood(stage, calls, seconds=1, **LOAD)
        self.assert_throttled(drained + changed + after, forgiven_s=1)
        self.assert_admits(after, seconds=1)
        self.assert_nobody_waits(changed, free=2)

    def test_a_quota_while_all_masters_are_emptied(self):
        self.assert_forgets_the_last_second_of_a_quota_at_most(self.redis.empty)


class Settled(Faults):
    """What the policy admits while nobody is the master counts later, once."""
    QUOTA = 1_000_000
    POLICY = "open"

    def test_a_quota_behind_a_fail_over(self):
        stage, calls = self.limited()
        offer = self.flood(stage, calls, seconds=1, **LOAD)
        offer += self.flood_while(lambda: self.redis.fail_over(meanwhile=lambda: self.wait_told(DEGRADED)), stage,
                                  calls, **LOAD)
        offer += self.flood(stage, calls, seconds=1, **LOAD)
        self.assertEqual(set(offer.statuses()), {200})
        admitted = offer.statuses()[200]
        # The replica may lack what was counted last.
        wait_for(lambda: self.quota_used(self.key) >= admitted - 100, 30, f"{admitted} to be used")
        time.sleep(2)  # in which nothing more is counted
        self.assertLessEqual(self.quota_used(self.key), admitted)


class FailOverOfSentinels(FailOver, LimitedCase):
    make = Sentinels


class FailOverOfCluster(FailOver, LimitedCase):
    make = Cluster


class EmptiedSentinels(Emptied, LimitedCase):
    make = Sentinels


class EmptiedCluster(Emptied, LimitedCase):
    make = Cluster


class SettledSentinels(Settled, LimitedCase):
    make = Sentinels


class SettledCluster(Settled, LimitedCase):
    make = Cluster


class MovingSlots(Topology, LimitedCase):
    make = Cluster

    @classmethod
    def setUpClass(cls):
        cls.start(cls.enterClassContext)

    def test_throttles_while_their_slots_move(self):
        stage, calls = self.throttled()
        drained = self.flood(stage, calls, seconds=1, **LOAD)

        def change():
            for bucket in (self.client_bucket(self.key), self.method_bucket(stage)):
                self.assertEqual(self.stack.redis_command("EXISTS", bucket), "1")
                self.redis.move_slot_of(bucket, pause=0.2)
        changed = self.flood_while(change, stage, calls, **LOAD)
        after = self.flood(stage, calls, seconds=1, **LOAD)
        self.assert_throttled(drained + changed + after)
        self.assert_admits(after, seconds=1)
        self.assert_nobody_waits(changed, free=2)

    def test_a_quota_is_exact_while_its_slot_moves(self):
        stage, calls = self.limited()
        offer = self.flood(stage, calls, requests=100, **LOAD)
        offer += self.flood_while(lambda: self.redis.move_slot_of(f"{self.shard_of(self.key)}:since", pause=0.1),
                                  stage, calls, requests=20, **LOAD)
        offer += self.spend(stage, calls)
        offer += self.flood(stage, calls, requests=60, **LOAD)
        self.assertEqual(offer.statuses()[200], self.QUOTA)


if __name__ == "__main__":
    unittest.main()
