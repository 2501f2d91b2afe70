#!/bin/bash
# A trace instance that the kernel command line made records before any daemon runs.
set -euo pipefail
# The stock kernel of Debian 12 is too old for it; its newer one has other trace fields, too.
: "${MCELOG_VM_PACKAGE:=linux-image-6.12-amd64}"
# shellcheck source=../lab.sh
. "$(dirname "$0")/../lab.sh"

NAME="events before the daemon, from trace_instance= on the kernel command line"

guest_main() {
	mcelog_installed || fail "mcelog is not installed"
	inject_setup || fail "no mce-inject"
	witness_start
	t_begin "$1"
	check "instance" test -d $TRACING/instances/mcelog
	inject_mixed 10 >/dev/null
	check "start" mcelog_start
	inject_mixed 10 20 >/dev/null
	check_everywhere "boot-time instance"
	t_end
}

lab_init boot-instance
lab_need debian
release=${LAB_IMAGE_debian##*/vmlinuz-}
if [ "$(printf '%s\n' 6.3 "$release" | sort -V | head -n 1)" != 6.3 ]; then
	t_skip "$NAME" "Linux $release has no trace_instance="
	exit 0
fi
lab_boot --append "trace_instance=mcelog,mce:mce_record" guest_main "$NAME" || :
