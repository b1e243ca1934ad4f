"""What the service was seen to answer to wrong calls of the operations that are built.

A case names the operation, its arguments, and the whole answer. `$name` in arguments and messages stands for what the
world of test_error_texts.py has under that name.
"""

from typing import NamedTuple

BAD = ("BadRequestException", 400)
CONFLICT = ("ConflictException", 409)
MISSING = ("NotFoundException", 404)
TYPES = ("SerializationException", 400)
SHAPE = ("ValidationException", 400)


class Case(NamedTuple):
    operation: str
    arguments: dict
    answer: tuple  # exception, status
    message: str


def cases(operation, answer, message, *arguments, **common):
    """One case for each of `arguments`, which add to the common ones."""
    return [Case(operation, common | each, answer, message) for each in arguments or ({},)]


def patch(*operations):
    """Each: (op, path[, value]), or a dict."""
    return {"patchOperations": [one if isinstance(one, dict) else dict(zip(("op", "path", "value"), one))
                                for one in operations]}


def copy(source, path):
    return {"op": "copy", "from": source, "path": path}


# -- texts that several cases share

OPS = "Member must satisfy enum value set: [add, remove, move, test, replace, copy]"
ENDPOINT_TYPES = ("Value '[wrong]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: "
                  "Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]")
ADDRESS_TYPE = ("Value 'wrong' at 'createRestApiInput.endpointConfiguration.ipAddressType' failed to satisfy "
                "constraint: Member must satisfy enum value set: [ipv4, dualstack]")
STATUS_CODE = ("Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression "
               "pattern: [1-5]\\d\\d")
COMPRESSION = "Invalid minimum compression size, must be between 0 and 10485760"
ONLY_DUALSTACK = "Only dualstack ipAddressType is supported for Private APIs."
ONLY_REPLACE = "Invalid patch operation specified. Must be one of: [replace]"
AUTHORIZER = ("Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS "
              "requires a valid authorizer.")
NO_VALIDATOR = "Invalid Request Validator identifier specified"
NO_RESOURCE = "Invalid Resource identifier specified"
NO_METHOD = "Invalid Method identifier specified"
NO_INTEGRATION = "Invalid Integration identifier specified"
NO_STATUS = "Invalid Response status code specified"
NO_PARAMETER = "Invalid parameter name specified"
NO_SCHEMA = "Model schema must have at least 1 property or array items defined"
NO_VPC_LINK = "Invalid Vpc Link identifier specified"
NO_DEPLOYMENT = "Deployment id does not exist"
KEY_DESCRIPTION = "Invalid API Key description specified."
LAMBDA_OR_FIREHOSE = ("Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream "
                      "invocations.")
ARN_PARTS = "AWS ARN for integration must contain path or action"
ACCESS_LOG_PATHS = ("Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, "
                    "/accessLogSettings/format]")
CANARY = "Invalid deployment content specified."
# Commas are missing where the service forgot them.
STAGE_PATHS = (
    "[/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings, "
    "/accessLogSettings/destinationArn, /accessLogSettings/format, /{resourcePath}/{httpMethod}/metrics/enabled, "
    "/{resourcePath}/{httpMethod}/logging/dataTrace, /{resourcePath}/{httpMethod}/logging/loglevel, "
    "/{resourcePath}/{httpMethod}/throttling/burstLimit/{resourcePath}/{httpMethod}/throttling/rateLimit"
    "/{resourcePath}/{httpMethod}/caching/ttlInSeconds, /{resourcePath}/{httpMethod}/caching/enabled, "
    "/{resourcePath}/{httpMethod}/caching/dataEncrypted, "
    "/{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, "
    "/{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, /*/*/metrics/enabled, "
    "/*/*/logging/dataTrace, /*/*/logging/loglevel, /*/*/throttling/burstLimit /*/*/throttling/rateLimit "
    "/*/*/caching/ttlInSeconds, /*/*/caching/enabled, /*/*/caching/dataEncrypted, "
    "/*/*/caching/requireAuthorizationForCacheControl, /*/*/caching/unauthorizedCacheControlHeaderStrategy, "
    "/variables/{variable_name}, /tracingEnabled]")


def violations(*texts):
    count = "1 validation error" if len(texts) == 1 else f"{len(texts)} validation errors"
    return f"{count} detected: " + "; ".join(texts)


def wrong_op(operation, number, value):
    return (f"Value '{value}' at '{operation}Input.patchOperations.{number}.member.op' failed to satisfy constraint: "
            + OPS)


def no_setting(path):
    return f"Cannot remove method setting {path} because there is no method setting for this method "


