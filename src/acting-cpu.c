// SPDX-License-Identifier: GPL-2.0-only
/* CPUs that share a failing cache. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "acting-private.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/strbuf.h"

/* In the result of an action, before the list of the CPUs: it is read again after a restart. */
#define RESULT_PREFIX "offline now: "

static enum cpu_cache_type type_of(const struct action *action)
{
	return action->cache_type == 'I'   ? CPU_CACHE_INSTRUCTION
	       : action->cache_type == 'D' ? CPU_CACHE_DATA
					   : CPU_CACHE_GENERIC;
}

static int find_cpus(const struct job *job, struct cpu_list *ret_cpus)
{
	const struct action *action = &job->action;

	return cpu_cache_sharing(job->acting->params.root, action->cpu, action->cache_level,
				 type_of(action), ret_cpus);
}

/* CPUs that share the job's cache, and of them those that may go offline. */
static bool find_allowed(struct job *job, struct cpu_list *ret_allowed)
{
	const struct acting *acting = job->acting;
	struct cpu_list cpus, gone = acting->given, allowed = { 0 };

	if (find_cpus(job, &cpus) < 0)
		return false;
	for (unsigned int cpu = 0; cpu < CPU_LIST_MAX; cpu++) {
		enum cpu_rule rule;

		if (!cpu_list_has(&cpus, cpu) ||
		    offline_cpu_judge(acting->params.root, cpu, &acting->ours, &gone, &rule) < 0 ||
		    rule != CPU_RULE_OK)
			continue;
		cpu_list_add(&gone, cpu);
		cpu_list_add(&allowed, cpu);
	}
	*ret_allowed = allowed;
	return cpu_list_count(&allowed) > 0;
}

void acting_affected_cpus(struct job *job, char *buffer, size_t size)
{
	const struct config *config = job->acting->params.config;
	size_t used = 0;

	snprintf(buffer, size, "unknown");
	/* mcelog's script takes them offline itself: one of the two does it, and a dry run none */
	if (config->cache.cpu_offline || config->dry_run || !find_allowed(job, &job->given))
		return;
	for (unsigned int cpu = 0; cpu < CPU_LIST_MAX && used < size - 8; cpu++)
		if (cpu_list_has(&job->given, cpu))
			used += (size_t)snprintf(buffer + used, size - used, "%s%u",
						 used ? " " : "", cpu);
	cpu_list_join(&job->acting->given, &job->given);
}

void acting_script_ended(struct job *job)
{
	cpu_list_remove(&job->acting->given, &job->given);
	cpu_list_join(&job->acting->ours, &job->given);
}

void acting_remember_cpus(struct acting *acting, const struct action *action)
{
	static const char *const prefixes[] = { RESULT_PREFIX, ACTING_GIVEN_CPUS };

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		const char *at = strstr(action->result, prefixes[i]);
		char list[ACTION_TEXT_MAX];
		struct cpu_list cpus;

		if (!at)
			continue;
		snprintf(list, sizeof(list), "%s", at + strlen(prefixes[i]));
		list[strcspn(list, ";")] = '\0';
		if (cpu_list_parse(list, &cpus) == 0)
			cpu_list_join(&acting->ours, &cpus);
	}
}

/* "offline now: 2-3; CPU 0: refused: ..." */
static void describe(const struct offline_cpu_result *results, size_t n,
		     const struct cpu_list *offline, struct strbuf *text)
{
	char part[160];

	if (cpu_list_count(offline)) {
		strbuf_add(text, RESULT_PREFIX);
		cpu_list_add_text(offline, text);
	}
	for (size_t i = 0; i < n; i++) {
		if (cpu_list_has(offline, results[i].cpu))
			continue;
		strbuf_addf(text, "%s%s", text->length ? "; " : "",
			    offline_cpu_text(&results[i], part, sizeof(part)));
	}
}

static void on_offline(void *userdata, const struct offline_cpu_result *results, size_t n)
{
	_cleanup_strbuf_ struct strbuf text = { 0 };
	struct cpu_list offline = { 0 };
	struct job *job = userdata;
	bool dry = job->acting->params.config->dry_run;

	for (size_t i = 0; i < n; i++)
		if (offline_succeeded(results[i].result))
			cpu_list_add(&offline, results[i].cpu);
	describe(results, n, &offline, &text);
	cpu_list_join(&job->acting->ours, &offline);
	offline_cpu_free(job->cpu);
	job->cpu = NULL;
	job_end(job, dry || cpu_list_count(&offline) ? ACTION_DONE : ACTION_FAILED, "%s",
		strbuf_text(&text));
}

void acting_begin_cpu(struct job *job)
{
	struct offline_cpu_request request = {
		.ours = job->acting->ours,
		.dry_run = job->acting->params.config->dry_run,
	};
	int r = find_cpus(job, &request.cpus);

	if (r < 0) {
		job_end(job, ACTION_FAILED, "which CPUs share that cache cannot be found out: %s",
			strerror(-r));
		return;
	}
	r = offline_cpu_start(job->acting->params.event, job->acting->params.root, &request,
			      on_offline, job, &job->cpu);
	if (r < 0)
		job_end(job, ACTION_FAILED, "a process for it cannot be started: %s", strerror(-r));
	else
		job->state = JOB_RUNNING;
}
