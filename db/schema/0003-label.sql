-- SPDX-License-Identifier: GPL-2.0-only
--
-- The DIMM's label, where an EDAC driver named it. It may come after the event:
-- it and the places that the registers did not say are filled in then.

ALTER TABLE event ADD COLUMN label TEXT;
