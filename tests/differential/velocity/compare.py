"""Templates of cases.txt, by Turnpike and by Apache Velocity 1.7: what each gives, or that it refuses.

Lines of cases.txt, besides comments (#! ) and empty ones; ¶ stands for a line end:
  reason <name> <text>                      why results may differ on purpose
  same <template>                           both give the same text, byte by byte, and neither refuses
  refused <template>                        both refuse
  differs <reason> <template> => <ours>     they do not agree; Turnpike gives `ours`, or `(refused)`
Usage: compare.py <velocity_render> [cases.txt]
"""

import json
import os
import subprocess
import sys
import tempfile

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(FOLDER, "..", "..", "support"))

import java  # noqa: E402  (the path above)

DATA = os.path.join(FOLDER, "data.json")
JARS = java.jars("velocity", "commons-lang", "commons-collections3")


def read_cases(path):
    reasons, cases = {}, []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n").replace("¶", "\n")
            if not line or line.startswith("#!"):
                continue
            word, _, rest = line.partition(" ")
            case = {"line": number, "kind": word, "template": rest, "reason": None, "ours": None}
            if word == "reason":
                name, _, text = rest.partition(" ")
                reasons[name] = text
                continue
            if word == "differs":
                case["reason"], _, rest = rest.partition(" ")
                case["template"], _, case["ours"] = rest.rpartition(" => ")
            elif word not in ("same", "refused"):
                raise ValueError(f"line {number}: {word}?")
            cases.append(case)
    unused = set(reasons) - {case["reason"] for case in cases}
    unknown = {case["reason"] for case in cases} - set(reasons) - {None}
    assert not unused and not unknown, f"unused reasons {unused}, unknown {unknown}"
    return cases


def answers(command, cases):
    lines = "".join(json.dumps(case["template"]) + "\n" for case in cases)
    done = subprocess.run(command, input=lines.encode(), stdout=subprocess.PIPE, check=True, timeout=120)
    found = done.stdout.decode().split("\n")[:-1]
    assert len(found) == len(cases), f"{len(found)} answers to {len(cases)} cases"
    return [None if line.startswith("refused") else json.loads(line) for line in found], found


def judge(case, ours, theirs):
    """Returns: what is wrong, or None."""
    if case["kind"] == "refused":
        return "not refused by both" if ours is not None or theirs is not None else None
    if case["kind"] == "same":
        return None if ours == theirs and ours is not None else "they differ"
    if ours == theirs:
        return "they are the same"
    wanted = None if case["ours"] == "(refused)" else case["ours"]
    return None if ours == wanted else "not what the case says"


def main():
    cases = read_cases(sys.argv[2] if len(sys.argv) > 2 else os.path.join(FOLDER, "cases.txt"))
    ours, our_lines = answers([sys.argv[1], DATA], cases)
    with tempfile.TemporaryDirectory() as directory:
        driver = java.compiled(os.path.join(FOLDER, "Driver.java"), JARS, directory)
        theirs, their_lines = answers([*driver, DATA], cases)
    wrong = 0
    for number, case in enumerate(cases):
        problem = judge(case, ours[number], theirs[number])
        if problem:
            wrong += 1
            print(f"line {case['line']}: {case['template']!r}: {problem}\n  turnpike: {our_lines[number]}\n"
                  f"  velocity: {their_lines[number]}")
    kinds = {kind: sum(case["kind"] == kind for case in cases) for kind in ("same", "refused", "differs")}
    print(f"{len(cases)} cases: {kinds['same']} the same, {kinds['refused']} refused by both, "
          f"{kinds['differs']} different on purpose; {wrong} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
