/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crash-sql: which boot a crash may be of, as conditions in SQL; event/crash.h has the rules for
 * two crashes.
 */
#pragma once

/*
 * Whether a crash at that time (us since the epoch) after that uptime (us) may be of the boot
 * whose row is called this. By its age, 2 minutes more or less: clocks are set; and by 0.05 %,
 * since nobody sets the kernel's own clock, which may be minutes off after months. One that slept,
 * for which that clock stands still, has been up for less; but so has every boot after it that
 * nobody recorded, so that only counts for as long as it is known to have run. And a boot crashes
 * once: not where another crash of it fits better.
 */
#define CRASH_FITS(time, uptime)                                                                   \
	"(abs(this.began_us + " uptime " - " time ") <= 120000000 + " uptime " / 2000 "            \
	"OR (this.began_us + " uptime " < " time " AND " time " <= "                               \
	"max(ifnull(this.journal_last_us, 0), ifnull(this.ended_us, 0)))) "                        \
	"AND NOT EXISTS (SELECT 1 FROM crash AS better WHERE better.boot = this.id "               \
	"AND better.time_us > 0 AND abs(better.uptime_us - " uptime ") > 5000000 "                 \
	"AND abs(this.began_us + better.uptime_us - better.time_us) + 5000000 "                    \
	"< abs(this.began_us + " uptime " - " time "))"
