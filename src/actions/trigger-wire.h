/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages between the daemon and the trigger runner: each is one packet of a
 * SOCK_SEQPACKET socket. Numbers are little-endian. A header of 16 bytes
 * (magic, kind, id); behind that of a request fields of type (1 byte), length
 * (4 bytes) and as many bytes; behind that of a result outcome (4), detail (4)
 * and run time (8).
 */
#pragma once

#include "actions/trigger-request.h"
#include "util/bytes.h"
#include "util/strbuf.h"

enum {
	TRIGGER_MESSAGE_MAX = 128 * 1024,
	TRIGGER_REASON_MAX = 128,
};

enum trigger_message {
	TRIGGER_MESSAGE_REQUEST = 1,
	TRIGGER_MESSAGE_RELOAD = 2, /* daemon to runner: read mcelog.conf again */
	TRIGGER_MESSAGE_RESULT = 3, /* runner to daemon */
};

/*
 * The header of a message. The id is that of a request or a result, 0 for a
 * reload. Errors: -EBADMSG.
 */
int trigger_message_parse(struct bytes message, enum trigger_message *ret_kind, uint64_t *ret_id);

/* Appends the message. Errors: -EMSGSIZE (the message would be too long), -ENOMEM. */
int trigger_request_serialise(const struct trigger_request *request, struct strbuf *message);

/*
 * Total: takes any bytes. The request owns what it holds; the caller frees it.
 * Errors: -EBADMSG and -ENOMEM; the first thing that is wrong is then in reason
 * (TRIGGER_REASON_MAX bytes, printable).
 */
int trigger_request_parse(struct bytes message, struct trigger_request *ret_request, char *reason);

/* Errors: -ENOMEM. */
int trigger_reload_serialise(struct strbuf *message);
int trigger_result_serialise(const struct trigger_result *result, struct strbuf *message);

/* Errors: -EBADMSG. */
int trigger_result_parse(struct bytes message, struct trigger_result *ret_result);
