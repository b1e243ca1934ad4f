"""API keys in several plans, and what happens to them, on every worker."""

import unittest

from botocore.exceptions import ClientError
from stack import Stack, add_mock, make_api, wait_for

WORKERS = 2


class ApiKeys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(workers=WORKERS, own_ports=True))
        cls.client = cls.stack.client()
        cls.addClassCleanup(cls.client.close)
        cls.api, root = make_api(cls.client)
        add_mock(cls.client, cls.api, root, key=True)
        for stage in ("dev", "test", "prod"):
            cls.client.create_deployment(restApiId=cls.api, stageName=stage)
        cls.stack.wait_rolled_out()

    def plan(self, *stages):
        return self.client.create_usage_plan(
            name="p", apiStages=[{"apiId": self.api, "stage": stage} for stage in stages])["id"]

    def key(self, *plans):
        made = self.client.create_api_key(name="k", enabled=True)
        for plan in plans:
            self.join(plan, made["id"])
        return made["id"], made["value"]

    def join(self, plan, key):
        self.client.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")

    def statuses(self, value, stage):
        return [self.stack.invoke(self.api, f"/{stage}", headers={"x-api-key": value}, worker=worker).status
                for worker in range(WORKERS)]

    def assert_comes_to(self, status, value, *stages):
        for stage in stages:
            wait_for(lambda stage=stage: self.statuses(value, stage) == [status] * WORKERS, 5,
                     f"{status} of {stage} on every worker")

    def enable(self, key, enabled):
        self.client.update_api_key(apiKey=key, patchOperations=[
            {"op": "replace", "path": "/enabled", "value": str(enabled).lower()}])

    def test_a_key_has_the_stages_of_all_its_plans(self):
        one, other = self.plan("dev"), self.plan("test")
        key, value = self.key(one, other)
        self.assert_comes_to(200, value, "dev", "test")
        self.assertEqual([403] * WORKERS, self.statuses(value, "prod"))
        third = self.plan("prod")
        self.join(third, key)
        self.assert_comes_to(200, value, "prod")
        self.client.delete_usage_plan_key(usagePlanId=one, keyId=key)
        self.assert_comes_to(403, value, "dev")
        self.assertEqual([200] * WORKERS, self.statuses(value, "test"))

    def test_two_plans_of_a_key_cannot_have_the_same_stage(self):
        one, other = self.plan("dev"), self.plan("dev", "test")
        key, _ = self.key(one)
        with self.assertRaises(ClientError) as refused:
            self.join(other, key)
        self.assertEqual("ConflictException", refused.exception.response["Error"]["Code"])

    def test_a_key_is_disabled_and_enabled_again(self):
        key, value = self.key(self.plan("dev"))
        for _ in range(3):
            self.assert_comes_to(200, value, "dev")
            self.enable(key, False)
            self.assert_comes_to(403, value, "dev")
            self.enable(key, True)
        self.assert_comes_to(200, value, "dev")

    def test_a_key_moves_from_plan_to_plan(self):
        plans = {stage: self.plan(stage) for stage in ("dev", "test")}
        key, value = self.key(plans["dev"])
        self.assert_comes_to(200, value, "dev")
        for left, joined in (("dev", "test"), ("test", "dev")):
            self.client.delete_usage_plan_key(usagePlanId=plans[left], keyId=key)
            self.join(plans[joined], key)
            self.assert_comes_to(200, value, joined)
            self.assert_comes_to(403, value, left)

    def test_stages_move_between_plans_of_a_key(self):
        one, other = self.plan("dev"), self.plan("test")
        _, value = self.key(one, other)
        self.assert_comes_to(200, value, "dev", "test")
        self.client.update_usage_plan(usagePlanId=one, patchOperations=[
            {"op": "remove", "path": "/apiStages", "value": f"{self.api}:dev"}])
        self.assert_comes_to(403, value, "dev")
        self.client.update_usage_plan(usagePlanId=other, patchOperations=[
            {"op": "add", "path": "/apiStages", "value": f"{self.api}:dev"}])
        self.assert_comes_to(200, value, "dev")

    def test_a_key_or_plan_that_is_deleted_grants_nothing(self):
        one, other = self.plan("dev"), self.plan("test")
        key, value = self.key(one, other)
        self.assert_comes_to(200, value, "dev", "test")
        self.client.update_usage_plan(usagePlanId=one, patchOperations=[
            {"op": "remove", "path": "/apiStages", "value": f"{self.api}:dev"}])
        self.client.delete_usage_plan(usagePlanId=one)
        self.assert_comes_to(403, value, "dev")
        self.client.delete_api_key(apiKey=key)
        self.assert_comes_to(403, value, "test")

    def test_a_key_that_callers_tried_before_it_was_made_works_once_it_is(self):
        plan = self.plan("dev")
        value = "guessed-before-it-was-made-0001"
        self.assertEqual([403] * WORKERS, self.statuses(value, "dev"))
        key = self.client.create_api_key(name="late", enabled=True, value=value)["id"]
        self.join(plan, key)
        self.assert_comes_to(200, value, "dev")


if __name__ == "__main__":
    unittest.main()
