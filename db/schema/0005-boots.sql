-- SPDX-License-Identifier: GPL-2.0-only
--
-- What the system journal says about boots, and what else says how one ended.

ALTER TABLE boot ADD COLUMN journal_first_us INTEGER;	-- its first entry there; NULL: none known
ALTER TABLE boot ADD COLUMN journal_last_us INTEGER;	-- its last one
ALTER TABLE boot ADD COLUMN in_order INTEGER;	-- 1: its last entries say that it was shut down
ALTER TABLE boot ADD COLUMN previous TEXT;	-- the boot before it there; NULL: not known

-- That a boot ended in a panic, as a kernel log that was left or a crash dump says.
CREATE TABLE crash (
	key TEXT PRIMARY KEY,		-- delivery.key
	source TEXT NOT NULL,
	boot TEXT,			-- boot_id of the boot that ended; NULL: not known
	time_us INTEGER NOT NULL,	-- when; 0 unknown
	by_hardware INTEGER NOT NULL,	-- 1: a hardware error was the cause
	slim INTEGER NOT NULL,		-- 1: a dump without memory, because of that
	reason TEXT NOT NULL,		-- the kernel's words; '' unknown
	place TEXT NOT NULL		-- the file or directory that says so
);

CREATE INDEX crash_boot ON crash (boot, time_us);
