/* SPDX-License-Identifier: GPL-2.0-only */
/* serving: the client socket of the daemon, and those who ask it. */
#pragma once

#include <systemd/sd-event.h>

#include "account/account.h"
#include "config.h"
#include "server/server.h"
#include "util/root.h"

/*
 * The server that config asks for, on the socket that systemd has passed or on its
 * path below the root; *ret_server is NULL where it asks for none. Trouble is
 * logged; the daemon works without. Errors: -errno.
 */
int serving_start(sd_event *event, const struct config *config, const struct root *root,
		  struct account *account, struct server **ret_server);

/* --client and --ping. Returns the exit status. */
int serving_client(const struct config *config, bool ping);
