#!/usr/bin/env python3
"""Derives the OpenAPI descriptions in this folder from the service models.

Usage: derive.py <folder with *.service-2.json and apigateway.observed-errors.json>

Only facts are taken: names, places on the wire, types, constraints, status codes. The words are ours. What
OpenAPI cannot say is in x-turnpike-* members; openapi/README.md explains them.
"""

import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SERVICES = (
    ("apigateway", "apigateway-v1", "RestV1", "REST APIs (v1)"),
    ("apigatewayv2", "apigateway-v2", "HttpV2", "HTTP and WebSocket APIs (v2)"),
    ("apigatewaymanagementapi", "connections", "Connections", "WebSocket connections"),
)
VERBS = {"Create": "Creates", "Get": "Returns", "List": "Lists", "Update": "Changes", "Delete": "Deletes",
         "Put": "Puts", "Import": "Imports", "Reimport": "Imports anew", "Export": "Exports", "Flush": "Empties",
         "Reset": "Empties", "Generate": "Generates", "Reject": "Rejects", "Tag": "Adds tags to", "Preview": "Previews",
         "Untag": "Removes tags from", "Publish": "Publishes", "Disable": "Disables", "Post": "Posts", "Test": "Tests"}
WORDS = {"Api": "API", "Apis": "APIs", "Rest": "REST", "Sdk": "SDK", "Vpc": "VPC", "Cors": "CORS", "Test": "test"}
# Values that Turnpike takes besides the service's.
ADDED_VALUES = {"QuotaPeriodType": ["HOUR"]}
# A limit that the models carry in a shape's name only.
LENGTH_IN_NAME = re.compile(r"^(?:String|Uri)WithLengthBetween(\d+)And(\d+)(K?)$")


def summary(operation):
    words = re.findall(r"[A-Z][a-z0-9]*", operation)
    verb, rest = words[0], words[1:]
    named = " ".join(WORDS.get(word, word.lower()) for word in rest) or "resource"
    return f"{VERBS[verb]} {named}."


def ref(shape):
    return {"$ref": f"#/components/schemas/{shape}"}


class Model:
    """One service model, read once."""

    def __init__(self, folder, name, recorded_enums):
        with open(os.path.join(folder, f"{name}.service-2.json"), encoding="utf-8") as file:
            model = json.load(file)
        self.metadata = model["metadata"]
        self.operations = model["operations"]
        self.shapes = model["shapes"]
        self._recorded_enums = recorded_enums
        self._default_timestamps = "unixTimestamp"
        self._used = {}

    def schema(self, name):
        shape = self.shapes[name]
        return getattr(self, "_" + shape["type"])(name, shape)

    def _string(self, name, shape):
        schema = {"type": "string"}
        if "enum" in shape:
            schema["enum"] = self._enum_order(shape["enum"]) + ADDED_VALUES.get(name, [])
        if "pattern" in shape:
            schema["pattern"] = shape["pattern"]
        named = LENGTH_IN_NAME.match(name)
        if named:
            schema["minLength"] = int(named[1])
            schema["maxLength"] = int(named[2]) * (1024 if named[3] else 1)
        if "min" in shape:
            schema["minLength"] = shape["min"]
        if "max" in shape:
            schema["maxLength"] = shape["max"]
        return schema

    def _enum_order(self, values):
        """In the order in which the service was seen to list them, where that is known."""
        for recorded in self._recorded_enums:
            if set(recorded) <= set(values) and len(recorded) * 2 > len(values):
                return recorded + [value for value in values if value not in recorded]
        return values

    @staticmethod
    def _number(shape, schema):
        if "min" in shape:
            schema["minimum"] = shape["min"]
        if "max" in shape:
            schema["maximum"] = shape["max"]
        return schema

    def _integer(self, _name, shape):
        return self._number(shape, {"type": "integer", "format": "int32"})

    def _long(self, _name, shape):
        return self._number(shape, {"type": "integer", "format": "int64"})

    def _double(self, _name, shape):
        return self._number(shape, {"type": "number", "format": "double"})

    def _boolean(self, _name, _shape):
        return {"type": "boolean"}

    def _timestamp(self, _name, shape):
        if shape.get("timestampFormat", self._default_timestamps) == "iso8601":
            return {"type": "string", "format": "date-time", "x-turnpike-timestamp": "iso8601"}
        return {"type": "number", "x-turnpike-timestamp": "unixTimestamp"}

    def _blob(self, _name, shape):
        schema = {"type": "string", "format": "binary"}
        if "max" in shape:
            schema["maxLength"] = shape["max"]
        return schema

    def _list(self, _name, shape):
        return self._number(shape, {"type": "array", "items": ref(shape["member"]["shape"])})

    def _map(self, _name, shape):
        return {"type": "object", "additionalProperties": ref(shape["value"]["shape"]),
                "x-turnpike-key": shape["key"]["shape"]}

    def _structure(self, _name, shape):
        body = {member: place for member, place in shape["members"].items()
                if "location" not in place and member != shape.get("payload")}
        schema = {"type": "object", "properties": {}}
        renamed = {}
        for member, place in body.items():
            wire = place.get("locationName", member)
            schema["properties"][wire] = ref(place["shape"])
            if wire != member:
                renamed[wire] = member
        required = [body[member].get("locationName", member) for member in shape.get("required", []) if member in body]
        if required:
            schema["required"] = required
        if renamed:
            schema["x-turnpike-members"] = renamed
        return schema

    def reachable(self, roots):
        """Names of the shapes that the roots use, themselves included."""
        found, todo = set(), list(roots)
        while todo:
            name = todo.pop()
            if name in found:
                continue
            found.add(name)
            shape = self.shapes[name]
            todo += [member["shape"] for member in shape.get("members", {}).values()]
            todo += [shape[part]["shape"] for part in ("member", "key", "value") if part in shape]
        return found


