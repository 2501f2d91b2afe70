// SPDX-License-Identifier: GPL-2.0-only
/* The event as JSON: keys, order and units are the contract of the design, section 4. */
#include "event/event.h"

#include "event/action.h"
#include "event/location.h"
#include "event/registers.h"

static void add_key(struct strbuf *buffer, const char *key)
{
	strbuf_add(buffer, ",\"");
	strbuf_add(buffer, key);
	strbuf_add(buffer, "\":");
}

static void add_text(struct strbuf *buffer, const char *key, const char *text)
{
	add_key(buffer, key);
	strbuf_add_json(buffer, text);
}

static void add_signed(struct strbuf *buffer, int64_t value)
{
	if (value < 0)
		strbuf_add(buffer, "-");
	strbuf_add_number(buffer, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

static void add_number(struct strbuf *buffer, const char *key, bool known, int64_t value)
{
	add_key(buffer, key);
	if (known)
		add_signed(buffer, value);
	else
		strbuf_add(buffer, "null");
}

static void add_bool(struct strbuf *buffer, const char *key, bool value)
{
	add_key(buffer, key);
	strbuf_add(buffer, value ? "true" : "false");
}

static void add_id(struct strbuf *buffer, const char *key, sd_id128_t id)
{
	char text[SD_ID128_STRING_MAX];

	add_text(buffer, key, sd_id128_is_null(id) ? NULL : sd_id128_to_string(id, text));
}

static void add_register(struct strbuf *buffer, const struct record *record, enum register_id id)
{
	char text[REGISTER_TEXT_MAX];

	add_key(buffer, record_registers[id].name);
	if (!register_present(record, id) || (id == REGISTER_STATUS && !record_has_bank(record))) {
		strbuf_add(buffer, "null");
		return;
	}
	strbuf_add(buffer, "\"");
	strbuf_add(buffer, register_to_text(record, id, text));
	strbuf_add(buffer, "\"");
}

static void add_identity(struct strbuf *buffer, const struct event *event, const struct host *host)
{
	uint32_t sources = event->sources ? event->sources : 1u << event->record.source;
	const char *comma = "";

	add_id(buffer, "event_id", event->id);
	add_id(buffer, "incident_id", event->incident);
	add_number(buffer, "seq", event->seq != 0, (int64_t)event->seq);
	add_text(buffer, "machine_id", host ? host->machine_id : NULL);
	add_text(buffer, "hostname", host ? host->hostname : NULL);
	add_key(buffer, "sources");
	strbuf_add(buffer, "[");
	for (unsigned int i = 0; i < SOURCE_COUNT_; i++) {
		if (!(sources & 1u << i))
			continue;
		strbuf_add(buffer, comma);
		strbuf_add_json(buffer, source_id_name((enum source_id)i));
		comma = ",";
	}
	strbuf_add(buffer, "]");
}

static void add_time(struct strbuf *buffer, const struct record *record)
{
	char text[40];

	add_number(buffer, "time_us", record->time_us != 0, record->time_us);
	add_text(buffer, "time", record->time_us ? time_to_text(record->time_us, text) : NULL);
	add_number(buffer, "ring_time_us", record->ring_time_us != 0, record->ring_time_us);
	add_id(buffer, "boot_id", record->boot);
	add_bool(buffer, "replayed", record->replayed);
}

static void add_socket(struct strbuf *buffer, const struct event *event)
{
	int32_t located = event->decoded.location.socket;
	bool given = event->record.fields & RECORD_HAS_SOCKETID;

	add_number(buffer, "socket", given || located != LOCATION_UNKNOWN,
		   given ? (int64_t)event->record.socketid : located);
}

static void add_processor(struct strbuf *buffer, const struct event *event)
{
	const struct record *record = &event->record;
	const struct decoded *decoded = &event->decoded;
	bool cpuid = record->fields & RECORD_HAS_CPUID;

	add_number(buffer, "cpu", record->cpu != RECORD_NO_CPU, record->cpu);
	add_socket(buffer, event);
	add_register(buffer, record, REGISTER_APICID);
	add_number(buffer, "bank", true, record->bank);
	add_text(buffer, "bank_type", decoded->bank_type);
	add_text(buffer, "vendor", vendor_name(record->vendor));
	add_register(buffer, record, REGISTER_CPUID);
	add_number(buffer, "family", cpuid, cpuid_family(record->cpuid));
	add_number(buffer, "model", cpuid, cpuid_model(record->cpuid));
	add_number(buffer, "stepping", cpuid, cpuid_stepping(record->cpuid));
	add_text(buffer, "cpu_name", decoded->cpu_name);
}

static void add_location(struct strbuf *buffer, const struct location *location, const char *label)
{
	const char *comma = "";

	add_key(buffer, "location");
	strbuf_add(buffer, "{");
	for (unsigned int i = 0; i < LOCATION_FIELDS; i++) {
		int32_t value = location_get(location, i);

		if (value == LOCATION_UNKNOWN)
			continue;
		strbuf_add(buffer, comma);
		strbuf_add(buffer, "\"");
		strbuf_add(buffer, location_fields[i].name);
		strbuf_add(buffer, "\":");
		add_signed(buffer, value);
		comma = ",";
	}
	if (label[0]) {
		strbuf_add(buffer, comma);
		strbuf_add(buffer, "\"label\":");
		strbuf_add_json(buffer, label);
	}
	strbuf_add(buffer, "}");
}

static void add_facts(struct strbuf *buffer, const struct decoded *decoded)
{
	add_key(buffer, "facts");
	strbuf_add(buffer, "[");
	for (unsigned int i = 0; i < decoded->n_facts; i++) {
		const struct fact *fact = &decoded->facts[i];

		strbuf_add(buffer, i ? ",{\"name\":" : "{\"name\":");
		strbuf_add_json(buffer, fact->name);
		add_text(buffer, "text", fact->text);
		add_key(buffer, "value");
		strbuf_add_number(buffer, fact->value);
		strbuf_add(buffer, "}");
	}
	strbuf_add(buffer, "]");
}

static void add_meaning(struct strbuf *buffer, const struct event *event)
{
	const struct decoded *decoded = &event->decoded;
	char message[EVENT_MESSAGE_MAX];

	add_text(buffer, "severity", severity_name(decoded->severity));
	add_text(buffer, "class", class_name(decoded->class));
	add_number(buffer, "count", true, decoded->count);
	add_bool(buffer, "overflow", decoded->overflow);
	add_text(buffer, "mca", decoded->mca);
	add_text(buffer, "message", event_message(event, message, sizeof(message)));
	add_location(buffer, &decoded->location, decoded->label);
	add_facts(buffer, decoded);
}

static void add_actions(struct strbuf *buffer, const struct action *actions, size_t n)
{
	add_key(buffer, "actions");
	strbuf_add(buffer, "[");
	for (size_t i = 0; i < n; i++) {
		strbuf_add(buffer, i ? ",{\"kind\":" : "{\"kind\":");
		strbuf_add_json(buffer, action_kind_name(actions[i].kind));
		add_text(buffer, "target", actions[i].target);
		add_text(buffer, "text", actions[i].text);
		add_text(buffer, "state", action_state_name(actions[i].state));
		add_text(buffer, "result", actions[i].result);
		strbuf_add(buffer, "}");
	}
	strbuf_add(buffer, "]");
}

void event_to_json(const struct event *event, const struct host *host, struct strbuf *buffer)
{
	event_to_json_with(event, host, NULL, 0, buffer);
}

void event_to_json_with(const struct event *event, const struct host *host,
			const struct action *actions, size_t n_actions, struct strbuf *buffer)
{
	char fru[EVENT_FRU_TEXT_MAX];

	strbuf_add(buffer, "{\"schema\":\"mce-event/1\"");
	add_identity(buffer, event, host);
	add_time(buffer, &event->record);
	add_processor(buffer, event);
	for (int id = REGISTER_STATUS; id <= REGISTER_SYND2; id++)
		add_register(buffer, &event->record, (enum register_id)id);
	event_fru_text(event, fru);
	add_text(buffer, "fru_text", fru[0] ? fru : NULL);
	add_meaning(buffer, event);
	add_actions(buffer, actions, n_actions);
	strbuf_add(buffer, "}");
}
