"""The management API with many APIs stored: latency of reads and writes, memory; answers without its database."""

import http.client
import json
import multiprocessing
import os
import random
import signal
import subprocess
import time

from measure import resident_mib
from stack import REGION, Stack

APIS = 10_000
CLIENTS = 8
CALLS_EACH = 400


class Caller:
    """Signed calls on one connection."""

    def __init__(self, port, credentials):
        from botocore.auth import SigV4Auth
        from botocore.credentials import Credentials
        self._port = port
        self._auth = SigV4Auth(Credentials(*credentials), "apigateway", REGION)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def prepare(self, method, path, body=None):
        """The call, signed: http.client's arguments."""
        from botocore.awsrequest import AWSRequest
        data = b"" if body is None else json.dumps(body).encode()
        request = AWSRequest(method=method, url=f"http://127.0.0.1:{self._port}{path}", data=data)
        self._auth.add_auth(request)
        return method, path, data, dict(request.headers)

    def status(self, call):
        self._connection.request(*call)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status

    def send(self, call):
        """(milliseconds, decoded answer)"""
        started = time.perf_counter()
        self._connection.request(*call)
        answer = self._connection.getresponse()
        text = answer.read()
        took = (time.perf_counter() - started) * 1000
        if answer.status >= 300:
            raise RuntimeError(f"{call[0]} {call[1]}: {answer.status} {text[:200]}")
        return took, json.loads(text) if text else None


def fill(arguments):
    """Makes a part of the APIs, each with a resource; their (id, root) pairs."""
    port, credentials, count = arguments
    call = Caller(port, credentials)
    made = []
    for number in range(count):
        api = call.send(call.prepare("POST", "/restapis", {"name": f"api {number}"}))[1]
        made.append((api["id"], api["rootResourceId"]))
    return made


def prepare(arguments):
    """The calls of one client, signed before the clock runs: reads and writes in turn."""
    port, credentials, apis, seed = arguments
    caller = Caller(port, credentials)
    choose = random.Random(seed)
    calls = []
    for number in range(CALLS_EACH):
        api, root = choose.choice(apis)
        calls.append(caller.prepare("GET", choose.choice((
            f"/restapis/{api}", f"/restapis/{api}/resources", "/restapis?limit=25",
            f"/restapis/{api}/resources/{root}"))))
        if number % 2 == 0:
            calls.append(caller.prepare("POST", f"/restapis/{api}/resources/{root}", {"pathPart": f"p{seed}x{number}"}))
        else:
            calls.append(caller.prepare("PATCH", f"/restapis/{api}", {"patchOperations": [
                {"op": "replace", "path": "/description", "value": f"{seed} {number}"}]}))
    return calls


def exercise(arguments):
    """Latencies of reads and of writes, in milliseconds."""
    port, credentials, calls = arguments
    caller = Caller(port, credentials)
    took = [caller.send(call)[0] for call in calls]
    return took[::2], took[1::2]


def management(settings):
    """10,000 APIs stored; 8 clients read and write at once."""
    with Stack(workers=0, control_settings={"TURNPIKE_REST_APIS_MAX": APIS + 100}) as stack, \
            multiprocessing.Pool(CLIENTS) as pool:
        port, credentials = stack.admin_ports[0], stack.credentials()
        parts = pool.map(fill, [(port, credentials, APIS // CLIENTS)] * CLIENTS)
        apis = [api for part in parts for api in part]
        read_p99, write_p99 = [], []
        for round_number in range(settings.rounds):
            calls = pool.map(prepare, [(port, credentials, apis, round_number * CLIENTS + client)
                                       for client in range(CLIENTS)])
            runs = pool.map(exercise, [(port, credentials, part) for part in calls], 1)
            read_p99.append(percentile([value for reads, _ in runs for value in reads], 99))
            write_p99.append(percentile([value for _, writes in runs for value in writes], 99))
        memory = resident_mib(stack.controls[0].pid)
    return [("manage_read_p99_ms", "ms", read_p99), ("manage_write_p99_ms", "ms", write_p99),
            ("manage_memory_mib", "MiB", [memory])]


def unavailable(settings):
    """The longest time to a 503 with the database stopped by SIGSTOP, 24 callers at once, then gone."""
    runs = []
    for _ in range(settings.rounds):
        with Stack(workers=0) as stack, multiprocessing.Pool(24) as pool:
            callers = [(stack.admin_ports[0], stack.credentials())] * 24
            pool.map(answered_503, callers, 1)
            children = subprocess.run(["pgrep", "-P", str(stack.postgres.pid)], capture_output=True, text=True,
                                      check=True).stdout.split()
            group = [stack.postgres.pid, *map(int, children)]
            for process in group:
                os.kill(process, signal.SIGSTOP)
            hanging = pool.map(answered_503, callers, 1)
            for process in group:
                os.kill(process, signal.SIGCONT)
            stack.postgres.stop(signal.SIGINT)
            gone = pool.map(answered_503, callers, 1)
        if not all(is_503 for is_503, _ in hanging + gone):
            raise RuntimeError("a call without a database was not answered with 503")
        runs.append(max(seconds for _, seconds in hanging + gone))
    return [("manage_unavailable_s", "s", runs)]


def answered_503(arguments):
    """(whether one call was answered with 503, after how many seconds)"""
    caller = Caller(*arguments)
    started = time.perf_counter()
    status = caller.status(caller.prepare("POST", "/restapis", {"name": "x"}))
    return status == 503, time.perf_counter() - started


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
