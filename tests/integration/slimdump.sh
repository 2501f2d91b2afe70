#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# mce-slimdump on a crash of Linux 6.1 in QEMU, of whose memory the log alone is left, and the
# scripts by which kdump calls it.
# shellcheck disable=SC2119 source=tests/integration/lib.sh
. "${MCELOG_TEST_SRCDIR:-.}/tests/integration/lib.sh"

slimdump=${abs_builddir:-$here}/mce-slimdump
data=${MCELOG_TEST_SRCDIR:-$here}/data/kdump
vmcore=$dir/vmcore.in
out=$dir/out
kmsg=$dir/kmsg

gzip -dc "$tests/golden/vmcore/linux-6.1.elf.gz" >"$vmcore" || exit 99

# What the capture kernel logged, with another address: a page of the log's text, or none of it
leftover() { # ADDRESS
	cat >"$kmsg" <<-END
		4,500,5067842,-;mce: [Hardware Error]: Machine check events logged
		0,501,5067975,-;mce: [Hardware Error]: CPU 0: Machine Check Exception: 6 Bank 3: fe00000000800400
		0,502,5071032,-;mce: [Hardware Error]: TSC 0 ADDR $1
		0,503,5071307,-;mce: [Hardware Error]: PROCESSOR 0:606a6 TIME 1795256002 SOCKET 0 APIC 0 microcode 1
	END
}

# The panic's text of the crash becomes another one of the same length, and the reason before it
# no longer says that it is one.
other_panic() {
	LC_ALL=C sed -e 's/not syncing: Fatal machine check/not syncing: sysrq triggered cra/' \
		-e 's/Machine check: Proc/Machine check. Proc/' "$vmcore" >"$dir/sysrq"
}

step "a fatal machine check is saved"
leftover 12345000
expect 0 "$slimdump" --kmsg "$kmsg" "$vmcore" "$out"
in_text "Fatal machine check: Processor context corrupt; Fatal internal error" "$log"
[ "$(wc -c <"$out")" -lt 65536 ] || fail "it has $(wc -c <"$out") bytes"
in_text "Kernel panic - not syncing: Fatal machine check" "$out"
in_text "Linux version 6.1.0-56-amd64" "$out"
in_text "CPU 0 BANK 3" "$out"
if command -v readelf >/dev/null; then
	expect 0 readelf -n -W "$out"
	in_text "PANIC_MCE" "$log"
	in_text "(0x00000015)" "$log"
	lines 1 "VMCOREINFO" "$log"
	lines 2 "MCELOG" "$log"
	if grep -q "Warning\|Error" "$log"; then
		fail "readelf is not content: $(cat "$log")"
	fi
fi

step "the log is hit: notes only"
# where the text of the log begins in that machine
leftover 1e58b000
rm "$out"
expect 0 "$slimdump" --kmsg "$kmsg" "$vmcore" "$out"
in_text "the kernel log was not read: it lies in memory that a machine check names: bank 3, \
status 0xfe00000000800400, address 0x1e58b000, socket 0, APIC ID 0" "$log"
if grep -q "Linux version" "$out"; then
	fail "it has the log"
fi
in_text "What the log of the capture kernel, not of the one that crashed, says" "$out"
in_text "CPU 0 BANK 3" "$out"

harvest() {
	expect 0 "$mcelog" --root "$root" --state-dir "$state" --harvest
}

# Of the same machine check, which the crashed kernel's CPU 3 took
erst_record() {
	mkdir -p "$root/sys/fs/pstore"
	{
		le fe00000000800400 0000000000000000 000000001e58b000 0000000000000006 \
			0000000000000000 0000002b1f184253 000000006b016f83 00000000 000606a6 \
			00030310 00000003 00000000 00000000 0000000000000c16
		head -c 40 /dev/zero
	} >"$root/sys/fs/pstore/mce-erst-7710582987816960010"
}

# The boot after it finds the bank, too
next_boot() {
	mkdir -p "$root/dev"
	cat >"$root/dev/kmsg" <<-END
		6,1,100,-;Linux version 6.1.0-56-amd64
		0,501,1067975,-;mce: [Hardware Error]: CPU 3: Machine Check: 0 Bank 3: fe00000000800400
		0,502,1071032,-;mce: [Hardware Error]: TSC 0 ADDR 1e58b000
		0,503,1071307,-;mce: [Hardware Error]: PROCESSOR 0:606a6 TIME 1795256301 SOCKET 0 APIC 0 microcode 1
		6,600,3000000,-;Run /init as init process
	END
}

