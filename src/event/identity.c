// SPDX-License-Identifier: GPL-2.0-only
#include "event/event.h"

#include <string.h>

#include "event/bits.h"
#include "event/location.h"
#include "event/registers.h"

enum { TIME_WINDOW_US = 2000000, CACHE_LINE_SHIFT = 6 };

/* Whether both have the field. */
static bool both_have(const struct record *a, const struct record *b, enum record_field field)
{
	return (a->fields & b->fields & field) != 0;
}

/* Firmware knows a CPU by its APIC ID alone. */
static bool cpus_agree(const struct record *a, const struct record *b)
{
	if (a->cpu != RECORD_NO_CPU && b->cpu != RECORD_NO_CPU)
		return a->cpu == b->cpu;
	return !both_have(a, b, RECORD_HAS_APICID) || a->apicid == b->apicid;
}

/* Where both sides have a register that means something, it is the same. */
static bool registers_agree(const struct record *a, const struct record *b)
{
	if (a->bank != b->bank || a->status != b->status)
		return false;
	if (a->status & STATUS_ADDRV && both_have(a, b, RECORD_HAS_ADDR) && a->addr != b->addr)
		return false;
	if (a->status & STATUS_MISCV && both_have(a, b, RECORD_HAS_MISC) && a->misc != b->misc)
		return false;
	if (both_have(a, b, RECORD_HAS_SYND) && a->synd != b->synd)
		return false;
	return !both_have(a, b, RECORD_HAS_IPID) || a->ipid == b->ipid;
}

static bool boots_differ(const struct record *a, const struct record *b)
{
	return !sd_id128_is_null(a->boot) && !sd_id128_is_null(b->boot) &&
	       !sd_id128_equal(a->boot, b->boot);
}

static bool times_agree(const struct record *a, const struct record *b)
{
	uint64_t from = (uint64_t)a->time_us, to = (uint64_t)b->time_us;
	uint64_t apart = a->time_us < b->time_us ? to - from : from - to;

	if (a->tsc != 0 && b->tsc != 0 && a->tsc != b->tsc)
		return false;
	if (a->time_us == 0 || b->time_us == 0)
		return a->tsc != 0 && a->tsc == b->tsc;
	return apart <= TIME_WINDOW_US;
}

static bool same_occasion(const struct record *a, const struct record *b)
{
	return !boots_differ(a, b) && times_agree(a, b);
}

bool record_same_error(const struct record *a, const struct record *b)
{
	return cpus_agree(a, b) && registers_agree(a, b) && same_occasion(a, b);
}

/* --- what firmware reported --- */

/* Banks may leave out the bits within a line. */
static bool addresses_agree(const struct event *a, const struct event *b)
{
	return a->record.addr >> CACHE_LINE_SHIFT == b->record.addr >> CACHE_LINE_SHIFT;
}

static bool places_agree(const struct location *a, const struct location *b)
{
	for (unsigned int i = 0; i < LOCATION_FIELDS; i++) {
		int32_t x = location_get(a, i), y = location_get(b, i);

		if (x != LOCATION_UNKNOWN && y != LOCATION_UNKNOWN && x != y)
			return false;
	}
	return true;
}

/* One of them is without registers. */
static bool reports_agree(const struct event *a, const struct event *b)
{
	const struct decoded *x = &a->decoded, *y = &b->decoded;
	bool alike = record_has_bank(&a->record) == record_has_bank(&b->record);

	if (x->class != y->class ||
	    (x->severity == SEVERITY_CORRECTED) != (y->severity == SEVERITY_CORRECTED))
		return false;
	if (record_has_address(&a->record) && record_has_address(&b->record))
		return addresses_agree(a, b) &&
		       (!alike || places_agree(&x->location, &y->location));
	return alike && record_has_address(&a->record) == record_has_address(&b->record) &&
	       strcmp(x->mca, y->mca) == 0 && places_agree(&x->location, &y->location);
}

bool event_same_error(const struct event *a, const struct event *b)
{
	if (record_has_bank(&a->record) && record_has_bank(&b->record))
		return record_same_error(&a->record, &b->record);
	return reports_agree(a, b) && same_occasion(&a->record, &b->record);
}

/* --- what a later boot reports again --- */

/* Of a bank that a reset left: the kernel polls it as it comes up, without a time stamp. */
static bool is_leftover(const struct record *record)
{
	return record->boot_time && record->tsc == 0;
}

/* It tells of a boot before, at a time that it need not have. */
static bool is_untimed(const struct record *record)
{
	return record->replayed && record->time_us == 0;
}

bool event_is_report_again(const struct event *event)
{
	return is_leftover(&event->record) || is_untimed(&event->record);
}

bool event_is_of_boot_before(const struct event *event)
{
	enum severity severity = event->decoded.severity;

	return is_leftover(&event->record) &&
	       (severity == SEVERITY_FATAL || severity == SEVERITY_ACTION_REQUIRED);
}

/* The bank may be the socket's, and another CPU have found it. */
static bool banks_agree(const struct record *a, const struct record *b)
{
	return registers_agree(a, b) &&
	       (cpus_agree(a, b) ||
		(both_have(a, b, RECORD_HAS_SOCKETID) && a->socketid == b->socketid));
}

