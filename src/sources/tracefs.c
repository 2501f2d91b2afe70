// SPDX-License-Identifier: GPL-2.0-only
/*
 * tracefs: the mce:mce_record tracepoint, in a trace instance of our own, and
 * beside it ras:mc_event, in which EDAC drivers name the DIMM.
 *
 * The instance is the memory between two lives of the daemon: it goes on
 * recording when we are gone and is left behind on purpose. What is read from
 * it goes through the spool.
 */
#include "sources/source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sources/ring.h"
#include "sources/spool.h"
#include "sources/trace-format.h"
#include "sources/trace-instance.h"
#include "util/cleanup.h"
#include "util/log.h"

enum {
	SLOTS = 256,
	NEAR_US = 2 * 1000000, /* ring time and walltime are of one event */
	BOOT_TIME_US = 120 * 1000000,
};

#define MCG_STATUS_MCIP (1ull << 2)

/* One CPU's ring. */
struct cpu_ring {
	unsigned int number;
	int fd; /* trace_pipe_raw; -1 not open (yet) */
	struct tracefs_cpu *reader;
	uint64_t lost; /* of its overrun, already told */
	bool damage_told;
};

struct tracefs_source {
	const struct source_env *env;
	const struct intake *intake;
	struct trace_instance instance;
	struct ring *ring;
	struct spool *spool;
	bool replayed;
	struct cpu_ring *cpus;
	size_t n_cpus;
	size_t next_cpu; /* to be read first */

	/* the page being taken apart */
	unsigned int page_cpu;
	const char *page_instance;
	sd_id128_t page_boot;
	bool page_live; /* of this boot: its clock can be converted */
	int64_t clock_offset_us;
};

static int tracefs_probe(const struct source_env *env, char why[SOURCE_WHY_MAX])
{
	char name[64];
	int r = trace_find_event(env, why);

	if (r < 0)
		return r;
	trace_choose_instance(env, name, sizeof(name));
	snprintf(why, SOURCE_WHY_MAX, "mce:mce_record through the trace instance %s", name);
	return 0;
}

static int open_ring(struct tracefs_source *source, char **ret_description, char *why)
{
	_cleanup_free_ char *description = NULL, *name = NULL;
	char directory[ROOT_PATH_MAX], detail[RING_WHY_MAX];
	int r = trace_format_read(source->instance.name, source->instance.wants_detail,
				  &description);

	if (r < 0)
		return trace_explain(source->env, r, "/events", why);
	r = trace_format_ring(description, &source->ring, &name, detail);
	if (r < 0) {
		snprintf(why, SOURCE_WHY_MAX, "%s/" TRACE_EVENT_DIR ": %s",
			 trace_directory(source->env, directory), detail);
		return r;
	}
	*ret_description = take_ptr(description);
	return 0;
}

static int open_spool(struct tracefs_source *source, const char *description, char *why)
{
	const struct spool_params params = {
		.slot_size = ring_page_size(source->ring),
		.n_slots = SLOTS,
		.n_tags = source->cpus[source->n_cpus - 1].number + 1,
		.boot = source->env->boot,
		.description = description,
		.filled = ring_page_filled,
	};
	char path[ROOT_PATH_MAX];
	int r;

	snprintf(path, sizeof(path), "%s/trace.spool", source->env->state_dir);
	r = spool_open(source->env->root, path, &params, &source->spool);
	if (r < 0)
		snprintf(why, SOURCE_WHY_MAX, "%s: cannot make the spool: %s", path, strerror(-r));
	return r;
}

static void close_cpu(struct cpu_ring *cpu)
{
	if (cpu->reader)
		tracefs_cpu_free_fd(cpu->reader);
	if (cpu->fd >= 0)
		close(cpu->fd);
	cpu->reader = NULL;
	cpu->fd = -1;
}

static void tracefs_close(struct source *base)
{
	struct tracefs_source *source = (struct tracefs_source *)base;

	if (!source)
		return;
	for (size_t i = 0; i < source->n_cpus; i++)
		close_cpu(&source->cpus[i]);
	free(source->cpus);
	trace_instance_close(&source->instance);
	ring_free(source->ring);
	spool_close(source->spool);
	free(source);
}

/* For what is told of a CPU's ring: the same words every time, losses are added up by them. */
static void lost_where(const struct tracefs_source *source, unsigned int cpu, struct lost *lost)
{
	snprintf(lost->where, sizeof(lost->where), "trace instance %.24s, cpu%u",
		 source->instance.name, cpu);
}

