// SPDX-License-Identifier: GPL-2.0-only
#include "actions/trigger-queue.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actions/trigger-script.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/ratelimit.h"
#include "util/root.h"

enum {
	DEFAULT_TIMEOUT_S = 60,
	DEFAULT_GRACE_MS = 5000,
	DEFAULT_QUEUE_MAX = 1024,
	QUEUE_BYTES_MAX = 16 << 20,
	TELL_WINDOW_US = 10 * 1000 * 1000,
	TELL_MOST = 5,
};

struct entry {
	struct entry *next;
	struct trigger_queue *queue;
	struct trigger_request request;
	size_t bytes;
	void *sender;
	struct trigger_script *script;
	char *name;	  /* once started */
	bool on_own_slot; /* that of the awaited ones */
};

struct line {
	struct entry *first;
	struct entry **end;
	unsigned int n;
	size_t bytes;
};

struct trigger_queue {
	sd_event *event;
	const struct runner_params *params;
	trigger_queue_done *done;
	void *context;
	struct line others;
	struct line awaited;
	struct entry *running;
	unsigned int n_running; /* on the common slots */
	bool own_slot_taken;
	bool stopped;
	bool starting;
	struct ratelimit tell;
};

static void entry_free(struct entry *entry)
{
	if (!entry)
		return;
	trigger_script_free(entry->script);
	trigger_request_free(&entry->request);
	free(entry->name);
	free(entry);
}

static void line_init(struct line *line)
{
	*line = (struct line){ .end = &line->first };
}

static void line_add(struct line *line, struct entry *entry)
{
	*line->end = entry;
	line->end = &entry->next;
	line->n++;
	line->bytes += entry->bytes;
}

/* The first, NULL if there is none. */
static struct entry *line_take(struct line *line)
{
	struct entry *entry = line->first;

	if (!entry)
		return NULL;
	line->first = entry->next;
	if (!line->first)
		line->end = &line->first;
	line->n--;
	line->bytes -= entry->bytes;
	entry->next = NULL;
	return entry;
}

int trigger_queue_new(sd_event *event, const struct runner_params *params, trigger_queue_done *done,
		      void *context, struct trigger_queue **ret_queue)
{
	struct trigger_queue *queue = calloc(1, sizeof(*queue));

	if (!queue)
		return -ENOMEM;
	queue->event = sd_event_ref(event);
	queue->params = params;
	queue->done = done;
	queue->context = context;
	queue->tell.window_us = TELL_WINDOW_US;
	queue->tell.most = TELL_MOST;
	line_init(&queue->others);
	line_init(&queue->awaited);
	*ret_queue = queue;
	return 0;
}

static void free_list(struct entry *entry)
{
	while (entry) {
		struct entry *next = entry->next;

		entry_free(entry);
		entry = next;
	}
}

void trigger_queue_free(struct trigger_queue *queue)
{
	if (!queue)
		return;
	free_list(queue->others.first);
	free_list(queue->awaited.first);
	free_list(queue->running);
	sd_event_unref(queue->event);
	free(queue);
}

void trigger_queue_set_params(struct trigger_queue *queue, const struct runner_params *params)
{
	queue->params = params;
}

bool trigger_queue_is_idle(const struct trigger_queue *queue)
{
	return !queue->running && !queue->others.first && !queue->awaited.first;
}

static void forget(struct entry *entry, const void *sender)
{
	for (; entry; entry = entry->next)
		if (entry->sender == sender)
			entry->sender = NULL;
}

void trigger_queue_forget(struct trigger_queue *queue, const void *sender)
{
	forget(queue->others.first, sender);
	forget(queue->awaited.first, sender);
	forget(queue->running, sender);
}

/* Answers it and lets it go. */
static void finish(struct entry *entry, struct trigger_result result)
{
	struct trigger_queue *queue = entry->queue;

	result.id = entry->request.id;
	queue->done(queue->context, entry->sender, &result);
	entry_free(entry);
}

