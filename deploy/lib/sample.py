"""The sample API that a first start deploys."""

import json
import os
import sys

from management import Management
from trouble import say

DOCUMENT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "sample.yaml")


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
    with open(DOCUMENT, "rb") as file:
        api = management.call("POST", "/restapis", file.read(), query="mode=import")
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
