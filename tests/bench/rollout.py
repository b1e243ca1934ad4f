"""How long a deployment takes to be live on every worker, and what it costs the traffic."""

import http.client
import threading
import time

from stack import Stack, add_mock, make_api
from traffic import worker_settings

WORKERS = 4
ROUTES = 5000
DEPLOYMENTS = 50


def deploy(settings):
    """create-deployment answered -> each of 4 workers serves it, with 5,000 routes and load running."""
    del settings
    with Stack(workers=WORKERS, own_ports=True, worker_settings=worker_settings(),
               control_settings={"TURNPIKE_RESOURCES_PER_API_MAX": ROUTES + 10}) as stack:
        client = stack.client()
        api, root, marker = large_api(client)
        client.create_deployment(restApiId=api, stageName="prod")
        stack.wait_rolled_out()
        load = Load(stack, api)
        load.start()
        waits = [visible_after(stack, client, api, marker, number) for number in range(DEPLOYMENTS)]
        failed = load.stop()
    waits.sort()
    return [("deploy_visible_p99_ms", "ms", [waits[int(len(waits) * 0.99)]]),
            ("deploy_failed_requests", "requests", [failed])]


def large_api(client):
    """(api, root, marker resource): 5,000 MOCK routes; /marker answers the deployment's number."""
    api, root = make_api(client, "large")
    marker = client.create_resource(restApiId=api, parentId=root, pathPart="marker")["id"]
    add_mock(client, api, marker, body="none")
    for number in range(ROUTES - 1):
        resource = client.create_resource(restApiId=api, parentId=root, pathPart=f"r{number}")["id"]
        client.put_method(restApiId=api, resourceId=resource, httpMethod="GET", authorizationType="NONE")
        client.put_integration(restApiId=api, resourceId=resource, httpMethod="GET", type="MOCK",
                               requestTemplates={"application/json": '{"statusCode": 200}'})
    return api, root, marker


def visible_after(stack, client, api, marker, number):
    """Milliseconds until the last worker answers with the new body."""
    client.put_integration_response(restApiId=api, resourceId=marker, httpMethod="GET", statusCode="200",
                                    responseTemplates={"application/json": f"deployment {number}"})
    client.create_deployment(restApiId=api, stageName="prod")
    answered = time.monotonic()
    wanted = f"deployment {number}".encode()
    for worker in range(WORKERS):
        while stack.invoke(api, "/prod/marker", worker=worker).body != wanted:
            time.sleep(0.002)
    return (time.monotonic() - answered) * 1000


class Load(threading.Thread):
    """Keep-alive requests to every worker, one after the other; counts what is not answered with 200."""

    def __init__(self, stack, api):
        super().__init__()
        self._headers = {"Host": stack.host(api)}
        self._ports = [worker.http_port for worker in stack.workers]
        self._stopping = False
        self.failed = 0

    def run(self):
        connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=5) for port in self._ports]
        while not self._stopping:
            for connection in connections:
                try:
                    connection.request("GET", "/prod/marker", headers=self._headers)
                    response = connection.getresponse()
                    body = response.read()
                    self.failed += response.status != 200 or not (body == b"none" or body.startswith(b"deployment "))
                except (OSError, http.client.HTTPException):
                    self.failed += 1
                    connection.close()

    def stop(self):
        self._stopping = True
        self.join()
        return self.failed
