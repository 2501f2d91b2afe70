// SPDX-License-Identifier: GPL-2.0-only
/*
 * What mcelog's client prints. Other programs parse it: collectd, NHC,
 * Linux::MCELog and scripts (tests/integration/clients).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "account/account-private.h"
#include "util/cleanup.h"

/*
 * collectd reads 127 bytes at once, the end of the line included, and takes a longer
 * line for the end of the DIMM. What is left of 126 without the words and quotes:
 */
enum {
	DMI_LINE_MAX = 126,
	DMI_TEXTS_MAX = DMI_LINE_MAX - (int)sizeof("DMI_NAME \"\" DMI_LOCATION \"\"") + 1,
	DMI_NAME_MAX = 64,
};

static int compare_number(int32_t a, int32_t b)
{
	return (a > b) - (a < b);
}

/* By place; the whole, which is LOCATION_UNKNOWN there, before its parts. */
static int compare_places(const void *a, const void *b)
{
	const struct location *la = &(*(const struct counter *const *)a)->key.location;
	const struct location *lb = &(*(const struct counter *const *)b)->key.location;
	int r = compare_number(la->socket, lb->socket);

	if (r == 0)
		r = compare_number(la->imc, lb->imc);
	if (r == 0)
		r = compare_number(la->channel, lb->channel);
	return r ? r : compare_number(la->dimm, lb->dimm);
}

/*
 * Counters of those kinds, sorted; to be freed. Where there is no memory for
 * it NULL and 0, and out is in error.
 */
static const struct counter **sorted(const struct account *account, const enum counter_kind *kinds,
				     size_t n_kinds, int (*compare)(const void *a, const void *b),
				     struct strbuf *out, size_t *ret_count)
{
	const struct counter **list, *counter;
	size_t n = 0, most = 1;

	for (size_t i = 0; i < n_kinds; i++)
		most += counters_count(account->counters, kinds[i]);
	list = calloc(most, sizeof(const struct counter *));
	for (size_t i = 0; list && i < n_kinds; i++)
		for (counter = counters_next(account->counters, kinds[i], NULL); counter;
		     counter = counters_next(account->counters, kinds[i], counter))
			list[n++] = counter;
	if (list)
		qsort(list, n, sizeof(const struct counter *), compare);
	else
		out->error = -ENOMEM;
	*ret_count = n;
	return list;
}

/* Both lines always: NHC takes the second of them by its number. */
static void dump_tally(const char *name, const struct tally *tally,
		       const struct threshold *threshold, int64_t now_us, struct strbuf *out)
{
	struct bucket bucket = tally->bucket;
	char level[64];

	bucket_age(&bucket, threshold, 1, now_us);
	strbuf_addf(out, "%s memory errors:\n\t%" PRIu64 " total\n\t%s\n", name, tally->total,
		    account_level_text(&bucket, threshold, level, sizeof(level)));
}

static void dump_place(const struct account *account, const struct location *location,
		       struct strbuf *out)
{
	strbuf_addf(out, "SOCKET %d CHANNEL ", location->socket);
	if (location->channel == LOCATION_UNKNOWN)
		strbuf_add(out, "any");
	else
		strbuf_addf(out, "%d", account_channel_number(account, location));
	if (location->dimm == LOCATION_UNKNOWN)
		strbuf_add(out, " DIMM any\n");
	else
		strbuf_addf(out, " DIMM %d\n", location->dimm);
}

/* How much of text fits into size bytes without a part of a UTF-8 character. */
static size_t fitting(const char *text, size_t size)
{
	size_t length = strnlen(text, size + 1);

	if (length <= size)
		return length;
	for (length = size; length && ((unsigned char)text[length] & 0xc0) == 0x80;)
		length--;
	return length;
}

/* A name with a quote in it would end where it does not. */
static void add_quoted(struct strbuf *out, const char *name, const char *text, size_t length)
{
	strbuf_addf(out, "%s \"", name);
	for (size_t i = 0; i < length; i++) {
		bool bad = text[i] == '"' || (unsigned char)text[i] < ' ';

		strbuf_add_bytes(out, bad ? "'" : &text[i], 1);
	}
	strbuf_add(out, "\"");
}

