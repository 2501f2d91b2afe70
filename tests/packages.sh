# shellcheck shell=bash disable=SC2034 # used by who sources this
# SPDX-License-Identifier: GPL-2.0-only
# Which packages the build and the tests need, and installing what is missing; for ./demo and
# ./check. Debian, Ubuntu (apt) and Fedora (dnf), as root or with sudo.

case $(command -v apt-get dnf | head -n 1) in
*/apt-get)
	PACKAGER=apt
	BUILD_PACKAGES="gcc make autoconf automake pkg-config libtraceevent-dev libtracefs-dev
		libsqlite3-dev libsystemd-dev zlib1g-dev"
	TEST_PACKAGES="libcmocka-dev clang clang-format jq sqlite3 xz-utils binutils"
	VM_PACKAGES="qemu-system-x86 busybox-static systemd-sysv kmod cpio e2fsprogs rasdaemon"
	# Not every release has these, and the tests run without.
	EXTRA_PACKAGES="libclang-rt-dev man-db"
	M32_PACKAGES="gcc-multilib"
	M32_LIBRARIES="libc6-dev libtraceevent-dev libtracefs-dev libsqlite3-dev libsystemd-dev
		libcmocka-dev zlib1g-dev"
	;;
*/dnf)
	PACKAGER=dnf
	BUILD_PACKAGES="gcc make autoconf automake pkgconf-pkg-config libtraceevent-devel
		libtracefs-devel sqlite-devel systemd-devel zlib-devel"
	TEST_PACKAGES="libcmocka-devel clang clang-tools-extra jq sqlite xz binutils diffutils
		libasan libubsan"
	VM_PACKAGES="qemu-system-x86-core busybox systemd kmod cpio e2fsprogs rasdaemon dpkg"
	EXTRA_PACKAGES="compiler-rt man-db"
	M32_PACKAGES="glibc-devel.i686 libgcc.i686 libtraceevent-devel.i686 libtracefs-devel.i686
		sqlite-devel.i686 systemd-devel.i686 libcmocka-devel.i686 zlib-devel.i686"
	;;
*)
	PACKAGER=none
	BUILD_PACKAGES='' TEST_PACKAGES='' VM_PACKAGES='' EXTRA_PACKAGES='' M32_PACKAGES=''
	;;
esac

SUDO=
[ "$(id -u)" -eq 0 ] || SUDO=sudo

say() {
	printf '%s\n' "$*"
}

packages_installed() { # PACKAGE
	case $PACKAGER in
	apt) dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed ;;
	dnf) rpm -q --quiet --whatprovides "$1" ;;
	esac
}

packages_missing() { # PACKAGE...
	local package

	for package in "$@"; do
		packages_installed "$package" || printf '%s ' "$package"
	done
}

# Installs what is missing of the packages and says so; nothing is said or done if nothing is.
# Errors: 1, with a line that says what to run by hand.
packages_install() { # WHAT-FOR PACKAGE...
	local what=$1 missing
	shift

	[ "$PACKAGER" != none ] || return 0
	missing=$(packages_missing "$@")
	[ -n "$missing" ] || return 0
	say "Installing ($what): $missing"
	if [ -n "$SUDO" ] && ! command -v sudo >/dev/null; then
		say "Not root, and no sudo here. Install by hand: $missing"
		return 1
	fi
	# shellcheck disable=SC2086 # a list
	packages_run $missing && return 0
	say "Could not install: $missing"
	return 1
}

packages_run() { # PACKAGE...
	case $PACKAGER in
	apt)
		packages_update
		$SUDO env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
			--no-install-recommends -o DPkg::Lock::Timeout=300 "$@" </dev/null
		;;
	dnf) $SUDO dnf install -q -y --setopt=install_weak_deps=False "$@" </dev/null ;;
	esac
}

# The package lists, once in a run. Where that fails the lists that are there may do.
packages_update() {
	[ -z "${PACKAGES_UPDATED-}" ] || return 0
	$SUDO apt-get update -qq -o DPkg::Lock::Timeout=300 >/dev/null 2>&1 ||
		say "(apt-get update failed: going on with the package lists that are here)"
	PACKAGES_UPDATED=yes
}

