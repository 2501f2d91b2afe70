// SPDX-License-Identifier: GPL-2.0-only
/*
 * The spool: slots, files of earlier lives, cursors, and a crash between any
 * two instructions of a reader.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "sources/spool.h"
#include "tests/unit/collect.h"
#include "util/bytes.h"

enum { SLOT = 64, SLOTS = 2, TAGS = 3 };

#define SPOOL_PATH "/state/test.spool"

static const sd_id128_t boot_a =
	SD_ID128_MAKE(11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11);
static const sd_id128_t boot_b =
	SD_ID128_MAKE(22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22);

/* As a ring's page: two numbers at its beginning say that it is filled. */
static bool filled(const uint8_t *data, size_t size)
{
	struct bytes bytes = { data, size };

	return bytes_u64(bytes, 0) != 0 || bytes_u32(bytes, 8) != 0;
}

static struct spool_params params_of(sd_id128_t boot)
{
	return (struct spool_params){
		.slot_size = SLOT,
		.n_slots = SLOTS,
		.n_tags = TAGS,
		.boot = boot,
		.description = "a description",
		.filled = filled,
	};
}

static struct spool *open_spool(struct collect *collect, sd_id128_t boot)
{
	struct spool_params params = params_of(boot);
	struct spool *spool = NULL;

	assert_int_equal(root_mkdir(&collect->root, "/state"), 0);
	assert_int_equal(spool_open(&collect->root, SPOOL_PATH, &params, &spool), 0);
	return spool;
}

static void fill(struct spool_slot *slot, uint8_t byte)
{
	memset(slot->data, byte, slot->size);
}

/* The names in the state directory that hold part. */
static unsigned int count_files(struct collect *collect, const char *part)
{
	_cleanup_closedir_ DIR *directory = NULL;
	struct dirent *entry;
	unsigned int n = 0;

	assert_int_equal(root_opendir(&collect->root, "/state", &directory), 0);
	while ((entry = readdir(directory)))
		n += strstr(entry->d_name, part) != NULL;
	return n;
}

struct seen {
	uint8_t bytes[64]; /* the first of each slot */
	struct spool_slot slots[64];
	struct spool_info info[64];
	unsigned int n;
	int result[64];
};

static int see(void *context, const struct spool_slot *slot, const struct spool_info *info)
{
	struct seen *seen = context;

	assert_true(seen->n < 64);
	for (size_t i = 1; i < slot->size; i++)
		assert_int_equal(slot->data[i], slot->data[0]);
	seen->bytes[seen->n] = slot->data[0];
	seen->slots[seen->n] = *slot;
	seen->info[seen->n] = *info;
	assert_string_equal(info->description, "a description");
	return seen->result[seen->n++];
}

static void test_slots(void **state)
{
	struct spool *spool = open_spool(*state, boot_a);
	struct spool_slot *first = spool_take(spool, 0, 0, 0), *second = spool_take(spool, 1, 5, 6);

	assert_non_null(first);
	assert_non_null(second);
	assert_ptr_not_equal(first->data, second->data);
	assert_int_equal(first->size, SLOT);
	assert_int_equal(first->seq, 1);
	assert_int_equal(second->seq, 2);
	assert_null(spool_take(spool, 0, 0, 0));

	fill(first, 0xff);
	spool_untake(spool, first);
	first = spool_take(spool, 0, 0, 0);
	assert_non_null(first);
	assert_int_equal(first->seq, 3);
	for (size_t i = 0; i < SLOT; i++)
		assert_int_equal(first->data[i], 0);

	spool_free_all(spool);
	assert_non_null(spool_take(spool, 0, 0, 0));
	assert_non_null(spool_take(spool, 0, 0, 0));
	assert_null(spool_take(spool, 0, 0, 0));
	spool_close(spool);
	spool_close(NULL);
}

