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

#include "event/bits.h"
#include "event/location.h"
#include "util/cleanup.h"

/* "NAME hex" */
static void add_hex(struct strbuf *buffer, const char *name, uint64_t value)
{
	strbuf_add(buffer, name);
	strbuf_add_hex(buffer, value, 1);
}

static void add_number(struct strbuf *buffer, const char *name, uint64_t value)
{
	strbuf_add(buffer, name);
	strbuf_add_number(buffer, value);
}

static void add_unit(struct strbuf *buffer, const struct event *event)
{
	const struct record *record = &event->record;

	strbuf_add(buffer, "Hardware event. This is not a software error.\n");
	if (event->seq) {
		add_number(buffer, "MCE ", event->seq);
		strbuf_add(buffer, "\n");
	}
	if (record->cpu != RECORD_NO_CPU)
		add_number(buffer, "CPU ", record->cpu);
	else
		strbuf_add(buffer, "CPU unknown");
	add_number(buffer, " BANK ", record->bank);
	if (record->tsc)
		add_hex(buffer, " TSC ", record->tsc);
	strbuf_add(buffer, "\n");
	if (record->ip)
		strbuf_addf(buffer, "RIP%s %02x:%" PRIx64 "\n",
			    record->mcgstatus & MCG_EIPV ? "" : " !INEXACT!", record->cs,
			    record->ip);
}

static void add_address(struct strbuf *buffer, const struct record *record)
{
	bool misc = (record->fields & RECORD_HAS_MISC) && (record->status & STATUS_MISCV);
	bool addr = record_has_address(record);

	if (misc)
		add_hex(buffer, "MISC ", record->misc);
	if (addr)
		add_hex(buffer, misc ? " ADDR " : "ADDR ", record->addr);
	if (misc || addr)
		strbuf_add(buffer, "\n");
}

/* As ctime(3) has it, in the local zone; "" where that cannot be. Valid until the next call. */
static const char *local_time(int64_t seconds)
{
	static _Thread_local struct {
		int64_t seconds;
		char text[64];
	} last; /* the records of a burst share their second, and the zone's rules are slow */
	time_t when = (time_t)seconds;
	struct tm tm;

	if (seconds == last.seconds && last.text[0])
		return last.text;
	last.seconds = seconds;
	if (when != seconds || !localtime_r(&when, &tm) ||
	    !strftime(last.text, sizeof(last.text), " %a %b %e %H:%M:%S %Y", &tm))
		last.text[0] = '\0';
	return last.text;
}

/* mcelog's form: seconds, then the same in words. */
static void add_time(struct strbuf *buffer, const struct record *record)
{
	int64_t seconds = record->time_us / 1000000;

	if (!record->time_us)
		return;
	strbuf_add(buffer, seconds < 0 ? "TIME -" : "TIME ");
	strbuf_add_number(buffer, seconds < 0 ? -(uint64_t)seconds : (uint64_t)seconds);
	strbuf_add(buffer, local_time(seconds));
	strbuf_add(buffer, "\n");
}

/* Thermal and threshold interrupts: MCi_STATUS holds another register there. */
static bool software_bank(const struct record *record)
{
	return record->bank >= RECORD_SOFTWARE_BANKS && record->bank != RECORD_FIRMWARE_BANK;
}

static void add_mcg_status(struct strbuf *buffer, const struct record *record)
{
	uint64_t mcg = record->mcgstatus;

	if (!(record->fields & RECORD_HAS_MCGSTATUS))
		return;
	strbuf_add(buffer, "MCG status:");
	strbuf_add(buffer, mcg & MCG_RIPV ? "RIPV " : "");
	strbuf_add(buffer, mcg & MCG_EIPV ? "EIPV " : "");
	strbuf_add(buffer, mcg & MCG_MCIP ? "MCIP " : "");
	strbuf_add(buffer, mcg & MCG_LMCE ? "LMCE " : "");
	strbuf_add(buffer, "\n");
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
	if (recovery) {
		strbuf_add(buffer, recovery);
		strbuf_add(buffer, "\n");
	}
}

static void add_location(struct strbuf *buffer, const struct location *location)
{
	const char *before = "LOCATION ";

	for (unsigned int i = 0; i < LOCATION_FIELDS; i++) {
		int32_t value = location_get(location, i);

		if (value == LOCATION_UNKNOWN)
			continue;
		strbuf_add(buffer, before);
		strbuf_add(buffer, location_fields[i].name);
		add_number(buffer, value < 0 ? " -" : " ",
			   value < 0 ? -(uint64_t)value : (uint64_t)value);
		before = " ";
	}
	if (before[1] == '\0')
		strbuf_add(buffer, "\n");
}

/* The fact of that name; NULL where there is none. */
static const struct fact *find_fact(const struct decoded *decoded, const char *name)
{
	for (unsigned int i = 0; i < decoded->n_facts; i++)
		if (decoded->facts[i].name[0] == name[0] &&
		    strcmp(decoded->facts[i].name, name) == 0)
			return &decoded->facts[i];
	return NULL;
}

