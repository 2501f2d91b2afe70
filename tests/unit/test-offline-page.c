// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking pages offline on a fake tree: what is written, what is believed, and
 * when. Nothing here comes near a real page: a plain file cannot refuse and
 * marks nothing, so the write alone is the test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "util/root.h"

static int kernel_write(const struct root *root, const char *path, const char *text);

#define root_write kernel_write
#include "actions/offline-page.c"
#undef root_write

#include "tests/unit/instances.h"
#include "tests/unit/offline.h"

enum { PFN = 0x12345, HUGE_HEAD = 0x400, HUGE_TAIL = 0x4ff };

#define ADDRESS 0x12345678ull

/* How the kernel answers; the child gets its copy as it is started. */
static struct {
	int soft, hard;	  /* 0 or negative errno */
	uint64_t marks;	  /* the pfn that gets the poison flag then; 0 none */
	bool disables;	  /* vm.enable_soft_offline becomes 0 just before */
	bool hides;	  /* /proc/kpageflags goes away */
	const char *says; /* what it traces of a hard offlining; NULL nothing */
} kernel;

static void set_flags(const struct root *root, uint64_t pfn, uint64_t flags)
{
	_cleanup_close_ int fd = -1;

	assert_int_equal(root_mkdir(root, "/proc"), 0);
	fd = root_open(root, "/proc/kpageflags", O_RDWR | O_CREAT);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, &flags, sizeof(flags), (off_t)(pfn * sizeof(flags))),
			 sizeof(flags));
}

static int kernel_write(const struct root *root, const char *path, const char *text)
{
	char flags_path[ROOT_PATH_MAX];
	int r = root_write(root, path, text);

	if (r < 0)
		return r;
	if (kernel.disables)
		(void)root_write(root, "/proc/sys/vm/enable_soft_offline", "0");
	if (kernel.marks)
		set_flags(root, kernel.marks, FLAG_HWPOISON);
	if (kernel.hides)
		unlink(root_path(root, FLAGS_FILE, flags_path));
	if (strstr(path, "soft"))
		return kernel.soft;
	if (kernel.says)
		trace(root, TRACING, kernel.says);
	return kernel.hard;
}

static int setup(void **state)
{
	struct collect *collect;

	assert_int_equal(collect_setup(state), 0);
	collect = *state;
	memset(&kernel, 0, sizeof(kernel));
	memset(&tracefs, 0, sizeof(tracefs));
	put_file(collect, SOFT_FILE, "", 0);
	put_file(collect, HARD_FILE, "", 0);
	set_flags(&collect->root, PFN + 100, 0);
	return 0;
}

struct outcome {
	bool done;
	struct offline_page_report report;
	struct offline_page *page;
};

static void on_page(void *userdata, const struct offline_page_report *report)
{
	struct outcome *outcome = userdata;

	outcome->report = *report;
	offline_page_free(outcome->page);
	assert_false(outcome->done);
	outcome->done = true;
}

static struct offline_page_report ask(struct collect *collect,
				      const struct offline_page_request *request)
{
	struct outcome outcome = { 0 };
	sd_event *event = loop_new();

	assert_int_equal(offline_page_start(event, &collect->root, request, on_page, &outcome,
					    &outcome.page),
			 0);
	loop_until(event, &outcome.done);
	loop_until_childless(event);
	loop_free(event);
	return outcome.report;
}

static struct offline_page_report offline(struct collect *collect, enum offline_how how)
{
	const struct offline_page_request request = { .how = how, .address = ADDRESS };

	return ask(collect, &request);
}

/* What a file of the tree has; static. */
static const char *written(struct collect *collect, const char *path)
{
	static char text[64];
	_cleanup_free_ char *read = NULL;

	assert_int_equal(root_read(&collect->root, path, sizeof(text) - 1, &read, NULL), 0);
	strcpy(text, read);
	return text;
}

static void remove_file(struct collect *collect, const char *path)
{
	char full[ROOT_PATH_MAX];

	assert_int_equal(unlink(root_path(&collect->root, path, full)), 0);
}

