// SPDX-License-Identifier: GPL-2.0-only
/* Who shares a cache, which CPUs may go offline, and taking them there, on a fake tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "actions/cpu-cache.h"
#include "actions/offline-cpu.h"
#include "tests/unit/collect.h"
#include "tests/unit/offline.h"

#define CPU_DIR "/sys/devices/system/cpu"

static void put_text(struct collect *collect, const char *path, const char *text)
{
	put_file(collect, path, text, strlen(text));
}

static const char *cpu_path(unsigned int cpu, const char *file)
{
	static char path[128];

	snprintf(path, sizeof(path), CPU_DIR "/cpu%u/%s", cpu, file);
	return path;
}

/* n CPUs, all of them online; CPU 0 cannot go. */
static void put_cpus(struct collect *collect, unsigned int n)
{
	char list[16];

	snprintf(list, sizeof(list), "0-%u\n", n - 1);
	put_text(collect, CPU_DIR "/possible", list);
	put_text(collect, CPU_DIR "/present", list);
	put_text(collect, CPU_DIR "/online", list);
	for (unsigned int cpu = 1; cpu < n; cpu++)
		put_text(collect, cpu_path(cpu, "online"), "1\n");
}

static void put_cache(struct collect *collect, unsigned int cpu, unsigned int index,
		      const char *level, const char *type, const char *shared)
{
	static const char *const files[] = { "level", "type", "shared_cpu_list" };
	const char *const texts[] = { level, type, shared };
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), CPU_DIR "/cpu%u/cache/index%u/%s", cpu, index,
			 files[i]);
		put_text(collect, path, texts[i]);
	}
}

/* As on a machine with two threads a core and eight a socket. */
static void put_caches(struct collect *collect)
{
	put_text(collect, CPU_DIR "/possible", "0-31\n");
	put_cache(collect, 2, 0, "1\n", "Data\n", "2,10\n");
	put_cache(collect, 2, 1, "1\n", "Instruction\n", "2\n");
	put_cache(collect, 2, 2, "2\n", "Unified\n", "2,10\n");
	put_cache(collect, 2, 3, "3\n", "Unified\n", "0-3,8-11\n");
}

/* --- caches --- */

struct cache_row {
	unsigned int level;
	enum cpu_cache_type type;
	int r;
	const char *cpus;
};

static void assert_list(const struct cpu_list *list, const char *text)
{
	struct cpu_list expected;

	assert_int_equal(cpu_list_parse(text, &expected), 0);
	assert_memory_equal(list, &expected, sizeof(expected));
}

static void test_sharing(void **state)
{
	static const struct cache_row rows[] = {
		{ 1, CPU_CACHE_DATA, 0, "2,10" },	 { 1, CPU_CACHE_INSTRUCTION, 0, "2" },
		{ 1, CPU_CACHE_GENERIC, 0, "2,10" },	 { 2, CPU_CACHE_DATA, 0, "2,10" },
		{ 2, CPU_CACHE_INSTRUCTION, 0, "2,10" }, { 3, CPU_CACHE_GENERIC, 0, "0-3,8-11" },
		{ 0, CPU_CACHE_GENERIC, -ENOENT, NULL }, { 4, CPU_CACHE_GENERIC, -ENOENT, NULL },
		{ 11, CPU_CACHE_DATA, -ENOENT, NULL },
	};
	struct collect *collect = *state;

	put_caches(collect);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct cpu_list cpus = { { 5 } };

		assert_int_equal(
			cpu_cache_sharing(&collect->root, 2, rows[i].level, rows[i].type, &cpus),
			rows[i].r);
		if (rows[i].cpus)
			assert_list(&cpus, rows[i].cpus);
		else
			assert_int_equal(cpus.words[0], 5);
	}
}

