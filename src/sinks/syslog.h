/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * syslog: event text to the machine's syslog, a message for each line, facility
 * daemon, tag "mcelog". syslog(3) waits for ever for a syslogd that hangs and
 * reports nothing; this one does neither. As with sinks/text.h a failure is
 * reported once, counted, and stops nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/decoded.h"
#include "util/root.h"

struct syslog_sink;

/*
 * Messages for the socket /dev/log below the root, borrowed. It is connected
 * when there is something to say, and again after a restart of syslogd.
 *
 * errors: what was not corrected has the level err and not warning, as the rest.
 * wait_ms is how long a syslogd that does not read may hold us, once.
 * Errors: -ENOMEM.
 */
int syslog_sink_open(const struct root *root, bool errors, int wait_ms,
		     struct syslog_sink **ret_sink);

/* NULL allowed. */
void syslog_sink_close(struct syslog_sink *sink);

/* Sends the text of one event, of length bytes, but for its blank lines. */
void syslog_sink_write(struct syslog_sink *sink, enum severity severity, const char *text,
		       size_t length);

/* Events that were not or not wholly sent since the start. */
uint64_t syslog_sink_missing(const struct syslog_sink *sink);

/* Whether what goes to syslog ends in systemd's journal, which has the events already. */
bool syslog_is_journal(const struct root *root);
