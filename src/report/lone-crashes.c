// SPDX-License-Identifier: GPL-2.0-only
#include "report/lone-crashes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/boot-story.h"
#include "report/report.h"
#include "report/text.h"
#include "util/cleanup.h"

enum { INDENT = 4 };

/* What is of no group. */
#define NONE SIZE_MAX

struct told_crash {
	struct crash crash;
	size_t group;	 /* the first crash of those that tell of the same */
	size_t of_this;	 /* of a first one: the crash that this was searched for and is the same */
	size_t not_this; /* that it cannot be */
};

struct told_fatal {
	struct event event;
	size_t group; /* the crash that it caused; NONE */
};

struct paragraph {
	int64_t time_us; /* 0 unknown */
	size_t crash;	 /* the first of its group; NONE: a fatal error alone */
	size_t fatal;
};

struct lone {
	struct told_crash *crashes; /* oldest first */
	size_t n_crashes;
	struct told_fatal *fatals; /* likewise */
	size_t n_fatals;
};

static void lone_free(struct lone *lone)
{
	free(lone->crashes);
	free(lone->fatals);
}

/* --- what belongs together --- */

/*
 * The newest group that has one that is the same, and none that is another; itself where there
 * is none.
 */
static size_t find_group(struct lone *lone, size_t crash)
{
	struct told_crash *all = lone->crashes;

	for (size_t i = 0; i < crash; i++) {
		struct told_crash *first = &all[all[i].group];

		switch (crash_relation(&all[i].crash, &all[crash].crash)) {
		case CRASH_SAME:
			first->of_this = crash;
			break;
		case CRASH_OTHER:
			first->not_this = crash;
			break;
		case CRASH_MAY_BE:
			break;
		}
	}
	for (size_t i = crash; i-- > 0;) {
		size_t group = all[i].group;

		if (all[group].of_this == crash && all[group].not_this != crash)
			return group;
	}
	return crash;
}

static int take_crash(void *context, const struct crash *crash)
{
	struct lone *lone = context;
	size_t n = lone->n_crashes;
	struct told_crash *grown = reallocarray(lone->crashes, n + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	lone->crashes = grown;
	grown[n] = (struct told_crash){ .crash = *crash, .of_this = NONE, .not_this = NONE };
	grown[n].group = find_group(lone, n);
	lone->n_crashes++;
	return 0;
}

/* The group of the nearest crash, if that is of the same minute. */
static size_t find_cause(const struct lone *lone, const struct event *fatal)
{
	int64_t nearest_us = CRASH_APART_US + 1;
	size_t group = NONE;

	for (size_t i = 0; fatal->record.time_us && i < lone->n_crashes; i++) {
		const struct told_crash *told = &lone->crashes[i];
		int64_t apart_us = llabs(told->crash.time_us - fatal->record.time_us);

		if (!told->crash.time_us || apart_us >= nearest_us)
			continue;
		nearest_us = apart_us;
		group = told->group;
	}
	return group;
}

static int take_fatal(void *context, const struct event *fatal)
{
	struct lone *lone = context;
	size_t n = lone->n_fatals;
	struct told_fatal *grown = reallocarray(lone->fatals, n + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	lone->fatals = grown;
	grown[n] = (struct told_fatal){ .event = *fatal, .group = find_cause(lone, fatal) };
	lone->n_fatals++;
	return 0;
}

/* --- the paragraphs --- */

/* The order of query_boot's crash. */
static bool says_more(const struct crash *a, const struct crash *b)
{
	if (a->is_slim != b->is_slim)
		return a->is_slim;
	if (a->by_hardware != b->by_hardware)
		return a->by_hardware;
	if (!a->reason[0] != !b->reason[0])
		return a->reason[0];
	return a->time_us > b->time_us;
}

static const struct crash *best_of(const struct lone *lone, size_t group)
{
	const struct crash *best = &lone->crashes[group].crash;

	for (size_t i = group + 1; i < lone->n_crashes; i++)
		if (lone->crashes[i].group == group && says_more(&lone->crashes[i].crash, best))
			best = &lone->crashes[i].crash;
	return best;
}

static int64_t time_of(const struct lone *lone, size_t group)
{
	for (size_t i = group; i < lone->n_crashes; i++)
		if (lone->crashes[i].group == group && lone->crashes[i].crash.time_us)
			return lone->crashes[i].crash.time_us;
	return 0;
}

static int add_crash(struct query *query, const struct lone *lone, size_t group,
		     struct strbuf *text)
{
	int r;

	strbuf_add(text, "\nA crash in a boot that is not known\n");
	r = boot_story_add_crash(best_of(lone, group), INDENT, text);
	for (size_t i = 0; r == 0 && i < lone->n_fatals; i++)
		if (lone->fatals[i].group == group)
			r = boot_story_add_fatal(query, &lone->fatals[i].event, INDENT, text);
	for (size_t i = group; r == 0 && i < lone->n_crashes; i++)
		if (lone->crashes[i].group == group)
			r = boot_story_add_witness(text, &lone->crashes[i].crash);
	return r;
}

static int add_fatal(struct query *query, const struct event *fatal, struct strbuf *text)
{
	char when[TEXT_WHEN_MAX];
	int r = report_when(query, fatal, when);

	if (r < 0)
		return r;
	strbuf_add(text, "\nA fatal error in a boot that is not known");
	/* else the error's own line has when it was found */
	if (fatal->record.time_us)
		strbuf_addf(text, ", %s", when);
	strbuf_add(text, "\n");
	return boot_story_add_fatal(query, fatal, INDENT, text);
}

static int by_time(const void *a, const void *b)
{
	const struct paragraph *x = a, *y = b;

	if (x->time_us != y->time_us)
		return x->time_us < y->time_us ? -1 : 1;
	if (x->crash != y->crash)
		return x->crash < y->crash ? -1 : 1;
	return x->fatal < y->fatal ? -1 : x->fatal > y->fatal;
}

static size_t list_paragraphs(const struct lone *lone, struct paragraph *ret_list)
{
	size_t n = 0;

	for (size_t i = 0; i < lone->n_crashes; i++)
		if (lone->crashes[i].group == i)
			ret_list[n++] = (struct paragraph){ time_of(lone, i), i, NONE };
	for (size_t i = 0; i < lone->n_fatals; i++)
		if (lone->fatals[i].group == NONE)
			ret_list[n++] = (struct paragraph){
				lone->fatals[i].event.record.time_us,
				NONE,
				i,
			};
	qsort(ret_list, n, sizeof(*ret_list), by_time);
	return n;
}

static int print_all(struct query *query, const struct lone *lone, unsigned long *printed)
{
	_cleanup_free_ struct paragraph *list =
		reallocarray(NULL, lone->n_crashes + lone->n_fatals + 1, sizeof(*list));
	size_t n = list ? list_paragraphs(lone, list) : 0;
	int r = list ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < n; i++) {
		_cleanup_strbuf_ struct strbuf text = { 0 };

		if (list[i].crash != NONE)
			r = add_crash(query, lone, list[i].crash, &text);
		else
			r = add_fatal(query, &lone->fatals[list[i].fatal].event, &text);
		if (r == 0)
			r = text.error;
		text_print(&text);
		++*printed;
	}
	return r;
}

int lone_crashes_print(struct query *query, unsigned long *printed)
{
	struct lone lone = { 0 };
	int r = query_crashes(query, SD_ID128_NULL, take_crash, &lone);

	if (r == 0)
		r = query_lone_fatals(query, take_fatal, &lone);
	if (r == 0)
		r = print_all(query, &lone, printed);
	lone_free(&lone);
	return r;
}
