"""GetExport through the stock client; part of test_operations.py."""

import json


class ExportOperations:
    def make_exportable(self):
        """An API of one method, deployed to "dev"."""
        api, root = self.make_deployable()
        self.call("CreateDeployment", restApiId=api, stageName="dev")
        return api, root

    def export(self, api, **more):
        answer = self.call("GetExport", restApiId=api, stageName="dev", **more)
        self.assertEqual("application/octet-stream", answer["contentType"])
        return answer["contentDisposition"], answer["body"].read()

    def test_export(self):
        api, _ = self.make_exportable()
        disposition, body = self.export(api, exportType="swagger")
        least = json.loads(body)
        self.assertEqual("2.0", least["swagger"])
        self.assertEqual("/dev", least["basePath"])
        self.assertTrue(least["host"].startswith(api + ".execute-api."))
        self.assertEqual(f'attachment; filename="swagger_{least["info"]["version"]}.json"', disposition)
        self.assertNotIn(b"x-amazon-apigateway", body)

        for extensions in ("integrations", "apigateway", "authorizers,integrations"):
            _, body = self.export(api, exportType="oas30", parameters={"extensions": extensions})
            most = json.loads(body)
            self.assertEqual("3.0.1", most["openapi"])
            methods = [method for item in most["paths"].values() for method in item.values()]
            self.assertEqual(1, len(methods))
            self.assertIn("x-amazon-apigateway-integration", methods[0])

        disposition, body = self.export(api, exportType="oas30", accepts="application/yaml",
                                        parameters={"extensions": "apigateway"})
        self.assertTrue(disposition.endswith('.yaml"'))
        self.assertTrue(body.startswith(b'openapi: "3.0.1"\ninfo:\n  title: '), body[:100])

    def test_export_refusals(self):
        api, _ = self.make_exportable()
        with self.assertRaisesRegex(self.client.exceptions.BadRequestException, "No API exporter for type 'wadl'"):
            self.client.get_export(restApiId=api, stageName="dev", exportType="wadl")
        with self.assertRaisesRegex(self.client.exceptions.NotFoundException, "Invalid stage identifier specified"):
            self.client.get_export(restApiId=api, stageName="none", exportType="oas30")
