# Sourced by the shell scripts of tools/: where the project is, how it speaks, with what and how it is compiled.
# shellcheck shell=bash

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export project

say() { printf '%s: %s\n' "$(basename "$0")" "$*"; }

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# The release of Swift that Bearing is tested with. tools/setup fetches it into this folder where no other fits.
# A compiler fits from its minor version on; it must also satisfy the swift-tools-version of Package.swift.
readonly swift_release=6.3.1 swift_minimum=6.3
readonly toolchains=$project/.toolchain
export swift_minimum

# Puts a toolchain that tools/setup has fetched before all others on the path.
use_toolchain() {
    local folder
    for folder in "$toolchains/swift-$swift_release-RELEASE-"*/usr/bin; do
        if [[ -x $folder/swift ]]; then PATH=$folder:$PATH; fi
    done
}
use_toolchain

# Options of `swift build` and `swift test`. A terminal must not change them, or all would be compiled again. The C
# shims hold the innermost loops, so they are compiled for the processor at hand, except in what is passed on to others.
build_options=(-c release --no-color-diagnostics)
portable_options=("${build_options[@]}" --scratch-path "$project/.build-portable")
case $(uname -m) in
    x86_64) build_options+=(-Xcc -march=native) ;;
    aarch64) build_options+=(-Xcc -mcpu=native) ;;
esac
export build_options portable_options
