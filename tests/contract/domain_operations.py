"""Certificates, links, domain names and SDK types through the stock client; part of test_operations.py."""

import datetime
import json
import ssl
import urllib.parse

from contract import V1, Management

CERTIFICATE = "arn:aws:acm:us-east-1:000000000000:certificate/1"
TARGET = "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/n/1"
TAGS = {"a": "b"}


def replacing(path, value):
    return [{"op": "replace", "path": path, "value": value}]


class DomainOperations:
    def test_client_certificate(self):
        api, _ = self.make_deployable()
        self.call("CreateDeployment", restApiId=api, stageName="dev")
        least = self.echo("GenerateClientCertificate")
        most = self.echo("GenerateClientCertificate", description="d", tags=TAGS)
        ssl.PEM_cert_to_DER_cert(most["pemEncodedCertificate"])
        self.assertEqual(datetime.timedelta(days=365), most["expirationDate"] - most["createdDate"])
        where = {"clientCertificateId": most["clientCertificateId"]}
        self.assertEqual(most, self.call("GetClientCertificate", **where))
        listed = [item["clientCertificateId"] for item in self.call("GetClientCertificates", limit=500)["items"]]
        self.assertLessEqual({least["clientCertificateId"], most["clientCertificateId"]}, set(listed))
        changed = self.call("UpdateClientCertificate", **where, patchOperations=replacing("/description", "other"))
        self.assertEqual("other", changed["description"])
        stage = {"restApiId": api, "stageName": "dev"}
        self.call("UpdateStage", **stage, patchOperations=replacing("/clientCertificateId", where["clientCertificateId"]))
        with self.assertRaises(self.client.exceptions.ConflictException):
            self.client.delete_client_certificate(**where)
        self.call("UpdateStage", **stage, patchOperations=replacing("/clientCertificateId", ""))
        self.call("DeleteClientCertificate", **where)
        with self.assertRaises(self.client.exceptions.NotFoundException):
            self.client.get_client_certificate(**where)

    def test_vpc_link(self):
        api, root = self.make_api()
        self.call("DeleteVpcLink", vpcLinkId=self.echo("CreateVpcLink", name="least", targetArns=[TARGET])["id"])
        most = self.echo("CreateVpcLink", name="most", targetArns=[TARGET], description="d", tags=TAGS)
        self.assertEqual("PENDING", most["status"])
        link = {"vpcLinkId": most["id"]}
        got = self.call("GetVpcLink", **link)
        self.assertEqual(("AVAILABLE", "Your vpc link is ready for use"), (got["status"], got["statusMessage"]))
        self.assertIn(got, self.call("GetVpcLinks", limit=500)["items"])
        self.assertEqual("other", self.call("UpdateVpcLink", **link, patchOperations=replacing("/name", "other"))["name"])
        method = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
        self.call("PutMethod", **method, authorizationType="NONE")
        self.call("PutIntegration", **method, type="HTTP_PROXY", integrationHttpMethod="GET", connectionType="VPC_LINK",
                  connectionId=most["id"], uri="http://internal.example")
        self.call("CreateDeployment", restApiId=api, stageName="dev")
        with self.assertRaises(self.client.exceptions.BadRequestException) as raised:
            self.client.delete_vpc_link(**link)
        self.assertEqual(f"Cannot delete vpc link. Vpc link '{most['id']}', is referenced in [{api}:GET:{root}:dev] in "
                         "format of [RESTApiId:Method:Resource:Stage].", raised.exception.response["Error"]["Message"])
        self.call("DeleteStage", restApiId=api, stageName="dev")
        self.call("DeleteVpcLink", **link)
        with self.assertRaises(self.client.exceptions.NotFoundException):
            self.client.get_vpc_link(**link)

    def test_domain_name(self):
        self.echo("CreateDomainName", domainName="least.example.com", certificateArn=CERTIFICATE)
        most = self.echo("CreateDomainName", domainName="most.example.com", regionalCertificateArn=CERTIFICATE,
                         regionalCertificateName="n", endpointConfiguration={"types": ["REGIONAL"]}, tags=TAGS,
                         securityPolicy="TLS_1_2", mutualTlsAuthentication={"truststoreUri": "s3://b/ca.pem"},
                         ownershipVerificationCertificateArn=CERTIFICATE)
        self.assertEqual("AVAILABLE", most["domainNameStatus"])
        where = {"domainName": "most.example.com"}
        self.assertEqual(most, self.call("GetDomainName", **where))
        listed = self.call("GetDomainNames", limit=500)["items"]
        self.assertLessEqual({"least.example.com", "most.example.com"}, {item["domainName"] for item in listed})
        with self.assertRaises(self.client.exceptions.BadRequestException) as raised:
            self.client.create_domain_name(**where, certificateArn=CERTIFICATE)
        self.assertEqual("The domain name you provided already exists.", raised.exception.response["Error"]["Message"])
        changed = self.call("UpdateDomainName", **where, patchOperations=replacing("/securityPolicy", "TLS_1_2"))
        self.assertEqual(most, changed)
        for name in ("least", "most"):
            self.call("DeleteDomainName", domainName=f"{name}.example.com")
        with self.assertRaises(self.client.exceptions.NotFoundException):
            self.client.get_domain_name(**where)

    def test_base_path_mapping(self):
        api, _ = self.make_deployable()
        self.call("CreateDeployment", restApiId=api, stageName="dev")
        where = {"domainName": "mapped.example.com"}
        self.call("CreateDomainName", **where, certificateArn=CERTIFICATE)
        least = self.echo("CreateBasePathMapping", **where, restApiId=api)
        self.assertEqual({"basePath": "(none)", "restApiId": api}, least)
        most = self.echo("CreateBasePathMapping", **where, basePath="v1", restApiId=api, stage="dev")
        self.assertEqual(least, self.call("GetBasePathMapping", **where, basePath="(none)"))
        self.assertEqual([least, most], self.call("GetBasePathMappings", **where, limit=500)["items"])
        with self.assertRaises(self.client.exceptions.ConflictException):
            self.client.create_base_path_mapping(**where, restApiId=api)
        changed = self.call("UpdateBasePathMapping", **where, basePath="v1",
                            patchOperations=replacing("/basePath", "v2"))
        self.assertEqual(most | {"basePath": "v2"}, changed)
        with self.assertRaises(self.client.exceptions.BadRequestException):
            self.client.delete_rest_api(restApiId=api)
        self.call("DeleteBasePathMapping", **where, basePath="(none)")
        self.call("DeleteBasePathMapping", **where, basePath="v2")
        self.call("DeleteDomainName", **where)
        self.call("DeleteRestApi", restApiId=api)

    def raw(self, operation, target, body=b"", status=200):
        """A call that the client may be too old for; its answer is compared with the description all the same."""
        description = V1.operations[operation]
        answer = Management(self.stack).call(description["method"], target, body)
        self.assertEqual((status, []), (answer.status, V1.check(operation, answer.status, answer.headers, answer.body)))
        type(self).called.add(operation)
        return json.loads(answer.body) if answer.body else None

    def test_private_domain_name_with_its_associations(self):
        private = {"domainName": "in.example.com", "certificateArn": CERTIFICATE,
                   "endpointConfiguration": {"types": ["PRIVATE"]}, "policy": '{"Statement":[]}'}
        domain = self.raw("CreateDomainName", "/domainnames", private, status=201)
        where = f"/domainnames/in.example.com?domainNameId={domain['domainNameId']}"
        self.assertEqual(domain | {"tags": {}}, self.raw("GetDomainName", where))
        self.assertEqual(private["policy"], domain["policy"])
        source = {"domainNameArn": domain["domainNameArn"], "accessAssociationSourceType": "VPCE",
                  "accessAssociationSource": "vpce-1"}
        made = self.raw("CreateDomainNameAccessAssociation", "/domainnameaccessassociations", source | {"tags": TAGS},
                        status=201)
        self.assertEqual(source | {"tags": TAGS}, {key: made[key] for key in (*source, "tags")})
        for query, expected in (("", [made]), ("?resourceOwner=SELF", [made]), ("?resourceOwner=OTHER_ACCOUNTS", [])):
            listed = self.raw("GetDomainNameAccessAssociations", "/domainnameaccessassociations" + query)
            self.assertEqual(expected, listed["item"])
        arn = urllib.parse.quote(made["domainNameAccessAssociationArn"], safe="")
        self.assertEqual({"tags": TAGS}, self.raw("GetTags", "/tags/" + arn))
        self.raw("DeleteDomainNameAccessAssociation", "/domainnameaccessassociations/" + arn, status=202)
        self.raw("CreateDomainNameAccessAssociation", "/domainnameaccessassociations", source, status=201)
        domain_arn = urllib.parse.quote(domain["domainNameArn"], safe="")
        self.raw("RejectDomainNameAccessAssociation", "/rejectdomainnameaccessassociations?"
                 f"domainNameAccessAssociationArn={arn}&domainNameArn={domain_arn}", status=202)
        self.assertEqual([], self.raw("GetDomainNameAccessAssociations", "/domainnameaccessassociations")["item"])
        self.raw("DeleteDomainName", where, status=202)

    def test_sdk_types(self):
        api, _ = self.make_deployable()
        self.call("CreateDeployment", restApiId=api, stageName="dev")
        types = self.call("GetSdkTypes", limit=500)["items"]
        self.assertEqual({"java", "javascript", "android", "objectivec", "swift", "ruby"}, {one["id"] for one in types})
        for one in types:
            self.assertEqual(one, self.call("GetSdkType", id=one["id"]))
        sdk = {"restApiId": api, "stageName": "dev", "sdkType": "ruby"}
        for parameters, text in (({}, "service.name"), ({"service.name": "s"}, "GetSdk is not available")):
            with self.assertRaises(self.client.exceptions.BadRequestException) as raised:
                self.client.get_sdk(**sdk, parameters=parameters)
            self.assertIn(text, str(raised.exception))
        type(self).called.add("GetSdk")

    def test_tags_of_certificates_links_and_domain_names(self):
        made = [("clientcertificates", self.call("GenerateClientCertificate")["clientCertificateId"]),
                ("vpclinks", self.call("CreateVpcLink", name="n", targetArns=[TARGET])["id"]),
                ("domainnames", self.call("CreateDomainName", domainName="tags.example.com")["domainName"])]
        for kind, name in made:
            arn = f"arn:aws:apigateway:us-east-1::/{kind}/{name}"
            self.call("TagResource", resourceArn=arn, tags=TAGS)
            self.assertEqual(TAGS, self.call("GetTags", resourceArn=arn)["tags"])
            self.call("UntagResource", resourceArn=arn, tagKeys=["a"])
            self.assertEqual({}, self.call("GetTags", resourceArn=arn)["tags"])