/* A daemon that asks in a loop must not fill the log. */
static bool may_tell(struct trigger_queue *queue)
{
	unsigned int withheld = queue->tell.withheld;
	uint64_t now = 0;

	sd_event_now(queue->event, CLOCK_MONOTONIC, &now);
	if (!ratelimit_pass(&queue->tell, now))
		return false;
	if (withheld)
		log_warning("%u more triggers were refused", withheld);
	queue->tell.withheld = 0;
	return true;
}

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/*
 * The directory that has the script, the first one if none has, so that the
 * error is about that one. A script outside of them runs in the first, too.
 */
static const char *directory_of(const struct runner_params *params, const char *script)
{
	for (unsigned int i = 0; script[0] != '/' && i < params->n_directories; i++) {
		char path[ROOT_PATH_MAX];
		int n = snprintf(path, sizeof(path), "%s/%s", params->directories[i], script);

		if (n > 0 && n < (int)sizeof(path) && access(path, F_OK) == 0)
			return params->directories[i];
	}
	return params->directories[0];
}

static void end_running(struct entry *entry)
{
	struct trigger_queue *queue = entry->queue;

	for (struct entry **at = &queue->running; *at; at = &(*at)->next) {
		if (*at == entry) {
			*at = entry->next;
			break;
		}
	}
	entry->next = NULL;
	if (entry->on_own_slot)
		queue->own_slot_taken = false;
	else
		queue->n_running--;
}

static void start_waiting(struct trigger_queue *queue);

static void on_ended(void *context, struct trigger_script *script,
		     const struct trigger_result *result)
{
	struct entry *entry = context;
	struct trigger_queue *queue = entry->queue;
	bool good = result->outcome == TRIGGER_OUTCOME_EXITED && result->detail == 0;
	char text[TRIGGER_RESULT_TEXT_MAX];

	(void)script;
	log_line(good ? LOG_INFO : LOG_WARNING, "Trigger `%s' ended after %" PRIu64 ".%03u s: %s",
		 entry->name, result->run_us / 1000000,
		 (unsigned int)(result->run_us / 1000 % 1000), trigger_result_text(result, text));
	end_running(entry);
	finish(entry, *result);
	start_waiting(queue);
}

static int start_script(struct entry *entry, const char *path)
{
	const struct runner_params *params = entry->queue->params;
	const struct trigger_script_params script = {
		.name = entry->name,
		.path = path,
		.directory = directory_of(params, path),
		.timeout_us = (params->timeout ? params->timeout : DEFAULT_TIMEOUT_S) * 1000000ull,
		.grace_us = (params->grace_ms ? params->grace_ms : DEFAULT_GRACE_MS) * 1000ull,
		.ended = on_ended,
		.context = entry,
	};
	int r = trigger_script_start(entry->queue->event, &script, &entry->request, &entry->script);

	if (r < 0)
		log_error("Trigger `%s' cannot be started: %s in directory %s: %s", entry->name,
			  path, script.directory, strerror(-r));
	return r;
}

/* The script of the entry, or NULL where there is none (any more). */
static const char *script_of(const struct entry *entry)
{
	const char *script = entry->queue->params->scripts[entry->request.trigger];

	return script && script[0] ? script : NULL;
}

static void start(struct entry *entry, bool on_own_slot)
{
	struct trigger_queue *queue = entry->queue;
	const char *path = script_of(entry);
	int r;

	if (!path) {
		finish(entry, (struct trigger_result){ .outcome = TRIGGER_OUTCOME_NOT_CONFIGURED });
		return;
	}
	entry->name = strdup(file_name(path));
	if (entry->name) {
		log_info("Running trigger `%s' (reporter: %s)", entry->name,
			 entry->request.reporter[0] ? entry->request.reporter : "unknown");
		r = start_script(entry, path);
	} else {
		r = -ENOMEM;
	}
	if (r < 0) {
		finish(entry, (struct trigger_result){ .outcome = TRIGGER_OUTCOME_NOT_STARTED,
						       .detail = -r });
		return;
	}
	entry->on_own_slot = on_own_slot;
	if (on_own_slot)
		queue->own_slot_taken = true;
	else
		queue->n_running++;
	entry->next = queue->running;
	queue->running = entry;
}

