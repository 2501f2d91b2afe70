/* SPDX-License-Identifier: GPL-2.0-only */
/* background: the daemon without a terminal, and the process that started it. */
#pragma once

/*
 * Forks. The parent never returns: it waits, and ends with status 0 when the
 * child calls background_ready(), 1 when the child ends without. The child is
 * the leader of a session of its own; *ret_parent is its to give to
 * background_ready(). Errors, in the one process that there is then: -errno.
 */
int background_start(int *ret_parent);

/*
 * Lets the parent go, and closes parent. From here on stdin, stdout and stderr
 * are /dev/null, the directory is "/" and the log is syslog; trouble with that
 * is logged. parent -1, in the foreground: does nothing.
 */
void background_ready(int parent);
