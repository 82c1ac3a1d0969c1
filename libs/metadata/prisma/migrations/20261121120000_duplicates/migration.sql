-- How many records are set aside as duplicates, and the window of each stream in which they are sought.
ALTER TABLE "generation" ADD COLUMN "duplicates" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "archive_range" ADD COLUMN "duplicates" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "log_stream" ADD COLUMN "duplicates_within_ms" BIGINT, ADD COLUMN "duplicates_within_records" INTEGER;
