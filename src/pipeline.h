/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pipeline: the one way through the program. A record comes in from a source,
 * is decoded, goes into the store, and only then out to the journal and the
 * text output. Nothing here waits: the caller's loop says when.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/boot.h"
#include "event/event.h"
#include "filter.h"
#include "sources/source.h"

struct accounting;
struct accounting_step;
struct pipeline;
struct syslog_sink;
struct text_sink;

struct pipeline_params {
	const char *database;	    /* path for open(2), root included */
	bool exclusive;		    /* nobody else writes: a damaged database may be set aside */
	bool live;		    /* this boot is watched from now on, until pipeline_end() */
	bool journal;		    /* feed the journal */
	struct text_sink *text;	    /* event text goes here; NULL: nowhere. Borrowed. */
	struct syslog_sink *syslog; /* and here, likewise */
	struct filter filter;	    /* what is stored and not told */
	const struct root *root;    /* where EDAC is looked for. Borrowed. */
	struct host host;	    /* borrowed strings */
	sd_id128_t boot;	    /* this boot; null unknown */
	int64_t boot_time_us;
	struct accounting *accounting; /* counts events; NULL: nobody does. Borrowed. */
	/* Fills in the place of the DIMM of that label, as far as it is not known. NULL: nobody
	 * can. */
	void (*locate)(void *context, const char *label, struct location *location);
	/* The label of the DIMM with that SMBIOS handle, or NULL; valid until the next call. */
	const char *(*label)(void *context, uint16_t handle);
	void *dimms; /* the context of both */
};

/*
 * Opens the store, waiting some seconds for a lock on it. A database that was
 * set aside is told of in the log. Errors: -errno, logged.
 */
int pipeline_open(const struct pipeline_params *params, struct pipeline **ret_pipeline);

/* Others may write from now on: no longer exclusive. */
void pipeline_share(struct pipeline *pipeline);

/*
 * Keeps what the journal says about earlier boots, so that what comes after it finds its
 * own. Waits some seconds for a lock, as pipeline_open(). Errors: -EBUSY, -ENOSPC ...
 */
int pipeline_add_boots(struct pipeline *pipeline, const struct boot *boots, size_t n);

/* Notes in the store that the one who watches this boot ends in order. */
void pipeline_end(struct pipeline *pipeline);

/* Drops what is not committed. NULL allowed. */
void pipeline_close(struct pipeline *pipeline);

/* Where sources put records; valid as long as the pipeline. */
struct intake pipeline_intake(struct pipeline *pipeline);

/* For struct source_env: known, lost_so_far and context. */
bool pipeline_known(void *pipeline, const char *key);
uint64_t pipeline_lost_so_far(void *pipeline, enum source_id source, const char *where);

/* Event text goes there from now on. */
void pipeline_set_text(struct pipeline *pipeline, struct text_sink *text);

/* What is told from the next commit on. */
void pipeline_set_filter(struct pipeline *pipeline, struct filter filter);

/* Records and losses that came in, ever. */
uint64_t pipeline_taken(const struct pipeline *pipeline);

/* How soon pipeline_commit() should be called. */
enum pipeline_need {
	PIPELINE_NOTHING,
	PIPELINE_ANNOUNCE, /* events wait to be told of, pipeline_announce_us() at most */
	PIPELINE_SOON,	   /* corrected errors wait for company, PIPELINE_DELAY_US at most */
	PIPELINE_NOW,	   /* worse ones, a loss, or a full batch */
};

enum { PIPELINE_DELAY_US = 250 * 1000, PIPELINE_BATCH = 512 };

enum pipeline_need pipeline_need(const struct pipeline *pipeline);

/* Us from now on until the next event has waited long enough for its DIMM. */
uint64_t pipeline_announce_us(const struct pipeline *pipeline);

/*
 * Makes everything that came in durable, then tells the journal and the text
 * output. A memory error whose DIMM an EDAC driver may still name is told of a
 * little later; with PIPELINE_ANNOUNCE that is all there is to do. Errors:
 * -EBUSY, -ENOSPC, -EIO ...: nothing is durable, the batch is kept, call again
 * later. The first failure of a row is logged.
 */
int pipeline_commit(struct pipeline *pipeline);

/* Tells now of the events that wait: for the end. */
void pipeline_announce(struct pipeline *pipeline);

/*
 * Stores what became of actions, each with its new number where it had none: all of
 * them, or none. Only with accounting. Errors: -EBUSY, -ENOSPC ...: call again later.
 */
int pipeline_record(struct pipeline *pipeline, const struct accounting_step *steps, size_t n);

/* The store, for those who only ask; NULL where there is none just now. */
struct store *pipeline_store(struct pipeline *pipeline);

/*
 * After a crash: finds what the journal has not got and sends it. Blocks up to
 * some seconds; for the start. Trouble is logged.
 */
void pipeline_recover(struct pipeline *pipeline);

/*
 * Notes in the store what the journal has taken, and sends again what it had
 * refused. Returns the us after which to call again; 0: settled.
 */
uint64_t pipeline_settle(struct pipeline *pipeline);

/* Whether pipeline_settle() has something to do. */
bool pipeline_unsettled(const struct pipeline *pipeline);

struct pipeline_counts {
	uint64_t events;   /* of this boot, by this and earlier lives */
	uint64_t lost;	   /* of this boot */
	uint64_t added;	   /* new events of this pipeline's life */
	uint64_t joined;   /* further deliveries of an event */
	uint64_t known;	   /* deliveries that were there already */
	uint64_t filtered; /* of those added: the filter kept them from being told */
	uint64_t refused;  /* records that the store would not take */
	uint64_t unpaired; /* details of EDAC drivers without a record */
};
void pipeline_count(const struct pipeline *pipeline, struct pipeline_counts *ret_counts);
