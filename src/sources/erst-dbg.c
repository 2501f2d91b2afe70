// SPDX-License-Identifier: GPL-2.0-only
/*
 * erst_dbg: the same store as erst reads, on kernels that show all of it in
 * /dev/erst_dbg: also records of other creators, and those behind a damaged one,
 * which pstore does not see. What both show has one delivery key. Kernel logs
 * are left to pstore. Reading consumes nothing; records of errors that Linux wrote
 * are erased after the commit where that is wanted. Whether the record under an ID
 * is still the one that was read cannot be asked; but an ID is a time, so that no
 * writer uses it twice.
 */
#include "sources/source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sources/erst-delivery.h"
#include "sources/erst-device.h"
#include "sources/erst-record.h"
#include "sources/wire.h"
#include "util/cleanup.h"
#include "util/log.h"

/* A record that is to be erased when the store has it. */
struct erasable {
	uint64_t id;
	struct erst_delivery delivery;
};

struct erst_dbg {
	const struct source_env *env;
	const struct intake *intake;
	int fd;
	unsigned int n_reads;
	unsigned int n_skipped;
	unsigned int n_new;
	struct erasable *erasable;
	size_t n_erasable;
};

static struct erst_dbg *erst_dbg_of(struct source *source)
{
	return (struct erst_dbg *)source;
}

static const char *explain(int error)
{
	return error == -ENOENT ? "not in this kernel, or no ERST here" : strerror(-error);
}

static int erst_dbg_probe(const struct source_env *env, char why[SOURCE_WHY_MAX])
{
	_cleanup_close_ int fd = erst_device_open(env->root);
	uint32_t count;

	if (fd < 0) {
		snprintf(why, SOURCE_WHY_MAX, "%s: %s", ERST_DEVICE, explain(fd));
		return fd;
	}
	if (erst_device_count(fd, &count) == 0)
		snprintf(why, SOURCE_WHY_MAX, "%s, %" PRIu32 " records", ERST_DEVICE, count);
	else
		snprintf(why, SOURCE_WHY_MAX, "%s", ERST_DEVICE);
	return 0;
}

static int erst_dbg_open(const struct source_env *env, const struct intake *intake,
			 struct source **ret_source, char why[SOURCE_WHY_MAX])
{
	_cleanup_close_ int fd = erst_device_open(env->root);
	struct erst_dbg *dbg;

