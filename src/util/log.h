/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The program's own messages (not the events): one line each, to stderr, with
 * a syslog level prefix "<N>" when stderr is the journal, or to syslog.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <syslog.h>

void log_line(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)	 log_line(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_notice(...)	 log_line(LOG_NOTICE, __VA_ARGS__)
#define log_info(...)	 log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...)	 log_line(LOG_DEBUG, __VA_ARGS__)

/* From now on to syslog(3), for a daemon without a stderr. */
void log_to_syslog(void);

/* Lines above this level are not printed; LOG_INFO at the start. */
void log_set_level(int level);

/* Whether fd is the journal's stream as JOURNAL_STREAM describes it. */
bool log_fd_is_journal(int fd);
