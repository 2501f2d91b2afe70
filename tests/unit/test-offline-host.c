// SPDX-License-Identifier: GPL-2.0-only
/* What a kernel can do about offlining and does by itself, from fake trees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "actions/offline-host.h"
#include "tests/unit/collect.h"

#define RELEASE "6.12.1-test"
#define CONFIG	"/boot/config-" RELEASE

static void put_text(struct collect *collect, const char *path, const char *text)
{
	put_file(collect, path, text, strlen(text));
}

static struct offline_host look(struct collect *collect)
{
	struct offline_host host;

	offline_host_state(&collect->root, &host);
	return host;
}

/* --- the collector --- */

/* What a machine shows; NULL is a file that is not there. */
struct collector_row {
	const char *directory, *config, *modules_config, *command_line, *log;
	enum offline_collector collector;
};

static const char built[] = "# Linux\nCONFIG_X86=y\nCONFIG_RAS_CEC=y\nCONFIG_Y=m\n";
static const char not_built[] =
	"CONFIG_RAS=y\n# CONFIG_RAS_CEC is not set\nCONFIG_RAS_CEC_DEBUG=y\n";
static const char ran[] = "6,400,1939501,-;RAS: Correctable Errors collector initialized.\n";

static const struct collector_row collector_rows[] = {
	{ NULL, NULL, NULL, NULL, NULL, COLLECTOR_UNKNOWN },
	{ NULL, NULL, NULL, "quiet ras=cec\n", "6,1,1,-;RAS: something\n", COLLECTOR_UNKNOWN },
	/* debugfs has the last word, on whatever the others say */
	{ "/sys/kernel/debug/ras/cec", NULL, NULL, NULL, NULL, COLLECTOR_ACTIVE },
	{ "/sys/kernel/debug/ras/cec", built, NULL, "ras=cec_disable\n", NULL, COLLECTOR_ACTIVE },
	{ "/sys/kernel/debug/ras", built, NULL, "quiet\n", ran, COLLECTOR_OFF },
	{ "/sys/kernel/debug/ras", not_built, NULL, NULL, NULL, COLLECTOR_NOT_BUILT },
	{ NULL, not_built, NULL, "quiet\n", NULL, COLLECTOR_NOT_BUILT },
	{ NULL, NULL, not_built, "quiet\n", NULL, COLLECTOR_NOT_BUILT },
	{ NULL, "CONFIG_RAS_CEC=y\n", NULL, "quiet\n", NULL, COLLECTOR_LIKELY },
	{ NULL, NULL, built, NULL, NULL, COLLECTOR_LIKELY },
	{ NULL, built, not_built, NULL, NULL, COLLECTOR_LIKELY },
	{ NULL, built, NULL, "quiet\n", ran, COLLECTOR_ACTIVE },
	{ NULL, NULL, NULL, "quiet\n", ran, COLLECTOR_ACTIVE },
	{ NULL, built, NULL, "quiet ras=cec_disable mce=2\n", NULL, COLLECTOR_OFF },
	{ NULL, built, NULL, "ras=cec_dis\n", NULL, COLLECTOR_OFF }, /* so long ago, so still */
	{ NULL, built, NULL, "initcall_blacklist=foo,cec_init\n", NULL, COLLECTOR_OFF },
	{ NULL, built, NULL, "initcall_blacklist=foo_init\n", NULL, COLLECTOR_LIKELY },
	{ NULL, built, NULL, "xras=cec_disable\n", NULL, COLLECTOR_LIKELY },
	{ NULL, built, NULL, "ras=cec_dump\n", NULL, COLLECTOR_LIKELY },
	/* a configuration that is none says nothing */
	{ NULL, "", NULL, NULL, NULL, COLLECTOR_UNKNOWN },
	{ NULL, "\x1f\x8b", NULL, NULL, NULL, COLLECTOR_UNKNOWN },
};

static void put_row(struct collect *collect, const struct collector_row *row)
{
	put_text(collect, "/proc/sys/kernel/osrelease", RELEASE "\n");
	if (row->directory)
		assert_int_equal(root_mkdir(&collect->root, row->directory), 0);
	if (row->config)
		put_text(collect, CONFIG, row->config);
	if (row->modules_config)
		put_text(collect, "/lib/modules/" RELEASE "/config", row->modules_config);
	if (row->command_line)
		put_text(collect, "/proc/cmdline", row->command_line);
	if (row->log)
		put_text(collect, "/dev/kmsg", row->log);
}

static void test_collector(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(collector_rows); i++) {
		void *fresh = NULL;
		struct offline_host host;

		assert_int_equal(collect_setup(&fresh), 0);
		put_row(fresh, &collector_rows[i]);
		host = look(fresh);
		if (host.collector != collector_rows[i].collector)
			fail_msg("row %zu: %u: %s", i, host.collector, host.collector_text);
		assert_non_null(strstr(host.collector_text, "corrected errors"));
		collect_teardown(&fresh);
	}
}

/* The release names a file: it must not name another one. */
static void test_release(void **state)
{
	struct collect *collect = *state;

	put_text(collect, "/secret", built);
	assert_int_equal(root_mkdir(&collect->root, "/boot/config-x"), 0);
	put_text(collect, "/proc/sys/kernel/osrelease", "x/../../secret\n");
	assert_int_equal(look(collect).collector, COLLECTOR_UNKNOWN);
}

