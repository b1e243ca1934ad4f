"""What callers are told of their limits: fields of answers, a key's limits, and the view of a key holder."""

import signal
import time
import unittest

from stack import Stack, add_key, add_mock, make_api, wait_for

TOLD = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "ratelimit-policy", "retry-after")


class LimitHeaders(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(workers=2, own_ports=True, worker_settings={
            "TURNPIKE_ACCOUNT_RATE_LIMIT": "unlimited"}))
        cls.client = cls.stack.client()
        cls.addClassCleanup(cls.client.close)
        cls.stack.wait_filled()

    def setUp(self):
        self.api, root = make_api(self.client)
        add_mock(self.client, self.api, root, key=True)
        self.client.create_deployment(restApiId=self.api, stageName="prod")
        self.key, self.value, self.plan = add_key(self.client, self.api, "prod")

    def limit(self, **limits):
        """Of the plan: throttle=(rate, burst), quota=(limit, period)."""
        operations = []
        if "throttle" in limits:
            rate, burst = limits["throttle"]
            operations += [("/throttle/rateLimit", rate), ("/throttle/burstLimit", burst)]
        if "quota" in limits:
            most, period = limits["quota"]
            operations += [("/quota/limit", most), ("/quota/period", period)]
        self.client.update_usage_plan(usagePlanId=self.plan, patchOperations=[
            {"op": "replace", "path": path, "value": str(value)} for path, value in operations])
        self.stack.wait_rolled_out()

    def tell(self, **settings):
        answer = self.stack.signed("PUT", f"/_turnpike/v1/restapis/{self.api}/stages/prod/limits", settings)
        self.assertEqual(200, answer.status, answer.body)
        self.stack.wait_rolled_out()

    def call(self, worker=0, path="/prod", value=None):
        return self.stack.invoke(self.api, path, headers={"x-api-key": value or self.value}, worker=worker)

    def told(self, answer):
        """What an answer tells, as it is written."""
        return {name: answer.headers[name] for name in TOLD if name in answer.headers}

    def key_limits(self, key=None):
        """The limits of the key's only plan, and whether they are live."""
        answer = self.stack.signed("GET", f"/_turnpike/v1/keys/{key or self.key}/limits")
        self.assertEqual(200, answer.status, answer.body)
        shown = answer.json()
        self.assertEqual(1, len(shown["plans"]))
        return shown["plans"][0] | {"degraded": shown["degraded"]}

    def usage(self, worker=0, value=None):
        answer = self.call(worker, "/prod/_usage", value)
        self.assertEqual(200, answer.status)
        return answer.json()

    def test_off_answers_are_those_of_a_stage_without_limits(self):
        self.limit(throttle=(1, 3), quota=(100, "DAY"))
        self.client.create_deployment(restApiId=self.api, stageName="free")
        varying = {"date", "x-amzn-requestid", "x-amz-apigw-id"}

        def form(answer):
            return answer.status, [(name, None if name.lower() in varying else value)
                                   for name, value in answer.headers.items()], answer.body

        plain = form(self.call())
        self.tell(headersEnabled=True, usageEnabled=True)
        self.assertNotEqual(plain, form(self.call()))
        self.tell()
        self.assertEqual(plain, form(self.call()))
        for _ in range(5):
            answer = self.call()
            self.assertEqual({}, self.told(answer))
        self.assertEqual(429, answer.status)
        # Without the setting the path is the API's, which has none of it.
        answer = self.call(path="/prod/_usage")
        self.assertEqual((403, "MissingAuthenticationTokenException"),
                         (answer.status, answer.headers["x-amzn-errortype"]))

    def test_remaining_goes_down_over_two_workers_and_never_promises_more_than_is_left(self):
        self.limit(quota=(10, "DAY"))
        self.tell(headersEnabled=True)
        for used in range(1, 11):
            answer = self.call(worker=used % 2)
            self.assertEqual(200, answer.status)
            told = self.told(answer)
            self.assertEqual(("10", str(10 - used)), (told["ratelimit-limit"], told["ratelimit-remaining"]))
            self.assertEqual("10;w=86400", told["ratelimit-policy"])
            self.assertTrue(0 < int(told["ratelimit-reset"]) <= 86400)
        for worker in (0, 1, 0):
            refused = self.call(worker)
            told = self.told(refused)
            self.assertEqual((429, "0"), (refused.status, told["ratelimit-remaining"]))
            self.assertEqual(told["ratelimit-reset"], told["retry-after"])
            # It is when the window ends: midnight, UTC.
            self.assertLessEqual((time.time() + int(told["retry-after"])) % 86400, 2)

    def test_a_large_bucket_promises_no_more_than_is_left(self):
        self.limit(throttle=(0.001, 500))
        self.tell(headersEnabled=True)
        remaining = []
        for used in range(1, 101):
            told = self.told(self.call(worker=used % 2))
            self.assertEqual(("500", "500;w=500000"), (told["ratelimit-limit"], told["ratelimit-policy"]))
            self.assertLessEqual(int(told["ratelimit-remaining"]), 500 - used)
            remaining.append(int(told["ratelimit-remaining"]))
        self.assertGreater(max(remaining), 400)

    def test_a_throttled_caller_who_waits_as_told_is_served(self):
        self.limit(throttle=(0.5, 2), quota=(1000, "DAY"))
        self.tell(headersEnabled=True)
        self.assertEqual(["1", "0"], [self.told(self.call())["ratelimit-remaining"] for _ in range(2)])
        refused = self.call()
        told = self.told(refused)
        self.assertEqual(429, refused.status)
        self.assertEqual("2;w=4, 1000;w=86400", told["ratelimit-policy"])
        self.assertEqual(("2", "0", "4"), (told["ratelimit-limit"], told["ratelimit-remaining"],
                                           told["ratelimit-reset"]))
        self.assertIn(told["retry-after"], ("1", "2"))
        time.sleep(int(told["retry-after"]))
        self.assertEqual(200, self.call().status)

    def test_nobody_is_told_to_come_back_to_a_closed_door(self):
        self.limit(throttle=(0, 0))
        self.tell(headersEnabled=True)
        refused = self.call()
        self.assertEqual(429, refused.status)
        self.assertEqual({"ratelimit-limit": "0", "ratelimit-remaining": "0", "ratelimit-policy": "0;w=1"},
                         self.told(refused))

    def test_the_limits_of_a_key_are_what_two_workers_used(self):
        self.limit(throttle=(0.01, 50), quota=(1000, "DAY"))
        before = self.key_limits()
        self.assertEqual((0, 1000, 50), (before["quota"]["used"], before["quota"]["remaining"],
                                         before["throttle"]["tokens"]))
        for number in range(21):
            self.assertEqual(200, self.call(worker=number % 2).status)
        after = self.key_limits()
        self.assertFalse(after["degraded"])
        self.assertEqual((21, 979, 0), (after["quota"]["used"], after["quota"]["remaining"],
                                        after["quota"]["heldByWorkers"]))
        self.assertEqual((29, 0), (after["throttle"]["tokens"], after["throttle"]["heldByWorkers"]))
        self.client.update_usage(usagePlanId=self.plan, keyId=self.key, patchOperations=[
            {"op": "replace", "path": "/remaining", "value": "5"}])
        granted = self.key_limits()["quota"]
        self.assertEqual((1000, 26, 5), (granted["limit"], granted["allowance"], granted["remaining"]))

    def test_two_key_holders_see_what_is_theirs(self):
        self.limit(throttle=(0.01, 40), quota=(100, "MONTH"))
        other, other_value = self.client.create_api_key(name="other", enabled=True), None
        other_value = other["value"]
        self.client.create_usage_plan_key(usagePlanId=self.plan, keyId=other["id"], keyType="API_KEY")
        self.tell(usageEnabled=True, headersEnabled=True)
        for number in range(7):
            self.assertEqual(200, self.call(worker=number % 2).status)
        for number in range(2):
            self.assertEqual(200, self.call(worker=number % 2, value=other_value).status)
        for value, used in ((self.value, 7), (other_value, 2)):
            for worker in (0, 1, 0, 1):
                usage = self.usage(worker, value)
                reset = usage["quota"].pop("reset")
                self.assertEqual({"plan": usage["plan"], "degraded": False,
                                  "throttle": {"rateLimit": 0.01, "burstLimit": 40, "remaining": 40 - used},
                                  "quota": {"limit": 100, "period": "MONTH", "used": used, "remaining": 100 - used}},
                                 usage)
                self.assertTrue(0 < reset <= 31 * 86400)
        # To look costs nothing, and nothing is told of it.
        answer = self.call(path="/prod/_usage")
        self.assertEqual({}, self.told(answer))
        self.assertNotIn(self.value.encode(), answer.body)
        self.assertEqual(7, self.key_limits()["quota"]["used"])
        wait_for(lambda: self.client.get_usage(
            usagePlanId=self.plan, keyId=self.key, startDate=time.strftime("%Y-%m-%d", time.gmtime()),
            endDate=time.strftime("%Y-%m-%d", time.gmtime()))["items"][self.key][0][0] == 7, 5, "the usage")
        for headers in ({}, {"x-api-key": "not-a-key"}):
            answer = self.stack.invoke(self.api, "/prod/_usage", headers=headers)
            self.assertEqual((403, {"message": "Forbidden"}), (answer.status, answer.json()))

    def test_a_quota_that_is_renewed_is_told_as_new(self):
        self.limit(quota=(3, "DAY"))
        self.tell(headersEnabled=True, usageEnabled=True)
        for _ in range(3):
            self.call()
        self.assertEqual(429, self.call().status)
        self.assertEqual(0, self.usage()["quota"]["remaining"])
        # As at midnight: the count of a window that is over.
        self.stack.redis_command("EVAL", """
            for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
              redis.call('HSET', key, 'w', redis.call('HGET', key, 'w') - 86400)
            end""", "0", f"*:quota:{self.plan}/{self.key}")
        # Each reactor looks at most once a second.
        new = wait_for(lambda: (quota := self.usage()["quota"])["used"] == 0 and quota, 5, "the new window")
        self.assertEqual(3, new["remaining"])


