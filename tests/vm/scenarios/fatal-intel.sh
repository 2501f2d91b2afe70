#!/bin/bash
# Intel: fatal machine checks and what the boots after them find. Three boots on one flash and one
# disk: panic; harvest of the flash under a locked database, panic again; harvest of what
# systemd-pstore has moved to the disk.
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

# A writer's lock on the store, until /tmp/release
guest_hold_database() {
	{
		echo 'BEGIN IMMEDIATE;'
		echo '.shell touch /tmp/held'
		wait_for 60 test -e /tmp/release
		echo 'COMMIT;'
	} | sqlite3 $DB
}

guest_second() { # BOOT
	local all

	mcelog_installed
	inject_setup
	t_begin "the flash record is erased after the commit, not before"
	check "there is one" flash_record
	all=$(report_count)
	check_eq "stored before the panic" "$all" 3
	guest_hold_database &
	wait_for 20 test -e /tmp/held
	systemctl start --no-block mcelog.service
	sleep 5
	check "flash record still there while the database is locked" flash_record
	check_eq "fatal events meanwhile" "$(report_count "$FATAL")" 0
	: >/tmp/release
	wait
	check "service is up after all" wait_for 30 systemctl is-active mcelog.service
	check "flash record gone" wait_for 10 no_flash_record
	t_end
	t_begin "the boot after a panic has exactly one fatal event, from flash"
	check_fatal 1 "$1" 0000000012345000
	t_end
	t_begin "a second harvest adds nothing"
	check_harvest_again $((all + 1))
	t_end
	# or nobody watches this boot, and none is made up for the error
	mcelog_start
	boot_id >$OUT/boot
	fatal_panic 0x22345000
}

guest_third() { # BOOT
	t_begin "the same when systemd-pstore came first"
	check "archived" compgen -G '/var/lib/systemd/pstore/mce-erst-*'
	check "the service has started at boot" wait_for 30 systemctl is-active mcelog.service
	check_fatal 2 "$1" 0000000022345000
	check "the archive is left alone" compgen -G '/var/lib/systemd/pstore/mce-erst-*'
	check_harvest_again "$(report_count)"
	t_end
}

lab_init fatal-intel
lab_need debian
lab_new_disk "$LAB_DIR/disk"
lab_new_erst "$LAB_DIR/erst"
set -- --cpu intel --smp 1 --disk "$LAB_DIR/disk" --erst "$LAB_DIR/erst"
lab_boot "$@" --panic guest_first || exit 0
first=$(cat "$LAB_LAST/out/boot")
lab_boot "$@" --panic guest_second "$first" || exit 0
second=$(cat "$LAB_LAST/out/boot")
lab_boot "$@" --pstore on --units mcelog.service guest_third "$second" || :
