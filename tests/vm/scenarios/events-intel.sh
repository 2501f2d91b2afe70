#!/bin/bash
# Intel: the service's life under systemd, and corrected events through all of it. One boot.
set -euo pipefail
# shellcheck source=../lab.sh
. "$(dirname "$0")/../lab.sh"

guest_main() {
	mcelog_installed || fail "mcelog is not installed"
	inject_setup || fail "no mce-inject"
	witness_start
	guest_starts
	guest_mixed
	guest_identical
	guest_reload
	guest_stopped
	guest_readers
	guest_restarts
	guest_hotplug
	guest_rasdaemon
	guest_idle
	guest_all
}

guest_starts() {
	t_begin "unit starts with Type=notify, status and watchdog"
	check "start" mcelog_start
	check_eq "state" "$(mcelog_property ActiveState)" active
	check_eq "type" "$(mcelog_property Type)" notify
	check "STATUS= was sent" test -n "$(mcelog_property StatusText)"
	echo "STATUS=$(mcelog_property StatusText)"
	check "systemctl status shows it" guest_status_shown
	check_not "watchdog is configured" test "$(mcelog_property WatchdogUSec)" = 0
	check "sources are listed" mcelog --list-sources
	mcelog --list-sources
	systemd-analyze security --no-pager mcelog.service >$OUT/security
	check "systemd-analyze security rates it" grep Overall $OUT/security
	tail -n 1 $OUT/security
	t_end
}

guest_status_shown() {
	systemctl status --no-pager mcelog.service | grep -F "$(mcelog_property StatusText)"
}

guest_mixed() {
	t_begin "50 mixed events on two CPUs are in journal, database and report"
	inject_mixed 50 >$OUT/injected
	injected_events <$OUT/injected >$OUT/expected
	witness_settle
	witness_events >$OUT/witness
	check_same "the kernel reported them" $OUT/witness $OUT/expected
	check_everywhere "mixed"
	check_eq "both CPUs" "$(cut -d ' ' -f 1 $OUT/report.lines | sort -u | tr '\n' ' ')" "0 1 "
	check_eq "-n 1" "$(report_json -n 1 | jq -r .event_id)" \
		"$(jq -s -r 'max_by([.time_us, .seq]).event_id' $OUT/report.json)"
	check "info of one" mce-report info "$(head -n 1 $OUT/report | cut -d ' ' -f 1)"
	check "mce-report -o json" guest_default_json
	check "summary" mce-report
	t_end
}

guest_default_json() {
	mce-report -o json | jq -e -s 'length > 0' >/dev/null
}

guest_identical() {
	local n

	t_begin "20 identical records in a second are 20 events"
	for ((n = 0; n < 20; n++)); do
		inject sw 0 7 0x8c00004000010090 0x2345678000 0x8c
	done
	check_everywhere "identical"
	check_eq "of this address" "$(grep -c ' 0000002345678000 ' $OUT/report)" 20
	t_end
}

guest_reload() {
	local pid

	t_begin "reload keeps the process and the events"
	pid=$(mcelog_property MainPID)
	check "systemctl reload" systemctl reload mcelog.service
	inject_mixed 5 100 >/dev/null
	check_number "after reload"
	check_eq "same process" "$(mcelog_property MainPID)" "$pid"
	check_eq "state" "$(mcelog_property ActiveState)" active
	t_end
}

guest_stopped() {
	local n

	t_begin "SIGTERM commits what is there; events while stopped are found at the start"
	inject_mixed 30 200 >/dev/null
	witness_settle
	n=$(witness_count)
	check "stop" mcelog_stop
	check_eq "drained" "$(report_count)" "$n"
	check_eq "no failure" "$(mcelog_property Result)" success
	inject_mixed 10 300 >/dev/null
	check "start" mcelog_start
	check_number "after the pause"
	t_end
}

guest_readers() {
	local all

	t_begin "group mce reads with the daemon running, stopped and killed; others do not"
	all=$(report_count)
	check_eq "running" "$(guest_reader_count)" "$all"
	mcelog_stop
	check_eq "stopped" "$(guest_reader_count)" "$all"
	mcelog_dropin Service Restart=no
	mcelog_start
	inject_mixed 5 400 >/dev/null
	check "5 more" wait_for 10 report_has $((all + 5))
	kill -KILL "$(mcelog_property MainPID)"
	wait_for 5 guest_inactive
	check_eq "killed" "$(guest_reader_count)" $((all + 5))
	check_not "a stranger" as_stranger mce-report list -o json
	mcelog_no_dropin
	systemctl reset-failed mcelog.service
	mcelog_start
	t_end
}

