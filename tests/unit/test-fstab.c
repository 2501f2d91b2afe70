// SPDX-License-Identifier: GPL-2.0-only
/* What /etc/fstab promises and /proc/self/mountinfo does not have yet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/collect.h"
#include "util/fstab.h"

#define STATE "/var/lib/mcelog"

#define ROOT_MOUNTED "25 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"

static void put_text(struct collect *collect, const char *path, const char *text)
{
	put_file(collect, path, text, strlen(text));
}

static void put_fstab(struct collect *collect, const char *text)
{
	put_text(collect, "/etc/fstab", text);
}

static void put_mounts(struct collect *collect, const char *text)
{
	put_text(collect, "/proc/self/mountinfo", text);
}

static void expect_missing(struct collect *collect, const char *point)
{
	char found[ROOT_PATH_MAX] = "";

	assert_int_equal(fstab_missing(&collect->root, STATE, found), point != NULL);
	assert_string_equal(found, point ? point : "");
}

static void test_no_files(void **state)
{
	struct collect *collect = *state;

	expect_missing(collect, NULL);
	put_mounts(collect, ROOT_MOUNTED);
	expect_missing(collect, NULL);
	assert_int_equal(root_mkdir(&collect->root, "/etc"), 0);
	put_fstab(collect, "/dev/vdb /var ext4 defaults 0 2\n");
	expect_missing(collect, "/var");
	unlinkat(AT_FDCWD, root_path(&collect->root, "/proc/self/mountinfo", collect->why), 0);
	expect_missing(collect, NULL);
}

static void test_points(void **state)
{
	static const struct {
		const char *fstab;
		const char *missing;
	} rows[] = {
		{ "", NULL },
		{ "# /dev/vdb /var ext4 defaults 0 2\n", NULL },
		{ "/dev/vda1 / ext4 defaults 0 1\n/dev/vda2 none swap sw 0 0\n", NULL },
		{ "/dev/vdb /va ext4 defaults 0 2\n/dev/vdb /var/li ext4 x\n", NULL },
		{ "/dev/vdb /var/lib/mcelog/below ext4 defaults 0 2\n", NULL },
		{ "/dev/vdb /var/lib/mcelog ext4 defaults 0 2\n", STATE },
		{ "/dev/vdb /var/lib/mcelog/// ext4 defaults 0 2\n", STATE },
		{ "UUID=1 / ext4 defaults 0 1\nnas:/x\t/var/lib\tnfs4\t_netdev 0 0", "/var/lib" },
		{ "/dev/vdb\n/dev/vdc /var\n\n", "/var" },
	};
	struct collect *collect = *state;

	put_mounts(collect, ROOT_MOUNTED);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		put_fstab(collect, rows[i].fstab);
		expect_missing(collect, rows[i].missing);
	}
}

static void test_mounted(void **state)
{
	struct collect *collect = *state;

	put_fstab(collect,
		  "/dev/vdb /var xfs defaults 0 2\n/srv/m\\040x " STATE " none bind 0 0\n");
	put_mounts(collect, ROOT_MOUNTED "30 25 254:16 / /var rw - xfs /dev/vdb rw\n");
	expect_missing(collect, STATE);
	put_mounts(collect, ROOT_MOUNTED "30 25 254:16 / /var rw - xfs /dev/vdb rw\n"
					 "31 30 254:1 /srv/m\\040x " STATE
					 " rw shared:7 master:2 - ext4 /dev/vda1 rw\n");
	expect_missing(collect, NULL);
}

/* The other volume of one file system has its device. */
static void test_subvolume(void **state)
{
	struct collect *collect = *state;

	put_fstab(collect, "UUID=1 / btrfs subvol=@ 0 0\nUUID=1 /var btrfs subvol=@var 0 0\n");
	put_mounts(collect, "25 1 0:24 /@ / rw - btrfs /dev/vda rw\n"
			    "26 25 0:24 /@var /var rw - btrfs /dev/vda rw\n");
	expect_missing(collect, NULL);
}

/* Its first use would wait for what it stands for. */
static void test_automount(void **state)
{
	struct collect *collect = *state;
	static const char waiting[] = ROOT_MOUNTED "40 25 0:38 / /var rw - autofs systemd-1 rw\n";
	char text[512];

	put_fstab(collect, "nas:/var /var nfs4 x-systemd.automount 0 0\n");
	put_mounts(collect, waiting);
	expect_missing(collect, "/var");
	snprintf(text, sizeof(text), "%s41 40 0:40 / /var rw - nfs4 nas:/var rw\n", waiting);
	put_mounts(collect, text);
	expect_missing(collect, NULL);
}

/* A sandbox mounts the directories that may be written over themselves. */
static void test_sandbox(void **state)
{
	struct collect *collect = *state;

	put_fstab(collect, "/dev/vdb " STATE " xfs defaults 0 2\n");
	put_mounts(collect, ROOT_MOUNTED "50 25 254:1 " STATE " " STATE
					 " rw master:1 - ext4 /dev/vda1 rw\n");
	expect_missing(collect, STATE);
	put_mounts(collect, ROOT_MOUNTED "49 25 254:16 / " STATE " rw - xfs /dev/vdb rw\n"
					 "50 49 254:16 / " STATE " rw - xfs /dev/vdb rw\n");
	expect_missing(collect, NULL);
}

static void test_bad_lines(void **state)
{
	struct collect *collect = *state;

	put_fstab(collect, "/dev/vdb /var xfs defaults 0 2\n");
	put_mounts(
		collect,
		"\n \n30\n30 25 254:16 / /var rw\n - \n30 25 - /var\nx y z / /va\\ rw - a b c\n");
	expect_missing(collect, "/var");
	put_mounts(collect, "30 25 254:16 / /v\\141r rw - xfs /dev/vdb rw");
	expect_missing(collect, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, collect_setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_files),  TEST(test_points),    TEST(test_mounted),
		TEST(test_subvolume), TEST(test_automount), TEST(test_sandbox),
		TEST(test_bad_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
