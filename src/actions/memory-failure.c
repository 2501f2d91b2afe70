// SPDX-License-Identifier: GPL-2.0-only
#include "actions/memory-failure.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"

#define INSTANCE_PREFIX "mcelog-offline-" /* then the process that uses it */

enum {
	PATH_SIZE = 256,     /* of a tracing file, without the root */
	TRACE_MAX = 1 << 20, /* bytes of text; one event takes about 120 */
	LINE_SIZE = 512,     /* longer ones are not about a page */
};

/* Without a mount of its own tracefs is found where it lay before Linux 4.1. */
static const char *const tracing_directories[] = {
	"/sys/kernel/tracing",
	"/sys/kernel/debug/tracing",
};

/* Linux 6.19 moved it to a system of its own, and it was moved back. */
static const char *const events[] = {
	"events/ras/memory_failure_event",
	"events/memory_failure/memory_failure_event",
};

/* --- what the kernel said --- */

struct result_name {
	const char *name;
	enum memory_failure_result result;
};

/* include/ras/ras_event.h, MF_ACTION_RESULT: the same in all kernels. */
static const struct result_name result_names[] = {
	{ "Ignored", MEMORY_FAILURE_IGNORED },
	{ "Failed", MEMORY_FAILURE_FAILED },
	{ "Delayed", MEMORY_FAILURE_DELAYED },
	{ "Recovered", MEMORY_FAILURE_RECOVERED },
};

static enum memory_failure_result result_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(result_names); i++)
		if (strcmp(name, result_names[i].name) == 0)
			return result_names[i].result;
	return MEMORY_FAILURE_OTHER;
}

/*
 * A line "... memory_failure_event: pfn 0x12345: recovery action for free buddy page: Recovered".
 * What comes before depends on the trace options; the page's kind is free text. The line is
 * cut into pieces. Returns whether it is one about this page.
 */
static bool parse_line(char *line, uint64_t pfn, struct memory_failure *ret_said)
{
	static const char head[] = "memory_failure_event: pfn ";
	static const char middle[] = ": recovery action for ";
	char *at = strstr(line, head), *end, *last = NULL;

	if (!at)
		return false;
	if (strtoull(at + strlen(head), &end, 16) != pfn ||
	    strncmp(end, middle, strlen(middle)) != 0)
		return false;
	at = end + strlen(middle);
	for (end = strstr(at, ": "); end; end = strstr(end + 1, ": "))
		last = end;
	if (!last)
		return false;
	*last = '\0';
	*ret_said = (struct memory_failure){ .result = result_of(last + 2) };
	snprintf(ret_said->page, sizeof(ret_said->page), "%s", at);
	return true;
}

void memory_failure_parse(const char *text, uint64_t pfn, struct memory_failure *ret_said)
{
	struct memory_failure said = { .result = MEMORY_FAILURE_SILENT };

	while (*text) {
		size_t length = strcspn(text, "\n");
		char line[LINE_SIZE];

		snprintf(line, sizeof(line), "%.*s", (int)length, text);
		parse_line(line, pfn, &said);
		text += length + (text[length] == '\n');
	}
	*ret_said = said;
}

/* "the kernel ... the free buddy page"; some kinds have no noun: "unsplit thp". */
static void put_page(const struct memory_failure *said, const char *verb, char *buffer, size_t size)
{
	snprintf(buffer, size, "the kernel %s the %s%s", verb, said->page,
		 strstr(said->page, "page") ? "" : " page");
}

const char *memory_failure_text(const struct memory_failure *said, char *buffer, size_t size)
{
	switch (said->result) {
	case MEMORY_FAILURE_UNASKED:
		snprintf(buffer, size, "%s", "");
		break;
	case MEMORY_FAILURE_UNHEARD:
		snprintf(buffer, size, "what the kernel did cannot be read from its trace: %s",
			 strerror(-said->error));
		break;
	case MEMORY_FAILURE_SILENT:
		snprintf(buffer, size, "the kernel did not say what it did");
		break;
	case MEMORY_FAILURE_OTHER:
		put_page(said, "has an unknown result for", buffer, size);
		break;
	case MEMORY_FAILURE_IGNORED:
		put_page(said, "ignored", buffer, size);
		break;
	case MEMORY_FAILURE_FAILED:
		put_page(said, "failed to recover", buffer, size);
		break;
	case MEMORY_FAILURE_DELAYED:
		put_page(said, "delayed the recovery of", buffer, size);
		break;
	case MEMORY_FAILURE_RECOVERED:
		put_page(said, "recovered", buffer, size);
		break;
	}
	return buffer;
}

