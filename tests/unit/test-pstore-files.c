// SPDX-License-Identifier: GPL-2.0-only
/* Which files of pstore and of its archive are one dump, in which order, and what is in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "sources/inflate.h"
#include "sources/pstore-files.h"
#include "tests/unit/collect.h"
#include "tests/unit/pstore-tree.h"
#include "util/strbuf.h"

#define BOOT_US 1795215000000000

static int list(struct collect *collect, struct pstore_list *ret_list)
{
	int saved = log_begin(collect);
	int r = pstore_list_files(&collect->root, BOOT_US, ret_list, collect->why);

	log_end(collect, saved);
	return r;
}

/* "reason#count time: name name", a line for each dump; with "live" or "archive" before names. */
static void expect_dumps(struct collect *collect, const char *expected)
{
	_cleanup_strbuf_ struct strbuf text = { 0 };
	struct pstore_list found;

	assert_int_equal(list(collect, &found), 0);
	for (size_t i = 0; i < found.n_dumps; i++) {
		const struct pstore_dump *dump = &found.dumps[i];

		strbuf_addf(&text, "%s#%u %lld:", dump->header->reason, dump->header->count,
			    (long long)(dump->time_us / 1000000));
		for (size_t k = 0; k < dump->n; k++) {
			const struct pstore_part *part = &found.parts[dump->first + k];

			strbuf_addf(&text, " %s%s", part->live ? "" : "archived ",
				    strrchr(part->path, '/') + 1);
		}
		strbuf_add(&text, "\n");
	}
	assert_string_equal(strbuf_text(&text), expected);
	pstore_list_free(&found);
}

static void test_erst_parts(void **state)
{
	struct collect *collect = *state;

	put_part(collect, LIVE, "dmesg-erst-7710377804344328194");
	put_part(collect, LIVE, "dmesg-erst-7710377804344328196");
	put_part(collect, LIVE, "dmesg-erst-7710377804344328195");
	put_part(collect, LIVE, "dmesg-erst-7710377731329884163");
	put_part(collect, LIVE, "dmesg-erst-7710377731329884162");
	set_mtime(collect, LIVE "dmesg-erst-7710377804344328194", 1795212228);
	expect_dumps(collect, "Panic#1 1795212210: dmesg-erst-7710377731329884163 "
			      "dmesg-erst-7710377731329884162\n"
			      "Panic#1 1795212228: dmesg-erst-7710377804344328196 "
			      "dmesg-erst-7710377804344328195 dmesg-erst-7710377804344328194\n");
}

/* One boot's numbers go on through its dumps: the first lines tell which is which. */
static void test_oops_then_panic(void **state)
{
	struct collect *collect = *state;

	put_text(collect, LIVE "dmesg-erst-7710377731329884161", "Oops#1 Part1\n<0>[    2.0] a\n");
	put_text(collect, LIVE "dmesg-erst-7710377731329884162", "Oops#1 Part2\n<0>[    1.0] a\n");
	put_text(collect, LIVE "dmesg-erst-7710377731329884163", "Panic#2 Part1\n<0>[    4.0] a\n");
	put_text(collect, LIVE "dmesg-erst-7710377731329884164", "Panic#2 Part3\n<0>[    3.0] a\n");
	put_text(collect, LIVE "dmesg-erst-7710377731329884165", "no first line\n");
	expect_dumps(collect, "Oops#1 1795212210: dmesg-erst-7710377731329884162 "
			      "dmesg-erst-7710377731329884161\n"
			      "Panic#2 1795212210: dmesg-erst-7710377731329884164 "
			      "dmesg-erst-7710377731329884163\n"
			      "#0 1795212210: dmesg-erst-7710377731329884165\n");
}