#define assert_report(report_, method_, result_, error_, text_)                                    \
	do {                                                                                       \
		struct offline_page_report got_ = (report_);                                       \
		char buffer_[256];                                                                 \
		assert_string_equal(offline_result_name(got_.result),                              \
				    offline_result_name(result_));                                 \
		assert_int_equal(got_.method, method_);                                            \
		assert_int_equal(got_.error, error_);                                              \
		assert_string_equal(offline_page_text(&got_, buffer_, sizeof(buffer_)), text_);    \
	} while (0)

static void test_done(void **state)
{
	struct collect *collect = *state;

	kernel.marks = PFN;
	assert_report(offline(collect, OFFLINE_SOFT), OFFLINE_METHOD_SOFT, OFFLINE_DONE, 0,
		      "soft offlining done: the page is out of use");
	assert_string_equal(written(collect, SOFT_FILE), "0x12345678");
	assert_string_equal(written(collect, HARD_FILE), "");

	set_flags(&collect->root, PFN, 0);
	assert_report(offline(collect, OFFLINE_HARD), OFFLINE_METHOD_HARD, OFFLINE_DONE, 0,
		      "hard offlining done: the page is out of use");
	assert_string_equal(written(collect, HARD_FILE), "0x12345678");
}

/* Poisoned before: nothing is written. */
static void test_already(void **state)
{
	struct collect *collect = *state;

	set_flags(&collect->root, PFN, FLAG_HWPOISON | 1);
	assert_report(offline(collect, OFFLINE_SOFT_THEN_HARD), OFFLINE_METHOD_SOFT,
		      OFFLINE_ALREADY, 0,
		      "soft offlining not needed: the page was out of use before");
	assert_string_equal(written(collect, SOFT_FILE), "");
	assert_string_equal(written(collect, HARD_FILE), "");

	/* somebody else was faster */
	set_flags(&collect->root, PFN, 0);
	kernel.hard = -EHWPOISON;
	assert_report(offline(collect, OFFLINE_HARD), OFFLINE_METHOD_HARD, OFFLINE_ALREADY, 0,
		      "hard offlining not needed: the page was out of use before");
}

/* The kernel says yes: that alone is not believed. */
static void test_proof(void **state)
{
	struct collect *collect = *state;

	assert_report(offline(collect, OFFLINE_SOFT_THEN_HARD), OFFLINE_METHOD_SOFT,
		      OFFLINE_DISBELIEVED, 0,
		      "soft offlining accepted by the kernel, but the page is still in use");
	assert_string_equal(written(collect, HARD_FILE), "");

	kernel.marks = PFN + 1; /* another page's flag proves nothing */
	assert_int_equal(offline(collect, OFFLINE_SOFT).result, OFFLINE_DISBELIEVED);

	kernel.hides = true;
	assert_report(offline(collect, OFFLINE_SOFT), OFFLINE_METHOD_SOFT, OFFLINE_UNPROVEN,
		      -ENOENT,
		      "soft offlining accepted by the kernel; without /proc/kpageflags nobody "
		      "can see whether it is so");

	put_file(collect, "/proc/kpageflags", "short", 5);
	kernel.hides = false;
	kernel.marks = 0;
	assert_int_equal(offline(collect, OFFLINE_SOFT).error, -ENODATA);
}

static void test_refused(void **state)
{
	struct collect *collect = *state;
	struct offline_page_report report;

	kernel.soft = -EBUSY;
	kernel.hard = -EIO;
	report = offline(collect, OFFLINE_SOFT);
	assert_report(report, OFFLINE_METHOD_SOFT, OFFLINE_REFUSED, -EBUSY,
		      "soft offlining refused: the page is in use by the kernel, or cannot be "
		      "moved");
	assert_false(report.marked);
	assert_string_equal(written(collect, HARD_FILE), "");

	kernel.soft = -EPERM;
	assert_report(offline(collect, OFFLINE_SOFT), OFFLINE_METHOD_SOFT, OFFLINE_REFUSED, -EPERM,
		      "soft offlining refused: not permitted (it takes CAP_SYS_ADMIN)");
	kernel.soft = -EDOM; /* no meaning of its own */
	assert_int_equal(offline(collect, OFFLINE_SOFT).error, -EDOM);

	/* refused, and marked all the same */
	kernel.soft = -EBUSY;
	kernel.marks = PFN;
	report = offline(collect, OFFLINE_SOFT);
	assert_true(report.marked);
	assert_report(report, OFFLINE_METHOD_SOFT, OFFLINE_REFUSED, -EBUSY,
		      "soft offlining refused: the page is in use by the kernel, or cannot be "
		      "moved; it is marked and will not be given out again");
}

