#!/bin/bash
# An EDAC driver's tracepoint follows the record in the ring. No driver fits the virtual machine:
# the small kernel's trace-event injection makes the tracepoint in its place.
set -euo pipefail
# shellcheck source=../lab.sh
. "$(dirname "$0")/../lab.sh"

NAME="the DIMM that ras:mc_event names becomes part of the record's event"
LABEL="CPU_SrcID#0_MC#0_Chan#0_DIMM#1"

# On the CPU that we run on, in whose ring both then are.
guest_error() { # CPU ADDRESS
	taskset -p -c "$1" $$ >/dev/null
	inject sw "$1" 7 0x8c00004000010090 "$2" 0x8c
	# the work queue puts the record there
	sleep 0.1
	echo "error_count=1 mc_index=0 top_layer=0 middle_layer=1 lower_layer=-1 address=$2" \
		"grain_bits=5 msg=\"memory read error\" label=\"$LABEL\"" \
		"driver_detail=\" err_code:0x0001:0x0090 Row:0x1f03 Column:0x3e8\"" \
		>$TRACING/instances/mcelog/events/ras/mc_event/inject
}

guest_main() { # NAME LABEL
	local cpu
	LABEL=$2

	mcelog_installed || fail "mcelog is not installed"
	inject_setup || fail "no mce-inject"
	t_begin "$1"
	check "start" mcelog_start
	check_eq "enabled" "$(cat $TRACING/instances/mcelog/events/ras/mc_event/enable)" 1
	for cpu in 0 1; do
		guest_error $cpu "0x1234${cpu}040"
	done
	inject sw 0 7 0x8c00004000010091 0x55555000 0x8c
	check "stored" wait_for 30 report_has 3
	check "with the label" wait_for 30 report_has 2 ".location.label == \"$LABEL\""
	check_eq "and the place" "$(report_count '.location.row == 7939 and .location.column == 1000')" 2
	# this kernel has /dev/mcelog, too: that, the trace and the detail are one event
	check_eq "events" "$(report_count)" 3
	check_eq "known from both" "$(report_count '.sources == ["trace", "mcelog"]')" 3
	check "in the journal" wait_for 30 journal_has 3
	check_eq "each once" "$(journal_count)" 3
	t_end
}

lab_init edac
lab_need lab
lab_boot --kernel lab guest_main "$NAME" "$LABEL" || :
