-- SPDX-License-Identifier: GPL-2.0-only
--
-- What stopped a boot is known for longer than its event, which retention removes, and which a
-- database that is set aside does not hand on.

ALTER TABLE boot ADD COLUMN stopped TEXT;	-- the fatal error, one line for a person; NULL none
ALTER TABLE boot ADD COLUMN stopped_us INTEGER;	-- when; 0 unknown

CREATE TRIGGER event_stopped_added AFTER INSERT ON event
WHEN new.severity = 'fatal' AND new.replayed AND new.boot IS NOT NULL BEGIN
	UPDATE boot SET stopped = new.message, stopped_us = new.time_us WHERE id = new.boot;
END;

CREATE TRIGGER event_stopped_changed AFTER UPDATE OF boot, time_us, message ON event
WHEN new.severity = 'fatal' AND new.replayed AND new.boot IS NOT NULL BEGIN
	UPDATE boot SET stopped = new.message, stopped_us = new.time_us WHERE id = new.boot;
END;