/* Where there is no list the mask says it. */
static void test_sharing_mask(void **state)
{
	struct collect *collect = *state;
	struct cpu_list cpus;
	char path[ROOT_PATH_MAX];

	put_caches(collect);
	assert_int_equal(unlink(root_path(&collect->root,
					  CPU_DIR "/cpu2/cache/index2/shared_cpu_list", path)),
			 0);
	assert_int_equal(cpu_cache_sharing(&collect->root, 2, 2, CPU_CACHE_DATA, &cpus), -ENOENT);
	put_text(collect, CPU_DIR "/cpu2/cache/index2/shared_cpu_map", "00000000,0000000c\n");
	assert_int_equal(cpu_cache_sharing(&collect->root, 2, 2, CPU_CACHE_DATA, &cpus), 0);
	assert_list(&cpus, "2-3");
}

static void test_sharing_nonsense(void **state)
{
	static const char *const bad[] = { "2-\n", "2,32\n", "3\n", "\n", "2,99999\n", "2\n3\n" };
	struct collect *collect = *state;
	struct cpu_list cpus;

	assert_int_equal(cpu_cache_sharing(&collect->root, 2, 2, CPU_CACHE_DATA, &cpus), -ENOENT);
	put_caches(collect);
	assert_int_equal(cpu_cache_sharing(&collect->root, 32, 2, CPU_CACHE_DATA, &cpus), -ENXIO);
	assert_int_equal(cpu_cache_sharing(&collect->root, UINT32_MAX, 2, CPU_CACHE_DATA, &cpus),
			 -ENXIO);
	assert_int_equal(cpu_cache_sharing(&collect->root, 3, 2, CPU_CACHE_DATA, &cpus), -ENOENT);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		put_cache(collect, 2, 2, "2\n", "Unified\n", bad[i]);
		assert_int_equal(cpu_cache_sharing(&collect->root, 2, 2, CPU_CACHE_DATA, &cpus),
				 -EBADMSG);
	}
	put_text(collect, CPU_DIR "/possible", "0-x\n");
	assert_int_equal(cpu_cache_sharing(&collect->root, 2, 1, CPU_CACHE_DATA, &cpus), -EBADMSG);
}

/* --- the rules --- */

static enum cpu_rule judge(struct collect *collect, unsigned int cpu, const char *ours,
			   const char *gone)
{
	struct cpu_list our_list, gone_list;
	enum cpu_rule rule;

	assert_int_equal(cpu_list_parse(ours, &our_list), 0);
	assert_int_equal(cpu_list_parse(gone, &gone_list), 0);
	assert_int_equal(offline_cpu_judge(&collect->root, cpu, &our_list, &gone_list, &rule), 0);
	return rule;
}

static void test_rules(void **state)
{
	struct collect *collect = *state;

	put_cpus(collect, 8);
	put_text(collect, CPU_DIR "/possible", "0-15\n");
	assert_int_equal(judge(collect, 5, "", ""), CPU_RULE_OK);
	assert_int_equal(judge(collect, 0, "", ""), CPU_RULE_FIXED);
	assert_int_equal(judge(collect, 16, "", ""), CPU_RULE_IMPOSSIBLE);
	assert_int_equal(judge(collect, UINT32_MAX, "", ""), CPU_RULE_IMPOSSIBLE);
	assert_int_equal(judge(collect, 9, "", ""), CPU_RULE_OFFLINE); /* possible, not there */
	assert_int_equal(judge(collect, 5, "", "5"), CPU_RULE_OFFLINE);

	/* half of eight is four; those that came back do not count, and of the rest none twice */
	put_text(collect, CPU_DIR "/online", "0,4-7\n");
	assert_int_equal(judge(collect, 5, "1-3", ""), CPU_RULE_OK);
	assert_int_equal(judge(collect, 5, "1-3", "4"), CPU_RULE_HALF);
	assert_int_equal(judge(collect, 5, "1-3", "1"), CPU_RULE_OK);
	assert_int_equal(judge(collect, 5, "1-3,6-7", ""), CPU_RULE_OK);
	/* what an administrator took offline is not ours */
	assert_int_equal(judge(collect, 5, "", ""), CPU_RULE_OK);

	put_text(collect, cpu_path(0, "online"), "1\n"); /* kernels that can */
	assert_int_equal(judge(collect, 0, "", ""), CPU_RULE_OK);
	put_text(collect, CPU_DIR "/online", "5\n");
	assert_int_equal(judge(collect, 5, "", ""), CPU_RULE_LAST);
	put_text(collect, CPU_DIR "/online", "5-6\n");
	assert_int_equal(judge(collect, 5, "", "6"), CPU_RULE_LAST);
}

