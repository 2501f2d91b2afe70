# shellcheck shell=bash
# kdump in the lab: a capture kernel that runs mce-slimdump and powers off. To be sourced after
# lab.sh. What it leaves is in the boot's out: vmcore, crash-dmesg, said, slimdump-status.

# kexec and its libraries, unpacked and not installed, in the guest's /opt/kexec.
need_kexec() {
	KEXEC_DIR=$LAB_CACHE/kexec-tools
	[ -e "$KEXEC_DIR/ready" ] || fetch_kexec
	lab_layer
	mkdir -p "$LAB_LAYER/opt"
	cp -a "$KEXEC_DIR" "$LAB_LAYER/opt/kexec"
}

fetch_kexec() {
	local packages

	command -v apt-get dpkg >/dev/null || lab_skip "no apt-get to download kexec-tools with"
	packages=$(apt-cache depends -i --recurse kexec-tools 2>/dev/null | grep '^libxen' || :)
	rm -rf "$KEXEC_DIR.new"
	mkdir -p "$KEXEC_DIR.new"
	# shellcheck disable=SC2086 # names
	(cd "$KEXEC_DIR.new" && apt-get -qq download kexec-tools $packages) >&2 ||
		lab_skip "apt-get download kexec-tools failed"
	for package in "$KEXEC_DIR.new"/*.deb; do
		dpkg -x "$package" "$KEXEC_DIR.new"
	done
	rm "$KEXEC_DIR.new"/*.deb
	touch "$KEXEC_DIR.new/ready"
	mv "$KEXEC_DIR.new" "$KEXEC_DIR"
}

# What the capture kernel's initramfs runs instead of what it ran before: the program, in the
# root of this system, on the real /proc/vmcore; and what kdump saves beside a dump.
guest_capture_init() {
	cat <<-END
		mkdir -p /host
		mount -t 9p -o trans=virtio,version=9p2000.L,ro root /host
		mount --bind /proc /host/proc
		mount --bind /dev /host/dev
		mount --bind /lab /host/mnt
		mount -t 9p -o trans=virtio,version=9p2000.L,ro stage /host/srv
		dmesg >/lab/out/capture-dmesg
		LD_LIBRARY_PATH=/srv/opt/kexec/usr/lib/x86_64-linux-gnu \\
			chroot /host /srv/opt/kexec/sbin/vmcore-dmesg /proc/vmcore \\
			>/lab/out/crash-dmesg
		chroot /host /srv/usr/sbin/mce-slimdump /proc/vmcore /mnt/out/vmcore \\
			>/lab/out/said 2>&1
		echo \$? >/lab/out/slimdump-status
		sync
		poweroff -f
	END
}

guest_load() { # IMAGE INITRD
	mkdir -p $OUT
	guest_capture_init >/lab/init
	LD_LIBRARY_PATH=/opt/kexec/usr/lib/x86_64-linux-gnu /opt/kexec/sbin/kexec -p "$1" \
		--initrd="$2" --append="console=ttyS0 irqpoll nr_cpus=1 reset_devices panic=-1 \
no_timer_check tsc=reliable quiet"
}