static void test_efi_parts(void **state)
{
	struct collect *collect = *state;

	put_part(collect, LIVE, "dmesg-efi_pstore-179521210401001");
	put_part(collect, LIVE, "dmesg-efi_pstore-179521210402001");
	/* the same second, the next dump; and another boot, the old name */
	put_text(collect, LIVE "dmesg-efi_pstore-179521210401002", "Panic#2 Part1\n");
	put_text(collect, LIVE "dmesg-efi_pstore-179521210502002", "Panic#2 Part2\n");
	put_text(collect, LIVE "dmesg-efi-179521310401001", "Panic#1 Part1\n");
	put_text(collect, LIVE "dmesg-efi-179521310502001", "Panic#1 Part2\n");
	expect_dumps(collect,
		     "Panic#1 1795212104: dmesg-efi_pstore-179521210402001 "
		     "dmesg-efi_pstore-179521210401001\n"
		     "Panic#2 1795212104: dmesg-efi_pstore-179521210502002 "
		     "dmesg-efi_pstore-179521210401002\n"
		     "Panic#1 1795213104: dmesg-efi-179521310502001 dmesg-efi-179521310401001\n");
}

/* A slot is written again: live and archived are two; its time is the file's. */
static void test_slots(void **state)
{
	struct collect *collect = *state;

	put_part(collect, LIVE, "dmesg-ramoops-0");
	put_part(collect, ARCHIVE, "dmesg-ramoops-0");
	put_text(collect, LIVE "dmesg-pstore_blk-1",
		 "Oops: Total 2 times\nOops#2 Part1\n<0>[    4.000000] a\n");
	set_mtime(collect, LIVE "dmesg-ramoops-0", 1795212080);
	set_mtime(collect, ARCHIVE "dmesg-ramoops-0", 1795200000);
	set_mtime(collect, LIVE "dmesg-pstore_blk-1", BOOT_US / 1000000 + 5); /* a copy */
	expect_dumps(collect, "Oops#2 0: dmesg-pstore_blk-1\n"
			      "Panic#1 1795200000: archived dmesg-ramoops-0\n"
			      "Panic#1 1795212080: dmesg-ramoops-0\n");
}

/* systemd-pstore's directories, of 252 and of 253; half of it still live. */
static void test_archive(void **state)
{
	struct collect *collect = *state;

	put_part(collect, ARCHIVE "7710377804344/", "dmesg-erst-7710377804344328194");
	put_part(collect, ARCHIVE "7710377804344/", "dmesg-erst-7710377804344328195");
	put_part(collect, ARCHIVE "7710377804344/", "dmesg-erst-7710377804344328196");
	put_text(collect, ARCHIVE "7710377804344/dmesg.txt", "Panic#1 Part3\n");
	put_part(collect, ARCHIVE "1795212104/001/", "dmesg-efi_pstore-179521210401001");
	put_text(collect, ARCHIVE "1795212104/001/dmesg.txt", "Panic#1 Part1\n");
	put_part(collect, LIVE, "dmesg-erst-7710377804344328195");
	/* all beside this one is gone */
	put_text(collect, ARCHIVE "7710377804/dmesg.txt", "dmesg-erst-1:\nOops#1 Part1\n");
	put_text(collect, ARCHIVE "7710377804344/0/dmesg.txt", "Oops#2 Part1\n");
	expect_dumps(collect, "Oops#1 0: archived dmesg.txt\n"
			      "Oops#2 0: archived dmesg.txt\n"
			      "Panic#1 1795212104: archived dmesg-efi_pstore-179521210401001\n"
			      "Panic#1 1795212227: archived dmesg-erst-7710377804344328196 "
			      "dmesg-erst-7710377804344328195 "
			      "archived dmesg-erst-7710377804344328194\n");
}

/* All copies are live, so that the archive's dmesg.txt lies beside nothing that counts. */
static void test_whole_copy(void **state)
{
	struct collect *collect = *state;

	put_part(collect, LIVE, "dmesg-erst-7710377731329884162");
	put_part(collect, ARCHIVE "7710377731329/", "dmesg-erst-7710377731329884162");
	put_text(collect, ARCHIVE "7710377731329/dmesg.txt", "Panic#1 Part1\n");
	expect_dumps(collect, "Panic#1 1795212210: dmesg-erst-7710377731329884162\n");
}

