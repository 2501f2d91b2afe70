/* SPDX-License-Identifier: GPL-2.0-only */
/* protocol: what is answered to one command. */
#pragma once

#include "server/server.h"

/* Appends the answer to a line without its end; nothing to an empty one. Changes line. */
void protocol_answer(const struct server_ops *ops, char *line, struct strbuf *out);
