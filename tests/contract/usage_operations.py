"""Documentation, imports of keys, usage and caches of stages through the stock client; part of test_operations.py."""

import datetime
import json
import time

from botocore.exceptions import ClientError


def replacing(path, value):
    return [{"op": "replace", "path": path, "value": value}]


class UsageOperations:
    def test_documentation_parts(self):
        api, _ = self.make_api()
        least = self.echo("CreateDocumentationPart", restApiId=api, location={"type": "API"},
                          properties='{"description":"d"}')
        most = self.echo("CreateDocumentationPart", restApiId=api, properties='{"summary":"s"}', location={
            "type": "RESPONSE_HEADER", "path": "/pets", "method": "GET", "statusCode": "200", "name": "X-Next"})
        where = {"restApiId": api, "documentationPartId": most["id"]}
        self.assertEqual(most, self.call("GetDocumentationPart", **where))

        def listed(**more):
            return self.call("GetDocumentationParts", restApiId=api, **more)["items"]
        self.assertEqual([least, most], listed(limit=500))
        self.assertEqual([most], listed(type="RESPONSE_HEADER", path="/pets", nameQuery="X-",
                                        locationStatus="DOCUMENTED"))
        self.assertEqual([{"location": {"type": "RESOURCE", "path": "/"}}],
                         listed(locationStatus="UNDOCUMENTED", type="RESOURCE"))
        changed = self.call("UpdateDocumentationPart", **where, patchOperations=replacing("/properties", '{"a":1}'))
        self.assertEqual('{"a":1}', changed["properties"])
        with self.assertRaises(self.client.exceptions.ConflictException):
            self.client.create_documentation_part(restApiId=api, location={"type": "API"}, properties="{}")
        self.call("DeleteDocumentationPart", **where)
        with self.assertRaises(self.client.exceptions.NotFoundException):
            self.client.get_documentation_part(**where)

    def test_import_of_documentation(self):
        api, _ = self.make_api()

        def document(*parts):
            return json.dumps({"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": {},
                               "x-amazon-apigateway-documentation": {"documentationParts": parts}}).encode()
        about_api = {"location": {"type": "API"}, "properties": {"description": "d"}}
        about_pet = {"location": {"type": "MODEL", "name": "Pet"}, "properties": {"description": "a pet"}}
        nameless = {"location": {"type": "MODEL"}, "properties": {"description": "?"}}
        first = self.call("ImportDocumentationParts", restApiId=api, body=document(about_api))
        self.assertEqual(["ids"], list(first))
        second = self.call("ImportDocumentationParts", restApiId=api, mode="merge", failOnWarnings=False,
                           body=document(about_pet, nameless))
        self.assertEqual((1, 1), (len(second["ids"]), len(second["warnings"])))
        listed = self.call("GetDocumentationParts", restApiId=api)["items"]
        self.assertEqual(first["ids"] + second["ids"], [part["id"] for part in listed])
        self.call("ImportDocumentationParts", restApiId=api, mode="overwrite", body=document(about_pet))
        listed = self.call("GetDocumentationParts", restApiId=api)["items"]
        self.assertEqual([about_pet["location"]], [part["location"] for part in listed])
        with self.assertRaisesRegex(ClientError, "Warnings found during import:\n\t"):
            self.client.import_documentation_parts(restApiId=api, mode="overwrite", failOnWarnings=True,
                                                   body=document(nameless))
        self.assertEqual(listed, self.call("GetDocumentationParts", restApiId=api)["items"])

    def test_documentation_versions(self):
        api, _ = self.make_deployable()
        self.call("CreateDeployment", restApiId=api, stageName="dev")
        least = self.echo("CreateDocumentationVersion", restApiId=api, documentationVersion="1.0")
        most = self.echo("CreateDocumentationVersion", restApiId=api, documentationVersion="2.0", stageName="dev",
                         description="d")
        self.assertLess(abs(most["createdDate"].timestamp() - time.time()), 600)
        self.assertEqual("2.0", self.call("GetStage", restApiId=api, stageName="dev")["documentationVersion"])
        self.assertEqual([least, most], self.call("GetDocumentationVersions", restApiId=api, limit=500)["items"])
        where = {"restApiId": api, "documentationVersion": "2.0"}
        self.assertEqual(most, self.call("GetDocumentationVersion", **where))
        changed = self.call("UpdateDocumentationVersion", **where, patchOperations=replacing("/description", "other"))
        self.assertEqual("other", changed["description"])
        with self.assertRaises(self.client.exceptions.ConflictException):
            self.client.delete_documentation_version(**where)
        self.call("UpdateStage", restApiId=api, stageName="dev",
                  patchOperations=replacing("/documentationVersion", "1.0"))
        self.call("DeleteDocumentationVersion", **where)
        with self.assertRaises(self.client.exceptions.NotFoundException):
            self.client.get_documentation_version(**where)

    def test_import_of_api_keys(self):
        plan = self.call("CreateUsagePlan", name="for imported keys")["id"]
        rows = ("\ufeffName,Key,Description,Enabled,UsagePlanIds\r\n"
                f'one,imported-key-value-000001,"a, b",false,"{plan}"\r\n'
                "two,imported-key-value-000002\r\nbad,short\r\n").encode()
        answer = self.call("ImportApiKeys", body=rows, format="csv", failOnWarnings=False)
        self.assertEqual((2, ["Line 4: API Key value should be at least 20 characters"]),
                         (len(answer["ids"]), answer["warnings"]))
        one = self.call("GetApiKey", apiKey=answer["ids"][0], includeValue=True)
        self.assertEqual(("one", "imported-key-value-000001", "a, b", False),
                         tuple(one[member] for member in ("name", "value", "description", "enabled")))
        self.assertEqual([one["id"]], [key["id"] for key in self.call("GetUsagePlanKeys", usagePlanId=plan)["items"]])
        with self.assertRaisesRegex(ClientError, "Warnings found during import:\n\tLine 4: "):
            self.client.import_api_keys(body=rows.replace(b"one", b"renamed"), format="csv", failOnWarnings=True)
        self.assertEqual("one", self.call("GetApiKey", apiKey=one["id"])["name"])
        self.call("ImportApiKeys", body=b"Name,Key\nrenamed,imported-key-value-000001", format="csv")
        self.assertEqual("renamed", self.call("GetApiKey", apiKey=one["id"])["name"])

    def test_import_of_as_many_keys_as_there_may_be(self):
        rows = b"Name,Key\n" + b"".join(b"bulk-%d,bulk-imported-key-value-%06d\n" % (n, n) for n in range(10_001))
        with self.assertRaises(self.client.exceptions.LimitExceededException):
            self.client.import_api_keys(body=rows, format="csv")
        self.assertEqual([], self.call("GetApiKeys", nameQuery="bulk-")["items"])

    def test_usage(self):
        plan = self.call("CreateUsagePlan", name="metered", quota={"limit": 9, "offset": 0, "period": "DAY"})["id"]
        keys = [self.call("CreateApiKey", name=f"metered {number}")["id"] for number in range(3)]
        for key in keys:
            self.call("CreateUsagePlanKey", usagePlanId=plan, keyId=key, keyType="API_KEY")
        today = datetime.datetime.now(datetime.timezone.utc).date()
        span = {"usagePlanId": plan, "startDate": str(today - datetime.timedelta(days=2)),
                "endDate": str(today + datetime.timedelta(days=1))}
        self.assertEqual({key: [[0, 9]] * 4 for key in keys}, self.echo("GetUsage", **span)["items"])
        self.assertEqual({keys[1]: [[0, 9]] * 4}, self.call("GetUsage", **span, keyId=keys[1])["items"])
        pages = list(self.client.get_paginator("get_usage").paginate(**span, PaginationConfig={"PageSize": 2}))
        self.assertEqual([2, 1], [len(page["items"]) for page in pages])
        self.call("GetUsage", **span, limit=2, position=pages[0]["position"])
        changed = self.call("UpdateUsage", usagePlanId=plan, keyId=keys[0], patchOperations=replacing("/remaining", "50"))
        self.assertEqual(([[0, 50]], changed["startDate"]), (changed["items"][keys[0]], changed["endDate"]))
        self.assertIn([0, 50], self.call("GetUsage", **span, keyId=keys[0])["items"][keys[0]])

    def test_caches_of_a_stage(self):
        api, _ = self.make_deployable()
        self.call("CreateDeployment", restApiId=api, stageName="dev")
        before = self.call("GetStage", restApiId=api, stageName="dev")
        self.call("FlushStageCache", restApiId=api, stageName="dev")
        self.call("FlushStageAuthorizersCache", restApiId=api, stageName="dev")
        self.assertEqual(before, self.call("GetStage", restApiId=api, stageName="dev"))