def stage_path(path):
    return f"Invalid method setting path: {path}. Must be one of: {STAGE_PATHS}"


def generic_path(path, op, paths):
    return f"Invalid patch path  '{path}' specified for op '{op}'. Must be one of: [{paths}]"


def unsupported(path, op):
    return f"Invalid patch path  '{path}' specified for op '{op}'. Please choose supported operations"


# -- where calls go

API = {"restApiId": "$api"}
PETS = API | {"resourceId": "$pets"}
PETS_GET = PETS | {"httpMethod": "GET"}        # MOCK, with responses 200
BARE = PETS | {"httpMethod": "PUT"}            # a method and nothing else
STAGE = API | {"stageName": "dev"}
CANARY_STAGE = API | {"stageName": "canary"}
NO_API = {"restApiId": "unknown"}
NO_API_OF_MODELS = {"restApiId": "abcde0"}
NO_API_OF_RESPONSES = {"restApiId": "fake-api-id"}
NO_API_OF_PARTS = {"restApiId": "test-fake-rest-id"}
GENERAL = API | {"responseType": "DEFAULT_4XX"}
VALIDATOR = API | {"requestValidatorId": "$validator"}
TYPES_WRONG = {"types": ["wrong"]}
TARGET_GROUP = "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/n/1"
LAMBDA = "arn:aws:lambda:us-east-1:000000000000:function:f"


def endpoint(**configuration):
    return {"endpointConfiguration": configuration}


REST_API = [
    *cases("CreateRestApi", BAD, "Description cannot be an empty string",
           {"description": ""},
           {"description": ""} | endpoint(types=["PRIVATE"], ipAddressType="ipv4"),
           {"description": ""} | endpoint(types=["EDGE", "REGIONAL"]), name="n"),
    *cases("CreateRestApi", BAD, COMPRESSION, {"minimumCompressionSize": -1}, name="n"),
    *cases("CreateRestApi", BAD, "Cannot create an api with multiple Endpoint Types.",
           endpoint(types=["EDGE", "REGIONAL"]), name="n"),
    *cases("CreateRestApi", BAD, "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.",
           endpoint(types=[]), name="n"),
    *cases("CreateRestApi", BAD, ONLY_DUALSTACK, endpoint(types=["PRIVATE"], ipAddressType="ipv4"), name="n"),
    *cases("CreateRestApi", SHAPE, violations(ENDPOINT_TYPES), endpoint(**TYPES_WRONG), name="n"),
    *cases("CreateRestApi", SHAPE, violations(ADDRESS_TYPE),
           endpoint(types=["PRIVATE"], ipAddressType="wrong"), endpoint(types=["EDGE"], ipAddressType="wrong"),
           name="n"),
    *cases("CreateRestApi", SHAPE, violations(ENDPOINT_TYPES, ADDRESS_TYPE),
           endpoint(**TYPES_WRONG, ipAddressType="wrong"),
           {"description": ""} | endpoint(**TYPES_WRONG, ipAddressType="wrong"), name="n"),
    *cases("GetRestApi", MISSING, "Invalid API identifier specified $account:$upper_api", restApiId="$upper_api"),
    *cases("UpdateRestApi", MISSING, "Invalid API identifier specified $account:api_id",
           patch(("replace", "/name", "n")), restApiId="api_id"),
    *cases("UpdateRestApi", BAD, COMPRESSION,
           patch(("replace", "/minimumCompressionSize", "-1")),
           patch(("replace", "/minimumCompressionSize", "text")), **API),
    *cases("UpdateRestApi", BAD, ONLY_REPLACE,
           patch(("add", "/minimumCompressionSize", "10")),
           patch(("add", "/endpointConfiguration/ipAddressType", "dualstack")), **API),
    *cases("UpdateRestApi", BAD, "Invalid patch operation specified. Must be 'add'|'remove'|'replace'",
           patch(("test", "/endpointConfiguration/types/0", "REGIONAL")),
           patch(("remove", "/endpointConfiguration/types/0", "EDGE")), **API),
    *cases("UpdateRestApi", BAD, "Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE",
           patch(("replace", "/endpointConfiguration/types/0", "wrong")), **API),
    *cases("UpdateRestApi", BAD, "ipAddressType must be either ipv4 or dualstack.",
           patch(("replace", "/endpointConfiguration/ipAddressType", "wrong")), **API),
    *cases("UpdateRestApi", BAD, ONLY_DUALSTACK,
           patch(("replace", "/endpointConfiguration/ipAddressType", "ipv4")), restApiId="$private_api"),
    *cases("UpdateRestApi", BAD, "Invalid patch path /binaryMediaTypes",
           *(patch((op, "/binaryMediaTypes", "image/png")) for op in ("add", "remove", "replace")), **API),
    *(case for count, paths in ((2, ["types/0"] * 2), (2, ["ipAddressType"] * 2),
                                (3, ["types/0", "ipAddressType", "types/0"]))
      for case in cases("UpdateRestApi", SHAPE,
                        violations(*(wrong_op("updateRestApi", number + 1, "wrong") for number in range(count))),
                        patch(*(("wrong", "/endpointConfiguration/" + path, "x") for path in paths)), **API)),
]