static void test_directories(void **state)
{
	struct collect *collect = *state;
	struct pstore_list found;

	assert_int_equal(list(collect, &found), -ENOENT);
	assert_string_equal(collect->why, "/sys/fs/pstore: No such file or directory, "
					  "/var/lib/systemd/pstore: No such file or directory");
	put_text(collect, "/sys/fs/pstore", "no directory");
	put_part(collect, ARCHIVE, "dmesg-ramoops-0");
	assert_int_equal(list(collect, &found), 0);
	assert_string_equal(collect->why, "0 log parts in /sys/fs/pstore (Not a directory), "
					  "1 in /var/lib/systemd/pstore (read)");
	pstore_list_free(&found);
}

static void test_many(void **state)
{
	struct collect *collect = *state;
	struct pstore_list found;

	root_mkdir(&collect->root, "/sys/fs/pstore");
	for (unsigned int i = 0; i < 10000; i++) {
		char path[64];

		/* a dump of four parts for each boot */
		snprintf(path, sizeof(path), LIVE "dmesg-erst-%llu",
			 (1795212206ull + i / 4) << 32 | (i % 4 + 1));
		snprintf(collect->why, sizeof(collect->why), "Panic#1 Part%u\n", i % 4 + 1);
		put_text(collect, path, collect->why);
	}
	assert_int_equal(list(collect, &found), 0);
	assert_int_equal(found.n_parts, 10000);
	assert_int_equal(found.n_dumps, 2500);
	for (size_t i = 0; i < found.n_dumps; i++) {
		assert_int_equal(found.dumps[i].n, 4);
		assert_int_equal(found.dumps[i].time_us, (1795212206 + (int64_t)i) * 1000000);
	}
	pstore_list_free(&found);
}

/* --- the text --- */

/* What reading a file gives; text is to be freed. */
static const char *read_path(struct collect *collect, const char *path, char **ret_text,
			     size_t *ret_size)
{
	struct pstore_part part = { .path = (char *)(uintptr_t)path };

	assert_int_equal(pstore_parse_name(strrchr(path, '/') + 1, &part.name), 0);
	return pstore_read_part(&collect->root, &part, ret_text, ret_size);
}

static void expect_refused(struct collect *collect, const char *path, const char *reason)
{
	char *text;
	size_t size;

	assert_string_equal(read_path(collect, path, &text, &size), reason);
	assert_null(text);
}

static void test_plain(void **state)
{
	struct collect *collect = *state;
	char *text, buffer[ROOT_PATH_MAX];
	size_t size;

	put_text(collect, LIVE "dmesg-efi-1", "Panic#1 Part1\nx\n");
	assert_null(read_path(collect, LIVE "dmesg-efi-1", &text, &size));
	assert_string_equal(text, "Panic#1 Part1\nx\n");
	assert_int_equal(size, 16);
	free(text);
	put_text(collect, LIVE "dmesg-efi-2", "");
	expect_refused(collect, LIVE "dmesg-efi-2", "empty");
	assert_int_equal(truncate(root_path(&collect->root, LIVE "dmesg-efi-2", buffer), 4ll << 30),
			 0);
	expect_refused(collect, LIVE "dmesg-efi-2", "larger than 16384 KiB");
	expect_refused(collect, LIVE "dmesg-efi-3", "No such file or directory");
	assert_int_equal(mkfifo(root_path(&collect->root, LIVE "dmesg-efi-4", buffer), 0600), 0);
	expect_refused(collect, LIVE "dmesg-efi-4", "not a regular file");
	assert_int_equal(
		symlink("dmesg-efi-1", root_path(&collect->root, LIVE "dmesg-efi-5", buffer)), 0);
	expect_refused(collect, LIVE "dmesg-efi-5", "a symbolic link");
}

#define NAME_Z "dmesg-erst-7710377589595963394.enc.z"

#ifdef HAVE_ZLIB

