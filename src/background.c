// SPDX-License-Identifier: GPL-2.0-only
#include "background.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/log.h"

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

static void leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (chdir("/") < 0 || null < 0)
		log_warning("cannot leave the terminal: %s", strerror(errno));
	for (int i = 0; null >= 0 && i <= STDERR_FILENO; i++)
		dup2(null, i);
	if (null > STDERR_FILENO)
		close(null);
}

void background_ready(int parent)
{
	if (parent < 0)
		return;
	leave_terminal();
	log_to_syslog();
	if (write(parent, "", 1) != 1)
		log_warning("the starting process is gone");
	close(parent);
}
