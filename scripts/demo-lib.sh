#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What the demonstrations share. Sourced, never run.

# issued FILE...: handler calls that bench runs made
issued() {
	python3 -c 'import json,sys
print(sum(c["issued"] for f in sys.argv[1:] for c in json.load(open(f))["bench"]["cases"]))' "$@"
}

# account counted|lost FILE: of a trace
account() {
	python3 -c 'import json,sys
handlers = [h for s in json.load(open(sys.argv[2]))["segments"] for h in s["handlers"]]
print(sum(h[sys.argv[1]] for h in handlers))' "$@"
}
