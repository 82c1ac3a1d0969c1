-- Editions of the archive: what stands is the first. And what happens to migrations from one to the next.
CREATE TABLE "archive_edition" (
    "number" INTEGER NOT NULL,
    "layout" JSON NOT NULL,
    "state" TEXT NOT NULL,
    "kept_until" TIMESTAMPTZ(3),

    CONSTRAINT "archive_edition_pkey" PRIMARY KEY ("number")
);
INSERT INTO "archive_edition" ("number", "layout", "state") VALUES
    (1, '{"rangeRecords":50000,"compression":"zstd","rowGroupRows":122880,"partitionedBy":"offset","upcast":false}', 'current');

CREATE TABLE "edition_partition" (
    "edition" INTEGER NOT NULL,
    "stream" TEXT NOT NULL,
    "partition" INTEGER NOT NULL,
    "verified_to" BIGINT NOT NULL DEFAULT 0,
    "busy_ms" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "edition_partition_pkey" PRIMARY KEY ("edition", "stream", "partition")
);

CREATE TABLE "migration_event" (
    "sequence" INTEGER NOT NULL,
    "migration" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "by" TEXT NOT NULL,
    "note" TEXT,
    "data" JSON NOT NULL,

    CONSTRAINT "migration_event_pkey" PRIMARY KEY ("sequence")
);

ALTER TABLE "archive_file" DROP CONSTRAINT "archive_file_stream_partition_from_offset_fkey";
ALTER TABLE "archive_range" DROP CONSTRAINT "archive_range_stream_partition_previous_to_fkey";
ALTER TABLE "archive_range" DROP CONSTRAINT "archive_range_pkey";
DROP INDEX "archive_range_stream_partition_to_offset_key";
DROP INDEX "archive_file_stream_partition_from_offset_idx";
DROP INDEX "archive_file_event_type_stream_partition_idx";

-- No default stays: a builder from before there were editions appends nothing to one that may not be current.
ALTER TABLE "archive_range" ADD COLUMN "edition" INTEGER NOT NULL DEFAULT 1;
ALTER TABLE "archive_range" ALTER COLUMN "edition" DROP DEFAULT;
ALTER TABLE "archive_file" ADD COLUMN "edition" INTEGER NOT NULL DEFAULT 1;
ALTER TABLE "archive_file" ALTER COLUMN "edition" DROP DEFAULT;
ALTER TABLE "archive_file" ADD COLUMN "oldest_time_ms" BIGINT;
ALTER TABLE "archive_file" ADD COLUMN "newest_time_ms" BIGINT;

ALTER TABLE "archive_range" ADD CONSTRAINT "archive_range_pkey" PRIMARY KEY ("edition", "stream", "partition", "from_offset");
CREATE UNIQUE INDEX "archive_range_edition_stream_partition_to_offset_key" ON "archive_range"("edition", "stream", "partition", "to_offset");
CREATE INDEX "archive_file_edition_stream_partition_from_offset_idx" ON "archive_file"("edition", "stream", "partition", "from_offset");
CREATE INDEX "archive_file_edition_event_type_stream_partition_idx" ON "archive_file"("edition", "event_type", "stream", "partition");

ALTER TABLE "edition_partition" ADD CONSTRAINT "edition_partition_edition_fkey" FOREIGN KEY ("edition") REFERENCES "archive_edition"("number") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "archive_range" ADD CONSTRAINT "archive_range_edition_fkey" FOREIGN KEY ("edition") REFERENCES "archive_edition"("number") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "archive_range" ADD CONSTRAINT "archive_range_edition_stream_partition_previous_to_fkey" FOREIGN KEY ("edition", "stream", "partition", "previous_to") REFERENCES "archive_range"("edition", "stream", "partition", "to_offset") ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE "archive_file" ADD CONSTRAINT "archive_file_edition_stream_partition_from_offset_fkey" FOREIGN KEY ("edition", "stream", "partition", "from_offset") REFERENCES "archive_range"("edition", "stream", "partition", "from_offset") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- What Prisma's schema cannot say: one edition is current, and one at most is being built.
CREATE UNIQUE INDEX "archive_edition_one_current" ON "archive_edition"("state") WHERE "state" = 'current';
CREATE UNIQUE INDEX "archive_edition_one_building" ON "archive_edition"("state") WHERE "state" = 'building';
ALTER TABLE "archive_edition" ADD CONSTRAINT "archive_edition_state_known" CHECK ("state" IN ('building', 'current', 'retired', 'removing', 'removed'));
ALTER TABLE "archive_edition" ADD CONSTRAINT "archive_edition_number_from_1" CHECK ("number" > 0);
ALTER TABLE "migration_event" ADD CONSTRAINT "migration_event_sequence_from_1" CHECK ("sequence" > 0);
