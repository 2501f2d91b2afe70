// SPDX-License-Identifier: GPL-2.0-only
/* The trace source on a tree of files: what it finds, says, takes, and takes again after a crash.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "sources/trace-instance.h"
#include "tests/unit/collect.h"

#define TRACING	 "/sys/kernel/tracing"
#define INSTANCE TRACING "/instances/mcelog"
#define GOLDEN	 "golden/ring/6.12-intel"

enum { PAGE = 4096, RECORDS = 10 };

static const sd_id128_t boot_a =
	SD_ID128_MAKE(aa, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11);
static const sd_id128_t boot_b =
	SD_ID128_MAKE(bb, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22);

static uint64_t told_lost; /* what the store has of this boot */

static uint64_t lost_so_far(void *context, enum source_id source, const char *where)
{
	(void)context;
	assert_int_equal(source, SOURCE_TRACE);
	assert_non_null(strstr(where, "cpu"));
	return told_lost;
}

static void put_text(struct collect *collect, const char *path, const char *text)
{
	put_file(collect, path, text, strlen(text));
}

static char *get_text(struct collect *collect, const char *path)
{
	char *text = NULL;

	assert_int_equal(root_read(&collect->root, path, 65536, &text, NULL), 0);
	return text;
}

static void put_cpu(struct collect *collect, const char *instance, unsigned int cpu,
		    const char *from, const char *stats)
{
	char path[256];

	snprintf(path, sizeof(path), TRACING "/instances/%s/per_cpu/cpu%u/trace_pipe_raw", instance,
		 cpu);
	if (from)
		put_test_file(collect, path, from);
	else
		put_text(collect, path, "");
	snprintf(path, sizeof(path), TRACING "/instances/%s/per_cpu/cpu%u/stats", instance, cpu);
	put_text(collect, path, stats);
}

static const char no_loss[] = "entries: 0\noverrun: 0\ncommit overrun: 0\ndropped events: 0\n";

static void put_instance(struct collect *collect, const char *name, const char *enabled)
{
	char path[256];

	snprintf(path, sizeof(path), TRACING "/instances/%s/trace_pipe", name);
	put_text(collect, path, "");
	snprintf(path, sizeof(path), TRACING "/instances/%s/trace_clock", name);
	put_text(collect, path, "local global counter uptime perf mono mono_raw [boot] x86-tsc\n");
	snprintf(path, sizeof(path), TRACING "/instances/%s/buffer_size_kb", name);
	put_text(collect, path, "7 (expanded: 1408)\n");
	snprintf(path, sizeof(path), TRACING "/instances/%s/events/mce/mce_record/enable", name);
	put_text(collect, path, enabled);
	put_cpu(collect, name, 0, GOLDEN "/cpu0.raw", no_loss);
	put_cpu(collect, name, 1, GOLDEN "/cpu1.raw", no_loss);
}

static void put_tracing(struct collect *collect)
{
	put_test_file(collect, TRACING "/events/mce/mce_record/format",
		      GOLDEN "/mce_record.format");
	put_test_file(collect, TRACING "/events/header_page", GOLDEN "/header_page");
}

static int setup(void **state)
{
	struct collect *collect;

	collect_setup(state);
	collect = *state;
	collect->env.lost_so_far = lost_so_far;
	collect->env.boot = boot_a;
	collect->env.boot_time_us = 1795211950 * 1000000ll;
	told_lost = 0;
	assert_int_equal(root_mkdir(&collect->root, "/var/lib/mcelog"), 0);
	return 0;
}

static int setup_tree(void **state)
{
	setup(state);
	put_tracing(*state);
	put_instance(*state, "mcelog", "1\n");
	return 0;
}

/* --- what is here --- */

static void expect_probe(struct collect *collect, int error, const char *why)
{
	char expected[SOURCE_WHY_MAX];

	assert_int_equal(source_tracefs.probe(&collect->env, collect->why), error);
	snprintf(expected, sizeof(expected), why, collect->directory);
	assert_string_equal(collect->why, expected);
}

