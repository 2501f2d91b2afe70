/* SPDX-License-Identifier: GPL-2.0-only */
/* Scope-bound release: _cleanup_(function) calls function(&variable) at the end of the scope. */
#pragma once

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(function) __attribute__((cleanup(function)))

/* Takes the value out of a variable that would be released, so that it is not. */
#define take_ptr(pointer)                                                                          \
	({                                                                                         \
		__typeof__(pointer) taken_ = (pointer);                                            \
		(pointer) = NULL;                                                                  \
		taken_;                                                                            \
	})

#define take_fd(fd)                                                                                \
	({                                                                                         \
		int taken_ = (fd);                                                                 \
		(fd) = -1;                                                                         \
		taken_;                                                                            \
	})

/* Defines name##_cleanup(), which gives *pointer to function unless it is NULL. */
#define DEFINE_CLEANUP(type, name, function)                                                       \
	static inline void name##_cleanup(type *pointer)                                           \
	{                                                                                          \
		if (*pointer)                                                                      \
			function(*pointer);                                                        \
	}

static inline void free_cleanup(void *pointer)
{
	free(*(void **)pointer);
}

static inline void close_cleanup(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

DEFINE_CLEANUP(FILE *, fclose, fclose)
DEFINE_CLEANUP(DIR *, closedir, closedir)

#define _cleanup_free_	   _cleanup_(free_cleanup)
#define _cleanup_close_	   _cleanup_(close_cleanup)
#define _cleanup_fclose_   _cleanup_(fclose_cleanup)
#define _cleanup_closedir_ _cleanup_(closedir_cleanup)

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
