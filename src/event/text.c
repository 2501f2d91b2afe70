// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event in the lines that mcelog printed: scripts look for "Hardware
 * event", "MCE n", "CPU n BANK n" and "STATUS x MCGSTATUS x". What mcelog did
 * not have (SYND, SEVERITY ...) comes in lines of the same shape.
 */
#include "event/event.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "event/location.h"
#include "util/cleanup.h"

/* Intel SDM Vol. 3B 16.3.2.2 IA32_MCi_STATUS and 16.3.1.2 IA32_MCG_STATUS. */
#define STATUS_VAL   (1ull << 63)
#define STATUS_OVER  (1ull << 62)
#define STATUS_UC    (1ull << 61)
#define STATUS_EN    (1ull << 60)
#define STATUS_MISCV (1ull << 59)
#define STATUS_ADDRV (1ull << 58)
#define STATUS_PCC   (1ull << 57)

#define MCG_RIPV (1ull << 0)
#define MCG_EIPV (1ull << 1)
#define MCG_MCIP (1ull << 2)
#define MCG_LMCE (1ull << 3)

enum { FIRST_SOFTWARE_BANK = 128, APEI_BANK = 255 };

static void add_unit(struct strbuf *buffer, const struct event *event)
{
	const struct record *record = &event->record;

	strbuf_add(buffer, "Hardware event. This is not a software error.\n");
	if (event->seq)
		strbuf_addf(buffer, "MCE %" PRIu64 "\n", event->seq);
	strbuf_addf(buffer, "CPU %" PRIu32 " BANK %u", record->cpu, record->bank);
	if (record->tsc)
		strbuf_addf(buffer, " TSC %" PRIx64, record->tsc);
	strbuf_add(buffer, "\n");
	if (record->ip)
		strbuf_addf(buffer, "RIP%s %02x:%" PRIx64 "\n",
			    record->mcgstatus & MCG_EIPV ? "" : " !INEXACT!", record->cs,
			    record->ip);
}

static void add_address(struct strbuf *buffer, const struct record *record)
{
	bool misc = (record->fields & RECORD_HAS_MISC) && (record->status & STATUS_MISCV);
	bool addr = (record->fields & RECORD_HAS_ADDR) && (record->status & STATUS_ADDRV);

	if (misc)
		strbuf_addf(buffer, "MISC %" PRIx64 "%s", record->misc, addr ? " " : "");
	if (addr)
		strbuf_addf(buffer, "ADDR %" PRIx64, record->addr);
	if (misc || addr)
		strbuf_add(buffer, "\n");
}

/* mcelog's form: seconds, then the same in the local zone as ctime(3) has it. */
static void add_time(struct strbuf *buffer, const struct record *record)
{
	int64_t seconds = record->time_us / 1000000;
	time_t when = (time_t)seconds;
	char text[64];
	struct tm tm;

	if (!record->time_us)
		return;
	strbuf_addf(buffer, "TIME %" PRId64, seconds);
	if (when == seconds && localtime_r(&when, &tm) &&
	    strftime(text, sizeof(text), " %a %b %e %H:%M:%S %Y", &tm))
		strbuf_add(buffer, text);
	strbuf_add(buffer, "\n");
}

/* Thermal and threshold interrupts: MCi_STATUS holds another register there. */
static bool software_bank(const struct record *record)
{
	return record->bank >= FIRST_SOFTWARE_BANK && record->bank != APEI_BANK;
}

static void add_mcg_status(struct strbuf *buffer, const struct record *record)
{
	uint64_t mcg = record->mcgstatus;

	if (!(record->fields & RECORD_HAS_MCGSTATUS))
		return;
	strbuf_addf(buffer, "MCG status:%s%s%s%s\n", mcg & MCG_RIPV ? "RIPV " : "",
		    mcg & MCG_EIPV ? "EIPV " : "", mcg & MCG_MCIP ? "MCIP " : "",
		    mcg & MCG_LMCE ? "LMCE " : "");
}

static const char *recovery_name(enum severity severity)
{
	switch (severity) {
	case SEVERITY_UCNA:
		return "UCNA";
	case SEVERITY_ACTION_OPTIONAL:
		return "SRAO";
	case SEVERITY_ACTION_REQUIRED:
		return "SRAR";
	case SEVERITY_DEFERRED:
		return "Deferred error";
	case SEVERITY_UNKNOWN:
	case SEVERITY_CORRECTED:
	case SEVERITY_UNCORRECTED:
	case SEVERITY_FATAL:
	case SEVERITY_COUNT_:
		break;
	}
	return NULL;
}

