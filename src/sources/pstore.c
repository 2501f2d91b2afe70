// SPDX-License-Identifier: GPL-2.0-only
/*
 * pstore: machine checks in the kernel logs that panics and oopses left in
 * pstore, and that there was a panic. Where ERST took the records themselves they come as erst,
 * too, and the store joins the two; with EFI variables or ramoops this text is all there is.
 * The live files are systemd-pstore's to move away: they are only erased where that is asked
 * for, after the commit, and never in the archive.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sources/log-keys.h"
#include "sources/previous-log.h"
#include "sources/pstore-files.h"
#include "sources/source.h"
#include "sources/tree.h"
#include "util/cleanup.h"
#include "util/log.h"

/* What became of a dump. */
struct progress {
	struct log_keys keys; /* of what was handed over, until the store was asked for it */
	bool is_whole;	      /* all of it was read and, once that was asked, is stored */
};

struct pstore {
	const struct source_env *env;
	const struct intake *intake;
	struct pstore_list list;
	struct progress *dumps; /* as list.dumps */
	size_t n_settled;	/* of these, for which the store was asked */
	size_t next;		/* first dump not read, or the one that is being handed over */
	bool is_read;		/* it is: its records are in previous */
	struct previous_log previous;
	unsigned int n_new;
};

static struct pstore *pstore_of(struct source *source)
{
	return (struct pstore *)source;
}

static void pstore_free(struct pstore *pstore)
{
	kernel_log_done(&pstore->previous.log);
	for (size_t i = 0; pstore->dumps && i < pstore->list.n_dumps; i++)
		log_keys_free(&pstore->dumps[i].keys);
	free(pstore->dumps);
	pstore_list_free(&pstore->list);
	free(pstore);
}

static int pstore_probe(const struct source_env *env, char why[SOURCE_WHY_MAX])
{
	struct pstore_list list;
	int r = pstore_list_files(env->root, env->boot_time_us, &list, why);

	if (r == 0)
		pstore_list_free(&list);
	return r;
}

