// SPDX-License-Identifier: GPL-2.0-only
/* argv -> one mode; nothing else. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ascii.h"
#include "config-check.h"
#include "config-dump.h"
#include "config.h"
#include "daemon.h"
#include "erst-command.h"
#include "hook-test.h"
#include "host-cpu.h"
#include "imc-log.h"
#include "oneshot.h"
#include "runner.h"
#include "serving.h"
#include "util/log.h"

/* The kernel's trigger starts us without any open file. */
static void open_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

static int dump_config(const struct config *config)
{
	_cleanup_strbuf_ struct strbuf text = { 0 };

	config_dump(config, &text);
	if (text.error) {
		log_error("--dump-config: %s", strerror(-text.error));
		return EXIT_FAILURE;
	}
	fputs(strbuf_text(&text), stdout);
	return EXIT_SUCCESS;
}

static int run(struct config *config, int argc, char **argv)
{
	switch (config_mode(config)) {
	case MODE_ONE_SHOT:
		return oneshot_device(config);
	case MODE_DAEMON:
		return daemon_run(config, argc, argv);
	case MODE_HARVEST:
		return oneshot_harvest(config);
	case MODE_REPLAY:
		return oneshot_replay(config);
	case MODE_ASCII:
		return ascii_run(config);
	case MODE_BINARY:
		return binary_run(config);
	case MODE_ERST:
		return erst_run(config);
	case MODE_DECODE:
		return registers_run(config);
	case MODE_LIST_SOURCES:
		return oneshot_list_sources(config);
	case MODE_CHECK_CONFIG:
		return config_check(config);
	case MODE_DUMP_CONFIG:
		return dump_config(config);
	case MODE_IS_CPU_SUPPORTED:
		return host_cpu_is_supported(config);
	case MODE_TEST_HOOK:
		return hook_test(config);
	case MODE_ENABLE_IMC_LOG:
		return imc_log_run(config);
	case MODE_CLIENT:
		return serving_client(config, false);
	case MODE_PING:
		return serving_client(config, true);
	case MODE_TRIGGER_RUNNER:
		return runner_run(config, argc, argv);
	case MODE_VERSION:
		printf("%s\n", PACKAGE_STRING);
		return EXIT_SUCCESS;
	case MODE_HELP:
		config_print_help();
		return EXIT_SUCCESS;
	}
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct config config = { 0 };
	int status;

	open_standard_fds();
	umask(027);
	signal(SIGPIPE, SIG_IGN); /* a reader that went away is a write error, */
	signal(SIGXFSZ, SIG_IGN); /* and so is a file that may not grow */
	if (config_load(&config, argc, argv) < 0)
		return EXIT_FAILURE;
	if (config.verbose)
		log_set_level(LOG_DEBUG);
	status = run(&config, argc, argv);
	if (fflush(stdout) != 0 && status == EXIT_SUCCESS)
		status = EXIT_FAILURE;
	config_free(&config);
	return status;
}
