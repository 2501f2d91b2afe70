/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text-section: the lines that one section of an error was printed as, by its
 * type, back into the section's bytes. For text-firmware.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sources/text-cper.h"

/* Nothing is known. */
void text_section_start(struct text_section *section);

/*
 * Takes a line without its prefix. severity is the section's, an enum cper_severity;
 * old kernels have other registers in the same words by it. False: the line says
 * nothing that belongs to a section of this type.
 */
bool text_section_line(struct text_section *section, struct span line, uint32_t severity);

/*
 * No more lines: section->size becomes the body's. It is never 0: where nothing but
 * the type was printed, the body is one in which no field is valid.
 */
void text_section_end(struct text_section *section);

/* "DIMM location: ..." by its name; false: another line. */
bool text_section_label(struct span line, struct span *ret_label);