static void test_rules_nonsense(void **state)
{
	static const char *const lists[] = { CPU_DIR "/possible", CPU_DIR "/present",
					     CPU_DIR "/online" };
	struct collect *collect = *state;
	struct cpu_list none = { 0 };
	enum cpu_rule rule = CPU_RULE_HALF;

	assert_int_equal(offline_cpu_judge(&collect->root, 1, &none, &none, &rule), -ENOENT);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		put_cpus(collect, 8);
		put_text(collect, lists[i], "0-8192\n");
		assert_int_equal(offline_cpu_judge(&collect->root, 1, &none, &none, &rule),
				 -EBADMSG);
	}
	assert_int_equal(rule, CPU_RULE_HALF); /* untouched */
}

/* --- doing it --- */

struct outcome {
	bool done;
	size_t n;
	struct offline_cpu_result results[16];
	char text[1024];
	struct offline_cpu *cpu;
};

static void on_cpus(void *userdata, const struct offline_cpu_result *results, size_t n)
{
	struct outcome *outcome = userdata;
	char line[256];

	assert_false(outcome->done);
	outcome->done = true;
	outcome->n = n;
	for (size_t i = 0; i < n; i++) {
		outcome->results[i] = results[i];
		strcat(outcome->text, offline_cpu_text(&results[i], line, sizeof(line)));
		strcat(outcome->text, "\n");
	}
	offline_cpu_free(outcome->cpu);
}

static struct outcome ask(struct collect *collect, const char *cpus,
			  struct offline_cpu_request *request)
{
	struct outcome outcome = { 0 };
	sd_event *event = loop_new();

	assert_int_equal(cpu_list_parse(cpus, &request->cpus), 0);
	assert_int_equal(
		offline_cpu_start(event, &collect->root, request, on_cpus, &outcome, &outcome.cpu),
		0);
	loop_until(event, &outcome.done);
	loop_until_childless(event);
	loop_free(event);
	return outcome;
}

static void assert_says(struct collect *collect, unsigned int cpu, const char *text)
{
	_cleanup_free_ char *got = NULL;

	assert_int_equal(root_read(&collect->root, cpu_path(cpu, "online"), 64, &got, NULL), 0);
	assert_string_equal(got, text);
}

static void test_done(void **state)
{
	struct collect *collect = *state;
	struct offline_cpu_request request = { 0 };

	put_cpus(collect, 8);
	put_text(collect, CPU_DIR "/online", "0-6\n");
	assert_string_equal(ask(collect, "0,3,5,7,9", &request).text,
			    "CPU 0: unsupported: the kernel does not let it go\n"
			    "CPU 3: done\n"
			    "CPU 5: done\n"
			    "CPU 7: already: it was offline before\n"
			    "CPU 9: refused: this machine has no such CPU\n");
	assert_says(collect, 3, "0");
	assert_says(collect, 5, "0");
	assert_says(collect, 7, "1\n");
	assert_says(collect, 4, "1\n");
}

