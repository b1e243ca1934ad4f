"""The sample API that a first start deploys."""

import json
import os
import sys

from management import Management
from trouble import say

GREETING = '{"message": "Turnpike is up"}'


def _marker(layout):
    return os.path.join(layout.home, "sample.json")


def _deployed(layout):
    try:
        with open(_marker(layout), encoding="utf-8") as file:
            return json.load(file)["restApiId"]
    except (OSError, ValueError, KeyError):
        return None


def deploy(layout):
    """Creates the sample once; a sample that the user deleted is not made again."""
    if _deployed(layout):
        return
    say("deploying the sample API")
    management = Management(layout)
    api = management.call("POST", "/restapis", {"name": "sample", "description": "Made by deploy/up"})
    resource = management.call("POST", f"/restapis/{api['id']}/resources/{api['rootResourceId']}",
                               {"pathPart": "hello"})
    method = f"/restapis/{api['id']}/resources/{resource['id']}/methods/GET"
    management.call("PUT", method, {"authorizationType": "NONE"})
    management.call("PUT", f"{method}/responses/200", {})
    management.call("PUT", f"{method}/integration", {
        "type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}})
    management.call("PUT", f"{method}/integration/responses/200",
                    {"responseTemplates": {"application/json": GREETING}})
    management.call("POST", f"/restapis/{api['id']}/deployments", {"stageName": "prod"})
    with open(_marker(layout), "w", encoding="utf-8") as file:
        json.dump({"restApiId": api["id"]}, file)


def print_invoke(layout):
    api = _deployed(layout)
    if api is None:
        return
    option, url = layout.traffic()
    print("ready. Try:", file=sys.stderr)
    print(f"  curl {option}{url.format(api=api)}/prod/hello", file=sys.stderr, flush=True)


def rollout(layout):
    return Management(layout).call("GET", "/_turnpike/v1/rollout")
