#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The scripts in data/triggers: what they send to syslog, what of the machine's own they run, and
# which CPUs they take offline. logger is one that writes down what it is given.
# shellcheck disable=SC2016
set -u

scripts=${MCELOG_TEST_SRCDIR:-.}/data/triggers
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

fail() {
	echo "FAILED: $*"
	failed=1
}

begin() { # a fresh directory of triggers with a CPU tree of its own
	rm -rf "${dir:?}"/*
	mkdir "$dir/bin" "$dir/t" "$dir/cpu"
	cat >"$dir/bin/logger" <<-'END'
		#!/bin/sh
		[ "$1 $2 $3 $5" = "-t mcelog -p --" ] || echo "logger: $*" >>"$LOGGED"
		echo "$4 $6" >>"$LOGGED"
	END
	chmod +x "$dir/bin/logger"
	cp -p "$scripts"/* "$dir/t"
	sed -i "s|/sys/devices/system/cpu|$dir/cpu|" "$dir/t/cache-error-trigger"
}

# As the runner starts it: in its directory, by its bare name, with nothing but this environment.
run() { # STATUS NAME [ARGUMENT] -- VARIABLE=value...
	local want=$1 name=$2 arguments=()
	shift 2
	while [ "$1" != -- ]; do
		arguments+=("$1")
		shift
	done
	shift
	: >"$dir/logged"
	(cd "$dir/t" && exec env -i PATH="$dir/bin:/usr/bin:/bin" LOGGED="$dir/logged" "$@" \
		"./$name" "${arguments[@]}") >"$dir/out" 2>&1 </dev/null
	local status=$?
	[ "$status" = "$want" ] || fail "$name: exit status $status, not $want"
}

logged() { # what the last one sent, and that it printed nothing
	[ "$(cat "$dir/logged")" = "$1" ] ||
		fail "logged: $(cat "$dir/logged")" $'\n'"expected: $1"
	[ ! -s "$dir/out" ] || fail "printed: $(cat "$dir/out")"
}

# --- all of them ---

begin
n=0
for script in "$dir"/t/*; do
	name=${script##*/}
	n=$((n + 1))
	[ -x "$script" ] || fail "$name: not executable"
	if command -v shellcheck >"$dir/which"; then
		# Its own .local file is not there to be checked.
		shellcheck -s sh -e SC1091 "$script" || fail "$name: shellcheck"
	fi
	# A message is text, whatever is in it.
	run 0 "$name" -- 'MESSAGE=-x $(touch /) `id` "it"' LOCATION=here
	grep -qF -- '-x $(touch /) `id` "it"' "$dir/logged" || fail "$name: no message"
	# Without any of its variables it does no harm.
	run 0 "$name" --
	echo 'echo "local: $0 $MESSAGE" >local' >"$script.local"
	run 0 "$name" -- MESSAGE=one
	[ ! -e "$dir/t/local" ] || fail "$name: its local file is not executable and was run"
	chmod +x "$script.local"
	run 0 "$name" -- MESSAGE=two
	[ "$(cat "$dir/t/local")" = "local: ./$name two" ] || fail "$name: local file not sourced"
	rm "$dir/t/local" "$script.local"
done
[ "$n" = 10 ] || fail "$n triggers, not 10"

# --- what they log ---

begin
run 0 dimm-error-trigger -- MESSAGE=m LOCATION=l CECOUNT=10 UCCOUNT=0
logged $'daemon.warning m\ndaemon.warning Location: l'
run 0 dimm-error-trigger -- MESSAGE=m LOCATION=l CECOUNT=0 UCCOUNT=1
logged $'daemon.err m\ndaemon.err Location: l'
run 0 socket-memory-error-trigger -- MESSAGE=m LOCATION=l CECOUNT=100 UCCOUNT=0
logged $'daemon.warning m\ndaemon.warning Location: l'
run 0 page-error-trigger -- MESSAGE=m LOCATION=l
logged $'daemon.warning m\ndaemon.warning Location: l'
run 0 page-error-counter-replacement-trigger -- MESSAGE=m
logged 'daemon.warning m'
run 0 bus-error-trigger -- MESSAGE=m LOCATION=l
logged $'daemon.err m\ndaemon.err Location: l'
run 0 iomca-error-trigger -- MESSAGE=m LOCATION=l SEG=0 BUS=17 DEVICE=3 FUNCTION=0
logged $'daemon.err m\ndaemon.err Location: l\ndaemon.err PCI device: 0:17:3.0'
run 0 unknown-error-trigger -- MESSAGE=m LOCATION=l
logged $'daemon.err m\ndaemon.err Location: l'