static void test_soft_then_hard(void **state)
{
	struct collect *collect = *state;

	kernel.soft = -EBUSY;
	kernel.marks = PFN;
	/* The flag is set by the refused soft try: what hard finds is no longer its own work. */
	assert_int_equal(offline(collect, OFFLINE_SOFT_THEN_HARD).method, OFFLINE_METHOD_HARD);
	assert_string_equal(written(collect, SOFT_FILE), "0x12345678");
	assert_string_equal(written(collect, HARD_FILE), "0x12345678");

	/* no soft at all */
	set_flags(&collect->root, PFN, 0);
	remove_file(collect, SOFT_FILE);
	assert_report(offline(collect, OFFLINE_SOFT_THEN_HARD), OFFLINE_METHOD_HARD, OFFLINE_DONE,
		      0, "hard offlining done: the page is out of use");

	/* both refused: the second one is told */
	put_file(collect, SOFT_FILE, "", 0);
	set_flags(&collect->root, PFN, 0);
	kernel.marks = 0;
	kernel.hard = -EIO;
	assert_report(offline(collect, OFFLINE_SOFT_THEN_HARD), OFFLINE_METHOD_HARD,
		      OFFLINE_REFUSED, -EIO,
		      "hard offlining refused: the page is the kernel's own, not online, or could "
		      "not be isolated");

	/* what the settings leave out is not taken by force */
	put_file(collect, HARD_FILE, "", 0);
	kernel.soft = -EOPNOTSUPP;
	assert_report(offline(collect, OFFLINE_SOFT_THEN_HARD), OFFLINE_METHOD_SOFT,
		      OFFLINE_REFUSED, -EOPNOTSUPP,
		      "soft offlining refused: the kernel's settings leave this page out");
	assert_string_equal(written(collect, HARD_FILE), "");
}

static void test_disabled(void **state)
{
	struct collect *collect = *state;
	static const char text[] = "soft offlining disabled by vm.enable_soft_offline";

	kernel.marks = PFN;
	put_file(collect, SOFT_SYSCTL, "0\n", 2);
	assert_report(offline(collect, OFFLINE_SOFT_THEN_HARD), OFFLINE_METHOD_SOFT,
		      OFFLINE_DISABLED, 0, text);
	assert_string_equal(written(collect, SOFT_FILE), "");
	assert_string_equal(written(collect, HARD_FILE), "");
	/* it is a switch of soft alone */
	assert_int_equal(offline(collect, OFFLINE_HARD).result, OFFLINE_DONE);

	set_flags(&collect->root, PFN, 0);
	put_file(collect, SOFT_SYSCTL, "1\n", 2);
	assert_int_equal(offline(collect, OFFLINE_SOFT).result, OFFLINE_DONE);

	/* switched off between our look and the write */
	set_flags(&collect->root, PFN, 0);
	kernel.marks = 0;
	kernel.disables = true;
	kernel.soft = -EOPNOTSUPP;
	assert_int_equal(offline(collect, OFFLINE_SOFT).result, OFFLINE_DISABLED);
}

static void test_unsupported(void **state)
{
	struct collect *collect = *state;

	remove_file(collect, SOFT_FILE);
	remove_file(collect, HARD_FILE);
	assert_report(offline(collect, OFFLINE_SOFT), OFFLINE_METHOD_SOFT, OFFLINE_UNSUPPORTED,
		      -ENOENT,
		      "soft offlining not supported by this kernel (CONFIG_MEMORY_FAILURE is off)");
	assert_int_equal(offline(collect, OFFLINE_SOFT_THEN_HARD).method, OFFLINE_METHOD_HARD);
	assert_int_equal(offline(collect, OFFLINE_HARD).result, OFFLINE_UNSUPPORTED);
	assert_false(root_exists(&collect->root, SOFT_FILE)); /* nor is it made */
}