# Whatever of these can be had; no complaint about the rest.
packages_try() { # WHAT-FOR PACKAGE...
	local what=$1 package
	shift

	[ "$PACKAGER" != none ] || return 0
	for package in $(packages_missing "$@"); do
		case $PACKAGER in
		apt) apt-cache show "$package" >/dev/null 2>&1 || continue ;;
		esac
		packages_install "$what" "$package" >/dev/null 2>&1 || :
	done
}

# --- 32 bits ------------------------------------------------------------------------------------

# Makes a 32-bit build possible, on x86-64 only. Sets M32_ARGUMENTS for configure and
# M32_ENVIRONMENT for pkg-config, or returns 1 with the reason in M32_WHY.
#
# With apt the 32-bit libraries are unpacked below DIRECTORY and not installed: the machine's
# dpkg does not learn a second architecture, and versions need not agree with what is installed.
m32_prepare() { # DIRECTORY
	local root=$1/root

	[ "$(uname -m)" = x86_64 ] || { M32_WHY="not an x86-64 machine"; return 1; }
	case $PACKAGER in
	apt)
		m32_compiler || return 1
		[ -e "$root/ready" ] || m32_unpack "$1" >"$1/packages.log" 2>&1 || {
			M32_WHY="the i386 libraries cannot be had: $(m32_first_error "$1/packages.log")"
			return 1
		}
		M32_ENVIRONMENT=("PKG_CONFIG_SYSROOT_DIR=$root"
			"PKG_CONFIG_LIBDIR=$root/usr/lib/i386-linux-gnu/pkgconfig:$root/usr/share/pkgconfig")
		M32_ARGUMENTS=("CC=gcc -m32 --sysroot=$root" "LDFLAGS=$(m32_ldflags "$root")")
		;;
	dnf)
		m32_compiler || return 1
		M32_ENVIRONMENT=(PKG_CONFIG_LIBDIR=/usr/lib/pkgconfig:/usr/share/pkgconfig)
		M32_ARGUMENTS=("CC=gcc -m32")
		;;
	*)
		M32_WHY="no apt or dnf here"
		return 1
		;;
	esac
	M32_ARGUMENTS+=(--host=i686-pc-linux-gnu PKG_CONFIG=pkg-config)
}

m32_compiler() {
	# shellcheck disable=SC2086 # a list
	if [ "${INSTALL-yes}" = no ]; then
		[ -z "$(packages_missing $M32_PACKAGES)" ] && return 0
	else
		packages_install "32-bit build" $M32_PACKAGES && return 0
	fi
	# shellcheck disable=SC2086 # a list
	M32_WHY="not installed: $(packages_missing $M32_PACKAGES)"
	return 1
}

# The programs use the unpacked libraries, the C library and its loader among them.
m32_ldflags() { # ROOT
	printf '%s' "-Wl,--dynamic-linker=$1/lib/ld-linux.so.2 -Wl,--disable-new-dtags" \
		" -Wl,-rpath,$1/usr/lib/i386-linux-gnu:$1/lib/i386-linux-gnu"
}

m32_first_error() { # LOG
	grep -m 1 '^E:' "$1" | cut -c 4-160 || tail -n 1 "$1"
}

# An apt of its own that knows nothing but i386 and has nothing installed; needs no root.
m32_unpack() { # DIRECTORY
	local apt=$1/apt root=$1/root deb options

	rm -rf "$apt" "$root"
	mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$root"
	: >"$apt/status"
	options=(-o "Dir::State::Lists=$apt/lists" -o "Dir::State::status=$apt/status"
		-o "Dir::Cache=$apt" -o "Dir::Cache::archives=$apt/archives"
		-o "Dir::State::extended_states=$apt/extended" -o Debug::NoLocking=1
		-o APT::Architecture=i386 -o APT::Architectures::=i386 -o APT::Sandbox::User=
		-o APT::Get::List-Cleanup=0)
	apt-get "${options[@]}" update || echo "going on with what came"
	# shellcheck disable=SC2086 # a list
	apt-get "${options[@]}" install -y --download-only --no-install-recommends \
		$M32_LIBRARIES || return 1
	for deb in "$apt"/archives/*.deb; do
		dpkg -x "$deb" "$root" || return 1
	done
	rm -rf "$apt"
	touch "$root/ready"
}
