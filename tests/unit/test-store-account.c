// SPDX-License-Identifier: GPL-2.0-only
/* Counters and actions in the database: what goes in comes out, and survives what the file does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/store.h"
#include "util/cleanup.h"

struct fixture {
	char directory[64];
	char path[96];
	struct store *store;
	struct counter counters[16];
	size_t n_counters;
	struct action actions[16];
	size_t n_actions;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char note[512];

	strcpy(f->directory, "/tmp/mcelog-test-account.XXXXXX");
	assert_non_null(mkdtemp(f->directory));
	snprintf(f->path, sizeof(f->path), "%s/events.db", f->directory);
	assert_int_equal(store_open(f->path, &f->store, note), 0);
	*state = f;
	return 0;
}

static void forget(struct fixture *f)
{
	for (size_t i = 0; i < f->n_actions; i++)
		action_clear(&f->actions[i]);
	f->n_actions = 0;
	f->n_counters = 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	forget(f);
	store_close(f->store);
	snprintf(command, sizeof(command), "rm -rf %s", f->directory);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static int keep_counter(void *context, const struct counter *counter)
{
	struct fixture *f = context;

	assert_true(f->n_counters < 16);
	f->counters[f->n_counters++] = *counter;
	return 0;
}

static int keep_action(void *context, const struct action *action)
{
	struct fixture *f = context;

	assert_true(f->n_actions < 16);
	return action_copy(action, &f->actions[f->n_actions++]);
}

static void reopen(struct fixture *f)
{
	char note[512];

	store_close(f->store);
	f->store = NULL;
	assert_int_equal(store_open(f->path, &f->store, note), 0);
	assert_string_equal(note, "");
}

static sd_id128_t id_of(uint8_t byte)
{
	sd_id128_t id;

	memset(&id, byte, sizeof(id));
	return id;
}

/* Every field has a value of its own, and the large ones do not fit 63 bits. */
static struct counter sample_counter(struct counter_key key, int64_t last_us)
{
	return (struct counter){
		.key = key,
		.corrected = { UINT64_MAX, { 1, 2, 3 } },
		.uncorrected = { 4, { 5, 6, 7 } },
		.last_us = last_us,
		.state = PAGE_OFFLINE_FAILED,
		.state_boot = id_of(0xb),
		.failures = 8,
		.triggered = true,
		.hooks = 9,
		.hook_us = 10,
	};
}

static void assert_counter(const struct counter *a, const struct counter *b)
{
	assert_true(counter_key_equal(&a->key, &b->key));
	assert_memory_equal(&a->corrected, &b->corrected, sizeof(a->corrected));
	assert_memory_equal(&a->uncorrected, &b->uncorrected, sizeof(a->uncorrected));
	assert_int_equal(a->last_us, b->last_us);
	assert_int_equal(a->state, b->state);
	assert_true(sd_id128_equal(a->state_boot, b->state_boot));
	assert_int_equal(a->failures, b->failures);
	assert_int_equal(a->triggered, b->triggered);
	assert_int_equal(a->hooks, b->hooks);
	assert_int_equal(a->hook_us, b->hook_us);
}

static void save(struct fixture *f, const struct counter *counter)
{
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_save_counter(f->store, counter), 0);
	assert_int_equal(store_commit(f->store), 0);
}

static void walk_counters(struct fixture *f)
{
	forget(f);
	assert_int_equal(store_walk_counters(f->store, keep_counter, f), 0);
}