# --- programs of others around page offlining ---

for name in page-error-pre-sync-soft-trigger page-error-post-sync-soft-trigger; do
	begin
	mkdir "$dir/t/$name.extern" "$dir/t/$name.extern/directory"
	printf '#!/bin/sh\necho a $# $1 $MESSAGE >>extern; exit 3\n' >"$dir/t/$name.extern/a"
	printf '#!/bin/sh\necho b $1 >>extern\n' >"$dir/t/$name.extern/b b"
	printf '#!/bin/sh\necho c $1 >>extern\n' >"$dir/t/$name.extern/c"
	chmod +x "$dir/t/$name.extern/a" "$dir/t/$name.extern/b b"
	run 1 "$name" 305418240 -- MESSAGE=m LOCATION=l
	[ "$(cat "$dir/t/extern")" = $'a 1 305418240 m\nb 305418240' ] ||
		fail "$name: $(cat "$dir/t/extern")"
	logged "daemon.warning m
daemon.warning Location: l
daemon.err ./$name.extern/a failed"
	rm "$dir/t/$name.extern/a"
	run 0 "$name" 305418240 -- MESSAGE=m
done

# --- CPUs ---

cpus() { # STATE...: one for each CPU, "-" for one that has no such file
	local i=0 state
	rm -rf "$dir/cpu"
	mkdir -p "$dir/cpu/cpufreq" "$dir/cpu/cpuidle"
	for state; do
		mkdir "$dir/cpu/cpu$i"
		[ "$state" = - ] || echo "$state" >"$dir/cpu/cpu$i/online"
		i=$((i + 1))
	done
}

states() { # EXPECTED
	local found
	found=$(cat "$dir"/cpu/cpu[0-9]*/online | tr -d '\n')
	[ "$found" = "$1" ] || fail "CPUs are $found, not $1"
}

begin
cpus - 1 1 1
run 0 cache-error-trigger -- MESSAGE=m CPU=1 LEVEL=2 TYPE=Data 'AFFECTED_CPUS=1 3'
states 010
logged 'daemon.err m
daemon.warning CPU 1 taken offline: its cache is failing
daemon.warning CPU 3 taken offline: its cache is failing'
run 0 cache-error-trigger -- MESSAGE=m AFFECTED_CPUS=3
logged 'daemon.err m'

cpus - 1 1
run 0 cache-error-trigger -- MESSAGE=m AFFECTED_CPUS=unknown
states 11
logged 'daemon.err m
daemon.err It is not known which CPUs use the failing cache: none is taken offline'

cpus 1 1
run 0 cache-error-trigger -- MESSAGE=m 'AFFECTED_CPUS=0 1'
states 10
logged 'daemon.err m
daemon.warning CPU 0 has a failing cache and stays online: the system needs it
daemon.warning CPU 1 taken offline: its cache is failing'

# CPU 0 is off already
cpus 0 1 1
run 0 cache-error-trigger -- MESSAGE=m 'AFFECTED_CPUS=1 2'
states 001
logged 'daemon.err m
daemon.warning CPU 1 taken offline: its cache is failing
daemon.warning CPU 2 has a failing cache and stays online: it is the last one'

# one that is not there, no numbers, one that refuses: the others go offline all the same
cpus - 1 - 1 1
run 1 cache-error-trigger -- MESSAGE=m 'AFFECTED_CPUS=9 2 ../x * 3'
states 101
grep -q 'CPU 9 has a failing cache and could not be' "$dir/logged" || fail "CPU 9"
grep -q 'CPU 2 has a failing cache and could not be' "$dir/logged" || fail "CPU 2"
grep -qF 'AFFECTED_CPUS: ../x is no number' "$dir/logged" || fail "../x"

cpus - 1 1
rm "$dir/cpu/cpu1/online"
mkdir "$dir/cpu/cpu1/online" # writing to it fails
run 1 cache-error-trigger -- MESSAGE=m 'AFFECTED_CPUS=1'

[ "$failed" = 0 ] && echo "triggers: $n scripts"
exit "$failed"
