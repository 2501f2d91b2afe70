// SPDX-License-Identifier: GPL-2.0-only
#include "actions/offline-cpu.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "actions/worker.h"
#include "util/cleanup.h"

#define CPU_DIR "/sys/devices/system/cpu"

enum { CPU_PATH = 64 };

/* What the child gets. */
struct task {
	const struct root *root;
	const struct offline_cpu_request *request;
};

/* What it fills: n counts the results that are complete. */
struct shared {
	uint32_t n;
	struct offline_cpu_result results[CPU_LIST_MAX];
};

struct offline_cpu {
	struct worker *worker;
	struct cpu_list cpus;
	offline_cpu_done done;
	void *userdata;
};

static const char *online_path(unsigned int cpu, char path[CPU_PATH])
{
	snprintf(path, CPU_PATH, CPU_DIR "/cpu%u/online", cpu);
	return path;
}

/* --- the rules --- */

static int read_list(const struct root *root, const char *path, struct cpu_list *ret_list)
{
	int r = cpu_list_read(root, path, ret_list);

	return r == -EINVAL || r == -ERANGE ? -EBADMSG : r;
}

/* One more, and how many would be offline by us? */
static bool is_too_many(const struct cpu_list *ours, const struct cpu_list *online,
			const struct cpu_list *gone, const struct cpu_list *present)
{
	struct cpu_list by_us = *ours;

	cpu_list_remove(&by_us, online);
	cpu_list_join(&by_us, gone);
	return cpu_list_count(&by_us) + 1 > cpu_list_count(present) / 2;
}

int offline_cpu_judge(const struct root *root, unsigned int cpu, const struct cpu_list *ours,
		      const struct cpu_list *gone, enum cpu_rule *ret_rule)
{
	struct cpu_list possible, present, online;
	char path[CPU_PATH];
	int r = read_list(root, CPU_DIR "/possible", &possible);

	if (r == 0)
		r = read_list(root, CPU_DIR "/present", &present);
	if (r == 0)
		r = read_list(root, CPU_DIR "/online", &online);
	if (r < 0)
		return r;
	cpu_list_remove(&online, gone);
	if (!cpu_list_has(&possible, cpu))
		*ret_rule = CPU_RULE_IMPOSSIBLE;
	else if (!cpu_list_has(&online, cpu))
		*ret_rule = CPU_RULE_OFFLINE;
	else if (!root_exists(root, online_path(cpu, path)))
		*ret_rule = CPU_RULE_FIXED;
	else if (cpu_list_count(&online) <= 1)
		*ret_rule = CPU_RULE_LAST;
	else if (is_too_many(ours, &online, gone, &present))
		*ret_rule = CPU_RULE_HALF;
	else
		*ret_rule = CPU_RULE_OK;
	return 0;
}

static enum offline_result result_of_rule(enum cpu_rule rule)
{
	switch (rule) {
	case CPU_RULE_OK:
		break;
	case CPU_RULE_OFFLINE:
		return OFFLINE_ALREADY;
	case CPU_RULE_FIXED:
		return OFFLINE_UNSUPPORTED;
	case CPU_RULE_IMPOSSIBLE:
	case CPU_RULE_LAST:
	case CPU_RULE_HALF:
		return OFFLINE_REFUSED;
	}
	return OFFLINE_DONE;
}

/* --- in the child --- */

/* Errors: -errno; -EINPROGRESS when the file does not say 0 after all. */
static int see_offline(const struct root *root, const char *path)
{
	_cleanup_free_ char *text = NULL;
	int r = root_read(root, path, 16, &text, NULL);

	if (r < 0)
		return r;
	return text[0] == '0' ? 0 : -EINPROGRESS;
}

static int write_offline(const struct task *task, const char *path)
{
	if (task->request->dry_run) {
		_cleanup_close_ int fd = root_open(task->root, path, O_WRONLY);

		return fd < 0 ? fd : 0;
	}
	return root_write(task->root, path, "0");
}

static void take_offline(const struct task *task, struct offline_cpu_result *result)
{
	char path[CPU_PATH];
	int r = write_offline(task, online_path(result->cpu, path));

	if (r < 0) {
		result->result = OFFLINE_REFUSED;
		result->error = r;
		return;
	}
	if (task->request->dry_run) {
		result->result = OFFLINE_DRY_RUN;
		return;
	}
	r = see_offline(task->root, path);
	if (r == 0) {
		result->result = OFFLINE_DONE;
	} else if (r == -EINPROGRESS) {
		result->result = OFFLINE_DISBELIEVED;
	} else {
		result->result = OFFLINE_UNPROVEN;
		result->error = r;
	}
}

static void run_one(const struct task *task, const struct cpu_list *gone,
		    struct offline_cpu_result *result)
{
	enum cpu_rule rule = CPU_RULE_OK;
	int r = offline_cpu_judge(task->root, result->cpu, &task->request->ours, gone, &rule);

