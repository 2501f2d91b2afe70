#!/bin/bash
# A ring that overran, and a kernel that is locked down. Two boots.
set -euo pipefail
# shellcheck source=../lab.sh
. "$(dirname "$0")/../lab.sh"

guest_overrun() {
	local instance=$TRACING/instances/mcelog reported stored lost

	mcelog_installed || fail "mcelog is not installed"
	inject_setup || fail "no mce-inject"
	witness_start
	t_begin "a ring that overran: what is lost is counted, stored and said"
	mkdir -p $instance
	echo 4 >$instance/buffer_size_kb
	echo 1 >$instance/events/mce/mce_record/enable
	inject_mixed 200 >/dev/null
	witness_settle
	reported=$(witness_count)
	check "start" mcelog_start
	check "journal entry" wait_for 20 guest_has_loss
	stored=$(report_count)
	lost=$(sqlite3 -readonly $DB 'SELECT sum(count) FROM lost')
	echo "reported $reported, stored $stored, lost $lost"
	check "something was lost" test "$lost" -gt 0
	# the kernel's log still has some of those that the ring lost
	check "stored and lost" test $((stored + lost)) -ge "$reported" -a "$stored" -le "$reported"
	mcelog_stop
	check "start again" mcelog_start
	sleep 1
	check_eq "lost, told once" "$(sqlite3 -readonly $DB 'SELECT sum(count) FROM lost')" "$lost"
	check "the report says it" guest_report_says_lost
	t_end
}

guest_has_loss() {
	[ "$(journalctl -q -o cat MCE_LOST_SEQ=1 | wc -l)" -ge 1 ]
}

guest_report_says_lost() {
	mce-report | grep -qi 'lost'
}

guest_locked() {
	mcelog_installed || fail "mcelog is not installed"
	t_begin "a locked-down kernel: the trace source says so, the daemon runs"
	cat /sys/kernel/security/lockdown
	mcelog --list-sources | tee $OUT/sources
	check "list of sources" grep -q '^tracefs *not here.*locked down (confidentiality)' $OUT/sources
	check "start" mcelog_start
	check "active" systemctl is-active mcelog.service
	check "journal" wait_for 10 guest_said_locked
	t_end
}

guest_said_locked() {
	journalctl -q -o cat -u mcelog.service | grep -q 'locked down (confidentiality)'
}

lab_init edges
lab_need debian
lab_new_disk "$LAB_DIR/disk"
lab_boot --smp 2 --disk "$LAB_DIR/disk" guest_overrun || :
lab_boot --smp 1 --append "lockdown=confidentiality" guest_locked || :
