-- SPDX-License-Identifier: GPL-2.0-only
--
-- What firmware reported, as it laid it down: the errors in it that have no bank's
-- registers can be read anew by a later program, and what it says beside them is kept.
CREATE TABLE section (
	event INTEGER NOT NULL,		-- event.seq, which may be gone
	source TEXT NOT NULL,		-- who delivered it
	type TEXT,			-- its GUID: UEFI specification, N.2.3; 32 digits; NULL unknown
	severity INTEGER NOT NULL,	-- 0 recoverable, 1 fatal, 2 corrected; others: unknown
	body BLOB NOT NULL
);

CREATE INDEX section_event ON section (event);

-- Firmware's name of the part that failed.
ALTER TABLE event ADD COLUMN fru_text TEXT;

-- Errors that firmware reported, without a CPU: a bank's record of one finds it here.
CREATE INDEX event_firmware ON event (time_us) WHERE cpu = 4294967295;

-- Errors that a later boot may report again, of which there are few.
CREATE INDEX event_bad ON event (time_us) WHERE severity <> 'corrected' OR source = 'erst';