guest_reader_count() {
	as_mce_reader mce-report list -o json | wc -l
}

guest_inactive() {
	[ "$(mcelog_property ActiveState)" = failed ]
}

guest_restarts() {
	local pid

	t_begin "kill -9: the unit restarts and events in between are seen"
	pid=$(mcelog_property MainPID)
	kill -KILL "$pid"
	inject_mixed 10 500 >/dev/null
	check "restarted" wait_for 20 guest_other_pid "$pid"
	check_number "after kill -9"
	t_end
}

guest_other_pid() { # PID
	local now
	now=$(mcelog_property MainPID)
	[ "$now" != 0 ] && [ "$now" != "$1" ] && [ "$(mcelog_property ActiveState)" = active ]
}

guest_hotplug() {
	local cpu1=/sys/devices/system/cpu/cpu1/online

	t_begin "events of a CPU that went offline and came back"
	inject sw 1 7 0x8c00004000010090 0x3345678000 0x8c
	check "offline" guest_write 0 $cpu1
	sleep 1
	check "online" guest_write 1 $cpu1
	inject_mixed 10 600 >/dev/null
	check_number "CPU back"
	# The same with a daemon that starts while the CPU is away
	guest_write 0 $cpu1
	check "restart with CPU 1 offline" systemctl restart mcelog.service
	guest_write 1 $cpu1
	inject_mixed 10 700 >/dev/null
	check_number "CPU new to the daemon"
	t_end
}

guest_write() { # VALUE FILE
	echo "$1" >"$2"
}

guest_rasdaemon() {
	local name="rasdaemon beside: both see all events" before

	if ! [ -x /usr/sbin/rasdaemon ]; then
		t_skip "$name" "rasdaemon is not installed"
		return
	fi
	t_begin "$name"
	# Older ones do not wake up for less than half a buffer, unless told before they look at it.
	mkdir -p $TRACING/instances/rasdaemon
	echo 0 >$TRACING/instances/rasdaemon/buffer_percent
	check "rasdaemon starts" systemctl start rasdaemon.service
	check "it watches" wait_for 20 guest_rasdaemon_watches
	before=$(witness_count)
	inject_mixed 10 800 >/dev/null
	check_number "beside rasdaemon"
	check_eq "the kernel reported" $(($(witness_count) - before)) 10
	check "rasdaemon has them" wait_for 30 guest_rasdaemon_has 10
	systemctl stop rasdaemon.service
	inject_mixed 3 820 >/dev/null
	check_number "rasdaemon gone"
	t_end
}

guest_rasdaemon_watches() {
	grep -q 1 $TRACING/instances/rasdaemon/events/mce/mce_record/enable
}

guest_rasdaemon_has() { # COUNT
	[ "$(sqlite3 -readonly /var/lib/rasdaemon/ras-mc_event.db \
		'SELECT count(*) FROM mce_record')" -ge "$1" ]
}

# A watchdog of W seconds is fed every W/2; each wakeup may block and be scheduled more than once.
guest_idle() {
	local pid watchdog before after allowed seconds=20

	t_begin "idle: no wakeups but the watchdog's"
	pid=$(mcelog_property MainPID)
	watchdog=$(guest_watchdog_seconds)
	sleep 5
	before=$(guest_switches "$pid")
	sleep $seconds
	after=$(guest_switches "$pid")
	allowed=$((4 * (2 * seconds / (watchdog > 0 ? watchdog : 1000000) + 1)))
	echo "watchdog $watchdog s, $((after - before)) context switches in $seconds s"
	check "at most $allowed" test $((after - before)) -le $allowed
	t_end
}

# "3min", "1min 30s": ask for the number instead
guest_watchdog_seconds() {
	busctl get-property org.freedesktop.systemd1 \
		/org/freedesktop/systemd1/unit/mcelog_2eservice \
		org.freedesktop.systemd1.Service WatchdogUSec 2>/dev/null |
		awk '{ print int($2 / 1000000) }' | grep . || echo 30
}

guest_switches() { # PID
	awk '/^(non)?voluntary_ctxt_switches/ { n += $2 } END { print n }' "/proc/$1/status"
}

guest_all() {
	t_begin "everything in the end, nothing twice"
	check_everywhere "all"
	check_not "nothing failed" systemctl is-failed mcelog.service
	t_end
}

lab_init events-intel
lab_need debian
lab_new_disk "$LAB_DIR/disk"
lab_boot --cpu intel --smp 2 --disk "$LAB_DIR/disk" --timeout 400 guest_main || :
