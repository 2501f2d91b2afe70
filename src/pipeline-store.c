// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pipeline's database: the file is opened, watched and, when it is damaged,
 * replaced; and the frame of its transactions, in which account keeps step.
 */
#include "pipeline-private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "accounting.h"
#include "db/store.h"
#include "outbox.h"
#include "place.h"
#include "util/log.h"

enum { OPEN_TRIES = 70 }; /* each waits 50 ms in SQLite and 20 ms here: 5 s */

static void wait_for_lock(void)
{
	static const struct timespec pause = { .tv_nsec = 20 * 1000000l };

	nanosleep(&pause, NULL);
}

/* --- transactions --- */

/* After a database that could not be replaced there is no store any more. */
int pipeline_begin_transaction(struct pipeline *pipeline)
{
	return pipeline->store ? store_begin(pipeline->store) : -EUCLEAN;
}

int pipeline_end_transaction(struct pipeline *pipeline, int r)
{
	struct accounting *accounting = pipeline->params.accounting;

	if (r == 0 && accounting)
		r = accounting_write(accounting, pipeline->store);
	if (r == 0)
		r = store_commit(pipeline->store);
	if (r < 0)
		store_rollback(pipeline->store);
	if (!accounting)
		return r;
	if (r < 0)
		accounting_rollback(accounting);
	else
		accounting_commit(accounting);
	return r;
}

/* --- this boot --- */

static int begin_boot(struct pipeline *pipeline)
{
	int r;

	r = pipeline_begin_transaction(pipeline);
	if (r < 0)
		return r;
	if (!sd_id128_is_null(pipeline->params.boot))
		r = pipeline->params.live ? store_add_boot(pipeline->store, pipeline->params.boot,
							   pipeline->params.boot_time_us)
					  : store_note_boot(pipeline->store, pipeline->params.boot,
							    pipeline->params.boot_time_us);
	if (r == 0 && pipeline->params.accounting)
		r = accounting_save(pipeline->params.accounting, pipeline->store);
	if (r == 0)
		r = store_commit(pipeline->store);
	if (r < 0)
		store_rollback(pipeline->store);
	return r;
}

static int add_journal_boots(struct pipeline *pipeline, const struct boot *boots, size_t n)
{
	int r = pipeline_begin_transaction(pipeline);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < n; i++)
		r = store_add_journal_boot(pipeline->store, &boots[i]);
	if (r == 0)
		r = store_resolve_boots(pipeline->store);
	if (r == 0)
		r = store_commit(pipeline->store);
	if (r < 0)
		store_rollback(pipeline->store);
	return r;
}

int pipeline_add_boots(struct pipeline *pipeline, const struct boot *boots, size_t n)
{
	int r = add_journal_boots(pipeline, boots, n);

	for (unsigned int i = 0; r == -EBUSY && i < OPEN_TRIES; i++) {
		wait_for_lock();
		r = add_journal_boots(pipeline, boots, n);
	}
	return r;
}

void pipeline_end(struct pipeline *pipeline)
{
	struct timespec now;
	int r;

	if (!pipeline->params.live || sd_id128_is_null(pipeline->params.boot) ||
	    pipeline_begin_transaction(pipeline) < 0)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	r = store_end_boot(pipeline->store, pipeline->params.boot,
			   (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	if (r == 0)
		r = store_commit(pipeline->store);
	if (r < 0)
		store_rollback(pipeline->store);
}

/* --- the file --- */

static void drop_store(struct pipeline *pipeline)
{
	/* their numbers are this store's */
	pipeline_announce(pipeline);
	place_forget(pipeline->place);
	store_close(pipeline->store);
	pipeline->store = NULL;
	if (pipeline->outbox)
		outbox_set_store(pipeline->outbox, NULL);
}

/* What a store that was just opened needs. */
static int take_store(struct pipeline *pipeline)
{
	int r;

	if (stat(pipeline->params.database, &pipeline->file) < 0)
		return -errno;
	if (pipeline->outbox)
		outbox_set_store(pipeline->outbox, pipeline->store);
	r = begin_boot(pipeline);
	if (r == 0 && pipeline->params.accounting)
		r = accounting_load(pipeline->params.accounting, pipeline->store);
	return r;
}

static int open_store(struct pipeline *pipeline)
{
	const struct pipeline_params *params = &pipeline->params;
	char note[512] = "";
	int r = params->exclusive ? store_open(params->database, &pipeline->store, note)
				  : store_open_shared(params->database, &pipeline->store, note);

	if (note[0] && r != -EBUSY)
		log_line(r < 0 ? LOG_ERR : LOG_WARNING, "%s", note);
	return r < 0 ? r : take_store(pipeline);
}

int pipeline_open_store(struct pipeline *pipeline)
{
	int r = open_store(pipeline);

	for (unsigned int i = 0; r == -EBUSY && i < OPEN_TRIES; i++) {
		drop_store(pipeline);
		wait_for_lock();
		r = open_store(pipeline);
	}
	if (r == -EBUSY)
		log_error("%s: another process has it locked", pipeline->params.database);
	return r;
}

/*
 * Whether the path is still the file that we write: SQLite would go on with
 * one that somebody removed or renamed, and nobody would find the events.
 */
static bool file_is_there(const struct pipeline *pipeline)
{
	struct stat now;

	return stat(pipeline->params.database, &now) == 0 && now.st_dev == pipeline->file.st_dev &&
	       now.st_ino == pipeline->file.st_ino;
}

int pipeline_check_store(struct pipeline *pipeline)
{
	if (pipeline->store && !file_is_there(pipeline)) {
		log_warning("%s: somebody took the database away, going on with what is there now",
			    pipeline->params.database);
		drop_store(pipeline);
	}
	return pipeline->store ? 0 : open_store(pipeline);
}

int pipeline_replace_store(struct pipeline *pipeline)
{
	char reason[256], note[512] = "";
	int r;

	if (!pipeline->store || !pipeline->params.exclusive)
		return -EUCLEAN;
	snprintf(reason, sizeof(reason), "it is damaged (%s)", store_error(pipeline->store));
	drop_store(pipeline);
	r = store_set_aside(pipeline->params.database, reason, &pipeline->store, note);
	if (note[0])
		log_warning("%s", note);
	return r < 0 ? r : take_store(pipeline);
}
