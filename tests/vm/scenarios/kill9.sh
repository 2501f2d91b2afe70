#!/bin/bash
# kill -9 of the daemon, again and again while 500 events arrive. One boot.
set -euo pipefail
# shellcheck source=../lab.sh
. "$(dirname "$0")/../lab.sh"

guest_main() {
	local kills=0

	mcelog_installed || fail "mcelog is not installed"
	inject_setup || fail "no mce-inject"
	witness_start
	t_begin "kill -9 again and again during 500 events: none lost, none doubled"
	mcelog_dropin Service Restart=always RestartSec=0
	mcelog_dropin Unit StartLimitIntervalSec=0
	check "start" mcelog_start
	guest_inject &
	while [ ! -e $OUT/injected.done ]; do
		sleep "$((RANDOM % 2)).$((RANDOM % 9 + 1))"
		! guest_kill || kills=$((kills + 1))
	done
	wait
	check "killed often enough: $kills times" test $kills -ge 8
	check "alive in the end" wait_for 20 systemctl is-active mcelog.service
	check_everywhere "after $kills kills"
	check_eq "events" "$(wc -l <$OUT/witness)" 500
	t_end
}

guest_inject() {
	PACE=4
	inject_mixed 500 >$OUT/injected
	: >$OUT/injected.done
}

# Without a fork, so that it hits the daemon while it is starting, too
guest_kill() {
	local pid=
	read -r pid </sys/fs/cgroup/system.slice/mcelog.service/cgroup.procs || return 1
	kill -KILL "$pid"
}

lab_init kill9
lab_need debian
lab_new_disk "$LAB_DIR/disk"
lab_boot --cpu intel --smp 2 --disk "$LAB_DIR/disk" --timeout 300 guest_main || :