RESOURCE = [
    *cases("CreateResource", BAD, "A sibling ({proxy+}) of this resource already has a variable path part -- only one "
           "is allowed", parentId="$wild", pathPart="{name}", **API),
    *cases("CreateResource", BAD, "Cannot create a child of a resource with a greedy path variable: {proxy+}",
           {"pathPart": "{name}"}, {"pathPart": "static"}, parentId="$greedy", **API),
    *cases("CreateResource", MISSING, NO_RESOURCE, parentId="unknown", pathPart="x", **API),
    *cases("DeleteResource", MISSING, NO_RESOURCE, resourceId="unknown", **API),
    *cases("UpdateResource", BAD, generic_path("/invalid", "replace", "/parentId, /pathPart"),
           patch(("replace", "/invalid", "x")), **PETS),
    *(case for op in ("add", "remove")
      for case in cases("UpdateResource", BAD, unsupported("/pathPart", op), patch((op, "/pathPart", "x")), **PETS)),
    *cases("UpdateResource", BAD, "Resources cannot be cyclical.", patch(("replace", "/parentId", "$below_pets")),
           **PETS),
    *cases("UpdateResource", BAD, "Root resource cannot update its parentId.",
           patch(("replace", "/parentId", "$pets")), resourceId="$root", **API),
    *cases("UpdateResource", BAD, "Root resource cannot update its pathPart.",
           patch(("replace", "/pathPart", "x")), resourceId="$root", **API),
    *cases("UpdateResource", CONFLICT, "Another resource with the same parent already has this name: pets",
           patch(("replace", "/pathPart", "pets")), resourceId="$dogs", **API),
    *cases("UpdateResource", CONFLICT, "Another resource with the same parent already has this name: pets",
           patch(("replace", "/parentId", "$root")), resourceId="$other_pets", **API),
]

METHOD = [
    *cases("PutMethod", BAD, "Invalid HttpMethod specified. Valid options are "
           "GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY", httpMethod="WRONG", authorizationType="NONE", **PETS),
    *cases("PutMethod", BAD, AUTHORIZER, {"authorizationType": "CUSTOM"}, {"authorizationType": "COGNITO_USER_POOLS"},
           httpMethod="POST", **PETS),
    *cases("PutMethod", BAD, NO_VALIDATOR, httpMethod="POST", authorizationType="NONE", requestValidatorId="wrong",
           **PETS),
    *cases("PutMethod", BAD, "Invalid model identifier specified: petModel", httpMethod="POST",
           authorizationType="NONE", requestModels={"application/json": "petModel"}, **PETS),
    *cases("PutMethod", BAD, "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
           "[Invalid mapping expression specified: true]", httpMethod="POST", authorizationType="NONE",
           requestParameters={"method.request.path.test": True, "true": True}, **PETS),
    *cases("PutMethod", BAD, "Parameter names must be unique across querystring, header and path", httpMethod="POST",
           authorizationType="NONE", requestParameters={"method.request.querystring.same": True,
                                                        "method.request.header.same": True}, **PETS),
    *cases("UpdateMethod", BAD, AUTHORIZER,
           patch(("replace", "/authorizationType", "CUSTOM")),
           patch(("replace", "/authorizationType", "CUSTOM"), ("replace", "/authorizerId", "wrong")), **PETS_GET),
    *cases("UpdateMethod", BAD, NO_VALIDATOR, patch(("replace", "/requestValidatorId", "wrong")), **PETS_GET),
    *cases("UpdateMethod", BAD, ONLY_REPLACE, patch(("add", "/authorizationType", "AWS_IAM")),
           patch(("remove", "/apiKeyRequired")), **PETS_GET),
    *cases("UpdateMethod", BAD, "Invalid patch path /httpMethod", patch(("replace", "/httpMethod", "PUT")), **PETS_GET),
    *cases("UpdateMethod", BAD, "Invalid patch path /requestModels/application/json",
           patch(("add", "/requestModels/application/json", "Empty")), **PETS_GET),
    *cases("UpdateMethod", BAD, "Invalid patch path /requestParameters",
           patch(("add", "/requestParameters", "method.request.header.x")), **PETS_GET),
]

