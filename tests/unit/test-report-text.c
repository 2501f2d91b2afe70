// SPDX-License-Identifier: GPL-2.0-only
/* Lines for a person: none is wider than 100 columns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "report/text.h"
#include "util/cleanup.h"

/* Wraps the text; each line is at most 100 columns wide. Returns how many there are. */
static unsigned int wrap(const char *text, unsigned int indent, struct strbuf *buffer)
{
	unsigned int n = 0;
	const char *at;
	size_t width;

	strbuf_reset(buffer);
	text_add_wrapped(buffer, indent, text);
	for (at = strbuf_text(buffer); *at; at += width + 1, n++) {
		width = strcspn(at, "\n");
		assert_true(width <= 100);
		assert_int_equal(strspn(at, " "), indent);
	}
	return n;
}

static void test_wrapped(void **state)
{
	_cleanup_strbuf_ struct strbuf buffer = { 0 };
	char words[301], word[5001];

	(void)state;
	for (size_t i = 0; i < 300; i++)
		words[i] = i % 10 == 9 ? ' ' : 'a';
	words[300] = '\0';
	assert_int_equal(wrap("panic: Fatal machine check", 4, &buffer), 1);
	assert_string_equal(strbuf_text(&buffer), "    panic: Fatal machine check\n");
	assert_int_equal(wrap(words, 4, &buffer), 4);
	assert_int_equal(wrap(words, 0, &buffer), 3);

	/* what a broken log may have for a reason */
	memset(word, 'x', 5000);
	word[5000] = '\0';
	assert_int_equal(wrap(word, 0, &buffer), 50);
	assert_int_equal(wrap(word, 4, &buffer), 53);
	word[10] = ' ';
	assert_int_equal(wrap(word, 0, &buffer), 51);
	assert_int_equal(wrap("", 4, &buffer), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
