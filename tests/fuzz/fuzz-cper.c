// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a CPER record, as a region of error status blocks, and as one
 * section of any type: 16 bytes for the type, then the section.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "decode/cper.h"
#include "decode/decode.h"
#include "event/event.h"
#include "event/location.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	struct bytes input;
	unsigned int n;
	struct strbuf text;
};

static void check_body(const struct run *run, struct bytes body)
{
	if (!body.size || body.data < run->input.data ||
	    body.data + body.size > run->input.data + run->input.size)
		abort();
}

/* What decode() and the writers of events may rely on. */
static void check_decoded(const struct decoded *decoded)
{
	if (decoded->severity >= SEVERITY_COUNT_ || decoded->class >= CLASS_COUNT_ ||
	    !decoded->vendor || !decoded->mca[0] || !decoded->count ||
	    decoded->n_facts > DECODED_FACTS_MAX ||
	    !memchr(decoded->mca, '\0', sizeof(decoded->mca)))
		abort();
	for (unsigned int i = 0; i < decoded->n_facts; i++)
		if (!decoded->facts[i].name[0] || !decoded->facts[i].text[0])
			abort();
	for (unsigned int i = 0; i < LOCATION_FIELDS; i++)
		if (location_get(&decoded->location, i) < LOCATION_UNKNOWN)
			abort();
}

static int each(void *context, const struct cper_error *error)
{
	struct run *run = context;
	struct event event = { .record = error->record, .decoded = error->decoded };

	run->n++;
	check_body(run, error->body);
	if (!memchr(error->fru_text, '\0', sizeof(error->fru_text)) || error->record.time_us < 0)
		abort();
	switch (error->kind) {
	case CPER_MACHINE_CHECK:
		decode(&event.record, &event.decoded);
		break;
	case CPER_ERROR:
	case CPER_STATE:
		break;
	case CPER_STRUCT_MCE:
	case CPER_KERNEL_LOG:
	case CPER_KERNEL_LOG_Z:
		return 0;
	}
	check_decoded(&event.decoded);
	strbuf_reset(&run->text);
	event_to_json(&event, NULL, &run->text);
	event_to_text(&event, &run->text);
	return 0;
}

static void check_result(const struct run *run, int r, const char *problem)
{
	if (r != (int)run->n && (r != -EBADMSG || run->n || !problem[0]))
		abort();
}

/* A type that is taken from the section's first bytes finds its reader. */
static void run_section(struct run *run, const uint8_t *data, size_t size)
{
	char problem[CPER_PROBLEM_MAX];
	sd_id128_t type;

	if (size < sizeof(type))
		return;
	memcpy(&type, data, sizeof(type));
	run->n = 0;
	check_result(run,
		     cper_parse_section(type, data[0] % 5,
					(struct bytes){ data + sizeof(type), size - sizeof(type) },
					each, run, problem),
		     problem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run run = { .input = { data, size } };
	char problem[CPER_PROBLEM_MAX];

	check_result(&run, cper_parse(run.input, each, &run, problem), problem);
	run.n = 0;
	check_result(&run, cper_parse_status(run.input, each, &run, problem), problem);
	run_section(&run, data, size);
	strbuf_free(&run.text);
	return 0;
}