METHOD_RESPONSE = [
    *cases("GetMethodResponse", MISSING, NO_METHOD, httpMethod="DELETE", statusCode="200", **PETS),
    *cases("TestInvokeMethod", MISSING, NO_METHOD, httpMethod="DELETE", **PETS),
    *cases("DeleteMethodResponse", MISSING, NO_METHOD, httpMethod="DELETE", statusCode="200", **PETS),
    *cases("GetMethodResponse", MISSING, NO_STATUS, statusCode="404", **PETS_GET),
    *cases("UpdateMethodResponse", BAD, "Invalid patch path /wrong/method.response.header.my-header",
           patch(("add", "/wrong/method.response.header.my-header", "true")), statusCode="200", **PETS_GET),
    *cases("UpdateMethodResponse", MISSING, "Invalid parameter name specified",
           *(patch((op, "/responseParameters/method.response.header.wrong", "true")) for op in ("remove", "replace")),
           statusCode="200", **PETS_GET),
    *cases("UpdateMethodResponse", MISSING, "Content-Type specified was not found",
           *(patch((op, "/responseModels/wrong~1json", "Empty")) for op in ("remove", "replace")),
           statusCode="200", **PETS_GET),
    *cases("UpdateMethodResponse", SHAPE, violations(STATUS_CODE),
           patch(("add", "/responseParameters/method.response.header.a", "true")), statusCode="wrong", **PETS_GET),
    *cases("UpdateMethodResponse", SHAPE, violations(wrong_op("updateMethodResponse", 1, "wrong_op"), STATUS_CODE),
           patch(("wrong_op", "/responseParameters/method.response.header.a", "true")), statusCode="wrong", **PETS_GET),
    *(case for wrong, count in (((1,), 1), ((1,), 2), ((1, 2), 2), ((1, 3), 3), ((1, 2, 3, 4), 4))
      for case in cases("UpdateMethodResponse", SHAPE,
                        violations(*(wrong_op("updateMethodResponse", number, "wrong_op") for number in wrong)),
                        patch(*(("wrong_op" if number + 1 in wrong else "add",
                                 "/responseParameters/method.response.header.a", "true") for number in range(count))),
                        statusCode="200", **PETS_GET)),
]

INTEGRATION = [
    *cases("PutIntegration", BAD, "Enumeration value for HttpMethod must be non-empty",
           {"type": "HTTP", "uri": "http://backend.example"}, {"type": "HTTP_PROXY", "uri": "http://backend.example"},
           {"type": "AWS", "uri": "arn:aws:apigateway:us-east-1:s3:path/bucket"}, **BARE),
    *cases("PutIntegration", BAD, "Invalid HTTP endpoint specified for URI", {"type": "HTTP"}, {"type": "HTTP_PROXY"},
           integrationHttpMethod="POST", uri="not-a-uri", **BARE),
    *cases("PutIntegration", BAD, "Invalid ARN specified in the request",
           {"type": "AWS", "uri": "http://backend.example"}, {"type": "AWS_PROXY", "uri": "wrong"},
           integrationHttpMethod="POST", **BARE),
    *cases("PutIntegration", BAD, ARN_PARTS,
           {"type": "AWS_PROXY", "uri": LAMBDA}, {"type": "AWS", "uri": LAMBDA},
           {"type": "AWS", "uri": "arn:aws:apigateway:us-east-1:s3:no"}, integrationHttpMethod="POST", **BARE),
    *cases("PutIntegration", BAD, LAMBDA_OR_FIREHOSE,
           {"uri": "arn:aws:apigateway:us-east-1:s3:path/bucket"},
           {"uri": "arn:aws:apigateway:us-east-1:firehose:path/wrong"},
           {"uri": "arn:aws:apigateway:us-east-1:lambda:path/wrong"},
           type="AWS_PROXY", integrationHttpMethod="POST", **BARE),
    *cases("PutIntegration", BAD, "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
           "[Invalid mapping expression specified: true]", type="MOCK",
           requestParameters={"integration.request.path.integration": "true"}, **BARE),
    *cases("PutIntegration", TYPES, "class java.lang.Boolean can not be converted to an String", type="MOCK",
           requestParameters={"integration.request.path.integration": True}, **BARE),
    *cases("PutIntegration", SHAPE, violations(
        "Value 'HTTPS_PROXY' at 'putIntegrationInput.type' failed to satisfy constraint: Member must satisfy enum "
        "value set: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]"), type="HTTPS_PROXY", uri="http://backend.example",
           integrationHttpMethod="POST", **BARE),
    *cases("GetIntegration", MISSING, NO_INTEGRATION, **BARE),
    *cases("GetIntegration", MISSING, NO_METHOD, httpMethod="DELETE", **PETS),
    *cases("GetIntegration", MISSING, NO_RESOURCE, resourceId="unknown", httpMethod="GET", **API),
    *cases("GetIntegration", MISSING, NO_RESOURCE, restApiId="unknown", resourceId="$pets", httpMethod="GET"),
]

