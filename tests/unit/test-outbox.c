// SPDX-License-Identifier: GPL-2.0-only
/* From a real store to a journald of our own, beside a journal that an earlier database fed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <systemd/sd-journal.h>

static char socket_path[108];

/* Where the journal's files are; "": they cannot be opened. */
static char journal_directory[108];

static int open_journal(sd_journal **ret_journal, int flags)
{
	(void)flags;
	return journal_directory[0] ? sd_journal_open_directory(ret_journal, journal_directory, 0)
				    : -EACCES;
}

#define JOURNAL_SOCKET	socket_path
#define sd_journal_open open_journal
#include "sinks/journal.c"
#include "sinks/journal-search.c"
#include "outbox.c"

#include <stdlib.h>

/* The error of an ERST record that is in tests/golden/journal/told.journal.gz. */
#define TOLD_KEY "erst:7710377804344328193:9e04297b2575c3c4"

struct fixture {
	char directory[64];
	int journald; /* the socket that journald would read */
	struct store *store;
	struct outbox *outbox;
	struct host host;
};

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	memcpy(address.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *tree = getenv("MCELOG_TEST_SRCDIR");
	char command[512], path[128], note[512];

	strcpy(f->directory, "/tmp/test-outbox.XXXXXX");
	assert_non_null(mkdtemp(f->directory));
	snprintf(journal_directory, sizeof(journal_directory), "%s", f->directory);
	snprintf(command, sizeof(command),
		 "gzip -dc '%s/tests/golden/journal/told.journal.gz' >'%s/system.journal'",
		 tree ? tree : ".", f->directory);
	assert_int_equal(system(command), 0);
	snprintf(socket_path, sizeof(socket_path), "%s/socket", f->directory);
	f->journald = listen_at(socket_path);
	snprintf(path, sizeof(path), "%s/events.db", f->directory);
	assert_int_equal(store_open(path, &f->store, note), 0);
	assert_int_equal(outbox_new(&f->host, &f->outbox), 0);
	outbox_set_store(f->outbox, f->store);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	outbox_free(f->outbox);
	store_close(f->store);
	close(f->journald);
	snprintf(command, sizeof(command), "rm -r '%s'", f->directory);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

/* A fatal bank, found after a reboot, which this database does not know. */
static struct event found(struct fixture *f, const char *key)
{
	struct event event = {
		.record =
			{
				.status = 0xfe00000000800400,
				.bank = 3,
				.source = SOURCE_ERST,
				.replayed = true,
				.time_us = 1795212227000000,
			},
		.decoded.severity = SEVERITY_FATAL,
		.decoded.mca = "Internal timer error",
	};
	enum store_result result;

	strcpy(event.record.key, key);
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_add(f->store, &event, true, &result), 0);
	assert_int_equal(result, STORE_NEW);
	assert_int_equal(store_commit(f->store), 0);
	return event;
}

static unsigned int received(struct fixture *f)
{
	char entry[16384];
	unsigned int n = 0;

	while (recv(f->journald, entry, sizeof(entry), MSG_DONTWAIT) > 0)
		n++;
	return n;
}

/* All that waits is marked, and no search is left open. */
static void settle(struct fixture *f)
{
	for (int i = 0; outbox_unsettled(f->outbox) && i < 3; i++)
		outbox_settle(f->outbox);
	assert_false(outbox_unsettled(f->outbox));
	assert_true(outbox_is_empty(f->outbox));
	assert_null(f->outbox->search);
}

static void test_told_before(void **state)
{
	struct fixture *f = *state;
	struct event event = found(f, TOLD_KEY);

	outbox_send(f->outbox, &event);
	assert_int_equal(received(f), 0);
	settle(f);

	event = found(f, "erst:1:1");
	outbox_send(f->outbox, &event);
	assert_int_equal(received(f), 1);
	settle(f);
}

/* The same through the database, as after a journal that refused, or a crash. */
static void test_told_before_waiting(void **state)
{
	struct fixture *f = *state;

	found(f, TOLD_KEY);
	found(f, "erst:1:1");
	outbox_expect(f->outbox);
	settle(f);
	assert_int_equal(received(f), 1);
}

/* What comes live cannot have been told, whatever the journal says. */
static void test_live(void **state)
{
	struct fixture *f = *state;
	struct event event = found(f, TOLD_KEY);

	event.record.replayed = false;
	outbox_send(f->outbox, &event);
	assert_int_equal(received(f), 1);
	assert_null(f->outbox->search);

	/* what the kernel said before us may have been */
	event.record.source = SOURCE_KMSG;
	outbox_send(f->outbox, &event);
	assert_int_equal(received(f), 0);
	event.record.time_us = clock_wall_us() + 1000000;
	outbox_send(f->outbox, &event);
	assert_int_equal(received(f), 1);
	settle(f);
}

/* A journal that cannot be read keeps nothing back, and is asked once. */
static void test_unreadable(void **state)
{
	struct fixture *f = *state;
	struct event event = found(f, TOLD_KEY);

	journal_directory[0] = '\0';
	outbox_send(f->outbox, &event);
	assert_int_equal(received(f), 1);
	settle(f);
	snprintf(journal_directory, sizeof(journal_directory), "%s", f->directory);
	assert_true(f->outbox->searched_us >= SEARCH_MOST_US);
	outbox_send(f->outbox, &event);
	assert_int_equal(received(f), 1);
	settle(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_told_before, setup, teardown),
		cmocka_unit_test_setup_teardown(test_told_before_waiting, setup, teardown),
		cmocka_unit_test_setup_teardown(test_live, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unreadable, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