/* Old kernels show the poison of a hugetlb page in its first page only. */
static void test_huge(void **state)
{
	struct collect *collect = *state;
	const struct offline_page_request request = {
		.how = OFFLINE_SOFT,
		.address = (uint64_t)HUGE_TAIL << PAGE_SHIFT,
	};

	set_flags(&collect->root, HUGE_TAIL, FLAG_HUGE | FLAG_TAIL);
	set_flags(&collect->root, HUGE_HEAD, FLAG_HUGE);
	assert_int_equal(ask(collect, &request).result, OFFLINE_DISBELIEVED);
	/* another bad part may be the reason: it is asked for all the same */
	set_flags(&collect->root, HUGE_HEAD, FLAG_HUGE | FLAG_HWPOISON);
	put_file(collect, SOFT_FILE, "", 0);
	assert_int_equal(ask(collect, &request).result, OFFLINE_ALREADY);
	assert_string_equal(written(collect, SOFT_FILE), "0x4ff000");

	/* of 1 GiB: where 2 MiB would begin there is a tail, too */
	set_flags(&collect->root, HUGE_HEAD, FLAG_HUGE | FLAG_TAIL);
	set_flags(&collect->root, 0, FLAG_HUGE | FLAG_HWPOISON);
	assert_int_equal(ask(collect, &request).result, OFFLINE_ALREADY);
	/* the head of something else says nothing about this page */
	set_flags(&collect->root, 0, FLAG_HWPOISON);
	assert_int_equal(ask(collect, &request).result, OFFLINE_DISBELIEVED);
}

#define SAYS(what)                                                                                 \
	" mcelog-1 [000] ..... 1.0: memory_failure_event: pfn 0x12345: recovery action for " what  \
	"\n"

/* What the kernel says of a hard offlining, with the flag set and the write done. */
static void test_said(void **state)
{
	struct collect *collect = *state;

	put_tracefs(collect, TRACING, EVENT);
	kernel.marks = PFN;
	kernel.says = SAYS("free buddy page: Recovered");
	assert_report(offline(collect, OFFLINE_HARD), OFFLINE_METHOD_HARD, OFFLINE_DONE, 0,
		      "hard offlining done: the kernel recovered the free buddy page");
	assert_string_equal(written(collect, HARD_FILE), "0x12345678");

	set_flags(&collect->root, PFN, 0);
	kernel.says = SAYS("dirty swapcache page: Delayed");
	assert_report(
		offline(collect, OFFLINE_HARD), OFFLINE_METHOD_HARD, OFFLINE_DONE, 0,
		"hard offlining done as far as it can be now: the kernel delayed the recovery "
		"of the dirty swapcache page");

	set_flags(&collect->root, PFN, 0);
	kernel.says = NULL;
	assert_report(offline(collect, OFFLINE_HARD), OFFLINE_METHOD_HARD, OFFLINE_DONE, 0,
		      "hard offlining done: the page is out of use; the kernel did not say what it "
		      "did");

	set_flags(&collect->root, PFN, 0);
	tracefs.has_no_files = true;
	assert_report(offline(collect, OFFLINE_HARD), OFFLINE_METHOD_HARD, OFFLINE_DONE, 0,
		      "hard offlining done: the page is out of use; what the kernel did cannot be "
		      "read from its trace: No such file or directory");
	assert_int_equal(count_instances(collect, TRACING), 0);
}

