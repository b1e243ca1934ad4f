"""Answers of the gateway's own, customised by a stock client."""

import json
import unittest

from stack import Stack, add_mock, make_api


class GatewayResponses(unittest.TestCase):
    def test_customised_answers_go_live_and_away_with_deployments(self):
        with Stack() as stack:
            client = stack.client()
            api, root = make_api(client)
            add_mock(client, api, root, key=True)
            client.put_gateway_response(
                restApiId=api, responseType="DEFAULT_4XX",
                responseParameters={"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"},
                responseTemplates={"application/json": '{"error":$context.error.messageString,'
                                                       '"at":"$context.resourcePath"}'})
            client.put_gateway_response(restApiId=api, responseType="INVALID_API_KEY", statusCode="401")
            client.create_deployment(restApiId=api, stageName="prod")
            stack.wait_rolled_out()

            unknown = stack.invoke(api, "/prod/nowhere")
            self.assertEqual((403, "*"), (unknown.status, unknown.headers["Access-Control-Allow-Origin"]))
            self.assertEqual({"error": "Missing Authentication Token", "at": ""}, json.loads(unknown.body))
            keyless = stack.invoke(api, "/prod")
            self.assertEqual((401, {"message": "Forbidden"}), (keyless.status, json.loads(keyless.body)))
            self.assertEqual("ForbiddenException", keyless.headers["x-amzn-ErrorType"])

            client.delete_gateway_response(restApiId=api, responseType="INVALID_API_KEY")
            client.update_stage(restApiId=api, stageName="prod", patchOperations=[
                {"op": "replace", "path": "/variables/a", "value": "1"}])
            stack.wait_rolled_out()
            self.assertEqual(401, stack.invoke(api, "/prod").status)
            client.create_deployment(restApiId=api, stageName="prod")
            stack.wait_rolled_out()
            restored = stack.invoke(api, "/prod")
            self.assertEqual((403, {"error": "Forbidden", "at": "/"}), (restored.status, json.loads(restored.body)))


if __name__ == "__main__":
    unittest.main()