static int start_progress(struct pstore *pstore, char why[SOURCE_WHY_MAX])
{
	/* one more: there may be none, which is no lack of memory */
	pstore->dumps = calloc(pstore->list.n_dumps + 1, sizeof(*pstore->dumps));
	if (!pstore->dumps) {
		snprintf(why, SOURCE_WHY_MAX, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	for (size_t i = 0; i < pstore->list.n_dumps; i++)
		pstore->dumps[i].keys.intake = pstore->intake;
	return 0;
}

static int pstore_open(const struct source_env *env, const struct intake *intake,
		       struct source **ret_source, char why[SOURCE_WHY_MAX])
{
	struct pstore *pstore = calloc(1, sizeof(*pstore));
	int r;

	if (!pstore) {
		snprintf(why, SOURCE_WHY_MAX, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	pstore->env = env;
	pstore->intake = intake;
	r = pstore_list_files(env->root, env->boot_time_us, &pstore->list, why);
	if (r == 0)
		r = start_progress(pstore, why);
	if (r < 0) {
		pstore_free(pstore);
		return r;
	}
	tree_check(env->root, PSTORE_LIVE, source_pstore.name);
	tree_check(env->root, PSTORE_ARCHIVE, source_pstore.name);
	tree_check(env->root, PSTORE_KEPT, source_pstore.name);
	if (pstore->list.n_kept)
		log_info("pstore: %zu log part%s in " PSTORE_KEPT ", copied early in this boot",
			 pstore->list.n_kept, pstore->list.n_kept == 1 ? "" : "s");
	if (pstore->list.is_cut)
		log_warning("pstore: more than %d log parts, the rest is left out",
			    PSTORE_PARTS_MAX);
	*ret_source = (struct source *)pstore;
	return 0;
}

/* last is the header that came before it, so that a part that is missing is noticed. */
static void take_added(struct kernel_log *log, const char *line, size_t length,
		       struct pstore_header *last)
{
	struct pstore_header header;

	if (pstore_parse_header(line, length, &header) < 0)
		return;
	if (header.count != last->count || header.part + 1 != last->part)
		kernel_log_gap(log);
	*last = header;
}

/* A part's lines without those that are not the kernel's own. */
static void take_text(struct kernel_log *log, const char *text, size_t size,
		      struct pstore_header *last)
{
	while (size) {
		const char *end = memchr(text, '\n', size);
		size_t length = end ? (size_t)(end - text) : size;
		size_t taken = end ? length + 1 : length;

		if (pstore_is_added(text, length))
			take_added(log, text, length, last);
		else
			kernel_log_line(log, text, length);
		text += taken;
		size -= taken;
	}
}

static void take_part(struct pstore *pstore, struct pstore_part *part, struct pstore_header *last)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	const char *wrong = pstore_read_part(pstore->env->root, part, &text, &size);

	if (wrong)
		log_warning("pstore: %s: %s; %s", part->path, wrong,
			    text ? "what there is of it is read" : "left where it is");
	part->is_whole = !wrong;
	if (text)
		take_text(&pstore->previous.log, text, size, last);
	/* a lost or short part's lines do not go on in the next one */
	if (wrong)
		kernel_log_gap(&pstore->previous.log);
}

/* The log of an oops, of a shutdown or of a console is a crash's only if it says so. */
static void find_crash(struct pstore *pstore, const struct pstore_dump *dump)
{
	struct previous_log *previous = &pstore->previous;

	previous->is_crash = previous->log.end.panic.cause != PANIC_NONE ||
			     strcmp(dump->header->reason, "Panic") == 0;
	previous->place = pstore->list.parts[dump->first + dump->n - 1].path;
	/* none of it can be read: then only its number tells it from others */
	if (!previous->log.mark.number)
		previous->log.end.hash = pstore->list.parts[dump->first].name.id;
}

/* A part alone would be taken for another dump, so that all of one counts or nothing. */
static bool is_whole(const struct pstore *pstore, const struct pstore_dump *dump)
{
	for (size_t i = 0; i < dump->n; i++)
		if (!pstore->list.parts[dump->first + i].is_whole)
			return false;
	return !pstore->previous.log.n_left_out;
}

static int read_dump(struct pstore *pstore, size_t index)
{
	const struct pstore_dump *dump = &pstore->list.dumps[index];
	struct pstore_header last = { 0 };
	int r;

	kernel_log_done(&pstore->previous.log);
	pstore->previous = (struct previous_log){ 0 };
	r = kernel_log_init(&pstore->previous.log);
	if (r < 0)
		return r;
	for (size_t i = 0; i < dump->n; i++)
		take_part(pstore, &pstore->list.parts[dump->first + i], &last);
	r = kernel_log_end(&pstore->previous.log, 0, dump->time_us);
	find_crash(pstore, dump);
	pstore->dumps[index].is_whole = is_whole(pstore, dump);
	if (pstore->previous.log.n_left_out)
		log_warning("pstore: %s: more than %d machine checks, the rest is left out",
			    pstore->list.parts[dump->first].path, KERNEL_LOG_RECORDS_MAX);
	return r;
}

static int pstore_drain(struct source *source)
{
	struct pstore *pstore = pstore_of(source);

	while (pstore->next < pstore->list.n_dumps) {
		struct intake noting = log_keys_intake(&pstore->dumps[pstore->next].keys);
		int r;

		if (!pstore->is_read) {
			r = read_dump(pstore, pstore->next);
			if (r < 0)
				return r;
			pstore->is_read = true;
		}
		r = previous_log_deliver(&pstore->previous, SOURCE_PSTORE, pstore->env, &noting,
					 &pstore->n_new);
		if (r != 0)
			return r;
		pstore->is_read = false;
		pstore->next++;
	}
	return 0;
}

static int pstore_fd(struct source *source)
{
	(void)source;
	return -1;
}

/* Unless another log has taken the name since: slots are used again. */
static void erase_part(const struct pstore *pstore, const struct pstore_part *part)
{
	char path[ROOT_PATH_MAX];
	struct stat st;

	if (!part->live)
		return;
	root_path(pstore->env->root, part->path, path);
	if (lstat(path, &st) < 0 || (int64_t)st.st_mtim.tv_sec * 1000000 != part->mtime_us)
		return;
	if (unlink(path) < 0)
		log_warning("pstore: %s: cannot be erased: %s", part->path, strerror(errno));
}

static void erase_dump(struct pstore *pstore, size_t index)
{
	const struct pstore_dump *dump = &pstore->list.dumps[index];

	pstore->dumps[index].is_whole = false;
	for (size_t i = 0; i < dump->n; i++)
		erase_part(pstore, &pstore->list.parts[dump->first + i]);
}

/* What the store did not take by now it never will: then the log is all that has it. */
static void settle(struct pstore *pstore, struct progress *progress)
{
	if (!log_keys_are_stored(&progress->keys, pstore->env))
		progress->is_whole = false;
	log_keys_free(&progress->keys);
}

static void pstore_committed(struct source *source)
{
	struct pstore *pstore = pstore_of(source);

	for (; pstore->n_settled < pstore->next; pstore->n_settled++)
		settle(pstore, &pstore->dumps[pstore->n_settled]);
	for (size_t i = 0; pstore->env->clear_logs && i < pstore->next; i++)
		if (pstore->dumps[i].is_whole)
			erase_dump(pstore, i);
}

static void pstore_describe(struct source *source, char *buffer, size_t size)
{
	const struct pstore *pstore = pstore_of(source);

	snprintf(buffer, size, "%zu kernel log%s in pstore, %u new machine check%s",
		 pstore->list.n_dumps, pstore->list.n_dumps == 1 ? "" : "s", pstore->n_new,
		 pstore->n_new == 1 ? "" : "s");
}

static void pstore_close(struct source *source)
{
	if (source)
		pstore_free(pstore_of(source));
}

const struct source_ops source_pstore = {
	.name = "pstore",
	.summary = "kernel logs that panics left (pstore)",
	.probe = pstore_probe,
	.open = pstore_open,
	.fd = pstore_fd,
	.drain = pstore_drain,
	.committed = pstore_committed,
	.describe = pstore_describe,
	.close = pstore_close,
};
