-- CreateTable
CREATE TABLE "log_stream" (
    "name" TEXT NOT NULL,
    "partitions" INTEGER NOT NULL,

    CONSTRAINT "log_stream_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "view_version" (
    "name" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "definition" JSONB NOT NULL,
    "partition_counts" JSONB NOT NULL,
    "registered_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "published_generation" INTEGER,

    CONSTRAINT "view_version_pkey" PRIMARY KEY ("name","version")
);

-- CreateTable
CREATE TABLE "cut" (
    "view_name" TEXT NOT NULL,
    "view_version" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "cut_pkey" PRIMARY KEY ("view_name","view_version","number")
);

-- CreateTable
CREATE TABLE "boundary" (
    "view_name" TEXT NOT NULL,
    "view_version" TEXT NOT NULL,
    "cut" INTEGER NOT NULL,
    "stream" TEXT NOT NULL,
    "partition" INTEGER NOT NULL,
    "at_offset" BIGINT NOT NULL,

    CONSTRAINT "boundary_pkey" PRIMARY KEY ("view_name","view_version","stream","partition","cut")
);

-- CreateTable
CREATE TABLE "generation" (
    "view_name" TEXT NOT NULL,
    "view_version" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "cut" JSONB NOT NULL,
    "row_count" BIGINT NOT NULL,
    "dead_letters" BIGINT NOT NULL,
    "applied_at_ms" BIGINT,
    "table_name" TEXT NOT NULL,
    "registered_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "published_at" TIMESTAMPTZ(3),
    "superseded_at" TIMESTAMPTZ(3),
    "dropped_at" TIMESTAMPTZ(3),

    CONSTRAINT "generation_pkey" PRIMARY KEY ("view_name","view_version","number")
);

-- CreateTable
CREATE TABLE "archive_range" (
    "stream" TEXT NOT NULL,
    "partition" INTEGER NOT NULL,
    "from_offset" BIGINT NOT NULL,
    "to_offset" BIGINT NOT NULL,
    "dead_letters" INTEGER NOT NULL,
    "newest_appended_at_ms" BIGINT,
    "previous_to" BIGINT GENERATED ALWAYS AS (nullif("from_offset", 0)) STORED,

    CONSTRAINT "archive_range_pkey" PRIMARY KEY ("stream","partition","from_offset")
);

-- CreateTable
CREATE TABLE "archive_file" (
    "location" TEXT NOT NULL,
    "stream" TEXT NOT NULL,
    "partition" INTEGER NOT NULL,
    "from_offset" BIGINT NOT NULL,
    "event_type" TEXT,
    "row_count" INTEGER NOT NULL,

    CONSTRAINT "archive_file_pkey" PRIMARY KEY ("location")
);

-- CreateTable
CREATE TABLE "rebuild" (
    "id" TEXT NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "view_name" TEXT NOT NULL,
    "view_version" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "generation" INTEGER,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rebuild_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "generation_table_name_key" ON "generation"("table_name");

-- CreateIndex
CREATE UNIQUE INDEX "archive_range_stream_partition_to_offset_key" ON "archive_range"("stream", "partition", "to_offset");

-- CreateIndex
CREATE INDEX "archive_file_stream_partition_from_offset_idx" ON "archive_file"("stream", "partition", "from_offset");

-- CreateIndex
CREATE INDEX "archive_file_event_type_stream_partition_idx" ON "archive_file"("event_type", "stream", "partition");

-- CreateIndex
CREATE INDEX "rebuild_requested_at_sequence_idx" ON "rebuild"("requested_at", "sequence");

-- AddForeignKey
ALTER TABLE "view_version" ADD CONSTRAINT "view_version_name_version_published_generation_fkey" FOREIGN KEY ("name", "version", "published_generation") REFERENCES "generation"("view_name", "view_version", "number") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "cut" ADD CONSTRAINT "cut_view_name_view_version_fkey" FOREIGN KEY ("view_name", "view_version") REFERENCES "view_version"("name", "version") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "boundary" ADD CONSTRAINT "boundary_view_name_view_version_fkey" FOREIGN KEY ("view_name", "view_version") REFERENCES "view_version"("name", "version") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "generation" ADD CONSTRAINT "generation_view_name_view_version_fkey" FOREIGN KEY ("view_name", "view_version") REFERENCES "view_version"("name", "version") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "archive_range" ADD CONSTRAINT "archive_range_stream_partition_previous_to_fkey" FOREIGN KEY ("stream", "partition", "previous_to") REFERENCES "archive_range"("stream", "partition", "to_offset") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "archive_file" ADD CONSTRAINT "archive_file_stream_partition_from_offset_fkey" FOREIGN KEY ("stream", "partition", "from_offset") REFERENCES "archive_range"("stream", "partition", "from_offset") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- What Prisma's schema cannot say.
-- With the keys and the reference above, an archive_range row begins at 0 or where another row of its partition ends,
-- no two begin or end at the same offset, and none is empty: one chain, so no gap and no overlap.
ALTER TABLE "archive_range" ADD CONSTRAINT "archive_range_not_empty" CHECK ("from_offset" >= 0 AND "from_offset" < "to_offset");
ALTER TABLE "archive_range" ADD CONSTRAINT "archive_range_partition_from_0" CHECK ("partition" >= 0);
ALTER TABLE "log_stream" ADD CONSTRAINT "log_stream_has_partitions" CHECK ("partitions" > 0);
ALTER TABLE "cut" ADD CONSTRAINT "cut_number_from_1" CHECK ("number" > 0);
ALTER TABLE "boundary" ADD CONSTRAINT "boundary_cut_from_1" CHECK ("cut" > 0);
ALTER TABLE "boundary" ADD CONSTRAINT "boundary_offset_from_0" CHECK ("at_offset" >= 0);
ALTER TABLE "boundary" ADD CONSTRAINT "boundary_partition_from_0" CHECK ("partition" >= 0);
ALTER TABLE "generation" ADD CONSTRAINT "generation_number_from_1" CHECK ("number" > 0);
ALTER TABLE "rebuild" ADD CONSTRAINT "rebuild_state_known" CHECK ("state" IN ('requested', 'building', 'published', 'failed'));
