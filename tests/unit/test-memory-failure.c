// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel says of a hard offlining: its lines of all eras, and the instance they come from.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/wait.h>

#include "tests/unit/instances.h"

enum { PFN = 0x12345 };

#define PREFIX "            bash-1234    [002] .....   172.345678: memory_failure_event: "
#define FREE   PREFIX "pfn 0x12345: recovery action for free buddy page: Recovered\n"
#define HEADER                                                                                     \
	"# tracer: nop\n#\n# entries-in-buffer/entries-written: 1/1   #P:4\n#\n"                   \
	"#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n"

static int setup(void **state)
{
	memset(&tracefs, 0, sizeof(tracefs));
	return collect_setup(state);
}

#define assert_said(said_, result_, page_, text_)                                                  \
	do {                                                                                       \
		struct memory_failure got_ = (said_);                                              \
		char buffer_[160];                                                                 \
		assert_int_equal(got_.result, result_);                                            \
		assert_string_equal(got_.page, page_);                                             \
		assert_string_equal(memory_failure_text(&got_, buffer_, sizeof(buffer_)), text_);  \
	} while (0)

static struct memory_failure parse(const char *text)
{
	struct memory_failure said;

	memory_failure_parse(text, PFN, &said);
	return said;
}

/* clang-format off */
struct kind {
	const char *page, *result;
	enum memory_failure_result expected;
	const char *text;
};

/* MF_PAGE_TYPE of Linux 4.2 to 6.19; not all of them are in all kernels. */
static const struct kind kinds[] = {
	{ "reserved kernel page", "Ignored", MEMORY_FAILURE_IGNORED, "the kernel ignored the reserved kernel page" },
	{ "high-order kernel page", "Ignored", MEMORY_FAILURE_IGNORED, "the kernel ignored the high-order kernel page" },
	{ "kernel slab page", "Ignored", MEMORY_FAILURE_IGNORED, "the kernel ignored the kernel slab page" },
	{ "different compound page after locking", "Ignored", MEMORY_FAILURE_IGNORED, "the kernel ignored the different compound page after locking" },
	{ "poisoned huge page", "Ignored", MEMORY_FAILURE_IGNORED, "the kernel ignored the poisoned huge page" },
	{ "huge page", "Delayed", MEMORY_FAILURE_DELAYED, "the kernel delayed the recovery of the huge page" },
	{ "free huge page", "Recovered", MEMORY_FAILURE_RECOVERED, "the kernel recovered the free huge page" },
	{ "non-pmd-sized huge page", "Ignored", MEMORY_FAILURE_IGNORED, "the kernel ignored the non-pmd-sized huge page" },
	{ "get hwpoison page", "Ignored", MEMORY_FAILURE_IGNORED, "the kernel ignored the get hwpoison page" },
	{ "unmapping failed page", "Ignored", MEMORY_FAILURE_IGNORED, "the kernel ignored the unmapping failed page" },
	{ "dirty swapcache page", "Delayed", MEMORY_FAILURE_DELAYED, "the kernel delayed the recovery of the dirty swapcache page" },
	{ "clean swapcache page", "Recovered", MEMORY_FAILURE_RECOVERED, "the kernel recovered the clean swapcache page" },
	{ "dirty mlocked LRU page", "Recovered", MEMORY_FAILURE_RECOVERED, "the kernel recovered the dirty mlocked LRU page" },
	{ "clean unevictable LRU page", "Recovered", MEMORY_FAILURE_RECOVERED, "the kernel recovered the clean unevictable LRU page" },
	{ "dirty LRU page", "Failed", MEMORY_FAILURE_FAILED, "the kernel failed to recover the dirty LRU page" },
	{ "already truncated LRU page", "Failed", MEMORY_FAILURE_FAILED, "the kernel failed to recover the already truncated LRU page" },
	{ "free buddy page", "Delayed", MEMORY_FAILURE_DELAYED, "the kernel delayed the recovery of the free buddy page" },
	{ "free buddy page (2nd try)", "Recovered", MEMORY_FAILURE_RECOVERED, "the kernel recovered the free buddy page (2nd try)" },
	{ "dax page", "Recovered", MEMORY_FAILURE_RECOVERED, "the kernel recovered the dax page" },
	{ "unsplit thp", "Ignored", MEMORY_FAILURE_IGNORED, "the kernel ignored the unsplit thp page" },
	{ "already poisoned", "Failed", MEMORY_FAILURE_FAILED, "the kernel failed to recover the already poisoned page" },
	{ "non struct page pfn", "Recovered", MEMORY_FAILURE_RECOVERED, "the kernel recovered the non struct page pfn" },
	{ "unknown page", "Ignored", MEMORY_FAILURE_IGNORED, "the kernel ignored the unknown page" },
	/* what no kernel says yet: numbers, and a colon in the kind */
	{ "0x1f", "Recovered", MEMORY_FAILURE_RECOVERED, "the kernel recovered the 0x1f page" },
	{ "page: mine", "0x7", MEMORY_FAILURE_OTHER, "the kernel has an unknown result for the page: mine" },
};
/* clang-format on */