/* --- files --- */

static void test_nothing(void **state)
{
	struct offline_host host = look(*state);

	assert_int_equal(host.soft_error, -ENOENT);
	assert_int_equal(host.hard_error, -ENOENT);
	assert_int_equal(host.flags_error, -ENOENT);
	assert_int_equal(host.soft_enabled, -1);
	assert_null(host.failure_event);
	assert_int_equal(host.failure_error, -ENODEV);
	assert_int_equal(host.memory_kib, 0);
	assert_string_equal(host.pages_text, "the kernel cannot take pages offline "
					     "(CONFIG_MEMORY_FAILURE is off)");
	assert_string_equal(host.flags_text,
			    "page flags cannot be read: offlining cannot be verified");
	assert_non_null(strstr(host.failure_text, "not mounted"));
}

static void test_all(void **state)
{
	struct collect *collect = *state;
	struct offline_host host;

	put_text(collect, "/sys/devices/system/memory/soft_offline_page", "");
	put_text(collect, "/sys/devices/system/memory/hard_offline_page", "");
	put_text(collect, "/proc/kpageflags", "");
	put_text(collect, "/proc/sys/vm/enable_soft_offline", "1\n");
	assert_int_equal(
		root_mkdir(&collect->root, "/sys/kernel/tracing/events/ras/memory_failure_event"),
		0);
	host = look(collect);
	assert_int_equal(host.soft_error, 0);
	assert_int_equal(host.hard_error, 0);
	assert_int_equal(host.flags_error, 0);
	assert_int_equal(host.soft_enabled, 1);
	assert_string_equal(host.failure_event, "ras/memory_failure_event");
	assert_int_equal(host.failure_error, 0);
	assert_string_equal(host.pages_text, "the kernel can take pages offline");
	assert_string_equal(host.soft_text,
			    "vm.enable_soft_offline does not forbid soft offlining");
	assert_string_equal(host.flags_text, "page flags can be read: offlining is verified");

	put_text(collect, "/proc/sys/vm/enable_soft_offline", "0\n");
	host = look(collect);
	assert_int_equal(host.soft_enabled, 0);
	assert_string_equal(host.soft_text, "soft offlining is disabled by vm.enable_soft_offline");
}

static void test_failure_event(void **state)
{
	struct collect *collect = *state;
	struct offline_host host;

	/* what we cannot look into has not been seen to be empty */
	put_text(collect, "/sys/kernel/tracing/events", "");
	host = look(collect);
	assert_int_equal(host.failure_error, -EACCES);
	assert_non_null(strstr(host.failure_text, "closed to us"));

	assert_int_equal(root_mkdir(&collect->root, "/sys/kernel/debug/tracing/events/ras"), 0);
	assert_int_equal(look(collect).failure_error, -ENOENT);
	assert_int_equal(root_mkdir(&collect->root, "/sys/kernel/debug/tracing/events/"
						    "memory_failure/memory_failure_event"),
			 0);
	host = look(collect);
	assert_string_equal(host.failure_event, "memory_failure/memory_failure_event");
	assert_int_equal(host.failure_error, 0);
}

/* --- memory --- */

static void test_memory(void **state)
{
	static const char *const bad[] = {
		"",
		"MemFree: 5 kB\n",
		"MemTotal:\n",
		"MemTotal: 12\n",
		"MemTotal:\n12 kB\n",
		"MemTotal: x kB\n",
		"xMemTotal: 12 kB\n",
		"MemTotalX: 12 kB\n",
	};
	struct collect *collect = *state;
	uint64_t memory = 7, corrupted = 7;

	assert_int_equal(offline_host_memory(&collect->root, &memory, &corrupted), -ENOENT);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		put_text(collect, "/proc/meminfo", bad[i]);
		if (offline_host_memory(&collect->root, &memory, &corrupted) != -EBADMSG)
			fail_msg("\"%s\" was taken", bad[i]);
	}
	assert_int_equal(memory, 7);
	assert_int_equal(corrupted, 7);

	put_text(collect, "/proc/meminfo",
		 "MemTotal:       32613836 kB\nMemFree: 5 kB\n"
		 "HardwareCorrupted:    12 kB\nHugePages_Total: 0\n");
	assert_int_equal(offline_host_memory(&collect->root, &memory, &corrupted), 0);
	assert_int_equal(memory, 32613836);
	assert_int_equal(corrupted, 12);
	assert_int_equal(look(collect).memory_kib, 32613836);
	assert_int_equal(look(collect).corrupted_kib, 12);

	put_text(collect, "/proc/meminfo", "MemTotal: 100 kB\n");
	assert_int_equal(offline_host_memory(&collect->root, &memory, &corrupted), 0);
	assert_int_equal(memory, 100);
	assert_int_equal(corrupted, 0);
}

/* The machine itself: it only looks, so this may run on any. */
static void test_this_machine(void **state)
{
	struct root root;
	struct offline_host host;

	(void)state;
	assert_int_equal(root_init(&root, NULL), 0);
	offline_host_state(&root, &host);
	assert_true(host.collector_text && host.pages_text && host.soft_text && host.flags_text &&
		    host.failure_text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, collect_setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_collector),	 TEST(test_release),	   TEST(test_nothing),
		TEST(test_all),		 TEST(test_failure_event), TEST(test_memory),
		TEST(test_this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
