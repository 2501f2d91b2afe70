// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pipeline's intake: what comes in is decoded and waits for the commit. What firmware laid
 * down is taken apart here, and kept beside those of its errors that have no bank's registers.
 */
#include "pipeline-private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decode.h"
#include "firmware.h"
#include "place.h"
#include "util/cleanup.h"
#include "util/log.h"

/* --- records --- */

/* Room for one more element; the array stays as it was when there is none. */
static int reserve(void **array, size_t *capacity, size_t count, size_t element)
{
	size_t larger = *capacity ? *capacity * 2 : 64;
	void *grown;

	if (count < *capacity)
		return 0;
	grown = reallocarray(*array, larger, element);
	if (!grown)
		return -ENOMEM;
	*array = grown;
	*capacity = larger;
	return 0;
}

static int take_event(struct pipeline *pipeline, const struct event *event)
{
	int r = reserve((void **)&pipeline->events, &pipeline->events_capacity, pipeline->n_events,
			sizeof(*pipeline->events));

	if (r < 0)
		return r;
	pipeline->events[pipeline->n_events++] = *event;
	place_note(pipeline->place, &pipeline->events[pipeline->n_events - 1]);
	if (event->decoded.severity != SEVERITY_CORRECTED)
		pipeline->urgent = true;
	pipeline->taken++;
	return 0;
}

static int intake_record(void *context, const struct record *record)
{
	struct event event = { .record = *record };

	decode(record, &event.decoded);
	return take_event(context, &event);
}

/* --- what firmware laid down --- */

/* Of one record, whose sections may all be the same bytes: a small one would fill the memory. */
enum {
	REPORTED_BYTES_MAX = 4 << 20, /* kept of its sections; real records have some KiB */
	REPORTED_ERRORS_MAX = 16384,  /* more than the 16 KiB of a record of ERST have room for */
};

/* A record as it is taken apart. */
struct reported {
	struct pipeline *pipeline;
	size_t n_bytes;		 /* kept of its sections */
	unsigned int n_errors;	 /* taken */
	unsigned int n_bare;	 /* of these, whose bytes are not kept */
	unsigned int n_left_out; /* not taken */
};

void pipeline_drop_section(struct pipeline *pipeline, size_t index)
{
	size_t n = 0;

	for (size_t i = 0; i < pipeline->n_sections; i++) {
		struct kept_section kept = pipeline->sections[i];

		if (kept.event == index) {
			free((uint8_t *)kept.section.body.data);
			continue;
		}
		kept.event -= kept.event > index;
		pipeline->sections[n++] = kept;
	}
	pipeline->n_sections = n;
}

void pipeline_drop_sections(struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->n_sections; i++)
		free((uint8_t *)pipeline->sections[i].section.body.data);
	pipeline->n_sections = 0;
}

static int keep_section(struct pipeline *pipeline, const struct section *section)
{
	_cleanup_free_ uint8_t *body = malloc(section->body.size);
	struct kept_section *kept;
	int r = reserve((void **)&pipeline->sections, &pipeline->sections_capacity,
			pipeline->n_sections, sizeof(*pipeline->sections));

	if (r < 0 || !body)
		return -ENOMEM;
	memcpy(body, section->body.data, section->body.size);
	kept = &pipeline->sections[pipeline->n_sections++];
	*kept = (struct kept_section){ .event = pipeline->n_events, .section = *section };
	kept->section.body.data = take_ptr(body);
	return 0;
}

/* Firmware numbers memory modules as SMBIOS does, which has their names. */
static void name_module(const struct pipeline *pipeline, struct decoded *decoded)
{
	for (unsigned int i = 0; pipeline->params.label && i < decoded->n_facts; i++) {
		const struct fact *fact = &decoded->facts[i];
		const char *label;

		if (strcmp(fact->name, "module_handle") != 0 || fact->value > UINT16_MAX)
			continue;
		label = pipeline->params.label(pipeline->params.dimms, (uint16_t)fact->value);
		snprintf(decoded->label, sizeof(decoded->label), "%s", label ? label : "");
	}
}

/* The error counts more than its bytes: what has no room for them is taken without. */
static int keep_bounded(struct reported *reported, const struct section *section)
{
	if (!section->body.size)
		return 0;
	if (section->body.size > REPORTED_BYTES_MAX - reported->n_bytes) {
		reported->n_bare++;
		return 0;
	}
	reported->n_bytes += section->body.size;
	return keep_section(reported->pipeline, section);
}

