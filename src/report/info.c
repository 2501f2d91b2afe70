// SPDX-License-Identifier: GPL-2.0-only
#include "report/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/advice.h"
#include "report/json.h"
#include "report/text.h"
#include "util/cleanup.h"

struct page {
	struct query *query;
	struct strbuf text;
	unsigned long printed;
	bool acted;
};

/* clang-format off */
static const struct {
	const char *name;
	size_t offset;
	uint32_t field;	/* 0: always there */
} registers[] = {
	{ "status",	offsetof(struct record, status),	0 },
	{ "addr",	offsetof(struct record, addr),		RECORD_HAS_ADDR },
	{ "misc",	offsetof(struct record, misc),		RECORD_HAS_MISC },
	{ "synd",	offsetof(struct record, synd),		RECORD_HAS_SYND },
	{ "synd1",	offsetof(struct record, synd1),		RECORD_HAS_SYND12 },
	{ "synd2",	offsetof(struct record, synd2),		RECORD_HAS_SYND12 },
	{ "ipid",	offsetof(struct record, ipid),		RECORD_HAS_IPID },
	{ "mcgstatus",	offsetof(struct record, mcgstatus),	RECORD_HAS_MCGSTATUS },
	{ "mcgcap",	offsetof(struct record, mcgcap),	RECORD_HAS_MCGCAP },
	{ "tsc",	offsetof(struct record, tsc),		RECORD_HAS_TSC },
	{ "ip",		offsetof(struct record, ip),		RECORD_HAS_IP },
	{ "ppin",	offsetof(struct record, ppin),		RECORD_HAS_PPIN },
};
/* clang-format on */

static void add_label(struct strbuf *text, const char *label)
{
	strbuf_addf(text, "%14s: ", label);
}

static void add_line(struct strbuf *text, const char *label, const char *value)
{
	add_label(text, label);
	strbuf_addf(text, "%s\n", value);
}

static void add_identity(struct strbuf *text, const struct event *event)
{
	char id[SD_ID128_STRING_MAX];

	add_line(text, "Event", sd_id128_to_string(event->id, id));
	add_label(text, "Number");
	strbuf_addf(text, "%" PRIu64 "\n", event->seq);
	if (!sd_id128_equal(event->incident, event->id))
		add_line(text, "Incident", sd_id128_to_string(event->incident, id));
}

static void add_incident_size(struct page *page, const struct event *event)
{
	uint64_t count = 1;

	if (query_count_incident(page->query, event->incident, &count) < 0 || count < 2)
		return;
	add_label(&page->text, "One incident");
	strbuf_addf(&page->text, "with %" PRIu64 " other records of the same stop\n", count - 1);
}

static int add_time(struct page *page, const struct event *event)
{
	const struct record *record = &event->record;
	struct strbuf *text = &page->text;
	char when[TEXT_WHEN_MAX], id[SD_ID128_STRING_MAX];
	int r = report_when(page->query, event, when);

	if (r < 0)
		return r;
	add_line(text, "Time", when);
	add_line(text, "Boot",
		 sd_id128_is_null(record->boot) ? "unknown" : sd_id128_to_string(record->boot, id));
	if (record->replayed)
		add_line(text, "Found",
			 record->source == SOURCE_REPLAY ? "in a file" : "after a reboot");
	if (record->boot_time)
		add_line(text, "Read", "as the machine came up: it may be from before");
	return 0;
}

static void add_judgement(struct strbuf *text, const struct event *event)
{
	const struct advice *advice = advice_for(event->decoded.severity);
	char message[EVENT_MESSAGE_MAX];

	add_line(text, "Message", event_message(event, message, sizeof(message)));
	add_label(text, "Severity");
	strbuf_addf(text, "%s: %s\n", severity_name(event->decoded.severity), advice->meaning);
	add_line(text, "What to do", advice->todo);
	add_line(text, "Suspect", advice_suspect(event->decoded.class));
}

static void add_cpu(struct strbuf *text, const struct event *event)
{
	const struct record *record = &event->record;
	const struct decoded *decoded = &event->decoded;

	add_label(text, "CPU");
	if (record->cpu != RECORD_NO_CPU)
		strbuf_addf(text, "%" PRIu32, record->cpu);
	else
		strbuf_add(text, "unknown");
	if (record->fields & RECORD_HAS_SOCKETID)
		strbuf_addf(text, ", socket %" PRIu32, record->socketid);
	if (record->fields & RECORD_HAS_APICID)
		strbuf_addf(text, ", APIC ID 0x%" PRIx32, record->apicid);
	strbuf_addf(text, "\n");
	add_label(text, "Processor");
	strbuf_addf(text, "%s%s%s", decoded->vendor, decoded->cpu_name ? " " : "",
		    decoded->cpu_name ? decoded->cpu_name : "");
	if (record->fields & RECORD_HAS_CPUID)
		strbuf_addf(text, ", family 0x%x model 0x%x stepping 0x%x", decoded->family,
			    decoded->model, decoded->stepping);
	if (record->fields & RECORD_HAS_MICROCODE)
		strbuf_addf(text, ", microcode 0x%" PRIx32, record->microcode);
	strbuf_add(text, "\n");
}

