# Sourced by the shell scripts of tools/: where the project is, how it speaks, how it is compiled.
# shellcheck shell=bash

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export project

say() { printf '%s: %s\n' "$(basename "$0")" "$*"; }

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# Options of `swift build` and `swift test`. A terminal must not change them, or all would be compiled again. The C
# shims hold the innermost loops, so they are compiled for the processor at hand.
build_options=(-c release --no-color-diagnostics)
case $(uname -m) in
    x86_64) build_options+=(-Xcc -march=native) ;;
    aarch64) build_options+=(-Xcc -mcpu=native) ;;
esac
export build_options
