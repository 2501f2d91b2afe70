// SPDX-License-Identifier: GPL-2.0-only
#include "actions/trigger-wire.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

#define MAGIC 0x4752544dul /* "MTRG" */

enum { HEADER_SIZE = 16, FIELD_HEADER_SIZE = 5, RESULT_SIZE = HEADER_SIZE + 16 };

enum field {
	FIELD_KEY = 1,
	FIELD_REPORTER = 2,
	FIELD_VARIABLE = 3, /* "NAME=value" */
	FIELD_ARGUMENT = 4,
	FIELD_INPUT = 5,
};

static void add_le(struct strbuf *message, uint64_t value, unsigned int size)
{
	for (; size > 0; size--, value >>= 8) {
		char byte = (char)(value & 0xff);

		strbuf_add_bytes(message, &byte, 1);
	}
}

static void add_header(struct strbuf *message, enum trigger_message kind, uint64_t id)
{
	add_le(message, MAGIC, 4);
	add_le(message, kind, 4);
	add_le(message, id, 8);
}

static void add_field(struct strbuf *message, enum field type, const char *text, size_t length)
{
	add_le(message, type, 1);
	add_le(message, length, 4);
	strbuf_add_bytes(message, text, length);
}

int trigger_message_parse(struct bytes message, enum trigger_message *ret_kind, uint64_t *ret_id)
{
	uint32_t kind = bytes_u32(message, 4);

	if (message.size < HEADER_SIZE || bytes_u32(message, 0) != MAGIC)
		return -EBADMSG;
	if (kind < TRIGGER_MESSAGE_REQUEST || kind > TRIGGER_MESSAGE_RESULT)
		return -EBADMSG;
	*ret_kind = (enum trigger_message)kind;
	*ret_id = bytes_u64(message, 8);
	return 0;
}

int trigger_request_serialise(const struct trigger_request *request, struct strbuf *message)
{
	const char *key = trigger_key(request->trigger);

	add_header(message, TRIGGER_MESSAGE_REQUEST, request->id);
	add_field(message, FIELD_KEY, key, strlen(key));
	if (request->reporter[0])
		add_field(message, FIELD_REPORTER, request->reporter, strlen(request->reporter));
	for (unsigned int i = 0; i < request->n_variables; i++)
		add_field(message, FIELD_VARIABLE, request->variables[i],
			  strlen(request->variables[i]));
	if (request->argument[0])
		add_field(message, FIELD_ARGUMENT, request->argument, strlen(request->argument));
	if (request->input)
		add_field(message, FIELD_INPUT, request->input, request->input_length);
	if (message->error)
		return message->error;
	return message->length > TRIGGER_MESSAGE_MAX ? -EMSGSIZE : 0;
}

int trigger_reload_serialise(struct strbuf *message)
{
	add_header(message, TRIGGER_MESSAGE_RELOAD, 0);
	return message->error;
}

int trigger_result_serialise(const struct trigger_result *result, struct strbuf *message)
{
	add_header(message, TRIGGER_MESSAGE_RESULT, result->id);
	add_le(message, result->outcome, 4);
	add_le(message, (uint32_t)result->detail, 4);
	add_le(message, result->run_us, 8);
	return message->error;
}

int trigger_result_parse(struct bytes message, struct trigger_result *ret_result)
{
	enum trigger_message kind;
	uint32_t outcome = bytes_u32(message, HEADER_SIZE);
	uint64_t id;
	int r = trigger_message_parse(message, &kind, &id);

	if (r < 0)
		return r;
	/* No runner says UNKNOWN: that is what its silence means. */
	if (kind != TRIGGER_MESSAGE_RESULT || message.size != RESULT_SIZE ||
	    outcome >= TRIGGER_OUTCOME_UNKNOWN)
		return -EBADMSG;
	*ret_result = (struct trigger_result){
		.id = id,
		.outcome = (enum trigger_outcome)outcome,
		.detail = (int)bytes_u32(message, HEADER_SIZE + 4),
		.run_us = bytes_u64(message, HEADER_SIZE + 8),
	};
	return 0;
}

/* What is being parsed: the request so far and where its complaint goes. */
struct parser {
	struct trigger_request *request;
	bool has_key;
	char *reason;
};