INTEGRATION_RESPONSE = [
    *cases("PutIntegrationResponse", BAD, "Validation Result: warnings : [], errors : "
           "[Invalid content type specified: 123]", statusCode="200", responseTemplates={"123": "{}"}, **PETS_GET),
    *cases("PutIntegrationResponse", TYPES, "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be "
           "converted to an String", statusCode="200", responseTemplates={"application/json": 123}, **PETS_GET),
    *cases("PutIntegrationResponse", SHAPE, violations(STATUS_CODE), statusCode="wrong", **PETS_GET),
    *cases("PutIntegrationResponse", MISSING, NO_METHOD, httpMethod="DELETE", statusCode="200", **PETS),
    *cases("GetIntegrationResponse", SHAPE, violations(STATUS_CODE), statusCode="wrong", **PETS_GET),
    *cases("GetIntegrationResponse", MISSING, NO_METHOD, httpMethod="DELETE", statusCode="200", **PETS),
    *cases("GetIntegrationResponse", MISSING, NO_INTEGRATION, statusCode="200", **BARE),
    *cases("GetIntegrationResponse", MISSING, NO_STATUS, statusCode="404", **PETS_GET),
    *cases("DeleteIntegrationResponse", MISSING, NO_INTEGRATION, {"httpMethod": "DELETE"}, {"httpMethod": "WRONG"},
           statusCode="200", **PETS),
    *cases("DeleteIntegrationResponse", MISSING, NO_RESOURCE, resourceId="unknown", httpMethod="GET", statusCode="200",
           **API),
    *cases("DeleteIntegrationResponse", MISSING, NO_RESOURCE, restApiId="unknown", resourceId="$pets",
           httpMethod="GET", statusCode="200"),
    *cases("DeleteIntegrationResponse", MISSING, NO_STATUS, statusCode="404", **PETS_GET),
]

DEPLOYMENT = [
    *cases("CreateDeployment", BAD, CANARY + "Non null and non empty stageName must be provided for canary deployment. "
           "Provided value is ", stageName="", canarySettings={"percentTraffic": 50.0}, **API),
    *cases("CreateDeployment", BAD, CANARY + "Non null and non empty stageName must be provided for canary deployment. "
           "Provided value is null", canarySettings={"percentTraffic": 50.0}, **API),
    *cases("CreateDeployment", BAD, CANARY + "Stage non-existing must already be created before making a canary "
           "release deployment", stageName="non-existing", canarySettings={"percentTraffic": 50.0}, **API),
    *cases("DeleteDeployment", BAD, "Active stages pointing to this deployment must be moved or deleted",
           {"deploymentId": "$deployment"}, {"deploymentId": "$canary_deployment"}, **API),
]

