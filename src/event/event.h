/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * event: one hardware error, with its record, its meaning and its identity.
 * Several deliveries (trace, /dev/mcelog, ERST ...) may be one event.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-id128.h>

#include "event/decoded.h"
#include "event/record.h"
#include "util/strbuf.h"

enum { EVENT_FRU_TEXT_MAX = 24 };

struct event {
	sd_id128_t id;		/* random, given at the first commit; null before it */
	sd_id128_t incident;	/* shared by the records of one panic; else its own id */
	uint64_t seq;		/* the store's number, ascending; 0 before the commit */
	uint32_t sources;	/* bits 1 << enum source_id that delivered it */
	struct record record;	/* as first delivered; record.boot is the boot it happened in */
	struct decoded decoded;
	char fru_text[EVENT_FRU_TEXT_MAX]; /* firmware's name of what failed; "" it has none */
};

/* Evidence that records were lost before anybody could read them. */
struct lost {
	enum source_id source;
	sd_id128_t boot;	/* null unknown */
	uint64_t count;		/* how many; 0: at least one, the number is unknown */
	int64_t time_us;	/* when it was noticed, us since the epoch */
	char where[64];		/* for a person and for adding up: "cpu3 ring overrun" */
};

enum { EVENT_MESSAGE_MAX = 384 };

/*
 * The one line for a person: severity, what, where. Writes to buffer of size
 * bytes (EVENT_MESSAGE_MAX suffices), returns it.
 */
const char *event_message(const struct event *event, char *buffer, size_t size);

/* Machine-wide identity that JSON objects carry; strings may be NULL (printed as null). */
struct host {
	const char *machine_id;	/* 32 hex digits */
	const char *hostname;
};

/*
 * Appends the event as one JSON object, schema "mce-event/1", without a line
 * end (design: Contracts). host may be NULL.
 */
void event_to_json(const struct event *event, const struct host *host, struct strbuf *buffer);

/* The same with what was done because of it; event_to_json() has no actions. */
struct action;
void event_to_json_with(const struct event *event, const struct host *host,
			const struct action *actions, size_t n_actions, struct strbuf *buffer);

/*
 * Appends the event in mcelog's text shape, lines and a blank line at the end.
 */
void event_to_text(const struct event *event, struct strbuf *buffer);

/*
 * Appends the record undecoded in mcelog's raw shape, one register a line and a
 * blank line at the end, also those that mcelog leaves out (PPIN, SYND ...); what
 * the record does not have is left out.
 */
void record_to_raw(const struct record *record, struct strbuf *buffer);

/*
 * The name of the part that failed: what firmware called it, or what AMD's puts in SYND1
 * and SYND2. Printable ASCII or "". Returns buffer.
 */
const char *event_fru_text(const struct event *event, char buffer[EVENT_FRU_TEXT_MAX]);

/* RFC 3339 UTC with microseconds, "2026-11-20T22:55:01.000000Z". buffer: 40 bytes. */
const char *time_to_text(int64_t time_us, char buffer[40]);

/*
 * Whether two deliveries from different sources describe one hardware error:
 * same CPU, bank and registers (a register that one side lacks matches) and a
 * time at most two seconds apart; with a TSC on both sides it must be equal.
 * Both have a bank's registers.
 */
bool record_same_error(const struct record *a, const struct record *b);

/*
 * The same for any two: what firmware reported without registers is the error
 * that has its address, or what firmware said in the same words elsewhere.
 */
bool event_same_error(const struct event *a, const struct event *b);

/*
 * Whether it may tell of an error of an earlier boot once more, at another time or none: a bank
 * that an earlier boot left behind (TSC 0, seen as a boot came up), the boot error region.
 */
bool event_is_report_again(const struct event *event);

/*
 * Whether it is such a bank with an error that stops a machine, or that a handler would have been
 * called for: no other report is needed then.
 */
bool event_is_of_boot_before(const struct event *event);

/*
 * Whether late, of an error of an earlier boot, is the error early: the same registers, also
 * as another CPU of the socket found them, or the same address. That early was of the boot
 * right before is for the caller to know. Either may come first.
 */
bool event_reported_again(const struct event *early, const struct event *late);

/*
 * Takes what a further delivery of the same error knows and the event does not:
 * registers, the true time of a leftover bank, the place. What the delivery
 * itself is (source, key) stays. Returns whether anything has changed.
 */
bool event_merge(struct event *event, const struct event *further);
