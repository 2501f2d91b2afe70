#!/bin/bash
# AMD: a fatal machine check with two CPUs, harvested by hand before the service starts at boot's
# end. Two boots.
set -euo pipefail
# shellcheck source=../lab.sh
. "$(dirname "$0")/../lab.sh"

guest_first() {
	mcelog_installed
	inject_setup
	mcelog_start
	inject_mixed 3 >/dev/null
	wait_for 10 report_has 3
	boot_id >$OUT/boot
	fatal_panic 0x12345000
}

guest_second() { # BOOT
	local all

	t_begin "AMD: mcelog --harvest finds exactly one fatal event of the previous boot"
	mcelog_installed
	check "flash record" flash_record
	all=$(report_count)
	check "mcelog --harvest" mcelog --harvest
	check_fatal 1 "$1" 0000000012345000
	check "flash record gone" no_flash_record
	t_end
	t_begin "AMD: a second harvest adds nothing"
	check_harvest_again $((all + 1))
	t_end
}

lab_init fatal-amd
lab_need debian
lab_new_disk "$LAB_DIR/disk"
lab_new_erst "$LAB_DIR/erst"
set -- --cpu amd --smp 2 --disk "$LAB_DIR/disk" --erst "$LAB_DIR/erst"
lab_boot "$@" --panic guest_first || exit 0
lab_boot "$@" guest_second "$(cat "$LAB_LAST/out/boot")" || :
