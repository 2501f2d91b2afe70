// SPDX-License-Identifier: GPL-2.0-only
#include "inventory/dimm.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "event/decoded.h"
#include "util/cleanup.h"

/* Seen in tables of many vendors; compared without regard to case. */
static const char *const placeholders[] = {
	"[empty]",	 "default string",
	"dimm_serial",	 "empty",
	"n/a",		 "na",
	"no dimm",	 "no module installed",
	"none",		 "not available",
	"not provided",	 "not specified",
	"null",		 "serialnumber",
	"serial number", "to be filled by o.e.m.",
	"undefined",	 "unknown",
	"unspecified",
};

/* Desktop boards number their empty fields: SerNum0, PartNum1, Manufacturer00, AssetTagNum2. */
static const char *const numbered[] = { "sernum",      "partnum",	    "manufacturer",
					"assettagnum", "array1_partnumber", "a1_sernum" };

static bool is_numbered(const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbered); i++) {
		size_t length = strlen(numbered[i]);

		if (strncasecmp(text, numbered[i], length) == 0 &&
		    strspn(text + length, "0123456789") == strlen(text + length))
			return true;
	}
	return false;
}

/* "00000000", "0x00000000", "FFFFFFFF", "--------", "XXXX" and the like: one sign all along. */
static bool is_one_sign(const char *text)
{
	char first = '\0';

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		text += 2;
	for (; *text; text++) {
		char sign = (char)toupper((unsigned char)*text);

		if (sign == ' ')
			continue;
		if (!strchr("0FX-.?_*", sign) || (first && sign != first))
			return false;
		first = sign;
	}
	return true;
}

bool dimm_text_is_placeholder(const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(placeholders); i++)
		if (strcasecmp(text, placeholders[i]) == 0)
			return true;
	return is_one_sign(text) || is_numbered(text);
}

bool dimm_has_serial(const struct dimm *dimm)
{
	return !dimm_text_is_placeholder(dimm->serial);
}

static bool same_part(const struct dimm *a, const struct dimm *b)
{
	bool none_a = dimm_text_is_placeholder(a->part), none_b = dimm_text_is_placeholder(b->part);

	return none_a || none_b ? none_a == none_b : strcasecmp(a->part, b->part) == 0;
}

bool dimm_same_module(const struct dimm *a, const struct dimm *b)
{
	return dimm_has_serial(a) && dimm_has_serial(b) && strcasecmp(a->serial, b->serial) == 0 &&
	       same_part(a, b);
}

struct place place_unknown(void)
{
	return (struct place){ LOCATION_UNKNOWN, LOCATION_UNKNOWN, LOCATION_UNKNOWN,
			       LOCATION_UNKNOWN };
}