/* A ring for each possible CPU; what was told of its losses in this boot is not told again. */
static int make_cpus(struct tracefs_source *source)
{
	const struct source_env *env = source->env;

	source->cpus = calloc(source->instance.n_cpus, sizeof(*source->cpus));
	if (!source->cpus)
		return -ENOMEM;
	source->n_cpus = source->instance.n_cpus;
	for (size_t i = 0; i < source->n_cpus; i++) {
		struct cpu_ring *cpu = &source->cpus[i];
		struct lost lost;

		*cpu = (struct cpu_ring){ .number = source->instance.cpus[i], .fd = -1 };
		lost_where(source, cpu->number, &lost);
		cpu->lost = env->lost_so_far(env->context, SOURCE_TRACE, lost.where);
	}
	return 0;
}

static int tracefs_open(const struct source_env *env, const struct intake *intake,
			struct source **ret_source, char why[SOURCE_WHY_MAX])
{
	struct tracefs_source *source = calloc(1, sizeof(*source));
	_cleanup_free_ char *description = NULL;
	int r = -ENOMEM;

	snprintf(why, SOURCE_WHY_MAX, "out of memory");
	if (!source)
		return r;
	source->env = env;
	source->intake = intake;
	source->instance.pipe_fd = -1;
	source->instance.lock_fd = -1;
	source->instance.wants_detail = intake->detail != NULL;
	r = trace_find_event(env, why);
	if (r == 0)
		r = trace_instance_open(env, &source->instance, why);
	if (r == 0)
		r = make_cpus(source);
	if (r == 0)
		r = open_ring(source, &description, why);
	if (r == 0)
		r = open_spool(source, description, why);
	if (r < 0) {
		tracefs_close((struct source *)source);
		return r;
	}
	*ret_source = (struct source *)source;
	return 0;
}

static int tracefs_fd(struct source *base)
{
	return ((struct tracefs_source *)base)->instance.pipe_fd;
}

