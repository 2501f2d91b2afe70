# shellcheck shell=bash
# The VM lab: boot a real kernel in QEMU, with the host's own userland as the guest's root and the
# installed mcelog ("stage") laid over it, run bash functions in there under systemd, and get
# their output, test results and exit status back. To be sourced.
#
#   guest_hello() { check "trace works" test -d /sys/kernel/tracing; }
#   lab_init NAME                          a work directory for one scenario
#   lab_need debian                        or "lab"; skips (exit 77) where it cannot be had
#   lab_boot --cpu amd --smp 2 guest_hello ARG...
#
# lab_boot OPTIONS FUNCTION [ARG...]
#   --kernel debian|lab   the newest stock kernel (default), or the small one with /dev/mcelog
#   --cpu intel|nehalem|haswell|amd       default intel
#   --smp N --mem MIB     default 2, 1024; N as QEMU takes it ("4,sockets=2,cores=2")
#   --erst FILE           ERST store (lab_new_erst); survives from boot to boot
#   --disk FILE           ext4 image (lab_new_disk) holding /var/lib/mcelog,
#                         /var/lib/systemd/pstore and /var/log/journal from boot to boot
#   --late                /var/lib/mcelog is in fstab and not mounted; the test does that
#   --pstore on|off       let systemd-pstore.service run; default off
#   --units "UNIT..."     start these units at boot as well
#   --append STRING       more kernel command line
#   --serial TEXT         serial number of the memory module; default 1234
#   --timeout S           default 180
#   --panic               the kernel is expected to panic
#   --warm                let the machine reset after a panic, as real ones do: memory and MCA
#                         banks survive, and the same function runs again in the second boot
#
# All shell functions whose names begin with guest_ are carried into the guest, guest-lib.sh is
# sourced there before. Returns 0 if the guest's function did what it should: exit status 0 and no
# failed check outside of a test, or a panic where one is expected.
#
# KVM is never used: nested /dev/kvm is known to exist and hang. All CPUs of a guest take turns in
# one thread: with a thread each, QEMU before 8.1 may translate code while another CPU changes it
# and keep what it read. Linux changes its code whenever a trace event is enabled, and a CPU that
# finds the breakpoint of that over and over again hangs the guest, once in some 50 runs.

LAB_SRC=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_CACHE=${MCELOG_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mcelog-ng-vm}
LAB_KERNELS=${MCELOG_VM_KERNELS:-$LAB_SRC/../../../shared/kernels}
LAB_PACKAGE=${MCELOG_VM_PACKAGE:-linux-image-amd64} # e.g. linux-image-6.12-amd64
LAB_QEMU=${MCELOG_VM_QEMU:-qemu-system-x86_64}

# To be counted up when lab_make_initrd changes: what it made is kept.
LAB_INITRD_VERSION=1

# shellcheck source=results.sh
. "$LAB_SRC/results.sh"

# Slow, talking to a network that is not there, or touching hardware that is not there.
LAB_MASK="systemd-udevd.service systemd-udevd-kernel.socket systemd-udevd-control.socket
	systemd-udev-trigger.service systemd-udev-settle.service systemd-hwdb-update.service
	systemd-timesyncd.service systemd-networkd.service systemd-networkd.socket
	systemd-resolved.service systemd-firstboot.service systemd-machine-id-commit.service
	systemd-journal-catalog-update.service systemd-update-done.service systemd-update-utmp.service
	systemd-sysusers.service systemd-random-seed.service systemd-binfmt.service
	systemd-remount-fs.service systemd-boot-system-token.service ldconfig.service
	modprobe@.service modprobe@drm.service modprobe@efi_pstore.service modprobe@fuse.service
	modprobe@loop.service modprobe@dm_mod.service
	apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer
	e2scrub_reap.service fstrim.timer man-db.timer logrotate.timer
	systemd-tmpfiles-clean.timer phpsessionclean.timer anacron.timer
	getty.target systemd-logind.service systemd-user-sessions.service
	proc-sys-fs-binfmt_misc.automount dev-hugepages.mount dev-mqueue.mount
	keyboard-setup.service console-setup.service networking.service lvm2-monitor.service
	systemd-sysctl.service kmod-static-nodes.service systemd-modules-load.service
	systemd-ask-password-console.path systemd-ask-password-wall.path systemd-initctl.socket
	cryptsetup.target integritysetup.target veritysetup.target swap.target remote-fs.target
	mdmonitor.service systemd-pcrphase-sysinit.service apparmor.service"