/* --- listening --- */

/* A file of a process's instance, or with "" the instance itself. */
static const char *instance_path(const struct memory_failure_listener *listener, pid_t pid,
				 const char *file, char path[PATH_SIZE])
{
	snprintf(path, PATH_SIZE, "%s/instances/" INSTANCE_PREFIX "%d%s%s", listener->tracing,
		 (int)pid, file[0] ? "/" : "", file);
	return path;
}

static int enable(const struct memory_failure_listener *listener, pid_t pid, const char *value)
{
	char file[PATH_SIZE / 2], path[PATH_SIZE];

	snprintf(file, sizeof(file), "%s/enable", listener->event);
	return root_write(listener->root, instance_path(listener, pid, file, path), value);
}

/* Turned off first: where somebody else reads it, it cannot be removed until he stops. */
static void remove_instance(const struct memory_failure_listener *listener, pid_t pid)
{
	char path[PATH_SIZE], full[ROOT_PATH_MAX];

	(void)enable(listener, pid, "0");
	rmdir(root_path(listener->root, instance_path(listener, pid, "", path), full));
}

/* Whether a process with this number uses its instance: ours does not before we made it. */
static bool is_in_use(pid_t pid)
{
	return pid != getpid() && (kill(pid, 0) == 0 || errno != ESRCH);
}

/* What processes that were killed in the middle could not remove. */
static void remove_leftovers(const struct memory_failure_listener *listener)
{
	_cleanup_closedir_ DIR *directory = NULL;
	char path[PATH_SIZE];
	struct dirent *entry;

	snprintf(path, sizeof(path), "%s/instances", listener->tracing);
	if (root_opendir(listener->root, path, &directory) < 0)
		return; /* making ours will fail, and say why */
	while ((entry = readdir(directory))) {
		int pid;
		char end;

		if (sscanf(entry->d_name, INSTANCE_PREFIX "%d%c", &pid, &end) == 1 && pid > 0 &&
		    !is_in_use(pid))
			remove_instance(listener, pid);
	}
}

/*
 * A new instance has the options of the system's own tracing, which may show events in other
 * ways than as their text. Not all kernels know all of them.
 */
static void choose_text(const struct memory_failure_listener *listener)
{
	static const char *const options[] = { "noraw", "nohex", "nobin", "nofields" };
	char path[PATH_SIZE];

	instance_path(listener, getpid(), "trace_options", path);
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		(void)root_write(listener->root, path, options[i]);
}

static int make_instance(const struct memory_failure_listener *listener)
{
	char path[PATH_SIZE], full[ROOT_PATH_MAX];
	int r;

	remove_leftovers(listener);
	instance_path(listener, getpid(), "", path);
	if (mkdir(root_path(listener->root, path, full), 0700) < 0)
		return -errno;
	choose_text(listener);
	r = enable(listener, getpid(), "1");
	if (r < 0)
		remove_instance(listener, getpid());
	return r;
}

static void find_event(struct memory_failure_listener *listener)
{
	for (size_t i = 0; i < ARRAY_SIZE(tracing_directories); i++)
		for (size_t j = 0; j < ARRAY_SIZE(events); j++) {
			char path[PATH_SIZE];

			snprintf(path, sizeof(path), "%s/%s", tracing_directories[i], events[j]);
			if (!root_exists(listener->root, path))
				continue;
			listener->tracing = tracing_directories[i];
			listener->event = events[j];
			return;
		}
}

void memory_failure_listen(const struct root *root, struct memory_failure_listener *ret_listener)
{
	struct memory_failure_listener listener = { .root = root };

	find_event(&listener);
	if (listener.event)
		listener.error = make_instance(&listener);
	*ret_listener = listener;
}

void memory_failure_hear(const struct memory_failure_listener *listener, uint64_t pfn,
			 struct memory_failure *ret_said)
{
	_cleanup_free_ char *text = NULL;
	char path[PATH_SIZE];
	int r = listener->error;

	if (!listener->event) {
		*ret_said = (struct memory_failure){ .result = MEMORY_FAILURE_UNASKED };
		return;
	}
	if (r == 0) {
		instance_path(listener, getpid(), "trace", path);
		r = root_read(listener->root, path, TRACE_MAX, &text, NULL);
		remove_instance(listener, getpid());
	}
	if (r < 0)
		*ret_said = (struct memory_failure){ .result = MEMORY_FAILURE_UNHEARD, .error = r };
	else
		memory_failure_parse(text, pfn, ret_said);
}
