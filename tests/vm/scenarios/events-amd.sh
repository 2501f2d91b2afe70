#!/bin/bash
# AMD: corrected and deferred events with syndromes. One boot.
set -euo pipefail
# shellcheck source=../lab.sh
. "$(dirname "$0")/../lab.sh"

guest_main() {
	mcelog_installed || fail "mcelog is not installed"
	inject_setup || fail "no mce-inject"
	witness_start
	# An instance that somebody made before us is read as it is.
	t_begin "AMD: 50 mixed events on two CPUs are in journal, database and report"
	check "start" mcelog_start
	inject_mixed 50 >$OUT/injected
	injected_events <$OUT/injected >$OUT/expected
	witness_settle
	witness_events >$OUT/witness
	check_same "the kernel reported them" $OUT/witness $OUT/expected
	check_everywhere "mixed"
	check_eq "vendor" "$(jq -r .vendor $OUT/report.json | sort -u)" AMD
	check_eq "deferred ones" "$(report_count '.severity == "deferred"')" \
		"$(grep -c ' 0x9c20100000000136 ' $OUT/injected)"
	t_end
	guest_adopts
}

guest_adopts() {
	local instance=$TRACING/instances/mcelog

	t_begin "a trace instance that was there first is read with what is in it"
	mcelog_stop
	rmdir $instance 2>/dev/null || :
	mkdir -p $instance
	echo 1 >$instance/events/mce/mce_record/enable
	inject_mixed 10 100 >/dev/null
	check "start" mcelog_start
	inject_mixed 10 110 >/dev/null
	check_everywhere "adopted instance"
	t_end
}

lab_init events-amd
lab_need debian
lab_new_disk "$LAB_DIR/disk"
lab_boot --cpu amd --smp 2 --disk "$LAB_DIR/disk" guest_main || :