/* Kernels differ in whether the write fails then. */
static void test_gave_up(void **state)
{
	struct collect *collect = *state;
	struct offline_page_report report;

	put_tracefs(collect, TRACING, EVENT);
	kernel.marks = PFN;
	kernel.says = SAYS("dirty LRU page: Failed");
	report = offline(collect, OFFLINE_HARD);
	assert_true(report.marked);
	assert_report(report, OFFLINE_METHOD_HARD, OFFLINE_REFUSED, -EBUSY,
		      "hard offlining refused: the kernel failed to recover the dirty LRU page; it "
		      "is marked and will not be given out again");

	set_flags(&collect->root, PFN, 0);
	kernel.hard = -EIO;
	kernel.says = SAYS("reserved kernel page: Ignored");
	report = offline(collect, OFFLINE_HARD);
	assert_true(report.marked);
	assert_report(report, OFFLINE_METHOD_HARD, OFFLINE_REFUSED, -EIO,
		      "hard offlining refused: the kernel ignored the reserved kernel page; it is "
		      "marked and will not be given out again");

	/* another one was faster: that is no failure */
	set_flags(&collect->root, PFN, 0);
	kernel.hard = -EHWPOISON;
	kernel.says = SAYS("already poisoned: Failed");
	assert_report(offline(collect, OFFLINE_HARD), OFFLINE_METHOD_HARD, OFFLINE_ALREADY, 0,
		      "hard offlining not needed: the page was out of use before");
	assert_int_equal(count_instances(collect, TRACING), 0);
}

/* The kernel's word alone is no proof. */
static void test_said_unproven(void **state)
{
	struct collect *collect = *state;

	put_tracefs(collect, TRACING, EVENT);
	kernel.says = SAYS("free buddy page: Recovered");
	assert_report(offline(collect, OFFLINE_HARD), OFFLINE_METHOD_HARD, OFFLINE_DISBELIEVED, 0,
		      "hard offlining accepted by the kernel, but the page is still in use; the "
		      "kernel recovered the free buddy page");
	kernel.hides = true;
	assert_report(offline(collect, OFFLINE_HARD), OFFLINE_METHOD_HARD, OFFLINE_UNPROVEN,
		      -ENOENT,
		      "hard offlining accepted by the kernel; without /proc/kpageflags nobody can "
		      "see whether it is so; the kernel recovered the free buddy page");
}

/* Of a soft one it says nothing, and nobody listens. */
static void test_said_of_soft(void **state)
{
	struct collect *collect = *state;

	put_tracefs(collect, TRACING, EVENT);
	kernel.marks = PFN;
	assert_report(offline(collect, OFFLINE_SOFT), OFFLINE_METHOD_SOFT, OFFLINE_DONE, 0,
		      "soft offlining done: the page is out of use");

	/* one page of a hugetlb page, of which another one is out of use: now this one is, too */
	set_flags(&collect->root, PFN, FLAG_HUGE | FLAG_HWPOISON);
	kernel.soft = -EBUSY;
	kernel.says = SAYS("huge page: Recovered");
	assert_report(offline(collect, OFFLINE_SOFT_THEN_HARD), OFFLINE_METHOD_HARD, OFFLINE_DONE,
		      0, "hard offlining done: the kernel recovered the huge page");
}

/* A child that is killed in the middle leaves its instance; the next one removes it. */
static void test_killed(void **state)
{
	struct collect *collect = *state;
	const struct offline_page_request request = {
		.how = OFFLINE_HARD,
		.address = ADDRESS,
		.timeout_us = 300000,
	};
	char path[ROOT_PATH_MAX];

	put_tracefs(collect, TRACING, EVENT);
	remove_file(collect, HARD_FILE);
	assert_int_equal(mkfifo(root_path(&collect->root, HARD_FILE, path), 0600), 0);
	assert_report(ask(collect, &request), OFFLINE_METHOD_HARD, OFFLINE_REFUSED, -ETIMEDOUT,
		      "hard offlining refused: the kernel did not answer in time");
	assert_int_equal(count_instances(collect, TRACING), 1);

	remove_file(collect, HARD_FILE);
	put_file(collect, HARD_FILE, "", 0);
	kernel.marks = PFN;
	kernel.says = SAYS("free buddy page: Recovered");
	assert_int_equal(ask(collect, &request).result, OFFLINE_DONE);
	assert_int_equal(count_instances(collect, TRACING), 0);
}

