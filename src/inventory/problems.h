/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * problems: what was wrong with the inputs, one line each, kept for a caller
 * that logs. The number of lines is bounded, since the inputs come from
 * firmware and from files that anybody writes.
 */
#pragma once

#include <stddef.h>

enum { PROBLEMS_MAX = 16, PROBLEM_SIZE = 192 };

/* Starts as {0}. */
struct problems {
	char text[PROBLEMS_MAX][PROBLEM_SIZE];
	size_t n;
	size_t left_out; /* more than there was room for */
};

/* Adds one line that names the input and the reason; one that is there already is not repeated. */
void problem_add(struct problems *problems, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