STAGE_CASES = [
    *cases("CreateStage", BAD, NO_DEPLOYMENT, stageName="new", deploymentId="$deployment",
           canarySettings={"deploymentId": "wrong", "percentTraffic": 1.0}, **API),
    *cases("UpdateStage", BAD, NO_DEPLOYMENT, patch(("replace", "/canarySettings/deploymentId", "wrong")),
           **CANARY_STAGE),
    *cases("UpdateStage", BAD, "Access Log value must not be empty",
           patch(("replace", "/accessLogSettings/destinationArn", "")),
           patch(("replace", "/accessLogSettings/format", "")), **STAGE),
    *cases("UpdateStage", BAD, ACCESS_LOG_PATHS,
           *(patch((op, "/accessLogSettings" + end, "x")) for end in ("/randomValue", "", "/*")
             for op in ("add", "replace")), **STAGE),
    *(case for path in ("accessLogSettings/*", "accessLogSettings/destinationArn", "accessLogSettings/randomValue",
                        "*/*")
      for case in cases("UpdateStage", BAD, no_setting(path), patch(("remove", "/" + path)), **STAGE)),
    *(case for path in ("canarySettings/badPath", "canarySettings/stageVariableOverrides")
      for case in cases("UpdateStage", BAD, no_setting(path), patch(("remove", "/" + path)), **CANARY_STAGE)),
    *(case for path in ("/canarySettings", "/canarySettings/badPath")
      for case in cases("UpdateStage", BAD, stage_path(path), patch(("replace", path, "x")), **CANARY_STAGE)),
    *(case for path in ("/documentation_version", "/tags/tag1")
      for case in cases("UpdateStage", BAD, stage_path(path), patch(("replace", path, "x")), **STAGE)),
    *cases("UpdateStage", BAD, "Invalid add operation with path: /canarySettings/deploymentId",
           patch(("add", "/canarySettings/deploymentId", "$deployment")), **CANARY_STAGE),
    *cases("UpdateStage", BAD, "Invalid copy operation with path: /canarySettings/stageVariableOverrides and from "
           "/variables. Valid copy:path are [/deploymentId, /variables] and valid copy:from are "
           "[/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]",
           patch(copy("/variables", "/canarySettings/stageVariableOverrides")), **CANARY_STAGE),
    *cases("UpdateStage", BAD, "Promotion not available. Canary does not exist.",
           patch(copy("/canarySettings/stageVariableOverrides", "/variables"),
                 copy("/canarySettings/deploymentId", "/deploymentId")), **STAGE),
]

ACCESS = [
    *cases("CreateApiKey", BAD, "API Key value should be at least 20 characters", name="k", value="x" * 19),
    *cases("CreateApiKey", BAD, "API Key value exceeds maximum size of 128 characters", name="k", value="x" * 129),
    *cases("CreateApiKey", BAD, "Invalid API Key name, can be at most 1024 characters.", name="x" * 1025),
    *cases("CreateApiKey", BAD, KEY_DESCRIPTION, name="k", description="x" * 125_001),
    *cases("UpdateApiKey", BAD, KEY_DESCRIPTION, patch(("replace", "/description", "x" * 125_001)), apiKey="$key"),
    *cases("UpdateApiKey", BAD, generic_path("/id", "replace", "/description, /enabled, /name, /customerId"),
           patch(("replace", "/id", "x")), apiKey="$key"),
    *cases("UpdateUsagePlan", BAD, "Invalid API Stage specified",
           patch(("add", "/apiStages")), patch(("add", "/apiStages", "wrong")), usagePlanId="$plan"),
    *cases("UpdateUsagePlan", MISSING, "Invalid API Stage {api: $api, stage: fakestagename} specified for usageplan "
           "$plan", patch(("add", "/apiStages", "$api:fakestagename")), usagePlanId="$plan"),
    *cases("UpdateUsagePlan", MISSING, "Invalid API Stage {api: ${api}b, stage: dev} specified for usageplan $plan",
           patch(("add", "/apiStages", "${api}b:dev")), usagePlanId="$plan"),
    *cases("UpdateUsagePlan", MISSING, "Invalid Usage Plan ID specified", patch(("add", "/apiStages", "$api:dev")),
           usagePlanId="unknown"),
]

# Kinds in the service's order.
RESPONSE_TYPE = violations(
    "Value 'FAKE_RESPONSE_TYPE' at 'responseType' failed to satisfy constraint: Member must satisfy enum value set: "
    "[REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, AUTHORIZER_CONFIGURATION_ERROR, MISSING_AUTHENTICATION_TOKEN, "
    "BAD_REQUEST_BODY, INVALID_SIGNATURE, INVALID_API_KEY, BAD_REQUEST_PARAMETERS, AUTHORIZER_FAILURE, UNAUTHORIZED, "
    "INTEGRATION_TIMEOUT, ACCESS_DENIED, DEFAULT_4XX, DEFAULT_5XX, WAF_FILTERED, QUOTA_EXCEEDED, THROTTLED, "
    "API_CONFIGURATION_ERROR, UNSUPPORTED_MEDIA_TYPE, INTEGRATION_FAILURE, EXPIRED_TOKEN]")

