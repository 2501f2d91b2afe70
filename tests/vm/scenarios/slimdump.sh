#!/bin/bash
# kdump with mce-slimdump in the capture kernel: a fatal machine check leaves a slim dump, another
# panic is left to the whole one, and no page is read that the bank left over from the crash names.
set -euo pipefail
# shellcheck source=../lab.sh
. "$(dirname "$0")/../lab.sh"
# shellcheck source=../kdump.sh
. "$(dirname "$0")/../kdump.sh"

guest_machine_check() { # IMAGE INITRD ADDRESS
	local address=$3

	inject_setup
	guest_load "$1" "$2" || return 1
	inject_mixed 3
	[ "$address" != log ] || address=$(guest_log_address) || return 1
	echo "$address" >$OUT/address
	fatal_panic "$address"
}

# The physical address of the kernel's log: of __log_buf, by where the kernel's text is.
guest_log_address() {
	local text buffer start

	text=$(sed -n 's/ T _text$//p' /proc/kallsyms)
	buffer=$(sed -n 's/ [bBdD] __log_buf$//p' /proc/kallsyms)
	start=$(sed -n 's/^ *\([0-9a-f]*\)-.* : Kernel code$/\1/p' /proc/iomem)
	[ -n "$text" ] && [ -n "$buffer" ] && [ -n "$start" ] || return 1
	printf '0x%x\n' $((0x$buffer - 0x$text + 0x$start + 0x2000))
}

guest_sysrq() { # IMAGE INITRD
	guest_load "$1" "$2" || return 1
	inject_setup
	inject_mixed 3
	echo c >/proc/sysrq-trigger
	sleep 30
}

# The crash kernel's boot is part of the same run of QEMU; what it leaves is looked at here.
crash() { # FUNCTION ARG...
	# shellcheck disable=SC2086,SC2154 # the variables of lab_need
	lab_boot --cpu intel --smp 1 --mem 640 --timeout 300 --append "crashkernel=192M" \
		"$1" "$LAB_IMAGE_debian" "$LAB_INITRD_debian" "${@:2}" || :
	OUT=$LAB_LAST/out
	cat "$OUT/said" || :
}

note_owners() {
	readelf -n -W "$OUT/vmcore" | sed -n 's/^  \([A-Z_]*\)  *0x.*/\1/p' | tr '\n' ' '
}

lab_init slimdump
lab_need debian
[ -x "${LAB_STAGE-}/usr/sbin/mce-slimdump" ] || lab_skip "no mce-slimdump in the stage"
need_kexec

t_begin "a fatal machine check leaves a slim dump"
crash guest_machine_check 0x12345000
check_eq "exit status" "$(cat "$OUT/slimdump-status")" 0
check "cause" grep -q "Fatal machine check: Processor context corrupt; Fatal" "$OUT/said"
check "the leftover bank was there to be seen" grep -q "Bank 3: fe00000000800400" \
	"$OUT/capture-dmesg"
check_eq "notes" "$(note_owners)" "CORE VMCOREINFO PANIC_MCE MCELOG MCELOG "
check "the log is whole" grep -aq "Linux version" "$OUT/vmcore"
check "to the end" grep -aq "Kernel panic - not syncing: Fatal machine check" "$OUT/vmcore"
check "small" test "$(stat -c %s "$OUT/vmcore")" -lt 262144
t_end

t_begin "where the log is hit there is what the capture kernel found"
crash guest_machine_check log
check_eq "exit status" "$(cat "$OUT/slimdump-status")" 0
check "cause" grep -q "the kernel log was not read" "$OUT/said"
check "which error" grep -q "names: bank 3, status 0xfe00000000800400, address 0x" "$OUT/said"
check_eq "notes" "$(note_owners)" "CORE VMCOREINFO PANIC_MCE MCELOG MCELOG "
check "whose log" grep -aq "What the log of the capture kernel, " "$OUT/vmcore"
check_not "not the other" grep -aq "Linux version" "$OUT/vmcore"
t_end

t_begin "another panic is left to the whole dump"
crash guest_sysrq
check_eq "exit status" "$(cat "$OUT/slimdump-status")" 2
check "why" grep -q "not a machine check: sysrq triggered crash" "$OUT/said"
check_not "no file" test -e "$OUT/vmcore"
t_end
