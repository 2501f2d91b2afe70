// SPDX-License-Identifier: GPL-2.0-only
/* The device that shows all of ERST: whose records are taken, and which are erased. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <inttypes.h>
#include <sys/ioctl.h>

#include "tests/unit/collect.h"
#include "tests/unit/erst-slots.h"
#include "tests/unit/firmware-intake.h"

enum { CLEARED_MAX = 8 };

/* What a file cannot do in place of the device. */
static struct {
	unsigned int n_reads;
	unsigned int fails_at; /* the read that fails, from 1; 0 none */
	unsigned int fails;    /* how many do in a row */
	int error;
	uint64_t cleared[CLEARED_MAX];
	unsigned int n_cleared;
	int clear_error;
} device;

static ssize_t device_read(int fd, void *buffer, size_t size)
{
	unsigned int number = ++device.n_reads;
	ssize_t n = read(fd, buffer, size);

	if (!device.fails_at || number < device.fails_at ||
	    number >= device.fails_at + device.fails)
		return n;
	errno = device.error;
	return -1;
}

static int device_ioctl(int fd, unsigned long request, void *argument)
{
	(void)fd;
	if (request == 0x80044502) {
		*(uint32_t *)argument = 7;
		return 0;
	}
	assert_int_equal(request, 0x40084501);
	if (device.clear_error) {
		errno = device.clear_error;
		return -1;
	}
	assert_true(device.n_cleared < CLEARED_MAX);
	device.cleared[device.n_cleared++] = *(uint64_t *)argument;
	return 0;
}

#define read(fd, buffer, size)	     device_read(fd, buffer, size)
#define ioctl(fd, request, argument) device_ioctl(fd, request, argument)
#include "sources/erst-device.c"
#undef read
#undef ioctl

static int setup(void **state)
{
	memset(&device, 0, sizeof(device));
	return intake_setup(state);
}

static void put(struct firmware_intake *intake, uint64_t id, const char *creator, const char *type)
{
	struct slot slot;

	slot_make(&slot, id, creator, type, 128, (uint8_t)id);
	slot_put(intake->collect, &slot);
}

#define ID	UINT64_C(7710376674767929345) /* 0x6b00c2bc00000001 */
#define ID_TIME (0x6b00c2bc * INT64_C(1000000))

static void test_handed_over(void **state)
{
	struct firmware_intake *intake = *state;
	const struct firmware *firmware = &intake->taken[0].firmware;

	put(intake, ID, SLOT_LINUX, SLOT_MCE);
	assert_int_equal(intake_run(intake, &source_erst_dbg), 0);
	assert_int_equal(intake->n, 1);
	assert_int_equal(firmware->form, FIRMWARE_RECORD);
	assert_memory_equal(intake->taken[0].bytes, "CPER", 4);
	assert_int_equal(intake->taken[0].bytes[200], (uint8_t)ID);
	assert_int_equal(firmware->source, SOURCE_ERST);
	assert_true(firmware->record_id == ID);
	assert_int_equal(firmware->time_us, ID_TIME);
	assert_true(firmware->replayed);
	assert_string_equal(firmware->name, "/dev/erst_dbg 7710376674767929345");
	assert_int_equal(device.n_cleared, 0); /* nobody asked to erase */
	assert_string_equal(intake->collect->logged, "");
}

/* pstore shows the same body as a file: the keys are equal, so it is one delivery. */
static void test_key_is_pstores(void **state)
{
	struct firmware_intake *intake = *state;
	struct collect *collect = intake->collect;
	size_t size;
	_cleanup_free_ char *data =
		test_read(test_data("golden/erst/mce-erst-7710377731329884161"), &size);
	struct slot slot;

	put_file(collect, "/sys/fs/pstore/mce-erst-7710377731329884161", data, size);
	slot_make(&slot, 7710377731329884161, SLOT_LINUX, SLOT_MCE, size, 0);
	memcpy(slot.bytes + 200, data, size);
	build_le(slot.bytes + 128, 0xbffff123, 4); /* as a patched kernel has it: a pointer */
	slot_put(collect, &slot);
	assert_int_equal(intake_run(intake, &source_erst), 0);
	assert_int_equal(collect->n, 1);
	collect->known = collect->records[0].key;
	collect->env.clear = true;
	assert_int_equal(intake_run(intake, &source_erst_dbg), 0);
	assert_int_equal(intake->n, 1);
	assert_int_equal(device.n_cleared, 1); /* the store has it, by the other one's key */
}

