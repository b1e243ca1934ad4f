"""A throttle over 4 workers and 200 connections, by their access logs and by the callers' own clock: nothing over in
any window of any length, and 98 % of the rate over 10 s of offering ten times as much.

Two processors, shared with the callers, cannot offer ten times 10,000 requests a second. For such rates only the first
half is asked for here, with the smallest burst, so that the throttle refuses at all; the simulator has the second."""

import unittest

from throttles import ThrottledCase


class Rates(ThrottledCase):
    def assert_exact_at(self, rate, burst, pause):
        stage = self.stage({"~1open/GET": (rate, burst)})
        self.assert_exact(lambda: self.flood(stage, [("/open", {})], pause=pause), rate, burst)

    def assert_never_over_at(self, rate, burst):
        offer = self.flood(self.stage({"~1open/GET": (rate, burst)}), [("/open", {})], seconds=3)
        self.assert_never_over(offer, rate, burst)
        self.assertGreater(len(offer.admitted), 100)

    def test_1_a_second(self):
        self.assert_exact_at(1, 2, pause=0.5)

    def test_100_a_second_with_a_small_burst(self):
        self.assert_exact_at(100, 2, pause=0.1)

    def test_1000_a_second(self):
        self.assert_exact_at(1000, 500, pause=0)

    def test_2000_a_second_with_a_small_burst(self):
        # Full again within a millisecond: Redis is further away than that now and then.
        self.assert_exact_at(2000, 2, pause=0)

    def test_10000_a_second(self):
        self.assert_never_over_at(10_000, 2)

    def test_50000_a_second(self):
        self.assert_never_over_at(50_000, 2)

    def assert_blocked(self, rate, burst):
        offer = self.flood(self.stage({"~1open/GET": (rate, burst)}), [("/open", {})], requests=400)
        self.assertEqual({(entry["status"], entry["limit"]) for entry in offer.entries}, {(429, "STAGE_METHOD")})

    def test_without_a_burst_nothing_is_admitted(self):
        self.assert_blocked(100, 0)

    def test_without_a_rate_nothing_is_admitted(self):
        self.assert_blocked(0, 100)


if __name__ == "__main__":
    unittest.main()
