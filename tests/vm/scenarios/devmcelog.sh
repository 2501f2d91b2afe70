#!/bin/bash
# The kernel with /dev/mcelog (and /dev/erst_dbg): what it and the tracepoint both deliver is one
# event. Two boots.
set -euo pipefail
# shellcheck source=../lab.sh
. "$(dirname "$0")/../lab.sh"

guest_first() {
	mcelog_installed || fail "mcelog is not installed"
	inject_setup || fail "no mce-inject"
	witness_start
	guest_both
	guest_alone
	boot_id >$OUT/boot
	report_count >$OUT/count
	fatal_panic 0x12345000
}

# The device holds 32 records and drops what does not fit, so inject no faster than it is read.
guest_both() {
	t_begin "/dev/mcelog and the tracepoint: 50 events, each of them one with both sources"
	check "start" mcelog_start
	mcelog --list-sources
	PACE=5
	inject_mixed 50 >/dev/null
	check_everywhere "both sources"
	check "joined in time" wait_for 10 guest_all_joined 50
	check_eq "sources" "$(guest_sources)" "50 mcelog,trace"
	t_end
}

# Without the trace the kernel log of the whole boot is read, too.
guest_sources() {
	report_json | jq -r '.sources - ["kmsg"] | sort | join(",")' | sort | uniq -c | sed 's/^ *//'
}

guest_all_joined() { # COUNT
	[ "$(report_count '(.sources - ["kmsg"] | length) == 2')" = "$1" ]
}

# The ring keeps what the hidden tracefs has seen: back in sight, it is joined and adds nothing.
guest_alone() {
	local n

	t_begin "/dev/mcelog alone: 20 identical records are 20 events, found in the ring later"
	mcelog_stop
	mcelog_dropin Service "InaccessiblePaths=-/sys/kernel/tracing -/sys/kernel/debug"
	check "start without tracefs" mcelog_start
	PACE=5
	for ((n = 0; n < 20; n++)); do
		inject sw 0 7 0x8c00004000010090 0x2345678000 0x8c
		((n % PACE)) || sleep 0.1
	done
	check_number "alone"
	check_eq "sources" "$(guest_sources | tr '\n' ' ')" "20 mcelog 50 mcelog,trace "
	mcelog_stop
	mcelog_no_dropin
	check "start with tracefs" mcelog_start
	check "joined in time" wait_for 20 guest_all_joined 70
	check_everywhere "joined"
	check_eq "sources" "$(guest_sources)" "70 mcelog,trace"
	t_end
}

guest_second() { # BOOT COUNT
	t_begin "/dev/mcelog: exactly one fatal event of the previous boot"
	mcelog_installed
	check "flash record" flash_record
	mcelog_start
	check_fatal 1 "$1" 0000000012345000
	check "flash record gone" wait_for 10 no_flash_record
	check_eq "events" "$(report_count)" $(($2 + 1))
	t_end
	t_begin "/dev/mcelog: a second harvest adds nothing"
	check_harvest_again $(($2 + 1))
	t_end
}

lab_init devmcelog
lab_need lab
lab_new_disk "$LAB_DIR/disk"
lab_new_erst "$LAB_DIR/erst"
set -- --kernel lab --cpu amd --smp 2 --disk "$LAB_DIR/disk" --erst "$LAB_DIR/erst"
lab_boot "$@" --panic guest_first || exit 0
lab_boot "$@" guest_second "$(cat "$LAB_LAST/out/boot")" "$(cat "$LAB_LAST/out/count")" || :
