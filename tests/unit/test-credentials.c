// SPDX-License-Identifier: GPL-2.0-only
/* Users and groups that exist or not; as root, what is left of root afterwards, in a child each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <sys/wait.h>

#include "credentials.h"
#include "tests/unit/collect.h"
#include "util/log.h"

/* Of nobody's, and in no passwd file. */
enum { UID = 654321, GID = 123456 };

enum { SYS_ADMIN = 1u << 21, DAC_OVERRIDE = 1u << 1 };

struct bench {
	struct collect *collect;
	struct config config;
};

static char uid_text[] = "654321", gid_text[] = "123456", state_dir[] = "/state", any[] = "*",
	    no_such[] = "no-such-name-here";

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	void *collect;

	log_set_level(LOG_CRIT);
	collect_setup(&collect);
	bench->collect = collect;
	bench->config.root = bench->collect->directory;
	bench->config.state_dir = state_dir;
	put_file(bench->collect, "/state/events.db", "x", 1);
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;
	void *collect = bench->collect;

	collect_teardown(&collect);
	free(bench);
	return 0;
}

static void test_names(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(credentials_check(&bench->config), 0);
	assert_int_equal(credentials_drop(&bench->config), 0);
	bench->config.run_credentials_user = bench->config.server.client_user = any;
	bench->config.run_credentials_group = bench->config.server.client_group = any;
	assert_int_equal(credentials_check(&bench->config), 0);
	assert_int_equal(credentials_drop(&bench->config), 0);
	bench->config.run_credentials_user = no_such;
	assert_int_equal(credentials_check(&bench->config), 1);
	assert_int_equal(credentials_drop(&bench->config), -ENOENT);
	bench->config.run_credentials_user = any;
	bench->config.run_credentials_group = no_such;
	assert_int_equal(credentials_check(&bench->config), 1);
	assert_int_equal(credentials_drop(&bench->config), -ENOENT);
	bench->config.server.client_user = bench->config.server.client_group = no_such;
	assert_int_equal(credentials_check(&bench->config), 3);
	bench->config.run_credentials_group = gid_text;
	assert_int_equal(credentials_check(&bench->config), 2);
}

/* What one may do, of /proc/self/status. */
static uint64_t effective(const char *name)
{
	_cleanup_fclose_ FILE *in = fopen("/proc/self/status", "re");
	char line[256];

	while (in && fgets(line, sizeof(line), in))
		if (strncmp(line, name, strlen(name)) == 0)
			return strtoull(line + strlen(name), NULL, 16);
	return UINT64_MAX;
}

static bool owns_state(const struct bench *bench)
{
	char path[ROOT_PATH_MAX];
	struct stat st;

	return stat(root_path(&bench->collect->root, "/state/events.db", path), &st) == 0 &&
	       st.st_uid == UID &&
	       stat(root_path(&bench->collect->root, "/state", path), &st) == 0 && st.st_uid == UID;
}

/* In the child: 0 when all is as wanted, else the number of the first that is not. */
static int check_dropped(const struct bench *bench, gid_t gid, uint64_t capabilities)
{
	uid_t real, now, saved;

	if (credentials_drop(&bench->config) != 0)
		return 1;
	if (getresuid(&real, &now, &saved) < 0 || real != UID || now != UID || saved != UID)
		return 2;
	if (getegid() != gid || getgroups(0, NULL) != 0)
		return 3;
	if (effective("CapEff:") != capabilities || effective("CapPrm:") != capabilities)
		return 4;
	if (setuid(0) == 0 || effective("NoNewPrivs:") != 1)
		return 5;
	return 0;
}

static void expect_dropped(const struct bench *bench, gid_t gid, uint64_t capabilities)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(check_dropped(bench, gid, capabilities));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_drop(void **state)
{
	struct bench *bench = *state;
	uint64_t had = effective("CapEff:");
	gid_t gid = getegid();

	if (geteuid() != 0)
		skip();
	bench->config.run_credentials_user = uid_text;
	assert_false(owns_state(bench));
	expect_dropped(bench, gid, 0);
	assert_true(owns_state(bench));
	bench->config.run_credentials_group = gid_text;
	expect_dropped(bench, GID, 0);
	bench->config.page.action = CONFIG_PAGE_ACCOUNT;
	expect_dropped(bench, GID, 0);
	bench->config.page.action = CONFIG_PAGE_SOFT;
	expect_dropped(bench, GID, had & (SYS_ADMIN | DAC_OVERRIDE));
	bench->config.dry_run = true;
	expect_dropped(bench, GID, 0);
	bench->config.dry_run = false;
	bench->config.page.action = CONFIG_PAGE_OFF;
	bench->config.cache.cpu_offline = true;
	expect_dropped(bench, GID, had & (SYS_ADMIN | DAC_OVERRIDE));
	assert_int_equal(geteuid(), 0);
}

static void test_not_root(void **state)
{
	struct bench *bench = *state;
	pid_t child = fork();
	int status;

	bench->config.run_credentials_user = uid_text;
	if (child == 0) {
		if (geteuid() == 0 && setuid(1) < 0)
			_exit(77);
		_exit(credentials_drop(&bench->config) < 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_names), TEST(test_drop),
					    TEST(test_not_root) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
