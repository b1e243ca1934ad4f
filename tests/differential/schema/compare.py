"""Generated schemas and instances: ours and Python's jsonschema give the same verdicts.

Usage: compare.py <schema_verdicts> [seed]

What the generator avoids, because the other side differs from draft-4 there: 0 and 1 (equal to false and true
in Python), multiples that doubles cannot represent, patterns whose classes are Unicode's in Python.
"""

import json
import random
import subprocess
import sys

from jsonschema import Draft4Validator

PAIRS = 6000
INSTANCES_PER_SCHEMA = 4
NAMES = ["a", "b", "c", "ab", "abc", "x1"]
TEXTS = ["", "a", "b", "ab", "abc", "cab", "x1", "12", "\u00e4b", "\U0001f432", "aaaa"]
NUMBERS = [-12, -7, -3, 2, 3, 4, 5, 6, 10, 12, 2.5, -1.5, 3.0, 4.0, 0.5, 100.0, 12345678901234567890]
PATTERNS = ["^a", "b$", "^(?=.*b)[a-c]+$", "^(?!a|1).", "^[a-c]+$", "a|1", "^.{2,3}$", "[0-9]+", "^(ab|c)*$", "^$", "x?1"]
TYPES = ["array", "boolean", "integer", "null", "number", "object", "string"]
DEFINITIONS = ["d1", "d2", "d3"]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, probability):
        return self.random.random() < probability

    def value(self, depth=3):
        kind = self.random.choice(TYPES + (["array", "object"] if depth == 3 else []))
        if kind == "array" and depth > 0:
            return [self.value(depth - 1) for _ in range(self.random.randrange(4))]
        if kind == "object" and depth > 0:
            return {name: self.value(depth - 1) for name in self.names(4)}
        if kind == "boolean":
            return self.chance(0.5)
        if kind in ("integer", "number"):
            return self.random.choice(NUMBERS)
        return None if kind == "null" else self.random.choice(TEXTS)

    def names(self, most):
        return self.random.sample(NAMES, self.random.randrange(most + 1))

    def document(self):
        schema = self.schema(3)
        schema["definitions"] = {name: self.schema(2) for name in DEFINITIONS}
        return schema

    def schema(self, depth, may_refer=False):
        """`may_refer`: the schema is for another value, so that recursion ends with the instance."""
        if may_refer and self.chance(0.15):
            return {"$ref": self.random.choice(["#"] + ["#/definitions/" + name for name in DEFINITIONS])}
        schema = {}
        rules = self.random.sample(self.RULES, self.random.randrange(1, 4))
        for rule in rules:
            rule(self, schema, depth)
        if self.chance(0.3):
            schema["format"] = self.random.choice(["email", "date-time", "unheard-of"])
        return schema

    def below(self, depth, may_refer=True):
        return self.schema(depth - 1, may_refer) if depth > 0 else {"type": self.random.choice(TYPES)}

    def type(self, schema, _):
        several = self.random.sample(TYPES, self.random.randrange(1, 5))
        schema["type"] = several if self.chance(0.7) else several[0]

    def enumeration(self, schema, _):
        schema["enum"] = [self.value(2) for _ in range(self.random.randrange(1, 14))]

    def bounds(self, schema, _):
        for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if self.chance(0.6):
                schema[bound] = self.random.choice(NUMBERS)
                if self.chance(0.5):
                    schema[exclusive] = self.chance(0.6)

    def multiple(self, schema, _):
        schema["multipleOf"] = self.random.choice([2, 3, 0.5, 1.5, 2.0])

    def lengths(self, schema, _):
        for keyword in ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"):
            if self.chance(0.3):
                schema[keyword] = self.random.randrange(3) + (2 if keyword.startswith("max") else 0)

    def pattern(self, schema, _):
        schema["pattern"] = self.random.choice(PATTERNS)

    def items(self, schema, depth):
        if self.chance(0.5):
            schema["items"] = self.below(depth)
        else:
            schema["items"] = [self.below(depth) for _ in range(self.random.randrange(3))]
        if self.chance(0.4):
            schema["additionalItems"] = self.chance(0.5) if self.chance(0.5) else self.below(depth)

    def unique(self, schema, _):
        schema["uniqueItems"] = self.chance(0.8)

    def properties(self, schema, depth):
        schema["properties"] = {name: self.below(depth) for name in self.names(4)}
        if self.chance(0.3):
            schema["patternProperties"] = {
                pattern: self.below(depth) for pattern in self.random.sample(PATTERNS, self.random.randrange(3))}
        if self.chance(0.4):
            schema["additionalProperties"] = self.chance(0.5) if self.chance(0.5) else self.below(depth)

    def required(self, schema, _):
        schema["required"] = self.names(2)

    def dependencies(self, schema, depth):
        schema["dependencies"] = {
            name: self.names(2) if self.chance(0.5) else self.below(depth, False) for name in self.names(3)}

    def several(self, schema, depth):
        keyword = self.random.choice(["allOf", "anyOf", "oneOf"])
        schema[keyword] = [self.below(depth, False) for _ in range(self.random.randrange(1, 4))]

    def negation(self, schema, depth):
        schema["not"] = self.below(depth, False)

    RULES = [type, enumeration, bounds, multiple, lengths, pattern, items, unique, properties, required,
             dependencies, several, negation]


def generated(seed):
    generator = Generator(seed)
    pairs = []
    while len(pairs) < PAIRS:
        schema = generator.document()
        pairs += [(schema, generator.value()) for _ in range(INSTANCES_PER_SCHEMA)]
    return pairs


def for_python(schema):
    """additionalItems: false as a schema: to tell what it found, jsonschema sorts values that have no order."""
    if isinstance(schema, list):
        return [for_python(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: {"not": {}} if name == "additionalItems" and value is False else for_python(value)
            for name, value in schema.items()}


def ours(binary, pairs):
    lines = "".join(json.dumps(pair) + "\n" for pair in pairs)
    done = subprocess.run([binary], input=lines, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    pairs = generated(seed)
    verdicts = ours(sys.argv[1], pairs)
    assert len(verdicts) == len(pairs), f"{len(verdicts)} verdicts for {len(pairs)} pairs"
    valid = different = 0
    for (schema, instance), verdict in zip(pairs, verdicts):
        expected = Draft4Validator(for_python(schema)).is_valid(instance)
        valid += expected
        if verdict.startswith("error") or (verdict == "valid") != expected:
            different += 1
            print(f"theirs {'valid' if expected else 'invalid'}, ours {verdict}: {json.dumps([schema, instance])}")
    print(f"seed {seed}: {len(pairs)} pairs, {valid} valid, {different} different verdicts")
    if not 0.2 < valid / len(pairs) < 0.8:
        print("the generator is lopsided")
        sys.exit(1)
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
