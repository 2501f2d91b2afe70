/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests of sources that hand over what firmware laid down: keeps a copy of it,
 * and knows afterwards what a store would. Include after collect.h.
 */
#pragma once

enum { TAKEN_MAX = 256, TAKEN_BYTES_MAX = 512 };

struct taken {
	struct firmware firmware;
	uint8_t bytes[TAKEN_BYTES_MAX]; /* as many of them as go in */
	char key[RECORD_KEY_MAX];	/* of the first error; a record's body begins at 200 */
	bool is_stored;
};

struct firmware_intake {
	struct collect *collect;
	struct taken taken[TAKEN_MAX];
	unsigned int n;
	unsigned int n_calls;	/* also of those that are not kept */
	size_t body_at;		/* where the body lies in what is handed over */
	int result;		/* of firmware() */
	unsigned int n_missing; /* further errors of a body that the store did not take */
};

static int intake_firmware(void *context, const struct firmware *firmware)
{
	struct firmware_intake *intake = context;
	struct taken *taken = &intake->taken[intake->n];
	struct bytes body = firmware->bytes;

	intake->n_calls++;
	if (intake->result <= 0 || intake->n == TAKEN_MAX)
		return intake->result;
	intake->n++;
	*taken = (struct taken){ .firmware = *firmware };
	memcpy(taken->bytes, body.data, body.size < TAKEN_BYTES_MAX ? body.size : TAKEN_BYTES_MAX);
	if (firmware->form == FIRMWARE_RECORD) {
		size_t length = bytes_u32(body, 20);

		body.size = length < body.size ? length : body.size;
		body = (struct bytes){ body.data + 200, body.size - 200 };
	}
	firmware_key(firmware->source, firmware->record_id, body, 0, taken->key);
	return intake->result;
}

static int intake_record(void *context, const struct record *record)
{
	struct firmware_intake *intake = context;

	return collect_record(intake->collect, record);
}

static bool intake_has_room(void *context)
{
	struct firmware_intake *intake = context;

	return intake->collect->n + intake->n < intake->collect->room;
}

/* The first error of a body has the key itself, others a number behind it. */
static bool intake_known(void *context, const char *key)
{
	struct firmware_intake *intake = context;

	for (unsigned int i = 0; i < intake->n; i++) {
		const struct taken *taken = &intake->taken[i];
		size_t length = strlen(taken->key);

		if (taken->is_stored && strncmp(key, taken->key, length) == 0 &&
		    (!key[length] || !intake->n_missing))
			return true;
	}
	return collect_known(intake->collect, key);
}

/* As after a commit. */
static inline void intake_commit(struct firmware_intake *intake, const struct source_ops *ops)
{
	for (unsigned int i = 0; i < intake->n; i++)
		intake->taken[i].is_stored = true;
	collect_commit(intake->collect, ops);
}

static inline int intake_setup(void **state)
{
	struct firmware_intake *intake = calloc(1, sizeof(*intake));
	void *collect;

	assert_non_null(intake);
	collect_setup(&collect);
	intake->collect = collect;
	intake->result = 1;
	intake->collect->env.known = intake_known;
	intake->collect->env.context = intake;
	intake->collect->intake = (struct intake){
		.record = intake_record,
		.firmware = intake_firmware,
		.has_room = intake_has_room,
		.context = intake,
	};
	*state = intake;
	return 0;
}

static inline int intake_teardown(void **state)
{
	struct firmware_intake *intake = *state;
	void *collect = intake->collect;

	collect_teardown(&collect);
	free(intake);
	return 0;
}

/* Opens, drains with a commit wherever one is wanted and at the end, closes. */
static inline int intake_run(struct firmware_intake *intake, const struct source_ops *ops)
{
	struct collect *collect = intake->collect;
	int saved = log_begin(collect);
	int r = source_open(collect, ops);

	while (r == 0 && (r = ops->drain(collect->source)) == 1) {
		intake_commit(intake, ops);
		collect->room = collect->n + intake->n + 1;
		r = 0;
	}
	if (collect->source) {
		if (r == 0)
			intake_commit(intake, ops);
		ops->close(collect->source);
		collect->source = NULL;
	}
	log_end(collect, saved);
	return r;
}

#define INTAKE_TEST(function)                                                                      \
	cmocka_unit_test_setup_teardown(function, intake_setup, intake_teardown)