def uri_of(operation):
    """Path template and fixed query of an operation."""
    path, _, query = operation["http"]["requestUri"].partition("?")
    return path, query


def describe_operation(model, name, operation):
    path, query = uri_of(operation)
    described = {"operationId": name, "summary": summary(name), "x-turnpike-input": operation["input"]["shape"]}
    if query:
        described["x-turnpike-fixed-query"] = query
    add_input(model, described, model.shapes[operation["input"]["shape"]])
    status = str(operation["http"].get("responseCode", 200))
    described["responses"] = {status: success(model, operation)}
    if "output" in operation:
        described["x-turnpike-output"] = operation["output"]["shape"]
    add_errors(model, described, [error["shape"] for error in operation["errors"]])
    return described


def add_input(model, described, shape):
    places = {"uri": "path", "querystring": "query", "header": "header"}
    parameters = []
    for member, place in shape["members"].items():
        if "location" not in place:
            continue
        parameter = {"name": place.get("locationName", member), "in": places[place["location"]], "x-turnpike-member": member,
                     "schema": ref(place["shape"])}
        if member in shape.get("required", []):
            parameter["required"] = True
        if model.shapes[place["shape"]]["type"] == "map":
            parameter |= {"style": "form", "explode": True, "x-turnpike-flattened-map": True}
        parameters.append(parameter)
    if parameters:
        described["parameters"] = parameters
    payload = shape.get("payload")
    if payload:
        described["x-turnpike-payload"] = payload
        described["requestBody"] = {"required": payload in shape.get("required", []),
                                    "content": {"*/*": {"schema": ref(shape["members"][payload]["shape"])}}}
    elif any("location" not in place for place in shape["members"].values()):
        described["requestBody"] = {"content": {"application/json": {"schema": ref(described["x-turnpike-input"])}}}


def success(model, operation):
    response = {"description": "Done."}
    if "output" not in operation:
        return response
    shape = model.shapes[operation["output"]["shape"]]
    headers = {place.get("locationName", member): {"schema": ref(place["shape"]), "x-turnpike-member": member}
               for member, place in shape["members"].items() if place.get("location") == "header"}
    if headers:
        response["headers"] = headers
    payload = shape.get("payload")
    if payload:
        response["x-turnpike-payload"] = payload
        response["content"] = {"*/*": {"schema": ref(shape["members"][payload]["shape"])}}
    else:
        response["content"] = {"application/json": {"schema": ref(operation["output"]["shape"])}}
    return response


def status_of(shape):
    return shape["error"]["httpStatusCode"]


def add_errors(model, described, errors):
    described["x-turnpike-errors"] = errors
    by_status = {}
    for error in errors:
        by_status.setdefault(str(status_of(model.shapes[error])), []).append(error)
    for status, names in sorted(by_status.items()):
        schema = ref(names[0]) if len(names) == 1 else {"oneOf": [ref(name) for name in names]}
        described["responses"][status] = {"description": " or ".join(names),
                                          "content": {"application/json": {"schema": schema}}}


def describe_service(folder, model_name, contract, title, recorded_enums):
    model = Model(folder, model_name, recorded_enums)
    document = {
        "openapi": "3.0.3",
        "info": {"title": f"Turnpike: {title}", "version": model.metadata["apiVersion"],
                 "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"}},
        "x-turnpike-contract": contract,
        "security": [{"sigv4": []}],
        "paths": {},
        "components": {"securitySchemes": {"sigv4": {
            "type": "apiKey", "name": "Authorization", "in": "header",
            "x-turnpike-signing-name": model.metadata.get("signingName", model.metadata["endpointPrefix"])}},
            "schemas": {}},
    }
    shapes_of_path = {}
    for name, operation in sorted(model.operations.items()):
        path, query = uri_of(operation)
        # Templates that differ in parameter names only are one path; a fixed query is told by a fragment.
        key = shapes_of_path.setdefault(re.sub(r"\{[^}]*\}", "{}", path), path) + (f"#{query}" if query else "")
        method = operation["http"]["method"].lower()
        described = describe_operation(model, name, operation)
        rename_path_parameters(described, path, key)
        document["paths"].setdefault(key, {})[method] = described
    roots = [operation[part]["shape"] for operation in model.operations.values()
             for part in ("input", "output") if part in operation]
    roots += [error["shape"] for operation in model.operations.values() for error in operation["errors"]]
    for name in sorted(model.reachable(roots)):
        schema = model.schema(name)
        if "exception" in model.shapes[name]:
            schema["x-turnpike-error-status"] = status_of(model.shapes[name])
        document["components"]["schemas"][name] = schema
    return document


def rename_path_parameters(described, own_path, shared_path):
    names = dict(zip(re.findall(r"\{([^}]*)\}", own_path), re.findall(r"\{([^}]*)\}", shared_path)))
    for parameter in described.get("parameters", []):
        if parameter["in"] == "path":
            parameter["name"] = names[parameter["name"]]


def recorded_enum_orders(folder):
    with open(os.path.join(folder, "apigateway.observed-errors.json"), encoding="utf-8") as file:
        text = file.read()
    orders = []
    for values in re.findall(r"enum value set: \[([^\]\[]+)\]", text):
        order = values.split(", ")
        if order not in orders:
            orders.append(order)
    return orders


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = sys.argv[1]
    recorded_enums = recorded_enum_orders(folder)
    for model_name, file_name, contract, title in SERVICES:
        document = describe_service(folder, model_name, contract, title, recorded_enums)
        with open(os.path.join(HERE, f"{file_name}.json"), "w", encoding="utf-8") as file:
            json.dump(document, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()
