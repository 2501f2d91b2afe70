#!/bin/bash
# A Haswell server: the unit turns the memory error log on through /dev/cpu/*/msr, from within its
# device list. QEMU takes a write to a register that it does not know and forgets it, so that what
# the mode says is all there is to see. One boot.
set -euo pipefail
# shellcheck source=../lab.sh
. "$(dirname "$0")/../lab.sh"

guest_main() {
	mcelog_installed || fail "mcelog is not installed"
	guest_without_module
	guest_with_module
	guest_not_wanted
}

# The last thing that the mode said in the service's journal.
guest_said() {
	journalctl --sync
	journalctl -u mcelog.service -o cat --no-pager | grep -F "memory error log: " | tail -n 1
}

guest_without_module() {
	t_begin "without the msr module the service starts all the same"
	rmmod msr 2>/dev/null || :
	check "start" mcelog_start
	check_eq "state" "$(mcelog_property ActiveState)" active
	check_eq "said" "$(guest_said)" \
		"memory error log: not turned on: there is no /dev/cpu/*/msr: modprobe msr"
	mcelog_stop
	t_end
}

guest_with_module() {
	t_begin "with it the log is turned on"
	check "module" modprobe msr
	check "start" mcelog_start
	check_eq "said" "$(guest_said)" \
		"memory error log: turned on for 2 CPUs, 0 had it on"
	check_eq "state" "$(mcelog_property ActiveState)" active
	mcelog_stop
	t_end
}

guest_not_wanted() {
	t_begin "no-imc-log leaves it"
	mkdir -p /etc/mcelog
	echo "no-imc-log = yes" >/etc/mcelog/mcelog.conf
	check "start" mcelog_start
	check_eq "said" "$(guest_said)" "memory error log: left as it is, by no-imc-log"
	mcelog_stop
	t_end
}

lab_init imc-log
lab_need debian
lab_new_disk "$LAB_DIR/disk"
lab_boot --cpu haswell --smp 2 --disk "$LAB_DIR/disk" guest_main || :
