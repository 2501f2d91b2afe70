// SPDX-License-Identifier: GPL-2.0-only
/*
 * kdump: machine checks in the kernel logs that lie beside crash dumps in
 * /var/crash: vmcore-dmesg.txt (Fedora, RHEL), dmesg.<stamp> (Debian, Ubuntu) and
 * dmesg.txt (SUSE). They are the crashed kernel's whole log, so the errors that
 * led up to the crash are in them, too; that they are there says that it crashed,
 * also where it had no time for words. Only read, never erased. RHEL's
 * kexec-dmesg.log is no such log: it is the capture kernel's, which repeats the banks.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sources/crash-files.h"
#include "sources/crash-time.h"
#include "sources/previous-log.h"
#include "sources/source.h"
#include "sources/tree.h"
#include "util/cleanup.h"
#include "util/log.h"

/* log_buf_len is less, but for a few bytes before each line */
enum { FILE_SIZE_MAX = 64 << 20 };

/* What may be read of the dumps beside all of them. */
enum { DUMP_PAGES_MAX = 1 << 16 };

struct kdump {
	const struct source_env *env;
	const struct intake *intake;
	struct crash_files files;
	size_t pages_left; /* of DUMP_PAGES_MAX */
	size_t next;	   /* first file not read, or the one that is being handed over */
	bool is_read;	   /* it is: its records are in previous */
	struct previous_log previous;
	unsigned int n_new;
};

static struct kdump *kdump_of(struct source *source)
{
	return (struct kdump *)source;
}

static void kdump_free(struct kdump *kdump)
{
	kernel_log_done(&kdump->previous.log);
	crash_files_free(&kdump->files);
	free(kdump);
}

DEFINE_CLEANUP(struct kdump *, kdump_free, kdump_free)

/* Those that are whole: while one is being written it has another name. */
static bool is_log(const char *name)
{
	static const char stamped[] = "dmesg.";

	if (strcmp(name, "vmcore-dmesg.txt") == 0 || strcmp(name, "dmesg.txt") == 0)
		return true;
	if (strncmp(name, stamped, sizeof(stamped) - 1) != 0 || !name[sizeof(stamped) - 1])
		return false;
	for (name += sizeof(stamped) - 1; *name; name++)
		if (!isdigit((unsigned char)*name))
			return false;
	return true;
}

static int kdump_new(const struct source_env *env, struct kdump **ret_kdump,
		     char why[SOURCE_WHY_MAX])
{
	_cleanup_(kdump_free_cleanup) struct kdump *kdump = calloc(1, sizeof(*kdump));
	int r;

	if (!kdump) {
		snprintf(why, SOURCE_WHY_MAX, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	kdump->env = env;
	kdump->pages_left = DUMP_PAGES_MAX;
	r = crash_files_list(env, source_kdump.name, is_log, &kdump->files, why);
	if (r < 0)
		return r;
	snprintf(why, SOURCE_WHY_MAX, "%zu kernel log%s in " CRASH_DIRECTORY, kdump->files.n,
		 kdump->files.n == 1 ? "" : "s");
	*ret_kdump = take_ptr(kdump);
	return 0;
}

static int kdump_probe(const struct source_env *env, char why[SOURCE_WHY_MAX])
{
	_cleanup_(kdump_free_cleanup) struct kdump *kdump = NULL;

	return kdump_new(env, &kdump, why);
}

static int kdump_open(const struct source_env *env, const struct intake *intake,
		      struct source **ret_source, char why[SOURCE_WHY_MAX])
{
	struct kdump *kdump;
	int r = kdump_new(env, &kdump, why);

	if (r < 0)
		return r;
	kdump->intake = intake;
	if (kdump->files.is_cut)
		log_warning("kdump: more than %d kernel logs, the rest is left out",
			    CRASH_FILES_MAX);
	*ret_source = (struct source *)kdump;
	return 0;
}

/* A log that does not know when it was takes the time of what lies around it. */
static int parse_dated(struct kdump *kdump, const char *path, const char *text, size_t size,
		       const struct stat *st)
{
	struct kernel_log *log = &kdump->previous.log;
	int64_t ended_us;
	int r = kernel_log_parse(log, text, size, 0);

	if (r < 0 || log->end.time_us)
		return r;
	ended_us = crash_time_of_dump(kdump->env->root, &kdump->files, path, &kdump->pages_left);
	if (!ended_us)
		ended_us = crash_time_of_file(path, st, kdump->env->boot_time_us);
	if (!ended_us)
		return 0;
	kernel_log_done(log);
	return kernel_log_parse(log, text, size, ended_us);
}

static int read_log(struct kdump *kdump, const char *path)
{
	struct kernel_log *log = &kdump->previous.log;
	_cleanup_free_ char *text = NULL;
	struct stat st = { 0 };
	const char *refused;
	size_t size;
	int r;

	kernel_log_done(log);
	kdump->previous = (struct previous_log){ 0 };
	refused = tree_read(kdump->env->root, path, FILE_SIZE_MAX, &text, &size, &st);
	if (!refused)
		refused = crash_files_distrust(&kdump->files, &st);
	if (refused) {
		log_warning("kdump: %s: %s; nothing of it is taken", path, refused);
		return 0;
	}
	r = parse_dated(kdump, path, text, size, &st);
	kdump->previous.is_crash = log->end.printk_us >= 0 || log->end.panic.cause != PANIC_NONE;
	kdump->previous.place = path;
	if (log->n_left_out)
		log_warning("kdump: %s: more than %d machine checks, the rest is left out", path,
			    KERNEL_LOG_RECORDS_MAX);
	return r;
}

static int kdump_drain(struct source *source)
{
	struct kdump *kdump = kdump_of(source);

	while (kdump->next < kdump->files.n) {
		int r;

		if (!kdump->is_read) {
			r = read_log(kdump, kdump->files.paths[kdump->next]);
			if (r < 0)
				return r;
			kdump->is_read = true;
		}
		r = previous_log_deliver(&kdump->previous, SOURCE_VMCORE, kdump->env, kdump->intake,
					 &kdump->n_new);
		if (r != 0)
			return r;
		kdump->is_read = false;
		kdump->next++;
	}
	return 0;
}

static int kdump_fd(struct source *source)
{
	(void)source;
	return -1;
}

/* Nothing waits for it: what was read stays where it is. */
static void kdump_committed(struct source *source)
{
	(void)source;
}

static void kdump_describe(struct source *source, char *buffer, size_t size)
{
	const struct kdump *kdump = kdump_of(source);

	snprintf(buffer, size, "%zu kernel logs of crash dumps, %u new machine checks",
		 kdump->files.n, kdump->n_new);
}

static void kdump_close(struct source *source)
{
	if (source)
		kdump_free(kdump_of(source));
}

const struct source_ops source_kdump = {
	.name = "kdump",
	.summary = "kernel logs of crash dumps (/var/crash)",
	.probe = kdump_probe,
	.open = kdump_open,
	.fd = kdump_fd,
	.drain = kdump_drain,
	.committed = kdump_committed,
	.describe = kdump_describe,
	.close = kdump_close,
};