	result->rule = (uint8_t)rule;
	result->result = (uint8_t)result_of_rule(rule);
	if (r < 0) {
		result->result = OFFLINE_REFUSED;
		result->error = r;
	} else if (rule == CPU_RULE_OK) {
		take_offline(task, result);
	}
}

static void run(const void *request, void *memory)
{
	const struct task *task = request;
	struct cpu_list gone = { 0 };
	struct shared *shared = memory;

	for (unsigned int cpu = 0; cpu < CPU_LIST_MAX; cpu++) {
		struct offline_cpu_result *result = &shared->results[shared->n];

		if (!cpu_list_has(&task->request->cpus, cpu))
			continue;
		result->cpu = (uint16_t)cpu;
		run_one(task, &gone, result);
		if (result->result == OFFLINE_DONE || result->result == OFFLINE_DRY_RUN ||
		    result->result == OFFLINE_UNPROVEN)
			cpu_list_add(&gone, cpu);
		/* The parent looks even while we are stuck in the next one. */
		__atomic_store_n(&shared->n, shared->n + 1, __ATOMIC_RELEASE);
	}
}

/* --- in the daemon --- */

static void on_done(void *userdata, int error, const void *memory)
{
	struct offline_cpu *offline = userdata;
	const struct shared *shared = memory;
	size_t n_wanted = cpu_list_count(&offline->cpus), n = 0;
	size_t n_done = __atomic_load_n(&shared->n, __ATOMIC_ACQUIRE);
	struct offline_cpu_result results[CPU_LIST_MAX];

	for (unsigned int cpu = 0; cpu < CPU_LIST_MAX && n < n_wanted; cpu++) {
		if (!cpu_list_has(&offline->cpus, cpu))
			continue;
		if (n < n_done)
			results[n] = shared->results[n];
		else
			results[n] = (struct offline_cpu_result){
				.cpu = (uint16_t)cpu,
				.result = OFFLINE_REFUSED,
				.error = error,
			};
		n++;
	}
	offline->done(offline->userdata, results, n);
}

void offline_cpu_free(struct offline_cpu *cpu)
{
	if (!cpu)
		return;
	worker_free(cpu->worker);
	free(cpu);
}

DEFINE_CLEANUP(struct offline_cpu *, offline_cpu_free, offline_cpu_free)

int offline_cpu_start(sd_event *event, const struct root *root,
		      const struct offline_cpu_request *request, offline_cpu_done done,
		      void *userdata, struct offline_cpu **ret_cpu)
{
	_cleanup_(offline_cpu_free_cleanup) struct offline_cpu *cpu = calloc(1, sizeof(*cpu));
	struct task task = { .root = root, .request = request };
	struct worker_params params = {
		.task = run,
		.request = &task,
		.report_size = sizeof(struct shared),
		.timeout_us = request->timeout_us ? request->timeout_us : OFFLINE_CPU_TIMEOUT_US,
		.done = on_done,
		.userdata = cpu,
	};
	int r;

	if (!cpu)
		return -ENOMEM;
	if (!cpu_list_count(&request->cpus))
		return -EINVAL;
	cpu->cpus = request->cpus;
	cpu->done = done;
	cpu->userdata = userdata;
	r = worker_start(event, &params, &cpu->worker);
	if (r < 0)
		return r;
	*ret_cpu = take_ptr(cpu);
	return 0;
}

/* --- in words --- */

static const char *rule_text(enum cpu_rule rule)
{
	switch (rule) {
	case CPU_RULE_OK:
		break;
	case CPU_RULE_IMPOSSIBLE:
		return "this machine has no such CPU";
	case CPU_RULE_OFFLINE:
		return "it was offline before";
	case CPU_RULE_FIXED:
		return "the kernel does not let it go";
	case CPU_RULE_LAST:
		return "it is the last one online";
	case CPU_RULE_HALF:
		return "more than half of the CPUs would be offline for errors";
	}
	return NULL;
}

/* NULL where the result says it all. */
static const char *reason_text(const struct offline_cpu_result *result)
{
	const char *reason = rule_text((enum cpu_rule)result->rule);

	if (!reason && result->error)
		reason = offline_error_text(OFFLINE_METHOD_CPU, result->error);
	if (!reason && result->result == OFFLINE_DISBELIEVED)
		reason = "accepted by the kernel, but it is still online";
	return reason;
}

const char *offline_cpu_text(const struct offline_cpu_result *result, char *buffer, size_t size)
{
	const char *reason = reason_text(result);

	snprintf(buffer, size, "CPU %u: %s%s%s", result->cpu,
		 offline_result_name((enum offline_result)result->result), reason ? ": " : "",
		 reason ? reason : "");
	return buffer;
}