/* A cache of all CPUs: half of them go, in order, and no more. */
static void test_half(void **state)
{
	struct collect *collect = *state;
	struct offline_cpu_request request = { 0 };
	struct outcome outcome;

	put_cpus(collect, 8);
	cpu_list_add(&request.ours, 7);
	put_text(collect, CPU_DIR "/online", "0-6\n");
	outcome = ask(collect, "0-6", &request);
	assert_int_equal(outcome.n, 7);
	for (size_t i = 1; i < 7; i++) {
		assert_int_equal(outcome.results[i].cpu, i);
		assert_int_equal(outcome.results[i].result,
				 i <= 3 ? OFFLINE_DONE : OFFLINE_REFUSED);
		assert_int_equal(outcome.results[i].rule, i <= 3 ? CPU_RULE_OK : CPU_RULE_HALF);
		assert_says(collect, (unsigned int)i, i <= 3 ? "0" : "1\n");
	}
	assert_non_null(strstr(outcome.text, "CPU 4: refused: more than half of the CPUs"));
}

static void test_dry_run(void **state)
{
	struct collect *collect = *state;
	struct offline_cpu_request request = { .dry_run = true };

	put_cpus(collect, 4);
	assert_string_equal(ask(collect, "1-3", &request).text,
			    "CPU 1: dry-run\n"
			    "CPU 2: dry-run\n"
			    "CPU 3: refused: more than half of the CPUs would be offline for "
			    "errors\n");
	for (unsigned int cpu = 1; cpu < 4; cpu++)
		assert_says(collect, cpu, "1\n");
}

/* In place of a CPU's file one that answers as the kernel may. */
static void put_link(struct collect *collect, unsigned int cpu, const char *target)
{
	char path[ROOT_PATH_MAX];

	root_path(&collect->root, cpu_path(cpu, "online"), path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(target, path), 0);
}

static void test_refused(void **state)
{
	struct collect *collect = *state;
	struct offline_cpu_request request = { 0 };

	put_cpus(collect, 8);
	put_link(collect, 1, "/dev/full");
	put_link(collect, 2, "/dev/null"); /* takes the 0 and does not give it back */
	assert_string_equal(ask(collect, "1-3", &request).text,
			    "CPU 1: refused: the other CPUs have no interrupt vectors left\n"
			    "CPU 2: disbelieved: accepted by the kernel, but it is still "
			    "online\n"
			    "CPU 3: done\n");
	put_text(collect, CPU_DIR "/online", "0-a\n");
	assert_string_equal(ask(collect, "3", &request).text,
			    "CPU 3: refused: the kernel's files about it make no sense\n");
}

/* What is done before the child hangs is told as done. */
static void test_stuck(void **state)
{
	struct collect *collect = *state;
	struct offline_cpu_request request = { .timeout_us = 400000 };
	struct outcome outcome = { 0 };
	char path[ROOT_PATH_MAX];
	sd_event *event;

	put_cpus(collect, 16);
	root_path(&collect->root, cpu_path(5, "online"), path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_string_equal(ask(collect, "4-6", &request).text,
			    "CPU 4: done\n"
			    "CPU 5: refused: the kernel did not answer in time\n"
			    "CPU 6: refused: the kernel did not answer in time\n");
	assert_says(collect, 6, "1\n");

	event = loop_new();
	assert_int_equal(
		offline_cpu_start(event, &collect->root, &request, on_cpus, &outcome, &outcome.cpu),
		0);
	offline_cpu_free(outcome.cpu);
	offline_cpu_free(NULL);
	loop_until_childless(event);
	assert_true(sd_event_run(event, 500000) >= 0);
	assert_false(outcome.done);

	memset(&request.cpus, 0, sizeof(request.cpus));
	assert_int_equal(
		offline_cpu_start(event, &collect->root, &request, on_cpus, &outcome, &outcome.cpu),
		-EINVAL);
	loop_free(event);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, collect_setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sharing), TEST(test_sharing_mask),   TEST(test_sharing_nonsense),
		TEST(test_rules),   TEST(test_rules_nonsense), TEST(test_done),
		TEST(test_half),    TEST(test_dry_run),	       TEST(test_refused),
		TEST(test_stuck),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
