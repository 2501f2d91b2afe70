// SPDX-License-Identifier: GPL-2.0-only
/*
 * bert: the boot error region of ACPI (specification 6.5, 18.3.1), in which
 * firmware tells of the error that ended the boot before. It stays as it is until
 * the next one; reading consumes nothing. The kernel zeroes the status words of
 * what it printed at boot, so they say nothing. Most machines have no such table.
 */
#include "sources/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

#define REGION "/sys/firmware/acpi/tables/data/BERT"

enum { REGION_MAX = 1 << 20 };

struct bert {
	const struct intake *intake;
	char *text; /* NULL: handed over */
	size_t size;
	int n_errors;
};

static struct bert *bert_of(struct source *source)
{
	return (struct bert *)source;
}

static void bert_free(struct bert *bert)
{
	free(bert->text);
	free(bert);
}

DEFINE_CLEANUP(struct bert *, bert_free, bert_free)

static int read_region(const struct source_env *env, char **ret_text, size_t *ret_size,
		       char why[SOURCE_WHY_MAX])
{
	int r = root_read(env->root, REGION, REGION_MAX, ret_text, ret_size);

	if (r == -EFBIG)
		snprintf(why, SOURCE_WHY_MAX, "%s: larger than %d KiB", REGION, REGION_MAX / 1024);
	else if (r < 0)
		snprintf(why, SOURCE_WHY_MAX, "%s: %s", REGION, strerror(-r));
	return r;
}

/* Firmware has put nothing there. */
static bool is_clean(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (text[i])
			return false;
	return true;
}

static int bert_probe(const struct source_env *env, char why[SOURCE_WHY_MAX])
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	int r = read_region(env, &text, &size, why);

	if (r < 0)
		return r;
	snprintf(why, SOURCE_WHY_MAX, "%s, %zu bytes%s", REGION, size,
		 is_clean(text, size) ? " without an error" : "");
	return 0;
}

static int bert_open(const struct source_env *env, const struct intake *intake,
		     struct source **ret_source, char why[SOURCE_WHY_MAX])
{
	_cleanup_(bert_free_cleanup) struct bert *bert = calloc(1, sizeof(*bert));
	int r;

	if (!bert) {
		snprintf(why, SOURCE_WHY_MAX, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	bert->intake = intake;
	r = read_region(env, &bert->text, &bert->size, why);
	if (r < 0)
		return r;
	*ret_source = (struct source *)take_ptr(bert);
	return 0;
}

/* When it happened only the entries know, if anybody. */
static int hand_over(struct bert *bert)
{
	const struct firmware firmware = {
		.form = FIRMWARE_STATUS,
		.bytes = { (const uint8_t *)bert->text, bert->size },
		.severity = UINT32_MAX,
		.name = REGION,
		.source = SOURCE_BERT,
		.replayed = true,
	};

	return bert->intake->firmware(bert->intake->context, &firmware);
}

static int bert_drain(struct source *source)
{
	struct bert *bert = bert_of(source);
	int r = 0;

	if (!bert->text)
		return 0;
	if (!bert->intake->has_room(bert->intake->context))
		return 1;
	if (bert->intake->firmware && !is_clean(bert->text, bert->size))
		r = hand_over(bert);
	if (r < 0)
		return r;
	bert->n_errors = r;
	free(take_ptr(bert->text));
	return 0;
}

/* Nothing is erased: the region is firmware's. */
static void bert_committed(struct source *source)
{
	(void)source;
}

static int bert_fd(struct source *source)
{
	(void)source;
	return -1;
}

static void bert_describe(struct source *source, char *buffer, size_t size)
{
	snprintf(buffer, size, "%d errors in the boot error region", bert_of(source)->n_errors);
}

static void bert_close(struct source *source)
{
	if (source)
		bert_free(bert_of(source));
}

const struct source_ops source_bert = {
	.name = "bert",
	.summary = "errors that firmware tells of after a reset (ACPI BERT)",
	.probe = bert_probe,
	.open = bert_open,
	.fd = bert_fd,
	.drain = bert_drain,
	.committed = bert_committed,
	.describe = bert_describe,
	.close = bert_close,
};
