// SPDX-License-Identifier: GPL-2.0-only
#include "background.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/log.h"
#include "util/terminal.h"

int background_start(int *ret_parent)
{
	int fds[2];
	pid_t child;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child < 0) {
		int r = -errno;

		close(fds[0]);
		close(fds[1]);
		return r;
	}
	if (child > 0) {
		char done;

		close(fds[1]);
		_exit(read(fds[0], &done, 1) == 1 ? EXIT_SUCCESS : EXIT_FAILURE);
	}
	close(fds[0]);
	setsid();
	*ret_parent = fds[1];
	return 0;
}

void background_ready(int parent)
{
	if (parent < 0)
		return;
	terminal_leave();
	log_to_syslog();
	if (write(parent, "", 1) != 1)
		log_warning("the starting process is gone");
	close(parent);
}
