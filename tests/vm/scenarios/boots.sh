#!/bin/bash
# How boots ended: one is shut down, one panics by a machine check, one loses its power; the report
# of the fourth says so. Four boots on one disk.
set -euo pipefail
# shellcheck source=../lab.sh
. "$(dirname "$0")/../lab.sh"

# Before the machine ends by itself.
guest_ready() {
	journalctl --sync
	echo 0 >/lab/status
	sync
}

guest_clean() {
	inject_setup
	wait_for 30 systemctl is-active mcelog.service
	inject_mixed 3 >/dev/null
	check "stored" wait_for 10 report_has 3
	boot_id >$OUT/boot
	guest_ready
	systemctl poweroff --no-block
	sleep 60
}

guest_fatal() {
	inject_setup
	wait_for 30 systemctl is-active mcelog.service
	inject_mixed 2 >/dev/null
	check "stored" wait_for 10 report_has 5
	boot_id >$OUT/boot
	fatal_panic 0x12345000
}

guest_cut() {
	wait_for 30 systemctl is-active mcelog.service
	check "harvested" wait_for 30 report_has 1 "$FATAL"
	boot_id >$OUT/boot
	guest_ready
	echo b >/proc/sysrq-trigger
	sleep 60
}

# OFFSET: one field of the report's object of that boot
guest_boot_field() { # OFFSET JQ-EXPRESSION
	mce-report boots -o json | jq -r "select(.index == $1) | $2"
}

guest_report() { # CLEAN FATAL CUT
	wait_for 30 systemctl is-active mcelog.service
	mce-report boots | tee $OUT/boots
	t_begin "mce-report boots: shut down, machine check, power loss, running"
	check_eq "how they ended" "$(mce-report boots -o json | jq -r '"\(.index) \(.end)"')" \
		"-3 clean
-2 machine check
-1 power loss or hang
0 running"
	check_eq "which they are" "$(mce-report boots -o json | jq -r .boot_id)" \
		"$1
$2
$3
$(boot_id)"
	check_eq "the fatal error" "$(guest_boot_field -2 .fatal.event_id)" \
		"$(report_json | jq -r "select($FATAL) | .event_id")"
	check_eq "the errors before it" "$(guest_boot_field -2 .corrected)" 2
	check "began before it ended" \
		test "$(guest_boot_field -3 .began_us)" -lt "$(guest_boot_field -3 .ended_us)"
	check "ended before the next began" \
		test "$(guest_boot_field -3 .ended_us)" -le "$(guest_boot_field -2 .began_us)"
	check_eq "journalctl's list" "$(journalctl --list-boots --no-pager | awk 'NR > 1 { print $1, $2 }')" \
		"$(mce-report boots -o json | jq -r '"\(.index) \(.boot_id)"')"
	t_end
	t_begin "mce-report -b: one boot as one story"
	mce-report -b -2 | tee $OUT/story
	check "how it ended" grep -q "ended in a machine check" $OUT/story
	check "the errors before it" grep -q "Errors before it: 2 corrected" $OUT/story
	check_eq "list" "$(mce-report list -o json -b -2 | wc -l)" 3
	check_eq "the boot before it" "$(mce-report list -o json --boot="$1" | wc -l)" 3
	check_eq "this boot" "$(mce-report list -o json -b | wc -l)" 0
	t_end
}

lab_init boots
lab_need debian
lab_new_disk "$LAB_DIR/disk"
lab_new_erst "$LAB_DIR/erst"
set -- --cpu intel --smp 1 --disk "$LAB_DIR/disk" --erst "$LAB_DIR/erst" --units mcelog.service
lab_boot "$@" guest_clean || exit 0
clean=$(cat "$LAB_LAST/out/boot")
lab_boot "$@" --panic guest_fatal || exit 0
fatal=$(cat "$LAB_LAST/out/boot")
lab_boot "$@" guest_cut || exit 0
cut=$(cat "$LAB_LAST/out/boot")
lab_boot "$@" guest_report "$clean" "$fatal" "$cut" || :
