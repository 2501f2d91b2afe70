// SPDX-License-Identifier: GPL-2.0-only
#include "dimms.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accounting.h"
#include "db/store.h"
#include "event/location.h"
#include "inventory/inventory.h"
#include "util/clock.h"
#include "util/log.h"

struct dimms {
	struct inventory *inventory;
};

static void log_problems(const struct problems *problems)
{
	for (size_t i = 0; i < problems->n; i++)
		log_info("memory modules: %s", problems->text[i]);
}

int dimms_load(const struct root *root, struct dimms **ret_dimms)
{
	struct dimms *dimms = calloc(1, sizeof(*dimms));
	int r = dimms ? inventory_load(root, &dimms->inventory) : -ENOMEM;

	if (r < 0) {
		log_warning("which memory modules are here is not known: %s", strerror(-r));
		free(dimms);
		return r;
	}
	log_problems(inventory_problems(dimms->inventory));
	*ret_dimms = dimms;
	return 0;
}

void dimms_free(struct dimms *dimms)
{
	if (!dimms)
		return;
	inventory_free(dimms->inventory);
	free(dimms);
}

static const char *text_or_null(const char *text)
{
	return *text ? text : NULL;
}

struct account_dimm dimms_name(void *context, const struct location *location)
{
	const struct dimms *dimms = context;
	const struct dimm *dimm = inventory_find(dimms->inventory, location);

	if (!dimm)
		return (struct account_dimm){ 0 };
	return (struct account_dimm){
		.name = text_or_null(*dimm->locator ? dimm->locator : dimm->label),
		.location = text_or_null(dimm->bank_locator),
	};
}

/* --- compared with earlier boots --- */

static struct location location_of(const struct dimm *dimm)
{
	struct location location = location_nowhere;

	location.socket = dimm->place.socket;
	location.imc = dimm->place.imc;
	location.channel = dimm->place.channel;
	location.dimm = dimm->place.slot;
	return location;
}

static bool has_place(const struct dimm *dimm)
{
	return dimm->place_source != PLACE_SOURCE_NONE;
}

/* Nothing where what is known contradicts it. */
void dimms_locate(void *context, const char *label, struct location *location)
{
	const struct dimms *dimms = context;
	const struct dimm *dimm = inventory_find_by_label(dimms->inventory, label);

	if (!dimm || !has_place(dimm) ||
	    (location->socket != LOCATION_UNKNOWN && location->socket != dimm->place.socket))
		return;
	location->socket = dimm->place.socket;
	location->imc = dimm->place.imc;
	location->channel = dimm->place.channel;
	location->dimm = dimm->place.slot;
}

const char *dimms_label(void *context, uint16_t handle)
{
	const struct dimms *dimms = context;
	const struct dimm *dimm = inventory_find_by_handle(dimms->inventory, handle);

	return dimm ? text_or_null(dimm->label) : NULL;
}

static struct store_dimm stored(const struct dimm *dimm)
{
	struct store_dimm row = { .location = location_of(dimm), .size_mib = dimm->size_mib };

	snprintf(row.slot, sizeof(row.slot), "%s", *dimm->locator ? dimm->locator : dimm->label);
	snprintf(row.bank, sizeof(row.bank), "%s", dimm->bank_locator);
	snprintf(row.type, sizeof(row.type), "%s", dimm->type);
	snprintf(row.manufacturer, sizeof(row.manufacturer), "%s", dimm->manufacturer);
	snprintf(row.part, sizeof(row.part), "%s", dimm->part);
	snprintf(row.serial, sizeof(row.serial), "%s", dimm->serial);
	return row;
}

/* Whether another module was in the slot before; only where both can be told apart. */
static bool was_replaced(struct store *store, const struct dimm *dimm, const struct store_dimm *row,
			 char before[sizeof(row->serial)])
{
	struct store_dimm last;
	struct dimm old = { 0 };

	if (store_last_dimm(store, row->slot, row->bank, &last) <= 0)
		return false;
	snprintf(old.serial, sizeof(old.serial), "%s", last.serial);
	snprintf(old.part, sizeof(old.part), "%s", last.part);
	snprintf(before, sizeof(row->serial), "%s", last.serial);
	return dimm_has_serial(&old) && dimm_has_serial(dimm) && !dimm_same_module(&old, dimm);
}

static void tell_replaced(struct session *session, const struct dimm *dimm,
			  const struct store_dimm *row, const char *before)
{
	struct action notice = {
		.kind = ACTION_NOTICE,
		.state = ACTION_DONE,
		.boot = session->env.boot,
		.location = row->location,
		.wanted_us = clock_wall_us(),
	};
	const struct accounting_step step = {
		&notice,
		has_place(dimm) ? STEP_DIMM_CHANGED : STEP_ACTION,
	};
	int r;

	notice.done_us = notice.wanted_us;
	snprintf(notice.target, sizeof(notice.target), "%.30s%s%.30s", row->bank,
		 *row->bank ? " " : "", row->slot);
	snprintf(notice.text, sizeof(notice.text),
		 "the memory module %s was replaced: serial number %s, before %s", notice.target,
		 row->serial, before);
	r = pipeline_record(session->pipeline, &step, 1);
	if (r < 0)
		log_warning("%s: cannot be stored: %s", notice.target, strerror(-r));
}

static int store_all(struct dimms *dimms, struct store *store, sd_id128_t boot)
{
	int r = store_begin(store);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < inventory_count(dimms->inventory); i++) {
		const struct store_dimm row = stored(inventory_get(dimms->inventory, i));

		if (*row.slot)
			r = store_add_dimm(store, boot, &row);
	}
	if (r == 0)
		r = store_commit(store);
	if (r < 0)
		store_rollback(store);
	return r;
}

/* Those whose place is known are shown before they have errors, where that is wanted. */
static void prepopulate(struct dimms *dimms, struct session *session)
{
	struct account *account = accounting_account(session->accounting);
	int r = 0;

	for (size_t i = 0; r == 0 && i < inventory_count(dimms->inventory); i++) {
		const struct dimm *dimm = inventory_get(dimms->inventory, i);
		struct location location = location_of(dimm);

		if (has_place(dimm))
			r = account_add_dimm(account, &location);
	}
	if (r == 0)
		r = pipeline_record(session->pipeline, NULL, 0);
	if (r < 0)
		log_warning("memory modules cannot be shown without errors: %s", strerror(-r));
}

void dimms_remember(struct dimms *dimms, struct session *session)
{
	struct store *store = pipeline_store(session->pipeline);
	int r;

	if (sd_id128_is_null(session->env.boot))
		return;
	for (size_t i = 0; i < inventory_count(dimms->inventory); i++) {
		const struct dimm *dimm = inventory_get(dimms->inventory, i);
		const struct store_dimm row = stored(dimm);
		char before[sizeof(row.serial)];

		if (was_replaced(store, dimm, &row, before))
			tell_replaced(session, dimm, &row, before);
	}
	r = store_all(dimms, store, session->env.boot);
	if (r < 0)
		log_warning("the memory modules of this boot cannot be stored: %s", strerror(-r));
	if (session->config->dimm.tracking && session->config->dimm.dmi_prepopulate)
		prepopulate(dimms, session);
}
