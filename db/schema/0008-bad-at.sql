-- SPDX-License-Identifier: GPL-2.0-only
--
-- Errors that a later boot may report again are looked for by what they are and where: among
-- thousands of one storm the one that stopped the machine is found, too.

CREATE INDEX event_bad_at ON event (class, addr >> 6, time_us)
	WHERE severity <> 'corrected' OR source = 'erst';

DROP INDEX event_bad;
