"""Every built operation through the stock client: required members only, then all members.

Each answer is compared with the description on the wire: status, members, types, errors.
"""

import unittest

from contract import V1, built_operations, checked_client, new_stack
from domain_operations import DomainOperations
from export_operations import ExportOperations
from usage_operations import UsageOperations

REPLACE = "replace"
FUNCTION_URI = ("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
                "arn:aws:lambda:us-east-1:000000000000:function:f/invocations")
USER_POOL = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_a"


def patch(*operations):
    return [dict(zip(("op", "path", "value"), operation)) for operation in operations]


class Operations(DomainOperations, ExportOperations, UsageOperations, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(new_stack())
        cls.called = set()

    def setUp(self):
        self.complaints = []
        self.client = checked_client(self.stack, self.complaints)
        self.addCleanup(self.client.close)

    def tearDown(self):
        self.assertEqual([], self.complaints)

    def call(self, operation, **arguments):
        """Calls it and checks that what was given and belongs to the answer comes back."""
        from botocore import xform_name
        answer = getattr(self.client, xform_name(operation))(**arguments)
        type(self).called.add(operation)
        answer.pop("ResponseMetadata")
        return answer

    def echo(self, operation, ignored=(), **arguments):
        answer = self.call(operation, **arguments)
        for member, value in arguments.items():
            if member in ignored or member not in self.output_members(operation):
                continue
            given = {key: value[key] for key in value} if isinstance(value, dict) else value
            got = answer.get(member)
            if isinstance(value, dict) and isinstance(got, dict):
                got = {key: got.get(key) for key in given}
            self.assertEqual(given, got, f"{operation}: {member}")
        return answer

    def output_members(self, operation):
        shape = self.client.meta.service_model.operation_model(operation).output_shape
        return set(shape.members) if shape else set()

    def make_api(self, **more):
        api = self.call("CreateRestApi", name="made for a test", **more)
        return api["id"], api["rootResourceId"] if "rootResourceId" in api else \
            self.call("GetResources", restApiId=api["id"])["items"][0]["id"]

    def make_deployable(self):
        api, root = self.make_api()
        where = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
        self.call("PutMethod", **where, authorizationType="NONE")
        self.call("PutIntegration", **where, type="MOCK")
        return api, root

    # One test per resource: create with required members, create with all, read, list, change, delete.

    def test_rest_api(self):
        least = self.echo("CreateRestApi", name="least")
        most = self.echo("CreateRestApi", name="most", description="d", version="v1", cloneFrom=least["id"],
                         binaryMediaTypes=["image/png"], minimumCompressionSize=1024, apiKeySource="AUTHORIZER",
                         endpointConfiguration={"types": ["REGIONAL"]}, tags={"a": "b"},
                         disableExecuteApiEndpoint=True)
        self.assertEqual("least", self.call("GetRestApi", restApiId=least["id"])["name"])
        self.assertIn(most["id"], [api["id"] for api in self.call("GetRestApis", limit=500)["items"]])
        changed = self.call("UpdateRestApi", restApiId=most["id"], patchOperations=patch((REPLACE, "/name", "other")))
        self.assertEqual("other", changed["name"])
        for api in (least, most):
            self.call("DeleteRestApi", restApiId=api["id"])
        with self.assertRaises(self.client.exceptions.NotFoundException):
            self.client.get_rest_api(restApiId=least["id"])

    def test_resource(self):
        api, root = self.make_api()
        pets = self.echo("CreateResource", restApiId=api, parentId=root, pathPart="pets")
        self.assertEqual("/pets", pets["path"])
        listed = self.call("GetResources", restApiId=api, limit=500, embed=["methods"])["items"]
        self.assertEqual(["/", "/pets"], [resource["path"] for resource in listed])
        self.call("GetResource", restApiId=api, resourceId=pets["id"], embed=["methods"])
        changed = self.call("UpdateResource", restApiId=api, resourceId=pets["id"],
                            patchOperations=patch((REPLACE, "/pathPart", "animals")))
        self.assertEqual("/animals", changed["path"])
        self.call("DeleteResource", restApiId=api, resourceId=pets["id"])

    def test_method_with_its_parts(self):
        api, root = self.make_api()
        where = {"restApiId": api, "resourceId": root, "httpMethod": "POST"}
        self.echo("PutMethod", **where, authorizationType="NONE", apiKeyRequired=True, operationName="do",
                  requestParameters={"method.request.querystring.q": True}, requestModels={"application/json": "Empty"})
        least = where | {"httpMethod": "GET"}
        self.echo("PutMethod", **least, authorizationType="NONE")
        self.echo("PutMethodResponse", **least, statusCode="200")
        self.echo("PutMethodResponse", **where, statusCode="200",
                  responseParameters={"method.response.header.X-A": False},
                  responseModels={"application/json": "Empty"})
        self.echo("PutIntegration", **least, ignored=("httpMethod",), type="MOCK")
        self.echo("PutIntegration", **where, ignored=("httpMethod",), type="HTTP", integrationHttpMethod="POST",
                  uri="http://backend.example/{p}", connectionType="INTERNET", passthroughBehavior="WHEN_NO_TEMPLATES",
                  requestParameters={"integration.request.path.p": "method.request.querystring.q"},
                  requestTemplates={"application/json": "{}"}, cacheNamespace="c", timeoutInMillis=1000,
                  cacheKeyParameters=["method.request.querystring.q"], contentHandling="CONVERT_TO_TEXT")
        self.echo("PutIntegrationResponse", **least, statusCode="200")
        self.echo("PutIntegrationResponse", **where, statusCode="200", selectionPattern="2\\d\\d",
                  responseParameters={"method.response.header.X-A": "'a'"}, responseTemplates={"application/json": "t"},
                  contentHandling="CONVERT_TO_TEXT")
        got = self.call("GetMethod", **where)
        self.assertEqual("HTTP", got["methodIntegration"]["type"])
        self.call("GetMethodResponse", **where, statusCode="200")
        self.call("GetIntegration", **where)
        self.call("GetIntegrationResponse", **where, statusCode="200")
        self.call("UpdateMethod", **where, patchOperations=patch((REPLACE, "/apiKeyRequired", "false")))
        self.call("UpdateMethodResponse", **where, statusCode="200",
                  patchOperations=patch(("add", "/responseParameters/method.response.header.X-B", "true")))
        self.call("UpdateIntegration", **where, patchOperations=patch((REPLACE, "/timeoutInMillis", "2000")))
        self.call("UpdateIntegrationResponse", **where, statusCode="200",
                  patchOperations=patch((REPLACE, "/selectionPattern", "3\\d\\d")))
        self.call("DeleteIntegrationResponse", **where, statusCode="200")
        self.call("DeleteIntegration", **where)
        self.call("DeleteMethodResponse", **where, statusCode="200")
        self.call("DeleteMethod", **where)

    def test_authorizer(self):
        api, root = self.make_api()
        where = {"restApiId": api}
        token = self.echo("CreateAuthorizer", **where, name="least", type="TOKEN", authorizerUri=FUNCTION_URI,
                          identitySource="method.request.header.Auth")
        self.assertEqual(300, token["authorizerResultTtlInSeconds"])
        self.echo("CreateAuthorizer", **where, name="most", type="REQUEST", authType="custom",
                  authorizerUri=FUNCTION_URI, authorizerCredentials="arn:aws:iam::000000000000:role/r",
                  identitySource="method.request.header.a,method.request.querystring.b,context.path,stageVariables.c",
                  identityValidationExpression="^a+$", authorizerResultTtlInSeconds=0)
        pool = self.echo("CreateAuthorizer", **where, name="pool", type="COGNITO_USER_POOLS", providerARNs=[USER_POOL],
                         identitySource="method.request.header.Authorization")
        self.assertNotIn("authorizerResultTtlInSeconds", pool)
        one = where | {"authorizerId": token["id"]}
        self.assertEqual(token, self.call("GetAuthorizer", **one))
        self.assertEqual(3, len(self.call("GetAuthorizers", **where)["items"]))
        changed = self.call("UpdateAuthorizer", **one,
                            patchOperations=patch((REPLACE, "/authorizerResultTtlInSeconds", "60")))
        self.assertEqual(60, changed["authorizerResultTtlInSeconds"])
        method = where | {"resourceId": root, "httpMethod": "GET"}
        self.echo("PutMethod", **method, authorizationType="CUSTOM", authorizerId=token["id"])
        with self.assertRaisesRegex(self.client.exceptions.ConflictException, "is referenced in method: GET//$"):
            self.client.delete_authorizer(**one)
        self.call("UpdateMethod", **method, patchOperations=patch(
            (REPLACE, "/authorizationType", "COGNITO_USER_POOLS"), (REPLACE, "/authorizerId", pool["id"])))
        self.call("DeleteAuthorizer", **one)
        with self.assertRaises(self.client.exceptions.NotFoundException):
            self.client.get_authorizer(**one)

    def test_an_authorizer_is_tried_as_far_as_it_can_be(self):
        api, _ = self.make_api()
        authorizer = self.call("CreateAuthorizer", restApiId=api, name="a", type="TOKEN", authorizerUri=FUNCTION_URI,
                               identitySource="method.request.header.Auth")["id"]
        for headers, status, text in (({}, 401, "Unauthorized request: "), ({"Auth": "t"}, 500, FUNCTION_URI)):
            answer = self.call("TestInvokeAuthorizer", restApiId=api, authorizerId=authorizer, headers=headers)
            self.assertEqual(status, answer["clientStatus"])
            self.assertIn(text, answer["log"])

    def test_request_validator(self):
        api, root = self.make_api()
        where = {"restApiId": api}
        least = self.call("CreateRequestValidator", **where)
        self.assertEqual({"id", "validateRequestBody", "validateRequestParameters"}, set(least))
        most = self.echo("CreateRequestValidator", **where, name="v", validateRequestBody=True,
                         validateRequestParameters=True)
        one = where | {"requestValidatorId": most["id"]}
        self.assertEqual(most, self.call("GetRequestValidator", **one))
        self.assertEqual([least, most], self.call("GetRequestValidators", **where)["items"])
        changed = self.call("UpdateRequestValidator", **one,
                            patchOperations=patch((REPLACE, "/validateRequestBody", "false")))
        self.assertFalse(changed["validateRequestBody"])
        method = where | {"resourceId": root, "httpMethod": "GET"}
        self.echo("PutMethod", **method, authorizationType="NONE", requestValidatorId=most["id"])
        with self.assertRaisesRegex(self.client.exceptions.ConflictException, "is referenced in method: GET//$"):
            self.client.delete_request_validator(**one)
        self.call("DeleteMethod", **method)
        self.call("DeleteRequestValidator", **one)

    def test_model(self):
        api, _ = self.make_api()
        where = {"restApiId": api}
        pet = self.echo("CreateModel", **where, name="Pet", contentType="application/json",
                        schema='{"properties":{"name":{"type":"string"}}}')
        self.echo("CreateModel", **where, name="Pets", contentType="application/json", description="many",
                  schema='{"type":"array","items":{"$ref":"https://apigateway.amazonaws.com/restapis/%s/models/Pet"}}'
                  % api)
        self.assertEqual(pet, self.call("GetModel", **where, modelName="Pet"))
        flat = self.call("GetModel", **where, modelName="Pets", flatten=True)
        self.assertEqual('{"type":"array","items":' + pet["schema"] + "}", flat["schema"])
        self.assertEqual(["Empty", "Error", "Pet", "Pets"],
                         [model["name"] for model in self.call("GetModels", **where)["items"]])
        template = self.call("GetModelTemplate", **where, modelName="Pet")["value"]
        self.assertEqual("#set($inputRoot = $input.path('$'))\n{\n  \"name\" : \"foo\"\n}", template)
        changed = self.call("UpdateModel", **where, modelName="Pet",
                            patchOperations=patch((REPLACE, "/description", "one")))
        self.assertEqual("one", changed["description"])
        with self.assertRaisesRegex(self.client.exceptions.ConflictException, "is referenced in model: Pets$"):
            self.client.delete_model(**where, modelName="Pet")
        for name in ("Pets", "Pet"):
            self.call("DeleteModel", **where, modelName=name)

    def test_gateway_response(self):
        api, _ = self.make_api()
        where = {"restApiId": api, "responseType": "THROTTLED"}
        shown = self.call("GetGatewayResponse", **where)
        self.assertEqual(("429", True), (shown["statusCode"], shown["defaultResponse"]))
        self.call("PutGatewayResponse", restApiId=api, responseType="DEFAULT_4XX")
        custom = self.echo("PutGatewayResponse", **where, statusCode="503",
                           responseParameters={"gatewayresponse.header.Retry-After": "'1'"},
                           responseTemplates={"text/plain": "later"})
        self.assertFalse(custom["defaultResponse"])
        listed = self.call("GetGatewayResponses", restApiId=api)["items"]
        self.assertEqual(21, len(listed))
        self.assertIn(custom, listed)
        changed = self.call("UpdateGatewayResponse", **where, patchOperations=patch(
            (REPLACE, "/statusCode", "429"), ("add", "/responseTemplates/application~1json", "{}"),
            ("remove", "/responseTemplates/text~1plain")))
        self.assertEqual(("429", {"application/json": "{}"}), (changed["statusCode"], changed["responseTemplates"]))
        self.call("DeleteGatewayResponse", **where)
        self.assertEqual(shown, self.call("GetGatewayResponse", **where))

    def test_deployment_and_stage(self):
        api, _ = self.make_deployable()
        first = self.echo("CreateDeployment", restApiId=api)
        self.echo("CreateDeployment", restApiId=api, stageName="made", stageDescription="s", description="d",
                  variables={"a": "b"}, tracingEnabled=False)
        self.call("GetDeployment", restApiId=api, deploymentId=first["id"], embed=["apisummary"])
        self.assertEqual(2, len(self.call("GetDeployments", restApiId=api, limit=500)["items"]))
        self.call("UpdateDeployment", restApiId=api, deploymentId=first["id"],
                  patchOperations=patch((REPLACE, "/description", "other")))
        self.echo("CreateStage", restApiId=api, stageName="least", deploymentId=first["id"])
        self.echo("CreateStage", restApiId=api, stageName="most", deploymentId=first["id"], description="d",
                  variables={"a": "b"}, tags={"t": "u"}, tracingEnabled=False, cacheClusterEnabled=False)
        self.call("GetStage", restApiId=api, stageName="most")
        self.assertEqual(3, len(self.call("GetStages", restApiId=api)["item"]))
        changed = self.call("UpdateStage", restApiId=api, stageName="most",
                            patchOperations=patch((REPLACE, "/variables/a", "c")))
        self.assertEqual({"a": "c"}, changed["variables"])
        for stage in ("least", "most", "made"):
            self.call("DeleteStage", restApiId=api, stageName=stage)
        self.call("DeleteDeployment", restApiId=api, deploymentId=first["id"])

    def test_api_key_and_usage_plan(self):
        api, _ = self.make_deployable()
        self.call("CreateDeployment", restApiId=api, stageName="s")
        least = self.echo("CreateApiKey")
        most = self.echo("CreateApiKey", name="contract", description="d", enabled=True, customerId="c",
                         value="contract-key-value-0000001", tags={"a": "b"})
        self.assertNotIn("value", self.call("GetApiKey", apiKey=most["id"]))
        self.assertEqual("contract-key-value-0000001",
                         self.call("GetApiKey", apiKey=most["id"], includeValue=True)["value"])
        found = self.call("GetApiKeys", nameQuery="contr", includeValues=True, limit=10)["items"]
        self.assertEqual([most["id"]], [key["id"] for key in found])
        self.call("UpdateApiKey", apiKey=least["id"], patchOperations=patch((REPLACE, "/enabled", "true")))
        plan = self.echo("CreateUsagePlan", name="least")
        full = self.echo("CreateUsagePlan", name="most", description="d", apiStages=[{"apiId": api, "stage": "s"}],
                         throttle={"rateLimit": 5.0, "burstLimit": 10}, quota={"limit": 9, "offset": 0, "period": "DAY"},
                         tags={"a": "b"})
        self.call("GetUsagePlan", usagePlanId=full["id"])
        self.call("UpdateUsagePlan", usagePlanId=full["id"],
                  patchOperations=patch((REPLACE, "/throttle/rateLimit", "7")))
        self.call("CreateUsagePlanKey", usagePlanId=full["id"], keyId=most["id"], keyType="API_KEY")
        self.call("GetUsagePlanKey", usagePlanId=full["id"], keyId=most["id"])
        self.assertEqual(1, len(self.call("GetUsagePlanKeys", usagePlanId=full["id"], nameQuery="c")["items"]))
        self.assertEqual([full["id"]],
                         [item["id"] for item in self.call("GetUsagePlans", keyId=most["id"])["items"]])
        self.call("DeleteUsagePlanKey", usagePlanId=full["id"], keyId=most["id"])
        self.call("UpdateUsagePlan", usagePlanId=full["id"], patchOperations=patch(("remove", "/apiStages", f"{api}:s")))
        for made in (plan, full):
            self.call("DeleteUsagePlan", usagePlanId=made["id"])
        for made in (least, most):
            self.call("DeleteApiKey", apiKey=made["id"])

    def test_account(self):
        self.call("GetAccount")
        self.call("UpdateAccount", patchOperations=patch(
            (REPLACE, "/cloudwatchRoleArn", "arn:aws:iam::000000000000:role/logs")))

    def test_tags(self):
        api, _ = self.make_api(tags={"first": "1"})
        arn = f"arn:aws:apigateway:us-east-1::/restapis/{api}"
        self.call("TagResource", resourceArn=arn, tags={"second": "2", "third": "3"})
        self.assertEqual({"first": "1", "second": "2", "third": "3"}, self.call("GetTags", resourceArn=arn)["tags"])
        self.call("UntagResource", resourceArn=arn, tagKeys=["first", "third"])
        self.assertEqual({"second": "2"}, self.call("GetTags", resourceArn=arn)["tags"])

    def test_invoke_method(self):
        api, root = self.make_deployable()
        where = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
        self.stack.start_worker()
        least = self.call("TestInvokeMethod", **where)
        most = self.call("TestInvokeMethod", **where, pathWithQueryString="/?a=b", body='{"statusCode": 200}',
                         headers={"X-A": "1"}, multiValueHeaders={"X-B": ["1", "2"]}, clientCertificateId="abc",
                         stageVariables={"name": "value"})
        for answer in (least, most):
            self.assertEqual({"status", "body", "headers", "multiValueHeaders", "log", "latency"}, set(answer))
            self.assertEqual(500, answer["status"])  # the integration has no template and no response

    def test_pages(self):
        made = {self.call("CreateApiKey", name=f"page-{number}")["id"] for number in range(7)}
        pages = self.client.get_paginator("get_api_keys").paginate(nameQuery="page-", PaginationConfig={"PageSize": 3})
        sizes = []
        found = []
        for page in pages:
            sizes.append(len(page["items"]))
            found += [key["id"] for key in page["items"]]
        self.assertEqual(([3, 3, 1], made), (sizes, set(found)))

    def test_import_and_put(self):
        body = b'{"openapi": "3.0.1", "info": {"title": "given", "version": "1"}, "paths": {"/a": {}}}'
        api = self.call("ImportRestApi", body=body, failOnWarnings=True, parameters={"basepath": "ignore"})
        self.assertEqual("given", api["name"])
        for mode in ("merge", "overwrite"):
            answer = self.call("PutRestApi", restApiId=api["id"], mode=mode, body=body.replace(b"given", mode.encode()),
                               failOnWarnings=True, parameters={"ignore": "documentation"})
            self.assertEqual(mode, answer["name"])

    def test_zz_every_built_operation_was_called(self):
        self.assertEqual(set(), built_operations() - self.called)

    def test_what_is_not_built_says_so(self):
        v2 = self.stack.client("apigatewayv2")
        self.addCleanup(v2.close)
        with self.assertRaises(v2.exceptions.NotFoundException) as raised:
            v2.get_api(ApiId="abc")
        self.assertIn("GetApi", str(raised.exception))

    def test_every_operation_that_is_not_built_answers_a_modelled_error(self):
        values = {"string": "x", "integer": 1, "boolean": True, "list": [], "map": {}, "structure": {}, "blob": b"{}"}
        for name in self.client.meta.service_model.operation_names:
            if name in built_operations() or name not in V1.operations:
                continue
            shape = self.client.meta.service_model.operation_model(name).input_shape
            arguments = {member: values[shape.members[member].type_name] for member in shape.required_members}
            for member in arguments:
                if shape.members[member].type_name == "string" and shape.members[member].enum:
                    arguments[member] = shape.members[member].enum[0]
            if name == "CreateDocumentationPart":
                arguments["location"] = {"type": "API"}
            with self.subTest(name):
                from botocore import xform_name
                from botocore.exceptions import ClientError
                with self.assertRaises(ClientError) as raised:
                    getattr(self.client, xform_name(name))(**arguments)
                self.assertIn(name, str(raised.exception))


if __name__ == "__main__":
    unittest.main()
