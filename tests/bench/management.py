"""The management API with many APIs stored: latency of reads and writes, memory of the control plane."""

import http.client
import json
import multiprocessing
import random
import time

from measure import resident_mib
from stack import REGION, Stack

APIS = 10_000
CLIENTS = 8
CALLS_EACH = 400


class Caller:
    """Signed calls on one connection; only the exchange is timed."""

    def __init__(self, port, credentials):
        from botocore.auth import SigV4Auth
        from botocore.credentials import Credentials
        self._port = port
        self._auth = SigV4Auth(Credentials(*credentials), "apigateway", REGION)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def __call__(self, method, path, body=None):
        """(milliseconds, decoded answer)"""
        from botocore.awsrequest import AWSRequest
        data = b"" if body is None else json.dumps(body).encode()
        request = AWSRequest(method=method, url=f"http://127.0.0.1:{self._port}{path}", data=data)
        self._auth.add_auth(request)
        headers = dict(request.headers)
        started = time.perf_counter()
        self._connection.request(method, path, data, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        took = (time.perf_counter() - started) * 1000
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:200]}")
        return took, json.loads(text) if text else None


def fill(arguments):
    """Makes a part of the APIs, each with a resource; their (id, root) pairs."""
    port, credentials, count = arguments
    call = Caller(port, credentials)
    made = []
    for number in range(count):
        api = call("POST", "/restapis", {"name": f"api {number}"})[1]
        made.append((api["id"], api["rootResourceId"]))
    return made


def exercise(arguments):
    """Latencies of reads and of writes, in milliseconds."""
    port, credentials, apis, seed = arguments
    call = Caller(port, credentials)
    choose = random.Random(seed)
    reads, writes = [], []
    for number in range(CALLS_EACH):
        api, root = choose.choice(apis)
        read = choose.choice((f"/restapis/{api}", f"/restapis/{api}/resources", "/restapis?limit=25",
                              f"/restapis/{api}/resources/{root}"))
        reads.append(call("GET", read)[0])
        if number % 2 == 0:
            writes.append(call("POST", f"/restapis/{api}/resources/{root}", {"pathPart": f"p{seed}x{number}"})[0])
        else:
            writes.append(call("PATCH", f"/restapis/{api}", {"patchOperations": [
                {"op": "replace", "path": "/description", "value": f"{seed} {number}"}]})[0])
    return reads, writes


def management(settings):
    """10,000 APIs stored; 8 clients read and write at once."""
    with Stack(workers=0, control_settings={"TURNPIKE_REST_APIS_MAX": APIS + 100}) as stack, \
            multiprocessing.Pool(CLIENTS) as pool:
        port, credentials = stack.admin_ports[0], stack.credentials()
        parts = pool.map(fill, [(port, credentials, APIS // CLIENTS)] * CLIENTS)
        apis = [api for part in parts for api in part]
        read_p99, write_p99 = [], []
        for round_number in range(settings.rounds):
            runs = pool.map(exercise, [(port, credentials, apis, round_number * CLIENTS + client)
                                       for client in range(CLIENTS)])
            read_p99.append(percentile([value for reads, _ in runs for value in reads], 99))
            write_p99.append(percentile([value for _, writes in runs for value in writes], 99))
        memory = resident_mib(stack.controls[0].pid)
    return [("manage_read_p99_ms", "ms", read_p99), ("manage_write_p99_ms", "ms", write_p99),
            ("manage_memory_mib", "MiB", [memory])]


def import_600(settings):
    """Import of a document with 600 operations, models and descriptions; then the same as an overwrite."""
    body = json.dumps(large_document()).encode()
    runs = []
    with Stack(workers=0, control_settings={"TURNPIKE_RESOURCES_PER_API_MAX": 1000}) as stack:
        client = stack.client()
        for _ in range(settings.rounds):
            started = time.perf_counter()
            api = client.import_rest_api(body=body)["id"]
            client_time = time.perf_counter() - started
            started = time.perf_counter()
            client.put_rest_api(restApiId=api, mode="overwrite", body=body)
            runs.append(max(client_time, time.perf_counter() - started))
        client.close()
    return [("import_600_s", "s", runs)]


def large_document():
    mock = {"type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'},
            "responses": {"default": {"statusCode": "200"}}}

    def operation(number):
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/M{number % 50}"}}}
        return {"operationId": f"op{number}", "description": "What it does. " * 10,
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                               {"name": "q", "in": "query", "schema": {"type": "string"}}],
                "requestBody": {"content": content}, "responses": {"200": {"description": "Fine.", "content": content}},
                "x-amazon-apigateway-integration": mock}

    return {"openapi": "3.0.1", "info": {"title": "large", "version": "1"},
            "paths": {f"/group{n // 20}/item{n}/{{id}}": {verb: operation(n) for verb in ("post", "put", "delete")}
                      for n in range(200)},
            "components": {"schemas": {f"M{n}": {"type": "object", "properties": {
                "name": {"type": "string"}, "next": {"$ref": f"#/components/schemas/M{(n + 1) % 50}"}}}
                for n in range(50)}}}


def percentile(values, which):
    return sorted(values)[min(len(values) - 1, len(values) * which // 100)]