/* What a life left is given to the next one, in order, and again until it is durable. */
static void test_replay(void **state)
{
	struct collect *collect = *state;
	struct spool *spool = open_spool(collect, boot_a);
	uint64_t identity = spool_identity(spool);

	fill(spool_take(spool, 2, 77, 4), 0xa1);
	fill(spool_take(spool, 1, 78, 0), 0xa2);
	spool_close(spool);
	for (unsigned int life = 0; life < 3; life++) {
		struct seen seen = { 0 };

		spool = open_spool(collect, boot_b);
		assert_int_not_equal(spool_identity(spool), identity);
		assert_int_equal(spool_replay(spool, see, &seen), 0);
		assert_int_equal(seen.n, 2);
		assert_int_equal(seen.bytes[0], 0xa1);
		assert_int_equal(seen.bytes[1], 0xa2);
		assert_int_equal(seen.slots[0].tag, 2);
		assert_int_equal(seen.slots[0].mark_time, 77);
		assert_int_equal(seen.slots[0].mark_ordinal, 4);
		assert_true(seen.slots[0].seq < seen.slots[1].seq);
		assert_int_equal(seen.info[0].identity, identity);
		assert_true(sd_id128_equal(seen.info[0].boot, boot_a));
		spool_close(spool);
		/* empty files of lives in between do not stay */
		assert_int_equal(count_files(collect, "spool"), 2);
	}
	spool = open_spool(collect, boot_b);
	/* nothing is removed before it was replayed */
	spool_free_all(spool);
	assert_int_equal(count_files(collect, "spool"), 3);
	assert_int_equal(spool_replay(spool, see, &(struct seen){ 0 }), 0);
	spool_free_all(spool);
	assert_int_equal(count_files(collect, "spool"), 1);
	spool_close(spool);
}

/* Several dead lives: oldest first, whatever their files are called. */
static void test_lives_in_order(void **state)
{
	struct collect *collect = *state;
	struct seen seen = { 0 };
	struct spool *spool;

	for (uint8_t life = 1; life <= 20; life++) {
		spool = open_spool(collect, boot_a);
		fill(spool_take(spool, 0, 0, 0), life);
		spool_close(spool);
	}
	spool = open_spool(collect, boot_a);
	assert_int_equal(spool_replay(spool, see, &seen), 0);
	assert_int_equal(seen.n, 20);
	for (uint8_t life = 1; life <= 20; life++)
		assert_int_equal(seen.bytes[life - 1], life);
	spool_free_all(spool);
	spool_close(spool);
	assert_int_equal(count_files(collect, "spool"), 1);
}

static void test_replay_stops(void **state)
{
	struct collect *collect = *state;
	struct seen seen = { .result = { 0, -ENOMEM } };
	struct spool *spool = open_spool(collect, boot_a);

	fill(spool_take(spool, 0, 0, 0), 1);
	fill(spool_take(spool, 0, 0, 0), 2);
	spool_close(spool);
	spool = open_spool(collect, boot_a);
	assert_int_equal(spool_replay(spool, see, &seen), -ENOMEM);
	spool_free_all(spool);
	spool_close(spool);
	assert_int_equal(count_files(collect, "spool"), 2);
}

/* A dead life that cannot be understood is kept aside and does not hide those after it. */
static void test_replay_broken(void **state)
{
	struct collect *collect = *state;
	struct seen seen = { .result = { 0, -EBADMSG, 0 } };
	struct spool *spool;
	int saved;

	for (uint8_t life = 1; life <= 3; life++) {
		spool = open_spool(collect, boot_a);
		fill(spool_take(spool, 0, 0, 0), life);
		spool_close(spool);
	}
	spool = open_spool(collect, boot_a);
	saved = log_begin(collect);
	assert_int_equal(spool_replay(spool, see, &seen), 0);
	log_end(collect, saved);
	assert_int_equal(seen.n, 3);
	assert_int_equal(count_lines(collect->logged), 1);
	assert_non_null(strstr(collect->logged, "its slots cannot be understood, kept as "));
	assert_int_equal(count_files(collect, ".broken"), 1);
	spool_free_all(spool);
	spool_close(spool);
	assert_int_equal(count_files(collect, "spool"), 2);
}

