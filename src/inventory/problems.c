// SPDX-License-Identifier: GPL-2.0-only
#include "inventory/problems.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void problem_add(struct problems *problems, const char *format, ...)
{
	char text[PROBLEM_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	for (size_t i = 0; i < problems->n; i++)
		if (strcmp(problems->text[i], text) == 0)
			return;
	if (problems->n == PROBLEMS_MAX)
		problems->left_out++;
	else
		memcpy(problems->text[problems->n++], text, sizeof(text));
}
