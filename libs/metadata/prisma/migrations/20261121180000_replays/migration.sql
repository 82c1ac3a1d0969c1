-- Replays and their events, and how large the archive's files are.
ALTER TABLE "archive_file" ADD COLUMN "size_bytes" BIGINT;

CREATE TABLE "replay" (
    "id" TEXT NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "view_name" TEXT NOT NULL,
    "view_version" TEXT NOT NULL,
    "length" INTEGER NOT NULL,
    "phase" TEXT NOT NULL,
    "is_under_way" BOOLEAN NOT NULL,
    "is_final" BOOLEAN NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "replay_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "replay_requested_at_sequence_idx" ON "replay"("requested_at", "sequence");
CREATE INDEX "replay_view_name_requested_at_sequence_idx" ON "replay"("view_name", "requested_at", "sequence");
CREATE INDEX "replay_is_final_requested_at_sequence_idx" ON "replay"("is_final", "requested_at", "sequence");

CREATE TABLE "replay_event" (
    "replay_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "by" TEXT NOT NULL,
    "note" TEXT,
    "data" JSON NOT NULL,

    CONSTRAINT "replay_event_pkey" PRIMARY KEY ("replay_id", "sequence")
);
ALTER TABLE "replay_event" ADD CONSTRAINT "replay_event_replay_id_fkey" FOREIGN KEY ("replay_id") REFERENCES "replay"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- What Prisma's schema cannot say: one replay of a view version is under way at a time.
CREATE UNIQUE INDEX "replay_one_under_way" ON "replay"("view_name", "view_version") WHERE "is_under_way";
ALTER TABLE "replay" ADD CONSTRAINT "replay_has_events" CHECK ("length" > 0);
ALTER TABLE "replay_event" ADD CONSTRAINT "replay_event_sequence_from_1" CHECK ("sequence" > 0);
