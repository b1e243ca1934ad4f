"""What workers counted, as GetUsage and UpdateUsage tell it, and what holds for plans without Redis.

The workers are played by the test, which writes to Redis what docs/limits.md says.
"""

import datetime
import json
import time
import unittest
import zlib

from contract import AdditionsCase
from stack import wait_for


def shard(plan, key):
    return f"{{turnpike:usage:{zlib.crc32(f'{plan}/{key}'.encode()) % 16}}}"


def today():
    return datetime.datetime.now(datetime.timezone.utc).date()


def midnight():
    return int(datetime.datetime.combine(today(), datetime.time(), datetime.timezone.utc).timestamp())


class UsageCase(AdditionsCase):
    @classmethod
    def setUpClass(cls):
        # No test may run over midnight: days are what it is about.
        until_midnight = midnight() + 86400 - time.time()
        if until_midnight < 60:
            time.sleep(until_midnight + 1)
        super().setUpClass()

    def plan_with_key(self, **quota):
        plan = self.client.create_usage_plan(name="p", quota={"limit": 10, "period": "DAY"} | quota)["id"]
        key = self.client.create_api_key(name="k", enabled=True)["id"]
        self.client.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
        return plan, key

    def redis(self, *words):
        return self.stack.redis_command(*[str(word) for word in words])

    def count(self, plan, key, requests, moment=None):
        hour = int((time.time() if moment is None else moment) // 3600)
        self.redis("HINCRBY", shard(plan, key) + ":counts", f"{plan}/{key}/{hour}", requests)

    def usage(self, plan, key):
        """[used, remaining] of today."""
        answer = self.client.get_usage(usagePlanId=plan, keyId=key, startDate=str(today()), endDate=str(today()))
        return answer["items"][key][0]

    def set_remaining(self, plan, key, remaining):
        answer = self.client.update_usage(usagePlanId=plan, keyId=key, patchOperations=[
            {"op": "replace", "path": "/remaining", "value": str(remaining)}])
        return answer["items"][key][0]

    def key_record(self, key):
        lookup = self.redis("GET", f"turnpike:key-id:{key}")
        return json.loads(self.redis("HGET", f"turnpike:key:{lookup}", "d") or "{}")

    def put_limits(self, plan, body, status=200):
        return self.call("PutUsagePlanLimits", "PUT", f"/_turnpike/v1/usageplans/{plan}/limits", body, status)


class Usage(UsageCase):
    def test_what_workers_counted_is_told(self):
        plan, key = self.plan_with_key()
        self.assertEqual([0, 10], self.usage(plan, key))
        self.count(plan, key, 3)
        self.count(plan, key, 4, midnight() - 3600)
        wait_for(lambda: self.usage(plan, key) == [3, 7], what="what was counted")
        self.count(plan, key, 20)
        wait_for(lambda: self.usage(plan, key) == [23, 0], what="what was counted")
        yesterday = str(today() - datetime.timedelta(days=1))
        answer = self.client.get_usage(usagePlanId=plan, startDate=yesterday, endDate=str(today()))
        self.assertEqual({key: [[4, 6], [23, 0]]}, answer["items"])

    def test_what_remains_is_exact_though_counts_are_under_way(self):
        plan, key = self.plan_with_key()
        self.count(plan, key, 2)
        wait_for(lambda: self.usage(plan, key) == [2, 8], what="what was counted")
        quota = f"{shard(plan, key)}:quota:{plan}/{key}"
        self.redis("HSET", quota, "w", midnight(), "used", 9)
        self.assertEqual([9, 6], self.set_remaining(plan, key, 6))
        granted = {"plan": plan, "windowStart": midnight(), "requests": 5}
        wait_for(lambda: self.key_record(key).get("extensions") == [granted], what="the key to be published")
        self.count(plan, key, 7)
        wait_for(lambda: self.usage(plan, key) == [9, 6], what="what was counted")
        # Of another window: says nothing of this one.
        self.redis("HSET", quota, "w", midnight() - 86400, "used", 1000)
        self.assertEqual([9, 1], self.set_remaining(plan, key, 1))

    def test_an_emptied_redis_knows_again_what_keys_used(self):
        plan, key = self.plan_with_key(period="MONTH")
        self.count(plan, key, 5)
        wait_for(lambda: self.usage(plan, key)[0] == 5, what="what was counted")
        self.redis("FLUSHALL")
        wait_for(lambda: self.redis("EXISTS", shard(plan, key) + ":since") == "1", what="the shard to be filled")
        start = int(datetime.datetime(today().year, today().month, 1, tzinfo=datetime.timezone.utc).timestamp())
        self.assertEqual(f"{start}\n5", self.redis("HMGET", f"{shard(plan, key)}:quota:{plan}/{key}", "w", "used"))

    def test_a_quota_of_an_hour_is_accepted_from_the_start(self):
        plan, key = self.plan_with_key(period="HOUR", limit=4)
        self.assertEqual("HOUR", self.client.get_usage_plan(usagePlanId=plan)["quota"]["period"])
        self.count(plan, key, 3)
        wait_for(lambda: self.usage(plan, key)[0] == 3, what="what was counted")

    def test_what_holds_without_redis(self):
        plan, _ = self.plan_with_key()

        def published():
            return json.loads(self.redis("HGET", "{turnpike}:plans", plan) or "{}").get("withoutRedis")

        answer = self.management.call("GET", f"/_turnpike/v1/usageplans/{plan}/limits")
        self.assertEqual((200, b"{}"), (answer.status, answer.body))
        for policy in ("open", "closed", "local-share"):
            self.assertEqual({"withoutRedis": policy}, self.put_limits(plan, {"withoutRedis": policy}))
            wait_for(lambda: published() == policy, what="the plan to be published")
        self.assertNotIn("withoutRedis", self.client.get_usage_plan(usagePlanId=plan))
        for body in ({"withoutRedis": "ajar"}, {"withoutRedis": 1}, {"withoutRedis": ["open"]}, "{", []):
            with self.subTest(body):
                self.put_limits(plan, body, status=400)
        self.put_limits("unknown", {"withoutRedis": "open"}, status=404)
        self.assertEqual({}, self.put_limits(plan, {"withoutRedis": None}))
        wait_for(lambda: published() is None, what="the plan to be published")


class Restarted(UsageCase):
    def test_counts_wait_for_a_control_plane(self):
        plan, key = self.plan_with_key()
        self.stack.controls[-1].kill()
        self.count(plan, key, 5)
        wait_for(lambda: not self.stack.controls[-1].alive(), what="the control plane to end")
        self.stack.start_control()
        client = self.stack.client(control=-1)
        self.addCleanup(client.close)
        span = {"startDate": str(today()), "endDate": str(today())}
        wait_for(lambda: client.get_usage(usagePlanId=plan, keyId=key, **span)["items"][key] == [[5, 5]],
                 what="what was counted")


if __name__ == "__main__":
    unittest.main()
