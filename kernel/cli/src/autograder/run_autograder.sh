#!/usr/bin/env bash
# Runs for each submission. Whatever happens, there is a result at the end.
root=${AUTOGRADER_ROOT:-/autograder}
results=$root/results/results.json
export PATH="$HOME/.cargo/bin:$PATH"

mkdir -p "$root/results"
rm -f "$results"
"$root/source/candlelab" autograder OPTIONS -- "$root"
code=$?
if [[ ! -s $results ]]; then
    message="The autograder ended early (exit code $code). Please tell your lecturer."
    printf '{"score": 0, "output": "%s"}\n' "$message" >"$results.draft"
    mv "$results.draft" "$results"
fi