	if (fd < 0) {
		snprintf(why, SOURCE_WHY_MAX, "%s: %s", ERST_DEVICE, explain(fd));
		return fd;
	}
	dbg = calloc(1, sizeof(*dbg));
	if (!dbg) {
		snprintf(why, SOURCE_WHY_MAX, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	*dbg = (struct erst_dbg){ .env = env, .intake = intake, .fd = take_fd(fd) };
	*ret_source = (struct source *)dbg;
	return 0;
}

/* Remembers what a record became. Errors: -ENOMEM. */
static int add_erasable(struct erst_dbg *dbg, const struct erst_record *record, unsigned int n)
{
	struct erasable *grown =
		reallocarray(dbg->erasable, dbg->n_erasable + 1, sizeof(*dbg->erasable));
	int r;

	if (!grown)
		return -ENOMEM;
	dbg->erasable = grown;
	grown[dbg->n_erasable] = (struct erasable){ .id = record->id };
	r = erst_delivery_make(record->id, record->body, n, &grown[dbg->n_erasable].delivery);
	if (r == 0)
		dbg->n_erasable++;
	return r;
}

/* The ID of a record that Linux wrote is its clock. */
static int take_record(struct erst_dbg *dbg, const struct erst_record *record, struct bytes bytes)
{
	bool is_linux = record->creator == ERST_LINUX;
	struct firmware firmware = {
		.form = FIRMWARE_RECORD,
		.bytes = bytes,
		.severity = UINT32_MAX,
		.record_id = record->id,
		.time_us = is_linux ? wire_erst_time_us(record->id) : 0,
	};
	int n;

	snprintf(firmware.name, sizeof(firmware.name), ERST_DEVICE " %" PRIu64, record->id);
	n = erst_hand_over(dbg->env, dbg->intake, &firmware, record->body, &dbg->n_new);
	if (n <= 0)
		return n;
	if (!dbg->env->clear || !is_linux || !record->body.size)
		return 0;
	return add_erasable(dbg, record, (unsigned int)n);
}

static int take_bytes(struct erst_dbg *dbg, struct bytes bytes)
{
	struct erst_record record;

	if (erst_record_parse(bytes, &record) < 0) {
		log_warning("erst_dbg: record %u of %s, %zu bytes: not a CPER record; "
			    "left where it is",
			    dbg->n_reads, ERST_DEVICE, bytes.size);
		return 0;
	}
	if (record.creator == ERST_FMPM || record.is_log || !dbg->intake->firmware)
		return 0;
	return take_record(dbg, &record, bytes);
}

/* One line for all of them: a store that fails fails often. */
static void skip(struct erst_dbg *dbg, int error)
{
	if (dbg->n_skipped++)
		return;
	log_warning("erst_dbg: record %u of %s: %s; left where it is, and so are all others "
		    "that cannot be read",
		    dbg->n_reads, ERST_DEVICE,
		    error == -EINVAL ? "larger than 16 KiB" : strerror(-error));
}

static void erase(struct erst_dbg *dbg, const struct erasable *erasable)
{
	int r;

	if (!erst_delivery_is_stored(&erasable->delivery, dbg->env))
		return;
	r = erst_device_clear(dbg->fd, erasable->id);
	if (r < 0 && r != -ENOENT)
		log_warning("erst_dbg: %s: record %" PRIu64 " cannot be erased: %s", ERST_DEVICE,
			    erasable->id, strerror(-r));
}

/* What the store did not take by now it never will: that stays. */
static void erst_dbg_committed(struct source *source)
{
	struct erst_dbg *dbg = erst_dbg_of(source);

	for (size_t i = 0; i < dbg->n_erasable; i++) {
		erase(dbg, &dbg->erasable[i]);
		erst_delivery_free(&dbg->erasable[i].delivery);
	}
	dbg->n_erasable = 0;
}

/* Returns 1 when more is to be read, 0 at the end. */
static int read_one(struct erst_dbg *dbg)
{
	static uint8_t buffer[ERST_RECORD_MAX]; /* large for a stack */
	ssize_t n;
	int r;

	if (dbg->n_reads == ERST_READS_MAX) {
		log_warning("erst_dbg: %s: more than %d records, the rest is not read", ERST_DEVICE,
			    ERST_READS_MAX);
		return 0;
	}
	n = erst_device_read(dbg->fd, buffer);
	if (n == 0)
		return 0;
	dbg->n_reads++;
	if (n == -EINVAL || n == -EIO) {
		skip(dbg, (int)n);
		return 1;
	}
	r = n < 0 ? (int)n : take_bytes(dbg, (struct bytes){ buffer, (size_t)n });
	return r < 0 ? r : 1;
}

static int erst_dbg_drain(struct source *source)
{
	struct erst_dbg *dbg = erst_dbg_of(source);
	unsigned int before = dbg->n_new;
	int r;

	do {
		if (!dbg->intake->has_room(dbg->intake->context))
			return 1;
		r = read_one(dbg);
	} while (r > 0);
	/* With nothing new no commit will come: all that was read is in the store. */
	if (r == 0 && dbg->n_new == before)
		erst_dbg_committed(source);
	return r;
}

static int erst_dbg_fd(struct source *source)
{
	(void)source;
	return -1;
}

static void erst_dbg_describe(struct source *source, char *buffer, size_t size)
{
	struct erst_dbg *dbg = erst_dbg_of(source);

	snprintf(buffer, size, "%u record%s in " ERST_DEVICE ", %u new", dbg->n_reads,
		 dbg->n_reads == 1 ? "" : "s", dbg->n_new);
}

static void erst_dbg_close(struct source *source)
{
	struct erst_dbg *dbg = erst_dbg_of(source);

	if (!dbg)
		return;
	for (size_t i = 0; i < dbg->n_erasable; i++)
		erst_delivery_free(&dbg->erasable[i].delivery);
	free(dbg->erasable);
	close(dbg->fd);
	free(dbg);
}

const struct source_ops source_erst_dbg = {
	.name = "erst_dbg",
	.summary = "all records that firmware kept (ERST debug device)",
	.probe = erst_dbg_probe,
	.open = erst_dbg_open,
	.fd = erst_dbg_fd,
	.drain = erst_dbg_drain,
	.committed = erst_dbg_committed,
	.describe = erst_dbg_describe,
	.close = erst_dbg_close,
};
