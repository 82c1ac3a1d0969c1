-- What waits on each partition, and what people did about it.
ALTER TABLE "log_stream" ADD COLUMN "dead_letters" TEXT;
UPDATE "log_stream" SET "dead_letters" = 'skip' WHERE "duplicates_within_ms" IS NOT NULL;
ALTER TABLE "generation" ADD COLUMN "held" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "archive_range" ADD COLUMN "held" INTEGER NOT NULL DEFAULT 0;

CREATE TABLE "waiting_record" (
    "stream" TEXT NOT NULL,
    "partition" INTEGER NOT NULL,
    "at_offset" BIGINT NOT NULL,
    "place" BIGINT NOT NULL,
    "queue_key" BYTEA,
    "dead_code" TEXT,
    "dead_reason" TEXT,
    "event_type" TEXT NOT NULL,
    "appended_at_ms" BIGINT NOT NULL,
    "raw_key" BYTEA,
    "raw_value" BYTEA,
    "raw_headers" JSONB NOT NULL,
    "closed_at" BIGINT,
    "closed_by" TEXT,
    "told_at" TIMESTAMPTZ(3),

    CONSTRAINT "waiting_record_pkey" PRIMARY KEY ("stream", "partition", "at_offset")
);
CREATE INDEX "waiting_record_stream_partition_closed_at_idx" ON "waiting_record"("stream", "partition", "closed_at");
CREATE INDEX "waiting_record_stream_dead_code_idx" ON "waiting_record"("stream", "dead_code");

CREATE INDEX "waiting_record_stream_partition_told_at_idx" ON "waiting_record"("stream", "partition", "told_at");

CREATE TABLE "dead_letter_action" (
    "id" TEXT NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "stream" TEXT NOT NULL,
    "partition" INTEGER NOT NULL,
    "at_offset" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "note" TEXT,
    "corrected" TEXT,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "appended_at" BIGINT,

    CONSTRAINT "dead_letter_action_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "dead_letter_action_stream_partition_at_offset_sequence_idx" ON "dead_letter_action"("stream", "partition", "at_offset", "sequence");