/* A record of others has no time that we could know. */
static void test_whose(void **state)
{
	struct firmware_intake *intake = *state;

	put(intake, ID, SLOT_LINUX, SLOT_LOG);
	put(intake, ID + 1, SLOT_LINUX, SLOT_LOG_Z);
	put(intake, ID + 2, SLOT_FMPM, SLOT_MEMORY);
	put(intake, ID + 3, SLOT_FOREIGN, SLOT_MEMORY);
	put(intake, ID + 4, SLOT_LINUX, SLOT_MEMORY);
	intake->collect->env.clear = true;
	assert_int_equal(intake_run(intake, &source_erst_dbg), 0);
	assert_int_equal(intake->n_calls, 2);
	assert_true(intake->taken[0].firmware.record_id == ID + 3);
	assert_int_equal(intake->taken[0].firmware.time_us, 0);
	assert_true(intake->taken[0].firmware.replayed);
	assert_true(intake->taken[1].firmware.record_id == ID + 4);
	assert_int_equal(device.n_cleared, 1);
	assert_true(device.cleared[0] == ID + 4);
	assert_string_equal(intake->collect->logged, "");
}

static void test_cleared_after_commit(void **state)
{
	struct firmware_intake *intake = *state;
	struct collect *collect = intake->collect;

	collect->env.clear = true;
	collect->room = 1;
	put(intake, 1, SLOT_LINUX, SLOT_MCE);
	put(intake, 2, SLOT_LINUX, SLOT_MEMORY);
	assert_int_equal(source_open(collect, &source_erst_dbg), 0);
	assert_int_equal(source_erst_dbg.fd(collect->source), -1);
	assert_int_equal(source_erst_dbg.drain(collect->source), 1);
	assert_int_equal(device.n_cleared, 0);
	intake_commit(intake, &source_erst_dbg);
	assert_int_equal(device.n_cleared, 1);
	assert_true(device.cleared[0] == 1);
	collect->room = 2;
	assert_int_equal(source_erst_dbg.drain(collect->source), 1);
	collect->room = 3;
	assert_int_equal(source_erst_dbg.drain(collect->source), 0);
	assert_int_equal(device.n_cleared, 1);
	source_erst_dbg.committed(collect->source); /* which had not this one in it */
	intake_commit(intake, &source_erst_dbg);
	assert_int_equal(device.n_cleared, 1);
	source_erst_dbg.close(collect->source);
	collect->source = NULL;
	/* what the store has by now goes without a commit */
	collect->room = COLLECT_MAX;
	assert_int_equal(source_open(collect, &source_erst_dbg), 0);
	assert_int_equal(source_erst_dbg.drain(collect->source), 0);
	assert_int_equal(device.n_cleared, 3);
	source_erst_dbg.close(collect->source);
}

/* Several sections are nothing that Linux writes; of one body the store has to have all. */
static void test_not_cleared(void **state)
{
	struct firmware_intake *intake = *state;
	struct slot slot;

	intake->collect->env.clear = true;
	slot_make(&slot, 1, SLOT_LINUX, SLOT_MEMORY, 80, 1);
	build_le(slot.bytes + 10, 2, 2);
	slot_put(intake->collect, &slot);
	slot_make(&slot, 2, SLOT_LINUX, SLOT_MEMORY, 80, 2);
	build_le(slot.bytes + 20, ERST_RECORD_MAX + 1, 4); /* longer than what came */
	slot_put(intake->collect, &slot);
	slot_make(&slot, 3, SLOT_LINUX, SLOT_MEMORY, 80, 3);
	build_le(slot.bytes + 132, 5000, 4); /* goes past the end */
	slot_put(intake->collect, &slot);
	assert_int_equal(intake_run(intake, &source_erst_dbg), 0);
	assert_int_equal(intake->n, 3);
	assert_int_equal(device.n_cleared, 0);

	intake->result = 2;
	intake->n_missing = 1;
	put(intake, 4, SLOT_LINUX, SLOT_MEMORY);
	assert_int_equal(intake_run(intake, &source_erst_dbg), 0);
	assert_int_equal(device.n_cleared, 0);
	intake->n_missing = 0;
	assert_int_equal(intake_run(intake, &source_erst_dbg), 0);
	assert_int_equal(device.n_cleared, 1);
	assert_true(device.cleared[0] == 4);
}