static void dump_bios(const struct account *account, const struct location *location,
		      struct strbuf *out)
{
	struct account_dimm dimm = account_find_dimm(account, location);
	size_t name = dimm.name ? fitting(dimm.name, DMI_NAME_MAX) : 0;

	if (dimm.name)
		add_quoted(out, "DMI_NAME", dimm.name, name);
	if (dimm.name && dimm.location)
		strbuf_add(out, " ");
	if (dimm.location)
		add_quoted(out, "DMI_LOCATION", dimm.location,
			   fitting(dimm.location, DMI_TEXTS_MAX - name));
	if (dimm.name || dimm.location)
		strbuf_add(out, "\n");
}

static bool has_errors(const struct counter *counter)
{
	return counter->corrected.total || counter->uncorrected.total;
}

static void dump_counter(const struct account *account, const struct counter *counter, bool bios,
			 int64_t now_us, struct strbuf *out)
{
	const struct account_policy *policy = &account->policy;
	bool socket = counter->key.kind == COUNTER_SOCKET;

	dump_place(account, &counter->key.location, out);
	if (bios)
		dump_bios(account, &counter->key.location, out);
	dump_tally("corrected", &counter->corrected,
		   socket ? &policy->socket_corrected.threshold : &policy->dimm_corrected.threshold,
		   now_us, out);
	dump_tally("uncorrected", &counter->uncorrected,
		   socket ? &policy->socket_uncorrected.threshold
			  : &policy->dimm_uncorrected.threshold,
		   now_us, out);
}

void account_dump(struct account *account, bool all, bool bios, int64_t now_us, struct strbuf *out)
{
	static const enum counter_kind kinds[] = { COUNTER_SOCKET, COUNTER_CHANNEL, COUNTER_DIMM };
	const struct counter **list;
	bool first = true;
	size_t n;

	list = sorted(account, kinds, ARRAY_SIZE(kinds), compare_places, out, &n);
	for (size_t i = 0; list && i < n; i++) {
		if (!all && !has_errors(list[i]))
			continue;
		strbuf_add(out, first ? "Memory errors\n" : "\n");
		dump_counter(account, list[i], bios, now_us, out);
		first = false;
	}
	free(list);
}

static const char *shown_state(const struct counter *counter)
{
	return page_state_name(counter->state == PAGE_OFFLINE_WANTED ? PAGE_ONLINE
								     : counter->state);
}

static int compare_pages(const void *a, const void *b)
{
	uint64_t pa = (*(const struct counter *const *)a)->key.page;
	uint64_t pb = (*(const struct counter *const *)b)->key.page;

	return (pa > pb) - (pa < pb);
}

void account_dump_pages(struct account *account, int64_t now_us, struct strbuf *out)
{
	static const enum counter_kind kind = COUNTER_PAGE;
	const struct threshold *threshold = &account->policy.page.threshold;
	const struct counter **list;
	size_t n;

	list = sorted(account, &kind, 1, compare_pages, out, &n);
	if (n)
		strbuf_add(out, "Per page corrected memory statistics:\n");
	for (size_t i = 0; list && i < n; i++) {
		struct bucket bucket = list[i]->corrected.bucket;
		bool current = sd_id128_equal(list[i]->state_boot, account->env.boot);
		char level[64];

		bucket_age(&bucket, threshold, account_page_times(list[i]), now_us);
		strbuf_addf(out, "%" PRIx64 ": total %" PRIu64 " seen \"%s\" %s%s\n\n",
			    list[i]->key.page, list[i]->corrected.total,
			    account_level_text(&bucket, threshold, level, sizeof(level)),
			    current ? shown_state(list[i]) : page_state_name(PAGE_ONLINE),
			    list[i]->triggered ? " triggered" : "");
	}
	free(list);
}
