// SPDX-License-Identifier: GPL-2.0-only
#include "sources/previous-log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

_Static_assert((int)PANIC_TEXT_MAX <= (int)CRASH_REASON_MAX, "a panic's words fit");

/* A kernel may show the log of its oops without a reboot; who dumps has crashed. */
static bool is_replayed(const struct source_env *env, enum source_id source, int64_t time_us)
{
	return source == SOURCE_VMCORE || source_is_replayed(env, time_us);
}

static void fill_delivery(const struct source_env *env, enum source_id source,
			  const struct kernel_log_record *found, struct record *record)
{
	*record = found->record;
	record->source = source;
	record->replayed = is_replayed(env, source, record->time_us);
	if (!record->replayed)
		record->boot = env->boot;
	snprintf(record->key, sizeof(record->key), "%s:%016" PRIx64 ":%u", source_id_name(source),
		 found->hash, found->ordinal);
}

static int deliver_record(const struct kernel_log_record *found, enum source_id source,
			  const struct source_env *env, const struct intake *intake,
			  unsigned int *n_new)
{
	struct record record;
	int r;

	fill_delivery(env, source, found, &record);
	if (env->known && env->known(env->context, record.key))
		return 0;
	r = intake->record(intake->context, &record);
	if (r == 0)
		++*n_new;
	return r;
}

/*
 * What of it the store has, the intake knows: it makes the keys. Not so of what EDAC printed
 * of a machine check that was traced then: after days the log's clock is too far off for the
 * store to join the two, and an error that counts twice is worse than one that is not told.
 */
static int deliver_firmware(const struct kernel_log_firmware *found, enum source_id source,
			    const struct source_env *env, const struct intake *intake)
{
	struct firmware firmware = found->firmware;

	if (firmware.edac)
		return 0;
	firmware.source = source;
	firmware.replayed |= is_replayed(env, source, firmware.time_us);
	if (!firmware.replayed)
		firmware.boot = env->boot;
	return intake->firmware ? intake->firmware(intake->context, &firmware) : 0;
}

void previous_crash_name(struct crash *crash, uint64_t hash, const char *place)
{
	snprintf(crash->key, sizeof(crash->key), "%s:crash:%016" PRIx64,
		 source_id_name(crash->source), hash);
	snprintf(crash->place, sizeof(crash->place), "%s", place);
}

int previous_crash_deliver(const struct crash *crash, const struct source_env *env,
			   const struct intake *intake)
{
	bool is_known = env->known && env->known(env->context, crash->key);
	int (*take)(void *, const struct crash *) = is_known ? intake->crash_again : intake->crash;

	if (!take)
		return 0;
	if (!intake->has_room(intake->context))
		return 1;
	return take(intake->context, crash);
}

static int deliver_end(struct previous_log *previous, enum source_id source,
		       const struct source_env *env, const struct intake *intake)
{
	const struct kernel_log_end *end = &previous->log.end;
	struct crash crash = {
		.source = source,
		.time_us = end->time_us,
		.uptime_us = end->printk_us,
		.by_hardware = panic_by_hardware(&end->panic),
	};
	int r;

	memcpy(crash.reason, end->panic.words, sizeof(end->panic.words));
	previous_crash_name(&crash, end->hash, previous->place);
	r = previous_crash_deliver(&crash, env, intake);
	if (r == 0)
		previous->is_crash = false;
	return r;
}

int previous_log_deliver(struct previous_log *previous, enum source_id source,
			 const struct source_env *env, const struct intake *intake,
			 unsigned int *n_new)
{
	const struct kernel_log *log = &previous->log;

	for (; previous->next < log->n + log->n_firmware; previous->next++) {
		size_t next = previous->next;
		int r;

		if (!intake->has_room(intake->context))
			return 1;
		r = next < log->n
			    ? deliver_record(&log->records[next], source, env, intake, n_new)
			    : deliver_firmware(&log->firmware[next - log->n], source, env, intake);
		if (r < 0)
			return r;
	}
	return previous->is_crash ? deliver_end(previous, source, env, intake) : 0;
}