/* What a kernel has logged it clears, unless it was about to panic. */
static bool may_be_left(const struct event *event)
{
	const uint32_t of_panics = 1u << SOURCE_ERST | 1u << SOURCE_PSTORE | 1u << SOURCE_VMCORE;

	return event->decoded.severity != SEVERITY_CORRECTED || event->sources & of_panics;
}

bool event_reported_again(const struct event *early, const struct event *late)
{
	const struct record *a = &early->record, *b = &late->record;

	if (!event_is_report_again(late) || (b->time_us && a->time_us > b->time_us))
		return false;
	if (!is_untimed(b) && (!may_be_left(early) || !(a->replayed || boots_differ(a, b))))
		return false;
	if (record_has_bank(a) && record_has_bank(b))
		return banks_agree(a, b);
	return reports_agree(early, late);
}

/* --- one event of two deliveries --- */

/* What a leftover bank was read with is of another moment. */
static uint32_t useful_fields(const struct record *record)
{
	uint32_t moment = RECORD_HAS_TSC | RECORD_HAS_MCGSTATUS | RECORD_HAS_IP | RECORD_HAS_TIME;

	return is_leftover(record) ? record->fields & ~moment : record->fields;
}

static bool add_registers(struct record *to, const struct record *from)
{
	uint32_t lacking = useful_fields(from) & ~to->fields;
	bool lacks_cpu = to->cpu == RECORD_NO_CPU && from->cpu != RECORD_NO_CPU;

	for (int id = 0; id < REGISTER_COUNT_; id++)
		if (record_registers[id].field & lacking)
			register_set(to, (enum register_id)id,
				     register_get(from, (enum register_id)id));
	if (lacking & RECORD_HAS_SOCKETID)
		to->socketid = from->socketid;
	if (lacking & RECORD_HAS_TIME)
		to->walltime = from->walltime;
	to->fields |= lacking;
	if (lacks_cpu)
		to->cpu = from->cpu;
	if (to->vendor == VENDOR_UNKNOWN)
		to->vendor = from->vendor;
	return lacking || lacks_cpu;
}

/*
 * The bank and all that follows from it; who delivered it when stays, and what it lacks, and that
 * it was worse than the bank says.
 */
static void take_bank(struct event *event, const struct event *further)
{
	struct record before = event->record, *to = &event->record;
	const struct record *from = &further->record;
	enum severity severity = event->decoded.severity;

	to->bank = from->bank;
	to->status = from->status;
	to->vendor = from->vendor;
	to->cpu = from->cpu;
	to->fields = 0;
	add_registers(to, from);
	if (record_has_bank(&before))
		add_registers(to, &before);
	event->decoded = further->decoded;
	if (severity > event->decoded.severity)
		event->decoded.severity = severity;
}

/* A leftover bank's own time and boot are those in which it was found. */
static bool merge_time(struct record *to, const struct record *from)
{
	bool found_late = is_leftover(to) && !is_leftover(from) && from->replayed;
	bool knows_boot = !sd_id128_is_null(from->boot);

	if (is_leftover(from) || (!found_late && to->time_us && !sd_id128_is_null(to->boot)))
		return false;
	if (from->time_us && (found_late || !to->time_us))
		to->time_us = from->time_us;
	if (knows_boot && (found_late || sd_id128_is_null(to->boot)))
		to->boot = from->boot;
	else if (found_late && !to->replayed)
		to->boot = SD_ID128_NULL;
	to->replayed = to->replayed || from->replayed;
	/* it is no leftover any more, but what was left */
	if (found_late && from->time_us)
		to->boot_time = false;
	return true;
}

static bool merge_place(struct event *event, const struct event *further)
{
	struct decoded *to = &event->decoded;
	bool changed = false;

	for (unsigned int i = 0; i < LOCATION_FIELDS; i++) {
		int32_t value = location_get(&further->decoded.location, i);

		if (value == LOCATION_UNKNOWN || location_get(&to->location, i) != LOCATION_UNKNOWN)
			continue;
		memcpy((char *)&to->location + location_fields[i].offset, &value, sizeof(value));
		changed = true;
	}
	if (!to->label[0] && further->decoded.label[0]) {
		memcpy(to->label, further->decoded.label, sizeof(to->label));
		changed = true;
	}
	if (!event->fru_text[0] && further->fru_text[0]) {
		memcpy(event->fru_text, further->fru_text, sizeof(event->fru_text));
		changed = true;
	}
	return changed;
}

bool event_merge(struct event *event, const struct event *further)
{
	bool bare = !record_has_bank(&event->record) && record_has_bank(&further->record);
	bool left = is_leftover(&event->record) && !is_leftover(&further->record) &&
		    record_has_bank(&further->record);
	bool changed = merge_time(&event->record, &further->record);

	if (bare || left) {
		struct event before = *event;

		take_bank(event, further);
		merge_place(event, &before);
		return true;
	}
	changed |= merge_place(event, further);
	if (record_has_bank(&further->record))
		changed |= add_registers(&event->record, &further->record);
	return changed;
}