static void test_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		char text[512];

		snprintf(text, sizeof(text),
			 HEADER PREFIX "pfn 0x12345: recovery action for %s: %s\n", kinds[i].page,
			 kinds[i].result);
		assert_said(parse(text), kinds[i].expected, kinds[i].page, kinds[i].text);
	}
}

/* What stands before depends on the kernel (4.2, 5.10, 6.1) and on the trace options. */
static void test_prefixes(void **state)
{
	static const char *const prefixes[] = {
		"          mcelog-812   [001] ....   106.123456: ",
		"          mcelog-812     [001] .....   106.123456: ",
		"           <...>-812     [001] d..1.   106.123456: ",
		"  mcelog-812       1.....  106us+: ", /* latency-format */
		"",				       /* nocontext-info */
		"CPU:1 [LOST 12 EVENTS]\n mcelog-812     [001] .....   106.123456: ",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		char text[512];

		snprintf(text, sizeof(text),
			 "%smemory_failure_event: pfn 0x12345: recovery action for huge page: "
			 "Failed\n",
			 prefixes[i]);
		assert_int_equal(parse(text).result, MEMORY_FAILURE_FAILED);
		text[strlen(text) - 1] = '\0'; /* nor is there an end of the last line */
		assert_int_equal(parse(text).result, MEMORY_FAILURE_FAILED);
	}
}

static void test_other_lines(void **state)
{
	static const char *const lines[] = {
		"",
		HEADER,
		"\n\n",
		PREFIX "pfn 0x12346: recovery action for free buddy page: Recovered\n",
		PREFIX "pfn 0x123450: recovery action for free buddy page: Recovered\n",
		PREFIX "pfn 0x12345\n",
		PREFIX "pfn 0x12345: recovery action for\n",
		PREFIX "pfn 0x12345: recovery action for free buddy page\n",
		PREFIX "pfn=0x12345 type=0 result=0\n",
		" bash-1 [000] .....  1.0: other_event: pfn 0x12345: recovery action for a: "
		"Failed\n",
		PREFIX "\npfn 0x12345: recovery action for free buddy page: Recovered\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_said(parse(lines[i]), MEMORY_FAILURE_SILENT, "",
			    "the kernel did not say what it did");
	assert_said(parse(HEADER PREFIX "pfn 0x1: recovery action for huge page: Failed\n" FREE),
		    MEMORY_FAILURE_RECOVERED, "free buddy page",
		    "the kernel recovered the free buddy page");
	/* two about one page: the last word */
	assert_int_equal(
		parse(PREFIX "pfn 0x12345: recovery action for huge page: Failed\n" FREE).result,
		MEMORY_FAILURE_RECOVERED);
}

