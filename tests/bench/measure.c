// SPDX-License-Identifier: GPL-2.0-only
/*
 * measure COMMAND...: runs it with this program's standard input and its output
 * discarded, and prints wall-clock milliseconds and peak resident KiB. Exits
 * with 1 where the command could not be run or failed.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void run(char **arguments)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(127);
	execvp(arguments[0], arguments);
	perror(arguments[0]);
	_exit(127);
}

int main(int argc, char **argv)
{
	double start = now_ms();
	struct rusage usage;
	int status;
	pid_t pid;

	if (argc < 2) {
		fprintf(stderr, "usage: measure COMMAND...\n");
		return EXIT_FAILURE;
	}
	pid = fork();
	if (pid == 0)
		run(argv + 1);
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0) {
		perror("measure");
		return EXIT_FAILURE;
	}
	printf("%.1f %ld\n", now_ms() - start, usage.ru_maxrss);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