static void add_status(struct strbuf *buffer, const struct event *event)
{
	const struct {
		uint64_t bit;
		const char *text;
	} rows[] = {
		{ STATUS_EN, "Error enabled\n" },
		{ STATUS_MISCV, "MCi_MISC register valid\n" },
		{ STATUS_ADDRV, "MCi_ADDR register valid\n" },
		{ STATUS_PCC, "Processor context corrupt\n" },
	};
	uint64_t status = event->record.status;
	const char *recovery = recovery_name(event->decoded.severity);

	strbuf_add(buffer, "MCi status:\n");
	if (!(status & STATUS_VAL))
		strbuf_add(buffer, "Machine check not valid\n");
	if (status & STATUS_OVER)
		strbuf_add(buffer, "Error overflow\n");
	if (event->decoded.severity != SEVERITY_DEFERRED)
		strbuf_add(buffer,
			   status & STATUS_UC ? "Uncorrected error\n" : "Corrected error\n");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (status & rows[i].bit)
			strbuf_add(buffer, rows[i].text);
	if (recovery)
		strbuf_addf(buffer, "%s\n", recovery);
}

static void add_location(struct strbuf *buffer, const struct location *location)
{
	const char *before = "LOCATION ";

	for (unsigned int i = 0; i < LOCATION_FIELDS; i++) {
		int32_t value = location_get(location, i);

		if (value == LOCATION_UNKNOWN)
			continue;
		strbuf_addf(buffer, "%s%s %" PRId32, before, location_fields[i].name, value);
		before = " ";
	}
	if (before[1] == '\0')
		strbuf_add(buffer, "\n");
}

/* What the lines "MCG status" and "MCi status" say already. */
static bool said_by_status(const struct fact *fact)
{
	static const char *const names[] = {
		"overflow",	   "uncorrected", "enabled",  "misc_valid", "addr_valid",
		"context_corrupt", "mcg_ripv",	  "mcg_eipv", "mcg_mcip",   "mcg_lmce",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(fact->name, names[i]) == 0)
			return true;
	return false;
}

static void add_meaning(struct strbuf *buffer, const struct event *event)
{
	const struct decoded *decoded = &event->decoded;

	strbuf_addf(buffer, "MCA: %s\n", decoded->mca);
	for (unsigned int i = 0; i < decoded->n_facts; i++)
		if (!said_by_status(&decoded->facts[i]))
			strbuf_addf(buffer, "%s: %s (0x%" PRIx64 ")\n", decoded->facts[i].name,
				    decoded->facts[i].text, decoded->facts[i].value);
	strbuf_addf(buffer, "SEVERITY %s CLASS %s COUNT %" PRIu32 "\n",
		    severity_name(decoded->severity), class_name(decoded->class), decoded->count);
	if (decoded->bank_type)
		strbuf_addf(buffer, "BANKTYPE %s\n", decoded->bank_type);
}

static void add_raw(struct strbuf *buffer, const struct record *record)
{
	char fru[17];

	strbuf_addf(buffer, "STATUS %" PRIx64 " MCGSTATUS %" PRIx64 "\n", record->status,
		    record->mcgstatus);
	if (record->fields & RECORD_HAS_MCGCAP)
		strbuf_addf(buffer, "MCGCAP %" PRIx64 " ", record->mcgcap);
	if (record->fields & RECORD_HAS_APICID)
		strbuf_addf(buffer, "APICID %" PRIx32 " ", record->apicid);
	if (record->fields & RECORD_HAS_SOCKETID)
		strbuf_addf(buffer, "SOCKETID %" PRIu32 " ", record->socketid);
	if (record->fields & (RECORD_HAS_MCGCAP | RECORD_HAS_APICID | RECORD_HAS_SOCKETID))
		strbuf_add(buffer, "\n");
	if (record->synd || record->ipid)
		strbuf_addf(buffer, "SYND %" PRIx64 " IPID %" PRIx64 "\n", record->synd,
			    record->ipid);
	if (record->synd1 || record->synd2)
		strbuf_addf(buffer, "SYND1 %" PRIx64 " SYND2 %" PRIx64 "\n", record->synd1,
			    record->synd2);
	if (record_fru_text(record, fru)[0])
		strbuf_addf(buffer, "FRU %s\n", fru);
	if (record->ppin)
		strbuf_addf(buffer, "PPIN %" PRIx64 "\n", record->ppin);
	if (record->microcode)
		strbuf_addf(buffer, "MICROCODE %" PRIx32 "\n", record->microcode);
}

static void add_processor(struct strbuf *buffer, const struct event *event)
{
	const struct record *record = &event->record;

	if (record->fields & RECORD_HAS_CPUID)
		strbuf_addf(buffer, "CPUID Vendor %s Family %u Model %u Step %u\n",
			    vendor_name(record->vendor), cpuid_family(record->cpuid),
			    cpuid_model(record->cpuid), cpuid_stepping(record->cpuid));
	if (event->decoded.cpu_name)
		strbuf_addf(buffer, "CPUNAME %s\n", event->decoded.cpu_name);
}

void event_to_text(const struct event *event, struct strbuf *buffer)
{
	add_unit(buffer, event);
	add_address(buffer, &event->record);
	add_time(buffer, &event->record);
	if (!software_bank(&event->record)) {
		add_mcg_status(buffer, &event->record);
		add_status(buffer, event);
	}
	add_meaning(buffer, event);
	add_location(buffer, &event->decoded.location);
	add_raw(buffer, &event->record);
	add_processor(buffer, event);
	strbuf_add(buffer, "\n");
}
