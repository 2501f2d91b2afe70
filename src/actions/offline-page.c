// SPDX-License-Identifier: GPL-2.0-only
#include "actions/offline-page.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "actions/memory-failure.h"
#include "actions/worker.h"
#include "util/cleanup.h"

#define SOFT_FILE   "/sys/devices/system/memory/soft_offline_page"
#define HARD_FILE   "/sys/devices/system/memory/hard_offline_page"
#define SOFT_SYSCTL "/proc/sys/vm/enable_soft_offline"
#define FLAGS_FILE  "/proc/kpageflags"

/* Bits of /proc/kpageflags: Documentation/admin-guide/mm/pagemap.rst. */
#define FLAG_TAIL     (1ull << 16)
#define FLAG_HUGE     (1ull << 17)
#define FLAG_HWPOISON (1ull << 19)

enum {
	PAGE_SHIFT = 12,
	HUGE_2M_PAGES = 1 << 9,
	HUGE_1G_PAGES = 1 << 18,
};

/* What the child gets. */
struct task {
	const struct root *root;
	struct offline_page_request request;
};

struct offline_page {
	struct worker *worker;
	offline_page_done done;
	void *userdata;
};

/* --- in the child --- */

static int read_flags(int fd, uint64_t pfn, uint64_t *ret_flags)
{
	uint64_t flags;
	ssize_t n = pread(fd, &flags, sizeof(flags), (off_t)(pfn * sizeof(flags)));

	if (n < 0)
		return -errno;
	if (n != sizeof(flags)) /* beyond the last page */
		return -ENODATA;
	*ret_flags = flags;
	return 0;
}

/* The flags of the first page of the hugetlb page in which pfn is; 0 where it is not found. */
static uint64_t head_flags(int fd, uint64_t pfn)
{
	static const uint64_t huge_pages[] = { HUGE_2M_PAGES, HUGE_1G_PAGES };

	for (size_t i = 0; i < ARRAY_SIZE(huge_pages); i++) {
		uint64_t flags = 0;

		if (read_flags(fd, pfn & ~(huge_pages[i] - 1), &flags) == 0 && flags & FLAG_HUGE &&
		    !(flags & FLAG_TAIL))
			return flags;
	}
	return 0;
}

/*
 * The flags of a page. Before Linux 6.10 a poisoned hugetlb page shows the flag
 * in its first page only; later kernels copy it to all of them.
 */
static int page_flags(const struct root *root, uint64_t address, uint64_t *ret_flags)
{
	_cleanup_close_ int fd = root_open(root, FLAGS_FILE, O_RDONLY);
	uint64_t pfn = address >> PAGE_SHIFT, flags = 0;
	int r = fd < 0 ? fd : read_flags(fd, pfn, &flags);

	if (r < 0)
		return r;
	if (flags & FLAG_HUGE && flags & FLAG_TAIL)
		flags |= head_flags(fd, pfn) & FLAG_HWPOISON;
	*ret_flags = flags;
	return 0;
}

/* Linux 6.11 and later have the switch; before, soft offlining is always on. */
static bool soft_is_disabled(const struct root *root)
{
	_cleanup_free_ char *text = NULL;

	return root_read(root, SOFT_SYSCTL, 64, &text, NULL) == 0 && text[0] == '0';
}

static int write_address(const struct task *task, struct offline_page_report *report)
{
	bool is_hard = report->method == OFFLINE_METHOD_HARD;
	const char *file = is_hard ? HARD_FILE : SOFT_FILE;
	struct memory_failure_listener listener;
	char text[32];
	int r;

	if (task->request.dry_run) {
		_cleanup_close_ int fd = root_open(task->root, file, O_WRONLY);

		return fd < 0 ? fd : 0;
	}
	snprintf(text, sizeof(text), "0x%" PRIx64, task->request.address);
	if (!is_hard)
		return root_write(task->root, file, text);
	memory_failure_listen(task->root, &listener);
	r = root_write(task->root, file, text);
	memory_failure_hear(&listener, task->request.address >> PAGE_SHIFT, &report->said);
	return r;
}

