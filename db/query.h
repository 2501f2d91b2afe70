/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * query: read-only access to the event database, for mce-report. Works while
 * the daemon writes, when it is stopped or was killed, and on a read-only copy.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event/action.h"
#include "event/crash.h"
#include "event/event.h"
#include "event/firmware.h"

struct query;

/*
 * Opens path read-only. Errors, each with a plain sentence in note (512 bytes):
 * -ENOENT no database there yet, -EACCES, -EMEDIUMTYPE not a database or
 * damaged, -EPROTO a newer schema, or an older one, -errno.
 */
int query_open(const char *path, struct query **ret_query, char note[512]);
void query_close(struct query *query);

/* SQLite's words for the last failure. */
const char *query_error(const struct query *query);

/* Which events; a zeroed filter is all of them. */
struct query_filter {
	unsigned int limit; /* the newest so many; 0 all */
	sd_id128_t boot;    /* in which they happened; null: any, also an unknown one */
	/*
	 * event_id or the start of one (at least 4 digits; case and dashes do
	 * not matter), or "seq" as a decimal of less than 8 digits, which is
	 * tried first. limit and boot are ignored with it.
	 */
	const char *id;
};

/*
 * Calls each() for the events, oldest first; those of unknown time stand where they
 * were found. A non-zero result ends the walk
 * and is returned. The stored judgement (severity, class, count, mca) is in
 * event->decoded; facts are not stored and are n_facts = 0. No lock is held
 * while each() runs: it may take its time, the daemon's log does not grow.
 * Errors: -EINVAL for an id that is none, -EUCLEAN, -errno.
 */
int query_events(struct query *query, const struct query_filter *filter,
		 int (*each)(void *context, const struct event *event), void *context);

/* When an event was first stored; 0 unknown. Errors: -errno. */
int query_found(struct query *query, uint64_t seq, int64_t *ret_found_us);

/* One source's delivery of an event. */
struct query_delivery {
	const char *source;
	const char *key;
	int64_t seen_us; /* when it was stored */
};
int query_deliveries(struct query *query, uint64_t seq,
		     int (*each)(void *context, const struct query_delivery *delivery),
		     void *context);

/*
 * What firmware laid down of an event, the first delivered first. section and its body are
 * valid during the call.
 */
int query_sections(struct query *query, uint64_t seq,
		   int (*each)(void *context, const struct section *section), void *context);

/* What was wanted because of an event; texts of action without environment and input. */
int query_actions(struct query *query, uint64_t seq,
		  int (*each)(void *context, const struct action *action), void *context);

/* How many events share the incident. Errors: -errno. */
int query_count_incident(struct query *query, sd_id128_t incident, uint64_t *ret_count);

/* Whether the store has seen that boot, and so is of the machine that it is of. */
bool query_has_boot(struct query *query, sd_id128_t boot);

/* One line of the summary: events grouped by what failed. */
struct query_group {
	enum severity severity;
	enum error_class class;
	struct location location; /* socket, imc, channel and dimm; the rest unknown */
	const char *bank_type;	  /* NULL unknown */
	uint32_t bank;
	const char *mca;
	uint64_t events;
	uint64_t errors;  /* sum of counts */
	int64_t first_us; /* of those of known time; 0 none */
	int64_t last_us;
	bool first_is_before; /* before that: then a later boot found it in its bank */
	bool last_is_before;
	int64_t found_us;   /* when the newest of unknown time was; 0: there is none */
	const char *label;  /* the DIMM's, and firmware's name of the part, where */
	const char *fru;    /* all have the same; NULL unknown */
	uint64_t replayed;  /* events of these that were found after a reboot */
	uint32_t first_cpu; /* the CPUs that reported them lie between these; RECORD_NO_CPU none */
	uint32_t last_cpu;
};

/* Worst first, then newest first; of that boot, null: of all. Texts live until query_close(). */
int query_groups(struct query *query, sd_id128_t boot,
		 int (*each)(void *context, const struct query_group *group), void *context);

/* Losses, summed by source and place, with the newest time; count 0: at least one. As above. */
int query_lost(struct query *query, sd_id128_t boot,
	       int (*each)(void *context, const struct lost *lost), void *context);

/* How a boot ended, as far as evidence says. */
enum boot_end {
	BOOT_RUNNING,	    /* it has not */
	BOOT_CLEAN,	    /* shut down, by the journal */
	BOOT_MACHINE_CHECK, /* a fatal error in it, or a crash that hardware caused */
	BOOT_PANIC,	    /* a crash without that */
	BOOT_CUT,	    /* another boot came after it, and nothing says that it was shut down */
	BOOT_UNKNOWN,	    /* nobody who could tell was there */
};

/* "running", "clean", "machine check", "panic", "power loss or hang", "unknown". Static. */
const char *boot_end_name(enum boot_end end);

struct query_boot {
	int offset; /* 0 the newest on record, -1 the one before it ... */
	sd_id128_t id;
	int64_t began_us;
	int64_t last_us; /* the last that is known of it; 0 nothing, or it runs */
	enum boot_end end;
	bool has_fatal;
	struct event fatal; /* what stopped it, or would have; as query_events() has events */
	/* the same in a sentence, also when the event is gone; "" nothing */
	char stopped[EVENT_MESSAGE_MAX];
	int64_t stopped_us; /* 0 unknown */
	int64_t next_us;    /* when the boot after it on record began; 0: there is none */
	bool has_crash;
	struct crash crash;   /* where several tell of it, the one that says most */
	uint64_t corrected;   /* errors in it; with a fatal one, those before that */
	uint64_t uncorrected; /* of any kind that is worse */
	uint64_t unknown;
	int64_t last_error_us; /* the newest of these; 0 unknown */
};

/*
 * Calls each() for the boots on record, oldest first, or for the newest limit of
 * them (0: all); running is this machine's present boot, null unknown. A non-zero
 * result ends the walk and is returned. Errors: -ENOMEM, -EUCLEAN, -errno.
 */
int query_boots(struct query *query, sd_id128_t running, unsigned int limit,
		int (*each)(void *context, const struct query_boot *boot), void *context);

/*
 * The boot of that name: an offset (0, -1 ...; 1 the oldest, 2 ...; without a sign
 * at most three digits), or its ID or the start of it, at least 4 digits.
 * Errors: -EINVAL it is no such name, -ENOENT no such boot, -ENOTUNIQ several, -errno.
 */
int query_find_boot(struct query *query, sd_id128_t running, const char *text,
		    struct query_boot *ret_boot);

/* Whether query_find_boot() could find something by that name. */
bool query_is_boot_name(const char *text);

/*
 * All that tells of the crash of that boot, oldest first; null: of a boot that is not
 * known. As query_deliveries().
 */
int query_crashes(struct query *query, sd_id128_t boot,
		  int (*each)(void *context, const struct crash *crash), void *context);

/*
 * The crashes that hardware caused and of whose error there is no record: no fatal one of that
 * boot, now or before retention, or within a minute. Newest first. As query_deliveries().
 */
int query_unexplained_crashes(struct query *query,
			      int (*each)(void *context, const struct crash *crash), void *context);

/*
 * The fatal errors that stopped a boot that is not known, one of each incident, oldest first;
 * none from files. As query_events().
 */
int query_lone_fatals(struct query *query, int (*each)(void *context, const struct event *event),
		      void *context);