static void add_meaning(struct strbuf *text, const struct event *event)
{
	const struct decoded *decoded = &event->decoded;
	char fru[EVENT_FRU_TEXT_MAX];

	add_label(text, "Bank");
	if (record_has_bank(&event->record))
		strbuf_addf(text, "%u%s%s\n", event->record.bank, decoded->bank_type ? ", " : "",
			    decoded->bank_type ? decoded->bank_type : "");
	else
		strbuf_add(text, "none: firmware reported it\n");
	add_label(text, "Location");
	text_add_location(text, &decoded->location);
	strbuf_add(text, text->text && text->text[text->length - 2] == ':' ? "unknown\n" : "\n");
	if (decoded->label[0])
		add_line(text, "DIMM label", decoded->label);
	if (event_fru_text(event, fru)[0])
		add_line(text, "FRU", fru);
	add_line(text, "Class", class_name(decoded->class));
	add_line(text, "Error code", decoded->mca);
	add_label(text, "Count");
	text_add_count(text, decoded->count, "error");
	strbuf_add(text, decoded->overflow ? ", and more that were not recorded\n" : "\n");
}

static void add_registers(struct strbuf *text, const struct record *record)
{
	if (!record_has_bank(record))
		return;
	strbuf_add(text, "\nRegisters\n");
	for (size_t i = 0; i < ARRAY_SIZE(registers); i++) {
		uint64_t value;

		if (registers[i].field && !(record->fields & registers[i].field))
			continue;
		memcpy(&value, (const char *)record + registers[i].offset, sizeof(value));
		strbuf_addf(text, "%14s  0x%016" PRIx64 "\n", registers[i].name, value);
	}
	if (record->fields & RECORD_HAS_IP)
		strbuf_addf(text, "%14s  0x%02x\n", "cs", record->cs);
	if (record->fields & RECORD_HAS_CPUID)
		strbuf_addf(text, "%14s  0x%08" PRIx32 "\n", "cpuid", record->cpuid);
}

static void add_facts(struct strbuf *text, const char *title, const struct decoded *decoded)
{
	if (decoded->n_facts == 0)
		return;
	strbuf_add(text, title);
	for (unsigned int i = 0; i < decoded->n_facts; i++)
		strbuf_addf(text, "%18s  %s (0x%" PRIx64 ")\n", decoded->facts[i].name,
			    decoded->facts[i].text, decoded->facts[i].value);
}

static int add_section(void *context, const struct section *section)
{
	struct decoded decoded;

	report_read_section(section, &decoded);
	add_facts(context, "\nWhat firmware says\n", &decoded);
	return 0;
}

static int add_delivery(void *context, const struct query_delivery *delivery)
{
	struct strbuf *text = context;
	char when[40];

	strbuf_addf(text, "%14s  stored %s, %s\n", delivery->source,
		    text_time(delivery->seen_us, when), delivery->key);
	return 0;
}

static int add_action(void *context, const struct action *action)
{
	struct page *page = context;

	strbuf_add(&page->text, page->acted ? "" : "\nDone because of it\n");
	page->acted = true;
	strbuf_addf(&page->text, "%14s  %s: %s%s%s\n", action_kind_name(action->kind),
		    action->kind == ACTION_TRIGGER ? action->target : action->text,
		    action_state_name(action->state), action->result[0] ? ", " : "",
		    action->result);
	return 0;
}

static int print_page(void *context, const struct event *stored)
{
	struct page *page = context;
	struct strbuf *text = &page->text;
	struct event event = *stored;
	int r = report_complete(page->query, &event);

	if (r < 0)
		return r;
	strbuf_add(text, page->printed++ ? "\n" : "");
	add_identity(text, &event);
	add_incident_size(page, &event);
	r = add_time(page, &event);
	if (r < 0)
		return r;
	add_judgement(text, &event);
	add_cpu(text, &event);
	add_meaning(text, &event);
	add_registers(text, &event.record);
	if (record_has_bank(&event.record))
		add_facts(text, "\nWhat they say\n", &event.decoded);
	r = query_sections(page->query, event.seq, add_section, text);
	page->acted = false;
	if (r == 0)
		r = query_actions(page->query, event.seq, add_action, page);
	strbuf_add(text, "\nDelivered by\n");
	if (r == 0)
		r = query_deliveries(page->query, event.seq, add_delivery, text);
	if (r == 0)
		r = text->error;
	text_print(text);
	return r;
}

static enum report_status info_one(struct query *query, const struct report_options *options,
				   const char *id)
{
	struct query_filter filter = { .id = id };
	struct page page = { .query = query };
	int r;

	if (options->json)
		return json_list(query, options, &filter);
	r = query_events(query, &filter, print_page, &page);
	strbuf_free(&page.text);
	if (r == -EINVAL) {
		fprintf(stderr, "mce-report: %s: not an event ID or number\n", id);
		return REPORT_USAGE;
	}
	if (r < 0)
		return report_failed(query, r);
	if (page.printed == 0)
		fprintf(stderr, "mce-report: %s: no such event\n", id);
	return page.printed ? REPORT_PRINTED : REPORT_NOTHING;
}

enum report_status report_info(struct query *query, const struct report_options *options)
{
	enum report_status worst = REPORT_PRINTED;

	for (char **id = options->arguments; *id; id++) {
		enum report_status status = info_one(query, options, *id);

		if (status > worst)
			worst = status;
	}
	return worst;
}
