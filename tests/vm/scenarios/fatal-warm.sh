#!/bin/bash
# A warm reset, as on real machines: the MCA banks survive the panic, so that the next boot finds
# the error in flash and logs it once more from the bank. One error, one event; the service is
# started at boot, with systemd-pstore and without. Two boots of one machine, for either vendor.
set -euo pipefail
# shellcheck source=../lab.sh
. "$(dirname "$0")/../lab.sh"

# Runs in either boot.
guest_main() { # TEST
	inject_setup
	wait_for 30 systemctl is-active mcelog.service
	if [ ! -e $OUT/boot ]; then
		boot_id >$OUT/boot
		fatal_panic 0x12345000
	else
		guest_second "$1" "$(cat $OUT/boot)"
	fi
}

guest_second() { # TEST BOOT
	t_begin "$1"
	dmesg | grep 'Hardware Error' || fail "the bank did not survive"
	check "the service is up" systemctl is-active mcelog.service
	check_fatal 1 "$2" 0000000012345000
	check_eq "all events" "$(report_count)" 1
	check_eq "told by" "$(report_json | jq -r '.sources | join(",")')" erst,pstore,kmsg
	check_harvest_again 1
	t_end
}

warm() { # CPU PSTORE TEST
	lab_new_disk "$LAB_DIR/disk-$1"
	lab_new_erst "$LAB_DIR/erst-$1"
	lab_boot --cpu "$1" --smp 1 --disk "$LAB_DIR/disk-$1" --erst "$LAB_DIR/erst-$1" \
		--pstore "$2" --warm --units mcelog.service guest_main "$3" || :
}

lab_init fatal-warm
lab_need debian
warm intel on "warm reset: the leftover bank is no second event"
warm amd off "AMD, without systemd-pstore: nor is it there"
