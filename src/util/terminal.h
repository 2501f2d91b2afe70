/* SPDX-License-Identifier: GPL-2.0-only */
/* terminal: for processes that go on when the one who started them has gone. */
#pragma once

/* The root directory, and /dev/null for standard input, output and error; logs where it cannot. */
void terminal_leave(void);
