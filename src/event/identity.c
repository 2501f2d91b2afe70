// SPDX-License-Identifier: GPL-2.0-only
#include "event/event.h"

/* MCi_STATUS: the address and misc registers hold something (SDM Vol. 3B 16.3.2.2). */
#define STATUS_ADDRV (1ull << 58)
#define STATUS_MISCV (1ull << 59)

enum { TIME_WINDOW_US = 2000000 };

/* Whether both have the field. */
static bool both_have(const struct record *a, const struct record *b, enum record_field field)
{
	return (a->fields & b->fields & field) != 0;
}

/* Where both sides have a register that means something, it is the same. */
static bool registers_agree(const struct record *a, const struct record *b)
{
	if (a->cpu != b->cpu || a->bank != b->bank || a->status != b->status)
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

/*
 * Whether late may be the bank that the error "early" left behind. Its TSC is 0
 * because the kernel polls at boot without a time stamp, but so is that of
 * every polled record: only the match with an earlier boot's record makes it one.
 */
static bool left_behind(const struct record *early, const struct record *late)
{
	if (!late->boot_time || late->tsc != 0 || early->time_us > late->time_us)
		return false;
	return early->replayed || boots_differ(early, late);
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

bool record_same_error(const struct record *a, const struct record *b)
{
	if (!registers_agree(a, b))
		return false;
	if (left_behind(a, b) || left_behind(b, a))
		return true;
	return !boots_differ(a, b) && times_agree(a, b);
}