static bool kernel_gave_up(const struct offline_page_report *report)
{
	return report->said.result == MEMORY_FAILURE_IGNORED ||
	       report->said.result == MEMORY_FAILURE_FAILED;
}

/* The kernel said yes: is it so? */
static void prove(const struct task *task, bool was_poisoned, struct offline_page_report *report)
{
	uint64_t flags;
	int r = page_flags(task->root, task->request.address, &flags);

	if (r < 0) {
		report->result = OFFLINE_UNPROVEN;
		report->error = r;
	} else if (!(flags & FLAG_HWPOISON)) {
		report->result = OFFLINE_DISBELIEVED;
	} else if (kernel_gave_up(report)) {
		report->result = OFFLINE_REFUSED;
		report->error = -EBUSY; /* as kernels say whose write does not succeed then */
		report->marked = true;
	} else {
		/* the flag of a hugetlb page may be that of another part */
		report->result = was_poisoned && report->said.result != MEMORY_FAILURE_RECOVERED
					 ? OFFLINE_ALREADY
					 : OFFLINE_DONE;
	}
}

static void refuse(const struct task *task, int error, struct offline_page_report *report)
{
	uint64_t flags;

	report->error = error;
	if (error == -EHWPOISON) { /* another one was faster */
		report->result = OFFLINE_ALREADY;
		report->error = 0;
	} else if (error == -ENOENT) {
		report->result = OFFLINE_UNSUPPORTED;
	} else if (error == -EOPNOTSUPP && report->method == OFFLINE_METHOD_SOFT &&
		   soft_is_disabled(task->root)) {
		report->result = OFFLINE_DISABLED; /* just now */
	} else {
		report->result = OFFLINE_REFUSED;
		report->marked = page_flags(task->root, task->request.address, &flags) == 0 &&
				 flags & FLAG_HWPOISON;
	}
}

static void try_method(const struct task *task, enum offline_method method, bool was_poisoned,
		       struct offline_page_report *report)
{
	bool is_soft = method == OFFLINE_METHOD_SOFT;
	int r;

	*report = (struct offline_page_report){ .method = method };
	if (is_soft && soft_is_disabled(task->root)) {
		report->result = OFFLINE_DISABLED;
		return;
	}
	r = write_address(task, report);
	if (r < 0)
		refuse(task, r, report);
	else if (task->request.dry_run)
		report->result = OFFLINE_DRY_RUN;
	else
		prove(task, was_poisoned, report);
}

static bool may_try_hard(const struct offline_page_report *report)
{
	return report->result == OFFLINE_UNSUPPORTED ||
	       (report->result == OFFLINE_REFUSED && report->error != -EOPNOTSUPP);
}

static void run(const void *request, void *shared)
{
	const struct task *task = request;
	struct offline_page_report *report = shared;
	uint64_t flags = 0;
	bool was_poisoned;

	report->method =
		task->request.how == OFFLINE_HARD ? OFFLINE_METHOD_HARD : OFFLINE_METHOD_SOFT;
	was_poisoned =
		page_flags(task->root, task->request.address, &flags) == 0 && flags & FLAG_HWPOISON;
	if (was_poisoned && !(flags & FLAG_HUGE)) {
		report->result = OFFLINE_ALREADY;
		return;
	}
	try_method(task, report->method, was_poisoned, report);
	if (task->request.how == OFFLINE_SOFT_THEN_HARD && may_try_hard(report))
		try_method(task, OFFLINE_METHOD_HARD, was_poisoned, report);
}

/* --- in the daemon --- */

static void on_done(void *userdata, int error, const void *shared)
{
	struct offline_page *page = userdata;
	struct offline_page_report report = *(const struct offline_page_report *)shared;

	if (error < 0) {
		report.result = OFFLINE_REFUSED;
		report.error = error;
		report.marked = false;
		report.said = (struct memory_failure){ .result = MEMORY_FAILURE_UNASKED };
	}
	page->done(page->userdata, &report);
}

void offline_page_free(struct offline_page *page)
{
	if (!page)
		return;
	worker_free(page->worker);
	free(page);
}

