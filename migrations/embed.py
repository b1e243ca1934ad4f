"""Writes the migrations as a C++ source: embed.py OUT NNNN_name.sql...

Names and numbers are checked here, so that a gap or a repeated number fails the build.
"""

import pathlib
import re
import sys

NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
# A raw string literal may hold 65536 characters at least; longer ones are joined from pieces.
PIECE = 8000


def literal(text):
    pieces = [text[at:at + PIECE] for at in range(0, len(text), PIECE)] or [""]
    return "\n".join(f'R"TURNPIKE({piece})TURNPIKE"' for piece in pieces)


def main(out, paths):
    migrations = []
    for expected, path in enumerate(sorted(map(pathlib.Path, paths)), 1):
        match = NAME.fullmatch(path.name)
        if not match or int(match[1]) != expected:
            sys.exit(f"{path}: expected the name {expected:04}_<what>.sql")
        migrations.append((expected, match[2], path.read_text(encoding="utf-8")))
    entries = "\n".join(f'    {{{number}, "{name}",\n{literal(text)}}},' for number, name, text in migrations)
    pathlib.Path(out).write_text(
        '#include "control-plane/store/migrations.hpp"\n\n'
        "namespace turnpike::store {\nnamespace {\n\n"
        f"constexpr Migration kMigrations[] = {{\n{entries}\n}};\n\n"
        "}  // namespace\n\n"
        "std::span<const Migration> migrations() { return kMigrations; }\n\n"
        "}  // namespace turnpike::store\n", encoding="utf-8")


main(sys.argv[1], sys.argv[2:])
