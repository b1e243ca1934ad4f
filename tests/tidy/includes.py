"""Who may include whom: our folders and third-party headers. Source: docs/ARCHITECTURE.md."""

import re

from sources import lines, report, sources

COMMON = {"common/base", "common/json", "common/http"}
ENGINES = {"common/limits", "common/dynamic", "common/jsonpath", "common/regex", "common/schema", "common/template"}
ALL_COMMON = COMMON | ENGINES | {f"common/{name}" for name in
                       ("config", "crypto", "model", "snapshot", "telemetry", "redis")}

# Folder -> folders of ours that it may include besides itself.
ALLOWED = {
    "common/base": set(),
    "common/json": {"common/base"},
    "common/dynamic": {"common/base"},
    "common/http": {"common/base"},
    "common/regex": {"common/base"},
    "common/limits": {"common/base"},
    "common/jsonpath": COMMON | {"common/dynamic", "common/regex"},
    "common/template": COMMON | {"common/dynamic", "common/regex"},
    "common/schema": COMMON | {"common/dynamic"},
    "common/crypto": COMMON,
    "common/config": COMMON,
    "common/model": COMMON,
    "common/telemetry": COMMON | {"common/model"},
    "common/redis": COMMON,
    "common/snapshot": COMMON | ENGINES | {"common/model", "common/telemetry"},
    "control-plane/openapi": COMMON | {"common/crypto"},
    "control-plane/service": ALL_COMMON | {"control-plane/openapi"},
    "control-plane/access": ALL_COMMON | {"control-plane/service"},
    "control-plane/publish": ALL_COMMON | {"control-plane/service"},
    "control-plane/store": ALL_COMMON | {"control-plane/service", "control-plane/publish", "control-plane/access"},
    "control-plane/api": ALL_COMMON | {"control-plane/service", "control-plane/access", "control-plane/publish"},
    "data-plane/worker": ALL_COMMON,
    "data-plane/limits": ALL_COMMON | {"data-plane/worker"},
    "data-plane/cache": ALL_COMMON | {"data-plane/worker"},
    "data-plane/tls": ALL_COMMON | {"data-plane/worker"},
    "data-plane/net": ALL_COMMON | {"data-plane/worker", "data-plane/tls"},
    "data-plane/pipeline": ALL_COMMON | {"data-plane/worker", "data-plane/cache", "data-plane/limits", "data-plane/tls", "data-plane/net"},
}
ALLOWED["data-plane/transform"] = ALLOWED["data-plane/pipeline"] | {"data-plane/pipeline"}
ALLOWED["data-plane/integration"] = ALLOWED["data-plane/transform"] | {"data-plane/transform"}
ALLOWED["data-plane/phase"] = ALLOWED["data-plane/integration"] | {"data-plane/integration"}

# Third-party include prefix -> folders that may use it.
THIRD_PARTY = {
    "pistache/": {"control-plane/api"},
    "pqxx/": {"control-plane/store"},
    "libpq": {"control-plane/store"},
    "hiredis/": {"common/redis"},
    "boost/": {"common/redis"},
    "openssl/": {"common/crypto", "control-plane/api", "data-plane/tls", "common/redis"},
    "rapidjson/": {"common/dynamic", "common/json"},
    "spdlog/": {"common/telemetry"},
    "prometheus/": {"common/telemetry"},
    "CLI/": {"common/config"},
    "re2/": {"common/jsonpath", "common/regex", "common/schema", "common/snapshot", "common/template"},
    "curl/": {"control-plane/publish"},
    "liburing.h": {"data-plane/worker"},
    "ares.h": {"data-plane/integration"},
    "expat.h": {"common/template"},
    "yaml.h": {"control-plane/openapi"},
    "zlib.h": {"common/http"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')


def folder_of(path):
    parts = path.split("/")
    return "/".join(parts[:2]) if len(parts) > 2 else None


def check(path):
    folder = folder_of(path)
    for number, line in lines(path):
        match = INCLUDE.match(line)
        if not match:
            continue
        ours, system = match.groups()
        if system:
            for prefix, users in THIRD_PARTY.items():
                if system.startswith(prefix) and folder not in users:
                    yield f"{path}:{number}: <{system}> belongs to {', '.join(sorted(users))}"
            continue
        if not ours.startswith(("common/", "control-plane/", "data-plane/")):
            yield f'{path}:{number}: "{ours}" is not a path from the root'
            continue
        target = folder_of(ours)
        if folder is None or target == folder:  # main.cpp includes what it wires
            if folder == "data-plane/phase" and path.endswith(".cpp") and is_other_phase(path, ours):
                yield f"{path}:{number}: a phase includes another phase"
            continue
        if target not in ALLOWED.get(folder, set()):
            yield f"{path}:{number}: {folder} may not include {target}"


def is_other_phase(path, included):
    own = path.removesuffix(".cpp").removesuffix(".hpp")
    shared = ("data-plane/phase/describe", "data-plane/phase/order", "data-plane/phase/renewal")
    name = included.removesuffix(".hpp")
    return not own.endswith("/order") and name != own and name not in shared


if __name__ == "__main__":
    report([finding for path in sources() for finding in check(path)])
