#!/usr/bin/env bash
# Explores every state of sync.pml, and of sync_across.pml: each scenario without a crash and with one
# at any step, some with two; and sees that each fault that can be built in is found. A line for each;
# fails on any error.
#
#   tests/model/check.sh                           all of it: some minutes, less than 1 GB
#   tests/model/check.sh MODEL SCENARIO CRASHES    one configuration; an error is shown step by step
#
# Needs spin and a C compiler.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
TIMEFORMAT=%R
failed=0

build() { # MODEL
    model=$here/$1.pml
    echo "$1:"
    # Better code takes a compiler longer than it saves.
    if ! spin -a "$model" >build.log 2>&1 || ! cc -Og -w -DMEMLIM=3000 -o pan pan.c >>build.log 2>&1; then
        cat build.log
        exit 1
    fi
}

# Sets states, seconds and errors (empty: not finished).
explore() { # SCENARIO CRASHES FAULT
    export SCENARIO=$1 CRASHES=$2 FAULT=$3
    # -E: threads may sleep for ever at the end; the model's monitor judges whether they may.
    seconds=$({ time ./pan -E -n -m100000 >pan.log 2>&1 || true; } 2>&1)
    states=$(awk '/states, stored/ { print $1; exit }' pan.log)
    errors=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' pan.log)
    if [ "$errors" = 0 ] && grep -q -E 'MEMLIM|out of memory|depth too small' pan.log; then
        errors=
    fi
}

describe() { # "scenario ==" | "FAULT" NUMBER: the comment in the model
    sed -n "s|^.*$1 $2\b.*/\* \(.*\) \*/.*|\1|p" "$model" | head -n 1
}

line() { # WHAT RESULT
    printf '%-70s %9s states %7s s  %s\n' "$1" "${states:-?}" "$seconds" "$2"
}

holds() { # SCENARIO CRASHES
    explore "$1" "$2" 0
    local what
    what="$1. $(describe 'scenario ==' "$1"), crashes: $2"
    if [ "$errors" = 0 ]; then
        line "$what" ok
        return
    fi
    line "$what" "FAILED${errors:+ ($errors errors)}"
    grep -E '^pan' pan.log || cat pan.log
    failed=1
    local trail
    trail=$(basename "$model").trail
    if [ -f "$trail" ]; then
        ./pan -r "$trail" 2>&1 | tail -n 200
    fi
    rm -f ./*.trail
}

must_find() { # FAULT SCENARIO CRASHES
    explore "$2" "$3" "$1"
    local what
    what="fault $1: $(describe '#define [A-Z_]*' "$1")"
    if [ "${errors:-0}" != 0 ] && grep -q 'assertion violated' pan.log; then
        line "$what" found
    else
        line "$what" "NOT FOUND in scenario $2, crashes: $3"
        failed=1
    fi
    rm -f ./*.trail
}

if [ $# -gt 0 ]; then
    build "$1"
    holds "$2" "${3:-0}"
    exit $failed
fi
build sync
for scenario in 1 2 3 4 5 6 7 8 9 10; do
    holds "$scenario" 0
    holds "$scenario" 1
done
for scenario in 1 3 8; do
    holds "$scenario" 2
done
must_find 1 1 1
must_find 2 1 1
must_find 3 3 1
must_find 4 4 1
must_find 5 8 0
must_find 6 2 0
must_find 7 4 0
must_find 8 7 0
build sync_across
for scenario in 1 2 3 4 5; do
    holds "$scenario" 0
    holds "$scenario" 1
done
must_find 1 1 0
must_find 2 5 0
must_find 3 2 0
must_find 4 3 0
exit $failed