static void test_unusable(void **state)
{
	struct firmware_intake *intake = *state;

	intake->collect->env.clear = true;
	intake->result = 0;
	put(intake, 1, SLOT_LINUX, SLOT_MEMORY);
	assert_int_equal(intake_run(intake, &source_erst_dbg), 0);
	assert_int_equal(intake->n_calls, 1);
	assert_int_equal(device.n_cleared, 0);
	intake->result = -ENOMEM;
	assert_int_equal(intake_run(intake, &source_erst_dbg), -ENOMEM);
	intake->collect->intake.firmware = NULL;
	assert_int_equal(intake_run(intake, &source_erst_dbg), 0);
	assert_int_equal(device.n_cleared, 0);
}

static void test_cannot_be_cleared(void **state)
{
	struct firmware_intake *intake = *state;

	intake->collect->env.clear = true;
	put(intake, 1, SLOT_LINUX, SLOT_MEMORY);
	device.clear_error = ENOENT; /* somebody else did */
	assert_int_equal(intake_run(intake, &source_erst_dbg), 0);
	assert_string_equal(intake->collect->logged, "");
	device.clear_error = EIO;
	assert_int_equal(intake_run(intake, &source_erst_dbg), 0);
	assert_string_equal(intake->collect->logged,
			    "mcelog: erst_dbg: /dev/erst_dbg: record 1 cannot be erased: "
			    "Input/output error\n");
}

static void test_no_record(void **state)
{
	struct firmware_intake *intake = *state;
	struct slot slot;

	slot_make(&slot, 1, SLOT_LINUX, SLOT_MEMORY, 80, 1);
	slot.bytes[0] = 'X';
	slot_put(intake->collect, &slot);
	memset(&slot, 0, sizeof(slot));
	slot_put(intake->collect, &slot);
	put(intake, 2, SLOT_LINUX, SLOT_MEMORY);
	assert_int_equal(intake_run(intake, &source_erst_dbg), 0);
	assert_int_equal(intake->n, 1);
	assert_string_equal(intake->collect->logged,
			    "mcelog: erst_dbg: record 1 of /dev/erst_dbg, 16384 bytes: "
			    "not a CPER record; left where it is\n"
			    "mcelog: erst_dbg: record 2 of /dev/erst_dbg, 16384 bytes: "
			    "not a CPER record; left where it is\n");
}

/* The device gives no error twice for one record: what is behind it is read. */
static void test_skipped(void **state)
{
	struct firmware_intake *intake = *state;

	for (uint64_t id = 1; id <= 6; id++)
		put(intake, id, SLOT_LINUX, SLOT_MEMORY);
	device.fails_at = 2;
	device.fails = 3;
	device.error = EINVAL;
	assert_int_equal(intake_run(intake, &source_erst_dbg), 0);
	assert_int_equal(intake->n, 3);
	assert_true(intake->taken[1].firmware.record_id == 5);
	assert_string_equal(intake->collect->logged,
			    "mcelog: erst_dbg: record 2 of /dev/erst_dbg: larger than 16 KiB; "
			    "left where it is, and so are all others that cannot be read\n");

	device.n_reads = 0;
	device.error = EIO;
	assert_int_equal(intake_run(intake, &source_erst_dbg), 0);
	assert_int_equal(intake->n, 6);
	assert_non_null(strstr(intake->collect->logged, "record 2 of /dev/erst_dbg: Input/output"));

	device.n_reads = 0;
	device.error = EPERM; /* will not get better */
	assert_int_equal(intake_run(intake, &source_erst_dbg), -EPERM);
	assert_int_equal(intake->n, 7);
}