static void test_counters(void **state)
{
	const struct location row = { 1, 0, 2, 1, 3, 4, -1, 5, 70000, -1 };
	struct fixture *f = *state;
	struct counter counters[] = {
		sample_counter(counter_key_page(0xfffffffffffff123), 400),
		sample_counter(counter_key_cpu(UINT32_MAX), 300),
		sample_counter(counter_key_place(COUNTER_ROW, &row), 200),
		sample_counter(counter_key_place(COUNTER_SOCKET, &row), 100),
		sample_counter(counter_key_replacement(), 50),
	};

	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		save(f, &counters[i]);
	reopen(f);
	walk_counters(f);
	assert_int_equal(f->n_counters, 5);
	for (size_t i = 0; i < 5; i++) /* the oldest first */
		assert_counter(&f->counters[i], &counters[4 - i]);

	/* saved again it is the same row, newer */
	counters[4].corrected.total = 11;
	counters[4].last_us = 500;
	save(f, &counters[4]);
	walk_counters(f);
	assert_int_equal(f->n_counters, 5);
	assert_counter(&f->counters[4], &counters[4]);

	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_remove_counter(f->store, &counters[0].key), 0);
	assert_int_equal(store_remove_counter(f->store, &counters[0].key), 0);
	assert_int_equal(store_commit(f->store), 0);
	walk_counters(f);
	assert_int_equal(f->n_counters, 4);

	/* nothing is written outside a transaction, or of one that was not committed */
	assert_int_equal(store_save_counter(f->store, &counters[0]), -EINVAL);
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_save_counter(f->store, &counters[0]), 0);
	store_rollback(f->store);
	walk_counters(f);
	assert_int_equal(f->n_counters, 4);
}

static struct action sample_action(void)
{
	return (struct action){
		.event = 3,
		.event_id = id_of(0xe),
		.boot = id_of(0xb),
		.kind = ACTION_TRIGGER,
		.state = ACTION_WANTED,
		.target = "page.memory-ce-trigger",
		.text = "too many",
		.environment = strdup("A=b\nC=d\n"),
		.input = strdup("{}\n"),
		.page = 0x8000000000001000,
		.location = { 1, -1, 2, -1, -1, -1, -1, -1, -1, -1 },
		.cpu = 2,
		.cache_level = 3,
		.cache_type = 'U',
		.wanted_us = 1000,
	};
}

static void add(struct fixture *f, struct action *action, bool want_journal)
{
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_add_action(f->store, action, want_journal), 0);
	assert_int_equal(store_commit(f->store), 0);
	assert_true(action->seq > 0);
}

static void update(struct fixture *f, const struct action *action)
{
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_update_action(f->store, action), 0);
	assert_int_equal(store_commit(f->store), 0);
}

/* Wanted and started scripts. */
static void walk_open(struct fixture *f)
{
	forget(f);
	assert_true(store_walk_wanted(f->store, ACTION_TRIGGER, 0, 16, keep_action, f) >= 0);
	assert_true(store_walk_started(f->store, ACTION_TRIGGER, keep_action, f) >= 0);
}

static void test_action(void **state)
{
	struct fixture *f = *state;
	struct action action = sample_action();

	add(f, &action, false);
	reopen(f);
	walk_open(f);
	assert_int_equal(f->n_actions, 1);
	assert_int_equal(f->actions[0].seq, action.seq);
	assert_int_equal(f->actions[0].event, 3);
	assert_true(sd_id128_equal(f->actions[0].event_id, action.event_id));
	assert_true(sd_id128_equal(f->actions[0].boot, action.boot));
	assert_int_equal(f->actions[0].kind, ACTION_TRIGGER);
	assert_string_equal(f->actions[0].target, action.target);
	assert_string_equal(f->actions[0].text, action.text);
	assert_string_equal(f->actions[0].environment, action.environment);
	assert_string_equal(f->actions[0].input, action.input);
	assert_true(f->actions[0].page == action.page);
	assert_memory_equal(&f->actions[0].location, &action.location, sizeof(action.location));
	assert_int_equal(f->actions[0].cpu, 2);
	assert_int_equal(f->actions[0].cache_level, 3);
	assert_int_equal(f->actions[0].cache_type, 'U');
	assert_int_equal(f->actions[0].wanted_us, 1000);
	assert_int_equal(f->actions[0].done_us, 0);

	action.state = ACTION_STARTED;
	update(f, &action);
	walk_open(f);
	assert_int_equal(f->actions[0].state, ACTION_STARTED);
	assert_non_null(f->actions[0].environment);

	action.state = ACTION_DONE;
	action.done_us = 2000;
	update(f, &action);
	walk_open(f);
	assert_int_equal(f->n_actions, 0);
	action_clear(&action);
}

