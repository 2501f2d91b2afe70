// SPDX-License-Identifier: GPL-2.0-only
#include "serving.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "credentials.h"
#include "server/client.h"
#include "util/clock.h"
#include "util/log.h"

enum {
	CLIENT_WAIT_MS = 30000, /* that a daemon may be silent */
	BACKLOG_MIN = 128,	/* mcelog's 10 turns away clients that do not wait, as collectd */
};

static void dump(void *context, bool all, bool bios, struct strbuf *out)
{
	account_dump(context, all, bios, clock_wall_us(), out);
}

static void dump_pages(void *context, struct strbuf *out)
{
	account_dump_pages(context, clock_wall_us(), out);
}

static bool is_everybody(const char *name)
{
	return name && strcmp(name, "*") == 0;
}

/* A name that the machine does not know lets nobody in, and is said. */
static void set_access(const struct config *config, struct server_params *params)
{
	const char *user = config->server.client_user, *group = config->server.client_group;

	params->any_user = is_everybody(user) || is_everybody(group);
	if (user && !is_everybody(user))
		params->has_user = credentials_find_user(user, &params->client_uid) == 0;
	if (group && !is_everybody(group))
		params->has_group = credentials_find_group(group, &params->client_gid) == 0;
	if (user && !is_everybody(user) && !params->has_user)
		log_warning("client-user %s: no such user", user);
	if (group && !is_everybody(group) && !params->has_group)
		log_warning("client-group %s: no such group", group);
}

/* The stream socket that systemd has passed; -1: none. */
static int passed_socket(void)
{
	int n = sd_listen_fds(0);

	for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + n; fd++)
		if (sd_is_socket(fd, AF_UNIX, SOCK_STREAM, 1) > 0)
			return fd;
	return -1;
}

int serving_start(sd_event *event, const struct config *config, const struct root *root,
		  struct account *account, struct server **ret_server)
{
	const struct server_ops ops = { .dump = dump, .pages = dump_pages, .context = account };
	struct server_params params = {
		.listen_fd = passed_socket(),
		.backlog = config->server.listen_backlog > BACKLOG_MIN
				   ? config->server.listen_backlog
				   : BACKLOG_MIN,
		.ping_timeout_ms = config->server.initial_ping_timeout * 1000,
	};
	char path[ROOT_PATH_MAX];
	int r;

	if (!config->server.socket_path && params.listen_fd < 0) {
		*ret_server = NULL;
		return 0;
	}
	set_access(config, &params);
	if (config->server.socket_path)
		params.socket_path = root_path(root, config->server.socket_path, path);
	r = server_new(event, &params, &ops, ret_server);
	if (r < 0)
		log_warning("clients cannot ask this daemon: %s: %s",
			    params.listen_fd >= 0 ? "the socket from systemd" : path,
			    r == -EADDRINUSE ? "another process listens there" : strerror(-r));
	return r;
}

int serving_client(const struct config *config, bool ping)
{
	char path[ROOT_PATH_MAX];
	struct root root;
	int r = root_init(&root, config->root);

	if (r < 0) {
		log_error("--root %s: %s", config->root, strerror(-r));
		return EXIT_FAILURE;
	}
	if (!config->server.socket_path) {
		log_error("%s: the socket-path is empty, there is no daemon to ask",
			  config->config_file);
		return EXIT_FAILURE;
	}
	r = client_run(root_path(&root, config->server.socket_path, path),
		       ping ? CLIENT_PING : CLIENT_DUMP, CLIENT_WAIT_MS, stdout);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
