#!/bin/bash
# What needs no unit, on the kernel with /dev/mcelog: cron mode, the kernel's trigger, and a daemon
# that goes to the background by itself. One boot.
set -euo pipefail
# shellcheck source=../lab.sh
. "$(dirname "$0")/../lab.sh"

guest_main() {
	mcelog_installed || fail "mcelog is not installed"
	inject_setup || fail "no mce-inject"
	guest_cron
	guest_trigger
	guest_background
}

guest_cron() {
	t_begin "cron mode: what the device held is printed and stored, once"
	inject_mixed 5 >/dev/null
	sleep 1
	check "exit status" guest_printing $OUT/cron --ignorenodev --filter
	check_eq "printed" "$(grep -c '^MCE ' $OUT/cron)" 5
	check_eq "header" "$(grep -c '^Hardware event. This is not a software error.$' $OUT/cron)" 5
	check "again" guest_printing $OUT/cron2
	check_eq "printed again" "$(wc -c <$OUT/cron2)" 0
	check_eq "stored" "$(report_count)" 5
	check "journal" wait_for 10 journal_has 5
	inject_mixed 5 50 >/dev/null
	sleep 1
	check "log file" guest_printing $OUT/cron3 --ignorenodev --filter --logfile $OUT/text
	check_eq "printed with a log file" "$(wc -c <$OUT/cron3)" 0
	check_eq "in the log file" "$(grep -c '^MCE ' $OUT/text)" 5
	check "no device" mcelog --ignorenodev /dev/no-such-device
	check_not "no device, asked for" mcelog /dev/no-such-device
	t_end
}

guest_printing() { # FILE ARG...
	local file=$1
	shift

	mcelog "$@" >"$file"
}

# The kernel starts us without any open file, several at once.
guest_trigger() {
	local trigger=/sys/devices/system/machinecheck/machinecheck0/trigger

	t_begin "the kernel's trigger: ten errors, ten events"
	command -v mcelog >$trigger
	PACE=2
	inject_mixed 10 10 >/dev/null
	check "stored" wait_for 20 report_has 20
	check "journal" wait_for 10 journal_has 20
	echo >$trigger
	sleep 1
	check_eq "in the end" "$(report_count)" 20
	t_end
}

guest_background() {
	local daemon

	t_begin "a daemon in the background: the start's result is the exit status"
	check "start" mcelog --daemon --pidfile $OUT/pid
	daemon=$(cat $OUT/pid)
	check "pid file" test -d "/proc/$daemon"
	check "nothing holds our output" guest_nobody_writes_here
	check_not "a second one" mcelog --daemon
	inject_mixed 5 30 >/dev/null
	check "stored" wait_for 20 report_has 25
	kill -TERM "$daemon"
	check "ended" wait_for 10 guest_gone "$daemon"
	check_not "pid file is left" test -e $OUT/pid
	check_not "no state directory" mcelog --daemon --state-dir /proc/nowhere
	t_end
}

# The daemon and its runner of scripts have left the terminal that they were started at.
guest_nobody_writes_here() {
	local process

	for process in $(pidof mcelog); do
		[ "$(readlink "/proc/$process/fd/1")" = /dev/null ] || return 1
	done
}

guest_gone() {
	[ ! -d "/proc/$1" ]
}

lab_init oneshot
lab_need lab
lab_new_disk "$LAB_DIR/disk"
lab_boot --kernel lab --smp 2 --disk "$LAB_DIR/disk" guest_main || :