static void test_compressed(void **state)
{
	struct collect *collect = *state;
	struct pstore_list found;
	char *text;
	size_t size;

	put_part(collect, LIVE, NAME_Z);
	assert_null(read_path(collect, LIVE NAME_Z, &text, &size));
	assert_memory_equal(text, "Panic#1 Part1\n<6>[", 18);
	assert_non_null(strstr(text, "CPU 0: Machine Check Exception: 6 Bank 3: fe00000000800400"));
	assert_int_equal(strlen(text), size);
	free(text);
	assert_int_equal(list(collect, &found), 0);
	assert_string_equal(found.dumps[0].header->reason, "Panic");
	pstore_list_free(&found);
}

static void test_compressed_badly(void **state)
{
	struct collect *collect = *state;
	_cleanup_free_ char *content = NULL;
	size_t size, text_size;
	char *text;

	content = test_read(test_data("golden/pstore/" NAME_Z), &size);
	put_file(collect, LIVE NAME_Z, content, size / 2);
	assert_string_equal(read_path(collect, LIVE NAME_Z, &text, &text_size),
			    "compressed and cut off");
	assert_memory_equal(text, "Panic#1 Part1\n<6>[", 18);
	assert_int_equal(strlen(text), text_size);
	free(text);
	put_text(collect, LIVE NAME_Z, "\xff\xff\xff no deflate");
	expect_refused(collect, LIVE NAME_Z, "not compressed with deflate");
	put_text(collect, LIVE NAME_Z, "");
	expect_refused(collect, LIVE NAME_Z, "empty");
}

static void test_bomb(void **state)
{
	struct collect *collect = *state;
	_cleanup_free_ char *zeros = calloc(1, PSTORE_PART_MAX + 1);
	_cleanup_free_ char *packed = malloc(1 << 17);
	char *text;
	size_t size;

	put_file(collect, LIVE NAME_Z, packed,
		 deflate_raw(zeros, PSTORE_PART_MAX + 1, packed, 1 << 17));
	expect_refused(collect, LIVE NAME_Z, "more than 16 MiB when decompressed");
	put_file(collect, LIVE NAME_Z, packed,
		 deflate_raw(zeros, PSTORE_PART_MAX, packed, 1 << 17));
	assert_null(read_path(collect, LIVE NAME_Z, &text, &size));
	assert_int_equal(size, PSTORE_PART_MAX);
	free(text);
}

/* Around the sizes at which more room is taken, and what stands behind the stream. */
static void test_inflate_sizes(void **state)
{
	static char in[40000], packed[80000];
	static const size_t sizes[] = { 0, 1, 16383, 16384, 16385, 32768, 32769 };

	(void)state;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (char)(i * 2654435761u >> 13);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		size_t n = deflate_raw(in, sizes[i], packed, sizeof(packed) - 8), size;
		char *text;

		memset(packed + n, 0xff, 8);
		assert_int_equal(inflate_raw(packed, n + 8, sizes[i], &text, &size), 0);
		assert_int_equal(size, sizes[i]);
		assert_memory_equal(text, in, size);
		free(text);
		if (sizes[i])
			assert_int_equal(inflate_raw(packed, n, sizes[i] - 1, &text, &size),
					 -EFBIG);
	}
}

#else

static void test_compressed(void **state)
{
	struct collect *collect = *state;

	put_part(collect, LIVE, NAME_Z);
	expect_refused(collect, LIVE NAME_Z, "compressed, and this mcelog was built without zlib");
}

#endif

#define TEST(function) cmocka_unit_test_setup_teardown(function, collect_setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_erst_parts),
		TEST(test_oops_then_panic),
		TEST(test_efi_parts),
		TEST(test_slots),
		TEST(test_archive),
		TEST(test_whole_copy),
		TEST(test_directories),
		TEST(test_many),
		TEST(test_plain),
		TEST(test_compressed),
#ifdef HAVE_ZLIB
		TEST(test_compressed_badly),
		TEST(test_bomb),
		TEST(test_inflate_sizes),
#endif
	};

	unsetenv("JOURNAL_STREAM");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