GATEWAY_RESPONSE = [
    *(case for operation in ("PutGatewayResponse", "GetGatewayResponse", "UpdateGatewayResponse",
                             "DeleteGatewayResponse")
      for case in cases(operation, SHAPE, RESPONSE_TYPE, responseType="FAKE_RESPONSE_TYPE", **API)),
    *(case for operation in ("GetGatewayResponse", "UpdateGatewayResponse", "DeleteGatewayResponse")
      for case in cases(operation, MISSING, "Invalid API identifier specified $account:fake-api-id",
                        NO_API_OF_RESPONSES, responseType="DEFAULT_4XX")),
    *cases("GetGatewayResponses", MISSING, "Invalid API identifier specified $account:fake-api-id",
           NO_API_OF_RESPONSES),
    *cases("DeleteGatewayResponse", MISSING, "Gateway response type not defined on api", **GENERAL),
    *cases("UpdateGatewayResponse", BAD, "Invalid patch path /statusCode",
           patch(("add", "/statusCode", "404")), patch(("remove", "/statusCode")), **GENERAL),
    *cases("UpdateGatewayResponse", BAD, "Invalid patch path /wrongPath", patch(("replace", "/wrongPath", "x")),
           **GENERAL),
    *cases("UpdateGatewayResponse", BAD, "Invalid patch path null", patch({"op": "replace", "value": "x"}), **GENERAL),
    *cases("UpdateGatewayResponse", SHAPE, violations(wrong_op("updateGatewayResponse", 1, "wrong-op")),
           patch(("wrong-op", "/statusCode", "404")), **GENERAL),
    *(case for member, key in (("responseTemplates", "application~1json"),
                               ("responseParameters", "gatewayresponse.header.X"))
      for case in cases("UpdateGatewayResponse", BAD, f"Invalid null or empty value in {member}",
                        patch(("replace", f"/{member}/{key}")), patch(("add", f"/{member}/{key}", "")), **GENERAL)),
    *cases("UpdateGatewayResponse", MISSING, NO_PARAMETER,
           patch(("replace", "/responseParameters/gatewayresponse.header.X", "'x'")), **GENERAL),
]

MODEL = [
    *cases("CreateModel", MISSING, "Invalid API identifier specified $account:abcde0", name="n",
           contentType="application/json", schema="", **NO_API_OF_MODELS),
    *cases("CreateModel", BAD, "Model name must be non-empty", name="", contentType="application/json", schema="{}",
           **API),
    *cases("CreateModel", BAD, NO_SCHEMA, {"contentType": "application/json", "schema": ""},
           {"contentType": "application/json"}, {"contentType": "application/xml"}, name="n", **API),
    *cases("CreateModel", CONFLICT, "Model name already exists for this REST API", name="MyModel",
           contentType="application/json", schema="{}", **API),
    *cases("GetModels", MISSING, "Invalid API identifier specified $account:abcde0", **NO_API_OF_MODELS),
    *(case for operation in ("GetModel", "DeleteModel")
      for case in cases(operation, MISSING, "Invalid model name specified: MySchema", API, NO_API_OF_MODELS,
                        modelName="MySchema")),
    *cases("UpdateModel", MISSING, "Invalid model name specified: mySchema", patch(("replace", "/schema", "{}")),
           modelName="mySchema", **NO_API_OF_MODELS),
    *cases("UpdateModel", BAD, NO_SCHEMA, patch(("replace", "/schema", "")), modelName="MyModel", **API),
    *cases("UpdateModel", BAD, generic_path("/name", "replace", "/description, /schema"),
           patch(("replace", "/name", "x")), modelName="MyModel", **API),
    *cases("UpdateModel", BAD, unsupported("/wrong-path", "add"), patch(("add", "/wrong-path", "x")),
           modelName="MyModel", **API),
    *(case for name, method in (("MyModel", "//ANY"), ("MyModelTwo", "//ANY"), ("MyModelThree", "/dogs/ANY"),
                         ("SharedModelTwo", "/test/ANY"))
      for case in cases("DeleteModel", CONFLICT, f"Cannot delete model '{name}', is referenced in method request: "
                        + method, modelName=name, **API)),
]

AUTHORIZER_CASES = [
    *cases("CreateAuthorizer", CONFLICT, "Unable to complete operation due to concurrent modification. Please try "
           "again later.", name="n", type="TOKEN", **NO_API_OF_PARTS),
    *cases("GetAuthorizers", MISSING, "Invalid API identifier specified $account:test-fake-rest-id", **NO_API_OF_PARTS),
]