/* A signal while waiting for others: nothing was read. */
static void test_interrupted(void **state)
{
	struct firmware_intake *intake = *state;

	put(intake, 1, SLOT_LINUX, SLOT_MEMORY);
	put(intake, 2, SLOT_LINUX, SLOT_MEMORY);
	device.fails_at = 3; /* the read that would say that there is no more */
	device.fails = 2;
	device.error = EINTR;
	assert_int_equal(intake_run(intake, &source_erst_dbg), 0);
	assert_int_equal(intake->n, 2);
	assert_int_equal(device.n_reads, 5);
}

/* Packets of a pipe are as long as the records are. */
static void test_exact_sizes(void **state)
{
	struct firmware_intake *intake = *state;
	char path[ROOT_PATH_MAX];
	struct slot slot;
	int fd;

	root_mkdir(&intake->collect->root, "/dev");
	root_path(&intake->collect->root, ERST_DEVICE, path);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_DIRECT | O_NONBLOCK), 0);
	slot_make(&slot, 1, SLOT_LINUX, SLOT_MEMORY, 80, 1);
	assert_int_equal(write(fd, &slot, 280), 280);
	assert_int_equal(write(fd, &slot, 100), 100); /* not even a header */
	slot_make(&slot, 2, SLOT_LINUX, SLOT_MEMORY, 0, 2);
	assert_int_equal(write(fd, &slot, 200), 200); /* an empty section */
	intake->collect->env.clear = true;
	assert_int_equal(intake_run(intake, &source_erst_dbg), -EAGAIN); /* no end, but no more */
	assert_int_equal(intake->n, 2);
	assert_int_equal(intake->taken[0].firmware.bytes.size, 280);
	assert_int_equal(intake->taken[1].firmware.bytes.size, 200);
	assert_non_null(strstr(intake->collect->logged,
			       "record 2 of /dev/erst_dbg, 100 bytes: not a CPER record"));
	close(fd);
}

static void test_too_many(void **state)
{
	struct firmware_intake *intake = *state;
	char path[ROOT_PATH_MAX];

	intake->collect->room = 1u << 30;
	put(intake, 1, SLOT_LINUX, SLOT_MEMORY);
	root_path(&intake->collect->root, ERST_DEVICE, path);
	for (unsigned int i = 1; i < 64; i++)
		put(intake, i, SLOT_LINUX, SLOT_MEMORY);
	/* the rest is a hole: reads of zeros */
	assert_int_equal(truncate(path, (off_t)10000 * ERST_RECORD_MAX), 0);
	intake_run(intake, &source_erst_dbg);
	assert_int_equal(intake->n_calls, 64);
	assert_int_equal(device.n_reads, ERST_READS_MAX);
}

static void test_probe(void **state)
{
	struct firmware_intake *intake = *state;
	struct collect *collect = intake->collect;
	char path[ROOT_PATH_MAX];

	assert_int_equal(source_erst_dbg.probe(&collect->env, collect->why), -ENOENT);
	assert_string_equal(collect->why, "/dev/erst_dbg: not in this kernel, or no ERST here");
	assert_int_equal(source_open(collect, &source_erst_dbg), -ENOENT);
	put(intake, 1, SLOT_LINUX, SLOT_MEMORY);
	assert_int_equal(source_erst_dbg.probe(&collect->env, collect->why), 0);
	assert_string_equal(collect->why, "/dev/erst_dbg, 7 records");
	unlink(root_path(&collect->root, ERST_DEVICE, path));
	root_mkdir(&collect->root, ERST_DEVICE);
	assert_int_equal(intake_run(intake, &source_erst_dbg), -EISDIR);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, intake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_handed_over),
		TEST(test_key_is_pstores),
		TEST(test_whose),
		TEST(test_cleared_after_commit),
		TEST(test_not_cleared),
		TEST(test_unusable),
		TEST(test_cannot_be_cleared),
		TEST(test_no_record),
		TEST(test_skipped),
		TEST(test_interrupted),
		TEST(test_exact_sizes),
		TEST(test_too_many),
		TEST(test_probe),
	};

	unsetenv("JOURNAL_STREAM");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
