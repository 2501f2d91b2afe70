# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2119,SC2120
#
# For the scripts beside this one, which run the built programs on a tree of
# files, unprivileged. Environment: MCELOG_TEST_SRCDIR, abs_builddir (as make
# check sets them; default: the current directory).
set -u
LC_ALL=C
export LC_ALL

here=$(pwd)
tests=${MCELOG_TEST_SRCDIR:-$here}/tests
mcelog=${abs_builddir:-$here}/mcelog
report=${abs_builddir:-$here}/mce-report
golden=$tests/golden/ring
dir=$(mktemp -d "${TMPDIR:-/tmp}/mcelog-it.XXXXXX") || exit 99
root=$dir/root
state=/var/lib/mcelog
db=$root$state/events.db
log=$dir/log
tracing=sys/kernel/tracing
instance=$tracing/instances/mcelog
pids=
failures=0

cleanup() {
	for pid in $pids; do
		kill -KILL "$pid" 2>/dev/null
	done
	chmod -R u+rwx "$dir" 2>/dev/null
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 99' HUP INT TERM

fail() {
	echo "FAIL: ${step:-}: $*"
	failures=$((failures + 1))
}

# What is being tried; also says so in the log that make check keeps.
step() {
	step=$*
	echo "$step"
}

finish() {
	[ "$failures" -eq 0 ] || exit 1
	exit 0
}

skip() {
	echo "SKIP: $*"
	exit 77
}

# in_text TEXT FILE: TEXT is in FILE
in_text() {
	grep -qF -- "$1" "$2" || fail "\"$1\" is not in: $(head -c 1000 "$2")"
}

# lines N TEXT FILE: N lines of FILE have TEXT
lines() {
	n=$(grep -cF -- "$2" "$3")
	[ "$n" -eq "$1" ] || fail "$n lines with \"$2\", not $1: $(head -c 1000 "$3")"
}

# expect STATUS COMMAND...: its exit status; what it says goes to $log
expect() {
	wanted=$1
	shift
	"$@" >"$log" 2>&1
	got=$?
	[ "$got" -eq "$wanted" ] || fail "$*: exit status $got, not $wanted: $(head -c 1000 "$log")"
}

# A machine: what mcelog asks the root for in every mode.
make_root() {
	rm -rf "$root"
	mkdir -p "$root/proc/sys/kernel/random" "$root/etc" "$root$state" "$root/sys/fs"
	echo "aa111111-1111-1111-1111-111111111111" >"$root/proc/sys/kernel/random/boot_id"
	printf 'cpu  1 2\nbtime 1795211000\n' >"$root/proc/stat"
	echo "quiet" >"$root/proc/cmdline"
	echo "0123456789abcdef0123456789abcdef" >"$root/etc/machine-id"
}

# make_tracing SAMPLE: tracefs as that kernel had it, with our instance and its records
make_tracing() {
	mkdir -p "$root/$tracing/events/mce/mce_record" "$root/$instance/events/mce/mce_record"
	cp "$golden/$1/mce_record.format" "$root/$tracing/events/mce/mce_record/format"
	cp "$golden/$1/header_page" "$root/$tracing/events/header_page"
	echo 1 >"$root/$instance/events/mce/mce_record/enable"
	echo 1 >"$root/$instance/tracing_on"
	: >"$root/$instance/trace_pipe"
	echo "local global [boot] mono" >"$root/$instance/trace_clock"
	echo 512 >"$root/$instance/buffer_size_kb"
	for cpu in 0 1; do
		mkdir -p "$root/$instance/per_cpu/cpu$cpu"
		cp "$golden/$1/cpu$cpu.raw" "$root/$instance/per_cpu/cpu$cpu/trace_pipe_raw"
		printf 'entries: 0\noverrun: 0\ncommit overrun: 0\ndropped events: 0\n' \
			>"$root/$instance/per_cpu/cpu$cpu/stats"
	done
	chmod -R u+w "$root/$tracing"
}

# The rings of CPU 0 and 1 as pipes: what is read from them is gone, as from the
# kernel's. We hold them open; put_page CPU FILE writes a page.
make_rings() {
	exec 5>&- 6>&-
	for cpu in 0 1; do
		rm "$root/$instance/per_cpu/cpu$cpu/trace_pipe_raw"
		mkfifo "$root/$instance/per_cpu/cpu$cpu/trace_pipe_raw"
	done
	exec 5<>"$root/$instance/per_cpu/cpu0/trace_pipe_raw"
	exec 6<>"$root/$instance/per_cpu/cpu1/trace_pipe_raw"
}

put_page() {
	if [ "$1" -eq 0 ]; then
		cat "$2" >&5
	else
		cat "$2" >&6
	fi
}

# le DIGITS...: hexadecimal numbers as bytes, the lowest first
le() {
	for digits in "$@"; do
		bytes=
		while [ -n "$digits" ]; do
			rest=${digits#??}
			bytes="$(printf '\\%03o' "0x${digits%"$rest"}")$bytes"
			digits=$rest
		done
		# shellcheck disable=SC2059
		printf "$bytes"
	done
}

# put_error CPU STATUS ADDR MISC [SOCKET]: a page of a 6.12 kernel's ring with one record, of an
# Ice Lake server at the present time; 16 digits each.
put_error() {
	ring_time=$((${ring_time:-1000} + 1000000))
	{
		le "$(printf %016x "$ring_time")" 0000000000000080 00000000 0000007c
		le 0071 00 00 00000009
		le 0000000010000c16 0000000000000000 "$2" "$3" "$4"
		le 0000000000000000 0000000000000000 0000000000000000 0000000000000000
		le 0000000000000000 "$(printf %016x "$(date +%s)")"
		le "$(printf %08x "$1")" 000606a6 00000000 "$(printf %08x "${5:-0}")" 00 0d 00 00 0d0003a5
		head -c 3952 /dev/zero
	} >"$dir/page"
	put_page 0 "$dir/page"
	wake
}

# The pipe that says that there is something to read, and the loop is woken by. Never emptied.
make_trace_pipe() {
	rm "$root/$instance/trace_pipe"
	mkfifo "$root/$instance/trace_pipe"
	exec 7<>"$root/$instance/trace_pipe"
}

wake() {
	echo >&7
}

run_mcelog() {
	"$mcelog" --root "$root" --state-dir "$state" "$@"
}

# Starts a daemon; $daemon is its pid, $log what it says.
start_daemon() {
	"$mcelog" --root "$root" --state-dir "$state" --daemon --foreground "$@" >"$log" 2>&1 &
	daemon=$!
	pids="$pids $daemon"
	# until it takes its signals itself (or has ended)
	waits=0
	while [ $waits -lt 500 ] && grep -q '^SigBlk:[[:space:]]*0*$' "/proc/$daemon/status" 2>/dev/null; do
		sleep 0.01
		waits=$((waits + 1))
	done
}

# stop_daemon STATUS: ends it as systemd would; its exit status
stop_daemon() {
	kill -TERM "$daemon"
	wait "$daemon"
	got=$?
	[ "$got" -eq "$1" ] || fail "the daemon's exit status is $got, not $1: $(head -c 1000 "$log")"
}

# May say why it prints nothing: there may be no database yet.
events() {
	"$report" --db "${1:-$db}" -o json list 2>/dev/null
}

count_events() {
	events "${1:-$db}" | wc -l
}

# wait_for SECONDS COMMAND...: until it succeeds
wait_for() {
	tries=$(($1 * 20))
	shift
	while [ "$tries" -gt 0 ]; do
		"$@" && return 0
		sleep 0.05
		tries=$((tries - 1))
	done
	return 1
}

has_events() {
	[ "$(count_events)" -ge "$1" ]
}

# wait_events N: until the store has that many
wait_events() {
	wait_for 20 has_events "$1" ||
		fail "$(count_events) events in the store, not $1: $(head -c 1000 "$log")"
}

# expect_events N: neither less nor more
expect_events() {
	n=$(count_events)
	[ "$n" -eq "$1" ] || fail "$n events in the store, not $1"
}

# Whether the process is no more; one whose parent does not ask for it stays as a zombie.
ended() {
	! kill -0 "$1" 2>/dev/null || grep -q '^State:[[:space:]]*Z' "/proc/$1/status"
}

# Events on stdin as rows "cpu bank status addr misc synd" without leading zeros, sorted.
registers() {
	sed -e 's/.*"cpu":\([0-9]*\),.*"bank":\([0-9]*\),.*"status":\([^,]*\),"addr":\([^,]*\),"misc":\([^,]*\),.*"synd":\([^,]*\),.*/\1 \2 \3 \4 \5 \6/' \
		-e 's/"//g' -e 's/0x0*\([0-9a-f]\)/\1/g' | sort
}

# What was injected (tests/golden/ring/*/injected) in the same shape.
injected() {
	sed -e '/^#/d' -e 's/$/ 0/' -e 's/0x0*\([0-9a-f]\)/\1/g' "$1" | cut -d' ' -f1-6 | sort
}

# expect_injected SAMPLE: the store has exactly these registers
expect_injected() {
	events | registers >"$dir/have"
	injected "$golden/$1/injected" >"$dir/want"
	cmp -s "$dir/have" "$dir/want" ||
		fail "other registers than those of $1: $(diff "$dir/want" "$dir/have")"
}

[ -x "$mcelog" ] || skip "$mcelog is not built"
[ -x "$report" ] || skip "$report is not built"
