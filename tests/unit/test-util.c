// SPDX-License-Identifier: GPL-2.0-only
/* Rooted paths, growing strings, bounded bytes, the log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "tests/unit/collect.h"
#include "util/bytes.h"
#include "util/log.h"
#include "util/strbuf.h"

/* --- root --- */

static void test_root_init(void **state)
{
	struct collect *collect = *state;
	char path[ROOT_PATH_MAX], deeper[96];
	struct root root;

	assert_int_equal(root_init(&root, NULL), 0);
	assert_true(root_is_real(&root));
	assert_string_equal(root_path(&root, "/etc/x", path), "/etc/x");
	assert_int_equal(root_init(&root, "/"), 0);
	assert_true(root_is_real(&root));
	assert_int_equal(root_init(&root, "//.//"), 0);
	assert_true(root_is_real(&root));

	snprintf(deeper, sizeof(deeper), "%s/./", collect->directory);
	assert_int_equal(root_init(&root, deeper), 0);
	assert_false(root_is_real(&root));
	assert_string_equal(root.prefix, collect->directory);
	assert_int_equal(root_init(&root, "/no/such"), -ENOENT);
	put_file(collect, "/file", "x", 1);
	snprintf(deeper, sizeof(deeper), "%s/file", collect->directory);
	assert_int_equal(root_init(&root, deeper), -ENOTDIR);
}

static void test_root_files(void **state)
{
	struct collect *collect = *state;
	const struct root *root = &collect->root;
	char *text = NULL;
	size_t size = 99;

	assert_int_equal(root_mkdir(root, "/a/b/c"), 0);
	assert_int_equal(root_mkdir(root, "/a/b/c"), 0);
	assert_int_equal(root_mkdir(root, "/a/b/c/d/"), 0);
	assert_true(root_exists(root, "/a/b/c/d"));
	assert_int_equal(root_write(root, "/a/none", "x"), -ENOENT);
	put_file(collect, "/a/file", "0123456789", 10);
	assert_int_equal(root_mkdir(root, "/a/file/x"), -ENOTDIR);
	assert_int_equal(root_read(root, "/a/file", 10, &text, &size), 0);
	assert_string_equal(text, "0123456789");
	assert_int_equal(size, 10);
	free(text);
	text = NULL;
	assert_int_equal(root_read(root, "/a/file", 9, &text, &size), -EFBIG);
	assert_null(text);
	assert_int_equal(size, 10);
	assert_int_equal(root_read(root, "/a/none", 9, &text, NULL), -ENOENT);
	assert_int_equal(root_read(root, "/a", 9, &text, NULL), -EISDIR);
	assert_int_equal(root_write(root, "/a/file", "new"), 0);
	assert_int_equal(root_read(root, "/a/file", 9, &text, NULL), 0);
	assert_string_equal(text, "new");
	free(text);
	put_file(collect, "/a/file", "", 0);
	assert_int_equal(root_read(root, "/a/file", 9, &text, &size), 0);
	assert_string_equal(text, "");
	assert_int_equal(size, 0);
	free(text);
}

/* Sizes around those at which the reader's memory grows. */
static void test_read_sizes(void **state)
{
	static const size_t sizes[] = { 1, 4094, 4095, 4096, 4097, 8191, 8192, 8193, 100000 };
	struct collect *collect = *state;
	_cleanup_free_ char *data = malloc(100000);

	memset(data, 'x', 100000);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		_cleanup_free_ char *text = NULL;
		size_t size;

		put_file(collect, "/file", data, sizes[i]);
		assert_int_equal(root_read(&collect->root, "/file", 1 << 20, &text, &size), 0);
		assert_int_equal(size, sizes[i]);
		assert_int_equal(text[size], '\0');
		assert_memory_equal(text, data, size);
	}
}

/* A path too long is no other file. */
static void test_long_path(void **state)
{
	struct collect *collect = *state;
	char path[ROOT_PATH_MAX], long_path[2 * ROOT_PATH_MAX];

	memset(long_path, '/', sizeof(long_path));
	long_path[sizeof(long_path) - 1] = '\0';
	root_path(&collect->root, long_path, path);
	assert_string_equal(path, "");
	assert_int_equal(root_open(&collect->root, long_path, O_RDONLY), -ENOENT);
	assert_int_equal(root_mkdir(&collect->root, long_path), -ENAMETOOLONG);
	assert_false(root_exists(&collect->root, long_path));
}

/* --- strbuf --- */