lab_log() {
	echo "lab: $*" >&2
}

# The reason goes to the file that `run` shows; 77 is automake's exit status for a skipped test.
lab_skip() { # REASON
	echo "$*" >"${LAB_DIR:-/nonexistent}/skipped" 2>/dev/null || :
	lab_log "skipped: $*"
	exit 77
}

lab_init() { # NAME
	LAB_NAME=$1
	LAB_DIR=${LAB_DIR:-$(mktemp -d "${TMPDIR:-/tmp}/mcelog-vm.XXXXXX")}
	LAB_RESULTS=$LAB_DIR/results
	mkdir -p "$LAB_DIR"
	: >>"$LAB_RESULTS"
	LAB_PID=
	trap lab_abort INT TERM
}

# No machine is left behind: timeout(1) passes the signal on to QEMU.
lab_abort() {
	[ -z "$LAB_PID" ] || kill "$LAB_PID" 2>/dev/null || :
	exit 143
}

# --- kernels -----------------------------------------------------------------------------------

lab_missing_tools() {
	local tool missing=

	for tool in "$LAB_QEMU" busybox cpio flock gzip mkfs.ext4 modprobe depmod dpkg jq sqlite3; do
		PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null || missing+=" $tool"
	done
	[ -x /lib/systemd/systemd ] || missing+=" /lib/systemd/systemd"
	if [ -n "$missing" ]; then
		echo "not installed:$missing"
		return 1
	fi
}

# One scenario at a time fetches a kernel and makes an initrd, the others find it.
lab_need() { # debian|lab
	local reason lock

	reason=$(lab_missing_tools) || lab_skip "$reason"
	mkdir -p "$LAB_CACHE"
	exec {lock}>"$LAB_CACHE/lock"
	flock "$lock"
	case $1 in
	debian) lab_debian_kernel || lab_skip "$LAB_WHY" ;;
	lab) lab_small_kernel || lab_skip "$LAB_WHY" ;;
	esac
	exec {lock}>&-
}

# Sets LAB_WHY where there is none.
lab_small_kernel() {
	local image

	for image in "$LAB_KERNELS"/bzImage-*-lab; do
		[ -r "$image" ] || continue
		LAB_IMAGE_lab=$image
		LAB_INITRD_lab=$LAB_CACHE/initrd-lab-$LAB_INITRD_VERSION.gz
		[ -e "$LAB_INITRD_lab" ] || lab_make_initrd "$LAB_INITRD_lab" ""
		return 0
	done
	LAB_WHY="no lab kernel (bzImage-*-lab) in $LAB_KERNELS"
	return 1
}

# The image that the meta-package stands for today, or the newest one in the cache when the
# archive cannot be reached. Nothing is installed. Sets LAB_WHY where there is none.
lab_debian_kernel() {
	local package dir

	package=$(lab_newest_package)
	dir=$LAB_CACHE/${package:-none}
	if [ ! -e "$dir/ready" ]; then
		if [ -z "$package" ] || ! lab_fetch_kernel "$package" "$dir"; then
			dir=$(lab_newest_cached) || {
				LAB_WHY="no Debian kernel: apt-get download ${package:-$LAB_PACKAGE} failed and $LAB_CACHE has none"
				return 1
			}
		fi
	fi
	LAB_IMAGE_debian=$(echo "$dir"/boot/vmlinuz-*)
	LAB_INITRD_debian=$dir/initrd-$LAB_INITRD_VERSION.gz
	LAB_MODULES=$dir/lib/modules
	[ -e "$LAB_INITRD_debian" ] || lab_make_initrd "$LAB_INITRD_debian" "$dir"
}

