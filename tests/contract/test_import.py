"""OpenAPI documents in and out through the stock client: import, merge, overwrite, export."""

import json
import os
import unittest

from stack import ROOT, Stack

MOCK = {"type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {"default": {"statusCode": "200", "responseTemplates": {"application/json": '{"ok": true}'}}}}


def operation(**more):
    return {"responses": {"200": {"description": "Fine."}}, "x-amazon-apigateway-integration": MOCK} | more


def document(paths, **more):
    return {"openapi": "3.0.1", "info": {"title": "pets", "version": "1.2"}, "paths": paths} | more


def corpus(name):
    """A real document made by others, or None where the corpora are not at hand."""
    folder = os.environ.get("TURNPIKE_CORPORA", os.path.join(ROOT, "..", "shared", "corpora"))
    path = os.path.join(folder, "openapi", name)
    if not os.path.exists(path):
        return None
    with open(path, "rb") as file:
        return file.read()


class Import(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = cls.enterClassContext(Stack(workers=1, control_settings={
            "TURNPIKE_RESOURCES_PER_API_MAX": 3000, "TURNPIKE_MODELS_PER_API_MAX": 5000}))
        cls.client = cls.stack.client()

    def load(self, body, **more):
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.import_rest_api(body=text, **more)

    def put(self, api, body, mode, **more):
        return self.client.put_rest_api(restApiId=api, mode=mode, body=json.dumps(body).encode(), **more)

    def tree(self, api):
        """{path: {verb: method}} without what differs from one API to the next."""
        items = [item for page in self.client.get_paginator("get_resources").paginate(restApiId=api, embed=["methods"])
                 for item in page["items"]]
        tree = {}
        for item in items:
            methods = item.get("resourceMethods", {})
            for method in methods.values():
                for name in ("authorizerId", "requestValidatorId"):
                    method.pop(name, None)
                method.get("methodIntegration", {}).pop("cacheNamespace", None)
            tree[item["path"]] = methods
        return tree

    def refused(self, call, *arguments, **more):
        with self.assertRaises(self.client.exceptions.BadRequestException) as caught:
            call(*arguments, **more)
        return caught.exception.response["Error"]["Message"]

    # -- a new API ---------------------------------------------------------------------------------

    def test_a_document_becomes_an_api_that_serves(self):
        api = self.load(document({
            "/pets/{id}": {"get": operation(operationId="getPet", parameters=[
                {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                {"name": "deep", "in": "query", "schema": {"type": "boolean"}}]),
                           "x-amazon-apigateway-any-method": operation()},
            "/": {"get": operation()}}))
        self.assertEqual(("pets", "1.2", "HEADER"), (api["name"], api["version"], api["apiKeySource"]))
        self.assertNotIn("warnings", api)
        tree = self.tree(api["id"])
        self.assertEqual({"/", "/pets", "/pets/{id}"}, set(tree))
        self.assertEqual({"GET", "ANY"}, set(tree["/pets/{id}"]))
        method = tree["/pets/{id}"]["GET"]
        self.assertEqual({"method.request.path.id": True, "method.request.querystring.deep": False},
                         method["requestParameters"])
        self.assertEqual("getPet", method["operationName"])
        integration = method["methodIntegration"]
        self.assertEqual(("MOCK", "WHEN_NO_MATCH", 29000), (integration["type"], integration["passthroughBehavior"],
                                                            integration["timeoutInMillis"]))
        self.client.create_deployment(restApiId=api["id"], stageName="prod")
        self.stack.wait_rolled_out()
        answer = self.stack.invoke(api["id"], "/prod/pets/1")
        self.assertEqual((200, b'{"ok": true}'), (answer.status, answer.body))

    def test_yaml(self):
        api = self.load(b"""
swagger: "2.0"
info: {title: in yaml, version: 3}
basePath: /v1/shop
paths:
  /items:
    get:
      responses:
        200: {description: Fine.}
      x-amazon-apigateway-integration: {type: mock}
""", parameters={"basepath": "prepend"})
        self.assertEqual({"/", "/v1", "/v1/shop", "/v1/shop/items"}, set(self.tree(api["id"])))

    def test_authorizers_validators_models_and_responses(self):
        api = self.load(document(
            {"/": {"post": operation(
                security=[{"guard": []}],
                requestBody={"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}},
                **{"x-amazon-apigateway-request-validator": "all"})}},
            components={"schemas": {"Pet": {"type": "object", "properties": {"name": {"type": "string"}}}},
                        "securitySchemes": {"guard": {
                            "type": "apiKey", "name": "Authorization", "in": "header",
                            "x-amazon-apigateway-authtype": "custom",
                            "x-amazon-apigateway-authorizer": {
                                "type": "token", "authorizerUri":
                                    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
                                    "arn:aws:lambda:us-east-1:000000000000:function:guard/invocations"}}}},
            **{"x-amazon-apigateway-request-validators": {
                "all": {"validateRequestBody": True, "validateRequestParameters": True}},
               "x-amazon-apigateway-gateway-responses": {"DEFAULT_4XX": {"statusCode": "418"}},
               "x-amazon-apigateway-binary-media-types": ["image/png"]}))["id"]
        authorizer, = self.client.get_authorizers(restApiId=api)["items"]
        self.assertEqual(("guard", "TOKEN", "method.request.header.Authorization"),
                         (authorizer["name"], authorizer["type"], authorizer["identitySource"]))
        validator, = self.client.get_request_validators(restApiId=api)["items"]
        root = self.client.get_resources(restApiId=api)["items"][0]["id"]
        method = self.client.get_method(restApiId=api, resourceId=root, httpMethod="POST")
        self.assertEqual(("CUSTOM", authorizer["id"], validator["id"]),
                         (method["authorizationType"], method["authorizerId"], method["requestValidatorId"]))
        self.assertEqual({"application/json": "Pet"}, method["requestModels"])
        self.assertEqual("object", json.loads(self.client.get_model(restApiId=api, modelName="Pet")["schema"])["type"])
        self.assertEqual("418", self.client.get_gateway_response(restApiId=api, responseType="DEFAULT_4XX")["statusCode"])
        self.assertEqual(["image/png"], self.client.get_rest_api(restApiId=api)["binaryMediaTypes"])

    def test_bad_documents_change_nothing(self):
        before = len(self.client.get_rest_apis(limit=500)["items"])
        self.assertEqual("Invalid OpenAPI input.", self.refused(self.load, b"no document at all"))
        self.refused(self.load, b"{")
        self.refused(self.load, b'{"openapi": "3.0.1"}')
        siblings = document({"/{a}": {"get": operation()}, "/{b+}": {"get": operation()}})
        self.assertIn("A sibling ({a}) of this resource already has a variable path part -- only one is allowed",
                      self.refused(self.load, siblings))
        self.assertEqual(before, len(self.client.get_rest_apis(limit=500)["items"]))

    def test_warnings(self):
        odd = document({"/": {"trace": operation(), "get": operation()}})
        self.assertTrue(self.load(odd)["warnings"])
        self.assertTrue(self.refused(self.load, odd, failOnWarnings=True).startswith(
            "Warnings found during import:\n\t"))

    def test_problems_and_warnings_name_line_column_and_pointer(self):
        text = ("openapi: 3.0.1\ninfo: {title: pets, version: '1'}\npaths:\n  /pets/{id}:\n    get:\n"
                "      x-amazon-apigateway-integration: {type: mock, timeoutInMillis: 1}\n"
                "    put:\n      x-amazon-apigateway-integration: {type: http, httpMethod: GET, uri: nowhere}\n"
                "  /pets/{name}/x: {}\n")
        lines = self.refused(self.load, text.encode()).split("\n\t")
        self.assertEqual(["Errors found during import:",
                          "Unable to put integration on 'GET' for resource at path '/pets/{id}'",
                          "Unable to put integration on 'PUT' for resource at path '/pets/{id}'"],
                         [line.split(": ")[0] if ": " in line else line for line in lines])
        self.assertTrue(lines[1].endswith(" (6:7 /paths/~1pets~1{id}/get/x-amazon-apigateway-integration)"), lines)
        self.assertTrue(lines[2].endswith(" (8:7 /paths/~1pets~1{id}/put/x-amazon-apigateway-integration)"), lines)
        fine = text.replace(", timeoutInMillis: 1", "").replace("http, httpMethod: GET, uri: nowhere", "mock")
        self.assertEqual(["Path '/pets/{name}/x': the variable {name} is called {id} as in its sibling paths "
                          "(9:3 /paths/~1pets~1{name}~1x)"], self.load(fine.encode())["warnings"])

    def test_bombs_are_refused(self):
        laughs = b"swagger: '2.0'\ninfo: {title: x, version: '1'}\na: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
            b"%c: &%c [%s]\n" % (98 + n, 98 + n, b",".join([b"*%c" % (97 + n)] * 9)) for n in range(9)) + b"paths: {}\n"
        self.refused(self.load, laughs)
        self.refused(self.load, b"[" * 100_000)
        self.refused(self.load, b"a: " * 50_000)
        self.refused(self.load, document([]))
        self.assertEqual("The OpenAPI document exceeds the maximum size of 6291456 bytes.",
                         self.refused(self.load, b"{}" + b" " * 6_291_455))
        head = b'{"openapi": "3.0.1", "info": {"title": "x", "version": "1"}, "paths": {'
        for bomb in (b'}, "x": 1e999999}', b'}, "x": ' + b"9" * 100_000 + b"}", b'}, "x": ' + b"9" * 6_000_000 + b"}",
                     b'"/' + b"a" * 6_000_000 + b'": {}}}', b", ".join([b'"/a": {"get": {}}'] * 300_000) + b"}}",
                     b", ".join(b'"/%d": 0' % n for n in range(400_000)) + b"}}",
                     b'}, "x-amazon-apigateway-binary-media-types": [' +
                     b", ".join(b'"a/%d"' % n for n in range(400_000)) + b"]}"):
            self.refused(self.load, head + bomb)
        self.refused(self.load, b"openapi: 3.0.1\npaths:\n" + b"".join(b" /%d:\n" % n for n in range(500_000)))
        self.client.get_account()

    # -- an API that is there ----------------------------------------------------------------------

    def test_merge_replaces_methods_and_keeps_the_rest(self):
        api = self.load(document({"/a": {"get": operation(), "post": operation()}, "/b": {"get": operation()}},
                                 **{"x-amazon-apigateway-binary-media-types": ["image/png"]}))["id"]
        answer = self.put(api, {"openapi": "3.0.1", "info": {"title": "renamed", "version": "2"},
                                "paths": {"/a": {"get": operation(operationId="fresh")}, "/c": {"get": operation()}},
                                "x-amazon-apigateway-binary-media-types": ["image/gif", "image/png"]}, "merge")
        self.assertEqual(("renamed", "2", ["image/png", "image/gif"]),
                         (answer["name"], answer["version"], answer["binaryMediaTypes"]))
        tree = self.tree(api)
        self.assertEqual({"/", "/a", "/b", "/c"}, set(tree))
        self.assertEqual({"GET", "POST"}, set(tree["/a"]))
        self.assertEqual("fresh", tree["/a"]["GET"]["operationName"])

    def test_what_an_import_takes_an_export_gives_back(self):
        given = document({"/pets/{id}": {"get": operation(operationId="getPet", security=[{"api_key": []}])},
                          "/any": {"x-amazon-apigateway-any-method": operation()}},
                         components={"securitySchemes": {"api_key": {"type": "apiKey", "name": "x-api-key",
                                                                     "in": "header"}}})
        first = self.load(given)["id"]
        for kind, accepts in (("oas30", "application/json"), ("swagger", "application/yaml")):
            self.client.create_deployment(restApiId=first, stageName="prod")
            exported = self.client.get_export(restApiId=first, stageName="prod", exportType=kind, accepts=accepts,
                                              parameters={"extensions": "apigateway"})["body"].read()
            second = self.load(exported)["id"]
            self.assertEqual(self.tree(first), self.tree(second), kind)

    def test_overwrite_drops_the_rest_and_keeps_ids_and_stages(self):
        made = self.load(document({"/a": {"get": operation(), "post": operation()}, "/b/c": {"get": operation()}},
                                  **{"x-amazon-apigateway-binary-media-types": ["image/png"]}))
        api = made["id"]
        self.client.create_deployment(restApiId=api, stageName="prod")
        before = {item["path"]: item["id"] for item in self.client.get_resources(restApiId=api, limit=500)["items"]}
        answer = self.put(api, document({"/a": {"get": operation()}}), "overwrite")
        self.assertNotIn("binaryMediaTypes", answer)
        after = {item["path"]: item["id"] for item in self.client.get_resources(restApiId=api, limit=500)["items"]}
        self.assertEqual({path: before[path] for path in ("/", "/a")}, after)
        self.assertEqual({"GET"}, set(self.tree(api)["/a"]))
        self.assertEqual(["prod"], [stage["stageName"] for stage in self.client.get_stages(restApiId=api)["item"]])

    def test_a_failed_put_changes_nothing(self):
        api = self.load(document({"/a": {"get": operation()}}))["id"]
        before = self.tree(api)
        bad = document({"/a": {"get": operation(operationId="changed")}, "/{x}": {"get": operation()},
                        "/{y+}": {"get": operation()}})
        self.refused(self.put, api, bad, "overwrite")
        self.assertEqual(before, self.tree(api))
        self.assertEqual("pets", self.client.get_rest_api(restApiId=api)["name"])

    def test_security_requirements_say_who_may_call(self):
        function = ("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
                    "arn:aws:lambda:us-east-1:000000000000:function:guard/invocations")
        pool = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_abc"
        header = {"type": "apiKey", "name": "Authorization", "in": "header"}
        schemes = {"key": header | {"name": "x-api-key"}, "sigv4": header | {"x-amazon-apigateway-authtype": "awsSigv4"},
                   "guard": header | {"x-amazon-apigateway-authtype": "custom", "x-amazon-apigateway-authorizer": {
                       "type": "token", "authorizerUri": function}},
                   "pool": header | {"x-amazon-apigateway-authtype": "cognito_user_pools",
                                     "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools",
                                                                        "providerARNs": [pool]}}}
        wanted = {  # path: (security, authorization type, authorizer, scopes, key)
            "/inherited": (None, "NONE", None, None, True),
            "/open": ([], "NONE", None, None, False),
            "/anybody": ([{}], "NONE", None, None, False),
            "/both": ([{"guard": [], "key": []}], "CUSTOM", "guard", None, True),
            "/apart": ([{"pool": ["a", "b"]}, {"key": []}], "COGNITO_USER_POOLS", "pool", ["a", "b"], True),
            "/joined": ([{"pool": ["a"]}, {"pool": ["a", "c"]}], "COGNITO_USER_POOLS", "pool", ["a", "c"], False),
            "/signed": ([{"sigv4": [], "key": []}], "AWS_IAM", None, None, True)}
        given = document({path: {"get": operation(**({} if row[0] is None else {"security": row[0]}))}
                          for path, row in wanted.items()},
                         security=[{"key": []}], components={"securitySchemes": schemes})
        first = self.load(given)
        self.assertNotIn("warnings", first)
        self.client.create_deployment(restApiId=first["id"], stageName="prod")
        apis = [first["id"]]
        for kind in ("oas30", "swagger"):
            exported = self.client.get_export(restApiId=first["id"], stageName="prod", exportType=kind,
                                              parameters={"extensions": "apigateway"})["body"].read()
            apis.append(self.load(exported, failOnWarnings=True)["id"])
        for api in apis:
            names = {item["id"]: item["name"] for item in self.client.get_authorizers(restApiId=api)["items"]}
            self.assertEqual({"guard", "pool"}, set(names.values()))
            for item in self.client.get_resources(restApiId=api, embed=["methods"])["items"]:
                if item["path"] not in wanted:
                    continue
                method = item["resourceMethods"]["GET"]
                self.assertEqual(wanted[item["path"]][1:], (
                    method["authorizationType"], names.get(method.get("authorizerId")),
                    method.get("authorizationScopes"), method["apiKeyRequired"]), item["path"])
        self.stack.wait_rolled_out()
        self.assertEqual([200, 403], [self.stack.invoke(apis[0], f"/prod/{path}").status
                                      for path in ("open", "inherited")])

    def test_security_that_methods_cannot_have_is_a_warning(self):
        schemes = {"key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
                   "sigv4": {"type": "apiKey", "name": "Authorization", "in": "header",
                             "x-amazon-apigateway-authtype": "awsSigv4"},
                   "oauth": {"type": "oauth2", "flows": {}}}
        given = document({"/a": {"get": operation(security=[{"sigv4": []}, {"oauth": ["x"]}, {}])}},
                         components={"securitySchemes": schemes})
        warnings = self.load(given)["warnings"]
        self.assertEqual(2, len(warnings), warnings)
        self.assertRegex(warnings[0], r"^The security scheme 'oauth' is ignored: .* /components/securitySchemes/oauth\)$")
        self.assertRegex(warnings[1], r"^An empty security requirement .* \(1:\d+ /paths/~1a/get/security/2\)$")

    def test_documents_of_awkward_shape_go_in_and_out(self):
        deep = {"type": "string"}
        for _ in range(40):
            deep = {"type": "array", "items": {"type": "object", "properties": {"größe": deep}}}
        ok = operation()["x-amazon-apigateway-integration"]
        empty = {"x-amazon-apigateway-integration": {"type": "mock", "requestTemplates": MOCK["requestTemplates"]}}
        body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/pet"}}}}
        given = document({
            "/Größe": {"get": operation()},
            "/verbs": {verb: operation() for verb in ("head", "options", "get", "x-amazon-apigateway-any-method")},
            "/sparse": {"get": empty | {"responses": {}}, "put": empty | {"responses": {"default": {"description": "x"}}},
                        "post": {"responses": {"200": {}, "404": None}, "x-amazon-apigateway-integration": ok}},
            "/one/{id}": {"parameters": [{"$ref": "#/components/parameters/a"}, {"name": "q", "in": "query", "required": True}],
                          "get": operation(parameters=[{"$ref": "#/components/parameters/q"}]),
                          "put": operation(operationId="größe・名前", requestBody=body)}},
            components={"schemas": {"Pet": {"type": "object"}, "pet": {"type": "string"}, "a.b-c": deep, "abc": deep,
                                    "名前": {"$ref": "#/components/schemas/a.b-c"}},
                        "parameters": {"a": {"$ref": "#/components/parameters/b"}, "b": {"$ref": "#/components/parameters/c"},
                                       "c": {"name": "id", "in": "path", "required": True}, "q": {"name": "q", "in": "query"}}})
        first = self.load(given)
        self.assertEqual(2, len(first["warnings"]), first["warnings"])
        tree = self.tree(first["id"])
        self.assertEqual({"/", "/verbs", "/sparse", "/one", "/one/{id}"}, set(tree))
        self.assertEqual({"HEAD", "OPTIONS", "GET", "ANY"}, set(tree["/verbs"]))
        self.assertEqual({verb: set(method.get("methodResponses", {})) for verb, method in tree["/sparse"].items()},
                         {"GET": set(), "PUT": set(), "POST": {"200", "404"}})
        for verb, required in (("GET", False), ("PUT", True)):
            self.assertEqual({"method.request.path.id": True, "method.request.querystring.q": required},
                             tree["/one/{id}"][verb]["requestParameters"])

        def models(api):
            return {model["name"]: model["schema"].replace(api, "")
                    for model in self.client.get_models(restApiId=api, limit=500)["items"]}
        self.assertEqual(json.loads(models(first["id"])["abc"]), deep)
        self.client.create_deployment(restApiId=first["id"], stageName="prod")
        for kind, accepts in (("oas30", "application/yaml"), ("swagger", "application/json")):
            exported = self.client.get_export(restApiId=first["id"], stageName="prod", exportType=kind, accepts=accepts,
                                              parameters={"extensions": "apigateway"})["body"].read()
            second = self.load(exported, failOnWarnings=True)["id"]
            self.assertEqual(tree, self.tree(second), kind)
            self.assertEqual(models(first["id"]), models(second), kind)

    # -- real and large documents ------------------------------------------------------------------

    def test_six_hundred_operations_route(self):
        paths = {f"/group{n // 20}/item{n}/{{id}}": {verb: operation() for verb in ("get", "put", "delete")}
                 for n in range(200)}
        api = self.load(document(paths))["id"]
        self.client.create_deployment(restApiId=api, stageName="prod")
        self.stack.wait_rolled_out()
        for n in range(200):
            for verb in ("GET", "PUT", "DELETE"):
                self.assertEqual(200, self.stack.invoke(api, f"/prod/group{n // 20}/item{n}/7", verb).status)

    def test_documents_of_others(self):
        for name in ("discord.json", "openai.yaml", "twilio.yaml"):
            text = corpus(name)
            if text is None:
                self.skipTest("the corpora are not at hand")
            with self.subTest(name):
                api = self.load(text)
                self.assertGreater(len(self.tree(api["id"])), 50)
                self.client.delete_rest_api(restApiId=api["id"])

    def test_one_variable_with_two_names_is_one_resource(self):
        target = {"type": "http_proxy", "httpMethod": "GET", "uri": "http://127.0.0.1:1/{two}"}
        given = document({"/a/{one}/b": {"get": operation()},
                          "/a/{two}": {"get": operation(**{"x-amazon-apigateway-integration": target}, parameters=[
                              {"name": "two", "in": "path", "required": True, "schema": {"type": "string"}}])}})
        api = self.load(given)
        self.assertEqual(1, len(api["warnings"]))
        self.assertRegex(api["warnings"][0], r"^Path '/a/{two}': the variable {two} is called {one} as in its sibling "
                                             r"paths \(1:\d+ /paths/~1a~1{two}\)$")
        method = self.tree(api["id"])["/a/{one}"]["GET"]
        self.assertEqual({"method.request.path.one": True}, method["requestParameters"])
        self.assertEqual({"integration.request.path.two": "method.request.path.one"},
                         method["methodIntegration"]["requestParameters"])
        twice = document({"/a/{one}": {"get": operation()}, "/a/{two}": {"get": operation()}})
        self.assertIn("Method already exists for this resource", self.refused(self.load, twice))

    def test_what_has_no_place_in_the_tree_is_left_out(self):
        api = self.load(document({"/a{b}/c": {"get": operation()}, "/x?y=z": {"get": operation()},
                                  "/kept": {"get": operation()}}))
        self.assertEqual({"/", "/kept"}, set(self.tree(api["id"])))
        for path in ("/a{b}/c", "/x?y=z"):
            self.assertEqual(1, len([text for text in api["warnings"] if path in text]), api["warnings"])


if __name__ == "__main__":
    unittest.main()
