/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * row: an event as a row of table event, both ways.
 */
#pragma once

#include <sqlite3.h>
#include <stddef.h>

#include "event/event.h"

/* The columns that are both written and read, in the order of row_bind_event(). */
#define ROW_COLUMNS                                                                                \
	"id, incident, boot, time_us, ring_time_us, replayed, boot_time, source, sources, "        \
	"severity, class, count, overflow, bank_type, mca, vendor, cpu, bank, fields, cs, "        \
	"status, addr, misc, mcgstatus, mcgcap, synd, ipid, synd1, synd2, ppin, tsc, ip, "         \
	"walltime, apicid, socketid, cpuid, microcode, socket, imc, channel, dimm, rank, device, " \
	"bank_group, dram_bank, dram_row, dram_column, label, fru_text"

/* SELECT's beginning for row_read_event(); the statement goes on with WHERE or ORDER BY. */
#define ROW_SELECT                                                                                 \
	"SELECT " ROW_COLUMNS ", seq, (SELECT key FROM delivery "                                  \
	"WHERE delivery.event = event.seq AND delivery.source = event.source) FROM event "

/* The INSERT for row_bind_event(): one parameter a column, then message and journal. */
#define ROW_TEN_PARAMETERS "?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
#define ROW_FORTY_PARAMETERS                                                                       \
	ROW_TEN_PARAMETERS ", " ROW_TEN_PARAMETERS ", " ROW_TEN_PARAMETERS ", " ROW_TEN_PARAMETERS
#define ROW_INSERT                                                                                 \
	"INSERT INTO event (" ROW_COLUMNS ", message, journal) VALUES (" ROW_FORTY_PARAMETERS      \
	", " ROW_TEN_PARAMETERS ", ?)"

/* An UPDATE of all of them, message and seq behind them. */
#define ROW_UPDATE                                                                                 \
	"UPDATE event SET (" ROW_COLUMNS ", message) = (" ROW_FORTY_PARAMETERS                     \
	", ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE seq = ?"

/* Indices of the parameters after ROW_COLUMNS. */
enum { ROW_PARAMETER_MESSAGE = 50, ROW_PARAMETER_JOURNAL, ROW_PARAMETER_SEQ = 51 };

/* Texts that events point at: each once, alive until row_names_free(). Starts as {0}. */
struct row_names {
	char **names;
	size_t count;
};

void row_names_free(struct row_names *names);

/* The lasting copy of text. NULL for "" and when out of memory. */
const char *row_name(struct row_names *names, const char *text);

/* "trace,erst" for source bits, in enum order; and back, names that are none ignored. */
enum { ROW_SOURCES_MAX = 128 };
const char *row_sources_text(uint32_t sources, char buffer[ROW_SOURCES_MAX]);
uint32_t row_sources_parse(const char *text);

/* Binds all of ROW_COLUMNS. Texts are borrowed until the statement is reset or bound anew. */
void row_bind_event(sqlite3_stmt *statement, const struct event *event,
		    const char sources[ROW_SOURCES_MAX]);

/*
 * Binds the location's ten columns and the label as parameters from first on,
 * NULL for what is not known.
 */
void row_bind_location(sqlite3_stmt *statement, int first, const struct location *location,
		       const char *label);

/*
 * The event of a ROW_SELECT row. Facts, cpu_name and the like are not stored
 * and empty; decoded.bank_type belongs to names.
 */
void row_read_event(sqlite3_stmt *statement, struct row_names *names, struct event *ret_event);
