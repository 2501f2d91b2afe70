// SPDX-License-Identifier: GPL-2.0-only
#include "firmware.h"

#include <errno.h>
#include <stdio.h>

#include "decode/cper.h"
#include "decode/decode.h"
#include "sources/wire.h"

_Static_assert((int)FIRMWARE_PROBLEM_MAX >= (int)CPER_PROBLEM_MAX, "cper's problems fit");
_Static_assert((int)DECODED_LABEL_MAX >= (int)FIRMWARE_LABEL_MAX, "a DIMM's label fits");
_Static_assert((int)EVENT_FRU_TEXT_MAX >= (int)CPER_FRU_TEXT_MAX, "a FRU's text fits");

struct walk {
	const struct firmware *firmware;
	int (*each)(void *context, const struct event *event, const struct section *section);
	void *context;
	char *problem;
	unsigned int n_calls;
};

static void note_problem(struct walk *walk, const char *problem)
{
	if (!walk->problem[0])
		snprintf(walk->problem, FIRMWARE_PROBLEM_MAX, "%s", problem);
}

static void fill_delivery(const struct walk *walk, const struct cper_error *error,
			  struct record *record)
{
	const struct firmware *firmware = walk->firmware;
	uint64_t id = firmware->record_id ? firmware->record_id : error->record_id;

	record->source = firmware->source;
	record->replayed = firmware->replayed;
	record->boot = firmware->boot;
	if (!record->time_us)
		record->time_us = firmware->time_us;
	firmware_key(firmware->source, id, error->body, error->part, record->key);
}

static void take_edac(const struct firmware *firmware, struct decoded *decoded)
{
	decoded->bank_type = "EDAC";
	decoded->count = firmware->count;
	decoded->location = firmware->place;
}

/* Of what the registers do not say all its bytes are kept: of a struct mce of later kernels. */
static int give_machine_check(struct walk *walk, const struct cper_error *error,
			      const struct record *record)
{
	struct section section = { 0 };
	struct event event = { .record = *record };

	if (error->kind == CPER_STRUCT_MCE && error->body.size > WIRE_SIZE_KNOWN)
		section = (struct section){ error->type, error->severity, error->body };

	fill_delivery(walk, error, &event.record);
	decode(&event.record, &event.decoded);
	snprintf(event.fru_text, sizeof(event.fru_text), "%s", error->fru_text);
	walk->n_calls++;
	return walk->each(walk->context, &event, &section);
}

static int give_struct_mce(struct walk *walk, const struct cper_error *error)
{
	const char *refused = wire_check(error->body);
	struct record record;

	if (refused || wire_decode(error->body, &record) < 0) {
		note_problem(walk, refused);
		return 0;
	}
	return give_machine_check(walk, error, &record);
}

static int give_error(struct walk *walk, const struct cper_error *error)
{
	struct section section = {
		.type = error->type,
		.severity = error->severity,
		.body = error->body,
	};
	struct event event = { .record = error->record, .decoded = error->decoded };

	/* firmware tells of many things: only errors are ours */
	if (error->severity == CPER_INFORMATIONAL)
		return 0;
	if (section.body.size > SECTION_BODY_MAX)
		section.body.size = SECTION_BODY_MAX;
	fill_delivery(walk, error, &event.record);
	snprintf(event.fru_text, sizeof(event.fru_text), "%s", error->fru_text);
	snprintf(event.decoded.label, sizeof(event.decoded.label), "%s", walk->firmware->label);
	if (walk->firmware->edac)
		take_edac(walk->firmware, &event.decoded);
	walk->n_calls++;
	return walk->each(walk->context, &event, &section);
}

static int give(void *context, const struct cper_error *error)
{
	struct walk *walk = context;

	switch (error->kind) {
	case CPER_ERROR:
		return give_error(walk, error);
	case CPER_MACHINE_CHECK:
		return give_machine_check(walk, error, &error->record);
	case CPER_STRUCT_MCE:
		return give_struct_mce(walk, error);
	case CPER_KERNEL_LOG:
	case CPER_KERNEL_LOG_Z:
	case CPER_STATE:
		break;
	}
	return 0;
}

static sd_id128_t section_type(const struct firmware *firmware)
{
	return sd_id128_is_null(firmware->type) ? cper_guess_type(firmware->name, firmware->bytes)
						: firmware->type;
}

static int parse(struct walk *walk, char problem[CPER_PROBLEM_MAX])
{
	const struct firmware *firmware = walk->firmware;

	switch (firmware->form) {
	case FIRMWARE_RECORD:
		return cper_parse(firmware->bytes, give, walk, problem);
	case FIRMWARE_STATUS:
		return cper_parse_status(firmware->bytes, give, walk, problem);
	case FIRMWARE_SECTION:
		return cper_parse_section(section_type(firmware), firmware->severity,
					  firmware->bytes, give, walk, problem);
	}
	return 0;
}

int firmware_events(const struct firmware *firmware,
		    int (*each)(void *context, const struct event *event,
				const struct section *section),
		    void *context, char problem[FIRMWARE_PROBLEM_MAX])
{
	struct walk walk = {
		.firmware = firmware,
		.each = each,
		.context = context,
		.problem = problem,
	};
	char wrong[CPER_PROBLEM_MAX] = "";
	int r;

	problem[0] = '\0';
	r = parse(&walk, wrong);
	if (wrong[0] && !problem[0])
		snprintf(problem, FIRMWARE_PROBLEM_MAX, "%s", wrong);
	return r < 0 && r != -EBADMSG ? r : (int)walk.n_calls;
}
