#!/usr/bin/env python3
"""Makes the C++ tables of control-plane/api/contract.hpp from the OpenAPI descriptions.

Usage: generate.py <output.cpp> <description.json>...
"""

import json
import re
import sys

PLACES = {"path": "Path", "query": "Query", "header": "Header"}
ERRORS = {"BadRequestException": "kBadRequest", "UnauthorizedException": "kUnauthorized",
          "AccessDeniedException": "kAccessDenied", "NotFoundException": "kNotFound",
          "ConflictException": "kConflict", "LimitExceededException": "kLimitExceeded",
          "TooManyRequestsException": "kTooManyRequests", "ServiceUnavailableException": "kServiceUnavailable",
          "GoneException": "kGone", "ForbiddenException": "kForbidden",
          "PayloadTooLargeException": "kPayloadTooLarge"}


def text(value):
    return json.dumps(value)


def referred(schema):
    return schema["$ref"].rsplit("/", 1)[1]


class Tables:
    """Rows of the four arrays. Shapes are numbered over all descriptions."""

    def __init__(self):
        self.shapes, self.members, self.enums, self.operations = [], [], [], []
        self.routes = set()
        self._numbers = {}

    def add(self, description):
        self._contract = description["x-turnpike-contract"]
        schemas = description["components"]["schemas"]
        for name in schemas:
            self._numbers[self._contract, name] = len(self._numbers)
        for name, schema in schemas.items():
            self.shapes.append(self._shape(name, schema))
        for path, methods in description["paths"].items():
            for method, operation in methods.items():
                self.operations.append(self._operation(path.partition("#")[0], method.upper(), operation, schemas))

    def _number(self, schema):
        return self._numbers[self._contract, referred(schema)]

    def _shape(self, name, schema):
        kind = kind_of(schema)
        fields = [f".name = {text(name)}", f".kind = Kind::{kind}"]
        if kind == "Structure":
            first = len(self.members)
            sdk_names = schema.get("x-turnpike-members", {})
            for wire, member in schema["properties"].items():
                self._member(sdk_names.get(wire, wire), wire, member, "Body", wire in schema.get("required", []))
            fields += [f".first = {first}", f".count = {len(self.members) - first}"]
        elif kind == "List":
            fields.append(f".element = {self._number(schema['items'])}")
        elif kind == "Map":
            fields += [f".element = {self._number(schema['additionalProperties'])}",
                       f".key = {self._numbers[self._contract, schema['x-turnpike-key']]}"]
        elif schema.get("enum"):
            fields += [f".first = {len(self.enums)}", f".count = {len(schema['enum'])}"]
            self.enums += schema["enum"]
        for field, keys in ((".min", ("minLength", "minimum")), (".max", ("maxLength", "maximum"))):
            fields += [f"{field} = {schema[key]}" for key in keys if key in schema]
        if "pattern" in schema:
            fields.append(f".pattern = {text(schema['pattern'])}")
        return ", ".join(fields)

    def _member(self, name, wire, schema, place, required):
        self.members.append(f"{text(name)}, {text(wire)}, {self._number(schema)}, Location::{place}, "
                            f"{'true' if required else 'false'}")

    def _operation(self, path, method, operation, schemas):
        route = re.sub(r"\{[^}]*\}", "{}", path)
        fixed_query = operation.get("x-turnpike-fixed-query", "")
        if (method, route, fixed_query) in self.routes:
            sys.exit(f"two operations share {method} {route}")
        self.routes.add((method, route, fixed_query))
        status, response = next((int(code), answer) for code, answer in operation["responses"].items()
                                if code.startswith("2"))
        fields = [f".name = {text(operation['operationId'])}", f".contract = Contract::{self._contract}",
                  f".method = {text(method)}", f".path = {text(route)}", f".fixed_query = {text(fixed_query)}"]
        fields += self._parameters(path, operation)
        fields += self._bodies(operation, response, schemas)
        first_header = len(self.members)
        for wire, header in response.get("headers", {}).items():
            self._member(header["x-turnpike-member"], wire, header["schema"], "Header", False)
        fields += [f".first_header = {first_header}", f".header_count = {len(self.members) - first_header}",
                   f".status = {status}",
                   ".errors = " + " | ".join(ERRORS[error] for error in operation["x-turnpike-errors"])]
        return ", ".join(fields)

    def _parameters(self, path, operation):
        by_place = {"path": {}, "query": {}, "header": {}}
        for parameter in operation.get("parameters", []):
            by_place[parameter["in"]][parameter["name"]] = parameter
        in_path = re.findall(r"\{([^}]*)\}", path)
        if set(in_path) != set(by_place["path"]):
            sys.exit(f"{operation['operationId']}: path parameters differ from the path")
        ordered = [by_place["path"][name] for name in in_path]
        ordered += list(by_place["query"].values()) + list(by_place["header"].values())
        first = len(self.members)
        for parameter in ordered:
            self._member(parameter["x-turnpike-member"], parameter["name"], parameter["schema"],
                         PLACES[parameter["in"]], parameter.get("required", False))
        return [f".first = {first}", f".count = {len(ordered)}"]

    def _bodies(self, operation, response, schemas):
        fields = []
        if "requestBody" in operation:
            schema = next(iter(operation["requestBody"]["content"].values()))["schema"]
            fields.append(f".input = {self._number(schema)}")
            if "x-turnpike-payload" in operation:
                fields.append(f".input_payload = {text(operation['x-turnpike-payload'])}")
        if "content" in response:
            schema = next(iter(response["content"].values()))["schema"]
            # An operation whose output has no members answers {} all the same.
            fields.append(f".output = {self._number(schema)}")
            if "x-turnpike-payload" in response:
                fields.append(f".output_payload = {text(response['x-turnpike-payload'])}")
        return fields