lab_newest_package() {
	apt-cache depends "$LAB_PACKAGE" 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-image-[0-9].*-amd64\)$/\1/p' | tail -n 1
}

lab_newest_cached() {
	local ready

	ready=$(printf '%s\n' "$LAB_CACHE"/linux-image-*/ready | sort -V | tail -n 1)
	[ -e "$ready" ] && dirname "$ready"
}

lab_fetch_kernel() { # PACKAGE DIRECTORY
	local new=$2.new version

	rm -rf "$new"
	mkdir -p "$new"
	lab_log "downloading $1"
	(cd "$new" && apt-get -qq download "$1") >&2 || return 1
	dpkg -x "$new"/*.deb "$new" || return 1
	rm -f "$new"/*.deb
	for version in "$new"/lib/modules/*; do
		PATH=$PATH:/usr/sbin:/sbin depmod -b "$new" "${version##*/}" || return 1
	done
	touch "$new/ready"
	rm -rf "$2"
	mv "$new" "$2"
}

# What it takes to mount the root, in an order in which insmod works.
lab_root_modules() { # DIRECTORY
	local version=("$1"/lib/modules/*) name

	for name in virtio_pci virtio_blk 9pnet_virtio 9p overlay crc32c_generic ext4; do
		PATH=$PATH:/usr/sbin:/sbin modprobe -d "$1" -S "${version[0]##*/}" --show-depends "$name"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# busybox's insmod does not know every compression that kernels' modules come in.
lab_plain_module() { # FROM TO
	case $1 in
	*.xz) xz -dc "$1" >"$2" ;;
	*.zst) zstd -qdc "$1" >"$2" ;;
	*) cp "$1" "$2" ;;
	esac
}