static void test_strbuf(void **state)
{
	volatile size_t too_long = SIZE_MAX - 10; /* unknown to the compiler, which would warn */
	struct strbuf buffer = { 0 };

	(void)state;
	assert_string_equal(strbuf_text(&buffer), "");
	strbuf_reset(&buffer);
	for (unsigned int i = 0; i < 1000; i++)
		strbuf_addf(&buffer, "%u,", i % 10);
	assert_int_equal(buffer.error, 0);
	assert_int_equal(buffer.length, 2000);
	assert_int_equal(strlen(buffer.text), 2000);
	strbuf_reset(&buffer);
	assert_string_equal(strbuf_text(&buffer), "");
	strbuf_add_bytes(&buffer, "a\0b", 3);
	assert_int_equal(buffer.length, 3);
	strbuf_free(&buffer);
	assert_null(buffer.text);
	strbuf_free(&buffer);

	/* what does not fit into memory is remembered, and nothing is added any more */
	strbuf_add_bytes(&buffer, "", too_long);
	assert_int_equal(buffer.error, -ENOMEM);
	strbuf_add(&buffer, "x");
	assert_int_equal(buffer.length, 0);
	strbuf_free(&buffer);
}

static void expect_json(const char *text, const char *expected)
{
	_cleanup_strbuf_ struct strbuf buffer = { 0 };

	strbuf_add_json(&buffer, text);
	assert_string_equal(strbuf_text(&buffer), expected);
}

static void test_json(void **state)
{
	(void)state;
	expect_json(NULL, "null");
	expect_json("", "\"\"");
	expect_json("a\"b\\c\nd\te\rf", "\"a\\\"b\\\\c\\nd\\te\\rf\"");
	expect_json("\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\"");
	expect_json("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80",
		    "\"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\"");
	/* alone, cut, overlong, a surrogate, above the last code point */
	expect_json("\xc3", "\"\\ufffd\"");
	expect_json("\xe2\x82", "\"\\ufffd\\ufffd\"");
	expect_json("\xc0\xaf", "\"\\ufffd\\ufffd\"");
	expect_json("\xe0\x80\xaf", "\"\\ufffd\\ufffd\\ufffd\"");
	expect_json("\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"");
	expect_json("\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
	expect_json("\xffx", "\"\\ufffdx\"");
}

/* --- bytes --- */

static void test_bytes(void **state)
{
	static const uint8_t data[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	const struct bytes bytes = { data, sizeof(data) };

	(void)state;
	assert_int_equal(bytes_u8(bytes, 8), 9);
	assert_int_equal(bytes_u8(bytes, 9), 0);
	assert_int_equal(bytes_u16(bytes, 7), 0x0908);
	assert_int_equal(bytes_u16(bytes, 8), 0);
	assert_int_equal(bytes_u32(bytes, 1), 0x05040302);
	assert_int_equal(bytes_u64(bytes, 1), 0x0908070605040302);
	assert_int_equal(bytes_u64(bytes, 2), 0);
	assert_int_equal(bytes_u64(bytes, SIZE_MAX), 0);
	assert_int_equal(bytes_u64(bytes, SIZE_MAX - 3), 0);
	assert_int_equal(bytes_le(bytes, 0, 9), 0);
	assert_int_equal(bytes_le(bytes, 0, 3), 0x030201);
	assert_true(bytes_have(bytes, 9, 0));
	assert_false(bytes_have(bytes, 10, 0));
	assert_false(bytes_have(bytes, 1, SIZE_MAX));
	/* FNV-1a's published values */
	assert_true(bytes_hash((struct bytes){ data, 0 }) == 0xcbf29ce484222325);
	assert_true(bytes_hash((struct bytes){ (const uint8_t *)"a", 1 }) == 0xaf63dc4c8601ec8c);
	assert_true(bytes_hash((struct bytes){ (const uint8_t *)"foobar", 6 }) ==
		    0x85944171f73967e8);
}

/* --- log --- */

static void test_log(void **state)
{
	struct collect *collect = *state;
	char stream[64], long_text[5000];
	struct stat st;
	int saved;

	unsetenv("JOURNAL_STREAM");
	saved = log_begin(collect);
	log_warning("%s %d", "a line", 5);
	log_debug("not said");
	log_end(collect, saved);
	assert_string_equal(collect->logged, "mcelog: a line 5\n");

	saved = log_begin(collect);
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	assert_true(log_fd_is_journal(STDERR_FILENO));
	assert_false(log_fd_is_journal(STDIN_FILENO));
	log_error("for the journal");
	setenv("JOURNAL_STREAM", "garbage", 1);
	assert_false(log_fd_is_journal(STDERR_FILENO));
	unsetenv("JOURNAL_STREAM");
	log_set_level(LOG_DEBUG);
	log_debug("said");
	log_set_level(LOG_INFO);
	log_end(collect, saved);
	assert_string_equal(collect->logged, "<3>for the journal\nmcelog: said\n");

	/* a long one is cut, and is still one line */
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	saved = log_begin(collect);
	log_info("%s", long_text);
	log_end(collect, saved);
	assert_int_equal(count_lines(collect->logged), 1);
	assert_true(strlen(collect->logged) > 2000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, collect_setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_root_init), TEST(test_root_files), TEST(test_read_sizes),
		TEST(test_long_path), TEST(test_strbuf),     TEST(test_json),
		TEST(test_bytes),     TEST(test_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
