// SPDX-License-Identifier: GPL-2.0-only
#include "sources/log-keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sources/text-block.h"

void log_keys_free(struct log_keys *keys)
{
	free(keys->keys);
	keys->keys = NULL;
	keys->n = keys->capacity = 0;
}

/* The next key, all zero. Errors: -ENOMEM. */
static int add_key(struct log_keys *keys, char **ret_key)
{
	if (keys->n == keys->capacity) {
		size_t larger = keys->capacity ? keys->capacity * 2 : 4;
		void *grown = reallocarray(keys->keys, larger, sizeof(*keys->keys));

		if (!grown)
			return -ENOMEM;
		keys->keys = grown;
		keys->capacity = larger;
	}
	*ret_key = memset(keys->keys[keys->n++], 0, sizeof(*keys->keys));
	return 0;
}

static int note(struct log_keys *keys, const char noted[RECORD_KEY_MAX])
{
	char *key;
	int r = add_key(keys, &key);

	if (r == 0)
		memcpy(key, noted, RECORD_KEY_MAX);
	return r;
}

static int take_record(void *context, const struct record *record)
{
	struct log_keys *keys = context;
	int r = note(keys, record->key);

	return r < 0 ? r : keys->intake->record(keys->intake->context, record);
}

static int take_crash(void *context, const struct crash *crash)
{
	struct log_keys *keys = context;
	const struct intake *intake = keys->intake;
	int r = note(keys, crash->key);

	return r < 0 || !intake->crash ? r : intake->crash(intake->context, crash);
}

/* It is stored: nothing is to be noted. */
static int take_crash_again(void *context, const struct crash *crash)
{
	const struct log_keys *keys = context;
	const struct intake *intake = keys->intake;

	return intake->crash_again ? intake->crash_again(intake->context, crash) : 0;
}

/* A section may be several errors: how many, only who takes it apart knows. */
static int take_firmware(void *context, const struct firmware *firmware)
{
	struct log_keys *keys = context;
	const struct intake *intake = keys->intake;
	struct bytes body = text_block_body(firmware->bytes);
	int n = intake->firmware ? intake->firmware(intake->context, firmware) : 1;

	for (int i = 0; i < n; i++) {
		char *key;
		int r = add_key(keys, &key);

		if (r < 0)
			return r;
		firmware_key(firmware->source, firmware->record_id, body, (unsigned int)i, key);
	}
	return n;
}

static bool has_room(void *context)
{
	const struct log_keys *keys = context;

	return keys->intake->has_room(keys->intake->context);
}

struct intake log_keys_intake(struct log_keys *keys)
{
	return (struct intake){
		.record = take_record,
		.firmware = take_firmware,
		.crash = take_crash,
		.crash_again = take_crash_again,
		.has_room = has_room,
		.context = keys,
	};
}

bool log_keys_are_stored(const struct log_keys *keys, const struct source_env *env)
{
	if (keys->n && !env->known)
		return false;
	for (size_t i = 0; i < keys->n; i++)
		if (!env->known(env->context, keys->keys[i]))
			return false;
	return true;
}
