// SPDX-License-Identifier: GPL-2.0-only
#include "sources/previous-log.h"

#include <inttypes.h>
#include <stdio.h>

/* A log that is of this very boot is no leftover: a kernel may show its oops without a reboot. */
static void fill_delivery(const struct source_env *env, enum source_id source,
			  const struct kernel_log_record *found, struct record *record)
{
	*record = found->record;
	record->source = source;
	record->replayed = !env->boot_time_us || record->time_us < env->boot_time_us;
	if (!record->replayed)
		record->boot = env->boot;
	snprintf(record->key, sizeof(record->key), "%s:%016" PRIx64 ":%u", source_id_name(source),
		 found->hash, found->ordinal);
}

int previous_log_deliver(struct previous_log *previous, enum source_id source,
			 const struct source_env *env, const struct intake *intake,
			 unsigned int *n_new)
{
	for (; previous->next < previous->log.n; previous->next++) {
		struct record record;
		int r;

		if (!intake->has_room(intake->context))
			return 1;
		fill_delivery(env, source, &previous->log.records[previous->next], &record);
		if (env->known && env->known(env->context, record.key))
			continue;
		r = intake->record(intake->context, &record);
		if (r < 0)
			return r;
		++*n_new;
	}
	return 0;
}
