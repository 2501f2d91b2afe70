/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace-instance: the trace instance that mce:mce_record is recorded in: our
 * own "mcelog", or the one that the kernel was booted with. Finding it,
 * making it, and what its files say.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tracefs/tracefs.h>

#include "sources/source.h"

#define TRACE_EVENT_DIR	 "events/mce/mce_record"
#define TRACE_DETAIL_DIR "events/ras/mc_event"

/* What the ring's clock counts, as far as it can be turned into wall time. */
enum trace_clock {
	TRACE_CLOCK_OTHER,
	TRACE_CLOCK_BOOT, /* CLOCK_BOOTTIME */
	TRACE_CLOCK_MONO, /* CLOCK_MONOTONIC, or what counts from about the same moment */
};

/* What of earlier boots may be in a ring. */
enum trace_past {
	TRACE_PAST_NONE,  /* nothing: it begins with the boot, or was read dry before it went on */
	TRACE_PAST_ALL,	  /* all of it, as long as the event is not turned on */
	TRACE_PAST_FIRST, /* what comes first: the kernel turned it on as it booted */
};

struct trace_instance {
	char name[64];
	char label[64];		/* the name, and "@", which no name has, where it survives */
	bool survives;		/* its memory outlives a warm reset */
	enum trace_past past;	/* as it was opened */
	bool wants_detail;	/* in: record ras:mc_event, too, where the kernel has it */
	struct tracefs_instance *tracefs;
	int pipe_fd;		/* trace_pipe: polled, never read */
	int lock_fd;		/* the instance's directory, locked by its one reader */
	enum trace_clock clock;
	unsigned int *cpus;	/* numbers of all possible CPUs, ascending */
	size_t n_cpus;
};

/* The tracing directory below the root. Returns buffer. */
const char *trace_directory(const struct source_env *env, char buffer[ROOT_PATH_MAX]);

/*
 * Says in why that what (a path below the tracing directory) cannot be had and,
 * where that is it, that the kernel is locked down. Returns error.
 */
int trace_explain(const struct source_env *env, int error, const char *what,
		  char why[SOURCE_WHY_MAX]);

/* Whether the tracepoint is there, without changing anything. Errors: -errno with why. */
int trace_find_event(const struct source_env *env, char why[SOURCE_WHY_MAX]);

/* The name of the instance to use: of the boot's, or ours whether or not it exists. */
void trace_choose_instance(const struct source_env *env, char *ret_name, size_t size);

/*
 * Opens the instance, made where it is new. Errors: -errno with why; close is
 * then still to be called, as on a zeroed instance with its fds -1.
 */
int trace_instance_open(const struct source_env *env, struct trace_instance *instance,
			char why[SOURCE_WHY_MAX]);

/*
 * Has it record: set up where it is new; one that records already is taken as
 * it is, but for ras:mc_event. The kernel empties a ring that survived when an
 * event is turned on in it (Linux 6.12, unless booted with nokaslr, and later):
 * what is in it has to be read before. Errors: -errno with why.
 */
int trace_instance_record(const struct source_env *env, struct trace_instance *instance,
			  char why[SOURCE_WHY_MAX]);

/* Whether the instance with this label survives, also for one of an earlier life. */
bool trace_label_survives(const char *label);

/* Closes our side; the instance stays and goes on recording. */
void trace_instance_close(struct trace_instance *instance);

/* Opens per_cpu/cpuN/trace_pipe_raw, not blocking. Returns the fd or -errno. */
int trace_instance_open_cpu(const struct trace_instance *instance, unsigned int cpu);

/* What per_cpu/cpuN/stats has lost since the instance began. Errors: -errno. */
int trace_instance_lost(const struct trace_instance *instance, unsigned int cpu,
			uint64_t *ret_lost);
