#!/bin/bash
# Two panics in a row, in boots that nobody watched: one harvest finds both, and each error gets the
# boot in which it happened, by the journal. Three boots on one disk and one flash.
set -euo pipefail
# shellcheck source=../lab.sh
. "$(dirname "$0")/../lab.sh"

guest_panic() { # ADDRESS
	inject_setup
	boot_id >$OUT/boot
	# as journald does by itself every few minutes
	journalctl --sync
	sync
	fatal_panic "$1"
}

guest_report() { # FIRST SECOND
	mcelog_installed
	mcelog_start
	t_begin "two panics in a row that nobody watched: each has its boot"
	check "harvested" wait_for 30 report_has 2 "$FATAL"
	mce-report boots
	check_eq "the errors' boots" \
		"$(report_json | jq -r "select($FATAL) | \"\\(.addr) \\(.boot_id | gsub(\"-\"; \"\"))\"")" \
		"0x0000000012345000 $1
0x0000000022345000 $2"
	check_eq "how the boots ended" \
		"$(mce-report boots -o json | jq -r '"\(.boot_id) \(.end)"')" \
		"$1 machine check
$2 machine check
$(boot_id) running"
	check "the next harvest" mcelog --harvest
	check_eq "adds nothing" "$(report_count)" "$(report_count "$FATAL")"
	t_end
}

lab_init boots-unwatched
lab_need debian
lab_new_disk "$LAB_DIR/disk"
lab_new_erst "$LAB_DIR/erst"
set -- --cpu intel --smp 1 --disk "$LAB_DIR/disk" --erst "$LAB_DIR/erst"
lab_boot "$@" --panic guest_panic 0x12345000 || exit 0
first=$(cat "$LAB_LAST/out/boot")
lab_boot "$@" --panic guest_panic 0x22345000 || exit 0
second=$(cat "$LAB_LAST/out/boot")
lab_boot "$@" guest_report "$first" "$second" || :
