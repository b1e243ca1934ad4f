"""CPU of a request that is validated and reshaped, against nginx passing on the same body."""

import os
import tempfile

import peers
from measure import Subject, alternate, ratios
from stack import Stack, make_api
from traffic import pin, show, worker_settings

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "transform")
FIELDS = {"Content-Type": "application/json", "X-Tenant": "acme-7"}
TARGET = "/orders/4711?region=eu-west"


def read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


def transform(settings):
    """Required parameters, a model and a request template, all evaluated for every request."""
    with peers.responder(settings.peer) as upstream, peers.nginx(upstream.port) as nginx, \
            Stack(worker_settings=worker_settings()) as stack, tempfile.TemporaryDirectory() as directory:
        api = deployed(stack, upstream.port)
        expect_refusals(stack, api)
        pin(stack.workers[0])
        worker = stack.workers[0]
        script = lua(directory)
        runs = alternate([
            Subject("turnpike", [worker.pid], f"http://127.0.0.1:{worker.http_port}/prod{TARGET}",
                    FIELDS | {"Host": stack.host(api)}, script=script),
            Subject("nginx", nginx.pids, f"http://127.0.0.1:{nginx.port}{TARGET}", FIELDS, script=script),
        ], settings.rounds, settings.seconds)
    show(runs)
    return [("transform_cpu_vs_nginx", "ratio", ratios(runs, "turnpike", "nginx", "cpu_us"))]


def deployed(stack, upstream_port):
    """The id of an API whose stage "prod" takes an order with POST /orders/{customer}."""
    client = stack.client()
    api, root = make_api(client, "transform")
    client.create_model(restApiId=api, name="Order", contentType="application/json", schema=read("model.json"))
    validator = client.create_request_validator(restApiId=api, name="all", validateRequestBody=True,
                                                validateRequestParameters=True)["id"]
    orders = client.create_resource(restApiId=api, parentId=root, pathPart="orders")["id"]
    customer = client.create_resource(restApiId=api, parentId=orders, pathPart="{customer}")["id"]
    method = {"restApiId": api, "resourceId": customer, "httpMethod": "POST"}
    client.put_method(**method, authorizationType="NONE", requestValidatorId=validator,
                      requestModels={"application/json": "Order"},
                      requestParameters={"method.request.path.customer": True, "method.request.header.X-Tenant": True,
                                         "method.request.querystring.region": True})
    client.put_integration(**method, type="HTTP", integrationHttpMethod="POST",
                           uri=f"http://127.0.0.1:{upstream_port}/orders",
                           requestTemplates={"application/json": read("request.vm")})
    client.put_method_response(**method, statusCode="200")
    client.put_integration_response(**method, statusCode="200")
    client.create_deployment(restApiId=api, stageName="prod")
    stack.wait_rolled_out()
    return api


def expect_refusals(stack, api):
    """Raises RuntimeError unless parameters and bodies are looked at."""
    body = read("body.json").encode()
    fields = {name: value for name, value in FIELDS.items() if name != "X-Tenant"}
    for sent, headers in ((body, fields), (body.replace(b'"EUR"', b'"EU"'), FIELDS)):
        status = stack.invoke(api, "/prod" + TARGET, method="POST", body=sent, headers=headers).status
        if status != 400:
            raise RuntimeError(f"an invalid request was answered with {status}")


def lua(directory):
    """A wrk script that posts the body: built once, sent as it is."""
    path = os.path.join(directory, "post.lua")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'wrk.method = "POST"\nwrk.body = [==[{read("body.json")}]==]\n')
    return path
