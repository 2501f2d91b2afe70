// SPDX-License-Identifier: GPL-2.0-only
/* What scripts are told, in mcelog's variables and words. */
#include "account/environment.h"

#include <inttypes.h>
#include <stdio.h>

#include "account/account-private.h"
#include "util/cleanup.h"

enum { SECOND_US = 1000000, HOUR_SECONDS = 3600, DAY_SECONDS = 24 * HOUR_SECONDS };

void env_add_text(struct strbuf *environment, const char *name, const char *value)
{
	strbuf_addf(environment, "%s=", name);
	for (; *value; value++)
		strbuf_add_bytes(environment, *value == '\n' ? " " : value, 1);
	strbuf_add(environment, "\n");
}

void env_add_number(struct strbuf *environment, const char *name, uint64_t value)
{
	strbuf_addf(environment, "%s=%" PRIu64 "\n", name, value);
}

void env_add_hex(struct strbuf *environment, const char *name, uint64_t value)
{
	strbuf_addf(environment, "%s=%" PRIx64 "\n", name, value);
}

const char *account_level_text(const struct bucket *bucket, const struct threshold *threshold,
			       char *buffer, size_t size)
{
	char period[THRESHOLD_TEXT_MAX];
	uint64_t seconds = threshold_is_on(threshold) ? threshold->seconds : DAY_SECONDS;

	/* Linux::MCELog looks for "in 24h", however somebody has written a day */
	if (seconds % HOUR_SECONDS == 0)
		snprintf(buffer, size, "%" PRIu64 " in %" PRIu64 "h", bucket_level(bucket),
			 seconds / HOUR_SECONDS);
	else
		snprintf(buffer, size, "%" PRIu64 " in %s", bucket_level(bucket),
			 threshold_period_text(threshold, period));
	return buffer;
}

struct account_dimm account_find_dimm(const struct account *account,
				      const struct location *location)
{
	struct account_dimm dimm = { 0 };

	if (account->env.dimm)
		dimm = account->env.dimm(account->env.context, location);
	if (dimm.name && !*dimm.name)
		dimm.name = NULL;
	if (dimm.location && !*dimm.location)
		dimm.location = NULL;
	return dimm;
}

static const char *number_or(int32_t number, const char *other, char buffer[16])
{
	if (number == LOCATION_UNKNOWN)
		return other;
	snprintf(buffer, 16, "%" PRId32, number);
	return buffer;
}

/* Whose CECOUNT and UCCOUNT scripts get: of a page the smallest place that is counted. */
static const struct counter *find_place(const struct wanting *wanting,
					const struct counter *counter)
{
	static const enum counter_kind kinds[] = { COUNTER_DIMM, COUNTER_CHANNEL, COUNTER_SOCKET };
	const struct location *location = &wanting->event->decoded.location;
	const struct counter *place = counter;

	if (counter->key.kind != COUNTER_PAGE)
		return counter;
	for (size_t i = 0; i < ARRAY_SIZE(kinds) && place == counter; i++) {
		struct counter_key key = counter_key_place(kinds[i], location);
		const struct counter *found = counters_find(wanting->account->counters, &key);

		place = found ? found : counter;
	}
	return place;
}

/* "SOCKET:0 CHANNEL:1 DIMM:? [P1_NODE0 DIMM_A1]" */
static void add_place(struct strbuf *environment, const struct account *account,
		      const struct location *location)
{
	struct account_dimm dimm = account_find_dimm(account, location);
	int32_t number = account_channel_number(account, location);
	char channel[16], slot[16], socket[16], text[ACTION_TEXT_MAX];

	snprintf(text, sizeof(text), "SOCKET:%s CHANNEL:%s DIMM:%s [%s%s%s]",
		 number_or(location->socket, "?", socket), number_or(number, "?", channel),
		 number_or(location->dimm, "?", slot), dimm.location ? dimm.location : "",
		 dimm.location && dimm.name ? " " : "", dimm.name ? dimm.name : "");
	env_add_text(environment, "LOCATION", text);
	if (dimm.location)
		env_add_text(environment, "DMI_LOCATION", dimm.location);
	if (dimm.name)
		env_add_text(environment, "DMI_NAME", dimm.name);
	if (location->dimm != LOCATION_UNKNOWN)
		env_add_number(environment, "DIMM", (uint64_t)location->dimm);
	if (number != LOCATION_UNKNOWN)
		env_add_number(environment, "CHANNEL", (uint64_t)number);
	if (location->socket != LOCATION_UNKNOWN)
		env_add_number(environment, "SOCKETID", (uint64_t)location->socket);
}