static void test_cursors(void **state)
{
	struct collect *collect = *state;
	struct spool *spool = open_spool(collect, boot_a);

	*spool_cursor(spool, 0) = (struct spool_cursor){ 100, 1 };
	*spool_cursor(spool, 2) = (struct spool_cursor){ 300, 3 };
	spool_close(spool);
	for (unsigned int life = 0; life < 3; life++) {
		spool = open_spool(collect, boot_a);
		assert_int_equal(spool_cursor(spool, 0)->time, 100);
		assert_int_equal(spool_cursor(spool, 0)->ordinal, 1);
		assert_int_equal(spool_cursor(spool, 1)->time, 0);
		assert_int_equal(spool_cursor(spool, 2)->time, 300);
		spool_close(spool);
	}
	/* the clock of another boot is another clock */
	spool = open_spool(collect, boot_b);
	assert_int_equal(spool_cursor(spool, 0)->time, 0);
	spool_close(spool);
}

/* A kernel with more or fewer CPUs than the last life knew. */
static void test_other_number_of_tags(void **state)
{
	struct collect *collect = *state;
	struct spool_params params = params_of(boot_a);
	struct spool *spool = open_spool(collect, boot_a);

	*spool_cursor(spool, 0) = (struct spool_cursor){ 100, 1 };
	*spool_cursor(spool, 2) = (struct spool_cursor){ 300, 3 };
	spool_close(spool);
	params.n_tags = 1;
	assert_int_equal(spool_open(&collect->root, SPOOL_PATH, &params, &spool), 0);
	assert_int_equal(spool_cursor(spool, 0)->time, 100);
	spool_close(spool);
	params.n_tags = 500;
	assert_int_equal(spool_open(&collect->root, SPOOL_PATH, &params, &spool), 0);
	assert_int_equal(spool_cursor(spool, 0)->time, 100);
	assert_int_equal(spool_cursor(spool, 499)->time, 0);
	spool_close(spool);
}

/* Garbage, a cut file, an empty one: named, kept, and the rest goes on. */
static void test_broken_files(void **state)
{
	static const char garbage[8192] = "mcespl1 but not really";
	struct collect *collect = *state;
	char path[ROOT_PATH_MAX] = "";
	_cleanup_closedir_ DIR *directory = NULL;
	struct seen seen = { 0 };
	struct dirent *entry;
	struct spool *spool = open_spool(collect, boot_a);
	int saved;

	fill(spool_take(spool, 0, 0, 0), 7);
	spool_close(spool);
	assert_int_equal(root_opendir(&collect->root, "/state", &directory), 0);
	while ((entry = readdir(directory)))
		if (strncmp(entry->d_name, "test.spool.", 11) == 0)
			snprintf(path, sizeof(path), "/state/%s", entry->d_name);
	put_file(collect, SPOOL_PATH ".0000000000000001", garbage, sizeof(garbage));
	put_file(collect, SPOOL_PATH ".0000000000000002", garbage, 0);
	{
		char real[ROOT_PATH_MAX];
		size_t size;
		_cleanup_free_ char *copy = test_read(root_path(&collect->root, path, real), &size);

		put_file(collect, SPOOL_PATH ".0000000000000003", copy, size - 1);
		memset(copy + 40, 0xff, 24); /* absurd numbers */
		put_file(collect, SPOOL_PATH ".0000000000000004", copy, size);
	}
	/* not ours: left alone */
	put_file(collect, SPOOL_PATH ".note", garbage, 5);
	put_file(collect, SPOOL_PATH ".000000000000000g", garbage, 5);

	saved = log_begin(collect);
	spool = open_spool(collect, boot_a);
	log_end(collect, saved);
	assert_int_equal(count_lines(collect->logged), 4);
	assert_int_equal(count_files(collect, ".broken"), 4);
	assert_int_equal(spool_replay(spool, see, &seen), 0);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.bytes[0], 7);
	spool_free_all(spool);
	spool_close(spool);
	assert_int_equal(count_files(collect, ".broken"), 4);
	assert_int_equal(count_files(collect, ".note"), 1);
}

static void test_refused_params(void **state)
{
	struct collect *collect = *state;
	struct spool_params params = params_of(boot_a);
	struct spool *spool = NULL;

	assert_int_equal(spool_open(&collect->root, SPOOL_PATH, &params, &spool), -ENOENT);
	assert_int_equal(root_mkdir(&collect->root, "/state"), 0);
	params.n_slots = 0;
	assert_int_equal(spool_open(&collect->root, SPOOL_PATH, &params, &spool), -EINVAL);
	params = params_of(boot_a);
	params.slot_size = 0;
	assert_int_equal(spool_open(&collect->root, SPOOL_PATH, &params, &spool), -EINVAL);
	assert_null(spool);
	assert_int_equal(count_files(collect, "spool"), 0);
}

