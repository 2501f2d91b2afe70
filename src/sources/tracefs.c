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

#include "event/bits.h"
#include "sources/ring.h"
#include "sources/spool.h"
#include "sources/trace-format.h"
#include "sources/trace-instance.h"
#include "sources/trace-times.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"

enum { SLOTS = 256 };

/* One CPU's ring. */
struct cpu_ring {
	unsigned int number;
	int fd; /* trace_pipe_raw; -1 not open (yet) */
	struct tracefs_cpu *reader;
	uint64_t lost; /* of its overrun, already told */
	bool damage_told;
	bool is_this_boots; /* a ring that survives: the records of earlier boots are over */
};

struct tracefs_source {
	const struct source_env *env;
	const struct intake *intake;
	struct trace_instance instance;
	struct ring *ring;
	struct spool *spool;
	bool replayed;
	bool foreign_told;
	bool recording; /* the instance is set up: nothing is left in it that this would erase */
	struct cpu_ring *cpus;
	size_t n_cpus;
	size_t next_cpu; /* to be read first */

	/* the page being taken apart */
	unsigned int page_cpu;
	struct cpu_ring *page_ring; /* NULL: a CPU that this boot does not have */
	const char *page_label;	    /* of the instance, see trace-instance.h */
	bool page_missed;	    /* records before the page's first one are lost, */
	uint64_t n_missed;	    /* so many, 0 unknown; of which boot is not told yet */
	enum trace_past page_past;
	struct trace_times times;
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
	int r = trace_format_read(source->instance.label, source->instance.wants_detail,
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

static int record_now(struct tracefs_source *source, char why[SOURCE_WHY_MAX])
{
	int r = trace_instance_record(source->env, &source->instance, why);

	source->recording = r == 0;
	return r;
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
	source->times.boot_time_us = env->boot_time_us;
	r = trace_find_event(env, why);
	if (r == 0)
		r = trace_instance_open(env, &source->instance, why);
	if (r == 0 && !source->instance.survives)
		r = record_now(source, why);
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

/*
 * Whether what comes now out of the page is of an earlier boot. Of a page that
 * was read in another boot nobody knows any more; the store finds out by the time.
 */
static bool is_earlier(const struct tracefs_source *source)
{
	if (!source->times.live)
		return source->times.survives;
	switch (source->page_past) {
	case TRACE_PAST_NONE:
		return false;
	case TRACE_PAST_ALL:
		return true;
	case TRACE_PAST_FIRST:
		return !source->page_ring || !source->page_ring->is_this_boots;
	}
	return false;
}

/* Once a CPU has a record of this boot, none of an earlier one comes behind it. */
static void note_boot(struct tracefs_source *source, const struct record *record,
		      uint64_t ring_time)
{
	if (source->page_ring &&
	    !trace_times_is_earlier(&source->times, record->walltime, ring_time))
		source->page_ring->is_this_boots = true;
}

/*
 * The delivery key of what stands there. A ring that survives shows the same
 * record in several boots, so that its key is made of what never changes.
 */
static void set_key(const struct tracefs_source *source, const struct ring_cursor *at,
		    uint64_t walltime, char key[RECORD_KEY_MAX])
{
	if (source->times.survives)
		snprintf(key, RECORD_KEY_MAX, "trace:%.32s:%u:%" PRIu64 ":%" PRIu64 ":%u",
			 source->page_label, source->page_cpu, walltime, at->time, at->ordinal);
	else
		snprintf(key, RECORD_KEY_MAX,
			 "trace:" SD_ID128_FORMAT_STR ":%.32s:%u:%" PRIu64 ":%u",
			 SD_ID128_FORMAT_VAL(source->times.boot), source->page_label,
			 source->page_cpu, at->time, at->ordinal);
}

static void set_place(const struct tracefs_source *source, const struct ring_cursor *at,
		      struct ring_place *place)
{
	place->time = at->time;
	place->cpu = source->page_cpu;
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
		.time_us = clock_wall_us(),
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

/*
 * In a ring that survives the statistics are about records of several boots;
 * the first record that is left tells of which the lost ones before it were.
 */
static int tell_missed(struct tracefs_source *source)
{
	struct lost lost = {
		.source = SOURCE_TRACE,
		.boot = is_earlier(source) ? SD_ID128_NULL : source->env->boot,
		.count = source->n_missed,
		.time_us = clock_wall_us(),
	};

	if (!source->page_missed)
		return 0;
	source->page_missed = false;
	lost_where(source, source->page_cpu, &lost);
	return source->intake->lost(source->intake->context, &lost);
}

static int page_missed(void *context, uint64_t count)
{
	struct tracefs_source *source = context;

	if (!source->page_ring || !source->times.live)
		return 0;
	if (!source->times.survives)
		return tell_lost(source, source->page_ring, count);
	source->page_missed = true;
	source->n_missed = count;
	return 0;
}

/*
 * Events of the ring are numbered by the kernel that wrote them. If that was
 * another one, what has our number may be some other event.
 */
static bool is_foreign(struct tracefs_source *source, const struct record *record)
{
	if (record->status & STATUS_VAL)
		return false;
	if (!source->foreign_told)
		log_warning("trace instance %s: an earlier boot's record is none of a machine "
			    "check, was it another kernel?",
			    source->page_label);
	source->foreign_told = true;
	return true;
}

static int page_record(void *context, struct record *record, const struct ring_cursor *at)
{
	struct tracefs_source *source = context;
	bool earlier;
	int r;

	record->source = SOURCE_TRACE;
	note_boot(source, record, at->time);
	earlier = is_earlier(source);
	r = tell_missed(source);
	if (r < 0 || (earlier && is_foreign(source, record)))
		return r;
	trace_times_set(&source->times, earlier, at->time, record);
	set_place(source, at, &record->ring);
	set_key(source, at, record->walltime, record->key);
	return source->intake->record(source->intake->context, record);
}

static int page_detail(void *context, struct memory_detail *detail, const struct ring_cursor *at)
{
	struct tracefs_source *source = context;
	bool earlier = is_earlier(source);

	if (!source->intake->detail)
		return 0;
	/* as those of the record that it belongs to */
	detail->boot = earlier ? SD_ID128_NULL : source->times.boot;
	detail->time_us = earlier ? 0 : trace_times_ring_us(&source->times, at->time);
	set_place(source, at, &detail->ring);
	set_key(source, at, 0, detail->key);
	return source->intake->detail(source->intake->context, detail);
}

/* What stood behind the damage is lost, nobody knows how much. */
static int tell_damage(struct tracefs_source *source, struct cpu_ring *cpu)
{
	struct lost lost = {
		.source = SOURCE_TRACE,
		.boot = is_earlier(source) ? SD_ID128_NULL : source->times.boot,
		.time_us = clock_wall_us(),
	};

	cpu->damage_told = true;
	snprintf(lost.where, sizeof(lost.where), "damaged page, %.24s, cpu%u", source->page_label,
		 cpu->number);
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
	source->page_ring = cpu;
	source->page_missed = false;
	r = ring_page(ring, slot->data, size, cursor, &sink, why);
	if (r == 0) /* there may be no record in it */
		r = tell_missed(source);
	if (r != -EBADMSG)
		return r;
	if (!cpu || !cpu->damage_told)
		log_warning("trace instance %s, per_cpu/cpu%u/trace_pipe_raw: %s",
			    source->page_label, slot->tag, why);
	return cpu ? tell_damage(source, cpu) : 0;
}

/* What is the same for all pages that were read of one instance in one boot. */
static void begin_pages(struct tracefs_source *source, const char *label, sd_id128_t boot)
{
	source->page_label = label;
	source->times.survives = trace_label_survives(label);
	source->times.boot = boot;
	source->times.live = sd_id128_equal(boot, source->env->boot);
}

/* An earlier life may have read before it turned on the event, and after that. */
static enum trace_past past_of_replay(const struct tracefs_source *source)
{
	if (!source->times.survives || source->instance.past == TRACE_PAST_ALL)
		return source->times.survives ? TRACE_PAST_ALL : TRACE_PAST_NONE;
	return TRACE_PAST_FIRST;
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
	begin_pages(source, replay->name, info->boot);
	source->page_past = past_of_replay(source);
	r = take_page(source, replay->ring, slot, slot->size, &cursor);
	if (r < 0 || !source->times.live || slot->tag > source->cpus[source->n_cpus - 1].number)
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
	begin_pages(source, source->instance.label, source->env->boot);
	source->page_past = source->instance.past;
	r = take_page(source, source->ring, slot, (size_t)n, &cursor);
	if (r < 0)
		return r;
	*kept = (struct spool_cursor){ cursor.time, cursor.ordinal };
	return 1;
}

/* A round begins where the last one had to stop: no CPU's storm starves the others. */
static int read_rings(struct tracefs_source *source)
{
	for (size_t i = 0; i < source->n_cpus; i++) {
		struct cpu_ring *cpu = &source->cpus[source->next_cpu];
		int r = open_cpu(source, cpu) ? 1 : 0;

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

/* Once nothing is left in the rings that turning on the event would erase. */
static int start_recording(struct tracefs_source *source)
{
	char why[SOURCE_WHY_MAX];
	int r = record_now(source, why);

	if (r < 0)
		log_error("trace instance %s: nothing is recorded: %s", source->instance.name, why);
	return r < 0 ? r : read_rings(source);
}

/* The rings are dry: what earlier boots left was in there. */
static int leave_past(struct tracefs_source *source)
{
	source->instance.past = TRACE_PAST_NONE;
	return source->recording ? 0 : start_recording(source);
}

static int tracefs_drain(struct source *base)
{
	struct tracefs_source *source = (struct tracefs_source *)base;
	int r;

	source->times.clock = source->instance.clock;
	source->times.clock_offset_us = trace_times_offset(source->instance.clock);
	if (!source->replayed) {
		r = replay_spool(source);
		if (r < 0)
			log_warning("trace spool of an earlier life: %s", strerror(-r));
		source->replayed = true;
	}
	r = read_rings(source);
	return r == 0 ? leave_past(source) : r;
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