static int refuse(const struct parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What the sender wrote may be in it, so it is made printable. */
static int refuse(const struct parser *parser, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(parser->reason, TRIGGER_REASON_MAX, format, arguments);
	va_end(arguments);
	for (char *at = parser->reason; *at; at++)
		if (*at < 0x20 || *at > 0x7e)
			*at = '?';
	return -EBADMSG;
}

static int refuse_field(const struct parser *parser, const char *what, const char *text, int error)
{
	if (error == -ENOMEM) {
		refuse(parser, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	return refuse(parser, "%s %.40s: %s", what, text,
		      error == -EEXIST	? "given twice"
		      : error == -E2BIG ? "too long or too many"
					: "not one that is known or allowed");
}

static int take_variable(struct parser *parser, char *text)
{
	char *value = strchr(text, '=');
	int r;

	if (!value)
		return refuse(parser, "variable %.40s: no value", text);
	*value++ = '\0';
	r = trigger_request_set(parser->request, text, value);
	return r < 0 ? refuse_field(parser, "variable", text, r) : 0;
}

static int take_key(struct parser *parser, const char *text)
{
	if (parser->has_key)
		return refuse(parser, "trigger %.40s: a second one", text);
	if (trigger_from_key(text, &parser->request->trigger) < 0)
		return refuse(parser, "trigger %.40s: not one that is known", text);
	parser->has_key = true;
	return 0;
}

static int take_reporter(struct parser *parser, const char *text)
{
	int r = trigger_request_set_reporter(parser->request, text);

	return r < 0 ? refuse_field(parser, "reporter", text, r) : 0;
}

static int take_argument(struct parser *parser, const char *text)
{
	int r = trigger_request_set_argument(parser->request, text);

	return r < 0 ? refuse_field(parser, "argument", text, r) : 0;
}

static int take_input(struct parser *parser, const char *text, size_t length)
{
	int r = trigger_request_set_input(parser->request, text, length);

	return r < 0 ? refuse_field(parser, "input", "", r) : 0;
}

static int take_field(struct parser *parser, unsigned int type, const char *data, size_t length)
{
	_cleanup_free_ char *text = NULL;

	if (length && memchr(data, '\0', length))
		return refuse(parser, "field of type %u: a NUL in it", type);
	text = strndup(data, length);
	if (!text)
		return refuse_field(parser, "", "", -ENOMEM);
	switch ((enum field)type) {
	case FIELD_KEY:
		return take_key(parser, text);
	case FIELD_REPORTER:
		return take_reporter(parser, text);
	case FIELD_VARIABLE:
		return take_variable(parser, text);
	case FIELD_ARGUMENT:
		return take_argument(parser, text);
	case FIELD_INPUT:
		return take_input(parser, text, length);
	}
	return refuse(parser, "field of type %u: not one that is known", type);
}

static int take_fields(struct parser *parser, struct bytes message)
{
	size_t at = HEADER_SIZE;

	while (at < message.size) {
		unsigned int type = bytes_u8(message, at);
		size_t length = bytes_u32(message, at + 1);
		int r;

		if (!bytes_have(message, at, FIELD_HEADER_SIZE) ||
		    !bytes_have(message, at + FIELD_HEADER_SIZE, length))
			return refuse(parser, "field of type %u: longer than the message", type);
		at += FIELD_HEADER_SIZE;
		r = take_field(parser, type, (const char *)message.data + at, length);
		if (r < 0)
			return r;
		at += length;
	}
	return parser->has_key ? 0 : refuse(parser, "no trigger is named");
}

int trigger_request_parse(struct bytes message, struct trigger_request *ret_request, char *reason)
{
	_cleanup_trigger_request_ struct trigger_request request = { 0 };
	struct parser parser = { .request = &request, .reason = reason };
	enum trigger_message kind;
	int r;

	if (message.size > TRIGGER_MESSAGE_MAX)
		return refuse(&parser, "a message of more than %d bytes", TRIGGER_MESSAGE_MAX);
	r = trigger_message_parse(message, &kind, &request.id);
	if (r < 0 || kind != TRIGGER_MESSAGE_REQUEST)
		return refuse(&parser, "not a request");
	r = take_fields(&parser, message);
	if (r < 0)
		return r;
	*ret_request = request;
	memset(&request, 0, sizeof(request));
	return 0;
}