lab_make_initrd() { # OUTPUT KERNEL-DIRECTORY ("" where everything is built in)
	local root module n=100

	root=$(mktemp -d)
	mkdir -p "$root"/{bin,proc,sys,dev,lab,modules}
	cp "$(command -v busybox)" "$root/bin/busybox"
	if [ -z "$2" ]; then
		touch "$root/modules.none"
	else
		for module in $(lab_root_modules "$2"); do
			lab_plain_module "$module" "$root/modules/$((n += 1)).ko"
		done
	fi
	cat >"$root/init" <<-'END'
		#!/bin/busybox sh
		/bin/busybox --install -s /bin
		export PATH=/bin
		mount -t proc proc /proc
		mount -t sysfs sysfs /sys
		mount -t devtmpfs dev /dev
		for module in /modules/*.ko; do [ ! -e "$module" ] || insmod "$module"; done
		mount -t 9p -o trans=virtio,version=9p2000.L,msize=131072 lab /lab
		. /lab/init
	END
	chmod +x "$root/init"
	(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) >"$1.new"
	mv "$1.new" "$1"
	rm -rf "$root"
}

# --- storage -----------------------------------------------------------------------------------

lab_new_erst() { # FILE [SIZE]
	rm -f "$1"
	truncate -s "${2:-256K}" "$1"
}

lab_new_disk() { # FILE
	rm -f "$1"
	truncate -s 512M "$1"
	PATH=$PATH:/usr/sbin:/sbin mkfs.ext4 -q -E lazy_itable_init=1,nodiscard -O ^metadata_csum "$1"
}

# --- boot --------------------------------------------------------------------------------------

lab_cpu() { # intel|nehalem|haswell|amd
	case $1 in
	intel) echo max,vendor=GenuineIntel,family=6,model=106,stepping=6 ;;
	# Its memory errors name the DIMM without a number of the controller.
	nehalem) echo max,vendor=GenuineIntel,family=6,model=26,stepping=5 ;;
	haswell) echo max,vendor=GenuineIntel,family=6,model=63,stepping=2 ;;
	amd) echo max,vendor=AuthenticAMD,family=25,model=1,stepping=1 ;;
	esac
}

# What the guest finds in /lab.
lab_fill_share() { # SHARE DISK LATE PSTORE UNITS FUNCTION ARG...
	local share=$1 disk=$2 late=$3 pstore=$4 units=$5 mask=$LAB_MASK
	shift 5

	rm -rf "$share"
	mkdir -p "$share"
	[ "$pstore" = on ] || mask+=" systemd-pstore.service"
	{
		printf 'LAB_DISK=%q\nLAB_LATE=%q\n' "$disk" "$late"
		printf 'LAB_UNITS="%s"\n' "$units"
		printf 'LAB_MASK="%s"\n' "$(tr -s '\n\t' ' ' <<<"$mask")"
	} >"$share/env"
	cp "$LAB_SRC/guest-init.sh" "$share/init"
	cp "$LAB_SRC/guest-lib.sh" "$LAB_SRC/results.sh" "$share/"
	lab_guest_main "$@" >"$share/main"
}

lab_guest_main() { # FUNCTION ARG...
	local name

	echo '. /lab/guest-lib.sh'
	for name in $(compgen -A function guest_); do
		declare -f "$name"
	done
	echo "guest_run $(printf '%q ' "$@")"
}

# The stage as an overlay layer: on a merged-/usr system a directory called lib would hide the
# symbolic link lib -> usr/lib of the layer below.
lab_layer() {
	local dir

	LAB_LAYER=$LAB_DIR/layer
	[ ! -d "$LAB_LAYER" ] || return 0
	mkdir -p "$LAB_LAYER"
	[ -z "${LAB_STAGE-}" ] || cp -a "$LAB_STAGE/." "$LAB_LAYER/"
	for dir in lib bin sbin lib64; do
		if [ -d "$LAB_LAYER/$dir" ] && [ -L "/$dir" ]; then
			mkdir -p "$LAB_LAYER/usr/$dir"
			cp -a "$LAB_LAYER/$dir/." "$LAB_LAYER/usr/$dir/"
			rm -rf "${LAB_LAYER:?}/$dir"
		fi
	done
}

lab_share_args() { # TAG PATH ro|rw
	local fsdev="local,id=$1,path=$2,security_model=none,multidevs=remap"

	[ "$3" = rw ] || fsdev+=,readonly=on
	printf '%s\n' -fsdev "$fsdev" -device "virtio-9p-pci,fsdev=$1,mount_tag=$1"
}

# The kernel measures the frequency of the TSC against other clocks, and on a busy host it finds one
# that is far off: its clock would run at another speed than the one that it starts with after a
# reset. Nothing where the host does not know it.
lab_clock() {
	grep -qw hypervisor /proc/cpuinfo &&
		sed -n 's/^cpu MHz[^:]*: \([0-9]*\)\.\([0-9]*\)$/tsc_early_khz=\1\2/p;T;q' /proc/cpuinfo
}

lab_boot() {
	local kernel=debian cpu=intel smp=2 mem=1024 erst='' disk='' append='' pstore=off
	local units='' timeout=180 panic=no warm=no status=0 args=() image initrd share
	local serial=1234 late=no

	while [ $# -gt 0 ]; do
		case $1 in
		--kernel) kernel=$2 && shift 2 ;;
		--cpu) cpu=$2 && shift 2 ;;
		--smp) smp=$2 && shift 2 ;;
		--mem) mem=$2 && shift 2 ;;
		--erst) erst=$2 && shift 2 ;;
		--disk) disk=$2 && shift 2 ;;
		--append) append=$2 && shift 2 ;;
		--late) late=yes && shift ;;
		--pstore) pstore=$2 && shift 2 ;;
		--units) units=$2 && shift 2 ;;
		--timeout) timeout=$2 && shift 2 ;;
		--serial) serial=$2 && shift 2 ;;
		--panic) panic=yes && shift ;;
		--warm) warm=yes && shift ;;
		*) break ;;
		esac
	done
	LAB_BOOTS=$((${LAB_BOOTS:-0} + 1))
	share=$LAB_DIR/boot$LAB_BOOTS
	lab_layer
	lab_fill_share "$share" "$([ -z "$disk" ] || echo yes)" "$late" "$pstore" "$units" "$@"

	image=LAB_IMAGE_$kernel initrd=LAB_INITRD_$kernel
	mapfile -t args < <(
		lab_share_args root / ro
		lab_share_args lab "$share" rw
		lab_share_args stage "$LAB_LAYER" ro
		[ "$kernel" != debian ] || lab_share_args mods "$LAB_MODULES" ro
		# What the guest has written is in the host's page cache when QEMU ends, so there is
		# nothing that a flush to the host's disk would make safer here.
		[ -z "$disk" ] || printf '%s\n' -drive "if=none,id=disk,file=$disk,format=raw,cache=unsafe" \
			-device virtio-blk-pci,drive=disk
		[ -z "$erst" ] || printf '%s\n' -device acpi-erst,memdev=nv -object \
			"memory-backend-file,id=nv,mem-path=$erst,size=$(stat -c %s "$erst"),share=on"
	)
	[ "$warm" = yes ] || args+=(-no-reboot)
	timeout -k 5 $((timeout * ${MCELOG_VM_SLOW:-1})) "$LAB_QEMU" \
		-nodefaults -no-user-config -machine q35 -accel tcg,thread=single -cpu "$(lab_cpu "$cpu")" \
		-smp "$smp" -m "$mem" -nic none -display none -serial stdio \
		-smbios "type=17,loc_pfx=NODE 0 CHANNEL 0 DIMM,bank=BANK0,manufacturer=LAB,serial=$serial,part=VM" \
		-smbios type=4,manufacturer="$([ "$cpu" = amd ] && echo AMD || echo Intel)" \
		-kernel "${!image}" -initrd "${!initrd}" "${args[@]}" \
		-append "console=ttyS0 panic=$([ $warm = yes ] && echo 1 || echo -1) loglevel=5 audit=0 selinux=0 apparmor=0 mitigations=off no_timer_check \
tsc=reliable $(lab_clock) random.trust_cpu=on net.ifnames=0 systemd.show_status=0 $append" \
		</dev/null >"$share/console" 2>&1 &
	LAB_PID=$!
	wait $LAB_PID || status=$?
	LAB_PID=
	[ ! -e "$share/results" ] || cat "$share/results" >>"$LAB_RESULTS"
	lab_verdict "$share" "$panic" "$status"
}

lab_verdict() { # SHARE PANIC QEMU-STATUS
	LAB_LAST=$1
	if [ -e "$1/status" ] && [ "$2" = no ]; then
		[ "$(cat "$1/status")" = 0 ] && return 0
		LAB_WHY="the guest's checks failed"
	elif [ -e "$1/status" ]; then
		LAB_WHY="the kernel did not panic"
	elif lab_panicked; then
		[ "$2" = yes ] && return 0
		LAB_WHY="the kernel panicked"
	elif [ "$3" = 124 ] || [ "$3" = 137 ]; then
		LAB_WHY="the guest did not finish in time"
	else
		LAB_WHY="QEMU ended with status $3"
	fi
	lab_log "boot $LAB_BOOTS of $LAB_NAME: $LAB_WHY"
	# Inside of a test the caller makes a check of it; elsewhere it must not go unnoticed.
	[ -n "$T_NAME" ] || t_record FAIL "$LAB_NAME boot $LAB_BOOTS" 0 "$LAB_WHY"
	return 1
}

lab_panicked() {
	grep -aq 'Kernel panic - not syncing' "$LAB_LAST/console"
}