static void test_dry_run(void **state)
{
	struct collect *collect = *state;
	const struct offline_page_request request = {
		.how = OFFLINE_SOFT_THEN_HARD,
		.address = ADDRESS,
		.dry_run = true,
	};

	kernel.marks = PFN;
	assert_report(ask(collect, &request), OFFLINE_METHOD_SOFT, OFFLINE_DRY_RUN, 0,
		      "soft offlining not done: this is a dry run");
	assert_string_equal(written(collect, SOFT_FILE), "");
	remove_file(collect, SOFT_FILE);
	assert_report(ask(collect, &request), OFFLINE_METHOD_HARD, OFFLINE_DRY_RUN, 0,
		      "hard offlining not done: this is a dry run");
	assert_string_equal(written(collect, HARD_FILE), "");
	remove_file(collect, HARD_FILE);
	assert_int_equal(ask(collect, &request).result, OFFLINE_UNSUPPORTED);
	set_flags(&collect->root, PFN, FLAG_HWPOISON);
	assert_int_equal(ask(collect, &request).result, OFFLINE_ALREADY);
}

/* A pipe that nobody reads holds the child up, as a busy kernel does. */
static void make_stuck(struct collect *collect)
{
	char path[ROOT_PATH_MAX];

	remove_file(collect, SOFT_FILE);
	assert_int_equal(mkfifo(root_path(&collect->root, SOFT_FILE, path), 0600), 0);
}

static void test_stuck(void **state)
{
	struct collect *collect = *state;
	const struct offline_page_request request = {
		.how = OFFLINE_SOFT_THEN_HARD,
		.address = ADDRESS,
		.timeout_us = 300000,
	};
	struct outcome outcome = { 0 };
	sd_event *event;

	make_stuck(collect);
	assert_report(ask(collect, &request), OFFLINE_METHOD_SOFT, OFFLINE_REFUSED, -ETIMEDOUT,
		      "soft offlining refused: the kernel did not answer in time");
	assert_string_equal(written(collect, HARD_FILE), ""); /* the time is for both */

	/* given up before it is done: no callback */
	event = loop_new();
	assert_int_equal(offline_page_start(event, &collect->root, &request, on_page, &outcome,
					    &outcome.page),
			 0);
	offline_page_free(outcome.page);
	offline_page_free(NULL);
	loop_until_childless(event);
	assert_true(sd_event_run(event, 400000) >= 0);
	assert_false(outcome.done);
	loop_free(event);
}

/* An address beyond all memory: no flags, and the kernel has the last word. */
static void test_far_address(void **state)
{
	struct collect *collect = *state;
	const struct offline_page_request request = { .address = UINT64_MAX };

	kernel.soft = -ENXIO;
	assert_report(ask(collect, &request), OFFLINE_METHOD_SOFT, OFFLINE_REFUSED, -ENXIO,
		      "soft offlining refused: the address is not memory");
	assert_string_equal(written(collect, SOFT_FILE), "0xffffffffffffffff");
}

static void test_names(void **state)
{
	const enum offline_result beyond = OFFLINE_RESULT_COUNT_;

	(void)state;
	for (enum offline_result r = 0; r < OFFLINE_RESULT_COUNT_; r++)
		assert_non_null(offline_result_name(r));
	assert_string_equal(offline_result_name(OFFLINE_DRY_RUN), "dry-run");
	assert_string_equal(offline_result_name(beyond), "unknown");
	assert_true(offline_succeeded(OFFLINE_DONE));
	assert_true(offline_succeeded(OFFLINE_ALREADY));
	assert_true(offline_succeeded(OFFLINE_UNPROVEN));
	assert_false(offline_succeeded(OFFLINE_DISBELIEVED));
	assert_false(offline_succeeded(OFFLINE_DRY_RUN));
	assert_false(offline_succeeded(OFFLINE_REFUSED));
	/* the same number means another thing for a CPU */
	assert_string_not_equal(offline_error_text(OFFLINE_METHOD_CPU, -EBUSY),
				offline_error_text(OFFLINE_METHOD_SOFT, -EBUSY));
	assert_string_equal(offline_error_text(OFFLINE_METHOD_SOFT, -EDOM), strerror(EDOM));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_done),	 TEST(test_already),	    TEST(test_proof),
		TEST(test_refused),	 TEST(test_soft_then_hard), TEST(test_disabled),
		TEST(test_unsupported),	 TEST(test_huge),	    TEST(test_dry_run),
		TEST(test_stuck),	 TEST(test_far_address),    TEST(test_names),
		TEST(test_said),	 TEST(test_gave_up),	    TEST(test_said_unproven),
		TEST(test_said_of_soft), TEST(test_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