static int ignore_event(void *context, const struct event *event)
{
	(void)context;
	(void)event;
	return 0;
}

static int ignore_lost(void *context, uint64_t seq, const struct lost *lost)
{
	(void)context;
	(void)seq;
	(void)lost;
	return 0;
}

static int walk_outbox(struct fixture *f)
{
	const struct store_outbox outbox = { ignore_event, ignore_lost, keep_action, f };

	forget(f);
	return store_walk_outbox(f->store, &outbox, 16);
}

/* The journal is told of what has ended, once. */
static void test_outbox(void **state)
{
	struct fixture *f = *state;
	struct action quiet = sample_action(), action = sample_action(), told = sample_action();

	told.kind = ACTION_THRESHOLD;
	told.state = ACTION_DONE;
	told.done_us = 1;
	add(f, &quiet, false);
	add(f, &action, true);
	add(f, &told, true);
	assert_int_equal(walk_outbox(f), 1);
	assert_int_equal(f->actions[0].seq, told.seq);

	action.state = ACTION_FAILED;
	action.done_us = 2;
	snprintf(action.result, sizeof(action.result), "timed out");
	update(f, &action);
	quiet.state = ACTION_DONE;
	quiet.done_us = 3;
	update(f, &quiet);
	assert_int_equal(walk_outbox(f), 2);
	assert_int_equal(f->actions[0].seq, action.seq);
	assert_string_equal(f->actions[0].result, "timed out");
	assert_null(f->actions[0].environment); /* only the script needed it */
	assert_null(f->actions[0].input);

	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_mark_action_sent(f->store, action.seq), 0);
	assert_int_equal(store_commit(f->store), 0);
	assert_int_equal(walk_outbox(f), 1);
	assert_int_equal(f->actions[0].seq, told.seq);
	action_clear(&quiet);
	action_clear(&action);
	action_clear(&told);
}

static void test_offlined(void **state)
{
	struct fixture *f = *state;
	struct action action = sample_action();
	sd_id128_t boot = action.boot;

	action.kind = ACTION_OFFLINE_CPU;
	action.state = ACTION_DONE;
	action.done_us = 1;
	add(f, &action, false);
	action.boot = id_of(0xc); /* another boot: it is online again */
	add(f, &action, false);
	action.boot = boot;
	action.done_us = 0;
	action.state = ACTION_STARTED;
	add(f, &action, false);
	assert_int_equal(store_walk_offlined(f->store, boot, keep_action, f), 0);
	assert_int_equal(f->n_actions, 1);
	action_clear(&action);
}

/* A queue that is read in parts, each kind for itself. */
static void test_wanted(void **state)
{
	struct fixture *f = *state;
	struct action action = sample_action();
	uint64_t seqs[5];

	for (size_t i = 0; i < 5; i++) {
		add(f, &action, false);
		seqs[i] = action.seq;
	}
	action.kind = ACTION_OFFLINE_PAGE;
	add(f, &action, false);
	assert_int_equal(store_walk_wanted(f->store, ACTION_TRIGGER, 0, 2, keep_action, f), 2);
	assert_int_equal(store_walk_wanted(f->store, ACTION_TRIGGER, seqs[1], 9, keep_action, f),
			 3);
	assert_int_equal(f->n_actions, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(f->actions[i].seq, seqs[i]);
	assert_int_equal(store_walk_wanted(f->store, ACTION_TRIGGER, seqs[4], 9, keep_action, f),
			 0);
	assert_int_equal(store_walk_wanted(f->store, ACTION_OFFLINE_PAGE, 0, 9, keep_action, f), 1);
	action_clear(&action);
}

/* A number that another action has in this database is not this action. */
static void test_not_here(void **state)
{
	struct fixture *f = *state;
	struct action action = sample_action(), other = sample_action();

	add(f, &action, false);
	other.seq = action.seq;
	other.wanted_us++;
	other.state = ACTION_DONE;
	other.done_us = 1;
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_update_action(f->store, &other), -ENOENT);
	assert_int_equal(store_commit(f->store), 0);
	walk_open(f);
	assert_int_equal(f->n_actions, 1);
	action_clear(&action);
	action_clear(&other);
}