REQUEST_VALIDATOR = [
    *cases("CreateRequestValidator", BAD, "Invalid REST API identifier specified", name="n", **NO_API_OF_PARTS),
    *cases("GetRequestValidators", MISSING, "Invalid API identifier specified $account:test-fake-rest-id",
           **NO_API_OF_PARTS),
    *cases("GetRequestValidators", MISSING, "Invalid API identifier specified $account:api_id", restApiId="api_id"),
    *(case for operation in ("GetRequestValidator", "DeleteRequestValidator")
      for case in cases(operation, MISSING, NO_VALIDATOR, NO_API_OF_PARTS | {"requestValidatorId": "$validator"},
                        API | {"requestValidatorId": "wrong"})),
    *cases("UpdateRequestValidator", BAD, "Request Validator name cannot be blank", patch(("replace", "/name", "")),
           **VALIDATOR),
    *cases("UpdateRequestValidator", BAD,
           generic_path("/invalidPath", "replace", "/name, /validateRequestParameters, /validateRequestBody"),
           patch(("replace", "/invalidPath", "x")), **VALIDATOR),
    *(case for op in ("add", "remove")
      for case in cases("UpdateRequestValidator", BAD, unsupported("/validateRequestBody", op),
                        patch((op, "/validateRequestBody", "true")), **VALIDATOR)),
]

VPC_LINK = [
    *cases("CreateVpcLink", BAD, "Name cannot be empty", name="", targetArns=[TARGET_GROUP]),
    *cases("CreateVpcLink", BAD, "Invalid ARN. ARN is not well formed invalid-arn", name="n",
           targetArns=["invalid-arn"]),
    *cases("GetVpcLink", MISSING, NO_VPC_LINK, vpcLinkId="unknown"),
    *cases("DeleteVpcLink", MISSING, NO_VPC_LINK, vpcLinkId="unknown"),
    *cases("UpdateVpcLink", MISSING, NO_VPC_LINK, patch(("replace", "/name", "n")), vpcLinkId="unknown"),
]

# What is cut off is neither JSON nor YAML.
CUT_OFF = ({"body": b'{"openapi": "3.0.1", "info": '}, {"body": b"openapi: 3.0.1\ninfo: {title"},
           {"body": b"{'key:value}"})

PART = API | {"documentationPartId": "$part"}
NO_PART = "Invalid Documentation part identifier specified"
UNKNOWN_API = "Invalid API identifier specified $account:api_id"
WRONG_API = {"restApiId": "api_id"}

DOCUMENTATION = [
    *cases("CreateDocumentationPart", MISSING, UNKNOWN_API, location={"type": "API"}, properties="{}", **WRONG_API),
    *cases("CreateDocumentationPart", SHAPE, violations(
        "Value 'INVALID' at 'createDocumentationPartInput.location.type' failed to satisfy constraint: Member must "
        "satisfy enum value set: [RESPONSE_BODY, RESPONSE, METHOD, MODEL, AUTHORIZER, RESPONSE_HEADER, RESOURCE, "
        "PATH_PARAMETER, REQUEST_BODY, QUERY_PARAMETER, API, REQUEST_HEADER]"),
           location={"type": "INVALID"}, properties="{}", **API),
    *cases("GetDocumentationParts", MISSING, UNKNOWN_API, **WRONG_API),
    *cases("GetDocumentationParts", MISSING, "Invalid API identifier specified $account:test-fake-rest-id",
           **NO_API_OF_PARTS),
    *cases("GetDocumentationPart", MISSING, NO_PART, PART | WRONG_API, API | {"documentationPartId": "part_id"}),
    *cases("UpdateDocumentationPart", MISSING, NO_PART, patch(("replace", "/properties", "{}")), **(PART | WRONG_API)),
    *cases("UpdateDocumentationPart", BAD, generic_path("/invalidPath", "replace", "/properties"),
           patch(("replace", "/invalidPath", "{}")), **PART),
    *cases("UpdateDocumentationPart", BAD, unsupported("/properties", "add"), patch(("add", "/properties", "{}")),
           **PART),
    *cases("DeleteDocumentationPart", MISSING, UNKNOWN_API, **(PART | WRONG_API)),
    *cases("DeleteDocumentationPart", MISSING, NO_PART, **(API | {"documentationPartId": "part_id"})),
    *cases("ImportDocumentationParts", BAD, "Unable to build importer with provided input.",
           *CUT_OFF, **API),
]

IMPORT = [
    *cases("ImportRestApi", BAD, "Invalid OpenAPI input.", *CUT_OFF),
    *cases("PutRestApi", BAD, "Invalid OpenAPI input.", *CUT_OFF, **API),
]

CASES = [*DOCUMENTATION, *IMPORT, *VPC_LINK, *REST_API, *RESOURCE, *METHOD, *METHOD_RESPONSE, *INTEGRATION,
         *INTEGRATION_RESPONSE, *DEPLOYMENT, *STAGE_CASES, *ACCESS, *GATEWAY_RESPONSE, *MODEL, *AUTHORIZER_CASES, *REQUEST_VALIDATOR]