static int take_reported(void *context, const struct event *found, const struct section *section)
{
	struct reported *reported = context;
	struct pipeline *pipeline = reported->pipeline;
	struct event event = *found;
	int r;

	if (reported->n_errors == REPORTED_ERRORS_MAX) {
		reported->n_left_out++;
		return 0;
	}
	/* a file may be of another machine */
	if (event.record.source != SOURCE_REPLAY)
		name_module(pipeline, &event.decoded);

	r = keep_bounded(reported, section);
	if (r < 0)
		return r;
	r = take_event(pipeline, &event);
	if (r < 0)
		pipeline_drop_section(pipeline, pipeline->n_events);
	else
		reported->n_errors++;
	return r;
}

static void tell_bounds(const struct reported *reported, const struct firmware *firmware)
{
	const char *source = source_id_name(firmware->source);

	if (reported->n_bare)
		log_warning("%s: %s: more than %d MiB of sections; %u of its %u errors are kept "
			    "without their bytes",
			    source, firmware->name, REPORTED_BYTES_MAX >> 20, reported->n_bare,
			    reported->n_errors);
	if (reported->n_left_out)
		log_warning("%s: %s: more than %d errors in one record, %u are left out", source,
			    firmware->name, REPORTED_ERRORS_MAX, reported->n_left_out);
}

/* Errors that are left out count: who asks for their keys finds that they are not stored. */
static int intake_firmware(void *context, const struct firmware *firmware)
{
	struct reported reported = { .pipeline = context };
	char problem[FIRMWARE_PROBLEM_MAX];
	int r = firmware_events(firmware, take_reported, &reported, problem);

	if (problem[0])
		log_warning("%s: %s: %s%s", source_id_name(firmware->source), firmware->name,
			    problem, r > 0 ? "; the rest is taken" : "");
	tell_bounds(&reported, firmware);
	return r;
}

int pipeline_store_sections(struct pipeline *pipeline)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < pipeline->n_sections; i++) {
		const struct kept_section *kept = &pipeline->sections[i];
		const struct event *event = &pipeline->events[kept->event];

		if (pipeline->results[kept->event] != STORE_KNOWN)
			r = store_add_section(pipeline->store, event->seq, event->record.source,
					      &kept->section);
	}
	return r;
}

/* --- all else --- */

static int intake_detail(void *context, const struct memory_detail *detail)
{
	struct pipeline *pipeline = context;
	int r = place_take(pipeline->place, detail, pipeline->events, pipeline->n_events);

	if (r < 0)
		return r;
	pipeline->taken++;
	if (r == 0) {
		pipeline->counts.unpaired++;
		log_debug("%s: no machine-check record for EDAC's \"%s %s\" on \"%s\"", detail->key,
			  detail->type, detail->msg, detail->label);
	}
	return 0;
}

int pipeline_lose(void *context, const struct lost *lost)
{
	struct pipeline *pipeline = context;
	int r = reserve((void **)&pipeline->losses, &pipeline->losses_capacity, pipeline->n_losses,
			sizeof(*pipeline->losses));

	if (r < 0)
		return r;
	pipeline->losses[pipeline->n_losses++] = *lost;
	pipeline->urgent = true;
	pipeline->taken++;
	return 0;
}

/* Nothing new: it can wait, and does not count. */
static int intake_crash_again(void *context, const struct crash *crash)
{
	struct pipeline *pipeline = context;
	int r = reserve((void **)&pipeline->crashes, &pipeline->crashes_capacity,
			pipeline->n_crashes, sizeof(*pipeline->crashes));

	if (r < 0)
		return r;
	pipeline->crashes[pipeline->n_crashes++] = *crash;
	return 0;
}

static int intake_crash(void *context, const struct crash *crash)
{
	struct pipeline *pipeline = context;
	int r = intake_crash_again(context, crash);

	if (r < 0)
		return r;
	pipeline->urgent = true;
	pipeline->taken++;
	return 0;
}

static bool intake_has_room(void *context)
{
	const struct pipeline *pipeline = context;

	return pipeline->n_events < PIPELINE_BATCH && pipeline->n_crashes < PIPELINE_BATCH;
}

struct intake pipeline_intake(struct pipeline *pipeline)
{
	return (struct intake){
		.record = intake_record,
		.detail = intake_detail,
		.firmware = intake_firmware,
		.crash = intake_crash,
		.crash_again = intake_crash_again,
		.lost = pipeline_lose,
		.has_room = intake_has_room,
		.context = pipeline,
	};
}
