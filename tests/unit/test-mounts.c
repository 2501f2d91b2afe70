// SPDX-License-Identifier: GPL-2.0-only
/* Which file system has a path, from the kernel's table of mounts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "tests/unit/collect.h"
#include "util/mounts.h"

static const char table[] = "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"
			    "23 22 0:21 / /proc rw - proc proc rw\n"
			    "30 22 0:40 / /var/crash rw shared:5 master:2 - autofs systemd-1 rw\n"
			    "31 30 0:41 / /var/crash rw - nfs server:/crash rw\n"
			    "32 22 0:42 / /mnt/two\\040words rw - cifs //server/x rw\n"
			    "33 22 0:43 / /mnt/s rw - fuse.sshfs host: rw\n"
			    "34 22 0:44 / /mnt/last rw - tmpfs tmpfs\n"
			    "\n"
			    "35 22 0:45 / /no/type rw\n"
			    "36 22 0:46 / relative rw - nfs x rw\n"
			    "37 - nfs\n";

static void test_find(void **state)
{
	static const struct {
		const char *path;
		const char *type;
		bool may_hang;
	} cases[] = {
		{ "/", "ext4", false },
		{ "/var", "ext4", false },
		{ "/var/crashed", "ext4", false },
		{ "/no/type", "ext4", false },
		{ "/proc/self", "proc", false },
		{ "/var/crash", "nfs", true },
		{ "/var/crash/127.0.0.1", "nfs", true },
		{ "/mnt/two words/x", "cifs", true },
		{ "/mnt/s/", "fuse.sshfs", true },
		{ "/mnt/last", "tmpfs", false },
	};
	struct collect *collect = *state;
	struct mounts mounts;

	put_file(collect, "/proc/self/mountinfo", table, strlen(table));
	assert_int_equal(mounts_read(&collect->root, &mounts), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct mount *mount = mounts_find(&mounts, cases[i].path);

		assert_non_null(mount);
		assert_string_equal(mount->type, cases[i].type);
		assert_int_equal(mount_may_hang(mount), cases[i].may_hang);
	}
	mounts_free(&mounts);
	assert_null(mounts_find(&mounts, "/"));
}

static void test_none(void **state)
{
	struct collect *collect = *state;
	struct mounts mounts;

	assert_int_equal(mounts_read(&collect->root, &mounts), -ENOENT);
	put_file(collect, "/proc/self/mountinfo", "", 0);
	assert_int_equal(mounts_read(&collect->root, &mounts), 0);
	assert_null(mounts_find(&mounts, "/"));
	mounts_free(&mounts);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, collect_setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_find),
		TEST(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