/* A kind that is longer than any is cut; lines without end are none. */
static void test_long(void **state)
{
	char text[6000], kind[5000];
	struct memory_failure said;

	(void)state;
	memset(kind, 'x', sizeof(kind));
	kind[100] = '\0';
	snprintf(text, sizeof(text), PREFIX "pfn 0x12345: recovery action for %s: Failed\n", kind);
	said = parse(text);
	assert_int_equal(said.result, MEMORY_FAILURE_FAILED);
	assert_int_equal(strlen(said.page), MEMORY_FAILURE_PAGE_MAX - 1);
	memset(kind, 'x', sizeof(kind) - 1);
	kind[sizeof(kind) - 1] = '\0';
	snprintf(text, sizeof(text), PREFIX "pfn 0x12345: recovery action for %s: Failed\n" FREE,
		 kind);
	assert_int_equal(parse(text).result, MEMORY_FAILURE_RECOVERED);
}

/* What a file of this process's instance has; the caller frees. */
static char *instance_text(struct collect *collect, const char *tracing, const char *file)
{
	char path[ROOT_PATH_MAX];
	char *text = NULL;

	snprintf(path, sizeof(path), "%s/instances/mcelog-offline-%d/%s", tracing, (int)getpid(),
		 file);
	assert_int_equal(root_read(&collect->root, path, 4096, &text, NULL), 0);
	return text;
}

static struct memory_failure listen_and_hear(struct collect *collect, const char *tracing,
					     const char *text)
{
	struct memory_failure_listener listener;
	struct memory_failure said;

	memory_failure_listen(&collect->root, &listener);
	if (text)
		trace(&collect->root, tracing, text);
	memory_failure_hear(&listener, PFN, &said);
	return said;
}

static void test_hear(void **state)
{
	struct collect *collect = *state;
	struct memory_failure_listener listener;
	_cleanup_free_ char *enabled = NULL;
	struct memory_failure said;

	put_tracefs(collect, TRACING, EVENT);
	memory_failure_listen(&collect->root, &listener);
	assert_int_equal(count_instances(collect, TRACING), 1);
	enabled = instance_text(collect, TRACING, EVENT "/enable");
	assert_string_equal(enabled, "1");
	trace(&collect->root, TRACING, HEADER FREE);
	memory_failure_hear(&listener, PFN, &said);
	assert_said(said, MEMORY_FAILURE_RECOVERED, "free buddy page",
		    "the kernel recovered the free buddy page");
	assert_int_equal(count_instances(collect, TRACING), 0);

	assert_int_equal(listen_and_hear(collect, TRACING, NULL).result, MEMORY_FAILURE_SILENT);
	assert_int_equal(count_instances(collect, TRACING), 0);
}

/* Where kernels have it. */
static void test_places(void **state)
{
	struct collect *collect = *state;

	assert_said(listen_and_hear(collect, TRACING, NULL), MEMORY_FAILURE_UNASKED, "", "");
	put_tracefs(collect, TRACING_OLD, EVENT);
	assert_int_equal(listen_and_hear(collect, TRACING_OLD, FREE).result,
			 MEMORY_FAILURE_RECOVERED);
	/* a mounted tracefs without the event has no say in it */
	put_tracefs(collect, TRACING, "events/mce/mce_record");
	tracefs.event = EVENT;
	assert_int_equal(listen_and_hear(collect, TRACING_OLD, FREE).result,
			 MEMORY_FAILURE_RECOVERED);
	put_tracefs(collect, TRACING, EVENT_NEW);
	assert_int_equal(listen_and_hear(collect, TRACING, FREE).result, MEMORY_FAILURE_RECOVERED);
	assert_int_equal(count_instances(collect, TRACING), 0);
	assert_int_equal(count_instances(collect, TRACING_OLD), 0);
}

/* The instance is removed also where it was of no use. */
static void test_unheard(void **state)
{
	struct collect *collect = *state;
	struct memory_failure said;
	char path[ROOT_PATH_MAX];

	put_tracefs(collect, TRACING, EVENT);
	tracefs.has_no_files = true;
	said = listen_and_hear(collect, TRACING, NULL);
	assert_int_equal(said.error, -ENOENT);
	assert_said(said, MEMORY_FAILURE_UNHEARD, "",
		    "what the kernel did cannot be read from its trace: No such file or directory");
	assert_int_equal(count_instances(collect, TRACING), 0);

	assert_int_equal(rmdir(root_path(&collect->root, TRACING "/instances/mcelog", path)), 0);
	assert_int_equal(rmdir(root_path(&collect->root, TRACING "/instances", path)), 0);
	said = listen_and_hear(collect, TRACING, NULL);
	assert_int_equal(said.result, MEMORY_FAILURE_UNHEARD);
	assert_int_equal(said.error, -ENOENT);
}