/*
 * What the lines "MCG status", "MCi status", "MCA", "COUNT" and "BANKTYPE" say
 * already, and codes whose meaning is there in words (in_words).
 */
static bool said_elsewhere(const char *name, bool in_words)
{

	switch (name[0]) {
	case 'a':
		return strcmp(name, "addr_valid") == 0;
	case 'c':
		return strcmp(name, "context_corrupt") == 0 || strcmp(name, "corrected_count") == 0;
	case 'e':
		return name[1] != 'r' && (strcmp(name, "enabled") == 0 ||
					  (in_words && strcmp(name, "extended_error_code") == 0));
	case 'm':
		if (name[1] == 's')
			return in_words && strcmp(name, "mscod") == 0;
		return strcmp(name, "misc_valid") == 0 || strcmp(name, "mca_code") == 0 ||
		       (strncmp(name, "mcg_", 4) == 0 && strcmp(name, "mcg_seam_nr") != 0);
	case 'o':
		return strcmp(name, "overflow") == 0;
	case 'u':
		return strcmp(name, "uncorrected") == 0 || strcmp(name, "unit") == 0;
	}
	return false;
}

static void add_fact(struct strbuf *buffer, const struct fact *fact)
{
	strbuf_add(buffer, fact->name);
	strbuf_add(buffer, ": ");
	strbuf_add(buffer, fact->text);
	add_hex(buffer, " (0x", fact->value);
	strbuf_add(buffer, ")\n");
}

/* "BANKTYPE UMC Unified Memory Controller"; a unit that nobody knows has only numbers. */
static void add_unit_name(struct strbuf *buffer, const struct decoded *decoded)
{
	const struct fact *unit = find_fact(decoded, "unit");

	if (!decoded->bank_type) {
		if (unit)
			add_fact(buffer, unit);
		return;
	}
	strbuf_add(buffer, "BANKTYPE ");
	strbuf_add(buffer, decoded->bank_type);
	if (unit) {
		strbuf_add(buffer, " ");
		strbuf_add(buffer, unit->text);
	}
	strbuf_add(buffer, "\n");
}

static void add_meaning(struct strbuf *buffer, const struct event *event)
{
	const struct decoded *decoded = &event->decoded;
	bool in_words = find_fact(decoded, "error");

	strbuf_add(buffer, "MCA: ");
	strbuf_add(buffer, decoded->mca);
	strbuf_add(buffer, "\n");
	for (unsigned int i = 0; i < decoded->n_facts; i++)
		if (!said_elsewhere(decoded->facts[i].name, in_words))
			add_fact(buffer, &decoded->facts[i]);
	strbuf_add(buffer, "SEVERITY ");
	strbuf_add(buffer, severity_name(decoded->severity));
	strbuf_add(buffer, " CLASS ");
	strbuf_add(buffer, class_name(decoded->class));
	add_number(buffer, " COUNT ", decoded->count);
	strbuf_add(buffer, "\n");
	add_unit_name(buffer, decoded);
}

/*
 * "MCGCAP 1000c16 APICID 3 SOCKETID c". An ID alone on its line is in decimal in
 * mcelog's raw output: 0x says which this is.
 */
static void add_ids(struct strbuf *buffer, const struct record *record)
{
	uint32_t fields =
		record->fields & (RECORD_HAS_MCGCAP | RECORD_HAS_APICID | RECORD_HAS_SOCKETID);
	bool alone = fields == RECORD_HAS_APICID || fields == RECORD_HAS_SOCKETID;

	if (fields & RECORD_HAS_MCGCAP) {
		add_hex(buffer, "MCGCAP ", record->mcgcap);
		strbuf_add(buffer, " ");
	}
	if (fields & RECORD_HAS_APICID) {
		add_hex(buffer, alone ? "APICID 0x" : "APICID ", record->apicid);
		strbuf_add(buffer, " ");
	}
	if (fields & RECORD_HAS_SOCKETID) {
		add_hex(buffer, alone ? "SOCKETID 0x" : "SOCKETID ", record->socketid);
		strbuf_add(buffer, " ");
	}
	if (fields)
		strbuf_add(buffer, "\n");
}

static void add_raw(struct strbuf *buffer, const struct event *event)
{
	const struct record *record = &event->record;
	char fru[EVENT_FRU_TEXT_MAX];

	if (record_has_bank(record)) {
		add_hex(buffer, "STATUS ", record->status);
		if (record->fields & RECORD_HAS_MCGSTATUS)
			add_hex(buffer, " MCGSTATUS ", record->mcgstatus);
		strbuf_add(buffer, "\n");
	}
	add_ids(buffer, record);
	if (record->synd || record->ipid)
		strbuf_addf(buffer, "SYND %" PRIx64 " IPID %" PRIx64 "\n", record->synd,
			    record->ipid);
	if (record->synd1 || record->synd2)
		strbuf_addf(buffer, "SYND1 %" PRIx64 " SYND2 %" PRIx64 "\n", record->synd1,
			    record->synd2);
	if (event_fru_text(event, fru)[0])
		strbuf_addf(buffer, "FRU %s\n", fru);
	if (record->ppin) {
		add_hex(buffer, "PPIN ", record->ppin);
		strbuf_add(buffer, "\n");
	}
	if (record->microcode) {
		add_hex(buffer, "MICROCODE ", record->microcode);
		strbuf_add(buffer, "\n");
	}
}

