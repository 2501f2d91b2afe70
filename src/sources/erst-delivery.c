// SPDX-License-Identifier: GPL-2.0-only
#include "sources/erst-delivery.h"

#include <errno.h>
#include <stdlib.h>

void erst_delivery_free(struct erst_delivery *delivery)
{
	free(delivery->keys);
	*delivery = (struct erst_delivery){ 0 };
}

int erst_delivery_make(uint64_t id, struct bytes body, unsigned int n,
		       struct erst_delivery *ret_delivery)
{
	struct erst_delivery delivery = { .n = n, .keys = calloc(n, sizeof(*delivery.keys)) };

	if (n && !delivery.keys)
		return -ENOMEM;
	for (unsigned int i = 0; i < n; i++)
		firmware_key(SOURCE_ERST, id, body, i, delivery.keys[i]);
	*ret_delivery = delivery;
	return 0;
}

bool erst_delivery_is_stored(const struct erst_delivery *delivery, const struct source_env *env)
{
	if (!delivery->n || !env->known)
		return false;
	for (unsigned int i = 0; i < delivery->n; i++)
		if (!env->known(env->context, delivery->keys[i]))
			return false;
	return true;
}

int erst_hand_over(const struct source_env *env, const struct intake *intake,
		   struct firmware *firmware, struct bytes body, unsigned int *n_new)
{
	char key[RECORD_KEY_MAX];
	bool is_known;
	int n;

	firmware_key(SOURCE_ERST, firmware->record_id, body, 0, key);
	is_known = env->known && env->known(env->context, key);
	firmware->source = SOURCE_ERST;
	firmware->replayed = source_is_replayed(env, firmware->time_us);
	if (!firmware->replayed)
		firmware->boot = env->boot;
	n = intake->firmware(intake->context, firmware);
	if (n > 0 && !is_known)
		*n_new += (unsigned int)n;
	return n;
}