static int64_t clock_us(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* What to add to ring time to have wall time, now: the wall clock may have been set since. */
static int64_t clock_offset(enum trace_clock clock)
{
	return clock_us(CLOCK_REALTIME) -
	       clock_us(clock == TRACE_CLOCK_BOOT ? CLOCK_BOOTTIME : CLOCK_MONOTONIC);
}

/* The ring's stamp as us since the epoch; 0 where it cannot be turned into that. */
static int64_t ring_us(const struct tracefs_source *source, uint64_t ring_time)
{
	if (!source->page_live || source->instance.clock == TRACE_CLOCK_OTHER ||
	    ring_time / 1000 >= INT64_MAX / 2)
		return 0;
	return (int64_t)(ring_time / 1000) + source->clock_offset_us;
}

/*
 * The record comes from a worker thread: its time is the walltime field, to
 * which the ring's stamp adds microseconds where it is near.
 */
static void set_times(const struct tracefs_source *source, struct record *record,
		      uint64_t ring_time)
{
	int64_t wall_us =
		record->walltime > INT64_MAX / 1000000 ? 0 : (int64_t)record->walltime * 1000000;
	int64_t boot_us = source->env->boot_time_us;

	record->time_us = wall_us;
	record->ring_time_us = ring_us(source, ring_time);
	record->boot = source->page_boot;
	record->replayed = !source->page_live;
	if (!source->page_live)
		return;
	if (record->ring_time_us && llabs(record->ring_time_us - wall_us) <= NEAR_US)
		record->time_us = record->ring_time_us;
	if (!boot_us)
		return;
	/*
	 * Kernels that hand ERST records out again stamp them with the time they
	 * had; what they had was a machine check exception. A polled record that
	 * seems older than the boot was stamped before the clock was set.
	 */
	if (wall_us && wall_us + 1000000 < boot_us) {
		if (record->mcgstatus & MCG_STATUS_MCIP) {
			record->replayed = true;
			record->boot = SD_ID128_NULL;
			record->time_us = wall_us;
		} else if (record->ring_time_us) {
			record->time_us = record->ring_time_us;
		}
	}
	record->boot_time = !record->tsc && !record->mcgstatus && wall_us >= boot_us &&
			    wall_us - boot_us < BOOT_TIME_US;
}

/* The delivery key of what stands there. */
static void set_key(const struct tracefs_source *source, const struct ring_cursor *at,
		    char key[RECORD_KEY_MAX])
{
	snprintf(key, RECORD_KEY_MAX, "trace:" SD_ID128_FORMAT_STR ":%.32s:%u:%" PRIu64 ":%u",
		 SD_ID128_FORMAT_VAL(source->page_boot), source->page_instance, source->page_cpu,
		 at->time, at->ordinal);
}

static void set_place(const struct tracefs_source *source, const struct ring_cursor *at,
		      struct ring_place *place)
{
	place->time = at->time;
	place->cpu = source->page_cpu;
}

static int page_record(void *context, struct record *record, const struct ring_cursor *at)
{
	struct tracefs_source *source = context;

	record->source = SOURCE_TRACE;
	set_times(source, record, at->time);
	set_place(source, at, &record->ring);
	set_key(source, at, record->key);
	return source->intake->record(source->intake->context, record);
}

static int page_detail(void *context, struct memory_detail *detail, const struct ring_cursor *at)
{
	struct tracefs_source *source = context;

	if (!source->intake->detail)
		return 0;
	detail->boot = source->page_boot;
	detail->time_us = ring_us(source, at->time);
	set_place(source, at, &detail->ring);
	set_key(source, at, detail->key);
	return source->intake->detail(source->intake->context, detail);
}

/*
 * The page's flag says that events before it were overwritten; the CPU's
 * statistics say how many in all. What was told before is not told again.
 */
static int tell_lost(struct tracefs_source *source, struct cpu_ring *cpu, uint64_t flagged)
{
	struct lost lost = {
		.source = SOURCE_TRACE,
		.boot = source->env->boot,
		.count = flagged,
		.time_us = clock_us(CLOCK_REALTIME),
	};
	uint64_t total;

	if (trace_instance_lost(&source->instance, cpu->number, &total) == 0) {
		if (total < cpu->lost) /* the instance was made anew */
			cpu->lost = 0;
		if (total == cpu->lost)
			return 0;
		lost.count = total - cpu->lost;
		cpu->lost = total;
	} else {
		cpu->lost += flagged;
	}
	lost_where(source, cpu->number, &lost);
	return source->intake->lost(source->intake->context, &lost);
}

static struct cpu_ring *cpu_by_number(struct tracefs_source *source, unsigned int number)
{
	for (size_t i = 0; i < source->n_cpus; i++)
		if (source->cpus[i].number == number)
			return &source->cpus[i];
	return NULL;
}

static int page_missed(void *context, uint64_t count)
{
	struct tracefs_source *source = context;
	struct cpu_ring *cpu = cpu_by_number(source, source->page_cpu);

	return cpu && source->page_live ? tell_lost(source, cpu, count) : 0;
}

/* What stood behind the damage is lost, nobody knows how much. */
static int tell_damage(struct tracefs_source *source, struct cpu_ring *cpu)
{
	struct lost lost = {
		.source = SOURCE_TRACE,
		.boot = source->page_boot,
		.time_us = clock_us(CLOCK_REALTIME),
	};

	cpu->damage_told = true;
	snprintf(lost.where, sizeof(lost.where), "damaged page, %.24s, cpu%u",
		 source->page_instance, cpu->number);
	return source->intake->lost(source->intake->context, &lost);
}

/* Takes a slot's page apart; damage is logged once for a CPU. */
static int take_page(struct tracefs_source *source, struct ring *ring,
		     const struct spool_slot *slot, size_t size, struct ring_cursor *cursor)
{
	const struct ring_sink sink = { page_record, page_detail, page_missed, source };
	struct cpu_ring *cpu = cpu_by_number(source, slot->tag);
	char why[RING_WHY_MAX];
	int r;

	source->page_cpu = slot->tag;
	r = ring_page(ring, slot->data, size, cursor, &sink, why);
	if (r != -EBADMSG)
		return r;
	if (!cpu || !cpu->damage_told)
		log_warning("trace instance %s, per_cpu/cpu%u/trace_pipe_raw: %s",
			    source->page_instance, slot->tag, why);
	return cpu ? tell_damage(source, cpu) : 0;
}

struct replay {
	struct tracefs_source *source;
	uint64_t identity; /* of the file that ring and name are of */
	struct ring *ring;
	char *name;
};

static void replay_free(struct replay *replay)
{
	ring_free(replay->ring);
	free(replay->name);
}

/* A reader for a file's slots. Errors: -EBADMSG its description makes no sense, -ENOMEM. */
static int replay_format(struct replay *replay, const char *description)
{
	char why[RING_WHY_MAX];
	int r = trace_format_ring(description, &replay->ring, &replay->name, why);

	if (r < 0 && why[0])
		log_warning("spool of an earlier life: %s", why);
	return r == 0 || r == -ENOMEM ? r : -EBADMSG;
}

/* One page that an earlier life read and did not get into the store, as far as we know. */
static int replay_slot(void *context, const struct spool_slot *slot, const struct spool_info *info)
{
	struct replay *replay = context;
	struct tracefs_source *source = replay->source;
	struct ring_cursor cursor = { slot->mark_time, slot->mark_ordinal };
	struct spool_cursor *kept;
	int r;

	if (!replay->ring || replay->identity != info->identity) {
		replay_free(replay);
		*replay = (struct replay){ .source = source, .identity = info->identity };
		r = replay_format(replay, info->description);
		if (r < 0)
			return r;
	}
	source->page_instance = replay->name;
	source->page_boot = info->boot;
	source->page_live = sd_id128_equal(info->boot, source->env->boot);
	r = take_page(source, replay->ring, slot, slot->size, &cursor);
	if (r < 0 || !source->page_live || slot->tag > source->cpus[source->n_cpus - 1].number)
		return r;
	kept = spool_cursor(source->spool, slot->tag);
	if (cursor.time > kept->time ||
	    (cursor.time == kept->time && cursor.ordinal > kept->ordinal))
		*kept = (struct spool_cursor){ cursor.time, cursor.ordinal };
	return 0;
}

static int replay_spool(struct tracefs_source *source)
{
	struct replay replay = { .source = source };
	int r = spool_replay(source->spool, replay_slot, &replay);

	replay_free(&replay);
	return r;
}

/* Opens a CPU's ring; one that was never online may refuse until it is. */
static bool open_cpu(struct tracefs_source *source, struct cpu_ring *cpu)
{
	if (cpu->reader)
		return true;
	cpu->fd = trace_instance_open_cpu(&source->instance, cpu->number);
	if (cpu->fd < 0)
		return false;
	cpu->reader = tracefs_cpu_alloc_fd(cpu->fd, (int)ring_page_size(source->ring), true);
	if (!cpu->reader)
		close_cpu(cpu);
	return cpu->reader;
}

/* Reads one page. 1: there was one; 0: the ring is dry; -ENOBUFS: commit first. */
static int read_page(struct tracefs_source *source, struct cpu_ring *cpu)
{
	struct spool_cursor *kept = spool_cursor(source->spool, cpu->number);
	struct ring_cursor cursor = { kept->time, (uint32_t)kept->ordinal };
	struct spool_slot *slot;
	int n, r;

	if (!source->intake->has_room(source->intake->context))
		return -ENOBUFS;
	slot = spool_take(source->spool, cpu->number, cursor.time, cursor.ordinal);
	if (!slot)
		return -ENOBUFS;
	n = tracefs_cpu_read(cpu->reader, slot->data, true);
	if (n <= 0) {
		/* a CPU that was never online; the next round asks again */
		spool_untake(source->spool, slot);
		return 0;
	}
	source->page_instance = source->instance.name;
	source->page_boot = source->env->boot;
	source->page_live = true;
	r = take_page(source, source->ring, slot, (size_t)n, &cursor);
	if (r < 0)
		return r;
	*kept = (struct spool_cursor){ cursor.time, cursor.ordinal };
	return 1;
}

static int tracefs_drain(struct source *base)
{
	struct tracefs_source *source = (struct tracefs_source *)base;
	int r;

	source->clock_offset_us = clock_offset(source->instance.clock);
	if (!source->replayed) {
		r = replay_spool(source);
		if (r < 0)
			log_warning("trace spool of an earlier life: %s", strerror(-r));
		source->replayed = true;
	}
	/* a round begins where the last one had to stop: no CPU's storm starves the others */
	for (size_t i = 0; i < source->n_cpus; i++) {
		struct cpu_ring *cpu = &source->cpus[source->next_cpu];

		r = open_cpu(source, cpu) ? 1 : 0;
		while (r > 0)
			r = read_page(source, cpu);
		source->next_cpu = (source->next_cpu + 1) % source->n_cpus;
		if (r == -ENOBUFS)
			return 1;
		if (r < 0)
			return r;
	}
	return 0;
}

static void tracefs_committed(struct source *base)
{
	spool_free_all(((struct tracefs_source *)base)->spool);
}

static void tracefs_describe(struct source *base, char *buffer, size_t size)
{
	const struct tracefs_source *source = (struct tracefs_source *)base;

	snprintf(buffer, size, "mce:mce_record on %zu CPU%s (trace instance %s)", source->n_cpus,
		 source->n_cpus == 1 ? "" : "s", source->instance.name);
}

const struct source_ops source_tracefs = {
	.name = "tracefs",
	.summary = "the tracepoint mce:mce_record, live",
	.probe = tracefs_probe,
	.open = tracefs_open,
	.fd = tracefs_fd,
	.drain = tracefs_drain,
	.committed = tracefs_committed,
	.describe = tracefs_describe,
	.close = tracefs_close,
};