/*
 * The next that has a slot. Awaited ones have their own, and of the common ones
 * what nobody wants but for the last: so neither kind can keep the other waiting.
 */
static struct entry *take_next(struct trigger_queue *queue, bool *ret_on_own_slot)
{
	unsigned int slots = queue->params->children_max ? queue->params->children_max : 1;
	struct entry *entry = NULL;

	*ret_on_own_slot = false;
	if (!queue->own_slot_taken) {
		entry = line_take(&queue->awaited);
		*ret_on_own_slot = entry != NULL;
	}
	if (!entry && queue->n_running < slots) {
		entry = line_take(&queue->others);
		if (!entry && queue->n_running + 1 < slots)
			entry = line_take(&queue->awaited);
	}
	return entry;
}

static void start_waiting(struct trigger_queue *queue)
{
	struct entry *entry;
	bool on_own_slot;

	/* One that is over at once may bring the next request from within done(). */
	if (queue->starting)
		return;
	queue->starting = true;
	while (!queue->stopped && (entry = take_next(queue, &on_own_slot)))
		start(entry, on_own_slot);
	queue->starting = false;
}

static size_t bytes_of(const struct trigger_request *request)
{
	size_t bytes = sizeof(struct entry) + request->input_length;

	for (unsigned int i = 0; i < request->n_variables; i++)
		bytes += strlen(request->variables[i]) + 1;
	return bytes;
}

/* Whether it may wait for its turn; if not, ret_refusal says why. */
static bool admit(struct trigger_queue *queue, const struct entry *entry, const struct line *line,
		  struct trigger_result *ret_refusal)
{
	const struct runner_params *params = queue->params;
	unsigned int most = params->queue_max ? params->queue_max : DEFAULT_QUEUE_MAX;

	if (queue->stopped) {
		ret_refusal->outcome = TRIGGER_OUTCOME_NOT_STARTED;
		ret_refusal->detail = ECANCELED;
		return false;
	}
	if (!script_of(entry)) {
		ret_refusal->outcome = TRIGGER_OUTCOME_NOT_CONFIGURED;
		return false;
	}
	if (line->n < most && line->bytes + entry->bytes <= QUEUE_BYTES_MAX)
		return true;
	if (may_tell(queue))
		log_warning("Trigger `%s' is refused: %u are waiting already",
			    file_name(script_of(entry)), line->n);
	ret_refusal->outcome = TRIGGER_OUTCOME_QUEUE_FULL;
	return false;
}

void trigger_queue_add(struct trigger_queue *queue, struct trigger_request *request, void *sender)
{
	struct line *line = trigger_is_awaited(request->trigger) ? &queue->awaited : &queue->others;
	struct entry *entry = calloc(1, sizeof(*entry));
	struct trigger_result refusal = { .id = request->id };

	if (!entry) {
		refusal.outcome = TRIGGER_OUTCOME_NOT_STARTED;
		refusal.detail = ENOMEM;
		trigger_request_free(request);
		queue->done(queue->context, sender, &refusal);
		return;
	}
	entry->queue = queue;
	entry->sender = sender;
	entry->bytes = bytes_of(request);
	entry->request = *request;
	memset(request, 0, sizeof(*request));

	if (!admit(queue, entry, line, &refusal)) {
		finish(entry, refusal);
		return;
	}
	line_add(line, entry);
	start_waiting(queue);
}

static void cancel(struct line *line)
{
	const struct trigger_result result = { .outcome = TRIGGER_OUTCOME_NOT_STARTED,
					       .detail = ECANCELED };
	struct entry *entry;

	while ((entry = line_take(line)))
		finish(entry, result);
}

void trigger_queue_stop(struct trigger_queue *queue)
{
	queue->stopped = true;
	cancel(&queue->others);
	cancel(&queue->awaited);
}
