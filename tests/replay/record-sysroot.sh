#!/bin/sh
# tools/record-sysroot on each recorded machine makes a machine with the same listing:
# record-sysroot.sh GRAMME TOOL TESTS
set -eu
gramme=$1
tool=$2
tests=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GRAMME_DB="$scratch/none.db" HOME="$scratch" XDG_CONFIG_HOME="$scratch"

listing() {
    "$gramme" sources --sysroot "$1" | sed '/^who used the machine$/,$d'
}

number=0
failed=0
for machine in "$tests"/sysroot/*; do
    number=$((number + 1))
    name=${machine##*/}
    "$tool" "$scratch/$name" "$machine" 2>"$scratch/said"
    listing "$machine" >"$scratch/$name.whole"
    listing "$scratch/$name" >"$scratch/$name.copy"
    if diff -u "$scratch/$name.whole" "$scratch/$name.copy" >"$scratch/diff"; then
        echo "ok $number - the copy of $name has the same listing"
    else
        echo "not ok $number - the copy of $name has the same listing"
        sed 's/^/# /' "$scratch/diff" "$scratch/said"
        failed=1
    fi
done
echo "1..$number"
exit $failed
