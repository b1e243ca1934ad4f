"""Expressions of cases.txt, by Turnpike and by Jayway JsonPath: what each finds, or that it refuses.

Lines of cases.txt, besides comments (#) and empty ones:
  reason <name> <text>                      why results may differ on purpose
  document <json>                           what the cases below it are evaluated on
  same <expression>                         both have the same answer, byte by byte
  differs <reason> <expression> => <ours>   they do not; Turnpike's is `ours`
An answer is `refused`, `nothing`, or the result as JSON after `definite` or `indefinite`, which `ours` leaves out.
Usage: compare.py <jsonpath_evaluate> [cases.txt]
"""

import json
import os
import subprocess
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
JARS = ":".join(f"/usr/share/java/{name}.jar"
                for name in ("json-path", "json-smart", "accessors-smart", "asm", "slf4j-api", "slf4j-nop"))


def read_cases(path):
    reasons, cases, document = {}, [], None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            word, _, rest = line.partition(" ")
            case = {"line": number, "document": document, "reason": None, "ours": None}
            if word == "reason":
                name, _, text = rest.partition(" ")
                reasons[name] = text
            elif word == "document":
                document = rest
            elif word == "same":
                cases.append({**case, "expression": rest})
            elif word == "differs":
                reason, _, rest = rest.partition(" ")
                expression, _, ours = rest.rpartition(" => ")
                cases.append({**case, "expression": expression, "reason": reason, "ours": ours})
            else:
                raise ValueError(f"line {number}: {word}?")
    unused = set(reasons) - {case["reason"] for case in cases}
    unknown = {case["reason"] for case in cases} - set(reasons) - {None}
    assert not unused and not unknown, f"unused reasons {unused}, unknown {unknown}"
    return cases


def answers(command, cases):
    lines = "".join(json.dumps([case["expression"], case["document"]]) + "\n" for case in cases)
    done = subprocess.run(command, input=lines.encode(), stdout=subprocess.PIPE, check=True, timeout=120)
    found = done.stdout.decode().split("\n")[:-1]
    assert len(found) == len(cases), f"{len(found)} answers to {len(cases)} cases"
    return found


def judge(case, ours, theirs):
    """Returns: what is wrong, or None."""
    if ours.startswith("error"):
        return "an error"
    ours = "refused" if ours.startswith("refused") else ours
    theirs = "refused" if theirs.startswith("refused") else theirs
    if case["reason"] is None:
        return None if ours == theirs else "they differ"
    if ours == theirs:
        return "they are the same"
    return None if ours.split(" ", 1)[-1] == case["ours"] else "not what the case says"


def main():
    cases = read_cases(sys.argv[2] if len(sys.argv) > 2 else os.path.join(FOLDER, "cases.txt"))
    ours = answers([sys.argv[1]], cases)
    theirs = answers(["java", "-cp", JARS, os.path.join(FOLDER, "Driver.java")], cases)
    wrong = 0
    for case, our, their in zip(cases, ours, theirs):
        problem = judge(case, our, their)
        if problem:
            wrong += 1
            print(f"line {case['line']}: {case['expression']}: {problem}\n  turnpike: {our}\n  jayway:   {their}")
    same = sum(case["reason"] is None for case in cases)
    print(f"{len(cases)} cases: {same} the same, {len(cases) - same} different on purpose; {wrong} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
