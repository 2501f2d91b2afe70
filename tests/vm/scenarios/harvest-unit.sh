#!/bin/bash
# mcelog-harvest.service: it is there before systemd-pstore, which keeps nothing but what it logs;
# and where the file system of the database comes late, copies in /run wait for the daemon.
set -euo pipefail
# shellcheck source=../lab.sh
. "$(dirname "$0")/../lab.sh"

guest_panic() { # ADDRESS
	inject_setup || fail "no mce-inject"
	boot_id >$OUT/boot
	# A daemon that knows this boot, and leaves what is in flash there.
	mcelog --daemon --foreground --disable-source erst,pstore,kmsg &
	wait_for 30 test -e $DB || fail "no database"
	sleep 2
	sync
	fatal_panic "$1"
}

guest_unit_time() { # UNIT PROPERTY
	systemctl show -P "$2" "$1"
}

# Both ran, one after the other, and systemd-pstore left nothing for a daemon that comes later.
guest_check_order() {
	local ended began

	check_eq "the harvest's end" "$(systemctl show -P Result mcelog-harvest.service) \
$(systemctl show -P ExecMainStatus mcelog-harvest.service)" "success 0"
	ended=$(guest_unit_time mcelog-harvest.service ExecMainExitTimestampMonotonic)
	began=$(guest_unit_time systemd-pstore.service ExecMainStartTimestampMonotonic)
	check "the harvest ended ($ended) before systemd-pstore began ($began)" \
		test "$ended" -gt 0 -a "$ended" -lt "$began"
	check_eq "left in pstore and in the archive" \
		"$(find /sys/fs/pstore /var/lib/systemd/pstore -name '*erst*')" ""
}

# Runs in either boot.
guest_warm() { # TEST
	local KEPT=/run/mcelog/harvest

	if [ ! -e $OUT/boot ]; then
		guest_panic 0x12345000
		return
	fi
	t_begin "$1"
	journalctl -b -u mcelog-harvest.service -u systemd-pstore.service --no-pager
	guest_check_order
	check_fatal 1 "$(cat $OUT/boot)" 0000000012345000
	check_eq "told by" "$(report_json | jq -r '.sources | join(",")')" erst,pstore,kmsg
	check_not "nothing was copied to /run" test -e $KEPT
	check_harvest_again 1
	t_end
}

guest_boots() {
	report_json | jq -r "$EVENT_JQ select($FATAL) | "'"\(.addr|reg) \(.boot_id | tostring |
		gsub("-"; ""))"' | sort
}

# Two panics, then a boot in which the database is not there when the harvest begins.
guest_late() { # BOOT BOOT TEST
	local KEPT=/run/mcelog/harvest

	t_begin "$3"
	guest_check_order
	journalctl -b -u mcelog-harvest.service --no-pager
	check_eq "no database below the mount point" "$(ls -A /var/lib/mcelog)" ""
	check_eq "copies of the records" "$(find $KEPT -name 'mce-erst-*' | wc -l)" 2
	check_eq "for root only" "$(stat -c '%a %U' $KEPT)" "700 root"
	check "the file system comes" mount --bind /persist/mcelog /var/lib/mcelog
	check "start" mcelog_start
	check "stored" wait_for 30 report_has 2 "$FATAL"
	check_eq "fatal events" "$(report_count "$FATAL")" 2
	check "journal entries in time" wait_for 10 journal_has 2 MCE_SEVERITY=fatal
	check_eq "journal entries" "$(journal_count MCE_SEVERITY=fatal)" 2
	check_eq "of their boots" "$(guest_boots)" \
		"0000000012345000 $1"$'\n'"0000000023456000 $2"
	check "named in the log" grep -q "$KEPT" <(journalctl -b -u mcelog.service)
	check "restart" systemctl restart mcelog.service
	mcelog_stop
	check "mcelog --harvest" mcelog --harvest
	check_eq "events" "$(report_count)" 2
	systemctl stop mcelog.socket
	check "copies last as long as the boot" test -d $KEPT
	t_end
}

boot_of() { # NUMBER-OF-BOOT
	cat "$LAB_DIR/boot$1/out/boot"
}

lab_init harvest-unit
lab_need debian
lab_layer
mkdir -p "$LAB_LAYER/etc/systemd/pstore.conf.d"
printf '[PStore]\nStorage=journal\n' >"$LAB_LAYER/etc/systemd/pstore.conf.d/lab.conf"

units="mcelog-harvest.service systemd-pstore.service"
state=(--cpu intel --smp 1 --disk "$LAB_DIR/disk" --erst "$LAB_DIR/erst" --timeout 400)
lab_new_disk "$LAB_DIR/disk"
lab_new_erst "$LAB_DIR/erst"
lab_boot "${state[@]}" --pstore on --units "$units" --warm \
	guest_warm "harvest before systemd-pstore, which only logs what it finds; warm reset" || :

lab_new_disk "$LAB_DIR/disk"
lab_new_erst "$LAB_DIR/erst"
lab_boot "${state[@]}" --panic guest_panic 0x12345000
lab_boot "${state[@]}" --panic guest_panic 0x23456000
lab_boot "${state[@]}" --pstore on --units "$units" --late \
	guest_late "$(boot_of 2)" "$(boot_of 3)" \
	"two panics, then the database's file system comes late; cold" || :
