-- A file of the archive holds the events of one version of a type.
ALTER TABLE "archive_file" ADD COLUMN "event_version" INTEGER;