def kind_of(schema):
    if "x-turnpike-timestamp" in schema:
        return "IsoTimestamp" if schema["x-turnpike-timestamp"] == "iso8601" else "EpochTimestamp"
    kind = schema["type"]
    if kind == "integer":
        return "Long" if schema.get("format") == "int64" else "Integer"
    if kind == "object":
        return "Map" if "additionalProperties" in schema else "Structure"
    if kind == "string" and schema.get("format") == "binary":
        return "Blob"
    return {"string": "String", "number": "Double", "boolean": "Boolean", "array": "List"}[kind]


def rows(type_name, name, entries):
    body = "".join(f"    {{{entry}}},\n" for entry in entries)
    return f"constexpr {type_name} {name}[] = {{\n{body}}};\n"


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    tables = Tables()
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            tables.add(json.load(file))
    enums = "".join(f"    {text(value)},\n" for value in tables.enums)
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write('// Made by openapi/generate.py at build time.\n#include "control-plane/api/contract.hpp"\n\n'
                   "namespace turnpike::api {\nnamespace {\n\n"
                   + rows("Member", "kMembers", tables.members) + "\n"
                   + f"constexpr std::string_view kEnumValues[] = {{\n{enums}}};\n\n"
                   + rows("Shape", "kShapes", tables.shapes) + "\n"
                   + rows("Operation", "kOperations", tables.operations)
                   + """
}  // namespace

std::span<const Operation> operations() { return kOperations; }
std::span<const Shape> shapes() { return kShapes; }
const Shape& shape(ShapeIndex index) { return kShapes[index]; }

std::span<const Member> members(const Shape& structure) {
    return std::span(kMembers).subspan(structure.first, structure.count);
}

std::span<const std::string_view> enum_values(const Shape& string) {
    return std::span(kEnumValues).subspan(string.first, string.count);
}

std::span<const Member> parameters(const Operation& operation) {
    return std::span(kMembers).subspan(operation.first, operation.count);
}

std::span<const Member> response_headers(const Operation& operation) {
    return std::span(kMembers).subspan(operation.first_header, operation.header_count);
}

}  // namespace turnpike::api
""")


if __name__ == "__main__":
    main()
