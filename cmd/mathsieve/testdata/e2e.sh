#!/bin/sh
# The built program as a user meets it: the demo job twice, with one worker and
# with eight, into fresh folders; equal bytes, verified, told and read.
#
#   BIN=bin/mathsieve sh cmd/mathsieve/testdata/e2e.sh      from the root of the module
set -eu

BIN=${BIN:-bin/mathsieve}
work=$(mktemp -d "${TMPDIR:-/tmp}/mathsieve-e2e.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
	echo "e2e: $*" >&2
	exit 1
}

# sums DIR: the checksum of every file below DIR, by name.
sums() {
	(cd "$1" && find . -type f | LC_ALL=C sort | xargs sha256sum)
}

[ -x "$BIN" ] || fail "no program $BIN; run 'make build'"
config=configs/demo.yaml
[ -f "$config" ] || fail "no $config; run from the root of the module"

for workers in 1 8; do
	"$BIN" run --config "$config" --out "$work/run$workers" --workers "$workers" --quiet >"$work/said$workers" ||
		fail "run with $workers workers ended with $?"
done
sed "s,$work/run1,RUN," "$work/said1" >"$work/said"
sed "s,$work/run8,RUN," "$work/said8" | cmp - "$work/said" || fail "one worker and eight say different things"
sums "$work/run1/corpus" >"$work/corpus1"
sums "$work/run8/corpus" >"$work/corpus8"
[ -s "$work/corpus1" ] || fail "the corpus has no file"
cmp "$work/corpus1" "$work/corpus8" || fail "one worker and eight made different corpora"

# Killed on the way and gone on with, it is the same again.
"$BIN" run --config "$config" --out "$work/run3" --workers 2 --quiet >"$work/said3" 2>&1 &
pid=$!
sleep 0.4
kill -9 "$pid" 2>/dev/null || true
wait "$pid" 2>/dev/null || true
"$BIN" run --config "$config" --out "$work/run3" --workers 2 --quiet >"$work/said3" || fail "going on ended with $?"
sums "$work/run3/corpus" | cmp - "$work/corpus1" || fail "a run that was killed made another corpus"

"$BIN" verify "$work/run1" >"$work/verified" || fail "verify ended with $?"
"$BIN" status "$work/run1" >"$work/status" || fail "status ended with $?"
grep -q '^finished: ' "$work/status" || fail "status does not say that it is finished"
documents=$("$BIN" cat "$work/run1" --fields id | wc -l)
[ "$documents" -gt 0 ] || fail "cat gives no document"
"$BIN" cat "$work/run1" --fields id --format tsv | LC_ALL=C sort | uniq -d >"$work/twice"
[ ! -s "$work/twice" ] || fail "a document is in the corpus twice: $(head -n 1 "$work/twice")"

cat "$work/said"
echo "e2e: $documents documents, $(wc -l <"$work/corpus1") files, the same with 1 and 8 workers and after a kill; $(tail -n 1 "$work/verified")"
