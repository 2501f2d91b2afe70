# Second half of the initramfs' /init, run by busybox sh out of the "lab" share: build the guest's
# root and hand over to systemd. Everything that differs from boot to boot is in /lab/env
# (LAB_DISK, LAB_LATE, LAB_UNITS), so that the initramfs depends on the kernel only.
. /lab/env

share="trans=virtio,version=9p2000.L,msize=524288"

# The host's / below, the installed mcelog above it, what the guest writes on top, in memory.
mkdir -p /host /stage /rw /new
mount -t 9p -o "$share,cache=loose,ro" root /host
mount -t 9p -o "$share,cache=loose,ro" stage /stage
mount -t tmpfs -o mode=755 tmpfs /rw
mkdir /rw/upper /rw/work
mount -t overlay -o lowerdir=/stage:/host,upperdir=/rw/upper,workdir=/rw/work overlay /new ||
	echo "lab: cannot mount the root overlay"

cd /new || exit 1
mkdir -p proc sys dev run tmp var/tmp var/log lab persist
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs run
for d in tmp var/tmp; do mount -t tmpfs -o mode=1777 tmpfs $d; done
# tmpfiles would walk the host's logs over 9p
mount -t tmpfs -o mode=755 tmpfs var/log

if [ ! -e /modules.none ]; then
	mkdir -p usr/lib/modules
	mount -t 9p -o "$share,cache=loose,ro" mods usr/lib/modules
fi

# What has to survive a reboot
mkdir -p var/lib/mcelog var/lib/systemd/pstore var/log/journal
if [ "$LAB_DISK" = yes ]; then
	mount -t ext4 /dev/vda persist || echo "lab: cannot mount the disk"
	mkdir -p persist/mcelog persist/pstore persist/journal
else
	mount -t tmpfs tmpfs persist
	mkdir persist/mcelog persist/pstore persist/journal
fi
[ "$LAB_LATE" = yes ] || mount --bind persist/mcelog var/lib/mcelog
mount --bind persist/pstore var/lib/systemd/pstore
mount --bind persist/journal var/log/journal

# Where the host is a container, the guest is not: systemd would ignore the kernel command line.
rm -f .dockerenv

echo 5bd1c0de5bd1c0de5bd1c0de5bd1c0de >etc/machine-id
echo mcelog-guest >etc/hostname
# No generator reads it: who mounts it is the test.
if [ "$LAB_LATE" = yes ]; then
	echo "/persist/mcelog /var/lib/mcelog none bind 0 0" >etc/fstab
else
	: >etc/fstab
fi

# QEMU reads the host's files with the rights of the user who runs it: these it may not read, and
# no group could be added without them.
for file in etc/shadow etc/gshadow; do
	[ -r "$file" ] && cat "$file" >/dev/null 2>&1 && continue
	rm -f "$file"
	: >"$file"
	chmod 600 "$file"
done

mkdir -p etc/systemd/journald.conf.d
cat >etc/systemd/journald.conf.d/lab.conf <<END
[Journal]
Storage=persistent
RateLimitIntervalSec=0
Audit=no
END

for unit in $LAB_MASK; do
	ln -sf /dev/null "etc/systemd/system/$unit"
done

# Units that start at boot find their group, as after the installation of a package.
if [ -n "$LAB_UNITS" ]; then
	rm etc/systemd/system/systemd-sysusers.service
	mkdir -p etc/systemd/system/systemd-sysusers.service.d
	printf '[Unit]\nConditionNeedsUpdate=\n' >etc/systemd/system/systemd-sysusers.service.d/lab.conf
fi

# Nothing that a generator makes up (fstab, cryptsetup, SysV scripts...) is wanted, and running
# them costs seconds.
mkdir -p etc/systemd/system-generators
for generator in lib/systemd/system-generators/*; do
	ln -sf /dev/null "etc/systemd/system-generators/${generator##*/}"
done

cat >etc/systemd/system/lab.target <<END
[Unit]
AllowIsolate=yes
Requires=basic.target
After=basic.target
Wants=lab.service $LAB_UNITS
END
# Not ordered against the units under test: the script itself starts and waits for them.
cat >etc/systemd/system/lab.service <<END
[Unit]
After=basic.target
[Service]
Type=oneshot
ExecStart=/bin/bash /lab/main
TimeoutStartSec=infinity
END

for d in proc sys dev lab; do mount --move /$d /new/$d; done
exec switch_root /new /lib/systemd/systemd --unit=lab.target
