/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The schema: db/schema/NNNN-name.sql, turned into schema.c by db/embed-schema.
 * One step takes a database from user_version NNNN - 1 to NNNN.
 */
#pragma once

struct schema_step {
	unsigned int version;
	const char *name;
	const char *sql;
};

/* In order; schema_steps[i].version is i + 1. */
extern const struct schema_step schema_steps[];

/* The number of steps, and so the newest user_version that this program knows. */
extern const unsigned int schema_version;

/* "mcel": PRAGMA application_id of our databases. */
enum { SCHEMA_APPLICATION_ID = 0x6d63656c };