one_fatal() { # SOURCES
	expect 0 "$report" --db "$db" list -o json
	lines 1 '"severity":"fatal"' "$log"
	lines 1 '"status":"0xfe00000000800400"' "$log"
	lines 1 "\"sources\":[$1]" "$log"
	grep -q '"time_us":179525619[56]000000' "$log" || fail "another time: $(cat "$log")"
}

step "the log is hit: what the capture kernel found is the crash's one event"
for order in vmcore erst; do
	make_root
	printf 'cpu  1 2\nbtime 1795256300\n' >"$root/proc/stat"
	case $order in
	erst) erst_record && harvest ;;
	esac
	mkdir -p "$root/var/crash/127.0.0.1-2026-11-21-10:16:36"
	cp "$out" "$root/var/crash/127.0.0.1-2026-11-21-10:16:36/vmcore"
	harvest
	case $order in
	vmcore) one_fatal '"vmcore"' && erst_record && harvest ;;
	esac
	one_fatal '"erst","vmcore"'
	lines 1 '"cpu":3' "$log"
	harvest
	one_fatal '"erst","vmcore"'
	next_boot
	harvest
	one_fatal '"erst","kmsg","vmcore"'
	expect 0 "$report" --db "$db" boots
	in_text "that a machine check names: bank 3, status 0xfe00000000800400" "$log"
done
leftover 12345000

step "it stands aside"
other_panic
# whatever lies there may be a whole dump, even the one that was read
cp "$out" "$dir/before"
expect 1 "$slimdump" --kmsg "$kmsg" "$vmcore" "$out"
in_text "File exists" "$log"
cmp -s "$out" "$dir/before" || fail "an existing file was written over"
expect 1 "$slimdump" --kmsg "$kmsg" "$vmcore" "$vmcore"

expect 2 "$slimdump" --kmsg "$kmsg" "$dir/sysrq" "$dir/none"
in_text "not a machine check: sysrq triggered cra: nothing to do here" "$log"
[ ! -e "$dir/none" ] || fail "there is a file"

step "a dry run"
expect 0 "$slimdump" -n --kmsg "$kmsg" "$vmcore"
in_text "would be saved: Fatal machine check" "$log"
expect 2 "$slimdump" -n --kmsg "$kmsg" "$dir/sysrq" "$dir/none"

step "errors"
expect 1 "$slimdump"
in_text "no VMCORE given" "$log"
expect 1 "$slimdump" "$vmcore"
in_text "no OUT given" "$log"
expect 1 "$slimdump" "$vmcore" a b
in_text "b: unexpected" "$log"
expect 1 "$slimdump" --no-such-option
expect 1 "$slimdump" --kmsg "$dir/missing" "$vmcore" "$dir/none"
in_text "$dir/missing: No such file or directory: without it no page is known to be safe" "$log"
expect 1 "$slimdump" --kmsg "$kmsg" "$out" "$dir/none"
in_text "$out: it is a slim dump already" "$log"
expect 1 "$slimdump" --kmsg "$kmsg" "$kmsg" "$dir/none"
in_text "$kmsg: not an ELF file" "$log"
expect 1 "$slimdump" --kmsg "$kmsg" "$dir" "$dir/none"
in_text "$dir: Is a directory" "$log"
head -c 100000 "$vmcore" >"$dir/short"
expect 1 "$slimdump" --kmsg "$kmsg" "$dir/short" "$dir/none"
in_text "its kernel log: the dump ends before it" "$log"
expect 1 "$slimdump" --kmsg "$kmsg" "$vmcore" "$dir/no/such/directory"
in_text "No such file or directory" "$log"
[ ! -e "$dir/none" ] || fail "there is a file"
expect 0 "$slimdump" --help
in_text "Exit status: 0 saved" "$log"
expect 0 "$slimdump" --version