/* More text than anybody's errors make. */
static void test_too_much(void **state)
{
	struct collect *collect = *state;
	struct memory_failure_listener listener;
	struct memory_failure said;
	char path[ROOT_PATH_MAX], full[ROOT_PATH_MAX];

	put_tracefs(collect, TRACING, EVENT);
	memory_failure_listen(&collect->root, &listener);
	snprintf(path, sizeof(path), TRACING "/instances/mcelog-offline-%d/trace", (int)getpid());
	assert_int_equal(truncate(root_path(&collect->root, path, full), TRACE_MAX + 1), 0);
	memory_failure_hear(&listener, PFN, &said);
	assert_int_equal(said.result, MEMORY_FAILURE_UNHEARD);
	assert_int_equal(said.error, -EFBIG);
	assert_int_equal(count_instances(collect, TRACING), 0);
}

/* A process that is there no more; its number is not given out again so soon. */
static pid_t dead_process(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return pid;
}

static void put_instance(struct collect *collect, const char *name)
{
	char path[ROOT_PATH_MAX], full[ROOT_PATH_MAX];

	snprintf(path, sizeof(path), TRACING "/instances/%s", name);
	assert_int_equal(tracefs_mkdir(root_path(&collect->root, path, full), 0700), 0);
}

static bool has_instance(struct collect *collect, const char *name)
{
	char path[ROOT_PATH_MAX];

	snprintf(path, sizeof(path), TRACING "/instances/%s", name);
	return root_exists(&collect->root, path);
}

static void test_leftovers(void **state)
{
	struct collect *collect = *state;
	char dead[32], own[32], parent[32];

	put_tracefs(collect, TRACING, EVENT);
	snprintf(dead, sizeof(dead), "mcelog-offline-%d", (int)dead_process());
	snprintf(own, sizeof(own), "mcelog-offline-%d", (int)getpid());
	snprintf(parent, sizeof(parent), "mcelog-offline-%d", (int)getppid());
	put_instance(collect, dead);
	put_instance(collect, own); /* of one that had our number */
	trace(&collect->root, TRACING, FREE);
	put_instance(collect, parent);
	put_instance(collect, "mcelog-offline-0");
	put_instance(collect, "mcelog-offline-1x");
	assert_int_equal(listen_and_hear(collect, TRACING, NULL).result, MEMORY_FAILURE_SILENT);
	assert_false(has_instance(collect, dead));
	assert_false(has_instance(collect, own));
	assert_true(has_instance(collect, parent));		/* at work */
	assert_true(has_instance(collect, "mcelog-offline-0")); /* nobody's */
	assert_true(has_instance(collect, "mcelog-offline-1x"));
}

/* One that somebody reads stays, turned off, and what it has is not taken for news. */
static void test_busy(void **state)
{
	struct collect *collect = *state;
	_cleanup_free_ char *enabled = NULL;
	struct memory_failure said;

	put_tracefs(collect, TRACING, EVENT);
	tracefs.is_busy = true;
	assert_int_equal(listen_and_hear(collect, TRACING, FREE).result, MEMORY_FAILURE_RECOVERED);
	enabled = instance_text(collect, TRACING, EVENT "/enable");
	assert_string_equal(enabled, "0");
	said = listen_and_hear(collect, TRACING, NULL);
	assert_int_equal(said.result, MEMORY_FAILURE_UNHEARD);
	assert_int_equal(said.error, -EEXIST);
	tracefs.is_busy = false;
	assert_int_equal(listen_and_hear(collect, TRACING, FREE).result, MEMORY_FAILURE_RECOVERED);
	assert_int_equal(count_instances(collect, TRACING), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_kinds),   TEST(test_prefixes), TEST(test_other_lines),
		TEST(test_long),    TEST(test_hear),	 TEST(test_places),
		TEST(test_unheard), TEST(test_too_much), TEST(test_leftovers),
		TEST(test_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