static void add_processor(struct strbuf *buffer, const struct event *event)
{
	const struct record *record = &event->record;

	if (record->fields & RECORD_HAS_CPUID) {
		strbuf_add(buffer, "CPUID Vendor ");
		strbuf_add(buffer, vendor_name(record->vendor));
		add_number(buffer, " Family ", cpuid_family(record->cpuid));
		add_number(buffer, " Model ", cpuid_model(record->cpuid));
		add_number(buffer, " Step ", cpuid_stepping(record->cpuid));
		strbuf_add(buffer, "\n");
	}
	if (!(record->fields & RECORD_HAS_CPUID) && record->vendor != VENDOR_UNKNOWN) {
		strbuf_add(buffer, "CPUID Vendor ");
		strbuf_add(buffer, vendor_name(record->vendor));
		strbuf_add(buffer, "\n");
	}
	if (event->decoded.cpu_name) {
		strbuf_add(buffer, "CPUNAME ");
		strbuf_add(buffer, event->decoded.cpu_name);
		strbuf_add(buffer, "\n");
	} else if (record->fields & RECORD_HAS_CPUID) {
		add_hex(buffer, "CPUNAME unknown, CPUID 0x", record->cpuid);
		strbuf_add(buffer, "\n");
	}
}

void event_to_text(const struct event *event, struct strbuf *buffer)
{
	add_unit(buffer, event);
	add_address(buffer, &event->record);
	add_time(buffer, &event->record);
	if (record_has_bank(&event->record) && !software_bank(&event->record)) {
		add_mcg_status(buffer, &event->record);
		add_status(buffer, event);
	}
	add_meaning(buffer, event);
	add_location(buffer, &event->decoded.location);
	if (event->decoded.label[0]) {
		strbuf_add(buffer, "DIMM label ");
		strbuf_add(buffer, event->decoded.label);
		strbuf_add(buffer, "\n");
	}
	add_raw(buffer, event);
	add_processor(buffer, event);
	strbuf_add(buffer, "\n");
}

static void add_raw_hex(struct strbuf *buffer, const char *name, uint64_t value)
{
	add_hex(buffer, name, value);
	strbuf_add(buffer, "\n");
}

static void add_raw_number(struct strbuf *buffer, const char *name, uint64_t value)
{
	add_number(buffer, name, value);
	strbuf_add(buffer, "\n");
}

void record_to_raw(const struct record *record, struct strbuf *buffer)
{
	/* clang-format off */
	const struct {
		uint32_t field; /* that the record must have */
		const char *name;
		uint64_t value;
	} rows[] = {
		{ RECORD_HAS_MISC,	"MISC 0x",	record->misc },
		{ RECORD_HAS_ADDR,	"ADDR 0x",	record->addr },
		{ 0,			"STATUS 0x",	record->status },
		{ RECORD_HAS_MCGSTATUS, "MCGSTATUS 0x", record->mcgstatus },
		{ RECORD_HAS_MCGCAP,	"MCGCAP 0x",	record->mcgcap },
		{ RECORD_HAS_PPIN,	"PPIN 0x",	record->ppin },
		{ RECORD_HAS_MICROCODE, "MICROCODE 0x", record->microcode },
		{ RECORD_HAS_SYND,	"SYND 0x",	record->synd },
		{ RECORD_HAS_IPID,	"IPID 0x",	record->ipid },
		{ RECORD_HAS_SYND12,	"SYND1 0x",	record->synd1 },
		{ RECORD_HAS_SYND12,	"SYND2 0x",	record->synd2 },
	};
	/* clang-format on */

	add_raw_number(buffer, "CPU ", record->cpu);
	add_raw_number(buffer, "BANK ", record->bank);
	if (record->fields & RECORD_HAS_TSC)
		add_raw_hex(buffer, "TSC 0x", record->tsc);
	if (record->fields & RECORD_HAS_IP) {
		add_hex(buffer, "RIP 0x", record->cs);
		add_raw_hex(buffer, ":0x", record->ip);
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!rows[i].field || record->fields & rows[i].field)
			add_raw_hex(buffer, rows[i].name, rows[i].value);
	if (record->fields & RECORD_HAS_CPUID) {
		add_number(buffer, "PROCESSOR ", record->vendor);
		add_raw_hex(buffer, ":0x", record->cpuid);
	}
	if (record->time_us > 0)
		add_raw_number(buffer, "TIME ", (uint64_t)record->time_us / 1000000);
	if (record->fields & RECORD_HAS_SOCKETID)
		add_raw_number(buffer, "SOCKETID ", record->socketid);
	if (record->fields & RECORD_HAS_APICID)
		add_raw_number(buffer, "APICID ", record->apicid);
	strbuf_add(buffer, "\n");
}