class WithoutRedis(unittest.TestCase):
    def test_nothing_is_promised_and_what_is_shown_is_said_to_be_old(self):
        stack = self.enterContext(Stack())
        client = stack.client()
        self.addCleanup(client.close)
        api, root = make_api(client)
        add_mock(client, api, root, key=True)
        client.create_deployment(restApiId=api, stageName="prod")
        key, value, plan = add_key(client, api, "prod")
        client.update_usage_plan(usagePlanId=plan, patchOperations=[
            {"op": "replace", "path": "/quota/limit", "value": "100"},
            {"op": "replace", "path": "/quota/period", "value": "DAY"}])
        stack.signed("PUT", f"/_turnpike/v1/restapis/{api}/stages/prod/limits",
                     {"headersEnabled": True, "usageEnabled": True})
        stack.wait_rolled_out()
        stack.wait_filled()

        def call(path="/prod"):
            return stack.invoke(api, path, headers={"x-api-key": value})

        def limits():
            return stack.signed("GET", f"/_turnpike/v1/keys/{key}/limits").json()

        for _ in range(4):
            self.assertIn("ratelimit-limit", call().headers)
        self.assertEqual(4, limits()["plans"][0]["quota"]["used"])
        wait_for(lambda: client.get_usage(
            usagePlanId=plan, keyId=key, startDate=time.strftime("%Y-%m-%d", time.gmtime()),
            endDate=time.strftime("%Y-%m-%d", time.gmtime()))["items"][key][0][0] == 4, 5, "the usage")
        stack.redis.send(signal.SIGSTOP)
        wait_for(lambda: call("/prod/_usage").json()["degraded"], 10, "the worker to see that Redis hangs")
        self.assertTrue(limits()["degraded"])
        stack.redis.send(signal.SIGCONT)
        wait_for(lambda: not limits()["degraded"], 20, "the key's limits to be live again")
        wait_for(lambda: not call("/prod/_usage").json()["degraded"], 20, "the usage to be live again")
        stack.redis.stop()
        answer = wait_for(lambda: (told := call()) and "ratelimit-limit" not in told.headers and told, 10,
                          "the worker to see it")
        self.assertEqual(200, answer.status)
        shown = wait_for(lambda: (told := call("/prod/_usage").json())["degraded"] and told, 10, "the worker to say so")
        self.assertEqual((100, "DAY"), (shown["quota"]["limit"], shown["quota"]["period"]))
        shown = limits()
        self.assertTrue(shown["degraded"])
        self.assertEqual((4, 96), (shown["plans"][0]["quota"]["used"], shown["plans"][0]["quota"]["remaining"]))
        stack.start_redis()
        wait_for(lambda: not limits()["degraded"], 20, "the key's limits to be live again")
        wait_for(lambda: not call("/prod/_usage").json()["degraded"], 20, "the usage to be live again")


if __name__ == "__main__":
    unittest.main()
