/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking CPUs offline: /sys/devices/system/cpu/cpuN/online, in a child (worker.h). What may
 * not go is asked anew for every CPU, just before its write.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "actions/offline.h"
#include "util/cpu-list.h"
#include "util/root.h"

#define OFFLINE_CPU_TIMEOUT_US (120 * 1000000ull)

/* Our own rules, in the order in which they are asked. */
enum cpu_rule {
	CPU_RULE_OK,	     /* none is against it */
	CPU_RULE_IMPOSSIBLE, /* not among the possible CPUs of this machine */
	CPU_RULE_OFFLINE,    /* offline already, or not there */
	CPU_RULE_FIXED,	     /* it has no online file; most often CPU 0 */
	CPU_RULE_LAST,	     /* the last CPU that is online */
	CPU_RULE_HALF,	     /* more than half of the present CPUs would be offline by us */
};

struct offline_cpu_result {
	uint16_t cpu;
	uint8_t result; /* enum offline_result */
	uint8_t rule;	/* enum cpu_rule: which of our rules was against it */
	int32_t error;	/* negative errno, where REFUSED by no rule and why UNPROVEN; or 0 */
};

struct offline_cpu_request {
	struct cpu_list cpus; /* wanted, at least one */
	struct cpu_list ours; /* that we took offline earlier; those online again do not count */
	bool dry_run;	      /* everything but the write */
	uint64_t timeout_us;  /* for all of them; 0: OFFLINE_CPU_TIMEOUT_US */
};

struct offline_cpu;

/*
 * Called once, from the loop, with a result for every wanted CPU in ascending
 * order. offline_cpu_free() is allowed in it. A CPU that the child did not come to is
 * OFFLINE_REFUSED with -ETIMEDOUT or -ECHILD.
 */
typedef void (*offline_cpu_done)(void *userdata, const struct offline_cpu_result *results,
				 size_t n);

/*
 * Starts. Errors: -EINVAL no CPU is wanted, else those of starting a process. root and
 * request are used before the call returns.
 */
int offline_cpu_start(sd_event *event, const struct root *root,
		      const struct offline_cpu_request *request, offline_cpu_done done,
		      void *userdata, struct offline_cpu **ret_cpu);

/* Kills what still runs; the callback is not called any more. NULL allowed. */
void offline_cpu_free(struct offline_cpu *cpu);

/*
 * What our rules say of one CPU. ours as in the request; gone are those to be taken as
 * offline whatever the files say (a dry run's). Errors: -EBADMSG where the
 * lists of the kernel make no sense, -errno.
 */
int offline_cpu_judge(const struct root *root, unsigned int cpu, const struct cpu_list *ours,
		      const struct cpu_list *gone, enum cpu_rule *ret_rule);

/* The result in words: "CPU 3: refused: it is the last one online". Returns buffer. */
const char *offline_cpu_text(const struct offline_cpu_result *result, char *buffer, size_t size);
