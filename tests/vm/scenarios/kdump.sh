#!/bin/bash
# A fatal machine check with kdump loaded, and the boot after it: the record in flash, the slim
# dump and the log beside it are one event, at its original time and in its original boot.
set -euo pipefail
# shellcheck source=../lab.sh
. "$(dirname "$0")/../lab.sh"
# shellcheck source=../kdump.sh
. "$(dirname "$0")/../kdump.sh"

guest_first() { # IMAGE INITRD
	mcelog_installed
	inject_setup
	guest_load "$1" "$2" || return 1
	mcelog_start
	inject_mixed 3 >/dev/null
	wait_for 10 report_has 3
	boot_id >$OUT/boot
	date +%s >$OUT/before
	sync
	fatal_panic 0x12345000
}

guest_fatal_time() { # DATABASE
	mce-report --db "$1" -o json list |
		jq -s "map(select($FATAL)) | .[0].time_us / 1000000 | floor"
}

guest_second() { # BOOT BEFORE
	local all seconds said='crashed by a hardware error, no memory dump kept: Fatal machine check'

	t_begin "flash, slim dump and its log are one event of the crashed boot"
	mcelog_installed
	check "flash record" flash_record
	check "stored before the panic" report_has 3
	check "mcelog --harvest" eval "mcelog --harvest 2>$OUT/harvested"
	cat $OUT/harvested
	check "said" grep -q "vmcore: /var/crash/.*/dump\..*: $said" $OUT/harvested
	check_fatal 1 "$1" 0000000012345000
	check_eq "told by" "$(report_json | jq -r "select($FATAL) | .sources | join(\",\")")" erst,vmcore
	check_eq "all events" "$(report_count)" 4
	seconds=$(guest_fatal_time $DB)
	check "its time is that of the crash" test "$seconds" -ge "$2" -a "$seconds" -le $(($2 + 30))
	check_harvest_again 4
	t_end
	guest_dump_alone "$1" "$2"
}

# The dumps in /var/crash are all there is: what neither flash nor the trace told.
guest_dump_alone() { # BOOT BEFORE
	local dir=/tmp/alone seconds source

	t_begin "the slim dump alone, and the log alone, tell of the same errors"
	for source in kdump vmcore; do
		check "harvest of $source" mcelog --harvest --state-dir $dir-$source \
			--disable-source "erst,pstore,kmsg,$([ $source = kdump ] && echo vmcore || echo kdump)"
		mce-report --db $dir-$source/events.db -o json list >$OUT/alone-$source
		check_eq "$source: events" "$(wc -l <$OUT/alone-$source)" 4
		check_eq "$source: fatal" "$(jq -s "map(select($FATAL)) | length" $OUT/alone-$source)" 1
		seconds=$(guest_fatal_time $dir-$source/events.db)
		check "$source: time" test "$seconds" -ge "$2" -a "$seconds" -le $(($2 + 30))
	done
	check "both, again: nothing new" mcelog --harvest --state-dir $dir-vmcore \
		--disable-source erst,pstore,kmsg
	check_eq "events" "$(mce-report --db $dir-vmcore/events.db -o json list | wc -l)" 4
	t_end
}

lab_init kdump
lab_need debian
[ -x "${LAB_STAGE-}/usr/sbin/mce-slimdump" ] || lab_skip "no mce-slimdump in the stage"
need_kexec
lab_new_disk "$LAB_DIR/disk"
lab_new_erst "$LAB_DIR/erst"
set -- --cpu intel --smp 1 --disk "$LAB_DIR/disk" --erst "$LAB_DIR/erst"
t_begin "the capture kernel leaves a slim dump and the log"
# shellcheck disable=SC2154 # the variables of lab_need
lab_boot "$@" --mem 640 --timeout 300 --append "crashkernel=192M" \
	guest_first "$LAB_IMAGE_debian" "$LAB_INITRD_debian" || :
OUT=$LAB_LAST/out
cat "$OUT/said" || :
check_eq "exit status" "$(cat "$OUT/slimdump-status")" 0
check "log" grep -q "Kernel panic - not syncing: Fatal machine check" "$OUT/crash-dmesg"
t_end

# As kdump-tools names them.
stamp=$(date -u +%Y%m%d%H%M)
mkdir -p "$LAB_LAYER/var/crash/$stamp"
cp "$OUT/vmcore" "$LAB_LAYER/var/crash/$stamp/dump.$stamp"
cp "$OUT/crash-dmesg" "$LAB_LAYER/var/crash/$stamp/dmesg.$stamp"
lab_boot "$@" guest_second "$(cat "$OUT/boot")" "$(cat "$OUT/before")" || :
