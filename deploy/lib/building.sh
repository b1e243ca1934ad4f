# Configures and builds with CMake and ninja. Sourced by common.sh.

# build <preset> <ON|OFF: tests> <target>...: configures when needed, builds, shows ninja's progress.
build() {
    local preset=$1 tests=$2 directory="$root/build/$1" log="$root/build/$1.log"
    shift 2
    mkdir -p "$root/build" 2>/dev/null && [ -w "$root/build" ] || _explain_unwritable
    # A tree configured with its tests serves a build without them as well; one of other presets, perhaps of another
    # compiler, serves nobody.
    if [ ! -e "$directory/build.ninja" ] || [ "$root/CMakePresets.json" -nt "$directory/CMakeCache.txt" ] ||
        { [ "$tests" = ON ] && ! grep -q '^TURNPIKE_TESTS:BOOL=ON' "$directory/CMakeCache.txt"; }; then
        say "configuring ($preset)"
        (cd "$root" && cmake --fresh --preset "$preset" "-DTURNPIKE_TESTS=$tests" 2>&1) | _follow "$log"
        [ "${PIPESTATUS[*]}" = "0 0" ] || _explain_build_failure "$log"
    fi
    if ninja -C "$directory" -n "$@" 2>/dev/null | grep -q 'no work to do'; then
        return 0
    fi
    say "building ($preset); the first time takes some minutes"
    NINJA_STATUS='[%f/%t] ' ninja -C "$directory" "$@" 2>&1 | _follow "$log"
    [ "${PIPESTATUS[*]}" = "0 0" ] || _explain_build_failure "$log"
}

# _follow <log>: standard input goes to the log; a line every twenty steps is enough to see that it
# moves. Fails when the disk is full: the log could not tell.
_follow() {
    local line full=
    rm -f "$1"
    while IFS= read -r line; do
        { printf "%s\n" "$line" >>"$1"; } 2>/dev/null || full=1
        if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
            [ $((BASH_REMATCH[1] % 20)) != 0 ] && [ "${BASH_REMATCH[1]}" != "${BASH_REMATCH[2]}" ] ||
                say "  ${BASH_REMATCH[1]} of ${BASH_REMATCH[2]}"
        elif [[ $line == *"No space left on device"* ]]; then
            full=1
        fi
    done
    [ -z "$full" ]
}

_explain_unwritable() {
    [ "$(df -BM --output=avail "$root" | awk 'NR == 2 { print $1 + 0 }')" -gt 1 ] || fail_disk_full "$root"
    fail "$(id -un) may not write to $root/build"
}

_explain_build_failure() {
    local places=("$root/build" "${TMPDIR:-/tmp}")
    # A compiler that found the disk full has removed its output since; little is left all the same.
    if grep -q 'No space left on device' "$1" 2>/dev/null ||
        [ "$(df -BM --output=avail "${places[@]}" | awk 'NR > 1 { print $1 + 0 }' | sort -n | head -n 1)" -lt 64 ]; then
        fail_disk_full "${places[@]}"
    fi
    grep -E 'error|FAILED|Error' "$1" | head -n 20 >&2
    fail "the build failed; the whole output is in $1"
}
