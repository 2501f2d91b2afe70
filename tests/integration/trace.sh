#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The daemon on a tree of files with recorded ring pages: all records, once, with their registers.
# shellcheck disable=SC2119 source=tests/integration/lib.sh
. "${MCELOG_TEST_SRCDIR:-.}/tests/integration/lib.sh"

for sample in 5.10-intel 6.1-amd 6.12-intel; do
	step "$sample: all records"
	make_root
	make_tracing $sample
	all=$(grep -vc '^#' "$golden/$sample/injected")
	start_daemon
	wait_events "$all"
	stop_daemon 0
	expect_injected $sample
	grep -q "Hardware event" "$log" || fail "no event text on stdout"

	# a file is read from its beginning again, but its events have the same keys; one
	# that is alone on its CPU counts as another event of the same moment
	if [ $sample != 6.1-amd ]; then
		step "$sample: again"
		start_daemon
		wait_for 5 grep -q . "$log"
		sleep 0.5
		stop_daemon 0
		expect_injected $sample
	fi

	step "$sample: killed, and again"
	make_root
	make_tracing $sample
	make_rings
	put_page 0 "$golden/$sample/cpu0.raw"
	put_page 1 "$golden/$sample/cpu1.raw"
	for delay in 0 0.02 0.05 0.1 0.2 0.4; do
		start_daemon
		sleep $delay
		kill -KILL "$daemon"
		wait "$daemon" 2>/dev/null
	done
	start_daemon
	wait_events "$all"
	stop_daemon 0
	expect_injected $sample
	n=$(find "$root$state" -name 'trace.spool.*' | wc -l)
	[ "$n" -eq 1 ] || fail "$n spool files are left, not 1"
done

# What drivers said in there: one label each for CPU 0 and 1, the others have no record's address.
put_edac() {
	mkdir -p "$root/$tracing/events/ras/mc_event" "$root/$instance/events/ras/mc_event" \
		"$root/sys/devices/system/edac/mc/mc0/dimm0"
	cp "$golden/6.1-detail/mc_event.format" "$root/$tracing/events/ras/mc_event/format"
	echo 0 >"$root/$instance/events/ras/mc_event/enable"
	echo "channel 0 slot 0" >"$root/sys/devices/system/edac/mc/mc0/dimm0/dimm_location"
}

labelled() {
	events | grep -c '"addr":"0x0000000012345040".*"dimm":1.*"label":"CPU_SrcID#0_MC#0_Chan#0_DIMM#1"'
}

told() { # N
	[ "$(grep -c "Hardware event" "$log")" -eq "$1" ]
}

step "an EDAC driver names the DIMM"
make_root
make_tracing 6.1-detail
put_edac
start_daemon
wait_events 8
# those whose DIMM nobody named waited for it, and are told of without anything happening
wait_for 5 told 8 || fail "not all events on stdout: $(cat "$log")"
[ "$(labelled)" -eq 2 ] || fail "$(labelled) events have the label, not 2"
lines 2 "DIMM label CPU_SrcID#0_MC#0_Chan#0_DIMM#1" "$log"
grep -q 1 "$root/$instance/events/ras/mc_event/enable" || fail "ras:mc_event is not enabled"
stop_daemon 0
expect_events 8

step "an EDAC driver names the DIMM: killed, and again"
make_root
make_tracing 6.1-detail
put_edac
make_rings
put_page 0 "$golden/6.1-detail/cpu0.raw"
put_page 1 "$golden/6.1-detail/cpu1.raw"
for delay in 0 0.02 0.05 0.1 0.2 0.4; do
	start_daemon
	sleep $delay
	kill -KILL "$daemon"
	wait "$daemon" 2>/dev/null
done
start_daemon
wait_events 8
stop_daemon 0
expect_events 8
[ "$(labelled)" -eq 2 ] || fail "$(labelled) events have the label, not 2"

step "a daemon that ends does not wait"
make_root
make_tracing 6.1-detail
put_edac
start_daemon
wait_events 8
stop_daemon 0
told 8 || fail "not all events on stdout: $(cat "$log")"

step "a format file without a field"
make_root
make_tracing 6.12-intel
cp "$golden/bad/no-status.format" "$root/$tracing/events/mce/mce_record/format"
start_daemon
wait_for 5 grep -q status "$log"
sleep 0.2
stop_daemon 0
lines 1 "events/mce/mce_record: format: the field status is missing" "$log"
expect_events 0