/* --- a crash anywhere --- */

/*
 * A reader that is stopped between any two of its instructions. Its kernel is
 * a pipe of numbered pages, from which a read takes one for good; its store is
 * a file to which a page's number is added when it is "committed". Whatever
 * the moment, every page that left the pipe must be in the store or come out
 * of the spool whole, with the right mark.
 */
enum { PAGES = 5 };

struct world {
	int pipe[2];
	int store;
	struct collect *collect;
};

static void life(const struct world *world)
{
	struct spool_params params = params_of(boot_a);
	struct spool *spool;
	unsigned int number = 1;

	if (spool_open(&world->collect->root, SPOOL_PATH, &params, &spool) < 0)
		_exit(2);
	/* what the life before has left */
	for (unsigned int batch = 0; batch < 2; batch++) {
		struct spool_slot *slot;
		struct spool_cursor *cursor = spool_cursor(spool, 0);
		char done[SLOTS];
		unsigned int n = 0;

		while ((slot = spool_take(spool, 0, cursor->time, (uint32_t)cursor->ordinal))) {
			if (read(world->pipe[0], slot->data, SLOT) != SLOT)
				_exit(3);
			*cursor = (struct spool_cursor){ number, number };
			done[n++] = (char)number++;
		}
		if (write(world->store, done, n) != (ssize_t)n)
			_exit(4);
		spool_free_all(spool);
	}
	_exit(0);
}

static bool step(pid_t child)
{
	int status;

	assert_int_equal(ptrace(PTRACE_SINGLESTEP, child, NULL, NULL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status)) {
		assert_int_equal(WEXITSTATUS(status), 0);
		return false;
	}
	assert_true(WIFSTOPPED(status));
	assert_int_equal(WSTOPSIG(status), SIGTRAP);
	return true;
}

static unsigned int pages_taken(const struct world *world)
{
	int left = 0;

	assert_int_equal(ioctl(world->pipe[0], FIONREAD, &left), 0);
	return PAGES - (unsigned int)left / SLOT;
}

struct spool_crash {
	bool in_spool[PAGES + 1];
};

static int after_crash(void *context, const struct spool_slot *slot, const struct spool_info *info)
{
	struct spool_crash *crash = context;
	unsigned int number = slot->data[0];

	(void)info;
	assert_in_range(number, 1, PAGES);
	for (size_t i = 0; i < SLOT; i++)
		assert_int_equal(slot->data[i], number); /* never a part of it */
	assert_int_equal(slot->mark_time, number - 1);
	assert_int_equal(slot->mark_ordinal, number - 1);
	crash->in_spool[number] = true;
	return 0;
}

/* Begins a new life on a copy of what the dead one left. */
static void check_crash(const struct world *world, const uint8_t *file, size_t size)
{
	struct collect *collect = world->collect;
	struct spool_params params = params_of(boot_a);
	struct spool_crash crash = { 0 };
	char stored[PAGES];
	ssize_t n_stored = pread(world->store, stored, sizeof(stored), 0);
	unsigned int taken = pages_taken(world);
	struct spool *spool;

	nftw(collect->directory, collect_remove, 8, FTW_DEPTH | FTW_PHYS);
	assert_int_equal(mkdir(collect->directory, 0700), 0);
	put_file(collect, "/state/test.spool.00000000000000aa", file, size);
	assert_int_equal(spool_open(&collect->root, SPOOL_PATH, &params, &spool), 0);
	/* its cursor is behind the last page that is out of the spool for good */
	assert_true(spool_cursor(spool, 0)->time <= taken);
	assert_int_equal(spool_replay(spool, after_crash, &crash), 0);
	for (unsigned int number = 1; number <= taken; number++) {
		bool committed = n_stored > 0 && memchr(stored, (int)number, (size_t)n_stored);

		if (!committed && !crash.in_spool[number])
			fail_msg("page %u is lost", number);
	}
	spool_free_all(spool);
	spool_close(spool);
	assert_int_equal(count_files(collect, "spool"), 1);
}

