#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Decoding without a daemon: --ascii, --file, --binary, --decode, --json, --cpu.
# shellcheck disable=SC2119 source=tests/integration/lib.sh
. "${MCELOG_TEST_SRCDIR:-.}/tests/integration/lib.sh"

texts=$tests/golden/text/input
out=$dir/out

# ascii STATUS INPUT OPTION...: standard output to $out, standard error to $log
ascii() {
	wanted=$1 input=$2
	shift 2
	"$mcelog" "$@" <"$input" >"$out" 2>"$log"
	got=$?
	[ "$got" -eq "$wanted" ] || fail "$*: exit status $got, not $wanted: $(head -c 1000 "$log")"
}

step "our own text is read back: the same text again"
for input in "$texts"/*.txt; do
	ascii 0 "$input" --ascii
	cp "$out" "$dir/once"
	ascii 0 "$dir/once" --ascii
	# blank lines between what is foreign are nobody's
	grep -v '^$' "$dir/once" >"$dir/wanted"
	grep -v '^$' "$out" >"$dir/twice"
	cmp -s "$dir/wanted" "$dir/twice" || fail "$input: $(diff "$dir/wanted" "$dir/twice" | head -5)"
done

step "--raw is read back: the same registers"
for input in "$texts"/*.txt; do
	ascii 0 "$input" --ascii --json
	# there is no line for a vendor alone, and not all of what firmware reported
	grep -v -e '"vendor":"[A-Z][A-Za-z]*","cpuid":null' -e '"cpu":null' "$out" >"$dir/once"
	ascii 0 "$input" --ascii --raw
	grep -E '^(CPU|BANK|TSC|RIP|MISC|ADDR|STATUS|MCGSTATUS|MCGCAP|PPIN|MICROCODE|SYND|IPID|SYND1|SYND2|PROCESSOR|TIME|SOCKETID|APICID) [^ ]*$|^$' "$out" >"$dir/raw"
	ascii 0 "$dir/raw" --ascii --json
	while read -r line; do
		grep -qF -- "$line" "$out" || fail "$input: lost $line"
	done <"$dir/once"
done

step "what firmware reported"
ascii 0 "$texts/ghes-memory.txt" --ascii
lines 5 "Hardware event. This is not a software error." "$out"
in_text "DIMM label CPU 2 DIMM 30" "$out"
in_text "FRU DIMM A1" "$out"
in_text "Generic Hardware Error Source 3: only information, no error" "$out"
ascii 0 "$texts/ghes-processor.txt" --ascii --raw
lines 1 "STATUS 0xbea0000000000108" "$out"
lines 1 "STATUS " "$out"
ascii 0 "$texts/ghes-other.txt" --ascii
lines 1 "MCA: Error of unknown type" "$out" # cut off before it could be told
ascii 0 "$texts/ghes-pcie.txt" --ascii --json
lines 2 '"class":"io"' "$out"
lines 2 "" "$out"

step "no record is lost for the blanks around it, none is made up"
# kernel N: a record of N's own registers, as Linux prints it since 5.8
kernel() {
	printf 'mce: [Hardware Error]: CPU %d: Machine Check: 0 Bank 7: 8c00004000010090\n' "$1"
	printf 'mce: [Hardware Error]: TSC %x ADDR %x000 MISC 86 PPIN 1234567890 \n' "$1" "$1"
	printf 'mce: [Hardware Error]: PROCESSOR 0:50654 TIME 1700000000 SOCKET 12 APIC a microcode 2006e05\n'
}
for between in 0 1 3; do
	n=1
	while [ $n -le 300 ]; do
		kernel $n
		for _ in $(seq $between); do
			echo
		done
		n=$((n + 1))
	done >"$dir/many"
	ascii 0 "$dir/many" --ascii
	lines 300 "Hardware event. This is not a software error." "$out"
	lines 300 "MCA: Memory controller read error, channel 0" "$out"
	lines 300 "PPIN 1234567890" "$out"
	lines 0 "PROCESSOR" "$out"
	# socket 12 is c in mcelog's lines, and is 12 when they are read again
	lines 300 "APICID a SOCKETID c" "$out"
	cp "$out" "$dir/once"
	ascii 0 "$dir/once" --ascii --json
	lines 300 '"socket":12,"apicid":"0xa"' "$out"
done

step "foreign lines pass through, or not at all with --json"
{
	echo "a line of somebody else's"
	cat "$texts/linux-6.1-intel.txt"
	printf '\377\001 bytes\nlast line without an end'
} >"$dir/mixed"
ascii 0 "$dir/mixed" --ascii
in_text "a line of somebody else's" "$out"
in_text "last line without an end" "$out"
records=$(grep -c '^Hardware event' "$out")
ascii 0 "$dir/mixed" --ascii --json
[ "$(grep -c '^{.*}$' "$out")" -eq "$records" ] || fail "not $records objects: $(cat "$out")"
lines "$records" "" "$out"

step "--file names the input, and what cannot be read is said"
ascii 0 /dev/null --ascii --file "$texts/linux-6.1-intel.txt"
in_text "Hardware event" "$out"
ascii 1 /dev/null --ascii --file "$dir/none"
in_text "$dir/none: No such file" "$log"
ascii 1 /dev/null --ascii --file "$dir"
in_text "$dir: " "$log"
ascii 0 /dev/null --ascii
[ ! -s "$out" ] || fail "something out of nothing: $(cat "$out")"
if [ -w /dev/full ]; then
	"$mcelog" --ascii <"$texts/linux-6.1-intel.txt" >/dev/full 2>"$log" && fail "full disk: exit status 0"
	in_text "standard output: " "$log"
fi

step "--cpu for text without a PROCESSOR line"
printf 'CPU 1: Machine Check: 0 Bank 5: 8c00004000010090\nTSC 1 ADDR 1000 MISC 86\n' >"$dir/bare"
ascii 0 "$dir/bare" --ascii
! grep -q CPUNAME "$out" || fail "a CPU from nowhere: $(cat "$out")"
ascii 0 "$dir/bare" --ascii --cpu skylake_server
in_text "CPUNAME Skylake-SP" "$out"
in_text "Memory controller read error" "$out"
for option in "--intel-cpu 6,85" --core2 --k8 --p4; do
	# shellcheck disable=SC2086
	ascii 0 "$dir/bare" --ascii $option
	in_text "CPUNAME " "$out"
done
ascii 0 "$dir/bare" --ascii --intel-cpu 6,85
in_text "CPUNAME Skylake-SP" "$out"
ascii 0 "$dir/bare" --ascii --intel-cpu 6,85 --cpu haswell
in_text "CPUNAME Haswell" "$out"
ascii 1 "$dir/bare" --ascii --cpu 80286
in_text "80286" "$log"

step "a line longer than any buffer, and an endless one"
{
	head -c 300000 /dev/zero | tr '\0' x
	echo
	cat "$texts/linux-6.1-intel.txt"
} >"$dir/long"
ascii 0 "$dir/long" --ascii --json
[ -s "$out" ] || fail "nothing after a long line"

step "--binary reads every record, and names what is none"
# five slots: three records, an invalid one, an empty one
ascii 1 /dev/null --binary "$tests/golden/replay/records.bin"
lines 3 "Hardware event" "$out"
in_text "records.bin: record 3: " "$log"
cat "$tests/golden/replay/records.bin" "$tests/golden/replay/records.bin" >"$dir/twice"
ascii 1 /dev/null --binary --json "$dir/twice"
lines 6 '"status":' "$out"
lines 2 "$dir/twice: record " "$log"
head -c 128 "$tests/golden/replay/records.bin" >"$dir/one"
ascii 0 /dev/null --binary "$dir/one"
lines 1 "Hardware event" "$out"
head -c 60 "$tests/golden/replay/records.bin" >"$dir/cut"
ascii 1 /dev/null --binary "$dir/cut"
in_text "$dir/cut: " "$log"
{
	cat "$dir/one" "$dir/one"
	echo tail
} >"$dir/tail"
ascii 1 /dev/null --binary "$dir/tail" "$dir/one"
in_text "$dir/tail: 5 bytes at its end are no whole record" "$log"
lines 3 "Hardware event" "$out"
cat "$tests/golden/cper/real/mce-6.1.cper" "$tests/golden/cper/real/mce-6.1.cper" >"$dir/cper"
ascii 0 /dev/null --binary "$dir/cper"
lines 2 "Hardware event" "$out"
printf 'CPE' >>"$dir/cper"
ascii 1 /dev/null --binary "$dir/cper"
ascii 1 /dev/null --binary "$dir/none"
in_text "$dir/none: No such file" "$log"

# cper SECTIONS LENGTH SEVERITY [OFFSET SIZE]: a CPER record, numbers as two bytes in octal
cper() {
	# shellcheck disable=SC2059
	printf "CPER\000\001\377\377\377\377$1$3\000\000\000\000\000\000$2\000\000"
	head -c 104 /dev/zero
	[ $# -eq 5 ] || return 0
	# shellcheck disable=SC2059
	printf "$4\000\000$5\000\000\000\003\000\000\000\000\000\000"
	printf '\024\021\274\245\144\157\336\116\270\143\076\203\355\174\203\261'
	head -c 16 /dev/zero
	# shellcheck disable=SC2059
	printf "$3\000\000"
	head -c 20 /dev/zero
}

step "--binary: a CPER record that cannot be read is no success"
cper '\000\000' '\200\000' '\002\000' >"$dir/empty"
ascii 1 /dev/null --binary "$dir/empty"
[ ! -s "$out" ] || fail "something out of nothing: $(cat "$out")"
in_text "$dir/empty: the record has no sections" "$log"
cper '\001\000' '\310\000' '\002\000' '\000\200' '\000\020' >"$dir/past"
ascii 1 /dev/null --binary "$dir/past"
[ ! -s "$out" ] || fail "something out of nothing: $(cat "$out")"
lines 1 "$dir/past: section 1 of 1: its 4096 bytes at 32768 go past the end of the record" "$log"
lines 1 "" "$log"
cat "$dir/past" "$tests/golden/cper/real/mce-6.1.cper" >"$dir/cper"
ascii 1 /dev/null --binary "$dir/cper" --json
lines 1 '"status":' "$out"
lines 1 "$dir/cper: section 1 of 1: " "$log"
# its section is shorter than a memory error's
{
	cper '\001\000' '\320\000' '\002\000' '\310\000' '\010\000'
	head -c 8 /dev/zero
} >"$dir/short"
ascii 1 /dev/null --binary "$dir/short"
lines 1 "Hardware event" "$out"
in_text "$dir/short: section 1 of 1: 8 bytes are too few for a memory error" "$log"
in_text "; the rest is printed" "$log"
for severity in '\003\000' '\002\000'; do
	{
		cper '\001\000' '\030\001' "$severity" '\310\000' '\120\000'
		head -c 80 /dev/zero
	} >"$dir/whole"
	ascii 0 /dev/null --binary "$dir/whole"
	[ ! -s "$log" ] || fail "a whole record: $(cat "$log")"
	cat "$out"
done >"$dir/both"
lines 1 "$dir/whole: only information, no error" "$dir/both"
lines 1 "Hardware event" "$dir/both"

step "--decode: registers by hand, all vendors"
ascii 0 /dev/null --decode status=0x8c00004000010090 addr=0x1000 misc=0x86 cpuid=0x50654 vendor=Intel bank=7
in_text "CPUNAME Skylake-SP" "$out"
in_text "ADDR 1000" "$out"
ascii 0 /dev/null --decode status=0xdc2040000000011b cpuid=0x800f12 vendor=AMD bank=17 ipid=0x9600050f00 --json
in_text '"vendor":"AMD"' "$out"
for vendor in Hygon Zhaoxin Centaur; do
	ascii 0 /dev/null --decode status=0xb200000000000005 vendor=$vendor
	in_text "STATUS b200000000000005" "$out"
done
ascii 0 /dev/null --decode status=0xb200000000000005 vendor=AMD --cpu skylake_server
in_text "CPUID Vendor AMD" "$out"
for words in "" addr=0x1 status status= status=x status=-1 status=0x1ffffffffffffffff \
	"status=0x1 bank=256" "status=0x1 vendor=Acme" "status=0x1 colour=1" status=8000000000000005 \
	"status=0x1 STATUS=0x2" "status=0x1 --raw --json"; do
	# shellcheck disable=SC2086
	ascii 1 /dev/null --decode $words
	[ "$(wc -l <"$log")" -eq 1 ] || fail "$words: not one line: $(cat "$log")"
	[ ! -s "$out" ] || fail "$words: decoded all the same: $(cat "$out")"
done

finish