static void test_probe(void **state)
{
	struct collect *collect = *state;
	int saved;

	expect_probe(collect, -ENOENT, "%s/sys/kernel/tracing/events: No such file or directory");
	assert_int_equal(root_mkdir(&collect->root, TRACING), 0);
	expect_probe(collect, -ENOENT, "%s/sys/kernel/tracing: tracefs is not mounted");
	assert_int_equal(root_mkdir(&collect->root, TRACING "/events"), 0);
	expect_probe(
		collect, -ENOENT,
		"%s/sys/kernel/tracing/events/mce/mce_record: the kernel has no such tracepoint "
		"(CONFIG_X86_MCE is off)");
	saved = log_begin(collect);
	assert_int_equal(source_open(collect, &source_tracefs), -ENOENT);
	log_end(collect, saved);
	assert_string_equal(collect->logged, "");
	put_tracing(collect);
	expect_probe(collect, 0, "mce:mce_record through the trace instance mcelog");
}

/* The old place, below debugfs. */
static void test_old_place(void **state)
{
	struct collect *collect = *state;
	char directory[ROOT_PATH_MAX];

	assert_int_equal(root_mkdir(&collect->root, TRACING), 0);
	assert_int_equal(root_mkdir(&collect->root, "/sys/kernel/debug/tracing/events"), 0);
	trace_directory(&collect->env, directory);
	assert_non_null(strstr(directory, "/sys/kernel/debug/tracing"));
	put_tracing(collect);
	trace_directory(&collect->env, directory);
	assert_null(strstr(directory, "debug"));
}