/* After a crash: scripts that ran, and what was to go offline in another boot. */
static void test_lost(void **state)
{
	struct fixture *f = *state;
	struct action action = sample_action();
	sd_id128_t boot = action.boot;

	add(f, &action, true); /* 1: a script that has not begun */
	action.state = ACTION_STARTED;
	add(f, &action, true); /* 2: one that has */
	action.kind = ACTION_OFFLINE_PAGE;
	add(f, &action, true); /* 3: a page of this boot */
	action.boot = id_of(0xc);
	add(f, &action, true); /* 4: and of another one */
	action.state = ACTION_WANTED;
	add(f, &action, true); /* 5 */
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_end_lost_actions(f->store, boot), 3);
	assert_int_equal(store_commit(f->store), 0);
	walk_open(f);
	assert_int_equal(f->n_actions, 1);
	assert_int_equal(f->actions[0].seq, 1);
	forget(f);
	assert_int_equal(store_walk_started(f->store, ACTION_OFFLINE_PAGE, keep_action, f), 1);
	assert_int_equal(f->actions[0].seq, 3);
	assert_int_equal(walk_outbox(f), 3);
	assert_int_equal(f->actions[0].state, ACTION_UNKNOWN);
	assert_string_equal(f->actions[0].result, "we went down while it ran");
	assert_string_equal(f->actions[1].result, "the machine went down before");
	action_clear(&action);
}

/* Counters go over into the database that takes a damaged one's place. */
static void test_set_aside(void **state)
{
	struct fixture *f = *state;
	struct counter counter = sample_counter(counter_key_page(0x1000), 5);
	struct action action = sample_action();
	uint64_t seq;
	char note[512];

	save(f, &counter);
	add(f, &action, false);
	seq = action.seq;
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(store_set_aside(f->path, "it is a test", &f->store, note), 0);
	walk_counters(f);
	assert_int_equal(f->n_counters, 1);
	assert_counter(&f->counters[0], &counter);
	/* what is to be done goes over, too, with its number; numbers are not used again */
	walk_open(f);
	assert_int_equal(f->n_actions, 1);
	assert_int_equal(f->actions[0].seq, seq);
	add(f, &action, false);
	assert_true(action.seq > seq);
	action_clear(&action);
}

/* What was last in the slot is known, in whatever boot that was. */
static void test_dimms(void **state)
{
	struct store_dimm dimm = {
		.slot = "DIMM 0", .bank = "NODE 0", .serial = "one", .part = "p"
	};
	struct fixture *f = *state;
	struct store_dimm last;

	assert_int_equal(store_last_dimm(f->store, "DIMM 0", "NODE 0", &last), 0);
	for (uint8_t boot = 1; boot <= 2; boot++) {
		assert_int_equal(store_begin(f->store), 0);
		assert_int_equal(store_add_dimm(f->store, id_of(boot), &dimm), 0);
		assert_int_equal(store_add_dimm(f->store, id_of(boot), &dimm), 0);
		assert_int_equal(store_commit(f->store), 0);
		assert_int_equal(store_last_dimm(f->store, "DIMM 0", "NODE 0", &last), 1);
		assert_string_equal(last.serial, dimm.serial);
		assert_string_equal(last.part, "p");
		strcpy(dimm.serial, "two");
		usleep(1000);
	}
	assert_int_equal(store_last_dimm(f->store, "DIMM 0", "NODE 1", &last), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_counters, setup, teardown),
		cmocka_unit_test_setup_teardown(test_action, setup, teardown),
		cmocka_unit_test_setup_teardown(test_outbox, setup, teardown),
		cmocka_unit_test_setup_teardown(test_offlined, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wanted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_here, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lost, setup, teardown),
		cmocka_unit_test_setup_teardown(test_set_aside, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dimms, setup, teardown),
	};

	return cmocka_run_group_tests_name("store-account", tests, NULL, NULL);
}
