// SPDX-License-Identifier: GPL-2.0-only
/* The summary: events grouped by what failed. */
#include "db/query.h"

#include <errno.h>
#include <stdlib.h>

#include "db/query-private.h"
#include "util/cleanup.h"

/* Columns of the SELECT in query_groups(). */
enum group_column {
	GROUP_SEVERITY,
	GROUP_CLASS,
	GROUP_SOCKET,
	GROUP_IMC,
	GROUP_CHANNEL,
	GROUP_DIMM,
	GROUP_BANK_TYPE,
	GROUP_BANK,
	GROUP_MCA,
	GROUP_EVENTS,
	GROUP_ERRORS,
	GROUP_FIRST,
	GROUP_LAST,
	GROUP_REPLAYED,
	GROUP_FIRST_CPU,
	GROUP_LAST_CPU,
	GROUP_FOUND,
	GROUP_FIRST_LEFT,
	GROUP_LAST_LEFT,
	GROUP_LABEL,
	GROUP_FRU,
};

#define LEFT "CASE WHEN " QUERY_IS_LEFT " THEN time_us END"

/* What all of them have. */
#define COMMON(column)                                                                             \
	"CASE WHEN count(" column ") = count(*) AND min(" column ") = max(" column ") "            \
	"THEN min(" column ") END"

static const char groups_sql[] =
	"SELECT severity, class, socket, imc, channel, dimm, bank_type, bank, mca, count(*), "
	"sum(count), min(nullif(time_us, 0)), max(time_us), "
	"sum(replayed AND source <> 'replay'), ifnull(min(nullif(cpu, 4294967295)), 4294967295), "
	"ifnull(max(nullif(cpu, 4294967295)), 4294967295), "
	"max(CASE WHEN time_us = 0 THEN " QUERY_FOUND " END), "
	"min(" LEFT ") = min(nullif(time_us, 0)), max(" LEFT ") = max(time_us), " COMMON(
		"label") ", " COMMON("fru_text") " "
						 "FROM event WHERE ?1 IS NULL OR boot = ?1 "
						 "GROUP BY severity, class, socket, imc, channel, "
						 "dimm, bank_type, bank, mca";

static int32_t read_place(sqlite3_stmt *statement, int column)
{
	return sqlite3_column_type(statement, column) == SQLITE_NULL
		       ? LOCATION_UNKNOWN
		       : sqlite3_column_int(statement, column);
}

static struct query_group read_group(sqlite3_stmt *statement, struct row_names *names)
{
	struct query_group group = {
		.location = { read_place(statement, GROUP_SOCKET), read_place(statement, GROUP_IMC),
			      read_place(statement, GROUP_CHANNEL),
			      read_place(statement, GROUP_DIMM), -1, -1, -1, -1, -1, -1 },
		.bank_type = row_name(names, sql_column_text(statement, GROUP_BANK_TYPE)),
		.bank = (uint32_t)sqlite3_column_int64(statement, GROUP_BANK),
		.mca = row_name(names, sql_column_text(statement, GROUP_MCA)),
		.events = (uint64_t)sqlite3_column_int64(statement, GROUP_EVENTS),
		.errors = (uint64_t)sqlite3_column_int64(statement, GROUP_ERRORS),
		.first_us = sqlite3_column_int64(statement, GROUP_FIRST),
		.last_us = sqlite3_column_int64(statement, GROUP_LAST),
		.replayed = (uint64_t)sqlite3_column_int64(statement, GROUP_REPLAYED),
		.first_cpu = (uint32_t)sqlite3_column_int64(statement, GROUP_FIRST_CPU),
		.last_cpu = (uint32_t)sqlite3_column_int64(statement, GROUP_LAST_CPU),
		.found_us = sqlite3_column_int64(statement, GROUP_FOUND),
		.first_is_before = sqlite3_column_int(statement, GROUP_FIRST_LEFT),
		.last_is_before = sqlite3_column_int(statement, GROUP_LAST_LEFT),
		.label = row_name(names, sql_column_text(statement, GROUP_LABEL)),
		.fru = row_name(names, sql_column_text(statement, GROUP_FRU)),
	};

	severity_parse(sql_column_text(statement, GROUP_SEVERITY), &group.severity);
	class_parse(sql_column_text(statement, GROUP_CLASS), &group.class);
	if (!group.mca)
		group.mca = "";
	return group;
}

static int compare_groups(const void *a, const void *b)
{
	const struct query_group *left = a, *right = b;
	int64_t left_us = left->found_us > left->last_us ? left->found_us : left->last_us,
		right_us = right->found_us > right->last_us ? right->found_us : right->last_us;

	if (left->severity != right->severity)
		return left->severity > right->severity ? -1 : 1;
	return (left_us < right_us) - (left_us > right_us);
}

static int read_groups(struct query *query, sd_id128_t boot, struct query_group **ret_groups,
		       size_t *ret_count)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	_cleanup_free_ struct query_group *groups = NULL;
	size_t n = 0;
	int r = query_prepare(query, groups_sql, &statement);

	if (r < 0)
		return r;
	sql_bind_id(statement, 1, boot);
	while ((r = sql_step(statement)) > 0) {
		struct query_group *grown = realloc(groups, (n + 1) * sizeof(*groups));

		if (!grown)
			return -ENOMEM;
		groups = grown;
		groups[n++] = read_group(statement, &query->names);
	}
	if (r < 0)
		return r;
	*ret_groups = take_ptr(groups);
	*ret_count = n;
	return 0;
}

int query_groups(struct query *query, sd_id128_t boot,
		 int (*each)(void *context, const struct query_group *group), void *context)
{
	_cleanup_free_ struct query_group *groups = NULL;
	size_t n;
	int r = read_groups(query, boot, &groups, &n);

	if (r < 0)
		return r;
	if (n > 0)
		qsort(groups, n, sizeof(*groups), compare_groups);
	for (size_t i = 0; i < n && r == 0; i++)
		r = each(context, &groups[i]);
	return r;
}