static void test_lockdown(void **state)
{
	struct collect *collect = *state;

	put_text(collect, "/sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
	assert_int_equal(trace_explain(&collect->env, -EPERM, "/events", collect->why), -EPERM);
	assert_non_null(strstr(collect->why, "/sys/kernel/tracing/events: Operation not permitted: "
					     "the kernel is locked down (confidentiality)"));
	/* locked from the start, tracefs has no files at all */
	trace_explain(&collect->env, -ENOENT, "/events", collect->why);
	assert_non_null(strstr(collect->why, "locked down (confidentiality)"));
	/* nor what the weaker kind forbids */
	put_text(collect, "/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	trace_explain(&collect->env, -EPERM, "/events", collect->why);
	assert_null(strstr(collect->why, "locked"));
}

static const char *chosen(struct collect *collect, const char *command_line)
{
	static char name[64];

	put_text(collect, "/proc/cmdline", command_line);
	trace_choose_instance(&collect->env, name, sizeof(name));
	return name;
}

static void test_choose_instance(void **state)
{
	struct collect *collect = *state;

	put_tracing(collect);
	assert_int_equal(root_mkdir(&collect->root, TRACING "/instances/boot_mce"), 0);
	assert_string_equal(chosen(collect, "quiet\n"), "mcelog");
	assert_string_equal(chosen(collect, "a trace_instance=boot_mce,mce:mce_record b\n"),
			    "boot_mce");
	assert_string_equal(chosen(collect, "trace_instance=boot_mce,sched,mce\n"), "boot_mce");
	assert_string_equal(
		chosen(collect, "trace_instance=boot_mce^traceoff@0x1000:0x2000,mce:mce_record\n"),
		"boot_mce");
	assert_string_equal(chosen(collect, "reserve_mem=4M:4096:trace "
					    "trace_instance=boot_mce@trace,mce:mce_record\n"),
			    "boot_mce");
	/* in memory that survives, and for us to turn on: it is called as ours */
	assert_string_equal(chosen(collect, "trace_instance=mcelog@trace\n"), "mcelog");
	/* for something else, or not there (a kernel that does not know the option) */
	assert_string_equal(chosen(collect, "trace_instance=boot_mce,sched:sched_switch\n"),
			    "mcelog");
	assert_string_equal(chosen(collect, "trace_instance=gone,mce:mce_record\n"), "mcelog");
	assert_string_equal(chosen(collect, "trace_instance=../..,mce:mce_record\n"), "mcelog");
	assert_string_equal(chosen(collect, "trace_instance=,mce:mce_record\n"), "mcelog");
	assert_string_equal(chosen(collect, "xtrace_instance=boot_mce,mce:mce_record\n"), "mcelog");
}

/* --- setting up --- */

static int open_close(struct collect *collect)
{
	int saved = log_begin(collect);
	int r = source_open(collect, &source_tracefs);

	if (r == 0)
		source_tracefs.close(collect->source);
	collect->source = NULL;
	log_end(collect, saved);
	return r;
}

/* An instance that records already is taken as it is: writing its clock would empty it. */
static void test_adopts(void **state)
{
	struct collect *collect = *state;
	_cleanup_free_ char *clock = NULL, *size = NULL;

	put_text(collect, INSTANCE "/tracing_on", "1\n");
	assert_int_equal(open_close(collect), 0);
	assert_string_equal(collect->logged, "");
	clock = get_text(collect, INSTANCE "/trace_clock");
	size = get_text(collect, INSTANCE "/buffer_size_kb");
	assert_int_equal(strncmp(clock, "local global", 12), 0);
	assert_string_equal(size, "7 (expanded: 1408)\n");
}

/* Readable (a regular file always is): it may hold records, so it is only enabled. */
static void test_enables(void **state)
{
	struct collect *collect = *state;
	_cleanup_free_ char *clock = NULL, *enable = NULL;

	put_text(collect, INSTANCE "/events/mce/mce_record/enable", "0\n");
	assert_int_equal(open_close(collect), 0);
	clock = get_text(collect, INSTANCE "/trace_clock");
	enable = get_text(collect, INSTANCE "/events/mce/mce_record/enable");
	assert_int_equal(strncmp(clock, "local global", 12), 0);
	assert_int_equal(enable[0], '1');
}

/* One that a life made and did not live to set up: empty, not enabled. */
static void test_sets_up(void **state)
{
	struct collect *collect = *state;
	_cleanup_free_ char *clock = NULL, *size = NULL, *enable = NULL;
	char pipe[ROOT_PATH_MAX];
	_cleanup_close_ int writer = -1;

	put_text(collect, INSTANCE "/events/mce/mce_record/enable", "0\n");
	root_path(&collect->root, INSTANCE "/trace_pipe", pipe);
	assert_int_equal(unlink(pipe), 0);
	assert_int_equal(mkfifo(pipe, 0600), 0); /* nothing to read: poll() waits */
	writer = open(pipe, O_RDWR | O_CLOEXEC);
	assert_true(writer >= 0);
	assert_int_equal(open_close(collect), 0);
	clock = get_text(collect, INSTANCE "/trace_clock");
	size = get_text(collect, INSTANCE "/buffer_size_kb");
	enable = get_text(collect, INSTANCE "/events/mce/mce_record/enable");
	assert_string_equal(clock, "boot");
	assert_string_equal(size, "512");
	assert_int_equal(enable[0], '1');
}

static void test_tracing_off(void **state)
{
	struct collect *collect = *state;
	_cleanup_free_ char *ours = NULL, *theirs = NULL;

	put_text(collect, INSTANCE "/tracing_on", "0\n");
	assert_int_equal(open_close(collect), 0);
	ours = get_text(collect, INSTANCE "/tracing_on");
	assert_int_equal(ours[0], '1');

	/* somebody meant it so: said, not changed */
	put_instance(collect, "boot_mce", "1\n");
	put_text(collect, TRACING "/instances/boot_mce/tracing_on", "0\n");
	put_text(collect, "/proc/cmdline", "trace_instance=boot_mce^traceoff,mce\n");
	assert_int_equal(open_close(collect), 0);
	theirs = get_text(collect, TRACING "/instances/boot_mce/tracing_on");
	assert_int_equal(theirs[0], '0');
	assert_non_null(strstr(collect->logged,
			       "trace instance boot_mce: tracing_on is 0, nothing is recorded\n"));
}

static void expect_open_error(struct collect *collect, int error, const char *part)
{
	assert_int_equal(open_close(collect), error);
	if (!strstr(collect->why, part))
		fail_msg("\"%s\" is not in \"%s\"", part, collect->why);
	assert_null(collect->source);
	assert_null(strchr(collect->why, '\n'));
}

static void test_bad_tree(void **state)
{
	struct collect *collect = *state;
	char path[ROOT_PATH_MAX];

	put_test_file(collect, TRACING "/events/mce/mce_record/format",
		      "golden/ring/bad/no-status.format");
	expect_open_error(collect, -EPROTO,
			  "/events/mce/mce_record: format: the field status is missing");
	put_test_file(collect, TRACING "/events/mce/mce_record/format",
		      "golden/ring/bad/garbage.format");
	expect_open_error(collect, -EPROTO, "format: not a trace event's format file");
	put_tracing(collect);
	put_test_file(collect, TRACING "/events/header_page",
		      "golden/ring/bad/garbage.header_page");
	expect_open_error(collect, -EPROTO, "header_page: not a description of a ring page");
	root_path(&collect->root, TRACING "/events/header_page", path);
	assert_int_equal(unlink(path), 0);
	expect_open_error(collect, -ENOENT, "/events");
	put_tracing(collect);
	root_path(&collect->root, INSTANCE "/trace_pipe", path);
	assert_int_equal(unlink(path), 0);
	expect_open_error(collect, -ENOENT, "/instances/mcelog/trace_pipe");
}

/* No room for a spool: the source says so, and nothing was read. */
static void test_no_spool(void **state)
{
	struct collect *collect = *state;

	collect->env.state_dir = "/nowhere";
	expect_open_error(collect, -ENOENT, "/nowhere/trace.spool: cannot make the spool");
}

/* --- records --- */

static bool has_key(const struct collect *collect, unsigned int from, unsigned int n,
		    const char *key)
{
	for (unsigned int i = from; i < from + n; i++)
		if (strcmp(collect->records[i].key, key) == 0)
			return true;
	return false;
}

static void expect_same_keys(const struct collect *collect, unsigned int n)
{
	for (unsigned int i = n; i < 2 * n; i++)
		assert_true(has_key(collect, 0, n, collect->records[i].key));
	for (unsigned int i = 0; i < n; i++) {
		assert_true(has_key(collect, n, n, collect->records[i].key));
		assert_false(has_key(collect, i + 1, n - i - 1, collect->records[i].key));
	}
}

static void test_records(void **state)
{
	struct collect *collect = *state;

	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_string_equal(collect->logged, "");
	assert_int_equal(collect->n, RECORDS);
	assert_int_equal(collect->n_lost, 0);
	for (unsigned int i = 0; i < collect->n; i++) {
		const struct record *record = &collect->records[i];

		assert_int_equal(record->source, SOURCE_TRACE);
		assert_true(sd_id128_equal(record->boot, boot_a));
		assert_false(record->replayed);
		assert_int_equal(record->walltime, record->time_us / 1000000);
	}
	assert_string_equal(collect->records[0].key,
			    "trace:aa111111111111111111111111111111:mcelog:0:7456474689:0");
	/* again, as after a kernel that lost nothing: the same keys */
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_int_equal(collect->n, 2 * RECORDS);
	expect_same_keys(collect, RECORDS);
}

/* CPU numbers with holes, and more than ten of them. */
static void test_holes(void **state)
{
	struct collect *collect = *state;

	put_cpu(collect, "mcelog", 1, NULL, no_loss);
	put_cpu(collect, "mcelog", 17, GOLDEN "/cpu1.raw", no_loss);
	put_cpu(collect, "mcelog", 300, NULL, no_loss);
	put_text(collect, INSTANCE "/per_cpu/cpu7x/stats", "");
	put_text(collect, INSTANCE "/per_cpu/README", "");
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_int_equal(collect->n, RECORDS);
	assert_non_null(strstr(collect->records[RECORDS - 1].key, ":mcelog:17:"));
}

/* A CPU without its file (never online) does not stop the others. */
static void test_cpu_without_ring(void **state)
{
	struct collect *collect = *state;
	char path[ROOT_PATH_MAX];

	root_path(&collect->root, INSTANCE "/per_cpu/cpu0/trace_pipe_raw", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_int_equal(collect->n, 7);
}

/* Opens, drains, and is killed before the commit. */
static void crash(struct collect *collect, int expected)
{
	int saved = log_begin(collect);

	assert_int_equal(source_open(collect, &source_tracefs), 0);
	assert_int_equal(source_tracefs.drain(collect->source), expected);
	source_tracefs.close(collect->source);
	collect->source = NULL;
	log_end(collect, saved);
}

static void empty_rings(struct collect *collect)
{
	put_cpu(collect, "mcelog", 0, NULL, no_loss);
	put_cpu(collect, "mcelog", 1, NULL, no_loss);
}

/* What was read and not committed comes again, from the spool alone, in this boot or the next. */
static void test_crash(void **state)
{
	struct collect *collect = *state;

	crash(collect, 0);
	assert_int_equal(collect->n, RECORDS);
	empty_rings(collect);
	crash(collect, 0);
	assert_int_equal(collect->n, 2 * RECORDS);
	expect_same_keys(collect, RECORDS);

	/* another boot, another instance, another set of CPUs: they stay what they were */
	collect->env.boot = boot_b;
	collect->n = RECORDS;
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_int_equal(collect->n, 2 * RECORDS);
	expect_same_keys(collect, RECORDS);
	for (unsigned int i = RECORDS; i < 2 * RECORDS; i++) {
		assert_true(collect->records[i].replayed);
		assert_true(sd_id128_equal(collect->records[i].boot, boot_a));
	}

	/* and once they are committed, no more */
	collect->n = 0;
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_int_equal(collect->n, 0);
}

/* Out of memory in the middle of a page: the page is not let go. */
static void test_intake_fails(void **state)
{
	struct collect *collect = *state;

	collect->error = -ENOMEM;
	crash(collect, -ENOMEM);
	collect->error = 0;
	empty_rings(collect);
	put_cpu(collect, "mcelog", 1, GOLDEN "/cpu1.raw", no_loss);
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_int_equal(collect->n, RECORDS);
}

/* A full batch: no more is read than there is room for, and nothing twice. */
static void test_no_room(void **state)
{
	struct collect *collect = *state;

	collect->room = 1;
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_int_equal(collect->n, RECORDS);
	collect->room = 0;
	crash(collect, 1);
	assert_int_equal(collect->n, RECORDS);
}

/* Two pages whose events share one moment over their border, and a crash between them. */
static void test_moment_over_pages(void **state)
{
	struct collect *collect = *state;
	char page[2 * PAGE] = { 0 };
	_cleanup_free_ char *golden = test_read(test_data(GOLDEN "/cpu0.raw"), NULL);
	const uint64_t commit = 128, time = 7000000000;

	/* one event each: the first of the golden page */
	for (unsigned int i = 0; i < 2; i++) {
		memcpy(page + i * PAGE, golden, 16 + commit);
		memcpy(page + i * PAGE, &time, 8);
		memcpy(page + i * PAGE + 8, &commit, 8);
	}
	put_cpu(collect, "mcelog", 1, NULL, no_loss);
	put_file(collect, INSTANCE "/per_cpu/cpu0/trace_pipe_raw", page, PAGE);
	crash(collect, 0);
	put_file(collect, INSTANCE "/per_cpu/cpu0/trace_pipe_raw", page + PAGE, PAGE);
	crash(collect, 0); /* first by replay, then the second */
	assert_int_equal(collect->n, 3);
	assert_string_equal(collect->records[0].key, collect->records[1].key);
	assert_string_not_equal(collect->records[1].key, collect->records[2].key);
	assert_non_null(strstr(collect->records[2].key, ":7000000000:1"));
}

/* A damaged page gives what is sound in it and one line; the other CPU goes on. */
static void test_damaged_page(void **state)
{
	struct collect *collect = *state;

	put_cpu(collect, "mcelog", 0, "golden/ring/bad/length-past-end.raw", no_loss);
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_int_equal(collect->n, 8);
	assert_int_equal(count_lines(collect->logged), 1);
	assert_non_null(strstr(collect->logged, "per_cpu/cpu0/trace_pipe_raw: "));
}

/* A dead life with a damaged page, and one that another kernel's format made unreadable. */
static void test_damaged_life(void **state)
{
	struct collect *collect = *state;
	char command[256];

	put_cpu(collect, "mcelog", 0, "golden/ring/bad/length-past-end.raw", no_loss);
	crash(collect, 0);
	empty_rings(collect);
	collect->n = 0;
	crash(collect, 0);
	assert_int_equal(collect->n, 8);
	assert_non_null(strstr(collect->logged, "is damaged"));

	/* its description says nothing any more */
	snprintf(command, sizeof(command),
		 "for f in %s/var/lib/mcelog/trace.spool.*; do sed -i s/mcgstatus/nothing_s/g $f; "
		 "done",
		 collect->directory);
	assert_int_equal(system(command), 0);
	put_cpu(collect, "mcelog", 1, GOLDEN "/cpu1.raw", no_loss);
	collect->n = 0;
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_int_equal(collect->n, 7); /* the live one */
	assert_non_null(strstr(collect->logged, "the field mcgstatus is missing"));
	assert_non_null(strstr(collect->logged, "kept as "));
	snprintf(command, sizeof(command), "ls %s/var/lib/mcelog/*.broken >/dev/null",
		 collect->directory);
	assert_int_equal(system(command), 0);
}

/* --- what EDAC drivers say --- */

#define DETAIL_GOLDEN "golden/ring/6.1-detail"

static void put_detail_tree(struct collect *collect, const char *enabled)
{
	put_test_file(collect, TRACING "/events/mce/mce_record/format",
		      DETAIL_GOLDEN "/mce_record.format");
	put_test_file(collect, TRACING "/events/ras/mc_event/format",
		      DETAIL_GOLDEN "/mc_event.format");
	put_test_file(collect, TRACING "/events/header_page", DETAIL_GOLDEN "/header_page");
	put_text(collect, INSTANCE "/events/ras/mc_event/enable", enabled);
	put_cpu(collect, "mcelog", 0, DETAIL_GOLDEN "/cpu0.raw", no_loss);
	put_cpu(collect, "mcelog", 1, DETAIL_GOLDEN "/cpu1.raw", no_loss);
}

static void expect_details(const struct collect *collect)
{
	const struct memory_detail *detail = &collect->details[0];

	assert_int_equal(collect->n, 8);
	assert_int_equal(collect->n_details, 6);
	assert_string_equal(detail->label, "CPU_SrcID#0_MC#0_Chan#0_DIMM#1");
	assert_true(sd_id128_equal(detail->boot, boot_a));
	assert_int_equal(detail->ring.cpu, 0);
	assert_int_equal(detail->ring.pid, collect->records[0].ring.pid);
	assert_true(detail->ring.time > collect->records[0].ring.time);
	assert_true(detail->ring.time < collect->records[1].ring.time);
	assert_int_equal(
		strncmp(detail->key, "trace:aa111111111111111111111111111111:mcelog:0:", 48), 0);
	assert_string_not_equal(detail->key, collect->records[0].key);
	assert_int_equal(collect->details[3].ring.cpu, 1);
}

/* An instance that records already gets the event, too; its clock is not touched. */
static void test_details(void **state)
{
	struct collect *collect = *state;
	_cleanup_free_ char *enable = NULL, *clock = NULL;

	put_detail_tree(collect, "0\n");
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_string_equal(collect->logged, "");
	expect_details(collect);
	enable = get_text(collect, INSTANCE "/events/ras/mc_event/enable");
	clock = get_text(collect, INSTANCE "/trace_clock");
	assert_int_equal(enable[0], '1');
	assert_int_equal(strncmp(clock, "local global", 12), 0);
}

/* Nobody wants to know: the event stays as it is. */
static void test_details_not_wanted(void **state)
{
	struct collect *collect = *state;
	_cleanup_free_ char *enable = NULL;

	put_detail_tree(collect, "0\n");
	collect->intake.detail = NULL;
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_int_equal(collect->n, 8);
	assert_int_equal(collect->n_details, 0);
	enable = get_text(collect, INSTANCE "/events/ras/mc_event/enable");
	assert_int_equal(enable[0], '0');
}

/* Killed before the commit: the spool gives them again, in order, with the same keys. */
static void test_details_crash(void **state)
{
	struct collect *collect = *state;
	char key[RECORD_KEY_MAX];

	put_detail_tree(collect, "1\n");
	crash(collect, 0);
	expect_details(collect);
	snprintf(key, sizeof(key), "%s", collect->details[0].key);
	empty_rings(collect);
	collect->n = collect->n_details = 0;
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	expect_details(collect);
	assert_string_equal(collect->details[0].key, key);
	collect->n = collect->n_details = 0;
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_int_equal(collect->n_details, 0);
}

/* A format that cannot be used costs the details, not the records. */
static void test_details_bad_format(void **state)
{
	struct collect *collect = *state;

	put_detail_tree(collect, "1\n");
	put_text(collect, TRACING "/events/ras/mc_event/format", "something else\n");
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_int_equal(collect->n, 8);
	assert_int_equal(collect->n_details, 0);
	assert_non_null(strstr(collect->logged,
			       "events/ras/mc_event: not read: format: not a trace event's"));
}

/* --- losses --- */

static void put_overrun(struct collect *collect, uint32_t flags)
{
	_cleanup_free_ char *page = test_read(test_data(GOLDEN "/cpu0.raw"), NULL);

	page[11] = (char)(flags >> 24);
	put_cpu(collect, "mcelog", 0, NULL,
		"entries: 3\noverrun: 40\ncommit overrun: 2\nbytes: 5\ndropped events: 1\n");
	put_file(collect, INSTANCE "/per_cpu/cpu0/trace_pipe_raw", page, PAGE);
}

static void test_overrun(void **state)
{
	struct collect *collect = *state;

	put_overrun(collect, 1u << 31);
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_int_equal(collect->n_lost, 1);
	assert_int_equal(collect->lost[0].count, 43);
	assert_int_equal(collect->lost[0].source, SOURCE_TRACE);
	assert_string_equal(collect->lost[0].where, "trace instance mcelog, cpu0");
	assert_true(sd_id128_equal(collect->lost[0].boot, boot_a));

	/* the store has been told of 40 of them, then of all, then the instance is a new one */
	told_lost = 40;
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_int_equal(collect->n_lost, 2);
	assert_int_equal(collect->lost[1].count, 3);
	told_lost = 43;
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_int_equal(collect->n_lost, 2);
	told_lost = 1000;
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_int_equal(collect->n_lost, 3);
	assert_int_equal(collect->lost[2].count, 43);
}

static void test_overrun_without_stats(void **state)
{
	struct collect *collect = *state;
	char path[ROOT_PATH_MAX];

	put_overrun(collect, 1u << 31);
	root_path(&collect->root, INSTANCE "/per_cpu/cpu0/stats", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_int_equal(collect->n_lost, 1);
	assert_int_equal(collect->lost[0].count, 0); /* at least one */
}

/* --- times --- */

/* Sets MCG_STATUS.MCIP in the first record of CPU 0's page. */
static void put_in_exception(struct collect *collect)
{
	enum { FIRST_EVENT = 24, MCGSTATUS = 16 };
	_cleanup_free_ char *page = NULL;
	char path[ROOT_PATH_MAX];
	size_t size;

	root_path(&collect->root, INSTANCE "/per_cpu/cpu0/trace_pipe_raw", path);
	page = test_read(path, &size);
	page[FIRST_EVENT + MCGSTATUS] = 4;
	put_file(collect, INSTANCE "/per_cpu/cpu0/trace_pipe_raw", page, size);
}

static void test_times(void **state)
{
	struct collect *collect = *state;
	const int64_t first_us = 1795211962 * 1000000ll;
	unsigned int n_replayed = 0;

	/* booted long before: not leftovers; the ring's clock is of another machine, far off */
	collect->env.boot_time_us = first_us - 3600 * 1000000ll;
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	for (unsigned int i = 0; i < RECORDS; i++)
		assert_false(collect->records[i].boot_time);

	/* polled, and seemingly before this boot began: the clock was set since */
	collect->n = 0;
	collect->env.boot_time_us = first_us + 3600 * 1000000ll;
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	for (unsigned int i = 0; i < RECORDS; i++) {
		assert_false(collect->records[i].replayed);
		assert_true(sd_id128_equal(collect->records[i].boot, boot_a));
	}

	/* of a machine check exception: it is an error of the boot before, handed out again */
	put_in_exception(collect);
	collect->n = 0;
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	for (unsigned int i = 0; i < RECORDS; i++) {
		const struct record *record = &collect->records[i];

		assert_int_equal(record->replayed, record->mcgstatus == 4);
		if (record->replayed) {
			assert_true(sd_id128_is_null(record->boot));
			assert_int_equal(record->time_us % 1000000, 0);
		}
		n_replayed += record->replayed;
	}
	assert_int_equal(n_replayed, 1);
}

static void test_describe(void **state)
{
	struct collect *collect = *state;
	char text[SOURCE_WHY_MAX];

	assert_int_equal(source_open(collect, &source_tracefs), 0);
	source_tracefs.describe(collect->source, text, sizeof(text));
	assert_string_equal(text, "mce:mce_record on 2 CPUs (trace instance mcelog)");
	assert_true(source_tracefs.fd(collect->source) >= 0);
	source_tracefs.close(collect->source);
	source_tracefs.close(NULL);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, collect_teardown)
#define TEST_TREE(name) cmocka_unit_test_setup_teardown(name, setup_tree, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_probe),
		TEST(test_old_place),
		TEST(test_lockdown),
		TEST(test_choose_instance),
		TEST_TREE(test_adopts),
		TEST_TREE(test_enables),
		TEST_TREE(test_sets_up),
		TEST_TREE(test_tracing_off),
		TEST_TREE(test_bad_tree),
		TEST_TREE(test_no_spool),
		TEST_TREE(test_records),
		TEST_TREE(test_holes),
		TEST_TREE(test_cpu_without_ring),
		TEST_TREE(test_crash),
		TEST_TREE(test_intake_fails),
		TEST_TREE(test_no_room),
		TEST_TREE(test_moment_over_pages),
		TEST_TREE(test_damaged_page),
		TEST_TREE(test_damaged_life),
		TEST_TREE(test_details),
		TEST_TREE(test_details_not_wanted),
		TEST_TREE(test_details_crash),
		TEST_TREE(test_details_bad_format),
		TEST_TREE(test_overrun),
		TEST_TREE(test_overrun_without_stats),
		TEST_TREE(test_times),
		TEST_TREE(test_describe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