step "header_page of garbage"
make_tracing 6.12-intel
cp "$golden/bad/garbage.header_page" "$root/$tracing/events/header_page"
start_daemon
wait_for 5 grep -q header_page "$log"
stop_daemon 0
lines 1 "header_page: not a description of a ring page" "$log"

step "a truncated page on one CPU"
make_root
make_tracing 6.12-intel
cp "$golden/bad/truncated.raw" "$root/$instance/per_cpu/cpu0/trace_pipe_raw"
start_daemon
wait_events 8
stop_daemon 0
expect_events 8
lines 1 "per_cpu/cpu0/trace_pipe_raw: page is truncated" "$log"

step "an event longer than its page"
make_root
make_tracing 6.12-intel
cp "$golden/bad/length-past-end.raw" "$root/$instance/per_cpu/cpu1/trace_pipe_raw"
start_daemon
wait_events 4
stop_daemon 0
expect_events 4
lines 1 "per_cpu/cpu1/trace_pipe_raw: event at byte 152 is damaged" "$log"

step "no tracefs"
make_root
start_daemon
wait_for 5 grep -q "list-sources" "$log"
stop_daemon 0
lines 1 "$root/$tracing/events: No such file or directory" "$log"
in_text "no source of machine checks is here" "$log"

step "tracefs not mounted"
mkdir -p "$root/$tracing"
start_daemon
wait_for 5 grep -q "list-sources" "$log"
stop_daemon 0
lines 1 "$root/$tracing: tracefs is not mounted" "$log"

step "a spool of an earlier life that is garbage"
make_root
make_tracing 6.12-intel
head -c 5000 /dev/zero >"$root$state/trace.spool.0123456789abcdef"
start_daemon
wait_events 10
stop_daemon 0
lines 1 "trace.spool.0123456789abcdef: not a spool file of this program, kept as" "$log"
[ -f "$root$state/trace.spool.0123456789abcdef.broken" ] || fail "it is not kept"
expect_events 10

step "--list-sources"
expect 0 run_mcelog --list-sources
grep -q "^tracefs  *available .*mce:mce_record through the trace instance mcelog" "$log" ||
	fail "$(cat "$log")"
grep -q "^erst  *not here" "$log" || fail "$(cat "$log")"

step "the instance that the kernel was booted with"
make_root
make_tracing 6.12-intel
mv "$root/$instance" "$root/$tracing/instances/early"
echo "quiet trace_instance=early,mce:mce_record" >"$root/proc/cmdline"
start_daemon
wait_events 10
stop_daemon 0
expect_injected 6.12-intel
[ ! -e "$root/$instance" ] || fail "an instance of our own was made beside it"

step "turned off by the configuration"
make_root
make_tracing 6.12-intel
start_daemon --disable-source "erst, tracefs"
wait_for 5 grep -q "list-sources" "$log"
stop_daemon 0
expect_events 0

step "a second daemon"
make_root
make_tracing 6.12-intel
start_daemon
wait_events 10
expect 1 run_mcelog --daemon --foreground
in_text "another mcelog is running" "$log"
kill -0 "$daemon" || fail "the first one is gone"
stop_daemon 0

# The kernel's lockdown says EPERM, which only one who is not root can be told here.
step "lockdown"
if [ "$(id -u)" -eq 0 ]; then
	command -v setpriv >/dev/null || finish
	chmod 755 "$dir"
	mcelog_copy=$dir/mcelog
	cp "$mcelog" "$mcelog_copy" || finish
	as="setpriv --reuid 65534 --regid 65534 --clear-groups"
	$as "$mcelog_copy" --version >/dev/null 2>&1 || finish
else
	mcelog_copy=$mcelog
	as=
fi
make_root
make_tracing 6.12-intel
mkdir -p "$root/sys/kernel/security"
echo "none integrity [confidentiality]" >"$root/sys/kernel/security/lockdown"
chmod 000 "$root/$tracing/events"
# shellcheck disable=SC2086
expect 0 $as "$mcelog_copy" --root "$root" --list-sources
chmod 755 "$root/$tracing/events"
in_text "$tracing/events: Permission denied: the kernel is locked down (confidentiality)" "$log"

finish