DEFINE_CLEANUP(struct offline_page *, offline_page_free, offline_page_free)

int offline_page_start(sd_event *event, const struct root *root,
		       const struct offline_page_request *request, offline_page_done done,
		       void *userdata, struct offline_page **ret_page)
{
	_cleanup_(offline_page_free_cleanup) struct offline_page *page = calloc(1, sizeof(*page));
	struct task task = { .root = root, .request = *request };
	struct worker_params params = {
		.task = run,
		.request = &task,
		.report_size = sizeof(struct offline_page_report),
		.timeout_us = request->timeout_us ? request->timeout_us : OFFLINE_PAGE_TIMEOUT_US,
		.done = on_done,
		.userdata = page,
	};
	int r;

	if (!page)
		return -ENOMEM;
	page->done = done;
	page->userdata = userdata;
	r = worker_start(event, &params, &page->worker);
	if (r < 0)
		return r;
	*ret_page = take_ptr(page);
	return 0;
}

/* --- in words --- */

/* Whether the kernel's word for it is all that there is to say. */
static bool kernel_said_done(const struct offline_page_report *report)
{
	return report->said.result == MEMORY_FAILURE_RECOVERED ||
	       report->said.result == MEMORY_FAILURE_DELAYED;
}

static const char *done_text(const struct offline_page_report *report)
{
	if (!kernel_said_done(report))
		return "done: the page is out of use";
	return report->said.result == MEMORY_FAILURE_RECOVERED ? "done"
							       : "done as far as it can be now";
}

static const char *outcome_text(const struct offline_page_report *report)
{
	switch (report->result) {
	case OFFLINE_DONE:
		return done_text(report);
	case OFFLINE_ALREADY:
		return "not needed: the page was out of use before";
	case OFFLINE_UNPROVEN:
		return "accepted by the kernel; without " FLAGS_FILE
		       " nobody can see whether it is so";
	case OFFLINE_DISBELIEVED:
		return "accepted by the kernel, but the page is still in use";
	case OFFLINE_REFUSED:
		return "refused";
	case OFFLINE_DISABLED:
		return "disabled by vm.enable_soft_offline";
	case OFFLINE_UNSUPPORTED:
		return "not supported by this kernel (CONFIG_MEMORY_FAILURE is off)";
	case OFFLINE_DRY_RUN:
		return "not done: this is a dry run";
	case OFFLINE_RESULT_COUNT_:
		break;
	}
	return "unknown";
}

/* The kernel's word, or what its error means; "" where there is no more to say. */
static const char *reason_text(const struct offline_page_report *report, char *buffer, size_t size)
{
	switch (report->result) {
	case OFFLINE_REFUSED:
		if (!kernel_gave_up(report))
			return offline_error_text(report->method, report->error);
		return memory_failure_text(&report->said, buffer, size);
	case OFFLINE_DONE:
	case OFFLINE_UNPROVEN:
	case OFFLINE_DISBELIEVED:
		return memory_failure_text(&report->said, buffer, size);
	case OFFLINE_ALREADY:
	case OFFLINE_DISABLED:
	case OFFLINE_UNSUPPORTED:
	case OFFLINE_DRY_RUN:
	case OFFLINE_RESULT_COUNT_:
		break;
	}
	return "";
}

/* What parts the outcome from its reason. */
static const char *separator(const struct offline_page_report *report)
{
	bool is_open = report->result == OFFLINE_REFUSED ||
		       (report->result == OFFLINE_DONE && kernel_said_done(report));

	return is_open ? ": " : "; ";
}

const char *offline_page_text(const struct offline_page_report *report, char *buffer, size_t size)
{
	bool is_marked = report->result == OFFLINE_REFUSED && report->marked;
	char said[160];
	const char *reason = reason_text(report, said, sizeof(said));

	snprintf(buffer, size, "%s offlining %s%s%s%s",
		 report->method == OFFLINE_METHOD_HARD ? "hard" : "soft", outcome_text(report),
		 reason[0] ? separator(report) : "", reason,
		 is_marked ? "; it is marked and will not be given out again" : "");
	return buffer;
}