void env_add_counter(struct strbuf *environment, const struct wanting *wanting,
		     const struct counter *counter, const struct tally *tally,
		     const struct account_rule *rule, const char *message)
{
	char level[64];

	env_add_text(environment, "THRESHOLD",
		     account_level_text(&tally->bucket, &rule->threshold, level, sizeof(level)));
	env_add_number(environment, "TOTALCOUNT", tally->total);
	if (counter->key.kind != COUNTER_REPLACEMENT) {
		bool page = counter->key.kind == COUNTER_PAGE;
		const struct counter *place = find_place(wanting, counter);

		add_place(environment, wanting->account,
			  page ? &wanting->event->decoded.location : &counter->key.location);
		env_add_number(environment, "CECOUNT", place->corrected.total);
		env_add_number(environment, "UCCOUNT", place->uncorrected.total);
	}
	if (wanting->now_us)
		env_add_number(environment, "LASTEVENT", (uint64_t)(wanting->now_us / SECOND_US));
	env_add_number(environment, "AGETIME", rule->threshold.seconds);
	env_add_text(environment, "MESSAGE", message);
	env_add_number(environment, "THRESHOLD_COUNT", bucket_level(&tally->bucket));
}

const char *account_cpu_text(const struct event *event, char *buffer, size_t size)
{
	if (event->decoded.location.socket == LOCATION_UNKNOWN)
		snprintf(buffer, size, "CPU %u", event->record.cpu);
	else
		snprintf(buffer, size, "CPU %u on socket %d", event->record.cpu,
			 event->decoded.location.socket);
	return buffer;
}

void env_add_cpu(struct strbuf *environment, const struct event *event, const char *message)
{
	char text[64];

	env_add_text(environment, "LOCATION", account_cpu_text(event, text, sizeof(text)));
	if (event->decoded.location.socket != LOCATION_UNKNOWN)
		env_add_number(environment, "SOCKETID", (uint64_t)event->decoded.location.socket);
	env_add_text(environment, "MESSAGE", message);
	env_add_number(environment, "CPU", event->record.cpu);
}

void env_add_event(struct strbuf *environment, const struct event *event, const char *kind,
		   const char *text)
{
	char message[EVENT_MESSAGE_MAX], id[SD_ID128_STRING_MAX];

	env_add_text(environment, "MCE_KIND", kind);
	env_add_text(environment, "MCE_TEXT", text);
	env_add_text(environment, "MCE_MESSAGE", event_message(event, message, sizeof(message)));
	env_add_text(environment, "MCE_EVENT_ID", sd_id128_to_string(event->id, id));
	env_add_text(environment, "MCE_SEVERITY", severity_name(event->decoded.severity));
	env_add_text(environment, "MCE_CLASS", class_name(event->decoded.class));
	if (event->record.cpu != RECORD_NO_CPU)
		env_add_number(environment, "MCE_CPU", event->record.cpu);
	env_add_number(environment, "MCE_BANK", event->record.bank);
	if (record_has_bank(&event->record))
		strbuf_addf(environment, "MCE_STATUS=0x%016" PRIx64 "\n", event->record.status);
	if (event->record.fields & RECORD_HAS_ADDR)
		strbuf_addf(environment, "MCE_ADDR=0x%" PRIx64 "\n", event->record.addr);
}