# A mce-slimdump that reads our log of the capture kernel, for the scripts.
mkdir "$dir/bin"
cat >"$dir/bin/slim" <<END
#!/bin/sh
exec "$slimdump" --kmsg "$kmsg" "\$@"
END
cat >"$dir/bin/makedumpfile" <<END
#!/bin/sh
echo "makedumpfile \$*"
END
cat >"$dir/bin/reboot" <<END
#!/bin/sh
echo "reboot \$*" >>"$dir/reboots"
END
# the file system with the dumps is the one that is mounted
cat >"$dir/bin/findmnt" <<END
#!/bin/sh
case "\$*" in
*--fstab*) exit 1 ;;
*--source*) [ "\$6" = UUID=known ] && echo "$dir/dumps" ;;
*) [ "\$*" = "-n $dir/sysroot" ] || [ "\$*" = "-n $dir/dumps" ] ;;
esac
END
chmod +x "$dir"/bin/*
PATH=$dir/bin:$PATH
MCE_SLIMDUMP=$dir/bin/slim MCE_KDUMP_CONF=$dir/kdump.conf MCE_SYSROOT=$dir/sysroot
MCE_KDUMP_DEFAULTS=$dir/kdump-tools
export PATH MCE_SLIMDUMP MCE_VMCORE MCE_KDUMP_CONF MCE_SYSROOT MCE_KDUMP_DEFAULTS

step "they are scripts"
for script in mce-kdump-pre mce-core-collector mce-kdump-tools; do
	sh -n "$data/$script" || fail "$script does not parse"
done

step "core_collector"
MCE_VMCORE=$vmcore
expect 0 "$data/mce-core-collector" makedumpfile -l "$vmcore" "$dir/collected"
in_text "$dir/collected: " "$log"
[ -s "$dir/collected" ] || fail "nothing was saved"
# into a pipe
expect 0 "$data/mce-core-collector" makedumpfile -F "$vmcore"
lines 1 "makedumpfile -F $vmcore" "$log"
MCE_VMCORE=$dir/sysrq
expect 0 "$data/mce-core-collector" makedumpfile -l -d 31 "$dir/sysrq" "$dir/none"
lines 1 "makedumpfile -l -d 31 $dir/sysrq $dir/none" "$log"
[ ! -e "$dir/none" ] || fail "there is a file"

step "kdump_pre"
mkdir "$MCE_SYSROOT"
printf '# nothing\npath /var/dumps\ncore_collector makedumpfile -l\n' >"$MCE_KDUMP_CONF"
MCE_VMCORE=$dir/sysrq
expect 0 "$data/mce-kdump-pre"
[ -z "$(ls "$MCE_SYSROOT")" ] || fail "it left something"
MCE_VMCORE=$vmcore
expect 1 "$data/mce-kdump-pre"
saved=$(find "$MCE_SYSROOT/var/dumps" -path '*/127.0.0.1-20*' -name vmcore)
[ -s "$saved" ] || fail "nothing was saved"
rm -r "${MCE_SYSROOT:?}/var"
mkdir "$dir/dumps"
echo "xfs UUID=known # by its UUID" >>"$MCE_KDUMP_CONF"
expect 1 "$data/mce-kdump-pre"
saved=$(find "$dir/dumps/var/dumps" -name vmcore)
[ -s "$saved" ] || fail "nothing was saved there"
echo "xfs UUID=other" >>"$MCE_KDUMP_CONF"
expect 0 "$data/mce-kdump-pre"
echo "ssh user@host" >>"$MCE_KDUMP_CONF"
expect 0 "$data/mce-kdump-pre"
[ -z "$(ls "$MCE_SYSROOT")" ] || fail "it left something"
rm "$MCE_KDUMP_CONF"
expect 0 "$data/mce-kdump-pre"

step "kdump-tools"
echo "KDUMP_COREDIR=$dir/crash" >"$MCE_KDUMP_DEFAULTS"
MCE_VMCORE=$dir/sysrq
expect 0 "$data/mce-kdump-tools"
[ ! -e "$dir/crash" ] || fail "it left something"
MCE_VMCORE=$vmcore
expect 0 "$data/mce-kdump-tools"
saved=$(find "$dir/crash" -name 'dump.20*')
[ -s "$saved" ] || fail "nothing was saved"
lines 1 "reboot -f" "$dir/reboots"
rm -r "$dir/crash"
echo 'SSH=user@host' >>"$MCE_KDUMP_DEFAULTS"
expect 0 "$data/mce-kdump-tools"
[ ! -e "$dir/crash" ] || fail "it left something"
lines 1 "reboot -f" "$dir/reboots"

finish