/* The file that the life has made, mapped; NULL before it has its name. */
static uint8_t *map_file(struct collect *collect, size_t *ret_size)
{
	_cleanup_closedir_ DIR *directory = NULL;
	_cleanup_close_ int fd = -1;
	struct dirent *entry;
	struct stat st;
	uint8_t *map;

	assert_int_equal(root_opendir(&collect->root, "/state", &directory), 0);
	while ((entry = readdir(directory)))
		if (strlen(entry->d_name) == strlen("test.spool.0123456789abcdef"))
			break;
	if (!entry)
		return NULL;
	fd = openat(dirfd(directory), entry->d_name, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(map, MAP_FAILED);
	*ret_size = (size_t)st.st_size;
	return map;
}

/* Lets the life go on until its file is there. */
static uint8_t *step_to_file(pid_t child, struct collect *collect, size_t *ret_size)
{
	uint8_t *map = NULL;
	int status;

	/* it stops itself at the first instruction that matters */
	while (!map) {
		assert_int_equal(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSTOPPED(status));
		map = map_file(collect, ret_size);
	}
	return map;
}

static struct world make_world(struct collect *life_of, struct collect *check_of)
{
	struct world world = { .collect = check_of };
	char path[96];

	assert_int_equal(pipe2(world.pipe, O_CLOEXEC), 0);
	for (unsigned int number = 1; number <= PAGES; number++) {
		uint8_t page[SLOT];

		memset(page, (int)number, sizeof(page));
		assert_int_equal(write(world.pipe[1], page, sizeof(page)), SLOT);
	}
	snprintf(path, sizeof(path), "%s/store", life_of->directory);
	world.store = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(world.store >= 0);
	return world;
}

static pid_t begin_life(const struct world *world)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
			_exit(77);
		raise(SIGSTOP);
		life(world);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSTOPPED(status) ? child : -1;
}

static void test_crash_anywhere(void **state)
{
	struct collect *life_of = *state;
	void *other = NULL;
	struct world world, life_world;
	uint8_t *map, *last;
	unsigned int states = 0, taken = 0;
	off_t stored = 0;
	size_t size = 0;
	pid_t child;

	assert_int_equal(root_mkdir(&life_of->root, "/state"), 0);
	collect_setup(&other);
	world = make_world(life_of, other);
	life_world = world;
	life_world.collect = life_of;
	child = begin_life(&life_world);
	if (child < 0) {
		collect_teardown(&other);
		skip(); /* no ptrace here */
	}
	map = step_to_file(child, life_of, &size);
	last = malloc(size);
	do {
		bool same = states && memcmp(last, map, size) == 0 &&
			    pages_taken(&world) == taken &&
			    lseek(world.store, 0, SEEK_END) == stored;

		if (same)
			continue;
		memcpy(last, map, size);
		taken = pages_taken(&world);
		stored = lseek(world.store, 0, SEEK_END);
		check_crash(&world, last, size);
		states++;
	} while (step(child));
	/* the whole way was gone: 2 batches of 2 pages */
	assert_int_equal(taken, 2 * SLOTS);
	assert_int_equal(stored, 2 * SLOTS);
	assert_true(states > 20);
	free(last);
	munmap(map, size);
	close(world.pipe[0]);
	close(world.pipe[1]);
	close(world.store);
	collect_teardown(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_slots, collect_setup, collect_teardown),
		cmocka_unit_test_setup_teardown(test_replay, collect_setup, collect_teardown),
		cmocka_unit_test_setup_teardown(test_lives_in_order, collect_setup,
						collect_teardown),
		cmocka_unit_test_setup_teardown(test_replay_stops, collect_setup, collect_teardown),
		cmocka_unit_test_setup_teardown(test_replay_broken, collect_setup,
						collect_teardown),
		cmocka_unit_test_setup_teardown(test_cursors, collect_setup, collect_teardown),
		cmocka_unit_test_setup_teardown(test_other_number_of_tags, collect_setup,
						collect_teardown),
		cmocka_unit_test_setup_teardown(test_broken_files, collect_setup, collect_teardown),
		cmocka_unit_test_setup_teardown(test_refused_params, collect_setup,
						collect_teardown),
		cmocka_unit_test_setup_teardown(test_crash_anywhere, collect_setup,
						collect_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
