/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

#include "report/report.h"

/* Prints events as JSON objects, one a line. */
enum report_status json_list(struct query *query, const struct report_options *options,
			     const struct query_filter *filter);
